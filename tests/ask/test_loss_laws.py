"""Laws of losses, held against their formulas step by step, and against the authors' own runs."""

from __future__ import annotations

import inspect
import io
import itertools
import math
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_theory import SHAPES

import lrsched as lrs
from lrsched.ask import fits
from lrsched.ask.kernels import exponentials, fading

Floats = NDArray[np.float64]

# What github.com/thu-yao-01-luo/MultiPowerLaw has in its configuration: L0 to gamma.
AUTHORS = {
    "25M": (3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257),
    "100M": (2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.65523644),
    "400M": (2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457),
}
LAW = lrs.MultiPowerLaw(*AUTHORS["400M"])

# Their runs, and some of the losses that they measured with 400M parameters.
WARMUP = lrs.Take(lrs.LinearWarmup(2159, end=3e-4), 2160)
PLATEAU = lrs.Constant(3e-4, 20_000 - 2160)
COSINE = lrs.Sequence(WARMUP, lrs.CosineDecay(72_000 - 2160, start=3e-4, end=3e-5))
WSD = lrs.Sequence(WARMUP, PLATEAU, lrs.GeometricDecay(4_000, start=3e-4, end=3e-5))
STEP = lrs.Sequence(WARMUP, lrs.Constant(3e-4, 8_000 - 2160), lrs.Constant(3e-5, 8_000))
MEASURED: list[tuple[lrs.Schedule, dict[int, float]]] = [
    (COSINE, {10_880: 2.9362, 28_288: 2.7741, 45_696: 2.6871, 63_104: 2.6282, 71_936: 2.6154}),
    (WSD, {4_864: 3.1482, 10_240: 2.9518, 18_304: 2.8523, 20_992: 2.7919, 23_936: 2.7222}),
    (STEP, {3_840: 3.2402, 7_168: 3.0336, 8_768: 2.9146, 12_096: 2.8659, 15_936: 2.8402}),
]


def multi_power(law: lrs.MultiPowerLaw, schedule: lrs.Schedule, steps: int) -> list[float]:
    """The law step by step, with 30 digits, each sum as it is written down."""
    with mpmath.workdps(30):
        e = [mpmath.mpf(value) for value in schedule(range(steps)).tolist()]
        losses = []
        for t in range(steps):
            area = mpmath.fsum(e[: t + 1])
            if not area:
                losses.append(math.inf if law.A else law.L0)
                continue
            loss = law.L0 + law.A * area**-law.alpha
            for k in range(1, t + 1):
                since = mpmath.fsum(e[k : t + 1])
                gone = mpmath.mpf(since > 0)
                if e[k]:
                    gone = 1 - (1 + law.C * e[k] ** -law.gamma * since) ** -law.beta
                loss += law.B * (e[k] - e[k - 1]) * gone
            losses.append(float(loss))
        return losses


SMALL = st.floats(0, 5)
POSITIVE = st.floats(0.05, 5)
LAWS = st.builds(
    lrs.MultiPowerLaw, SMALL, SMALL, POSITIVE, SMALL, POSITIVE, POSITIVE, st.floats(0, 1.5)
)


@settings(max_examples=40)
@given(LAWS, SHAPES, st.sampled_from([1e-4, 0.1, 1.0]), st.integers(1, 40))
def test_losses_are_their_formula(
    law: lrs.MultiPowerLaw, shape: lrs.Schedule, peak: float, steps: int
) -> None:
    schedule = peak * shape
    expected = np.array(multi_power(law, schedule, steps))
    losses = law(schedule, steps)
    # What one change adds or takes, at most: what is added up is rounded to that.
    changes = law.B * float(abs(np.diff(schedule(range(steps)))).sum())
    near = 3e-15 * (1 + steps * changes) * np.maximum(1, abs(expected))
    finite = np.isfinite(expected)
    assert (losses[~finite] == math.inf).all()
    assert (abs(losses - expected)[finite] < near[finite]).all()


UNIT = 2**200


def direct(rates: Floats, changes: Floats, widths: Floats, power: float, at: Any) -> Floats:
    """What is left of changes, one term for every pair of steps; distances in whole numbers."""
    whole = (int(Fraction(e) * UNIT) for e in rates.tolist())
    reached = np.array([*itertools.accumulate(whole)], dtype=object)
    before = np.array([0, *reached[:-1]], dtype=object)
    sums = []
    for t in at:
        distances = ((reached[t] - before[: t + 1]) / UNIT).astype(float)
        with np.errstate(all="ignore"):
            ratios = np.where(distances > 0, distances / widths[: t + 1], 0.0)
        sums.append(math.fsum(changes[: t + 1] * (1 + ratios) ** -power))
    return np.array(sums)


@pytest.mark.parametrize("schedule", [COSINE, WSD, STEP], ids=["cosine", "wsd", "step"])
def test_what_the_past_adds_is_carried_to_fourteen_digits(schedule: lrs.Schedule) -> None:
    n = schedule.steps or 0
    rates = schedule(np.arange(n))
    changes = np.diff(rates, prepend=rates[0])
    widths = rates**LAW.gamma / LAW.C
    at = np.unique(np.linspace(0, n - 1, 40).astype(int))
    expected = direct(rates, changes, widths, LAW.beta, at)
    scale = abs(changes).sum()
    assert (abs(fading(rates, changes, widths, LAW.beta, at) - expected) < 1e-14 * scale).all()
    every = fading(rates, changes, widths, LAW.beta, np.arange(n))
    assert (abs(every[at] - expected) < 1e-14 * scale).all()


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 1) | st.just(0.0), min_size=1, max_size=400),
    st.floats(0.05, 6),
    st.floats(-12, 3),
    st.integers(0, 5),
)
def test_changes_of_any_width_fade(
    values: list[float], power: float, orders: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rates, n = np.array(values), len(values)
    changes = np.where(rng.random(n) < 0.7, rng.normal(size=n), 0.0)
    widths = np.where(rng.random(n) < 0.9, 10 ** (orders * rng.random(n)), 0.0)
    at = np.flatnonzero(rng.random(n) < 0.5)
    got = fading(rates, changes, widths, power, at)
    expected = direct(rates, changes, widths, power, at)
    whole = direct(rates, np.abs(changes), widths, power, at)
    assert (abs(got - expected) <= 1e-12 * whole).all()


@pytest.mark.parametrize("power", [0.05, 0.59, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("near", [1e-12, 1e-6, 0.1, 1.0])
def test_a_power_is_a_sum_of_exponentials(power: float, near: float) -> None:
    for far in (1e-3, 1.0, 1e4):
        s, weights = exponentials(power, near * far, far)
        r = np.geomspace(near * far, far, 500)
        assert len(s) < 300
        assert (abs(np.exp(weights - np.outer(r, s)).sum(axis=1) * r**power - 1) < 1e-13).all()


# What the authors published


def test_the_constants_of_the_docstring() -> None:
    lines = inspect.cleandoc(lrs.MultiPowerLaw.__doc__ or "").splitlines()
    rows = {words[0]: words[1:] for line in lines if (words := [*line.split(), ""])[0] in AUTHORS}
    assert {name: tuple(map(float, row[:7])) for name, row in rows.items()} == AUTHORS
    assert [row[7] for row in rows.values()] == ["0.00376", "0.00435", "0.00484"]


def test_losses_that_were_measured() -> None:
    assert round(float(LAW(COSINE, 71_937)[-1]), 5) == 2.61848
    assert round(float(LAW(WSD, 23_937)[-1]), 5) == 2.70045
    for schedule, measured in MEASURED:
        at = np.array([*measured])
        predicted = LAW(schedule, at.max() + 1)[at]
        assert (abs(predicted / np.array([*measured.values()]) - 1) < 0.012).all()


@pytest.mark.parametrize(
    ("size", "cosine", "wsd"), [("25M", 3.2038, 3.2766), ("100M", 2.8632, 2.9514)]
)
def test_losses_of_the_smaller_models(size: str, cosine: float, wsd: float) -> None:
    law = lrs.MultiPowerLaw(*AUTHORS[size])
    assert law(COSINE, 71_921)[-1] == pytest.approx(cosine, rel=0.001)
    assert law(WSD, 23_905)[-1] == pytest.approx(wsd, rel=0.006)


# What laws do whatever their constants


@settings(max_examples=30)
@given(LAWS, SHAPES, st.integers(2, 60), st.floats(1e-3, 1e3))
def test_a_law_in_other_units_of_the_rate(
    law: lrs.MultiPowerLaw, schedule: lrs.Schedule, steps: int, unit: float
) -> None:
    other = lrs.MultiPowerLaw(
        law.L0, law.A * unit**law.alpha, law.alpha, law.B / unit, law.C * unit ** (law.gamma - 1),
        law.beta, law.gamma,
    )  # fmt: skip
    np.testing.assert_allclose(
        other(unit * schedule, steps), law(schedule, steps), rtol=1e-11, atol=1e-11
    )


@settings(max_examples=30)
@given(LAWS, SHAPES, st.integers(2, 60))
def test_a_law_is_linear_in_three_constants(
    law: lrs.MultiPowerLaw, schedule: lrs.Schedule, steps: int
) -> None:
    def with_(*factors: float) -> Floats:
        l0, a, b = factors
        parts = lrs.MultiPowerLaw(l0, a, law.alpha, b, law.C, law.beta, law.gamma)
        return parts(schedule, steps)

    moved = np.flatnonzero(schedule(range(steps)))
    first = int(moved[0]) if moved.size else steps
    whole = with_(law.L0, law.A, law.B)[first:]
    parts = law.L0 * with_(1, 0, 0) + law.A * with_(0, 1, 0) + law.B * with_(0, 0, 1)
    np.testing.assert_allclose(whole, parts[first:], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("law", [LAW, lrs.AnnealingLaw(2.6, A=0.4, alpha=0.5, C=0.4)])
def test_a_run_begins_as_a_longer_one_does(law: Any) -> None:
    whole = law(WSD, 24_000)
    for steps in (2_200, 20_000, 20_001, 23_999):
        np.testing.assert_allclose(law(WSD, steps), whole[:steps], rtol=1e-13)


def test_without_falls_there_is_one_power() -> None:
    losses = LAW(lrs.Constant(3e-4), 1000)
    area = 3e-4 * np.arange(1, 1001)
    np.testing.assert_allclose(losses, LAW.L0 + LAW.A * area**-LAW.alpha, rtol=1e-14)


def test_a_rate_of_0_has_the_limit() -> None:
    """A fall to 0 shows nothing while the rate stays there, as a fall to next to nothing."""
    for end in (0.0, 1e-200):
        run = lrs.PiecewiseConstant([50, 60], [1e-3, end, 5e-4])
        losses = LAW(run, 70)
        assert losses[50:60] == pytest.approx(losses[49], rel=1e-12)
        assert losses[60] < losses[59] - 0.1 * LAW.B * 5e-4


# The annealing law


def annealing(
    warmup: int, schedule: lrs.Schedule, steps: int, factor: float
) -> tuple[Floats, Floats]:
    """S1 and S2 in a loop, as the authors' script has them: a warmup counts as its peak."""
    rates = [schedule(max(step, warmup)) for step in range(steps)]
    momentum, areas = [0.0], []
    for before, rate in itertools.pairwise(rates):
        momentum.append(factor * momentum[-1] + (before - rate))
    areas = np.cumsum(rates)
    return areas, np.cumsum(momentum)


RUNS = [
    (500, lrs.Sequence(lrs.LinearWarmup(500, end=2e-4), lrs.CosineDecay(4_500, start=2e-4))),
    (500, lrs.Sequence(lrs.LinearWarmup(500, end=2e-4), lrs.Constant(2e-4))),
    (10, lrs.Noam(512, 10)),
    (0, 1e-3 * lrs.LinearDecay(5_000)),
    (100, 0.3 * lrs.warmup_stable_decay(1, 5_000, warmup_steps=100, decay_fraction=0.2)),
    (30, lrs.Sequence(lrs.ConstantWarmup(30, start=0.01), lrs.StepDecay(1000))),
]


@pytest.mark.parametrize(("warmup", "schedule"), RUNS, ids=[repr(run) for _, run in RUNS])
@pytest.mark.parametrize("factor", [0.0, 0.9, 0.999])
def test_areas_are_those_of_a_loop(warmup: int, schedule: lrs.Schedule, factor: float) -> None:
    for steps in (1, 17, 5_001):
        area, annealed = annealing(warmup, schedule, max(steps, warmup + 1), factor)
        if steps > warmup:  # a run that ends in its warmup knows of no later peak
            inverse = lrs.AnnealingLaw(0, A=1, alpha=1, C=0, lambda_=factor)(schedule, steps)
            np.testing.assert_allclose(inverse, 1 / area[:steps], rtol=1e-12)
            fallen = -lrs.AnnealingLaw(0, A=0, alpha=1, C=1, lambda_=factor)(schedule, steps)
            np.testing.assert_allclose(fallen, annealed[:steps], rtol=1e-11, atol=1e-18)


def test_the_areas_of_the_authors_runs() -> None:
    warmup = lrs.LinearWarmup(500, end=2e-4)
    cosine = lrs.Sequence(warmup, lrs.CosineDecay(19_500, start=2e-4))
    constant = lrs.Sequence(warmup, lrs.Constant(2e-4))
    for run, area, annealed in ((cosine, 2.0501, 0.1974738377275273), (constant, 4.0002, 0.0)):
        s1 = 1 / lrs.AnnealingLaw(0, A=1, alpha=1, C=0)(run, 20_001)[-1]
        s2 = -lrs.AnnealingLaw(0, A=0, alpha=1, C=1)(run, 20_001)[-1]
        assert s1 == pytest.approx(area, rel=1e-14)
        assert s2 == pytest.approx(annealed, rel=1e-14)


def test_rounding_ends_no_warmup() -> None:
    """The last digits of values that rise, or stay, go up and down."""
    noisy = lrs.PiecewiseConstant([2, 5, 10, 90], [0.5, 0.5 - 2**-53, 1.0, 1 - 2**-52, 0.5])
    clean = lrs.PiecewiseConstant([5, 90], [0.5, 1.0, 0.5])
    law = lrs.AnnealingLaw(2, A=1, alpha=0.5, C=0.1)
    np.testing.assert_allclose(law(noisy, 100), law(clean, 100), rtol=1e-14)
    assert law(clean, 100)[0] == pytest.approx(3, rel=1e-15)  # as if its rate were 1


# Fits

# The losses in the script of Tissue et al., at steps 1000, 2000, ..., 20000.
COSINE_LOSSES = [
    3.6696358, 3.3254106, 3.1908393, 3.1158533, 3.0604768, 3.020384, 2.9880967, 2.9612265,
    2.9395165, 2.9195616, 2.9030452, 2.8881907, 2.8767889, 2.8654318, 2.8565135, 2.8489892,
    2.843639, 2.8398669, 2.8380618, 2.8376071,
]  # fmt: skip
CONSTANT_LOSSES = [
    3.6714418, 3.325626, 3.1884103, 3.111947, 3.058354, 3.0211415, 2.9874816, 2.96082, 2.9406552,
    2.9241402, 2.9054413, 2.8942103, 2.8807929, 2.8702695, 2.862175, 2.8530996, 2.8448784,
    2.8383856, 2.8326995, 2.8294308,
]  # fmt: skip
TISSUE = [
    lrs.Sequence(lrs.LinearWarmup(500, end=2e-4), lrs.CosineDecay(19_500, start=2e-4)),
    lrs.Sequence(lrs.LinearWarmup(500, end=2e-4), lrs.Constant(2e-4)),
]
AT = np.arange(1000, 20_001, 1000)


@pytest.mark.frameworks
def test_the_annealing_law_of_the_authors_losses() -> None:
    law = lrs.AnnealingLaw.fit(TISSUE, [AT, AT], [COSINE_LOSSES, CONSTANT_LOSSES])
    found = [round(x, 4) for x in (law.L0, law.A, law.C, law.alpha)]
    assert found == [2.6278, 0.4297, 0.4108, 0.5498]
    assert law.lambda_ == 0.999
    losses = np.array([*COSINE_LOSSES, *CONSTANT_LOSSES])
    predicted = np.concatenate([law(run, 20_001)[AT] for run in TISSUE])
    r2 = 1 - ((losses - predicted) ** 2).sum() / ((losses - losses.mean()) ** 2).sum()
    assert round(r2, 5) == 0.99963


@pytest.mark.frameworks
def test_a_fit_finds_the_law_that_losses_came_from() -> None:
    law = lrs.AnnealingLaw(2.6, A=0.43, alpha=0.55, C=0.41, lambda_=0.99)
    found = lrs.AnnealingLaw.fit(TISSUE[0], AT, law(TISSUE[0], 20_001)[AT], lambda_=0.99)
    for name in ("L0", "A", "alpha", "C", "lambda_"):
        assert getattr(found, name) == pytest.approx(getattr(law, name), rel=1e-6)


@pytest.mark.frameworks
def test_a_fit_predicts_another_run() -> None:
    scale = 1e-3
    runs = [lrs.CosineDecay(800, start=scale), lrs.Take(lrs.StepDecay(400, start=scale), 800)]
    at = np.arange(20, 800, 20)
    law = lrs.MultiPowerLaw(3, A=0.5, alpha=0.5, B=300, C=1, beta=0.5, gamma=0.5)
    steps = [at, at[::-1]]
    losses = [law(run, 800)[some] for run, some in zip(runs, steps, strict=True)]
    found = lrs.MultiPowerLaw.fit(runs, steps, losses)
    another = lrs.warmup_stable_decay(scale, 800, warmup_steps=0, decay_fraction=0.3)
    np.testing.assert_allclose(found(another, 800)[50:], law(another, 800)[50:], rtol=1e-5)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.frameworks
def test_a_long_fit_shows_how_far_it_is_to_whoever_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    losses = lrs.AnnealingLaw(3, A=0.5, alpha=0.5, C=0.4)(TISSUE[0], 20_001)[AT]
    looks = (Terminal(), 0.0, True), (Terminal(), 60.0, False), (io.StringIO(), 0.0, False)
    for terminal, patience, shown in looks:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(fits, "_PATIENCE", patience)
        lrs.AnnealingLaw.fit(TISSUE[0], AT, losses)
        drawn = terminal.getvalue()
        assert bool(drawn) is shown
        assert not shown or drawn.endswith(f"\r[{'#' * 40}] 100%\n")


def test_without_scipy_a_fit_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ImportError, match=r"AnnealingLaw\.fit needs SciPy: pip install scipy"):
        lrs.AnnealingLaw.fit(TISSUE[0], AT, COSINE_LOSSES)


# Bad input

DECAY = lrs.LinearDecay(9)
FEW = [1, 2, 3, 4]


def fit(*arguments: Any, **more: Any) -> Callable[[], Any]:
    return lambda: lrs.AnnealingLaw.fit(*arguments, **more)


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda: lrs.MultiPowerLaw(-1, 1, 1, 1, 1, 1, 1), ValueError,
         "MultiPowerLaw: L0 must be a non-negative finite number, got -1"),
        (lambda: lrs.MultiPowerLaw(1, 1, 0, 1, 1, 1, 1), ValueError, "alpha must be a positive"),
        (lambda: lrs.MultiPowerLaw(1, 1, 1, -1, 1, 1, 1), ValueError, "B must be a non-negative"),
        (lambda: lrs.MultiPowerLaw(1, 1, 1, 1, 0, 1, 1), ValueError, "C must be a positive"),
        (lambda: lrs.MultiPowerLaw(1, 1, 1, 1, 1, -1, 1), ValueError, "beta must be a positive"),
        (lambda: lrs.MultiPowerLaw(1, 1, 1, 1, 1, 1, -1), ValueError, "gamma must be a non-neg"),
        (lambda: lrs.AnnealingLaw(1, math.nan, 1, 1), ValueError, "A must be a non-negative"),
        (lambda: lrs.AnnealingLaw(1, 1, 1, 1, 1), ValueError,
         "AnnealingLaw: lambda_ must be a number from 0 to below 1, got 1"),
        (lambda: lrs.AnnealingLaw("1", 1, 1, 1), TypeError, "L0 must be a non-negative"),
        (lambda: LAW("x", 9), TypeError, "MultiPowerLaw: schedule must be a schedule, got 'x'"),
        (lambda: LAW(DECAY, 11), ValueError,
         "MultiPowerLaw: steps must be at most 10: schedule ends at step 9, got 11"),
        (lambda: LAW(0 - DECAY, 9), ValueError, "schedule must be finite and not below 0 at any"),
        (lambda: LAW(DECAY, 2**100), ValueError, "steps must be at most 10: schedule ends"),
        (lambda: LAW(lrs.Constant(1), 2**100), ValueError, "at most 1000000000: every one of them"),
        (fit(DECAY, [1, 2, 3], [3, 2, 1]), ValueError,
         "AnnealingLaw.fit: losses must be at least 4, one for each constant of the law, got 3"),
        (lambda: lrs.MultiPowerLaw.fit([DECAY] * 2, [[1, 2, 3]] * 2, [[3, 2, 1]] * 2), ValueError,
         "MultiPowerLaw.fit: losses must be at least 7, one for each constant of the law, got 6"),
        (fit(DECAY, [], []), ValueError, "losses must be at least 4"),
        (fit(DECAY, FEW, [3, 2, 1]), ValueError, "losses must be as many as the 4 steps"),
        (fit(DECAY, [1, 2, 3, 4.5], FEW), ValueError, "steps must be non-negative integers"),
        (fit(DECAY, [-1, 2, 3, 4], FEW), ValueError, "steps must be non-negative integers"),
        (fit(DECAY, [1, 2, 3, 10], FEW), ValueError,
         "steps must be at most 9, where the schedule ends, got"),
        (fit(DECAY, [1, 2, 3, 2**70], FEW), ValueError, "steps must be at most 9, where the"),
        (fit(lrs.Constant(1), [1, 2, 3, 2**70], FEW), ValueError, "steps must be at most 10000000"),
        (fit(DECAY, FEW, [3, 2, 1, 0]), ValueError, "losses must be positive finite numbers"),
        (fit(DECAY, FEW, [3, 2, 1, math.nan]), ValueError, "losses must be positive finite"),
        (fit(DECAY, list("abcd"), FEW), TypeError, "steps must be non-negative integers"),
        (fit(DECAY, FEW, [FEW]), ValueError, "losses must be a sequence of positive finite"),
        (fit(lrs.LinearWarmup(9), [0, 1, 2, 3], FEW), ValueError,
         "steps must be at or after the first step with a rate above 0"),
        (fit([DECAY], FEW, [FEW]), ValueError, "steps must be as many as the 1 schedules"),
        (fit([DECAY], [FEW], [FEW, FEW]), ValueError, "losses must be as many as the 1 schedules"),
        (fit([DECAY, 3], [FEW] * 2, [FEW] * 2), TypeError, r"schedule\[1\] must be a schedule"),
        (fit([DECAY, DECAY], [FEW, FEW], [FEW, FEW[1:]]), ValueError, r"losses\[1\] must be as"),
        (fit(3, FEW, FEW), TypeError, "schedule must be a schedule, or a sequence of them, got 3"),
        (fit([], [], []), ValueError, "schedule must be a schedule, or a sequence of them"),
        (fit(DECAY, FEW, FEW, lambda_=1), ValueError, "lambda_ must be a number from 0 to below 1"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_sentence(ask: Callable[[], Any], kind: Any, says: str) -> None:
    with pytest.raises(kind, match=says) as raised:
        ask()
    assert "\n" not in str(raised.value)
