"""Runs that warm up to a peak and go down from there, or stay."""

from __future__ import annotations

from lrsched._core.check import (
    Count,
    Fraction,
    NonNegative,
    Positive,
    Real,
    Steps,
    checked,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.presets.lengths import warmup_and_rest
from lrsched.shapes import (
    Constant,
    CosineDecay,
    InverseSqrtDecay,
    LinearDecay,
    MultiStepDecay,
    PolynomialDecay,
    Sequence,
    Take,
)


@public
@checked
def warmup_constant(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
) -> Schedule:
    """A linear warmup to `peak`, then `peak`.

    Args:
        peak: the value after the warmup.
        total_steps: length in steps, the warmup included.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.

    Raises:
        TypeError, ValueError: an argument is not what is said above; both warmup lengths, or
            neither; a warmup longer than the whole.

    >>> import lrsched as lrs
    >>> lrs.warmup_constant(0.1, 100, warmup_steps=10)
    Sequence(LinearWarmup(10, end=0.1), Constant(0.1, steps=90))
    """
    warmup, rest = warmup_and_rest(
        "warmup_constant", peak, total_steps, warmup_steps, warmup_fraction
    )
    return Sequence(warmup, Constant(peak, rest))


@public
@checked
def warmup_linear(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """A linear warmup to `peak`, then a straight line to `end`.

    Args:
        peak: the highest value.
        total_steps: length in steps, the warmup included.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    >>> import lrsched as lrs
    >>> lrs.warmup_linear(0.1, 100, warmup_fraction=0.1)
    Sequence(LinearWarmup(10, end=0.1), LinearDecay(90, start=0.1))
    """
    warmup, rest = warmup_and_rest(
        "warmup_linear", peak, total_steps, warmup_steps, warmup_fraction
    )
    return Sequence(warmup, LinearDecay(rest, start=peak, end=end))


@public
@checked
def warmup_cosine(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """A linear warmup to `peak`, then half a cosine wave to `end`.

    Args:
        peak: the highest value.
        total_steps: length in steps, the warmup included.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    >>> import lrsched as lrs
    >>> schedule = lrs.warmup_cosine(3e-4, 100_000, warmup_steps=2_000, end=3e-5)
    >>> schedule
    Sequence(LinearWarmup(2000, end=0.0003), CosineDecay(98000, start=0.0003, end=3e-05))
    >>> schedule(0), schedule(2_000), schedule(100_000)
    (0.0, 0.0003, 3e-05)
    """
    warmup, rest = warmup_and_rest(
        "warmup_cosine", peak, total_steps, warmup_steps, warmup_fraction
    )
    return Sequence(warmup, CosineDecay(rest, start=peak, end=end))


@public
@checked
def warmup_polynomial(
    peak: Real,
    total_steps: Count,
    *,
    power: Positive,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """A linear warmup to `peak`, then a power curve to `end`.

    Args:
        peak: the highest value.
        total_steps: length in steps, the warmup included.
        power: positive exponent of the decay.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    >>> import lrsched as lrs
    >>> lrs.warmup_polynomial(0.1, 100, power=2, warmup_steps=10)
    Sequence(LinearWarmup(10, end=0.1), PolynomialDecay(90, power=2.0, start=0.1))
    """
    warmup, rest = warmup_and_rest(
        "warmup_polynomial", peak, total_steps, warmup_steps, warmup_fraction
    )
    decay = PolynomialDecay(rest, power, start=peak, end=end)
    return Sequence(warmup, decay)


@public
@checked
def warmup_inverse_sqrt(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    timescale: Positive | None = None,
) -> Schedule:
    """A linear warmup to `peak`, then one over the square root of the time.

    Args:
        peak: the highest value.
        total_steps: length in steps, the warmup included.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        timescale: of the decay, in steps; by default the warmup's length, which makes the decay
            peak * sqrt(warmup_steps / step).

    Raises:
        TypeError, ValueError: as `warmup_constant`; no timescale and no warmup to take it from.

    >>> import lrsched as lrs
    >>> schedule = lrs.warmup_inverse_sqrt(0.1, 1000, warmup_steps=100)
    >>> schedule(50), schedule(100), schedule(400)
    (0.05, 0.1, 0.05)
    """
    warmup, rest = warmup_and_rest(
        "warmup_inverse_sqrt", peak, total_steps, warmup_steps, warmup_fraction
    )
    if timescale is None and warmup.steps == 0:
        raise refusal(
            ValueError, "warmup_inverse_sqrt", "timescale", "given where there is no warmup", None
        )
    decay = InverseSqrtDecay(warmup.steps if timescale is None else timescale, start=peak)
    return Sequence(warmup, Take(decay, rest))


@public
@checked
def warmup_multistep(
    peak: Real,
    total_steps: Count,
    *,
    milestones: Steps,
    gamma: NonNegative = 0.1,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
) -> Schedule:
    """A linear warmup to `peak`, then a factor of `gamma` at each milestone.

    Args:
        peak: the highest value.
        total_steps: length in steps, the warmup included.
        milestones: strictly increasing step numbers of the whole run, none within the warmup.
        gamma: non-negative factor.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.

    Raises:
        TypeError, ValueError: as `warmup_constant`; a milestone within the warmup.

    >>> import lrsched as lrs
    >>> schedule = lrs.warmup_multistep(0.1, 90, milestones=[30, 60], warmup_steps=5)
    >>> schedule([0, 5, 29, 30, 60])
    array([0.   , 0.1  , 0.1  , 0.01 , 0.001])
    """
    warmup, rest = warmup_and_rest(
        "warmup_multistep", peak, total_steps, warmup_steps, warmup_fraction
    )
    if milestones and milestones[0] < warmup.steps:
        rule = f"at or after the end of the warmup, step {warmup.steps}"
        raise refusal(ValueError, "warmup_multistep", "milestones", rule, milestones)
    decay = MultiStepDecay(tuple(step - warmup.steps for step in milestones), gamma, start=peak)
    return Sequence(warmup, Take(decay, rest))
