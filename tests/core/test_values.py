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
