"""Schedules as text: a safe reader of what `repr` writes and people type."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from lrsched import presets
from lrsched._check import shown
from lrsched._schedule import Schedule

# Longer texts are refused unread: a thousand phases need a twentieth of this.
LONGEST = 1_000_000

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Mult: operator.mul,
    ast.Add: operator.add,
}


def parse(text: str) -> Schedule:
    """The schedule that a text spells: `parse(repr(s)) == s`.

    Read are the names of schedules (a user's own included) and presets, numbers, strings, True,
    False, None, lists, `*` and `+`. Nothing is evaluated.

    Args:
        text: a Python expression of these.

    Raises:
        TypeError: text is no string.
        ValueError: anything else is wrong, with its place in the text.

    >>> import lrsched as lrs
    >>> lrs.parse("3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))")
    0.0003 * Sequence(LinearWarmup(2000), CosineDecay(98000, end=0.1))
    >>> lrs.parse("warmup_linear(0.1, 100, warmup_steps=10)").steps
    100
    """
    if not isinstance(text, str):
        raise TypeError(f"parse: text must be a string, got {shown(text)}")
    if len(text) > LONGEST:
        raise ValueError(f"parse: text must be at most {LONGEST} characters, got {len(text)}")
    try:
        schedule = _Reader(text).read(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError as error:
        raise ValueError(
            f"parse: no expression: {error.msg} (line {error.lineno}, column {error.offset})"
        ) from None
    except (RecursionError, MemoryError):
        raise ValueError("parse: text must be nested less deeply") from None
    except ValueError as error:
        raise ValueError(f"parse: {error}") from None
    if not isinstance(schedule, Schedule):
        raise ValueError(f"parse: text must be a schedule, got {shown(schedule)}")
    return schedule


def _concrete(cls: type[Schedule]) -> Iterator[type[Schedule]]:
    for sub in cls.__subclasses__():
        if "__dataclass_fields__" in vars(sub):
            yield sub
        yield from _concrete(sub)


def names() -> dict[str, Callable[..., Schedule]]:
    """Everything that may be called in a text: presets, our schedules, the user's own."""
    found: dict[str, Callable[..., Schedule]] = {
        name: function
        for name, function in vars(presets).items()
        if getattr(function, "__module__", None) == presets.__name__ and not name.startswith("_")
    }
    for cls in _concrete(Schedule):  # type: ignore[type-abstract]
        found.setdefault(cls.__name__, cls)
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.names = names()
        self.lines = text.strip().count("\n") + 1

    def read(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value) if value is None or type(value) in _LITERALS:
                return value
            case ast.Name(id=name):
                if name not in self.names:
                    self.refuse(f"unknown name {shown(name)}", node)
                self.refuse(f"{name} must be called, as in {name}(...)", node)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.read(item) for item in items]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                value = self.read(operand)
                if type(value) not in (int, float):
                    self.refuse("a sign must be followed by a number", node)
                return -value if isinstance(sign, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                a, b = self.read(left), self.read(right)
                for value in (a, b):
                    if type(value) not in (int, float) and not isinstance(value, Schedule):
                        self.refuse(f"* and + join schedules and numbers, got {shown(value)}", node)
                return self.build(_OPERATORS[type(op)], [a, b], {}, node)
            case ast.Call(func=ast.Name(id=name)):
                return self.call(name, node)
        self.refuse(f"a {type(node).__name__} has no place in a schedule", node)

    def call(self, name: str, node: ast.Call) -> Any:
        function = self.names.get(name)
        if function is None:
            self.refuse(f"unknown name {shown(name)}", node)
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self.refuse("* before an argument has no place in a schedule", argument)
        for keyword in node.keywords:
            if keyword.arg is None:
                self.refuse("** before an argument has no place in a schedule", keyword.value)
        args = [self.read(argument) for argument in node.args]
        kwargs = {str(keyword.arg): self.read(keyword.value) for keyword in node.keywords}
        return self.build(function, args, kwargs, node)

    def build(
        self, function: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], node: ast.expr
    ) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError, ArithmeticError) as error:
            self.refuse(str(error), node)

    def refuse(self, message: str, node: ast.expr) -> NoReturn:
        line = f"line {node.lineno}, " if self.lines > 1 else ""
        raise ValueError(f"{message} ({line}column {node.col_offset + 1})")


_LITERALS = (int, float, bool, str)
