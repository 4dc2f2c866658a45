"""What schedules and rules are: frozen dataclasses, checked, shown and sent by their fields."""

from __future__ import annotations

import abc
import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

import numpy as np

from lrsched._core.check import Rule, misnamed, refusal, rules_of

T = TypeVar("T")


class Value(abc.ABC):
    """A frozen dataclass whose annotations are its argument checks."""

    noun: ClassVar[str]  # what a message calls one

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # A dataclass writes its own __repr__ unless the class has one already.
        cls.__repr__ = cls.__repr__  # type: ignore[method-assign]
        for method in ("__init__", "__post_init__"):
            own = vars(cls).get(method)
            if own is not None and "noun" not in vars(cls):
                setattr(cls, method, _followed_by_the_checks(cls, own))

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if not hasattr(cls, "__dataclass_fields__"):  # it would be checked nowhere
            raise TypeError(f"{cls.__name__}: a {cls.noun} must be a frozen dataclass")
        if kwargs:
            names = _names(cls)
            if names is not None:
                misnamed(cls.__name__, kwargs, names)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        cls = type(self)
        if not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{cls.__name__}: a {cls.noun} must be a frozen dataclass")
        rules = _rules(cls)
        self.__dict__["_checked"] = True
        for name in cls.__dataclass_fields__:  # type: ignore[attr-defined]
            try:
                given = getattr(self, name)
            except AttributeError:
                must_be = "set when it is built"
                raise TypeError(f"{cls.__name__}: {name} must be {must_be}, got nothing") from None
            rule = rules.get(name)
            kept = _kept(cls, name, given) if rule is None else rule(cls.__name__, name, given)
            if kept is not given:
                object.__setattr__(self, name, kept)
        self.check()
        # Now and not at the first call: torch.compile can trace neither the lock of a cached
        # property (Python 3.11) nor a schedule that changes under it without compiling again.
        for name in _cached(cls):
            getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        # A field is set once, as the object is built.
        fields = getattr(self, "__dataclass_fields__", None)
        if fields is not None and (name in self.__dict__ or name not in fields):
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def check(self) -> None:  # noqa: B027 - most classes have nothing to add
        """Raise what no single field can see wrong; by default, nothing."""

    @classmethod
    def rule_of(cls, hint: Any) -> Rule | None:
        """The rule of a field whose annotation declares none of `check`'s; by default, none."""
        return None

    def __repr__(self) -> str:
        """The shortest text that builds an equal object."""
        first, *_ = (*_fields(self), None)
        given = [
            repr(getattr(self, field.name))
            if field is first and field.default is dataclasses.MISSING
            else f"{field.name}={getattr(self, field.name)!r}"
            for field in _fields(self)
            if getattr(self, field.name) != field.default
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self), *_values(self)))

    def __reduce__(self) -> Any:
        # Fields alone: what was worked out from them stays behind, and they are checked again.
        given = {field.name: getattr(self, field.name) for field in _fields(self)}
        return functools.partial(type(self), **given), ()


def public(thing: T) -> T:
    """Known as `lrsched`'s: a pickle names no room, and outlives the next move."""
    thing.__module__ = "lrsched"
    return thing


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True)` for our own public classes, in a third of the time.

    Comparing, hashing and keeping its fields are inherited, instead of written and compiled for
    each of forty classes whenever the package is imported.
    """
    own_init = "__init__" in vars(cls)
    made = dataclasses.dataclass(eq=False, repr=False, init=not own_init)(cls)
    # It is frozen, and only a class that says so may have a frozen dataclass for a subclass.
    made.__dataclass_params__.frozen = True  # type: ignore[attr-defined]
    return public(made)


def _fields(value: Value) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(value) if field.init]  # type: ignore[arg-type]


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, field.name) for field in dataclasses.fields(value))


def _followed_by_the_checks(cls: type[Value], own: Callable[..., None]) -> Callable[..., None]:
    """An `__init__` or `__post_init__` of a class's own, which need not know of the checks."""

    @functools.wraps(own)
    def call(self: Value, *args: Any, **kwargs: Any) -> None:
        own(self, *args, **kwargs)
        # A class below this one has more to set first, and is followed by the checks itself.
        if type(self) is cls and "_checked" not in self.__dict__:
            kind: type[Value] = next(base for base in cls.__mro__ if "noun" in vars(base))
            kind.__post_init__(self)

    return call


def _kept(cls: type[Value], name: str, value: Any) -> Any:
    """What no rule takes, as it can be compared, hashed and not be changed by anybody else."""
    try:
        return _frozen(cls, name, value)
    except (_ChangesError, RecursionError):  # or a list within itself
        rule = "a value that can't change, such as a number, a string or a sequence of them"
        raise refusal(TypeError, cls.__name__, name, rule, value) from None


class _ChangesError(Exception):
    """Something that can be changed, or used up."""


def _frozen(cls: type[Value], name: str, value: Any) -> Any:
    if isinstance(value, Value):  # whose members have been seen, so nothing is visited twice
        return value
    if isinstance(value, (list, tuple)):
        kept = tuple([_frozen(cls, name, member) for member in value])
        unchanged = type(value) is not list and all(map(operator.is_, kept, value))
        return value if unchanged else kept
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return _frozen(cls, name, value.tolist())
    if hasattr(value, "dtype"):
        rule = "numbers, or a sequence of them: an array of another library is no value"
        raise refusal(TypeError, cls.__name__, name, rule, value)
    if type(value).__hash__ is None or hasattr(value, "__next__"):
        raise _ChangesError
    return value


def _of_class(find: Callable[[type[Value]], T]) -> Callable[[type[Value]], T]:
    """Found once for each class, and kept on it: notebooks define one again and again."""
    key = f"_found_{find.__name__}"

    def found(cls: type[Value]) -> T:
        if key not in cls.__dict__:
            setattr(cls, key, find(cls))
        return cls.__dict__[key]  # type: ignore[no-any-return]

    return found


@_of_class
def _rules(cls: type[Value]) -> dict[str, Rule]:
    own = inspect.get_annotations(cls)
    fields = cls.__dataclass_fields__  # type: ignore[attr-defined]
    if any(name not in fields and "ClassVar" not in str(hint) for name, hint in own.items()):
        # Its decorator was forgotten: what it declares would be kept nowhere.
        raise TypeError(f"{cls.__name__}: a {cls.noun} must be a frozen dataclass")
    rules = rules_of(cls, cls.rule_of)
    return {f.name: rules[f.name] for f in dataclasses.fields(cls) if f.name in rules}  # type: ignore[arg-type]


@_of_class
def _names(cls: type[Value]) -> tuple[str, ...] | None:
    """What may be given by name; None where that is anything."""
    _, *parameters = inspect.signature(cls.__init__).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return tuple(p.name for p in parameters if p.kind is not p.VAR_POSITIONAL)


@_of_class
def _cached(cls: type[Value]) -> tuple[str, ...]:
    members = (member for base in cls.__mro__ for member in vars(base).items())
    found = (name for name, member in members if isinstance(member, functools.cached_property))
    return tuple(dict.fromkeys(found))
