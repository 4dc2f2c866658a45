"""A schedule as one JavaScript function of the step, written from the same expression as Python's.

JavaScript's numbers are floats: they have every whole number up to 2**53, and steps go as far. What
is worked out with whole steps may be larger, a step times the denominator of a `Stretch`, and where
one digit decides, in a remainder or a comparison, it is a BigInt. Whether a schedule ever gets
there is known from the range of its steps before its function is written: most have none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from lrsched._engine.code import Code
from lrsched._engine.pieces import Piece
from lrsched._engine.ranges import Ranges, is_number
from lrsched._engine.symbols import COMPARISONS, OPERATORS, Symbol, is_floating
from lrsched._engine.text import ATOM, POWER, PRODUCT, SIGN, TERNARY, Text

# Up to here a number is every whole number.
_WHOLE = 2**53

# What JavaScript lacks or has otherwise: Python's remainder has the sign of its divisor, and 1 is 1
# whatever the power. Those before them are what the later ones use.
_HELPERS = {
    "mod": """const mod = (a, b) => {
  const rest = a % b;
  return rest && rest < 0 !== b < 0 ? rest + b : rest;
};""",
    "div": """const div = (a, b) => {
  const value = (a - mod(a, b)) / b;
  return typeof value == "bigint" ? value : Math.round(value);
};""",
    "pow": "const pow = (x, y) => (x == 1 || (x == -1 && Math.abs(y) == Infinity) ? 1 : x ** y);",
    "abs": "const abs = (x) => (x < 0 ? -x : x);",
    "count": """const count = (boundaries, t) => {
  let low = 0;
  for (let high = boundaries.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (t < boundaries[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
};""",
    "whole": """// Whole numbers beyond 2 ** 53 are BigInts.
const whole = (operation) => (a, b) => {
  const value = operation(Number(a), Number(b));
  const numbers = typeof a == "number" && typeof b == "number";
  if (numbers && Math.abs(value) < 2 ** 53) return value;
  const exact = [a, b].every((x) => Number.isInteger(Number(x)));
  return exact ? operation(BigInt(a), BigInt(b)) : value;
};""",
    "plus": "const plus = whole((a, b) => a + b);",
    "minus": "const minus = whole((a, b) => a - b);",
    "times": "const times = whole((a, b) => a * b);",
    "rest": "const rest = whole(mod);",
    "quotient": "const quotient = whole(div);",
}
_EXACTLY = {"+": "plus", "-": "minus", "*": "times", "%": "rest", "//": "quotient"}
_USES = {
    "div": {"mod"},
    "rest": {"mod", "whole"},
    "quotient": {"div", "mod", "whole"},
    **{name: {"whole"} for name in ("plus", "minus", "times")},
}

# Python's functions of one number that JavaScript has, too.
_FUNCTIONS = re.findall(
    r"\w+",
    """
    sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    exp expm1 log log1p log2 log10 sqrt cbrt floor ceil trunc abs
    """,
)

# Words that are no names, beside Python's own.
_RESERVED = re.findall(
    r"\w+",
    """
    arguments case catch const debugger default delete do enum eval export extends false function
    implements instanceof interface let new null package private protected public static super
    switch this throw true typeof var void
    """,
)


class Script(Code):
    """The lines of a schedule's function, and the helpers that it needs."""

    indent = "  "
    assigns = "="

    def __init__(self, parts: list[Piece]) -> None:
        self.needs: set[str] = set()
        self._most_names = 0
        super().__init__(parts)

    @staticmethod
    def takes(name: str) -> bool:
        """Whether a function may have this name, which Python would take."""
        return name.isascii() and name not in _RESERVED

    def text(self, name: str) -> str:
        """The function as a text that stands on its own."""
        head = "\n".join(text for helper, text in _HELPERS.items() if helper in self.needs)
        lines = [f"  {line}" for line in head.splitlines()]
        if self._most_names:
            lines.append(f"  let {', '.join(f'x{i + 1}' for i in range(self._most_names))};")
        return "\n".join([f"function {name}(t) {{", *lines, *self.lines, "}"])

    def piece(self, value: Any, start: Any, stop: Any) -> None:
        super().piece(value, start, stop)
        self._ranges = Ranges(value, min(start, _WHOLE), min(stop, _WHOLE))

    def branch(self, test: Text, indent: str, inside: Iterator[str]) -> Iterator[str]:
        yield f"{indent}if ({test.text}) {{"
        yield from inside
        yield f"{indent}}}"

    def statement(self, text: str) -> str:
        return f"{text};"

    def result(self, value: Any) -> str:
        if isinstance(value, Symbol) and value.op in COMPARISONS:
            return f"Number({self.write(value).text})"
        return self._rounded(value if isinstance(value, Symbol) else float(value)).text

    def _name(self, value: Symbol) -> str:
        name = super()._name(value)
        self._most_names = max(self._most_names, len(self.names))
        return name

    def number(self, value: Any) -> Text:
        if type(value) not in (int, float, bool):
            raise ValueError(f"{value!r} is no plain number")
        if type(value) is int and not is_number(value):
            value = float(value) if value.bit_length() < 1024 else math.copysign(math.inf, value)
        text = repr(value)
        text = _CONSTANTS.get(text, text)
        return Text(text, SIGN if text.startswith("-") else ATOM)

    def _rounded(self, x: Any) -> Text:
        """A value as a number."""
        text = self.write(x)
        return Text(f"Number({text.text})", ATOM) if self._ranges.is_exact(x) else text

    def _exactly(self, x: Any) -> Text:
        """A value to its last digit."""
        if type(x) is int and not is_number(x):
            return Text(f"{x}n", SIGN if x < 0 else ATOM)
        return self.write(x)

    def operand(self, value: Symbol, x: Any) -> Text:
        return self._exactly(x) if self._ranges.is_exact(value) else self._rounded(x)

    def shifted(self, value: Symbol, t: Symbol, shift: int) -> Text:
        return self._operation(value, "-" if shift < 0 else "+", t, abs(shift))

    def negated(self, value: Symbol, x: Any) -> Text:
        return Text(f"-{self.operand(value, x).within(ATOM)}", SIGN)  # of a power, JavaScript asks

    def called(self, value: Symbol, name: str, *args: Any) -> Text:
        name = "abs" if name == "fabs" else name
        if name not in _FUNCTIONS:
            raise ValueError(f"JavaScript has no {name}")
        if self._ranges.is_exact(value) and name == "abs":
            return self._helped("abs", *map(self._exactly, args))
        return Text(f"Math.{name}({', '.join(self._rounded(x).text for x in args)})", ATOM)

    def _helped(self, helper: str, *args: Text) -> Text:
        self.needs |= {helper, *_USES.get(helper, ())}
        return Text(f"{helper}({', '.join(arg.text for arg in args)})", ATOM)

    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> Text:
        within = self._ranges.within_reach(boundaries, value)
        return self._helped("count", self._array(within, True), self._exactly(t))

    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> Text:
        at = self._rounded(index).text  # `at` takes its whole part
        values = (values[0], *self._ranges.within_reach(values[1:], index))
        return Text(f"{self._array(values, self._ranges.is_exact(value)).text}.at({at})", ATOM)

    def _array(self, values: tuple[Any, ...], exact: bool) -> Text:
        write = self._exactly if exact else self.number
        return Text(f"[{', '.join(write(value).text for value in values)}]", ATOM)

    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> Text:
        test, yes, no = self.alternatives(value, condition, a, b)
        choice = f"{test.within(TERNARY + 1)} ? {yes.within(TERNARY + 1)} : {no.within(TERNARY)}"
        return Text(choice, TERNARY)

    def binary(self, value: Symbol, a: Any, b: Any) -> Text:
        return self._operation(value, value.op, a, b)

    def _operation(self, value: Symbol, op: str, a: Any, b: Any) -> Text:
        ranges = self._ranges
        if op in _EXACTLY and any(map(ranges.is_exact, (value, a, b))) and not value.floating:
            text = self._helped(_EXACTLY[op], self._exactly(a), self._exactly(b))
            return text if ranges.is_exact(value) else Text(f"Number({text.text})", ATOM)
        if op in COMPARISONS:  # as they are, of a number and a BigInt too
            binds, write = OPERATORS[op][0], self._exactly
            return Text(f"{write(a).within(binds + 1)} {op} {write(b).within(binds + 1)}", binds)
        left, right = self._rounded(a), self._rounded(b)
        whole = op == "%" or not (is_floating(a) or is_floating(b))
        if op in ("%", "//") and not (whole and ranges.of(a)[0] >= 0 and ranges.of(b)[0] > 0):
            return self._helped("mod" if op == "%" else "div", left, right)
        if op == "//":
            return Text(f"Math.floor({left.within(PRODUCT)} / {right.within(POWER)})", ATOM)
        if op in ("**", "pow"):
            if isinstance(b, Symbol) and (isinstance(a, Symbol) or abs(a) == 1):
                return self._helped("pow", left, right)
            return Text(f"{left.within(ATOM)} ** {right.within(POWER)}", POWER)
        binds = OPERATORS[op][0]
        return Text(f"{left.within(binds)} {op} {right.within(binds + 1)}", binds)


_CONSTANTS = {
    "inf": "Infinity",
    "-inf": "-Infinity",
    "nan": "NaN",
    "True": "true",
    "False": "false",
}
