"""Vectors of steps on NumPy, in pieces that fit a cache."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lrsched._namespace import Namespace, not_a_step, plain, wrong_step
from lrsched._ratio import Ratio

if TYPE_CHECKING:
    from lrsched._schedule import Schedule

# Steps evaluated at a time: their temporaries stay in a core's own cache.
CHUNK = 8192

# From here on float64 has no room for every step: such arrays are read one step at a time, in
# Python's unbounded integers.
EXACT = 2**53


class NumPy(Namespace):
    """NumPy, on vectors of int64 or float64."""

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        return np.searchsorted(np.asarray(boundaries), t // 1, side="right")

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        table = np.asarray(values)
        return (table.astype(float) if table.dtype == object else table)[index]

    def join(self, t: Any, offsets: tuple[int, ...], phases: Sequence[Schedule]) -> Any:
        index = self.count(offsets[1:], t)
        first, last = int(index.min()), int(index.max())
        if first == last:
            return phases[first].formula(t - offsets[first], self)
        order = None
        if (index[1:] < index[:-1]).any():
            # Small integers sort in linear time.
            order = np.argsort(index.astype(np.min_scalar_type(len(phases))), kind="stable")
            index, t = index[order], _pick(t, order)
        values = np.empty(index.shape)
        cuts = np.searchsorted(index, np.arange(first, last + 2)).tolist()
        for i, (start, stop) in enumerate(itertools.pairwise(cuts), first):
            if start < stop:
                local = _pick(t, slice(start, stop)) - offsets[i]
                values[start:stop] = plain(phases[i].formula(local, self))
        if order is None:
            return values
        unsorted = np.empty_like(values)
        unsorted[order] = values
        return unsorted

    def evaluate(self, schedule: Schedule, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        kind = steps.dtype.kind
        if kind == "O":
            return _one_at_a_time(schedule, steps)
        if kind not in "iuf":
            raise not_a_step(schedule, steps)
        flat = steps.reshape(-1)
        values = np.empty(flat.shape)
        try:
            with np.errstate(all="ignore"):  # underflow is 0, overflow is inf, both meant
                for i in range(0, flat.size, CHUNK):
                    t = self._accepted(schedule, flat, slice(i, i + CHUNK))
                    values[i : i + CHUNK] = plain(schedule.held(t, self))
        except OverflowError:  # a step or a length beyond int64
            return _one_at_a_time(schedule, steps)
        return values.reshape(steps.shape)

    def _accepted(self, schedule: Schedule, flat: np.ndarray[Any, Any], part: slice) -> Any:
        chunk = flat[part]
        low, high = chunk.min(), chunk.max()
        if not (low >= 0 and high < math.inf):
            wrong = part.start + int(np.argmax(~((chunk >= 0) & (chunk < math.inf))))
            raise wrong_step(schedule, flat[wrong].item(), wrong)
        if flat.dtype.kind == "f":
            return chunk.astype(np.float64, copy=False)
        if high >= EXACT and not (schedule.steps is not None and schedule.steps < EXACT):
            raise OverflowError
        # An unsigned step has no room for a negative difference: past the end, hold first.
        return (np.minimum(chunk, EXACT) if high >= EXACT else chunk).astype(np.int64, copy=False)


def _pick(t: Any, index: Any) -> Any:
    if isinstance(t, Ratio):
        return Ratio(t.n[index], t.d[index] if np.ndim(t.d) else t.d)
    return t[index]


def _one_at_a_time(schedule: Schedule, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values = np.empty(steps.shape)
    flat = values.reshape(-1)
    for i, step in enumerate(steps.reshape(-1).tolist()):
        try:
            flat[i] = schedule(step)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error} at index {i}") from None
    return values


NUMPY = NumPy(np)
