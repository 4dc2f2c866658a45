"""Schedules of many: one after another, or all on the same step."""

import dataclasses
import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any, ClassVar

from lrsched._core.check import Real, Rule, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import value
from lrsched.shapes.piecewise import Constant


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
        return value if self._finite else xp.a_number(value)

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


_A_MEMBER = Rule("a schedule or a finite number", rule_in(Real).accept)


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
