"""Operations of an expression in the form in which one reads them."""

from __future__ import annotations

import math
from typing import Any

from lrsched._engine.paper import symbolic, threshold
from lrsched._engine.symbols import OPERATORS, Symbol, landings, operated


class Simplifier:
    """Writes an expression anew, in the form in which one reads it; equal parts become one.

    Each rule is an identity between numbers, whatever they are.
    """

    def __init__(self) -> None:
        self._made: dict[Any, Symbol] = {}
        self._known: dict[int, tuple[Any, Any]] = {}
        self.variable: Symbol | None = None

    def simplified(self, value: Any) -> Any:
        """An expression in its usual form, however deep it is."""
        for part in landings(value):
            self(part)
        return self(value)

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
        known: dict[int, Any] = {id(condition): holds}

        def again(value: Any) -> Any:
            if not isinstance(value, Symbol):
                return value
            if id(value) not in known:
                known[id(value)] = self.operation(value.op, list(map(again, value.args)))
            return known[id(value)]

        return again(value)

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
            case "**" | "pow", a, b:
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
        if op in OPERATORS and not symbolic(args):
            return operated(op, *args)
        return self._make(op, *args)

    def _make(self, op: str, *args: Any) -> Symbol:
        key = (op, *((type(arg), id(arg) if isinstance(arg, Symbol) else arg) for arg in args))
        try:
            return self._made.setdefault(key, Symbol(op, *args))
        except TypeError:  # a user's own operand, by which nothing can be found again
            return Symbol(op, *args)

    def add(self, a: Any, b: Any) -> Any:
        if not symbolic((a, b)):
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
            return _minus(k, -value)
        if value.op not in ("+", "-"):
            return None
        first = self._absorbed(k, value.args[0])
        return None if first is None else self.operation(value.op, [first, value.args[1]])

    def subtract(self, a: Any, b: Any) -> Any:
        if not symbolic((a, b)):
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
        if base.op == "t" and _whole(shift):
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
            short = b and len(f"{a / b:.6g}") == len(f"{a / b:.15g}")
            return a / b if short else self._make("/", a, b)
        if _is(a, 0):
            return 0.0
        if isinstance(a, Symbol) and _number(b):
            match a.op, *a.args:
                case "/", x, (int() | float()) as k:
                    return self.divide(x, k * b)
                case "*", (int() | float()) as k, x if _whole(k) and _whole(b):
                    shared = math.gcd(int(k), int(b))
                    if shared > 1:
                        return self.divide(self.multiply(int(k) // shared, x), int(b) // shared)
                # What is left is 1 less what has passed.
                case "-", (int() | float()) as k, x if _is_step(x):
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
        if not symbolic(args) and name in ("min", "max"):
            return (min if name == "min" else max)(*args)
        if not symbolic(args):
            try:
                return getattr(math, name)(*args)
            except (ArithmeticError, ValueError):  # a branch that is not taken
                pass
        return self._make("call", name, *args)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is(value: Any, k: int) -> bool:
    return isinstance(value, (int, float)) and value == k


def _whole(value: float) -> bool:
    return float(value).is_integer()


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
