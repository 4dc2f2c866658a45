"""A schedule's expression, cut into plain ones at the steps on which it branches."""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from typing import Any, Protocol

from lrsched._engine.protocol import ScheduleLike
from lrsched._engine.ratio import plain
from lrsched._engine.symbols import LEAVES, SYMBOLS, Symbol, Symbols, landings

# The first step of a piece, and the expression that holds from there to the next one.
Piece = tuple[Any, Any]


class Operations(Protocol):
    """Where an expression was made: it knows a branch to cut at, and makes operations again."""

    def cut(self, condition: Any) -> Any: ...

    def operation(self, op: str, args: list[Any]) -> Any: ...


def pieces(schedule: ScheduleLike, held: float | None, xp: Symbols = SYMBOLS) -> list[Piece]:
    """The schedule as expressions on intervals of steps, in order; `held` is the value at its end.

    Branches on the step alone become intervals, wherever they stand: a product of two sequences
    has the boundaries of both, and each piece is one plain expression.
    """
    value = plain(xp.inner(schedule, xp.step(schedule.steps)))
    if schedule.steps is not None:
        value = xp.where(xp.step(None) < schedule.steps, value, held)
    return cut_up(value, xp)


def cut_up(value: Any, xp: Operations, low: float = 0) -> list[Piece]:
    """The pieces of an expression from `low` on."""
    cutter = _Cutter(xp, _FREE + 4 * _size(value))
    try:
        return cutter.pieces(value, low, math.inf)
    except _ManyError:
        return [(low, value)]


class _ManyError(Exception):
    """The pieces are so many that all of them together are far larger than the whole."""


# Operations that may be made again for the sake of pieces, beside four for each that there is.
_FREE = 2000


def _size(value: Any) -> int:
    """How many operations there are in an expression."""
    seen: set[int] = set()
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Symbol) and id(part) not in seen:
            seen.add(id(part))
            pending += part.args
    return len(seen)


class _Cutter:
    """`known` keeps what is shared shared."""

    def __init__(self, xp: Operations, budget: int) -> None:
        self._xp = xp
        self._budget = budget
        self._known: dict[Any, Any] = {}
        self._landed: set[tuple[float, float]] = set()

    def pieces(self, value: Any, low: float, high: float) -> list[Piece]:
        """The pieces of a value between two steps."""
        if not isinstance(value, Symbol) or value.op in _WHOLE:
            return [(low, value)]
        key = (id(value), low, high)
        if key not in self._known:
            if (low, high) not in self._landed:  # once: all below is below these, too
                self._landed.add((low, high))
                for part in landings(value):
                    self.pieces(part, low, high)
                return self.pieces(value, low, high)
            # The value itself is kept too: no other may take its id.
            self._known[key] = (value, self._cut_up(value, low, high))
        return self._known[key][1]  # type: ignore[no-any-return]

    def _cut_up(self, value: Symbol, low: float, high: float) -> list[Piece]:
        cut = self._cut(value)
        if cut is not None:
            _, before, after = value.args
            if low < cut < high:
                return self.pieces(before, low, cut) + self.pieces(after, cut, high)
            return self.pieces(before if cut >= high else after, low, high)
        parts = [self.pieces(arg, low, high) for arg in value.args]
        if not any(_is_cut(part, arg) for part, arg in zip(parts, value.args, strict=True)):
            return [(low, value)]
        starts = sorted({start for part in parts for start, _ in part})
        result: list[Piece] = []
        self._budget -= len(starts)
        if self._budget < 0:
            raise _ManyError
        for start, stop in itertools.pairwise([*starts, high]):
            rebuilt = self._xp.operation(value.op, [_at(part, start) for part in parts])
            if self._cut(rebuilt) is not None:  # what was held is now the step itself
                result += self.pieces(rebuilt, start, stop)
            else:
                result.append((start, rebuilt))
        return result

    def _cut(self, value: Any) -> Any:
        """The step at which a value branches, if it does so on the step alone."""
        if not isinstance(value, Symbol) or value.op != "where":
            return None
        return self._xp.cut(value.args[0])


def _is_cut(part: list[Piece], arg: Any) -> bool:
    return len(part) > 1 or part[0][1] is not arg


def _at(part: list[Piece], step: float) -> Any:
    # By key: a list of all the starts, made for each of them, would be as their square.
    return part[bisect.bisect_right(part, step, key=operator.itemgetter(0)) - 1][1]


# The step, and what is a step of its own: a clock's reading, which is written by itself.
_WHOLE = (*LEAVES, "clock")
