"""A schedule as one plain Python function, written from the expression its formula gave.

It is compiled at the first scalar call, and shown by `Schedule.source()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lrsched._engine.code import Code
from lrsched._engine.pieces import Piece
from lrsched._engine.symbols import COMPARISONS, OPERATORS, Symbol, is_floating
from lrsched._engine.text import ATOM, SIGN, SUM, TERNARY, Text


class Function(Code):
    """The lines of a schedule's function, and the functions of the standard library it needs."""

    indent = "    "
    assigns = ":="

    def __init__(self, parts: list[Piece]) -> None:
        self.needs: set[str] = set()
        super().__init__(parts)

    def text(self, name: str) -> str:
        """The function as a text that stands on its own."""
        imports = [f"from math import {', '.join(sorted(self.needs - {'bisect_right'}))}"]
        if "bisect_right" in self.needs:
            imports.insert(0, "from bisect import bisect_right")
        head = imports if self.needs - {"bisect_right"} else imports[:-1]
        return "\n".join([*head, *[""] * 2 * bool(head), f"def {name}(t):", *self.lines])

    def compiled(self) -> Callable[[Any], float]:
        """The function itself."""
        scope: dict[str, Any] = {}
        exec(self.text("schedule"), scope)
        return scope["schedule"]  # type: ignore[no-any-return]

    def method(self, name: str, otherwise: Callable[[Any], float]) -> Callable[[Any, Any], float]:
        """The function as a method; `otherwise` answers for steps that it has no answer to."""
        *imports, _ = self.text(name).split(f"def {name}(t):")
        text = [
            *imports,
            f"def {name}(self, t):",
            "    try:",
            "        if not t >= 0:",
            "            return otherwise(t)",
            *(f"    {line}" for line in self.lines),
            "    except (ArithmeticError, ValueError):",
            "        return otherwise(t)",
        ]
        scope: dict[str, Any] = {"otherwise": otherwise}
        exec("\n".join(text), scope)
        return scope[name]  # type: ignore[no-any-return]

    def branch(self, test: Text, indent: str, inside: Iterator[str]) -> Iterator[str]:
        yield f"{indent}if {test.text}:"
        yield from inside

    def statement(self, text: str) -> str:
        return text

    def result(self, value: Any) -> str:
        if not isinstance(value, Symbol):
            value = float(value)
        text = self.write(value).text
        return text if is_floating(value) else f"float({text})"

    def number(self, value: Any) -> Text:
        if type(value) not in (int, float, bool):
            raise ValueError(f"{value!r} is no plain number")
        text = repr(value)
        if text.lstrip("-") in ("inf", "nan"):
            return Text(f"float('{text}')", ATOM)
        return Text(text, SIGN if text.startswith("-") else ATOM)

    def shifted(self, value: Symbol, t: Symbol, shift: int) -> Text:
        return Text(f"t {'-' if shift < 0 else '+'} {abs(shift)}", SUM)

    def negated(self, value: Symbol, x: Any) -> Text:
        return Text(f"-{self.write(x).within(SIGN)}", SIGN)

    def called(self, value: Symbol, name: str, *args: Any) -> Text:
        if name != "abs":  # Python's own
            self.needs.add(name)
        return Text(f"{name}({', '.join(self.write(x).text for x in args)})", ATOM)

    def counted(self, value: Symbol, boundaries: tuple[Any, ...], t: Any) -> Text:
        self.needs.add("bisect_right")
        return Text(f"bisect_right({self._tuple(boundaries)}, {self.write(t).text})", ATOM)

    def taken(self, value: Symbol, values: tuple[Any, ...], index: Any) -> Text:
        at = self.write(index).text
        at = at if index.op == "count" else f"int({at})"
        return Text(f"{self._tuple(values)}[{at}]", ATOM)

    def _tuple(self, values: tuple[Any, ...]) -> str:
        texts = [self.number(value).text for value in values]
        return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"

    def chosen(self, value: Symbol, condition: Any, a: Any, b: Any) -> Text:
        test, yes, no = self.alternatives(value, condition, a, b)
        choice = (
            f"{yes.within(TERNARY + 1)} if {test.within(TERNARY + 1)} else {no.within(TERNARY)}"
        )
        return Text(choice, TERNARY)

    def binary(self, value: Symbol, a: Any, b: Any) -> Text:
        if value.op == "pow":  # of a number below 0 it raises, where ** is complex
            return self.called(value, "pow", a, b)
        binds, _ = OPERATORS[value.op]
        # a - b - c is (a - b) - c; a ** b ** c is a ** (b ** c); a < b < c is neither.
        chains = value.op in COMPARISONS or value.op == "**"
        left = self.write(a).within(binds + chains)
        right = self.write(b).within(binds + (value.op != "**"))
        return Text(f"{left} {value.op} {right}", binds)
