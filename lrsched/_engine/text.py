"""Text of operators and operands, with parentheses where Python needs them."""

from __future__ import annotations

from typing import NamedTuple

# How tightly Python binds.
TERNARY, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)


class Text(NamedTuple):
    """Part of a text, and how tightly its last operation binds."""

    text: str
    binds: int

    def within(self, least: int, left: str = "(", right: str = ")") -> str:
        """The text, in parentheses if it binds less."""
        return f"{left}{self.text}{right}" if self.binds < least else self.text
