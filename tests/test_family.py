"""Families on Python's numbers and NumPy: each member's own values; and what is of one form."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from families import COMPOSITIONS, FAMILIES

import lrsched as lrs

SWEEP = lrs.Family(
    peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.CosineDecay(length - warmup, end=end))
    for peak in (0.1, 1.0)
    for warmup in (0, 3, 50)
    for length in (100, 2**40)
    for end in (0.0, 0.1)
)
EVERY_FAMILY = pytest.mark.parametrize(
    "family", [*FAMILIES.values(), *COMPOSITIONS, SWEEP], ids=lambda family: repr(family[0])[:80]
)
STEPS = np.array([*range(12), 30, 99, 100, 101, 12_345, 2**31, 2**40 - 1, 2**40, 2**53 + 1])


@EVERY_FAMILY
def test_a_row_is_the_members_own_bit_for_bit(family: lrs.Family) -> None:
    rows = family(STEPS)
    assert rows.shape == (len(family), *STEPS.shape)
    assert rows.dtype == np.float64
    for row, member in zip(rows, family, strict=True):
        np.testing.assert_array_equal(row, member(STEPS))
    which, t = np.meshgrid(np.arange(len(family)), STEPS, indexing="ij")
    np.testing.assert_array_equal(family.at(which, t), rows)


@EVERY_FAMILY
def test_a_family_is_a_value(family: lrs.Family) -> None:
    import cases

    again = eval(repr(family), {**vars(lrs), "Tower": cases.Tower})
    assert again == family
    assert hash(again) == hash(family)
    assert copy.deepcopy(family) is family
    for protocol in (2, 3, 4, 5):
        assert pickle.loads(pickle.dumps(family, protocol)) == family


def test_shapes() -> None:
    n = len(SWEEP)
    for steps, shape in (
        (5, ()),
        (5.5, ()),
        (np.int8(5), ()),
        (np.array(5), ()),
        ([0, 1], (2,)),
        (range(3), (3,)),
        (np.ones((2, 3, 4), np.float32), (2, 3, 4)),
        (np.asfortranarray(np.arange(6).reshape(2, 3)), (2, 3)),
        ([], (0,)),
        ([[2**70, 1]], (1, 2)),
    ):
        values = SWEEP(steps)
        assert type(values) is np.ndarray
        assert values.dtype == np.float64
        assert values.shape == (n, *shape)
        for row, member in zip(values, SWEEP, strict=True):
            np.testing.assert_array_equal(row, member(steps))


def test_at_of_numbers() -> None:
    for i in (3, np.int64(3), np.uint8(3), np.array(3)):
        assert SWEEP.at(i, 20) == SWEEP[3](20)
        assert type(SWEEP.at(i, 20)) is float
        np.testing.assert_array_equal(SWEEP.at(i, [1, 2]), SWEEP[3]([1, 2]))
    assert SWEEP.at([0, 5], 20).tolist() == [SWEEP[0](20), SWEEP[5](20)]
    assert SWEEP.at([[0], [5]], [20, 30]).shape == (2, 2)
    assert SWEEP.at([], 20).shape == (0,)


def test_a_container() -> None:
    members = [lrs.LinearDecay(n) for n in (4, 9, 2)]
    family = lrs.Family(members)
    assert family.schedules == tuple(members)
    members.clear()
    assert len(family) == 3
    assert [*family] == [family[0], family[1], family[-1]]
    assert family[:2] == lrs.Family(family.schedules[:2])
    with pytest.raises(IndexError):
        family[3]
    assert family == lrs.Family(family)
    assert family != lrs.Family(family[:2])
    assert {family, lrs.Family(family)} == {family}
    with pytest.raises(AttributeError):
        family.schedules = ()  # type: ignore[misc]


def test_a_familys_length() -> None:
    assert lrs.Family([lrs.LinearDecay(4), lrs.LinearDecay(9), lrs.LinearDecay(0)]).steps == 9
    assert lrs.Family([lrs.StepDecay(4)]).steps is None


def test_errors_name_the_family_and_the_index() -> None:
    family = lrs.Family([lrs.LinearDecay(4), lrs.LinearDecay(9)])
    for call, kind, message in [
        (lambda: family(-1), ValueError, "step must be a finite number >= 0, got -1"),
        (lambda: family([0, 3, -2]), ValueError, ">= 0, got -2 at index 2"),
        (lambda: family(np.nan), ValueError, ">= 0, got nan"),
        (lambda: family("3"), TypeError, "step must be a number or an array of numbers, got '3'"),
        (lambda: family(True), TypeError, "step must be a number or an array of numbers, got True"),
        (lambda: family([True]), TypeError, "step must be a number or an array of numbers"),
        (lambda: family.at(2, 0), ValueError, "i must be from 0 to 1, got 2"),
        (lambda: family.at(-1, 0), ValueError, "i must be from 0 to 1, got -1"),
        (lambda: family.at([0, 1, 7], 0), ValueError, "i must be from 0 to 1, got 7"),
        (lambda: family.at(True, 0), TypeError, "i must be an integer or an array of integers"),
        (lambda: family.at(0.0, 0), TypeError, "an array of integers, got 0.0"),
        (lambda: family.at([0.0], 0), TypeError, "an array of integers, got "),
        (lambda: family.at(None, 0), TypeError, "an array of integers, got None"),
        (lambda: family.at([0, 1], -1), ValueError, "step must be a finite number >= 0, got -1"),
        (lambda: family.at([0, 1], "1"), TypeError, "step must be a number or an array"),
    ]:
        with pytest.raises(kind, match=f"^Family: .*{message}"):
            call()


@dataclass(frozen=True)
class Worded(lrs.Schedule):
    """A user's own, with a word and a flag beside its numbers."""

    word: str
    rate: float
    flag: bool = False
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return self.rate * (t if self.flag else xp.sqrt(t)) + len(self.word)


RUN = lrs.Sequence(lrs.LinearWarmup(3), lrs.LinearDecay(9))


@pytest.mark.parametrize(
    ("first", "third", "differs"),
    [
        (lrs.LinearDecay(4), lrs.CosineDecay(4), "got CosineDecay for LinearDecay"),
        (
            0.1 * RUN,
            0.2 * lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(9)),
            "got CosineDecay for LinearDecay at factors[1].phases[1]",
        ),
        (RUN, lrs.Sequence(lrs.LinearWarmup(3)), "got a tuple of 1 for a tuple of 2 at phases"),
        (lrs.Constant(1.0), lrs.Constant(1.0, steps=3), "got 3 for None at steps"),
        (
            lrs.Cycle(RUN, count=2),
            lrs.Cycle(RUN),
            "got None for 2 at count",
        ),
        (lrs.Cycle(RUN), lrs.Cycle(RUN, mirror=True), "got True for False at mirror"),
        (
            lrs.Take(lrs.PiecewiseConstant([1, 2], [1, 2, 3]), 9),
            lrs.Take(lrs.PiecewiseConstant([1], [1, 2]), 9),
            "got a tuple of 1 for a tuple of 2 at schedule.boundaries",
        ),
        (Worded("a", 0.1), Worded("b", 0.1), "got 'b' for 'a' at word"),
        (Worded("a", 0.1), Worded("a", 0.1, flag=True), "got True for False at flag"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_form_is_told_with_its_place(
    first: lrs.Schedule, third: lrs.Schedule, differs: str
) -> None:
    with pytest.raises(ValueError, match=r"^Family: ") as caught:
        lrs.Family([first, first, third])
    assert (
        str(caught.value) == f"Family: schedules[2] must have the form of schedules[0], {differs}"
    )


def test_a_class_defined_again_is_another() -> None:
    again = dataclass(frozen=True)(
        type(
            "Worded",
            (lrs.Schedule,),
            {"__annotations__": {"word": str}, "steps": None, "formula": lambda self, t, xp: t},
        )
    )
    with pytest.raises(ValueError, match=r"got another Worded for Worded$"):
        lrs.Family([Worded("a", 0.1), again("a")])
