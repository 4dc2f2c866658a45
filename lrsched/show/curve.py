"""The points through which a schedule's curve is drawn, whatever draws it."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrsched._core.schedule import Schedule
from lrsched.ask.boundaries import START, Mark, Own, marks
from lrsched.ask.describe import phases

Floats = NDArray[np.float64]

# Marks of one column that can be told apart, and those that are visited where there are more.
_APART, _CROWD = 2, 8

# Other points that are visited in one column.
_FINE = 8

# How far beside a mark its sides are looked at: of the width of the picture, and of the way to the
# next mark.
_BESIDE, _NEAR = 2.0**-30, 2.0**-20

# A difference that is looked at more closely, of that of the greatest value and the least.
_JUMP = 1 / 64

_GOLDEN = (5**0.5 - 1) / 2

# More lines than these, from the floor to the ceiling, would hide the curve.
MOST_LINES = 50


class Curve(NamedTuple):
    """Points of a schedule, ascending: straight lines between them are its curve."""

    at: Floats
    values: Floats


def curve(schedule: Schedule, steps: int, columns: int) -> Curve:
    """The curve from step 0 to `steps`, as it is seen in a picture so many columns wide.

    Every point is one of the schedule. Both sides of every mark are among them, and of every jump
    that is seen without one, so that jumps are upright. A column with more marks than can be told
    apart is told by its least point and its greatest.

    >>> import lrsched as lrs
    >>> at, values = curve(lrs.StepDecay(30, gamma=0.5), 50, 10)
    >>> i = int(np.searchsorted(at, 30))
    >>> (at[i - 1 : i + 1].round(6).tolist(), values[i - 1 : i + 1].tolist())
    ([30.0, 30.0], [1.0, 0.5])
    """
    joints, crowds = _joints(schedule, steps, columns)
    gaps = np.diff(joints, prepend=-np.inf, append=np.inf)
    beside = np.minimum(steps * _BESIDE, _NEAR * np.minimum(gaps[1:], gaps[:-1]))
    sides = np.concatenate([joints - beside, joints, joints + beside])
    between = (joints[1:] + joints[:-1]) / 2
    at = np.unique(np.concatenate([_spread(steps, columns), sides, between]).clip(0, steps))
    with np.errstate(all="ignore"):
        values = schedule(at)
        jumps = _jumps(schedule, at, values, steps * _BESIDE, 2 * columns)
        sides = np.concatenate([sides, jumps])
        at = np.unique(np.concatenate([at, jumps]))
        values = schedule(at)
    column = columns_of(at, steps, columns)
    apart = crowds[column] <= _APART
    kept = _extremes(column, values) | (apart & (_ends(column) | np.isin(at, sides)))
    kept[[0, -1]] = True
    return Curve(at[kept], values[kept])


def _jumps(schedule: Schedule, at: Floats, values: Floats, close: float, most: int) -> Floats:
    """Both sides of the jumps between points, where no mark told of them: `most` at most."""
    gaps = abs(np.diff(values))
    high = np.flatnonzero((gaps > _JUMP * np.ptp(values)) & (np.diff(at) > 2 * close))
    if not 0 < len(high) <= most:
        return np.empty(0)
    left, right = at[high], at[high + 1]
    while (right - left).max() > close and (right - left).max() > 4 * np.spacing(right.max()):
        middle = (left + right) / 2
        low, here, up = (schedule(steps) for steps in (left, middle, right))
        lower = abs(here - low) > abs(up - here)
        left, right = np.where(lower, left, middle), np.where(lower, middle, right)
    upright = abs(schedule(right) - schedule(left)) > gaps[high] / 2
    return np.concatenate([left[upright], right[upright]])


def begins(schedule: Schedule, steps: int) -> list[int]:
    """Where phases begin, within the picture."""
    return [part.start for part in phases(schedule) if 0 < part.start < steps]


def ends(values: Floats) -> tuple[float, float]:
    """The least value and the greatest, for words: what is next to 0, just before a jump, is 0."""
    low, high = float(values.min()), float(values.max())
    little = 1e-5 * max(abs(low), abs(high))
    return tuple(0.0 if abs(value) < little else value for value in (low, high))  # type: ignore[return-value]


def _joints(schedule: Schedule, steps: int, columns: int) -> tuple[Floats, NDArray[np.int64]]:
    """The marks, a few at most of each column, and how many of each they are."""
    found: list[float] = []
    crowds = np.zeros(columns, dtype=np.int64)
    after: Mark | None = START
    while after is not None:
        behind, after = after, None
        for mark in marks(schedule, behind, Own.KNOWN):
            if mark.at > steps:
                break
            column = min(int(mark.at * columns // steps), columns - 1)
            if crowds[column] == _CROWD:
                if column + 1 < columns:  # on to the next
                    after = Mark(Fraction((column + 1) * steps, columns))
                break
            crowds[column] += 1
            found.append(float(mark.at))
    return np.array(found), crowds


def _spread(steps: int, columns: int) -> Floats:
    """Steps in every column, and at no period that a schedule could have as well."""
    i = np.arange(columns * _FINE)
    between = (i + i * i * _GOLDEN % 1) * (steps / len(i))
    whole = np.arange(steps + 1) if steps <= columns else np.rint(np.linspace(0, steps, columns))
    return np.concatenate([whole, between])


def columns_of(at: Floats, steps: int, columns: int) -> NDArray[np.int64]:
    """The column that each step is in, from 0 on."""
    return np.minimum(at * (columns / steps), columns - 1).astype(np.int64)


def _extremes(column: NDArray[np.int64], values: Floats) -> NDArray[np.bool_]:
    """Of each column the least and the greatest."""
    order = np.lexsort((values, column))
    told = np.zeros(len(values), dtype=bool)
    told[order[_ends(column[order])]] = True
    return told


def _ends(column: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of each column the first and the last."""
    ends = np.ones(len(column) + 1, dtype=bool)
    ends[1:-1] = np.diff(column) > 0
    return ends[1:] | ends[:-1]
