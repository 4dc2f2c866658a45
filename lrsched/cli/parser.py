"""How words on the command line are read, and what is said where they are mistaken."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterable
from typing import Any, NoReturn

from lrsched._core.check import cut, nearest, shown

# Columns of a terminal that nobody has made wider.
_WIDTH = 78


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints are one line with the word that was probably meant.

    Options are written whole: what is the beginning of one today is that of two when there is
    another.
    """

    def __init__(self, paragraphs: Iterable[str], **settings: Any) -> None:
        super().__init__(
            description="\n\n".join(textwrap.fill(text, _WIDTH) for text in paragraphs),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **settings,
        )
        self.commands: dict[str, Parser] = {}

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does it; but what is not known is refused, by the command that it is for."""
        words = sys.argv[1:] if args is None else list(args)
        self._refuse_unknown(words)  # before argparse asks for what is missing
        known, unknown = super().parse_known_args(words, namespace)
        if unknown:
            if unknown[0].startswith("-"):
                self._no_option(unknown[0])
            self.error(f"one argument too many: {shown(unknown[0])}; is a quotation mark missing?")
        return known, unknown

    def _refuse_unknown(self, words: Iterable[str]) -> None:
        for word in words:
            if word == "--":
                return
            if re.match(r"--[A-Za-z]", word):
                if word.partition("=")[0] not in self._option_string_actions:
                    self._no_option(word)
            elif re.match(r"-[\d.A-Z(]", word) and "(" in word and " " not in word:
                self.error(f"{shown(word)} looks like an option: write -- before it")
            elif self.commands and not word.startswith("-"):
                if word in self.commands:  # the words behind it are its own
                    return
                hint = _meant(word, [*self.commands, *self._option_string_actions])
                listed = ", ".join(self.commands)
                self.error(f"no command {shown(word)}{hint or f'; there are {listed}'}")

    def _no_option(self, word: str) -> NoReturn:
        option = word.partition("=")[0]
        self.error(f"no option {cut(option)}{_meant(option, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        """One line, and exit code 2."""
        self.exit(2, f"{self.prog}: {cut(message, 300)} ({self.prog} --help says more)\n")


def _meant(word: str, words: Iterable[str]) -> str:
    """A question with the nearest of some words; dashes, which all options share, don't count."""
    bare = {known.lstrip("-"): known for known in words}
    found = nearest(word.lstrip("-"), bare)
    return f": did you mean {bare[found]}?" if found else ""
