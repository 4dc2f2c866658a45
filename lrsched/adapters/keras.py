"""Schedules in Keras optimizers, on every backend and in `.keras` files."""

from __future__ import annotations

from typing import Any

import keras

from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.data.text import parse


def to_keras(schedule: Schedule) -> ScheduleLR:
    """A Keras schedule: the `learning_rate` of any Keras optimizer.

    Update k is made with `schedule(k)`, k = 0, 1, 2, ... A `.keras` file keeps the schedule as
    text; import this module before loading one.

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
        return cls(parse(config["schedule"]))
