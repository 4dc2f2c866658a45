"""What every schedule can do: be called, combined with operators, compared, kept and sent.

No formula is here. A schedule is a frozen dataclass of numbers with one method, `formula`.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from lrsched import _arrays, _check, _numbers


class _Array(Protocol):
    @property
    def shape(self) -> Any: ...

    @property
    def dtype(self) -> Any: ...


ArrayT = TypeVar("ArrayT", bound=_Array)


class Schedule(abc.ABC):
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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A dataclass writes its own __repr__ unless the class has one already.
        cls.__repr__ = cls.__repr__  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        cls = type(self)
        if not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{cls.__name__}: a schedule must be a frozen dataclass")
        for name, rule in _rules(cls).items():
            object.__setattr__(self, name, rule(cls.__name__, name, getattr(self, name)))
        self.check()
        # Now and not at the first call: torch.compile can trace neither the lock of a cached
        # property (Python 3.11) nor a schedule that changes under it without compiling again.
        for name in _cached(cls):
            getattr(self, name)

    def check(self) -> None:  # noqa: B027 - most classes have nothing to add
        """Raise what no single field can see wrong; by default, nothing."""

    @abc.abstractmethod
    def formula(self, t: Any, xp: Any) -> Any:
        """The value at local step t, within [0, steps]."""

    def held(self, t: Any, xp: Any) -> Any:
        """The value at local step t >= 0: past its end, a schedule holds."""
        return self.formula(t if self.steps is None else xp.minimum(t, self.steps), xp)

    @overload
    def __call__(self, step: float | np.integer[Any] | np.floating[Any]) -> float: ...
    @overload
    def __call__(self, step: NDArray[Any] | Sequence[Any]) -> NDArray[np.float64]: ...
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
        return _arrays.evaluate(self, step)

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

    def __repr__(self) -> str:
        """The shortest text that builds an equal schedule."""
        first, *_ = (*_fields(self), None)
        given = [
            repr(getattr(self, field.name))
            if field is first and field.default is dataclasses.MISSING
            else f"{field.name}={getattr(self, field.name)!r}"
            for field in _fields(self)
            if getattr(self, field.name) != field.default
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the curve, and the text beside it."""
        # Looked up late: pictures are drawn of schedules.
        from lrsched import svg

        return svg.card(self)

    def __reduce__(self) -> Any:
        # Fields alone: what was worked out from them stays behind, and they are checked again.
        return _build, (type(self), tuple((f.name, getattr(self, f.name)) for f in _fields(self)))


def _fields(schedule: Schedule) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(schedule) if field.init]  # type: ignore[arg-type]


def _build(cls: type[Schedule], fields: tuple[tuple[str, Any], ...]) -> Schedule:
    return cls(**dict(fields))


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


def _schedule_rule(hint: Any) -> _check.Rule | None:
    return A_SCHEDULE if isinstance(hint, type) and issubclass(hint, Schedule) else None


@functools.cache
def _rules(cls: type[Schedule]) -> dict[str, _check.Rule]:
    rules = _check.rules_of(cls, _schedule_rule)
    return {f.name: rules[f.name] for f in dataclasses.fields(cls) if f.name in rules}  # type: ignore[arg-type]


@functools.cache
def _cached(cls: type[Schedule]) -> tuple[str, ...]:
    found = (
        name
        for base in cls.__mro__
        for name, member in vars(base).items()
        if isinstance(member, functools.cached_property)
    )
    return tuple(dict.fromkeys(found))
