"""What the translations needed of the algebra: Warp, Staircase, cycles and clocks in fractions."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs

pytestmark = pytest.mark.frameworks

NEW = [
    lrs.Warp(lrs.CosineDecay(10), lrs.PolynomialWarmup(20, power=2, end=10)),
    lrs.Warp(lrs.Cycle(lrs.LinearDecay(1), mirror=True), lrs.LinearWarmup(40, end=3)),
    lrs.Warp(lrs.StepDecay(1), lrs.Cycle(lrs.LinearWarmup(5, end=3))),
    lrs.Warp(lrs.LinearDecay(4), lrs.LinearWarmup(8, start=-2, end=6)),
    lrs.Warp(lrs.Cycle(lrs.CosineDecay(3)), lrs.ExponentialDecay(1e30)),
    lrs.Staircase(lrs.CosineDecay(11), every=4),
    lrs.Staircase(lrs.InverseTimeDecay(1.0), every=7),
    lrs.Cycle(lrs.CosineDecay(10), stretch=1.1),
    lrs.Cycle(lrs.LinearDecay(3), stretch=1.5, gain=0.5, count=4),
    lrs.Cycle(lrs.LinearWarmup(3), stretch=2.25, mirror=True, count=3),
    lrs.Stretch(lrs.Cycle(lrs.CosineDecay(50), count=3), factor=1 / 3),
    lrs.Stretch(lrs.Stretch(lrs.MultiStepDecay([3, 6]), 1 / 9), 300),
    lrs.Stretch(lrs.Cycle(lrs.CosineDecay(4), stretch=1.5), 7),
]


@pytest.mark.parametrize("schedule", NEW, ids=repr)
def test_laws(schedule):
    steps = np.arange(120)
    with np.errstate(all="raise"):
        values = schedule(steps)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert [schedule(t) for t in range(120)] == pytest.approx(values, rel=1e-14, abs=1e-300)
    order = np.random.default_rng(0).permutation(120)
    assert (schedule(steps[order]) == values[order]).all()
    halves = np.arange(0, 60, 0.5)
    assert [schedule(t) for t in halves] == pytest.approx(schedule(halves), rel=1e-13, abs=1e-300)
    if schedule.steps is not None:
        end = schedule(schedule.steps)
        assert [schedule(schedule.steps + k) for k in (0.5, 1, 10, 10**12, 10**400)] == [end] * 5
    assert lrs.parse(repr(schedule)) == schedule == copy.deepcopy(schedule)
    assert pickle.loads(pickle.dumps(schedule)) == schedule
    assert hash(schedule) == hash(lrs.parse(repr(schedule)))


def test_warp_by_hand():
    schedule = lrs.Warp(lrs.LinearDecay(10), lrs.LinearWarmup(4, start=-2, end=14))
    assert schedule.steps == 4
    assert schedule([0, 1, 2, 3, 4]).tolist() == [1.0, 0.8, 0.4, 0.0, 0.0]
    cube = lrs.Warp(lrs.PolynomialWarmup(1, power=3), lrs.LinearDecay(4))
    assert cube([0, 1, 2, 3, 4]).tolist() == [1, 0.75**3, 0.125, 0.25**3, 0]
    assert lrs.Warp(lrs.Constant(2), lrs.LinearWarmup(3)).varies is False
    assert lrs.Warp(lrs.LinearDecay(3), lrs.Constant(1)).varies is False


def test_staircase_by_hand():
    schedule = lrs.Staircase(lrs.LinearDecay(5), every=3)
    assert schedule([0, 2, 2.9, 3, 5, 6, 99]) == pytest.approx([1, 1, 1, 0.4, 0.4, 0, 0])
    assert schedule.steps == 6
    epochs = lrs.Stretch(lrs.Staircase(lrs.LinearDecay(4), every=1), factor=10)
    assert epochs([0, 9, 10, 39, 40]).tolist() == [1, 1, 0.75, 0.25, 0]


def begins(first, stretch, count):
    """Where each cycle begins, exactly, with the stretch as it was typed."""
    ratio = Fraction(str(stretch))
    return [first * sum((ratio**k for k in range(i)), Fraction(0)) for i in range(count)]


@given(
    st.integers(1, 50),
    st.decimals(min_value="1.01", max_value="4", places=2).map(float),
)
def test_a_cycle_begins_where_its_decimals_say(first, stretch):
    saw = lrs.Cycle(lrs.LinearDecay(first), stretch=stretch)
    for i, begin in enumerate(begins(first, stretch, 12)):
        if begin < 2**40:
            step = -(-begin.numerator // begin.denominator)  # the first whole step of cycle i
            length = first * Fraction(str(stretch)) ** i
            assert saw(step) == pytest.approx(float(1 - (step - begin) / length), abs=1e-9)
            assert saw(np.array([step]))[0] == saw(step)


def test_a_mirrored_cycle_of_fractions_ends_where_it_began():
    waves = lrs.Cycle(lrs.LinearWarmup(3), stretch=2.25, mirror=True, count=3)
    assert waves.steps == 50  # 6 + 13.5 + 30.375 is 49.875
    assert waves([0, 3, 6, 49, 50, 60]) == pytest.approx([0, 1, 0, 0.0576132, 0, 0], abs=1e-6)


def test_a_cycle_of_fractions_by_hand():
    saw = lrs.Cycle(lrs.LinearDecay(10), stretch=1.1, count=3)
    assert saw([0, 9, 10, 20, 21, 33]) == pytest.approx([1, 0.1, 1, 1 / 11, 1, 0.1 / 12.1])
    assert saw.steps == 34
    assert saw(34) == saw(10**9) == 0
    assert lrs.Cycle(lrs.LinearDecay(10), stretch=2.0) == lrs.Cycle(lrs.LinearDecay(10), stretch=2)
    assert repr(lrs.Cycle(lrs.LinearDecay(10), stretch=2.0)) == "Cycle(LinearDecay(10), stretch=2)"


@given(st.integers(2, 60), st.integers(1, 60), st.integers(1, 200))
def test_one_over_a_whole_number_is_exact(n, length, step):
    saw = lrs.Cycle(lrs.LinearDecay(length))
    assert lrs.Stretch(saw, factor=1 / n)(step) == saw(step * n)
    assert lrs.Stretch(lrs.Take(saw, length), factor=1 / n).steps == -(-length // n)
    resized = lrs.Stretch(lrs.Stretch(lrs.StepDecay(1), 1 / n), length)
    assert resized(step) == lrs.StepDecay(1)(step * n // length)


@pytest.mark.parametrize(
    ("message", "build"),
    [
        ("Cycle: count must be a positive", lambda: lrs.Cycle(lrs.LinearDecay(1), stretch=0.5)),
        ("Cycle: stretch must be 1, at", lambda: lrs.Cycle(lrs.LinearDecay(1), stretch=1.0001)),
        ("Staircase: every must be a pos", lambda: lrs.Staircase(lrs.LinearDecay(1), 0)),
    ],
)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()


def test_a_clock_is_a_schedule():
    with pytest.raises(TypeError, match="Warp: clock must be a schedule"):
        lrs.Warp(lrs.LinearDecay(1), 3)
