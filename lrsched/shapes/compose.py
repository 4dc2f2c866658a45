"""Schedules of many: one after another, or all on the same step."""

import abc
import dataclasses
import functools
import itertools
from typing import Any

from lrsched._core.check import Real, Rule, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import value
from lrsched._engine.text import ATOM, POWER, PRODUCT, SIGN, SUM, Text
from lrsched.shapes.piecewise import Constant
from lrsched.shapes.views import Power


class _Members(Schedule):
    """A schedule whose one field is a tuple of schedules, given one by one."""

    def _take_in(self, members: tuple[Any, ...]) -> None:
        owner, name = type(self).__name__, self._name
        if not members:
            raise refusal(ValueError, owner, name, "at least one schedule", ())
        accepted = tuple(_a_member(m)(owner, f"{name}[{i}]", m) for i, m in enumerate(members))
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


def _a_member(given: Any) -> Rule:
    """The rule for a member, in words that say what to write instead of a list or a number."""
    if isinstance(given, (list, tuple)):
        return Rule("a schedule, not a list of them: Sequence(*phases)", A_SCHEDULE.accept)
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return Rule(f"a schedule, such as Constant({given})", A_SCHEDULE.accept)
    return A_SCHEDULE


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

    @functools.cached_property
    def _finite(self) -> bool:
        """Whether the fold can't meet inf * 0 or inf - inf: one member, and a constant at most."""
        constants = [value for value in map(_constant, self._members) if value is not None]
        return all(constants) and len(constants) <= 1 and len(self._members) - len(constants) <= 1

    def __repr__(self) -> str:
        return self._spelled().text

    @abc.abstractmethod
    def _spelled(self) -> Text:
        """With operators, where Python would read that back as this very object."""

    def _called(self) -> Text:
        texts = (_operand(member).text for member in self._members)
        return Text(f"{type(self).__name__}({', '.join(texts)})", ATOM)


_A_MEMBER = Rule("a schedule or a finite number", rule_in(Real).accept)


@value
class Product(_Fold):
    """All factors on the same step, multiplied: `a * b`, `3e-4 * a`.

    As long as its longest factor; endless constants are not counted, so `3e-4 * LinearWarmup(100)`
    is 100 steps long and can be a phase. Nested products are flattened. A factor of 0 wins over
    one that has grown to inf. `-a` has -1 for its first factor, and `a / b` the factor `b ** -1`,
    which divides.

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

    def __init__(self, *factors: Schedule | float) -> None:
        self._take_in(factors)

    @functools.cached_property
    def negated(self) -> tuple[Schedule, ...]:
        """The other factors, if the first is -1 for a minus sign: `-a`, `b - a`."""
        first, *others = self.factors
        sign = isinstance(first, Constant) and first.value == -1 and first.steps is None
        return tuple(others) if sign and others and divisor(others[0]) is None else ()

    def formula(self, t: Any, xp: Any) -> Any:
        value = self._folded(self.negated or self.factors, t, xp)
        return -value if self.negated else value

    def taken(self, t: Any, xp: Any) -> Any:
        """What a product with a minus sign takes away, at local step t >= 0."""
        return self._folded(self.negated, t if self.steps is None else xp.held(t, self.steps), xp)

    def _folded(self, factors: tuple[Schedule, ...], t: Any, xp: Any) -> Any:
        value = factors[0].held(t, xp)
        for factor in factors[1:]:
            below = divisor(factor)
            if below is None:
                value = value * factor.held(t, xp)
            else:
                value = xp.over(value, below.held(t, xp))
        return value if self._finite else xp.a_number(value)

    def _spelled(self) -> Text:
        others = _quotient(self.negated)
        if others is None:
            joined = _quotient(self.factors) if len(self.factors) > 1 else None
            return joined or self._called()
        if len(self.negated) == 1:
            return Text(f"-{others.within(POWER)}", SIGN)
        if _is_number(self.negated[0]):  # -0.5 * a would begin with a number of its own
            return Text(f"-({others.text})", SIGN)
        return Text(f"-{others.text}", PRODUCT)


@value
class Sum(_Fold):
    """All terms on the same step, added: `a + b`, `0.01 + a`.

    As long as its longest term; endless constants are not counted. Nested sums are flattened.
    `a - b` is `a` plus -1 times `b`; inf - inf reads as 0.

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

    def __init__(self, *terms: Schedule | float) -> None:
        self._take_in(terms)

    def formula(self, t: Any, xp: Any) -> Any:
        value = self.terms[0].held(t, xp)
        for term in self.terms[1:]:
            if isinstance(term, Product) and term.negated:
                value = value - term.taken(t, xp)
            else:
                value = value + term.held(t, xp)
        return value if self._finite else xp.a_number(value)

    def _spelled(self) -> Text:
        first, *others = self.terms
        if not others or (_is_number(first) and _is_number(others[0])):
            return self._called()
        texts = [_operand(first).within(SUM)]
        for term in others:
            less = _subtracted(term)
            texts.append(f"+ {_operand(term).within(PRODUCT)}" if less is None else f"- {less}")
        return Text(" ".join(texts), SUM)


def _subtracted(term: Schedule) -> str | None:
    """What a term takes away, if it is written with a minus."""
    if isinstance(term, Constant):
        return repr(-term.value) if _is_number(term) and term.value < 0 else None
    less = _quotient(term.negated) if isinstance(term, Product) else None
    return None if less is None else less.within(PRODUCT)


def _quotient(factors: tuple[Schedule, ...]) -> Text | None:
    """Factors and divisors, where Python does not take it for one of numbers."""
    if not factors:
        return None
    first, *others = factors
    if _is_number(first) and (not others or _is_number(divisor(others[0]) or others[0])):
        return None
    if not others:
        return _operand(first)
    texts = [_operand(first).within(PRODUCT)]
    for factor in others:
        below = divisor(factor)
        if below is None:
            texts.append(f"* {_operand(factor).within(SIGN)}")
        else:
            texts.append(f"/ {_operand(below, divides=True).within(SIGN)}")
    return Text(" ".join(texts), PRODUCT)


def divisor(factor: Schedule) -> Schedule | None:
    """b, of the factor b ** -1."""
    return factor.schedule if isinstance(factor, Power) and factor.power == -1 else None


def _constant(member: Schedule) -> float | None:
    """The number that a member is, or divides by."""
    member = divisor(member) or member
    return member.value if isinstance(member, Constant) else None


def _is_number(member: Schedule) -> bool:
    return isinstance(member, Constant) and member.steps is None


def _operand(member: Schedule, divides: bool = False) -> Text:
    if isinstance(member, Constant) and _is_number(member) and (member.value or not divides):
        return Text(repr(member.value), SIGN if repr(member.value).startswith("-") else ATOM)
    return member._spelled()
