"""What the functions that draw with matplotlib are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lrsched._core.check import PositiveCount, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.show.labels import labels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches.
LARGEST = 100
_FAR = 2**52  # an axis of floats tells no more steps apart
_STEPS = rule_in(PositiveCount)


def the_schedules(owner: str, schedules: Sequence[Any]) -> None:
    """At least one, and each a schedule."""
    if not schedules:
        raise refusal(ValueError, owner, "schedules", "at least one schedule", schedules)
    for i, schedule in enumerate(schedules):
        A_SCHEDULE(owner, f"schedules[{i}]", schedule)


def the_last_step(owner: str, schedules: Sequence[Schedule], steps: int | None) -> int:
    """The last step of a picture of schedules: as given, or where the longest ends."""
    the_schedules(owner, schedules)
    if steps is not None:
        return min(int(_STEPS(owner, "steps", steps)), _FAR)
    longest = max(schedule.steps or 0 for schedule in schedules)
    if not longest:
        rule = "given where no schedule has an end"
        raise refusal(ValueError, owner, "steps", rule, None)
    return min(longest, _FAR)


def the_labels(owner: str, schedules: Sequence[Schedule], labels: Any) -> list[str]:
    """A name for each schedule: those that are given, or what tells the schedules apart."""
    if labels is None:
        return labels_of([repr(schedule) for schedule in schedules])
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise refusal(TypeError, owner, "labels", "a sequence of texts", labels)
    names = [str(label) for label in labels]
    if len(names) != len(schedules):
        rule = f"as many as the {len(schedules)} schedules"
        raise refusal(ValueError, owner, "labels", rule, names)
    return names


def the_text(owner: str, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise refusal(TypeError, owner, name, "a text", value)
    return value


def the_axes(owner: str, ax: Axes | None, title: Any, size: Any) -> Axes:
    """Those that were handed in, or of a new figure of that size; with the title above them."""
    if title is not None:
        the_text(owner, "title", title)
    if size is not None:
        size = _inches(owner, size)
        if ax is not None:
            raise refusal(ValueError, owner, "size", "left out where ax is given", size)
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(figsize=size, layout="constrained")
    if title is not None:
        ax.set_title(title)
    return ax


def _inches(owner: str, size: Any) -> tuple[float, float]:
    rule = f"a width and a height in inches, above 0 and of at most {LARGEST}"
    try:
        width, height = map(float, size)
    except (TypeError, ValueError):
        raise refusal(TypeError, owner, "size", rule, size) from None
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise refusal(ValueError, owner, "size", rule, size)
    return width, height
