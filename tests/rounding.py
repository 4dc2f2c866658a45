"""How far a float may be from the exact value: the contract's promise, carried through a tree.

A shape promises 8 ulp; a power adds its exponent, an exponential |ln(value/start)|. Where start and
end have different signs the two shares cancel, so an ulp is one of the summands, not of what is
left of them. A combinator adds what its own operation adds, and no more:

- a product of a +- e and b +- f is off by |a|f + |b|e + ef and one rounding,
- a sum by e + f and one rounding, each of its own size,
- a power of a +- e by what it makes of a - e and a + e, and two roundings,
- a cycle's gain**i is a power and a product, one rounding each,
- everything else hands a value on.

All this is said of steps that lose nothing on their way down the tree, such as whole numbers and
eighths. Near 0 the last digit of the smallest float is added, and where a float on the way is
beyond the largest one, anything but NaN is right.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf
from reference import (
    DIGITS,
    cycle,
    exact,
    interpolated,
    members,
    raised,
    remaining,
    shares,
    whole,
)

import lrsched as lrs

ULP = mpf(2) ** -52
TINY = mpf(2) ** -1074
LARGEST = mpf(sys.float_info.max)


def allowed(schedule: lrs.Schedule, t: Any) -> tuple[mpf, mpf]:
    """The exact value at step t and the error that a float may have; inf where floats end."""
    t = Fraction(t)
    with mp.workdps(DIGITS):
        parts = [allowed(*member) for member in members(schedule, t)]
        if not parts:
            return _shape(schedule, t)
        value, error = parts[0]
        match schedule:
            case lrs.Product():
                for v, e in parts[1:]:
                    error = abs(value) * e + abs(v) * error + e * error
                    value, error = _rounded(value * v, error)
            case lrs.Sum():
                for v, e in parts[1:]:
                    value, error = _rounded(value + v, error + e)
            case lrs.Clip():
                value = exact(schedule, t)
            case lrs.Power(power=power):
                value, error = _raised(value, error, power)
            case lrs.Quantize(unit=unit, rounding=rounding):
                if error == mp.inf:
                    return value, error
                # Anything from what the lowest possible value becomes to what the highest does.
                reach = error + 17 * ULP * max(abs(value), unit)
                low, high = (
                    unit * whole(x / unit, rounding) for x in (value - reach, value + reach)
                )
                value = exact(schedule, t)
                value, error = _rounded(value, max(high - value, value - low))
            case lrs.Cycle(gain=gain) if gain != 1:
                i, _ = cycle(schedule, t)
                factor, slack = _rounded(mpf(gain) ** i, mpf(0))
                error = abs(value) * slack + factor * error + error * slack
                value, error = _rounded(value * factor, error)
        return value, error


def _raised(value: mpf, error: mpf, power: float) -> tuple[mpf, mpf]:
    """A power and, where the exponent is below 0, a quotient: one rounding each; of a whole one,
    a library may multiply by itself."""
    low, high = value - error, value + error
    if power < 0 and low <= 0 <= high:  # a pole
        return raised(value, power), mp.inf
    near = [low, high, mpf(0)] if low <= 0 <= high else [low, high]
    value = raised(value, power)
    error = max(abs(raised(x, power) - value) for x in near)
    for _ in range(2):
        value, error = _rounded(value, error)
    return value, error


def _rounded(value: mpf, error: mpf) -> tuple[mpf, mpf]:
    """After one more operation, whose result was `value` give or take `error`."""
    if abs(value) + error > LARGEST:
        return value, mp.inf
    return value, error + ULP * (abs(value) + error) + TINY


def _shape(schedule: Any, t: Fraction) -> tuple[mpf, mpf]:
    value = exact(schedule, t)
    t = t if schedule.steps is None else min(t, Fraction(schedule.steps))
    start, end = (mpf(getattr(schedule, name, 0)) for name in ("start", "end"))
    ulps, more = mpf(8), mpf(0)
    size = abs(value)
    match schedule:
        case lrs.Constant() | lrs.PiecewiseConstant() | lrs.ConstantWarmup():
            return value, mpf(0)
        case lrs.PiecewiseLinear(knots=knots, values=values):
            size = mpf(float(interpolated(knots, tuple(map(abs, values)), t)))
        case lrs.ExponentialDecay() | lrs.StepDecay() | lrs.MultiStepDecay():
            if start and abs(value / start) > LARGEST:  # gamma**n is a float of its own
                return value, mp.inf
            smooth = isinstance(schedule, lrs.ExponentialDecay) or t >= 2**53
            more = size * abs(mp.log(value / start)) if smooth and value else mpf(0)
        case lrs.ExponentialWarmup() | lrs.GeometricDecay():
            more = size * abs(mp.log(value / start))
        case lrs.LinearGrowth(slope=slope):
            size = abs(start) + abs(mpf(slope)) * _number(t)
            if size > LARGEST:
                return value, mp.inf
        case lrs.InversePowerDecay(power=power):
            ulps += power
        case lrs.SaturatingWarmup() | lrs.TanhDecay():
            of_start, of_end = shares(schedule, t)
            size = abs(start) * of_start + abs(end) * of_end
            # The exponent of exp has three roundings, or one; a share has them times its slope.
            slope = (abs(start) + abs(end)) * of_start * of_end
            if isinstance(schedule, lrs.SaturatingWarmup):
                more = slope * _number(t / Fraction(schedule.timescale))
            else:
                x = remaining(schedule, t)
                left, passed = abs(schedule.lower) * x, abs(schedule.upper) * (1 - x)
                more = 3 * slope * _number(Fraction(left) + Fraction(passed))
        case _ if hasattr(schedule, "end"):
            of_start, of_end = shares(schedule, t)
            size = abs(start) * of_start + abs(end) * of_end
            ulps += getattr(schedule, "power", 0)
    return value, (ulps * size + more) * ULP + TINY * (1 + abs(start) + abs(end))


def _number(x: Fraction) -> mpf:
    return mpf(x.numerator) / x.denominator


def check(got: float, schedule: lrs.Schedule, t: Any) -> None:
    """Assert that a float is right."""
    value, error = allowed(schedule, t)
    assert not math.isnan(got), f"{schedule} at {t} is NaN"
    if error < mp.inf:
        off = abs(mpf(got) - value)
        assert off <= error, f"{schedule} at {t}: {got} for {value}, {float(off / error)} too far"
