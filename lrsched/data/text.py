"""Schedules as text: a safe reader of what `repr` writes and people type."""

from __future__ import annotations

import ast
import functools
import math
import operator
import re
import sys
from collections.abc import Callable
from typing import Any

from lrsched._core import schedule as _schedule
from lrsched._core.check import cut, shown
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.data.names import DEEPEST, Names, built
from lrsched.data.scan import Scanner
from lrsched.shapes import Constant, Power, Product, Sum


@public
def parse(text: str) -> Schedule:
    """The schedule that a text spells: `parse(repr(s)) == s`.

    Read are the names of schedules (a user's own included) and presets, numbers, strings, True,
    False, None, lists, and the operators `+`, `-`, `*`, `/` and `**` between schedules, numbers or
    both, over as many lines as you like, with `#` comments. Nothing is evaluated but sums of this
    kind, and no text takes more than a moment.

    Args:
        text: a Python expression of these, of at most a million characters.

    Raises:
        TypeError: text is no string.
        ValueError: anything else is wrong, with its place in the text.

    >>> import lrsched as lrs
    >>> lrs.parse("3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))")
    0.0003 * Sequence(LinearWarmup(2000), CosineDecay(98000, end=0.1))
    >>> lrs.parse("3e-4 / 2 * Sequence(LinearWarmup(2_000), CosineDecay(10**5 - 2_000)) ** 0.5")
    0.00015 * Sequence(LinearWarmup(2000), CosineDecay(98000)) ** 0.5
    >>> lrs.parse("warmup_linear(0.1, 100, warmup_steps=10)").steps
    100
    >>> lrs.parse("CosineDecay(-3)")
    Traceback (most recent call last):
    ValueError: parse: CosineDecay: steps must be a non-negative integer, got -3 (column 1)
    """
    reader = _Reader(text)
    try:
        if reader.kind == "keyword":  # a whole line of somebody's script: its name says nothing
            reader.next()
            reader.expect("=")
        schedule = reader.expression()
        reader.end()
        if not isinstance(schedule, Schedule):
            raise ValueError(f"parse: text must be a schedule, got {_as_written(schedule)}")
    except RecursionError:  # called with hardly any stack left
        raise ValueError("parse: text must be nested less deeply") from None
    return schedule


def _as_written(value: Any) -> str:
    """What stands where no such value may; in quotes, as files of settings easily have it."""
    return f"{shown(value)}: write it without quotes" if isinstance(value, str) else shown(value)


_SPACE = re.compile(r"(?:\s|#[^\n]*)*")

# A number is first cut out as C's preprocessor does it, whatever is wrong with it.
_TOKENS = re.compile(
    r"""(?P<keyword>[^\W\d]\w*(?=\s*=))
    | (?P<name>(?:lrs(?:ched)?\.)?[^\W\d]\w*)
    | (?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-]|[\w.])*)
    | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    | (?P<sign>\*\*|[()\[\],=*/+-])""",
    re.VERBOSE,
)
_DIGITS = r"[0-9](?:_?[0-9])*"
_POWER = rf"[eE][+-]?{_DIGITS}"
_NUMBER = re.compile(
    rf"0(?:_?0)*|[1-9](?:_?[0-9])*"
    rf"|(?:(?:{_DIGITS})?\.{_DIGITS}|{_DIGITS}\.)(?:{_POWER})?|{_DIGITS}{_POWER}"
)
# The escapes that repr writes; others, Python itself is doubtful about.
_STRING = re.compile(
    r"""(['"])(?:[^\\]|\\(?:[\\'"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5}|U0010[0-9a-f]{4}))*"""
)
_CONSTANTS = {"True": True, "False": False, "None": None}
# Signs that bind less come first, each with what it makes of schedules. Exponents bind tightest.
_LEVELS: tuple[tuple[str, Callable[..., Schedule]], ...] = (("+-", Sum), ("*/", Product))
_CALCULATE: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


class _Reader(Scanner):
    """One method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        super().__init__("parse", text, _TOKENS, _SPACE)
        self._names = Names()

    def expression(self, level: int = 0) -> Any:
        """member sign member sign ..., from the left; joined once, for a long one's sake."""
        signs, join = _LEVELS[level]
        tighter = level + 1 < len(_LEVELS)
        member = functools.partial(self.expression, level + 1) if tighter else self._signed
        at = self.at
        members = [member()]
        while self.kind == "sign" and self.token in signs:
            self._operates(members[-1], at)
            sign = self.next()
            at = self.at
            value = member()
            self._operates(value, at)
            if len(members) == 1 and not any(isinstance(m, Schedule) for m in (*members, value)):
                members = [self._calculated(sign, members[0], value, at)]
            else:
                members.append(self._member(sign, value, at))
        return members[0] if len(members) == 1 else self._made(join, tuple(members), {}, at)

    def _member(self, sign: str, value: Any, at: int) -> Any:
        """What a sum or product has for a member, by the sign before it."""
        if sign == "-":
            schedule = isinstance(value, Schedule)
            return self._made(Product, (-1, value), {}, at) if schedule else -value
        if sign == "/":
            if not isinstance(value, Schedule):
                if value == 0:
                    self.refuse("a schedule can't be divided by 0", at)
                value = self._made(Constant, (value,), {}, at)
            return self._made(Power, (value, -1), {}, at)
        return value

    def _operates(self, value: Any, at: int) -> None:
        if type(value) not in (int, float) and not isinstance(value, Schedule):
            self.refuse(f"operators join schedules and numbers, got {_as_written(value)}", at)

    def _calculated(self, sign: str, a: float, b: float, at: int) -> float:
        """What an operator makes of two numbers, in bounded time and size."""
        within = True
        if sign == "**" and type(a) is int and type(b) is int and abs(a) > 1:
            within = a.bit_length() * b <= 2 * sys.float_info.max_exp  # or it has too many digits
        try:
            value = _CALCULATE[sign](a, b) if within else math.inf
        except ZeroDivisionError:
            self.refuse("a number can't be divided by 0", at)
        except OverflowError:
            value = math.inf
        if isinstance(value, complex):
            self.refuse("a number must be real: below 0, an exponent must be whole", at)
        if not abs(value) <= sys.float_info.max:
            self.refuse("a number must be within the range of floats", at)
        return value

    def _signed(self) -> Any:
        """An operand with the signs before it, which bind less than its exponent."""
        at, signs = self.at, ""
        while self.kind == "sign" and self.token in ("+", "-"):
            signs += self.next()
        value = self._power()
        if not signs:
            return value
        self._operates(value, at)
        minuses = signs.count("-")
        if isinstance(value, Schedule):
            return self._made(Product, (*[-1] * minuses, value), {}, at) if minuses else value
        return -value if minuses % 2 else value

    def _power(self) -> Any:
        at = self.at
        value = self._operand()
        if self.kind != "sign" or self.token != "**":
            return value
        self._operates(value, at)
        self.next()
        at = self.at
        self.deeper(DEEPEST + 1)  # a ** b ** c is a ** (b ** c)
        exponent = self._signed()
        self.shallower()
        if type(exponent) not in (int, float):
            self.refuse(f"an exponent must be a number, got {_as_written(exponent)}", at)
        if isinstance(value, Schedule):
            return self._made(Power, (value, exponent), {}, at)
        return self._calculated("**", value, exponent, at)

    def _operand(self) -> Any:
        match self.kind, self.token:
            case "name", name:
                return self._call(name) if name not in _CONSTANTS else _CONSTANTS[self.next()]
            case "number", _:
                return self.number(_NUMBER)
            case "string", _:
                return self._string()
            case "sign", "(":
                return self._parentheses()
            case "sign", "[":
                self.next()
                return tuple(self._items("]"))
        self.refuse(f"expected a schedule or a value, got {self.seen()}")

    def _string(self) -> str:
        if not _STRING.fullmatch(self.token[:-1]):
            self.refuse("a string may have no escapes but those of repr")
        try:
            string = str(ast.literal_eval(self.token))
        except (SyntaxError, ValueError):  # raw control characters and halves of surrogate pairs
            self.refuse("a string may have no such characters")
        self.next()
        return string

    def _parentheses(self) -> Any:
        """A value in parentheses, or a tuple."""
        self.next()
        if self.take(")"):
            return ()
        self.deeper(DEEPEST + 1)
        first = self.expression()
        self.shallower()
        if self.take(")"):
            return first
        self.expect(",", ")")
        return (first, *self._items(")"))

    def _items(self, close: str) -> list[Any]:
        items: list[Any] = []
        self.deeper(DEEPEST + 1)
        while not self.take(close):
            items.append(self.expression())
            if self.token != close:
                self.expect(",", close)
        self.shallower()
        return items

    def _call(self, written: str) -> Any:
        at, name = self.at, written.rpartition(".")[2]  # lrs.CosineDecay is CosineDecay
        try:
            make = self._names.callable(name)
        except ValueError as error:
            self.refuse(str(error))
        if make is None:
            hint: str = _schedule.above("_hint")(name, self._names.known())
            self.refuse(f"unknown name {shown(name)}{hint}")
        self.next()
        if not self.take("("):
            self.refuse(f"{cut(name)} must be called, as in {cut(name)}(...)", at)
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        self.deeper(DEEPEST + 1)
        while not self.take(")"):
            if self.kind == "keyword":
                if self.token in kwargs:
                    self.refuse(f"{cut(self.token)} is given twice")
                keyword = self.next()
                self.expect("=")
                kwargs[keyword] = self.expression()
            else:
                if kwargs:
                    self.refuse("an argument without a name must stand before those with one")
                args.append(self.expression())
            if self.token != ")":
                self.expect(",", ")")
        self.shallower()
        return self._made(make, tuple(args), kwargs, at)

    def _made(
        self, make: Callable[..., Schedule], args: tuple[Any, ...], kwargs: dict[str, Any], at: int
    ) -> Schedule:
        try:
            return built(make, args, kwargs)
        except ValueError as error:
            self.refuse(str(error), at)
