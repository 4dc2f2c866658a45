"""The contract of every schedule, law by law, on every row of cases.py."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
import pickle
import random
import sys

import numpy as np
import pytest
from cases import CASES, Case, Tower
from mpmath import mp, mpf
from reference import exact

import lrsched as lrs

pytestmark = pytest.mark.parametrize("case", CASES, ids=str)

NAMES = {**vars(lrs), "Tower": Tower}
mp.dps = 50
AROUND = (2**24, 2**31, 2**40, 2**53)


def whole_steps(schedule: lrs.Schedule) -> list[int]:
    """Steps at which something could go wrong: both ends, the last ten, powers of two, far out."""
    steps = {*range(12), 29, 30, 31, 100, 1000, 12_345, 10**6}
    steps |= {power + d for power in AROUND for d in (-1, 0, 1)}
    if schedule.steps is not None:
        steps |= {schedule.steps + d for d in range(-10, 4)}
        steps |= {schedule.steps * k // 7 for k in range(1, 7)}
    return sorted(step for step in steps if step >= 0)


def ulps(got: float, expected: mpf) -> float:
    """How far off a float is, in units of the last place of the right one."""
    if expected > sys.float_info.max or expected < -sys.float_info.max:
        return 0.0 if got == math.copysign(math.inf, float(expected)) else math.inf
    return float(abs(mpf(got) - expected) / math.ulp(float(expected)))


def allowed(case: Case, expected: mpf) -> float:
    """Law 8: 8 ulp, the exponent of a power, |ln(value/start)| of an exponential."""
    if case.exponential_from is None or expected == 0:
        return 8 + case.power
    return 8 + float(abs(mp.log(abs(expected / case.exponential_from))))


def true_value(schedule: lrs.Schedule, step: float) -> mpf:
    if isinstance(schedule, Tower):
        power = mpf(schedule.growth) ** mpf(step)
        return mpf(schedule.start) ** power if power < 10**6 else mpf(0)
    return exact(schedule, step)


def agreement(case: Case, value: float) -> float:
    """Law 8: a number and an array agree within 4 ulp.

    A user's exponential of an exponential passes on what its inner one rounds, times |ln(value)|.
    """
    nested = isinstance(case.schedule, Tower) and 0 < value < 1
    return 4 - math.log(value) if nested else 4


def test_golden_values(case: Case) -> None:
    for step, text in case.golden.items():
        expected = mpf(text)
        for got in (case.schedule(step), case.schedule([step])[0]):
            # The text of a float has fewer digits than the float: one ulp more.
            assert ulps(got, expected) <= allowed(case, expected) + 1, f"at step {step}"


def test_law_1_pure(case: Case) -> None:
    steps = [step for step in whole_steps(case.schedule) if step < 2**53]
    values = case.schedule(steps)
    shuffled = list(range(len(steps)))
    random.Random(1).shuffle(shuffled)
    assert case.schedule([steps[i] for i in shuffled]).tolist() == values[shuffled].tolist()
    assert case.schedule(steps[::3] * 2).tolist() == values[::3].tolist() * 2
    once = [case.schedule(step) for step in steps]
    assert [case.schedule(step) for step in reversed(steps)] == once[::-1]


def test_law_2_numbers_in_a_float_out(case: Case) -> None:
    for step in (3, 3.0, np.int8(3), np.uint64(3), np.float16(3), np.float32(3), np.float64(3)):
        assert type(case.schedule(step)) is float
        assert case.schedule(step) == case.schedule(3)
    for step in (np.array(3), np.array(3.0), np.array(3, dtype=np.uint8)):
        assert type(case.schedule(step)) is float
        assert case.schedule(step) == case.schedule(3)
    assert type(case.schedule(np.longdouble(3))) is float


def test_law_3_arrays_of_any_kind(case: Case) -> None:
    steps = np.arange(24)
    expected = np.array([case.schedule(int(step)) for step in steps])

    def same(got: np.ndarray, wanted: np.ndarray) -> None:
        assert type(got) is np.ndarray
        assert got.dtype == np.float64
        assert got.shape == wanted.shape
        for a, b in zip(got.reshape(-1).tolist(), wanted.reshape(-1).tolist(), strict=True):
            assert a == b or abs(a - b) <= agreement(case, b) * math.ulp(b)

    for code in "bBhHiIlLqQefdg":
        same(case.schedule(steps.astype(code)), expected)
    same(case.schedule(steps.tolist()), expected)
    same(case.schedule(tuple(steps.tolist())), expected)
    same(case.schedule(range(24)), expected)
    same(case.schedule(range(23, -1, -2)), expected[::-2])
    same(case.schedule(steps[::-3]), expected[::-3])
    same(case.schedule(steps.reshape(4, 6)), expected.reshape(4, 6))
    same(case.schedule(np.asfortranarray(steps.reshape(2, 3, 4))), expected.reshape(2, 3, 4))
    same(case.schedule(steps.reshape(4, 6).T[::2]), expected.reshape(4, 6).T[::2])
    same(
        case.schedule(np.broadcast_to(steps[:, None], (24, 3))),
        np.repeat(expected, 3).reshape(-1, 3),
    )
    same(case.schedule(steps.astype(">i4")), expected)
    for empty in ([], (), range(0), np.empty((0, 3)), np.empty(0, dtype=int)):
        assert case.schedule(empty).shape == np.shape(empty)
        assert case.schedule(empty).dtype == np.float64
    # More than one chunk, and past the end in the middle of one.
    many = np.arange(20_000)
    alone = np.array([case.schedule(int(step)) for step in many[::997]])
    same(case.schedule(many)[::997], alone)
    same(case.schedule(many[::-1])[::-1][::997], alone)
    rotated = np.roll(many, 7001)
    same(np.roll(case.schedule(rotated), -7001)[::997], alone)
    shuffled = np.random.default_rng(0).permutation(many)
    same(case.schedule(shuffled)[np.argsort(shuffled)][::997], alone)


def test_law_3_steps_are_left_as_they_were(case: Case) -> None:
    steps = np.arange(100.0)
    steps.flags.writeable = False
    case.schedule(steps)
    assert steps.tolist() == list(range(100))


@pytest.mark.parametrize(
    "step", [-1, -0.5, math.nan, math.inf, -math.inf, np.int8(-1), np.array(-1), np.float32("nan")]
)
def test_law_4_steps_that_are_none(case: Case, step: object) -> None:
    with pytest.raises(ValueError, match=r"step must be a finite number >= 0(?: \(.*\))?, got "):
        case.schedule(step)
    with pytest.raises(ValueError, match=r"got .* at index 2$"):
        case.schedule(np.array([0, 1, step, 3, step]))


NO_STEP = r"step must be a number or an array of numbers(?: \(.*\))?, got "


@pytest.mark.parametrize("step", [True, np.True_, 1j, "3", None, b"3", {}, {3}, object()])
def test_law_4_what_is_no_step(case: Case, step: object) -> None:
    with pytest.raises(TypeError, match=NO_STEP):
        case.schedule(step)
    if not isinstance(step, (dict, set, np.bool_)):
        with pytest.raises(TypeError, match=NO_STEP):
            case.schedule([step])


def test_law_5_holds_past_the_end(case: Case) -> None:
    steps = case.schedule.steps
    if steps is None:
        assert isinstance(case.schedule(10**9), float)
        return
    assert type(steps) is int
    end = case.schedule(steps)
    far = [steps + k for k in (0, 1, 2, 17, 10**6, 2**31, 2**53, 2**53 + 1, 2**62)]
    assert {case.schedule(step) for step in [*far, 2**64, 10**30, 10**400, 1e300]} == {end}
    vector = case.schedule(steps)
    assert set(case.schedule(far).tolist()) == set(case.schedule([steps]).tolist())
    assert ulps(vector, mpf(case.schedule([steps])[0])) <= 4
    assert set(case.schedule(np.array([2**64 - 1], dtype=np.uint64)).tolist()) <= {
        case.schedule([steps])[0]
    }


def test_law_6_ends_are_exact(case: Case) -> None:
    schedule = case.schedule
    if isinstance(schedule, lrs.TanhDecay):  # its ends are the formula's own
        return
    start, end = getattr(schedule, "start", None), getattr(schedule, "end", None)
    if start is not None and schedule.steps != 0 and not isinstance(schedule, Tower):
        assert schedule(0) == start == schedule([0])[0] == schedule(0.0)
    if end is not None and schedule.steps is not None:
        assert schedule(schedule.steps) == end == schedule([schedule.steps])[0]
        assert schedule(float(schedule.steps)) == end


def test_law_6_never_nan_never_a_warning(case: Case) -> None:
    steps = whole_steps(case.schedule)
    fractions = [0.5, 1e-300, 1e-9, 2.75, 1e15 + 0.5, 1e300, sys.float_info.max]
    with np.errstate(all="raise"):
        values = [case.schedule(step) for step in [*steps, *fractions, 10**400]]
        values += case.schedule(steps).tolist() + case.schedule(fractions).tolist()
    assert not any(map(math.isnan, values))


def test_law_7_integers_stay_integers(case: Case) -> None:
    """An offset of whole steps changes nothing, however many they are."""
    offset = 2**40 + 1
    later = lrs.Sequence(lrs.Constant(0.0, steps=offset), case.schedule)
    for step in (0, 1, 2, 3, 7, 9, 11, 89, 999):
        assert later(offset + step) == case.schedule(step)
        assert later([offset + step])[0] == case.schedule([step])[0]
    slower = lrs.Stretch(case.schedule, factor=2**30)
    for step in (0, 1, 3, 7, 9):
        assert slower(step * 2**30) == pytest.approx(case.schedule(step), rel=1e-15, abs=1e-300)


def test_law_8_accuracy(case: Case) -> None:
    steps: list[float] = [*whole_steps(case.schedule), 0.5, 2.75, 1e-9]
    if case.schedule.steps:
        steps += [case.schedule.steps - 0.25, case.schedule.steps / 3]
    vector = case.schedule(np.array([step for step in steps if type(step) is int]))
    for i, step in enumerate(steps):
        expected = true_value(case.schedule, step)
        got = [case.schedule(step)]
        if i < len(vector):
            got.append(vector[i])
        for value in got:
            assert ulps(value, expected) <= allowed(case, expected), f"at step {step}"


def test_law_8_scalar_and_vector_agree(case: Case) -> None:
    steps = whole_steps(case.schedule)
    for step, value in zip(steps, case.schedule(steps).tolist(), strict=True):
        alone = case.schedule(step)
        within = agreement(case, alone) * math.ulp(alone)
        assert alone == value or abs(alone - value) <= within, f"at step {step}"


def test_law_9_the_written_function_is_the_formula(case: Case) -> None:
    scope: dict[str, object] = {}
    exec(case.schedule.source("written"), scope)
    written = scope["written"]
    for step in whole_steps(case.schedule):
        try:
            value = written(step)  # type: ignore[operator]
        except OverflowError:
            continue  # beyond the range of floats the text alone stops, the schedule does not
        assert type(value) is float
        assert value == case.schedule(step)


def test_law_10_values(case: Case) -> None:
    schedule = case.schedule
    case.schedule(3)  # what has been called is still the same value
    copies = [pickle.loads(pickle.dumps(schedule, protocol)) for protocol in range(2, 6)]
    copies += [copy.copy(schedule), copy.deepcopy(schedule), eval(repr(schedule), dict(NAMES))]
    for other in copies:
        assert other == schedule
        assert hash(other) == hash(schedule)
        assert repr(other) == repr(schedule)
        assert type(other) is type(schedule)
        assert other([0, 1, 5]).tolist() == schedule([0, 1, 5]).tolist()
    assert schedule != object()
    assert schedule in {schedule}
    for name in (dataclasses.fields(schedule)[0].name, "steps", "else"):  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            setattr(schedule, name, 3)
        with pytest.raises(AttributeError):
            delattr(schedule, name)
    assert schedule == copies[0]


def test_law_10_text_reads_back(case: Case) -> None:
    assert lrs.parse(repr(case.schedule)) == case.schedule


def test_values_go_one_way_between_turns(case: Case) -> None:
    """What a class says of its turns is so: questions skip steps by it."""
    schedule = case.schedule
    if schedule.turns is None:
        return
    assert all(type(turn) is int for turn in schedule.turns)
    end = 200 if schedule.steps is None else min(schedule.steps + 2, 2**41)
    cuts = [0, *(turn for turn in schedule.turns if 0 < turn < end), end]
    for start, stop in itertools.pairwise(cuts):
        values = schedule(np.linspace(start, stop, 1001))
        way = np.diff(values[np.isfinite(values)])
        noise = 4e-16 * abs(values[np.isfinite(values)]).max(initial=0)
        assert (way >= -noise).all() or (way <= noise).all()
