"""A schedule as a formula for a paper, written from the expression its formula gave."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lrsched._engine.paper import PAPER, threshold
from lrsched._engine.pieces import Piece, cut_up, pieces
from lrsched._engine.protocol import ScheduleLike
from lrsched._engine.simplify import Simplifier
from lrsched._engine.symbols import Symbol
from lrsched._engine.text import Text
from lrsched._engine.writer import Writer

_SUM, _PRODUCT, _CLOSED = 1, 2, 3

# An expression, and the condition it holds under.
_Row = tuple[str, str]


def latex(schedule: ScheduleLike, held: float | None, symbol: str) -> str:
    """The piecewise formula of a schedule; `held` is the value at its end."""
    writer = _LaTeX()
    text = writer.cases(pieces(schedule, held, PAPER))
    return ", \\quad ".join([f"{symbol}(t) = {text}", *writer.definitions])


class _LaTeX(Writer[Text]):
    """LaTeX's mathematics mode. What has a name of its own is among the definitions."""

    def __init__(self) -> None:
        # By nodes, which the simplifier keeps: their names, and what is known of them.
        self._named: dict[int, Text] = {}
        self._conditions: dict[int, Symbol | None] = {}
        self._long: dict[int, bool] = {}
        super().__init__()
        self.definitions: list[str] = []
        self._simplifier = Simplifier()

    def cases(self, parts: list[Piece]) -> str:
        """The pieces of a schedule by the step."""
        return _cases(self._rows(parts, "t", 0))

    def begin(self) -> None:
        super().begin()
        self.kept.update(self._named)

    def _rows(self, parts: list[Piece], variable: str, least: float | None) -> list[_Row]:
        """A row for each piece, alike ones joined, each with the condition it holds under."""
        alone = len(parts) == 1
        written = [
            (start, self._spread(self._simplifier.simplified(value), alone))
            for start, value in parts
        ]
        joined = [next(group) for _, group in itertools.groupby(written, key=lambda part: part[1])]
        if len(joined) == 1:
            return joined[0][1]
        starts = [least if start == -math.inf else start for start, _ in joined]
        rows = []
        for (_, inner), start, stop in zip(joined, starts, [*starts[1:], None], strict=True):
            here = _range(variable, start, stop)
            rows += [(text, _both(here, more)) for text, more in inner]
        return rows

    def _spread(self, value: Any, alone: bool) -> list[_Row]:
        """An expression as one row without a condition, or as several if it branches itself."""
        self.begin()
        self.count(value)
        condition = self._branch(value)
        if condition is None or (alone and self._beside(value)):
            return [(self.write(value).text, "")]
        return self._branches(value, condition)

    def _branches(self, value: Any, condition: Symbol) -> list[_Row]:
        """The rows of a value by what a condition is on, or by whether it holds."""
        variable = threshold(condition)[0]
        if variable is not None:
            named = self._name(variable, self.write(variable))
            self._named[id(variable)] = self.kept[id(variable)] = named
            self._simplifier.variable = variable
            parts = cut_up(value, self._simplifier, -math.inf)
            return self._rows(parts, named.text, _least(variable))
        a, b = map(self.write, condition.args)
        rows = []
        for holds, compared in ((True, _COMPARED), (False, _DENIED)):
            here = f"{a.text} {compared[condition.op]} {b.text}"
            inner = self._spread(self._simplifier.assuming(value, condition, holds), False)
            rows += [(text, _both(here, more)) for text, more in inner]
        return rows

    def _branch(self, value: Any) -> Symbol | None:
        """The first condition in an expression, outside of other clocks."""
        if not isinstance(value, Symbol) or value.op == "clock":
            return None
        if id(value) not in self._conditions:
            inner = (found for found in map(self._branch, value.args) if found is not None)
            self._conditions[id(value)] = (
                value.args[0] if value.op == "where" else next(inner, None)
            )
        return self._conditions[id(value)]

    def _beside(self, value: Any) -> bool:
        """Whether an expression is a factor or term beside cases, or beside another such."""
        if value.op not in ("*", "+"):
            return False
        inner = [arg for arg in value.args if self._branch(arg) is not None]
        return len(inner) == 1 and (inner[0].op == "where" or self._beside(inner[0]))

    def _is_long(self, value: Any) -> bool:
        """Whether a value is more than arithmetic of what has a name."""
        if not isinstance(value, Symbol) or value.op in ("t", "t+", "%", "let", "clock"):
            return False
        if id(value) not in self._long:
            called = value.op in ("call", "named")
            self._long[id(value)] = called or any(map(self._is_long, value.args))
        return self._long[id(value)]

    def keep(self, value: Symbol, written: Text) -> Text:
        """Named where it stands in several places, or reads as a step of its own."""
        if value.op == "%" or (self.uses[id(value)] > 1 and self._is_long(value)):
            written = self._name(value, written)
        self.kept[id(value)] = written
        return written

    def _name(self, value: Symbol, written: Text) -> Text:
        """A letter for a value, the one that it has already or a new one."""
        if value.op in ("t", "let", "clock") or written.text.strip("'") in _LETTERS:
            return written
        whole = value.op == "call" and value.args[0] == "floor"
        return self._define("i" if whole else "u", written.text)

    def _define(self, letter: str, text: str) -> Text:
        known = (definition.split(" = ", 1) for definition in self.definitions)
        names = {meaning: name for name, meaning in known}
        if text not in names:
            primes = ("'" * n for n in itertools.count())
            letters = "i" if letter == "i" else "uvw"
            free = (name + mark for mark in primes for name in letters)
            names[text] = next(name for name in free if name not in names.values())
            self.definitions.append(f"{names[text]} = {text}")
        return Text(names[text], _CLOSED)

    def number(self, value: Any) -> Text:
        return _number(value)

    def step(self, value: Symbol) -> Text:
        return Text("t", _CLOSED)

    def shifted(self, value: Symbol, t: Symbol, shift: int) -> Text:
        return Text(f"{self.write(t).text} {'-' if shift < 0 else '+'} {abs(shift)}", _SUM)

    def negated(self, value: Symbol, x: Any) -> Text:
        return Text(f"-{_within(self.write(x), _PRODUCT)}", _SUM)

    def called(self, value: Symbol, name: str, *args: Any) -> Text:
        texts = [self.write(arg).text for arg in args]
        if name in _AROUND:
            before, after = _AROUND[name]
            return Text(f"{before}{texts[0]}{after}", _CLOSED)
        function = _FUNCTIONS.get(name, rf"\mathrm{{{_escaped(name)}}}")
        return Text(rf"{function}\left({', '.join(texts)}\right)", _CLOSED)

    def logarithm(self, value: Symbol, base: float, x: Any) -> Text:
        inside = self.write(x).text
        return Text(rf"\log_{{{self.number(base).text}}}\left({inside}\right)", _CLOSED)

    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> Text:
        raise NotImplementedError  # on paper a look-up is a choice of cases

    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> Text:
        listed = ", ".join(self.number(x).text for x in values)
        return Text(rf"\left({listed}\right)_{{{self.write(index).text}}}", _CLOSED)

    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> Text:
        return Text(self._inside(lambda: self._branches(value, condition)), _CLOSED)

    def defined(self, value: Symbol, *args: Any) -> Text:
        if value.op == "let":
            letter, x = args
            return self._define(letter, self.write(x).text)
        return self._define("u", self._inside(lambda: self._rows(cut_up(args[0], PAPER), "t", 0)))

    def _inside(self, rows: Callable[[], list[_Row]]) -> str:
        """Cases within an expression, which is gone on with afterwards."""
        uses, kept = self.uses, self.kept
        text = _cases(rows())
        self.uses, self.kept = uses, kept
        return text

    def named(self, value: Symbol, schedule: Any, t: Any) -> Text:
        fields = [f.name for f in dataclasses.fields(schedule)]
        given = ", ".join(_escaped(f"{name}={getattr(schedule, name)!r}") for name in fields)
        name = _escaped(type(schedule).__name__)
        inside = f"{self.write(t).text}; \\mathrm{{{given}}}" if given else self.write(t).text
        return Text(rf"\mathrm{{{name}}}\left({inside}\right)", _CLOSED)

    def binary(self, value: Symbol, a: Any, b: Any) -> Text:
        left, right = self.write(a), self.write(b)
        match value.op:
            case "+":
                return Text(f"{left.text} + {_within(right, _SUM + right.text.startswith('-'))}", 1)
            case "-":
                return Text(f"{left.text} - {_within(right, _PRODUCT)}", _SUM)
            case "*" if left.text == "-1":
                return Text(f"-{_within(right, _PRODUCT)}", _SUM)
            case "*" if left.text.startswith("-") and isinstance(a, (int, float)):
                return Text(rf"{left.text} \cdot {_within(right, _PRODUCT)}", _SUM)
            case "*":
                both = rf"{_within(left, _PRODUCT)} \cdot {_within(right, _PRODUCT)}"
                return Text(both, _PRODUCT)
            case "/":
                return Text(rf"\frac{{{left.text}}}{{{right.text}}}", _CLOSED)
            case "%":
                return Text(rf"{_within(left, _CLOSED)} \;\mathrm{{mod}}\; {right.text}", _SUM)
            case "**" if not isinstance(b, Symbol) and b == 0.5:
                return Text(rf"\sqrt{{{left.text}}}", _CLOSED)
            case "**":
                bare = left.text.replace("'", "").isalnum() or left.text.replace(".", "").isdigit()
                base = left.text if bare else rf"\left({left.text}\right)"
                return Text(f"{base}^{{{right.text}}}", _CLOSED)
        return Text(f"{left.text} {_COMPARED[value.op]} {right.text}", _SUM)


def _within(text: Text, least: int) -> str:
    return text.within(least, r"\left(", r"\right)")


def _number(value: float) -> Text:
    for k, text in _PI.items():
        if value == k * math.pi:
            return Text(text, _CLOSED)
    if value in (math.inf, -math.inf):
        return Text(r"\infty", _CLOSED) if value > 0 else Text(r"-\infty", _SUM)
    # Beyond fifteen digits is the noise of what was worked out.
    number = Decimal(repr(value) if isinstance(value, int) else f"{value:.15g}").normalize() + 0
    if number == 0 or -5 < number.adjusted() < 16:
        return Text(f"{number:f}", _CLOSED if number >= 0 else _SUM)
    digits, power = number.scaleb(-number.adjusted()), number.adjusted()
    text = f"10^{{{power}}}" if digits == 1 else rf"{digits:f} \times 10^{{{power}}}"
    return Text(text, _PRODUCT if number > 0 else _SUM)


def _cases(rows: list[_Row]) -> str:
    last = rows[-1][0]
    alike = sum(1 for _ in itertools.takewhile(lambda row: row[0] == last, reversed(rows)))
    if alike == len(rows):
        return last
    if alike > 1:
        rows = [*rows[:-alike], (last, _OTHERWISE)]
    lines = [f"  {text} & {condition}" for text, condition in rows]
    return "\\begin{cases}\n" + " \\\\\n".join(lines) + "\n\\end{cases}"


def _both(a: str, b: str) -> str:
    return rf"{a} \;\mathrm{{and}}\; {b}" if a and b else a or b


def _range(variable: str, start: float | None, stop: float | None) -> str:
    """The condition that a variable is within an interval, open where an end is None."""
    if stop is None:
        return "" if start is None else rf"{variable} \geq {_number(start).text}"
    below = rf"{variable} < {_number(stop).text}"
    return below if start is None else rf"{_number(start).text} \leq {below}"


def _least(variable: Any) -> float | None:
    """What a variable is never below, if that is known: a step is never below 0."""
    match variable:
        case Symbol(op="%" | "let" | "clock" | "t") | Symbol(op="call", args=("floor", _)):
            return 0
        case Symbol(op="*", args=(int() | float() as k, x)) if k > 0:
            return _least(x)
    return None


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


_SPECIAL = {
    "\\": r"\backslash ",
    "^": r"\hat{}",
    "~": r"\tilde{}",
    **{character: f"\\{character}" for character in "_#$%&{}"},
}

_LETTERS = ("t", "i", "u", "v", "w")
_OTHERWISE = r"\mathrm{otherwise}"
_PI = {1: r"\pi", 2: r"2 \pi", 0.5: r"\frac{\pi}{2}"}
_COMPARED = {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "==": "=", "!=": r"\neq"}
_DENIED = {"<": r"\geq", "<=": ">", ">": r"\leq", ">=": "<", "==": r"\neq", "!=": "="}
_AROUND = {
    "exp": ("e^{", "}"),
    "sqrt": (r"\sqrt{", "}"),
    "floor": (r"\left\lfloor ", r" \right\rfloor"),
    "ceil": (r"\left\lceil ", r" \right\rceil"),
    "abs": (r"\left| ", r" \right|"),
    "fabs": (r"\left| ", r" \right|"),
}
_FUNCTIONS = {
    **{name: f"\\{name}" for name in ["sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max"]},
    **{f"a{name}": f"\\arc{name}" for name in ("sin", "cos", "tan")},
    "log": r"\ln",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
}
