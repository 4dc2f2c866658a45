"""What is known of runs, drawn under their schedules with matplotlib, imported when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import NonNegative, rule_in
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.ask.averages import weights_of
from lrsched.ask.laws import ALaw, LossLaw
from lrsched.ask.rates import length_of_run, rates_at
from lrsched.show.arguments import the_axes, the_labels, the_schedules
from lrsched.show.axes import axis_of_steps, dress, legend, log_ticks
from lrsched.show.plot import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_POINTS = 1000


@public
def plot_weights(
    *schedules: Schedule,
    steps: int,
    weight_decay: float,
    ax: Axes | None = None,
    log: bool = False,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    size: tuple[float, float] | None = None,
) -> Axes:
    """How much of each update is in the final weights, under the schedules: `averaging_weights`.

    Args:
        *schedules: one or more schedules, of the rates as the optimizer applies them.
        steps: how many updates the run has.
        weight_decay: of AdamW.
        ax: where to draw the weights, the schedules above it; by default a new figure.
        log: a logarithmic axis for the weights.
        labels: a name for each curve; by default as `plot` has it.
        title: above the schedules; by default none.
        size: width and height of a new figure, in inches.

    Returns:
        The matplotlib `Axes` with the weights; the schedules' is `ax.figure.axes[-1]`.

    Raises:
        TypeError, ValueError: as `plot` and `averaging_weights`.
        ImportError: matplotlib is not installed.

    >>> import lrsched as lrs
    >>> run = 1e-3 * lrs.LinearDecay(1000)
    >>> ax = lrs.plot_weights(run, steps=1000, weight_decay=0.1)
    >>> ax.get_ylabel(), ax.figure.axes[-1].get_lines()[0].get_label()
    ('weight of an update', '0.001 * LinearDecay(1000)')
    """
    decay = rule_in(NonNegative)("plot_weights", "weight_decay", weight_decay)

    def weights(rates: Floats, at: NDArray[np.int64]) -> Floats:
        return weights_of("plot_weights", rates, decay)[1:][at]

    ax, _, _ = _under("plot_weights", schedules, steps, weights, ax, log, labels, title, size)
    ax.set_ylabel("weight of an update")
    return ax


@public
def plot_losses(
    *schedules: Schedule,
    steps: int,
    law: LossLaw,
    ax: Axes | None = None,
    log: bool = False,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    size: tuple[float, float] | None = None,
) -> Axes:
    """The losses that a law predicts, under the schedules.

    The first tenth of the run, where losses fall from far above, sets no limit of the axis.

    Args:
        *schedules: one or more schedules, of the rates as the optimizer applies them.
        steps: how many updates the run has.
        law: a `MultiPowerLaw` or an `AnnealingLaw`.
        ax: where to draw the losses, the schedules above it; by default a new figure.
        log: a logarithmic axis for the losses.
        labels: a name for each curve; by default as `plot` has it.
        title: above the schedules; by default none.
        size: width and height of a new figure, in inches.

    Returns:
        The matplotlib `Axes` with the losses; the schedules' is `ax.figure.axes[-1]`.

    Raises:
        TypeError, ValueError: as `plot` and the law.
        ImportError: matplotlib is not installed.

    >>> import lrsched as lrs
    >>> law = lrs.AnnealingLaw(2.628, A=0.4297, alpha=0.5498, C=0.4108)
    >>> ax = lrs.plot_losses(2e-4 * lrs.LinearDecay(1000), steps=1000, law=law)
    >>> ax.get_ylabel(), len(ax.get_lines())
    ('predicted loss', 1)
    """
    of = rule_in(ALaw)("plot_losses", "law", law)
    ax, at, curves = _under(
        "plot_losses", schedules, steps, of.losses_of, ax, log, labels, title, size
    )
    ax.set_ylabel("predicted loss")
    drawn = np.concatenate([losses[at >= steps / 10] for losses in curves])
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size:
        margin = 0.05 * (drawn.max() - drawn.min()) or 0.05
        ax.set_ylim(drawn.min() - margin * (not log), drawn.max() + margin)
        if log:
            log_ticks(ax.yaxis, *ax.get_ylim())
    return ax


def _under(
    owner: str,
    schedules: Sequence[Schedule],
    steps: int,
    curve: Callable[[Floats, NDArray[np.int64]], Floats],
    ax: Axes | None,
    log: bool,
    labels: Sequence[str] | None,
    title: str | None,
    size: tuple[float, float] | None,
) -> tuple[Axes, NDArray[np.int64], list[Floats]]:
    """A curve of each run, and above it the schedules, on the same axis of steps."""
    the_schedules(owner, schedules)
    for i, schedule in enumerate(schedules):
        steps = length_of_run(owner, schedule, steps, f"schedules[{i}]")
    at = np.unique(np.rint(np.linspace(0, steps - 1, _POINTS)).astype(np.int64))
    curves = [
        curve(rates_at(owner, schedule, 0, steps, f"schedules[{i}]"), at)
        for i, schedule in enumerate(schedules)
    ]
    names = the_labels(owner, schedules, labels)
    ax = the_axes(owner, ax, title, size)
    above = _above(ax)
    above.set_title(ax.get_title())
    ax.set_title("")
    last = max(1, steps - 1)
    draw(above, schedules, names, last, log=False)
    above.set(xlabel="", ylabel="value")
    above.tick_params(labelbottom=False)
    for values, line in zip(curves, above.get_lines(), strict=True):
        ax.plot(at, values, c=line.get_color(), ls=line.get_linestyle(), label=line.get_label())
    dress(ax)
    axis_of_steps(ax, last)
    if log:
        ax.set_yscale("log")
        log_ticks(ax.yaxis, *ax.get_ylim())
    legend(ax, of=above)
    return ax, at, curves


def _above(ax: Axes) -> Axes:
    """New axes in the upper part of the room of others, which are left with the lower part."""
    spec = ax.get_subplotspec()
    if spec is not None:  # a layout engine moves both
        parts = spec.subgridspec(2, 1, height_ratios=(2, 3))
        ax.set_subplotspec(parts[1])
        return ax.figure.add_subplot(parts[0], sharex=ax)
    room = ax.get_position()
    ax.set_position((room.x0, room.y0, room.width, 0.57 * room.height))
    upper = (room.x0, room.y0 + 0.63 * room.height, room.width, 0.37 * room.height)
    return ax.figure.add_axes(upper, sharex=ax)
