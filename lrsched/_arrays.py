"""Which namespace does this array belong to.

A formula is written once, with operators and the functions of the `xp` it is handed. This file
finds that `xp`, and it is the only one in the core that spells a framework's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lrsched._namespace import Namespace, not_a_step
from lrsched._numbers import NUMBERS
from lrsched._numpy import NUMPY

if TYPE_CHECKING:
    from lrsched._schedule import Schedule


def evaluate(schedule: Schedule, step: Any) -> Any:
    """The schedule at a step, or at an array of steps of any library."""
    if isinstance(step, np.integer):
        return schedule(int(step))
    if isinstance(step, (np.generic, np.ndarray)) and step.ndim == 0:
        step = float(step) if step.dtype.kind == "f" else step.item()
    if isinstance(step, (int, float)) and not isinstance(step, bool):
        return NUMBERS.evaluate(schedule, step)
    if isinstance(step, range):
        step = np.arange(step.start, step.stop, step.step)
    if isinstance(step, (list, tuple)):
        step = _as_array(schedule, step)
    if isinstance(step, np.ndarray):
        return NUMPY.evaluate(schedule, np.asarray(step))
    for home in _HOMES:
        namespace = home(step)
        if namespace is not None:
            return namespace.evaluate(schedule, step)
    raise not_a_step(schedule, step)


def _as_array(schedule: Schedule, steps: Any) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(steps)
    except ValueError:  # rows of different lengths
        raise not_a_step(schedule, steps) from None
    return array if array.size else array.astype(float)


# Other libraries' arrays: functions that know theirs and answer with its namespace, or None.
_HOMES: list[Callable[[Any], Namespace | None]] = []
