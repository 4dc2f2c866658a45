"""What somebody means by a SCHEDULE on the command line: text, a file, standard input."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

from lrsched._core.check import cut
from lrsched._core.schedule import Schedule
from lrsched.compat._config import signs
from lrsched.compat.configs import of_text
from lrsched.data.files import SUFFIXES, decoded
from lrsched.data.json import from_json
from lrsched.data.text import parse


def read(argument: str, framework: str | None = None, **left_open: Any) -> Schedule:
    """A schedule from text, from a file of it or of a framework's config, or from standard input.

    Args:
        argument: what was typed.
        framework: the one whose config a file is; by default, the one whose keys it has.
        left_open: what the config leaves open, such as `total_steps`.
    """
    if argument == "-":
        text = decoded(sys.stdin.buffer, "standard input")
        if framework is not None or _is_settings(text):
            return of_text("standard input", text, framework, **left_open)
        return from_json(text) if text.lstrip().startswith(("{", "[")) else parse(text)
    if argument.lower().endswith(SUFFIXES) and not _is_a_call(argument):
        with open(argument, "rb") as file:
            return _of_file(cut(argument), decoded(file, cut(argument)), framework, left_open)
    if _names_a_file(argument):
        raise ValueError(
            f"{cut(argument)}: no file that can be read: a schedule is text, a .json file, a "
            "framework's config in YAML, TOML or JSON, or - for standard input"
        )
    return parse(argument)


def _of_file(name: str, text: str, framework: str | None, left_open: Mapping[str, Any]) -> Schedule:
    if framework is not None or not name.lower().endswith(".json") or _is_settings(text):
        return of_text(name, text, framework, **left_open)
    try:
        return from_json(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _is_settings(text: str) -> bool:
    """Whether a text is somebody's settings, and no schedule's text nor JSON."""
    if _SETTINGS_LINE.match(text):
        return True
    load = json.loads if text.lstrip().startswith(("{", "[{")) else tomllib.loads
    try:
        return bool(signs(load(text)))
    except (ValueError, RecursionError):
        return False


# The first line, behind comments, of YAML or of an .ini or TOML file.
_SETTINGS_LINE = re.compile(
    r"(?:\s*#[^\n]*\n)*\s*(?:---|- |[\w.-]+\s*:(?:\s|$)|\[[A-Za-z][\w.-]*\]\s*$)", re.MULTILINE
)
_SETTINGS = r".*\.(?:ini|cfg|conf|py|txt|json[5cl])"
_A_PATH = r".*[/\\].*|\S*[A-Za-z_]\S*\.[A-Za-z]\w{0,5}"


def _is_a_call(argument: str) -> bool:
    return re.match(r"\s*[A-Za-z_]\w*\(", argument) is not None and not os.path.exists(argument)


def _names_a_file(argument: str) -> bool:
    """Whether somebody meant a file: it is there, or is called like one and like no schedule."""
    if not argument.strip() or "#" in argument or "\n" in argument:
        return False
    if re.fullmatch(_SETTINGS, argument, re.IGNORECASE):
        return True
    if re.match(r"\s*[A-Za-z_]\w*\(", argument):  # a call, even where a file has its name
        return False
    if not re.search(r"[A-Za-z]", argument) and not os.path.exists(argument):  # 0.1/2
        return False
    like_one = "(" not in argument and re.fullmatch(_A_PATH, argument)
    return bool(like_one) or os.path.exists(argument)
