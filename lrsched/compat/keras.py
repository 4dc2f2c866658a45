"""The schedules of `keras.optimizers.schedules`, and the callback that listens.

The value at step k is what the peer gives for `step=k`. `name` is taken and of no effect.

## Constructors

```python
>>> from lrsched.compat import keras as from_keras
>>> # the line you have: CosineDecay(0.0, 1000, warmup_target=0.1, warmup_steps=100)
>>> from_keras.CosineDecay(0.0, 1000, warmup_target=0.1, warmup_steps=100)
Sequence(LinearWarmup(100, end=0.1), CosineDecay(1000, start=0.1))
>>> # the line you have: PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
>>> from_keras.PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
PiecewiseConstant((101, 201), values=(0.1, 0.01, 0.001))
>>> # the line you have: InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True)
>>> from_keras.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True)
Staircase(InverseTimeDecay(0.5, every=10, start=0.1), every=10)

```

Also CosineDecayRestarts, ExponentialDecay and PolynomialDecay with its cycle.

## What differs

- `CosineDecayRestarts(0.1, 1000, t_mul=1.1)`, step 2100. There: 0: the restart is missed. Here:
  0.1.
- `PiecewiseConstantDecay` between a boundary and the next whole step, where training never is.
  There: the value after it. Here: the value before it.
- `CosineDecay(..., warmup_steps=5)` without `warmup_target`. There: no warmup, silently. Here:
  refused.
- a restart between two whole steps, such as at 12.5 (`cycle_mul`, `t_mul` that are not whole).
  There: begins there. Here: begins at step 13; the same at every whole step.
"""

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

from typing import Literal

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    NonNegative,
    Numbers,
    OpenFraction,
    Positive,
    PositiveCount,
    Steps,
    checked,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._parts import Rate, at_most, line
from lrsched.feedback import ReduceOnPlateau
from lrsched.shapes import (
    Constant,
    ConstantWarmup,
    Cycle,
    PiecewiseConstant,
    Sequence,
    Shift,
    Staircase,
    Stretch,
    decay,
)
from lrsched.shapes.cycles import Lengthening


@checked
def CosineDecay(
    initial_learning_rate: Rate,
    decay_steps: PositiveCount,
    alpha: Fraction = 0.0,
    name: str = "CosineDecay",
    warmup_target: NonNegative | None = None,
    warmup_steps: Count = 0,
) -> Schedule:
    """Half a cosine wave down to `alpha` of the rate, with a warmup before it or without.

    The peer ignores `warmup_steps` without a `warmup_target`; here that is refused.

    >>> CosineDecay(0.1, 1000, alpha=0.5)
    CosineDecay(1000, start=0.1, end=0.05)
    >>> CosineDecay(0.0, 1000, warmup_target=0.1, warmup_steps=100)
    Sequence(LinearWarmup(100, end=0.1), CosineDecay(1000, start=0.1))
    """
    if warmup_target is None:
        if warmup_steps:
            rule = f"given with warmup_steps={warmup_steps}"
            raise refusal(ValueError, "CosineDecay", "warmup_target", rule, None)
        high = initial_learning_rate
        return decay.CosineDecay(decay_steps, start=high, end=high * alpha)
    wave = decay.CosineDecay(decay_steps, start=warmup_target, end=warmup_target * alpha)
    return Sequence(line(warmup_steps, initial_learning_rate, warmup_target), wave)


@checked
def CosineDecayRestarts(
    initial_learning_rate: Rate,
    first_decay_steps: PositiveCount,
    t_mul: Lengthening = 2.0,
    m_mul: NonNegative = 1.0,
    alpha: Fraction = 0.0,
    name: str = "SGDRDecay",
) -> Schedule:
    """Half a cosine wave again and again, each `t_mul` as long and `m_mul` as high.

    Differs: the peer looks the restart up in a floating logarithm, by default in float32, and
    misses some: with 1000 first steps and t_mul=1.1 it has 0 at step 2100, where a cycle begins. A
    cycle that begins between two whole steps begins here with the second of them.

    >>> CosineDecayRestarts(0.1, 1000)
    Cycle(CosineDecay(1000, start=0.1), stretch=2)
    >>> CosineDecayRestarts(1.0, 1000, t_mul=1.5, m_mul=0.9, alpha=0.25)
    0.25 + Cycle(CosineDecay(1000, start=0.75), stretch=1.5, gain=0.9)
    """
    high, low = initial_learning_rate, initial_learning_rate * alpha
    if m_mul == 1 or low == 0:
        wave = decay.CosineDecay(first_decay_steps, start=high, end=low)
        return Cycle(wave, stretch=t_mul, gain=m_mul)
    wave = decay.CosineDecay(first_decay_steps, start=high - low)
    return low + Cycle(wave, stretch=t_mul, gain=m_mul)


@checked
def ExponentialDecay(
    initial_learning_rate: Rate,
    decay_steps: PositiveCount,
    decay_rate: NonNegative,
    staircase: Flag = False,
    name: str = "ExponentialDecay",
) -> Schedule:
    """A factor of `decay_rate` in every `decay_steps`, smoothly or at once.

    >>> ExponentialDecay(0.1, decay_steps=10_000, decay_rate=0.9)
    ExponentialDecay(0.9, every=10000, start=0.1)
    >>> ExponentialDecay(0.1, decay_steps=10_000, decay_rate=0.9, staircase=True)
    StepDecay(10000, gamma=0.9, start=0.1)
    """
    if staircase:
        return decay.StepDecay(decay_steps, decay_rate, start=initial_learning_rate)
    return decay.ExponentialDecay(decay_rate, every=decay_steps, start=initial_learning_rate)


@checked
def PiecewiseConstantDecay(
    boundaries: Steps, values: Numbers, name: str = "PiecewiseConstant"
) -> Schedule:
    """One value after another. A boundary belongs to the interval before it.

    Differs, at steps of no training: between a boundary and the next whole step the peer has the
    next value already, here it comes with that step.

    >>> PiecewiseConstantDecay([100_000, 110_000], [1.0, 0.5, 0.1])
    PiecewiseConstant((100001, 110001), values=(1.0, 0.5, 0.1))
    """
    if len(values) != len(boundaries) + 1:
        rule = f"one more than the {len(boundaries)} boundaries"
        raise refusal(ValueError, "PiecewiseConstantDecay", "values", rule, values)
    return PiecewiseConstant(tuple(boundary + 1 for boundary in boundaries), values)


@checked
def PolynomialDecay(
    initial_learning_rate: Rate,
    decay_steps: PositiveCount,
    end_learning_rate: NonNegative = 0.0001,
    power: NonNegative = 1.0,
    cycle: Flag = False,
    name: str = "PolynomialDecay",
) -> Schedule:
    """A power of the remaining fraction; with `cycle`, of an end that moves on when it is reached.

    Cycle i falls from 1 / (1 + i)**power of the way. The step at which it ends still belongs to it:
    the next begins just after, and not in a step of its own. A power of 0 is no decay at all.

    >>> PolynomialDecay(0.1, 10_000, 0.01, power=0.5)
    PolynomialDecay(10000, power=0.5, start=0.1, end=0.01)
    >>> PolynomialDecay(1.0, 100, 0.5, cycle=True)
    0.5 + 0.5 * Cycle(PolynomialDecay(100, power=1.0))
        * Staircase(InversePowerDecay(100.0, power=1.0), every=100)
        * Sequence(Constant(1.0, steps=100),
            Stretch(Shift(Cycle(ConstantWarmup(100, start=1.0, end=0.0), mirror=True), offset=100),
                factor=0.5))
    """
    high, low = initial_learning_rate, end_learning_rate
    at_most("PolynomialDecay", "end_learning_rate", low, high, "initial_learning_rate")
    if power == 0:
        return Constant(high)
    if not cycle:
        return decay.PolynomialDecay(decay_steps, power, start=high, end=low)
    teeth = Cycle(decay.PolynomialDecay(decay_steps, power))
    heights = Staircase(decay.InversePowerDecay(decay_steps, power), decay_steps)
    return low + (high - low) * teeth * heights * _ended(decay_steps)


def _ended(steps: int) -> Schedule:
    """0 at every multiple of `steps` but the first, which is step 0, and 1 wherever else."""
    # A constant that jumps at its very end, played forth and back, jumps there and at once back:
    # 0 at odd multiples of its length, and of half its length when played twice as fast.
    jump = Cycle(ConstantWarmup(steps, start=1.0, end=0.0), mirror=True)
    return Sequence(Constant(1.0, steps), Stretch(Shift(jump, steps), 0.5))


@checked
def InverseTimeDecay(
    initial_learning_rate: Rate,
    decay_steps: PositiveCount,
    decay_rate: NonNegative,
    staircase: Flag = False,
    name: str = "InverseTimeDecay",
) -> Schedule:
    """One over the time, smoothly or in steps.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5)
    InverseTimeDecay(0.5, every=10, start=0.1)
    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True)
    Staircase(InverseTimeDecay(0.5, every=10, start=0.1), every=10)
    """
    curve = decay.InverseTimeDecay(decay_rate, every=decay_steps, start=initial_learning_rate)
    return Staircase(curve, decay_steps) if staircase else curve


@checked
def ReduceLROnPlateau(
    base_lr: Positive,
    monitor: str = "val_loss",
    factor: OpenFraction = 0.1,
    patience: Count = 10,
    verbose: Count = 0,
    mode: Literal["auto", "min", "max"] = "auto",
    min_delta: NonNegative = 1e-4,
    cooldown: Count = 0,
    min_lr: NonNegative = 0.0,
) -> ReduceOnPlateau:
    """Not a schedule but a rule: the rate is `base_lr * state.scale`. `verbose` has no effect.

    With `mode="auto"` the peer asks its metric for the direction; a name tells it of a loss alone.

    Differs: the peer takes its first metric for the best even if it is NaN, which no other is ever
    better than, or infinite.

    >>> ReduceLROnPlateau(0.1, patience=5, cooldown=2, min_lr=0.05)
    ReduceOnPlateau(patience=4, threshold_mode='abs', cooldown=1, min_scale=0.5, eps=0.0)
    """
    if mode == "auto":
        if str(monitor).removeprefix("val_") != "loss":
            rule = f"'min' or 'max' for monitor={monitor!r}"
            raise refusal(ValueError, "ReduceLROnPlateau", "mode", rule, mode)
        mode = "min"
    at_most("ReduceLROnPlateau", "min_lr", min_lr, base_lr, "base_lr")
    # The peer reduces at the count that torch still bears, and counts the last of its cooldown.
    return ReduceOnPlateau(
        factor,
        patience=max(patience - 1, 0),
        mode=mode,
        threshold=min_delta,
        threshold_mode="abs",
        cooldown=max(cooldown - 1, 0),
        min_scale=min_lr / base_lr,
        eps=0.0,
    )
