"""What the engine knows of a schedule."""

from __future__ import annotations

from typing import Any, Protocol


class ScheduleLike(Protocol):
    """A length, a formula, and how it is held past its end."""

    @property
    def steps(self) -> int | None: ...

    def formula(self, t: Any, xp: Any) -> Any: ...

    def held(self, t: Any, xp: Any) -> Any: ...

    def __call__(self, step: Any) -> Any: ...


class SequenceLike(ScheduleLike, Protocol):
    """Phases, and the step at which each begins."""

    @property
    def offsets(self) -> tuple[int, ...]: ...

    @property
    def phases(self) -> tuple[ScheduleLike, ...]: ...


class FamilyLike(Protocol):
    """Schedules of one form."""

    @property
    def schedules(self) -> tuple[ScheduleLike, ...]: ...
