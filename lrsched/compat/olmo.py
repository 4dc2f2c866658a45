"""The schedulers of OLMo-core, as its configs have them, and whole config files of it.

A function of a class's name is its `get_lr`: the value at t is the rate when t steps or tokens have
been seen, whichever its `units` are. `from_config` makes of it the rate of each update: the trainer
counts an update's own batch, so that update k (0, 1, ...) is made with the value at k + 1 steps, or
at k + 1 times the tokens of a batch.

Lengths are counts, or fractions of the whole that are rounded to the nearest, halves to even.
`warmup_steps`, `decay_steps` and `schedulers_max_steps` are earlier names, and read too. A `decay`
alone will do: the peer asks for `decay_fraction: null` beside it, and leaves that out of the files
that it writes. Phases that are longer than the whole are refused, also where the peer has values.

## Configs

The `config.json` that a run saves, its `train_module`, or a scheduler in it, by its `_CLASS_` or
`type`: all thirteen, in steps or tokens. The trainer counts an update's own batch, so that the
first update is made with the rate of step 1, and the last with the end.

```python
>>> from lrsched.compat import olmo as from_olmo
>>> # the file you have: config.json
>>> file = {
...     "data_loader": {"global_batch_size": 4_194_304},          # tokens
...     "train_module": {
...         "optim": {"lr": 4e-4},
...         "scheduler": {"type": "wsd", "units": "tokens", "warmup": 10**9, "decay": 10**10},
...     },
...     "trainer": {"max_duration": {"value": 10**11, "unit": "tokens"}},
... }
>>> from_olmo.from_config(file)
Shift(Stretch(Sequence(LinearWarmup(1000000000, end=0.0004), Constant(0.0004, steps=89000000000), LinearDecay(10000000000, start=0.0004)), factor=2.384185791015625e-07), offset=1)
>>> # a scheduler alone
>>> from_olmo.from_config({"type": "cos_with_warmup", "warmup": 2000}, base_lr=4e-4, total_steps=10_000)
Shift(Sequence(LinearWarmup(2000, end=0.0004), CosineDecay(8000, start=0.0004, end=4e-05)), offset=1)

```

## What differs

- `WSD` in tokens, 1,000 of them in batches of 64, a decay of 100: the last update. There: -0.24 of
  the rate. Here: holds its end, 0.
- `WSD`, `PowerLR`, `CosWithWarmupAndLinearDecay` with `decay=0`, last step; `WSDS` at the end of a
  period. There: divides by zero. Here: no decay; in `WSDS`, its minimum for that step.
- `WSD(warmup=60, decay=80)` in 100 steps. There: falls from the rate to 0.49 of it in one step.
  Here: refused.
- `CosWithWarmup(warmup=200)` in 100 steps. There: ends half way up. Here: refused.
- `InvSqrtWithWarmup(warmup=0)`. There: `alpha_f` of the rate throughout. Here: refused.
- `decay` without `decay_fraction: null`, as in the files that it writes. There: refuses what it
  wrote. Here: the decay.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Listing
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Fraction,
    NonNegative,
    Positive,
    PositiveCount,
    Rule,
    checked,
    number_that,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import Only, mapping, needed, read, section
from lrsched.compat._parts import ASchedule, Rate, at_most, cosine, line
from lrsched.shapes import (
    Constant,
    ExponentialWarmup,
    GeometricDecay,
    InversePowerDecay,
    InverseSqrtDecay,
    LinearWarmup,
    Sequence,
    Shift,
    Stretch,
    Take,
)

Units = Annotated[str, one_of("steps", "tokens")]
Negative = Annotated[float, number_that("a negative finite number", lambda x: x < 0)]


def _list_of(rule: Rule, least: int = 1) -> Callable[[Any], tuple[Any, ...]]:
    def accept(values: Any) -> tuple[Any, ...]:
        if isinstance(values, (str, bytes, Mapping)):
            raise TypeError
        accepted = tuple(rule.accept(value) for value in values)
        if len(accepted) < least:
            raise ValueError
        return accepted

    return accept


_COUNT, _RATIO = rule_in(PositiveCount), rule_in(Positive)
Periods = Annotated[Listing[int], Rule("one or more positive integers", _list_of(_COUNT))]
Lengths = Annotated[Listing[int], Rule("positive integers", _list_of(_COUNT, 0))]
Multipliers = Annotated[Listing[float], Rule("positive finite numbers", _list_of(_RATIO))]
_BLOCK = Rule("a mapping", lambda value: mapping("", value) and value)
Blocks = Annotated[Listing[Any], Rule("a list of one or more mappings", _list_of(_BLOCK))]
Block = Annotated[Any, _BLOCK]


def _length(
    owner: str,
    key: str,
    count: int | None,
    earlier: int | None,
    share: float | None,
    whole: int | None,
) -> int:
    """A length, by a count under either of its names or by its share of the whole."""
    if count is None:
        count = earlier
    if count is None and share is None:
        raise refusal(ValueError, owner, key, f"given, or {key}_fraction instead", None)
    if count is not None and share is not None:
        raise refusal(ValueError, owner, key, f"None beside {key}_fraction={share}", count)
    if share is None:
        assert count is not None
        return count
    return round(needed(owner, "total_steps", whole, f"the {key} is {share} of it") * share)


def _below(owner: str, name: str, value: float, rate: float) -> None:
    if value >= rate:
        raise refusal(ValueError, owner, name, f"below the rate of {rate} at its other end", value)


def _warmup(owner: str, steps: int, start: float, end: float) -> list[Schedule]:
    if steps == 0:
        return []
    _below(owner, "warmup_min_lr", start, end)
    return [LinearWarmup(steps, start=start, end=end)]


def _phases(*phases: Schedule) -> Schedule:
    """One after the other; those of no length are left out, but for the last, which is held."""
    *others, last = phases
    parts = [phase for phase in others if phase.steps != 0]
    return Sequence(*parts, last) if parts else last


def _left(owner: str, warmup: int, decay: int, total: int) -> int:
    """The plateau between a warmup and a decay."""
    at_most(owner, "warmup", warmup, total, "total_steps")
    if decay > total - warmup:
        rule = f"at most the {total - warmup} of total_steps={total} that the warmup leaves"
        raise refusal(ValueError, owner, "decay", rule, decay)
    return total - warmup - decay


def _whole(owner: str, total_steps: int | None) -> int:
    return needed(owner, "total_steps", total_steps, "the decay ends with it")


@checked
def ConstantScheduler(*, base_lr: Rate) -> Schedule:
    """The rate itself.

    >>> ConstantScheduler(base_lr=3e-4)
    Constant(0.0003)
    """
    return Constant(base_lr)


@checked
def ConstantWithWarmup(
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, then the rate.

    >>> ConstantWithWarmup(warmup=2000, base_lr=3e-4)
    LinearWarmup(2000, end=0.0003)
    """
    owner = "ConstantWithWarmup"
    steps = _length(owner, "warmup", warmup, warmup_steps, warmup_fraction, total_steps)
    return (_warmup(owner, steps, warmup_min_lr, base_lr) or [Constant(base_lr)])[0]


@checked
def WSD(
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    decay: Count | None = None,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    decay_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, a plateau, a linear decay: a tenth of the whole where none is given.

    >>> WSD(warmup=2000, decay_fraction=0.2, base_lr=3e-4, total_steps=10_000)
    Sequence(LinearWarmup(2000, end=0.0003), Constant(0.0003, steps=6000),
             LinearDecay(2000, start=0.0003))
    """
    owner, total = "WSD", _whole("WSD", total_steps)
    rise = _length(owner, "warmup", warmup, warmup_steps, warmup_fraction, total)
    fall = _decay(owner, decay, decay_steps, decay_fraction, total)
    plateau = _left(owner, rise, fall, total)
    start = _warmup(owner, rise, warmup_min_lr, base_lr)
    if fall == 0:
        return start[0] if start else Constant(base_lr)
    _below(owner, "decay_min_lr", decay_min_lr, base_lr)
    return _phases(*start, Constant(base_lr, plateau), line(fall, base_lr, decay_min_lr))


def _decay(
    owner: str, count: int | None, earlier: int | None, share: float | None, whole: int | None
) -> int:
    if count is None and earlier is None and share is None:
        share = 0.1
    return _length(owner, "decay", count, earlier, share, whole)


@checked
def PowerLR(
    b: Negative = -0.51,
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    decay: Count | None = None,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    decay_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, a power of t / warmup, a linear decay from there.

    >>> PowerLR(warmup=100, decay=0, base_lr=3e-4, total_steps=10_000)
    Sequence(LinearWarmup(100, end=0.0003), InversePowerDecay(100.0, power=0.51, start=0.0003))
    """
    owner, total = "PowerLR", _whole("PowerLR", total_steps)
    rise = _length(owner, "warmup", warmup, warmup_steps, warmup_fraction, total)
    fall = _decay(owner, decay, decay_steps, decay_fraction, total)
    _measure(owner, rise)
    between = _left(owner, rise, fall, total)
    start = _warmup(owner, rise, warmup_min_lr, base_lr)
    power = InversePowerDecay(rise, -b, start=base_lr)
    if fall == 0:
        return _phases(*start, power)
    height = power(between)
    _below(owner, "decay_min_lr", decay_min_lr, height)
    return _phases(*start, Take(power, between), line(fall, height, decay_min_lr))


def _measure(owner: str, warmup: int) -> None:
    if warmup == 0:
        rule = "positive: what comes after it is measured by it"
        raise refusal(ValueError, owner, "warmup", rule, warmup)


def _falling(
    owner: str,
    curve: Callable[[int, float, float], Schedule],
    lengths: tuple[int | None, int | None, float | None],
    t_max: int | None,
    peak: float,
    ends: tuple[float, float],
    total_steps: int | None,
) -> Schedule:
    """A warmup, and then a curve to the end of the run, or of its own `t_max`."""
    total = _whole(owner, total_steps) if t_max is None else t_max
    steps = _length(owner, "warmup", *lengths, total)
    at_most(owner, "warmup", steps, total, "total_steps" if t_max is None else "t_max")
    start, end = ends
    return _phases(*_warmup(owner, steps, start, peak), curve(total - steps, peak, end))


@checked
def LinearWithWarmup(
    alpha_f: NonNegative = 0.1,
    t_max: PositiveCount | None = None,
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, then a straight line to `alpha_f` of the rate at `t_max`.

    >>> LinearWithWarmup(warmup=2000, base_lr=4e-4, total_steps=10_000)
    Sequence(LinearWarmup(2000, end=0.0004), LinearDecay(8000, start=0.0004, end=4e-05))
    """
    lengths = (warmup, warmup_steps, warmup_fraction)
    ends = (warmup_min_lr, base_lr * alpha_f)
    return _falling("LinearWithWarmup", line, lengths, t_max, base_lr, ends, total_steps)


@checked
def InvSqrtWithWarmup(
    alpha_f: NonNegative = 0.1,
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, then one over the square root of the time, down towards `alpha_f`.

    >>> InvSqrtWithWarmup(0.0, warmup=100, base_lr=3e-4)
    Sequence(LinearWarmup(100, end=0.0003), InverseSqrtDecay(100.0, start=0.0003))
    """
    owner = "InvSqrtWithWarmup"
    steps = _length(owner, "warmup", warmup, warmup_steps, warmup_fraction, total_steps)
    _measure(owner, steps)
    low = base_lr * alpha_f
    decay: Schedule = InverseSqrtDecay(steps, start=base_lr - low)
    return _phases(*_warmup(owner, steps, warmup_min_lr, base_lr), low + decay if low else decay)


@checked
def CosWithWarmup(
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    alpha_f: NonNegative = 0.1,
    t_max: PositiveCount | None = None,
    warmup_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup, then half a cosine wave to `alpha_f` of the rate at `t_max`.

    >>> CosWithWarmup(warmup=2000, base_lr=4e-4, total_steps=10_000)
    Sequence(LinearWarmup(2000, end=0.0004), CosineDecay(8000, start=0.0004, end=4e-05))
    """
    lengths = (warmup, warmup_steps, warmup_fraction)
    ends = (warmup_min_lr, base_lr * alpha_f)
    return _falling("CosWithWarmup", cosine, lengths, t_max, base_lr, ends, total_steps)


@checked
def HalfCosWithWarmup(
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    alpha_f: NonNegative = 0.1,
    t_max: PositiveCount | None = None,
    warmup_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """A linear warmup to half way between both ends, then the second half of that cosine wave.

    >>> HalfCosWithWarmup(warmup=2000, alpha_f=0.0, base_lr=4e-4, total_steps=10_000)
    Sequence(LinearWarmup(2000, end=0.0002), Shift(CosineDecay(16000, start=0.0004), offset=8000))
    """
    low = base_lr * alpha_f

    def second_half(steps: int, start: float, end: float) -> Schedule:
        return Shift(cosine(2 * steps, base_lr, end), steps)

    lengths = (warmup, warmup_steps, warmup_fraction)
    middle = low + (base_lr - low) / 2
    ends = (warmup_min_lr, low)
    return _falling("HalfCosWithWarmup", second_half, lengths, t_max, middle, ends, total_steps)


@checked
def CosWithWarmupAndLinearDecay(
    warmup: Count | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    alpha_f: NonNegative = 0.1,
    t_max: PositiveCount | None = None,
    warmup_min_lr: NonNegative = 0.0,
    decay: Count | None = None,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    decay_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """The same cosine, cut short by a linear decay in the last steps of the run.

    The decay is measured by the run, the cosine by its own `t_max` where it has one.

    >>> CosWithWarmupAndLinearDecay(
    ...     warmup=0, alpha_f=0.5, t_max=2000, decay=500, base_lr=0.4, total_steps=1500
    ... )
    Sequence(Take(CosineDecay(2000, start=0.4, end=0.2), steps=1000), LinearDecay(500, start=0.3))
    """
    owner = "CosWithWarmupAndLinearDecay"
    total = _whole(owner, total_steps)
    main = CosWithWarmup(
        warmup,
        warmup_steps,
        warmup_fraction,
        alpha_f,
        t_max,
        warmup_min_lr,
        base_lr=base_lr,
        total_steps=total,
    )
    steps = _decay(owner, decay, decay_steps, decay_fraction, total)
    at_most(owner, "decay", steps, total, "total_steps")
    if steps == 0:
        return main
    height = main(total - steps)
    _below(owner, "decay_min_lr", decay_min_lr, height)
    return _phases(Take(main, total - steps), line(steps, height, decay_min_lr))


@checked
def WSDS(
    period_lengths: Periods,
    period_lr_multipliers: Multipliers | None = None,
    warmup: Count | None = None,
    warmup_fraction: Fraction | None = None,
    decay: Count | None = None,
    decay_fraction: Fraction | None = None,
    warmup_min_lr: NonNegative = 0.0,
    decay_min_lr: NonNegative = 0.0,
    *,
    base_lr: Rate,
) -> Schedule:
    """A plateau and a linear decay in each period; the first begins with a linear warmup.

    Fractions are of each period, the warmup's of the first. The end of a period is still its own,
    and the plateau of the next one begins a step later.

    >>> WSDS([1000, 3000], warmup=100, decay_fraction=0.1, base_lr=0.1)
    Sequence(LinearWarmup(100, end=0.1), Constant(0.1, steps=800), LinearDecay(100, start=0.1),
             Constant(0.0, steps=1), Constant(0.1, steps=2699), LinearDecay(300, start=0.1))
    """
    owner = "WSDS"
    if period_lr_multipliers is None:
        period_lr_multipliers = [1.0] * len(period_lengths)
    if len(period_lr_multipliers) != len(period_lengths):
        rule = f"as many as the {len(period_lengths)} period_lengths"
        raise refusal(ValueError, owner, "period_lr_multipliers", rule, period_lr_multipliers)
    first = period_lengths[0]
    rise = _length(owner, "warmup", warmup, None, warmup_fraction, first)
    at_most(owner, "warmup", rise, first, "the first of period_lengths")
    phases = _warmup(owner, rise, warmup_min_lr, base_lr * period_lr_multipliers[0])
    for i, (length, factor) in enumerate(zip(period_lengths, period_lr_multipliers, strict=True)):
        peak = base_lr * factor
        _below(owner, "decay_min_lr", decay_min_lr, peak)
        fall = _length(owner, "decay", decay, None, decay_fraction, length)
        left = length if i else length - rise
        if fall > left:
            rule = f"at most the {left} steps of period_lengths[{i}]"
            raise refusal(ValueError, owner, "decay", rule, fall)
        part: Schedule = _phases(Constant(peak, left - fall), line(fall, peak, decay_min_lr))
        if i:
            phases += [Constant(decay_min_lr, steps=1), *_without_first(part)]
        else:
            phases += part.phases if isinstance(part, Sequence) else [part]
    return _phases(*phases)


def _without_first(part: Schedule) -> list[Schedule]:
    """The phases of a period, after its first step."""
    if isinstance(part, Sequence):
        plateau, decay = part.phases
        assert isinstance(plateau, Constant)
        assert plateau.steps is not None
        return [Constant(plateau.value, plateau.steps - 1), decay]
    return [Shift(part, 1)]


@checked
def ExponentialScheduler(
    lr_min: Positive = 1e-9, *, base_lr: Positive, total_steps: PositiveCount | None = None
) -> Schedule:
    """From `lr_min` to the rate by equal factors: a range test.

    >>> ExponentialScheduler(1e-6, base_lr=0.1, total_steps=1000)
    ExponentialWarmup(1000, start=1e-06, end=0.1)
    """
    owner = "ExponentialScheduler"
    total = needed(owner, "total_steps", total_steps, "the rate is reached at its end")
    curve = ExponentialWarmup if lr_min < base_lr else GeometricDecay
    return curve(total, start=lr_min, end=base_lr)


Shape = Annotated[str, one_of("linear", "cosine")]


def _rate(owner: str, name: str, value: float | None, share: float | None, rate: float) -> float:
    """A rate that is absolute or a fraction of the optimizer's."""
    if value is not None and share is None:
        return value
    if value is None and share is not None:
        return rate * share
    given = "neither" if value is None else "both"
    raise ValueError(f"{owner}: {name} must be given, or {name}_fraction instead, got {given}")


def _segment(shape: str, steps: int, start: float, end: float) -> Schedule:
    if start == end:
        return Constant(start, steps)
    return (line if shape == "linear" else cosine)(steps, start, end)


@checked
def ComposableSchedulerStage(
    duration: PositiveCount,
    shape: Shape = "linear",
    start_lr: NonNegative | None = None,
    start_lr_fraction: NonNegative | None = None,
    end_lr: NonNegative | None = None,
    end_lr_fraction: NonNegative | None = None,
    *,
    base_lr: Rate,
    before: Rate | None = None,
) -> Schedule:
    """A stage of a ComposableScheduler: a line or half a cosine wave from one rate to another.

    It starts where the stage `before` it ended, the first at the rate, or at a rate of its own.

    >>> ComposableSchedulerStage(1000, "cosine", end_lr_fraction=0.5, base_lr=0.1)
    CosineDecay(1000, start=0.1, end=0.05)
    """
    owner = "ComposableSchedulerStage"
    end = _rate(owner, "end_lr", end_lr, end_lr_fraction, base_lr)
    start = base_lr if before is None else before
    if start_lr is not None or start_lr_fraction is not None:
        start = _rate(owner, "start_lr", start_lr, start_lr_fraction, base_lr)
    return _segment(shape, duration, start, end)


@checked
def OverrideDecay(
    start: Count,
    duration: PositiveCount,
    shape: Shape = "linear",
    end_lr: NonNegative | None = None,
    end_lr_fraction: NonNegative | None = None,
    *,
    schedule: ASchedule,
    base_lr: Rate,
) -> Schedule:
    """A schedule up to `start`, and from its value there a line or half a cosine wave.

    >>> OverrideDecay(500, 100, end_lr=0.0, schedule=Constant(0.1), base_lr=0.1)
    Sequence(Take(Constant(0.1), steps=500), LinearDecay(100, start=0.1))
    """
    end = _rate("OverrideDecay", "end_lr", end_lr, end_lr_fraction, base_lr)
    return _phases(Take(schedule, start), _segment(shape, duration, schedule(start), end))


def _overridden(schedule: Schedule, override: Any, base_lr: float) -> Schedule:
    if override is None:
        return schedule
    arguments = {"schedule": schedule, "base_lr": base_lr}
    return read(OverrideDecay, override, arguments, known=("_CLASS_",))


@checked
def ComposableScheduler(
    stages: Blocks, override_decay: Block | None = None, *, base_lr: Rate
) -> Schedule:
    """Stages one after the other; and a late decay, if there is one, instead of what it meets.

    >>> stages = [{"duration": 100, "start_lr": 0.0, "end_lr_fraction": 1.0},
    ...           {"duration": 900, "shape": "cosine", "end_lr_fraction": 0.1}]
    >>> ComposableScheduler(stages, base_lr=0.5)
    Sequence(LinearWarmup(100, end=0.5), CosineDecay(900, start=0.5, end=0.05))
    """
    phases: list[Schedule] = []
    before = base_lr
    for stage in stages:
        arguments = {"base_lr": base_lr, "before": before}
        phases.append(read(ComposableSchedulerStage, stage, arguments, known=("_CLASS_",)))
        steps = phases[-1].steps
        assert steps is not None
        before = phases[-1](steps)
    return _overridden(_phases(*phases), override_decay, base_lr)


@checked
def SequentialScheduler(
    schedulers: Blocks,
    schedulers_max: Lengths | None = None,
    schedulers_max_steps: Lengths | None = None,
    override_decay: Block | None = None,
    *,
    base_lr: Rate,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """Schedulers one after the other, each with the rate that the one before ended with.

    Each has its number of `schedulers_max` as the whole that its fractions are of; the last has
    what is left of the run. The last step of one is still its own, and the next goes on from it.

    >>> parts = [{"type": "constant_with_warmup", "warmup": 10}, {"type": "constant"}]
    >>> SequentialScheduler(parts, [500], base_lr=0.1)
    Sequence(Take(LinearWarmup(10, end=0.1), steps=501), Constant(0.1))
    """
    owner = "SequentialScheduler"
    if schedulers_max is None:
        schedulers_max = schedulers_max_steps
    lengths = needed(owner, "schedulers_max", schedulers_max, "it says how long each of them is")
    if len(lengths) not in (len(schedulers) - 1, len(schedulers)):
        rule = f"one fewer than the {len(schedulers)} schedulers, or as many"
        raise refusal(ValueError, owner, "schedulers_max", rule, lengths)
    *others, last = schedulers
    phases: list[Schedule] = []
    rate, left = base_lr, total_steps
    for block, steps in zip(others, lengths, strict=False):
        if left is not None and left <= steps:  # the run ends in it
            last = block
            break
        part = _made(block, rate, steps)
        # Each answers at its own end too, so that all but the first begin at their step 1.
        phases.append(_after_first(part, steps) if phases else Take(part, steps + 1))
        rate = part(steps)
        left = None if left is None else left - steps
    final = _made(last, rate, left)
    whole = _phases(*phases, _shifted(final) if phases else final)
    return _overridden(whole, override_decay, base_lr)


def _after_first(part: Schedule, steps: int) -> Schedule:
    return Constant(part(0), steps) if not part.varies else Take(Shift(part, 1), steps)


def _shifted(part: Schedule) -> Schedule:
    return Shift(part, 1) if part.varies else part


_SCHEDULERS: dict[str, Callable[..., Schedule]] = {
    "constant": ConstantScheduler,
    "constant_with_warmup": ConstantWithWarmup,
    "wsd": WSD,
    "power_lr": PowerLR,
    "linear_with_warmup": LinearWithWarmup,
    "inv_sqrt_with_warmup": InvSqrtWithWarmup,
    "cos_with_warmup": CosWithWarmup,
    "half_cos_with_warmup": HalfCosWithWarmup,
    "cos_with_warmup_and_linear_decay": CosWithWarmupAndLinearDecay,
    "composable": ComposableScheduler,
    "sequential": SequentialScheduler,
    "wsds": WSDS,
    "exponential": ExponentialScheduler,
}
_CLASSES = {make.__name__: make for make in _SCHEDULERS.values()}
_TYPE = one_of(*_SCHEDULERS)
_CLASS = one_of(*_CLASSES)
# What every scheduler has, and what says which one it is.
_COMMON = ("units", "lr_field", "initial_lr_field", "type", "_CLASS_")


def _maker(config: Any) -> Callable[..., Schedule]:
    """The function of a scheduler's block, by its class, which counts, or its registered name."""
    if not isinstance(config, Mapping):
        return _CLASSES[_CLASS("scheduler", "config", type(config).__name__)]
    if (path := config.get("_CLASS_")) is not None:
        name = path.rpartition(".")[2] if isinstance(path, str) else path
        return _CLASSES[_CLASS("scheduler", "_CLASS_", name)]
    if (name := config.get("type")) is None:
        raise ValueError("scheduler: there is no type in it, nor a _CLASS_")
    return _SCHEDULERS[_TYPE("scheduler", "type", name)]


def _made(block: Any, base_lr: float, total_steps: int | None) -> Schedule:
    """The schedule of a block, on the clock of its units."""
    make = _maker(block)
    arguments: dict[str, Any] = {"base_lr": base_lr}
    if "total_steps" in inspect.signature(make).parameters:
        arguments["total_steps"] = total_steps
    return read(make, block, arguments, known=_COMMON)


@checked
def Duration(
    value: PositiveCount,
    unit: Annotated[str, one_of("steps", "epochs", "tokens")],
    *,
    units: Units = "steps",
    steps_per_epoch: PositiveCount | None = None,
    global_batch_size: PositiveCount | None = None,
) -> int:
    """A duration in steps, or in tokens where that is what `units` says.

    >>> Duration(10**9, "tokens", global_batch_size=4_194_304)
    239
    """
    if unit == units:
        return value
    if unit == "epochs":
        why = "the run is so many epochs"
        value *= needed("Duration", "steps_per_epoch", steps_per_epoch, why)
        if units == "steps":
            return value
    why = f"the run is so many {unit}, and the scheduler counts {units}"
    batch = needed("Duration", "global_batch_size", global_batch_size, why)
    return value * batch if units == "tokens" else -(-value // batch)


@checked
def optim(lr: Rate | None = None) -> float | None:
    """The rate of an `optim` section.

    >>> optim(3e-4)
    0.0003
    """
    return lr


@checked
def data_loader(global_batch_size: PositiveCount | None = None) -> int | None:
    """The tokens of an update, of a `data_loader` section.

    >>> data_loader(4_194_304)
    4194304
    """
    return global_batch_size


@checked
def trainer(
    max_duration: Block | None = None,
    *,
    units: Units = "steps",
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
    global_batch_size: PositiveCount | None = None,
) -> tuple[int | None, int]:
    """What a `trainer` section says of a run: its length, if it is known, and that of an update.

    Both in the units of the scheduler. A `total_steps` counts instead of the `max_duration`.

    >>> trainer({"value": 10**9, "unit": "tokens"}, units="tokens", global_batch_size=4_194_304)
    (1000000000, 4194304)
    """
    counted = {"steps_per_epoch": steps_per_epoch, "global_batch_size": global_batch_size}
    batch = 1
    if units == "tokens":
        why = "the scheduler counts tokens"
        batch = needed("trainer", "global_batch_size", global_batch_size, why)
    if total_steps is not None:
        return total_steps * batch, batch
    if max_duration is None:
        return None, batch
    return read(Duration, max_duration, {"units": units, **counted}, known=("_CLASS_",)), batch


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    total_steps: int | None = None,
    steps_per_epoch: int | None = None,
    global_batch_size: int | None = None,
) -> Schedule:
    """The schedule of an OLMo-core config file, or of a scheduler in it.

    Args:
        config: the file as a mapping, its `train_module`, or the scheduler, by its `_CLASS_` or
            `type`; or OLMo-core's own object of any of them.
        of: "lr", all that it drives.
        base_lr: the optimizer's rate; by default, the one of the file's `optim`.
        total_steps: updates in the whole run; by default, the `max_duration` of the file's trainer.
        steps_per_epoch: updates in one pass over the data, for a run in epochs.
        global_batch_size: tokens in an update, where the scheduler or the run counts them; by
            default, the one of the file's `data_loader`.

    Raises:
        ValueError: a value that makes no sense, an unknown scheduler or key of one, a rate or a
            length that is needed and missing.
        TypeError: a value of another type.

    >>> file = {
    ...     "train_module": {
    ...         "optim": {"lr": 4e-4, "weight_decay": 0.1},
    ...         "scheduler": {
    ...             "_CLASS_": "olmo_core.optim.scheduler.CosWithWarmup", "warmup": 2000
    ...         },
    ...     },
    ...     "trainer": {"max_duration": {"value": 10_000, "unit": "steps"}},
    ... }
    >>> from_config(file)
    Shift(Sequence(LinearWarmup(2000, end=0.0004), CosineDecay(8000, start=0.0004, end=4e-05)),
          offset=1)
    """
    whole = mapping("scheduler", config)
    module = section("scheduler", whole, "train_module")
    if "train_module" in whole or "optim" in module:
        block = module.get("scheduler")
        if block is None:
            raise ValueError("scheduler: there is no such block in the config")
    else:
        block = module.get("scheduler", config)
    if base_lr is None and module.get("optim") is not None:
        base_lr = read(optim, module["optim"], {}, others=True)
    if global_batch_size is None and whole.get("data_loader") is not None:
        global_batch_size = read(data_loader, whole["data_loader"], {}, others=True)
    units = mapping("scheduler", block, "scheduler").get("units")
    arguments = {
        "units": "steps" if units is None else units,
        "total_steps": total_steps,
        "steps_per_epoch": steps_per_epoch,
        "global_batch_size": global_batch_size,
    }
    length, batch = read(trainer, whole.get("trainer") or {}, arguments, others=True)
    rule_in(Only)("scheduler", "of", of)
    rate = needed("scheduler", "base_lr", base_lr, "it has the rate of the optimizer")
    made = _made(block, rate, length)
    return _shifted(made if batch == 1 else Stretch(made, 1 / batch))
