"""Fractions of a run become its steps, every one of them exactly."""

from __future__ import annotations

import doctest
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs
from lrsched.adapters import loops, progress

THE_STEP = lrs.LinearGrowth(1.0)


def test_the_example_is_true() -> None:
    assert doctest.testmod(loops).failed == 0
    assert doctest.testmod(loops).attempted >= 4


@pytest.mark.parametrize("total", [*range(1, 300), 2**20 + 1, 999_983, 10**9 + 7])
def test_every_whole_step_is_met_exactly(total: int) -> None:
    left, done = progress(THE_STEP, total), progress(THE_STEP, total, rising=True)
    steps = {*range(min(total, 300)), total - 1, total, *range(0, total, total // 200 + 1)}
    for k in steps:
        assert left(1 - k / total) == left(1.0 - float(k) / float(total)) == k  # as SB3 has it
        assert done(k / total) == k


@given(st.integers(1, 10**9), st.data())
def test_drawn(total: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, total))
    assert progress(THE_STEP, total)(1 - k / total) == k
    assert progress(THE_STEP, total, rising=True)(k / total) == k


@pytest.mark.parametrize(("batches", "epochs"), [(600, 1), (4115, 3), (100_003, 1)])
def test_a_fraction_that_is_added_up(batches: int, epochs: int) -> None:
    """As fastai has it: a rounding for every batch, and afresh with every epoch."""
    done = progress(THE_STEP, batches * epochs, rising=True)
    for epoch in range(epochs):
        fraction = epoch / epochs
        for k in range(batches):
            assert done(fraction) == epoch * batches + k
            fraction += 1.0 / (batches * epochs)


def test_a_step_that_is_not_whole_stays_so() -> None:
    for total in (3, 1000, 10**6):
        done, left = progress(THE_STEP, total, rising=True), progress(THE_STEP, total)
        assert done(1.5 / total) == pytest.approx(1.5)
        assert left(1 - 1.5 / total) == pytest.approx(1.5)
    assert progress(THE_STEP, 10**12, rising=True)(0.02e-12) == 0.02  # of a rounding too large


def test_between_two_steps_and_beyond_both_ends() -> None:
    left = progress(lrs.LinearDecay(10), 10)
    assert left(0.55) == pytest.approx(0.55)
    assert (left(-0.1), left(-1e9), left(1.1), left(-math.inf)) == (0.0, 0.0, 1.0, 0.0)
    done = progress(lrs.LinearDecay(10), 10, rising=True)
    assert (done(-0.1), done(1.1)) == (1.0, 0.0)
    # Where a value is missing below 0, nothing raises: the progress is clamped first.
    points = progress(lrs.PiecewiseLinear((0, 100), (1.0, 0.0)), 100)
    assert points(-0.28) == 0.0


def test_any_number_is_a_progress() -> None:
    left = progress(lrs.LinearDecay(8), 8)
    assert left(np.float32(0.5)) == left(np.float64(0.5)) == left(np.array(0.5)) == 0.5
    assert left(1) == 1.0
    assert type(left(np.float32(0.5))) is float


def test_it_is_a_value() -> None:
    left = progress(lrs.LinearDecay(8), 8)
    assert pickle.loads(pickle.dumps(left)) == left == progress(lrs.LinearDecay(8), 8)
    assert left != progress(lrs.LinearDecay(8), 8, rising=True)
    assert hash(left) == hash(progress(lrs.LinearDecay(8), 8))


def test_bad_input() -> None:
    left = progress(lrs.LinearDecay(8), 8)
    no_number = "progress: progress must be a number, the fraction of a run, got "
    for bad, said in (
        ("x", no_number + "'x'"),
        (None, no_number + "None"),
        ({"step": 1}, no_number + "{'step': 1}"),
        (math.nan, "progress: progress must be a number, got nan"),
    ):
        with pytest.raises((TypeError, ValueError)) as refused:
            left(bad)
        assert str(refused.value) == said
    with pytest.raises(TypeError, match=r"^progress: schedule must be a schedule, got 0\.1$"):
        progress(0.1, 8)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^progress: total_steps must be a positive integer, "):
        progress(lrs.LinearDecay(8), 0)
