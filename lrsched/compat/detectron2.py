"""The schedulers of detectron2, those of fvcore that it is built of, and its `cfg.SOLVER`.

fvcore's are functions of `where`, the fraction of the training that has passed. Here each is a
schedule whose whole length is that training, as short as its shape allows: one step for a curve,
`num_updates` for steps. `LRMultiplier` stretches it to the iterations of a run.

Differs: past the end fvcore raises, goes on along the curve, or gives a complex number (a
polynomial of power 0.9 at 1.1); here the last value holds. It is ahead by a millionth of the
training wherever a value jumps: a step early, or more, in runs of over a million iterations.

`from_config` counts in iterations: iteration k, from 0, is made with the value at step k.

## Constructors

```python
>>> from lrsched.compat import detectron2 as from_detectron2
>>> # the line you have: WarmupMultiStepLR(optimizer, [60_000, 80_000])
>>> from_detectron2.WarmupMultiStepLR(0.02, [60_000, 80_000])
LinearWarmup(1000, start=0.001) * MultiStepDecay((60000, 80000), start=0.02)
>>> # the line you have: LRMultiplier(optimizer, CosineParamScheduler(1, 0.01), max_iter=90_000)
>>> from_detectron2.LRMultiplier(
...     0.02, from_detectron2.CosineParamScheduler(1, 0.01), max_iter=90_000
... )
0.02 * CosineDecay(90000, end=0.01)

```

## Configs

The whole config, as `cfg.dump()` writes it, or `cfg.SOLVER`. A file that says `_BASE_` is refused:
the file it builds on isn't read.

```python
>>> # SOLVER:
>>> #   BASE_LR: 0.02
>>> #   STEPS: (60000, 80000)
>>> #   MAX_ITER: 90000
>>> config = {"SOLVER": {"BASE_LR": 0.02, "STEPS": "(60000, 80000)", "MAX_ITER": 90000}}
>>> from_detectron2.from_config(config)
0.02 * Sequence(LinearWarmup(1000, start=0.001), Take(MultiStepDecay((59000, 79000)), steps=89000))
>>> solver = {"LR_SCHEDULER_NAME": "WarmupCosineLR", "BASE_LR": 0.01, "MAX_ITER": 90000}
>>> from_detectron2.from_config(solver)
0.01 * Sequence(LinearWarmup(1000, start=0.001, end=0.9996954135095479), Shift(CosineDecay(90000), offset=1000))

```

## What differs

- `PolynomialDecayParamScheduler(1, 0.9)` at 1.1. There: a complex number. Here: holds its end.
- steps in a run of four million iterations. There: four iterations early. Here: on time.
- a `SOLVER` with a step at `MAX_ITER` itself. There: fvcore refuses it, a step beyond is ignored.
  Here: both as there.
- `WarmupStepWithFixedGammaLR` with a warmup as long as the training. There: raises (IndexError).
  Here: the line to the last value.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802, N803 - the names are the peers'

from __future__ import annotations

import dataclasses
import fractions
import itertools
import math
from collections.abc import Sequence as Listing
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    NonNegative,
    Numbers,
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
from lrsched.compat._config import Only, literal, mapping, read, section
from lrsched.compat._parts import (
    ASchedule,
    Milestones,
    Rate,
    Schedules,
    Several,
    at_milestones,
    at_most,
    cosine,
    line,
)
from lrsched.shapes import (
    Constant,
    ConstantWarmup,
    CosineDecay,
    GeometricDecay,
    LinearWarmup,
    MultiStepDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Product,
    Sequence,
    Shift,
    Stretch,
    Take,
    curves,
)

Method = Annotated[str, one_of("linear", "constant")]


@checked
def WarmupMultiStepLR(
    base_lr: Rate,
    milestones: Milestones,
    gamma: NonNegative = 0.1,
    warmup_factor: NonNegative = 0.001,
    warmup_iters: Count = 1000,
    warmup_method: Method = "linear",
) -> Schedule:
    """A factor of gamma at each milestone, times a warmup from `warmup_factor`.

    >>> WarmupMultiStepLR(0.02, [60_000, 80_000])
    LinearWarmup(1000, start=0.001) * MultiStepDecay((60000, 80000), start=0.02)
    """
    decay = at_milestones(milestones, gamma, base_lr)
    return _warmed_up(decay, warmup_factor, warmup_iters, warmup_method)


@checked
def WarmupCosineLR(
    base_lr: Rate,
    max_iters: PositiveCount,
    warmup_factor: NonNegative = 0.001,
    warmup_iters: Count = 1000,
    warmup_method: Method = "linear",
) -> Schedule:
    """Half a cosine wave over the whole run, times a warmup from `warmup_factor`.

    >>> WarmupCosineLR(0.02, 90_000)
    LinearWarmup(1000, start=0.001) * CosineDecay(90000, start=0.02)
    """
    at_most("WarmupCosineLR", "warmup_iters", warmup_iters, max_iters, "max_iters")
    decay = CosineDecay(max_iters, start=base_lr)
    return _warmed_up(decay, warmup_factor, warmup_iters, warmup_method)


def _warmed_up(schedule: Schedule, factor: float, iters: int, method: str) -> Schedule:
    if iters == 0:
        return schedule
    if method == "constant":
        return Product(ConstantWarmup(iters, start=factor), schedule)
    return Product(LinearWarmup(iters, start=factor), schedule)


@checked
def LRMultiplier(base_lr: Rate, multiplier: ASchedule, max_iter: PositiveCount) -> Schedule:
    """A rate times one of the schedules below, stretched to `max_iter` steps.

    >>> LRMultiplier(0.02, CosineParamScheduler(1, 0.01), max_iter=90_000)
    0.02 * CosineDecay(90000, end=0.01)
    """
    return base_lr * _resized("LRMultiplier", "multiplier", multiplier, max_iter)


@checked
def ConstantParamScheduler(value: Real) -> Schedule:
    """The same value all the time.

    >>> ConstantParamScheduler(0.1)
    Constant(0.1, steps=1)
    """
    return Constant(value, steps=1)


@checked
def LinearParamScheduler(start_value: Real, end_value: Real) -> Schedule:
    """A straight line.

    >>> LinearParamScheduler(0.001, 1)
    LinearWarmup(1, start=0.001)
    """
    return line(1, start_value, end_value)


@checked
def CosineParamScheduler(start_value: Real, end_value: Real) -> Schedule:
    """Half a cosine wave.

    >>> CosineParamScheduler(1, 0.01)
    CosineDecay(1, end=0.01)
    """
    return cosine(1, start_value, end_value)


@checked
def ExponentialParamScheduler(start_value: Real, decay: Positive) -> Schedule:
    """Equal factors in equal times, all of them together `decay`.

    >>> ExponentialParamScheduler(2.0, 0.25)
    GeometricDecay(1, end=0.5, start=2.0)
    """
    if start_value == 0:
        return Constant(0.0, steps=1)
    return GeometricDecay(1, start=start_value, end=start_value * decay)


@checked
def PolynomialDecayParamScheduler(base_value: Real, power: NonNegative) -> Schedule:
    """A power of the remaining fraction; with a power of 0, the same value all the time.

    >>> PolynomialDecayParamScheduler(0.1, 0.9)
    PolynomialDecay(1, power=0.9, start=0.1)
    """
    if power == 0:
        return Constant(base_value, steps=1)
    return PolynomialDecay(1, power, start=base_value)


@checked
def MultiStepParamScheduler(
    values: Numbers, num_updates: PositiveCount | None = None, milestones: Steps | None = None
) -> Schedule:
    """One value after another, changing at the milestones of `num_updates`.

    Without `num_updates` the last milestone is the end; without milestones the values take equal
    parts.

    >>> MultiStepParamScheduler([1, 0.1, 0.01], num_updates=90, milestones=[60, 80])
    Take(PiecewiseConstant((60, 80), values=(1.0, 0.1, 0.01)), steps=90)
    """
    owner = "MultiStepParamScheduler"
    if milestones is None:
        if num_updates is None:
            raise refusal(ValueError, owner, "num_updates", "given, or milestones instead", None)
        width = math.ceil(num_updates / max(1, len(values)))
        milestones = tuple(width * i for i in range(1, len(values)))
    else:
        expected = len(values) - (num_updates is not None)
        if len(milestones) != expected or not values:
            rule = f"{expected} for {len(values)} values"
            raise refusal(ValueError, owner, "milestones", rule, milestones)
        if num_updates is None:
            *milestones, num_updates = milestones
            milestones = tuple(milestones)
    if len(values) > num_updates:
        rule = f"at most num_updates={num_updates} numbers"
        raise refusal(ValueError, owner, "values", rule, values)
    if milestones and not (milestones[0] > 0 and milestones[-1] < num_updates):
        rule = f"above 0 and below num_updates={num_updates}"
        raise refusal(ValueError, owner, "milestones", rule, milestones)
    return Take(PiecewiseConstant(milestones, values), num_updates)


@checked
def StepParamScheduler(num_updates: Positive, values: Numbers) -> Schedule:
    """The values in equal parts.

    >>> StepParamScheduler(120, [0.1, 0.01, 0.001])
    Take(PiecewiseConstant((1, 2), values=(0.1, 0.01, 0.001)), steps=3)
    """
    if not values:
        raise refusal(ValueError, "StepParamScheduler", "values", "at least one number", values)
    return Take(PiecewiseConstant(tuple(range(1, len(values))), values), len(values))


@checked
def StepWithFixedGammaParamScheduler(
    base_value: Positive, num_decays: Several, gamma: Positive, num_updates: PositiveCount
) -> Schedule:
    """A factor of gamma at the ends of equal parts, `num_decays` times.

    >>> StepWithFixedGammaParamScheduler(0.1, num_decays=3, gamma=0.1, num_updates=120)
    Take(MultiStepDecay((1, 2, 3), start=0.1), steps=4)
    """
    decay = MultiStepDecay(tuple(range(1, num_decays + 1)), gamma, start=base_value)
    return Take(decay, num_decays + 1)


_SCALING = one_of("rescaled", "fixed")


def _lengths(values: Any) -> tuple[float, ...]:
    return tuple(rule_in(Fraction).accept(v) for v in rule_in(Numbers).accept(values))


def _scalings(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError
    return tuple(_SCALING.accept(value) for value in values)


Lengths = Annotated[Listing[float], Rule("numbers from 0 to 1", _lengths)]
Scaling = Annotated[Listing[str], Rule("a sequence of 'rescaled' or 'fixed'", _scalings)]


@checked
def CompositeParamScheduler(
    schedulers: Schedules, lengths: Lengths, interval_scaling: Scaling
) -> Schedule:
    """One after another, each for its fraction of the training.

    A "rescaled" schedule plays in its part from beginning to end, a "fixed" one goes through the
    whole training and is heard in its part alone. As in the peer, lengths that add up to 1 but for
    a thousandth are mended in the last one (the peer edits the list that it is given).

    >>> CompositeParamScheduler(
    ...     [ConstantParamScheduler(0.42), CosineParamScheduler(0.42, 1e-4)],
    ...     lengths=[0.3, 0.7], interval_scaling=["rescaled", "rescaled"],
    ... )
    Sequence(Constant(0.42, steps=3), CosineDecay(7, start=0.42, end=0.0001))
    """
    owner = "CompositeParamScheduler"
    for name, values in (("lengths", lengths), ("interval_scaling", interval_scaling)):
        if len(values) != len(schedulers):
            rule = f"as many as the {len(schedulers)} schedulers"
            raise refusal(ValueError, owner, name, rule, values)
    if abs(sum(lengths) - 1) >= 1e-3:
        raise refusal(ValueError, owner, "lengths", "numbers whose sum is 1", lengths)
    for i, schedule in enumerate(schedulers):
        _length(owner, f"schedulers[{i}]", schedule)
    # The ends as fractions, and a clock on which they are whole steps.
    ends = [*itertools.accumulate(map(_fraction, lengths[:-1]), initial=_fraction(0)), _fraction(1)]
    fixed = [
        _length(owner, "schedulers", schedule)
        for schedule, scaling in zip(schedulers, interval_scaling, strict=True)
        if scaling == "fixed"
    ]
    total = math.lcm(*(end.denominator for end in ends), *fixed)
    if ends[-2] > 1 or total > _FINEST:
        rule = "fractions of a common denominator, of at most 1 together"
        raise refusal(ValueError, owner, "lengths", rule, lengths)
    phases: list[Schedule] = []
    for i, (start, stop) in enumerate(itertools.pairwise(int(end * total) for end in ends)):
        if interval_scaling[i] == "rescaled":
            phases.append(_resized(owner, "schedulers", schedulers[i], stop - start))
        else:
            whole = _resized(owner, "schedulers", schedulers[i], total)
            phases.append(Take(Shift(whole, start) if start else whole, stop - start))
    return Sequence(*phases) if len(phases) > 1 else phases[0]


@checked
def WarmupParamScheduler(
    scheduler: ASchedule,
    warmup_factor: NonNegative,
    warmup_length: Fraction,
    warmup_method: Method = "linear",
) -> Schedule:
    """A warmup for the first fraction of the training, in place of the schedule's beginning.

    >>> steps = MultiStepParamScheduler([1, 0.1, 0.01], num_updates=90, milestones=[60, 80])
    >>> LRMultiplier(0.02, WarmupParamScheduler(steps, 0.001, 0.1), max_iter=90)
    0.02 * Sequence(LinearWarmup(9, start=0.001),
        Take(Shift(Take(PiecewiseConstant((60, 80), values=(1.0, 0.1, 0.01)), steps=90),
                   offset=9), steps=81))
    """
    end = _fraction(warmup_length) * _length("WarmupParamScheduler", "scheduler", scheduler)
    start = warmup_factor * scheduler(0)
    if warmup_method == "constant":
        warmup = ConstantParamScheduler(start)
    else:  # a whole step is exact, and so is what side of a jump it is on
        reached = scheduler(int(end) if end.denominator == 1 else float(end))
        warmup = LinearParamScheduler(start, reached)
    lengths = (warmup_length, 1 - warmup_length)
    return CompositeParamScheduler([warmup, scheduler], lengths, ["rescaled", "fixed"])


def _fraction(number: float) -> fractions.Fraction:
    """What was divided to give this number, if it was not too large."""
    return fractions.Fraction(number).limit_denominator(1_000_000)


# The most steps of a clock that composite schedules share.
_FINEST = 10**9


def _length(owner: str, name: str, schedule: Schedule) -> int:
    if not schedule.steps:
        rule = "a schedule of at least one step, with an end"
        raise refusal(ValueError, owner, name, rule, schedule)
    return schedule.steps


def _resized(owner: str, name: str, schedule: Schedule, steps: int) -> Schedule:
    """All of a schedule in so many steps."""
    length = _length(owner, name, schedule)
    if length == steps:
        return schedule
    if isinstance(schedule, (curves.Finite, Constant)):  # nothing in them but the fraction passed
        return dataclasses.replace(schedule, steps=steps)  # type: ignore[type-var]
    if steps % length == 0:
        return Stretch(schedule, steps // length)
    if steps == 0:
        return Take(schedule, 0)
    return Stretch(Stretch(schedule, 1 / length), steps)  # exact, as a quotient would not be


def _steps_or_text(values: Any) -> tuple[int, ...]:
    if isinstance(values, str):  # YAML reads (60000, 80000) as a text, and yacs as what it says
        values = literal(values)
    return rule_in(Steps).accept(values)  # type: ignore[no-any-return]


_SCHEDULERS = ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR")


@checked
def SOLVER(
    LR_SCHEDULER_NAME: Annotated[str, one_of(*_SCHEDULERS)] = "WarmupMultiStepLR",
    MAX_ITER: PositiveCount = 40_000,
    BASE_LR: Positive = 0.001,
    BASE_LR_END: NonNegative = 0.0,
    GAMMA: NonNegative = 0.1,
    STEPS: Annotated[Listing[int], Rule("strictly increasing integers", _steps_or_text)] = (
        30_000,
    ),
    NUM_DECAYS: Several = 3,
    WARMUP_FACTOR: NonNegative = 0.001,
    WARMUP_ITERS: Count = 1000,
    WARMUP_METHOD: Method = "linear",
    RESCALE_INTERVAL: Flag = False,
    REFERENCE_WORLD_SIZE: Count = 0,
    *,
    of: Only = "lr",
    num_processes: PositiveCount | None = None,
) -> Schedule:
    """What `build_lr_scheduler` makes of the section, and of its defaults.

    `STEPS` beyond `MAX_ITER` are ignored, and a warmup is at most as long as the training. With
    other `num_processes` than the `REFERENCE_WORLD_SIZE`, where there is one, the rate is scaled by
    their ratio, and all numbers of iterations by its inverse, rounded to the nearest.

    >>> SOLVER(BASE_LR=0.02, STEPS=(60_000, 80_000), MAX_ITER=90_000)
    0.02 * Sequence(LinearWarmup(1000, start=0.001),
                    Take(MultiStepDecay((59000, 79000)), steps=89000))
    >>> SOLVER("WarmupCosineLR", BASE_LR=0.02, MAX_ITER=90_000, WARMUP_METHOD="constant")
    0.02 * Sequence(Constant(0.001, steps=1000), Shift(CosineDecay(90000), offset=1000))
    """
    owner = "SOLVER"
    scale = fractions.Fraction(1)
    if REFERENCE_WORLD_SIZE and num_processes:
        scale = fractions.Fraction(num_processes, REFERENCE_WORLD_SIZE)
    base_lr = BASE_LR * float(scale)
    total = max(1, round(MAX_ITER / scale))
    warmup = min(round(WARMUP_ITERS / scale), total)
    whole: Schedule
    if LR_SCHEDULER_NAME == "WarmupMultiStepLR":
        steps = [step for step in (round(step / scale) for step in STEPS) if step <= total]
        if steps and not (steps[0] > 0 and steps[-1] < total):
            rule = f"above 0, and not the last iteration={total} itself"
            raise refusal(ValueError, owner, "STEPS", rule, STEPS)
        whole = Take(at_milestones(steps, GAMMA, 1.0), total)
    elif LR_SCHEDULER_NAME == "WarmupCosineLR":
        at_most(owner, "BASE_LR_END", BASE_LR_END, base_lr, "BASE_LR")
        whole = CosineDecay(total, end=BASE_LR_END / base_lr)
    else:
        parts = Take(MultiStepDecay(tuple(range(1, NUM_DECAYS + 1)), GAMMA), NUM_DECAYS + 1)
        whole = _resized(owner, "NUM_DECAYS", parts, total)
    if warmup == 0:
        return base_lr * whole
    if WARMUP_METHOD == "constant":
        first: Schedule = Constant(WARMUP_FACTOR, warmup)
    else:
        first = line(warmup, WARMUP_FACTOR, 1.0 if RESCALE_INTERVAL else whole(warmup))
    if warmup == total:
        return base_lr * first
    if RESCALE_INTERVAL:
        return base_lr * Sequence(first, _resized(owner, "MAX_ITER", whole, total - warmup))
    return base_lr * Sequence(first, _from(whole, warmup))


def _from(whole: Schedule, start: int) -> Schedule:
    """What a schedule has from a step on."""
    if isinstance(whole, Take) and isinstance(whole.schedule, MultiStepDecay):
        decay = whole.schedule
        later = tuple(step - start for step in decay.milestones if step > start)
        rest = MultiStepDecay(later, decay.gamma, start=decay(start))
        return Take(rest, whole.steps - start)
    return Shift(whole, start)


def from_config(config: Any, *, of: str = "lr", num_processes: int | None = None) -> Schedule:
    """The schedule of a config of detectron2.

    Args:
        config: the whole of it, as `cfg.dump()` writes it, or its section SOLVER. Keys that are
            about other things are passed over.
        of: "lr", all that they drive.
        num_processes: GPUs, where the config is for a REFERENCE_WORLD_SIZE of others.

    Raises:
        ValueError: a value that makes no sense, a key that is nearly one of a schedule's, a config
            that is part of another (`_BASE_`): that file isn't read.
        TypeError: a value of another type.

    >>> config = {"SOLVER": {"BASE_LR": 0.01, "STEPS": "(60000, 80000)", "MAX_ITER": 90000}}
    >>> from_config(config)
    0.01 * Sequence(LinearWarmup(1000, start=0.001),
                    Take(MultiStepDecay((59000, 79000)), steps=89000))
    """
    if "_BASE_" in (whole := mapping("SOLVER", config)):
        rule = "left out, and the whole config given (cfg.dump()): its file isn't read"
        raise refusal(ValueError, "SOLVER", "_BASE_", rule, whole["_BASE_"])
    arguments = {"of": of, "num_processes": num_processes}
    return read(SOLVER, section("SOLVER", config, "SOLVER"), arguments, others=True)
