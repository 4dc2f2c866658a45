"""Expressions as one writes them on paper: what is computed with care reads as the textbook has it.

`PAPER` is the namespace that a formula is traced in. It differs from the one for programs where
those keep digits that a reader does not miss: a table of cycles is its law again, a bound that
rounding alone could pass is left out. `Simplifier` then writes each operation in its usual form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lrsched._engine.cycles import Cycles
from lrsched._engine.namespace import FAR
from lrsched._engine.protocol import ScheduleLike
from lrsched._engine.ratio import Ratio, plain
from lrsched._engine.symbols import LEAVES, OPERATORS, Symbol, Symbols, operated


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
                return Symbol(op, *args, floating=True) if _symbolic(args) else args[-1]
            case "clock":
                return self.read(args[0])
            case "call" if args[0] in ("min", "max"):
                return (self.minimum if args[0] == "min" else self.maximum)(*args[1:])
            case "log":
                return Symbol(op, *args, floating=True) if _symbolic(args) else math.log(*args)
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
        if not _symbolic((a, b)):
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

    def cycle(self, t: Any, cycles: Cycles) -> tuple[Any, Any, Any]:
        t, growth = plain(t), cycles.stretch
        # Whole steps can't tell where a cycle of rounded length begins: the law will do.
        begun = Symbol("log", growth, 1 + (growth - 1) * (t / cycles.first), floating=True)
        i = Symbol("call", "floor", begun)
        if cycles.limit is not None and not _most(t) < cycles.steps:
            i = self.minimum(i, cycles.limit - 1)
        i = Symbol("let", "i", i)
        past = cycles.first * ((growth**i - 1) / (growth - 1))
        inside = (t - past) / growth**i
        return i, Symbol("let", "u", inside, floating=True, most=_below(cycles.first)), 1

    def a_number(self, value: Any) -> Any:
        return value if isinstance(value, Symbol) else super().a_number(value)

    def power(self, x: Any, k: Any) -> Any:
        return Symbol("**", x, k, floating=True)

    def one_minus_power(self, x: Any, y: Any, power: float) -> Any:
        return 1 - x**power if isinstance(x, Symbol) else super().one_minus_power(x, y, power)

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


def _symbolic(args: Any) -> bool:
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


class Simplifier:
    """Writes an expression anew, in the form in which one reads it; equal parts become one.

    Each rule is an identity between numbers, whatever they are.
    """

    def __init__(self) -> None:
        self._made: dict[Any, Symbol] = {}
        self._known: dict[int, tuple[Any, Any]] = {}
        self.variable: Symbol | None = None

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, Symbol):
            return value
        if id(value) not in self._known:
            # The value itself is kept too: no other may take its id.
            self._known[id(value)] = value, self.operation(value.op, list(map(self, value.args)))
        return self._known[id(value)][1]

    def cut(self, condition: Any) -> Any:
        """c, where the condition is that the variable is below c; None for any other."""
        x, c = threshold(condition)
        return c if x is self.variable else None

    def assuming(self, value: Any, condition: Symbol, holds: bool) -> Any:
        """An expression where a condition holds, or does not."""
        if value is condition or not isinstance(value, Symbol):
            return holds if value is condition else value
        args = [self.assuming(arg, condition, holds) for arg in value.args]
        return self.operation(value.op, args)

    def operation(self, op: str, args: list[Any]) -> Any:
        """An operation on operands in their usual form."""
        match op, *args:
            case "+", a, b:
                return self.add(a, b)
            case "-", a, b:
                return self.subtract(a, b)
            case "*", a, b:
                return self.multiply(a, b)
            case "/", a, b:
                return self.divide(a, b)
            case "**", a, b:
                return self.power(a, b)
            case "//", a, b:
                return self.call("floor", self.divide(a, b))
            case "neg", a:
                return self.multiply(-1, a)
            case "call", name, *rest:
                return self.call(name, *rest)
            case "where", bool() as condition, a, b:
                return a if condition else b
            case "where", _, a, b if a is b:
                return a
            case "take", values, int() as index:
                return values[index]
            case "let", _, a if not isinstance(a, Symbol):
                return a
            case "t+", t, k:
                return self._make("t+", t, k)
        if op in OPERATORS and not _symbolic(args):
            return operated(op, *args)
        return self._make(op, *args)

    def _make(self, op: str, *args: Any) -> Symbol:
        key = (op, *((type(arg), id(arg) if isinstance(arg, Symbol) else arg) for arg in args))
        try:
            return self._made.setdefault(key, Symbol(op, *args))
        except TypeError:  # a user's own operand, by which nothing can be found again
            return Symbol(op, *args)

    def add(self, a: Any, b: Any) -> Any:
        if not _symbolic((a, b)):
            return _minus(a, -b)
        if _number(b):
            a, b = b, a  # numbers first, but for steps
        for x, y in ((a, b), (b, a)):
            if _is(x, 0):
                return y
        if _number(a) and _is_clock(_shift(b)[0]):
            return self._later(b, a)
        (p, x), (q, y) = _scaled(a), _scaled(b)
        # p x + q (1 - x), either way around
        if isinstance(x, Symbol) and _complement(y) is x:
            return self.add(q, self.multiply(_minus(p, q), x))
        if isinstance(y, Symbol) and _complement(x) is y:
            return self.add(p, self.multiply(_minus(q, p), y))
        if _number(a) and (rest := _complement(y)) is not None:  # a + q (1 - x)
            return self.subtract(a + q, self.multiply(q, rest))
        if _negative(b):
            return self.subtract(a, self.multiply(-1, b))
        if _number(a) and b.op in ("+", "-") and (first := self._absorbed(a, b)) is not None:
            return first
        return self._make("+", a, b)

    def _absorbed(self, k: float, value: Any) -> Any:
        """k + value, where it begins with a number; else None."""
        if _number(value):
            return k + value
        if value.op not in ("+", "-"):
            return None
        first = self._absorbed(k, value.args[0])
        return None if first is None else self.operation(value.op, [first, value.args[1]])

    def subtract(self, a: Any, b: Any) -> Any:
        if not _symbolic((a, b)):
            return _minus(a, b)
        if _is(b, 0):
            return a
        if a is b:
            return 0
        if _is(a, 0):
            return self.multiply(-1, b)
        if _negative(b):
            return self.add(a, self.multiply(-1, b))
        if _number(b) and _is_clock(_shift(a)[0]):
            return self._later(a, -b)
        if _number(a) and isinstance(b, Symbol):
            if b.op == "-" and _number(b.args[0]):  # a - (k - x)
                return self.add(_minus(a, b.args[0]), b.args[1])
            x, k = _shift(b)
            if k:  # a - (x + k)
                return self.subtract(_minus(a, k), x)
        return self._make("-", a, b)

    def _later(self, t: Symbol, k: float) -> Symbol:
        """A step so many later, all shifts in one."""
        base: Symbol
        base, before = _shift(t)
        shift = _minus(before, -k)
        if not shift:
            return base
        if base.op == "t" and shift == int(shift):
            return self._make("t+", base, int(shift))
        return self._make("+", base, shift) if shift > 0 else self._make("-", base, -shift)

    def multiply(self, a: Any, b: Any) -> Any:
        if _number(b):
            a, b = b, a
        if _number(b):
            return a * b
        if _is(a, 0):
            return 0.0
        if _is(a, 1):
            return b
        if _number(a):
            match b.op, *b.args:
                case "*", (int() | float()) as k, x:
                    return self.multiply(a * k, x)
                case "-", x, (int() | float()) as k if _is(a, -1):
                    return self.subtract(k, x)
        elif _is_power(b) and not _is_power(a):
            a, b = b, a  # 0.5**i first
        elif a.op == "*" and _number(a.args[0]):
            return self.multiply(a.args[0], self.multiply(a.args[1], b))
        elif isinstance(b, Symbol) and b.op == "*" and _number(b.args[0]):
            return self.multiply(b.args[0], self.multiply(a, b.args[1]))
        return self._make("*", a, b)

    def divide(self, a: Any, b: Any) -> Any:
        if _is(b, 1):
            return a
        if _number(a) and _number(b):
            # A fraction is left as one, unless it is a short number.
            return (
                a / b
                if b and len(f"{a / b:.6g}") == len(f"{a / b:.15g}")
                else self._make("/", a, b)
            )
        if _is(a, 0):
            return 0.0
        if isinstance(a, Symbol) and _number(b):
            match a.op, *a.args:
                case "/", x, (int() | float()) as k:
                    return self.divide(x, k * b)
                case "*", (int() | float()) as k, x if k == int(k) and b == int(b):
                    shared = math.gcd(int(k), int(b))
                    if shared > 1:
                        return self.divide(self.multiply(int(k) // shared, x), int(b) // shared)
                case "-", (int() | float()) as k, x if _is_step(
                    x
                ):  # what is left: 1 - what has passed
                    return self.subtract(1, self.divide(self.subtract(x, _minus(k, b)), b))
        if isinstance(b, Symbol) and b.op == "+" and _is(b.args[0], 1):
            match b.args[1]:
                # 1 / (1 + exp(2x))
                case Symbol(op="call", args=("exp", Symbol(op="*", args=((2 | -2) as k, x)))):
                    falling = self.call("tanh", self.multiply(k / 2, x))
                    return self.multiply(a, self.divide(self.subtract(1, falling), 2))
        return self._make("/", a, b)

    def power(self, a: Any, b: Any) -> Any:
        if _is(b, 1):
            return a
        if _is(b, 0) or _is(a, 1):
            return 1.0
        match a:
            # sin(pi/2 x)**2
            case Symbol(op="call", args=("sin", Symbol(op="*", args=(float() as k, x)))) if (
                k == math.pi / 2 and _is(b, 2)
            ):
                wave = self.call("cos", self.multiply(math.pi, x))
                return self.divide(self.subtract(1, wave), 2)
        return self._make("**", a, b)

    def call(self, name: str, *args: Any) -> Any:
        match name, *args:
            case "expm1", x:
                return self.subtract(self.call("exp", x), 1)
            case "log1p", x:
                return self.call("log", self.add(1, x))
            case "cos", Symbol(op="*", args=(float() as k, y)) if (
                k == math.pi and (x := _complement(y)) is not None
            ):
                return self.multiply(-1, self.call("cos", self.multiply(math.pi, x)))
        if not _symbolic(args) and name in ("min", "max"):
            return (min if name == "min" else max)(*args)
        if not _symbolic(args):
            try:
                return getattr(math, name)(*args)
            except (ArithmeticError, ValueError):  # a branch that is not taken
                pass
        return self._make("call", name, *args)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is(value: Any, k: int) -> bool:
    return isinstance(value, (int, float)) and value == k


def _minus(a: float, b: float) -> float:
    """The difference without the noise of its last digits."""
    return a - b if isinstance(a, int) and isinstance(b, int) else float(f"{a - b:.15g}")


def _shift(value: Any) -> tuple[Any, Any]:
    """x and k, of x + k."""
    match value:
        case Symbol(op="t+", args=(t, k)):
            return t, k
        case Symbol(op="+", args=(Symbol() as x, int() | float() as k)):
            return x, k
        case Symbol(op="-", args=(Symbol() as x, int() | float() as k)):
            return x, -k
    return value, 0


def _is_clock(value: Any) -> bool:
    """Whether a value is a step, of whatever clock, or a multiple of one."""
    match value:
        case Symbol(op="t" | "t+" | "let" | "clock" | "%"):
            return True
        case Symbol(op="*", args=(int(), x)):
            return _is_clock(x)
        case Symbol(op="call", args=("min" | "max" | "floor", *args)):
            return any(map(_is_step, args))
    return False


def _is_step(value: Any) -> bool:
    """Whether a value is a step, or one that is divided."""
    match value:
        case Symbol(op="*", args=(int() | float(), x)) | Symbol(op="/", args=(x, int() | float())):
            return _is_step(x)
    return _is_clock(value)


def _negative(value: Any) -> bool:
    """Whether a minus sign stands before it."""
    if isinstance(value, Symbol):
        return value.op == "*" and _negative(value.args[0])
    return _number(value) and value < 0


def _is_power(value: Any) -> bool:
    """Whether a value is a power of a number."""
    return isinstance(value, Symbol) and value.op == "**" and _number(value.args[0])


def _scaled(value: Any) -> tuple[Any, Any]:
    """A number and what it is the factor of."""
    if isinstance(value, Symbol) and value.op == "*" and _number(value.args[0]):
        return value.args
    return 1, value


def _complement(value: Any) -> Any:
    """x, of 1 - x."""
    if isinstance(value, Symbol) and value.op == "-" and _is(value.args[0], 1):
        return value.args[1]
    return None
