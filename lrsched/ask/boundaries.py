"""Where one phase, cycle or stair gives way to the next, through every combinator.

A shape gives way where it turns, at its stairs, and at its end; a combinator where its members do,
seen on its own clock. Marks are made one after another, from any step on, so that endless
schedules have them too, and far out none before is visited.
"""

from __future__ import annotations

import bisect
import enum
import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from lrsched._core.check import Count, checked, refusal, shown
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched._engine.numpy import EXACT
from lrsched._engine.ratio import simple_fraction
from lrsched.ask.bounds import cycle_at, cycle_span, stretched, unstretched
from lrsched.ask.questions import ASchedule, first_where
from lrsched.shapes.compose import Product, Sequence, Sum
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.decay import MultiStepDecay, StepDecay
from lrsched.shapes.views import Clip, Power, Quantize, Shift, Staircase, Stretch, Take, Warp

Step = int | Fraction

# Boundaries that are listed.
_MOST = 100_000

# Stairs of a Quantize that are located, and of those in steps one after another.
_STAIRS, _CLOSE = 1000, 8

# Marks within one whole step that are passed one by one; beyond them, they are skipped.
_CROWD = 16


@public
@checked
def boundaries(schedule: ASchedule, total_steps: Count | None = None) -> tuple[int, ...]:
    """The steps at which one phase, cycle or stair of a schedule gives way to the next.

    Ascending and without 0; each is the first step of what comes next. Through every combinator:
    phases, cycles and their way back, the stairs of `StepDecay`, `MultiStepDecay`,
    `PiecewiseConstant`, `Staircase` and `Quantize`, the knots of `PiecewiseLinear`, the peak of
    `Noam`, the end of a factor or a term, and of the wait of a `Shift`. Of a user's class they are
    its `turns`. The end of the schedule is the last, where it has one.

    Args:
        schedule: any schedule.
        total_steps: how far to look, this step included; an endless schedule needs it.

    Raises:
        TypeError, ValueError: schedule is none, total_steps no count, or not given for an endless
            schedule; or there are more than a hundred thousand boundaries.

    >>> import lrsched as lrs
    >>> lrs.boundaries(lrs.Sequence(lrs.LinearWarmup(5), lrs.Cycle(lrs.CosineDecay(10), count=3)))
    (5, 15, 25, 35)
    >>> lrs.boundaries(0.1 * lrs.StepDecay(every=30), total_steps=90)
    (30, 60, 90)
    """
    end = schedule.steps
    if end is None and total_steps is None:
        rule = "given for an endless schedule"
        raise refusal(ValueError, "boundaries", "total_steps", rule, None)
    stop = min(step for step in (end, total_steps) if step is not None)
    listed = list(itertools.islice(_whole(schedule, stop), _MOST + 1))
    if len(listed) > _MOST:
        what = f"{shown(schedule)} has more than {_MOST} boundaries in {stop} steps"
        raise ValueError(f"boundaries: {what}")
    if end == stop and end and listed[-1:] != [end]:
        listed.append(end)
    return tuple(listed)


def _whole(schedule: Schedule, stop: int) -> Iterator[int]:
    """The first whole steps behind marks, once each, `stop` included."""
    last, again = 0, True
    while again:
        again, crowd = False, 0
        for mark in marks(schedule, Mark(last)):
            if mark.step > stop:
                return
            if mark.step > last:
                last, crowd = mark.step, 0
                yield last
            elif (crowd := crowd + 1) == _CROWD:
                again = True
                break


class Mark(NamedTuple):
    """A place where one piece gives way to the next. Marks are ordered as they are met.

    `at` is a real step. The next piece answers there already or, if it comes `late`, right after:
    on the way back, a cycle meets the beginnings of its pieces as their ends.
    """

    at: Step
    late: bool = False

    @property
    def step(self) -> int:
        """The first whole step of the next piece."""
        return math.floor(self.at) + 1 if self.late else math.ceil(self.at)


START = Mark(0)


class Own(enum.IntEnum):
    """Which marks are listed beside those where the parts of a composition meet and end."""

    NONE = 0
    BREAKS = 1  # of shapes and staircases: where a curve may break
    ALL = 2  # of Quantize as well: it is level on both sides, and there may be many within a step
    KNOWN = 3  # as BREAKS, without those that are found in the values of a clock alone


def marks(schedule: Schedule, after: Mark = START, own: Own = Own.ALL) -> Iterator[Mark]:
    """The marks behind one of them, ascending; without an end for endless cycles and stairs."""
    if not schedule.varies:
        return
    match schedule:
        case Sequence():
            yield from _of_phases(schedule, after, own)
        case Product(factors=members) | Sum(terms=members):
            yield from _once(heapq.merge(*(marks(member, after, own) for member in members)))
        case Take(schedule=inner, steps=steps):
            yield from _ending(marks(inner, after, own), after, steps)
        case Shift(schedule=inner, offset=offset):
            if after < Mark(-offset):
                yield Mark(-offset)
            seen = max(START, Mark(after.at + offset, after.late))
            yield from (Mark(at - offset, late) for at, late in marks(inner, seen, own))
        case Stretch():
            yield from _stretched(schedule, after, own)
        case Staircase():
            yield from _on_stairs(schedule, after, own)
        case Clip(schedule=inner) | Power(schedule=inner):
            yield from marks(inner, after, own)
        case Quantize(schedule=inner):
            stairs = _changes(schedule, _of_level, after, _STAIRS) if own == Own.ALL else ()
            yield from _once(heapq.merge(marks(inner, after, own), stairs))
        case Warp():
            clock = marks(schedule.clock, after, own)
            of_piece = _of_piece(schedule.schedule, own)
            through = () if own == Own.KNOWN else _changes(schedule.clock, of_piece, after)
            yield from _once(heapq.merge(clock, through))
        case Cycle():
            yield from _of_cycles(schedule, after, own)
        case _:
            yield from _ending(_of_shape(schedule, after) if own else (), after, schedule.steps)


def _once(ascending: Iterable[Mark]) -> Iterator[Mark]:
    return (mark for mark, _ in itertools.groupby(ascending))


def _ending(inside: Iterable[Mark], after: Mark, end: int | None) -> Iterator[Mark]:
    """Marks before an end, and the end."""
    if end is None:
        yield from inside
        return
    yield from itertools.takewhile(lambda mark: mark.at < end, inside)
    if after < Mark(end):
        yield Mark(end)


def _of_shape(schedule: Schedule, after: Mark) -> Iterator[Mark]:
    if isinstance(schedule, StepDecay):
        yield from _stairs(schedule.every, after)
        return
    at = schedule.milestones if isinstance(schedule, MultiStepDecay) else schedule.turns or ()
    yield from map(Mark, itertools.islice(at, bisect.bisect_right(at, after.at), None))


def _stairs(every: int, after: Mark) -> Iterator[Mark]:
    return (Mark(i * every) for i in itertools.count(math.floor(after.at) // every + 1))


def _of_phases(schedule: Sequence, after: Mark, own: Own) -> Iterator[Mark]:
    offsets = schedule.offsets
    for i in range(bisect.bisect_right(offsets, after.at) - 1, len(offsets)):
        begin, end = offsets[i], offsets[i + 1] if i + 1 < len(offsets) else None
        if begin == end:
            continue
        if after < Mark(begin):
            yield Mark(begin)
        for at, late in marks(schedule.phases[i], _within(after, begin), own):
            if end is not None and at >= end - begin:
                break
            yield Mark(begin + at, late)


def _within(after: Mark, begin: Step) -> Mark:
    return max(START, Mark(after.at - begin, after.late))


def _stretched(schedule: Stretch, after: Mark, own: Own) -> Iterator[Mark]:
    simple = simple_fraction(schedule.factor)
    by = Fraction(*simple) if simple else Fraction(schedule.factor)
    for at, late in marks(schedule.schedule, Mark(after.at / by, after.late), own):
        mark = Mark(at * by, late)
        if simple is None and mark.at < EXACT:
            # The schedule is asked about a rounded quotient: it may be there already, or not yet.
            near = round(mark.at)
            seen = near / schedule.factor
            there = seen > at if late else seen >= at
            if there != (mark <= Mark(near)):
                mark = Mark(near, not there)
            if schedule.steps is not None:  # it may never get there
                mark = min(mark, Mark(schedule.steps))
        if after < mark:
            yield mark


def _on_stairs(schedule: Staircase, after: Mark, own: Own) -> Iterator[Mark]:
    inner, every = schedule.schedule, schedule.every
    if own:
        yield from _ending(_stairs(every, after), after, schedule.steps)
        return
    stair = math.floor(after.at) // every * every
    while (mark := next(marks(inner, Mark(stair), own), None)) is not None:
        stair = -(-mark.step // every) * every  # the others below it are not seen
        yield Mark(stair)


def _of_cycles(cycle: Cycle, after: Mark, own: Own) -> Iterator[Mark]:
    first, _, _ = cycle_at(cycle, math.floor(after.at))
    for i in itertools.count(first):
        begin, end = cycle_span(cycle, i)
        if begin is None:
            break
        last = max(after, Mark(begin))
        if last != after:
            yield last
        for mark in _of_one(cycle, begin, last, own):
            if end is not None and mark.at >= end:
                break
            if last < mark:
                yield mark
    if cycle.steps is not None and after < Mark(cycle.steps):
        yield Mark(cycle.steps)


def _of_one(cycle: Cycle, begin: int, after: Mark, own: Own) -> Iterator[Mark]:
    """Of the cycle that begins there: the marks of its schedule, forth and back."""
    length = cycle.schedule.steps or 0
    _, start, factor = cycle_at(cycle, begin)

    def mark(at: Fraction, late: bool) -> Mark:
        # A factor that is not whole is a rounded power: without its last digit.
        rounded = factor.denominator > 1 and at < EXACT and float(at).is_integer()
        return Mark(int(float(at)) if rounded else at, late)

    seen = unstretched(cycle, Fraction(after.at - start), factor)
    forth = marks(cycle.schedule, Mark(seen, after.late), own)
    for at, late in itertools.takewhile(lambda mark: mark.at < length, forth):
        yield mark(start + stretched(cycle, Fraction(at), factor), late)
    if not cycle.mirror:
        return
    long = stretched(cycle, Fraction(length), factor)
    half, whole = start + long, start + 2 * long
    if after < Mark(half):
        yield mark(half, False)
    ahead = min(Fraction(length), unstretched(cycle, whole - after.at, factor))
    for at, late in _descending(cycle.schedule, Mark(ahead, True), own):
        if at < length:
            yield mark(whole - stretched(cycle, Fraction(at), factor), not late)


def _descending(schedule: Schedule, before: Mark, own: Own) -> Iterator[Mark]:
    while found := last_marks(schedule, before, _CROWD, own):
        yield from reversed(found)
        before = found[0]


def last_marks(schedule: Schedule, before: Mark, many: int, own: Own = Own.ALL) -> list[Mark]:
    """The last marks before one: `many` at most, and one at least, if there is any."""

    def some(after: Step) -> list[Mark]:
        behind = marks(schedule, Mark(after), own)
        within = itertools.takewhile(lambda mark: mark < before, behind)
        return list(itertools.islice(within, many + 1))

    found: list[Mark] = []
    low = high = Fraction(before.at)
    back = 1
    while low > 0 and len(found) <= many // 4:  # ever further back
        high, low, back = low, max(Fraction(0), low - back), 2 * back
        further = some(low)
        if len(further) > many:
            break
        found = further
    else:
        return found
    while not found and high - low > high / 2**60:  # too many behind `low`, none behind `high`
        middle = (low + high) / 2
        middle = Fraction(math.floor(middle)) if high - low >= 2 else middle
        nearer = some(middle)
        if len(nearer) > many:
            low, further = middle, nearer
        elif nearer:
            found = nearer
        else:
            high = middle
    return found or further[:many]


# The values between which a schedule does not change, the lower one included, by one of them.
Range = Callable[[float], tuple[float, float]]


def _of_level(value: float) -> tuple[float, float]:
    """Of a schedule that goes in stairs."""
    return value, math.nextafter(value, math.inf)


def _of_piece(schedule: Schedule, own: Own) -> Range:
    """Of a clock, as the schedule that is read by it has its marks; below 0 it reads as 0."""

    def around(value: float) -> tuple[float, float]:
        seen = Fraction(min(max(value, 0.0), _FAR))
        ahead = next(marks(schedule, Mark(seen), own), None)
        behind = last_marks(schedule, Mark(seen, True), 1, own)
        upper = math.inf if ahead is None else _reached(ahead)
        lower = _reached(behind[0]) if behind else 0.0
        return lower if lower > 0 else -math.inf, upper

    return around


def _changes(
    schedule: Schedule, around: Range, after: Mark, closely: float = math.inf
) -> Iterator[Mark]:
    """Where the value of a schedule leaves the range that it is in, again and again.

    It is looked at on whole steps: what it passes forth and back between two is not seen. After
    `closely` places, and where several are within a step, whole steps will do.
    """
    now, crept, crowd = float(after.at), 0, 0
    while now < EXACT:  # a float beyond has no next step
        lower, upper = around(schedule(now))
        step = _leaves(schedule, lower, upper, math.floor(now) + 1)
        if step is None or step > EXACT:
            return
        begin = before = now
        now = float(step)
        crowd = crowd + 1 if step == math.floor(begin) + 1 else 0
        closely -= 1
        if closely < 0 or (crowd > _CLOSE and closely < math.inf):
            yield Mark(step)
            continue
        while before < (middle := (before + now) / 2) < now:
            if lower <= schedule(middle) < upper:
                before = middle
            else:
                now = middle
        # Where values go to and fro in their last digits, so would the search, for ever.
        least = max(1.0, begin) * _LEAST
        crept = crept + 1 if now - begin < least else 0
        if crept > 4:
            now = begin + least
            continue
        whole = math.floor(now)
        late = begin <= whole < now < whole + max(1.0, whole) * _LEAST  # right after a whole step
        # The first float there; what rounds to it is there too: a cycle asks about its quotients.
        edge = (Fraction(before) + Fraction(now)) / 2
        at = whole if late or now == whole else edge
        if after < (mark := Mark(at, late)):
            yield mark


# As many digits of a step are those of what happens there.
_LEAST = 2.0**-45

# No clock goes further.
_FAR = 2.0**128


def _reached(mark: Mark) -> float:
    """The least number that is behind a mark."""
    near = float(mark.at)
    if near < mark.at or (mark.late and near == mark.at):
        return math.nextafter(near, math.inf)
    return near


def _leaves(schedule: Schedule, lower: float, upper: float, after: int) -> int | None:
    """The first step on which a value is not between two numbers, the lower one included."""
    if not lower <= schedule(float(after)) < upper:
        return after
    try:
        return first_where(
            "boundaries",
            schedule,
            lambda within: within.low < lower or within.high >= upper,
            lambda values: (values < lower) | (values >= upper),
            after,
        )
    except ValueError:  # a user's class, and nothing to be seen in ten million steps
        return None
