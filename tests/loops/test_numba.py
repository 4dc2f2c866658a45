"""Numba compiles the text of every schedule, and its function has the schedule's values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np
import pytest
from cases import CASES, COMPOSED, Tower

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULES = [case.schedule for case in CASES]


def compiled(schedule: lrs.Schedule) -> Callable[[Any], Any]:
    names: dict[str, Any] = {}
    exec(schedule.source(), names)
    return numba.njit(names["schedule"])  # type: ignore[no-any-return]


def steps(schedule: lrs.Schedule) -> Iterator[int]:
    """Over the run, around each turn of the table, at the end and past it."""
    end = 200 if schedule.steps is None else schedule.steps
    yield from sorted(
        {*range(16), *(end * k // 9 for k in range(10)), *range(max(0, end - 3), end)}
    )
    yield from (end + 1, end + 17, 12_345, 10**6, end + 10**9)


def multiplications(schedule: lrs.Schedule, step: int) -> float:
    """How often a number may have been multiplied by itself: Numba has no power of an integer
    exponent but that, and each product is rounded. Floats have the power of the C library."""
    match schedule:
        case lrs.StepDecay(every=every):
            return step // every
        case Tower():  # of whose powers one is the exponent of the other
            return step * (1 - math.log(schedule(step) or 1))
        case lrs.MultiStepDecay(milestones=milestones):
            return len(milestones)
        case lrs.Cycle(gain=gain, first=first) if gain != 1:
            return step // first if schedule.count is None else schedule.count
    inner = (value for value in vars(schedule).values())
    members = (m for value in inner for m in (value if isinstance(value, tuple) else (value,)))
    return sum(multiplications(m, step) for m in members if isinstance(m, lrs.Schedule))


def assert_near(got: float, schedule: lrs.Schedule, step: float, ulps: float) -> None:
    expected = schedule(step)
    assert type(got) is float
    within = ulps * math.ulp(expected)
    assert got == expected or abs(got - expected) <= within, f"{got} for {expected} at {step}"


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: repr(schedule)[:90])
def test_every_row(schedule: lrs.Schedule) -> None:
    function = compiled(schedule)
    for step in steps(schedule):
        assert_near(function(step), schedule, step, 4 + multiplications(schedule, step))
        for real in (float(step), step + 0.5, step + 1 / 3):
            assert_near(function(real), schedule, real, 4)


def test_in_a_loop_that_numba_compiles() -> None:
    schedule = 3e-4 * lrs.Sequence(
        lrs.LinearWarmup(200), lrs.Cycle(lrs.CosineDecay(300), stretch=2)
    )
    rate = compiled(schedule)

    @numba.njit
    def summed(n: int) -> np.ndarray:
        rates = np.empty(n)
        for step in range(n):
            rates[step] = rate(step)
        return rates

    np.testing.assert_allclose(summed(5000), schedule(range(5000)), rtol=1e-15)


def test_a_few_compositions() -> None:
    for schedule in COMPOSED[::4]:
        function = compiled(schedule)
        for step in (0, 1, 7, 29, 1000):
            assert_near(function(step), schedule, step, 4 + multiplications(schedule, step))
