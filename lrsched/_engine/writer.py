"""What the targets of an expression have in common: one walk, and what is shared kept shared."""

from __future__ import annotations

import abc
from collections import Counter
from typing import Any, Generic, TypeVar

from lrsched._engine.symbols import Symbol

T = TypeVar("T")


class Writer(abc.ABC, Generic[T]):
    """Writes an expression, operands before what is made of them, each node once.

    A target says how each kind of node is written, in a method for each.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what has been written."""
        self.uses: Counter[int] = Counter()
        self.kept: dict[int, T] = {}

    def count(self, value: Any) -> None:
        """Count how often each node below this one is used."""
        pending = [value]
        while pending:
            part = pending.pop()
            if isinstance(part, Symbol):
                self.uses[id(part)] += 1
                if self.uses[id(part)] == 1:
                    pending += part.args

    def write(self, value: Any) -> T:
        """What stands for a value where it is used."""
        if not isinstance(value, Symbol):
            return self.number(value)
        found = self.kept.get(id(value))
        if found is None:
            kind = _KINDS.get(value.op, "binary")
            found = self.keep(value, getattr(self, kind)(value, *value.args))
        return found

    @abc.abstractmethod
    def keep(self, value: Symbol, written: T) -> T:
        """What stands for a node from now on; `kept` has it where it is not written again."""

    @abc.abstractmethod
    def number(self, value: Any) -> T:
        """A constant."""

    @abc.abstractmethod
    def step(self, value: Symbol) -> T:
        """The step."""

    @abc.abstractmethod
    def shifted(self, value: Symbol, t: Symbol, shift: int) -> T:
        """A step so many later."""

    @abc.abstractmethod
    def negated(self, value: Symbol, x: Any) -> T:
        """-x"""

    @abc.abstractmethod
    def called(self, value: Symbol, name: str, *args: Any) -> T:
        """A function of that name."""

    @abc.abstractmethod
    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> T:
        """How many of the boundaries are <= t."""

    @abc.abstractmethod
    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> T:
        """values[index]"""

    @abc.abstractmethod
    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> T:
        """a where the condition holds, else b."""

    @abc.abstractmethod
    def binary(self, value: Symbol, a: Any, b: Any) -> T:
        """An operator between two values."""


_KINDS = {
    "t": "step",
    "t+": "shifted",
    "neg": "negated",
    "call": "called",
    "count": "counted",
    "take": "taken",
    "where": "chosen",
    # Of one target alone.
    "float": "floated",
    "let": "defined",
    "clock": "defined",
    "log": "logarithm",
    "named": "named",
}
