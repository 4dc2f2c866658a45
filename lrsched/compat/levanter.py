"""The `optimizer:` block of levanter's configs.

The value at step k is what update k is made with. The peer works in float32.

Of a length, what is at most 1 is a fraction, rounded down: 1 is all of it, and not one step. Those
of a cycle are fractions of that cycle.

## Configs

The whole YAML or its `optimizer` block. A length of at most 1 is a fraction, so that `warmup: 1` is
all of the run; in cycles it is one of the cycle. `of="adam_lr"` is the rate beside muon's.

```yaml
trainer:
  num_train_steps: 10000
optimizer:
  learning_rate: 1E-3
  warmup: 0.05
  rewarmup: 100
  decay: 0.2
  cycles: 2
  lr_schedule: linear          # or {type: inv_sqrt, timescale: 5000}, ...
```

```python
>>> from lrsched.compat import levanter as from_levanter
>>> optimizer = {"learning_rate": "1E-3", "warmup": 0.05, "rewarmup": 100, "decay": 0.2, "cycles": 2,
...              "lr_schedule": "linear"}
>>> made = from_levanter.from_config({"trainer": {"num_train_steps": 10_000}, "optimizer": optimizer})
>>> made.phases[:3]
(LinearWarmup(250, end=0.001), Constant(0.001, steps=3750), LinearDecay(1000, start=0.001, end=0.0001))
>>> made.phases[3:]
(LinearWarmup(100, start=0.0001, end=0.001), Constant(0.001, steps=3900), LinearDecay(1000, start=0.001, end=0.0001))

```

Kinds: constant, cosine, linear, inv_sqrt, inv, power, and polynomial and inv_sqrt_decay of later
versions. `stable` and `warmup_ratio` of versions before 1.2.dev1100 are read as those versions read
them.

## What differs

- `{type: power, batch_size: 1024, seq_length: 4096}` from update 512 on (2**31 tokens). There: NaN:
  tokens are counted in 32 bits. Here: the rate.
- `warmup: 60, decay: 60` in 100 steps. There: at the peak at once from step 40 on, in the middle of
  its warmup; later versions shorten the decay. Here: refused.
- `decay: 0.0` with a cosine. There: refused by optax. Here: holds the rate, as for a line.
- `lr_schedule: inv` with `min_lr_ratio: 0`. There: divides by zero. Here: refused.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Listing
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Fraction,
    NonNegative,
    Positive,
    PositiveCount,
    ProperFraction,
    Rule,
    checked,
    number_that,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import mapping, needed, number, read, section
from lrsched.compat._parts import Rate, line
from lrsched.compat.optax import cosine_decay_schedule
from lrsched.shapes import (
    Clip,
    Constant,
    InversePowerDecay,
    InverseSqrtDecay,
    InverseTimeDecay,
    LinearDecay,
    PolynomialDecay,
    Sequence,
    Shift,
    Take,
)


def _fraction_or_steps(value: Any) -> float:
    number: float = rule_in(NonNegative).accept(value)
    return number if number <= 1 else rule_in(Count).accept(value)


def _points(value: Any) -> int | tuple[int, ...]:
    if not isinstance(value, (list, tuple)):
        return rule_in(PositiveCount).accept(value)  # type: ignore[no-any-return]
    points = tuple(rule_in(PositiveCount).accept(point) for point in value)
    if any(b <= a for a, b in itertools.pairwise(points)):
        raise ValueError
    return points


def _lengths(value: Any) -> float | tuple[int, ...]:
    if not isinstance(value, (list, tuple)):
        return _fraction_or_steps(value)
    return tuple(rule_in(PositiveCount).accept(length) for length in value)


def _name_or_mapping(value: Any) -> str | Mapping[str, Any]:
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise TypeError
    return value


Length = Annotated[float, Rule("a fraction, or a whole number above 1", _fraction_or_steps)]
Points = Annotated[
    int | Listing[int], Rule("a positive integer, or increasing ones in a list", _points)
]
Lengths = Annotated[
    float | Listing[int],
    Rule("a fraction, a whole number above 1, or a list of positive integers", _lengths),
]
Kind = Annotated[
    str | Mapping[str, Any], Rule("a name, or a mapping with a type", _name_or_mapping)
]
Below0 = Annotated[float, number_that("a negative finite number", lambda x: x < 0)]


@checked
def ConstantLrSchedule(*, learning_rate: Rate) -> Schedule:
    """The rate itself.

    >>> ConstantLrSchedule(learning_rate=6e-4)
    Constant(0.0006)
    """
    return Constant(learning_rate)


@checked
def CosineLrSchedule(
    exponent: NonNegative = 1.0,
    *,
    learning_rate: Rate,
    min_lr_ratio: Fraction,
    decay_steps: PositiveCount,
) -> Schedule:
    """Half a cosine wave down; with an exponent, a power of it.

    >>> CosineLrSchedule(learning_rate=0.001, min_lr_ratio=0.1, decay_steps=100)
    CosineDecay(100, start=0.001, end=0.0001)
    """
    return cosine_decay_schedule(learning_rate, decay_steps, min_lr_ratio, exponent)


@checked
def LinearLrSchedule(
    *, learning_rate: Rate, min_lr_ratio: Fraction, decay_steps: PositiveCount
) -> Schedule:
    """A straight line down.

    >>> LinearLrSchedule(learning_rate=0.001, min_lr_ratio=0.1, decay_steps=100)
    LinearDecay(100, start=0.001, end=0.0001)
    """
    return LinearDecay(decay_steps, start=learning_rate, end=learning_rate * min_lr_ratio)


@checked
def InvSqrtLrSchedule(
    timescale: Positive = 10_000.0,
    *,
    learning_rate: Rate,
    min_lr_ratio: Fraction,
    warmup_steps: Count,
) -> Schedule:
    """The rate times sqrt(timescale / t), between the minimum and the rate; t includes the warmup.

    >>> InvSqrtLrSchedule(learning_rate=6e-4, min_lr_ratio=0.0, warmup_steps=2_500)
    Clip(InverseSqrtDecay(2500.0, start=0.0012), lower=0.0, upper=0.0006)
    """
    first = max(1, warmup_steps)
    curve: Schedule = InverseSqrtDecay(first, start=learning_rate * (timescale / first) ** 0.5)
    if warmup_steps == 0:
        curve = Shift(curve, -1)  # the root of step 0 is taken as that of step 1
    return Clip(curve, lower=learning_rate * min_lr_ratio, upper=learning_rate)


@checked
def InvLrSchedule(
    *, learning_rate: Rate, min_lr_ratio: Positive, decay_steps: PositiveCount
) -> Schedule:
    """One over a straight line, down to the minimum; as in the peer, step 0 is as step 1.

    >>> InvLrSchedule(learning_rate=6e-4, min_lr_ratio=0.1, decay_steps=90)
    Take(Shift(Shift(InverseTimeDecay(9.0, every=90, start=0.0006), offset=1), offset=-1), steps=90)
    """
    curve = InverseTimeDecay(1 / min_lr_ratio - 1, every=decay_steps, start=learning_rate)
    return Take(Shift(Shift(curve, 1), -1), decay_steps)


@checked
def PolynomialLrSchedule(
    power: Positive = 2.0,
    *,
    learning_rate: Rate,
    min_lr_ratio: Fraction,
    decay_steps: PositiveCount,
) -> Schedule:
    """A power of the remaining fraction (of versions after 1.2.dev1644).

    >>> PolynomialLrSchedule(learning_rate=0.001, min_lr_ratio=0.1, decay_steps=100)
    PolynomialDecay(100, power=2.0, start=0.001, end=0.0001)
    """
    end = learning_rate * min_lr_ratio
    return PolynomialDecay(decay_steps, power, start=learning_rate, end=end)


@checked
def InvSqrtDecayLrSchedule(
    decay_constant: Positive = 28.6,
    *,
    learning_rate: Rate,
    min_lr_ratio: Fraction,
    decay_steps: PositiveCount,
) -> Schedule:
    """The rate over sqrt(1 + decay_constant * t / decay_steps) (of versions after 1.2.dev1644).

    >>> InvSqrtDecayLrSchedule(24.0, learning_rate=0.5, min_lr_ratio=0.1, decay_steps=96)
    Clip(InverseSqrtDecay(4.0, start=0.5), lower=0.05)
    """
    curve = InverseSqrtDecay(decay_steps / decay_constant, start=learning_rate)
    return Clip(curve, lower=learning_rate * min_lr_ratio)


@checked
def PowerLrSchedule(
    batch_size: PositiveCount,
    seq_length: PositiveCount,
    a: Positive = 4.6,
    b: Below0 = -0.51,
    *,
    learning_rate: Rate,
) -> Schedule:
    """The power scheduler of Shen et al. 2024 (arXiv:2408.13359): batch_size * a * tokens**b.

    It is at most the rate, and the rate at step 0.

    Differs: the peer counts tokens in 32 bits and has NaN from 2**31 on.

    >>> PowerLrSchedule(256, 4096, learning_rate=0.02)
    Sequence(Constant(0.02, steps=1),
             Clip(InversePowerDecay(1.0, power=0.51, start=1.00...), upper=0.02))
    """
    first = batch_size * a * float(batch_size * seq_length) ** b
    curve = Clip(InversePowerDecay(1, -b, start=first), upper=learning_rate)
    return Sequence(Constant(learning_rate, steps=1), curve)


_KINDS: dict[str, Callable[..., Schedule]] = {
    "constant": ConstantLrSchedule,
    "cosine": CosineLrSchedule,
    "linear": LinearLrSchedule,
    "inv_sqrt": InvSqrtLrSchedule,
    "inv": InvLrSchedule,
    "polynomial": PolynomialLrSchedule,
    "inv_sqrt_decay": InvSqrtDecayLrSchedule,
    "power": PowerLrSchedule,
}
OfGroup = Annotated[str, one_of("lr", "adam_lr")]


@checked
def OptimizerConfig(
    learning_rate: Rate = 6e-4,
    min_lr_ratio: Fraction = 0.1,
    warmup: Length = 0.01,
    decay: Length | None = None,
    rewarmup: Length = 0.0,
    cooldown: Length | None = None,
    cycle_length: Lengths | None = None,
    cycles: Points | None = None,
    lr_schedule: Kind = "cosine",
    haps: Points | None = None,
    stable: NonNegative | None = None,
    adam_lr: Rate = 6e-4,
    *,
    of: OfGroup = "lr",
    total_steps: PositiveCount,
) -> Schedule:
    """A warmup, a plateau and a decay; or cycles of them, each with a rewarmup from where it fell.

    `cycles` is their number, or where they end; `cycle_length` the length of each, or a list of
    lengths. `cooldown`, a last line down, and `haps`, which are `cycles` as a list, are deprecated
    in the peer. So is `stable`, the plateau of versions before 1.2.dev1100; it is read as they read
    it: a fraction of what the warmup leaves, the warmup one of the run, and 1 a step.

    Differs: a warmup and a decay longer than their cycle are refused.

    >>> OptimizerConfig(1e-3, warmup=0.05, decay=0.2, lr_schedule="linear", total_steps=1_000)
    Sequence(LinearWarmup(50, end=0.001), Constant(0.001, steps=750),
             LinearDecay(200, start=0.001, end=0.0001))
    >>> OptimizerConfig(1e-3, warmup=50, rewarmup=20, cycles=2, total_steps=1_000)
    Sequence(LinearWarmup(50, end=0.001), CosineDecay(450, start=0.001, end=0.0001),
             LinearWarmup(20, start=0.0001, end=0.001), CosineDecay(480, start=0.001, end=0.0001))
    """
    owner = "OptimizerConfig"
    rate = learning_rate if of == "lr" else adam_lr
    name, keys = _kind(lr_schedule)
    earlier = stable is not None
    steps_of = _steps_once if earlier else _steps
    final = 0 if cooldown is None else steps_of(cooldown, total_steps)
    main = total_steps - final
    if main <= 0:
        rule = f"shorter than the run of {total_steps}"
        raise refusal(ValueError, owner, "cooldown", rule, cooldown)
    phases: list[Schedule] = []
    at = 0.0
    for start, end in itertools.pairwise(_ends(main, cycle_length, cycles, haps)):
        length = end - start
        rise = steps_of(rewarmup if start else warmup, total_steps if earlier else length)
        if stable is not None:
            fall = length - rise - _steps_once(stable, length - rise)
        else:
            fall = length - rise if decay is None else steps_of(decay, length)
        plateau = length - rise - fall
        if plateau < 0 or fall < 0:
            given = warmup if fall < 0 or decay is None else decay
            called = "decay" if given is decay else "rewarmup" if start else "warmup"
            rule = f"within its cycle of {length} steps, with the rest"
            raise refusal(ValueError, owner, called, rule, given)
        if rise:
            phases.append(_to(rise, at, rate))
        if plateau:
            phases.append(Constant(rate, steps=plateau))
        at = rate
        if fall:
            context = {
                "learning_rate": rate,
                "min_lr_ratio": min_lr_ratio,
                "warmup_steps": rise,
                "decay_steps": fall,
            }
            curve = _built(name, keys, context)
            at = curve(fall)
            goes_on = curve.steps == fall or (end == main and not final)
            phases.append(curve if goes_on else Take(curve, fall))
    if final:
        phases.append(_to(final, at, rate * min_lr_ratio))
    return Sequence(*phases) if len(phases) > 1 else phases[0]


def _to(steps: int, start: float, end: float) -> Schedule:
    return Constant(end, steps) if start == end else line(steps, start, end)


def _steps(length: float, total: int) -> int:
    return int(length * total) if length <= 1 else int(length)


def _steps_once(length: float, total: int) -> int:
    """As earlier versions had it, in which 1 was a step."""
    return int(length * total) if length < 1 else int(length)


def _kind(lr_schedule: str | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    given = {"type": lr_schedule} if isinstance(lr_schedule, str) else lr_schedule
    name = one_of(*_KINDS)("OptimizerConfig", "lr_schedule", given["type"])
    return name, {key: value for key, value in given.items() if key != "type"}


def _built(name: str, keys: Mapping[str, Any], context: Mapping[str, Any]) -> Schedule:
    make = _KINDS[name]
    asked = inspect.signature(make).parameters
    return read(make, keys, {key: value for key, value in context.items() if key in asked})


# Each is written out.
_MOST_CYCLES = 10_000


def _ends(
    total: int,
    cycle_length: float | Listing[int] | None,
    cycles: int | Listing[int] | None,
    haps: int | Listing[int] | None,
) -> list[int]:
    """Where cycles begin and end, from 0 to the end of the run."""
    owner = "OptimizerConfig"
    several = {"cycle_length": cycle_length, "cycles": cycles, "haps": haps}
    given = [name for name, value in several.items() if value is not None]
    if len(given) > 1:
        rule = f"left out where there is a {given[0]}"
        raise refusal(ValueError, owner, given[1], rule, several[given[1]])
    ends: list[int] = []
    if isinstance(cycle_length, float | int):
        each = _steps(cycle_length, total)
        if each == 0:
            raise refusal(ValueError, owner, "cycle_length", "at least a step", cycle_length)
        if total // each > _MOST_CYCLES:
            rule = f"at least {-(-total // _MOST_CYCLES)} steps, for {_MOST_CYCLES} cycles at most"
            raise refusal(ValueError, owner, "cycle_length", rule, cycle_length)
        # The peer leaves what is over to the last cycle, which is then longer.
        ends = [each * i for i in range(1, total // each)]
    elif cycle_length is not None:
        ends = [*itertools.accumulate(cycle_length)]
    elif isinstance(cycles, int):
        if cycles > _MOST_CYCLES:
            raise refusal(ValueError, owner, "cycles", f"at most {_MOST_CYCLES}", cycles)
        ends = [int(total / cycles * i) for i in range(1, cycles)]
    elif isinstance(haps, int):
        raise refusal(TypeError, owner, "haps", "a list of increasing positive integers", haps)
    else:
        ends = [*(cycles or haps or ())]
    ends = [0, *ends] if ends and ends[-1] == total else [0, *ends, total]
    if any(b <= a for a, b in itertools.pairwise(ends)):
        rule = f"within the run of {total} steps, a step or more each"
        raise refusal(ValueError, owner, given[0], rule, several[given[0]])
    return ends


def from_config(config: Any, *, of: str = "lr", total_steps: int | None = None) -> Schedule:
    """The schedule of a levanter config, or of its `optimizer` block.

    Args:
        config: the file as a mapping, or the block. Keys that are about other things are passed
            over.
        of: "lr"; or "adam_lr", of the parameters that muon leaves to Adam.
        total_steps: updates in the whole run; by default the file's `trainer.num_train_steps`,
            which is 400,000 where the file leaves it out.

    Raises:
        ValueError: a value that makes no sense, an unknown name, a key that is nearly one of these,
            a length that is needed and missing.
        TypeError: a value of another type.

    >>> file = {"trainer": {"num_train_steps": 10_000}, "optimizer": {"learning_rate": "5E-4"}}
    >>> from_config(file)
    Sequence(LinearWarmup(100, end=0.0005), CosineDecay(9900, start=0.0005, end=5e-05))
    """
    owner = "OptimizerConfig"
    whole = mapping(owner, config)
    if total_steps is None and ("optimizer" in whole or "trainer" in whole):
        trainer = section(owner, whole, "trainer") if "trainer" in whole else {}
        total_steps = number(trainer.get("num_train_steps", 400_000))
    total = needed(owner, "total_steps", total_steps, "warmup and decay are parts of the run")
    is_file = "trainer" in whole and "optimizer" not in whole
    keys = {} if is_file else dict(section(owner, whole, "optimizer"))
    if keys.get("warmup_ratio") is not None:  # of earlier versions
        keys["warmup"] = ratio = keys.pop("warmup_ratio")
        keys.setdefault("stable", 0)
        rule_in(ProperFraction)(owner, "warmup_ratio", ratio)
    return read(OptimizerConfig, keys, {"of": of, "total_steps": total}, others=True)
