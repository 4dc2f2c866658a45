"""Argument checks, declared as annotations; one message format.

A field's annotation says what it accepts (`steps: Count`), and `rules_of` turns the
annotations of a class, or of a preset's signature, into a table of rules. No class spells out a
check of its own that a type here can say.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from lrsched._engine.errors import cut as cut
from lrsched._engine.errors import nearest as nearest
from lrsched._engine.errors import refusal as refusal
from lrsched._engine.errors import shown as shown

P = ParamSpec("P")
R = TypeVar("R")


# No clock of any kind gets further; what is added and multiplied of these stays within floats.
MOST, MOST_SHOWN = 2**127, "2**127"


class BeyondError(ValueError):
    """A count beyond any clock."""


class Rule:
    """What a parameter must be, in words, and the function that takes it or raises."""

    def __init__(self, must_be: str, accept: Callable[[Any], Any]) -> None:
        self.must_be = must_be
        self.accept = accept

    def __call__(self, owner: str, name: str, value: Any) -> Any:
        try:
            return self.accept(value)
        except BeyondError:
            rule = f"{self.must_be}, of at most {MOST_SHOWN}"
            raise refusal(ValueError, owner, name, rule, value) from None
        except (TypeError, ValueError) as error:
            raise refusal(type(error), owner, name, self.must_be, value) from None
        except OverflowError:  # an integer beyond floats
            raise refusal(ValueError, owner, name, self.must_be, value) from None


def _real(value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError
    try:
        number = float(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(value: Any) -> int:
    number = _real(value)  # no step count, and no power of one, lies beyond the range of floats
    if not isinstance(value, (int, np.integer)) and number != math.floor(number):
        raise ValueError
    whole = int(value)
    if abs(whole) > MOST:
        raise BeyondError
    return whole


def _flag(value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError
    return bool(value)


def _that(accept: Callable[[Any], R], holds: Callable[[R], bool]) -> Callable[[Any], R]:
    def accept_that(value: Any) -> R:
        accepted = accept(value)
        if not holds(accepted):
            raise ValueError
        return accepted

    return accept_that


def _each(accept: Callable[[Any], R]) -> Callable[[Any], tuple[R, ...]]:
    def accept_each(values: Any) -> tuple[R, ...]:
        # A set has no order, a dict is keyed by something else, a string is a mistake.
        if isinstance(values, (str, bytes, dict, set, frozenset)) or not isinstance(
            values, (Iterable, np.ndarray)
        ):
            raise TypeError
        if isinstance(values, np.ndarray) and values.ndim != 1:
            raise ValueError
        return tuple(accept(value) for value in values)

    return accept_each


def _increasing(values: tuple[int, ...]) -> bool:
    return all(a < b for a, b in itertools.pairwise((-1, *values)))


def number_that(must_be: str, holds: Callable[[float], bool]) -> Rule:
    """The rule for a finite number within bounds."""
    return Rule(must_be, _that(_real, holds))


def integer_that(must_be: str, holds: Callable[[int], bool]) -> Rule:
    """The rule for an integer within bounds."""
    return Rule(must_be, _that(_integer, holds))


Count = Annotated[int, integer_that("a non-negative integer", lambda n: n >= 0)]
PositiveCount = Annotated[int, integer_that("a positive integer", lambda n: n > 0)]
Integer = Annotated[int, Rule("an integer", _integer)]
Real = Annotated[float, Rule("a finite number", _real)]
Positive = Annotated[float, number_that("a positive finite number", lambda x: x > 0)]
NonNegative = Annotated[float, number_that("a non-negative finite number", lambda x: x >= 0)]
Nonzero = Annotated[float, number_that("a nonzero finite number", lambda x: x != 0)]
Fraction = Annotated[float, number_that("a number from 0 to 1", lambda x: 0 <= x <= 1)]
ProperFraction = Annotated[float, number_that("a number from 0 to below 1", lambda x: 0 <= x < 1)]
OpenFraction = Annotated[float, number_that("a number above 0 and below 1", lambda x: 0 < x < 1)]
Flag = Annotated[bool, Rule("True or False", _flag)]
# Any sequence may be given; a tuple is what is kept.
Steps = Annotated[
    Sequence[int],
    Rule("strictly increasing non-negative integers", _that(_each(_integer), _increasing)),
]
Numbers = Annotated[Sequence[float], Rule("a sequence of finite numbers", _each(_real))]


def rule_in(annotation: Any) -> Rule:
    """The rule that one of these annotations declares, for a value that is no field."""
    rule: Rule = get_args(annotation)[1]
    return rule


# What a user's own schedule means by a plain annotation.
_PLAIN = {int: rule_in(Integer), float: rule_in(Real), bool: rule_in(Flag)}
_LENGTH = rule_in(Count)


def _rule_of(name: str, hint: Any) -> Rule | None:
    """The rule in an annotation: `Annotated[...]`, words, a plain number type, or `X | None`."""
    if get_origin(hint) is Annotated:
        return next((extra for extra in get_args(hint)[1:] if isinstance(extra, Rule)), None)
    if get_origin(hint) is Literal:
        return one_of(*get_args(hint))
    if hint is int and name == "steps":
        return _LENGTH
    if isinstance(hint, type):
        return _PLAIN.get(hint)
    if type(None) in get_args(hint):
        inner = [rule for rule in (_rule_of(name, member) for member in get_args(hint)) if rule]
        if len(inner) == 1:
            return _or_none(inner[0])
    return None


def one_of(*words: str) -> Rule:
    """The rule for a parameter that is one of a few words."""

    def accept(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        if value not in words:
            raise ValueError
        return words[words.index(value)]  # a member of an enum of strings becomes the string

    return Rule("one of " + ", ".join(map(repr, words)), accept)


def _or_none(rule: Rule) -> Rule:
    return Rule(
        f"{rule.must_be} or None", lambda value: None if value is None else rule.accept(value)
    )


def rules_of(
    annotated: Any, otherwise: Callable[[Any], Rule | None] = lambda hint: None
) -> dict[str, Rule]:
    """The rules that annotations declare; `otherwise` is asked about one that declares none."""
    try:
        hints = get_type_hints(annotated, include_extras=True)
    except (NameError, TypeError):
        # A user's annotation that only a type checker can resolve: nothing to check by.
        return {}
    found = {name: _rule_of(name, hint) or otherwise(hint) for name, hint in hints.items()}
    return {name: rule for name, rule in found.items() if rule is not None}


# What other libraries call the parameters that are ours by another name.
_ELSEWHERE = {
    "peak": "lr learning_rate base_lr init_lr max_lr peak_lr peak_value",
    "start": "lr learning_rate base_lr init_lr init_value start_factor initial_learning_rate",
    "end": "min_lr eta_min lr_min final_lr end_lr lr_end end_value end_factor end_learning_rate",
    "warmup_fraction": "warmup_ratio warmup_proportion pct_start",
    "warmup_steps": "num_warmup_steps warmup_iters warmup_epochs warmup_t warmup",
    "decay_fraction": "decay_ratio",
    "decay_steps": "num_decay_steps",
    "total_steps": "num_training_steps max_steps total_iters T_max num_steps t_initial epochs",
    "steps": "num_training_steps total_steps total_iters T_max decay_steps t_initial step_size "
    "warmup_steps num_warmup_steps warmup_iters",
    "every": "step_size decay_t transition_steps",
    "gamma": "decay_rate factor",
    "boundaries": "milestones decay_epochs",
}


def misnamed(owner: str, given: Iterable[str], names: Sequence[str]) -> None:
    """Refuse a keyword that is none of a function's or class's, with the one that was meant."""
    for name in given:
        if name not in names:
            meant = next((n for n in names if name in _ELSEWHERE.get(n, "").split()), None)
            meant = meant or nearest(name, names)
            hint = f": did you mean {meant!r}?" if meant else ""
            said = f"got an unexpected keyword argument {cut(repr(name))}"
            raise TypeError(f"{owner}: {said}{hint}")


# What `refusal` says, and what `checked` makes of Python's words about arguments.
_COMPLAINT = re.compile(
    r"(\w+): (((\w+)\S*) must be .*, got .*|(?:got|missing|multiple|too many) .*)", re.DOTALL
)


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose arguments are checked, and normalised, by its own annotations.

    What it builds may refuse them too, by its own name and in parameters of its own; the complaint
    is then put in the names that were typed.
    """
    # At the first call: `import lrsched` need not wait for it.
    signature = functools.cache(lambda: inspect.signature(function))
    rules = functools.cache(lambda: rules_of(function))
    owner = function.__name__

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature().bind(*args, **kwargs)
        except TypeError as error:  # Python's own words lack the name
            if not any(p.kind is p.VAR_KEYWORD for p in signature().parameters.values()):
                misnamed(owner, kwargs, list(signature().parameters))
            raise TypeError(f"{owner}: {cut(str(error))}") from None
        for name, rule in rules().items():
            if name in bound.arguments:
                bound.arguments[name] = rule(owner, name, bound.arguments[name])
        try:
            return function(*bound.args, **bound.kwargs)
        except (TypeError, ValueError) as error:
            said = _COMPLAINT.fullmatch(str(error))
            if said is None or said[4] == "step" or not bound.arguments:
                raise  # of a step: not built, but called
            if said[1] == owner and said[4] in (None, *signature().parameters):
                raise
            raise _as_typed(owner, [*_typed(bound)], error, said[2], said[3]) from error

    return call


def _typed(bound: inspect.BoundArguments) -> Iterator[tuple[str, str, Any]]:
    """What was typed, piece by piece: what to call it, its own name, and its value."""
    for name, value in bound.arguments.items():
        if bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            yield from ((key, key, given) for key, given in value.items())
        else:
            yield from _pieces(name, name, value)


def _pieces(label: str, name: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """A value, and in it the keywords for another function, in one mapping or in several."""
    yield label, name, value
    if isinstance(value, Mapping):
        for key, given in value.items():
            yield f"{label}[{key!r}]", str(key), given
    elif isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            if isinstance(part, Mapping):
                yield from _pieces(f"{label}[{i}]", name, part)


def _as_typed(
    owner: str,
    given: list[tuple[str, str, Any]],
    error: Exception,
    complaint: str,
    name: str | None,
) -> Exception:
    """The complaint of something that a function builds, as one about what it was given."""
    kind = type(error)
    if name is None:
        return kind(f"{owner}: {complaint}")
    refused = [complaint.endswith(f", got {shown(value)}") for _, _, value in given]
    for (label, own, _), is_it in zip(given, refused, strict=True):
        if own == name and is_it:
            return kind(f"{owner}: {label}{complaint.removeprefix(name)}")
    # It may go by another name inside. What was worked out from what was given is too much of
    # something: most likely of what lies furthest from 1.
    weights = [
        (is_it, _magnitude(value)) for (_, _, value), is_it in zip(given, refused, strict=True)
    ]
    label, _, value = given[weights.index(max(weights))]
    return refusal(kind, owner, label, f"a value that works out ({error})", value)


def _magnitude(value: Any) -> float:
    """How many digits a number is away from 1; the furthest of several."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        return max(map(_magnitude, value), default=0.0)
    if isinstance(value, (int, float)) and value:
        return abs(math.log10(abs(value)))
    return 0.0
