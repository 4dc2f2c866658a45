"""What expressions that differ in numbers only have in common.

A sequence of a hundred cosines is one cosine, whose numbers depend on the phase. Compilers that
trace a program pay for each operation in it; looked up and evaluated once, a hundred phases cost
little more than one.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lrsched._namespace import plain
from lrsched._symbols import OPERATORS, SYMBOLS, Symbol

if TYPE_CHECKING:
    from lrsched._schedule import Schedule


class Skeleton:
    """The operations of an expression in order, and apart from them the numbers they take.

    `key` is equal for expressions that differ in numbers only.
    """

    def __init__(self, value: Any) -> None:
        self.numbers: list[Any] = []
        self._operations: list[tuple[Any, ...]] = []
        self._places: dict[int, tuple[str, Any]] = {}
        self._last = self._place(value)
        self.key = (tuple(self._operations), self._last)

    def _place(self, value: Any, constant: bool = False) -> tuple[str, Any]:
        """Where an operand comes from: the step, a number, or an operation before."""
        if not isinstance(value, Symbol):
            if type(value) not in (int, float) or constant:
                return "as it is", value
            self.numbers.append(value)
            return type(value).__name__, len(self.numbers) - 1
        if value.op == "t":
            return "t", None
        if id(value) not in self._places:
            # In few digits, a power of a rounded base is far off: a base stays Python's number.
            base = value.args[0] if value.op == "**" else None
            operands = [self._place(arg, constant=arg is base) for arg in value.args]
            self._operations.append((value.op, *operands))
            self._places[id(value)] = ("operation", len(self._operations) - 1)
        return self._places[id(value)]

    def __call__(self, t: Any, numbers: Sequence[Any], xp: Any) -> Any:
        """The expression with these numbers in the place of its own."""
        done: list[Any] = []

        def operand(place: tuple[str, Any]) -> Any:
            kind, where = place
            match kind:
                case "t":
                    return t
                case "operation":
                    return done[where]
                case "as it is":
                    return where
            return numbers[where]

        for op, *operands in self._operations:
            done.append(_operation(op, xp)(*map(operand, operands)))
        return operand(self._last)


def _operation(op: str, xp: Any) -> Callable[..., Any]:
    if op in OPERATORS:
        return OPERATORS[op][1]
    if op == "call":
        return lambda name, x: getattr(xp, name)(x)
    if op == "neg":
        return lambda x: -x
    if op == "t+":
        return OPERATORS["+"][1]
    return getattr(xp, op)  # type: ignore[no-any-return]


def skeleton(phase: Schedule) -> Skeleton | None:
    """The skeleton of a phase on its own steps; None for a formula that can't be traced."""
    most = math.inf if phase.steps is None else phase.steps
    try:
        return Skeleton(plain(phase.formula(Symbol("t", most=most), SYMBOLS)))
    except Exception:  # whatever a user's formula makes of a symbol
        return None


def joined(t: Any, offsets: tuple[int, ...], phases: Sequence[Schedule], xp: Any) -> Any:
    """The value of the phases at t by one formula a kind, or None where kinds are too many."""
    shapes = [skeleton(phase) for phase in phases]
    kinds: dict[Any, list[int]] = {}
    for i, shape in enumerate(shapes):
        kinds.setdefault(shape and shape.key, []).append(i)
    if None in kinds or 2 * len(kinds) >= len(phases):
        return None
    index = xp.count(offsets[1:], t)
    value: Any = None
    for members in kinds.values():
        # Every step is put to every kind. One that is in no phase of this kind is put to the
        # nearest, at an end of it: what is not selected must be finite too, or a gradient is not.
        nearest = [members[max(bisect.bisect_right(members, i) - 1, 0)] for i in range(len(phases))]

        def column(values: Sequence[Any], nearest: list[int] = nearest) -> Any:
            found = tuple(values[i] for i in nearest)
            return found[0] if len(set(found)) == 1 else xp.take(found, index)

        local = xp.maximum(t - column(offsets), 0)
        if phases[members[-1]].steps is not None:  # only the last phase of all may be endless
            local = xp.minimum(local, column([phase.steps for phase in phases]))
        of_kind = {i: shapes[i].numbers for i in members}  # type: ignore[union-attr]
        rows = [of_kind.get(i, of_kind[members[0]]) for i in range(len(phases))]
        found = shapes[members[0]](local, list(map(column, zip(*rows, strict=True))), xp)  # type: ignore[misc]
        if value is not None:
            mine = xp.take(tuple(int(i in of_kind) for i in range(len(phases))), index)
            found = xp.where(mine > 0, found, value)
        value = found
    return value
