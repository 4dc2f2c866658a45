"""The `lr_scheduler` section of torchtitan, and whole files of it.

The value at step k is what update k is made with. Differs: past its end the peer goes on along the
decay, below 0 or up again; here the last value holds.

## Configs

The `lr_scheduler` section, a whole file with its `[optimizer] lr` and `[training] steps`, or
torchtitan's own `Config` of either. A warmup or a decay that is longer than the run is cut, with a
warning, as there.

```python
>>> import tomllib
>>> from lrsched.compat import torchtitan as from_torchtitan
>>> # the file you have: llama3_8b.toml
>>> file = tomllib.loads('''
... [optimizer]
... lr = 8e-4
... [lr_scheduler]
... warmup_steps = 200
... decay_ratio = 0.3          # of the run, at its end
... decay_type = "sqrt"
... min_lr_factor = 0.1
... [training]
... steps = 1000
... ''')
>>> from_torchtitan.from_config(file)
Sequence(LinearWarmup(199, start=4e-06, end=0.0008), Constant(0.0008, steps=501), PowerDecay(300, power=0.5, start=0.0008, end=8e-05))

```

## What differs

- a linear decay to 0.1 in the second half of 100 steps, at step 110. There: -0.08 of the rate.
  Here: holds its end.
- `decay_ratio=0` two steps after the run. There: fails an assertion. Here: the rate.
- `decay_ratio` above 1. There: cut, with a warning. Here: refused.
"""  # noqa: E501 tables and reprs

from __future__ import annotations

import warnings
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Fraction,
    PositiveCount,
    Rule,
    checked,
    one_of,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import Only, mapping, needed, read, section
from lrsched.compat._parts import Rate
from lrsched.shapes import Constant, CosineDecay, LinearDecay, LinearWarmup, PowerDecay, Sequence

Decay = Annotated[str, one_of("linear", "sqrt", "cosine")]


@checked
def lr_scheduler(
    warmup_steps: Count = 200,
    total_steps: PositiveCount | None = None,
    decay_ratio: Fraction | None = None,
    decay_type: Decay = "linear",
    min_lr_factor: Fraction = 0.0,
    *,
    of: Only = "lr",
    base_lr: Rate,
) -> Schedule:
    """A linear warmup, a plateau, and a decay to `min_lr_factor` of the rate.

    The warmup begins with a step, not with 0, and the decay ends one step after the run. It takes
    `decay_ratio` of `total_steps`, rounded to the nearest and halves to even; without one, all that
    the warmup leaves, and after one step at the peak. What is longer than the run is cut, with a
    warning, as in the peer: the warmup to the run, the decay to what the warmup leaves.

    >>> lr_scheduler(200, 1000, decay_ratio=0.5, decay_type="cosine", base_lr=8e-4)
    Sequence(LinearWarmup(199, start=4e-06, end=0.0008), Constant(0.0008, steps=301),
             CosineDecay(500, start=0.0008))
    """
    total = needed("lr_scheduler", "total_steps", total_steps, "the decay ends with it")
    if warmup_steps > total:
        _cut(f"warmup_steps={warmup_steps} is beyond total_steps={total} and cut to that")
        warmup_steps = total
    left = total - warmup_steps
    steps = left if decay_ratio is None else round(total * decay_ratio)
    if steps > left:
        what = f"decay_ratio={decay_ratio} is {steps} steps"
        _cut(f"{what}, cut to the {left} that a warmup of {warmup_steps} leaves")
        steps = left
    phases: list[Schedule] = []
    if warmup_steps > 1:
        start = base_lr / warmup_steps
        phases.append(LinearWarmup(warmup_steps - 1, start=start, end=base_lr))
    if plateau := left - steps + (warmup_steps > 0):
        phases.append(Constant(base_lr, steps=plateau))
    if steps == 0:
        return phases[0] if warmup_steps > 1 else Constant(base_lr)
    low = base_lr * min_lr_factor
    if decay_type == "linear":
        phases.append(LinearDecay(steps, start=base_lr, end=low))
    elif decay_type == "sqrt":
        phases.append(PowerDecay(steps, 0.5, start=base_lr, end=low))
    else:
        phases.append(CosineDecay(steps, start=base_lr, end=low))
    return Sequence(*phases) if len(phases) > 1 else phases[0]


def _cut(what: str) -> None:
    warnings.warn(f"lr_scheduler: {what}", stacklevel=4)  # to whoever calls the checked function


def _groups(value: Any) -> tuple[Any, ...]:
    groups = tuple(mapping("optimizer", group, "param_groups") for group in value)
    return tuple(section("optimizer", group, "optimizer_kwargs") for group in groups)


@checked
def optimizer(
    lr: Rate | None = None,
    param_groups: Annotated[Any, Rule("a list of groups with optimizer_kwargs", _groups)] = (),
) -> float:
    """The rate of an `optimizer` section: its `lr`, or the one that all of its groups have.

    >>> optimizer(param_groups=[{"pattern": ".*", "optimizer_kwargs": {"lr": 3e-4}}])
    0.0003
    """
    if lr is not None:
        return lr
    rates = {group.get("lr") for group in param_groups}
    if len(rates) > 1:
        rule = "of one rate (or give base_lr)"
        raise refusal(ValueError, "optimizer", "param_groups", rule, tuple(rates))
    return optimizer(rates.pop()) if rates - {None} else 8e-4


@checked
def training(steps: PositiveCount = 10_000) -> int:
    """The length of the run in a `training` section.

    >>> training()
    10000
    """
    return steps


def from_config(
    config: Any, *, of: str = "lr", base_lr: float | None = None, total_steps: int | None = None
) -> Schedule:
    """The schedule of a torchtitan file, or of its `lr_scheduler` section.

    Args:
        config: the file as a mapping, with its `lr_scheduler`, `optimizer` and `training`; the
            section alone; or torchtitan's own Config of either.
        of: "lr", all that it drives.
        base_lr: the optimizer's rate; by default, the one of the file's `optimizer`.
        total_steps: updates in the whole run; by default, the section's `total_steps`, and without
            one the `steps` of the file's `training`.

    Raises:
        ValueError: a value that makes no sense, an unknown key in the section, a rate or a length
            that is needed and missing.
        TypeError: a value of another type.

    >>> file = {
    ...     "optimizer": {"name": "AdamW", "lr": 8e-4},
    ...     "lr_scheduler": {"warmup_steps": 200, "decay_ratio": 0.8, "decay_type": "cosine"},
    ...     "training": {"local_batch_size": 8, "steps": 1000},
    ... }
    >>> from_config(file)
    Sequence(LinearWarmup(199, start=4e-06, end=0.0008), Constant(0.0008, steps=1),
             CosineDecay(800, start=0.0008))
    """
    whole = mapping("lr_scheduler", config)
    parts = {name: whole[name] for name in ("optimizer", "training") if name in whole}
    keys = dict(whole)
    if parts or "lr_scheduler" in whole:  # a whole file, which may have the defaults alone
        own = whole.get("lr_scheduler")
        keys = dict(mapping("lr_scheduler", {} if own is None else own, "lr_scheduler"))
    if total_steps is not None:
        keys["total_steps"] = total_steps
    elif keys.get("total_steps") is None and "training" in parts:
        keys["total_steps"] = read(training, parts["training"], {}, others=True)
    if base_lr is None and "optimizer" in parts:
        base_lr = read(optimizer, parts["optimizer"], {}, others=True)
    base_lr = needed("lr_scheduler", "base_lr", base_lr, "it has factors of that alone")
    return read(lr_scheduler, keys, {"of": of, "base_lr": base_lr})
