"""What a shell is to know of the command line, so that its Tab key completes the words."""

from __future__ import annotations

from lrsched.cli.parser import Parser

SHELLS = ("bash", "zsh")

HOW = """tab completion, with pip install "lrsched[completion]":
  bash: lrsched completion bash > ~/.local/share/bash-completion/completions/lrsched
  zsh:  lrsched completion zsh > "${fpath[1]}/_lrsched"
"""


def script(parser: Parser, shell: str) -> str:
    """The script for a shell: it has commands, options, their words and files, and asks nobody.

    Raises:
        ImportError: shtab, which writes it, isn't installed.
    """
    try:
        import shtab
    except ImportError:
        raise ImportError("completion needs shtab: pip install shtab") from None
    for command in parser.commands.values():
        for action in command._actions:
            if action.metavar in ("SCHEDULE", "FILE"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))
