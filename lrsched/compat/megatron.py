"""`OptimizerParamScheduler` of Megatron-LM's core, and the flags and configs that it is made from.

It gives two schedules, of the rate and of the weight decay. The value at step k of the class is
what the parameter groups have after `step` has counted to k; of a config, what update k is made
with, whatever the peer counts: it counts samples.

## Constructors

```python
>>> from lrsched.compat import megatron as from_megatron
>>> # the line you have: OptimizerParamScheduler(optimizer, 0.0, 3e-4, 3e-5, 2_000, 100_000, "WSD", ...)
>>> from_megatron.OptimizerParamScheduler(
...     0.0, 3e-4, 3e-5, 2_000, 100_000, "WSD",
...     wsd_decay_steps=10_000, lr_wsd_decay_style="minus_sqrt",
... )
Sequence(LinearWarmup(2000, end=0.0003), Constant(0.0003, steps=88000), PowerDecay(10000, power=0.5, start=0.0003, end=3e-05))
>>> from_megatron.OptimizerParamScheduler_weight_decay(0.01, 0.1, 100_000, "linear")
LinearWarmup(100000, start=0.01, end=0.1)

```

## Configs

The flags as a mapping (with dashes or underscores) or as argparse's namespace; of Megatron-Bridge,
a ConfigContainer, its file or its SchedulerConfig. The weight decay is the same call with
`of="weight_decay"`.

```python
>>> # the line you have: --lr 3e-4 --lr-decay-style cosine --lr-warmup-fraction .01 --train-iters 1000
>>> flags = {"--lr": 3e-4, "--lr-decay-style": "cosine", "--lr-warmup-fraction": 0.01}
>>> from_megatron.from_config(flags, total_steps=1000)
Sequence(LinearWarmup(10, end=0.0003), CosineDecay(990, start=0.0003))
>>> # the lines you have: ... --train-samples 100_000 --lr-warmup-samples 2_000
>>> #                     --global-batch-size 512 --rampup-batch-size 256 128 20_000
>>> ramp = {"--global-batch-size": 512, "--rampup-batch-size": [256, 128, 20_000]}
>>> samples = {"--lr": 3e-4, "--train-samples": 100_000, "--lr-warmup-samples": 2_000}
>>> schedule = from_megatron.from_config(samples | ramp)
>>> schedule.schedule                                # in samples
Sequence(LinearWarmup(2000, end=0.0003), LinearDecay(98000, start=0.0003))
>>> schedule.clock([0, 1, 39, 40, 41]), schedule.steps  # samples before each update; updates in all
(array([    0.,   256.,  9984., 10240., 10624.]), 222)

```

## What differs

- WSD with a decay longer than what the warmup leaves. There: falls in one step when the warmup
  ends. Here: refused.
- weight decay with `wd_incr_steps=0` and a style that increases. There: divides by zero. Here:
  `end_wd`.
- `rampup_batch_size` of 0 samples, or from the last size on. There: divides by zero. Here: refused.
- `lr_warmup_iters=20, train_iters=20` with 4 samples an update. There: cuts the warmup to 79 of 80
  samples, and warns. Here: refused, as by Megatron-LM.
"""  # noqa: E501 tables and reprs

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction as Exact
from typing import Annotated, Any, NamedTuple

from lrsched._core.check import (
    Count,
    Flag,
    NonNegative,
    PositiveCount,
    ProperFraction,
    Rule,
    checked,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.ask.clocks import samples_clock
from lrsched.ask.questions import first_above
from lrsched.compat._config import as_named, mapping, needed, read
from lrsched.compat._parts import Rate, at_most, cosine, in_updates, line
from lrsched.shapes import (
    Clip,
    Constant,
    CosineDecay,
    GeometricDecay,
    InverseSqrtDecay,
    LinearDecay,
    PiecewiseConstant,
    PowerDecay,
    Sequence,
    Take,
    Warp,
)

Style = Annotated[str, one_of("constant", "linear", "cosine", "inverse-square-root", "WSD")]
WsdStyle = Annotated[str, one_of("linear", "cosine", "exponential", "minus_sqrt")]
Increase = Annotated[str, one_of("constant", "linear", "cosine")]


@checked
def OptimizerParamScheduler(
    init_lr: NonNegative,
    max_lr: NonNegative,
    min_lr: NonNegative,
    lr_warmup_steps: Count,
    lr_decay_steps: PositiveCount,
    lr_decay_style: Style,
    start_wd: NonNegative = 0.0,
    end_wd: NonNegative = 0.0,
    wd_incr_steps: Count = 0,
    wd_incr_style: Increase = "constant",
    use_checkpoint_opt_param_scheduler: Flag = True,
    override_opt_param_scheduler: Flag = False,
    wsd_decay_steps: Count | None = None,
    lr_wsd_decay_style: WsdStyle | None = None,
) -> Schedule:
    """The learning rate: a linear warmup and one of five styles of decay.

    The weight decay is `OptimizerParamScheduler_weight_decay`; its parameters, and those about
    checkpoints, have their place here and may be left out. `lr_decay_steps` includes the warmup.
    "inverse-square-root" jumps to `min_lr` one step after `lr_decay_steps`, as in the peer.

    >>> OptimizerParamScheduler(0.0, 3e-4, 3e-5, 2_000, 100_000, "cosine")
    Sequence(LinearWarmup(2000, end=0.0003), CosineDecay(98000, start=0.0003, end=3e-05))
    >>> OptimizerParamScheduler(
    ...     0.0, 1.0, 0.0, 10, 100, "WSD", wsd_decay_steps=20, lr_wsd_decay_style="minus_sqrt"
    ... )
    Sequence(LinearWarmup(10), Constant(1.0, steps=70), PowerDecay(20, power=0.5))
    """
    owner = "OptimizerParamScheduler"
    at_most(owner, "min_lr", min_lr, max_lr, "max_lr")
    at_most(owner, "init_lr", init_lr, max_lr, "max_lr")
    if lr_warmup_steps >= lr_decay_steps:
        rule = f"below lr_decay_steps={lr_decay_steps}, which includes it"
        raise refusal(ValueError, owner, "lr_warmup_steps", rule, lr_warmup_steps)
    if override_opt_param_scheduler and use_checkpoint_opt_param_scheduler:
        rule = "False with override_opt_param_scheduler"
        raise refusal(ValueError, owner, "use_checkpoint_opt_param_scheduler", rule, True)
    warmup = [line(lr_warmup_steps, init_lr, max_lr)] if lr_warmup_steps else []
    steps = lr_decay_steps - lr_warmup_steps
    decay: list[Schedule]
    if lr_decay_style == "constant":
        decay = [Constant(max_lr)]
    elif lr_decay_style == "linear":
        decay = [LinearDecay(steps, start=max_lr, end=min_lr)]
    elif lr_decay_style == "cosine":
        decay = [CosineDecay(steps, start=max_lr, end=min_lr)]
    elif lr_decay_style == "inverse-square-root":
        if not warmup:  # the square root of step 0 is taken as that of step 1
            warmup, steps = [Constant(max_lr, steps=1)], steps - 1
        curve = InverseSqrtDecay(max(1, lr_warmup_steps), start=max_lr)
        decay = [Take(Clip(curve, lower=min_lr), steps + 1), Constant(min_lr)]
    else:
        for name, value in (
            ("wsd_decay_steps", wsd_decay_steps),
            ("lr_wsd_decay_style", lr_wsd_decay_style),
        ):
            if value is None:
                raise refusal(ValueError, owner, name, "given for WSD", None)
        assert wsd_decay_steps is not None
        at_most(owner, "wsd_decay_steps", wsd_decay_steps, steps, "the steps after the warmup")
        plateau = steps - wsd_decay_steps
        if wsd_decay_steps == 0:  # the last step is still one of the plateau's
            decay = [Constant(max_lr, steps=plateau + 1), Constant(min_lr)]
        else:
            decay = [_anneal(str(lr_wsd_decay_style), wsd_decay_steps, max_lr, min_lr)]
            if plateau:
                decay.insert(0, Constant(max_lr, steps=plateau))
    phases = [*warmup, *decay]
    return Sequence(*phases) if len(phases) > 1 else phases[0]


def _anneal(style: str, steps: int, start: float, end: float) -> Schedule:
    if style == "linear" or start == end:
        return LinearDecay(steps, start=start, end=end)
    if style == "cosine":
        return CosineDecay(steps, start=start, end=end)
    if style == "minus_sqrt":
        return PowerDecay(steps, 0.5, start=start, end=end)
    # One half life of twice the height, which is then shifted down by the height.
    height = start - end
    return (end - height) + GeometricDecay(steps, start=2 * height, end=height)


@checked
def OptimizerParamScheduler_weight_decay(
    start_wd: NonNegative, end_wd: NonNegative, wd_incr_steps: Count, wd_incr_style: Increase
) -> Schedule:
    """The weight decay: constant, or up along a line or half a cosine wave.

    Differs: with `wd_incr_steps=0` and a style that increases, the peer divides by zero; here it is
    `end_wd` at once.

    >>> OptimizerParamScheduler_weight_decay(0.01, 0.1, 1000, "cosine")
    CosineWarmup(1000, start=0.01, end=0.1)
    """
    owner = "OptimizerParamScheduler_weight_decay"
    at_most(owner, "start_wd", start_wd, end_wd, "end_wd")
    if wd_incr_style == "constant":
        if start_wd != end_wd:
            rule = f'equal to end_wd={end_wd} for the style "constant"'
            raise refusal(ValueError, owner, "start_wd", rule, start_wd)
        return Constant(end_wd)
    return (line if wd_incr_style == "linear" else cosine)(wd_incr_steps, start_wd, end_wd)


def _ramp(value: Any) -> tuple[int, int, int]:
    parts = value.split() if isinstance(value, str) else list(value)
    start, increment, samples = (
        rule_in(PositiveCount).accept(int(part) if isinstance(part, str) else part)
        for part in parts
    )
    return start, increment, samples


Ramp = Annotated[
    tuple[int, int, int], Rule("three positive integers: a start, an increment, samples", _ramp)
]
OfGroup = Annotated[str, one_of("lr", "weight_decay")]


@checked
def get_optimizer_param_scheduler(
    lr: Rate | None = None,
    min_lr: NonNegative = 0.0,
    lr_decay_style: Style = "linear",
    lr_decay_iters: PositiveCount | None = None,
    lr_decay_samples: PositiveCount | None = None,
    lr_warmup_iters: Count = 0,
    lr_warmup_samples: Count = 0,
    lr_warmup_fraction: ProperFraction | None = None,
    lr_warmup_init: NonNegative = 0.0,
    lr_wsd_decay_style: WsdStyle = "exponential",
    lr_wsd_decay_iters: Count | None = None,
    lr_wsd_decay_samples: Count | None = None,
    weight_decay: NonNegative = 0.01,
    start_weight_decay: NonNegative | None = None,
    end_weight_decay: NonNegative | None = None,
    weight_decay_incr_style: Increase = "constant",
    train_iters: PositiveCount | None = None,
    train_samples: PositiveCount | None = None,
    global_batch_size: PositiveCount | None = None,
    micro_batch_size: PositiveCount | None = None,
    data_parallel_size: PositiveCount | None = None,
    rampup_batch_size: Ramp | None = None,
    decrease_batch_size_if_needed: Flag = False,
    *,
    of: OfGroup = "lr",
    base_lr: Rate | None = None,
    total_steps: PositiveCount | None = None,
) -> Schedule:
    """The rate, or the weight decay, that the command line's flags make.

    The run is in samples where `train_samples` is given, or another flag of samples and no
    `train_iters`; else in iterations. Iterations are the updates themselves, but for a
    `rampup_batch_size`: the peer counts each as `global_batch_size` samples, and the first ones
    are smaller.

    `lr_warmup_fraction` is one of the decay's length and is not rounded: a warmup may end between
    two updates.

    Differs: a batch size that begins on a threshold of the ramp is rounded in the peer (see
    `samples_clock`). A warmup as long as the decay is refused, as in Megatron-LM; Megatron-Bridge
    cuts it by a sample.

    >>> get_optimizer_param_scheduler(3e-4, 3e-5, "cosine", lr_warmup_iters=10, train_iters=1_000)
    Sequence(LinearWarmup(10, end=0.0003), CosineDecay(990, start=0.0003, end=3e-05))
    >>> get_optimizer_param_scheduler(
    ...     3e-4, lr_warmup_samples=2_000, train_samples=1_000_000, global_batch_size=512
    ... )
    Stretch(Sequence(LinearWarmup(125, end=0.0003), LinearDecay(62375, start=0.0003)),
            factor=0.03125)
    """
    owner = "get_optimizer_param_scheduler"
    of_samples = (lr_decay_samples, lr_warmup_samples or None, lr_wsd_decay_samples)
    of_iters = (lr_decay_iters, lr_warmup_iters or None, lr_wsd_decay_iters)
    in_samples = train_samples is not None or (
        train_iters is None and any(value is not None for value in of_samples)
    )
    unit, other = ("samples", "iters") if in_samples else ("iters", "samples")
    for name, value in zip(_LENGTHS, of_iters if in_samples else of_samples, strict=True):
        if value is not None:
            rule = f"left out of a run in {unit}, which has {name}_{unit}"
            raise refusal(ValueError, owner, f"{name}_{other}", rule, value)
    if total_steps is not None and in_samples:
        rule = "left out of a run in samples, which has train_samples"
        raise refusal(ValueError, owner, "total_steps", rule, total_steps)
    whole = train_samples if in_samples else total_steps or train_iters
    decay, warmup, anneal = of_samples if in_samples else of_iters

    if global_batch_size is None and micro_batch_size and data_parallel_size:
        global_batch_size = micro_batch_size * data_parallel_size
    batches = None
    if rampup_batch_size is not None:
        why = "the ramp of batch sizes ends with it"
        batch = needed(owner, "global_batch_size", global_batch_size, why)
        multiple = 1
        if decrease_batch_size_if_needed:
            why = "batch sizes are rounded down to multiples of it and of the micro_batch_size"
            multiple = needed(owner, "data_parallel_size", data_parallel_size, why)
            multiple *= needed(owner, "micro_batch_size", micro_batch_size, why)
        batches = _batches(owner, batch, *rampup_batch_size, multiple)
    clock = _Clock(in_samples, global_batch_size, batches)

    if of == "weight_decay":
        style = weight_decay_incr_style
        if style == "constant" and start_weight_decay is end_weight_decay is None:
            return Constant(weight_decay)
        why = f"the style is {style!r}"
        start = needed(owner, "start_weight_decay", start_weight_decay, why)
        end = needed(owner, "end_weight_decay", end_weight_decay, why)
        at_most(owner, "start_weight_decay", start, end, "end_weight_decay")
        if style == "constant":
            return OptimizerParamScheduler_weight_decay(start, end, 0, style)
        length = needed(owner, f"train_{unit}", whole, why)
        return clock.on_updates(
            lambda steps: OptimizerParamScheduler_weight_decay(start, end, steps, style), length
        )

    rate = needed(owner, "lr", lr if base_lr is None else base_lr, "it is what a warmup ends with")
    at_most(owner, "min_lr", min_lr, rate, "lr")
    at_most(owner, "lr_warmup_init", lr_warmup_init, rate, "lr")
    name = f"train_{unit}" if decay is None else f"lr_decay_{unit}"
    length = needed(owner, name, whole if decay is None else decay, "the decay ends with it")
    rise = Exact(warmup or 0)
    if lr_warmup_fraction is not None:
        if warmup is not None:
            rule = "left out where there is an lr_warmup_fraction"
            raise refusal(ValueError, owner, f"lr_warmup_{unit}", rule, warmup)
        rise = _as_written(lr_warmup_fraction) * length
    if rise >= length:
        rule = f"below {name}={length}, which includes it"
        raise refusal(ValueError, owner, f"lr_warmup_{unit}", rule, warmup)
    if lr_decay_style == "WSD":
        name = f"lr_wsd_decay_{unit}"
        anneal = needed(owner, name, anneal, "WSD ends with it")
        at_most(owner, name, anneal, length - rise, "the decay without its warmup")

    def rated(rise: int, length: int, anneal: int) -> Schedule:
        return OptimizerParamScheduler(
            lr_warmup_init,
            rate,
            min_lr,
            rise,
            length,
            lr_decay_style,
            wsd_decay_steps=anneal,
            lr_wsd_decay_style=lr_wsd_decay_style,
        )

    if lr_decay_style == "inverse-square-root":
        sample = Exact(1, 1 if in_samples else global_batch_size or 1)
        if rise < sample:
            # The square root is one of samples then, and a warmup ends with the first of them.
            return clock.on_updates(rated, sample if rise else 0, length, sample, samples=True)
    return clock.on_updates(rated, rise, length, anneal or 0)


_LENGTHS = ("lr_decay", "lr_warmup", "lr_wsd_decay")


def _as_written(number: float) -> Exact:
    """The fraction of few digits that is this number: 0.1 is one tenth, the float 1/3 a third."""
    near = (Exact(number).limit_denominator(10**digits) for digits in itertools.count(1))
    return next(fraction for fraction in near if float(fraction) == number)


def _batches(
    owner: str, batch: int, start: int, increment: int, samples: int, multiple: int
) -> Schedule:
    """The batch sizes of a ramp, by the samples that have been seen."""
    name, given = "rampup_batch_size", (start, increment, samples)
    if not multiple <= start < batch:
        rule = f"from {multiple} on, below global_batch_size={batch}"
        raise refusal(ValueError, owner, name, f"a start {rule}", given)
    if (batch - start) % increment:
        rule = f"a start and increments that meet global_batch_size={batch}"
        raise refusal(ValueError, owner, name, rule, given)
    many = (batch - start) // increment
    # Of several thresholds at one sample, the last counts.
    sizes = {-(-samples * i // many): start + increment * i for i in range(1, many + 1)}
    values = [size // multiple * multiple for size in (start, *sizes.values())]
    return PiecewiseConstant([*sizes], values)


class _Clock(NamedTuple):
    """What a run counts its lengths in."""

    in_samples: bool
    batch: int | None
    batches: Schedule | None  # the sizes by samples, where they grow

    def on_updates(
        self, make: Callable[..., Schedule], *lengths: Exact | int, samples: bool = False
    ) -> Schedule:
        """What is made of lengths, as a schedule of updates; with `samples`, made in samples."""
        each = 1
        if self.in_samples or samples or self.batches is not None:
            owner = "get_optimizer_param_scheduler"
            each = needed(owner, "global_batch_size", self.batch, "lengths are in samples")
        if not self.in_samples:
            lengths = tuple(length * each for length in lengths)
        if self.batches is None:
            return in_updates(make, *lengths, each=each)
        made = in_updates(make, *lengths)  # of samples, each one
        seen = samples_clock(self.batches, per="sample")
        if made.steps is not None:
            seen = Take(seen, first_above(seen, max(0, made.steps - 1)) or 0)
        return Warp(made, seen)


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    total_steps: int | None = None,
    global_batch_size: int | None = None,
) -> Schedule:
    """The schedule of Megatron-LM's flags, or of a config of Megatron-Bridge.

    Args:
        config: the flags as a mapping, with dashes or underscores, or what argparse makes of them;
            or a ConfigContainer of Megatron-Bridge or its file, of which `scheduler`, `optimizer`
            and `train` are read, or its SchedulerConfig. Keys that are about other things are
            passed over.
        of: "lr" or "weight_decay".
        base_lr: the rate, instead of the config's `lr`.
        total_steps: updates in the whole run, instead of `train_iters`.
        global_batch_size: samples of an update, instead of the config's own.

    Raises:
        ValueError: a value that makes no sense, lengths in iterations and in samples, a key that is
            nearly one of these, a length or a rate that is needed and missing.
        TypeError: a value of another type.

    >>> flags = {"lr": 3e-4, "lr-decay-style": "WSD", "lr-wsd-decay-iters": 100, "train-iters": 500}
    >>> from_config(flags | {"lr-warmup-fraction": 0.01})
    Sequence(LinearWarmup(5, end=0.0003), Constant(0.0003, steps=395),
             -0.0003 + GeometricDecay(100, end=0.0003, start=0.0006))
    """
    keys = _flags(config)
    for name in ("lr_decay_tokens", "lr_warmup_tokens"):
        if keys.get(name) is not None:
            raise ValueError(
                f"get_optimizer_param_scheduler: no key {name!r}, which is one of "
                f"Megatron-DeepSpeed's; lengths are in iterations or in samples"
            )
    if global_batch_size is not None:
        keys["global_batch_size"] = global_batch_size
    arguments = {"of": of, "base_lr": base_lr, "total_steps": total_steps}
    return read(get_optimizer_param_scheduler, keys, arguments, others=True, known=_FINALIZED)


# What a SchedulerConfig works out for itself.
_FINALIZED = ("lr_warmup_steps", "lr_decay_steps", "wd_incr_steps", "wsd_decay_steps")


def _flags(config: Any) -> dict[str, Any]:
    owner = "get_optimizer_param_scheduler"
    whole = mapping(owner, config)
    if "scheduler" in whole:
        sections = [name for name in ("scheduler", "optimizer", "train") if whole.get(name)]
        return {key: v for name in sections for key, v in mapping(owner, whole[name], name).items()}
    return {as_named(key): value for key, value in whole.items()}
