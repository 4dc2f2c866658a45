"""What a schedule means, written a second time: naively, in fractions and 50 digits.

Nothing here is shared with the library. A step is a `Fraction` from end to end, the fields of a
schedule are taken as the exact numbers they are, and whatever leaves the rationals is computed
with mpmath. There is no overflow, no underflow and no rounding to speak of: where floats end, this
goes on to the mathematical value.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp, mpf

import lrsched as lrs

DIGITS = 50


def exact(schedule: lrs.Schedule, t: Any) -> mpf:
    """The value of a schedule at step t, which is a number of any kind and taken exactly."""
    t = Fraction(t)
    with mp.workdps(DIGITS):
        match schedule:
            case lrs.Product():
                return mp.fprod(exact(*member) for member in members(schedule, t))
            case lrs.Sum():
                return mp.fsum(exact(*member) for member in members(schedule, t))
            case lrs.Power(power=power):
                [value] = (exact(*member) for member in members(schedule, t))
                return raised(value, power)
            case lrs.Clip(lower=lower, upper=upper):
                [value] = (exact(*member) for member in members(schedule, t))
                value = value if lower is None else max(value, mpf(lower))
                return value if upper is None else min(value, mpf(upper))
            case lrs.Quantize(unit=unit, rounding=rounding):
                [value] = (exact(*member) for member in members(schedule, t))
                return unit * whole(value / unit, rounding)
            case lrs.Cycle():
                [value] = (exact(*member) for member in members(schedule, t))
                return value * _power(schedule.gain, cycle(schedule, t)[0])
        if inner := members(schedule, t):  # the others hand on the value of the one they ask
            [value] = (exact(*member) for member in inner)
            return value
    return _shape(schedule, t)


def whole(x: mpf, rounding: str) -> mpf:
    """A whole number, where what is rounded to the digits of a float counts as meant."""
    near = mp.nint(2 * x) / 2
    x = near if abs(x - near) <= 2**-48 * max(abs(x), 1) else x
    match rounding:
        case "down":
            return mp.floor(x)
        case "up":
            return mp.ceil(x)
    return mp.floor(x + mpf(0.5))


def members(schedule: lrs.Schedule, t: Fraction) -> list[tuple[lrs.Schedule, Fraction]]:
    """Which schedules a combinator asks at step t, each with the step that it is asked about."""
    match schedule:
        case lrs.Product(factors=all_of_them) | lrs.Sum(terms=all_of_them):
            return [(member, t) for member in all_of_them]
        case lrs.Sequence(phases=phases):
            for phase in phases[:-1]:
                if t < length(phase):
                    return [(phase, t)]
                t -= length(phase)
            return [(phases[-1], t)]
        case lrs.Take(schedule=inner, steps=steps):
            return [(inner, min(t, Fraction(steps)))]
        case lrs.Shift(schedule=inner, offset=offset):
            return [(inner, max(Fraction(0), t + offset))]
        case lrs.Stretch(schedule=inner, factor=factor):
            return [(inner, t / Fraction(factor))]
        case lrs.Cycle(schedule=inner):
            _, u = cycle(schedule, t)
            return [(inner, u)]
        case lrs.Clip(schedule=inner) | lrs.Power(schedule=inner) | lrs.Quantize(schedule=inner):
            return [(inner, t)]
        case lrs.Staircase(schedule=inner, every=every):
            return [(inner, t // every * every)]
        case lrs.Warp(schedule=inner, clock=clock):
            step = int(mp.nint(exact(clock, t) * 2**160))  # as many bits as there are digits
            return [(inner, max(Fraction(0), Fraction(step, 2**160)))]
    return []


def cycle(schedule: lrs.Cycle, t: Fraction) -> tuple[int, Fraction]:
    """The number of the cycle that step t falls in, and the step within the cycled schedule."""
    size = length(schedule.schedule)
    ways = 2 if schedule.mirror else 1
    first = ways * size
    last = math.inf if schedule.count is None else schedule.count - 1
    stretch = Fraction(repr(schedule.stretch))  # as its decimals say
    i, stretched, begin = 0, Fraction(1), Fraction(0)
    if stretch == 1:
        i = int(min(t // first, last))
        begin = i * Fraction(first)
    else:
        while i < last and t >= math.ceil(begin + ways * led(schedule, size, stretched)):
            begin += ways * led(schedule, size, stretched)
            i, stretched = i + 1, stretched * stretch
    half = led(schedule, size, stretched)
    u = min(t - begin, ways * half)
    if schedule.mirror and u > half:
        u = 2 * half - u
    return i, u if u < schedule.lead else schedule.lead + (u - schedule.lead) / stretched


def led(schedule: lrs.Cycle, size: int, stretched: Fraction) -> Fraction:
    """The way forth of a cycle, whose lead is not stretched."""
    return schedule.lead + (size - schedule.lead) * stretched


def length(schedule: lrs.Schedule) -> Any:
    """Length in steps, `math.inf` for an endless schedule."""
    match schedule:
        case lrs.Sequence(phases=phases):
            return sum(length(phase) for phase in phases)
        case lrs.Product(factors=all_of_them) | lrs.Sum(terms=all_of_them):
            moving = [member for member in all_of_them if not _never_moves(member)]
            return max((length(member) for member in moving), default=math.inf)
        case lrs.Shift(schedule=inner, offset=offset):
            return max(0, length(inner) - offset)
        case lrs.Stretch(schedule=inner, factor=factor):
            size = length(inner)
            return size if size == math.inf else math.ceil(size * Fraction(factor))
        case lrs.Cycle(schedule=inner, count=count):
            if count is None:
                return math.inf
            stretch, ways = Fraction(repr(schedule.stretch)), 2 if schedule.mirror else 1
            if stretch == 1:
                return ways * length(inner) * count
            halves = sum(led(schedule, length(inner), stretch**i) for i in range(count))
            return math.ceil(ways * halves)
        case lrs.Clip(schedule=inner) | lrs.Power(schedule=inner) | lrs.Quantize(schedule=inner):
            return length(inner)
        case lrs.Staircase(schedule=inner, every=every):
            return -(-length(inner) // every) * every if length(inner) != math.inf else math.inf
        case lrs.Warp(clock=clock):
            return length(clock)
        case lrs.PiecewiseLinear(knots=knots):
            return knots[-1]
    return math.inf if schedule.steps is None else schedule.steps


def _never_moves(schedule: lrs.Schedule) -> bool:
    """An endless constant, in whatever wrapping: the length of a product does not count it."""
    match schedule:
        case lrs.Constant(steps=steps):
            return steps is None
        case lrs.Product(factors=all_of_them) | lrs.Sum(terms=all_of_them):
            return all(map(_never_moves, all_of_them))
        case (
            lrs.Shift(schedule=inner)
            | lrs.Stretch(schedule=inner)
            | lrs.Clip(schedule=inner)
            | lrs.Power(schedule=inner)
        ):
            return _never_moves(inner)
        case lrs.Quantize(schedule=inner):
            return _never_moves(inner)
    return False


def _shape(schedule: lrs.Schedule, t: Fraction) -> mpf:
    size = length(schedule)
    if size != math.inf:
        t = min(t, Fraction(size))
    # Digits to lose: the last of 10**12 steps leaves 1 - x with twelve fewer.
    with mp.workdps(DIGITS + _digits(t) + (0 if size == math.inf else _digits(size))):
        match schedule:
            case lrs.Constant(value=value):
                return mpf(value)
            case lrs.PiecewiseConstant(boundaries=boundaries, values=values):
                return mpf(values[sum(boundary <= t for boundary in boundaries)])
            case lrs.PiecewiseLinear(knots=knots, values=values):
                return _number(interpolated(knots, values, t))
            case lrs.ConstantWarmup(steps=steps, start=start, end=end):
                return mpf(start) if t < steps else mpf(end)
            case lrs.ExponentialWarmup() | lrs.GeometricDecay():
                x = 1 - remaining(schedule, t)
                start, end = mpf(schedule.start), mpf(schedule.end)
                return start * _power(end / start, x)
            case lrs.LinearGrowth(slope=slope, start=start):
                return _number(Fraction(start) + Fraction(slope) * t)
            case lrs.ExponentialDecay(gamma=gamma, every=every, start=start):
                return mpf(start) * _power(gamma, t / every)
            case lrs.StepDecay(every=every, gamma=gamma, start=start):
                return mpf(start) * _power(gamma, t // every)
            case lrs.MultiStepDecay(milestones=milestones, gamma=gamma, start=start):
                return mpf(start) * _power(gamma, sum(step <= t for step in milestones))
            case lrs.InverseTimeDecay(rate=rate, every=every, start=start):
                return _number(Fraction(start) / (1 + Fraction(rate) * t / every))
            case lrs.InversePowerDecay() | lrs.InverseSqrtDecay():
                power = getattr(schedule, "power", 0.5)
                timescale = Fraction(schedule.timescale)
                return mpf(schedule.start) * _power(_number(timescale / (timescale + t)), power)
            case lrs.Noam(d_model=d_model, warmup_steps=warmup_steps, scale=scale):
                if t == 0:
                    return mpf(0)
                x, w = _number(t), mpf(warmup_steps)
                return scale / mp.sqrt(d_model) * min(1 / mp.sqrt(x), x / (w * mp.sqrt(w)))
        of_start, of_end = shares(schedule, t)
        return mpf(schedule.start) * of_start + mpf(schedule.end) * of_end


def remaining(schedule: Any, t: Fraction) -> Fraction:
    """The fraction of a shape's length that is left: none, where it has no length."""
    return 1 - t / schedule.steps if schedule.steps else Fraction(0)


def shares(schedule: Any, t: Fraction) -> tuple[mpf, mpf]:
    """How much of `start` and of `end` there is in the value; the two add up to 1."""
    if isinstance(schedule, lrs.SaturatingWarmup):
        passed = _number(t / Fraction(schedule.timescale))
        return mp.exp(-passed), -mp.expm1(-passed)
    if isinstance(schedule, lrs.LogarithmicWarmup):
        of_end = mp.log1p(_number(t)) / mp.log1p(schedule.steps) if schedule.steps else mpf(1)
        return 1 - of_end, of_end
    left = remaining(schedule, t)
    passed = 1 - left
    match schedule:
        case lrs.LinearWarmup() | lrs.LinearDecay():
            return _number(left), _number(passed)
        case lrs.CosineWarmup() | lrs.CosineDecay():
            return mp.sinpi(_number(left / 2)) ** 2, mp.sinpi(_number(passed / 2)) ** 2
        case lrs.PolynomialDecay(power=power):
            return _power(_number(left), power), _one_minus_power(left, power)
        case lrs.PolynomialWarmup(power=power) | lrs.PowerDecay(power=power):
            return _one_minus_power(passed, power), _power(_number(passed), power)
        case lrs.RexDecay(beta=beta):
            b = Fraction(beta)
            of_start = left / ((1 - b) + b * left)
            return _number(of_start), _number(1 - of_start)
        case lrs.TanhDecay(lower=lower, upper=upper):
            u = _number(Fraction(lower) * left + Fraction(upper) * passed)
            return 1 / (1 + mp.exp(2 * u)), 1 / (1 + mp.exp(-2 * u))  # (1 -+ tanh(u)) / 2
    raise TypeError(f"the reference does not know {type(schedule).__name__}")


def interpolated(knots: tuple[int, ...], values: tuple[float, ...], t: Fraction) -> Fraction:
    points = [(Fraction(k), Fraction(v)) for k, v in zip(knots, values, strict=True)]
    if t <= points[0][0]:
        return points[0][1]
    for (k0, v0), (k1, v1) in itertools.pairwise(points):
        if t <= k1:
            return v0 + (v1 - v0) * (t - k0) / (k1 - k0)
    return points[-1][1]


def raised(value: mpf, power: float) -> mpf:
    """value**power: infinite at the pole of a negative one, and 0 where it would not be real."""
    if value == 0 and power < 0:
        return mp.inf
    if value < 0 and power != int(power):
        return mpf(0)
    return _power(value, power)


def _digits(number: Any) -> int:
    return len(str(int(number)))


def _number(x: Fraction) -> mpf:
    return mpf(x.numerator) / mpf(x.denominator)


def _power(base: Any, exponent: Any) -> mpf:
    """base**exponent to full precision, however large the exponent; 0**0 is 1."""
    exponent = Fraction(exponent)
    with mpmath.extradps(_digits(abs(exponent)) + 5):
        return mpf(base) ** _number(exponent)


def _one_minus_power(x: Fraction, power: float) -> mpf:
    return -mp.expm1(mpf(power) * mp.log(_number(x))) if x else mpf(1)
