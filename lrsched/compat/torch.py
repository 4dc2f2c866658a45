"""The schedulers of `torch.optim`, and the warmup that is often put before them.

The optimizer is replaced by `base_lr`, the rate that the peer would take from it. The value at step
k is what the optimizer has after k calls of the scheduler's `step()`.

## Constructors

```python
>>> from lrsched.compat import torch as from_torch
>>> # the line you have: CosineAnnealingLR(optimizer, T_max=100, eta_min=1e-4)
>>> from_torch.CosineAnnealingLR(0.1, T_max=100, eta_min=1e-4)
Cycle(CosineDecay(100, start=0.1, end=0.0001), mirror=True)
>>> # the line you have: OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)
>>> from_torch.OneCycleLR(0.1, total_steps=1000)
Sequence(CosineWarmup(299, start=0.004, end=0.1), CosineDecay(700, start=0.1, end=4e-07))
>>> from_torch.OneCycleLR_momentum(total_steps=1000)
Sequence(CosineDecay(299, start=0.95, end=0.85), CosineWarmup(700, start=0.85, end=0.95))
>>> # the line you have: SequentialLR(optimizer, [LinearLR(optimizer, 0.5), StepLR(optimizer, 30)], [5])
>>> from_torch.SequentialLR([from_torch.LinearLR(0.1, 0.5), from_torch.StepLR(0.1, 30)], [5])
Sequence(LinearWarmup(5, start=0.05, end=0.1), StepDecay(30, start=0.1))
>>> # the line you have: ChainedScheduler([ConstantLR(optimizer), ExponentialLR(optimizer, 0.9)])
>>> parts = [from_torch.ConstantLR(0.5), from_torch.ExponentialLR(0.5, 0.9)]
>>> schedule = from_torch.ChainedScheduler(parts, base_lr=0.5)
>>> schedule(5) == 0.5 * 0.9**5
True
>>> # the line you have: GradualWarmupScheduler(optimizer, 1, 5, CosineAnnealingLR(optimizer, 90))
>>> from_torch.GradualWarmupScheduler(0.1, 1, 5, from_torch.CosineAnnealingLR(0.1, 90))
Sequence(LinearWarmup(5, end=0.1), Constant(0.1, steps=1), Cycle(CosineDecay(90, start=0.1), mirror=True))

```

Also StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR,
CosineAnnealingWarmRestarts, CyclicLR and CyclicLR_momentum, SWALR, and MultiplicativeLR for a
constant factor. `LambdaLR` has no translation: a lambda is written as a schedule of your own.
`ReduceLROnPlateau` returns a rule (`lrsched.feedback`).

## What differs

- `CosineAnnealingWarmRestarts(T_0=1, T_mult=3)`, `step(121)`. There: `eta_min`: the restart is
  missed. Here: the rate.
- `OneCycleLR` at step `total_steps`. There: has turned back (0.079 of the peak after 11 steps).
  Here: holds its end.
- `OneCycleLR` with its peak at step 0 exactly (`pct_start * total_steps == 1`). There: divides by
  zero. Here: the peak.
- `LinearLR`, `ConstantLR` with `total_iters=0`. There: stays at the first factor for ever. Here: is
  over at once.
- `ConstantLR(factor=0)`. There: divides by zero at the end of the phase. Here: goes on to the rate.
- `GradualWarmupScheduler` before an ExponentialLR. There: one factor ahead after the warmup. Here:
  in step.
- the same before a CosineAnnealingLR(T_max=10). There: 1.025 times the peak after the warmup. Here:
  the peak.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802, N803 - the names are the peer's

from __future__ import annotations

import fractions
import itertools
import math
from collections.abc import Callable
from collections.abc import Sequence as Listing
from typing import Annotated, Any, Literal

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    NonNegative,
    OpenFraction,
    Positive,
    PositiveCount,
    Rule,
    Steps,
    checked,
    number_that,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._parts import (
    ASchedule,
    Milestones,
    Nothing,
    Rate,
    Schedules,
    at_milestones,
    at_most,
    cosine,
    joined,
    line,
)
from lrsched.feedback import ReduceOnPlateau
from lrsched.shapes import (
    Constant,
    ConstantWarmup,
    CosineDecay,
    Cycle,
    ExponentialDecay,
    PolynomialDecay,
    Product,
    Sequence,
    Shift,
    StepDecay,
    Stretch,
)

StartFactor = Annotated[float, number_that("a number above 0, at most 1", lambda x: 0 < x <= 1)]
Strategy = Annotated[str, one_of("cos", "linear")]
Rise = Annotated[float, number_that("a number of at least 0.001", lambda x: x >= 0.001)]
Fall = Annotated[
    float, number_that("0 or a number of at least 0.001", lambda x: x == 0 or x >= 0.001)
]

# The most ticks of a clock to a step: `Stretch` knows one over a whole number up to 10**9.
_FINEST = 10**8


def _typed(number: float) -> fractions.Fraction:
    """A float as the fraction that was meant: 2.4 is 12 / 5, and 1 / 3 is a third."""
    return fractions.Fraction(number).limit_denominator(_FINEST)


def _ticks(up: float, down: float) -> tuple[tuple[int, int], float]:
    """Two lengths as whole numbers of ticks, and a tick in steps."""
    a, b = _typed(up), _typed(down)
    finest = math.lcm(a.denominator, b.denominator)
    if finest <= _FINEST:
        return (int(a * finest), int(b * finest)), 1 / finest
    share = _typed(up / (up + down))  # of no common measure: in their proportion at least
    whole = share.denominator
    return (share.numerator, whole - share.numerator), (up + down) / whole


def _ticking(schedule: Schedule, tick: float) -> Schedule:
    """A schedule that is written in ticks, in steps."""
    return schedule if tick == 1 else Stretch(schedule, tick)


@checked
def StepLR(base_lr: Rate, step_size: PositiveCount, gamma: NonNegative = 0.1) -> Schedule:
    """A factor of gamma in every `step_size` steps.

    >>> StepLR(0.05, step_size=30)
    StepDecay(30, start=0.05)
    """
    return StepDecay(step_size, gamma, start=base_lr)


def _in_any_order(values: Any) -> tuple[int, ...]:
    return tuple(sorted(rule_in(Steps).accept([value])[0] for value in values))


Unordered = Annotated[Listing[int], Rule("a sequence of non-negative integers", _in_any_order)]


@checked
def MultiStepLR(base_lr: Rate, milestones: Unordered, gamma: NonNegative = 0.1) -> Schedule:
    """A factor of gamma at each milestone, in any order; one that is listed twice counts twice.

    >>> MultiStepLR(0.05, milestones=[30, 80])
    MultiStepDecay((30, 80), start=0.05)
    """
    return at_milestones(milestones, gamma, base_lr)


@checked
def ConstantLR(base_lr: Rate, factor: Fraction = 1.0 / 3, total_iters: Count = 5) -> Schedule:
    """`factor` times the rate for `total_iters` steps, then the rate.

    Differs: with `total_iters=0` the peer stays at `factor` for ever, and with `factor=0` it
    divides by zero at the end of the phase; here both are at `base_lr` from there on.

    >>> ConstantLR(0.05, factor=0.5, total_iters=4)
    ConstantWarmup(4, start=0.025, end=0.05)
    """
    return ConstantWarmup(total_iters, start=base_lr * factor, end=base_lr)


@checked
def LinearLR(
    base_lr: Rate,
    start_factor: StartFactor = 1.0 / 3,
    end_factor: Fraction = 1.0,
    total_iters: Count = 5,
) -> Schedule:
    """A straight line from one factor to another.

    Differs: with `total_iters=0` the peer stays at `start_factor` for ever; here it is over at
    once.

    >>> LinearLR(0.05, start_factor=0.5, total_iters=4)
    LinearWarmup(4, start=0.025, end=0.05)
    """
    return line(total_iters, start=base_lr * start_factor, end=base_lr * end_factor)


@checked
def ExponentialLR(base_lr: Rate, gamma: NonNegative) -> Schedule:
    """A factor of gamma in every step.

    >>> ExponentialLR(0.05, gamma=0.9)
    ExponentialDecay(0.9, start=0.05)
    """
    return ExponentialDecay(gamma, start=base_lr)


@checked
def MultiplicativeLR(base_lr: Rate, factor: NonNegative) -> Schedule:
    """A constant factor in every step: the peer's `lr_lambda=lambda epoch: factor`.

    A factor that varies has no closed form; write its running product as a schedule.

    >>> MultiplicativeLR(0.05, 0.95)
    ExponentialDecay(0.95, start=0.05)
    """
    return ExponentialDecay(factor, start=base_lr)


@checked
def PolynomialLR(
    base_lr: Rate, total_iters: PositiveCount = 5, power: NonNegative = 1.0
) -> Schedule:
    """A power of the remaining fraction; a power of 0 leaves the rate as it is, to the end too.

    >>> PolynomialLR(0.001, total_iters=4, power=2.0)
    PolynomialDecay(4, power=2.0, start=0.001)
    """
    if power == 0:
        return Constant(base_lr)
    return PolynomialDecay(total_iters, power, start=base_lr)


@checked
def CosineAnnealingLR(base_lr: Rate, T_max: Rise, eta_min: NonNegative = 0.0) -> Schedule:
    """Half a cosine wave down in `T_max` steps, and then, as the peer does, up again.

    `T_max` need not be whole. To stay down, write the `CosineDecay` without its `Cycle`.

    >>> CosineAnnealingLR(0.05, T_max=100)
    Cycle(CosineDecay(100, start=0.05), mirror=True)
    """
    at_most("CosineAnnealingLR", "eta_min", eta_min, base_lr, "base_lr")
    (steps, _), tick = _ticks(T_max, T_max)
    return _ticking(Cycle(CosineDecay(steps, start=base_lr, end=eta_min), mirror=True), tick)


@checked
def CosineAnnealingWarmRestarts(
    base_lr: Rate, T_0: PositiveCount, T_mult: PositiveCount = 1, eta_min: NonNegative = 0.0
) -> Schedule:
    """SGDR: half a cosine wave again and again, each `T_mult` times as long as the one before.

    Differs: the peer's `step(epoch)` looks the cycle up in a floating logarithm and misses some
    restarts: with T_0=1 and T_mult=3 it has `eta_min` at epoch 121, where a cycle begins.

    >>> CosineAnnealingWarmRestarts(0.05, T_0=10, T_mult=2)
    Cycle(CosineDecay(10, start=0.05), stretch=2)
    """
    at_most("CosineAnnealingWarmRestarts", "eta_min", eta_min, base_lr, "base_lr")
    return Cycle(CosineDecay(T_0, start=base_lr, end=eta_min), stretch=T_mult)


Mode = Annotated[str, one_of("triangular", "triangular2", "exp_range")]


@checked
def CyclicLR(
    base_lr: NonNegative,
    max_lr: NonNegative,
    step_size_up: Rise = 2000,
    step_size_down: Fall | None = None,
    mode: Mode = "triangular",
    gamma: NonNegative = 1.0,
    scale_fn: Nothing = None,
    scale_mode: Annotated[str, one_of("cycle", "iterations")] = "cycle",
    cycle_momentum: Flag = True,
    base_momentum: NonNegative = 0.8,
    max_momentum: NonNegative = 0.9,
) -> Schedule:
    """Triangles between two rates; the momentum is `CyclicLR_momentum`.

    The sizes need not be whole, and with `step_size_down=0` the rate drops at once. A `scale_fn`
    of your own is a schedule to multiply the triangle by:
    `base_lr + scale * Cycle(LinearWarmup(up, end=max_lr - base_lr), mirror=True)`.

    >>> CyclicLR(0.01, 0.1, step_size_up=5)
    Cycle(LinearWarmup(5, start=0.01, end=0.1), mirror=True)
    >>> CyclicLR(0.25, 1, step_size_up=5, mode="triangular2")
    0.25 + Cycle(LinearWarmup(5, end=0.75), mirror=True, gain=0.5)
    >>> CyclicLR(0.01, 0.1, step_size_up=2.5)
    Stretch(Cycle(LinearWarmup(5, start=0.01, end=0.1), mirror=True), factor=0.5)
    """
    at_most("CyclicLR", "base_lr", base_lr, max_lr, "max_lr")
    return _cyclic(base_lr, max_lr, step_size_up, step_size_down, mode, gamma)


@checked
def CyclicLR_momentum(
    step_size_up: Rise = 2000,
    step_size_down: Fall | None = None,
    mode: Mode = "triangular",
    gamma: NonNegative = 1.0,
    base_momentum: NonNegative = 0.8,
    max_momentum: NonNegative = 0.9,
) -> Schedule:
    """The momentum (or first beta) that `CyclicLR` drives, highest where the rate is lowest.

    >>> CyclicLR_momentum(step_size_up=5)
    Cycle(LinearDecay(5, start=0.9, end=0.8), mirror=True)
    """
    at_most("CyclicLR_momentum", "base_momentum", base_momentum, max_momentum, "max_momentum")
    return _cyclic(max_momentum, base_momentum, step_size_up, step_size_down, mode, gamma)


def _cyclic(
    foot: float, tip: float, up: float, down: float | None, mode: str, gamma: float
) -> Schedule:
    down = up if down is None else down
    if mode == "triangular":
        return _triangles(up, down, foot, tip, gain=1.0)
    if mode == "triangular2":
        return foot + _triangles(up, down, 0.0, tip - foot, gain=0.5)
    return foot + ExponentialDecay(gamma) * _triangles(up, down, 0.0, tip - foot, gain=1.0)


def _triangles(up: float, down: float, foot: float, tip: float, gain: float) -> Schedule:
    (rise, fall), tick = _ticks(up, down)
    if rise == fall:
        triangles = Cycle(line(rise, foot, tip), mirror=True, gain=gain)
    elif fall == 0:
        triangles = Cycle(line(rise, foot, tip), gain=gain)
    else:
        triangles = Cycle(Sequence(line(rise, foot, tip), line(fall, tip, foot)), gain=gain)
    return _ticking(triangles, tick)


@checked
def OneCycleLR(
    max_lr: NonNegative,
    total_steps: PositiveCount | None = None,
    epochs: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
    pct_start: Fraction = 0.3,
    anneal_strategy: Strategy = "cos",
    cycle_momentum: Flag = True,
    base_momentum: NonNegative = 0.85,
    max_momentum: NonNegative = 0.95,
    div_factor: Positive = 25.0,
    final_div_factor: Positive = 1e4,
    three_phase: Flag = False,
) -> Schedule:
    """One cycle: up to `max_lr` and far down; the momentum is `OneCycleLR_momentum`.

    The last value is reached at step `total_steps - 1`, and the peak, as in the peer, one step
    before the fraction `pct_start` of all: where that is no whole step, between two of them.

    Differs: at step `total_steps` the peer has turned back from its end; here it holds. With a
    peak at step 0 exactly, the peer divides by zero.

    >>> OneCycleLR(1.0, total_steps=101, pct_start=0.5, div_factor=10)
    Stretch(Sequence(CosineWarmup(99, start=0.1), CosineDecay(101, end=1e-05)), factor=0.5)
    >>> OneCycleLR(1.0, total_steps=100, div_factor=10)
    Sequence(CosineWarmup(29, start=0.1), CosineDecay(70, end=1e-05))
    """
    start = max_lr / div_factor
    values = (start, max_lr, *([start] if three_phase else []), start / final_div_factor)
    total = _total("OneCycleLR", total_steps, epochs, steps_per_epoch)
    return _one_cycle("OneCycleLR", total, pct_start, anneal_strategy, values)


@checked
def OneCycleLR_momentum(
    total_steps: PositiveCount | None = None,
    epochs: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
    pct_start: Fraction = 0.3,
    anneal_strategy: Strategy = "cos",
    base_momentum: NonNegative = 0.85,
    max_momentum: NonNegative = 0.95,
    three_phase: Flag = False,
) -> Schedule:
    """The momentum (or first beta) that `OneCycleLR` drives, lowest where the rate is highest.

    >>> OneCycleLR_momentum(total_steps=100)
    Sequence(CosineDecay(29, start=0.95, end=0.85), CosineWarmup(70, start=0.85, end=0.95))
    """
    at_most("OneCycleLR_momentum", "base_momentum", base_momentum, max_momentum, "max_momentum")
    high, low = max_momentum, base_momentum
    values = (high, low, high, *([high] if three_phase else []))
    total = _total("OneCycleLR_momentum", total_steps, epochs, steps_per_epoch)
    return _one_cycle("OneCycleLR_momentum", total, pct_start, anneal_strategy, values)


def _total(
    owner: str, total_steps: int | None, epochs: int | None, steps_per_epoch: int | None
) -> int:
    if total_steps is not None:
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise refusal(
            ValueError, owner, "total_steps", "given, or epochs and steps_per_epoch", None
        )
    return epochs * steps_per_epoch


def _one_cycle(
    owner: str, total: int, pct_start: float, strategy: str, values: Listing[float]
) -> Schedule:
    """Curves from value to value; all but the last end a step before a fraction of the total."""
    three = len(values) == 4
    if three and pct_start > 0.5:
        raise refusal(ValueError, owner, "pct_start", "at most 0.5 with three_phase", pct_start)
    # In ticks of a clock that has the peak on the dot, wherever it is between two steps.
    reached = _typed(pct_start) * total - 1
    peak, finest = reached.numerator, reached.denominator
    ends = [peak, *([2 * peak] if three else []), (total - 1) * finest]
    curve: Callable[[int, float, float], Schedule] = cosine if strategy == "cos" else line
    phases: list[Schedule] = []
    skipped = 0
    for (a, b), (start, end) in zip(
        itertools.pairwise((0, *ends)), itertools.pairwise(values), strict=True
    ):
        if b > max(a, 0):  # the others are over before the first step
            skipped = skipped or min(a, 0)
            phases.append(curve(b - a, start, end))
    if not phases:
        return Constant(values[-1])
    whole = Sequence(*phases) if len(phases) > 1 else phases[0]
    return _ticking(Shift(whole, -skipped) if skipped else whole, 1 / finest)


@checked
def SequentialLR(schedulers: Schedules, milestones: Milestones) -> Schedule:
    """One schedule after another, each from its own step 0, changing at the milestones.

    One between two milestones at the same step is never heard.

    >>> SequentialLR([ConstantLR(1.0, 0.1, 20), ExponentialLR(1.0, 0.9)], milestones=[20])
    Sequence(ConstantWarmup(20, start=0.1), ExponentialDecay(0.9))
    """
    return joined("SequentialLR", ("schedulers", "milestones"), schedulers, milestones)


@checked
def ChainedScheduler(schedulers: Schedules, base_lr: Positive) -> Schedule:
    """Schedules of one `base_lr`, each of which multiplies what the others have made of it.

    The peer's is such a product where all of its schedulers multiply the optimizer's rate: StepLR,
    MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR, MultiplicativeLR, and
    CosineAnnealingLR with `eta_min=0` up to `T_max`. The others (LambdaLR, CyclicLR, OneCycleLR,
    the warm restarts) overwrite it; whichever comes last wins.

    >>> ChainedScheduler([ConstantLR(0.5, 0.1, 20), ExponentialLR(0.5, 0.9)], base_lr=0.5)
    2.0 * ConstantWarmup(20, start=0.05, end=0.5) * ExponentialDecay(0.9, start=0.5)
    """
    if len(schedulers) == 1:
        return schedulers[0]
    # A product, and no power: that raises where it leaves the range of floats.
    return Product(math.prod([1 / base_lr] * (len(schedulers) - 1)), *schedulers)


@checked
def SWALR(
    base_lr: Rate, swa_lr: NonNegative, anneal_epochs: Count = 10, anneal_strategy: Strategy = "cos"
) -> Schedule:
    """From the rate that the optimizer has to `swa_lr`, which then holds.

    >>> SWALR(0.1, swa_lr=0.05, anneal_strategy="linear", anneal_epochs=20)
    LinearDecay(20, start=0.1, end=0.05)
    """
    return (cosine if anneal_strategy == "cos" else line)(anneal_epochs, base_lr, swa_lr)


@checked
def GradualWarmupScheduler(
    base_lr: Rate,
    multiplier: Annotated[float, number_that("a number of at least 1", lambda x: x >= 1)],
    total_epoch: PositiveCount,
    after_scheduler: ASchedule | None = None,
) -> Schedule:
    """A line to `multiplier` times the rate, and from there a schedule built for `base_lr`.

    The line starts at 0 where the multiplier is 1, else at `base_lr`. As in the package
    `warmup-scheduler`, the peak is there for two steps.

    Differs: an `after_scheduler` that goes from value to value is asked once too often by the peer:
    ExponentialLR is one factor ahead from step `total_epoch + 1` on, CosineAnnealingLR too high
    (1.025 times the peak with T_max=10).

    >>> GradualWarmupScheduler(0.1, 1, 5, after_scheduler=StepLR(0.1, 30))
    Sequence(LinearWarmup(5, end=0.1), Constant(0.1, steps=1), StepDecay(30, start=0.1))
    """
    peak = base_lr * multiplier
    rise = line(total_epoch, 0.0 if multiplier == 1 else base_lr, peak)
    if after_scheduler is None:
        return rise
    after = after_scheduler if multiplier == 1 else multiplier * after_scheduler
    return Sequence(rise, Constant(peak, steps=1), after)


@checked
def ReduceLROnPlateau(
    base_lr: Positive,
    mode: Literal["min", "max"] = "min",
    factor: OpenFraction = 0.1,
    patience: Count = 10,
    threshold: NonNegative = 1e-4,
    threshold_mode: Literal["rel", "abs"] = "rel",
    cooldown: Count = 0,
    min_lr: NonNegative = 0.0,
    eps: NonNegative = 1e-8,
) -> ReduceOnPlateau:
    """Not a schedule but a rule: the rate is `base_lr * state.scale`.

    A list for `min_lr` is a rule for each group.

    >>> ReduceLROnPlateau(0.1, patience=3, min_lr=1e-3, eps=0)
    ReduceOnPlateau(patience=3, min_scale=0.01, eps=0.0)
    """
    at_most("ReduceLROnPlateau", "min_lr", min_lr, base_lr, "base_lr")
    return ReduceOnPlateau(
        factor,
        patience,
        mode,
        threshold,
        threshold_mode,
        cooldown,
        min_scale=min_lr / base_lr,
        eps=eps / base_lr,
    )
