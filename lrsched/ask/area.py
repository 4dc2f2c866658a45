"""The area under a schedule, to the last digits and mostly without visiting its steps.

A sum runs over n local steps first, first + clock, first + 2 clock, ...: a schedule that is
stretched by 1000 has a clock of 1/1000. Sums of straight lines, steps, exponentials and cosines
have closed forms, worked out in whole fractions or with 90 digits. What has none is added up.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from collections.abc import Sequence as Items
from decimal import Decimal
from fractions import Fraction

from lrsched._core.check import Count, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched._engine.ratio import simple_fraction
from lrsched.ask.bounds import bounds, cycle_at, stretched, unstretched
from lrsched.ask.questions import values_at
from lrsched.shapes import curves, decay, piecewise, warmup
from lrsched.shapes.compose import Product, Sequence, Sum, divisor
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.views import Clip, Quantize, Shift, Staircase, Stretch, Take

_COUNT = rule_in(Count)


@public
def area(schedule: Schedule, start: int, stop: int | None = None, /) -> float:
    """The sum of the values at `range(stop)`, or at `range(start, stop)`.

    A few ulp from the exact sum. Sequences, products with constants, cycles and whole stretches of
    straight lines, steps, exponentials and cosines cost the same however long they are; of other
    shapes every step is visited. Beyond the range of floats it is inf.

    Args:
        schedule: any schedule.
        start: the first step; 0 if only one step is given.
        stop: the step before which the sum ends.

    Raises:
        TypeError, ValueError: schedule is none, or a step no count.

    >>> import lrsched as lrs
    >>> lrs.area(lrs.LinearDecay(100), 100)
    50.5
    >>> lrs.area(lrs.CosineDecay(10**15), 10**6, 10**15)
    499999999000000.5
    """
    A_SCHEDULE("area", "schedule", schedule)
    if stop is None:
        start, stop = 0, start
    start, stop = _COUNT("area", "start", start), _COUNT("area", "stop", stop)
    with decimal.localcontext(_PRECISE):
        try:
            return float(_sum(schedule, Fraction(start), Fraction(1), stop - start))
        except _InfiniteError as error:
            return error.value
        except OverflowError:  # every value is finite, their sum is not
            return math.copysign(math.inf, schedule(stop))


_PRECISE = decimal.Context(prec=90, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


class _NoClosedFormError(Exception):
    pass


class _InfiniteError(Exception):
    def __init__(self, value: float) -> None:
        self.value = value


def _sum(schedule: Schedule, first: Fraction, clock: Fraction, n: int) -> Fraction:
    """The sum of the values at first + k * clock, for k from 0 to n - 1."""
    length = schedule.steps
    inside = n if length is None else _before(length, first, clock, n)
    held = Fraction(0) if length is None or inside >= n else (n - inside) * _exact(schedule(length))
    if inside <= 0:
        return held
    try:
        return held + _inside(schedule, first, clock, inside)
    except _NoClosedFormError:
        if clock != 1 or first.denominator != 1:
            raise  # there is a stretch around this schedule that can be evaluated itself
        return held + _visited(schedule, int(first), inside)


def _before(step: int, first: Fraction, clock: Fraction, n: int) -> int:
    """How many of the n steps are before this one."""
    return min(max(0, math.ceil((step - first) / clock)), max(0, n))


def _exact(value: float) -> Fraction:
    if math.isinf(value):
        raise _InfiniteError(value)
    return Fraction(value)


def _inside(schedule: Schedule, first: Fraction, clock: Fraction, n: int) -> Fraction:
    """The same, with all n steps before the schedule's end."""
    match schedule:
        case piecewise.Constant(value=value) | warmup.ConstantWarmup(start=value):
            return n * Fraction(value)
        case curves.Linear(steps=steps, start=a, end=b):
            return n * _line(0, a, steps, b, first + (n - 1) * clock / 2)
        case piecewise.PiecewiseLinear():
            return _lines(schedule, first, clock, n)
        case curves.Cosine(steps=steps, start=a, end=b):
            middle = n * (Fraction(a) + Fraction(b)) / 2
            return middle + (Fraction(a) - Fraction(b)) / 2 * _cosines(
                first / steps, clock / steps, n
            )
        case curves.Geometric(steps=steps, start=a, end=b):
            return _exponentials(a, (Decimal(b) / Decimal(a)).ln() / steps, first, clock, n)
        case decay.ExponentialDecay(gamma=gamma, every=every, start=a):
            if gamma == 0:
                return Fraction(a) if first == 0 else Fraction(0)
            return _exponentials(a, Decimal(gamma).ln() / every, first, clock, n)
        case curves.Saturating(timescale=timescale, start=a, end=b):
            away = Fraction(a) - Fraction(b)
            return n * Fraction(b) + away * _exponentials(
                1, -1 / Decimal(timescale), first, clock, n
            )
        case warmup.LinearGrowth(slope=slope, start=a):
            return n * (Fraction(a) + Fraction(slope) * (first + (n - 1) * clock / 2))
        case decay.StepDecay():
            return _scaled(Fraction(schedule.start), lambda: _stairs(schedule, first, clock, n))
        case decay.MultiStepDecay(milestones=milestones):
            levels = [schedule(0 if i == 0 else step) for i, step in enumerate((0, *milestones))]
            if milestones[:1] == (0,):
                levels[0] = 0.0  # never asked for
            return _levels(milestones, levels, first, clock, n)
        case piecewise.PiecewiseConstant(boundaries=boundaries, values=values):
            return _levels(boundaries, values, first, clock, n)
        case Sequence():
            return _phases(schedule, first, clock, n)
        case Take(schedule=inner):
            return _sum(inner, first, clock, n)
        case Shift(schedule=inner, offset=offset):
            waiting = _before(-offset, first, clock, n)
            seen = first + offset + waiting * clock
            return waiting * _exact(inner(0)) + _sum(inner, seen, clock, n - waiting)
        case Stretch(schedule=inner, factor=factor) if simple := simple_fraction(factor):
            by = Fraction(*simple)
            return _sum(inner, first / by, clock / by, n)
        case Staircase(schedule=inner, every=every):
            return _flat(inner, every, first, clock, n)
        case Product(factors=factors):
            constants = [_constant(factor) for factor in factors]
            others = [f for f, c in zip(factors, constants, strict=True) if c is None]
            scale = math.prod((c for c in constants if c is not None), start=Fraction(1))
            if len(others) > 1:
                raise _NoClosedFormError
            if scale == 0 or not others:
                return scale * n
            return _scaled(scale, lambda: _sum(others[0], first, clock, n))
        case Sum(terms=terms):
            return sum((_sum(term, first, clock, n) for term in terms), Fraction(0))
        case Cycle():
            return _cycles(schedule, first, clock, n)
        case Clip(schedule=inner, lower=lower, upper=upper):
            low, high = bounds(inner, math.floor(first), math.ceil(first + (n - 1) * clock))
            if lower is not None and high <= lower:
                return n * Fraction(lower)
            if upper is not None and low >= upper:
                return n * Fraction(upper)
            if (lower is None or low >= lower) and (upper is None or high <= upper):
                return _sum(inner, first, clock, n)
        case Quantize() if clock == 1 and first.denominator == 1:
            return _by_level(schedule, int(first), int(first) + n)
    raise _NoClosedFormError


def _constant(factor: Schedule) -> Fraction | None:
    """The number that a factor is, or divides by."""
    below = divisor(factor)
    match below or factor:
        case piecewise.Constant(value=value) if value or below is None:
            return Fraction(value) if below is None else 1 / Fraction(value)
    return None


def _by_level(schedule: Schedule, start: int, stop: int) -> Fraction:
    """Spans on which the value is known not to change are not visited."""
    total, pending = Fraction(0), [(start, stop)]
    while pending:
        start, stop = pending.pop()
        low, high = bounds(schedule, start, stop - 1)
        if low == high:
            total += (stop - start) * _exact(low)
        elif stop - start <= _CHUNK:
            total += _visited(schedule, start, stop - start)
        else:
            middle = (start + stop) // 2
            pending += [(start, middle), (middle, stop)]
    return total


def _visited(schedule: Schedule, start: int, n: int) -> Fraction:
    """Step by step: the sum of each chunk is exact but for its last, 106th bit."""
    total = Fraction(0)
    for begin in range(start, start + n, _CHUNK):
        values = values_at(schedule, begin, min(begin + _CHUNK, start + n)).tolist()
        rough = math.fsum(values)
        total += _exact(rough) + Fraction(math.fsum([*values, -rough]))
    return total


_CHUNK = 65_536


def _line(t0: int, v0: float, t1: int, v1: float, t: Fraction) -> Fraction:
    """The straight line through two points. The mean over evenly spaced steps is its middle."""
    return Fraction(v0) + (Fraction(v1) - Fraction(v0)) * (t - t0) / (t1 - t0)


def _lines(line: piecewise.PiecewiseLinear, first: Fraction, clock: Fraction, n: int) -> Fraction:
    done = _before(line.knots[0], first, clock, n)
    total = done * Fraction(line.values[0])
    knots, values = line.knots, line.values
    for t0, t1, v0, v1 in zip(knots, knots[1:], values, values[1:], strict=False):
        until = _before(t1, first, clock, n)
        if until > done:
            total += (until - done) * _line(t0, v0, t1, v1, first + (done + until - 1) * clock / 2)
            done = until
    return total


def _levels(
    boundaries: Items[int], values: Items[float], first: Fraction, clock: Fraction, n: int
) -> Fraction:
    """One value more than boundaries, each from its boundary on."""
    cuts = [0, *(_before(step, first, clock, n) for step in boundaries), n]
    return sum(
        ((b - a) * _exact(v) for a, b, v in zip(cuts, cuts[1:], values, strict=False) if b > a),
        Fraction(0),
    )


def _exponentials(
    scale: float, rate: Decimal, first: Fraction, clock: Fraction, n: int
) -> Fraction:
    """scale times the sum of exp(rate * t)."""
    begin = (rate * _decimal(first)).exp()
    step = rate * _decimal(clock)
    total = begin * n if rate == 0 else begin * (1 - (step * n).exp()) / (1 - step.exp())
    return _scaled(Fraction(scale), lambda: _fraction(total))


def _scaled(scale: Fraction, total: Callable[[], Fraction]) -> Fraction:
    """scale * total(), infinite ones too."""
    try:
        return scale * total() if scale else scale
    except _InfiniteError as error:
        raise _InfiniteError(error.value if scale > 0 else -error.value) from None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _fraction(value: Decimal) -> Fraction:
    """Exactly; but 0 far below the range of floats and infinite far above it."""
    if value and value.adjusted() > 700:
        raise _InfiniteError(math.copysign(math.inf, value))
    return Fraction(value) if value and value.adjusted() > -700 else Fraction(0)


def _stairs(stairs: decay.StepDecay, first: Fraction, clock: Fraction, n: int) -> Fraction:
    """The first stair is 1 high."""
    parts = _flights(stairs.every, first, clock, n)
    return sum(
        (points * _powers(stairs.gamma, level, count) for points, level, count in parts),
        Fraction(0),
    )


def _flat(inner: Schedule, every: int, first: Fraction, clock: Fraction, n: int) -> Fraction:
    parts = _flights(every, first, clock, n)
    sums = (
        points * _sum(inner, Fraction(level * every), Fraction(every), count)
        for points, level, count in parts
    )
    return sum(sums, Fraction(0))


def _flights(every: int, first: Fraction, clock: Fraction, n: int) -> list[tuple[int, int, int]]:
    """Stairs of `every` steps: how many of the n are on each, the first one's number, how many.

    A partial stair, as many whole ones as there are, and a partial one.
    """
    each = every / clock
    if each.denominator != 1:
        raise _NoClosedFormError
    level = math.floor(first / every)
    head = _before((level + 1) * every, first, clock, n)
    whole, tail = divmod(n - head, int(each))
    parts = [(head, level, 1), (int(each), level + 1, whole), (tail, level + 1 + whole, 1)]
    return [part for part in parts if part[0] and part[2]]


def _powers(gamma: float, i: int, count: int) -> Fraction:
    """gamma**i + gamma**(i + 1) + ..., of so many terms."""
    if gamma == 0:
        return Fraction(i == 0)
    return _exponentials(1, Decimal(gamma).ln(), Fraction(i), Fraction(1), count)


def _phases(sequence: Sequence, first: Fraction, clock: Fraction, n: int) -> Fraction:
    total, done = Fraction(0), 0
    ends = [*sequence.offsets[1:], None]
    for phase, offset, end in zip(sequence.phases, sequence.offsets, ends, strict=True):
        until = n if end is None else _before(end, first, clock, n)
        if until > done:
            total += _sum(phase, first + done * clock - offset, clock, until - done)
            done = until
    return total


# Cycles that are added up one by one, where they don't all have the same steps in them.
_CYCLES = 10_000


def _cycles(cycle: Cycle, first: Fraction, clock: Fraction, n: int) -> Fraction:
    if cycle.table is not None and cycle.table.ahead is not None:
        raise _NoClosedFormError  # cycles of rounded lengths
    total, done = Fraction(0), 0
    for _ in range(_CYCLES):
        if done == n:
            return total
        t = first + done * clock
        i, begin, factor = cycle_at(cycle, math.floor(t))
        length = cycle.fixed + (cycle.first - cycle.fixed) * factor
        points = _before(int(begin + length), first, clock, n) - done
        one = _one_cycle(cycle, t - begin, clock, factor, points)
        alike = 1
        if t == begin and factor == 1 == cycle.stretch and (length / clock).denominator == 1:
            alike = max(1, (n - done) // points)  # whole cycles ahead
        total += one * _powers(cycle.gain, i, alike)
        done += points * alike
    raise _NoClosedFormError


def _one_cycle(cycle: Cycle, u: Fraction, clock: Fraction, factor: Fraction, n: int) -> Fraction:
    """n steps u, u + clock, ... of a cycle that is so much stretched."""
    if not cycle.mirror:
        return _forth(cycle, u, clock, factor, n)
    half = stretched(cycle, Fraction(cycle.first // 2), factor)
    forth = min(n, max(0, math.ceil((half - u) / clock)))
    last = 2 * half - (u + (n - 1) * clock)  # read backwards, the last step is the first
    return _forth(cycle, u, clock, factor, forth) + _forth(cycle, last, clock, factor, n - forth)


def _forth(cycle: Cycle, u: Fraction, clock: Fraction, factor: Fraction, n: int) -> Fraction:
    lead = min(n, _before(cycle.lead, u, clock, n))
    rest = unstretched(cycle, u + lead * clock, factor)
    return _sum(cycle.schedule, u, clock, lead) + _sum(
        cycle.schedule, rest, clock / factor, n - lead
    )


def _cosines(first: Fraction, clock: Fraction, n: int) -> Fraction:
    """The sum of cos(pi (first + k clock)), as of a geometric series of complex numbers."""
    ratio = _sin_pi(n * clock / 2) / _sin_pi(clock / 2)
    middle = first + (n - 1) * clock / 2
    return Fraction(ratio * _sin_pi(middle + Fraction(1, 2)))


_PI = Decimal(
    "3.1415926535897932384626433832795028841971693993751058209749445923078164062862"
    "0899862803482534211706798214808651"
)


def _sin_pi(x: Fraction) -> Decimal:
    """sin(pi x), to 90 digits: reduced exactly to a quarter turn, then its series."""
    turn = x % 2
    if turn > 1:
        return -_sin_pi(turn - 1)
    angle = _PI * _decimal(min(turn, 1 - turn))
    term = total = angle
    k = 1
    while term and abs(term) > abs(total).scaleb(-95):
        k += 2
        term *= -angle * angle / (k * (k - 1))
        total += term
    return total
