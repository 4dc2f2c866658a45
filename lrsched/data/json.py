"""Schedules as data: dictionaries of plain values, and JSON."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from collections.abc import Sequence as Items
from typing import Any

from lrsched._core.check import cut, integer_that, nearest, shown
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.data.names import DEEPEST, LARGEST, Names, built
from lrsched.data.scan import LONGEST, Scanner

VERSION = 1
_NUMBERS = {int, float}

Path = tuple[str | int, ...]


@public
def to_dict(schedule: Schedule) -> dict[str, Any]:
    """A schedule as dictionaries, lists, numbers and strings: `from_dict(to_dict(s)) == s`.

    Every field is written, defaults too: the data means the same in any later version.

    Args:
        schedule: any schedule, a user's own included.

    Raises:
        TypeError: schedule is none, or a user's field has no form in JSON.
        ValueError: its class is known by another name, or it is nested more than 100 deep.

    >>> import lrsched as lrs
    >>> lrs.to_dict(lrs.CosineDecay(98_000, end=0.1))
    {'version': 1, 'schedule': {'class': 'CosineDecay', 'steps': 98000, 'start': 1.0, 'end': 0.1}}
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(f"to_dict: schedule must be a schedule, got {shown(schedule)}")
    return {"version": VERSION, "schedule": _written(schedule, Names(), 1)}


def _written(schedule: Schedule, names: Names, depth: int) -> dict[str, Any]:
    cls = type(schedule)
    if depth > DEEPEST:
        raise ValueError(f"to_dict: schedule must be nested at most {DEEPEST} deep")
    if names.schedule_class(cls.__name__) is not cls:
        raise ValueError(
            f"to_dict: {cls.__module__}.{cls.__qualname__} can't be read back: "
            f"{cls.__name__} is the name of another schedule"
        )

    def plain(name: str, value: Any) -> Any:
        match value:
            case Schedule():
                return _written(value, names, depth + 1)
            case tuple() | list():
                return [plain(name, item) for item in value]
            case None | bool():
                return value
            case int():
                return int(value)
            case float() if math.isfinite(value):
                return float(value)
            case str():
                return str(value)
        rule = "a schedule, a finite number, a string, None or a sequence of these"
        raise TypeError(f"to_dict: {cls.__name__}: {name} must be {rule}, got {shown(value)}")

    values = {name: plain(name, getattr(schedule, name)) for name in _fields(cls)}
    return {"class": cls.__name__, **values}


def _fields(cls: type[Schedule]) -> list[str]:
    return [field.name for field in dataclasses.fields(cls) if field.init]  # type: ignore[arg-type]


@public
def from_dict(data: Mapping[str, Any]) -> Schedule:
    """The schedule that `to_dict` wrote, or that a configuration spells out the same way.

    Fields left out have their defaults. Everything else is an error: an unknown class or key,
    another version, a value that the class refuses.

    Args:
        data: a mapping with the keys "version" and "schedule"; each schedule in it is a mapping
            with the key "class" and the class's fields.

    Raises:
        TypeError: data is no mapping.
        ValueError: anything else is wrong, with its place in the data.

    >>> import lrsched as lrs
    >>> lrs.from_dict({"version": 1, "schedule": {"class": "CosineDecay", "steps": 98_000}})
    CosineDecay(98000)
    >>> lrs.from_dict({"version": 1, "schedule": {"class": "CosineDecay", "steps": -3}})
    Traceback (most recent call last):
    ValueError: from_dict: schedule: CosineDecay: steps must be a non-negative integer, got -3
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"from_dict: data must be a mapping, got {shown(data)}")
    try:
        return _root(data)
    except _MisfitError as error:
        raise ValueError(f"from_dict: {error}") from None
    except RecursionError:  # called with hardly any stack left
        raise ValueError("from_dict: data must be nested less deeply") from None


class _MisfitError(Exception):
    """Something wrong at a path of keys and indices."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        dots = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        super().__init__(f"{cut(dots[1:])}: {message}" if path else message)


def _root(data: Any) -> Schedule:
    if not isinstance(data, Mapping) or set(data) != {"version", "schedule"}:
        keys = f"the keys {shown(list(data))}" if isinstance(data, Mapping) else shown(data)
        raise _MisfitError((), f'data must have the keys "version" and "schedule", got {keys}')
    if type(data["version"]) is not int or data["version"] != VERSION:
        raise _MisfitError(("version",), f"must be {VERSION}, got {shown(data['version'])}")
    schedule = _read(data["schedule"], ("schedule",), Names(), 1)
    if not isinstance(schedule, Schedule):
        rule = 'a mapping with the key "class"'
        raise _MisfitError(("schedule",), f"must be {rule}, got {shown(data['schedule'])}")
    return schedule


def _read(value: Any, path: Path, names: Names, depth: int) -> Any:
    """The schedule, or the tuple of them, that stands here; any other value as it is."""
    names.values += 1
    if names.values > LONGEST:  # no text of characters has more
        raise _MisfitError(path[:1], f"must be at most {LONGEST} values")
    if type(value) in _NUMBERS:  # most of a long list
        return value
    if depth > 2 * DEEPEST + 1:  # a schedule and a list of them, in turn; the last one's numbers
        raise _MisfitError(path[:1], "must be nested less deeply")
    if isinstance(value, Mapping):
        names.schedules += 1
        if names.schedules > LARGEST:
            # The same dictionary may be met again and again in data that was quickly written.
            raise _MisfitError(path[:1], f"must be at most {LARGEST} schedules")
        if not all(isinstance(key, str) for key in value):
            raise _MisfitError(path, f"keys must be strings, got {shown(list(value))}")
        given = {k: _read(v, (*path, k), names, depth + 1) for k, v in value.items()}
        return _schedule(given, path, names)
    if isinstance(value, Items) and not isinstance(value, (str, bytes, bytearray)):
        return tuple(_read(item, (*path, i), names, depth + 1) for i, item in enumerate(value))
    return value


def _schedule(given: dict[str, Any], path: Path, names: Names) -> Schedule:
    if "class" not in given:
        raise _MisfitError(path, f'must have the key "class", got the keys {shown(list(given))}')
    name = given.pop("class")
    try:
        cls = names.schedule_class(name) if isinstance(name, str) else None
    except ValueError as error:
        raise _MisfitError((*path, "class"), str(error)) from None
    if cls is None:
        raise _MisfitError((*path, "class"), f"unknown schedule {shown(name)}{_meant(name, names)}")
    known = _fields(cls)
    for key in given:
        if key not in known:
            meant = nearest(key, known)
            hint = f": did you mean {meant}?" if meant else ""
            rule = f"unknown key, {name} has {', '.join(known) or 'none'}{hint}"
            raise _MisfitError((*path, key), rule)
    try:
        if cls.__dataclass_params__.init:  # type: ignore[attr-defined]
            return built(cls, (), given)
        # A combinator's one field is given member by member.
        members = given.get(known[0], ())
        if not isinstance(members, tuple):
            raise _MisfitError(
                (*path, known[0]), f"must be a list of schedules, got {shown(members)}"
            )
        return built(cls, members, {})
    except ValueError as error:
        raise _MisfitError(path, str(error)) from None


def _meant(name: Any, names: Names) -> str:
    """The nearest class; presets have none, as what is written is what they return."""
    meant = nearest(name, names.classes()) if isinstance(name, str) else None
    return f": did you mean {meant}?" if meant else ""


@public
def to_json(schedule: Schedule, indent: int | None = None) -> str:
    """A schedule as JSON: `from_json(to_json(s)) == s`, every float to its last bit.

    Args:
        schedule: any schedule, a user's own included.
        indent: spaces per level, for people; by default all is on one line.

    Raises:
        TypeError, ValueError: as `to_dict`; or indent is no count.

    >>> import lrsched as lrs
    >>> lrs.to_json(lrs.LinearWarmup(2_000))
    '{"version": 1, "schedule": {"class": "LinearWarmup", "steps": 2000, "start": 0.0, "end": 1.0}}'
    """
    if indent is not None:
        indent = _INDENT("to_json", "indent", indent)
    return json.dumps(to_dict(schedule), indent=indent, allow_nan=False)


_INDENT = integer_that("a number of spaces from 0 to 100, or None", lambda n: 0 <= n <= 100)


@public
def from_json(text: str) -> Schedule:
    """The schedule that `to_json` wrote.

    Args:
        text: JSON of at most a million characters, as `from_dict` describes it.

    Raises:
        TypeError: text is no string.
        ValueError: it is no JSON, a key is given twice, or `from_dict` would refuse it; with the
            place in the text.

    >>> import lrsched as lrs
    >>> lrs.from_json(lrs.to_json(3e-4 * lrs.CosineDecay(1000)))
    0.0003 * CosineDecay(1000)
    >>> lrs.from_json('{"version": 2, "schedule": {}}')
    Traceback (most recent call last):
    ValueError: from_json: version: must be 1, got 2 (column 13)
    """
    try:
        data = _Reader(text).whole()
        return _root(data)
    except _MisfitError as error:
        # The text is read once more, for the place alone.
        reader = _Reader(text, error.path)
        reader.whole()
        reader.refuse(str(error), reader.found)
    except RecursionError:  # called with hardly any stack left
        raise ValueError("from_json: text must be nested less deeply") from None


_SPACE = re.compile(r"[ \t\n\r]*")
_TOKENS = re.compile(
    r"""(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")
    | (?P<number>-?[0-9](?:[eE][+-]|[\w.])*)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>[{}\[\]:,])""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CONSTANTS = {"true": True, "false": False, "null": None}


class _Reader(Scanner):
    """JSON, and nothing but: no NaN, no key twice, no end of brackets."""

    def __init__(self, text: str, wanted: Path | None = None) -> None:
        super().__init__("from_json", text, _TOKENS, _SPACE)
        self._wanted, self._path = None if wanted is None else [*wanted], list[str | int]()
        self.found = 0  # where the wanted value begins

    def whole(self) -> Any:
        value = self._value()
        self.end()
        return value

    def _value(self) -> Any:
        if self._path == self._wanted:
            self.found = self.at
        match self.kind, self.token:
            case "sign", "{":
                return self._object()
            case "sign", "[":
                return self._array()
            case "string", _:
                return json.loads(self.next())
            case "number", _:
                return self.number(_NUMBER)
            case "name", ("true" | "false" | "null") as name:
                self.next()
                return _CONSTANTS[name]
        self.refuse(f"expected a value, got {self.seen()}")

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._enter()
        while not self.take("}"):
            if self.kind != "string":
                self.refuse(f"expected a key in double quotes, got {self.seen()}")
            key = json.loads(self.token)
            if key in found:
                self.refuse(f"the key {shown(key)} is given twice")
            self.next()
            self.expect(":")
            self._path.append(key)
            found[key] = self._value()
            self._path.pop()
            self._separated("}")
        self.shallower()
        return found

    def _array(self) -> list[Any]:
        found: list[Any] = []
        self._enter()
        while not self.take("]"):
            self._path.append(len(found))
            found.append(self._value())
            self._path.pop()
            self._separated("]")
        self.shallower()
        return found

    def _enter(self) -> None:
        self.next()
        self.deeper(2 * DEEPEST + 1)

    def _separated(self, close: str) -> None:
        if self.token == close and self.kind == "sign":
            return
        self.expect(",", close)
        if self.token == close:
            self.refuse(f"expected a value after ',', got {self.seen()}")
