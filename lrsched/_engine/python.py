"""A schedule as one plain Python function, written from the expression its formula gave.

It is compiled at the first scalar call, and shown by `Schedule.source()`. Schedules of one form,
whatever their numbers, share what is compiled: a sweep over ten thousand of them compiles once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from lrsched._engine.code import Code
from lrsched._engine.lookups import BEYOND, within_int64
from lrsched._engine.pieces import Piece
from lrsched._engine.symbols import COMPARISONS, OPERATORS, Symbol, is_floating
from lrsched._engine.text import ATOM, COMPARISON, PRODUCT, SIGN, SUM, TERNARY, Text

# Methods longer than this, in characters, are compiled by themselves: hardly any is written twice.
_LONG = 4000
_SHARED = 256
# More boundaries than these are searched by `bisect`, fewer by comparisons, which compilers know.
_MOST_COMPARED = 128
# Never beyond floats: squared by a product, for a third of what a power costs.
_BOUNDED = ("sin", "cos", "tanh")


class Function(Code):
    """The lines of a schedule's function, and the functions of the standard library it needs.

    In the lines, numbers go by the names c0, c1, ...; `numbers` has their texts.
    """

    indent = "    "

    def __init__(self, parts: list[Piece]) -> None:
        self.needs: set[str] = set()
        self.numbers: list[tuple[Any, str]] = []
        parts = within_int64(parts)
        self.first = len(parts).bit_length() - 1  # the line at which the first piece begins
        super().__init__(parts)

    def text(self, name: str) -> str:
        """The function as a text that stands on its own."""
        lines = ["    " + self._literal(line) for line in self.lines]
        return "\n".join([*_imports(self.needs, 2), f"def {name}(t):", *lines])

    def method(self) -> Callable[[Any, Any], float]:
        """The function as a method that looks at what it gets.

        What is no step to Python's numbers is for its owner's `_otherwise`. No step below 0 comes
        by the first piece; it, and what Python's arithmetic refuses, is for `_beyond`. Bound, it is
        pickled as its owner's `_calculate`.
        """
        lines = list(self.lines)
        indent = lines[self.first][: -len(lines[self.first].lstrip())]
        lines[self.first : self.first] = [f"{indent}if t < 0:", f"{indent}    raise ValueError"]
        lines = [
            "def _calculate(self, t):",
            "    if type(t) is not int and not (type(t) is float and 0 <= t < inf):",
            "        return self._otherwise(t)",
            "    try:",
            *("        " + line for line in lines),
            "    except (ArithmeticError, ValueError):",
            "        pass",
            "    return self._beyond(t)",
        ]
        values = {f"c{i}": value for i, (value, _) in enumerate(self.numbers)}
        long = sum(map(len, lines)) > _LONG
        if long:
            lines, values = list(map(self._literal, lines)), {}
        lines = [f"def make({', '.join(values)}):", *("    " + line for line in lines)]
        text = "\n".join([*_imports(self.needs | {"inf"}, 0), *lines, "    return _calculate"])
        make = _compiled(text) if long else _shared(text)
        return make(*values.values())

    def _literal(self, line: str) -> str:
        """A line with its numbers in it."""
        return re.sub(r"\bc(\d+)\b", lambda found: self.numbers[int(found[1])][1], line)

    def branch(self, test: str, inside: list[str], otherwise: list[str]) -> list[str]:
        return [f"if {test}:", *inside, *(["else:", *otherwise] if otherwise else [])]

    def negation(self, test: Text) -> str:
        return f"not {test.within(COMPARISON)}"

    def assignment(self, name: str, text: str) -> str:
        return f"{name} = {text}"

    def result(self, value: Any) -> str:
        if value is BEYOND:
            return "raise OverflowError"
        if not isinstance(value, Symbol):
            value = float(value)
        text = self.write(value).text
        return f"return {text}" if is_floating(value) else f"return float({text})"

    def choice(self, test: Text, yes: Text, no: Text) -> Text:
        texts = yes.within(TERNARY + 1), test.within(TERNARY + 1), no.within(TERNARY)
        return Text("{} if {} else {}".format(*texts), TERNARY)

    def number(self, value: Any) -> Text:
        text = _number(value)
        return self._named(value, text, SIGN if text.startswith("-") else ATOM)

    def _named(self, value: Any, text: str, binds: int) -> Text:
        self.numbers.append((value, text))
        return Text(f"c{len(self.numbers) - 1}", binds)

    def shifted(self, value: Symbol, t: Symbol, shift: int) -> Text:
        return Text(f"t {'-' if shift < 0 else '+'} {self.number(abs(shift)).text}", SUM)

    def negated(self, value: Symbol, x: Any) -> Text:
        return Text(f"-{self.write(x).within(SIGN)}", SIGN)

    def called(self, value: Symbol, name: str, *args: Any) -> Text:
        if name != "abs":  # Python's own
            self.needs.add(name)
        return Text(f"{name}({', '.join(self.write(x).text for x in args)})", ATOM)

    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> Text:
        at = self.write(t)
        if len(boundaries) > _MOST_COMPARED:
            self.needs.add("bisect_right")
            return Text(f"bisect_right({self._tuple(boundaries)}, {at.text})", ATOM)
        if at.binds < ATOM:
            at = self.assign(t, at)
        name = self.name(value)
        self.lines += self._compared(name.text, at.text, boundaries, range(len(boundaries) + 1))
        return name

    def _compared(
        self, name: str, at: str, boundaries: tuple[Any, ...], counts: range
    ) -> list[str]:
        """A balanced tree of comparisons, as of pieces."""
        if len(counts) == 1:
            return [f"{name} = {counts[0]}"]
        middle = len(counts) // 2
        before = self._compared(name, at, boundaries, counts[:middle])
        after = self._compared(name, at, boundaries, counts[middle:])
        test = f"if {at} < {self.number(boundaries[counts[middle] - 1]).text}:"
        if len(after) > 1:
            return [test, *_indented(before), f"el{after[0]}", *after[1:]]
        return [test, *_indented(before), "else:", *_indented(after)]

    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> Text:
        at = self.write(index).text
        at = at if index.op == "count" else f"int({at})"
        return Text(f"{self._tuple(values)}[{at}]", ATOM)

    def _tuple(self, values: tuple[Any, ...]) -> str:
        texts = ", ".join(map(_number, values))
        return self._named(values, f"({texts},)" if len(values) == 1 else f"({texts})", ATOM).text

    def binary(self, value: Symbol, a: Any, b: Any) -> Text:
        if value.op == "pow":  # of a number below 0 it raises, where ** is complex
            return self.called(value, "pow", a, b)
        if value.op == "**" and type(b) is int and b == 2 and _is_bounded(a):
            self.uses[id(a)] += 1
            return Text(f"{self.write(a).text} * {self.write(a).text}", PRODUCT)
        binds, _ = OPERATORS[value.op]
        # a - b - c is (a - b) - c; a ** b ** c is a ** (b ** c); a < b < c is neither.
        chains = value.op in COMPARISONS or value.op == "**"
        left = self.write(a).within(binds + chains)
        right = self.write(b).within(binds + (value.op != "**"))
        return Text(f"{left} {value.op} {right}", binds)


def _imports(needs: set[str], gap: int) -> list[str]:
    """The lines that import functions of the standard library, and so many empty ones after."""
    of_math = ", ".join(sorted(needs - {"bisect_right"}))
    lines = ["from bisect import bisect_right"] * ("bisect_right" in needs)
    lines += [f"from math import {of_math}"] * bool(of_math)
    return [*lines, *[""] * gap * bool(lines)]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _is_bounded(value: Any) -> bool:
    return isinstance(value, Symbol) and value.op == "call" and value.args[0] in _BOUNDED


def _number(value: Any) -> str:
    if type(value) not in (int, float, bool):
        raise ValueError(f"{value!r} is no plain number")
    text = repr(value)
    return f"float('{text}')" if text.lstrip("-") in ("inf", "nan") else text


def _compiled(text: str) -> Callable[..., Callable[[Any, Any], float]]:
    """The function that makes a method of its numbers."""
    scope: dict[str, Any] = {}
    exec(text, scope)
    return scope["make"]  # type: ignore[no-any-return]


_shared = functools.lru_cache(_SHARED)(_compiled)
