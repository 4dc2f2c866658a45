"""Whole training runs by their usual names: plain functions that return a composition.

All values are absolute. `total_steps` includes the warmup, whose length is given either in steps
or as a fraction of the total.
"""

from __future__ import annotations

from typing import Annotated, Literal

from lrsched._core.check import (
    Count,
    Fraction,
    NonNegative,
    Nonzero,
    Positive,
    PositiveCount,
    Real,
    Steps,
    checked,
    refusal,
)
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.shapes import (
    Constant,
    CosineDecay,
    CosineWarmup,
    Cycle,
    ExponentialWarmup,
    GeometricDecay,
    InverseSqrtDecay,
    LinearDecay,
    LinearWarmup,
    MultiStepDecay,
    PolynomialDecay,
    PowerDecay,
    Sequence,
    Take,
)

__all__ = [
    "cooldown",
    "cosine_restarts",
    "infinite_lr",
    "one_cycle",
    "range_test",
    "triangular",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
]


def _lengths(
    preset: str, total_steps: int, warmup_steps: int | None, warmup_fraction: float | None
) -> tuple[int, int]:
    """The warmup's length and the rest's."""
    if (warmup_steps is None) == (warmup_fraction is None):
        given = "neither" if warmup_steps is None else "both"
        rule = "given, or warmup_fraction instead,"
        raise ValueError(f"{preset}: warmup_steps must be {rule} got {given}")
    if warmup_steps is None:
        warmup_steps = round(total_steps * (warmup_fraction or 0.0))
    if warmup_steps > total_steps:
        rule = f"at most total_steps={total_steps}"
        raise refusal(ValueError, preset, "warmup_steps", rule, warmup_steps)
    return warmup_steps, total_steps - warmup_steps


def _warmup(
    preset: str,
    peak: float,
    total_steps: int,
    warmup_steps: int | None,
    warmup_fraction: float | None,
) -> tuple[LinearWarmup, int]:
    """The line up to the peak that most begin with, and how many steps it leaves."""
    steps, rest = _lengths(preset, total_steps, warmup_steps, warmup_fraction)
    return LinearWarmup(steps, end=peak), rest


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
    warmup, rest = _warmup("warmup_constant", peak, total_steps, warmup_steps, warmup_fraction)
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
    warmup, rest = _warmup("warmup_linear", peak, total_steps, warmup_steps, warmup_fraction)
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
    warmup, rest = _warmup("warmup_cosine", peak, total_steps, warmup_steps, warmup_fraction)
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
    warmup, rest = _warmup("warmup_polynomial", peak, total_steps, warmup_steps, warmup_fraction)
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
    warmup, rest = _warmup("warmup_inverse_sqrt", peak, total_steps, warmup_steps, warmup_fraction)
    if timescale is None and warmup.steps == 0:
        raise refusal(
            ValueError, "warmup_inverse_sqrt", "timescale", "given where there is no warmup", None
        )
    decay = InverseSqrtDecay(warmup.steps if timescale is None else timescale, start=peak)
    return Sequence(warmup, Take(decay, rest))


_Decay = Literal["linear", "cosine", "1-sqrt", "exponential"]


def _named_decay(preset: str, name: _Decay, steps: int, start: float, end: float) -> Schedule:
    if name == "linear":
        return LinearDecay(steps, start=start, end=end)
    if name == "cosine":
        return CosineDecay(steps, start=start, end=end)
    if name == "1-sqrt":
        return PowerDecay(steps, power=0.5, start=start, end=end)
    if start == 0 or end == 0 or (start > 0) != (end > 0):
        rule = f'nonzero and of the sign of peak={start} for decay="{name}"'
        raise refusal(ValueError, preset, "end", rule, end)
    return GeometricDecay(steps, start=start, end=end)


@public
@checked
def warmup_stable_decay(
    peak: Real,
    total_steps: Count,
    *,
    decay_steps: Count,
    decay: _Decay = "linear",
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """WSD: a linear warmup to `peak`, a plateau, and a decay over the last steps.

    Args:
        peak: the value of the plateau.
        total_steps: length in steps, the warmup and the decay included.
        decay_steps: length of the decay in steps.
        decay: "linear", "cosine", "1-sqrt" or "exponential"; the last needs an `end` that is
            not 0.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_constant`; an unknown decay; warmup and decay longer
            than the whole.

    Source: Hu et al. 2024 (arXiv:2404.06395); Haegele et al. 2024 (arXiv:2405.18392).

    >>> import lrsched as lrs
    >>> lrs.warmup_stable_decay(1.0, 100, warmup_steps=10, decay_steps=20, decay="1-sqrt")
    Sequence(LinearWarmup(10), Constant(1.0, steps=70), PowerDecay(20, power=0.5))
    """
    warmup, rest = _warmup("warmup_stable_decay", peak, total_steps, warmup_steps, warmup_fraction)
    if decay_steps > rest:
        rule = f"at most the {rest} steps after the warmup"
        raise refusal(ValueError, "warmup_stable_decay", "decay_steps", rule, decay_steps)
    return Sequence(
        warmup,
        Constant(peak, rest - decay_steps),
        _named_decay("warmup_stable_decay", decay, decay_steps, peak, end),
    )


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
    warmup, rest = _warmup("warmup_multistep", peak, total_steps, warmup_steps, warmup_fraction)
    if milestones and milestones[0] < warmup.steps:
        rule = f"at or after the end of the warmup, step {warmup.steps}"
        raise refusal(ValueError, "warmup_multistep", "milestones", rule, milestones)
    decay = MultiStepDecay(tuple(step - warmup.steps for step in milestones), gamma, start=peak)
    return Sequence(warmup, Take(decay, rest))


@public
@checked
def one_cycle(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    start: Real | None = None,
    end: Real | None = None,
) -> Schedule:
    """One cycle: half a cosine wave up from `start` to `peak`, one down to far below it.

    Args:
        peak: the highest value.
        total_steps: length in steps, the rise included.
        warmup_steps: length of the rise in steps; or
        warmup_fraction: the same as a fraction of `total_steps`; 0.3 is common.
        start: the first value; by default peak / 25.
        end: the last value; by default start / 10,000.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    Source: Smith & Topin 2017 (arXiv:1708.07120); the defaults are those of
    `torch.optim.lr_scheduler.OneCycleLR`.

    >>> import lrsched as lrs
    >>> schedule = lrs.one_cycle(1.0, 100, warmup_fraction=0.3)
    >>> schedule(0), schedule(30), schedule(100)
    (0.04, 1.0, 4e-06)
    """
    warmup, rest = _lengths("one_cycle", total_steps, warmup_steps, warmup_fraction)
    start = peak / 25 if start is None else start
    end = start / 1e4 if end is None else end
    return Sequence(
        CosineWarmup(warmup, start=start, end=peak), CosineDecay(rest, start=peak, end=end)
    )


@public
@checked
def cosine_restarts(
    peak: Real,
    total_steps: Count,
    *,
    every: PositiveCount,
    stretch: PositiveCount = 1,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """SGDR: a linear warmup, then half a cosine wave from `peak` to `end`, again and again.

    Args:
        peak: the value after the warmup and after each restart.
        total_steps: length in steps, the warmup included.
        every: length of the first wave in steps.
        stretch: positive integer; each wave is this many times as long as the one before.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the value that each wave falls to.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983).

    >>> import lrsched as lrs
    >>> schedule = lrs.cosine_restarts(1.0, 70, every=10, stretch=2, warmup_steps=0)
    >>> schedule([0, 5, 10, 20, 30])
    array([1. , 0.5, 1. , 0.5, 1. ])
    >>> schedule(70)
    0.0
    """
    warmup, rest = _warmup("cosine_restarts", peak, total_steps, warmup_steps, warmup_fraction)
    # Counted, the waves end with their last one: a run that they fill does not hold its peak after.
    count = _cycles(rest, every, stretch)
    waves = Cycle(CosineDecay(every, start=peak, end=end), stretch=stretch, count=count)
    return Sequence(warmup, Take(waves, rest))


def _cycles(steps: int, first: int, stretch: int) -> int:
    """How many cycles fill a number of steps, the last one perhaps not to its end."""
    if stretch == 1:
        return max(1, -(-steps // first))
    count, filled = 1, first
    while filled < steps:
        filled += first * stretch**count
        count += 1
    return count


@public
@checked
def triangular(
    peak: Real,
    total_steps: Count,
    *,
    every: PositiveCount,
    start: Real,
    gain: NonNegative = 1.0,
) -> Schedule:
    """Cyclical rates: straight up from `start` to `peak` and down again, over and over.

    Args:
        peak: the highest value of the first triangle.
        total_steps: length in steps.
        every: length of a triangle in steps, an even number: half up, half down.
        start: the lowest value.
        gain: each triangle is this many times as high above `start` as the one before; 0.5 is
            "triangular2".

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Smith 2017 (arXiv:1506.01186), whose stepsize is half of `every`.

    >>> import lrsched as lrs
    >>> lrs.triangular(1.0, 100, every=4, start=0.5)([0, 1, 2, 3, 4])
    array([0.5 , 0.75, 1.  , 0.75, 0.5 ])
    """
    if every % 2:
        raise refusal(ValueError, "triangular", "every", "an even number of steps", every)
    if gain == 1:
        rise = LinearWarmup(every // 2, start=start, end=peak)
        return Take(Cycle(rise, mirror=True), total_steps)
    rise = LinearWarmup(every // 2, end=peak - start)
    return Take(start + Cycle(rise, mirror=True, gain=gain), total_steps)


@public
@checked
def infinite_lr(
    peak: Real,
    total_steps: Count,
    *,
    value: Nonzero,
    cooldown_steps: Count,
    decay_steps: Count,
    end: Nonzero,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
) -> Schedule:
    """For runs that go on with new data: warmup, cooldown to a constant, and a last fast decay.

    Args:
        peak: the highest value.
        total_steps: length in steps, all four phases included.
        value: the constant, nonzero.
        cooldown_steps: length of the cosine from `peak` to `value`, in steps.
        decay_steps: length of the exponential decay from `value` to `end`, in steps.
        end: the last value, nonzero and of the sign of `value`.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.

    Raises:
        TypeError, ValueError: as `warmup_constant`; phases longer than the whole.

    Source: Ibrahim et al. 2024 (arXiv:2403.08763), section 7.4.

    >>> import lrsched as lrs
    >>> schedule = lrs.infinite_lr(
    ...     3e-4, 1000, value=1e-4, cooldown_steps=200, decay_steps=100, end=1e-5, warmup_steps=10
    ... )
    >>> schedule(10), schedule(210), schedule(900), schedule(1000)
    (0.0003, 0.0001, 0.0001, 1e-05)
    """
    warmup, rest = _warmup("infinite_lr", peak, total_steps, warmup_steps, warmup_fraction)
    constant = rest - cooldown_steps - decay_steps
    if constant < 0:
        rule = f"such that cooldown_steps + decay_steps is at most {rest}"
        raise refusal(ValueError, "infinite_lr", "cooldown_steps", rule, cooldown_steps)
    if (value > 0) != (end > 0):
        raise refusal(ValueError, "infinite_lr", "end", f"of the sign of value={value}", end)
    return Sequence(
        warmup,
        CosineDecay(cooldown_steps, start=peak, end=value),
        Constant(value, constant),
        GeometricDecay(decay_steps, start=value, end=end),
    )


@public
@checked
def range_test(peak: Nonzero, total_steps: Count, *, start: Nonzero) -> Schedule:
    """The learning-rate range test: up from `start` to `peak` by equal factors in equal times.

    Args:
        peak: the last and highest value, nonzero.
        total_steps: length in steps.
        start: the first value, nonzero and of the sign of `peak`.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Smith 2017 (arXiv:1506.01186), section 3.3, on a logarithmic axis.

    >>> import lrsched as lrs
    >>> schedule = lrs.range_test(1.0, 100, start=1e-6)
    >>> schedule(0), schedule(50), schedule(100)
    (1e-06, 0.001, 1.0)
    """
    if (start > 0) != (peak > 0):
        raise refusal(ValueError, "range_test", "start", f"of the sign of peak={peak}", start)
    return ExponentialWarmup(total_steps, start=start, end=peak)


_AnySchedule = Annotated[Schedule, A_SCHEDULE]


@public
@checked
def cooldown(schedule: _AnySchedule, at: Count, decay: _AnySchedule) -> Schedule:
    """A run's schedule up to step `at`, and from its value there down along `decay`.

    Args:
        schedule: the schedule of the run that is branched off.
        at: the step at which the decay takes over.
        decay: a schedule that starts at 1, such as `PowerDecay(1000, power=0.5)`.

    Raises:
        TypeError, ValueError: schedule or decay is none, or at no count.

    Source: Haegele et al. 2024 (arXiv:2405.18392), section 4: one long run, cooled down where the
    budget ends.

    >>> import lrsched as lrs
    >>> run = lrs.Sequence(lrs.LinearWarmup(10, end=0.1), lrs.Constant(0.1))
    >>> branch = lrs.cooldown(run, at=500, decay=lrs.LinearDecay(100))
    >>> branch([499, 500, 550, 600])
    array([0.1 , 0.1 , 0.05, 0.  ])
    """
    return Sequence(Take(schedule, at), schedule(at) * decay)
