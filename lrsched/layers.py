"""Rates per layer: the trust ratio of LARS and LAMB, and a decay with depth.

## Rates per layer

`layer_rates(schedule, depth, decay)` is one schedule per layer, smaller the further from the
output, for fine-tuning; torch's `ScheduleLR` takes them by the groups' names:

```python
>>> import lrsched as lrs
>>> backbone, head = lrs.layer_rates(1e-3 * lrs.LinearDecay(100), depth=2, decay=0.1)
>>> backbone(0), head(0)
(0.0001, 0.001)

```

`trust_ratio(weight_norm, grad_norm)` is how far LARS and LAMB let each layer go, for numbers or for
arrays of any library with one norm per layer. A LARS warmup is `schedule(step) * trust_ratio(...)`:

```python
>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> schedule = 4.0 * lrs.Sequence(lrs.LinearWarmup(20), lrs.PolynomialDecay(100, power=2))
>>> layers = [rng.normal(size=(64, 32)), rng.normal(size=(32, 10))]
>>> grads = [rng.normal(size=w.shape) / 100 for w in layers]      # of a real loss, in your loop
>>> ratios = lrs.trust_ratio(
...     [np.linalg.norm(w) for w in layers],
...     [np.linalg.norm(g) for g in grads],
...     weight_decay=1e-4,
... )
>>> for w, g, rate in zip(layers, grads, schedule(10) * ratios):
...     w -= rate * (g + 1e-4 * w)

```

With torch's groups: `lrsched.adapters.torch`.

LAMB is `trust_ratio(weight_norm, update_norm, coefficient=1, combine="sum")` with the norm of
Adam's update, decay included. LARC bounds the ratio by the rate, `trust_ratio(..., clip=rate)`, and
that is then the layer's rate itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from lrsched._core.check import (
    Fraction,
    NonNegative,
    Positive,
    Rule,
    checked,
    integer_that,
    refusal,
)
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched._engine.functions import functions

# Of NumPy's kinds: booleans, complex numbers, text and dates.
_NO_NUMBERS = "bcSUMm"


def _accept_numbers(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = np.asarray(value)
        value = value.astype(float) if value.dtype.kind in "iu" else value
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            if not all(hasattr(member, "__float__") for member in value.flat):
                raise TypeError
            value = value.astype(float)
        if value.dtype.kind in _NO_NUMBERS:
            raise TypeError
        value = value[()]  # an array of no dimensions is a number
    if isinstance(value, (bool, np.bool_)):
        raise TypeError
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value)
    if not hasattr(value, "dtype"):
        raise TypeError
    return value


Depth = Annotated[
    int, integer_that("a positive integer of at most 1000000", lambda n: 0 < n <= 10**6)
]
PerLayer = Annotated[Any, Rule("a number or an array of numbers", _accept_numbers)]


@public
@checked
def trust_ratio(
    weight_norm: PerLayer,
    grad_norm: PerLayer,
    *,
    weight_decay: PerLayer = 0.0,
    coefficient: Positive = 0.001,
    eps: NonNegative = 1e-8,
    clip: PerLayer | None = None,
    combine: Literal["norms", "sum"] = "norms",
) -> Any:
    """How far each layer may go: the size of its weights over the size of its step.

    The rate of a layer is `schedule(step) * trust_ratio(...)`. LARS is the default; LAMB is
    `coefficient=1, combine="sum"` with the norm of Adam's update, decay included, in place of the
    gradient's; LARC is `clip=rate`, where the rate of a layer is then the ratio itself.

    Formula: min(clip, coefficient * |w| / (|g| + weight_decay * |w| + eps)), and min(clip, 1)
    where |w| or |g| is not above 0. With `combine="sum"`, grad_norm is |g + weight_decay * w|, so
    the denominator is grad_norm + eps.

    Args:
        weight_norm: |w|, a number, or an array with one for each layer, of any library.
        grad_norm: |g|, likewise.
        weight_decay: of the loss, or of each layer's; with "sum" it is in grad_norm already.
        coefficient: of trust, positive.
        eps: added to the denominator. The papers have none.
        clip: the largest ratio, one or one for each layer; None for no bound.
        combine: how weight decay enters: "norms" adds |g| and weight_decay * |w|, as in the paper
            and in timm; "sum" takes the norm of the sum, as optax does.

    Raises:
        TypeError, ValueError: an argument is not what is said above; weight_decay with "sum".

    Source: LARS, You et al. 2017 (arXiv:1708.03888), equation 6; LAMB, You et al. 2019
    (arXiv:1904.00962).

    >>> import lrsched as lrs
    >>> lrs.trust_ratio(10.0, 2.0, weight_decay=0.1, eps=0)
    0.00333...
    >>> lrs.trust_ratio([10.0, 3.0, 0.0], [2.0, 6.0, 1.0], coefficient=1, eps=0)
    array([5. , 0.5, 1. ])
    """
    if combine == "sum" and not (isinstance(weight_decay, float) and weight_decay == 0):
        rule = '0 with combine="sum", whose grad_norm has it in'
        raise refusal(ValueError, "trust_ratio", "weight_decay", rule, weight_decay)
    xp = functions(weight_norm, grad_norm, weight_decay, clip)
    with np.errstate(all="ignore"):  # a ratio beyond the range of floats is inf
        size = grad_norm if combine == "sum" else grad_norm + weight_decay * weight_norm
        some = (weight_norm > 0) & (grad_norm > 0)
        ratio = xp.where(some, coefficient * weight_norm / xp.where(some, size + eps, 1.0), 1.0)
        return ratio if clip is None else xp.where(ratio > clip, clip, ratio)


@public
@checked
def layer_rates(
    schedule: Annotated[Schedule, A_SCHEDULE], depth: Depth, decay: Fraction
) -> tuple[Schedule, ...]:
    """One schedule per layer, smaller the further from the output: for fine-tuning.

    Formula: layer i of 0 .. depth - 1, counted from the input, has
    schedule * decay**(depth - 1 - i); the last has the schedule itself.

    Args:
        schedule: of the layer next to the output.
        depth: number of layers, or groups of them.
        decay: factor from a layer to the one before it, from 0 to 1; 0.65 to 0.95 are common.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: discriminative fine-tuning, Howard & Ruder 2018 (arXiv:1801.06146), section 3.2, with
    decay = 1/2.6; layer-wise decay in Clark et al. 2020 (arXiv:2003.10555).

    >>> import lrsched as lrs
    >>> for rate in lrs.layer_rates(1e-3 * lrs.LinearDecay(100), depth=3, decay=0.5):
    ...     print(rate)
    0.001 * LinearDecay(100) * 0.25
    0.001 * LinearDecay(100) * 0.5
    0.001 * LinearDecay(100)
    """
    powers = (decay ** (depth - 1 - i) for i in range(depth))
    return tuple(schedule if power == 1 else schedule * power for power in powers)
