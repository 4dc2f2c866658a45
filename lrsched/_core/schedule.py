"""What every schedule can do: be called, and be combined with operators.

No formula is here. A schedule is a frozen dataclass of numbers with one method, `formula`.
"""

from __future__ import annotations

import abc
import keyword
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Never, Protocol, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import MOST, MOST_SHOWN, Rule, refusal, shown
from lrsched._core.mistaken import NOTHING, WHOLE, Absent, compared
from lrsched._core.value import Value, public
from lrsched._engine import numbers
from lrsched._engine.evaluate import evaluate
from lrsched._engine.stack import on_a_stack_of_its_own
from lrsched._engine.text import ATOM, Text

# Schedules within schedules: far beyond use, well within Python's stack, and the same in text and
# JSON.
DEEPEST = 100

# Schedules in one, each counted as often as it is met: the same one twice, thirty times over, is
# quickly written and never printed.
LARGEST = 50_000


def _nowhere(name: str) -> Any:
    raise LookupError(name)


# The one door upwards: a class or function of the rooms above, by its name. Operators make products
# and sums, and a notebook asks for a picture; the package's `__init__` knows where they are.
above: Callable[[str], Any] = _nowhere


class _Array(Protocol):
    @property
    def shape(self) -> Any: ...

    @property
    def dtype(self) -> Any: ...


ArrayT = TypeVar("ArrayT", bound=_Array)


@public
class Schedule(Value):
    """A value that maps a step to a number.

    Subclass it as a frozen dataclass with `steps`, its length (an int field, or `None` for an
    endless schedule), and one method, `formula(t, xp)`:

    - `t` is the local step, already within [0, steps]: a number or an array;
    - `xp` has the functions for numbers or arrays like `t`: `xp.where`, `xp.sin`, `xp.exp`, ...

    Fields annotated `int`, `float` or `bool` are checked when an object is built. Calling, arrays,
    operators, text, LaTeX and pickling come with the class.

    One thing that a formula does not tell may be declared beside it: `turns`, the steps at which
    the curve turns, and `()` if it only rises or only falls. Between two of them, both included,
    values go one way; a jump the other way has a step on either side. Questions such as
    `first_below` then skip what can't hold the answer. By default it is `None`, for unknown, and
    they visit every step.

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

    # What a call with a number is handed to: `evaluate`, until the function of the formula is
    # written. A slot is found faster than what is in the dictionary.
    __slots__ = ("_function",)

    if TYPE_CHECKING:
        _function: Callable[[Schedule, Any], Any]

        # A read-only member for type checkers: a subclass has it as a field, a property, or None.
        @property
        def steps(self) -> int | None: ...

        # Likewise.
        @property
        def turns(self) -> tuple[int, ...] | None: ...
    else:
        turns = None

        # Asked for by those who take a schedule for something else.
        optimizer, step, get_last_lr = Absent(), Absent(), Absent()
        __lt__ = __le__ = __gt__ = __ge__ = compared

    noun = "schedule"

    __array_ufunc__ = None  # np.float64(0.1) * schedule is ours to answer, not NumPy's

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        object.__setattr__(self, "_function", evaluate)
        self.__dict__["_whole"] = WHOLE
        return self

    def __post_init__(self) -> None:
        super().__post_init__()
        depth = size = 1
        for name in self.__dataclass_fields__:  # type: ignore[attr-defined]
            value = self.__dict__.get(name)
            for member in value if type(value) is tuple else (value,):
                depth = max(depth, 1 + getattr(member, "_depth", 0))
                size += getattr(member, "_size", 0)
        try:
            steps = self.steps
        except AttributeError:
            rule = "an int field, or None for an endless schedule"
            raise TypeError(f"{type(self).__name__}: steps must be {rule}, got nothing") from None
        if steps is not None:
            if type(steps) is not int or steps < 0:
                kind = ValueError if isinstance(steps, (int, float)) else TypeError
                rule = "a non-negative integer or None"
                raise refusal(kind, type(self).__name__, "steps", rule, steps)
            if steps > MOST:
                rule = f"at most {MOST_SHOWN}"
                raise refusal(ValueError, type(self).__name__, "steps", rule, steps)
        if depth > DEEPEST:
            rule = f"nested at most {DEEPEST} deep"
            raise refusal(ValueError, type(self).__name__, "schedule", rule, depth)
        if size > LARGEST:
            rule = f"made of at most {LARGEST} schedules"
            raise refusal(ValueError, type(self).__name__, "schedule", rule, size)
        self.__dict__.update(_depth=depth, _size=size)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if hasattr(self, name)]

    def __copy__(self) -> Self:
        return self  # as of a tuple of numbers

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @property
    def varies(self) -> bool:
        """Whether the value ever changes: the length of a product does not count constants."""
        return True

    @classmethod
    def rule_of(cls, hint: Any) -> Rule | None:
        return A_SCHEDULE if isinstance(hint, type) and issubclass(hint, Schedule) else None

    @abc.abstractmethod
    def formula(self, t: Any, xp: Any) -> Any:
        """The value at local step t, within [0, steps]."""

    def held(self, t: Any, xp: Any) -> Any:
        """The value at local step t >= 0: past its end, a schedule holds."""
        return xp.inner(self, t if self.steps is None else xp.held(t, self.steps))

    @overload
    def __call__(self, step: float | np.integer[Any] | np.floating[Any]) -> float: ...
    @overload
    def __call__(
        self, step: NDArray[Any] | list[Any] | tuple[Any, ...] | range
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, step: ArrayT) -> ArrayT: ...
    def __call__(self, step: Any = NOTHING) -> Any:
        """The value at a step: a float for a number, an array of the same shape for an array.

        Steps are real and >= 0. Raises ValueError for a negative, NaN or infinite step and
        TypeError for what is no number.
        """
        kind = type(step)
        if kind is int or kind is float:  # or a compiler that traces a tensor would watch the slot
            function = self._function  # and called by itself: looked up as a method it is slower
            return function(self, step)
        return evaluate(self, step)

    # What the written function does not answer: what is no plain number or no step, and where
    # Python's arithmetic ends.
    _otherwise = evaluate
    _beyond = numbers.beyond

    def function(self) -> Callable[[float], float]:
        """The schedule as the plain function it is calculated by: for the hottest of loops.

        It takes and does what `schedule(step)` does, without the detour by the schedule's class,
        and is pickled as the schedule is.

        >>> import lrsched as lrs
        >>> rate = (3e-4 * lrs.LinearWarmup(2000)).function()
        >>> rate(0), rate(1000), rate(9999)
        (0.0, 0.00015, 0.0003)
        """
        return self._calculate

    @property
    def _calculate(self) -> Callable[[float], float]:
        return types.MethodType(numbers.function(self), self)

    def source(
        self, name: str = "schedule", language: Literal["python", "javascript"] = "python"
    ) -> str:
        """The text of a function of one step that computes this schedule, and needs no library.

        It raises OverflowError where a value leaves the range of floats, and from step 2**62 on
        where cycles lengthen without end. `numba.njit` compiles it, for steps of 64 bits: all but
        schedules of numbers with more bits, and look-ups with more than 128 boundaries. Numba takes
        powers of whole exponents by multiplication; with float steps, to the last digits.

        In JavaScript, whose numbers are floats, it is for steps up to 2**53, and as exact there.

        Args:
            name: what the function is called.
            language: "python" or "javascript".

        Raises:
            TypeError, ValueError: name is no name or language none of the two; or a user's formula
                can't be written out, because it branches on the step, say, or calls a library.

        >>> import lrsched as lrs
        >>> schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2000), lrs.LinearDecay(98_000))
        >>> print(schedule.source())
        def schedule(t):
            if t < 2000:
                return 0.0003 * (t / 2000)
            if t < 100000:
                return 0.0003 * ((100000 - t) / 98000)
            return 0.0
        >>> print(schedule.source("rate", language="javascript"))
        function rate(t) {
          if (t < 2000) {
            return 0.0003 * (t / 2000);
          }
          if (t < 100000) {
            return 0.0003 * ((100000 - t) / 98000);
          }
          return 0.0;
        }
        """
        if not isinstance(name, str):
            raise refusal(TypeError, "source", "name", "a string", name)
        if language not in ("python", "javascript"):
            kind = ValueError if isinstance(language, str) else TypeError
            raise refusal(kind, "source", "language", "'python' or 'javascript'", language)
        if not name.isidentifier() or keyword.iskeyword(name):
            raise refusal(ValueError, "source", "name", "a name that Python takes", name)
        if language == "python":
            return numbers.written(self).text(name)
        script = numbers.scripted(self)
        if not script.takes(name):
            raise refusal(ValueError, "source", "name", "a name that JavaScript takes", name)
        return script.text(name)

    def latex(self, symbol: str = r"\eta") -> str:
        r"""The formula in LaTeX's mathematics mode, by cases, in the step t.

        Variables that several parts share are defined behind it. A formula that can't be written
        out appears by the name of its class and its fields.

        Args:
            symbol: what the value is called.

        Raises:
            ValueError: dozens of clocks within clocks.

        >>> import lrsched as lrs
        >>> print((0.1 * lrs.Sequence(lrs.LinearWarmup(20), lrs.CosineDecay(80))).latex())
        \eta(t) = \begin{cases}
          0.1 \cdot \frac{t}{20} & 0 \leq t < 20 \\
          0.1 \cdot \frac{1 + \cos\left(\pi \cdot \frac{t - 20}{80}\right)}{2} & 20 \leq t < 100 \\
          0 & t \geq 100
        \end{cases}
        """
        # Start-up: few ask for it.
        from lrsched._engine.latex import latex

        held = None if self.steps is None else self(self.steps)
        return on_a_stack_of_its_own(lambda: latex(self, held, symbol))

    def __mul__(self, other: Schedule | float) -> Schedule:
        return _operated(self, "multiplied by", "*", other, lambda: _made("Product", self, other))

    def __rmul__(self, other: float) -> Schedule:
        return _operated(self, "multiplied by", "*", other, lambda: _made("Product", other, self))

    def __add__(self, other: Schedule | float) -> Schedule:
        return _operated(self, "added to", "+", other, lambda: _made("Sum", self, other))

    def __radd__(self, other: float) -> Schedule:
        return _operated(self, "added to", "+", other, lambda: _made("Sum", other, self))

    def __sub__(self, other: Schedule | float) -> Schedule:
        verb = "reduced by"
        return _operated(self, verb, "-", other, lambda: _made("Sum", self, _minus(other)))

    def __rsub__(self, other: float) -> Schedule:
        return _operated(self, "subtracted from", "-", other, lambda: _made("Sum", other, -self))

    def __truediv__(self, other: Schedule | float) -> Schedule:
        return _operated(self, "divided by", "/", other, lambda: _quotient(self, other))

    def __rtruediv__(self, other: float) -> Schedule:
        return _operated(self, "the divisor of", "/", other, lambda: _quotient(other, self))

    def __pow__(self, power: float) -> Schedule:
        if isinstance(power, Schedule):
            raise _unsaid(
                self, "a power of schedule", "Warp(ExponentialDecay(x), schedule) for x ** schedule"
            )
        return _operated(self, "raised to", "**", power, lambda: _made("Power", self, power))

    def __rpow__(self, base: float) -> Never:
        raise _unsaid(self, "x ** schedule", "Warp(ExponentialDecay(x), schedule)")

    def __neg__(self) -> Schedule:
        return _made("Product", -1, self)

    def __pos__(self) -> Schedule:
        return self

    def _spelled(self) -> Text:
        """The text of `repr`, for parentheses to be put around; operators say how they bind."""
        return Text(repr(self), ATOM)

    def _repr_html_(self) -> str:
        """What a notebook shows: the curve, and the text beside it."""
        card: str = above("card")(self)
        return card


def _unsaid(schedule: Schedule, what: str, instead: str) -> TypeError:
    return TypeError(f"{type(schedule).__name__}: {what} is no schedule: write {instead}")


def _made(name: str, *members: Any) -> Schedule:
    schedule: Schedule = above(name)(*members)
    return schedule


def _minus(value: Any) -> Any:
    return -(value.item() if isinstance(value, np.generic) else value)  # unsigned ones have no -x


def _quotient(a: Any, b: Any) -> Schedule:
    """a / b, as a times b ** -1."""
    if not isinstance(b, Schedule):
        if b == 0:
            raise ValueError(f"{type(a).__name__}: a schedule can't be divided by 0")
        b = _made("Constant", b)
    return _made("Product", a, _made("Power", b, -1))


def _operated(
    schedule: Schedule, verb: str, sign: str, other: Any, make: Callable[[], Schedule]
) -> Schedule:
    """What an operator makes of a schedule and a number or another schedule."""
    if isinstance(other, (Schedule, int, float, np.integer, np.floating)):
        return make()
    owner = type(schedule).__name__
    if isinstance(other, (str, bytes)):
        raise TypeError(
            f"{owner}: a schedule can't be {verb} text, got {shown(other)}: write the number "
            "without quotes, or float(...) around it"
        )
    if hasattr(other, "dtype"):
        raise TypeError(
            f"{owner}: a schedule can't be {verb} an array, got {shown(other)}: it is a value, "
            f"built of numbers; write schedule(step) {sign} array"
        )
    return NotImplemented  # type: ignore[no-any-return]


def _accept_schedule(value: Any) -> Schedule:
    if not isinstance(value, Schedule):
        raise TypeError
    return value


A_SCHEDULE = Rule("a schedule", _accept_schedule)
