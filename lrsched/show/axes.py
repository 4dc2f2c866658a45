"""How every picture with matplotlib looks: its axes, the styles of its curves, its legend."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe and Ito's colours, which people who see few colours tell apart, without their yellow, which
# is faint on white; and as many dashes and one, so that no two curves of fifty-six are alike, and
# those of eight differ in print without colours.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (1.5, 1)),
    (0, (9, 2)),
    (0, (5, 1.5, 1, 1.5, 1, 1.5)),
    (0, (9, 2, 3, 2)),
    (0, (3, 3)),
)

# The grey of what is beside the curves, and the name of the lines that mark their phases.
GREY, PHASES = "0.45", "_phases"

# Points: a letter of an axis, one of a legend, and what is beside the names of a legend.
_LETTER, _SMALL, _BESIDE = 6.0, 4.8, 42

# An axis has room for the difference of two of its values, and some more.
_MOST = 4e307

_UNITS = {10**6: "millions", 10**9: "billions", 10**12: "trillions", 10**15: "quadrillions"}


def styles(ax: Axes) -> Iterator[dict[str, Any]]:
    """For one curve after another, other colours and other dashes than those that are there."""
    import matplotlib

    own, usual = (r["axes.prop_cycle"] for r in (matplotlib.rcParams, matplotlib.rcParamsDefault))
    colours = COLOURS if own == usual else own.by_key().get("color", COLOURS)
    pairs = zip(itertools.cycle(colours), itertools.cycle(_DASHES), strict=False)
    for colour, dashes in itertools.islice(pairs, len(ax.get_lines()), None):
        yield {"color": colour, "linestyle": dashes}


def drawable(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values as far as an axis goes; no curve beyond."""
    return np.where(abs(values) <= _MOST, values, np.nan)


def dress(ax: Axes) -> None:
    """A light grid behind the curves, and no frame that tells nothing."""
    ax.grid(visible=True, alpha=0.3, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def axis_of_steps(ax: Axes, steps: int, alone: bool = True) -> None:
    """Whole steps to the last, their thousands set apart; in millions where that is their measure.

    alone: whether no curve was there before.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    last = max(steps, 0 if alone else ax.get_xlim()[1])
    unit = max((unit for unit in _UNITS if last >= 5 * unit), default=1)
    wide = _LETTER * len(f"{last / unit:,.0f}") + 14
    ticks = min(9, max(1, int(_across(ax) / wide)))
    ax.set_xlim(0, last)
    ax.xaxis.set_major_locator(MaxNLocator(ticks, integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step / unit:,.10g}"))
    ax.set_xlabel(f"step ({_UNITS[unit]})" if unit > 1 else "step")


def _across(ax: Axes) -> float:
    """How wide axes are, in points, before the room for what is beside them is known."""
    return 72 * float(ax.get_window_extent().width) / ax.get_figure().dpi  # type: ignore[union-attr]


def logarithmic(ax: Axes, low: float, high: float) -> None:
    """A logarithmic axis of the values between two, those that are there already included."""
    if not 0 < low <= high:  # there is nothing on such an axis
        low, high = 0.1, 1.0
    beside = (high / low) ** 0.04 if low < high else 2.0
    low, high = low / beside or low, min(high * beside, _MOST)
    if ax.get_yscale() == "log":
        low, high = min(low, ax.get_ylim()[0]), max(high, ax.get_ylim()[1])
    ax.set_ylim(low, high)
    ax.set_yscale("log")
    log_ticks(ax.yaxis, low, high)


def log_ticks(axis: Axis, low: float, high: float) -> None:
    """Numbers as one writes them, and as many as are read at a glance."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    decades = math.log10(high) - math.log10(low)
    if decades < 0.7:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_minor_locator(NullLocator())
    elif decades < 3:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axis.set_minor_formatter(NullFormatter())


def plain(value: float) -> str:
    """A number in full, or very large and small ones as a power of ten.

    >>> print(*map(plain, (0.02, 1, 50_000, 1e-8)))
    0.02 1 50,000 $10^{-8}$
    """
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.10g}"
    digits, _, exponent = f"{value:.10e}".partition("e")
    times = "" if float(digits) == 1 else rf"{float(digits):g}\times"
    return f"${times}10^{{{int(exponent)}}}$"


def legend(ax: Axes, of: Axes | None = None) -> None:
    """What the curves are, by default those of these axes: below, where they hide nothing."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import ScaledTranslation

    of = of or ax
    handles, names = of.get_legend_handles_labels()
    if any(lines.get_label() == PHASES for lines in of.collections):
        handles.append(Line2D([], [], color=GREY, linestyle="dotted", linewidth=1))
        names.append("a phase begins")
    figure = ax.get_figure()
    assert figure is not None
    across = _across(ax)
    names = [
        "\n".join(textwrap.wrap(name, max(12, int((across - _BESIDE) / _SMALL)))) for name in names
    ]
    widest = max(len(line) for name in names for line in name.split("\n"))
    below: dict[str, Any] = {}
    if figure.get_layout_engine() is not None:  # nobody else makes room outside the axes
        lines = (
            3.8 * float(ax.xaxis.label.get_fontsize()) / 72
        )  # the numbers and the name of the axis
        outside = ax.transAxes + ScaledTranslation(0, -lines, figure.dpi_scale_trans)
        below = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": outside}
        columns = max(1, int(across / (widest * _SMALL + _BESIDE)))
        below |= {"borderaxespad": 0, "ncols": columns, "frameon": False}
    ax.legend(handles, names, fontsize="small", **below)
