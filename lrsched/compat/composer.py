"""The schedulers of Composer, and the scheduler that a YAML file of llm-foundry names.

The value at step k is what update k is made with. Schedulers are one step late, as in the peer: its
Trainer asks them before it counts the batch, so the first value comes twice.

A time is a text with its unit: `100ba` batches, `3ep` epochs, `1e6sp` samples, `2e9tok` tokens or
`0.1dur` of the run. A batch is an update. What a unit needs is an argument of every scheduler:

- `steps_per_epoch` for epochs, `global_batch_size` for samples, `tokens_per_step` for tokens, of
  which every update has as many;
- `max_duration`, a time, for parts of the run, which are rounded down, and where the peer compares
  another time with it;
- `scale_schedule_ratio` stretches the run, and all times but parts of it;
- `base_lr` is the optimizer's rate; without it the values are the peer's multipliers.

## Configs

The whole YAML of llm-foundry or its `scheduler` block. Times have units: `100ba`, `3ep` (needs
`steps_per_epoch`), `1e6sp` (`global_batch_size`), `2e9tok` (`tokens_per_step`), `0.1dur`
(`max_duration`). The Trainer applies every value one update late; so does what comes back.

```yaml
scheduler: {name: cosine_with_warmup, t_warmup: 100ba, alpha_f: 0.1}
optimizer: {name: decoupled_adamw, lr: 1.0e-3}
max_duration: 4800ba
```

```python
>>> from lrsched.compat import composer as from_composer
>>> scheduler = {"name": "cosine_with_warmup", "t_warmup": "100ba", "alpha_f": 0.1}
>>> file = {"scheduler": scheduler, "optimizer": {"lr": 1e-3}, "max_duration": "4800ba"}
>>> from_composer.from_config(file)
Shift(Sequence(LinearWarmup(100, end=0.001), CosineDecay(4700, start=0.001, end=0.0001)), offset=-1)
>>> # the line you have: MultiStepScheduler(["30ep", "60ep"])
>>> from_composer.MultiStepScheduler(["30ep", "60ep"], base_lr=0.1, steps_per_epoch=100)
Shift(MultiStepDecay((3000, 6000), start=0.1), offset=-1)

```

All thirteen schedulers of Composer are there as constructors, and llm-foundry's
inv_sqrt_with_warmup. Seconds and iterations are refused: no schedule knows how long they are.

## What differs

- `CosineAnnealingWarmRestartsScheduler("10ba", t_mult=1.5)` after the cycle in which the run ends.
  There: begins a further cycle. Here: holds its end.
"""

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence as Listing
from typing import Annotated, Any, NamedTuple, NoReturn, TypedDict, Unpack

from lrsched._core.check import (
    Flag,
    NonNegative,
    Positive,
    PositiveCount,
    Rule,
    checked,
    one_of,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import mapping, needed, number, read, section
from lrsched.compat._parts import Rate, at_milestones, at_most, cosine, in_updates, line
from lrsched.shapes import (
    Constant,
    Cycle,
    ExponentialDecay,
    InverseSqrtDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Sequence,
    Shift,
    StepDecay,
    Take,
)

_A_TIME = re.compile(r"(.+?)(iter|ep|ba|sp|tok|dur|sec)", re.IGNORECASE)
_WALL_CLOCK = re.compile(r"(?=\d)(\d+h)?(\d+m)?(\d+s)?")


def _time(value: Any) -> str:
    if hasattr(value, "to_timestring"):  # Composer's own Time
        value = value.to_timestring()
    if not isinstance(value, str):
        raise TypeError
    if _WALL_CLOCK.fullmatch(value):
        return value + "ec" if value[-1] == "s" and value[:-1].isdigit() else "1sec"
    amount, unit = _parsed(value)
    if not 0 <= amount < float("inf") or (unit != "dur" and not amount.is_integer()):
        raise ValueError
    return f"{amount if unit == 'dur' else int(amount)}{unit}"


def _parsed(time: str) -> tuple[float, str]:
    parts = _A_TIME.fullmatch(time)
    if parts is None:
        raise ValueError
    return float(parts[1]), parts[2].lower()


def _times(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError
    return tuple(map(_time, values))


_UNITS = "with its unit (ba, ep, sp, tok, dur), such as '100ba'"
Time = Annotated[str, Rule(f"a time {_UNITS}", _time)]
Times = Annotated[Listing[str], Rule(f"a list of times, each {_UNITS}", _times)]


class Run(TypedDict, total=False):
    """What schedulers are told of the run."""

    base_lr: float
    max_duration: str | None
    steps_per_epoch: int | None
    global_batch_size: int | None
    tokens_per_step: int | None
    scale_schedule_ratio: float


class _Length(NamedTuple):
    """A time as the peer counts it: in batches, samples or tokens, `each` to an update."""

    amount: int
    unit: str
    each: int

    @property
    def updates(self) -> int:
        """The first update that begins when it is over."""
        return -(-self.amount // self.each)


class _Clock(NamedTuple):
    """The run, as it turns times into lengths."""

    owner: str
    base_lr: float
    max_duration: str | None
    each: dict[str, int | None]
    ratio: float

    def length(self, name: str, time: str, *, scaled: bool = True, least: int = 0) -> _Length:
        """A time in a unit that is no epoch and no part of the run, rounded down as in the peer."""
        value, unit = _parsed(time)
        if unit in ("iter", "sec"):
            self._refused(name, time, unit)
        ratio = self.ratio if scaled else 1.0
        if unit == "dur":
            whole, unit = self.whole(f"{name} is a part of it")
            if unit == "ep":
                count, unit = int(value * self._each("ep", name) * whole), "ba"
            else:
                count = int(value * whole)
        elif unit == "ep":
            count, unit = int(int(value) * self._each("ep", name) * ratio), "ba"
        else:
            count = int(int(value) * ratio)
        if count < least:
            raise refusal(ValueError, self.owner, name, f"{least}{unit} or more", time)
        return _Length(count, unit, self._each(unit, name))

    def whole(self, why: str) -> tuple[int, str]:
        """The length of the run, and its unit."""
        time = needed(self.owner, "max_duration", self.max_duration, why)
        value, unit = _parsed(time)
        if unit in ("iter", "sec", "dur"):
            self._refused("max_duration", time, unit)
        return int(int(value) * self.ratio), unit

    def lasts(self, name: str, time: str, length: _Length) -> None:
        """Refuse a schedule that ends before the run, where the peer can tell."""
        whole, unit = self.whole(f"{name} is at least as long")
        if unit == "ep" and length.unit == "ba":
            whole, unit = whole * self._each("ep", "max_duration"), "ba"
        if unit == length.unit and length.amount < whole:
            rule = f"at least max_duration={self.max_duration}"
            raise refusal(ValueError, self.owner, name, rule, time)

    def late(self, schedule: Schedule) -> Schedule:
        """A schedule as its values come to be applied."""
        return schedule if isinstance(schedule, Constant) else Shift(schedule, -1)

    def _each(self, unit: str, name: str) -> int:
        argument, words = _ARGUMENTS[unit]
        return needed(self.owner, argument, self.each[unit], f"{name} is in {words}")

    def _refused(self, name: str, time: str, unit: str) -> NoReturn:
        rule = f"in batches, epochs, samples or tokens, not in {_NO_CLOCKS[unit]}"
        raise refusal(ValueError, self.owner, name, rule, time)


_ARGUMENTS = {
    "ba": ("steps", "batches"),
    "ep": ("steps_per_epoch", "epochs"),
    "sp": ("global_batch_size", "samples"),
    "tok": ("tokens_per_step", "tokens"),
}
_NO_CLOCKS = {
    "sec": "seconds, which no schedule knows",
    "iter": "iterations, which are as long as a Trainer is told",
    "dur": "parts of itself",
}


@checked
def _clock(
    owner: str,
    base_lr: Rate = 1.0,
    max_duration: Time | None = None,
    steps_per_epoch: PositiveCount | None = None,
    global_batch_size: PositiveCount | None = None,
    tokens_per_step: PositiveCount | None = None,
    scale_schedule_ratio: Positive = 1.0,
) -> _Clock:
    each = {"ba": 1, "ep": steps_per_epoch, "sp": global_batch_size, "tok": tokens_per_step}
    return _Clock(owner, base_lr, max_duration, each, scale_schedule_ratio)


def _run(owner: str, run: Run) -> _Clock:
    clock = _clock(owner, **run)
    if clock.max_duration is not None and clock.whole("")[0] == 0:
        rule = f"1 or more, times scale_schedule_ratio={clock.ratio}"
        raise refusal(ValueError, owner, "max_duration", rule, clock.max_duration)
    return clock


@checked
def StepScheduler(step_size: Time, gamma: NonNegative = 0.1, **run: Unpack[Run]) -> Schedule:
    """Multiplied by gamma once in every step size.

    >>> StepScheduler("30ep", steps_per_epoch=100)
    Shift(StepDecay(3000), offset=-1)
    """
    clock = _run("StepScheduler", run)
    every = clock.length("step_size", step_size, least=1)
    return clock.late(
        in_updates(
            lambda every: StepDecay(every, gamma, start=clock.base_lr),
            every.amount,
            each=every.each,
        )
    )


@checked
def MultiStepScheduler(milestones: Times, gamma: NonNegative = 0.1, **run: Unpack[Run]) -> Schedule:
    """Multiplied by gamma at each milestone; their units may differ.

    >>> MultiStepScheduler(["30ep", "0.9dur"], steps_per_epoch=100, max_duration="90ep")
    Shift(MultiStepDecay((3000, 8100)), offset=-1)
    """
    clock = _run("MultiStepScheduler", run)
    return clock.late(at_milestones(_reached(clock, milestones), gamma, clock.base_lr))


def _reached(clock: _Clock, milestones: Listing[str]) -> list[int]:
    return sorted(clock.length("milestones", time).updates for time in milestones)


@checked
def ConstantScheduler(
    alpha: NonNegative = 1.0, t_max: Time = "1dur", **run: Unpack[Run]
) -> Schedule:
    """The rate times alpha; after `t_max`, the rate.

    >>> ConstantScheduler(0.5, "10ba")
    Shift(PiecewiseConstant((10,), values=(0.5, 1.0)), offset=-1)
    """
    clock = _run("ConstantScheduler", run)
    if alpha == 1:
        return Constant(clock.base_lr)
    end = clock.length("t_max", t_max).updates
    if end == 0:
        return Constant(clock.base_lr)
    return clock.late(PiecewiseConstant([end], [clock.base_lr * alpha, clock.base_lr]))


@checked
def LinearScheduler(
    alpha_i: NonNegative = 1.0,
    alpha_f: NonNegative = 0.0,
    t_max: Time = "1dur",
    **run: Unpack[Run],
) -> Schedule:
    """A straight line from one multiple of the rate to another.

    >>> LinearScheduler(t_max="100ba")
    Shift(LinearDecay(100), offset=-1)
    """
    clock = _run("LinearScheduler", run)
    start, end = clock.base_lr * alpha_i, clock.base_lr * alpha_f
    return _over(clock, t_max, lambda steps: line(steps, start, end))


@checked
def ExponentialScheduler(
    gamma: NonNegative, decay_period: Time = "1ep", **run: Unpack[Run]
) -> Schedule:
    """Multiplied by gamma in every period, smoothly in between.

    >>> ExponentialScheduler(0.9, steps_per_epoch=100)
    Shift(ExponentialDecay(0.9, every=100), offset=-1)
    """
    clock = _run("ExponentialScheduler", run)
    period = clock.length("decay_period", decay_period, least=1)
    return clock.late(
        in_updates(
            lambda every: ExponentialDecay(gamma, every=every, start=clock.base_lr),
            period.amount,
            each=period.each,
        )
    )


@checked
def CosineAnnealingScheduler(
    t_max: Time = "1dur", alpha_f: NonNegative = 0.0, **run: Unpack[Run]
) -> Schedule:
    """Half a cosine wave from the rate to a multiple of it.

    >>> CosineAnnealingScheduler(max_duration="2ep", steps_per_epoch=100, base_lr=0.1)
    Shift(CosineDecay(200, start=0.1), offset=-1)
    """
    clock = _run("CosineAnnealingScheduler", run)
    return _over(clock, t_max, lambda steps: cosine(steps, clock.base_lr, clock.base_lr * alpha_f))


@checked
def CosineAnnealingWarmRestartsScheduler(
    t_0: Time, t_mult: Positive = 1.0, alpha_f: NonNegative = 0.0, **run: Unpack[Run]
) -> Schedule:
    """Half a cosine wave down, over and over; each `t_mult` times as long, rounded down.

    Differs: where cycles have to be rounded, those after the end of the run are not there; the last
    one that it begins ends, and holds.

    >>> CosineAnnealingWarmRestartsScheduler("100ba", t_mult=2.0)
    Shift(Cycle(CosineDecay(100), stretch=2), offset=-1)
    """
    owner = "CosineAnnealingWarmRestartsScheduler"
    clock = _run(owner, run)
    first = clock.length("t_0", t_0, least=1)
    low = clock.base_lr * alpha_f

    def wave(steps: int) -> Schedule:
        return cosine(steps, clock.base_lr, low)

    if t_mult.is_integer():
        return clock.late(
            in_updates(lambda n: Cycle(wave(n), stretch=t_mult), first.amount, each=first.each)
        )
    whole, unit = clock.whole(f"cycles {t_mult} times as long are rounded one by one")
    run_length = clock.length("max_duration", f"{whole}{unit}", scaled=False)
    end = run_length.updates * first.each
    lengths = [first.amount]
    while sum(lengths) <= end and len(lengths) < _MOST_CYCLES:
        following = int(t_mult * lengths[-1])
        if following == 0:
            rule = f"such that no cycle before max_duration={clock.max_duration} has no length"
            raise refusal(ValueError, owner, "t_mult", rule, t_mult)
        lengths.append(following)
        if following == lengths[-2]:  # and so will all others be
            break
    if len(lengths) == _MOST_CYCLES:
        rule = f"such that a run has fewer than {_MOST_CYCLES} cycles"
        raise refusal(ValueError, owner, "t_mult", rule, t_mult)
    goes_on = len(lengths) > 1 and lengths[-1] == lengths[-2]

    def waves(*lengths: int) -> Schedule:
        *phases, last = map(wave, lengths)
        return Sequence(*phases, Cycle(last) if goes_on else last) if phases else last

    return clock.late(in_updates(waves, *lengths, each=first.each))


_MOST_CYCLES = 1_000


@checked
def PolynomialScheduler(
    power: Positive, t_max: Time = "1dur", alpha_f: NonNegative = 0.0, **run: Unpack[Run]
) -> Schedule:
    """A power of the remaining fraction, from the rate to a multiple of it.

    >>> PolynomialScheduler(2.0, "100ba", alpha_f=0.1)
    Shift(PolynomialDecay(100, power=2.0, end=0.1), offset=-1)
    """
    clock = _run("PolynomialScheduler", run)
    top, low = clock.base_lr, clock.base_lr * alpha_f
    return _over(clock, t_max, lambda steps: PolynomialDecay(steps, power, start=top, end=low))


def _over(clock: _Clock, t_max: str, make: Callable[[int], Schedule]) -> Schedule:
    length = clock.length("t_max", t_max, least=1)
    return clock.late(in_updates(make, length.amount, each=length.each))


@checked
def MultiStepWithWarmupScheduler(
    t_warmup: Time,
    milestones: Times,
    gamma: NonNegative = 0.1,
    scale_warmup: Flag = False,
    **run: Unpack[Run],
) -> Schedule:
    """A linear warmup, and then a factor of gamma for each milestone that there has been.

    >>> MultiStepWithWarmupScheduler("5ba", ["30ba", "60ba"])
    Shift(Sequence(LinearWarmup(5), MultiStepDecay((25, 55))), offset=-1)
    """
    clock = _run("MultiStepWithWarmupScheduler", run)
    warmup = clock.length("t_warmup", t_warmup, scaled=False)
    slope = clock.length("t_warmup", t_warmup, scaled=scale_warmup)
    left = [max(0, step - warmup.updates) for step in _reached(clock, milestones)]
    stairs = at_milestones(left, gamma, clock.base_lr)
    if warmup.amount == 0:
        return clock.late(stairs)
    rise = in_updates(
        lambda rise, slope: _joined(*_rise(rise, slope, clock.base_lr)),
        warmup.amount,
        slope.amount,
        each=warmup.each,
    )
    return clock.late(Sequence(rise, stairs))


@checked
def ConstantWithWarmupScheduler(
    t_warmup: Time,
    alpha: NonNegative = 1.0,
    t_max: Time = "1dur",
    scale_warmup: Flag = False,
    **run: Unpack[Run],
) -> Schedule:
    """A linear warmup to the rate times alpha.

    >>> ConstantWithWarmupScheduler("10ba", t_max="100ba", max_duration="100ba")
    Shift(Sequence(LinearWarmup(10), Constant(1.0, steps=90)), offset=-1)
    """
    clock = _run("ConstantWithWarmupScheduler", run)
    top = clock.base_lr * alpha
    return _warmed(clock, t_warmup, t_max, scale_warmup, top, lambda n: Constant(top, steps=n))


@checked
def LinearWithWarmupScheduler(
    t_warmup: Time,
    alpha_i: NonNegative = 1.0,
    alpha_f: NonNegative = 0.0,
    t_max: Time = "1dur",
    scale_warmup: Flag = False,
    **run: Unpack[Run],
) -> Schedule:
    """A linear warmup to one multiple of the rate, and a straight line from there to another.

    `t_max` includes the warmup, here and in those below. The warmup is not scaled by
    `scale_schedule_ratio`; with `scale_warmup` its slope alone is, as in the peer.

    >>> LinearWithWarmupScheduler("10ba", max_duration="100ba")
    Shift(Sequence(LinearWarmup(10), LinearDecay(90)), offset=-1)
    """
    clock = _run("LinearWithWarmupScheduler", run)
    top, low = clock.base_lr * alpha_i, clock.base_lr * alpha_f
    return _warmed(clock, t_warmup, t_max, scale_warmup, top, lambda n: line(n, top, low))


@checked
def CosineAnnealingWithWarmupScheduler(
    t_warmup: Time,
    t_max: Time = "1dur",
    alpha_f: NonNegative = 0.0,
    scale_warmup: Flag = False,
    **run: Unpack[Run],
) -> Schedule:
    """A linear warmup to the rate, and half a cosine wave from there to a multiple of it.

    >>> CosineAnnealingWithWarmupScheduler(
    ...     "2e6tok", alpha_f=0.1, max_duration="1e9tok", tokens_per_step=1_000_000
    ... )
    Shift(Sequence(LinearWarmup(2), CosineDecay(998, end=0.1)), offset=-1)
    """
    clock = _run("CosineAnnealingWithWarmupScheduler", run)
    top, low = clock.base_lr, clock.base_lr * alpha_f
    return _warmed(clock, t_warmup, t_max, scale_warmup, top, lambda n: cosine(n, top, low))


@checked
def PolynomialWithWarmupScheduler(
    t_warmup: Time,
    power: Positive = 2.0,
    t_max: Time = "1dur",
    alpha_f: NonNegative = 0.0,
    scale_warmup: Flag = False,
    **run: Unpack[Run],
) -> Schedule:
    """A linear warmup to the rate, and a power of what remains, down to a multiple of it.

    >>> PolynomialWithWarmupScheduler("0.1dur", max_duration="100ba")
    Shift(Sequence(LinearWarmup(10), PolynomialDecay(90, power=2.0)), offset=-1)
    """
    clock = _run("PolynomialWithWarmupScheduler", run)
    top, low = clock.base_lr, clock.base_lr * alpha_f
    return _warmed(
        clock,
        t_warmup,
        t_max,
        scale_warmup,
        top,
        lambda n: PolynomialDecay(n, power, start=top, end=low),
    )


def _warmed(
    clock: _Clock,
    t_warmup: str,
    t_max: str,
    scale_warmup: bool,
    top: float,
    after: Callable[[int], Schedule],
) -> Schedule:
    warmup = clock.length("t_warmup", t_warmup, scaled=False)
    slope = clock.length("t_warmup", t_warmup, scaled=scale_warmup)
    whole = clock.length("t_max", t_max)
    if warmup.unit != whole.unit:
        rule = f"in the unit of t_max={t_max}"
        raise refusal(ValueError, clock.owner, "t_warmup", rule, t_warmup)
    clock.lasts("t_max", t_max, whole)

    def make(rise: int, slope: int, whole: int) -> Schedule:
        decay = after(whole - rise) if whole > rise else Constant(top)
        return _joined(*_rise(rise, slope, top), decay)

    made = in_updates(make, warmup.amount, slope.amount, whole.amount, each=whole.each)
    return clock.late(made)


def _rise(steps: int, slope: int, top: float) -> list[Schedule]:
    """The phases of a warmup: a line of its own length, cut or held."""
    if steps == 0:
        return []
    rise = line(slope, 0.0, top)
    if slope > steps:
        return [Take(rise, steps)]
    return [rise, Constant(top, steps - slope)] if slope < steps else [rise]


def _joined(*phases: Schedule) -> Schedule:
    return Sequence(*phases) if len(phases) > 1 else phases[0]


@checked
def InverseSquareRootWithWarmupScheduler(
    t_warmup: Time,
    t_scale: Time,
    t_cooldown: Time,
    t_max: Time = "1dur",
    alpha_f_decay: NonNegative = 0.0,
    alpha_f_cooldown: NonNegative = 0.0,
    **run: Unpack[Run],
) -> Schedule:
    """Of llm-foundry: a warmup, one over the square root of the time, and a line down at the end.

    The three times are in the unit of `max_duration`.

    >>> InverseSquareRootWithWarmupScheduler("10ba", "40ba", "20ba", max_duration="150ba")
    Shift(Sequence(LinearWarmup(10), Take(InverseSqrtDecay(40.0), steps=120),
                   LinearDecay(20, start=0.5)), offset=-1)
    """
    owner = "InverseSquareRootWithWarmupScheduler"
    clock = _run(owner, run)
    at_most(owner, "alpha_f_cooldown", alpha_f_cooldown, alpha_f_decay, "alpha_f_decay")
    _, unit = clock.whole("all times are in its unit")
    for name, time in (("t_warmup", t_warmup), ("t_scale", t_scale), ("t_cooldown", t_cooldown)):
        if _parsed(time)[1] != unit:
            rule = f"in the unit of max_duration={clock.max_duration}"
            raise refusal(ValueError, owner, name, rule, time)
    warmup = clock.length("t_warmup", t_warmup, scaled=False)
    scale = clock.length("t_scale", t_scale, least=1)
    cooldown = clock.length("t_cooldown", t_cooldown)
    whole = clock.length("t_max", t_max)
    if whole.unit != warmup.unit:
        rule = f"in the unit of max_duration={clock.max_duration}"
        raise refusal(ValueError, owner, "t_max", rule, t_max)
    top, low = clock.base_lr, clock.base_lr * alpha_f_decay

    def make(rise: int, scale: int, fall: int, whole: int) -> Schedule:
        curve: Schedule = InverseSqrtDecay(scale, start=top - low)
        if low:
            curve = low + curve
        steps = max(whole - fall, rise) - rise
        phases = [*_rise(rise, rise, top), Take(curve, steps)]
        end = clock.base_lr * alpha_f_cooldown
        return _joined(*phases, *([line(fall, curve(steps), end)] if fall else []))

    lengths = (warmup.amount, scale.amount, cooldown.amount, whole.amount)
    return clock.late(in_updates(make, *lengths, each=whole.each))


_NAMES: dict[str, Callable[..., Schedule]] = {
    "constant_with_warmup": ConstantWithWarmupScheduler,
    "cosine_with_warmup": CosineAnnealingWithWarmupScheduler,
    "linear_decay_with_warmup": LinearWithWarmupScheduler,
    "inv_sqrt_with_warmup": InverseSquareRootWithWarmupScheduler,
}


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    max_duration: str | None = None,
    steps_per_epoch: int | None = None,
    global_batch_size: int | None = None,
    tokens_per_step: int | None = None,
) -> Schedule:
    """The schedule of a YAML file of llm-foundry, or of its `scheduler` block.

    Args:
        config: the file as a mapping, or the block: a name, and the parameters of the scheduler.
        of: "lr", all that they drive.
        base_lr: the optimizer's rate; by default, the one of the file's `optimizer` block.
        max_duration: the length of the run, a time; by default, the file's.
        steps_per_epoch: updates in one pass over the data, for times in epochs.
        global_batch_size: samples in an update; by default, the file's `global_train_batch_size`.
        tokens_per_step: tokens in an update; by default, those samples times `max_seq_len`.

    Raises:
        ValueError: a value that makes no sense, a time without a unit or in one that can't be told,
            an unknown name or parameter, something that is needed and missing.
        TypeError: a value of another type.

    >>> scheduler = {"name": "cosine_with_warmup", "t_warmup": "100ba", "alpha_f": 0.1}
    >>> file = {"scheduler": scheduler, "optimizer": {"lr": 1e-3}, "max_duration": "4800ba"}
    >>> from_config(file)
    Shift(Sequence(LinearWarmup(100, end=0.001), CosineDecay(4700, start=0.001, end=0.0001)),
          offset=-1)
    """
    owner = "scheduler"
    whole = section(owner, config, "parameters")
    if "scheduler" not in whole and "name" not in whole:
        raise ValueError("scheduler: there is no such block in the config, nor a name")
    keys = dict(section(owner, whole, "scheduler"))
    name = one_of(*_NAMES)(owner, "name", keys.pop("name", None))
    one_of("lr")(owner, "of", of)
    if base_lr is None and "optimizer" in whole:
        base_lr = number(mapping(owner, whole["optimizer"], "optimizer").get("lr"))
    if global_batch_size is None:
        global_batch_size = number(whole.get("global_train_batch_size"))
    if tokens_per_step is None and global_batch_size is not None and "max_seq_len" in whole:
        tokens_per_step = global_batch_size * number(whole["max_seq_len"])
    run = {
        "base_lr": needed(owner, "base_lr", base_lr, "the scheduler has multiples of it"),
        "max_duration": whole.get("max_duration") if max_duration is None else max_duration,
        "steps_per_epoch": steps_per_epoch,
        "global_batch_size": global_batch_size,
        "tokens_per_step": tokens_per_step,
        "scale_schedule_ratio": number(whole.get("scale_schedule_ratio", 1.0)),
    }
    return read(_NAMES[name], keys, run)
