"""Updates of Keras optimizers with hyper-parameters that are functions of the step."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import keras

from lrsched._core.schedule import Schedule

# Read outside of updates, or of no effect after the optimizer has been built.
_FIXED = {
    "learning_rate",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "ema_overwrite_frequency",
    "initial_accumulator_value",
    "ns_steps",
}


def hyperparameters(optimizer: Any) -> list[str]:
    """The names of those that its updates are made with."""

    def is_used(key: str, value: Any) -> bool:
        if key == "weight_decay" and value is None:
            return True
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and not (key == "momentum" and value == 0)

    config = optimizer.get_config()
    without = set(_FIXED)
    if not optimizer.use_ema:
        without.add("ema_momentum")
    if keras.backend.backend() == "jax":
        without.add("clipvalue")  # asked for, and given to `jnp.clip`
    return [
        key
        for key, value in vars(optimizer).items()
        if key in config and key not in without and is_used(key, value)
    ]


def inner(optimizer: Any) -> Any:
    """The optimizer that makes the updates: mixed precision wraps it in one that scales losses."""
    while hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    return optimizer


def _uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Left out by torch's compiler, which makes a new program for every number that it meets."""
    if keras.backend.backend() != "torch":
        return function
    # Start-up: Keras on another backend needs no torch.
    from torch.compiler import disable

    left_out: Callable[..., Any] = disable(function)  # type: ignore[no-untyped-call]
    return left_out


class ScheduledApply:
    """The `apply` of an optimizer, with hyper-parameters that follow schedules meanwhile.

    All backends make their updates with it. TensorFlow and JAX trace it, and what it works out from
    `iterations` becomes a part of the compiled update.
    """

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.schedules: dict[str, Schedule] = {}

    @classmethod
    def of(cls, optimizer: Any) -> ScheduledApply:
        """That of an optimizer, from now on; its own way to set attributes would track them."""
        apply: ScheduledApply = vars(optimizer).setdefault("apply", cls(optimizer))
        return apply

    @classmethod
    def take_out(cls, optimizer: Any) -> None:
        """The optimizer's own `apply` is found again."""
        if isinstance(vars(optimizer).get("apply"), cls):
            del vars(optimizer)["apply"]

    @_uncompiled
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        step = keras.ops.convert_to_tensor(self.optimizer.iterations)
        attributes = vars(self.optimizer)
        own = {key: attributes[key] for key in self.schedules}
        attributes.update({key: _value(key, s, step) for key, s in self.schedules.items()})
        try:
            return type(self.optimizer).apply(self.optimizer, *args, **kwargs)
        finally:
            attributes.update(own)


# What optimizers ask for before they use it.
_ASKED = {"momentum", "clipnorm", "global_clipnorm", "clipvalue"}


def _value(key: str, schedule: Schedule, step: Any) -> Any:
    if keras.backend.backend() == "torch":  # nothing is traced, and its functions ask for numbers
        return _Number(schedule(int(step)))
    value = schedule(step)
    # JAX's own functions take arrays and nothing like them.
    return value if keras.backend.backend() == "jax" and key not in _ASKED else _Scalar(value)


class _InUse:
    """A hyper-parameter that is in use, whatever its value at a step.

    Optimizers ask `momentum != 0` for whether there is one. The answer was given when the buffers
    were made, and a compiled update can't change it.
    """

    def __bool__(self) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return id(self)

    dtype = float  # as Keras sees a Python number


class _Number(_InUse, float):
    pass


def _forwards(act: Callable[[Any, Any], Any]) -> Callable[[_Scalar, Any], Any]:
    def operation(self: _Scalar, other: Any) -> Any:
        if isinstance(other, (int, float)):
            return _Scalar(act(self.tensor, other))
        if isinstance(other, _Scalar):
            return _Scalar(act(self.tensor, other.tensor))
        other = keras.ops.convert_to_tensor(other)
        return act(keras.ops.cast(self.tensor, other.dtype), other)

    return operation


def _backwards(act: Callable[[Any, Any], Any]) -> Callable[[_Scalar, Any], Any]:
    return _forwards(lambda a, b: act(b, a))


class _Scalar(_InUse):
    """A tensor of one number that takes the type of what it meets, as a Python float does."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return self.tensor if dtype is None else keras.ops.cast(self.tensor, dtype)

    def __jax_array__(self) -> Any:
        return self.tensor

    def __neg__(self) -> _Scalar:
        return _Scalar(-self.tensor)

    __add__, __radd__ = _forwards(operator.add), _backwards(operator.add)
    __sub__, __rsub__ = _forwards(operator.sub), _backwards(operator.sub)
    __mul__, __rmul__ = _forwards(operator.mul), _backwards(operator.mul)
    __truediv__, __rtruediv__ = _forwards(operator.truediv), _backwards(operator.truediv)
    __pow__, __rpow__ = _forwards(operator.pow), _backwards(operator.pow)
