"""Schedules in Keras optimizers, on every backend and in `.keras` files."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import keras

from lrsched._core.check import refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.data.text import parse


def to_keras(schedule: Schedule) -> ScheduleLR:
    """A Keras schedule: the `learning_rate` of any Keras optimizer.

    Update k is made with `schedule(k)`, k = 0, 1, 2, ... A `.keras` file keeps the schedule as
    text; import this module before loading one. With `gradient_accumulation_steps=n` Keras counts
    batches here: `to_keras(Stretch(Staircase(schedule, 1), n))` counts updates.

    Formula: schedule(iterations).

    Args:
        schedule: the absolute values, such as `3e-4 * CosineDecay(1000)`.

    Raises:
        TypeError: schedule is none.

    Source: `keras.optimizers.schedules.LearningRateSchedule`.

    >>> import keras
    >>> import lrsched as lrs
    >>> from lrsched.adapters.keras import to_keras
    >>> optimizer = keras.optimizers.Adam(to_keras(0.5 * lrs.LinearWarmup(4)))
    >>> optimizer.get_config()["learning_rate"]["config"]
    {'schedule': '0.5 * LinearWarmup(4)'}
    """
    return ScheduleLR(A_SCHEDULE("to_keras", "schedule", schedule))


@keras.saving.register_keras_serializable(package="lrsched")
class ScheduleLR(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """An lrsched schedule where Keras wants one of its own."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def __call__(self, step: Any) -> Any:
        """The value at a step, a tensor of the backend."""
        return self.schedule(keras.ops.convert_to_tensor(step))

    def get_config(self) -> dict[str, str]:
        """The schedule as text, which reads back as an equal one."""
        return {"schedule": repr(self.schedule)}

    @classmethod
    def from_config(cls, config: dict[str, str]) -> ScheduleLR:
        """The schedule that `get_config` wrote."""
        if not isinstance(config, Mapping) or "schedule" not in config:
            raise refusal(ValueError, "ScheduleLR", "config", 'a mapping with "schedule"', config)
        return cls(parse(config["schedule"]))


class ScheduleHyperparameter(keras.callbacks.Callback):  # type: ignore[misc]
    """A callback that puts any hyper-parameter of the optimizer on a schedule, for one `fit`.

    Update k is made with `schedule(k)`, where k is the optimizer's `iterations`: a loaded model
    goes on where it was. Runs in `fit` on the TensorFlow, JAX and torch backends, compiled or not;
    several may share an optimizer. The learning rate has `to_keras`.

    Keras writes a hyper-parameter into the update that it compiles, where it stays the number it
    was. So the update is compiled anew, once for each `fit`, with the schedule in the number's
    place. The attribute of the optimizer stays what it was: a file keeps it, and a `fit` without
    the callback is made with it. The history of `fit` has the value after each epoch.

    Args:
        schedule: the absolute values, such as `0.1 * CosineDecay(1000)`.
        key: the name, such as "weight_decay", "momentum" or "beta_1". The momentum of an optimizer
            that was built with 0 has no buffers, and can't be scheduled.

    Raises:
        TypeError: schedule is none, or key no string.
        ValueError: in `fit`, the optimizer has no such hyper-parameter.

    Source: `keras.callbacks.LearningRateScheduler`, for the learning rate.

    >>> import keras, numpy as np
    >>> import lrsched as lrs
    >>> from lrsched.adapters.keras import ScheduleHyperparameter
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.AdamW(), loss="mse")
    >>> decay = ScheduleHyperparameter(0.5 * lrs.LinearDecay(4), "weight_decay")
    >>> one = np.ones((1, 1))
    >>> model.fit(one, one, epochs=3, verbose=0, callbacks=[decay]).history["weight_decay"]
    [0.375, 0.25, 0.125]
    """

    def __init__(self, schedule: Schedule, key: str) -> None:
        super().__init__()
        self.schedule = A_SCHEDULE("ScheduleHyperparameter", "schedule", schedule)
        if not isinstance(key, str):
            raise refusal(TypeError, "ScheduleHyperparameter", "key", "a name", key)
        self.key = key

    def on_train_begin(self, logs: Any = None) -> None:
        """Put the schedule in the number's place, and have the update compiled anew."""
        optimizer = _inner(self.model.optimizer)
        known = _hyperparameters(optimizer)
        if self.key not in known:
            rule = f"one that {type(optimizer).__name__} was built to use, {known}"
            raise refusal(ValueError, "ScheduleHyperparameter", "key", rule, self.key)
        vars(optimizer).setdefault("apply", _Apply(optimizer)).schedules[self.key] = self.schedule
        self.model.make_train_function(force=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log the value that the next update is made with."""
        if logs is not None:
            logs[self.key] = self.schedule(int(_inner(self.model.optimizer).iterations))

    def on_train_end(self, logs: Any = None) -> None:
        """Take the schedule out again."""
        attributes = vars(_inner(self.model.optimizer))
        schedules = attributes["apply"].schedules
        schedules.pop(self.key, None)
        if not schedules:
            del attributes["apply"]
        self.model.train_function = None  # the next `fit` compiles its own


# Read outside of updates, or of no effect after the optimizer has been built.
_FIXED = {
    "learning_rate",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "ema_overwrite_frequency",
    "initial_accumulator_value",
    "ns_steps",
}


def _hyperparameters(optimizer: Any) -> list[str]:
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


def _inner(optimizer: Any) -> Any:
    """The optimizer that makes the updates: mixed precision wraps it in one that scales losses."""
    while hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    return optimizer


def _uncompiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Left out by torch's compiler, which makes a new program for every number that it meets."""
    if keras.backend.backend() != "torch":
        return function
    from torch.compiler import disable

    left_out: Callable[..., Any] = disable(function)  # type: ignore[no-untyped-call]
    return left_out


class _Apply:
    """The `apply` of an optimizer, with hyper-parameters that follow schedules meanwhile.

    All backends make their updates with it. TensorFlow and JAX trace it, and what it works out from
    `iterations` becomes a part of the compiled update.
    """

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer
        self.schedules: dict[str, Schedule] = {}

    @_uncompiled
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        step = keras.ops.convert_to_tensor(self.optimizer.iterations)
        attributes = vars(self.optimizer)  # the optimizer's own way would track what it is given
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
