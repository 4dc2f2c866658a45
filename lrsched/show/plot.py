"""Curves with matplotlib, which is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.show.arguments import the_axes, the_labels, the_last_step, the_text
from lrsched.show.axes import (
    GREY,
    PHASES,
    axis_of_steps,
    drawable,
    dress,
    legend,
    logarithmic,
    styles,
)
from lrsched.show.curve import MOST_LINES, begins, curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 500


@public
def plot(
    *schedules: Schedule,
    steps: int | None = None,
    ax: Axes | None = None,
    log: bool = False,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    ylabel: str = "value",
    size: tuple[float, float] | None = None,
) -> Axes:
    """Schedules as curves, jumps upright, and dotted lines where a phase begins.

    The curves differ in colour, in colours that colour-blind people tell apart, and in dashes.

    Args:
        *schedules: one or more schedules.
        steps: the last step; by default the end of the longest.
        ax: where to draw; by default a new figure, which needs no screen.
        log: a logarithmic axis for the values, on which those not above 0 lie below the picture.
        labels: a name for each curve; by default its text, of a long one what tells it from the
            others.
        title: above the curves; by default none.
        ylabel: what the values are: "learning rate", "momentum", ...
        size: width and height of a new figure, in inches.

    Returns:
        The matplotlib `Axes` with the curves.

    Raises:
        TypeError, ValueError: no schedules, one that is none, steps not given where all of them
            are endless or no positive integer, not as many labels as schedules, a label, title or
            ylabel that is no text, or a size that is none or given beside ax.
        ImportError: matplotlib is not installed.

    >>> import lrsched as lrs
    >>> ax = lrs.plot(lrs.LinearDecay(100), lrs.CosineDecay(100), ylabel="learning rate")
    >>> [line.get_label() for line in ax.get_lines()]
    ['LinearDecay(100)', 'CosineDecay(100)']
    """
    steps = the_last_step("plot", schedules, steps)
    names = the_labels("plot", schedules, labels)
    the_text("plot", "ylabel", ylabel)
    ax = the_axes("plot", ax, title, size)
    draw(ax, schedules, names, steps, log)
    ax.set_ylabel(ylabel)
    legend(ax)
    return ax


def draw(
    ax: Axes, schedules: Sequence[Schedule], names: Sequence[str], steps: int, log: bool
) -> None:
    """The curves and their phases, without names for them."""
    alone, least, most = not ax.get_lines(), [], []
    for schedule, name, style in zip(schedules, names, styles(ax), strict=False):
        at, values = curve(schedule, steps, _COLUMNS)
        # A name that begins with an underscore would be none to matplotlib.
        values = drawable(values)
        ax.plot(at, values, label=f" {name}" if name.startswith("_") else name, **style)
        # Just before a restart from 0, values are next to it: on whole steps they are not.
        seen = schedule(np.rint(np.linspace(0, steps, _COLUMNS)))
        least.append(float(seen[seen > 0].min(initial=np.inf)))
        most.append(float(np.nanmax(values, initial=0.0)))
        _mark_phases(ax, schedule, steps, style["color"], alone=len(schedules) == 1)
    dress(ax)
    axis_of_steps(ax, steps, alone)
    if log:
        logarithmic(ax, min(least), max(most))


def _mark_phases(ax: Axes, schedule: Schedule, steps: int, color: str, alone: bool) -> None:
    joints = begins(schedule, steps)[: 2 * _COLUMNS]
    if not joints:
        return
    ax.vlines(
        joints,
        0,
        1 if alone and len(joints) <= MOST_LINES else 0.05,
        transform=ax.get_xaxis_transform(),
        colors=GREY if alone else color,
        linestyles="dotted",
        linewidth=1,
        label=PHASES,
    )
