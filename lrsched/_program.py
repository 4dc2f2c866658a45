"""A piece of a schedule as a few NumPy calls on a vector of steps.

Written from the same expression as the scalar function. Each operation on floats becomes one call
that writes into a row of scratch, and a row is used again as soon as nothing waits for what is in
it: there are no temporaries but a handful of rows, which stay in a core's own cache.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from lrsched._symbols import Symbol, is_floating
from lrsched._tables import table

_CALLS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "remainder",
    "**": "power",
    "neg": "negative",
}
_POWERS = {2: "square", 0.5: "sqrt", -1: "reciprocal"}


# Up to here, float64 has every whole number.
_WHOLE = 2**53

# `run(t, out)` fills out, a vector of floats, with the values at the steps t.
Run = Callable[[Any, Any], None]


def program(value: Any) -> Run:
    """The expression as a program. Those that differ in numbers only share their code."""
    writer = _Writer(_in_floats(value, {}))
    return functools.partial(_compiled(len(writer.numbers), tuple(writer.lines)), *writer.numbers)


def _in_floats(value: Any, known: dict[Any, Any]) -> Any:
    """The expression with its whole operands made floats before an operation on floats.

    Handed an array of integers, such an operation would convert it too, in blocks and in memory of
    its own. A difference that float64 has room for is one of floats from the start.
    """
    if not isinstance(value, Symbol) or value.op == "t":
        return value
    if id(value) not in known:
        args = [_in_floats(arg, known) for arg in value.args]
        if value.floating and (value.op in _CALLS or value.op == "call"):
            args = [_as_float(arg, known) for arg in args]
        new = Symbol(value.op, *args, floating=value.floating)
        # The value itself is kept too: no other may take its id.
        known[id(value)] = (value, new)
    return known[id(value)][1]


def _as_float(value: Any, known: dict[Any, Any]) -> Any:
    if type(value) is int and abs(value) <= _WHOLE:
        return float(value)
    if not isinstance(value, Symbol) or value.floating:
        return value
    key = "t" if value.op == "t" else ("float", id(value))
    if key not in known:
        match value.op, *value.args:
            case "t+", t, int() as k if abs(k) <= _WHOLE:
                new = Symbol("+", _as_float(t, known), float(k), floating=True)
            case "-", int() as k, Symbol(op="t") as t if abs(k) <= _WHOLE:
                new = Symbol("-", float(k), _as_float(t, known), floating=True)
            case _:
                new = Symbol("float", value, floating=True)
        known[key] = (value, new)
    return known[key][1]


class _Writer:
    """The lines of a program, and the numbers they name."""

    def __init__(self, value: Any) -> None:
        self.lines: list[str] = []
        self.numbers: list[Any] = []
        self._names: dict[int, str] = {}
        self._rows = 0
        self._free: list[str] = []
        self._waiting: Counter[int] = Counter()
        self._wait(value)
        last = self._write(value)
        if not last.startswith("row"):
            self.lines.append(f"out[:] = {last}")
        rows = (f"row{i}" for i in range(self._rows))
        made = [f"{row} = {'out' if row == last else 'empty(len(out))'}" for row in rows]
        self.lines = made + self.lines

    def _wait(self, value: Any) -> None:
        if isinstance(value, Symbol):
            self._waiting[id(value)] += 1
            if self._waiting[id(value)] == 1:
                for arg in value.args:
                    self._wait(arg)

    def _write(self, value: Any) -> str:
        """The name of a value; the lines that compute it are written at its first use."""
        if not isinstance(value, Symbol):
            return self._number(value)
        if value.op == "t":
            return "t"
        if id(value) not in self._names:
            self._names[id(value)] = self._computed(value)
        return self._names[id(value)]

    def _number(self, value: Any) -> str:
        if (type(value) is int and -_WHOLE <= value <= _WHOLE) or type(value) is float:
            value = np.asarray(value)  # which NumPy takes in half the time
        self.numbers.append(value)
        return f"k{len(self.numbers) - 1}"

    def _computed(self, value: Symbol) -> str:
        match value.op, *value.args:
            case "t+", _, shift:
                return self._assigned(f"t + {self._number(shift)}")
            case "float", x:
                text, row = self._write(x), self._row()
                self.lines.append(f"copyto({row}, {text})")
                self._release(x)
                return row
            case "call", name, x:
                if not isinstance(getattr(np, name, None), np.ufunc):
                    raise LookupError(name)
                return self._called(value, name, x)
            case "neg", x:
                return self._called(value, "negative", x)
            case "**", x, (int() | float()) as k if isinstance(x, Symbol) and k in _POWERS:
                if is_floating(x):
                    return self._called(value, _POWERS[k], x)
            case "count", boundaries, t:
                look_up = self._number(table(boundaries, "int"))
                text = f"{look_up}.searchsorted({self._write(t)}, 'right')"
                self._release(t)
                return self._assigned(text)
            case "take", values, index:
                look_up = self._number(table(values, type(values[0]).__name__))
                text = f"{look_up}[{self._write(index)}]"
                self._release(index)
                return self._assigned(text)
            case "where", condition, a, b:
                text = f"where({', '.join(map(self._write, (condition, a, b)))})"
                self._release(condition, a, b)
                return self._assigned(text)
        if value.op in _CALLS:
            return self._called(value, _CALLS[value.op], *value.args)
        a, b = value.args
        text = f"{self._write(a)} {value.op} {self._write(b)}"
        self._release(a, b)
        return self._assigned(text)

    def _called(self, value: Symbol, function: str, *args: Any) -> str:
        texts = ", ".join(map(self._write, args))
        self._release(*args)
        if not value.floating:  # whole numbers stay whole, in an array of their own
            return self._assigned(f"{function}({texts})")
        row = self._row()
        self.lines.append(f"{function}({texts}, {row})")
        return row

    def _assigned(self, text: str) -> str:
        name = f"x{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def _row(self) -> str:
        if self._free:
            return self._free.pop()
        self._rows += 1
        return f"row{self._rows - 1}"

    def _release(self, *args: Any) -> None:
        """One use of each is done: a row that nothing else waits for may be written again."""
        for arg in args:
            if isinstance(arg, Symbol):
                self._waiting[id(arg)] -= 1
                name = self._names.get(id(arg), "")
                if not self._waiting[id(arg)] and name.startswith("row"):
                    self._free.append(name)


_NUMPY = dict(vars(np))


@functools.lru_cache(maxsize=1024)
def _compiled(numbers: int, lines: tuple[str, ...]) -> Callable[..., None]:
    names = (*(f"k{i}" for i in range(numbers)), "t", "out")
    made: dict[str, Any] = {}
    exec(f"def run({', '.join(names)}):\n    " + "\n    ".join(lines), _NUMPY, made)
    return made["run"]  # type: ignore[no-any-return]
