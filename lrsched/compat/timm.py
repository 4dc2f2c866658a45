"""The schedulers of `timm.scheduler`, without their noise.

The optimizer is replaced by `base_lr`. The value at step k is what `step(k)` sets (`step_update(k)`
with `t_in_epochs=False`): the schedule counts in the unit of `t_initial`.

Differs, wherever `cycle_mul` is not 1: the peer looks the cycle up in a floating logarithm and
misses some restarts (with t_initial=100 and cycle_mul=1.2 it has `lr_min` at step 364, where a
cycle begins), or takes a power of a time just below zero, and raises (with t_initial=5,
cycle_mul=1.6 and k_decay=1.5 at step 13). Its cycles may begin between two whole steps; here they
begin with the second of them. For a `cycle_mul` below 1 it raises once the cycles have
shrunk to nothing; that is refused here. With `cycle_limit=0` there is no cycle at all, and the
minimum from the first step or from the end of the warmup on.
"""

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

from lrsched._core.check import (
    Count,
    Flag,
    NonNegative,
    Positive,
    PositiveCount,
    Real,
    checked,
    number_that,
    one_of,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._parts import (
    Milestones,
    Nothing,
    Rate,
    at_milestones,
    at_most,
    line,
)
from lrsched.shapes import (
    Clip,
    Constant,
    CosineDecay,
    Cycle,
    GeometricDecay,
    InversePowerDecay,
    LinearDecay,
    LinearWarmup,
    PolynomialDecay,
    PolynomialWarmup,
    PowerDecay,
    Sequence,
    Shift,
    StepDecay,
    Stretch,
    Take,
    TanhDecay,
    Warp,
)
from lrsched.shapes.cycles import Lengthening

Curve = Callable[[float, float], Schedule]


def _cycles(
    curve: Curve, base_lr: float, lr_min: float, mul: float, decay: float, limit: int
) -> Schedule:
    """A curve from the rate to the minimum, again and again from an ever smaller rate."""
    if limit == 0:
        return Constant(lr_min)
    if limit == 1:
        return curve(base_lr, lr_min)
    if decay == 1 or lr_min == 0:
        return Cycle(curve(base_lr, lr_min), stretch=mul, gain=decay, count=limit)
    # The share of the rate shrinks with each cycle, that of the minimum does not.
    fading = Cycle(curve(base_lr, 0.0), stretch=mul, gain=decay, count=limit)
    return fading + Cycle(curve(0.0, lr_min), stretch=mul, count=limit)


def _slowed(schedule: Schedule, t_initial: int, k_decay: float) -> Schedule:
    """k-decay: on a clock that is a power of the fraction passed."""
    if k_decay == 1:
        return schedule
    return Warp(schedule, PolynomialWarmup(t_initial, k_decay, end=t_initial))


def _warmed_up(
    owner: str,
    schedule: Schedule,
    peak: float,
    warmup_t: int,
    warmup_lr_init: float,
    warmup_prefix: bool,
    length: int | None = None,
) -> Schedule:
    """With a line before the schedule, or in place of its first steps."""
    if warmup_t == 0:
        return schedule
    if not warmup_prefix:
        if length is not None:
            at_most(owner, "warmup_t", warmup_t, length, "the length of all cycles")
        schedule = Shift(schedule, warmup_t)
    return Sequence(line(warmup_t, warmup_lr_init, peak), schedule)


@checked
def CosineLRScheduler(
    base_lr: Rate,
    t_initial: PositiveCount,
    lr_min: NonNegative = 0.0,
    cycle_mul: Lengthening = 1.0,
    cycle_decay: NonNegative = 1.0,
    cycle_limit: Count = 1,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    warmup_prefix: Flag = False,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
    k_decay: Positive = 1.0,
) -> Schedule:
    """Half a cosine wave down, once or in cycles.

    Without `warmup_prefix` the warmup takes the place of the first steps, and the rate falls from
    `base_lr` to where the wave is by then.

    >>> CosineLRScheduler(0.1, t_initial=300, warmup_t=5, warmup_prefix=True)
    Sequence(LinearWarmup(5, end=0.1), CosineDecay(300, start=0.1))
    >>> CosineLRScheduler(0.1, t_initial=300, warmup_t=5)
    Sequence(LinearWarmup(5, end=0.1), Shift(CosineDecay(300, start=0.1), offset=5))
    >>> CosineLRScheduler(1.0, 10, cycle_mul=1.5, cycle_decay=0.5, cycle_limit=3)
    Cycle(CosineDecay(10), stretch=1.5, gain=0.5, count=3)
    """
    owner = "CosineLRScheduler"
    at_most(owner, "lr_min", lr_min, base_lr, "base_lr")

    def curve(start: float, end: float) -> Schedule:
        return _slowed(CosineDecay(t_initial, start=start, end=end), t_initial, k_decay)

    whole = _cycles(curve, base_lr, lr_min, cycle_mul, cycle_decay, cycle_limit)
    return _warmed_up(
        owner, whole, base_lr, warmup_t, warmup_lr_init, warmup_prefix, length=whole.steps
    )


@checked
def TanhLRScheduler(
    base_lr: Rate,
    t_initial: PositiveCount,
    lb: Real = -7.0,
    ub: Real = 3.0,
    lr_min: NonNegative = 0.0,
    cycle_mul: Lengthening = 1.0,
    cycle_decay: NonNegative = 1.0,
    cycle_limit: Count = 1,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    warmup_prefix: Flag = False,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
) -> Schedule:
    """A hyperbolic tangent down, once or in cycles, and then the minimum.

    >>> TanhLRScheduler(0.1, t_initial=300)
    Sequence(TanhDecay(300, start=0.1), Constant(0.0))
    """
    owner = "TanhLRScheduler"
    at_most(owner, "lr_min", lr_min, base_lr, "base_lr")
    if lb >= ub:
        raise refusal(ValueError, owner, "lb", f"below ub={ub}", lb)

    def curve(start: float, end: float) -> Schedule:
        return TanhDecay(t_initial, lb, ub, start=start, end=end)

    cycles = _cycles(curve, base_lr, lr_min, cycle_mul, cycle_decay, cycle_limit)
    whole = Sequence(cycles, Constant(lr_min)) if cycle_limit else cycles
    peak = base_lr if warmup_prefix else whole(warmup_t)
    return _warmed_up(
        owner, whole, peak, warmup_t, warmup_lr_init, warmup_prefix, length=cycles.steps
    )


@checked
def PolyLRScheduler(
    base_lr: Rate,
    t_initial: PositiveCount,
    power: NonNegative = 0.5,
    lr_min: NonNegative = 0.0,
    cycle_mul: Lengthening = 1.0,
    cycle_decay: NonNegative = 1.0,
    cycle_limit: Count = 1,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    warmup_prefix: Flag = False,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
    k_decay: Positive = 1.0,
) -> Schedule:
    """A power of the remaining fraction, once or in cycles.

    With a power of 0 each cycle stays at its rate, and all of them end in the minimum.

    >>> PolyLRScheduler(0.1, t_initial=300)
    PolynomialDecay(300, power=0.5, start=0.1)
    >>> PolyLRScheduler(0.1, t_initial=300, k_decay=2)
    Warp(PolynomialDecay(300, power=0.5, start=0.1),
         clock=PolynomialWarmup(300, power=2.0, end=300.0))
    """
    owner = "PolyLRScheduler"
    at_most(owner, "lr_min", lr_min, base_lr, "base_lr")

    def curve(start: float, end: float) -> Schedule:
        if power == 0:
            return Constant(start, t_initial)
        fall = PolynomialDecay(t_initial, power, start=start, end=end)
        return _slowed(fall, t_initial, k_decay)

    cycles = _cycles(curve, base_lr, lr_min, cycle_mul, cycle_decay, cycle_limit)
    whole = Sequence(cycles, Constant(lr_min)) if power == 0 and cycle_limit else cycles
    return _warmed_up(
        owner, whole, base_lr, warmup_t, warmup_lr_init, warmup_prefix, length=cycles.steps
    )


@checked
def StepLRScheduler(
    base_lr: Rate,
    decay_t: Positive,
    decay_rate: NonNegative = 1.0,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    warmup_prefix: Flag = True,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
) -> Schedule:
    """A factor in every `decay_t` steps, which need not be whole.

    Differs: the peer is late by a step where the floating number is a little above what was typed:
    with decay_t=1.1 the tenth factor comes at step 12, not 11.

    >>> StepLRScheduler(0.1, decay_t=30, decay_rate=0.1)
    StepDecay(30, start=0.1)
    >>> StepLRScheduler(0.1, decay_t=2.4, decay_rate=0.97)
    Stretch(StepDecay(12, gamma=0.97, start=0.1), factor=0.2)
    """
    typed = Fraction(repr(decay_t))
    whole: Schedule
    if typed.denominator > 1000:
        whole = Stretch(StepDecay(1, decay_rate, start=base_lr), decay_t)
    else:  # a factor in 12 of steps a fifth as long is one in 2.4, exactly
        whole = StepDecay(typed.numerator, decay_rate, start=base_lr)
        if typed.denominator > 1:
            whole = Stretch(whole, 1 / typed.denominator)
    return _warmed_up("StepLRScheduler", whole, base_lr, warmup_t, warmup_lr_init, warmup_prefix)


@checked
def MultiStepLRScheduler(
    base_lr: Rate,
    decay_t: Milestones,
    decay_rate: NonNegative = 1.0,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    warmup_prefix: Flag = True,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
) -> Schedule:
    """A factor one step before each milestone, as the peer has it and means to keep it.

    >>> MultiStepLRScheduler(0.1, decay_t=[30, 60], decay_rate=0.1)
    MultiStepDecay((29, 59), start=0.1)
    """
    whole = at_milestones([max(0, t - 1) for t in decay_t], decay_rate, base_lr)
    return _warmed_up(
        "MultiStepLRScheduler", whole, base_lr, warmup_t, warmup_lr_init, warmup_prefix
    )


_FALLS = ("linear", "1-sqrt", "cosine", "power", "exp")
Ratio = Annotated[float, number_that("a number between 0 and 1", lambda x: 0 < x < 1)]


@checked
def WSDLRScheduler(
    base_lr: Rate,
    t_initial: PositiveCount,
    decay_t: PositiveCount,
    lr_min: NonNegative = 0.0,
    stable_fn: Annotated[str, one_of("constant", "rsqrt", "power")] = "constant",
    stable_timescale: Positive | None = None,
    stable_power: Positive = 0.5,
    decay_fn: str | Schedule = "1-sqrt",
    decay_power: Positive = 0.5,
    decay_ratio: Ratio = 0.1,
    warmup_t: Count = 0,
    warmup_lr_init: NonNegative = 0.0,
    t_in_epochs: Flag = True,
    noise_range_t: Nothing = None,
    noise_pct: Real = 0.67,
    noise_std: Real = 1.0,
    noise_seed: int = 42,
) -> Schedule:
    """Warmup-stable-decay, with a choice of plateaus and decays.

    For the peer's function of the fraction passed, `decay_fn` takes a schedule from 1 to 0 that is
    one step long, such as `CosineDecay(1)`.

    >>> WSDLRScheduler(0.1, t_initial=100, decay_t=20, warmup_t=5)
    Sequence(LinearWarmup(5, end=0.1), Constant(0.1, steps=80),
             PowerDecay(20, power=0.5, start=0.1))
    >>> WSDLRScheduler(0.1, 100, 20, stable_fn="rsqrt", decay_fn="linear", warmup_t=5)
    Sequence(LinearWarmup(5, end=0.1),
        Take(InversePowerDecay(5.0, power=0.5, start=0.1)
             * Sequence(Constant(1.0, steps=80), LinearDecay(20)), steps=100))
    """
    owner = "WSDLRScheduler"
    at_most(owner, "decay_t", decay_t, t_initial, "t_initial")
    at_most(owner, "lr_min", lr_min, base_lr, "base_lr")
    if not isinstance(decay_fn, Schedule):
        decay_fn = one_of(*_FALLS)(owner, "decay_fn", decay_fn)

    def fall(start: float, end: float) -> Schedule:
        return _fall(decay_fn, decay_t, start, end, decay_power, decay_ratio)

    if stable_fn == "constant":
        phases: list[Schedule] = [fall(base_lr, lr_min)]
        if decay_t < t_initial:
            phases.insert(0, Constant(base_lr, t_initial - decay_t))
    else:
        if stable_timescale is None:
            stable_timescale = warmup_t
            if warmup_t == 0:
                rule = f"given for stable_fn={stable_fn!r} without a warmup"
                raise refusal(ValueError, owner, "stable_timescale", rule, None)
        power = 0.5 if stable_fn == "rsqrt" else stable_power
        stable: Schedule = InversePowerDecay(stable_timescale, power, start=base_lr)
        share = Sequence(Constant(1.0, t_initial - decay_t), fall(1.0, 0.0))
        if lr_min:
            phases = [Take(lr_min + Clip(-lr_min + stable, lower=0.0) * share, t_initial)]
        else:
            phases = [Take(stable * share, t_initial)]
    if warmup_t:
        phases.insert(0, line(warmup_t, warmup_lr_init, base_lr))
    return Sequence(*phases) if len(phases) > 1 else phases[0]


def _fall(
    decay_fn: str | Schedule, steps: int, start: float, end: float, power: float, ratio: float
) -> Schedule:
    """One of the peer's decays, or a schedule of one step in its place."""
    if isinstance(decay_fn, Schedule):
        return end + (start - end) * Warp(decay_fn, LinearWarmup(steps))
    if decay_fn == "linear" or start == end:
        return LinearDecay(steps, start=start, end=end)
    if decay_fn == "cosine":
        return CosineDecay(steps, start=start, end=end)
    if decay_fn == "exp":  # down to a fraction of the height, and shifted to end where it should
        height = (start - end) / (1 - ratio)
        return (end - ratio * height) + GeometricDecay(steps, start=height, end=ratio * height)
    return PowerDecay(steps, 0.5 if decay_fn == "1-sqrt" else power, start=start, end=end)
