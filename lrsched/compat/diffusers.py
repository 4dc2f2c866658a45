"""The schedules of `diffusers.optimization`, the flags of its scripts, and those of sd-scripts.

The optimizer is replaced by `base_lr`. Where it doesn't differ, a function is transformers' own.

`from_config` counts in updates, and the value at step k is what update k is made with. Both kinds
of scripts leave the scheduler to accelerate, which steps it once for each process at every update.
diffusers' multiply the warmup and the length by the processes, and they cancel out. kohya's
sd-scripts multiply the length and what is a fraction of it, but no count of steps: a warmup of 100
is over after 50 updates of two processes. Batches that are accumulated change neither.

Differs: a warmup that is longer than the training, which the peers break off, is refused.

## Configs

The flags of either, by their names: a dict, the `args` of the script, or the TOML file of
sd-scripts. Whose they are is told by a key that only one has (`lr_scheduler_num_cycles`,
`network_module`, `lr_num_cycles`, ...) or by a warmup that is a fraction, which is kohya's; where
nothing tells they are taken for diffusers'.

```python
>>> from lrsched.compat import diffusers as from_diffusers
>>> # --lr_scheduler=cosine --learning_rate=1e-4 --lr_warmup_steps=500 --max_train_steps=15000
>>> flags = {"lr_scheduler": "cosine", "learning_rate": 1e-4, "lr_warmup_steps": 500, "max_train_steps": 15000}
>>> from_diffusers.from_config(flags)
Sequence(LinearWarmup(500, end=0.0001), CosineDecay(14500, start=0.0001))
>>> # lr_scheduler = "linear", lr_warmup_steps = 0.05, max_train_epochs = 10
>>> flags = {"lr_scheduler": "linear", "learning_rate": 1e-4, "lr_warmup_steps": 0.05, "max_train_epochs": 10}
>>> from_diffusers.from_config(flags, steps_per_epoch=200)
Sequence(LinearWarmup(100, end=0.0001), LinearDecay(1900, start=0.0001))
>>> kohya = {"lr_scheduler": "constant_with_warmup", "lr_warmup_steps": 100, "network_module": "networks.lora"}
>>> from_diffusers.from_config(kohya, num_processes=2)  # over after 50 updates
Stretch(LinearWarmup(100, end=2e-06), factor=0.5)
>>> from_diffusers.get_scheduler("piecewise_constant", 0.1, step_rules="1:10,0.1:20,0.01")
0.1 * PiecewiseConstant((10, 20), values=(1.0, 0.1, 0.01))

```

sd-scripts are on no package index: `get_scheduler_fix` is restated in the tests over the running
functions of transformers and diffusers, and stepped by accelerate's own scheduler.

## What differs

- `piecewise_constant` "1:10,0.1:20,0.01". There: its docstring says 20 steps more, its code takes
  20 for the end. Here: as its code.
- diffusers, kohya, a warmup longer than the training. There: is broken off. Here: refused.
- kohya, `lr_warmup_steps = 100.0` in TOML, a float. There: 100 times the training. Here: refused.
"""  # noqa: E501 tables and reprs

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Listing
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    NonNegative,
    Positive,
    PositiveCount,
    Rule,
    checked,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat import torch, transformers
from lrsched.compat._config import Only, literal, mapping, needed, read
from lrsched.compat._parts import Rate, Several, at_most, line
from lrsched.shapes import Constant, LinearWarmup, PiecewiseConstant, Sequence, Stretch

# As transformers has them.
get_constant_schedule = transformers.get_constant_schedule
get_constant_schedule_with_warmup = transformers.get_constant_schedule_with_warmup
get_cosine_schedule_with_warmup = transformers.get_cosine_schedule_with_warmup
get_cosine_with_hard_restarts_schedule_with_warmup = (
    transformers.get_cosine_with_hard_restarts_schedule_with_warmup
)
get_polynomial_decay_schedule_with_warmup = transformers.get_polynomial_decay_schedule_with_warmup


def _rules(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError
    _pieces(text)
    return text


def _pieces(text: str) -> tuple[list[tuple[int, float]], float]:
    """The pairs of an end and a factor, in order, and the factor after them all."""
    *pairs, last = text.split(",")
    factor = rule_in(NonNegative).accept
    ends: dict[int, float] = {}
    for pair in pairs:
        value, end = pair.split(":")
        ends[rule_in(Count).accept(int(end))] = factor(float(value))
    return sorted(ends.items()), factor(float(last))


StepRules = Annotated[str, Rule('text such as "1:10,0.1:20,0.01"', _rules)]


@checked
def get_piecewise_constant_schedule(base_lr: Rate, step_rules: StepRules) -> Schedule:
    """Factors of the rate, each up to the step behind its colon, and one for ever after.

    The steps are counted from the beginning (the peer's docstring says that each is a length; its
    code takes them for ends), and may come in any order.

    >>> get_piecewise_constant_schedule(0.1, "1:10,0.1:30,0.01")
    0.1 * PiecewiseConstant((10, 30), values=(1.0, 0.1, 0.01))
    """
    pairs, last = _pieces(step_rules)
    if not pairs:
        return Constant(base_lr * last)
    factors = [factor for _, factor in pairs]
    return base_lr * PiecewiseConstant([end for end, _ in pairs], [*factors, last])


@checked
def get_linear_schedule_with_warmup(
    base_lr: Rate,
    num_warmup_steps: Count,
    num_training_steps: Count,
    f_min: NonNegative = 0.0,
    f_max: NonNegative = 1.0,
) -> Schedule:
    """A linear warmup to `f_max` of the rate, then a straight line to `f_min` of it.

    >>> get_linear_schedule_with_warmup(5e-5, 100, 1000, f_min=0.1)
    Sequence(LinearWarmup(100, end=5e-05), LinearDecay(900, start=5e-05, end=5e-06))
    """
    owner = "get_linear_schedule_with_warmup"
    at_most(owner, "num_warmup_steps", num_warmup_steps, num_training_steps, "num_training_steps")
    peak, floor = base_lr * f_max, base_lr * f_min
    warmup = LinearWarmup(num_warmup_steps, end=peak)
    return Sequence(warmup, line(num_training_steps - num_warmup_steps, peak, floor))


_SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "piecewise_constant": get_piecewise_constant_schedule,
}
_ENDLESS = ("constant", "constant_with_warmup", "piecewise_constant")


@checked
def get_scheduler(
    name: Annotated[str, one_of(*_SCHEDULES)],
    base_lr: Rate,
    step_rules: StepRules | None = None,
    num_warmup_steps: Count | None = None,
    num_training_steps: Count | None = None,
    num_cycles: Several = 1,
    power: Positive = 1.0,
) -> Schedule:
    """Any of the schedules by its name.

    `num_cycles` are restarts, and `power` is of "polynomial"; neither is of any other.

    >>> get_scheduler("piecewise_constant", 0.1, step_rules="1:10,0.1")
    0.1 * PiecewiseConstant((10,), values=(1.0, 0.1))
    """
    owner = "get_scheduler"
    if name == "constant":
        return get_constant_schedule(base_lr)
    why = f"for name={name!r}"
    if name == "piecewise_constant":
        return get_piecewise_constant_schedule(
            base_lr, needed(owner, "step_rules", step_rules, why)
        )
    warmup = needed(owner, "num_warmup_steps", num_warmup_steps, why)
    if name == "constant_with_warmup":
        return get_constant_schedule_with_warmup(base_lr, warmup)
    total = needed(owner, "num_training_steps", num_training_steps, why)
    named: dict[str, Any] = {}
    if name == "cosine_with_restarts":
        named = {"num_cycles": num_cycles}
    elif name == "polynomial":
        named = {"power": power}
    return _SCHEDULES[name](base_lr, warmup, total, **named)


@checked
def parse_args(
    learning_rate: Rate | None = None,
    lr_scheduler: Annotated[str, one_of(*_SCHEDULES)] = "constant",
    lr_warmup_steps: Count = 500,
    lr_num_cycles: Several = 1,
    lr_power: Positive = 1.0,
    scale_lr: Flag = False,
    train_batch_size: PositiveCount | None = None,
    gradient_accumulation_steps: PositiveCount = 1,
    max_train_steps: PositiveCount | None = None,
    num_train_epochs: PositiveCount | None = None,
    *,
    of: Only = "lr",
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
    num_processes: PositiveCount = 1,
) -> Schedule:
    """The rate of each update of one of diffusers' example scripts, from its flags.

    With `scale_lr` it is the `learning_rate` times all samples of an update. The training is
    `max_train_steps` long, or `num_train_epochs` of `steps_per_epoch` updates; a `total_steps`
    counts instead. The scripts have no flag for "piecewise_constant", which is refused.

    >>> parse_args(1e-4, "cosine", max_train_steps=15_000)
    Sequence(LinearWarmup(500, end=0.0001), CosineDecay(14500, start=0.0001))
    """
    owner = "parse_args"
    if lr_scheduler == "piecewise_constant":
        rule = (
            "one that needs no step_rules: the scripts have no flag for them (get_scheduler does)"
        )
        raise refusal(ValueError, owner, "lr_scheduler", rule, lr_scheduler)
    why = "the scripts have different defaults"
    base_lr = needed(owner, "learning_rate", learning_rate, why)
    if scale_lr:
        why = "scale_lr multiplies the rate by it, and the scripts have different defaults"
        batch = needed(owner, "train_batch_size", train_batch_size, why)
        base_lr = base_lr * gradient_accumulation_steps * batch * num_processes
    total = _total(total_steps, max_train_steps, num_train_epochs, steps_per_epoch)
    if lr_scheduler not in _ENDLESS:
        total = needed(owner, "total_steps", total, f"{lr_scheduler!r} ends with it")
        at_most(owner, "lr_warmup_steps", lr_warmup_steps, total, "the whole training")
    return get_scheduler(
        lr_scheduler,
        base_lr,
        num_warmup_steps=lr_warmup_steps,
        num_training_steps=total,
        num_cycles=lr_num_cycles,
        power=lr_power,
    )


def _total(
    given: int | None, steps: int | None, epochs: int | None, steps_per_epoch: int | None
) -> int | None:
    """Updates in the training: what is given, the config's own, or its epochs'."""
    if given is None and steps is None and epochs is not None and steps_per_epoch is not None:
        return epochs * steps_per_epoch
    return steps if given is None else given


def _share_or_count(value: Any) -> float:
    """An integer is a count, and any other number a fraction; so is a text of less than 1."""
    if isinstance(value, str):
        if value.endswith("%"):
            value = float(value[:-1]) / 100
        else:
            value = int(value) if float(value) >= 1 else float(value)
    if isinstance(value, float):
        share: float = rule_in(Fraction).accept(value)
        return share
    return rule_in(Count).accept(value)  # type: ignore[no-any-return]


ShareOrCount = Annotated[
    float, Rule("a non-negative integer, or a float from 0 to 1: a fraction", _share_or_count)
]


def _assignments(values: Any) -> dict[str, Any]:
    if isinstance(values, str) or not isinstance(values, Listing):
        raise TypeError
    if not all(isinstance(value, str) for value in values):
        raise TypeError
    pairs = [value.split("=") for value in values]
    return {key: literal(value) for key, value in pairs}


# Those of torch's that have no rate of their own, and those that do.
_OF_TORCH = {
    f.__name__: f
    for f in (
        torch.StepLR,
        torch.MultiStepLR,
        torch.ConstantLR,
        torch.LinearLR,
        torch.ExponentialLR,
        torch.PolynomialLR,
        torch.CosineAnnealingLR,
        torch.CosineAnnealingWarmRestarts,
    )
}
_WITH_A_RATE = {f.__name__: f for f in (torch.CyclicLR, torch.OneCycleLR)}


def _of_torch(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    name = value.removeprefix("torch.optim.lr_scheduler.")
    if name not in ("", *_OF_TORCH, *_WITH_A_RATE):
        raise ValueError
    return name


_OF_KOHYA = (
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
    "cosine_with_min_lr",
    "warmup_stable_decay",
    "piecewise_constant",
)


def _of_kohya(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    if value.startswith("adafactor"):
        return "adafactor"
    if value not in _OF_KOHYA:
        raise ValueError
    return value


@checked
def get_scheduler_fix(
    learning_rate: Rate = 2e-6,
    lr_scheduler: Annotated[str, Rule(one_of(*_OF_KOHYA).must_be, _of_kohya)] = "constant",
    lr_warmup_steps: ShareOrCount = 0,
    lr_decay_steps: ShareOrCount = 0,
    lr_scheduler_num_cycles: Several = 1,
    lr_scheduler_power: Positive = 1.0,
    lr_scheduler_timescale: PositiveCount | None = None,
    lr_scheduler_min_lr_ratio: Fraction | None = None,
    lr_scheduler_type: Annotated[
        str, Rule(one_of(*_OF_TORCH, *_WITH_A_RATE).must_be, _of_torch)
    ] = "",
    lr_scheduler_args: Annotated[
        Mapping[str, Any], Rule("a list of texts such as T_max=100", _assignments)
    ]
    | None = None,
    max_train_steps: PositiveCount = 1600,
    max_train_epochs: PositiveCount | None = None,
    *,
    of: Only = "lr",
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
    num_processes: PositiveCount = 1,
) -> Schedule:
    """The rate of each update of one of kohya's sd-scripts, from its flags or its TOML file.

    `lr_warmup_steps` and `lr_decay_steps` are a count where they are written as an integer, and
    where as a float a fraction of the steps of all processes together, rounded down: 0.29 of 100 is
    28. The training is `max_train_steps` long, or `max_train_epochs` of `steps_per_epoch` updates;
    a `total_steps` counts instead. A `lr_scheduler_type` is one of torch's, with
    `lr_scheduler_args`.

    >>> get_scheduler_fix(1e-4, "cosine_with_restarts", lr_warmup_steps=0.05,
    ...                   lr_scheduler_num_cycles=3, max_train_steps=2000)
    Sequence(LinearWarmup(100, end=0.0001),
             Stretch(Cycle(CosineDecay(1900, start=0.0001), count=3), factor=0.3333333333333333))
    >>> get_scheduler_fix(1e-4, "constant_with_warmup", lr_warmup_steps=100, num_processes=2)
    Stretch(LinearWarmup(100, end=0.0001), factor=0.5)
    """
    owner = "get_scheduler_fix"
    more = dict(lr_scheduler_args or {})

    def whole() -> int:
        """Steps of the scheduler in the training, for what ends with it."""
        steps = max_train_steps if max_train_epochs is None else None
        updates = _total(total_steps, steps, max_train_epochs, steps_per_epoch)
        why = f"the training is max_train_epochs={max_train_epochs} long"
        return needed(owner, "steps_per_epoch", updates, why) * num_processes

    def counted(steps: float) -> int:
        return int(steps * whole()) if steps and isinstance(steps, float) else int(steps)

    def applied(schedule: Schedule) -> Schedule:
        same = num_processes == 1 or isinstance(schedule, Constant)
        return schedule if same else Stretch(schedule, 1 / num_processes)

    def made(build: Callable[..., Schedule], *values: Any, **named: Any) -> Schedule:
        for name in named:
            if name in more:
                rule = f"without {name}, which is worked out from the other keys"
                raise refusal(ValueError, owner, "lr_scheduler_args", rule, lr_scheduler_args)
        return applied(build(*values, **named, **more))

    if lr_scheduler == "adafactor" and not lr_scheduler_type:
        rule = "the name of a schedule (Adafactor works its rate out itself)"
        raise refusal(ValueError, owner, "lr_scheduler", rule, lr_scheduler)
    if (lr_scheduler == "constant" or lr_scheduler_type) and counted(lr_warmup_steps) != 0:
        rule = f"0 for {lr_scheduler_type or lr_scheduler!r}, which has no warmup"
        raise refusal(ValueError, owner, "lr_warmup_steps", rule, lr_warmup_steps)
    if lr_scheduler_type in _WITH_A_RATE:
        return made(_WITH_A_RATE[lr_scheduler_type])
    if lr_scheduler_type:
        return made(_OF_TORCH[lr_scheduler_type], learning_rate)
    if lr_scheduler == "constant":
        return made(get_constant_schedule, learning_rate)
    if lr_scheduler == "piecewise_constant":
        if "step_rules" not in more:
            rule = """given: step_rules="'1:10,0.1'" for 'piecewise_constant'"""
            raise refusal(ValueError, owner, "lr_scheduler_args", rule, lr_scheduler_args)
        return made(get_piecewise_constant_schedule, learning_rate)
    warmup = counted(lr_warmup_steps)
    if lr_scheduler == "constant_with_warmup":
        return made(get_constant_schedule_with_warmup, learning_rate, warmup)
    if lr_scheduler == "inverse_sqrt":
        timescale = lr_scheduler_timescale
        return made(
            transformers.get_inverse_sqrt_schedule, learning_rate, warmup, timescale=timescale
        )
    total = whole()
    at_most(owner, "lr_warmup_steps", warmup, total, "the steps of all processes")
    if lr_scheduler == "warmup_stable_decay":
        decay = counted(lr_decay_steps)
        at_most(owner, "lr_decay_steps", decay, total - warmup, "what the warmup leaves")
        return made(
            transformers.get_wsd_schedule,
            learning_rate,
            warmup,
            decay,
            num_stable_steps=total - warmup - decay,
            min_lr_ratio=lr_scheduler_min_lr_ratio or 0.0,
            num_cycles=lr_scheduler_num_cycles / 2,
        )
    named: dict[str, Any] = {}
    if lr_scheduler == "cosine_with_restarts":
        named = {"num_cycles": lr_scheduler_num_cycles}
    elif lr_scheduler == "polynomial":
        named = {"power": lr_scheduler_power}
    elif lr_scheduler == "cosine_with_min_lr":
        if "min_lr" not in more:
            why = "'cosine_with_min_lr' ends at this fraction of the rate"
            ratio = needed(owner, "lr_scheduler_min_lr_ratio", lr_scheduler_min_lr_ratio, why)
            named = {"min_lr_rate": ratio}
        named["num_cycles"] = lr_scheduler_num_cycles / 2
    build = (
        transformers.get_cosine_with_min_lr_schedule_with_warmup
        if lr_scheduler == "cosine_with_min_lr"
        else _SCHEDULES[lr_scheduler]
    )
    return made(build, learning_rate, warmup, total, **named)


# Keys that only one of the two kinds of scripts has.
_KOHYA = (
    "lr_decay_steps",
    "lr_scheduler_num_cycles",
    "lr_scheduler_power",
    "lr_scheduler_timescale",
    "lr_scheduler_min_lr_ratio",
    "lr_scheduler_type",
    "lr_scheduler_args",
    "max_train_epochs",
    "network_module",
    "network_dim",
    "unet_lr",
    "optimizer_args",
    "output_name",
    "save_model_as",
    "enable_bucket",
    "max_data_loader_n_workers",
    "dataset_config",
)
_DIFFUSERS = (
    "lr_num_cycles",
    "lr_power",
    "scale_lr",
    "num_train_epochs",
    "checkpointing_steps",
    "dataloader_num_workers",
    "report_to",
    "validation_prompt",
)


def from_config(
    config: Any,
    *,
    of: str = "lr",
    total_steps: int | None = None,
    steps_per_epoch: int | None = None,
    num_processes: int = 1,
) -> Schedule:
    """The rate of each update, from the flags of a script of diffusers or of kohya's sd-scripts.

    They are kohya's where a key is that only its scripts have (`lr_scheduler_num_cycles`,
    `network_module`, `max_train_epochs`, ...) or where `lr_warmup_steps` is a fraction, and else
    diffusers'. Where nothing tells, the two differ in their defaults, and with several processes.

    Args:
        config: the flags by their names, or the script's `args`; sections, as a TOML file for
            kohya's has, are taken together. Keys that are about other things are passed over.
        of: "lr", all that they drive.
        total_steps: updates in the whole run; without it, the config's `max_train_steps`.
        steps_per_epoch: updates in one pass over the data, for a config in epochs.
        num_processes: processes that train together; diffusers' scripts differ by it with
            `scale_lr` alone.

    Raises:
        ValueError: a value that makes no sense, a key that is nearly one of a schedule's, keys of
            both kinds of scripts, a length that is needed and missing.
        TypeError: a value of another type.

    >>> from_config({"learning_rate": 1e-4, "lr_scheduler": "cosine", "lr_warmup_steps": 0,
    ...              "max_train_steps": 15_000, "train_batch_size": 4})
    Sequence(LinearWarmup(0, end=0.0001), CosineDecay(15000, start=0.0001))
    >>> from_config({"optimizer_arguments": {"learning_rate": 1e-4, "lr_scheduler": "linear",
    ...                                      "lr_warmup_steps": 0.1}}, total_steps=1000)
    Sequence(LinearWarmup(100, end=0.0001), LinearDecay(900, start=0.0001))
    """
    keys: dict[str, Any] = {}
    for key, value in mapping("from_config", config).items():
        keys.update(value if isinstance(value, Mapping) else {key: value})
    kohya = next((key for key in _KOHYA if key in keys), None)
    diffusers = next((key for key in _DIFFUSERS if key in keys), None)
    if kohya and diffusers:
        both = f"{kohya} of sd-scripts and {diffusers} of diffusers"
        raise ValueError(f"from_config: keys of two kinds of scripts, {both}")
    if diffusers is None and _is_a_share(keys.get("lr_warmup_steps")):
        kohya = "lr_warmup_steps"
    arguments = {
        "of": of,
        "total_steps": total_steps,
        "steps_per_epoch": steps_per_epoch,
        "num_processes": num_processes,
    }
    return read(get_scheduler_fix if kohya else parse_args, keys, arguments, others=True)


def _is_a_share(value: Any) -> bool:
    try:
        return 0 < _share_or_count(value) <= 1 and not isinstance(_share_or_count(value), int)
    except (TypeError, ValueError):
        return False
