"""Looking at schedules: their phases, and their curve in a terminal."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrsched._schedule import Schedule
from lrsched.compose import Product, Sequence, Take
from lrsched.piecewise import Constant


class Phase(NamedTuple):
    """A part of a whole: `scale` times `schedule`, from step `start` of the whole to `stop`."""

    schedule: Schedule
    start: int
    stop: int | None
    scale: float = 1.0

    def __call__(self, step: int) -> float:
        """The phase's own value at a step of the whole, its end included."""
        return self.scale * self.schedule(step - self.start)


def phases(schedule: Schedule) -> list[Phase]:
    """The phases of a schedule; one without a sequence in it is a single phase.

    >>> import lrsched as lrs
    >>> for phase in phases(0.1 * lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(15))):
    ...     print(phase.start, phase.stop, phase.schedule, phase(phase.stop))
    0 5 LinearWarmup(5) 0.1
    5 20 CosineDecay(15) 0.0
    """
    match schedule:
        case Sequence():
            return [
                part._replace(start=offset + part.start, stop=_plus(offset, part.stop))
                for offset, phase in zip(schedule.offsets, schedule.phases, strict=True)
                for part in phases(phase)
            ]
        case Take():
            parts = [part for part in phases(schedule.schedule) if part.start <= schedule.steps]
            last = parts[-1]
            stop = schedule.steps if last.stop is None else min(last.stop, schedule.steps)
            return [*parts[:-1], last._replace(stop=stop)]
        case Product():
            constants = [f.value for f in schedule.factors if isinstance(f, Constant)]
            others = [f for f in schedule.factors if not isinstance(f, Constant)]
            if len(others) == 1:
                scale = math.prod(constants)
                return [part._replace(scale=scale * part.scale) for part in phases(others[0])]
    return [Phase(schedule, 0, schedule.steps)]


def _plus(offset: int, stop: int | None) -> int | None:
    return None if stop is None else offset + stop


def draw(values: NDArray[np.float64], height: int = 12) -> list[str]:
    """Rows of text with a curve in them, two values to a character, four levels to a row.

    >>> print(*draw(np.array([0.0, 1, 2, 3, 3, 2, 1, 0]), height=1), sep="")
    ⡠⠊⠑⢄
    """
    dots = np.array([[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]])
    finite = np.nan_to_num(values, posinf=np.finfo(float).max / 4, neginf=np.finfo(float).min / 4)
    low, high = finite.min(), finite.max()
    span = high - low if high > low else 1.0
    levels = np.rint((finite - low) / span * (4 * height - 1)).astype(int)
    cells = np.zeros((height, (len(levels) + 1) // 2), dtype=int)
    previous = levels[0]
    for x, level in enumerate(levels):
        # A jump is a vertical stroke: every level on the way is set.
        for y in range(min(level, previous), max(level, previous) + 1):
            if y != previous or level == previous:
                cells[height - 1 - y // 4, x // 2] |= dots[x % 2, y % 4]
        previous = level
    return ["".join(chr(0x2800 + cell) for cell in row) for row in cells]
