"""A formula's value on a symbol instead of a step: an expression in which all else is worked out.

From it `python.py` writes the function behind scalar calls, `program.py` the one behind vectors,
and `latex.py` what is printed in a paper. None holds a formula: there is no second copy of any.
"""

from __future__ import annotations

import bisect
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from lrsched._engine.namespace import Namespace
from lrsched._engine.protocol import SequenceLike
from lrsched._engine.ratio import Ratio, plain
from lrsched._engine.text import ATOM, COMPARISON, POWER, PRODUCT, SUM

# How tightly an operator binds, and what it does.
OPERATORS: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "<": (COMPARISON, operator.lt),
    "<=": (COMPARISON, operator.le),
    ">": (COMPARISON, operator.gt),
    ">=": (COMPARISON, operator.ge),
    "==": (COMPARISON, operator.eq),
    "!=": (COMPARISON, operator.ne),
    "+": (SUM, operator.add),
    "-": (SUM, operator.sub),
    "*": (PRODUCT, operator.mul),
    "/": (PRODUCT, operator.truediv),
    "//": (PRODUCT, operator.floordiv),
    "%": (PRODUCT, operator.mod),
    "**": (POWER, operator.pow),
    "pow": (ATOM, operator.pow),  # of what may be below 0, where a float has no power
}
# What NumPy calls those that leave its integers or floats.
UFUNCS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "remainder",
    "**": "power",
    "pow": "power",
}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
# The step, and a step so many later.
LEAVES = ("t", "t+")


class UntraceableError(Exception):
    """A formula asks a symbol for what only a number can tell."""


class Symbol:
    """An expression in the step: an operation and its operands, symbols or constants.

    `floating` tells that the value is a float for every step; `most` is an upper bound, if known;
    `depth` counts the operations on the longest way down to the step.
    """

    __slots__ = ("args", "depth", "floating", "most", "op")
    depth: int
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, op: str, *args: Any, floating: bool = False, most: float = math.inf) -> None:
        self.op = op
        self.args = args
        self.floating = floating
        self.most = most
        self.depth = 1 + max((arg.depth for arg in args if isinstance(arg, Symbol)), default=0)

    def __bool__(self) -> bool:
        raise UntraceableError("it branches on the step; xp.where takes both branches")

    def __add__(self, k: Any) -> Any:
        if type(k) is int and self.op in LEAVES:
            return _shifted(self, k)
        return _binary("+", self, k)

    def __radd__(self, k: Any) -> Any:
        return self + k if type(k) is int else _binary("+", k, self)

    def __sub__(self, k: Any) -> Any:
        if type(k) is int and (k == 0 or self.op in LEAVES):
            return _shifted(self, -k) if k else self
        if k is self and not self.floating:
            return 0
        return _binary("-", self, k)

    def __rsub__(self, k: Any) -> Any:
        if type(k) is int and self.op == "t+":  # 5 - (t - 3) is 8 - t
            t, shift = self.args
            return _binary("-", k - shift, t)
        return _binary("-", k, self)

    def __mul__(self, k: Any) -> Any:
        return self if _is_one(k, self) else _binary("*", self, k)

    def __rmul__(self, k: Any) -> Any:
        return self if _is_one(k, self) else _binary("*", k, self)

    def __truediv__(self, k: Any) -> Any:
        return _binary("/", self, k)

    def __rtruediv__(self, k: Any) -> Any:
        return _binary("/", k, self)

    def __floordiv__(self, k: Any) -> Any:
        return _binary("//", self, k)

    def __mod__(self, k: Any) -> Any:
        return _binary("%", self, k)

    def __pow__(self, k: Any) -> Any:
        k = _plain(k)
        return _binary("**" if isinstance(k, (int, float)) and k == k // 1 else "pow", self, k)

    def __rpow__(self, k: Any) -> Any:
        k = _plain(k)
        return _binary("**" if isinstance(k, (int, float)) and k >= 0 else "pow", k, self)

    def __neg__(self) -> Any:
        return Symbol("neg", self, floating=self.floating)

    def __abs__(self) -> Any:
        return Symbol("call", "abs", self, floating=self.floating)

    def __lt__(self, k: Any) -> Any:
        return _binary("<", self, k)

    def __le__(self, k: Any) -> Any:
        return _binary("<=", self, k)

    def __gt__(self, k: Any) -> Any:
        return _binary(">", self, k)

    def __ge__(self, k: Any) -> Any:
        return _binary(">=", self, k)

    def __eq__(self, k: object) -> Any:
        return _binary("==", self, k)

    def __ne__(self, k: object) -> Any:
        return _binary("!=", self, k)


# So many operations down, what walks over an expression calls itself.
_STRIDE = 20


def landings(value: Any, among: Callable[[Symbol], Iterable[Any]] | None = None) -> list[Symbol]:
    """Parts of a deep expression, each a few operations above others, from the bottom up.

    A walk that remembers what it has seen and does these first calls itself only from one to the
    next: Python bounds how often. `among` gives the operands that are looked at; by default all.
    """
    if not isinstance(value, Symbol) or value.depth <= 2 * _STRIDE:
        return []
    seen, found, pending = set(), [], [value]
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if part.depth % _STRIDE == 0:
            found.append(part)
        operands = part.args if among is None else among(part)
        pending += [arg for arg in operands if isinstance(arg, Symbol)]
    return sorted(found, key=lambda part: part.depth)


def always(value: Symbol) -> tuple[Any, ...]:
    """The operands that are evaluated whenever the value is: of a branch, what decides it."""
    return value.args[:1] if value.op == "where" else value.args


def _plain(value: Any) -> Any:
    """NumPy's scalars as Python's numbers, which can be written down."""
    return value.item() if isinstance(value, np.generic) else value


def _binary(op: str, a: Any, b: Any) -> Any:
    if isinstance(b, Ratio):
        return NotImplemented  # which knows how to take a symbol
    a, b = _plain(a), _plain(b)
    floating = op == "/" or is_floating(a) or is_floating(b)
    return Symbol(op, a, b, floating=floating)


def operated(op: str, a: Any, b: Any) -> Any:
    """An operator between two values; as it is where numbers have no result."""
    try:
        value = OPERATORS[op][1](a, b)
    except (ArithmeticError, ValueError):  # beyond floats, or a branch that is not taken
        return Symbol(op, a, b, floating=True)
    return Symbol(op, a, b, floating=True) if isinstance(value, complex) else value


def is_floating(value: Any) -> bool:
    return value.floating if isinstance(value, Symbol) else isinstance(value, float)


def _is_one(k: Any, symbol: Symbol) -> bool:
    return type(k) in (int, float) and k == 1 and (type(k) is int or symbol.floating)


def _shifted(symbol: Symbol, k: int) -> Symbol:
    """t + k, with whole numbers added up: the phase of a phase subtracts once."""
    t, shift = symbol.args if symbol.op == "t+" else (symbol, 0)
    if shift + k == 0:
        return Symbol("t", most=symbol.most + k)
    return Symbol("t+", t, shift + k, most=symbol.most + k)


class Symbols(Namespace):
    """The namespace of symbols: every function becomes a part of the expression."""

    def step(self, steps: int | None) -> Symbol:
        """The step of a schedule of that length."""
        return Symbol("t", most=math.inf if steps is None else steps)

    def cut(self, condition: Any) -> Any:
        """c, where the condition is that the step is below c; None for any other."""
        if condition.op != "<" or isinstance(condition.args[1], Symbol):
            return None
        t, c = condition.args
        match t.op, *t.args:
            case ("t",):
                return c
            case "t+", _, shift:
                return c - shift
            case "*", Symbol(op="t"), int() as k if k > 0 and isinstance(c, int):
                return c / k if c % k else c // k
        return None

    def operation(self, op: str, args: list[Any]) -> Any:
        """The value of an operation on other operands than before."""
        match op:
            case "neg":
                return -args[0]
            case "call":
                return getattr(self, args[0])(*args[1:])
            case "where" | "count" | "take":
                return getattr(self, op)(*args)
            case "**":
                return self.power(*args)
        return operated(op, *args)

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)

        def call(x: Any) -> Any:
            x = plain(x)
            if isinstance(x, Symbol):
                return Symbol("call", name, x, floating=name not in ("ceil", "floor", "trunc"))
            try:
                return function(x)
            except (ArithmeticError, ValueError):  # as with operators
                return Symbol("call", name, x, floating=True)

        return call

    abs = staticmethod(abs)

    def power(self, x: Any, k: Any) -> Any:
        x = plain(x)
        return _binary("**", x, k) if isinstance(x, Symbol) else x**k

    def a_number(self, value: Any) -> Any:
        if isinstance(value, Symbol) and value.op == "where":  # of a quotient, each of its branches
            condition, *branches = value.args
            return self.where(condition, *map(self.a_number, branches))
        return super().a_number(value)

    def unless(self, condition: Any, value: Any) -> Any:
        return value  # a branch that is not taken is not computed, or by NumPy for nothing

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        a, b = _plain(plain(a)), _plain(plain(b))
        if not isinstance(condition, Symbol):
            return a if condition else b
        return Symbol("where", condition, a, b, floating=is_floating(a) and is_floating(b))

    def minimum(self, a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            return super().minimum(a, b)
        if isinstance(a, Symbol) and not isinstance(b, Symbol) and a.most <= b:
            return a
        return self.where(a < b, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        return super().maximum(a, b) if isinstance(a, Ratio) else self.where(a < b, b, a)

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        if isinstance(t, Ratio):
            t = t // 1
        if not isinstance(t, Symbol) or not boundaries:
            return bisect.bisect_right(boundaries, t) if boundaries else 0
        return Symbol("count", tuple(map(_plain, boundaries)), t)

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        if not isinstance(index, Symbol):
            return values[index]
        values = tuple(map(_plain, values))
        return Symbol("take", values, index, floating=all(type(v) is float for v in values))

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        """A balanced tree of comparisons: K phases cost log2 K of them."""
        offsets, phases = sequence.offsets, sequence.phases
        last = len(phases) - 1
        live = [i for i, phase in enumerate(phases) if phase.steps or i == last]

        def among(low: int, high: int) -> Any:
            if low < high:
                middle = (low + high + 1) // 2
                before = t < offsets[live[middle]]
                return self.where(before, among(low, middle - 1), among(middle, high))
            i = live[low]
            local, length = t - offsets[i], phases[i].steps
            if isinstance(local, Symbol) and local.op in LEAVES and length is not None:
                local = Symbol(local.op, *local.args, most=self.step(length).most)
            return plain(self.inner(phases[i], local))

        return among(0, len(live) - 1)


SYMBOLS = Symbols(math)
