"""The schedulers of `timm.scheduler`, without their noise, and the arguments of its train.py.

The optimizer is replaced by `base_lr`. The value at step k is what `step(k)` sets (`step_update(k)`
with `t_in_epochs=False`): the schedule counts in the unit of `t_initial`.

Differs, wherever `cycle_mul` is not 1: the peer looks the cycle up in a floating logarithm and
misses some restarts (with t_initial=100 and cycle_mul=1.2 it has `lr_min` at step 364, where a
cycle begins), or takes a power of a time just below zero, and raises (with t_initial=5,
cycle_mul=1.6 and k_decay=1.5 at step 13). Its cycles may begin between two whole steps; here they
begin with the second of them. For a `cycle_mul` below 1 it raises once the cycles have
shrunk to nothing; that is refused here. With `cycle_limit=0` there is no cycle at all, and the
minimum from the first step or from the end of the warmup on.

`from_config` counts in updates, as train.py makes them: epoch e, from 0, is trained with what
`step(e)` sets, and with `sched_on_updates` update k with what `step_update(k)` sets. Epoch 0 and
update 0 come before the first of these calls and have `warmup_lr`, or without a warmup the rate
itself, even where the schedule starts lower (a tanh; a milestone of 1).

## Constructors

```python
>>> from lrsched.compat import timm as from_timm
>>> # the line you have: CosineLRScheduler(optimizer, 300, warmup_t=5, warmup_prefix=True)
>>> from_timm.CosineLRScheduler(0.1, 300, warmup_t=5, warmup_prefix=True)
Sequence(LinearWarmup(5, end=0.1), CosineDecay(300, start=0.1))
>>> # the line you have: CosineLRScheduler(optimizer, 10, cycle_mul=1.5, cycle_decay=0.5, cycle_limit=3)
>>> from_timm.CosineLRScheduler(0.1, 10, cycle_mul=1.5, cycle_decay=0.5, cycle_limit=3)
Cycle(CosineDecay(10, start=0.1), stretch=1.5, gain=0.5, count=3)
>>> # the line you have: StepLRScheduler(optimizer, decay_t=2.4, decay_rate=0.97)
>>> from_timm.StepLRScheduler(0.1, decay_t=2.4, decay_rate=0.97)
Stretch(StepDecay(12, gamma=0.97, start=0.1), factor=0.2)
>>> # the line you have: MultiStepLRScheduler(optimizer, [30, 60], decay_rate=0.1)
>>> from_timm.MultiStepLRScheduler(0.1, [30, 60], decay_rate=0.1)
MultiStepDecay((29, 59), start=0.1)

```

Also TanhLRScheduler, PolyLRScheduler and WSDLRScheduler. Noise is not a function of the step and is
left out.

## Configs

The arguments of train.py: its YAML, a dict, or what its parser returns.

```python
>>> # sched: cosine, lr: 5.0e-3, epochs: 300, warmup_epochs: 5, warmup_lr: 1.0e-4, min_lr: 1.0e-6
>>> args = {"sched": "cosine", "lr": 5e-3, "epochs": 300, "warmup_epochs": 5, "warmup_lr": 1e-4,
...         "min_lr": 1e-6, "model": "resnet50", "opt": "lamb"}
>>> from_timm.from_config(args, steps_per_epoch=625)
Staircase(Stretch(Sequence(LinearWarmup(5, start=0.0001, end=0.005), Shift(CosineDecay(300, start=0.005, end=1e-06), offset=5)), factor=625.0), every=625)
>>> args = {"sched": "wsd", "lr": 1e-3, "epochs": 90, "decay_epochs": 0.2, "sched_on_updates": True}
>>> from_timm.from_config(args, steps_per_epoch=100)
Sequence(LinearWarmup(500, start=1e-05, end=0.001), Constant(0.001, steps=6800), PowerDecay(1700, power=0.5, start=0.001))
>>> from_timm.from_config({"lr_base": 1e-3, "opt": "adamw", "sched": "none"}, global_batch_size=1024)
Constant(0.002)

```

Without an `lr` the rate is train.py's own: `lr_base` times the batch in units of `lr_base_size`, or
times its root for an optimizer with "ada" or "lamb" in its name.

## What differs

- `CosineLRScheduler(100, cycle_mul=1.2, cycle_limit=5)`, step 364. There: `lr_min`: the restart is
  missed. Here: the rate.
- `CosineLRScheduler(5, cycle_mul=1.6, cycle_limit=3, k_decay=1.5)`, step 13. There: raises: a
  complex number. Here: the rate.
- `cycle_mul` below 1. There: raises when the cycles have shrunk away. Here: refused.
- `StepLRScheduler(decay_t=1.1)`, step 11. There: nine factors. Here: ten.
- `sched: step`, `decay_epochs: 2.4`, `sched_on_updates`, 7 updates an epoch, update 84. There: the
  fifth factor comes an update late: 2.4 * 7 is a little above 16.8. Here: comes at update 84.
- the same and every other `sched` with `lr_noise`; `plateau`. There: random; follows a metric.
  Here: refused.
- a restart between two whole steps, such as at 12.5 (`cycle_mul`, `t_mul` that are not whole).
  There: begins there. Here: begins at step 13; the same at every whole step.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    NonNegative,
    Positive,
    PositiveCount,
    Real,
    Rule,
    checked,
    number_that,
    one_of,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import Only, needed, read
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
    Staircase,
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


_FALLING = ("cosine", "tanh", "poly", "wsd", "rsqrt")  # down to `min_lr`
_SCHEDS = (*_FALLING, "step", "multistep", "constant", "none")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


@checked
def create_scheduler(
    sched: Annotated[str, one_of(*_SCHEDS, "plateau")] = "cosine",
    sched_on_updates: Flag = False,
    lr: Rate | None = None,
    lr_base: Rate = 0.1,
    lr_base_size: PositiveCount = 256,
    lr_base_scale: Annotated[str, one_of("", "linear", "sqrt")] = "",
    opt: Annotated[str, Rule("the name of an optimizer", _text)] = "sgd",
    lr_noise: Nothing = None,
    lr_noise_pct: Real = 0.67,
    lr_noise_std: Real = 1.0,
    lr_cycle_mul: Lengthening = 1.0,
    lr_cycle_decay: NonNegative = 0.5,
    lr_cycle_limit: Count = 1,
    lr_k_decay: Positive = 1.0,
    lr_decay_fn: Annotated[str, one_of(*_FALLS)] | None = None,
    lr_stable_timescale: Positive | None = None,
    warmup_lr: NonNegative = 1e-5,
    min_lr: NonNegative = 0.0,
    epochs: PositiveCount = 300,
    decay_milestones: Milestones = (90, 180, 270),
    decay_epochs: Positive | None = None,
    warmup_epochs: Count = 5,
    warmup_prefix: Flag = False,
    cooldown_epochs: Count = 0,
    patience_epochs: Count = 10,
    decay_rate: NonNegative = 0.1,
    *,
    of: Only = "lr",
    steps_per_epoch: PositiveCount | None = None,
    global_batch_size: PositiveCount | None = None,
) -> Schedule:
    """The rate of each update that train.py makes, from its arguments that are about it.

    The defaults are train.py's, not those of `scheduler_kwargs`. Steps count updates: a staircase
    of one tread an epoch, or with `sched_on_updates` a new rate each update. Where there is no
    `lr` (or it is 0), it is `lr_base` times the `global_batch_size` in units of `lr_base_size`, or
    times the square root of that where `lr_base_scale` or an adaptive `opt` asks for it. A
    `decay_epochs` below 1 is a fraction of a "wsd" or "rsqrt" after its warmup, rounded to whole
    epochs, or updates. `cooldown_epochs` only make the run longer, at the last rate.

    >>> create_scheduler("cosine", lr=0.1, epochs=90, warmup_epochs=0, steps_per_epoch=1250)
    Staircase(Stretch(CosineDecay(90, start=0.1), factor=1250.0), every=1250)
    >>> create_scheduler(sched_on_updates=True, lr=0.1, epochs=9, warmup_epochs=1,
    ...                  warmup_prefix=True, steps_per_epoch=100)
    Sequence(LinearWarmup(100, start=1e-05, end=0.1), CosineDecay(900, start=0.1))
    """
    owner = "create_scheduler"
    if sched == "plateau":
        rule = "a function of the step (PlateauLRScheduler follows a metric)"
        raise refusal(ValueError, owner, "sched", rule, sched)
    if not lr:
        if not lr_base_scale:
            adaptive = any(word in opt.lower() for word in ("ada", "lamb"))
            lr_base_scale = "sqrt" if adaptive else "linear"
        why = f"there is no lr, and lr_base is for lr_base_size={lr_base_size} samples an update"
        ratio = needed(owner, "global_batch_size", global_batch_size, why) / lr_base_size
        lr = lr_base * (math.sqrt(ratio) if lr_base_scale == "sqrt" else ratio)
    if sched == "none":
        return Constant(lr)
    why = f"sched={sched!r} counts in epochs"
    n = needed(owner, "steps_per_epoch", steps_per_epoch, why)
    unit = n if sched_on_updates else 1
    if sched in _FALLING:
        at_most(owner, "min_lr", min_lr, lr, "lr")
    warmup: dict[str, Any] = {"warmup_t": warmup_epochs * unit, "warmup_lr_init": warmup_lr}
    prefixed = {**warmup, "warmup_prefix": warmup_prefix}
    whole: Schedule
    if sched in ("wsd", "rsqrt"):
        if not warmup_prefix:
            at_most(owner, "warmup_epochs", warmup_epochs, epochs - 1, "epochs - 1")
        length = epochs if warmup_prefix else epochs - warmup_epochs
        decay = 0.2 if decay_epochs is None else decay_epochs
        decay = round(decay * length * unit if decay < 1 else decay * unit)
        if not 0 < decay <= length * unit:
            rule = f"from one step to the {length} epochs that the warmup leaves"
            raise refusal(ValueError, owner, "decay_epochs", rule, decay_epochs)
        if sched == "rsqrt" and not warmup_epochs:
            why = "sched='rsqrt' has no warmup to take it from"
            needed(owner, "lr_stable_timescale", lr_stable_timescale, why)
        whole = WSDLRScheduler(
            lr,
            length * unit,
            decay,
            min_lr,
            stable_fn="rsqrt" if sched == "rsqrt" else "constant",
            stable_timescale=lr_stable_timescale and lr_stable_timescale * unit,
            decay_fn=lr_decay_fn or ("linear" if sched == "rsqrt" else "1-sqrt"),
            **warmup,
        )
    elif sched == "constant":
        whole = _warmed_up(owner, Constant(lr), lr, **prefixed)
    elif sched == "step":
        whole = StepLRScheduler(lr, (decay_epochs or 90) * unit, decay_rate, **prefixed)
    elif sched == "multistep":
        milestones = [epoch * unit for epoch in decay_milestones]
        whole = MultiStepLRScheduler(lr, milestones, decay_rate, **prefixed)
    else:
        if not warmup_prefix and lr_cycle_mul == 1 and lr_cycle_limit:
            limit = epochs * lr_cycle_limit
            at_most(owner, "warmup_epochs", warmup_epochs, limit, "the epochs of all cycles")
        cycles = {
            "lr_min": min_lr,
            "cycle_mul": lr_cycle_mul,
            "cycle_decay": lr_cycle_decay,
            "cycle_limit": lr_cycle_limit,
            **prefixed,
        }
        if sched == "cosine":
            whole = CosineLRScheduler(lr, epochs * unit, k_decay=lr_k_decay, **cycles)
        elif sched == "tanh":
            whole = TanhLRScheduler(lr, epochs * unit, **cycles)
        else:
            whole = PolyLRScheduler(lr, epochs * unit, decay_rate, k_decay=lr_k_decay, **cycles)
    first = warmup_lr if warmup_epochs else lr
    if whole(0) != first:  # what the scheduler has not been asked for yet
        whole = Sequence(Constant(first, 1), Shift(whole, 1))
    return whole if sched_on_updates or whole == Constant(lr) else Staircase(Stretch(whole, n), n)


def from_config(
    config: Any,
    *,
    of: str = "lr",
    steps_per_epoch: int | None = None,
    global_batch_size: int | None = None,
) -> Schedule:
    """The rate of each update of a run of timm's train.py, from its arguments.

    Args:
        config: the arguments, from the YAML that train.py writes and reads or from its parser.
            Those that are about other things are passed over.
        of: "lr", all that they drive.
        steps_per_epoch: updates in one pass over the data; needed for every `sched` but "none".
        global_batch_size: samples in an update, of all processes and accumulated batches together;
            needed where there is no `lr`, but `lr_base`.

    Raises:
        ValueError: a value that makes no sense, a key that is nearly one of a schedule's, something
            needed that is missing.
        TypeError: a value of another type.

    >>> config = {"opt": "lamb", "lr": "5e-3", "sched": "cosine", "epochs": 100, "warmup_lr": 1e-4}
    >>> from_config(config, steps_per_epoch=625)
    Staircase(Stretch(Sequence(LinearWarmup(5, start=0.0001, end=0.005),
                               Shift(CosineDecay(100, start=0.005), offset=5)), factor=625.0),
              every=625)
    """
    arguments = {
        "of": of,
        "steps_per_epoch": steps_per_epoch,
        "global_batch_size": global_batch_size,
    }
    return read(create_scheduler, config, arguments, others=True)
