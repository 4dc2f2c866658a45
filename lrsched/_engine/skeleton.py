"""What expressions that differ in numbers only have in common.

A sequence of a hundred cosines is one cosine, whose numbers depend on the phase; a family of a
thousand schedules is one schedule, whose numbers depend on the member. Compilers that trace a
program pay for each operation in it; looked up and evaluated once, a hundred phases cost little
more than one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lrsched._engine.namespace import in_turn
from lrsched._engine.protocol import FamilyLike, ScheduleLike, SequenceLike
from lrsched._engine.ratio import Ratio, plain
from lrsched._engine.symbols import OPERATORS, Symbol, Symbols, is_floating

# More phases than these share their formulas, if they can.
_FEW = 4
# An endless phase among others: no clock of any kind gets there.
_ENDLESS = 2**127


class _Operations(Symbols):
    """Symbols for an expression that a library is to evaluate: it chooses between steps itself.

    A library keeps whole steps whole where it knows that the smaller of two is meant, and how far
    apart they are. That the numbers of one member make something superfluous, a bound that is
    never reached, say, is not told: what differs in that would share no formula.
    """

    def minimum(self, a: Any, b: Any) -> Any:
        return self._of_two("minimum", min, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        return self._of_two("maximum", max, a, b)

    def _of_two(self, op: str, choose: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            return Ratio(getattr(self, op)(a.n, b * a.d), a.d)
        a, b = plain(a), plain(b)
        if not isinstance(a, Symbol) and not isinstance(b, Symbol):
            return choose(a, b)
        most = choose(_most(a), _most(b))
        return Symbol(op, a, b, floating=is_floating(a) or is_floating(b), most=most)

    def apart(self, a: Any, b: Any) -> Any:
        a, b = (a, b) if isinstance(a, Ratio) else (a, plain(b))
        if isinstance(a, Ratio) or not (isinstance(a, Symbol) or isinstance(b, Symbol)):
            return a - b
        most = _most(a) - (0 if isinstance(b, Symbol) else b)
        return Symbol("apart", a, b, floating=is_floating(a) or is_floating(b), most=most)

    def quotient(self, t: Any, k: float) -> Any:
        if isinstance(t, Ratio):
            return Ratio(self.quotient(t.n, k), t.d)
        return Symbol("quotient", t, k, floating=True) if isinstance(t, Symbol) else t / k

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        return in_turn(t, live(sequence), self)


_OPERATIONS = _Operations(math)


def _most(value: Any) -> Any:
    return value.most if isinstance(value, Symbol) else value


class Skeleton:
    """The operations of an expression in order, and apart from them the numbers they take.

    `key` is equal for expressions that differ in numbers only.
    """

    def __init__(self, value: Any) -> None:
        self.numbers: list[Any] = []
        self._operations: list[tuple[Any, ...]] = []
        self._places: dict[int, tuple[str, Any]] = {}
        self._seen: list[Symbol] = []
        self._last = self._place(value)
        del self._places, self._seen
        self.key = (tuple(self._operations), self._last)

    def _place(self, value: Any) -> tuple[str, Any]:
        """Where an operand comes from: the step, a number or a table, or an operation before."""
        if not isinstance(value, Symbol):
            if not isinstance(value, (str, int, float, tuple)):  # an array of a user's
                raise TypeError("no value to compare by, and none to keep")
            kind = _kind(value)
            if kind is None:
                return "as it is", value
            self.numbers.append(value)
            return kind, len(self.numbers) - 1
        if value.op == "t":
            return "t", None
        if id(value) not in self._places:
            op, args = _known(value)
            operands = [self._place(arg) for arg in args]
            self._operations.append((op, *operands))
            # The value itself is kept too: no other may take its id.
            self._places[id(value)] = ("operation", len(self._operations) - 1)
            self._seen.append(value)
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


def _kind(value: Any) -> str | None:
    """What is another in another expression of the same kind: a number, or a table of them."""
    kinds = {type(member) for member in value} if type(value) is tuple else {type(value)}
    if not kinds or not kinds <= {int, float}:
        return None
    kind = "int" if kinds == {int} else "float"
    return f"{kind}s" if type(value) is tuple else kind


def _known(value: Symbol) -> tuple[str, tuple[Any, ...]]:
    """The operation, and its operands, as a library likes to know them.

    A difference that is never below 0 says so. A power of whole steps, divided, has its divisor
    apart: in few digits, the quotient is better not rounded before it is an exponent.
    """
    a, b = value.args if len(value.args) == 2 else (None, None)
    if not isinstance(b, Symbol):
        return value.op, value.args
    if value.op == "-" and not value.floating and type(a) is int and b.most <= a:
        return "apart", value.args
    if value.op in ("**", "pow") and b.op == "/":
        n, d = b.args
        if isinstance(n, Symbol) and not n.floating and type(d) is int:
            return "power of a quotient", (a, n, d)
    return value.op, value.args


def _operation(op: str, xp: Any) -> Callable[..., Any]:
    if op == "power of a quotient":
        return lambda base, n, d: base ** Ratio(n, d)
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
        return Skeleton(plain(_OPERATIONS.inner(phase, Symbol("t", most=most))))
    except Exception:  # whatever a user's formula makes of a symbol
        return None


# Phases, each with the step at which it begins.
Live = list[tuple[int, ScheduleLike]]


class Shared:
    """The one formula of all phases of a kind, and its numbers, a column for each of them.

    Every step is put to every kind. One that is in no phase of this kind is put to the nearest, at
    an end of it: what is not selected must be finite too, or a gradient is not.
    """

    def __init__(self, shapes: list[Skeleton | None], members: list[int], live: Live) -> None:
        nearest = [members[0]] * len(live)
        for i in members:
            nearest[i:] = [i] * (len(live) - i)
        self.shape = shapes[members[0]]
        # The only one of a kind may be of none: a formula that can't be traced.
        self.only = None if self.shape else live[members[0]][1]
        numbers = [shape.numbers for i in nearest if (shape := shapes[i])]
        self.numbers = list(zip(*numbers, strict=True))
        self.offsets = tuple(live[i][0] for i in nearest)
        lengths = [live[i][1].steps for i in nearest]
        self.lengths = (
            None
            if set(lengths) == {None}
            else tuple(_ENDLESS if length is None else length for length in lengths)
        )
        self.mine = tuple(int(i == j) for i, j in enumerate(nearest))

    def __call__(self, t: Any, index: Any, xp: Any) -> Any:
        if self.shape is None:
            assert self.only is not None
            return self.only.held(t, xp)

        def column(values: tuple[Any, ...]) -> Any:
            return values[0] if len(set(values)) == 1 else xp.column(values, index)

        local = t
        if any(self.offsets):
            begin = column(self.offsets)
            local = xp.apart(xp.maximum(t, begin), begin)
        if self.lengths is not None:
            local = xp.minimum(local, column(self.lengths))
        return self.shape(local, list(map(column, self.numbers)), xp)


def live(sequence: SequenceLike) -> Live:
    """The phases that take steps, and the last of all, with their offsets."""
    pairs = list(zip(sequence.offsets, sequence.phases, strict=True))
    return [pair for pair in pairs if pair[1].steps or pair is pairs[-1]]


def merged(sequence: SequenceLike) -> tuple[Live, list[Shared]]:
    """The phases that take steps, with their offsets, and the few formulas that they share.

    There are none for a few phases, nor where kinds are too many.
    """
    kept = sequence.__dict__
    if "_merged" not in kept:
        phases = live(sequence)
        shapes, kinds = _kinds(phases) if len(phases) > _FEW else ([], [])
        few = None not in shapes and 2 * len(kinds) < len(phases)
        kept["_merged"] = phases, [Shared(shapes, kind, phases) for kind in kinds] if few else []
    return kept["_merged"]  # type: ignore[no-any-return]


def of_family(family: FamilyLike) -> list[Shared]:
    """The formulas that the members share: one, or a few where their numbers make them differ.

    An end of 0, say, spares a sum that another end needs.
    """
    kept = family.__dict__
    if "_merged" not in kept:
        members: Live = [(0, schedule) for schedule in family.schedules]
        shapes, kinds = _kinds(members)
        kept["_merged"] = [Shared(shapes, kind, members) for kind in kinds]
    return kept["_merged"]  # type: ignore[no-any-return]


def _kinds(phases: Live) -> tuple[list[Skeleton | None], list[list[int]]]:
    """The skeleton of each phase, and which of them are alike. One without is like no other."""
    shapes = [skeleton(phase) for _, phase in phases]
    kinds: dict[Any, list[int]] = {}
    for i, shape in enumerate(shapes):
        kinds.setdefault(shape.key if shape else i, []).append(i)
    return shapes, list(kinds.values())


def shared(formulas: list[Shared], t: Any, index: Any, xp: Any) -> Any:
    """The value at t of the phase, or member, of that index, by the formulas of all kinds."""
    first, *others = formulas
    value = first(t, index, xp)
    for formula in others:
        value = xp.where(xp.take(formula.mine, index) > 0, formula(t, index, xp), value)
    return value
