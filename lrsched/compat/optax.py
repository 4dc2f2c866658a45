"""The schedules of `optax`. The value at step k is what its function gives for `count=k`.

## Constructors

```python
>>> from lrsched.compat import optax as from_optax
>>> # the line you have: optax.warmup_cosine_decay_schedule(0.0, 3e-4, 2_000, 100_000, 3e-5)
>>> from_optax.warmup_cosine_decay_schedule(0.0, 3e-4, 2_000, 100_000, 3e-5)
Sequence(LinearWarmup(2000, end=0.0003), CosineDecay(98000, start=0.0003, end=3e-05))
>>> # the line you have: optax.cosine_onecycle_schedule(1000, 0.1)
>>> from_optax.cosine_onecycle_schedule(1000, 0.1)
Sequence(CosineWarmup(300, start=0.004, end=0.1), CosineDecay(700, start=0.1, end=4e-07))
>>> # the line you have: optax.join_schedules([optax.linear_schedule(0, 1, 5), ...], [5])
>>> from_optax.join_schedules(
...     [from_optax.linear_schedule(0, 1, 5), from_optax.exponential_decay(1, 10, 0.5)], [5]
... )
Sequence(LinearWarmup(5), ExponentialDecay(0.5, every=10))

```

All schedule functions of optax are there, `sgdr_schedule`, the piecewise ones and both one-cycles
among them.

## What differs

- `warmup_constant_schedule(0, peak, 0)`. There: 0 for ever. Here: the peak.
- `linear_onecycle_schedule(3, 1.0, 0.5, 0.6)`, step 1. There: 0.0016 of the peak: a factor is lost.
  Here: 0.04 of it.
- `cosine_onecycle_schedule(10, 1.0, pct_start=1.0)`, step 5. There: 0.02 of the peak. Here: 0.52 of
  it.
- `exponential_decay(1.0, 49, 0.5, staircase=True)`, step 49. There: 1.0: the stair is missed by a
  rounded reciprocal. Here: 0.5.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    NonNegative,
    OpenFraction,
    Positive,
    PositiveCount,
    Real,
    Rule,
    Steps,
    checked,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._parts import Milestones, Schedules, at_most, cosine, joined, keywords, line
from lrsched.feedback import ReduceOnPlateau
from lrsched.shapes import (
    Clip,
    Constant,
    CosineDecay,
    ExponentialDecay,
    PiecewiseConstant,
    PiecewiseLinear,
    PolynomialDecay,
    PolynomialWarmup,
    Sequence,
    StepDecay,
    Warp,
)


def _scales(value: Any) -> dict[int, float]:
    if not isinstance(value, Mapping):
        raise TypeError
    boundaries: tuple[int, ...] = rule_in(Steps).accept(sorted(value))
    scales: tuple[float, ...] = tuple(rule_in(Real).accept(value[b]) for b in boundaries)
    if any(scale < 0 for scale in scales):
        raise ValueError
    return dict(zip(boundaries, scales, strict=True))


Scales = Annotated[dict[int, float], Rule("a dict of step: non-negative scale", _scales)]


@checked
def constant_schedule(value: Real) -> Schedule:
    """The same value at every step.

    >>> constant_schedule(0.1)
    Constant(0.1)
    """
    return Constant(value)


def _begun(steps: int, value: float, schedule: Schedule) -> Schedule:
    return Sequence(Constant(value, steps), schedule) if steps else schedule


@checked
def polynomial_schedule(
    init_value: Real,
    end_value: Real,
    power: NonNegative,
    transition_steps: Count,
    transition_begin: Count = 0,
) -> Schedule:
    """From one value to another along a power of the remaining fraction.

    As in the peer, `transition_steps=0` and a power of 0 mean no transition at all: the value is
    `init_value`.

    >>> polynomial_schedule(1.0, 0.01, power=2, transition_steps=100, transition_begin=5)
    Sequence(Constant(1.0, steps=5), PolynomialDecay(100, power=2.0, end=0.01))
    """
    if transition_steps == 0 or power == 0:
        return Constant(init_value)
    curve = PolynomialDecay(transition_steps, power, start=init_value, end=end_value)
    return _begun(transition_begin, init_value, curve)


@checked
def linear_schedule(
    init_value: Real, end_value: Real, transition_steps: Count, transition_begin: Count = 0
) -> Schedule:
    """From one value to another in a straight line; with `transition_steps=0`, `init_value`.

    >>> linear_schedule(0.0, 0.1, transition_steps=100)
    LinearWarmup(100, end=0.1)
    """
    if transition_steps == 0:
        return Constant(init_value)
    return _begun(transition_begin, init_value, line(transition_steps, init_value, end_value))


@checked
def piecewise_constant_schedule(
    init_value: Real, boundaries_and_scales: Scales | None = None
) -> Schedule:
    """Multiplied by a scale at each boundary.

    >>> piecewise_constant_schedule(1.0, {100: 0.5, 200: 0.1})
    PiecewiseConstant((100, 200), values=(1.0, 0.5, 0.05))
    """
    boundaries, values = _scaled(init_value, boundaries_and_scales)
    return PiecewiseConstant(boundaries, values) if boundaries else Constant(init_value)


def _scaled(
    init_value: float, boundaries_and_scales: dict[int, float] | None
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The boundaries, and the value before the first and from each of them on."""
    scales = boundaries_and_scales or {}
    values = itertools.accumulate(scales.values(), lambda a, b: a * b, initial=init_value)
    return tuple(scales), tuple(values)


@checked
def exponential_decay(
    init_value: Real,
    transition_steps: PositiveCount,
    decay_rate: Positive,
    transition_begin: Count = 0,
    staircase: Flag = False,
    end_value: Real | None = None,
) -> Schedule:
    """A factor of `decay_rate` in every `transition_steps`, smoothly or at once.

    `end_value` bounds it: from below for a rate under 1, else from above. The peer silently takes
    0 for a rate or a length as no decay at all; here they are refused.

    >>> exponential_decay(0.1, 1000, 0.5, staircase=True, end_value=0.001)
    Clip(StepDecay(1000, gamma=0.5, start=0.1), lower=0.001)
    """
    curve: Schedule
    if staircase:
        curve = StepDecay(transition_steps, decay_rate, start=init_value)
    else:
        curve = ExponentialDecay(decay_rate, every=transition_steps, start=init_value)
    curve = _begun(transition_begin, init_value, curve)
    if end_value is None:
        return curve
    return Clip(curve, lower=end_value) if decay_rate < 1 else Clip(curve, upper=end_value)


@checked
def cosine_decay_schedule(
    init_value: Real, decay_steps: PositiveCount, alpha: Fraction = 0.0, exponent: NonNegative = 1.0
) -> Schedule:
    """Half a cosine wave down to `alpha` of the value; with an exponent, a power of it.

    With an exponent of 0 it is `init_value` all the time.

    >>> cosine_decay_schedule(0.1, 1000, alpha=0.1)
    CosineDecay(1000, start=0.1, end=0.01...)
    >>> cosine_decay_schedule(0.1, 1000, exponent=2)
    Warp(PolynomialWarmup(1, power=2.0, end=0.1), clock=CosineDecay(1000))
    """
    return _cosine(decay_steps, init_value, init_value * alpha, exponent)


def _cosine(steps: int, start: float, end: float, exponent: float) -> Schedule:
    if exponent == 0:
        return Constant(start)
    if exponent == 1:
        return CosineDecay(steps, start=start, end=end)
    # The wave from 1 to 0 is the place on a power curve from `end` up to `start`.
    return Warp(PolynomialWarmup(1, exponent, start=end, end=start), CosineDecay(steps))


@checked
def piecewise_interpolate_schedule(
    interpolate_type: Annotated[str, one_of("linear", "cosine")],
    init_value: Real,
    boundaries_and_scales: Scales | None = None,
) -> Schedule:
    """From value to value, each a scale times the one before, along lines or half waves.

    >>> piecewise_interpolate_schedule("linear", 1.0, {4: 0.5, 8: 0.1})
    PiecewiseLinear((0, 4, 8), values=(1.0, 0.5, 0.05))
    >>> piecewise_interpolate_schedule("cosine", 1.0, {4: 0.5, 8: 0.1})
    Sequence(CosineDecay(4, end=0.5), CosineDecay(4, start=0.5, end=0.05))
    """
    return _interpolated(interpolate_type, *_scaled(init_value, boundaries_and_scales))


def _interpolated(kind: str, ends: tuple[int, ...], values: tuple[float, ...]) -> Schedule:
    """Curves from value to value, which end at these steps; those of no length vanish."""
    steps = (0, *ends)
    while len(steps) > 1 and steps[1] == 0:
        steps, values = steps[1:], values[1:]
    if len(steps) == 1:
        return Constant(values[0])
    if kind == "linear" and len(set(steps)) == len(steps):
        return PiecewiseLinear(steps, values)
    curve = line if kind == "linear" else cosine
    pairs = zip(itertools.pairwise(steps), itertools.pairwise(values), strict=True)
    phases = [curve(b - a, start, end) for (a, b), (start, end) in pairs]
    return phases[0] if len(phases) == 1 else Sequence(*phases)


@checked
def linear_onecycle_schedule(
    transition_steps: PositiveCount,
    peak_value: Real,
    pct_start: Fraction = 0.3,
    pct_final: Fraction = 0.85,
    div_factor: Positive = 25.0,
    final_div_factor: Positive = 1e4,
) -> Schedule:
    """Three lines: up to the peak, back to where it came from, and on to far below.

    Differs: where two of its phases end at the same step the peer loses a factor: with
    transition_steps=3, pct_start=0.5 and pct_final=0.6 it has 0.0016 of the peak at step 1, where
    the last phase begins. Here that is 0.04, as said by `div_factor`.

    >>> linear_onecycle_schedule(100, 1.0)
    PiecewiseLinear((0, 30, 85, 100), values=(0.04, 1.0, 0.04, 4e-06))
    """
    owner = "linear_onecycle_schedule"
    at_most(owner, "pct_start", pct_start, pct_final, "pct_final")
    start = peak_value / div_factor
    ends = (int(pct_start * transition_steps), int(pct_final * transition_steps), transition_steps)
    return _interpolated("linear", ends, (start, peak_value, start, start / final_div_factor))


@checked
def cosine_onecycle_schedule(
    transition_steps: PositiveCount,
    peak_value: Real,
    pct_start: Fraction = 0.3,
    div_factor: Positive = 25.0,
    final_div_factor: Positive = 1e4,
) -> Schedule:
    """One cycle: half a cosine wave up to the peak, one down to far below where it began.

    Differs: with `pct_start=1` the peer loses a factor and falls all the way, from 0.04 of the peak
    on; here it rises, and falls in no time.

    >>> cosine_onecycle_schedule(100, 1.0)
    Sequence(CosineWarmup(30, start=0.04), CosineDecay(70, end=4e-06))
    """
    start = peak_value / div_factor
    ends = (int(pct_start * transition_steps), transition_steps)
    return _interpolated("cosine", ends, (start, peak_value, start / final_div_factor))


@checked
def warmup_constant_schedule(init_value: Real, peak_value: Real, warmup_steps: Count) -> Schedule:
    """A straight line up to the peak, which holds.

    Differs: with `warmup_steps=0` the peer stays at `init_value` for ever, that is at 0 for most;
    here a warmup of no length is over at once.

    >>> warmup_constant_schedule(0.0, 0.1, 100)
    LinearWarmup(100, end=0.1)
    """
    return line(warmup_steps, init_value, peak_value)


@checked
def warmup_cosine_decay_schedule(
    init_value: Real,
    peak_value: Real,
    warmup_steps: Count,
    decay_steps: PositiveCount,
    end_value: Real = 0.0,
    exponent: NonNegative = 1.0,
) -> Schedule:
    """A straight line up, then half a cosine wave; `decay_steps` counts both.

    The peer's end is a fraction of the peak. With a peak of 0 it is 0, whatever `end_value` says.

    >>> warmup_cosine_decay_schedule(0.0, 3e-4, 2_000, 100_000, end_value=3e-5)
    Sequence(LinearWarmup(2000, end=0.0003), CosineDecay(98000, start=0.0003, end=3e-05))
    """
    owner = "warmup_cosine_decay_schedule"
    if decay_steps <= warmup_steps:
        rule = f"more than warmup_steps={warmup_steps}, which it includes"
        raise refusal(ValueError, owner, "decay_steps", rule, decay_steps)
    if peak_value == 0:
        return Sequence(line(warmup_steps, init_value, 0.0), Constant(0.0))
    if peak_value > 0:
        at_most(owner, "end_value", end_value, peak_value, "peak_value")
    decay = _cosine(decay_steps - warmup_steps, peak_value, end_value, exponent)
    return Sequence(line(warmup_steps, init_value, peak_value), decay)


@checked
def warmup_exponential_decay_schedule(
    init_value: Real,
    peak_value: Real,
    warmup_steps: Count,
    transition_steps: PositiveCount,
    decay_rate: Positive,
    transition_begin: Count = 0,
    staircase: Flag = False,
    end_value: Real | None = None,
) -> Schedule:
    """A straight line up, then an `exponential_decay`.

    >>> warmup_exponential_decay_schedule(0.0, 0.1, 100, 1000, 0.5)
    Sequence(LinearWarmup(100, end=0.1), ExponentialDecay(0.5, every=1000, start=0.1))
    """
    decay = exponential_decay(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return Sequence(line(warmup_steps, init_value, peak_value), decay)


def _dicts(value: Any) -> tuple[dict[str, Any], ...]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise TypeError
    dicts = tuple(keywords(item) for item in value)
    if not dicts:
        raise ValueError
    return dicts


@checked
def sgdr_schedule(
    cosine_kwargs: Annotated[tuple[dict[str, Any], ...], Rule("a sequence of dicts", _dicts)],
) -> Schedule:
    """One `warmup_cosine_decay_schedule` after another.

    >>> first = dict(init_value=0.0, peak_value=0.1, warmup_steps=10, decay_steps=100)
    >>> sgdr_schedule([first, first | dict(peak_value=0.05)])
    Sequence(Sequence(LinearWarmup(10, end=0.1), CosineDecay(90, start=0.1)),
             Sequence(LinearWarmup(10, end=0.05), CosineDecay(90, start=0.05)))
    """
    return Sequence(*(warmup_cosine_decay_schedule(**kwargs) for kwargs in cosine_kwargs))


@checked
def join_schedules(schedules: Schedules, boundaries: Milestones) -> Schedule:
    """One schedule after another, each from its own step 0, changing at the boundaries.

    One between two boundaries at the same step is never heard.

    >>> join_schedules([linear_schedule(0, 1, 5), exponential_decay(1, 10, 0.5)], [5])
    Sequence(LinearWarmup(5), ExponentialDecay(0.5, every=10))
    """
    return joined("join_schedules", ("schedules", "boundaries"), schedules, boundaries)


@checked
def reduce_on_plateau(
    factor: OpenFraction = 0.1,
    patience: PositiveCount = 10,
    rtol: Fraction = 1e-4,
    atol: NonNegative = 0.0,
    cooldown: Count = 0,
    accumulation_size: PositiveCount = 1,
    min_scale: Fraction = 0.0,
) -> ReduceOnPlateau:
    """Not a schedule but a rule: the updates are multiplied by `state.scale`.

    Not matched, and refused: both tolerances at once, `accumulation_size` above 1, and
    `patience=0`, with which the peer reduces at every metric, an improvement too.

    >>> reduce_on_plateau(patience=5, rtol=0.01)
    ReduceOnPlateau(patience=4, threshold=0.01, eps=0.0)
    """
    if (rtol > 0) == (atol > 0):
        rule = "the one tolerance above 0, or rtol"
        raise refusal(ValueError, "reduce_on_plateau", "atol", rule, atol)
    if accumulation_size != 1:
        rule = "1 (give the rule the mean of so many metrics)"
        raise refusal(ValueError, "reduce_on_plateau", "accumulation_size", rule, accumulation_size)
    return ReduceOnPlateau(
        factor,
        patience - 1,
        threshold=rtol or atol,
        threshold_mode="rel" if rtol else "abs",
        cooldown=cooldown,
        min_scale=min_scale,
        eps=0.0,
    )
