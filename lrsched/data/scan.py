"""Reading a text token by token: every complaint has its place, every cost a bound."""

from __future__ import annotations

import re
from typing import NoReturn

from lrsched._core.check import shown

# Longer texts are refused unread: a thousand phases need a twentieth of this.
LONGEST = 1_000_000

# No float needs more characters, no count more digits.
LONGEST_NUMBER = 400


class Scanner:
    """The tokens of a text, one at a time.

    `kind`, `token` and `at` are the next token's group in the pattern, its text and its offset;
    at the end of the text, kind and token are empty.
    """

    kind: str
    token: str
    at: int

    def __init__(
        self, owner: str, text: str, tokens: re.Pattern[str], space: re.Pattern[str]
    ) -> None:
        if not isinstance(text, str):
            raise TypeError(f"{owner}: text must be a string, got {shown(text)}")
        if len(text) > LONGEST:
            raise ValueError(
                f"{owner}: text must be at most {LONGEST} characters long, got {len(text)}"
            )
        self._owner, self._text, self._tokens, self._space = owner, text, tokens, space
        self._end = self._depth = 0
        self._look()

    def _look(self) -> None:
        self.at = self._space.match(self._text, self._end).end()  # type: ignore[union-attr]
        match = self._tokens.match(self._text, self.at)
        if match is None and self.at < len(self._text):
            self.refuse(f"{self._text[self.at]!r} has no place here")
        self.kind = str(match.lastgroup) if match else ""
        self.token = match.group() if match else ""
        self._end = self.at + len(self.token)

    def next(self) -> str:
        """The next token's text; the scanner moves on."""
        token = self.token
        self._look()
        return token

    def take(self, token: str) -> bool:
        """Whether the next token is this one; if so, the scanner moves on."""
        if self.token != token or self.kind != "sign":
            return False
        self._look()
        return True

    def expect(self, *tokens: str) -> None:
        """Move on over this token; several are named when any would have done."""
        if not self.take(tokens[0]):
            wanted = " or ".join(map(repr, tokens)) if any(tokens) else "the end of the text"
            self.refuse(f"expected {wanted}, got {self.seen()}")

    def end(self) -> None:
        if self.kind:
            self.refuse(f"expected the end of the text, got {self.seen()}")

    def seen(self) -> str:
        """The next token, in words."""
        return shown(self.token) if self.kind else "the end of the text"

    def deeper(self, deepest: int) -> None:
        """Enter a bracket; `shallower` leaves it."""
        self._depth += 1
        if self._depth > deepest:
            self.refuse(f"text must be nested at most {deepest} deep")

    def shallower(self) -> None:
        self._depth -= 1

    def number(self, strict: re.Pattern[str]) -> int | float:
        """The next token as a number."""
        if len(self.token) > LONGEST_NUMBER:
            self.refuse(f"a number must have at most {LONGEST_NUMBER} digits")
        if not strict.fullmatch(self.token):
            self.refuse(f"{shown(self.token)} is no number")
        token = self.next()
        return int(token) if token.lstrip("-").replace("_", "").isdigit() else float(token)

    def refuse(self, message: str, at: int | None = None) -> NoReturn:
        """Raise the one error, with its place."""
        raise ValueError(f"{self._owner}: {message} ({self.place(self.at if at is None else at)})")

    def place(self, at: int) -> str:
        """An offset as people count: columns, and lines where there are several."""
        line, column = self._text.count("\n", 0, at) + 1, at - self._text.rfind("\n", 0, at)
        return f"line {line}, column {column}" if "\n" in self._text.strip() else f"column {column}"
