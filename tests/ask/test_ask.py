"""Questions about schedules, answered without visiting every step and checked by visiting them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
from cases import CASES, COMPOSED, Tower
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.ask import questions
from lrsched.ask.bounds import bounds
from lrsched.ask.describe import horizon, phases
from lrsched.ask.questions import Difference, values_at

KNOWN = [case.schedule for case in CASES if not isinstance(case.schedule, Tower)]
# Compositions of them, for the rules of the combinators.
ALL = KNOWN + COMPOSED
SPANS = [(0, 1), (0, 5), (0, 57), (3, 47), (7, 7), (9, 3), (100, 3000), (999, 1001)]


# area


@pytest.mark.parametrize("schedule", ALL, ids=repr)
def test_area_is_the_sum_of_the_values(schedule: lrs.Schedule) -> None:
    for start, stop in SPANS:
        values = schedule(np.arange(start, stop)).tolist()
        if np.isinf(values).any():
            assert lrs.area(schedule, start, stop) == math.inf
            continue
        expected, mass = math.fsum(values), math.fsum(map(abs, values))
        # A few ulp of each value; of an exponential's, as many as the accuracy law has.
        assert abs(lrs.area(schedule, start, stop) - expected) <= 2e-15 * mass
    assert lrs.area(schedule, 57) == lrs.area(schedule, 0, 57)
    assert type(lrs.area(schedule, 57)) is float


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4),
    st.sampled_from(["sequence", "sum", "product"]),
    st.integers(1, 5),
    st.integers(0, 60),
    st.integers(0, 300),
)
def test_area_of_compositions(
    members: list[lrs.Schedule], how: str, factor: int, start: int, length: int
) -> None:
    if how == "sequence":
        finite = [lrs.Take(m, 13) if m.steps is None else m for m in members[:-1]]
        schedule: lrs.Schedule = lrs.Sequence(*finite, members[-1])
    else:
        schedule = (lrs.Sum if how == "sum" else lrs.Product)(*members)
    schedule = lrs.Stretch(schedule, factor)
    values = schedule(np.arange(start, start + length))
    if np.isinf(values).any() or abs(values).sum() > 1e290:
        return
    parts = [abs(lrs.Stretch(m, factor)(np.arange(start, start + length))) for m in members]
    mass = sum(map(np.sum, parts)) if how == "sum" else abs(values).sum()
    expected = math.fsum(values.tolist())
    assert abs(lrs.area(schedule, start, start + length) - expected) <= 1e-13 * mass


LONG = [
    # (schedule, start, stop, the sum in closed form by another road)
    (lrs.Constant(0.1), 0, 10**15, lambda mp: mp.mpf(0.1) * 10**15),
    (lrs.LinearDecay(10**15), 0, 10**15, lambda mp: mp.mpf(10**15 + 1) / 2),
    (
        lrs.LinearWarmup(10**15),
        5,
        10**15,
        lambda mp: (mp.mpf(10**15 - 1) / 2) - mp.mpf(10) / 10**15,
    ),
    (lrs.CosineDecay(10**15), 0, 10**15 + 7, lambda mp: mp.mpf(10**15 + 1) / 2),
    # Near its zero end a cosine is a parabola: sum of (pi/2 k/S)**2 for k = 1 ... 9
    (lrs.CosineDecay(10**15), 10**15 - 9, 10**15, lambda mp: (mp.pi / 2 / 10**15) ** 2 * 285),
    (
        lrs.ExponentialDecay(0.5, every=10**6),
        0,
        10**15,
        lambda mp: 1 / (1 - mp.mpf(0.5) ** (mp.mpf(1) / 10**6)),
    ),
    (
        lrs.GeometricDecay(10**12, end=1e-3),
        0,
        10**12,
        lambda mp: (1 - mp.mpf(1e-3)) / (1 - mp.mpf(1e-3) ** (mp.mpf(1) / 10**12)),
    ),
    (
        lrs.SaturatingWarmup(100),
        0,
        10**12,
        lambda mp: 10**12 - 1 / (1 - mp.exp(mp.mpf(-1) / 100)),
    ),
    (lrs.StepDecay(10**6), 0, 10**15, lambda mp: mp.mpf(10**6) / (1 - mp.mpf(0.1))),
    (lrs.Cycle(lrs.LinearDecay(10)), 0, 10**15, lambda mp: mp.mpf("5.5") * 10**14),
    (
        lrs.Cycle(lrs.LinearWarmup(10), mirror=True, gain=0.5),
        0,
        10**15,
        lambda mp: mp.mpf(20),
    ),
    (
        lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(10), lrs.LinearDecay(90)), 10**12),
        0,
        10**15,
        lambda mp: mp.mpf(50 * 10**12),
    ),
    (
        lrs.Staircase(lrs.LinearDecay(10**15), 10**9),
        0,
        10**15,
        lambda mp: mp.mpf(10**15 + 10**9) / 2,
    ),
    (lrs.Clip(lrs.LinearDecay(10**3), lower=0.5), 10**4, 10**15, lambda mp: (10**15 - 10**4) / 2),
]


def shortened(value: object) -> str:
    return "" if callable(value) and not isinstance(value, lrs.Schedule) else str(value)[:40]


@pytest.mark.parametrize(("schedule", "start", "stop", "closed"), LONG, ids=shortened)
def test_area_of_long_runs_takes_no_longer(
    schedule: lrs.Schedule, start: int, stop: int, closed: Callable[[Any], Any]
) -> None:
    begin = time.process_time()
    found = lrs.area(schedule, start, stop)
    assert time.process_time() - begin < 1  # to visit 10**12 steps takes hours
    with mpmath.workdps(60):
        assert found == pytest.approx(float(closed(mpmath.mp)), rel=4e-16, abs=0)


def test_area_beyond_the_range_of_floats() -> None:
    assert lrs.area(lrs.ExponentialDecay(2.0), 5000) == math.inf
    assert lrs.area(-1.0 * lrs.ExponentialDecay(2.0), 10**9) == -math.inf
    assert lrs.area(lrs.StepDecay(2, gamma=2.0, start=-1.0), 10**9) == -math.inf
    assert lrs.area(lrs.ExponentialDecay(2.0, start=-1.0), 10**9) == -math.inf
    assert lrs.area(lrs.Constant(1e308), 100) == math.inf
    assert lrs.area(lrs.Constant(-1e308), 100) == -math.inf


def test_area_arguments() -> None:
    with pytest.raises(ValueError, match="area: stop must be a non-negative integer, got -1"):
        lrs.area(lrs.Constant(1), -1)
    with pytest.raises(ValueError, match="area: start must be a non-negative integer, got -1"):
        lrs.area(lrs.Constant(1), -1, 3)
    with pytest.raises(TypeError, match="area: stop must be a non-negative integer, got 'x'"):
        lrs.area(lrs.Constant(1), "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="area: schedule must be a schedule, got 3"):
        lrs.area(3, 3)  # type: ignore[arg-type]


# first_below, first_above

QUESTIONS = [(lrs.first_below, np.less), (lrs.first_above, np.greater)]
SEEN = 3000


@pytest.mark.parametrize("schedule", ALL, ids=repr)
@pytest.mark.parametrize(("ask", "holds"), QUESTIONS)
def test_crossings_are_where_a_scan_finds_them(
    ask: Callable[..., int | None], holds: Any, schedule: lrs.Schedule
) -> None:
    values = schedule(np.arange(SEEN))
    # Numbers and arrays may differ in the last place: an answer is right by either.
    one_by_one = np.array([schedule(t) for t in range(SEEN)])
    finite = np.unique(values[np.isfinite(values)])
    levels = {*finite[:: max(1, len(finite) // 6)].tolist(), finite[0].item(), finite[-1].item()}
    around = {level * 0.999 - 1e-9 for level in levels} | {level * 1.001 + 1e-9 for level in levels}
    # On an old NumPy, a level that is a value to the last place has no one answer.
    levels = levels | around if values.tolist() == one_by_one.tolist() else around
    for level in levels:
        for after in (0, 1, 17, 400):
            expected = set()
            for seen in (values, one_by_one):
                there = np.flatnonzero(holds(seen[after:], level))
                expected.add(after + int(there[0]) if there.size else None)
            found = ask(schedule, level, after)
            if None in expected and found is not None and found >= SEEN:
                assert found >= SEEN
                assert holds(schedule(found), level)
                assert not holds(schedule(found - 1), level)
            else:
                assert found in expected


@settings(max_examples=200, deadline=None)
@given(SCHEDULES, st.integers(0, 40), st.integers(0, 40))
def test_values_stay_within_their_bounds(schedule: lrs.Schedule, a: int, length: int) -> None:
    low, high = bounds(schedule, a, a + length)
    values = schedule(np.arange(a, a + length + 1))
    # Up to the rounding of the values: of a finite end beside an infinite one, too.
    slack = 1e-9 * max([abs(end) for end in (low, high) if math.isfinite(end)], default=0.0)
    assert low - slack <= values.min()
    assert values.max() <= high + slack


FAR = [
    (lrs.first_below, lrs.Noam(512, 4000), 1e-9, 0, 0),
    (lrs.first_below, lrs.Noam(512, 4000), 1e-9, 4000, 1953125000000001),
    (lrs.first_below, lrs.InverseSqrtDecay(1), 1e-100, 0, None),
    (lrs.first_below, lrs.InverseSqrtDecay(1), 0.0, 0, None),
    (lrs.first_below, lrs.LinearDecay(10**18), 0.5, 0, 5 * 10**17 + 28),
    (lrs.first_below, lrs.Cycle(lrs.LinearDecay(10)), 0.1, 0, None),
    (lrs.first_below, lrs.Cycle(lrs.LinearDecay(10)), 0.15, 10**15, 10**15 + 9),
    (lrs.first_above, lrs.Cycle(lrs.LinearWarmup(10), gain=0.999), 0.8, 10**7, None),
    (
        lrs.first_below,
        lrs.Cycle(lrs.Sequence(lrs.LinearDecay(1), lrs.Constant(1, steps=3)), mirror=True),
        0.5,
        0,
        None,
    ),
    (lrs.first_below, lrs.ExponentialDecay(0.999999), 1e-300, 0, None),
    (lrs.first_above, lrs.SaturatingWarmup(1e9), 1.0, 0, None),
    (lrs.first_above, lrs.ExponentialDecay(1.0000001), 1e300, 0, None),
    (lrs.first_below, lrs.StepDecay(10**9) * lrs.InverseTimeDecay(1e-9), 1e-5, 0, None),
    (lrs.first_below, lrs.Clip(lrs.StepDecay(30), lower=0.1), 0.1, 0, None),
    (lrs.first_above, lrs.Stretch(lrs.LinearWarmup(10**6), 10**6), 0.25, 0, 25 * 10**10 + 1),
]


@pytest.mark.parametrize(("ask", "schedule", "value", "after", "expected"), FAR)
def test_crossings_far_out(
    ask: Callable[..., int | None],
    schedule: lrs.Schedule,
    value: float,
    after: int,
    expected: int | None,
) -> None:
    begin = time.process_time()
    found = ask(schedule, value, after)
    assert time.process_time() - begin < 2
    holds = (lambda v: v < value) if ask is lrs.first_below else (lambda v: v > value)
    if found is None:
        assert not holds(schedule(10**300))
        assert expected is None
    else:
        assert holds(schedule(found))
        assert found == after or not holds(schedule(found - 1))
        assert found == expected or expected is None


@dataclass(frozen=True)
class Ripple(lrs.Schedule):
    """A user's own, endless: nothing is known of its steps but by visiting them."""

    period: float
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.sin(t / self.period)


def test_a_schedule_of_unknown_bounds_is_visited_and_given_up() -> None:
    assert lrs.first_above(Ripple(1e5), 0.99, after=1000) == 142_926
    assert lrs.first_above(lrs.Take(Ripple(1e5), 10_000), 0.99) is None
    begin = time.process_time()
    with pytest.raises(ValueError, match=r"first_above: no answer for Ripple\(100000.0\) in 10"):
        lrs.first_above(Ripple(1e5), 1.0)
    assert time.process_time() - begin < 20


def test_far_out_steps_are_visited_one_by_one_and_not_for_ever() -> None:
    said = r"^first_above: no answer for Ripple\(100000\.0\) in 1\d\d\d\d\d steps$"
    with pytest.raises(ValueError, match=said):
        lrs.first_above(Ripple(1e5), 2.0, after=2**60)


@dataclass(frozen=True)
class Bump(lrs.Schedule):
    """A user's own that tells where it turns."""

    peak_at: int
    steps = None

    @property
    def turns(self) -> tuple[int, ...]:
        return (self.peak_at,)

    def formula(self, t: Any, xp: Any) -> Any:
        return 1 / (1 + abs(t - self.peak_at) / self.peak_at)


def test_a_users_class_that_tells_its_turns_is_answered_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visited = []

    def counted(schedule: lrs.Schedule, start: int, stop: int) -> Any:
        visited.append(stop - start)
        return values_at(schedule, start, stop)

    monkeypatch.setattr(questions, "values_at", counted)
    schedule = Bump(10**9)
    assert lrs.first_above(schedule, 0.999) == 998_998_999
    assert lrs.first_below(schedule, 0.001, after=10**9) == 1_000_000_000_001
    assert lrs.first_above(schedule, 1.0) is None
    assert lrs.first_below(0.5 + schedule, 0.6) == 10_000_000_001
    assert sum(visited) < 50_000  # without its turns ten million, and no answer
    assert bounds(schedule, 10**8, 10**10) == (schedule(10**10), 1.0)
    assert lrs.check(schedule, 10**12) == ()


def test_turns_say_where_a_curve_may_turn() -> None:
    assert lrs.CosineDecay(9).turns == ()
    assert lrs.Noam(8, warmup_steps=5).turns == (5,)
    assert lrs.PiecewiseLinear([2, 4], [0.0, 1.0]).turns == (2, 4)
    assert Ripple(1.0).turns is None


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (
            lambda: lrs.first_below(3, 1),
            TypeError,
            "first_below: schedule must be a schedule, got 3",
        ),
        (lambda: lrs.first_above(ALL[0], math.nan), ValueError, "value must be a finite number"),
        (
            lambda: lrs.first_above(ALL[0], 1, -1),
            ValueError,
            "after must be a non-negative integer",
        ),
        (lambda: lrs.diff(ALL[0], 3, 1), TypeError, "diff: b must be a schedule, got 3"),
        (lambda: lrs.diff(ALL[0], ALL[0], -1), ValueError, "steps must be a non-negative integer"),
        (lambda: lrs.check(ALL[0], 1.5), ValueError, "total_steps must be a non-negative integer"),
        (lambda: lrs.describe(3), TypeError, "describe: schedule must be a schedule, got 3"),
        (lambda: lrs.match(ALL[0], [1], ["x"]), TypeError, "logged_values must be finite numbers"),
        (lambda: lrs.match(ALL[0], [1], [math.nan]), ValueError, "logged_values must be finite"),
        (lambda: lrs.match(ALL[0], [1, 2], [1.0]), ValueError, "as many as the 2 steps"),
        (lambda: lrs.match(ALL[0], [-1], [1.0]), ValueError, "step must be a finite number >= 0"),
    ],
)
def test_arguments(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says):
        call()


# diff, match


def test_diff() -> None:
    a, b = lrs.LinearDecay(10_000), lrs.Sequence(lrs.LinearDecay(10_000, end=0.0), lrs.Constant(1))
    assert not lrs.diff(a, b, 10_000)
    assert lrs.diff(a, b, 10_002) == Difference(10_000, 1.0, 10_000)
    assert lrs.diff(a, lrs.LinearDecay(5_000), 10_000) == Difference(1, 0.5, 5_000)
    # inf - inf is no difference; the last bit is one
    assert not lrs.diff(lrs.ExponentialDecay(2.0), 1.0 * lrs.ExponentialDecay(2.0), 5000)
    assert lrs.diff(lrs.Constant(1), lrs.Constant(1 + 2**-52), 1).largest == 2**-52
    assert not lrs.diff(lrs.Constant(1), lrs.Constant(2), 0)


def test_match() -> None:
    schedule = lrs.warmup_cosine(3e-4, 1000, warmup_steps=100)
    steps = np.arange(0, 1000, 10)
    logged = schedule(steps).astype(np.float32)
    found = lrs.match(schedule, steps, logged)
    assert found
    assert (found.first, found.offset) == (None, 0)
    assert 0 < found.largest < 3e-11
    edited = logged.astype(float)
    edited[40:] *= 0.5
    found = lrs.match(schedule, steps.tolist(), edited.tolist())
    assert not found
    assert (found.first, found.offset) == (400, None)
    assert found.expected == schedule(400)
    assert found.logged == edited[40]
    for offset in (1, -1):
        shifted = schedule(np.maximum(steps + offset, 0))
        assert lrs.match(schedule, steps, shifted).offset == offset
        assert lrs.match(lrs.Shift(schedule, offset), steps, shifted)
    rounded = [float(f"{value:.2e}") for value in logged.tolist()]
    assert not lrs.match(schedule, steps, rounded)
    assert lrs.match(schedule, steps, rounded, tolerance=1e-2)
    assert lrs.match(schedule, [], [])


# phases, describe, check


def test_phases_lie_end_to_end_and_have_the_values_of_the_whole() -> None:
    whole = 0.5 * lrs.Sequence(
        lrs.LinearWarmup(5),
        2 * lrs.Sequence(lrs.Constant(1, steps=3), lrs.CosineDecay(4)),
        lrs.Take(lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(2), lrs.StepDecay(3)), 2), 9),
    )
    parts = phases(whole)
    assert [part.start for part in parts] == [0, 5, 8, 12, 16]
    assert [part.stop for part in parts] == [5, 8, 12, 16, 21]
    for part in parts:
        for step in range(part.start, part.stop or 30):
            assert part(step) == whole(step)


def test_describe() -> None:
    schedule = lrs.Sequence(lrs.LinearWarmup(10), lrs.LinearDecay(0), lrs.InverseSqrtDecay(10))
    described = lrs.describe(schedule, 40)
    assert [(p.start, p.stop) for p in described.phases] == [(0, 10), (10, 40)]
    assert described.warnings[0].kind == "warmup"
    assert str(described).splitlines() == [
        "from step  to step  value  to value  phase",
        "        0       10      0         1  LinearWarmup(10)",
        "       10       40      1       0.5  InverseSqrtDecay(10.0)",
        "note: the warmup takes 10 of 40 steps",
    ]
    assert [p.stop for p in lrs.describe(schedule).phases] == [10, None]
    assert lrs.describe(schedule).warnings == ()
    assert [p.stop for p in lrs.describe(schedule, 5).phases] == [5]
    for any_schedule in ALL:
        str(lrs.describe(any_schedule))


GOOD = lrs.warmup_cosine(0.1, 1000, warmup_steps=100)


@pytest.mark.parametrize(
    ("schedule", "steps", "expected"),
    [
        (GOOD, 1000, []),
        (GOOD, 1001, [("zero", 1000)]),
        (GOOD, 1112, [("zero", 1000)]),
        (lrs.warmup_cosine(0.1, 1000, warmup_steps=10, end=0.01), 1010, []),
        (lrs.warmup_cosine(0.1, 1000, warmup_steps=10, end=0.01), 1011, [("long", 1000)]),
        (lrs.warmup_linear(1e-3, 100, warmup_steps=10), 103, [("zero", 100)]),
        # A cooldown of what has ended: the decay of 0.
        (
            lrs.cooldown(lrs.warmup_linear(1.0, 100, warmup_steps=10), 120, lrs.LinearDecay(20)),
            140,
            [("zero", 100)],
        ),
        (0.0 * lrs.LinearDecay(50), 50, []),  # which never was anything else
        (lrs.MultiStepDecay([5, 9], gamma=0.0), 20, [("zero", 5)]),
        (GOOD, 999, [("short", 999), ("warmup", 100)]),
        (lrs.Sequence(lrs.LinearWarmup(9), lrs.Constant(0.5)), 100, [("jump", 9)]),
        (lrs.Sequence(lrs.LinearWarmup(9), lrs.Constant(0.5)), 9, [("warmup", 9)]),
        (lrs.Sequence(lrs.LinearWarmup(9), lrs.Constant(1 + 1e-9)), 100, []),
        (lrs.LinearDecay(100, end=-1.0), 100, [("negative", 51)]),
        (1 / lrs.LinearDecay(10), 10, []),
        (1 / lrs.LinearDecay(10), 11, [("long", 10), ("infinite", 10)]),
        (-1 / lrs.LinearDecay(10), 10, [("negative", 0)]),
        (lrs.LinearDecay(100, end=-1.0), 51, [("short", 51)]),
        (lrs.Noam(512, 4000), 5000, []),
        (lrs.Constant(1), 0, []),
        (Ripple(10.0), 100, [("negative", 32)]),
    ],
)
def test_check(schedule: lrs.Schedule, steps: int, expected: list[tuple[str, int]]) -> None:
    found = lrs.check(schedule, steps)
    assert [(finding.kind, finding.step) for finding in found] == expected
    assert all(finding.fault == (finding.kind not in ("warmup", "long")) for finding in found)


COSINES = [lrs.CosineDecay(10)] * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lrs.Cycle(lrs.CosineDecay(10), count=3), lrs.Sequence(*COSINES)),
        (0.5 * lrs.Cycle(lrs.CosineDecay(10), count=3), lrs.Sequence(*(0.5 * c for c in COSINES))),
        (
            lrs.Stretch(lrs.Cycle(lrs.CosineDecay(10), count=2), 3),
            lrs.Sequence(lrs.CosineDecay(30), lrs.CosineDecay(30)),
        ),
        (
            lrs.Cycle(lrs.LinearDecay(10), stretch=2, gain=0.5, count=2),
            lrs.Sequence(lrs.LinearDecay(10), lrs.LinearDecay(20, start=0.5)),
        ),
        (
            lrs.Shift(lrs.Cycle(lrs.CosineDecay(10), count=3), 10),
            lrs.Sequence(*COSINES[1:]),
        ),
        (
            lrs.Take(lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(6, 0.5))), 20),
            lrs.Sequence(*[lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(6, 0.5))] * 2),
        ),
        (
            lrs.PiecewiseConstant([5, 9], [1.0, 0.5, 0.1]),
            lrs.Sequence(lrs.Constant(1, 5), lrs.Constant(0.5, 4), lrs.Constant(0.1)),
        ),
        (
            lrs.Clip(lrs.Cycle(lrs.LinearDecay(10), count=2), lower=0.2) + 0.1,
            lrs.Sequence(*[lrs.Clip(lrs.LinearDecay(10), lower=0.2) + 0.1] * 2),
        ),
        (
            lrs.Cycle(lrs.LinearWarmup(10), mirror=True, count=2),
            lrs.Sequence(*[lrs.LinearWarmup(10), lrs.LinearDecay(10)] * 2),
        ),
        # Stairs of one step, and stairs on a slope.
        (
            lrs.PiecewiseConstant([5, 6, 7], [1.0, 0.5, 0.2, 0.1]),
            lrs.Sequence(
                lrs.Constant(1, 5), lrs.Constant(0.5, 1), lrs.Constant(0.2, 1), lrs.Constant(0.1)
            ),
        ),
        (
            lrs.Take(lrs.StepDecay(30), 90) * lrs.CosineDecay(90),
            lrs.Sequence(*(lrs.Constant(c, 30) for c in (1, 0.1, 0.01))) * lrs.CosineDecay(90),
        ),
        (
            lrs.Staircase(lrs.LinearDecay(9), 3) * lrs.CosineDecay(9),
            lrs.Sequence(*(lrs.Constant(c / 3, 3) for c in (3, 2, 1)), lrs.Constant(0.0, 0))
            * lrs.CosineDecay(9),
        ),
        # Through clocks.
        (
            lrs.Warp(lrs.Sequence(*COSINES), lrs.LinearWarmup(60, end=30)),
            lrs.Sequence(*[lrs.CosineDecay(20)] * 3),
        ),
        (
            lrs.Stretch(lrs.Sequence(*COSINES[:2]), 1.1),
            lrs.Sequence(lrs.CosineDecay(11), lrs.CosineDecay(11)),
        ),
        (
            lrs.Shift(lrs.Cycle(lrs.CosineDecay(7), count=10**12 + 3), 7 * 10**12),
            lrs.Cycle(lrs.CosineDecay(7), count=3),
        ),
        # A warmup that is a factor, and zeros amid a run.
        (
            lrs.LinearWarmup(20) * lrs.Sequence(lrs.Constant(1, 20), lrs.CosineDecay(80)),
            lrs.Sequence(lrs.LinearWarmup(20), lrs.CosineDecay(80)),
        ),
        (
            lrs.Sequence(lrs.Take(lrs.LinearDecay(10), 30), lrs.LinearWarmup(30)),
            lrs.Sequence(lrs.LinearDecay(10), lrs.Constant(0, 20), lrs.LinearWarmup(30)),
        ),
    ],
    ids=repr,
)
def test_findings_depend_on_the_curve_alone(one: lrs.Schedule, other: lrs.Schedule) -> None:
    def told(schedule: lrs.Schedule, total_steps: int) -> list[tuple[str, int, str]]:
        found = lrs.check(schedule, total_steps)
        return [(finding.kind, finding.step, finding.message) for finding in found]

    end = other.steps or 20
    np.testing.assert_allclose(one(np.arange(end)), other(np.arange(end)), atol=1e-15)
    for total_steps in (end, end + 3, end // 2):
        assert told(one, total_steps) == told(other, total_steps)


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, st.integers(1, 4), st.integers(1, 40))
def test_a_cycle_has_the_findings_of_its_sequence(
    schedule: lrs.Schedule, count: int, length: int
) -> None:
    one = lrs.Take(schedule, length)
    cycle, sequence = lrs.Cycle(one, count=count), lrs.Sequence(*[one] * count)
    assert lrs.check(cycle, count * length) == lrs.check(sequence, count * length)


def test_a_jump_is_found_at_any_boundary() -> None:
    two = lrs.Sequence(lrs.LinearDecay(10), lrs.LinearDecay(10))
    never = 10**12
    for schedule, steps, expected in [
        (lrs.Take(two, 10), 20, [("jump", 10), ("long", 10)]),  # what it holds is its next phase
        (lrs.Stretch(two, 1 / 3), 6, [("jump", 4), ("short", 6)]),
        # Back from 20 to 0 it is still up at 30, and down after.
        (lrs.Cycle(two, mirror=True, count=1), 40, [("jump", 10), ("jump", 31)]),
        # So slow a phase is level to the last digit when it begins.
        (lrs.Sequence(lrs.Constant(0.5, 10), lrs.CosineDecay(10**9)), 10**9, [("jump", 10)]),
        (
            lrs.Sequence(
                lrs.Take(lrs.Cycle(lrs.LinearWarmup(1), mirror=True), never), lrs.Constant(5)
            ),
            never + 9,
            [("jump", never)],
        ),
        # Steep is not broken.
        (
            lrs.Sequence(
                lrs.Constant(1, 10**6), lrs.PolynomialDecay(100, power=0.5), lrs.Constant(0)
            ),
            10**6 + 100,
            [],
        ),
    ]:
        found = [(f.kind, f.step) for f in lrs.check(schedule, steps, accept=["short"])]
        assert found == [each for each in expected if each[0] != "short"]


def test_zeros_amid_a_run() -> None:
    decay, again = lrs.LinearDecay(10), lrs.LinearWarmup(10, end=0.5)
    (found,) = lrs.check(lrs.Sequence(lrs.Take(decay, 30), again, lrs.Constant(0.5)), 100)
    assert str(found) == "fault: 21 updates have rate 0, from step 10 to step 30"
    # A run that ends amid them.
    (found,) = lrs.check(
        lrs.Sequence(lrs.Take(decay, 30), lrs.Constant(1)), 30, accept=["short", "jump"]
    )
    assert found.message == "the last 20 updates have rate 0, from step 10 on"
    (found,) = lrs.check(decay, 11)
    assert found.message == "the last update has rate 0, from step 10 on"
    for touches in (
        lrs.Cycle(lrs.LinearWarmup(5), mirror=True),
        lrs.Sequence(lrs.Constant(0, steps=5), lrs.LinearWarmup(5), lrs.Constant(1)),
        lrs.Sequence(decay, again, lrs.Constant(0.5)),
    ):
        assert lrs.check(touches, 100) == ()


def test_cycles_are_phases_of_a_description() -> None:
    def listed(schedule: lrs.Schedule, total_steps: int | None = None) -> list[tuple[Any, ...]]:
        described = lrs.describe(schedule, total_steps)
        for part in described.phases:
            for step in range(part.start, min(part.stop or 10**9, part.start + 50)):
                assert part(step) == pytest.approx(schedule(step), rel=1e-12, abs=1e-300)
        return [(p.start, p.stop, p.number, p.among) for p in described.phases]

    cosine = lrs.CosineDecay(10)
    three = [(0, 10, 1, 9), (10, 20, 2, 9), (20, 30, 3, 9)]
    assert listed(lrs.Cycle(cosine, count=9)) == [*three, (80, 90, 9, 9)]
    assert listed(lrs.Cycle(cosine), 85) == [*three, (80, 85, 9, 9)]
    assert listed(lrs.Cycle(cosine)) == [(a, b, c, None) for a, b, c, _ in three]
    assert listed(lrs.Take(lrs.Cycle(cosine), 15)) == [(0, 10, 1, 2), (10, 15, 2, 2)]
    assert listed(0.5 * lrs.Sequence(lrs.LinearWarmup(5), lrs.Cycle(cosine, count=2))) == [
        (0, 5, None, None),
        (5, 15, 1, 2),
        (15, 25, 2, 2),
    ]
    assert listed(lrs.Stretch(lrs.Cycle(cosine, gain=0.5, count=2), 3)) == [
        (0, 30, 1, 2),
        (30, 60, 2, 2),
    ]
    assert listed(lrs.Cycle(cosine, stretch=1.5, gain=0.5, mirror=True, count=4)) == [
        (0, 20, 1, 4),
        (20, 50, 2, 4),
        (50, 95, 3, 4),
        (95, 163, 4, 4),
    ]
    text = str(lrs.describe(lrs.Cycle(lrs.Constant(1, steps=10), count=1_000_000))).splitlines()
    assert text[3].endswith("cycle 3 of 1,000,000: Constant(1.0, steps=10)")
    assert text[4].endswith("999,996 more cycles")
    assert text[5].startswith("9,999,990  10,000,000")
    text = str(lrs.describe(lrs.Cycle(lrs.Constant(1, steps=10)))).splitlines()
    assert text[4].endswith("and so on, without an end")


def test_what_is_meant_is_accepted() -> None:
    restarts = lrs.cosine_restarts(1.0, 70, every=10, stretch=2, warmup_steps=0)
    assert [(f.kind, f.step) for f in lrs.check(restarts, 70)] == [("jump", 10), ("jump", 30)]
    assert lrs.check(restarts, 70, accept=("jump",)) == ()
    assert [f.kind for f in lrs.check(restarts, 75, accept=["jump"])] == ["zero"]
    for wrong, kind in (("jump", TypeError), (["jumps"], ValueError), (3, TypeError)):
        with pytest.raises(kind, match=r"^check: accept must be a sequence of 'jump', "):
            lrs.check(restarts, 70, accept=wrong)  # type: ignore[arg-type]


def test_of_many_restarts_the_first_ten_and_the_last_are_told() -> None:
    begin = time.process_time()
    found = lrs.check(lrs.Cycle(lrs.CosineDecay(7)), 10**12)
    assert [finding.step for finding in found] == [*(7 * i for i in range(1, 11)), 10**12 - 1]
    assert lrs.check(lrs.Cycle(lrs.LinearWarmup(1), mirror=True), 10**12) == ()
    assert time.process_time() - begin < 10


def test_the_horizon_of_an_endless_schedule_is_a_few_times_its_slowest_part() -> None:
    assert horizon(lrs.Noam(512, 4000)) == 16_000
    assert horizon(lrs.Stretch(lrs.StepDecay(30), 100)) == 12_000
    assert horizon(0.1 * lrs.MultiStepDecay([30, 80])) == 320
    assert horizon(lrs.Constant(1)) == 1
    assert horizon(lrs.CosineDecay(0)) == 1


def test_work_without_an_end_is_refused_or_left_out() -> None:
    a, b = lrs.LinearDecay(10), lrs.CosineDecay(20)
    assert lrs.diff(a, b, 2**70) == lrs.diff(a, b, 21)  # both are held from there on
    with pytest.raises(ValueError, match=r"^diff: steps must be at most 1000000000: every one"):
        lrs.diff(a, lrs.Noam(8, 4), 2**70)
    with pytest.raises(ValueError, match=r"^layer_rates: depth must be .* of at most 1000000, got"):
        lrs.layer_rates(a, 2**70, 0.5)


def test_numbers_beyond_floats_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^match: logged_values must be finite numbers, got"):
        lrs.match(lrs.LinearDecay(10), [1], [10**400])
    for norm in (10**400, [10**400]):
        with pytest.raises(ValueError, match=r"^trust_ratio: weight_norm must be a number or an"):
            lrs.trust_ratio(norm, 1.0)


def test_steps_that_are_none_never_match() -> None:
    """Even where the logged values are what the first step has."""
    for steps in ([-1], [-(10**400)], [0, -3]):
        with pytest.raises(ValueError, match=r"^LinearDecay: step must be a finite number >= 0"):
            lrs.match(lrs.LinearDecay(10), steps, [1.0] * len(steps))


def test_a_step_beyond_floats_is_answered() -> None:
    found = lrs.match(lrs.LinearDecay(10), [0, 10**400], [1.0, 0.5])
    assert (found.first, found.expected, found.logged) == (10**400, 0.0, 0.5)


@pytest.mark.parametrize("norm", [[10**400], ["x"], [1j], [None], [True]])
def test_arrays_of_no_numbers_are_refused(norm: list[Any]) -> None:
    for array in (norm, np.array(norm)):
        with pytest.raises((TypeError, ValueError), match=r"^trust_ratio: weight_norm must be a n"):
            lrs.trust_ratio(array, 1.0)
    ours = lrs.trust_ratio(np.array([1, 2.5], dtype=object), 1.0)
    assert ours.tolist() == lrs.trust_ratio([1, 2.5], 1.0).tolist()
