"""The schedulers of DeepSpeed, and the `scheduler` block of its JSON file.

The value at step k is what update k is made with. All but LRRangeTest and OneCycle's rate are one
step late, as in the peer: its schedulers count from -1, so the first value comes twice.

Groups that have rates of their own (lists in the peer) take a schedule each.

## Configs

The `scheduler` block of the JSON, or the whole file. All five types are read, OneCycle's momentum
too (`of="momentum"`); WarmupLR and its kin are one step late, as in the peer: the first value comes
twice. The parameters are also functions: `from_deepspeed.WarmupLR(warmup_max_lr=3e-4)`.

```python
>>> from lrsched.compat import deepspeed as from_deepspeed
>>> # the file you have: ds_config.json
>>> config = {
...     "optimizer": {"type": "AdamW", "params": {"lr": 3e-4}},
...     "scheduler": {
...         "type": "WarmupCosineLR",
...         "params": {"total_num_steps": 10_000, "warmup_num_steps": 500},
...     },
... }
>>> from_deepspeed.from_config(config)
Shift(Sequence(LogarithmicWarmup(499, end=0.0003), CosineDecay(9500, start=0.0003, end=3e-08)), offset=-1)
>>> # "auto", which transformers' Trainer fills in, is filled in by arguments
>>> block = {"type": "WarmupDecayLR", "params": {
...     "total_num_steps": "auto", "warmup_max_lr": "auto",
...     "warmup_num_steps": 500, "warmup_type": "linear"}}
>>> from_deepspeed.from_config(block, base_lr=3e-4, total_steps=10_000)
Shift(Sequence(LinearWarmup(500, end=0.0003), LinearDecay(9500, start=0.0003)), offset=-1)

```

## What differs

- `WarmupDecayLR` with a warmup of 200 in a total of 100 steps. There: warns, rises for 200 steps
  and falls to its minimum in one. Here: refused.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    NonNegative,
    Positive,
    PositiveCount,
    checked,
    integer_that,
    one_of,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import mapping, needed, read, section
from lrsched.compat._parts import Rate, at_most, cosine, line
from lrsched.shapes import (
    Constant,
    InverseTimeDecay,
    LinearDecay,
    LinearGrowth,
    LinearWarmup,
    LogarithmicWarmup,
    PiecewiseConstant,
    Sequence,
    Shift,
    Staircase,
    Take,
)

Growth = Annotated[str, one_of("log", "linear")]
Stairs = Annotated[int, integer_that("an integer from 0 to 1000000", lambda n: 0 <= n <= 10**6)]
OfCycle = Annotated[str, one_of("lr", "momentum")]


def _warmup(steps: int, kind: str, start: float, end: float) -> Schedule:
    """What the steps before `steps` are; a logarithm is at the end one step before."""
    if kind == "linear":
        return LinearWarmup(steps, start=start, end=end)
    return LogarithmicWarmup(steps - 1, start=start, end=end)


@checked
def WarmupLR(
    warmup_min_lr: Rate = 0.0,
    warmup_max_lr: Rate | None = None,
    warmup_num_steps: PositiveCount = 1000,
    warmup_type: Growth = "log",
    *,
    base_lr: Rate | None = None,
) -> Schedule:
    """A logarithmic or linear warmup, and then its end: `warmup_max_lr`, or the optimizer's rate.

    As in the peer, a warmup of 1 step takes 2.

    >>> WarmupLR(warmup_max_lr=3e-4, warmup_num_steps=100)
    Shift(LogarithmicWarmup(99, end=0.0003), offset=-1)
    """
    if warmup_max_lr is None:
        warmup_max_lr = needed("WarmupLR", "base_lr", base_lr, "there is no warmup_max_lr")
    return Shift(_warmup(max(2, warmup_num_steps), warmup_type, warmup_min_lr, warmup_max_lr), -1)


@checked
def WarmupDecayLR(
    total_num_steps: PositiveCount,
    warmup_min_lr: Rate = 0.0,
    warmup_max_lr: Rate = 0.001,
    warmup_num_steps: PositiveCount = 1000,
    warmup_type: Growth = "log",
) -> Schedule:
    """The same, and then a straight line back to `warmup_min_lr`.

    >>> WarmupDecayLR(1000, warmup_max_lr=3e-4, warmup_num_steps=100, warmup_type="linear")
    Shift(Sequence(LinearWarmup(100, end=0.0003), LinearDecay(900, start=0.0003)), offset=-1)
    """
    steps = max(2, warmup_num_steps)
    at_most("WarmupDecayLR", "warmup_num_steps", steps, total_num_steps, "total_num_steps")
    phases = [_warmup(steps, warmup_type, warmup_min_lr, warmup_max_lr)]
    if warmup_type == "log":
        phases.append(Constant(warmup_max_lr, steps=1))
    decay = LinearDecay(total_num_steps - steps, start=warmup_max_lr, end=warmup_min_lr)
    return Shift(Sequence(*phases, decay), -1)


@checked
def WarmupCosineLR(
    total_num_steps: PositiveCount,
    warmup_min_ratio: NonNegative = 0.0,
    warmup_num_steps: PositiveCount = 1000,
    cos_min_ratio: NonNegative = 0.0001,
    warmup_type: Growth = "log",
    *,
    base_lr: Rate,
) -> Schedule:
    """A logarithmic or linear warmup, and then half a cosine wave, as fractions of the rate.

    As in the peer, the first update has a rate of 0 whatever `warmup_min_ratio` is, and a linear
    warmup passes over its own end: the wave is at its second step there.

    >>> WarmupCosineLR(1000, warmup_num_steps=100, base_lr=3e-4)
    Shift(Sequence(LogarithmicWarmup(99, end=0.0003), CosineDecay(900, start=0.0003, end=3e-08)),
          offset=-1)
    """
    steps = max(2, warmup_num_steps)
    at_most("WarmupCosineLR", "warmup_num_steps", steps, total_num_steps, "total_num_steps")
    start = base_lr * warmup_min_ratio
    warmup = _warmup(steps, warmup_type, start, base_lr)
    wave = cosine(max(1, total_num_steps - steps), base_lr, base_lr * cos_min_ratio)
    decay = Shift(wave, 1) if warmup_type == "linear" else wave
    if start == 0:
        return Shift(Sequence(warmup, decay), -1)
    return Sequence(Constant(0.0, steps=1), warmup, decay)


@checked
def OneCycle(
    cycle_min_lr: Rate,
    cycle_max_lr: Rate,
    decay_lr_rate: NonNegative = 0.0,
    cycle_first_step_size: PositiveCount = 2000,
    cycle_second_step_size: Count | None = None,
    cycle_first_stair_count: Stairs = 0,
    cycle_second_stair_count: Stairs | None = None,
    decay_step_size: Count = 0,
    cycle_momentum: Flag = True,
    cycle_min_mom: NonNegative = 0.8,
    cycle_max_mom: NonNegative = 0.9,
    decay_mom_rate: NonNegative = 0.0,
    *,
    of: OfCycle = "lr",
) -> Schedule:
    """Up, down, and then ever slower towards 0; or, of="momentum", the first of the betas.

    As in the peer, the momentum begins with `cycle_min_mom`, goes on with the cycle down from
    `cycle_max_mom`, and grows after it.

    >>> OneCycle(1e-4, 1e-3, 0.1, cycle_first_step_size=100, decay_step_size=50)
    Sequence(LinearWarmup(100, start=0.0001, end=0.001), LinearDecay(100, start=0.001, end=0.0001),
             InverseTimeDecay(0.1, every=50, start=0.0001))
    """
    first = cycle_first_step_size
    second = first if cycle_second_step_size is None else cycle_second_step_size
    stairs = cycle_first_stair_count
    more_stairs = stairs if cycle_second_stair_count is None else cycle_second_stair_count
    if of == "lr":
        at_most("OneCycle", "cycle_min_lr", cycle_min_lr, cycle_max_lr, "cycle_max_lr")
        low, high, rate = cycle_min_lr, cycle_max_lr, decay_lr_rate
    else:
        if not cycle_momentum:
            raise refusal(ValueError, "OneCycle", "of", '"lr" without cycle_momentum', of)
        at_most("OneCycle", "cycle_min_mom", cycle_min_mom, cycle_max_mom, "cycle_max_mom")
        low, high, rate = cycle_max_mom, cycle_min_mom, decay_mom_rate
    after: Schedule = Constant(low)
    if decay_step_size and rate:
        if of == "lr":
            after = InverseTimeDecay(rate, every=decay_step_size, start=low)
        else:
            after = LinearGrowth(low * rate / decay_step_size, start=low)
    cycle = Sequence(
        _half(first, stairs, low, high), _half(second, more_stairs, high, low, down=True), after
    )
    return cycle if of == "lr" else Sequence(Constant(high, steps=1), Shift(cycle, 1))


def _half(steps: int, stairs: int, start: float, end: float, *, down: bool = False) -> Schedule:
    """One half of a cycle: a line, or stairs, each of them reached in full and left at once."""
    if stairs == 0 or steps == 0:
        return line(steps, start, end)
    # The whole step at which j stairs have been climbed, or at which only j of them are left.
    climbed = {-(-j * steps // stairs): j / stairs for j in range(1, stairs + 1)}
    left = {steps + 1 + -j * steps // stairs: (j - 1) / stairs for j in range(stairs, 0, -1)}
    shares = {0: 1.0} | left if down else {0: 0.0} | climbed
    low, high = (end, start) if down else (start, end)
    values = [low + (high - low) * share for share in shares.values()]
    return Take(PiecewiseConstant([*shares][1:], values), steps)


@checked
def LRRangeTest(
    lr_range_test_min_lr: Rate = 1e-3,
    lr_range_test_step_size: PositiveCount = 2000,
    lr_range_test_step_rate: Positive = 1.0,
    lr_range_test_staircase: Flag = False,
) -> Schedule:
    """A straight line up without end: by the rate times `lr_range_test_step_rate` in a step size.

    >>> LRRangeTest(1e-4, 200, 5.0)
    LinearGrowth(2.5e-06, start=0.0001)
    """
    slope = lr_range_test_min_lr * lr_range_test_step_rate / lr_range_test_step_size
    growth = LinearGrowth(slope, start=lr_range_test_min_lr)
    return Staircase(growth, lr_range_test_step_size) if lr_range_test_staircase else growth


_TYPES: dict[str, Callable[..., Schedule]] = {
    "WarmupLR": WarmupLR,
    "WarmupDecayLR": WarmupDecayLR,
    "WarmupCosineLR": WarmupCosineLR,
    "OneCycle": OneCycle,
    "LRRangeTest": LRRangeTest,
}


@checked
def scheduler(
    type: Annotated[str, one_of(*_TYPES)],  # noqa: A002 - the key's name
    params: Any = None,
    *,
    of: OfCycle = "lr",
    base_lr: Rate | None = None,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """The schedule of a type by its name and of the mapping of its parameters.

    An "auto", which transformers' Trainer would replace, is replaced by `base_lr` and
    `total_steps`; one of another parameter is refused. A `total_steps` counts instead of
    `total_num_steps`.

    >>> scheduler("WarmupLR", {"warmup_max_lr": "auto", "warmup_num_steps": 100}, base_lr=3e-4)
    Shift(LogarithmicWarmup(99, end=0.0003), offset=-1)
    """
    if of != "lr" and type != "OneCycle":
        raise refusal(ValueError, type, "of", '"lr", all that it drives', of)
    keys = dict(mapping("scheduler", {} if params is None else params, "params"))
    filled = {"warmup_max_lr": base_lr, "total_num_steps": total_steps, "warmup_min_lr": 0.0}
    for name in [name for name, value in keys.items() if value == "auto"]:
        known = {"warmup_max_lr": "base_lr", "total_num_steps": "total_steps"}.get(name)
        rule = f"given as {known}" if known else "a number"
        if filled.get(name) is None:
            raise refusal(ValueError, type, name, f'{rule} where it is "auto"', "auto")
        keys[name] = filled[name]
    if total_steps is not None and type in ("WarmupDecayLR", "WarmupCosineLR"):
        keys["total_num_steps"] = total_steps
    arguments: dict[str, Any] = {}
    if type == "WarmupLR":
        arguments["base_lr"] = base_lr
    elif type == "WarmupCosineLR":
        arguments["base_lr"] = needed(type, "base_lr", base_lr, "it has fractions of that alone")
    elif type == "OneCycle":
        arguments["of"] = of
    if type in ("WarmupDecayLR", "WarmupCosineLR"):
        needed(type, "total_num_steps", keys.get("total_num_steps"), "the decay ends with it")
    return read(_TYPES[type], keys, arguments, known=("last_batch_iteration",))


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    total_steps: int | None = None,
) -> Schedule:
    """The schedule of a DeepSpeed JSON file, or of its `scheduler` block.

    Args:
        config: the file as a mapping, or the block: `type` and `params`.
        of: "lr", or "momentum" (the first of the betas) of OneCycle.
        base_lr: the optimizer's rate; by default, the one of the file's `optimizer` block.
        total_steps: updates in the whole run, instead of `total_num_steps`.

    Raises:
        ValueError: a value that makes no sense, an unknown type or parameter, a rate or a length
            that is needed and missing.
        TypeError: a value of another type.

    >>> config = {"type": "WarmupLR", "params": {"warmup_max_lr": 3e-4, "warmup_num_steps": 100}}
    >>> from_config({"scheduler": config, "train_batch_size": 64})
    Shift(LogarithmicWarmup(99, end=0.0003), offset=-1)
    """
    whole = mapping("scheduler", config)
    if "scheduler" not in whole and "type" not in whole:
        raise ValueError("scheduler: there is no such block in the config, nor a type")
    if base_lr is None and "optimizer" in whole:
        rate = section("scheduler", whole, "optimizer", "params").get("lr")
        base_lr = None if rate == "auto" else rate
    keys = section("scheduler", whole, "scheduler")
    if "type" not in keys:
        raise ValueError("scheduler: there is no type in it")
    arguments = {"of": of, "base_lr": base_lr, "total_steps": total_steps}
    return read(scheduler, keys, arguments)
