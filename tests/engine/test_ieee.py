"""What an expression is worth where Python's numbers raise: the same as everywhere else."""

from __future__ import annotations

import math

import pytest
from cases import CASES, Case, Tower

import lrsched as lrs
from lrsched._engine.ieee import value_at
from lrsched._engine.ratio import plain
from lrsched._engine.symbols import SYMBOLS


def at(schedule: lrs.Schedule, step: float) -> float:
    held = step if schedule.steps is None else min(step, schedule.steps)
    return value_at(plain(SYMBOLS.inner(schedule, SYMBOLS.step(schedule.steps))), held)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_as_the_written_function(case: Case) -> None:
    for step in (0, 1, 2, 3.5, 7, 29, 30, 1000, 2**24 + 1, 2**40):
        expected = case.schedule(step)
        assert at(case.schedule, step) == pytest.approx(expected, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("schedule", "step", "value"),
    [
        (lrs.ExponentialDecay(1.5), 2**20, math.inf),
        (-lrs.ExponentialDecay(1.5), 2**20, -math.inf),
        (lrs.Take(lrs.ExponentialDecay(1.5), 2**100), 2**99, math.inf),
        (1 / lrs.Take(lrs.ExponentialDecay(1.5), 2**100), 2**99, 0.0),
        (lrs.LinearWarmup(2**100, end=1e300) ** 2, 2**99, math.inf),
        (lrs.Quantize(lrs.ExponentialDecay(1.5)), 2**20, math.inf),
        (lrs.Quantize(lrs.LinearWarmup(2**100, end=1e300)), 2**99, 5e299),
        (lrs.StepDecay(3, gamma=1e30), 10**9, math.inf),
        (Tower(0.5, 2.0), 2**20, 0.0),
        (lrs.LinearGrowth(1.0), 10**400, math.inf),
    ],
    ids=str,
)
def test_beyond_floats(schedule: lrs.Schedule, step: int, value: float) -> None:
    assert at(schedule, step) == pytest.approx(value, rel=1e-14)


def test_a_root_of_what_is_below_0() -> None:
    assert math.isnan(value_at((SYMBOLS.step(None) - 8.0) ** 0.5, 3))
