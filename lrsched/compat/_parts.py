"""What several translations share: rules for arguments, and the curve between two values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Listing
from fractions import Fraction
from typing import Annotated, Any

from lrsched._core.check import NonNegative, Rule, Steps, integer_that, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.shapes import (
    Constant,
    CosineDecay,
    CosineWarmup,
    Cycle,
    LinearDecay,
    LinearWarmup,
    MultiStepDecay,
    PiecewiseConstant,
    Sequence,
    Stretch,
    Take,
    Warp,
)


def _nothing(value: Any) -> None:
    if value is not None:
        raise ValueError


def _milestones(values: Any) -> tuple[int, ...]:
    steps = tuple(rule_in(Steps).accept([value])[0] for value in values)
    if any(b < a for a, b in itertools.pairwise(steps)):
        raise ValueError
    return steps


def keywords(value: Any) -> dict[str, Any]:
    """What is given for the `**` of another function."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError
    return dict(value)


def _schedules(values: Any) -> tuple[Schedule, ...]:
    accepted = tuple(A_SCHEDULE.accept(value) for value in values)
    if not accepted:
        raise ValueError
    return accepted


# The peer's parameter has its place in the signature, but no schedule can stand for it.
Nothing = Annotated[None, Rule("None: a schedule has no place for it", _nothing)]
ASchedule = Annotated[Schedule, A_SCHEDULE]
Schedules = Annotated[Listing[Schedule], Rule("a sequence of one or more schedules", _schedules)]
Milestones = Annotated[Listing[int], Rule("non-negative integers in ascending order", _milestones)]
Rate = NonNegative
# Parts of which each is written out, or counted in fractions of a step.
Several = Annotated[int, integer_that("an integer from 1 to 1000000", lambda n: 1 <= n <= 10**6)]


def at_most(owner: str, name: str, value: Any, limit: Any, what: str) -> None:
    """Refuse a value above a limit that another parameter sets."""
    if value > limit:
        raise refusal(ValueError, owner, name, f"at most {what}={limit}", value)


def line(steps: int, start: float, end: float) -> Schedule:
    """A straight line, by the name of its direction."""
    curve = LinearWarmup if start < end else LinearDecay
    return curve(steps, start=start, end=end)


def cosine(steps: int, start: float, end: float) -> Schedule:
    """Half a cosine wave, by the name of its direction."""
    curve = CosineWarmup if start < end else CosineDecay
    return curve(steps, start=start, end=end)


def waves(steps: int, start: float, end: float, halves: float) -> Schedule:
    """Cosine from `start` to `end` and back, so many half waves of it."""
    if halves == 0:
        return Constant(start, steps)
    if halves == 1:
        return CosineDecay(steps, start=start, end=end)
    wave = CosineDecay(1, start=start, end=end)
    return Warp(Cycle(wave, mirror=True), LinearWarmup(steps, end=halves))


def at_milestones(milestones: Listing[int], gamma: float, start: float) -> Schedule:
    """A factor of gamma at each milestone, twice where one is listed twice."""
    boundaries = tuple(sorted(set(milestones)))
    if len(boundaries) == len(milestones):
        return MultiStepDecay(boundaries, gamma, start=start)
    counts = (sum(m <= boundary for m in milestones) for boundary in boundaries)
    return PiecewiseConstant(boundaries, (start, *(start * gamma**count for count in counts)))


def joined(
    owner: str, names: tuple[str, str], schedules: Listing[Schedule], boundaries: Listing[int]
) -> Schedule:
    """One schedule after another, each from its own step 0, changing at the boundaries."""
    if len(boundaries) != len(schedules) - 1:
        rule = f"one fewer than the {len(schedules)} {names[0]}"
        raise refusal(ValueError, owner, names[1], rule, boundaries)
    lengths = (b - a for a, b in itertools.pairwise((0, *boundaries)))
    parts = [
        schedule if schedule.steps == length else Take(schedule, length)
        for schedule, length in zip(schedules, lengths, strict=False)
    ]
    return Sequence(*parts, schedules[-1]) if parts else schedules[-1]


def in_updates(make: Callable[..., Schedule], *lengths: Fraction | int, each: int = 1) -> Schedule:
    """What is made of lengths, of which an update is `each`, as a schedule of updates.

    It is made in the largest unit that all are whole numbers of: updates, where that can be.
    """
    exact = [Fraction(length) for length in lengths]
    parts = math.lcm(*(length.denominator for length in exact))
    unit = Fraction(math.gcd(*(int(length * parts) for length in exact), each * parts), parts)
    made, units = make(*(int(length / unit) for length in exact)), int(each / unit)
    return made if units == 1 else Stretch(made, factor=1 / units)
