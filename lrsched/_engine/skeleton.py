"""What expressions that differ in numbers only have in common.

A sequence of a hundred cosines is one cosine, whose numbers depend on the phase. Compilers that
trace a program pay for each operation in it; looked up and evaluated once, a hundred phases cost
little more than one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lrsched._engine.protocol import ScheduleLike, SequenceLike
from lrsched._engine.ratio import plain
from lrsched._engine.symbols import OPERATORS, SYMBOLS, Symbol

# More phases than these share their formulas, if they can.
_FEW = 4


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
            if not isinstance(value, (str, int, float, tuple)):  # an array of a user's
                raise TypeError("no value to compare by, and none to keep")
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
            self._operations.append((_known(value), *operands))
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


def _known(value: Symbol) -> str:
    """The operation; of a difference that is never below 0, so much."""
    if value.op == "-" and not value.floating:
        a, b = value.args
        if type(a) is int and isinstance(b, Symbol) and b.most <= a:
            return "apart"
    return value.op


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


def skeleton(phase: ScheduleLike) -> Skeleton | None:
    """The skeleton of a phase on its own steps; None for a formula that can't be traced."""
    most = math.inf if phase.steps is None else phase.steps
    try:
        return Skeleton(plain(SYMBOLS.inner(phase, Symbol("t", most=most))))
    except Exception:  # whatever a user's formula makes of a symbol
        return None


# Phases, each with the step at which it begins.
Live = list[tuple[int, ScheduleLike]]


class Shared:
    """The one formula of all phases of a kind, and its numbers, a column for each of them.

    Every step is put to every kind. One that is in no phase of this kind is put to the nearest, at
    an end of it: what is not selected must be finite too, or a gradient is not.
    """

    def __init__(self, shapes: list[Skeleton], members: list[int], live: Live) -> None:
        nearest = [members[0]] * len(live)
        for i in members:
            nearest[i:] = [i] * (len(live) - i)
        self.shape = shapes[members[0]]
        self.numbers = list(zip(*(shapes[i].numbers for i in nearest), strict=True))
        self.offsets = tuple(live[i][0] for i in nearest)
        lengths = tuple(live[i][1].steps for i in nearest)
        # Only the last phase of all may be endless.
        self.lengths = None if lengths[-1] is None else lengths
        self.mine = tuple(int(i == j) for i, j in enumerate(nearest))

    def __call__(self, t: Any, index: Any, xp: Any) -> Any:
        def column(values: tuple[Any, ...]) -> Any:
            return values[0] if len(set(values)) == 1 else xp.take(values, index)

        begin = column(self.offsets)
        local = xp.apart(xp.maximum(t, begin), begin)
        if self.lengths is not None:
            local = xp.minimum(local, column(self.lengths))
        return self.shape(local, list(map(column, self.numbers)), xp)


def merged(sequence: SequenceLike) -> tuple[Live, list[Shared]]:
    """The phases that take steps, with their offsets, and the few formulas that they share.

    There are none for a few phases, nor where kinds are too many.
    """
    kept = sequence.__dict__
    if "_merged" not in kept:
        pairs = list(zip(sequence.offsets, sequence.phases, strict=True))
        live = [pair for pair in pairs if pair[1].steps or pair is pairs[-1]]
        kept["_merged"] = live, _formulas(live)
    return kept["_merged"]  # type: ignore[no-any-return]


def _formulas(live: Live) -> list[Shared]:
    if len(live) <= _FEW:
        return []
    shapes = [skeleton(phase) for _, phase in live]
    kinds: dict[Any, list[int]] = {}
    for i, shape in enumerate(shapes):
        kinds.setdefault(shape and shape.key, []).append(i)
    if None in kinds or 2 * len(kinds) >= len(live):
        return []
    return [Shared(shapes, members, live) for members in kinds.values()]  # type: ignore[arg-type]


def shared(formulas: list[Shared], t: Any, index: Any, xp: Any) -> Any:
    """The value at t, which is in the phase of that index, by the formulas of all kinds."""
    first, *others = formulas
    value = first(t, index, xp)
    for formula in others:
        value = xp.where(xp.take(formula.mine, index) > 0, formula(t, index, xp), value)
    return value
