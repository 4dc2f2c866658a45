"""Between which values does a schedule stay, from one step to another: without visiting them all.

A shape says at which steps it turns: between them its ends bound it. A combinator's bounds follow
from its members'. The bounds may be wider than need be, and are the narrower the closer the steps
are. They hold up to the rounding of the values.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from lrsched._core.schedule import Schedule
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.numpy import EXACT, NUMPY
from lrsched.shapes.compose import Product, Sequence, Sum
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.views import Clip, Power, Quantize, Shift, Staircase, Stretch, Take, Warp

# The last step that anybody asks about: it stands for "for ever".
LAST = 2**1000

# No clock goes further.
_FAR = 2.0**100


class Bounds(NamedTuple):
    low: float
    high: float


UNKNOWN = Bounds(-math.inf, math.inf)


def bounds(schedule: Schedule, a: int, b: int, whole: bool = True) -> Bounds:
    """Bounds of the values from step a to step b, b included. `UNKNOWN` where a class
    does not tell its turns.

    whole: whether the steps are whole numbers: the end of a phase is then never quite reached.
    """
    if schedule.steps is not None:
        a, b = min(a, schedule.steps), min(b, schedule.steps)
    if a == b:
        return _hull(_value(schedule, a))
    match schedule:
        case Sequence():
            first, last = (bisect.bisect_right(schedule.offsets, t) - 1 for t in (a, b))
            spans = zip(
                schedule.phases[first : last + 1],
                schedule.offsets[first : last + 1],
                [*(end - whole for end in schedule.offsets[first + 1 : last + 1]), b],
                strict=True,
            )
            return _union(
                bounds(phase, max(a, begin) - begin, end - begin, whole)
                for phase, begin, end in spans
                if begin <= end
            )
        case Product():
            return functools.reduce(_times, (bounds(f, a, b, whole) for f in schedule.factors))
        case Sum():
            return functools.reduce(_plus, (bounds(term, a, b, whole) for term in schedule.terms))
        case Take():
            return bounds(schedule.schedule, a, b, whole)
        case Shift():
            a, b = (max(0, t + schedule.offset) for t in (a, b))
            return bounds(schedule.schedule, a, b, whole)
        case Stretch():
            return bounds(schedule.schedule, *_divided(a, b, Fraction(schedule.factor)), False)
        case Staircase(schedule=inner, every=every):
            return bounds(inner, a // every * every, b // every * every, whole)
        case Warp(schedule=inner, clock=clock):
            low, high = (min(max(t, 0.0), _FAR) for t in bounds(clock, a, b, whole))
            return bounds(inner, math.floor(low), math.ceil(high), False)
        case Cycle():
            return _cycle(schedule, a, b, whole)
        case Clip():
            lower = -math.inf if schedule.lower is None else schedule.lower
            upper = math.inf if schedule.upper is None else schedule.upper
            return Bounds(
                *(min(max(value, lower), upper) for value in bounds(schedule.schedule, a, b, whole))
            )
        case Power(schedule=inner, power=k):
            return _raised(bounds(inner, a, b, whole), k)
        case Quantize(schedule=inner):
            return Bounds(
                *(
                    float(schedule.of(value, NUMBERS))
                    if math.isfinite(value / schedule.unit)
                    else value / schedule.unit  # infinite as the schedule is there
                    for value in bounds(inner, a, b, whole)
                )
            )
    return UNKNOWN if schedule.turns is None else _turning(schedule, schedule.turns, a, b)


def _value(schedule: Schedule, t: int) -> float:
    """As a vector of steps has it: its last digit is not always a single step's.

    By the formula itself: a sequence of thousands asks each of its phases for a value or two, for
    which no program need be written.
    """
    if EXACT <= t < LAST:
        return schedule(t)
    step = np.array([t if t < EXACT else float(t)])
    try:
        with np.errstate(all="ignore"):
            return float(NUMPY.interpret(schedule, step)[0])
    except OverflowError:  # a length beyond int64
        return float(schedule(step)[0])


def _hull(*values: float) -> Bounds:
    return Bounds(min(values), max(values))


def _union(several: Iterable[Bounds]) -> Bounds:
    lows, highs = zip(*several, strict=True)
    return Bounds(min(lows), max(highs))


def _plus(a: Bounds, b: Bounds) -> Bounds:
    return Bounds(*(0.0 if math.isnan(x + y) else x + y for x, y in zip(a, b, strict=True)))


def _times(a: Bounds, b: Bounds) -> Bounds:
    products = [x * y for x in a for y in b]
    return _hull(*(0.0 if math.isnan(value) else value for value in products))


def _raised(values: Bounds, k: float) -> Bounds:
    """Up and down, with a turn or a pole at 0 alone."""
    ends = [*values, 0.0] if values.low <= 0 <= values.high else [*values]
    raised = [power(end, k) for end in ends]
    if k < 0 and k % 2 == 1 and values.low < 0 and len(ends) > 2:  # the other side of the pole
        raised.append(-math.inf)
    return _hull(*raised)


def _turning(schedule: Schedule, turns: tuple[int, ...], a: int, b: int) -> Bounds:
    """Up and down, with turns at known steps alone."""
    between = turns[bisect.bisect_right(turns, a) : bisect.bisect_left(turns, b)]
    return _hull(*(_value(schedule, t) for t in (a, *between, b)))


def _divided(a: int | Fraction, b: int | Fraction, by: Fraction) -> tuple[int, int]:
    """Whole steps around a/by and b/by."""
    low, high = max(0, math.floor(a / by)), math.ceil(b / by)
    # By no whole number, the schedule is asked about a rounded quotient: one more on either side.
    return (low, high) if by.denominator == 1 else (max(0, low - 1), high + 1)


def _cycle(cycle: Cycle, a: int, b: int, whole: bool) -> Bounds:
    (i, begin, factor), (last, _, _) = cycle_at(cycle, a), cycle_at(cycle, b)
    length = cycle.schedule.steps or 0
    if i < last:
        # Forth alone, the last step is the next cycle's first.
        end = length - (whole and cycle.stretch == 1 and not cycle.mirror)
        one = bounds(cycle.schedule, 0, end, whole)
        gains = [_hull(power(cycle.gain, n)) for n in (i, last)]
        return _union([_hull(_value(cycle, b)), *(_times(one, gain) for gain in gains)])
    u, v = a - begin, b - begin
    if cycle.mirror:
        half = stretched(cycle, Fraction(length), factor)
        u, v = (2 * half - v, 2 * half - u) if u >= half else (min(u, 2 * half - v), min(v, half))
    x, y = unstretched(cycle, u, factor), unstretched(cycle, v, factor)
    more = factor.denominator > 1  # a rounded power
    low, high = max(0, math.floor(x) - more), math.ceil(y) + more
    inside = bounds(cycle.schedule, low, high, whole and factor == 1)
    return _times(inside, _hull(power(cycle.gain, i)))


def power(base: float, k: float) -> float:
    """As a schedule raised to a power has it."""
    return float(NUMBERS.raised(base, k))


def cycle_at(cycle: Cycle, t: int) -> tuple[int, Fraction, Fraction]:
    """The cycle that step t is in: its number, where it begins, by how much it is stretched."""
    table = cycle.table
    if table is None:
        i = t // cycle.first
        i = i if cycle.count is None else min(i, cycle.count - 1)
        return i, Fraction(i * cycle.first), Fraction(1)
    i = bisect.bisect_right(table.begins, t) - 1
    ahead = Fraction(0 if table.ahead is None else table.ahead[i])
    return i, table.begins[i] - ahead, Fraction(table.factors[i])


def unstretched(cycle: Cycle, u: Fraction, factor: Fraction) -> Fraction:
    """The step of the schedule that is played u steps into a cycle so much stretched."""
    return min(u, Fraction(cycle.lead)) + max(u - cycle.lead, Fraction(0)) / factor


def stretched(cycle: Cycle, x: Fraction, factor: Fraction) -> Fraction:
    """How far into a cycle so much stretched the schedule has come to its step x."""
    return min(x, Fraction(cycle.lead)) + max(x - cycle.lead, Fraction(0)) * factor


def cycle_span(cycle: Cycle, i: int) -> tuple[int | None, int | None]:
    """The steps on which a cycle and the next begin; None where there is none."""
    if cycle.table is None:
        steps: list[int | None] = [n * cycle.first for n in (i, i + 1)]
    else:
        steps = [*cycle.table.begins[i : i + 2], None, None][:2]
    return (None, None) if i == cycle.count else (steps[0], steps[1])
