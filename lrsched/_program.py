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


class Program:
    """`run(t, out, rows)` fills `out` with the expression's value at the steps t.

    Of `rows`, vectors of out's length, it needs the first `size`. Programs that differ in numbers
    only share their code.
    """

    def __init__(self, value: Any) -> None:
        self._lines: list[str] = []
        self._numbers: list[Any] = []
        self._names: dict[int, str] = {}
        self._rows = 0
        self._free: list[str] = []
        self._waiting: Counter[int] = Counter()
        self._wait(value)
        last = self._write(value)
        if last.startswith("row"):
            head = f"{last} = out"
        else:
            head = "pass"
            self._lines.append(f"out[:] = {last}")
        rows = [name for name in (f"row{i}" for i in range(self._rows)) if name != last]
        self.size = len(rows)
        self._code = _compiled(
            tuple(f"k{i}" for i in range(len(self._numbers))),
            (head, *(f"{name} = rows[{i}]" for i, name in enumerate(rows)), *self._lines),
        )

    def run(self, t: Any, out: Any, rows: Any) -> None:
        self._code(t, out, rows, *self._numbers)

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
        self._numbers.append(value)
        return f"k{len(self._numbers) - 1}"

    def _computed(self, value: Symbol) -> str:
        match value.op, *value.args:
            case "t+", _, shift:
                return self._assigned(f"t + {self._number(shift)}")
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
        row = self._free.pop() if self._free else self._new_row()
        self._lines.append(f"{function}({texts}, {row})")
        return row

    def _assigned(self, text: str) -> str:
        name = f"x{len(self._lines)}"
        self._lines.append(f"{name} = {text}")
        return name

    def _new_row(self) -> str:
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


@functools.lru_cache(maxsize=256)
def table(values: tuple[Any, ...], kind: str) -> np.ndarray[Any, Any]:
    """The values as an array; `kind` keeps (1, 2) and (1.0, 2.0) apart, which are equal.

    Beyond int64 they are floats, rounded up: the first that has reached a boundary.
    """
    table = np.asarray(values, dtype=float if kind == "float" else None)
    if table.dtype != object:
        return table
    nearest = table.astype(float)
    return np.where((nearest < table).astype(bool), np.nextafter(nearest, np.inf), nearest)


_NUMPY = dict(vars(np))


@functools.lru_cache(maxsize=1024)
def _compiled(numbers: tuple[str, ...], lines: tuple[str, ...]) -> Callable[..., None]:
    text = f"def run({', '.join(('t', 'out', 'rows', *numbers))}):\n    " + "\n    ".join(lines)
    made: dict[str, Any] = {}
    exec(text, _NUMPY, made)
    return made["run"]  # type: ignore[no-any-return]
