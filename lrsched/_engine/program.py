"""A piece of a schedule as a few NumPy calls on a vector of steps.

Written from the same expression as the scalar function. Each operation on floats becomes one call
that writes into a row of scratch, and a row is used again as soon as nothing waits for what is in
it: there are no temporaries but a handful of rows, which stay in a core's own cache.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from lrsched._engine.symbols import UFUNCS, Symbol, is_floating, landings
from lrsched._engine.tables import table
from lrsched._engine.writer import Writer

_POWERS = {2: "square", 0.5: "sqrt", -1: "reciprocal"}


# Up to here, float64 has every whole number.
_WHOLE = 2**53
_INT64 = 2**63 - 1

# `run(t, out)` fills out, a vector of floats, with the values at the steps t.
Run = Callable[[Any, Any], None]


def program(value: Any) -> Run:
    """The expression as a program. Those that differ in numbers only share their code."""
    known: dict[Any, Any] = {}
    for part in landings(value):
        _in_floats(part, known)
    writer = _Program(_in_floats(value, known))
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
        if value.floating and (value.op in UFUNCS or value.op in ("neg", "call")):
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


class _Program(Writer[str]):
    """The lines of a program, and the numbers they name."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.numbers: list[Any] = []
        self._rows = 0
        self._free: list[str] = []
        self.count(value)
        for part in landings(value):
            self.write(part)
        last = self.write(value)
        if not last.startswith("row"):
            self.lines.append(f"out[:] = {last}")
        rows = (f"row{i}" for i in range(self._rows))
        made = [f"{row} = {'out' if row == last else 'empty(len(out))'}" for row in rows]
        self.lines = made + self.lines

    def keep(self, value: Symbol, written: str) -> str:
        self.kept[id(value)] = written
        return written

    def number(self, value: Any) -> str:
        if (type(value) is int and -_WHOLE <= value <= _WHOLE) or type(value) is float:
            value = np.asarray(value)  # which NumPy takes in half the time
        elif type(value) is int and abs(value) > _INT64:
            self.lines.append(
                "raise OverflowError"
            )  # then one step at a time, in Python's integers
        elif not isinstance(value, (int, float, np.ndarray)):
            raise TypeError(f"{value!r} is no plain number")
        self.numbers.append(value)
        return f"k{len(self.numbers) - 1}"

    def step(self, value: Symbol) -> str:
        return "t"

    def shifted(self, value: Symbol, t: Symbol, shift: int) -> str:
        return self._assigned(f"t + {self.number(shift)}")

    def floated(self, value: Symbol, x: Any) -> str:
        text, row = self.write(x), self._row()
        self.lines.append(f"copyto({row}, {text})")
        self._release(x)
        return row

    def negated(self, value: Symbol, x: Any) -> str:
        return self._function(value, "negative", x)

    def called(self, value: Symbol, name: str, *args: Any) -> str:
        if not isinstance(getattr(np, name, None), np.ufunc):
            raise LookupError(name)
        return self._function(value, name, *args)

    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> str:
        look_up = self.number(table(boundaries, "int"))
        text = f"{look_up}.searchsorted({self.write(t)}, 'right')"
        self._release(t)
        return self._assigned(text)

    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> str:
        look_up = self.number(table(values, type(values[0]).__name__))
        whole = "" if index.op == "count" else ".astype('int64')"
        text = f"{look_up}[{self.write(index)}{whole}]"
        self._release(index)
        return self._assigned(text)

    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> str:
        text = f"where({', '.join(map(self.write, (condition, a, b)))})"
        self._release(condition, a, b)
        return self._assigned(text)

    def binary(self, value: Symbol, a: Any, b: Any) -> str:
        known = isinstance(b, (int, float)) and b in _POWERS
        if value.op in ("**", "pow") and known and is_floating(a):
            return self._function(value, _POWERS[b], a)
        if value.op in UFUNCS:
            return self._function(value, UFUNCS[value.op], a, b)
        text = f"{self.write(a)} {value.op} {self.write(b)}"
        self._release(a, b)
        return self._assigned(text)

    def _function(self, value: Symbol, function: str, *args: Any) -> str:
        texts = ", ".join(map(self.write, args))
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
                self.uses[id(arg)] -= 1
                name = self.kept.get(id(arg), "")
                if not self.uses[id(arg)] and name.startswith("row"):
                    self._free.append(name)


_NUMPY = dict(vars(np))


@functools.lru_cache(maxsize=1024)
def _compiled(numbers: int, lines: tuple[str, ...]) -> Callable[..., None]:
    names = (*(f"k{i}" for i in range(numbers)), "t", "out")
    made: dict[str, Any] = {}
    exec(f"def run({', '.join(names)}):\n    " + "\n    ".join(lines), _NUMPY, made)
    return made["run"]  # type: ignore[no-any-return]
