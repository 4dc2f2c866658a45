"""Presets: the composition each one documents, its values at the landmarks, its exact ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lrsched as lrs

PEAK = 3e-4

# A preset's call, and the composition it stands for.
COMPOSITIONS = [
    (
        lrs.warmup_constant(PEAK, 100, warmup_steps=10),
        lrs.Sequence(lrs.LinearWarmup(10, end=PEAK), lrs.Constant(PEAK, steps=90)),
    ),
    (
        lrs.warmup_linear(PEAK, 100, warmup_steps=10, end=3e-5),
        lrs.Sequence(lrs.LinearWarmup(10, end=PEAK), lrs.LinearDecay(90, start=PEAK, end=3e-5)),
    ),
    (
        lrs.warmup_cosine(PEAK, 100, warmup_steps=10, end=3e-5),
        lrs.Sequence(lrs.LinearWarmup(10, end=PEAK), lrs.CosineDecay(90, start=PEAK, end=3e-5)),
    ),
    (
        lrs.warmup_polynomial(PEAK, 100, power=2, warmup_steps=10, end=3e-5),
        lrs.Sequence(
            lrs.LinearWarmup(10, end=PEAK), lrs.PolynomialDecay(90, 2, start=PEAK, end=3e-5)
        ),
    ),
    (
        lrs.warmup_inverse_sqrt(PEAK, 100, warmup_steps=10),
        lrs.Sequence(
            lrs.LinearWarmup(10, end=PEAK), lrs.Take(lrs.InverseSqrtDecay(10, start=PEAK), 90)
        ),
    ),
    (
        lrs.warmup_inverse_sqrt(PEAK, 100, warmup_steps=0, timescale=30),
        lrs.Sequence(
            lrs.LinearWarmup(0, end=PEAK), lrs.Take(lrs.InverseSqrtDecay(30, start=PEAK), 100)
        ),
    ),
    *(
        (
            lrs.warmup_stable_decay(
                PEAK, 100, warmup_steps=10, decay_steps=20, decay=name, end=3e-5
            ),
            lrs.Sequence(lrs.LinearWarmup(10, end=PEAK), lrs.Constant(PEAK, steps=70), decay),
        )
        for name, decay in {
            "linear": lrs.LinearDecay(20, start=PEAK, end=3e-5),
            "cosine": lrs.CosineDecay(20, start=PEAK, end=3e-5),
            "1-sqrt": lrs.PowerDecay(20, power=0.5, start=PEAK, end=3e-5),
            "exponential": lrs.GeometricDecay(20, start=PEAK, end=3e-5),
        }.items()
    ),
    (
        lrs.warmup_multistep(PEAK, 100, milestones=[30, 60], gamma=0.5, warmup_steps=10),
        lrs.Sequence(
            lrs.LinearWarmup(10, end=PEAK),
            lrs.Take(lrs.MultiStepDecay([20, 50], gamma=0.5, start=PEAK), 90),
        ),
    ),
    (
        lrs.one_cycle(PEAK, 100, warmup_steps=30),
        lrs.Sequence(
            lrs.CosineWarmup(30, start=PEAK / 25, end=PEAK),
            lrs.CosineDecay(70, start=PEAK, end=PEAK / 25 / 1e4),
        ),
    ),
    (
        lrs.one_cycle(PEAK, 100, warmup_steps=30, start=1e-5, end=2e-6),
        lrs.Sequence(
            lrs.CosineWarmup(30, start=1e-5, end=PEAK), lrs.CosineDecay(70, start=PEAK, end=2e-6)
        ),
    ),
    (
        lrs.cosine_restarts(PEAK, 100, every=20, stretch=2, warmup_steps=10, end=3e-5),
        lrs.Sequence(
            lrs.LinearWarmup(10, end=PEAK),
            lrs.Take(lrs.Cycle(lrs.CosineDecay(20, start=PEAK, end=3e-5), stretch=2, count=3), 90),
        ),
    ),
    (
        lrs.triangular(PEAK, 100, every=8, start=3e-5),
        lrs.Take(lrs.Cycle(lrs.LinearWarmup(4, start=3e-5, end=PEAK), mirror=True), 100),
    ),
    (
        lrs.triangular(PEAK, 100, every=8, start=3e-5, gain=0.5),
        lrs.Take(
            3e-5 + lrs.Cycle(lrs.LinearWarmup(4, end=PEAK - 3e-5), mirror=True, gain=0.5), 100
        ),
    ),
    (
        lrs.infinite_lr(
            PEAK, 100, value=1e-4, cooldown_steps=30, decay_steps=20, end=1e-6, warmup_steps=10
        ),
        lrs.Sequence(
            lrs.LinearWarmup(10, end=PEAK),
            lrs.CosineDecay(30, start=PEAK, end=1e-4),
            lrs.Constant(1e-4, steps=40),
            lrs.GeometricDecay(20, start=1e-4, end=1e-6),
        ),
    ),
    (lrs.range_test(PEAK, 100, start=1e-7), lrs.ExponentialWarmup(100, start=1e-7, end=PEAK)),
    (
        lrs.cooldown(lrs.Constant(PEAK), at=50, decay=lrs.LinearDecay(20)),
        lrs.Sequence(lrs.Take(lrs.Constant(PEAK), 50), PEAK * lrs.LinearDecay(20)),
    ),
]


@pytest.mark.parametrize(("preset", "composition"), COMPOSITIONS, ids=repr)
def test_a_preset_is_its_composition(preset, composition):
    assert preset == composition
    assert preset.steps == composition.steps == (70 if "Take(Constant" in repr(preset) else 100)


# By hand, for the calls above: the first step, the landmarks, the last one.
def at(preset, values):
    for step, value in values.items():
        for got in (preset(step), preset([step])[0]):
            assert got == pytest.approx(value, rel=1e-14, abs=0)


def test_landmarks():
    peak, half = 1.0, 0.5
    at(
        lrs.warmup_constant(peak, 100, warmup_steps=10),
        {0: 0.0, 5: half, 9: 0.9, 10: peak, 99: peak, 100: peak, 1000: peak},
    )
    at(
        lrs.warmup_linear(peak, 110, warmup_steps=10, end=0.1),
        {0: 0.0, 5: half, 10: peak, 60: 0.55, 110: 0.1, 111: 0.1},
    )
    at(
        lrs.warmup_cosine(peak, 110, warmup_steps=10, end=0.2),
        {0: 0.0, 10: peak, 35: 0.6 + 0.4 * math.sqrt(0.5), 60: 0.6, 110: 0.2, 10**9: 0.2},
    )
    at(
        lrs.warmup_polynomial(peak, 110, power=3, warmup_steps=10),
        {0: 0.0, 10: peak, 60: 0.125, 110: 0.0},
    )
    at(
        lrs.warmup_inverse_sqrt(peak, 1000, warmup_steps=10),
        {0: 0.0, 5: half, 10: peak, 40: half, 90: 1 / 3, 1000: 0.1, 4000: 0.1},
    )
    at(
        lrs.warmup_stable_decay(peak, 100, warmup_steps=10, decay_steps=16, decay="1-sqrt"),
        {0: 0.0, 5: half, 10: peak, 84: peak, 85: 0.75, 88: half, 93: 0.25, 100: 0.0},
    )
    at(
        lrs.warmup_stable_decay(
            peak, 100, warmup_steps=10, decay_steps=20, decay="exponential", end=1e-4
        ),
        {10: peak, 80: peak, 85: 0.1, 90: 1e-2, 95: 1e-3, 100: 1e-4},
    )
    at(
        lrs.warmup_multistep(peak, 100, milestones=[10, 30, 60], gamma=0.5, warmup_steps=10),
        {0: 0.0, 9: 0.9, 10: half, 29: half, 30: 0.25, 59: 0.25, 60: 0.125, 100: 0.125},
    )
    at(
        lrs.one_cycle(peak, 100, warmup_fraction=0.3),
        {0: 0.04, 15: 0.52, 30: peak, 65: (1 + 4e-6) / 2, 100: 4e-6},
    )
    at(
        lrs.cosine_restarts(peak, 80, every=10, stretch=2, warmup_steps=10, end=0.2),
        {0: 0.0, 10: peak, 15: 0.6, 20: peak, 30: 0.6, 40: peak, 60: 0.6, 80: 0.2},
    )
    at(
        lrs.triangular(peak, 100, every=8, start=0.2),
        {0: 0.2, 2: 0.6, 4: peak, 6: 0.6, 8: 0.2, 12: peak, 100: peak, 104: peak},
    )
    at(
        lrs.triangular(peak, 100, every=8, start=0.2, gain=0.5),
        {0: 0.2, 4: peak, 8: 0.2, 12: 0.6, 16: 0.2, 20: 0.4},
    )
    at(
        lrs.infinite_lr(
            peak, 100, value=0.5, cooldown_steps=30, decay_steps=20, end=5e-3, warmup_steps=10
        ),
        {0: 0.0, 10: peak, 25: 0.75, 40: half, 79: half, 80: half, 90: 0.05, 100: 5e-3},
    )
    at(lrs.range_test(peak, 100, start=1e-4), {0: 1e-4, 25: 1e-3, 50: 1e-2, 75: 0.1, 100: peak})


peaks = st.floats(1e-8, 10) | st.floats(-10, -1e-8)
ends = st.sampled_from([0.0, 1e-5, 0.1]) | st.floats(-1, 1)


@settings(max_examples=200)  # the deep search is that of test_trees.py
@given(peaks, ends, st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_ends_and_peaks_are_exact(peak, end, warmup, middle, decay):
    total = warmup + middle + decay
    schedules = [
        lrs.warmup_linear(peak, total, warmup_steps=warmup, end=end),
        lrs.warmup_cosine(peak, total, warmup_steps=warmup, end=end),
        lrs.warmup_polynomial(peak, total, power=1.7, warmup_steps=warmup, end=end),
        lrs.one_cycle(peak, total, warmup_steps=warmup, start=0.0, end=end),
        *(
            lrs.warmup_stable_decay(
                peak, total, warmup_steps=warmup, decay_steps=decay, decay=name, end=end
            )
            for name in ("linear", "cosine", "1-sqrt")
        ),
    ]
    for schedule in schedules:
        assert schedule.steps == total
        assert schedule(0) == (0.0 if warmup else peak if total else end)
        if warmup < total:
            assert schedule(warmup) == schedule([warmup])[0] == (peak if middle or decay else end)
        length_of_the_last = total - warmup if len(schedule.phases) == 2 else decay
        assert schedule(total) == schedule([total])[0] == end or not length_of_the_last
        assert schedule(total + 1000) == schedule(total) == end
    constant = lrs.warmup_constant(peak, total, warmup_steps=warmup)
    assert constant(total) == peak == constant(total + 10)


@settings(max_examples=200)
@given(st.integers(1, 20), st.sampled_from([1, 2, 3]), st.integers(0, 200), st.integers(1, 4))
def test_restarts_end_with_a_wave_that_ends_there(every, stretch, rest, count):
    endless = lrs.Cycle(lrs.CosineDecay(every, end=0.1), stretch=stretch)
    schedule = lrs.cosine_restarts(1.0, rest, every=every, stretch=stretch, warmup_steps=0, end=0.1)
    assert schedule.steps == rest
    assert [schedule(t) for t in range(rest)] == [endless(t) for t in range(rest)]
    total = every * sum(stretch**i for i in range(count))
    filled = lrs.cosine_restarts(1.0, total, every=every, stretch=stretch, warmup_steps=0, end=0.1)
    assert filled(total) == filled([total])[0] == filled(10 * total) == 0.1


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 1 / 3, 1.0])
def test_a_fraction_is_its_number_of_steps(fraction):
    for preset in [
        lrs.warmup_constant,
        lrs.warmup_linear,
        lrs.warmup_cosine,
        lambda *a, **k: lrs.warmup_polynomial(*a, power=2, **k),
        lambda *a, **k: lrs.warmup_inverse_sqrt(*a, timescale=10, **k),
        lambda *a, **k: lrs.warmup_stable_decay(*a, decay_steps=0, **k),
        lambda *a, **k: lrs.warmup_multistep(*a, milestones=[1000], **k),
        lrs.one_cycle,
        lambda *a, **k: lrs.cosine_restarts(*a, every=10, **k),
        lambda *a, **k: lrs.infinite_lr(
            *a, value=0.1, end=0.1, cooldown_steps=0, decay_steps=0, **k
        ),
    ]:
        schedule = preset(1.0, 120, warmup_fraction=fraction)
        assert schedule == preset(1.0, 120, warmup_steps=round(120 * fraction))
        assert schedule.steps == 120


RUNS = [
    lrs.Constant(PEAK),
    lrs.Sequence(lrs.LinearWarmup(10, end=PEAK), lrs.Constant(PEAK)),
    lrs.warmup_cosine(PEAK, 1000, warmup_steps=10),
    lrs.warmup_inverse_sqrt(PEAK, 1000, warmup_steps=10),
    PEAK * lrs.Cycle(lrs.CosineDecay(30), stretch=2),
    lrs.Noam(512, 40),
    lrs.ExponentialDecay(0.99, start=PEAK),
    lrs.Take(lrs.StepDecay(30), 60),
]


@pytest.mark.parametrize("run", RUNS, ids=repr)
@pytest.mark.parametrize("at", [0, 1, 9, 10, 50, 59, 60, 61, 500, 5000])
def test_a_cooldown_branches_off_a_run(run, at):
    for decay in [
        lrs.LinearDecay(100),
        lrs.CosineDecay(100),
        lrs.PowerDecay(100, power=0.5),
        lrs.GeometricDecay(100, end=0.01),
        lrs.LinearDecay(0, end=0.5),
    ]:
        branch = lrs.cooldown(run, at=at, decay=decay)
        assert branch.steps == at + decay.steps
        # Before, it is the run; at the step, the run's value; from there on, the decay of it.
        before = np.arange(at)
        assert [branch(t) for t in before[-100:]] == [run(t) for t in before[-100:]]
        np.testing.assert_array_max_ulp(branch(before), run(before), maxulp=4)
        if decay.steps:
            assert branch(at) == run(at)
        for k in (0, 1, 50, 99, 100, 1000):
            assert branch(at + k) == run(at) * decay(k)
        if decay(decay.steps) == 0:
            assert branch(branch.steps) == 0.0


def test_a_cooldown_of_a_cooldown():
    once = lrs.cooldown(lrs.Constant(1.0), at=100, decay=lrs.LinearDecay(100))
    twice = lrs.cooldown(once, at=150, decay=lrs.LinearDecay(10))
    assert twice([99, 100, 125, 150, 155, 160]).tolist() == [1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
