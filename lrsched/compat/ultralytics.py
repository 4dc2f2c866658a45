"""The rates and the momentum of Ultralytics' trainer, from the keys of its `default.yaml`.

A step is one iteration, that is one batch: at each of them the trainer sets what its optimizer
has. Where it gathers the gradients of several batches (`nbs` over `batch`), it calls the optimizer
at some of them only.

## Configs

```yaml
# default.yaml, or the args.yaml of a run
epochs: 100
optimizer: SGD
lr0: 0.01
lrf: 0.01
warmup_epochs: 3.0
```

```python
>>> from lrsched.compat import ultralytics as from_ultralytics
>>> config = {"epochs": 100, "optimizer": "SGD", "lr0": 0.01, "lrf": 0.01, "warmup_epochs": 3.0}
>>> from_ultralytics.from_config(config, steps_per_epoch=500)
0.01 * LinearWarmup(1500) * Staircase(LinearDecay(50000, end=0.01), every=500)
>>> from_ultralytics.from_config(config, of="momentum", steps_per_epoch=500)
LinearWarmup(1500, start=0.8, end=0.937)

```

`of="bias_lr"` is the rate of the biases. A step is one batch, `steps_per_epoch` batches are one
pass over the data. `optimizer: auto` ignores `lr0`: give the rate that its log names, as `base_lr`.

## What differs

- `time: 1.5`, a run in hours. There: works the number of epochs out as it goes. Here: refused.
- a step, where `nbs` over `batch` batches make an update. There: a rate for each batch, heard at
  each update only. Here: the same: a step is a batch.
- heads under MuSGD. There: three times the rate of the others, in groups of their own. Here: the
  schedule with `base_lr` three times as high.
"""

from __future__ import annotations

from typing import Annotated, Any

from lrsched._core.check import (
    Flag,
    Fraction,
    NonNegative,
    PositiveCount,
    Rule,
    checked,
    one_of,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat._config import needed, read
from lrsched.compat._parts import Nothing, Rate, cosine, line
from lrsched.shapes import Constant, LinearDecay, LinearWarmup, Product, Staircase, Sum

_ADAMS = ("adam", "adamax", "adamw", "nadam", "radam")
_OPTIMIZERS = one_of(*_ADAMS, "rmsprop", "sgd", "musgd", "auto")


def _in_any_case(value: Any) -> str:
    name: str = _OPTIMIZERS.accept(value.lower() if isinstance(value, str) else value)
    return name


Optimizer = Annotated[str, Rule(_OPTIMIZERS.must_be, _in_any_case)]
NoTime = Annotated[
    None,
    Rule("left out: the trainer works the epochs out from its hours", rule_in(Nothing).accept),
]


@checked
def train(
    epochs: PositiveCount = 100,
    time: NoTime = None,
    optimizer: Optimizer | None = None,
    cos_lr: Flag = False,
    lr0: Rate = 0.01,
    lrf: Fraction = 0.01,
    momentum: Fraction = 0.937,
    warmup_epochs: NonNegative = 3.0,
    warmup_momentum: Fraction = 0.8,
    warmup_bias_lr: Rate = 0.1,
    *,
    of: Annotated[str, one_of("lr", "bias_lr", "momentum")] = "lr",
    base_lr: Rate | None = None,
    steps_per_epoch: PositiveCount | None = None,
) -> Schedule:
    """Down from `lr0` once in an epoch, to `lr0 * lrf`; times a warmup in each iteration.

    The warmup ends before the last epoch does, and its fraction of an epoch is rounded to the
    nearest iteration, halves to even. In it the rate of the biases goes over from `warmup_bias_lr`
    to that of the weights, and the momentum from `warmup_momentum` to `momentum`; the first beta of
    the Adams stays what it is. The rate of the weights begins with 0.

    An `optimizer` of "auto" ignores `lr0` and `warmup_bias_lr`: it takes MuSGD with a rate of 0.01,
    or AdamW with one that depends on the classes, which the log names and `base_lr` hands on; 0 for
    the biases; and a momentum of 0.9, from which a warmup, as in the peer, leads MuSGD to
    `momentum` all the same. Where there is no `optimizer`, `lr0` counts.

    Differs: a run in hours (`time`), whose epochs the trainer works out as it goes, is refused. The
    heads that MuSGD trains three times as fast have a schedule of three times that rate.

    >>> train(cos_lr=True, lrf=0.1, steps_per_epoch=500)
    0.01 * LinearWarmup(1500) * Staircase(CosineDecay(50000, end=0.1), every=500)
    """
    still = momentum  # where no warmup writes over it
    if optimizer == "auto":
        why = "optimizer='auto' chooses it by itself, and logs it"
        lr0 = needed("train", "base_lr", base_lr, why)
        optimizer = "musgd" if lr0 == 0.01 else "adamw"
        still, warmup_bias_lr = 0.9, 0.0
    elif base_lr is not None:
        lr0 = base_lr
    why = "the rate changes once in an epoch"
    batches = needed("train", "steps_per_epoch", steps_per_epoch, why)
    warmup = round(min(warmup_epochs, epochs - 1) * batches)
    if of == "momentum":
        if warmup == 0 or optimizer in _ADAMS:
            return Constant(still)
        return line(warmup, warmup_momentum, momentum)
    curve = cosine if cos_lr else line
    decay: Schedule = curve(epochs * batches, 1.0, lrf)
    if batches > 1:
        decay = Staircase(decay, batches)
    if warmup == 0:
        return Product(lr0, decay)
    rate = Product(lr0, LinearWarmup(warmup), decay)
    if of == "bias_lr" and warmup_bias_lr:
        return Sum(LinearDecay(warmup, start=warmup_bias_lr), rate)
    return rate


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    steps_per_epoch: int | None = None,
) -> Schedule:
    """What Ultralytics' trainer sets in each iteration, from its YAML or a run's `args.yaml`.

    Args:
        config: the file's keys, or an object that has them. Keys that are about other things are
            passed over.
        of: "lr", of the weights and normalisations, "bias_lr" or "momentum".
        base_lr: the rate instead of `lr0`; needed with the optimizer "auto".
        steps_per_epoch: batches in one pass over the data.

    Raises:
        ValueError: a value that makes no sense, a key that is nearly one of a schedule's, a length
            that is needed and missing.
        TypeError: a value of another type.

    >>> config = {"lr0": 0.01, "lrf": 0.1, "epochs": 50, "warmup_epochs": 2, "box": 7.5}
    >>> from_config(config, of="bias_lr", steps_per_epoch=500)
    LinearDecay(1000, start=0.1) +
        0.01 * LinearWarmup(1000) * Staircase(LinearDecay(25000, end=0.1), every=500)
    """
    arguments = {"of": of, "base_lr": base_lr, "steps_per_epoch": steps_per_epoch}
    return read(train, config, arguments, others=True, known=("optimize",))
