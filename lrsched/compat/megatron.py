"""`OptimizerParamScheduler` of Megatron-LM's core, as two schedules: rate and weight decay.

The value at step k is what the parameter groups have after `step` has counted to k.
"""

# ruff: noqa: N802 - the names are the peer's

from __future__ import annotations

from typing import Annotated

from lrsched._core.check import Count, Flag, NonNegative, PositiveCount, checked, one_of, refusal
from lrsched._core.schedule import Schedule
from lrsched.compat._parts import at_most, cosine, line
from lrsched.shapes import (
    Clip,
    Constant,
    CosineDecay,
    GeometricDecay,
    InverseSqrtDecay,
    LinearDecay,
    PowerDecay,
    Sequence,
    Take,
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
