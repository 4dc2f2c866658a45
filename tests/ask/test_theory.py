"""Bounds and averages of a run, held against their formulas in whole fractions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import lrsched as lrs
from lrsched.ask.averages import effective_updates
from lrsched.ask.rates import running, running_back

PEAKS = st.floats(1e-6, 1e3)
LENGTHS = st.integers(1, 60)
SHAPES: st.SearchStrategy[lrs.Schedule] = st.one_of(
    st.builds(lrs.Constant, st.just(1.0)),
    st.builds(lrs.LinearDecay, st.just(60)),
    st.builds(lrs.CosineDecay, st.just(60), end=st.floats(0, 1)),
    st.builds(lrs.InverseSqrtDecay, st.floats(1, 100)),
    st.builds(lrs.StepDecay, st.integers(1, 30), gamma=st.floats(0.01, 1)),
    st.builds(lambda n: lrs.Sequence(lrs.LinearWarmup(n), lrs.CosineDecay(60 - n)), LENGTHS),
    # some rates are 0, amid the run too
    st.lists(st.floats(0, 1), min_size=7, max_size=7).map(
        lambda values: lrs.PiecewiseConstant([9, 18, 27, 36, 45, 54], values)
    ),
    st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=7, max_size=7).map(
        lambda values: lrs.PiecewiseConstant([9, 18, 27, 36, 45, 54], values)
    ),
)


def rates_of(schedule: lrs.Schedule, steps: int) -> list[Fraction]:
    return [Fraction(value) for value in schedule(range(steps)).tolist()]


def terms(schedule: lrs.Schedule, steps: int) -> tuple[Fraction, Fraction, Fraction]:
    """T1, T2, T3 for distance = gradient = 1, sum by sum as they are written down."""
    e = [Fraction(0), *rates_of(schedule, steps)]
    n = steps

    def s(k: int) -> Fraction:
        return sum(e[k:], Fraction(0))

    def q(k: int) -> Fraction:
        return sum((x * x for x in e[k:]), Fraction(0))

    t3 = sum((e[k] / s(k + 1) * (q(k) / s(k)) for k in range(1, n) if e[k]), Fraction(0)) / 2
    return 1 / (2 * s(1)), q(1) / (2 * s(1)), t3


def off(value: float, exact: Any) -> float:
    return abs(float(value / exact - 1)) if exact else abs(value)


# The convex bound


@settings(max_examples=60)
@given(SHAPES, LENGTHS)
def test_the_bound_is_its_formula(schedule: lrs.Schedule, steps: int) -> None:
    assume(schedule(steps - 1) > 0)
    bound = lrs.convex_bound(schedule, steps)
    exact = terms(schedule, steps)
    for value, term in zip((bound.T1, bound.T2, bound.T3), exact, strict=True):
        assert off(Fraction(value), term) < 4e-15
    assert off(Fraction(bound.value), sum(exact)) < 4e-15
    noise = exact[1] + exact[2]
    assert off(Fraction(bound.best_scale) ** 2, exact[0] / noise) < 1e-14
    assert off(Fraction(bound.best_value) ** 2, 4 * exact[0] * noise) < 1e-14


@settings(max_examples=100)
@given(SHAPES, LENGTHS, PEAKS, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_what_the_units_of_a_bound_do(
    schedule: lrs.Schedule, steps: int, peak: float, distance: float, gradient: float
) -> None:
    assume(schedule(steps - 1) > 1e-9)
    one = lrs.convex_bound(schedule, steps)
    other = lrs.convex_bound(peak * schedule, steps, distance=distance, gradient=gradient)
    noise = gradient**2 * peak
    expected = one.T1 * distance**2 / peak, one.T2 * noise, one.T3 * noise
    found = other.T1, other.T2, other.T3
    assert found == pytest.approx(expected, rel=1e-13)
    assert other.value == pytest.approx(other.T1 + other.T2 + other.T3, rel=1e-15)
    assert other.best_scale == pytest.approx(one.best_scale * distance / gradient / peak, rel=1e-13)
    assert other.best_value == pytest.approx(one.best_value * distance * gradient, rel=1e-13)


@settings(max_examples=50)
@given(SHAPES, LENGTHS, st.floats(0.3, 3))
def test_the_best_scale_is_the_best(schedule: lrs.Schedule, steps: int, scale: float) -> None:
    assume(schedule(steps - 1) > 1e-9)
    bound = lrs.convex_bound(schedule, steps)
    best = lrs.convex_bound(bound.best_scale * schedule, steps)
    assert best.value == pytest.approx(bound.best_value, rel=1e-13)
    there = lrs.convex_bound(scale * bound.best_scale * schedule, steps).value
    assert there >= bound.best_value * (1 - 1e-13)


@pytest.mark.parametrize("steps", [1, 2, 65, 400, 2**18 + 1, 10**6])
def test_the_bounds_that_have_a_closed_form(steps: int) -> None:
    with mpmath.workdps(40):
        harmonic = mpmath.harmonic(steps - 1) if steps > 1 else mpmath.mpf(0)
        constant = lrs.convex_bound(lrs.Constant(0.01), steps)
        g = mpmath.mpf(0.01)
        assert off(constant.T1, 1 / (2 * g * steps)) < 2e-15
        assert off(constant.T2, g / 2) < 4e-15
        assert off(constant.T3, g * harmonic / 2) < 2e-15
        linear = lrs.convex_bound(lrs.LinearDecay(steps), steps)
        n = mpmath.mpf(steps)
        assert off(linear.T1, 1 / (n + 1)) < 2e-15
        assert off(linear.T2, (2 * n + 1) / (6 * n)) < 2e-15
        assert off(linear.T3, (2 * (n - 1) + 3 * harmonic) / (3 * n)) < 2e-15


WSD = {"warmup_steps": 0, "decay_fraction": 0.2}


@pytest.mark.parametrize(
    ("schedule", "scale", "value"),
    [
        (lrs.Constant(1), 0.018175895078, 0.137544808073),
        (lrs.CosineDecay(400), 0.048241886844, 0.103385905867),
        (lrs.LinearDecay(400), 0.049563130691, 0.100629865436),
        (lrs.warmup_stable_decay(1, 400, **WSD), 0.025373661417, 0.109323012489),
        (lrs.warmup_stable_decay(1, 400, **WSD, decay="1-sqrt"), 0.026846137623, 0.107288147166),
    ],
    ids=["constant", "cosine", "linear", "wsd", "1-sqrt"],
)  # fmt: skip
def test_the_authors_own_numbers(schedule: lrs.Schedule, scale: float, value: float) -> None:
    bound = lrs.convex_bound(schedule, 400)
    assert round(bound.best_scale, 12) == scale
    assert round(bound.best_value, 12) == value


@pytest.mark.parametrize("steps", [100, 1_100, 4_900])
def test_the_closed_bound_of_a_plateau_with_a_linear_cooldown(steps: int) -> None:
    """Theorem 9 of Schaipp et al. is a little above the sum that it bounds."""
    n = (steps + 1) // 5  # of T + 1 rates, the last is 0 and not used
    schedule = lrs.Sequence(lrs.Constant(1, steps - n), lrs.LinearDecay(n))
    t, t0 = mpmath.mpf(steps), mpmath.mpf(steps + 1 - n)
    h = mpmath.harmonic
    inner = (
        mpmath.mpf(2) / 3
        + (t + 2 * t0) / (3 * (t + t0))
        + h(t + t0 - 2)
        - h(t - t0 + 1)
        - ((t - t0) * (t0 - 1)) / (3 * (t - t0 + 2) * (t + t0))
        + 1 / (t - t0) ** 2
        + h(t - t0 - 1) / (t - t0 + 1)
    )
    closed = float(mpmath.sqrt(4 * inner / (t + t0)))
    assert 0.8 * closed < lrs.convex_bound(schedule, steps).best_value <= closed


def test_rates_of_any_size_have_a_bound() -> None:
    shape = lrs.LinearDecay(50)
    one = lrs.convex_bound(shape, 50)
    for size in (1e-300, 1e-200, 1e200, 1e300):
        bound = lrs.convex_bound(size * shape, 50)
        assert bound.best_value == pytest.approx(one.best_value, rel=1e-13)
        assert bound.best_scale * size == pytest.approx(one.best_scale, rel=1e-13)
    still = lrs.convex_bound(shape, 50, gradient=0)
    assert (still.value, still.best_scale, still.best_value) == (still.T1, math.inf, 0.0)


def test_a_run_may_use_the_value_at_its_schedules_end_and_none_beyond() -> None:
    schedule = lrs.CosineDecay(100, end=0.1)
    held = lrs.Sequence(schedule, lrs.Constant(0.1))
    assert lrs.convex_bound(schedule, 101) == lrs.convex_bound(held, 101)
    with pytest.raises(ValueError, match="steps must be at most 101: schedule ends at step 100"):
        lrs.convex_bound(schedule, 102)
    assert lrs.convex_bound(held, 102).T1 < lrs.convex_bound(held, 101).T1


def test_a_run_that_ends_at_rate_0_has_no_bound() -> None:
    schedule = lrs.Sequence(lrs.LinearDecay(100), lrs.Constant(0.0))
    says = "steps must be at most 100: from there on schedule is 0, and the bound has no end"
    for steps in (101, 400, 300_000):
        with pytest.raises(ValueError, match=says):
            lrs.convex_bound(schedule, steps)
    assert lrs.convex_bound(schedule, 100).value < 1.1


# Peaks and cooldowns


def test_the_best_peak_is_in_the_ratio_of_the_best_ones() -> None:
    wsd, linear = lrs.warmup_stable_decay(1, 400, **WSD), lrs.LinearDecay(400)
    ratio = 0.049563130691 / 0.025373661417
    assert lrs.best_peak(wsd, 1e-3, linear, 400) == pytest.approx(1e-3 * ratio, rel=1e-10)
    # of a length to another; a schedule without an end is as long as the run to come
    to_longer = lrs.best_peak(lrs.LinearDecay(400), 1.0, lrs.LinearDecay(900), 900)
    best = [lrs.convex_bound(lrs.LinearDecay(n), n).best_scale for n in (400, 900)]
    assert to_longer == pytest.approx(best[1] / best[0], rel=1e-14)
    to_linear = lrs.best_peak(lrs.Constant(1), 1.0, linear, 400)
    assert to_linear == pytest.approx(0.049563130691 / 0.018175895078, rel=1e-9)


@settings(max_examples=50)
@given(SHAPES, SHAPES, SHAPES, LENGTHS, PEAKS, PEAKS, PEAKS)
def test_peaks_go_from_run_to_run(
    a: lrs.Schedule, b: lrs.Schedule, c: lrs.Schedule, steps: int, x: float, y: float, peak: float
) -> None:
    a, b, c = (lrs.Take(schedule, steps) for schedule in (a, b, c))
    assume(min(schedule(steps - 1) for schedule in (a, b, c)) > 1e-9)
    assert lrs.best_peak(a, peak, x * a, steps) == pytest.approx(peak, rel=1e-13)
    there = lrs.best_peak(a, peak, b, steps)
    assert lrs.best_peak(x * a, peak, y * b, steps) == pytest.approx(there, rel=1e-13)
    on = lrs.best_peak(b, there, c, steps)
    assert on == pytest.approx(lrs.best_peak(a, peak, c, steps), rel=1e-13)


def every_cooldown(schedule: lrs.Schedule, steps: int, decay: Callable[[int], lrs.Schedule]) -> Any:
    """The bound with each length of a cooldown after the peak, composed as a user would."""
    bounds = {0: lrs.convex_bound(schedule, steps).best_value}
    for n in range(1, steps - int(np.argmax(schedule(range(steps)))) + 1):
        whole = lrs.cooldown(schedule, steps - n, decay(n))
        bounds[n] = lrs.convex_bound(whole, steps).best_value
    return bounds


def one_minus_root(n: int) -> lrs.Schedule:
    return lrs.PowerDecay(n, power=0.5)


def cubic(n: int) -> lrs.Schedule:
    """It falls so fast that the best is a length within, which no grid meets at once."""
    return lrs.PolynomialDecay(n, power=3)


@pytest.mark.parametrize("decay", [lrs.LinearDecay, lrs.CosineDecay, one_minus_root, cubic])
@pytest.mark.parametrize("steps", [1, 2, 30, 130])
@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Constant(0.3),
        lrs.Sequence(lrs.LinearWarmup(20), lrs.Constant(1)),
        lrs.Sequence(lrs.LinearWarmup(20), lrs.InverseSqrtDecay(50)),
        lrs.Take(lrs.StepDecay(100), 400),
    ],
    ids=repr,
)
def test_no_other_cooldown_is_better(
    schedule: lrs.Schedule, steps: int, decay: Callable[[int], lrs.Schedule]
) -> None:
    if schedule(steps - 1) == 0:
        return
    bounds = every_cooldown(schedule, steps, decay)
    peak = int(np.argmax(schedule(range(steps))))
    for length in (1, 1000):
        found = lrs.best_cooldown(schedule, steps, decay(length))
        assert found.at == steps - found.steps >= peak
        assert found.best_value == pytest.approx(min(bounds.values()), rel=1e-13)
        assert found.best_value == pytest.approx(bounds[found.steps], rel=1e-13)


def test_the_best_linear_cooldown_is_the_whole_run() -> None:
    found = lrs.best_cooldown(lrs.Constant(1), 400, lrs.LinearDecay(1))
    assert (found.at, found.steps) == (0, 400)
    assert round(found.best_scale, 12) == 0.049563130691
    assert round(found.best_value, 12) == 0.100629865436
    assert lrs.best_cooldown(lrs.LinearDecay(400), 400, lrs.LinearDecay(1)).steps == 0


# Averages


@settings(max_examples=60)
@given(SHAPES, LENGTHS, st.floats(0, 1))
def test_averaging_weights_are_their_formula(
    schedule: lrs.Schedule, steps: int, weight_decay: float
) -> None:
    weights = lrs.averaging_weights(schedule, steps, weight_decay)
    assert weights.shape == (steps + 1,)
    x = [Fraction(value * weight_decay) for value in schedule(range(steps)).tolist()]
    left = Fraction(1)
    for i in reversed(range(steps)):
        exact = float(x[i] * left)
        # The logarithm of what is left has a rounding of its own.
        near = 5e-16 * (4 - math.log(left) if left else 1)
        assert weights[i + 1] == pytest.approx(exact, rel=near, abs=1e-300)
        left *= 1 - x[i]
    assert weights[0] == pytest.approx(float(left), rel=1e-13, abs=1e-300)
    assert abs(math.fsum(weights) - 1) < 1e-15


@pytest.mark.parametrize("rate", [3e-4, 1e-3, 0.1])
def test_a_million_weights_add_up_to_1(rate: float) -> None:
    steps = 10**6
    for schedule in (lrs.Constant(1), lrs.CosineDecay(steps, end=0.1), lrs.LinearDecay(steps)):
        weights = lrs.averaging_weights(rate * schedule, steps, 0.1)
        assert abs(math.fsum(weights) - 1) <= 4e-16
    weights = lrs.averaging_weights(lrs.Constant(rate), steps, 0.1)
    with mpmath.workdps(40):
        kept = 1 - mpmath.mpf(rate * 0.1)
        exact = kept**steps
        near = 1e-15 * max(4, -mpmath.log(exact)) * exact
        assert abs(weights[0] - exact) <= near + 1e-300
        # A logarithm of so many, each rounded, is as far off as it is large.
        near = 1e-15 * max(1, 999 * rate * 0.1)
        assert abs(weights[-1000] / (rate * 0.1 * kept**999) - 1) < near


def test_weights_and_updates_of_the_issue() -> None:
    found = [
        lrs.averaging_weights(3e-4 * schedule, 10_000, 0.1)
        for schedule in (lrs.CosineDecay(10_000, end=0.1), lrs.LinearDecay(10_000), lrs.Constant(1))
    ]
    assert [round(float(weights[0]), 6) for weights in found] == [0.847881, 0.860694, 0.740815]
    assert [round(effective_updates(weights)) for weights in found] == [7725, 7719, 9926]


def test_weights_are_what_adamw_does() -> None:
    """The weights after a run of w <- (1 - e wd) w - e u are their average with -u / wd."""
    schedule = lrs.Sequence(lrs.LinearWarmup(5, end=0.2), lrs.CosineDecay(35, start=0.2))
    rng = np.random.default_rng(0)
    first, updates = rng.normal(), rng.normal(size=40)
    w = first
    for step, update in enumerate(updates):
        w = (1 - schedule(step) * 0.5) * w - schedule(step) * update
    weights = lrs.averaging_weights(schedule, 40, 0.5)
    assert w == pytest.approx(weights @ np.append(first, -updates / 0.5), rel=1e-13)


def test_all_equal_weights_are_as_many_updates() -> None:
    assert effective_updates(np.array([0.5, *[0.01] * 50])) == pytest.approx(50)
    assert effective_updates(lrs.averaging_weights(lrs.Constant(1), 9, 0.0)) == 0


def test_a_weight_decay_that_forgets_all_at_once() -> None:
    weights = lrs.averaging_weights(lrs.PiecewiseConstant([2, 3], [0.5, 1.0, 0.5]), 4, 1.0)
    assert weights.tolist() == [0, 0, 0, 0.5, 0.5]


def test_timescales() -> None:
    schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(100), lrs.CosineDecay(900))
    scale = lrs.timescale(schedule, 0.1)
    steps = np.arange(1, 1000)
    np.testing.assert_allclose(scale(steps), 1 / (schedule(steps) * 0.1), rtol=1e-14)
    assert scale(0) == scale(1000) == math.inf
    assert lrs.timescale(lrs.Noam(512, 4000), 0.1)(4000) == pytest.approx(
        10 / lrs.Noam(512, 4000)(4000)
    )


# Several at once


def test_a_comparison_is_what_each_question_answers() -> None:
    schedules = (
        3e-4 * lrs.CosineDecay(500, end=0.1),
        lrs.Constant(2e-3),
        1e-3 * lrs.LinearDecay(700),
    )
    law = lrs.AnnealingLaw(2.6, A=0.4, alpha=0.5, C=0.4)
    found = lrs.compare(*schedules, weight_decay=0.05, law=law)
    assert [one.schedule for one in found] == list(schedules)
    assert found == lrs.compare(*schedules, steps=500, weight_decay=0.05, law=law)
    for one, schedule in zip(found, schedules, strict=True):
        bound = lrs.convex_bound(schedule, 500)
        weights = lrs.averaging_weights(schedule, 500, 0.05)
        assert one.area == lrs.area(schedule, 500)
        assert one.bound == bound.best_value
        peak = schedule(range(500)).max() * bound.best_scale
        assert one.best_peak == pytest.approx(peak, rel=1e-14)
        assert one.initial_weight == weights[0]
        assert one.effective_updates == effective_updates(weights)
        assert one.final_loss == pytest.approx(law(schedule, 500)[-1], rel=1e-14)
        assert all(type(value) is float for value in one[1:])
    assert lrs.compare(schedules[0])[0].final_loss is None


# Sums that keep their digits


@settings(max_examples=100)
@given(st.lists(st.floats(0, 1), max_size=300), st.sampled_from([0.0, 0.5, 0.999, 1.0]))
def test_running_sums(values: list[float], factor: float) -> None:
    exact, sums = Fraction(0), []
    for value in values:
        exact = Fraction(factor) * exact + Fraction(value)
        sums.append(float(exact))
    np.testing.assert_allclose(running(np.array(values), factor), sums, rtol=1e-14, atol=0)
    if factor == 1:
        back = running_back(np.array(values))
        np.testing.assert_allclose(back, np.cumsum(values[::-1])[::-1], rtol=1e-13)


def test_ten_million_values_add_up() -> None:
    """One after another, they are a thousand times as far off."""
    n = 10**7
    sums = running(np.full(n, 0.1))
    exact = Fraction(0.1) * n
    assert off(Fraction(float(sums[-1])), exact) < 1e-15
    assert off(Fraction(float(np.cumsum(np.full(n, 0.1))[-1])), exact) > 1e-13


# Bad input

SCHEDULE = lrs.LinearDecay(100)
BELOW = lrs.LinearDecay(100, start=1.0, end=-1.0)


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda: lrs.convex_bound(3, 9), TypeError, "convex_bound: schedule must be a schedule"),
        (lambda: lrs.convex_bound(SCHEDULE, 0), ValueError, "steps must be a positive integer"),
        (lambda: lrs.convex_bound(SCHEDULE, 1.5), ValueError, "steps must be a positive integer"),
        (lambda: lrs.convex_bound(SCHEDULE, 102), ValueError, "steps must be at most 101"),
        (lambda: lrs.convex_bound(lrs.Constant(1), 2**200), ValueError, r"at most 2\*\*127"),
        (lambda: lrs.convex_bound(lrs.Constant(1), 2**63), ValueError, "at most 1000000000: every"),
        (lambda: lrs.convex_bound(BELOW, 100), ValueError,
         "schedule must be finite and not below 0 at any step of the run, got -0.98 at step 99"),
        (lambda: lrs.convex_bound(1 / lrs.LinearWarmup(9), 5), ValueError, "got inf at step 0"),
        (lambda: lrs.convex_bound(lrs.Constant(0), 5), ValueError, "schedule must be above 0 at"),
        (lambda: lrs.convex_bound(SCHEDULE, 9, distance=0), ValueError, "distance must be a pos"),
        (lambda: lrs.convex_bound(SCHEDULE, 9, gradient=-1), ValueError, "gradient must be a non"),
        (lambda: lrs.best_peak(SCHEDULE, 0, SCHEDULE, 9), ValueError, "peak must be a positive"),
        (lambda: lrs.best_peak(SCHEDULE, 1, SCHEDULE, 200), ValueError,
         "best_peak: steps must be at most 101: to_schedule ends at step 100, got 200"),
        (lambda: lrs.best_peak(BELOW, 1, SCHEDULE, 9), ValueError, "best_peak: from_schedule must"),
        (lambda: lrs.best_peak(SCHEDULE, 1, BELOW, 99), ValueError, "best_peak: to_schedule must"),
        (lambda: lrs.best_cooldown(SCHEDULE, 200, SCHEDULE), ValueError, "steps must be at most"),
        (lambda: lrs.best_cooldown(SCHEDULE, 9, lrs.Constant(1)), ValueError,
         "best_cooldown: decay must be a schedule with an end, got Constant"),
        (lambda: lrs.best_cooldown(SCHEDULE, 9, lrs.LinearDecay(5, start=2)), ValueError,
         "decay must be a schedule that starts at 1, got LinearDecay"),
        (lambda: lrs.best_cooldown(SCHEDULE, 9, BELOW), ValueError,
         "best_cooldown: decay must be a schedule that is nowhere below 0, got LinearDecay"),
        (lambda: lrs.best_cooldown(lrs.Constant(0), 9, SCHEDULE), ValueError,
         "best_cooldown: schedule must be above 0 at one of the first 9 steps at least"),
        (lambda: lrs.averaging_weights(SCHEDULE, 200, 0.1), ValueError, "steps must be at most"),
        (lambda: lrs.averaging_weights(SCHEDULE, 9, -0.1), ValueError, "weight_decay must be a"),
        (lambda: lrs.averaging_weights(4 * SCHEDULE, 9, 0.2501), ValueError,
         "averaging_weights: weight_decay must be at most 0.25, 1 over the largest rate, got 0.25"),
        (lambda: lrs.averaging_weights(BELOW, 100, 0.1), ValueError, r"got -0\.02\d* at step 51"),
        (lambda: lrs.timescale(SCHEDULE, 0), ValueError, "weight_decay must be a positive"),
        (lambda: lrs.timescale(BELOW, 0.1), ValueError,
         r"timescale: schedule must be not below 0 at any step, got -0\.02\d* at step 51"),
        (lambda: lrs.compare(), ValueError, "compare: schedules must be at least one schedule"),
        (lambda: lrs.compare(SCHEDULE, 3), TypeError, r"schedules\[1\] must be a schedule, got 3"),
        (lambda: lrs.compare(lrs.Constant(1)), ValueError, "steps must be given where no schedule"),
        (lambda: lrs.compare(lrs.Constant(1), BELOW), ValueError, r"schedules\[1\] must be"),
        (lambda: lrs.compare(SCHEDULE, steps=300), ValueError, r"schedules\[0\] ends at step 100"),
        (lambda: lrs.compare(SCHEDULE, law=3), TypeError, "law must be a MultiPowerLaw or an Ann"),
        (lambda: lrs.compare(SCHEDULE, weight_decay=3), ValueError, "weight_decay must be at"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_sentence(ask: Callable[[], Any], kind: Any, says: str) -> None:
    with pytest.raises(kind, match=says) as raised:
        ask()
    assert "\n" not in str(raised.value)
