"""Look-ups of whole numbers that only Python has, kept to those that steps of 64 bits reach.

The cycles of an endless `Cycle` that lengthen begin on steps of up to 128 bits. Compilers of the
written function, such as Numba, have none of these; nor has any clock. So the written function
stops there, and Python's goes on by the expression itself.
"""

from __future__ import annotations

import bisect
import itertools
import math
from typing import Any

from lrsched._engine.pieces import Piece
from lrsched._engine.symbols import Symbol, landings

# Stands for the value of a piece that is not written.
BEYOND = object()

# The first step of it, in reach of sums and products of 64 bits.
_FAR = 2**62
_INT64 = 2**63 - 1


def within_int64(parts: list[Piece]) -> list[Piece]:
    """The pieces, with what needs longer numbers to look up in a piece of its own."""
    found: list[Piece] = []
    for (start, value), (stop, _) in itertools.pairwise([*parts, (math.inf, None)]):
        known: dict[int, Any] = {}
        for part in landings(value):
            _reached(part, known)
        near = _reached(value, known)
        if near is not value and start < _FAR < stop:
            found += [(start, near), (_FAR, BEYOND)]
        else:
            found.append((start, value))
    return found


def _reached(value: Any, known: dict[int, Any]) -> Any:
    """The expression with its tables as far as the steps before _FAR look; itself, if they are of
    64 bits all."""
    if not isinstance(value, Symbol) or value.op in ("t", "t+"):
        return value
    if id(value) not in known:
        args = [_reached(arg, known) for arg in value.args]
        match value.op, *value.args:
            case "count", boundaries, t if max(boundaries) > _INT64:
                args[0] = boundaries[: bisect.bisect_right(boundaries, _furthest(t))]
            case "take", values, Symbol(op="count") as i if args[1] is not i:
                args[0] = values[: len(args[1].args[0]) + 1]
        same = all(a is b for a, b in zip(args, value.args, strict=True))
        new = value if same else Symbol(value.op, *args, floating=value.floating, most=value.most)
        # The value itself is kept too: no other may take its id.
        known[id(value)] = (value, new)
    return known[id(value)][1]


def _furthest(t: Any) -> float:
    """What a step, in whatever clock's ticks, is below where the steps are below _FAR."""
    match t.op, *t.args:
        case ("t",):
            return _FAR
        case "t+", _, shift:
            return _FAR + shift  # type: ignore[no-any-return]
        case "*", Symbol() as x, int() as k if k > 0:
            return _furthest(x) * k
        case "//", Symbol() as x, int() as k if k > 0:
            return _furthest(x) // k
    return math.inf
