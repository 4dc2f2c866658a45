"""The schedules of `transformers`: its functions, `get_scheduler`'s names, TrainingArguments.

And axolotl's configs, whose trainer adds a few of its own to these.

The optimizer is replaced by `base_lr`.

## Constructors

```python
>>> from lrsched.compat import transformers as from_transformers
>>> # the line you have: get_cosine_schedule_with_warmup(optimizer, 500, 10_000)
>>> from_transformers.get_cosine_schedule_with_warmup(5e-5, 500, 10_000)
Sequence(LinearWarmup(500, end=5e-05), CosineDecay(9500, start=5e-05))
>>> # the line you have: TrainingArguments(lr_scheduler_type="cosine_with_min_lr", ...)
>>> from_transformers.get_scheduler(
...     "cosine_with_min_lr", 5e-5, 500, 10_000, scheduler_specific_kwargs={"min_lr": 5e-6}
... )
Sequence(LinearWarmup(500, end=5e-05), CosineDecay(9500, start=5e-05, end=5e-06))
>>> # the line you have: TrainingArguments(warmup_steps=0.05, lr_scheduler_type="cosine", ...)
>>> from_transformers.get_scheduler("cosine", 5e-5, 0.05, 10_000)
Sequence(LinearWarmup(500, end=5e-05), CosineDecay(9500, start=5e-05))
>>> # the line you have: get_wsd_schedule(optimizer, 500, 2000, num_training_steps=10_000)
>>> from_transformers.get_wsd_schedule(5e-5, 500, 2000, num_training_steps=10_000)
Sequence(LinearWarmup(500, end=5e-05), Constant(5e-05, steps=7500), CosineDecay(2000, start=5e-05))

```

Every name of `get_scheduler` and every `get_*_schedule*` function is there. In transformers 5 a
`warmup_steps` below 1 of TrainingArguments is a fraction of the training, rounded up, and
`get_scheduler` takes the same. `reduce_lr_on_plateau` and `greedy` follow metrics and return rules
(`lrsched.feedback`). `get_adafactor_schedule` is refused: it reports the rate that Adafactor works
out for itself.

## Configs

```python
>>> from lrsched.compat import transformers as from_transformers
>>> # train.yaml, or TrainingArguments itself
>>> config = {"learning_rate": "2e-5", "lr_scheduler_type": "cosine", "warmup_steps": 0.03,
...           "num_train_epochs": 3, "bf16": True, "output_dir": "out"}
>>> from_transformers.from_config(config, steps_per_epoch=1_000)
Sequence(LinearWarmup(90, end=2e-05), CosineDecay(2910, start=2e-05))
>>> from_transformers.from_config({"learning_rate": 2e-5, "warmup_stesp": 100}, total_steps=3_000)
Traceback (most recent call last):
ValueError: TrainingArguments: no key 'warmup_stesp': did you mean 'warmup_steps'?

```

axolotl's YAML is told by a key of its own (`lr_scheduler`, `num_epochs`, `sequence_len`, ...), and
read with its own defaults, its rounding and its own schedulers:

```python
>>> config = {"base_model": "some/model", "learning_rate": "2e-4", "lr_scheduler": "cosine",
...           "cosine_min_lr_ratio": 0.1, "num_epochs": 2}
>>> from_transformers.from_config(config, steps_per_epoch=500)  # 3 % of warmup, of at most 100 steps
Sequence(LinearWarmup(30, end=0.0002), CosineDecay(970, start=0.0002, end=2e-05))

```

## What differs

- every cosine 10 steps after 100. There: 0.0245 of the rate, going up again. Here: holds its end.
- `..._hard_restarts...` with 22 cycles in 44 steps, step 30. There: 0: the restart is missed. Here:
  the rate.
- `get_scheduler(name, optimizer, 0.1, 10_000)`. There: by itself takes 0.1 for a tenth of a step
  (the Trainer has rounded it before). Here: 1,000 steps, as the Trainer has it.
- `..._with_warmup_lr_rate` between the last two whole steps of its warmup. There: climbs above the
  rate. Here: falls from the rate.
- `get_polynomial_decay...` with nothing but warmup, last step. There: divides by zero. Here:
  `lr_end`.
- axolotl, `cosine_constant_lr_ratio` that ends within the warmup. There: stays at the rate, or goes
  up and down from step to step. Here: refused.
- axolotl, every cosine, "one_cycle", past the end. There: goes on along the wave. Here: holds its
  end.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, NoReturn, overload

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    Integer,
    NonNegative,
    OpenFraction,
    Positive,
    PositiveCount,
    Rule,
    checked,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import Only, mapping, needed, read
from lrsched.compat._parts import Nothing, Rate, Several, at_most, keywords, line, waves
from lrsched.compat.torch import OneCycleLR, ReduceLROnPlateau
from lrsched.feedback import Greedy, MetricRule, ReduceOnPlateau
from lrsched.shapes import (
    Constant,
    CosineDecay,
    CosineWarmup,
    Cycle,
    InverseSqrtDecay,
    LinearDecay,
    LinearWarmup,
    PolynomialDecay,
    PolynomialWarmup,
    PowerDecay,
    RexDecay,
    Sequence,
    Shift,
    Stretch,
)


def _after_warmup(owner: str, base_lr: float, warmup: int, total: int, decay: Schedule) -> Schedule:
    at_most(owner, "num_warmup_steps", warmup, total, "num_training_steps")
    return Sequence(LinearWarmup(warmup, end=base_lr), decay)


def _decay_steps(warmup: int, total: int) -> int:
    """What the warmup leaves; a wave takes a step even where it leaves none."""
    return max(1, total - warmup)


@checked
def get_constant_schedule(base_lr: Rate) -> Schedule:
    """The rate itself.

    >>> get_constant_schedule(5e-5)
    Constant(5e-05)
    """
    return Constant(base_lr)


@checked
def get_constant_schedule_with_warmup(base_lr: Rate, num_warmup_steps: Count) -> Schedule:
    """A linear warmup, then the rate.

    >>> get_constant_schedule_with_warmup(5e-5, 100)
    LinearWarmup(100, end=5e-05)
    """
    return LinearWarmup(num_warmup_steps, end=base_lr)


@checked
def get_linear_schedule_with_warmup(
    base_lr: Rate, num_warmup_steps: Count, num_training_steps: Count
) -> Schedule:
    """A linear warmup, then a straight line to 0.

    >>> get_linear_schedule_with_warmup(5e-5, 100, 1000)
    Sequence(LinearWarmup(100, end=5e-05), LinearDecay(900, start=5e-05))
    """
    decay = LinearDecay(max(0, num_training_steps - num_warmup_steps), start=base_lr)
    owner = "get_linear_schedule_with_warmup"
    return _after_warmup(owner, base_lr, num_warmup_steps, num_training_steps, decay)


@checked
def get_cosine_schedule_with_warmup(
    base_lr: Rate, num_warmup_steps: Count, num_training_steps: Count, num_cycles: NonNegative = 0.5
) -> Schedule:
    """A linear warmup, then `num_cycles` whole waves of a cosine.

    >>> get_cosine_schedule_with_warmup(5e-5, 100, 1000)
    Sequence(LinearWarmup(100, end=5e-05), CosineDecay(900, start=5e-05))
    """
    steps = _decay_steps(num_warmup_steps, num_training_steps)
    decay = waves(steps, base_lr, 0.0, halves=2 * num_cycles)
    owner = "get_cosine_schedule_with_warmup"
    return _after_warmup(owner, base_lr, num_warmup_steps, num_training_steps, decay)


@checked
def get_cosine_with_hard_restarts_schedule_with_warmup(
    base_lr: Rate, num_warmup_steps: Count, num_training_steps: Count, num_cycles: Several = 1
) -> Schedule:
    """A linear warmup, then half a cosine wave down, `num_cycles` times.

    Differs: the peer looks for a restart in a rounded fraction and misses some, as with 22
    cycles in 44 steps: at step 30 it has 0 where a cycle begins.

    >>> get_cosine_with_hard_restarts_schedule_with_warmup(5e-5, 100, 1000, num_cycles=3)
    Sequence(LinearWarmup(100, end=5e-05), Cycle(CosineDecay(300, start=5e-05), count=3))
    """
    steps = _decay_steps(num_warmup_steps, num_training_steps)
    decay: Schedule
    if num_cycles == 1:
        decay = CosineDecay(steps, start=base_lr)
    elif steps % num_cycles == 0:
        decay = Cycle(CosineDecay(steps // num_cycles, start=base_lr), count=num_cycles)
    else:
        cycles = Cycle(CosineDecay(steps, start=base_lr), count=num_cycles)
        decay = Stretch(cycles, factor=1 / num_cycles)
    owner = "get_cosine_with_hard_restarts_schedule_with_warmup"
    return _after_warmup(owner, base_lr, num_warmup_steps, num_training_steps, decay)


@checked
def get_polynomial_decay_schedule_with_warmup(
    base_lr: Rate,
    num_warmup_steps: Count,
    num_training_steps: Count,
    lr_end: NonNegative = 1e-7,
    power: Positive = 1.0,
) -> Schedule:
    """A linear warmup, then a power of the remaining fraction, down to `lr_end`.

    Differs: with a warmup as long as the whole the peer divides by zero at the last step; here it
    is `lr_end`.

    >>> get_polynomial_decay_schedule_with_warmup(5e-5, 100, 1000, power=2.0)
    Sequence(LinearWarmup(100, end=5e-05), PolynomialDecay(900, power=2.0, start=5e-05, end=1e-07))
    """
    owner = "get_polynomial_decay_schedule_with_warmup"
    if lr_end >= base_lr:
        raise refusal(ValueError, owner, "lr_end", f"below base_lr={base_lr}", lr_end)
    steps = max(0, num_training_steps - num_warmup_steps)
    decay = PolynomialDecay(steps, power, start=base_lr, end=lr_end)
    return _after_warmup(owner, base_lr, num_warmup_steps, num_training_steps, decay)


@checked
def get_inverse_sqrt_schedule(
    base_lr: Rate, num_warmup_steps: Count, timescale: Positive | None = None
) -> Schedule:
    """A linear warmup, then one over the square root of the time.

    >>> get_inverse_sqrt_schedule(5e-5, 100)
    Sequence(LinearWarmup(100, end=5e-05), InverseSqrtDecay(100.0, start=5e-05))
    """
    if timescale is None:
        timescale = num_warmup_steps or 10_000
    decay = InverseSqrtDecay(timescale, start=base_lr)
    return Sequence(LinearWarmup(num_warmup_steps, end=base_lr), decay)


def _minimum(owner: str, base_lr: float, min_lr: float | None, rate: float | None) -> float:
    if (min_lr is None) == (rate is None):
        given = "neither" if min_lr is None else "both"
        raise ValueError(f"{owner}: min_lr must be given, or min_lr_rate instead, got {given}")
    if min_lr is None:
        return base_lr * (rate or 0.0)
    at_most(owner, "min_lr", min_lr, base_lr, "base_lr")
    return min_lr


@checked
def get_cosine_with_min_lr_schedule_with_warmup(
    base_lr: Rate,
    num_warmup_steps: Count,
    num_training_steps: Count,
    num_cycles: NonNegative = 0.5,
    min_lr: NonNegative | None = None,
    min_lr_rate: Fraction | None = None,
) -> Schedule:
    """A linear warmup, then a cosine down to a minimum, which is absolute or a fraction.

    >>> get_cosine_with_min_lr_schedule_with_warmup(5e-5, 100, 1000, min_lr=5e-6)
    Sequence(LinearWarmup(100, end=5e-05), CosineDecay(900, start=5e-05, end=5e-06))
    """
    owner = "get_cosine_with_min_lr_schedule_with_warmup"
    end = _minimum(owner, base_lr, min_lr, min_lr_rate)
    steps = _decay_steps(num_warmup_steps, num_training_steps)
    decay = waves(steps, base_lr, end, halves=2 * num_cycles)
    return _after_warmup(owner, base_lr, num_warmup_steps, num_training_steps, decay)


@checked
def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    base_lr: Rate,
    num_warmup_steps: Count,
    num_training_steps: Count,
    num_cycles: NonNegative = 0.5,
    min_lr: NonNegative | None = None,
    min_lr_rate: Fraction | None = None,
    warmup_lr_rate: NonNegative | None = None,
) -> Schedule:
    """The same with a first step that is not zero: (step + 1) / num_warmup_steps of the rate.

    Or `warmup_lr_rate` of it. Both the warmup and the cosine are one step ahead of those above.

    Differs, between whole steps: in the last of its warmup the peer climbs above the rate.

    >>> get_cosine_with_min_lr_schedule_with_warmup_lr_rate(1e-3, 100, 1000, min_lr=1e-4)
    Sequence(LinearWarmup(99, start=1e-05, end=0.001), CosineDecay(900, start=0.001, end=0.0001))
    """
    owner = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
    at_most(owner, "num_warmup_steps", num_warmup_steps, num_training_steps, "num_training_steps")
    end = _minimum(owner, base_lr, min_lr, min_lr_rate)
    steps = _decay_steps(num_warmup_steps, num_training_steps)
    decay = waves(steps, base_lr, end, halves=2 * num_cycles)
    if num_warmup_steps == 0:
        return Shift(decay, 1)
    if warmup_lr_rate is None:
        start = base_lr / num_warmup_steps
    else:
        start = base_lr * warmup_lr_rate
        if num_warmup_steps == 1:
            return Sequence(line(1, start, base_lr), Shift(decay, 1))
    return Sequence(line(num_warmup_steps - 1, start, base_lr), decay)


Shape = Annotated[str, one_of("linear", "cosine", "1-sqrt")]


@checked
def get_wsd_schedule(
    base_lr: Rate,
    num_warmup_steps: Count,
    num_decay_steps: Count,
    num_training_steps: Count | None = None,
    num_stable_steps: Count | None = None,
    warmup_type: Shape = "linear",
    decay_type: Shape = "cosine",
    min_lr_ratio: Fraction = 0,
    num_cycles: NonNegative = 0.5,
) -> Schedule:
    """Warmup-stable-decay: up from a minimum, a plateau, and down to it.

    With both `num_stable_steps` and `num_training_steps` the first counts, as in the peer.

    >>> get_wsd_schedule(1e-3, 100, 200, num_training_steps=1000, decay_type="1-sqrt")
    Sequence(LinearWarmup(100, end=0.001), Constant(0.001, steps=700),
             PowerDecay(200, power=0.5, start=0.001))
    """
    owner = "get_wsd_schedule"
    if num_stable_steps is None:
        if num_training_steps is None:
            rule = "given, or num_stable_steps instead"
            raise refusal(ValueError, owner, "num_training_steps", rule, None)
        num_stable_steps = num_training_steps - num_warmup_steps - num_decay_steps
        if num_stable_steps < 0:
            least = num_warmup_steps + num_decay_steps
            rule = f"at least the {least} steps of warmup and decay"
            raise refusal(ValueError, owner, "num_training_steps", rule, num_training_steps)
    low = base_lr * min_lr_ratio
    rises: dict[str, Callable[[], Schedule]] = {
        "linear": lambda: LinearWarmup(num_warmup_steps, start=low, end=base_lr),
        "cosine": lambda: CosineWarmup(num_warmup_steps, start=low, end=base_lr),
        # 1 - sqrt(1 - x): a power of what is left, from the minimum up
        "1-sqrt": lambda: PolynomialDecay(num_warmup_steps, 0.5, start=low, end=base_lr),
    }
    falls: dict[str, Callable[[], Schedule]] = {
        "linear": lambda: LinearDecay(num_decay_steps, start=base_lr, end=low),
        "cosine": lambda: waves(num_decay_steps, base_lr, low, halves=2 * num_cycles),
        "1-sqrt": lambda: PowerDecay(num_decay_steps, 0.5, start=base_lr, end=low),
    }
    phases = [rises[warmup_type](), Constant(base_lr, num_stable_steps), falls[decay_type]()]
    if decay_type == "cosine" and num_cycles != 0.5:  # the wave need not end at the minimum
        phases.append(Constant(low))
    return Sequence(*phases)


@checked
def get_reduce_on_plateau_schedule(base_lr: Positive, **kwargs: Any) -> ReduceOnPlateau:
    """Not a schedule but a rule, the one of torch's ReduceLROnPlateau.

    >>> get_reduce_on_plateau_schedule(0.1, factor=0.5, patience=2, eps=0)
    ReduceOnPlateau(factor=0.5, patience=2, eps=0.0)
    """
    return ReduceLROnPlateau(base_lr, **kwargs)


@checked
def GreedyLR(
    base_lr: Positive,
    mode: Literal["min", "max"] = "min",
    factor: OpenFraction = 0.95,
    patience: Count = 10,
    threshold: NonNegative = 1e-6,
    threshold_mode: Literal["rel", "abs"] = "abs",
    cooldown: Count = 0,
    warmup: Count = 0,
    min_lr: NonNegative = 1e-3,
    max_lr: NonNegative = 1.0,
    eps: NonNegative = 1e-8,
    verbose: Flag = False,
    smooth: Flag = False,
    window_size: PositiveCount = 50,
    reset_start: Count = 500,
) -> Greedy:
    """Not a schedule but a rule: the rate is `base_lr * state.scale`.

    `smooth=True` is refused: give the rule the mean of the last `window_size` metrics. A `base_lr`
    below `min_lr` or above `max_lr`, which the peer would leave where it is, is refused too.

    >>> GreedyLR(0.1, patience=3, min_lr=0.05, eps=0)
    Greedy(0.5, max_scale=10.0, patience=3, eps=0.0)
    """
    if smooth:
        rule = "False (give the rule the mean of the last metrics)"
        raise refusal(ValueError, "GreedyLR", "smooth", rule, smooth)
    at_most("GreedyLR", "min_lr", min_lr, base_lr, "base_lr")
    at_most("GreedyLR", "base_lr", base_lr, max_lr, "max_lr")
    return Greedy(
        min_lr / base_lr,
        max_lr / base_lr,
        factor,
        patience,
        mode,
        threshold,
        threshold_mode,
        cooldown,
        warmup,
        reset_after=max(reset_start, 1),
        eps=eps / base_lr,
    )


@checked
def get_greedy_schedule(base_lr: Positive, **kwargs: Any) -> Greedy:
    """Not a schedule but a rule, the one of GreedyLR.

    >>> get_greedy_schedule(0.1, min_lr=0.05, max_lr=0.2, eps=0)
    Greedy(0.5, max_scale=2.0, eps=0.0)
    """
    return GreedyLR(base_lr, **kwargs)


def get_adafactor_schedule(initial_lr: float = 0.0) -> NoReturn:
    """Refused: the peer's is no schedule, it reports the rate that Adafactor works out."""
    raise ValueError(
        "get_adafactor_schedule: the rate is worked out inside of Adafactor; give Adafactor a "
        "schedule with relative_step=False instead"
    )


_SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
    "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
    "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    "warmup_stable_decay": get_wsd_schedule,
}
_RULES: dict[str, Callable[..., MetricRule[Any]]] = {
    "reduce_lr_on_plateau": get_reduce_on_plateau_schedule,
    "greedy": get_greedy_schedule,
}


def _fraction_or_count(value: Any) -> float:
    number: float = rule_in(NonNegative).accept(value)
    return number if 0 < number < 1 else rule_in(Count).accept(value)


Warmup = Annotated[float, Rule("a non-negative integer, a fraction below 1", _fraction_or_count)]


@overload
def get_scheduler(  # type: ignore[overload-overlap]  # two names of all strings
    name: Literal["reduce_lr_on_plateau", "greedy"],
    base_lr: float,
    num_warmup_steps: float | None = None,
    num_training_steps: int | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
) -> MetricRule[Any]: ...
@overload
def get_scheduler(
    name: str,
    base_lr: float,
    num_warmup_steps: float | None = None,
    num_training_steps: int | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
) -> Schedule: ...
@checked
def get_scheduler(
    name: Annotated[str, one_of(*_SCHEDULES, *_RULES)],
    base_lr: Rate,
    num_warmup_steps: Warmup | None = None,
    num_training_steps: Count | None = None,
    scheduler_specific_kwargs: Annotated[dict[str, Any], Rule("a dict", keywords)] | None = None,
) -> Schedule | MetricRule[Any]:
    """Any of the schedules and rules by the name that `lr_scheduler_type` has for it.

    A `num_warmup_steps` below 1 is what the `warmup_steps` of TrainingArguments is: that fraction
    of `num_training_steps`, rounded up. (The Trainer rounds it before it asks the peer's
    `get_scheduler`, which by itself takes 0.1 for a tenth of a step.)

    >>> get_scheduler("inverse_sqrt", 5e-5, 100, scheduler_specific_kwargs={"timescale": 400})
    Sequence(LinearWarmup(100, end=5e-05), InverseSqrtDecay(400.0, start=5e-05))
    >>> get_scheduler("cosine", 5e-5, 0.1, 10_000)
    Sequence(LinearWarmup(1000, end=5e-05), CosineDecay(9000, start=5e-05))
    """
    given = dict(scheduler_specific_kwargs or {})
    if name in _RULES:
        return _RULES[name](base_lr, **given)
    build = _SCHEDULES[name]
    if name == "constant":
        return build(base_lr)
    if num_warmup_steps is None:
        rule = f"given for name={name!r}"
        raise refusal(ValueError, "get_scheduler", "num_warmup_steps", rule, None)
    if 0 < num_warmup_steps < 1:
        if num_training_steps is None:
            rule = f"given for num_warmup_steps={num_warmup_steps}, a fraction of it"
            raise refusal(ValueError, "get_scheduler", "num_training_steps", rule, None)
        num_warmup_steps = math.ceil(num_training_steps * num_warmup_steps)
    if name == "constant_with_warmup":
        return build(base_lr, num_warmup_steps)
    if name != "inverse_sqrt":
        if num_training_steps is None and name != "warmup_stable_decay":
            rule = f"given for name={name!r}"
            raise refusal(ValueError, "get_scheduler", "num_training_steps", rule, None)
        given["num_training_steps"] = num_training_steps
    return build(base_lr, num_warmup_steps=num_warmup_steps, **given)


def _keywords_or_json(value: Any) -> dict[str, Any]:
    if not isinstance(value, str):
        return keywords(value)
    try:
        return keywords(json.loads(value))
    except json.JSONDecodeError:
        raise ValueError from None


@checked
def TrainingArguments(
    learning_rate: Rate = 5e-5,
    lr_scheduler_type: Annotated[str, one_of(*_SCHEDULES, *_RULES)] = "linear",
    lr_scheduler_kwargs: Annotated[dict[str, Any], Rule("a dict", _keywords_or_json)] | None = None,
    warmup_steps: NonNegative = 0,
    warmup_ratio: Fraction | None = None,
    max_steps: Integer = -1,
    num_train_epochs: Positive = 3.0,
    *,
    of: Only = "lr",
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
) -> Schedule:
    """The rate that the Trainer applies, from the fields that are about it.

    A `warmup_steps` below 1 is a fraction of the training and rounded up; where it is 0, the
    `warmup_ratio` of earlier versions is one. The training is `max_steps` long, or
    `num_train_epochs` of `steps_per_epoch` updates, rounded up; a `total_steps` counts instead.

    >>> TrainingArguments(2e-5, "cosine", warmup_steps=0.03, total_steps=10_000)
    Sequence(LinearWarmup(300, end=2e-05), CosineDecay(9700, start=2e-05))
    """
    owner = "TrainingArguments"
    if lr_scheduler_type in _RULES:
        rule = "the name of a schedule (get_scheduler has the rules that follow metrics)"
        raise refusal(ValueError, owner, "lr_scheduler_type", rule, lr_scheduler_type)
    if total_steps is None and max_steps > 0:
        total_steps = max_steps
    if total_steps is None and steps_per_epoch is not None:
        total_steps = math.ceil(num_train_epochs * steps_per_epoch)
    share = warmup_steps if warmup_steps < 1 else 0.0
    if warmup_steps == 0 and warmup_ratio is not None:
        share = warmup_ratio
    warmup = int(warmup_steps)
    if share:
        whole = needed(owner, "total_steps", total_steps, f"the warmup is {share} of it")
        warmup = math.ceil(whole * share)
    if total_steps is None and lr_scheduler_type not in _ENDLESS:
        needed(owner, "total_steps", None, f"{lr_scheduler_type!r} ends with it")
    return get_scheduler(lr_scheduler_type, learning_rate, warmup, total_steps, lr_scheduler_kwargs)


_ENDLESS = ("constant", "constant_with_warmup", "inverse_sqrt")


# What no config has but axolotl's.
_AXOLOTL = (
    "lr_scheduler",
    "lr_quadratic_warmup",
    "cosine_min_lr_ratio",
    "cosine_constant_lr_ratio",
    "base_model",
    "micro_batch_size",
    "num_epochs",
    "sequence_len",
)


@checked
def AxolotlInputConfig(
    learning_rate: Rate | None = None,
    lr_scheduler: Annotated[str, one_of(*_SCHEDULES, "one_cycle", "rex", *_RULES)] = "cosine",
    lr_scheduler_kwargs: Annotated[dict[str, Any], Rule("a dict", _keywords_or_json)] | None = None,
    lr_quadratic_warmup: Flag = False,
    cosine_min_lr_ratio: Fraction | None = None,
    cosine_constant_lr_ratio: Fraction | None = None,
    warmup_steps: Count | None = None,
    warmup_ratio: Fraction | None = None,
    max_steps: PositiveCount | None = None,
    num_epochs: Positive = 1.0,
    jagged_restart_steps: Nothing = None,
    *,
    of: Only = "lr",
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
) -> Schedule:
    """The rate that axolotl's trainer applies, from the keys of its YAML that are about it.

    A `warmup_ratio` is rounded down; with neither it nor `warmup_steps`, the warmup is 3 % of the
    training, of at most 100 steps. One of a single step has two. `cosine_min_lr_ratio` is of
    "cosine" and "rex", `lr_quadratic_warmup` and `cosine_constant_lr_ratio` of "cosine" alone, the
    latter only beside a `cosine_min_lr_ratio`; a quadratic warmup goes to 0.

    "rex" is a step ahead of the others, as the peer has it: its warmup begins at step 1.

    >>> AxolotlInputConfig(2e-4, cosine_min_lr_ratio=0.1, warmup_ratio=0.1, max_steps=500)
    Sequence(LinearWarmup(50, end=0.0002), CosineDecay(450, start=0.0002, end=2e-05))
    >>> AxolotlInputConfig(2e-4, "rex", max_steps=1000)
    Shift(Sequence(LinearWarmup(30, end=0.0002), RexDecay(970, beta=0.9, start=0.0002)), offset=1)
    """
    owner = "AxolotlInputConfig"
    if lr_scheduler in _RULES:
        rule = "the name of a schedule (get_scheduler has the rules that follow metrics)"
        raise refusal(ValueError, owner, "lr_scheduler", rule, lr_scheduler)
    base_lr = needed(owner, "learning_rate", learning_rate, "axolotl has no default")
    if warmup_steps and warmup_ratio:
        rule = "left out beside warmup_steps"
        raise refusal(ValueError, owner, "warmup_ratio", rule, warmup_ratio)
    if total_steps is None:
        total_steps = max_steps
    if total_steps is None and steps_per_epoch is not None:
        total_steps = math.ceil(num_epochs * steps_per_epoch)
    total = needed(
        owner, "total_steps", total_steps, f"{lr_scheduler!r} or its warmup depends on it"
    )
    if warmup_steps is not None:
        warmup = warmup_steps
    else:
        warmup = min(int(0.03 * total), 100) if warmup_ratio is None else int(warmup_ratio * total)
    warmup = 2 if warmup == 1 else warmup
    given = lr_scheduler_kwargs or {}
    if lr_scheduler not in _ENDLESS:
        at_most(owner, "warmup_steps", warmup, total, "total_steps")
    if lr_scheduler == "one_cycle":
        return OneCycleLR(base_lr, total, **{"pct_start": warmup / total, **given})
    low = base_lr * (cosine_min_lr_ratio or 0.0)
    rise = LinearWarmup(warmup, end=base_lr)
    if lr_scheduler == "rex":
        return Shift(Sequence(rise, RexDecay(total - warmup, 0.9, start=base_lr, end=low)), 1)
    if lr_scheduler == "cosine" and lr_quadratic_warmup:
        parabola = PolynomialWarmup(warmup, 2, end=base_lr)
        return Sequence(parabola, CosineDecay(_decay_steps(warmup, total), start=base_lr))
    if lr_scheduler == "cosine" and cosine_min_lr_ratio:
        end = int(total * cosine_constant_lr_ratio) if cosine_constant_lr_ratio else total
        if cosine_constant_lr_ratio and end <= warmup:
            rule = f"of more than the {warmup} steps of the warmup"
            raise refusal(
                ValueError, owner, "cosine_constant_lr_ratio", rule, cosine_constant_lr_ratio
            )
        return Sequence(rise, CosineDecay(_decay_steps(warmup, end), start=base_lr, end=low))
    return get_scheduler(lr_scheduler, base_lr, warmup, total, given)


def from_config(
    config: Any,
    *,
    of: str = "lr",
    total_steps: int | None = None,
    steps_per_epoch: int | None = None,
) -> Schedule:
    """The schedule of a file of TrainingArguments: transformers', TRL's or LLaMA-Factory's.

    Or of axolotl's YAML, which is told by a key of its own: `lr_scheduler`, `num_epochs`, ...

    Args:
        config: the file's keys, or a TrainingArguments itself. Keys that are about other things
            are passed over.
        of: "lr", all that they drive.
        total_steps: updates in the whole run; without it, the config's `max_steps`.
        steps_per_epoch: updates in one pass over the data, for `num_train_epochs`.

    Raises:
        ValueError: a value that makes no sense, a key that is nearly one of a schedule's, a length
            that is needed and missing.
        TypeError: a value of another type.

    >>> config = {"learning_rate": "2e-5", "lr_scheduler_type": "cosine", "warmup_ratio": 0.1}
    >>> from_config(config, total_steps=5_000)
    Sequence(LinearWarmup(500, end=2e-05), CosineDecay(4500, start=2e-05))
    """
    arguments = {"of": of, "total_steps": total_steps, "steps_per_epoch": steps_per_epoch}
    keys = mapping("TrainingArguments", config)
    axolotl = "lr_scheduler_type" not in keys and any(key in keys for key in _AXOLOTL)
    return read(AxolotlInputConfig if axolotl else TrainingArguments, keys, arguments, others=True)
