"""What the functions that are written from a schedule have in common, whatever their language."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterator
from typing import Any

from lrsched._engine.pieces import Piece
from lrsched._engine.symbols import Symbol, always, landings
from lrsched._engine.text import ATOM, TERNARY, Text
from lrsched._engine.writer import Writer


class Code(Writer[Text]):
    """The lines of a schedule's function, by the pieces of the schedule.

    A language says how it indents, gives a name to a part of an expression, branches and returns.
    """

    indent: str
    assigns: str

    def __init__(self, parts: list[Piece]) -> None:
        super().__init__()
        self.lines = list(self._branches(parts, self.indent, math.inf))

    @abc.abstractmethod
    def branch(self, test: Text, indent: str, inside: Iterator[str]) -> Iterator[str]:
        """Lines that are run where a test holds."""

    @abc.abstractmethod
    def statement(self, text: str) -> str:
        """A line."""

    @abc.abstractmethod
    def result(self, value: Any) -> str:
        """A value as a function returns it."""

    def piece(self, value: Any, start: Any, stop: Any) -> None:
        """Begin anew: a value on the steps from `start` up to `stop`."""
        self.begin()
        self.count(value)

    def begin(self) -> None:
        super().begin()
        # Names begin anew: each is a slot that every call has to make and to clear.
        self.names: dict[int, str] = {}

    def _branches(self, parts: list[Piece], indent: str, stop: Any) -> Iterator[str]:
        """A balanced tree of comparisons: K pieces cost log2 K of them."""
        if len(parts) > 1:
            middle = len(parts) // 2
            cut = parts[middle][0]
            test = Text(f"t < {self.number(cut).text}", TERNARY + 1)
            before = self._branches(parts[:middle], indent + self.indent, cut)
            yield from self.branch(test, indent, before)
            yield from self._branches(parts[middle:], indent, stop)
        else:
            start, value = parts[0]
            self.piece(value, start, stop)
            yield from self._returns(value, indent)

    def _returns(self, value: Any, indent: str) -> Iterator[str]:
        yield from self._statements(value, indent)
        if isinstance(value, Symbol) and value.op == "where":
            condition, a, b = value.args
            test = self.write(condition)
            known = self.kept.copy()
            yield from self.branch(test, indent, self._returns(a, indent + self.indent))
            self.kept = known
            yield from self._returns(b, indent)
            return
        yield indent + self.statement(f"return {self.result(value)}")

    def _statements(self, value: Any, indent: str) -> Iterator[str]:
        """Lines for parts of what is deep: no parentheses are nested deeper than is read."""
        for part in landings(value, always):
            if id(part) not in self.kept:
                text = self.write(part).text
                name = self._name(part)
                self.kept[id(part)] = Text(name, ATOM)
                named = f"({name} {self.assigns} "
                text = text[len(named) : -1] if text.startswith(named) else text
                yield indent + self.statement(f"{name} = {text}")

    def keep(self, value: Symbol, written: Text) -> Text:
        """An expression that is used again gets a name where it is first computed.

        Names are known in the order in which operands are evaluated, from the left, and those given
        in one branch in that branch only.
        """
        if self.uses[id(value)] < 2 or value.op == "t":
            return written
        name = self._name(value)
        self.kept[id(value)] = Text(name, ATOM)
        return Text(f"({name} {self.assigns} {written.text})", ATOM)

    def _name(self, value: Symbol) -> str:
        return self.names.setdefault(id(value), f"x{len(self.names) + 1}")

    def operand(self, value: Symbol, x: Any) -> Text:
        """An operand of a value, as the value takes it."""
        return self.write(x)

    def alternatives(self, value: Symbol, condition: Any, a: Any, b: Any) -> tuple[Text, ...]:
        """A condition and both branches, neither of which knows the other's names."""
        test = self.write(condition)
        known = self.kept.copy()
        yes = self.operand(value, a)
        self.kept = known.copy()
        no = self.operand(value, b)
        self.kept = known
        return test, yes, no

    def step(self, value: Symbol) -> Text:
        return Text("t", ATOM)
