"""Steps of other kinds than numbers and arrays: exact numbers, masked arrays, what NumPy reads."""

from __future__ import annotations

import array
import collections
import itertools
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case, Tower
from mpmath import mp, mpf
from rounding import check

import lrsched as lrs

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)
SCHEDULE = lrs.Sequence(lrs.LinearWarmup(4), lrs.CosineDecay(8))
# A loop's recipe is named for what a loop may have handed over.
NO_STEP = r"Sequence: step must be a number or an array of numbers(?: \(help\(.*?\).*?\))?, got "


def times(schedule: lrs.Schedule) -> Iterator[Fraction]:
    """Steps that no float is: thirds, and one that is closer to the end than any float."""
    end = 100 if schedule.steps is None else schedule.steps
    yield from (Fraction(1, 3), Fraction(22, 7), Fraction(2 * end, 3), end + Fraction(1, 3))
    stretch = getattr(schedule, "stretch", 1)
    if not isinstance(schedule, lrs.Warp) and stretch == int(stretch):  # which read it as a float
        yield max(end - Fraction(1, 10**30), Fraction(0))


@EVERY_ROW
def test_fractions_are_exact_steps(case: Case) -> None:
    for step in times(case.schedule):
        value = case.schedule(step)
        assert type(value) is float
        if not isinstance(case.schedule, Tower):  # of which there is no second version
            check(value, case.schedule, step)
        assert case.schedule([step]).tolist() == [value]
        assert case.schedule(np.array([[step]], dtype=object)).tolist() == [[value]]


@EVERY_ROW
def test_decimals_and_mpmath_s_numbers_are_exact_steps(case: Case) -> None:
    for step in times(case.schedule):
        digits = Decimal(step.numerator) / Decimal(step.denominator)
        assert case.schedule(digits) == case.schedule(Fraction(digits))
        with mp.workdps(60):
            number = mpf(step.numerator) / step.denominator
        sign, mantissa, exponent, _ = number._mpf_
        assert not sign
        # At fifteen digits again: what the number has is used all the same.
        assert case.schedule(number) == case.schedule(mantissa * Fraction(2) ** exponent)


@pytest.mark.parametrize("whole", [Fraction(3), Decimal(3), mpf(3), np.longdouble(3)], ids=repr)
def test_a_whole_number_of_any_kind_is_that_step(whole: Any) -> None:
    assert SCHEDULE(whole) == SCHEDULE(3) == 0.75


@pytest.mark.parametrize(
    "wrong",
    [
        Fraction(-1, 3),
        Decimal(-1),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        mpf(-1),
        mpf("nan"),
        mpf("inf"),
    ],
    ids=repr,
)
def test_exact_numbers_that_are_no_steps(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"must be a finite number >= 0, got ") as caught:
        SCHEDULE(wrong)
    assert str(caught.value).endswith(f"got {wrong!r}")
    with pytest.raises(ValueError, match=re.escape(f"got {wrong!r} at index 1")):
        SCHEDULE([1, wrong])


def test_beyond_floats() -> None:
    assert SCHEDULE(Decimal("1e-400")) == 0.0
    assert SCHEDULE(Decimal("1e400")) == SCHEDULE(Fraction(10) ** 400) == 0.0
    assert lrs.LinearGrowth(1.0)(Fraction(10) ** 400) == math.inf


@EVERY_ROW
def test_masked_arrays_keep_their_masks(case: Case) -> None:
    steps = np.ma.array([[0, 1, -5], [7, 3, 100]], mask=[[0, 0, 1], [1, 0, 0]])
    values = case.schedule(steps)
    assert type(values) is np.ma.MaskedArray
    assert values.dtype == np.float64
    assert values.mask.tolist() == steps.mask.tolist()
    assert values.compressed().tolist() == case.schedule([0, 1, 3, 100]).tolist()
    values[0, 0] = np.ma.masked  # a mask of its own
    assert steps.mask.tolist() == [[False, False, True], [True, False, False]]


def test_below_a_mask_there_may_be_anything() -> None:
    steps = np.ma.array([0.0, math.nan, math.inf, 4], mask=[0, 1, 1, 0])
    assert SCHEDULE(steps).tolist() == [0.0, None, None, 1.0]
    assert SCHEDULE(np.ma.array([0, 4])).tolist() == [0.0, 1.0]  # without any
    with pytest.raises(ValueError, match="got -5 at index 2"):
        SCHEDULE(np.ma.array([0, -1, -5], mask=[0, 1, 0]))
    with pytest.raises(ValueError, match="got nan at index 0"):  # which NumPy does not call masked
        SCHEDULE(np.ma.array([math.nan, 1.0], mask=[0, 1]))
    assert SCHEDULE(np.ma.masked) is np.ma.masked
    assert type(SCHEDULE(np.ma.array(3))) is float
    with pytest.raises(TypeError, match=f"^{NO_STEP}array"):
        SCHEDULE(np.ma.array(["a"]))


class Readable:
    """What tells NumPy how to read it, and nothing else."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array([0, 1, 4])


@pytest.mark.parametrize(
    "steps",
    [
        array.array("i", [0, 1, 4]),
        array.array("d", [0, 1, 4]),
        memoryview(array.array("q", [0, 1, 4])),
        memoryview(bytes([0, 1, 4])),
        np.array([0, 1, 4]).data,
        collections.deque([0, 1, 4]),
        collections.UserList([0, 1, 4]),
        Readable(),
    ],
    ids=lambda steps: type(steps).__name__,
)
def test_what_numpy_reads_is_an_array(steps: Any) -> None:
    values = SCHEDULE(steps)
    assert type(values) is np.ndarray
    assert values.tolist() == [0.0, 0.25, 1.0]


@pytest.mark.parametrize(
    ("make", "ways"),
    [
        (lambda: (t for t in (0, 1, 4)), ["schedule(list(step))", "map(schedule, step)"]),
        (lambda: iter([0, 1, 4]), ["schedule(list(step))", "map(schedule, step)"]),
        (lambda: map(int, "014"), ["schedule(list(step))", "map(schedule, step)"]),
        (lambda: {0, 4, 1}, ["schedule(sorted(step))"]),
        (lambda: frozenset([0, 4, 1]), ["schedule(sorted(step))"]),
        (lambda: {0: "", 4: "", 1: ""}.keys(), ["schedule(sorted(step))"]),
        (lambda: {"a": 0, "b": 1, "c": 4}.values(), ["schedule(list(step))"]),
    ],
)
def test_what_has_no_place_for_each_step_says_how_to_give_it_one(make: Any, ways: Any) -> None:
    with pytest.raises(TypeError, match=f"^{NO_STEP}") as caught:
        SCHEDULE(make())
    told = str(caught.value).rsplit(": write ", 1)[1]
    assert told.removesuffix(" for one at a time").split(", or ") == ways
    for way in ways:
        assert list(eval(way, {"schedule": SCHEDULE, "step": make()})) == [0.0, 0.25, 1.0]


@pytest.mark.parametrize("wrong", ["014", b"014", bytearray(b"014"), {0: 1}, None, object, 1j, ...])
def test_what_is_no_step_has_no_way(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^Sequence: step must be a number .*, got ") as caught:
        SCHEDULE(wrong)
    assert str(caught.value).endswith(repr(wrong))


def test_an_endless_iterator_is_not_begun() -> None:
    steps = itertools.count()
    with pytest.raises(TypeError, match=r"map\(schedule, step\)"):
        SCHEDULE(steps)
    assert next(steps) == 0


def test_what_numpy_can_not_read() -> None:
    class Broken:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            raise RuntimeError("on another machine")

    with pytest.raises(TypeError, match=f"^{NO_STEP}<"):
        SCHEDULE(Broken())


def test_a_family_takes_the_same() -> None:
    family = lrs.Family([lrs.LinearDecay(4), lrs.LinearDecay(8)])
    steps = np.ma.array([0, 2, -5], mask=[0, 0, 1])
    assert family(steps).tolist() == [[1.0, 0.5, None], [1.0, 0.75, None]]
    assert family.at([0, 1, 1], steps).tolist() == [1.0, 0.75, None]
    assert family.at(1, steps).tolist() == [1.0, 0.75, None]
    assert family(array.array("i", [0, 2])).tolist() == [[1.0, 0.5], [1.0, 0.75]]
    assert family.at([0, 1], array.array("i", [2, 2])).tolist() == [0.5, 0.75]
    assert family(Fraction(2)).tolist() == [0.5, 0.75]
    assert family.at([[1], [0]], Decimal(2)).tolist() == [[0.75], [0.5]]
    with pytest.raises(TypeError, match=r"^Family: step .*: write family\(sorted\(step\)\)$"):
        family({0, 1})
    with pytest.raises(TypeError, match=r"^Family: i must be an integer or an array"):
        family.at(Fraction(1), 0)


class Bag:
    """A container of another library: it applies NumPy's functions to what it holds."""

    def __init__(self, **arrays: np.ndarray) -> None:
        self.arrays = arrays

    def __array_ufunc__(self, function: Any, method: str, *given: Any) -> Any:
        assert method == "__call__"
        assert given == (self,)
        return Bag(**{name: function(values) for name, values in self.arrays.items()})


class Shy(Bag):
    def __array_ufunc__(self, function: Any, method: str, *given: Any) -> Any:
        return NotImplemented


class Loud(Bag):
    def __array_ufunc__(self, function: Any, method: str, *given: Any) -> Any:
        raise RuntimeError("not a function of NumPy's")


def test_what_applies_numpy_s_functions_applies_a_schedule() -> None:
    steps = {"a": np.array([0, 1]), "b": np.array([4.0, math.nan])}
    got = SCHEDULE(Bag(**steps))
    assert type(got) is Bag
    assert got.arrays["a"].tolist() == [0.0, 0.25]
    assert got.arrays["b"][0] == 1.0
    assert math.isnan(got.arrays["b"][1])  # missing before, missing after
    with pytest.raises(ValueError, match=r"got -1.0 at index 1"):
        SCHEDULE(Bag(a=np.array([math.nan, -1])))
    with pytest.raises(ValueError, match=r"got Fraction\(-1, 3\) at index 1"):
        SCHEDULE(Bag(a=np.array([1, Fraction(-1, 3)], dtype=object)))
    with pytest.raises(TypeError, match=NO_STEP + re.escape("array([ True])")):
        SCHEDULE(Bag(a=np.array([True])))
    for cls in (Shy, Loud):
        with pytest.raises(TypeError, match=f"^{NO_STEP}<"):
            SCHEDULE(cls(**steps))
    with pytest.raises(TypeError, match=r"^Family: step must be a number"):
        lrs.Family([SCHEDULE])(Bag(**steps))
