"""The points of a curve: of the schedule, on both sides of every jump, and none too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import CASES
from hypothesis import given, settings
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.ask.describe import horizon, phases
from lrsched.show.curve import curve, ends

COLUMNS = 100


@settings(max_examples=60, deadline=None)
@given(SCHEDULES)
def test_the_points_are_the_schedules_own_and_a_few_in_each_column(schedule: lrs.Schedule) -> None:
    steps = horizon(schedule)
    assert 0 < steps <= 2**52
    at, values = curve(schedule, steps, COLUMNS)
    assert (at[0], at[-1]) == (0, steps)
    assert (np.diff(at) > 0).all()
    assert (values == schedule(at)).all()
    many = np.bincount((at / steps * COLUMNS).astype(int).clip(0, COLUMNS - 1), minlength=COLUMNS)
    assert many.min() >= 1


@pytest.mark.parametrize("schedule", [case.schedule for case in CASES], ids=repr)
def test_a_phase_begins_at_a_point_and_so_does_each_of_a_few_steps(schedule: lrs.Schedule) -> None:
    steps = horizon(schedule)
    at = set(curve(schedule, steps, 1000).at.tolist())
    few = [part.start for part in phases(schedule) if part.start <= steps]
    assert set(few[:20]) <= at


@dataclass(frozen=True)
class Broken(lrs.Schedule):
    """A user's own, of whose jumps nothing is known."""

    at: float
    steps: int

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.where(t < self.at, 1.0, 0.25)


@pytest.mark.parametrize(
    ("schedule", "at", "sides"),
    [
        (lrs.StepDecay(30, gamma=0.5), 30, (1, 0.5)),
        (lrs.Sequence(lrs.LinearWarmup(50), lrs.Constant(0.2, steps=50)), 50, (1, 0.2)),
        (lrs.Cycle(lrs.LinearDecay(40, end=0.5)), 80, (0.5, 1)),
        (lrs.Stretch(lrs.StepDecay(1, gamma=0.5), 33.25), 33.25, (1, 0.5)),
        (lrs.Shift(lrs.StepDecay(30, gamma=0.5), 2**40 * 30 - 7), 7, None),
        (lrs.Quantize(lrs.LinearDecay(100), 0.5), 25, (1, 0.5)),
        (lrs.Warp(lrs.StepDecay(30, gamma=0.5), lrs.LinearGrowth(2.0)), 15, (1, 0.5)),
        (Broken(41.5, 100), 41.5, (1, 0.25)),
        (0.5 * Broken(41.5, 100), 41.5, (0.5, 0.125)),
    ],
    ids=repr,
)
def test_a_jump_is_upright(schedule: lrs.Schedule, at: float, sides: Any) -> None:
    for columns in (17, 200):
        drawn = curve(schedule, 100, columns)
        near = np.flatnonzero(abs(drawn.at - at) < 1e-6)
        if sides is None:
            assert len(near) > 1
            continue
        assert tuple(drawn.values[near[[0, -1]]]) == pytest.approx(sides, abs=1e-7)
        slopes = abs(np.diff(drawn.values) / np.diff(drawn.at))
        assert slopes.max() > 1e5
        assert np.sort(slopes)[: -4 * columns // 17 - 4].max() < 0.1


@pytest.mark.parametrize("length", [7, 8, 1000, 4096])
@pytest.mark.parametrize("mirror", [False, True])
def test_cycles_shorter_than_a_column_fill_it(length: int, mirror: bool) -> None:
    schedule = lrs.Cycle(lrs.CosineDecay(length), mirror=mirror) * lrs.LinearDecay(2**30)
    at, values = curve(schedule, 2**30, COLUMNS)
    assert len(at) < 5 * COLUMNS
    column = (at / 2**30 * COLUMNS).astype(int).clip(0, COLUMNS - 1)
    for i in range(COLUMNS - 1):
        here = values[column == i]
        assert here.min() < 1e-3
        assert here.max() == pytest.approx(1 - i / COLUMNS, abs=2 / COLUMNS)


@dataclass(frozen=True)
class Wave(lrs.Schedule):
    """A user's own that goes up and down, without saying so."""

    period: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return 1 + xp.sin(2 * xp.pi * t / self.period)


@pytest.mark.parametrize("period", [10, 16, 1024])
def test_waves_shorter_than_a_column_are_no_slow_wave(period: int) -> None:
    at, values = curve(Wave(period), 2**20, COLUMNS)
    column = (at / 2**20 * COLUMNS).astype(int).clip(0, COLUMNS - 1)
    spans = [np.ptp(values[column == i]) for i in range(COLUMNS)]
    assert min(spans) > 0.8


def test_a_spike_of_one_step_in_a_thousand_million_is_seen() -> None:
    spike = lrs.Sequence(
        lrs.Constant(1, steps=123_456_789), lrs.Constant(5, steps=1), lrs.Constant(1)
    )
    assert curve(spike, 10**9, COLUMNS).values.max() == 5


def test_words_for_the_ends() -> None:
    assert ends(np.array([1e-9, 0.5, 1])) == (0, 1)
    assert ends(np.array([-2, -1e-9])) == (-2, 0)
    assert ends(np.array([1e-9, 2e-9])) == (1e-9, 2e-9)
    assert ends(np.zeros(3)) == (0, 0)
