"""Curves with matplotlib, which is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrsched._core.check import PositiveCount, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.ask.describe import phases, samples, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 1000
_FAR = 2**52  # an axis of floats tells no more steps apart
_STEPS = rule_in(PositiveCount)


@public
def plot(
    *schedules: Schedule,
    steps: int | None = None,
    ax: Axes | None = None,
    log: bool = False,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Schedules as curves, the steps at which their phases begin marked by dotted lines.

    Args:
        *schedules: one or more schedules.
        steps: the last step; by default the end of the longest.
        ax: where to draw; by default a new figure, which needs no screen.
        log: a logarithmic axis for the values.
        labels: a name for each curve; by default its text.

    Returns:
        The matplotlib `Axes` with the curves.

    Raises:
        TypeError, ValueError: no schedules, one that is none, steps not given where all of them
            are endless or no positive integer, or not as many labels as schedules.
        ImportError: matplotlib is not installed.

    >>> import lrsched as lrs
    >>> ax = lrs.plot(lrs.LinearDecay(100), lrs.CosineDecay(100), labels=["linear", "cosine"])
    >>> [line.get_label() for line in ax.get_lines()]
    ['linear', 'cosine']
    """
    steps = last_step("plot", schedules, steps)
    names = names_of("plot", schedules, labels)
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(layout="constrained")
    for schedule, name in zip(schedules, names, strict=True):
        at = samples(schedule, steps, _POINTS)
        (line,) = ax.plot(at, schedule(at), label=name)
        joints = [part.start for part in phases(schedule) if 0 < part.start < steps][:_POINTS]
        low, high = (0, 1) if len(schedules) == 1 else (0, 0.05)
        if joints:
            ax.vlines(
                joints,
                low,
                high,
                transform=ax.get_xaxis_transform(),
                colors=line.get_color(),
                linestyles="dotted",
                linewidth=1,
            )
    if log:
        ax.set_yscale("log")
    ax.set_xlabel("step")
    ax.margins(x=0)
    ax.legend()
    return ax


def last_step(owner: str, schedules: Sequence[Schedule], steps: int | None) -> int:
    """The last step of a picture of schedules, of which there is one at least."""
    if not schedules:
        raise refusal(ValueError, owner, "schedules", "at least one schedule", schedules)
    for i, schedule in enumerate(schedules):
        A_SCHEDULE(owner, f"schedules[{i}]", schedule)
    if steps is not None:
        return min(int(_STEPS(owner, "steps", steps)), _FAR)
    longest = max(schedule.steps or 0 for schedule in schedules)
    if not longest:
        rule = "given where no schedule has an end"
        raise refusal(ValueError, owner, "steps", rule, None)
    return min(longest, _FAR)


def names_of(
    owner: str, schedules: Sequence[Schedule], labels: Sequence[str] | None, most: int = 60
) -> list[str]:
    """A name for each curve; by default its text, cut to a length."""
    names = [shortened(repr(s), most) for s in schedules] if labels is None else list(labels)
    if len(names) != len(schedules):
        rule = f"as many as the {len(schedules)} schedules"
        raise refusal(ValueError, owner, "labels", rule, names)
    return names
