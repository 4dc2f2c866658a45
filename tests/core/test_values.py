"""What a user's class is held to, so that it is a value like any other."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import lrsched as lrs


@dataclass(frozen=True)
class Table(lrs.Schedule):
    """A user's own, with a field that no annotation checks."""

    rates: Any
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.take(self.rates, xp.minimum(t // 1, 1))


def test_a_class_that_is_no_dataclass_is_refused() -> None:
    class Bare(lrs.Schedule):
        steps = None

        def formula(self, t: Any, xp: Any) -> Any:
            return t

    with pytest.raises(TypeError, match=r"^Bare: a schedule must be a frozen dataclass$"):
        Bare()


@pytest.mark.parametrize(
    ("length", "kind"),
    [
        (-1, ValueError),
        (2.5, ValueError),
        (5.0, ValueError),
        (float("nan"), ValueError),
        (True, ValueError),
        ("5", TypeError),
        (2**127 + 1, ValueError),
    ],
)
def test_a_length_is_a_count_wherever_it_comes_from(length: Any, kind: type[Exception]) -> None:
    @dataclass(frozen=True)
    class Counted(lrs.Schedule):
        @property
        def steps(self) -> Any:
            return length

        def formula(self, t: Any, xp: Any) -> Any:
            return 1.0

    with pytest.raises(kind, match=r"^Counted: steps must be (a non-negative integer|at most)"):
        Counted()


def test_what_is_given_is_kept_and_never_aliased() -> None:
    rates = [0.5, 0.25]
    schedule = Table(rates)
    rates[0] = 9.0
    assert schedule.rates == (0.5, 0.25)
    assert [schedule(0), *schedule([0, 1])] == [0.5, 0.5, 0.25]
    nested = [[1, 2], [3]]
    assert Table(nested).rates == ((1, 2), (3,))
    for same in (np.array([0.5, 0.25]), (0.5, 0.25), [np.float64(0.5), 0.25]):
        assert Table(same) == schedule
        assert hash(Table(same)) == hash(schedule)
        assert lrs.parse(repr(Table(same))) == schedule


@pytest.mark.frameworks
def test_an_array_of_another_library_is_no_value() -> None:
    import torch

    with pytest.raises(TypeError, match=r"^Table: rates must be numbers, or a sequence of them: "):
        Table(torch.ones(2))


def test_classes_that_are_defined_again_are_freed() -> None:
    def defined() -> weakref.ref[type]:
        @dataclass(frozen=True)
        class Passing(lrs.Schedule):
            rate: float
            steps = None

            def formula(self, t: Any, xp: Any) -> Any:
                return self.rate * t

        schedule = Passing(0.5)
        assert (schedule(3), schedule([3])[0]) == (1.5, 1.5)
        assert lrs.parse("Passing(0.5)") == schedule
        assert lrs.from_json(lrs.to_json(schedule)) == schedule
        assert schedule.latex() == r"\eta(t) = 0.5 \cdot t"
        return weakref.ref(Passing)

    seen = [defined() for _ in range(3)]
    gc.collect()
    assert [ref() for ref in seen] == [None, None, None]


def test_checks_of_a_class_of_ones_own_do_not_replace_the_rest() -> None:
    @dataclass(frozen=True)
    class Alone(lrs.Schedule):
        rates: Any
        length: int = 3

        def __post_init__(self) -> None:
            assert self.rates

        @property
        def steps(self) -> int:
            return self.length

        def formula(self, t: Any, xp: Any) -> Any:
            return 1.0

    rates = [0.5, 0.25]
    schedule = Alone(rates)
    rates.append(9.0)
    assert schedule.rates == (0.5, 0.25)
    assert hash(schedule) == hash(Alone((0.5, 0.25)))
    with pytest.raises(ValueError, match=r"^Alone: steps must be a non-negative integer or None"):
        Alone((1.0,), length=-1)
    with pytest.raises(ValueError, match=r"^Alone: length must be an integer, got 2.5$"):
        Alone((1.0,), length=2.5)  # type: ignore[arg-type]


def test_an_init_of_ones_own_is_followed_by_the_checks() -> None:
    @dataclass(frozen=True, init=False)
    class Built(lrs.Schedule):
        rates: Any
        steps = None

        def __init__(self, *rates: float) -> None:
            object.__setattr__(self, "rates", list(rates))

        def formula(self, t: Any, xp: Any) -> Any:
            return self.rates[0]

    assert Built(0.5, 2.0).rates == (0.5, 2.0)

    @dataclass(frozen=True, init=False)
    class Longer(Built):
        end: float

        def __init__(self, *rates: float) -> None:
            super().__init__(*rates)
            object.__setattr__(self, "end", rates[-1])

    assert (Longer(0.5, 2.0).rates, Longer(0.5, 2.0).end) == ((0.5, 2.0), 2.0)
    with pytest.raises(ValueError, match=r"^Longer: end must be a finite number, got nan$"):
        Longer(0.5, float("nan"))

    class Empty(lrs.LinearDecay):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match=r"^Empty: steps must be set when it is built, got nothing"):
        Empty()


def test_a_field_of_a_class_that_is_not_decorated_is_no_field() -> None:
    class Lost(lrs.LinearDecay):
        extra: int = 3

    with pytest.raises(TypeError, match=r"^Lost: a schedule must be a frozen dataclass$"):
        Lost(3)

    class Same(lrs.LinearDecay):
        """Nothing of its own to keep."""

    assert Same(3)(1) == lrs.LinearDecay(3)(1)


def endless() -> list[Any]:
    within: list[Any] = []
    within.append(within)
    return within


@pytest.mark.parametrize(
    "given", [{"a": 1}, {1, 2}, bytearray(b"x"), iter([1]), (i for i in [1]), ([{}],), endless()]
)
def test_what_can_change_or_be_used_up_is_no_value(given: Any) -> None:
    with pytest.raises(TypeError, match=r"^Table: rates must be a value that can't change, .* got"):
        Table(given)


def test_what_cannot_be_printed_is_refused_all_the_same() -> None:
    class Loud:
        def __repr__(self) -> str:
            raise RuntimeError

    rule = "LinearDecay: steps must be a non-negative integer, got"
    for given, shown in (
        ([10**5000], "a list that can't be printed"),
        (Loud(), "a Loud that can't be printed"),
        (10**5000, "an integer of 16610 bits"),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            lrs.LinearDecay(given)
        assert str(caught.value) == f"{rule} {shown}"


def twice(schedule: lrs.Schedule, times: int) -> lrs.Schedule:
    """A schedule and itself, again and again."""
    for _ in range(times):
        schedule = lrs.Sequence(schedule, schedule)
    return schedule


def test_one_schedule_in_itself_again_and_again_is_bounded() -> None:
    """Forty lines of a program build it, and no printing of it would ever end."""
    with pytest.raises(ValueError, match=r"^Sequence: schedule must be made of at most 50000 sch"):
        twice(lrs.LinearDecay(3), 40)
    schedule = twice(lrs.LinearDecay(3), 8)
    assert lrs.parse(repr(schedule)) == schedule
    nested: lrs.Schedule = lrs.LinearWarmup(4)
    for _ in range(24):  # what is worked out of the fields does not count
        nested = (1 - nested) ** 2
    assert 0 <= nested(2) <= 1


def test_a_class_without_a_length() -> None:
    @dataclass(frozen=True)
    class Endless(lrs.Schedule):
        slope: float

        def formula(self, t: Any, xp: Any) -> Any:
            return self.slope * t

    with pytest.raises(TypeError, match=r"^Endless: steps must be an int field, or None for an "):
        Endless(2.0)
