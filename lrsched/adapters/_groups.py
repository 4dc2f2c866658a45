"""Which schedule each parameter group follows: by number, name or pattern, or as the rest."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from lrsched._core.check import refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule

REST = "*"


class Schedules:
    """What was given for the groups, kept: one schedule, or entries by number or by name."""

    def __init__(self, owner: str, given: Any) -> None:
        self._owner = owner
        self._by_name = isinstance(given, (Schedule, Mapping))
        if isinstance(given, Schedule):
            given = {REST: given}
        if not isinstance(given, (Mapping, list, tuple)):
            rule = "a schedule, or a list or dict of them"
            raise refusal(TypeError, owner, "schedules", rule, given)
        items = given.items() if isinstance(given, Mapping) else enumerate(given)
        self._entries = {
            key: A_SCHEDULE(owner, f"schedules[{key!r}]", value) for key, value in items
        }

    def found(self, groups: list[dict[str, Any]]) -> list[Schedule]:
        """Each group's schedule."""
        keys = self._keys(groups)
        if None in keys:
            rule = f"one for each parameter group, {self._labels(groups)}"
            raise refusal(ValueError, self._owner, "schedules", rule, list(self._entries))
        return [self._entries[key] for key in keys]

    def waiting(self, groups: list[dict[str, Any]]) -> str | None:
        """A sentence about the entries that no group answers to yet, if there are any."""
        used = {REST, *self._keys(groups)}
        left = [key for key in self._entries if key not in used]
        if not left:
            return None
        there = self._labels(groups)
        return f"{self._owner}: no parameter group answers to {left} yet, there are {there}"

    def _labels(self, groups: list[dict[str, Any]]) -> list[Any]:
        if self._by_name:
            return [group.get("name", "no name") for group in groups]
        return list(range(len(groups)))

    def _keys(self, groups: list[dict[str, Any]]) -> list[Any]:
        if not self._by_name:
            return [i if i in self._entries else None for i in range(len(groups))]
        return [self._key(group.get("name")) for group in groups]

    def _key(self, name: Any) -> Any:
        """Of a group of this name: the name itself, the first pattern that fits, or the rest."""
        if name in self._entries:
            return name
        patterns = (key for key in self._entries if key != REST and isinstance(key, str))
        fits = (key for key in patterns if isinstance(name, str) and fnmatchcase(name, key))
        return next(fits, REST if REST in self._entries else None)
