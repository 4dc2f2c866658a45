"""Schedules in JAX: the callables that optax takes."""

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
