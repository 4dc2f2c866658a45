"""Whatever a schedule is called with, by the shortest way to its value."""

from __future__ import annotations

from typing import Any

import numpy as np

from lrsched._engine.errors import not_a_step
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.numpy import NUMPY
from lrsched._engine.protocol import ScheduleLike


def evaluate(schedule: ScheduleLike, step: Any) -> Any:
    """The schedule at a step, or at an array of steps of any library."""
    if type(step) is np.ndarray:
        if step.ndim:
            return NUMPY.evaluate(schedule, step)
        step = step.item()
        if type(step) is int:
            return schedule(step)
    if isinstance(step, np.integer):
        return schedule(int(step))
    if isinstance(step, np.generic):
        step = float(step) if isinstance(step, np.floating) else step.item()
    if isinstance(step, (int, float)) and not isinstance(step, bool):
        return NUMBERS.evaluate(schedule, step)
    if isinstance(step, range):
        step = np.arange(step.start, step.stop, step.step)
    if isinstance(step, (list, tuple)):
        step = _as_array(schedule, step)
    if isinstance(step, np.ndarray):
        return NUMPY.evaluate(schedule, np.asarray(step))
    # Start-up: an import of the library need not wait for what knows all the others.
    from lrsched._engine import arrays

    namespace = arrays.home(step)
    if namespace is None:
        raise not_a_step(schedule, step)
    return namespace.evaluate(schedule, step)


def _as_array(schedule: ScheduleLike, steps: Any) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(steps)
    except (ValueError, UserWarning):  # rows of different lengths; before NumPy 1.24 a warning
        raise not_a_step(schedule, steps) from None
    return array if array.size else array.astype(float)
