"""Schedules in Keras optimizers, on every backend and in `.keras` files.

## Learning rate

On the TensorFlow, JAX and torch backends, compiled or not. A `.keras` file keeps the schedule;
import `lrsched.adapters.keras` before loading one.

```python
from lrsched.adapters.keras import to_keras

model.compile(keras.optimizers.Adam(to_keras(schedule)), loss="mse")
model.fit(x, y, epochs=3, verbose=0)
model.save(path)
```

Weight decay, momentum and every other hyper-parameter have a callback, on the same backends:

```python
from lrsched.adapters.keras import ScheduleHyperparameter, to_keras

model.compile(keras.optimizers.AdamW(to_keras(schedule)), loss="mse")
decay = ScheduleHyperparameter(0.1 * shape, "weight_decay")
model.fit(x, y, epochs=3, verbose=0, callbacks=[decay])
```

Keras compiles a hyper-parameter into the update as the number that it is, and a callback that sets
the attribute later changes nothing on TensorFlow and JAX. This one compiles the update anew, once
for each `fit`, with the schedule in it as a function of `optimizer.iterations`: a loaded model goes
on where it was. The attribute keeps the number it was built with, for files and for a `fit` without
the callback; the history of `fit` has the values. Not possible, and refused: the momentum of an
optimizer built with `momentum=0`, which has no buffers; `clipvalue` on JAX; what is read outside of
updates, such as `loss_scale_factor`.

With `gradient_accumulation_steps=n`, Keras asks a learning rate by batches, and nothing else:
`to_keras(lrs.Stretch(lrs.Staircase(schedule, 1), n))` is asked by updates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from lrsched._core.check import refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.adapters._keras_update import ScheduledApply, hyperparameters, inner
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

    def set_model(self, model: Any) -> None:
        """Take out what a `fit` has left that was interrupted."""
        super().set_model(model)
        if self.model.optimizer is not None:
            ScheduledApply.take_out(inner(self.model.optimizer))

    def on_train_begin(self, logs: Any = None) -> None:
        """Put the schedule in the number's place, and have the update compiled anew."""
        optimizer = inner(self.model.optimizer)
        known = hyperparameters(optimizer)
        if self.key not in known:
            rule = f"one that {type(optimizer).__name__} was built to use, {known}"
            raise refusal(ValueError, "ScheduleHyperparameter", "key", rule, self.key)
        schedules = ScheduledApply.of(optimizer).schedules
        if self.key in schedules:
            rule = "that of one callback only"
            raise refusal(ValueError, "ScheduleHyperparameter", "key", rule, self.key)
        schedules[self.key] = self.schedule
        self.model.make_train_function(force=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log the value that the next update is made with."""
        if logs is not None:
            logs[self.key] = self.schedule(int(inner(self.model.optimizer).iterations))

    def on_train_end(self, logs: Any = None) -> None:
        """Take the schedule out again."""
        ScheduledApply.take_out(inner(self.model.optimizer))
        self.model.train_function = None  # the next `fit` compiles its own
