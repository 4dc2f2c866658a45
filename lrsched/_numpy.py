"""Vectors of steps on NumPy, in pieces that fit a cache."""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Iterator, Sequence
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
        # Boundaries are whole: the whole part of a step has reached just as many.
        whole = t // 1 if isinstance(t, Ratio) else t
        return np.searchsorted(_table(boundaries, "int"), whole, side="right")

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        return _table(values, type(values[0]).__name__)[index]

    def join(self, t: Any, offsets: tuple[int, ...], phases: Sequence[Schedule]) -> Any:
        whole = t // 1 if isinstance(t, Ratio) else t
        first = bisect.bisect_right(offsets, whole.min()) - 1
        last = bisect.bisect_right(offsets, whole.max()) - 1
        if first == last:
            return phases[first].formula(t - offsets[first] if first else t, self)
        inner = _table(offsets[first + 1 : last + 1], "int")
        values = np.empty(whole.shape)
        for i, part in enumerate(_parts(whole, inner), first):
            local = _pick(t, part) - offsets[i]
            if _size(local):
                values[part] = plain(phases[i].formula(local, self))
        return values

    def evaluate(self, schedule: Schedule, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        kind = steps.dtype.kind
        if kind == "O":
            return _one_at_a_time(schedule, steps)
        if kind not in "iuf":
            raise not_a_step(schedule, steps)
        flat = steps.reshape(-1)
        values = np.empty(flat.shape)
        # Out of order, a chunk meets many phases: the fewer chunks, the fewer calls.
        size = CHUNK if _in_order(flat[:CHUNK]) else 16 * CHUNK
        try:
            with np.errstate(all="ignore"):  # underflow is 0, overflow is inf, both meant
                for i in range(0, flat.size, size):
                    t = _accepted(schedule, flat[i : i + size], i)
                    values[i : i + size] = plain(schedule.held(t, self))
        except OverflowError:  # a step or a length beyond int64
            return _one_at_a_time(schedule, steps)
        return values.reshape(steps.shape)


def _accepted(schedule: Schedule, chunk: np.ndarray[Any, Any], start: int) -> Any:
    """The steps as int64 or float64, if they are steps."""
    if chunk.dtype == np.int64 and chunk.view(np.uint64).max() < EXACT:
        return chunk  # seen without a sign, a negative step is beyond any other
    low, high = chunk.min(), chunk.max()
    if not (low >= 0 and high < math.inf):
        wrong = int(np.argmax(~((chunk >= 0) & (chunk < math.inf))))
        raise wrong_step(schedule, chunk[wrong].item(), start + wrong)
    if chunk.dtype.kind == "f":
        return chunk.astype(np.float64, copy=False)
    if high >= EXACT:
        if schedule.steps is None or schedule.steps >= EXACT:
            raise OverflowError
        chunk = np.minimum(chunk, EXACT)  # past the end; there may be no room for it in int64
    return chunk.astype(np.int64, copy=False)


@functools.lru_cache(maxsize=256)
def _table(values: tuple[Any, ...], kind: str) -> np.ndarray[Any, Any]:
    """The values as an array; `kind` keeps (1, 2) and (1.0, 2.0) apart, which are equal."""
    table = np.asarray(values, dtype=float if kind == "float" else None)
    return table.astype(float) if table.dtype == object else table


def _in_order(t: Any) -> bool:
    return not (t[1:] < t[:-1]).any()


def _parts(t: Any, inner: Any) -> Iterator[Any]:
    """For each interval between the inner boundaries, an index of the steps in it."""
    if _in_order(t):
        cuts = [0, *np.searchsorted(t, inner).tolist(), len(t)]
        yield from itertools.starmap(slice, itertools.pairwise(cuts))
        return
    index = np.searchsorted(inner, t, side="right")
    if len(inner) < 8:
        for i in range(len(inner) + 1):
            yield np.flatnonzero(index == i)
        return
    # Small integers sort in linear time.
    order = np.argsort(index.astype(np.min_scalar_type(len(inner))), kind="stable")
    cuts = [0, *np.searchsorted(index[order], np.arange(1, len(inner) + 1)).tolist(), len(t)]
    for start, stop in itertools.pairwise(cuts):
        yield order[start:stop]


def _pick(t: Any, index: Any) -> Any:
    if isinstance(t, Ratio):
        return Ratio(t.n[index], t.d[index] if np.ndim(t.d) else t.d)
    return t[index]


def _size(t: Any) -> int:
    return (t.n if isinstance(t, Ratio) else t).size  # type: ignore[no-any-return]


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
