"""The functions that a formula may use, under one name whatever the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lrsched._check import refusal, shown
from lrsched._ratio import Ratio, simple_fraction

if TYPE_CHECKING:
    from lrsched import compose
    from lrsched._schedule import Schedule


def plain(value: Any) -> Any:
    """A number or an array, for functions that know nothing of a Ratio."""
    return value.divided() if isinstance(value, Ratio) else value


class Namespace:
    """The functions that a formula may use, under one name whatever the library.

    Any function of the library itself is there (`xp.sin`, `xp.exp`, `xp.tanh`, ...); the methods
    are those that libraries disagree on, or that keep a Ratio exact.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        if not callable(function):
            return function

        def call(*args: Any) -> Any:
            return function(*map(plain, args))

        setattr(self, name, call)  # found at once from the second use on
        return call

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """a where the condition holds, else b."""
        return self._module.where(condition, plain(a), plain(b))

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller of the two; a step stays the kind of step it was."""
        if isinstance(a, Ratio):
            return Ratio(self.minimum(a.n, b * a.d), a.d)
        return self._module.minimum(a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger of the two; a step stays the kind of step it was."""
        if isinstance(a, Ratio):
            return Ratio(self.maximum(a.n, b * a.d), a.d)
        return self._module.maximum(a, b)

    def quotient(self, t: Any, k: float) -> Any:
        """t / k for a k that is not whole: undivided, if k is a fraction of few digits."""
        fraction = simple_fraction(k)
        if fraction is None:
            return t / k
        n, d = fraction
        return Ratio.of(self.minimum(t, 1e300), n, times=d)  # t * d stays a float

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        """How many of the increasing boundaries have been reached: are <= t."""
        raise NotImplementedError

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        """values[index], for each index."""
        raise NotImplementedError

    def join(self, t: Any, sequence: compose.Sequence) -> Any:
        """Phase i of a sequence at step t - offsets[i], where offsets[i] <= t < offsets[i + 1]."""
        raise NotImplementedError

    def evaluate(self, schedule: Schedule, steps: Any) -> Any:
        """The schedule at an array of this library."""
        raise NotImplementedError


def wrong_step(schedule: Schedule, step: Any, index: int | None = None) -> ValueError:
    where = "" if index is None else f" at index {index}"
    return ValueError(
        f"{type(schedule).__name__}: step must be a finite number >= 0, got {shown(step)}{where}"
    )


def not_a_step(schedule: Schedule, step: Any) -> Exception:
    owner, rule = type(schedule).__name__, "a number or an array of numbers"
    return refusal(TypeError, owner, "step", rule, step)
