"""Expressions as one writes them on paper: what is computed with care reads as the textbook has it.

`PAPER` is the namespace that a formula is traced in. It differs from the one for programs where
those keep digits that a reader does not miss: a table of cycles is its law again, a bound that
rounding alone could pass is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lrsched._engine.cycles import Cycles
from lrsched._engine.namespace import FAR
from lrsched._engine.protocol import ScheduleLike
from lrsched._engine.ratio import Ratio, plain
from lrsched._engine.symbols import LEAVES, Symbol, Symbols

# Cycles that are written out one by one.
_LISTED = 16


class Paper(Symbols):
    """The namespace of formulas that are read."""

    def step(self, steps: int | None) -> Symbol:
        # The end itself is a row of its own: all others are below it.
        return Symbol("t", most=math.inf if steps is None else _below(steps))

    def inner(self, schedule: ScheduleLike, t: Any) -> Any:
        try:
            return schedule.formula(t, self)
        except Exception:  # whatever a user's formula makes of a symbol
            return Symbol("named", schedule, plain(t), floating=True)

    def operation(self, op: str, args: list[Any]) -> Any:
        match op:
            case "let" | "named":
                return Symbol(op, *args, floating=True) if symbolic(args) else args[-1]
            case "clock":
                return self.read(args[0])
            case "call" if args[0] in ("min", "max"):
                return (self.minimum if args[0] == "min" else self.maximum)(*args[1:])
            case "log":
                return (
                    Symbol(op, *args, floating=True)
                    if symbolic(args)
                    else math.log(*reversed(args))
                )
        return super().operation(op, args)

    def cut(self, condition: Any) -> Any:
        x, c = threshold(condition)
        return c if x is not None and x.op == "t" else None

    def held(self, t: Any, steps: int) -> Any:
        if isinstance(t, Ratio):
            return Ratio(self.held(t.n, steps * t.d), t.d)
        if not isinstance(t, Symbol):
            return min(t, steps)
        if _most(t) <= steps:
            return t
        inside = Symbol(t.op, *t.args, most=_below(steps)) if t.op in LEAVES else t
        return self.where(t < steps, inside, steps)

    def waiting(self, t: Any, first: int) -> Any:
        if isinstance(t, Ratio):
            return Ratio(self.waiting(t.n, first * t.d), t.d)
        return self.where(t < first, first, t)

    def read(self, clock: Any) -> Any:
        seen = self.maximum(plain(clock), 0.0)
        return Symbol("clock", seen, floating=True) if isinstance(seen, Symbol) else min(seen, FAR)

    def minimum(self, a: Any, b: Any) -> Any:
        return self._extreme("min", min, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        return self._extreme("max", max, a, b)

    def _extreme(self, name: str, of: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            if isinstance(b, Ratio):
                return Ratio(self._extreme(name, of, a.n, b.n), a.d)  # of one step: one divisor
            return Ratio(self._extreme(name, of, a.n, b * a.d), a.d)
        a, b = plain(a), plain(b)
        if not symbolic((a, b)):
            return of(a, b)
        if name == "min" and not isinstance(b, Symbol) and (b >= FAR or _most(a) <= b):
            return a
        return Symbol("call", name, a, b, floating=True)

    def ratio(self, t: Any, k: Any) -> Any:
        return t if k == 1 else super().ratio(t, k)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        x, c = threshold(condition)
        return a if x is not None and _most(x) < c else super().where(condition, a, b)

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        def among(low: int, high: int) -> Any:  # low boundaries have been reached, or up to high
            if low == high:
                return low
            middle = (low + high) // 2
            return self.where(t < boundaries[middle], among(low, middle), among(middle + 1, high))

        return among(0, len(boundaries))

    def cycle(self, t: Any, cycles: Cycles) -> tuple[Any, Any, Any, Any]:
        t, growth = plain(t), cycles.stretch
        if cycles.fixed:  # begun at steps that no usual function gives
            if len(cycles.begins) > _LISTED:
                raise NotImplementedError
            i = self.count(cycles.begins[1:], t)
            u = t - self.take(cycles.begins, i)
            if cycles.ahead is not None:
                u = u + self.take(cycles.ahead, i)
            return i, u, self.take(cycles.factors, i), self.take(cycles.lengths or (), i)
        # Whole steps can't tell where a cycle of rounded length begins: the law will do.
        begun = Symbol("log", growth, 1 + (growth - 1) * (t / cycles.first), floating=True)
        i = Symbol("call", "floor", begun)
        if cycles.limit is not None and not _most(t) < cycles.steps:
            i = self.minimum(i, cycles.limit - 1)
        i = Symbol("let", "i", i)
        past = cycles.first * ((growth**i - 1) / (growth - 1))
        inside = (t - past) / growth**i
        u = Symbol("let", "u", inside, floating=True, most=_below(cycles.first))
        return i, u, 1, cycles.first

    def led(self, u: Any, lead: int, factor: Any, whole: bool) -> Any:
        u = plain(u)
        return self.minimum(u, lead) + self.maximum(u - lead, 0) / factor

    def a_number(self, value: Any) -> Any:
        return value if isinstance(value, Symbol) else super().a_number(value)

    def over(self, a: Any, b: Any) -> Any:
        a, b = plain(a), plain(b)
        return Symbol("/", a, b, floating=True) if symbolic((a, b)) else super().over(a, b)

    def power(self, x: Any, k: Any) -> Any:
        return Symbol("**", plain(x), k, floating=True)

    def raised(self, x: Any, k: float) -> Any:
        x = plain(x)
        return self.power(x, k) if isinstance(x, Symbol) else super().raised(x, k)

    def one_minus_power(self, x: Any, y: Any, power: float) -> Any:
        return 1 - x**power if isinstance(x, Symbol) else super().one_minus_power(x, y, power)

    def logarithm(self, x: Any, most: int) -> Any:
        if not isinstance(plain(x), Symbol):
            return super().logarithm(x, most)
        return Symbol("log", 1 + most, 1 + plain(x), floating=True)

    def one_minus_logarithm(self, x: Any, left: Any, most: int) -> Any:
        return 1 - self.logarithm(x, most)

    def rounded(self, x: Any, rounding: str) -> Any:
        if not isinstance(plain(x), Symbol):
            return super().rounded(x, rounding)
        if rounding == "nearest":
            x = x + 0.5
        return Symbol("call", "ceil" if rounding == "up" else "floor", plain(x), floating=True)

    def geometric(self, start: float, end: float, passed: Any, left: Any) -> Any:
        if not isinstance(passed, Symbol):
            return super().geometric(start, end, passed, left)
        return start * Symbol("/", end, start, floating=True) ** passed


PAPER = Paper(math)


def _below(steps: int) -> float:
    """The last real step before this one."""
    return math.nextafter(steps, 0) if steps < 2**53 else steps - 1


def _most(value: Any) -> float:
    """An upper bound, infinity if none is known."""
    if not isinstance(value, Symbol):
        return value  # type: ignore[no-any-return]
    match value.op, *value.args:
        case "*", x, (int() | float()) as k if k > 0:
            return _most(x) * k
        case "//", x, (int() | float()) as k if k > 0:
            return _most(x) // k
        case "%", x, int() as k if k > 0:
            return min(_most(x), _below(k))
        case "call", "min", x, Symbol(op="-", args=(int() as k, y)) if y is x:  # forth and back
            return k / 2
    return value.most


def symbolic(args: Any) -> bool:
    """Whether there is a symbol among the operands."""
    return any(isinstance(arg, Symbol) for arg in args)


def threshold(condition: Any) -> tuple[Any, Any]:
    """x and c, where the condition is x < c for a number c; else two times None."""
    if not isinstance(condition, Symbol) or condition.op != "<":
        return None, None
    x, c = condition.args
    if isinstance(c, Symbol) or not isinstance(x, Symbol):
        return None, None
    seen = None  # what the condition is on, unless it is on the step
    while True:
        match x.op, *x.args:
            case "t+", t, k:
                x, c = t, c - k
                continue
            case ("+", Symbol() as y, (int() | float()) as k) | (
                "+",
                (int() | float()) as k,
                Symbol() as y,
            ):
                x, c = y, c - k
                continue
            case "-", Symbol() as y, (int() | float()) as k:
                x, c = y, c + k
                continue
        seen = seen or (x, c)
        match x.op, *x.args:
            case ("*", Symbol() as y, (int() | float()) as k) | (
                "*",
                (int() | float()) as k,
                Symbol() as y,
            ) if k > 0:
                whole = isinstance(k, int) and isinstance(c, int) and c % k == 0
                x, c = y, c // k if whole else c / k
            case "/", Symbol() as y, (int() | float()) as k if k > 0:
                x, c = y, c * k
            case _:
                return (x, c) if x.op == "t" else seen
