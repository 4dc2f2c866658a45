"""Settings files as plain data: YAML, TOML and JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import IO, Any

from lrsched._core.check import cut
from lrsched.data.scan import LONGEST

# The suffixes of files that can be read.
SUFFIXES = (".yaml", ".yml", ".toml", ".json")


def decoded(file: IO[bytes], name: str) -> str:
    """The text in a file, or more than any may be; a ValueError with its name where it is none."""
    raw = file.read(4 * LONGEST + 1)  # no text that long could be accepted
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if len(raw) > 4 * LONGEST:  # cut within a character
            return " " * (LONGEST + 1)
        raise ValueError(f"{name}: no text in UTF-8") from None


def settings(name: str, text: str) -> Any:
    """What a settings file says, as mappings, lists, numbers and strings.

    Args:
        name: what to call it in a complaint; its suffix says what it is written in, and where it
            has none the text does.
        text: the file's.

    Raises:
        ValueError: it isn't written in that; one line, with the file's name and the place.
        ImportError: it is YAML, and PyYAML isn't installed.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{name}: must be at most {LONGEST} characters long")
    suffix = next((end for end in SUFFIXES if name.lower().endswith(end)), None) or _kind(text)
    load = {".toml": _toml, ".json": _json}.get(suffix, _yaml)
    try:
        return load(text)
    except ImportError:
        raise ImportError(f"{name}: reading YAML needs PyYAML: pip install PyYAML") from None
    except RecursionError:
        raise ValueError(f"{name}: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{name}: {cut(' '.join(str(error).split()), 300)}") from None


def _kind(text: str) -> str:
    if text.lstrip().startswith(("{", "[{")):
        return ".json"
    return ".toml" if _TABLE.search(text) else ".yaml"


# A line that TOML has and YAML has not: a table's name, or a key with an equals sign.
_TABLE = re.compile(r"^\s*(?:\[[\w.\"-]+\]|[\w.\"-]+\s*=\s*\S.*)\s*(?:#.*)?$", re.MULTILINE)


def _toml(text: str) -> Mapping[str, Any]:
    return tomllib.loads(text)


def _json(text: str) -> Any:
    return json.loads(text)


def _yaml(text: str) -> Any:
    import yaml

    # Plain data alone: what a tag of somebody's own would build stays as it is written.
    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # of a package without types
        pass

    def as_written(loader: Any, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_constructor(None, as_written)
    try:
        return yaml.load(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = f" (line {at.line + 1}, column {at.column + 1})" if at else ""
        raise ValueError(f"{error.problem}{place}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
