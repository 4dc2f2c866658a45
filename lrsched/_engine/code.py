"""What the functions that are written from a schedule have in common, whatever their language."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable
from typing import Any

from lrsched._engine.pieces import Piece
from lrsched._engine.symbols import Symbol, always, landings
from lrsched._engine.text import ATOM, Text
from lrsched._engine.writer import Writer


class Code(Writer[Text]):
    """The lines of a schedule's function, by the pieces of the schedule.

    A language says how it indents, names a part of an expression, branches and returns.
    """

    indent: str

    def __init__(self, parts: list[Piece]) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._branches(parts, math.inf)

    @abc.abstractmethod
    def branch(self, test: str, inside: list[str], otherwise: list[str]) -> list[str]:
        """Lines that are run where a test holds, and those that are run where not, if any."""

    @abc.abstractmethod
    def negation(self, test: Text) -> str:
        """The opposite of a test."""

    @abc.abstractmethod
    def assignment(self, name: str, text: str) -> str:
        """The line that gives a name."""

    @abc.abstractmethod
    def result(self, value: Any) -> str:
        """The line that a function ends with."""

    @abc.abstractmethod
    def choice(self, test: Text, yes: Text, no: Text) -> Text:
        """An expression with two branches."""

    def piece(self, value: Any, start: Any, stop: Any) -> None:
        """Begin anew: a value on the steps from `start` up to `stop`."""
        self.begin()
        self.count(value)

    def begin(self) -> None:
        super().begin()
        # Names begin anew: each is a slot that every call has to make and to clear.
        self.names: dict[int, str] = {}

    def _branches(self, parts: list[Piece], stop: Any) -> None:
        """A balanced tree of comparisons: K pieces cost log2 K of them."""
        if len(parts) > 1:
            middle = len(parts) // 2
            cut = parts[middle][0]
            test = f"t < {self.number(cut).text}"
            self.lines += self.branch(test, self._block(self._branches, parts[:middle], cut), [])
            self._branches(parts[middle:], stop)
        else:
            start, value = parts[0]
            self.piece(value, start, stop)
            self._returns(value)

    def _returns(self, value: Any) -> None:
        for part in landings(value, always):  # no parentheses are nested deeper than is read
            written = self.write(part)
            if id(part) not in self.kept:
                self.assign(part, written)
        if not _branches(value):
            self.lines.append(self.result(value))
            return
        condition, a, b = value.args
        test = self.write(condition)
        text = test.text
        if _branches(a) and not _branches(b):  # nor are blocks
            text, a, b = self.negation(test), b, a
        self.lines += self.branch(text, self._block(self._returns, a), [])
        self._returns(b)

    def _block(self, write: Callable[..., Any], *args: Any) -> list[str]:
        """The lines that are written, indented; names that are given in them are known in them."""
        outer, known = self.lines, self.kept.copy()
        self.lines = []
        write(*args)
        inner, self.lines, self.kept = self.lines, outer, known
        return [self.indent + line for line in inner]

    def keep(self, value: Symbol, written: Text) -> Text:
        """An expression that is used again gets a name, and a line, where it is first needed."""
        if id(value) in self.kept:
            return self.kept[id(value)]
        if self.uses[id(value)] < 2 or value.op == "t":
            return written
        return self.assign(value, written)

    def assign(self, value: Symbol, written: Text) -> Text:
        """Give a value a name, in a line of its own."""
        name = self.name(value)
        self.lines.append(self.assignment(name.text, written.text))
        return name

    def name(self, value: Symbol) -> Text:
        """A value's name, from now on."""
        name = self.names.setdefault(id(value), f"x{len(self.names) + 1}")
        self.kept[id(value)] = Text(name, ATOM)
        return self.kept[id(value)]

    def operand(self, value: Symbol, x: Any) -> Text:
        """An operand of a value, as the value takes it."""
        return self.write(x)

    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> Text:
        test = self.write(condition)
        made: list[Text] = []
        blocks = [self._block(lambda x=x: made.append(self.operand(value, x))) for x in (a, b)]
        if not any(blocks):
            return self.choice(test, *made)
        name = self.name(value)
        for block, text in zip(blocks, made, strict=True):
            block.append(self.indent + self.assignment(name.text, text.text))
        self.lines += self.branch(test.text, *blocks)
        return name

    def step(self, value: Symbol) -> Text:
        return Text("t", ATOM)


def _branches(value: Any) -> bool:
    return isinstance(value, Symbol) and value.op == "where"
