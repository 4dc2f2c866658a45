"""The combinators: schedules made of schedules."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, get_args

from lrsched._check import (
    Count,
    Flag,
    Integer,
    NonNegative,
    Positive,
    PositiveCount,
    Real,
    Rule,
    refusal,
)
from lrsched._cycles import Cycles, cycles
from lrsched._ratio import Ratio, simple_fraction
from lrsched._schedule import A_SCHEDULE, Schedule
from lrsched._value import value
from lrsched.piecewise import Constant


def _lengthening(value: Any) -> float:
    number: float = get_args(Real)[1].accept(value)
    if number != 1 and number < 1.001:  # a table of all cycles would have no end
        raise ValueError
    return int(number) if number.is_integer() else number


Lengthening = Annotated[float, Rule("1 or a number of at least 1.001", _lengthening)]


class _Members(Schedule):
    """A schedule whose one field is a tuple of schedules, given one by one."""

    def _take_in(self, members: tuple[Any, ...]) -> None:
        owner, name = type(self).__name__, self._name
        if not members:
            raise refusal(ValueError, owner, name, "at least one schedule", ())
        accepted = tuple(A_SCHEDULE(owner, f"{name}[{i}]", m) for i, m in enumerate(members))
        object.__setattr__(self, name, accepted)
        self.__post_init__()

    @property
    def _name(self) -> str:
        return dataclasses.fields(self)[0].name  # type: ignore[arg-type]

    @property
    def _members(self) -> tuple[Schedule, ...]:
        return getattr(self, self._name)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._members))})"

    def __reduce__(self) -> Any:
        return type(self), self._members


@value
class Sequence(_Members):
    """Phases back to back, each on its own local step from 0.

    At a boundary the next phase answers. A phase without length takes no step: between two others
    it is never asked, and in the last place it is over at once.

    Formula: phases[i](t - offsets[i]), where offsets are the running sums of the lengths and i is
    the last with offsets[i] <= t.

    Args:
        *phases: schedules; all but the last must be finite.

    Raises:
        TypeError, ValueError: no phases, a phase that is no schedule, an endless one before the
            last.

    Source: `torch.optim.lr_scheduler.SequentialLR`, `optax.join_schedules`.

    >>> import lrsched as lrs
    >>> schedule = lrs.Sequence(lrs.LinearWarmup(2), lrs.Constant(1, steps=3), lrs.LinearDecay(2))
    >>> schedule([0, 1, 2, 3, 4, 5, 6, 7, 8])
    array([0. , 0.5, 1. , 1. , 1. , 1. , 0.5, 0. , 0. ])
    >>> schedule.steps
    7
    """

    phases: tuple[Schedule, ...]

    def __init__(self, *phases: Schedule) -> None:
        self._take_in(phases)

    def check(self) -> None:
        for i, phase in enumerate(self.phases[:-1]):
            if phase.steps is None:
                rule = "finite (only the last phase may be endless; Take makes it finite)"
                raise refusal(ValueError, "Sequence", f"phases[{i}]", rule, phase)

    @functools.cached_property
    def offsets(self) -> tuple[int, ...]:
        """The step at which each phase begins."""
        lengths = (phase.steps or 0 for phase in self.phases[:-1])
        return tuple(itertools.accumulate(lengths, initial=0))

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the sum of the phases'."""
        last = self.phases[-1].steps
        return None if last is None else self.offsets[-1] + last

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.join(t, self)


class _Fold(_Members):
    """Members on the same step, folded with an operator. Numbers among them become constants."""

    _symbol: ClassVar[str]
    _operator: ClassVar[Callable[[Any, Any], Any]]

    def _take_in(self, members: tuple[Any, ...]) -> None:
        flat: list[Any] = []
        for i, member in enumerate(members):
            if isinstance(member, type(self)):  # a * (b * c) is a * b * c
                flat.extend(member._members)
            elif isinstance(member, Schedule):
                flat.append(member)
            else:
                number = _A_MEMBER(type(self).__name__, f"{self._name}[{i}]", member)
                flat.append(Constant(number))
        super()._take_in(tuple(flat))

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the longest of the members', endless constants not counted."""
        lengths = [member.steps for member in self._members if member.varies]
        finite = [length for length in lengths if length is not None]
        return max(finite) if finite and len(finite) == len(lengths) else None

    @functools.cached_property
    def varies(self) -> bool:
        return any(member.varies for member in self._members)

    def formula(self, t: Any, xp: Any) -> Any:
        fold = type(self)._operator
        value = functools.reduce(fold, (member.held(t, xp) for member in self._members))
        return value if self._finite else _number(value, xp)

    @functools.cached_property
    def _finite(self) -> bool:
        """Whether the fold can't meet inf * 0 or inf - inf: one member, and a constant at most."""
        constants = [m.value for m in self._members if isinstance(m, Constant)]
        return all(constants) and len(constants) <= 1 and len(self._members) - len(constants) <= 1

    def __repr__(self) -> str:
        """With the operator, where Python would read that back as this very object."""
        shown = [
            repr(m.value) if isinstance(m, Constant) and m.steps is None else repr(m)
            for m in self._members
        ]
        numbers = [isinstance(m, Constant) and m.steps is None for m in self._members]
        if len(shown) < 2 or (numbers[0] and numbers[1]):
            return f"{type(self).__name__}({', '.join(shown)})"
        if self._symbol == "*":  # binds tighter than the + of a sum among its factors
            # Each member's text is made once: twice would be 2**depth times.
            folds = [isinstance(m, _Fold) for m in self._members]
            shown = [
                f"({text})" if fold and " + " in text else text
                for text, fold in zip(shown, folds, strict=True)
            ]
        return f" {self._symbol} ".join(shown)


_A_MEMBER = Rule("a schedule or a finite number", get_args(Real)[1].accept)


def _number(value: Any, xp: Any) -> Any:
    """inf * 0 and inf - inf have no value of their own: they read as 0."""
    return xp.where(value == value, value, 0.0)


@value
class Product(_Fold):
    """All factors on the same step, multiplied: `a * b`, `3e-4 * a`.

    As long as its longest factor; endless constants are not counted, so `3e-4 * LinearWarmup(100)`
    is 100 steps long and can be a phase. Nested products are flattened. A factor of 0 wins over
    one that has grown to inf.

    Formula: factors[0](t) * factors[1](t) * ...

    Args:
        *factors: schedules or numbers.

    Raises:
        TypeError, ValueError: no factors, or one that is neither schedule nor finite number.

    Source: torch's `ChainedScheduler`.

    >>> import lrsched as lrs
    >>> schedule = 0.5 * lrs.LinearWarmup(2) * lrs.StepDecay(every=3)
    >>> schedule
    0.5 * LinearWarmup(2) * StepDecay(3)
    >>> schedule([0, 1, 2, 3])
    array([0.  , 0.25, 0.5 , 0.05])
    """

    factors: tuple[Schedule, ...]
    _symbol: ClassVar[str] = "*"
    _operator: ClassVar[Callable[[Any, Any], Any]] = operator.mul

    def __init__(self, *factors: Schedule | float) -> None:
        self._take_in(factors)


@value
class Sum(_Fold):
    """All terms on the same step, added: `a + b`, `0.01 + a`.

    As long as its longest term; endless constants are not counted. Nested sums are flattened.

    Formula: terms[0](t) + terms[1](t) + ...

    Args:
        *terms: schedules or numbers.

    Raises:
        TypeError, ValueError: no terms, or one that is neither schedule nor finite number.

    Source: a cycle on top of a floor, as in cyclical learning rates (Smith 2017,
    arXiv:1506.01186).

    >>> import lrsched as lrs
    >>> schedule = 0.1 + lrs.Cycle(lrs.LinearWarmup(2, end=0.4), mirror=True)
    >>> schedule([0, 1, 2, 3, 4])
    array([0.1, 0.3, 0.5, 0.3, 0.1])
    """

    terms: tuple[Schedule, ...]
    _symbol: ClassVar[str] = "+"
    _operator: ClassVar[Callable[[Any, Any], Any]] = operator.add

    def __init__(self, *terms: Schedule | float) -> None:
        self._take_in(terms)


class _Wrapper(Schedule):
    """Another view of one schedule."""

    schedule: Schedule

    @property
    def varies(self) -> bool:
        return self.schedule.varies


@value
class Take(Schedule):
    """The first `steps` steps of a schedule, then its value there: makes an endless one a phase.

    Formula: schedule(min(t, steps)).

    Args:
        schedule: any schedule.
        steps: length in steps.

    Raises:
        TypeError, ValueError: schedule is none, or steps no count.

    Source: `itertools.islice`, for schedules.

    >>> import lrsched as lrs
    >>> schedule = lrs.Sequence(lrs.Take(lrs.StepDecay(every=2), steps=5), lrs.LinearDecay(2))
    >>> schedule([0, 2, 4, 5, 6, 7])
    array([1.  , 0.1 , 0.01, 1.  , 0.5 , 0.  ])
    """

    schedule: Schedule
    steps: Count

    def formula(self, t: Any, xp: Any) -> Any:
        return self.schedule.held(t, xp)


@value
class Shift(_Wrapper):
    """A schedule seen some steps later; with a negative offset it starts late.

    Formula: schedule(max(0, t + offset)).

    Args:
        schedule: any schedule.
        offset: steps that are skipped, or, when negative, steps for which its first value waits.

    Raises:
        TypeError, ValueError: schedule is none, or offset no integer.

    Source: `last_epoch` of torch's schedulers, as a value.

    >>> import lrsched as lrs
    >>> lrs.Shift(lrs.LinearDecay(4), offset=2)([0, 1, 2])
    array([0.5 , 0.25, 0.  ])
    >>> lrs.Shift(lrs.LinearDecay(4), offset=-2)([0, 2, 4, 6])
    array([1. , 1. , 0.5, 0. ])
    """

    schedule: Schedule
    offset: Integer

    @property
    def steps(self) -> int | None:
        """Length in steps: what the offset leaves."""
        length = self.schedule.steps
        return None if length is None else max(0, length - self.offset)

    def formula(self, t: Any, xp: Any) -> Any:
        seen = t + self.offset
        return self.schedule.held(seen if self.offset >= 0 else xp.maximum(seen, 0), xp)


@value
class Stretch(_Wrapper):
    """A schedule on a slower clock: written in epochs, stretched by the steps of an epoch.

    Formula: schedule(t / factor).

    Args:
        schedule: any schedule.
        factor: steps of this clock to one of the schedule's; positive. A whole factor, one over a
            whole number and a simple fraction are exact at every step, any other is as exact as
            the quotient t / factor.

    Raises:
        TypeError, ValueError: schedule is none, or factor no positive finite number.

    Source: epoch-wise schedules, as in `torch.optim.lr_scheduler`.

    >>> import lrsched as lrs
    >>> epochs = lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(85))
    >>> schedule = lrs.Stretch(epochs, factor=1000)
    >>> schedule(2500), schedule(5000), schedule(90_000)
    (0.5, 1.0, 0.0)
    >>> schedule.steps
    90000
    >>> lrs.Stretch(lrs.Cycle(lrs.LinearDecay(100), count=3), factor=1/3)([0, 33, 34, 100])
    array([1.  , 0.01, 0.98, 0.  ])
    """

    schedule: Schedule
    factor: Positive

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the first at which the schedule has reached its end."""
        length = self.schedule.steps
        if length is None:
            return None
        if (fraction := simple_fraction(self.factor)) is not None:
            n, d = fraction
            return -(-length * n // d)
        steps = math.ceil(length * self.factor)
        return steps - 1 if steps and (steps - 1) / self.factor >= length else steps

    def formula(self, t: Any, xp: Any) -> Any:
        whole = self.factor.is_integer()
        seen = Ratio.of(t, int(self.factor)) if whole else xp.quotient(t, self.factor)
        return self.schedule.held(seen, xp)


@value
class Staircase(_Wrapper):
    """A schedule that moves only once in every `every` steps: epoch-wise, on a clock of updates.

    Formula: schedule(floor(t / every) * every).

    Args:
        schedule: any schedule.
        every: steps from one change to the next.

    Raises:
        TypeError, ValueError: schedule is none, or every no positive count.

    Source: `staircase=True` of Keras' and optax' decays.

    >>> import lrsched as lrs
    >>> lrs.Staircase(lrs.LinearDecay(4), every=2)([0, 1, 2, 3, 4])
    array([1. , 1. , 0.5, 0.5, 0. ])
    """

    schedule: Schedule
    every: PositiveCount

    @property
    def steps(self) -> int | None:
        """Length in steps: the first stair on which the schedule has reached its end."""
        length = self.schedule.steps
        return None if length is None else -(-length // self.every) * self.every

    def formula(self, t: Any, xp: Any) -> Any:
        return self.schedule.held(t // self.every * self.every, xp)


@value
class Warp(Schedule):
    """A schedule read at the steps that another schedule, its clock, gives.

    `Warp(s, LinearWarmup(n, end=x))` plays x steps of `s` in n, and
    `Warp(PolynomialWarmup(1, power=p), s)` is `s` to the power of p.

    Formula: schedule(max(0, clock(t))); as exact as the clock's values, which are rounded.

    Args:
        schedule: any schedule.
        clock: a schedule whose values are steps of the first; below 0 they read as 0.

    Raises:
        TypeError: one of them is no schedule.

    Source: time warping, as of audio and animation; timm's k-decay (Zhang & Li 2020,
    arXiv:2004.05909) is a clock that is a power curve.

    >>> import lrsched as lrs
    >>> lrs.Warp(lrs.LinearDecay(4), lrs.PolynomialWarmup(4, power=2, end=4))([0, 1, 2, 3, 4])
    array([1.    , 0.9375, 0.75  , 0.4375, 0.    ])
    """

    schedule: Schedule
    clock: Schedule

    @property
    def steps(self) -> int | None:
        """Length in steps: the clock's."""
        return self.clock.steps

    @property
    def varies(self) -> bool:
        return self.schedule.varies and self.clock.varies

    def formula(self, t: Any, xp: Any) -> Any:
        seen = xp.maximum(self.clock.held(t, xp), 0.0)
        # No clock runs to infinity, where a cycle would have no place.
        return self.schedule.held(xp.minimum(seen, _FAR), xp)


@value
class Cycle(Schedule):
    """A finite schedule over and over.

    `Cycle(CosineDecay(T))` is SGDR, with `stretch=2` its T_mult;
    `Cycle(LinearWarmup(n), mirror=True)` is the triangle of cyclical learning rates, with
    `gain=0.5` "triangular2".

    Formula: gain**i * schedule(u / stretch**i), where cycle i begins at step b_i, is
    stretch**i * schedule.steps long (twice that with `mirror`), and u = t - b_i; with `mirror`,
    u runs back to 0 in the second half. At a boundary the next cycle answers.

    Args:
        schedule: a finite schedule of at least one step.
        mirror: play each cycle forth and back.
        stretch: 1, or a number of at least 1.001; each cycle is this many times as long as the one
            before. One that is not whole is taken as its decimals say; its cycles begin on the
            first whole step after the one before has ended.
        gain: non-negative; each cycle is this many times as high as the one before.
        count: number of cycles, after which the last value holds; None for no end.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983); Smith 2017 (arXiv:1506.01186).

    >>> import lrsched as lrs
    >>> lrs.Cycle(lrs.LinearDecay(2), stretch=2)([0, 1, 2, 3, 4, 5, 6])
    array([1.  , 0.5 , 1.  , 0.75, 0.5 , 0.25, 1.  ])
    >>> lrs.Cycle(lrs.LinearWarmup(2), mirror=True, gain=0.5, count=2)([0, 2, 4, 6, 8, 9])
    array([0. , 1. , 0. , 0.5, 0. , 0. ])
    """

    schedule: Schedule
    mirror: Flag = False
    stretch: Lengthening = 1
    gain: NonNegative = 1.0
    count: PositiveCount | None = None

    def check(self) -> None:
        if not self.schedule.steps:
            rule = "finite and at least one step long"
            raise refusal(ValueError, "Cycle", "schedule", rule, self.schedule)

    @property
    def first(self) -> int:
        """Length of the first cycle in steps."""
        return (self.schedule.steps or 0) * (2 if self.mirror else 1)

    @functools.cached_property
    def table(self) -> Cycles | None:
        """Where lengthening cycles begin; None where all are as long as the first."""
        return None if self.stretch == 1 else cycles(self.first, self.stretch, self.count)

    @property
    def steps(self) -> int | None:
        """Length in steps: the sum of the cycles', rounded up to a whole step."""
        if self.count is None:
            return None
        return self.first * self.count if self.table is None else self.table.steps

    def formula(self, t: Any, xp: Any) -> Any:
        factor: Any = 1
        if self.table is None:
            # Not t - i * first: of steps beyond 2**53 that difference of floats leaves nothing.
            i, u = t // self.first, t % self.first
            if self.count is not None:  # the very end belongs to the last cycle
                last = xp.minimum(i, self.count - 1)
                i, u = last, u + (i - last) * self.first
        else:
            begins, factors, ahead, _ = self.table
            i = xp.count(begins[1:], t)
            u, factor = t - xp.take(begins, i), xp.take(factors, i)
            if ahead is not None:
                u = u + xp.take(ahead, i)
            u = xp.minimum(u, self.first * factor)  # where the table ends, the last cycle holds
        if self.mirror:
            u = xp.minimum(u, self.first * factor - u)
        local = u if self.table is None else Ratio.of(u, factor)
        value = self.schedule.formula(local, xp)
        return value if self.gain == 1 else _number(value * self.gain**i, xp)


# No clock gets here; within the range of float32.
_FAR = 2.0**100


@value
class Clip(_Wrapper):
    """A schedule kept between two bounds.

    Formula: min(max(schedule(t), lower), upper).

    Args:
        schedule: any schedule.
        lower: lower bound, or None.
        upper: upper bound, or None; not below `lower`.

    Raises:
        TypeError, ValueError: schedule is none, a bound no finite number, lower above upper.

    Source: `numpy.clip`; the floor of many training recipes.

    >>> import lrsched as lrs
    >>> lrs.Clip(lrs.ExponentialDecay(0.5), lower=0.1)([0, 1, 3, 4, 5])
    array([1.   , 0.5  , 0.125, 0.1  , 0.1  ])
    """

    schedule: Schedule
    lower: Real | None = None
    upper: Real | None = None

    def check(self) -> None:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            rule = f"at most upper={self.upper}"
            raise refusal(ValueError, "Clip", "lower", rule, self.lower)

    @property
    def steps(self) -> int | None:
        """Length in steps: the schedule's."""
        return self.schedule.steps

    def formula(self, t: Any, xp: Any) -> Any:
        value = self.schedule.held(t, xp)
        value = value if self.lower is None else xp.maximum(value, self.lower)
        return value if self.upper is None else xp.minimum(value, self.upper)
