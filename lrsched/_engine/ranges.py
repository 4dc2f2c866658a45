"""How far the whole numbers in an expression go, and which of them no float will do for."""

from __future__ import annotations

import bisect
import math
from typing import Any

from lrsched._engine.symbols import COMPARISONS, Symbol

# The least and the most.
Range = tuple[float, float]

_UNKNOWN: Range = (-math.inf, math.inf)
# Up to here, float64 has every whole number.
_WHOLE = 2**53


def is_number(value: int) -> bool:
    """Whether a whole number is a float."""
    return value.bit_length() < 1024 and int(float(value)) == value


class Ranges:
    """The whole numbers in an expression, for whole steps from `start` up to `stop`.

    One is exact, kept to the last digit, if it may leave the whole numbers that float64 has, and a
    look-up, a comparison or a remainder asks for it, or a sum that is asked for itself.
    """

    def __init__(self, value: Any, start: Any, stop: Any) -> None:
        self._step = (start, stop)
        self._known: dict[int, Range] = {}
        self._asked: set[int] = set()
        nodes = _nodes(value)
        for node in nodes:
            self._known[id(node)] = self._range(node)
        known = -1
        while known < len(self._asked):  # what one asks for may make another ask
            known = len(self._asked)
            for node in reversed(nodes):
                if self._asks(node):
                    self._asked |= {id(arg) for arg in node.args if isinstance(arg, Symbol)}

    def of(self, value: Any) -> Range:
        """The range of a value, or of a part of the expression."""
        return self._known[id(value)] if isinstance(value, Symbol) else (value, value)

    def is_exact(self, value: Any) -> bool:
        """Whether a part of the expression is to be kept to the last digit."""
        return id(value) in self._asked and not value.floating and self._leaves(value)

    def within_reach(self, values: tuple[Any, ...], many: Any) -> tuple[Any, ...]:
        """As many of the values as are ever counted."""
        _, most = self.of(many)
        return values[: int(most)] if many.op == "count" else values

    def _leaves(self, value: Symbol) -> bool:
        low, high = self.of(value)
        if value.op == "take" and all(type(x) is int and is_number(x) for x in value.args[0]):
            return False
        return value.op not in COMPARISONS and not -_WHOLE <= low <= high <= _WHOLE

    def _asks(self, node: Symbol) -> bool:
        """Whether a value needs its operands to the last digit."""
        if node.op in ("count", "%", "//", *COMPARISONS):
            return True
        if node.op in ("+", "-", "t+"):
            return self.is_exact(node) or any(self.is_exact(arg) for arg in node.args)
        return node.op in ("*", "neg", "where", "call") and self.is_exact(node)

    def _range(self, node: Symbol) -> Range:
        match node.op, *node.args:
            case ("t",):
                return self._step
            case "t+", t, shift:
                return _sum(self.of(t), (shift, shift))
            case "where", _, a, b:
                (a_low, a_high), (b_low, b_high) = self.of(a), self.of(b)
                return min(a_low, b_low), max(a_high, b_high)
            case "count", boundaries, t:
                return 0, bisect.bisect_right(boundaries, self.of(t)[1])
            case "take", values, index:
                values = (values[0], *self.within_reach(values[1:], index))
                return min(values), max(values)
            case "neg", x:
                return _negative(self.of(x))
            case "call", "abs", x:
                low, high = self.of(x)
                return 0, max(-low, high)
            case "+", a, b:
                return _sum(self.of(a), self.of(b))
            case "-", a, b:
                return _sum(self.of(a), _negative(self.of(b)))
            case "*", a, b:
                return _product(self.of(a), self.of(b))
            case "%", _, k if self.of(k)[0] > 0:
                return 0, self.of(k)[1]
            case "//", x, int() as k if k > 0 and _finite(self.of(x)):
                low, high = self.of(x)
                return low // k, high // k
        return _UNKNOWN


def _nodes(value: Any) -> list[Symbol]:
    """The parts of an expression, operands before what is made of them."""
    found: dict[int, Symbol] = {}
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Symbol) and id(part) not in found:
            found[id(part)] = part
            pending += part.args
    return sorted(found.values(), key=lambda part: part.depth)


def _finite(range_: Range) -> bool:
    return all(abs(end) < math.inf for end in range_)


def _sum(a: Range, b: Range) -> Range:
    return (a[0] + b[0], a[1] + b[1]) if _finite(a) and _finite(b) else _UNKNOWN


def _negative(a: Range) -> Range:
    return -a[1], -a[0]


def _product(a: Range, b: Range) -> Range:
    if not (_finite(a) and _finite(b)):
        return _UNKNOWN
    ends = [x * y for x in a for y in b]
    return min(ends), max(ends)
