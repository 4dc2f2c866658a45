"""What every schedule can do: be called, and be combined with operators.

No formula is here. A schedule is a frozen dataclass of numbers with one method, `formula`.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from lrsched import _check, _numbers
from lrsched._evaluate import evaluate
from lrsched._value import Value


class _Array(Protocol):
    @property
    def shape(self) -> Any: ...

    @property
    def dtype(self) -> Any: ...


ArrayT = TypeVar("ArrayT", bound=_Array)


class Schedule(Value):
    """A value that maps a step to a number.

    Subclass it as a frozen dataclass with `steps`, its length (an int field, or `None` for an
    endless schedule), and one method, `formula(t, xp)`:

    - `t` is the local step, already within [0, steps]: a number or an array;
    - `xp` has the functions for numbers or arrays like `t`: `xp.where`, `xp.sin`, `xp.exp`, ...

    Fields annotated `int`, `float` or `bool` are checked when an object is built. Calling, arrays,
    operators, text and pickling come with the class.

    >>> from dataclasses import dataclass
    >>> import lrsched as lrs
    >>> @dataclass(frozen=True)
    ... class Ease(lrs.Schedule):
    ...     start: float
    ...     growth: float
    ...     steps = None
    ...     def formula(self, t, xp):
    ...         return self.start ** (self.growth ** t)
    >>> schedule = Ease(0.5, growth=1.1)
    >>> schedule
    Ease(0.5, growth=1.1)
    >>> schedule(0), schedule(10)
    (0.5, 0.165655...)
    >>> (3e-4 * schedule)([0, 10, 10_000])
    array([1.50000000e-04, 4.96966338e-05, 0.00000000e+00])
    """

    if TYPE_CHECKING:
        # A read-only member for type checkers: a subclass has it as a field, a property, or None.
        @property
        def steps(self) -> int | None: ...

        _function: Callable[[float], float]

    noun = "schedule"

    __array_ufunc__ = None  # np.float64(0.1) * schedule is ours to answer, not NumPy's

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        # Written at the first scalar call, and found faster here than behind a property.
        self.__dict__["_function"] = _numbers.unwritten
        return self

    @property
    def varies(self) -> bool:
        """Whether the value ever changes: the length of a product does not count constants."""
        return True

    @classmethod
    def rule_of(cls, hint: Any) -> _check.Rule | None:
        return A_SCHEDULE if isinstance(hint, type) and issubclass(hint, Schedule) else None

    @abc.abstractmethod
    def formula(self, t: Any, xp: Any) -> Any:
        """The value at local step t, within [0, steps]."""

    def held(self, t: Any, xp: Any) -> Any:
        """The value at local step t >= 0: past its end, a schedule holds."""
        return self.formula(t if self.steps is None else xp.minimum(t, self.steps), xp)

    @overload
    def __call__(self, step: float | np.integer[Any] | np.floating[Any]) -> float: ...
    @overload
    def __call__(
        self, step: NDArray[Any] | list[Any] | tuple[Any, ...] | range
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, step: ArrayT) -> ArrayT: ...
    def __call__(self, step: Any) -> Any:
        """The value at a step: a float for a number, an array of the same shape for an array.

        Steps are real and >= 0. Raises ValueError for a negative, NaN or infinite step and
        TypeError for what is no number.
        """
        kind = type(step)
        if (kind is int and step >= 0) or (kind is float and 0 <= step < math.inf):
            try:
                return self._function(step)
            except (ArithmeticError, ValueError):
                pass  # not written yet, or beyond the range of floats
        return evaluate(self, step)

    def source(self, name: str = "schedule") -> str:
        """The text of a function of one step that computes this schedule, and needs no library.

        Args:
            name: what the function is called.

        Raises:
            ValueError: a user's formula that can't be written out, because it branches on the
                step, say, or calls a library.

        >>> import lrsched as lrs
        >>> schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2000), lrs.LinearDecay(98_000))
        >>> print(schedule.source())
        def schedule(t):
            if t < 2000:
                return 0.0003 * (t / 2000)
            if t < 100000:
                return 0.0003 * ((100000 - t) / 98000)
            return 0.0
        """
        return _numbers.written(self).text(name)

    def __mul__(self, other: Schedule | float) -> Schedule:
        return _combined("Product", self, other)

    def __rmul__(self, other: float) -> Schedule:
        return _combined("Product", other, self)

    def __add__(self, other: Schedule | float) -> Schedule:
        return _combined("Sum", self, other)

    def __radd__(self, other: float) -> Schedule:
        return _combined("Sum", other, self)

    def _repr_html_(self) -> str:
        """What a notebook shows: the curve, and the text beside it."""
        # Looked up late: pictures are drawn of schedules.
        from lrsched import svg

        return svg.card(self)


def _combined(name: str, a: Any, b: Any) -> Schedule:
    if not all(isinstance(x, (Schedule, int, float, np.integer, np.floating)) for x in (a, b)):
        return NotImplemented  # type: ignore[no-any-return]
    # Looked up late: the combinators are schedules themselves.
    from lrsched import compose

    combined: Schedule = getattr(compose, name)(a, b)
    return combined


def _accept_schedule(value: Any) -> Schedule:
    if not isinstance(value, Schedule):
        raise TypeError
    return value


A_SCHEDULE = _check.Rule("a schedule", _accept_schedule)
