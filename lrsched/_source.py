"""A schedule as one plain Python function, written by its own formula.

The formula is evaluated once, on a symbol instead of a step. What comes out is an expression in
which everything but the step is already worked out; it is written down as a function, compiled at
the first scalar call, and shown by `Schedule.source()`. There is no second copy of any formula.
"""

from __future__ import annotations

import bisect
import math
import operator
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lrsched._namespace import Namespace, plain
from lrsched._ratio import Ratio

if TYPE_CHECKING:
    from lrsched._schedule import Schedule

_OPERATORS: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "<": (1, operator.lt),
    "<=": (1, operator.le),
    ">": (1, operator.gt),
    ">=": (1, operator.ge),
    "==": (1, operator.eq),
    "!=": (1, operator.ne),
    "+": (2, operator.add),
    "-": (2, operator.sub),
    "*": (3, operator.mul),
    "/": (3, operator.truediv),
    "//": (3, operator.floordiv),
    "%": (3, operator.mod),
    "**": (5, operator.pow),
}
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_TERNARY, _UNARY, _ATOM = 0, 4, 6


class UntraceableError(Exception):
    """A formula asks a symbol for what only a number can tell."""


class Symbol:
    """An expression in the step: an operation and its operands, symbols or constants.

    `floating` tells that the value is a float for every step; `most` is an upper bound, if known.
    """

    __slots__ = ("args", "floating", "most", "op")
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __init__(self, op: str, *args: Any, floating: bool = False, most: float = math.inf) -> None:
        self.op = op
        self.args = args
        self.floating = floating
        self.most = most

    def __bool__(self) -> bool:
        raise UntraceableError("it branches on the step; xp.where takes both branches")

    def __add__(self, k: Any) -> Any:
        if type(k) is int and self.op in ("t", "t+"):
            return _shifted(self, k)
        return _binary("+", self, k)

    def __radd__(self, k: Any) -> Any:
        return self + k if type(k) is int else _binary("+", k, self)

    def __sub__(self, k: Any) -> Any:
        return self + -k if type(k) is int else _binary("-", self, k)

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
        return Symbol("/", self, k, floating=True)

    def __rtruediv__(self, k: Any) -> Any:
        return Symbol("/", k, self, floating=True)

    def __floordiv__(self, k: Any) -> Any:
        return _binary("//", self, k)

    def __mod__(self, k: Any) -> Any:
        return _binary("%", self, k)

    def __pow__(self, k: Any) -> Any:
        return _binary("**", self, k)

    def __rpow__(self, k: Any) -> Any:
        return _binary("**", k, self)

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


def _binary(op: str, a: Any, b: Any) -> Symbol:
    return Symbol(op, a, b, floating=_floating(a) or _floating(b))


def _floating(value: Any) -> bool:
    return value.floating if isinstance(value, Symbol) else isinstance(value, float)


def _is_one(k: Any, symbol: Symbol) -> bool:
    return type(k) in (int, float) and k == 1 and (type(k) is int or symbol.floating)


def _shifted(symbol: Symbol, k: int) -> Symbol:
    """t + k, with whole numbers added up: the phase of a phase subtracts once."""
    t, shift = symbol.args if symbol.op == "t+" else (symbol, 0)
    if shift + k == 0:
        return Symbol("t", most=symbol.most + k)
    return Symbol("t+", t, shift + k, most=symbol.most + k)


class _Symbols(Namespace):
    """The namespace of symbols: every function becomes a part of the expression."""

    def __getattr__(self, name: str) -> Any:
        function = getattr(math, name)

        def call(x: Any) -> Any:
            x = plain(x)
            if isinstance(x, Symbol):
                return Symbol("call", name, x, floating=name not in ("ceil", "floor", "trunc"))
            return function(x)

        return call

    abs = staticmethod(abs)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        a, b = plain(a), plain(b)
        if not isinstance(condition, Symbol):
            return a if condition else b
        return Symbol("where", condition, a, b, floating=_floating(a) and _floating(b))

    def minimum(self, a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            return super().minimum(a, b)
        if isinstance(a, Symbol) and not isinstance(b, Symbol) and a.most <= b:
            return a
        return self.where(a <= b, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        return super().maximum(a, b) if isinstance(a, Ratio) else self.where(a >= b, a, b)

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        if isinstance(t, Ratio):
            t = t // 1
        if not isinstance(t, Symbol) or not boundaries:
            return bisect.bisect_right(boundaries, t) if boundaries else 0
        return Symbol("count", boundaries, t)

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        if not isinstance(index, Symbol):
            return values[index]
        return Symbol("take", values, index, floating=all(type(v) is float for v in values))

    def join(self, t: Any, offsets: tuple[int, ...], phases: Sequence[Schedule]) -> Any:
        """A balanced tree of comparisons: K phases cost log2 K of them."""
        last = len(phases) - 1
        live = [i for i, phase in enumerate(phases) if phase.steps or i == last]

        def among(low: int, high: int) -> Any:
            if low < high:
                middle = (low + high + 1) // 2
                before = t < offsets[live[middle]]
                return self.where(before, among(low, middle - 1), among(middle, high))
            i = live[low]
            local, length = t - offsets[i], phases[i].steps
            if isinstance(local, Symbol) and length is not None:
                local = Symbol(local.op, *local.args, most=length)
            return plain(phases[i].formula(local, self))

        return among(0, len(live) - 1)


SYMBOLS = _Symbols(math)


class Function:
    """The lines of a schedule's function, and the functions of `math` it needs.

    `held` is the value from the schedule's end on, if it has one.
    """

    def __init__(self, schedule: Schedule, held: float | None) -> None:
        steps = schedule.steps
        t = Symbol("t", most=math.inf if steps is None else steps)
        value = plain(schedule.formula(t, SYMBOLS))
        if steps is not None and isinstance(value, Symbol):
            value = SYMBOLS.where(t < steps, value, held)
        value = _lifted(value)
        self.needs: set[str] = set()
        self._uses: Counter[int] = Counter()
        self._names: dict[int, str] = {}
        self._count(value)
        self.lines = list(self._returns(value, "    ", frozenset()))

    def text(self, name: str) -> str:
        """The function as a text that stands on its own."""
        imports = [f"from math import {', '.join(sorted(self.needs - {'bisect_right'}))}"]
        if "bisect_right" in self.needs:
            imports.insert(0, "from bisect import bisect_right")
        head = imports if self.needs - {"bisect_right"} else imports[:-1]
        return "\n".join([*head, *[""] * 2 * bool(head), f"def {name}(t):", *self.lines, ""])

    def compiled(self) -> Callable[[Any], float]:
        """The function itself."""
        scope: dict[str, Any] = {}
        exec(self.text("schedule"), scope)
        return scope["schedule"]  # type: ignore[no-any-return]

    def _count(self, value: Any) -> None:
        if isinstance(value, Symbol):
            self._uses[id(value)] += 1
            if self._uses[id(value)] == 1:
                for arg in value.args:
                    self._count(arg)

    def _returns(self, value: Any, indent: str, known: frozenset[int]) -> Iterator[str]:
        if isinstance(value, Symbol) and value.op == "where":
            condition, a, b = value.args
            text, known = self._write(condition, _TERNARY, known)
            yield f"{indent}if {text}:"
            yield from self._returns(a, indent + "    ", known)
            yield from self._returns(b, indent, known)
            return
        if not isinstance(value, Symbol):
            value = float(value)
        text, _ = self._write(value, _TERNARY, known)
        yield f"{indent}return {text}" if _floating(value) else f"{indent}return float({text})"

    def _write(self, value: Any, least: int, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        """The expression, in parentheses if it binds less than `least`, and the names now known.

        An expression that is used again gets a name where it is first computed. Names are known
        in the order in which Python evaluates, and those given in one branch in that branch only.
        """
        if not isinstance(value, Symbol):
            return _constant(value, least), known
        if value.op == "t":
            return "t", known
        if id(value) in known:
            return self._names[id(value)], known
        text, binds, known = self._operation(value, known)
        if self._uses[id(value)] > 1:
            name = self._names.setdefault(id(value), f"x{len(self._names) + 1}")
            return f"({name} := {text})", known | {id(value)}
        return (f"({text})" if binds < least else text), known

    def _operation(self, value: Symbol, known: frozenset[int]) -> tuple[str, int, frozenset[int]]:
        match value.op, *value.args:
            case "t+", t, shift:
                return f"t {'-' if shift < 0 else '+'} {abs(shift)}", _OPERATORS["+"][0], known
            case "neg", x:
                text, known = self._write(x, _UNARY, known)
                return f"-{text}", _UNARY, known
            case "call", name, x:
                self.needs.add(name)
                text, known = self._write(x, _TERNARY, known)
                return f"{name}({text})", _ATOM, known
            case "count", boundaries, t:
                self.needs.add("bisect_right")
                text, known = self._write(t, _TERNARY, known)
                return f"bisect_right({boundaries!r}, {text})", _ATOM, known
            case "take", values, index:
                text, known = self._write(index, _TERNARY, known)
                return f"{values!r}[{text}]", _ATOM, known
            case "where", condition, a, b:
                test, known = self._write(condition, _TERNARY + 1, known)
                yes, _ = self._write(a, _TERNARY + 1, known)
                no, _ = self._write(b, _TERNARY, known)
                return f"{yes} if {test} else {no}", _TERNARY, known
        binds, _ = _OPERATORS[value.op]
        # a - b - c is (a - b) - c; a ** b ** c is a ** (b ** c); a < b < c is neither.
        chains = value.op in _COMPARISONS or value.op == "**"
        left, known = self._write(value.args[0], binds + chains, known)
        right, known = self._write(value.args[1], binds + (value.op != "**"), known)
        return f"{left} {value.op} {right}", binds, known


def _constant(value: Any, least: int) -> str:
    text = repr(value)
    if text.lstrip("-") in ("inf", "nan"):
        return f"float('{text}')"
    return f"({text})" if text.startswith("-") and least > _UNARY else text


def _lifted(value: Any) -> Any:
    """The same value with an outermost constant operand moved into the branches it applies to.

    3e-4 * (a if t < 10 else b) becomes a branch with two products: it reads, and runs, as if
    written by hand.
    """
    if not isinstance(value, Symbol):
        return value
    if value.op == "where":
        condition, a, b = value.args
        return SYMBOLS.where(condition, _lifted(a), _lifted(b))
    if value.op in _OPERATORS and value.op not in _COMPARISONS:
        a, b = value.args
        apply = _OPERATORS[value.op][1]
        if not isinstance(a, Symbol):
            return _spread(_lifted(b), lambda x: apply(a, x), value)
        if not isinstance(b, Symbol):
            return _spread(_lifted(a), lambda x: apply(x, b), value)
    return value


def _spread(inner: Any, apply: Callable[[Any], Any], otherwise: Symbol) -> Any:
    if inner.op != "where":
        return otherwise
    condition, a, b = inner.args
    return SYMBOLS.where(condition, _lifted(apply(a)), _lifted(apply(b)))
