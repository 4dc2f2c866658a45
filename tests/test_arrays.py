"""The contract on arrays of other libraries: every row of cases.py on each of them.

A run that includes these tests promises every library here: one that is missing is a failure.
`pytest -m "not frameworks"` promises none.
"""

from __future__ import annotations

import importlib
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case, Tower

import lrsched as lrs

pytestmark = pytest.mark.frameworks

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)


@dataclass
class Library:
    """How to make an array of a library and how to read one; what its default dtypes hold."""

    name: str
    xp: Any
    make: Callable[[np.ndarray], Any]
    own: type
    dtype: Any
    eps: float
    most: int = 2**63 - 1
    # Is the dtype as wide as the library calculates in?
    read: Callable[[Any], np.ndarray] = np.asarray

    def __call__(self, schedule: lrs.Schedule, steps: Any) -> np.ndarray:
        """The schedule at steps, through this library and back."""
        given = self.make(np.asarray(steps))
        result = schedule(given)
        assert isinstance(result, self.own)
        assert result.dtype == self.dtype
        assert tuple(result.shape) == np.shape(steps)
        return self.read(result)


def _library(name: str) -> Library:
    def module(path: str) -> Any:
        return importlib.import_module(path)

    match name:
        case "torch":
            xp = module("torch")
            return Library(name, xp, xp.from_numpy, xp.Tensor, xp.float32, 2**-23)
        case "jax":
            xp = module("jax.numpy")
            own = module("jax").Array
            return Library(name, xp, xp.asarray, own, np.float32, 2**-23, 2**31 - 1)
        case "tensorflow":
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            xp = module("tensorflow")
            return Library(name, xp, xp.constant, xp.Tensor, xp.float32, 2**-23)
        case "mlx":
            xp = module("mlx.core")
            return Library(name, xp, xp.array, xp.array, xp.float32, 2**-23)
        case "dask":
            xp = module("dask.array")

            def chunked(steps: np.ndarray) -> Any:
                return xp.from_array(steps, chunks=5)

            def computed(values: Any) -> np.ndarray:
                return values.compute(scheduler="synchronous")

            return Library(
                name, xp, chunked, xp.Array, np.float64, 2**-52, 2**53, read=computed
            )
        case "array-api-strict":
            xp = module("array_api_strict")
            return Library(name, xp, xp.asarray, type(xp.asarray(0)), xp.float64, 2**-52)
    raise AssertionError(name)


@pytest.fixture(
    params=["torch", "jax", "tensorflow", "mlx", "dask", "array-api-strict"], scope="module"
)
def library(request: pytest.FixtureRequest) -> Iterator[Library]:
    yield _library(request.param)


def whole_steps(schedule: lrs.Schedule, most: int) -> np.ndarray:
    """Both ends, the last steps before the end, around 2**24, far out; as a library holds them."""
    steps = {*range(12), 29, 30, 31, 100, 12_345, most}
    steps |= {2**power + d for power in (24, 31, 40, 53) for d in (-1, 0, 1)}
    if schedule.steps is not None:
        steps |= {schedule.steps + d for d in range(-4, 3)}
        steps |= {schedule.steps * k // 7 for k in range(1, 7)}
    kept = sorted(step for step in steps if 0 <= step <= most)
    # As many for every row: JAX compiles each operation for each shape.
    return np.resize(np.array(kept, dtype=np.int32 if most < 2**31 else np.int64), 48)


def assert_right(case: Case, steps: Any, got: np.ndarray, library: Library) -> None:
    """Law 8 in the library's float dtype, against NumPy in float64."""
    expected = np.asarray(case.schedule(np.asarray(steps)))
    limits = np.finfo(np.float32 if library.eps > 2**-30 else np.float64)
    with np.errstate(all="ignore"):
        allowed = np.full(expected.shape, 1e-6 if library.eps > 2**-30 else 16 * library.eps)
        allowed += case.power * library.eps
        if case.exponential_from is not None:
            grown = np.abs(np.log(np.abs(expected / case.exponential_from)))
            grown = np.where(np.isfinite(grown), grown, 0)
            allowed += grown * library.eps
            if isinstance(case.schedule, Tower):
                # What its inner power rounds, its outer power takes |ln(value)| times.
                allowed += 8 * grown * library.eps
        error = np.abs(got - expected)
        within = error <= allowed * np.abs(expected) + limits.tiny
    within |= (np.abs(expected) > limits.max) & (got == np.copysign(np.inf, expected))
    wrong = [
        f"{step}: {a!r} for {b!r}"
        for step, a, b, right in zip(
            np.ravel(steps).tolist(),
            np.ravel(got).tolist(),
            np.ravel(expected).tolist(),
            np.ravel(within).tolist(),
            strict=True,
        )
        if not right
    ]
    assert not wrong


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
