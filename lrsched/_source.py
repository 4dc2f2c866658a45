"""A schedule as one plain Python function, written from the expression its formula gave.

It is compiled at the first scalar call, and shown by `Schedule.source()`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from lrsched._symbols import COMPARISONS, OPERATORS, Piece, Symbol, is_floating

_TERNARY, _UNARY, _ATOM = 0, 4, 6


class Function:
    """The lines of a schedule's function, and the functions of the standard library it needs."""

    def __init__(self, parts: list[Piece]) -> None:
        self.needs: set[str] = set()
        self.lines = list(self._branches(parts, "    "))

    def _branches(self, parts: list[Piece], indent: str) -> Iterator[str]:
        """A balanced tree of comparisons: K pieces cost log2 K of them."""
        if len(parts) > 1:
            middle = len(parts) // 2
            yield f"{indent}if t < {_constant(parts[middle][0], 0)}:"
            yield from self._branches(parts[:middle], indent + "    ")
            yield from self._branches(parts[middle:], indent)
        else:
            # Names begin anew: each is a slot that every call has to make and to clear.
            self._uses: Counter[int] = Counter()
            self._names: dict[int, str] = {}
            self._count(parts[0][1])
            yield from self._returns(parts[0][1], indent, frozenset())

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

    def _count(self, value: Any) -> None:
        if isinstance(value, Symbol):
            self._uses[id(value)] += 1
            if self._uses[id(value)] == 1:
                for arg in value.args:
                    self._count(arg)

    def _returns(self, value: Any, indent: str, known: frozenset[int]) -> Iterator[str]:
        if isinstance(value, Symbol) and value.op == "where":
            condition, a, b = value.args
            text, known = self._write(condition, _TERNARY, known)
            yield f"{indent}if {text}:"
            yield from self._returns(a, indent + "    ", known)
            yield from self._returns(b, indent, known)
            return
        if not isinstance(value, Symbol):
            value = float(value)
        text, _ = self._write(value, _TERNARY, known)
        yield f"{indent}return {text}" if is_floating(value) else f"{indent}return float({text})"

    def _write(self, value: Any, least: int, known: frozenset[int]) -> tuple[str, frozenset[int]]:
        """The expression, in parentheses if it binds less than `least`, and the names now known.

        An expression that is used again gets a name where it is first computed. Names are known
        in the order in which Python evaluates, and those given in one branch in that branch only.
        """
        if not isinstance(value, Symbol):
            return _constant(value, least), known
        if value.op == "t":
            return "t", known
        if id(value) in known:
            return self._names[id(value)], known
        text, binds, known = self._operation(value, known)
        if self._uses[id(value)] > 1:
            name = self._names.setdefault(id(value), f"x{len(self._names) + 1}")
            return f"({name} := {text})", known | {id(value)}
        return (f"({text})" if binds < least else text), known

    def _operation(self, value: Symbol, known: frozenset[int]) -> tuple[str, int, frozenset[int]]:
        match value.op, *value.args:
            case "t+", t, shift:
                return f"t {'-' if shift < 0 else '+'} {abs(shift)}", OPERATORS["+"][0], known
            case "neg", x:
                text, known = self._write(x, _UNARY, known)
                return f"-{text}", _UNARY, known
            case "call", name, x:
                self.needs.add(name)
                text, known = self._write(x, _TERNARY, known)
                return f"{name}({text})", _ATOM, known
            case "count", boundaries, t:
                self.needs.add("bisect_right")
                text, known = self._write(t, _TERNARY, known)
                return f"bisect_right({boundaries!r}, {text})", _ATOM, known
            case "take", values, index:
                text, known = self._write(index, _TERNARY, known)
                return f"{values!r}[{text}]", _ATOM, known
            case "where", condition, a, b:
                test, known = self._write(condition, _TERNARY + 1, known)
                yes, _ = self._write(a, _TERNARY + 1, known)
                no, _ = self._write(b, _TERNARY, known)
                return f"{yes} if {test} else {no}", _TERNARY, known
        binds, _ = OPERATORS[value.op]
        # a - b - c is (a - b) - c; a ** b ** c is a ** (b ** c); a < b < c is neither.
        chains = value.op in COMPARISONS or value.op == "**"
        left, known = self._write(value.args[0], binds + chains, known)
        right, known = self._write(value.args[1], binds + (value.op != "**"), known)
        return f"{left} {value.op} {right}", binds, known


def _constant(value: Any, least: int) -> str:
    text = repr(value)
    if text.lstrip("-") in ("inf", "nan"):
        return f"float('{text}')"
    return f"({text})" if text.startswith("-") and least > _UNARY else text
