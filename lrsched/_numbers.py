"""One step at a time, in Python's own numbers."""

from __future__ import annotations

import bisect
import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lrsched._namespace import Namespace, wrong_step
from lrsched._numpy import NUMPY

if TYPE_CHECKING:
    from lrsched._schedule import Schedule


class Numbers(Namespace):
    """Python's own numbers."""

    abs = staticmethod(abs)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        return a if condition else b

    def minimum(self, a: Any, b: Any) -> Any:
        return a if a <= b else b

    def maximum(self, a: Any, b: Any) -> Any:
        return a if a >= b else b

    def count(self, boundaries: tuple[int, ...], t: Any) -> int:
        # Boundaries are whole: the whole part of a step has reached just as many.
        return bisect.bisect_right(boundaries, t // 1)

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        return values[index]

    def join(self, t: Any, offsets: tuple[int, ...], phases: Sequence[Schedule]) -> Any:
        i = self.count(offsets, t) - 1
        return phases[i].formula(t - offsets[i], self)

    def evaluate(self, schedule: Schedule, step: Any) -> float:
        if not 0 <= step < math.inf:
            raise wrong_step(schedule, step)
        try:
            value = float(schedule.held(step, self))
        except (ArithmeticError, ValueError):
            # Python raises where IEEE arithmetic goes on to infinity or 0; NumPy goes on.
            vector = np.array([min(step, sys.float_info.max)], dtype=float)
            value = float(NUMPY.evaluate(schedule, vector)[0])
        return value


NUMBERS = Numbers(math)
