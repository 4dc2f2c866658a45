"""Schedules in JAX: the callables that optax takes.

## optax

The callable works wherever optax takes a schedule, under `jit` and `scan`. Its value is weakly
typed, as a Python float is: bfloat16 parameters keep bfloat16 updates. `dtype=` says another type.
An integer type gives the nearest whole number, halves up (3.9999999 is 4), for what counts:
`optax.MultiSteps(optimizer, to_jax(accumulated, dtype="int32"))`.

```python
from lrsched.adapters.jax import to_jax

optimizer = optax.adamw(to_jax(schedule), weight_decay=to_jax(0.1 * shape))


@jax.jit
def update(params, state, batch):
    gradients = jax.grad(loss)(params, batch)
    updates, state = optimizer.update(gradients, state, params)
    return optax.apply_updates(params, updates), state
```

## A sweep as one program

`lrs.Family(schedules)` has many schedules of one form: the same classes in the same places, with
other numbers in them, lengths included. `family(steps)` has a row for each. `family.at(i, step)`
takes an `i` that is traced, so a whole sweep is trained at once under `jax.vmap` or `torch.vmap`,
and compiled once. `images` and `labels` are the handwritten digits of `lrsched.ask.peaks`,
`batches` the images of each step.

```python
family = lrs.Family(
    peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.CosineDecay(total_steps - warmup))
    for peak in peaks
    for warmup in warmups
)


def train(i):
    def update(weights, given):
        step, batch = given
        rate = family.at(i, step)
        gradient = jax.grad(loss)(weights, images[batch], labels[batch])
        return weights - rate * gradient, rate

    return jax.lax.scan(update, start, (jnp.arange(total_steps), batches))


weights, rates = jax.jit(jax.vmap(train))(jnp.arange(len(family)))
```

Measured with `python -m benchmarks.family`: 64 runs of softmax regression on the digits, a thousand
steps each, in JAX on two busy cores of an AMD EPYC. As one program they take 4.9 s, compiling
included, where 64 programs of a schedule each take 144 s (0.034 of the time; medians of two
rounds). Run again, already compiled, 0.35 of the time of the 64 (0.35 to 0.40, five rounds). One
program that is given the rates as an array, and runs 64 times, takes 5.7 s, and 0.95.

## A rule beside the schedule

The state of a rule is a pytree:

```python
>>> import jax, jax.numpy as jnp
>>> import lrsched as lrs
>>> rule = lrs.ReduceOnPlateau(factor=0.5, patience=1)
>>> losses = jnp.array([3.0, 2, 2, 2, 2])
>>> def epoch(state, loss):
...     state = rule.update(state, loss)
...     return state, state.scale
>>> state, scales = jax.lax.scan(epoch, rule.init(), losses)
>>> scales.tolist()
[1.0, 1.0, 1.0, 0.5, 0.5]

```
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from lrsched._core.check import checked, refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule


@checked
def to_jax(
    schedule: Annotated[Schedule, A_SCHEDULE], dtype: DTypeLike | None = None
) -> Callable[[Any], jax.Array]:
    """What optax takes for a learning rate, or any other hyper-parameter.

    Update k is made with `schedule(k)`, k = 0, 1, 2, ... Runs under `jit`, `scan` and the rest.

    Formula: schedule(count).

    Args:
        schedule: the absolute values, such as `3e-4 * CosineDecay(1000)`.
        dtype: the type of the result. By default the float type of JAX, weakly, as a Python float
            has it: what it is multiplied with keeps its own type, bfloat16 for one. An integer
            type gives the nearest whole number, halves up: what `optax.MultiSteps` takes as its
            `every_k_schedule`.

    Raises:
        TypeError: schedule is none, or dtype no float or integer type.

    Source: `optax.Schedule`.

    >>> import lrsched as lrs, optax
    >>> from lrsched.adapters.jax import to_jax
    >>> schedule = to_jax(0.5 * lrs.LinearWarmup(4))
    >>> schedule(2), optax.adamw(schedule).update is not None
    (Array(0.25, dtype=float32, weak_type=True), True)
    >>> accumulated = to_jax(lrs.PiecewiseConstant([100], [1, 4]), dtype="int32")
    >>> optax.MultiSteps(optax.adamw(schedule), accumulated).update is not None
    True
    """
    if dtype is not None and not (_is(dtype, jnp.floating) or _is(dtype, jnp.integer)):
        rule = "a float type, an integer type or None"
        raise refusal(TypeError, "to_jax", "dtype", rule, dtype)
    return functools.partial(_value, schedule, dtype)


def _is(dtype: Any, kind: Any) -> bool:
    try:
        return bool(jnp.issubdtype(jnp.dtype(dtype), kind))
    except TypeError:
        return False


def _value(schedule: Schedule, dtype: DTypeLike | None, count: Any) -> jax.Array:
    value = jnp.asarray(schedule(count))
    if dtype is None:
        return _weakly(value)
    return (_nearest(value) if _is(dtype, jnp.integer) else value).astype(dtype)


def _nearest(value: jax.Array) -> jax.Array:
    below = jnp.floor(value)
    return below + (value - below >= 0.5)  # floor(value + 0.5) would round the sum first


def _weakly(value: jax.Array) -> jax.Array:
    """A number, of weak type."""
    # JAX has no cast for this. But d(w * value)/dw is value, and a derivative has the type of its
    # variable: that of a Python float.
    return jax.grad(jnp.multiply)(1.0, value) if value.ndim == 0 else value
