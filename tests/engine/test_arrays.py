"""The contract on arrays of other libraries: every row of cases.py on each of them.

A run that includes these tests promises every library here: one that is missing is a failure.
`pytest -m "not frameworks"` promises none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from libraries import Library, assert_right, library_of, whole_steps

import lrsched as lrs

pytestmark = pytest.mark.frameworks

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(
    params=["torch", "jax", "tensorflow", "mlx", "dask", "array-api-strict"], scope="module"
)
def library(request: pytest.FixtureRequest) -> Library:
    return library_of(request.param)


@EVERY_ROW
def test_values_shape_dtype(case: Case, library: Library) -> None:
    steps = whole_steps(case.schedule, library.most)
    got = library(case.schedule, steps)
    assert_right(case, steps, got, library)
    square = steps.reshape(4, 12)
    assert_right(case, square, library(case.schedule, square), library)
    assert library(case.schedule, steps).tolist() == got.tolist()  # law 1


@EVERY_ROW
def test_no_dimension_and_no_element(case: Case, library: Library) -> None:
    for step in (0, 3, 20):
        got = library(case.schedule, np.array(step, dtype=np.int32))
        assert_right(case, step, got, library)
    library(case.schedule, np.zeros((0, 3), dtype=np.int32))


@EVERY_ROW
def test_every_number_of_a_step(case: Case, library: Library) -> None:
    steps = np.array([0, 1, 3, 23, 100])
    for dtype in ("int8", "uint8", "int16", "float32"):
        assert_right(case, steps, library(case.schedule, steps.astype(dtype)), library)


@EVERY_ROW
def test_below_0_reads_as_0(case: Case, library: Library) -> None:
    if library.name == "dask":  # its chunks are looked at, by NumPy's rule
        with pytest.raises(ValueError, match="step must be a finite number >= 0, got -3"):
            library(case.schedule, [-3, 5])
        return
    at_0 = library(case.schedule, np.array([0, 0, 5], dtype=np.int32)).tolist()
    assert library(case.schedule, np.array([-3, -(2**31), 5], dtype=np.int32)).tolist() == at_0
    floats = library(case.schedule, np.array([-3.5, -1e30, 5], dtype=np.float32))
    assert floats[:2].tolist() == library(case.schedule, np.zeros(2, np.float32)).tolist()


@EVERY_ROW
def test_holds_past_the_end(case: Case, library: Library) -> None:
    if case.schedule.steps is None or case.schedule.steps > library.most:
        return
    past = [min(case.schedule.steps + k, library.most) for k in (0, 1, 17, 2**20, 2**31)]
    values = library(case.schedule, np.array(past, whole_steps(case.schedule, library.most).dtype))
    assert len(set(values.tolist())) == 1


@EVERY_ROW
def test_whole_steps_stay_whole(case: Case, library: Library) -> None:
    """An offset beyond the digits of float32 changes nothing."""
    offset = 2**24 + 1
    later = lrs.Sequence(lrs.Constant(0.5, steps=offset), case.schedule)
    steps = np.arange(24, dtype=np.int32)
    assert_right(case, steps, library(later, steps + offset), library)
    epochs = lrs.Stretch(case.schedule, factor=2**20)
    assert_right(case, steps, library(epochs, steps * 2**20), library)


def test_lengths_beyond_the_library_s_integers(library: Library) -> None:
    """JAX counts to 2**31 by default; schedules may be longer."""
    steps = np.array([0, 5, 2**24 + 1, 2**31 - 2, 2**31 - 1], dtype=np.int32)
    for schedule in (
        lrs.LinearDecay(2**31 + 5),
        lrs.CosineDecay(2**33 + 7),
        lrs.Sequence(lrs.LinearWarmup(2**31 - 3), lrs.LinearDecay(2**33)),
        lrs.Sequence(lrs.Constant(1, steps=2**40), lrs.LinearDecay(2**33)),
        lrs.PiecewiseConstant([3, 2**31 - 1, 2**70], [1, 2, 3, 4]),
        lrs.PiecewiseLinear([3, 2**24, 2**33], [0, 1, 0]),
        lrs.StepDecay(2**33),
        lrs.StepDecay(2**31 - 1),
        lrs.Cycle(lrs.LinearDecay(2**30), stretch=4),
        lrs.Cycle(lrs.CosineDecay(2**32), mirror=True),
        lrs.Cycle(lrs.LinearDecay(10), stretch=2**40),
        lrs.Shift(lrs.LinearDecay(2**31 + 2**20), offset=2**20),
        lrs.Shift(lrs.LinearDecay(2**31), offset=-(2**30)),
        lrs.Shift(lrs.ExponentialDecay(0.5, every=2**30), offset=2**20),
        lrs.Stretch(lrs.LinearDecay(2**20), factor=2**12),
        lrs.Stretch(lrs.LinearDecay(2**20), factor=2047.5),
        lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(5), lrs.LinearDecay(2**40)), factor=7),
        lrs.InverseSqrtDecay(2**31 + 1),
        lrs.Noam(512, warmup_steps=2**32),
        lrs.LinearWarmup(2**40, end=1e30) * lrs.ExponentialDecay(0.5, every=2**35),
    ):
        if isinstance(schedule, lrs.Shift) and library.most < 2**31 and schedule.offset > 0:
            held = steps.astype(np.int64).clip(max=2**31 - 1 - schedule.offset)
            got, expected = library(schedule, steps)[:3], schedule(held)[:3]
        else:
            got, expected = library(schedule, steps), schedule(steps)
        np.testing.assert_allclose(got, expected, rtol=4e-6, err_msg=repr(schedule))
        as_floats = library(schedule, steps[:3].astype(np.float32))
        np.testing.assert_allclose(as_floats, schedule(steps[:3].astype(np.float32)), rtol=4e-6)


def test_a_shift_without_an_end_stays_whole(library: Library) -> None:
    schedule = lrs.Shift(lrs.Cycle(lrs.LinearDecay(2**24 + 4)), offset=1)
    steps = np.array([2**24, 2**24 + 1, 2**24 + 2, 2**24 + 3], dtype=np.int32)
    np.testing.assert_allclose(library(schedule, steps), schedule(steps), rtol=1e-6)


def test_what_is_no_number_is_refused(library: Library) -> None:
    for wrong in (np.array([True, False]), np.array([1 + 2j])):
        if library.name != "mlx":
            wrong = wrong.astype(np.complex64) if wrong.dtype.kind == "c" else wrong
        with pytest.raises(TypeError, match="LinearDecay: step must be a number or an array of"):
            lrs.LinearDecay(5)(library.make(wrong))


def test_values_beyond_its_floats(library: Library) -> None:
    for value in (1e300, -1e300, 1e-300):
        expected = value if library.eps < 2**-30 else value * math.inf if abs(value) > 1 else 0.0
        for schedule in (
            lrs.Constant(value),
            lrs.Sequence(lrs.Constant(0.5, steps=2), lrs.Constant(value)),
            lrs.PiecewiseConstant([2], [0.5, value]),
            lrs.ConstantWarmup(2, start=0.5, end=value),
        ):
            assert library(schedule, np.array([5], dtype=np.int32))[0] == expected


@dataclass(frozen=True)
class Wild(lrs.Schedule):
    """A user's formula that mixes whole steps, reals and numbers in every order."""

    shift: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        swing = xp.sin(t) * t + t * xp.cos(t) - xp.sqrt(t + 1)
        teeth = (t % 4) / 4 + abs(t - self.shift) * (1 - t // 3) ** 2
        gap = xp.where(t == 2, -1, xp.maximum(swing, teeth)) + xp.minimum(teeth, 0.5)
        return 2.0**-t + gap / (t + 0.5) ** 0.5 + (-t) * 0.25 + abs(-swing) + xp.exp(0.0)


def test_a_user_s_own_formula(library: Library) -> None:
    steps = np.arange(30)
    for schedule in (
        Wild(5),
        lrs.Stretch(Wild(5), factor=2),
        lrs.Stretch(Wild(5), factor=2.5),
        0.5 * lrs.Cycle(lrs.Take(Wild(3), 10), stretch=2) + Wild(1),
    ):
        for dtype in (np.int32, np.float32):
            got = library(schedule, steps.astype(dtype))
            np.testing.assert_allclose(got, schedule(steps), rtol=2e-5, atol=1e-6)


@dataclass(frozen=True)
class Compared(lrs.Schedule):
    """A user's formula with every comparison, of a step as it comes and of one made real."""

    at: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        total = 0.0**t
        for i, x in enumerate((t, t + 0.0)):
            tests = (x < self.at, x <= self.at, x > self.at, x >= self.at, x == self.at)
            for j, test in enumerate((*tests, x != self.at)):
                total = total + xp.where(test, 2.0 ** (6 * i + j + 1), 0.0)
        return total


def test_every_comparison(library: Library) -> None:
    for dtype in (np.int32, np.float32):
        got = library(Compared(2), np.arange(5).astype(dtype))
        below, above = 2 + 4 + 64, 8 + 16 + 64
        expected = [below * 65 + 1, below * 65, (4 + 16 + 32) * 65, above * 65, above * 65]
        assert got.tolist() == expected == Compared(2)(range(5)).tolist()


def test_boundaries_that_the_steps_cannot_reach(library: Library) -> None:
    schedule = lrs.MultiStepDecay([200, 300, 500], gamma=0.5)
    assert library(schedule, np.array([0, 100, 127], dtype=np.int8)).tolist() == [1.0] * 3


@dataclass(frozen=True)
class Doubled(lrs.Schedule):
    """A user's formula with an array in it, which no two phases can be compared by."""

    steps: int

    def formula(self, t: Any, xp: Any) -> Any:
        import jax.numpy as jnp

        return t * jnp.asarray(2.0)


def test_phases_with_arrays_in_them() -> None:
    jax = pytest.importorskip("jax")
    schedule = lrs.Sequence(*[Doubled(3)] * 6)
    steps = np.arange(20, dtype=np.int32)
    expected = [2.0 * (t % 3) for t in range(18)] + [6.0, 6.0]
    assert jax.jit(schedule)(steps).tolist() == expected
    assert schedule(jax.numpy.asarray(steps)).tolist() == expected


@EVERY_ROW
@pytest.mark.parametrize("at", [0, 3, 2.5, -1, 1e30])
def test_a_clock_that_stands_still(case: Case, library: Library, at: float) -> None:
    """The step is a number then, wherever a library's array is looked for."""
    for clock in (lrs.Constant(at), lrs.LinearWarmup(0, end=at), lrs.Take(lrs.Constant(at), 0)):
        schedule = lrs.Warp(case.schedule, clock)
        values = library(schedule, np.array([0, 1, 5], dtype=np.int32))
        expected = schedule(3)
        if math.isfinite(expected) and abs(expected) < 1e38:
            np.testing.assert_allclose(values, expected, rtol=2e-5, atol=1e-37)
