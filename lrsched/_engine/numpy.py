"""Vectors of steps on NumPy, in pieces that fit a cache."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lrsched._engine.errors import failed, no_number, not_a_step, not_an_index, wrong_step
from lrsched._engine.namespace import Namespace
from lrsched._engine.protocol import FamilyLike, ScheduleLike, SequenceLike
from lrsched._engine.ratio import Led, Ratio, plain
from lrsched._engine.stack import on_a_stack_of_its_own
from lrsched._engine.tables import table

if TYPE_CHECKING:
    from lrsched._engine.program import Run

# Steps evaluated at a time, an eleventh of all within these: their temporaries stay in a core's own
# cache, and one row of them is less than a tenth of the output.
CHUNK, MOST = 8192, 16384

# From here on float64 has no room for every step: such arrays are read one step at a time, in
# Python's unbounded integers.
EXACT = 2**53
_INT64 = 2**63 - 1


class NumPy(Namespace):
    """NumPy, on vectors of int64 or float64."""

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        # Boundaries are whole: the whole part of a step has reached just as many.
        whole = t // 1 if isinstance(t, Ratio) else t
        return np.searchsorted(table(boundaries, "int"), whole, side="right")

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        return table(values, type(values[0]).__name__)[np.asarray(index).astype(np.int64)]

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        offsets, phases = sequence.offsets, sequence.phases
        index = self.count(offsets, t) - 1
        if not np.ndim(index):  # one step for all, of a clock that stands still
            return self.inner(phases[index], t - offsets[index])
        values = np.empty(index.shape)
        for i in np.unique(index).tolist():
            here = np.flatnonzero(index == i)
            values[here] = plain(self.inner(phases[i], _pick(t, here) - offsets[i]))
        return values

    def interpret(self, schedule: ScheduleLike, t: Any) -> Any:
        """The values by the formula itself, without a program written from it."""
        try:
            values = np.asarray(plain(schedule.held(t, self)))
        except (OverflowError, RecursionError):
            raise
        except Exception as error:  # whatever a user's formula does
            if "loop of ufunc does not support" in str(error):  # integers beyond int64: NumPy 1
                raise OverflowError from error
            raise failed(schedule, t, self, error) from error
        if values.dtype.kind == "O":  # fractions, say
            try:
                values = np.array([float(x) for x in values.flat]).reshape(values.shape)
            except (TypeError, ValueError):
                raise no_number(schedule, values[()]) from None
        if values.dtype.kind not in "iufb":
            raise no_number(schedule, values[()])
        return np.broadcast_to(values, t.shape)

    def evaluate(self, schedule: ScheduleLike, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        kind = steps.dtype.kind
        if kind not in "iuf":
            if kind == "O":
                return _one_at_a_time(schedule, steps)
            raise not_a_step(schedule, steps)
        if steps.ndim > 1 and steps.flags.f_contiguous and not steps.flags.c_contiguous:
            try:
                return self.evaluate(schedule, steps.T).T  # in the order they are stored in
            except ValueError:
                pass  # once more: an index is counted along the rows
        flat = steps.reshape(-1)
        n = flat.size
        values = np.empty(n)
        # Out of order, a chunk meets many pieces: the fewer chunks, the fewer calls.
        size = min(max(CHUNK, n // 11), MOST)
        if n > CHUNK and not _in_order(flat[:CHUNK]):
            size = 8 * MOST
        try:
            with np.errstate(all="ignore"):  # underflow is 0, overflow is inf, both meant
                fill = schedule.__dict__.get("_fill") or self._filler(schedule)
                for i in range(0, n, size):
                    fill(_Chunk(schedule, flat[i : i + size], i), values[i : i + size])
        except OverflowError:  # a step or a length beyond int64
            return _one_at_a_time(schedule, steps)
        return values.reshape(steps.shape)

    def indices(self, family: FamilyLike, i: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Which members: integers, none below the first or beyond the last."""
        i = i if i.size else i.astype(int)
        if i.dtype.kind not in "iu":
            raise not_an_index(family, i)
        wrong = np.flatnonzero((i < 0) | (i >= len(family.schedules)))
        if wrong.size:
            raise not_an_index(family, i.flat[int(wrong[0])].item(), len(family.schedules))
        return i

    def members(self, family: FamilyLike, i: Any, steps: Any) -> np.ndarray[Any, Any]:
        """The members of a family of those indices, each at its own step: as it is by itself."""
        which, t = np.broadcast_arrays(i, steps)
        values = np.empty(t.shape)
        for k in np.unique(which).tolist():
            values[which == k] = family.schedules[k](t[which == k])
        return values

    def _filler(self, schedule: ScheduleLike) -> Fill:
        """What fills a vector with the values at a chunk of steps."""
        try:
            written = on_a_stack_of_its_own(lambda: self._written(schedule))
        except ValueError:  # nested too deeply
            written = None
        fill: Fill = written or _Interpreted(schedule)
        schedule.__dict__["_fill"] = fill
        return fill

    def _written(self, schedule: ScheduleLike) -> _Written | None:
        """The schedule as programs; None for a user's formula that can't be traced."""
        # Start-up: to import schedules is not yet to call them.
        from lrsched._engine.pieces import pieces
        from lrsched._engine.program import program

        held = None
        if schedule.steps is not None:
            if schedule.steps > _INT64:
                raise OverflowError
            with np.errstate(all="ignore"):  # this may be another thread
                held = float(self.interpret(schedule, np.array([schedule.steps]))[0])
        try:
            parts = [(start, program(value)) for start, value in pieces(schedule, held)]
        except RecursionError:
            raise
        except Exception:  # whatever the formula makes of a symbol
            return None
        return _Written(parts)


class _Chunk:
    """Steps as int64 or float64, if they are steps, and what is known of them."""

    __slots__ = ("high", "in_order", "low", "t")

    def __init__(self, schedule: ScheduleLike, steps: np.ndarray[Any, Any], start: int) -> None:
        self.in_order = _in_order(steps)
        if self.in_order:
            self.low, self.high = steps.item(0), steps.item(-1)
        else:
            self.low, self.high = steps.min().item(), steps.max().item()
        if not (self.low >= 0 and self.high < math.inf):
            wrong = int(np.argmax(~((steps >= 0) & (steps < math.inf))))
            raise wrong_step(schedule, steps.item(wrong), start + wrong)
        if steps.dtype.kind == "f":
            self.t = steps.astype(np.float64, copy=False)
            return
        if self.high >= EXACT:
            if schedule.steps is None or schedule.steps >= EXACT:
                raise OverflowError
            steps = np.minimum(steps, EXACT)  # held, and there may be no room for it in int64
        self.t = steps.astype(np.int64, copy=False)


# Fills a vector with the values at a chunk's steps.
Fill = Callable[[_Chunk, Any], None]


class _Interpreted:
    """A schedule whose formula is evaluated as it stands."""

    def __init__(self, schedule: ScheduleLike) -> None:
        self._schedule = schedule

    def __call__(self, chunk: _Chunk, out: Any) -> None:
        out[:] = NUMPY.interpret(self._schedule, chunk.t)


class _Written:
    """A schedule as one program for each of its pieces."""

    def __init__(self, parts: list[tuple[Any, Run]]) -> None:
        self._starts = [start for start, _ in parts]
        self._programs = [run for _, run in parts]

    def __call__(self, chunk: _Chunk, out: Any) -> None:
        t = chunk.t
        first = bisect.bisect_right(self._starts, chunk.low)
        last = bisect.bisect_right(self._starts, chunk.high)
        if first == last:
            self._programs[first - 1](t, out)
            return
        present = self._programs[first - 1 : last]
        inner = np.array(self._starts[first:last])
        if chunk.in_order:
            start = 0
            for run, stop in zip(present, (*t.searchsorted(inner).tolist(), len(t)), strict=True):
                if start < stop:
                    run(t[start:stop], out[start:stop])
                start = stop
            return
        groups = _groups(inner.searchsorted(t, "right"), len(present))
        for run, part in zip(present, groups, strict=True):
            if part.size:
                values = np.empty(part.size)
                run(t[part], values)
                out[part] = values


def _in_order(t: np.ndarray[Any, Any]) -> bool:
    # A NaN is in no order.
    return int(np.count_nonzero(t[1:] >= t[:-1])) == t.size - 1


def _groups(index: np.ndarray[Any, Any], n: int) -> Iterator[np.ndarray[Any, Any]]:
    """Where the index is 0, where it is 1, ... and where it is n - 1."""
    if n <= 8:
        for i in range(n):
            yield np.flatnonzero(index == i)
        return
    # Small integers sort in linear time.
    order = np.argsort(index.astype(np.min_scalar_type(n - 1)), kind="stable")
    cuts = [0, *index[order].searchsorted(np.arange(1, n)).tolist(), len(order)]
    for start, stop in itertools.pairwise(cuts):
        yield order[start:stop]


def _pick(t: Any, index: Any) -> Any:
    if isinstance(t, Led):
        return Led(t.rest[index], t.d[index], t.whole[index])
    if isinstance(t, Ratio):
        return Ratio(t.n[index], t.d[index] if np.ndim(t.d) else t.d)
    return t[index]


def _one_at_a_time(schedule: ScheduleLike, steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values = np.empty(steps.shape)
    flat = values.reshape(-1)
    for i, step in enumerate(steps.reshape(-1).tolist()):
        try:
            value = schedule(step)
            if not isinstance(value, float):  # an array of arrays
                raise not_a_step(schedule, step)
            flat[i] = value
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error} at index {i}") from None
    return values


NUMPY = NumPy(np)
