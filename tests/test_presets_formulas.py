"""Presets with a paper or a peer behind their name, held against its formula at every step.

The formulas are written here as their sources have them, in exact or long arithmetic, and know
nothing of the compositions.
"""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import lrsched as lrs

PEAK, EXACT_PEAK = 3e-4, Fraction(3e-4)


def same(schedule: lrs.Schedule, expected: list[Fraction | mpmath.mpf], ulps: int = 8) -> None:
    """Every step of the run, one by one and as an array, to a few ulp."""
    wanted = np.array([float(value) for value in expected])
    steps = np.arange(len(expected))
    for got in (np.array([schedule(int(t)) for t in steps]), schedule(steps)):
        np.testing.assert_array_max_ulp(got, wanted, maxulp=ulps)


@pytest.mark.parametrize(("total", "cut"), [(1000, 100), (997, 99), (10, 1), (10, 9)])
@pytest.mark.parametrize("ratio", [32, 1, 2.5])
def test_slanted_triangular_is_that_of_ulmfit(total: int, cut: int, ratio: float) -> None:
    """Equation 3 of Howard & Ruder, whose cut / cut_frac is the whole run."""
    share, r = Fraction(cut, total), Fraction(ratio)
    expected = []
    for t in range(total + 1):
        p = Fraction(t, cut) if t < cut else 1 - Fraction(t - cut) / (cut * (1 / share - 1))
        expected.append(EXACT_PEAK * (1 + p * (r - 1)) / r)
    same(lrs.slanted_triangular(PEAK, total, warmup_steps=cut, ratio=ratio), expected)


def test_slanted_triangular_of_a_fraction() -> None:
    schedule = lrs.slanted_triangular(0.01, 1000, warmup_fraction=0.1)
    assert schedule([0, 50, 100, 550, 1000]).tolist() == pytest.approx(
        [0.01 / 32, 0.01 * 33 / 64, 0.01, 0.01 * 33 / 64, 0.01 / 32], rel=1e-15
    )


@pytest.mark.parametrize(
    ("total", "warmup", "decay"), [(200, 0.1, 0.5), (100, 0.0, 1.0), (99, 1 / 3, 1 / 3)]
)
@pytest.mark.parametrize(("first", "last"), [(0.01, 0.01), (0.5, 0.05)])
def test_tri_stage_is_that_of_fairseq(
    total: int, warmup: float, decay: float, first: float, last: float
) -> None:
    """`step_update` of fairseq's tri_stage, by stages and steps within them."""
    rise, fall = int(total * warmup), int(total * decay)
    hold = total - rise - fall
    factor = -mpmath.log(mpmath.mpf(PEAK * last) / PEAK) / fall
    expected = []
    for update in range(total + 20):
        if update < rise:
            low = Fraction(PEAK * first)
            expected.append(low + (EXACT_PEAK - low) / rise * update)
        elif update < rise + hold:
            expected.append(EXACT_PEAK)
        elif update <= rise + hold + fall:
            expected.append(PEAK * mpmath.exp(-factor * (update - rise - hold)))
        else:
            expected.append(Fraction(PEAK * last))
    schedule = lrs.tri_stage(
        PEAK,
        total,
        warmup_fraction=warmup,
        decay_fraction=decay,
        start=PEAK * first,
        end=PEAK * last,
    )
    same(schedule, expected, ulps=8 + math.ceil(-math.log(last)))


def test_tri_stage_has_the_scales_of_fairseq() -> None:
    schedule = lrs.tri_stage(1.0, 100, warmup_steps=10, decay_steps=50)
    assert schedule([0, 10, 50, 75, 100]).tolist() == pytest.approx(
        [0.01, 1, 1, 0.1, 0.01], rel=1e-15
    )


@pytest.mark.parametrize("total", [100, 101])
def test_a_trapezoid_is_three_straight_lines(total: int) -> None:
    schedule = lrs.trapezoid(PEAK, total, warmup_steps=10, decay_steps=25)
    falls = total - 25
    same(
        schedule,
        [
            EXACT_PEAK * min(Fraction(t, 10), 1, Fraction(total - t, 25) if t > falls else 1)
            for t in range(total + 1)
        ],
    )
    assert schedule == lrs.warmup_stable_decay(
        PEAK, total, warmup_steps=10, decay_steps=25, decay="linear"
    )


@pytest.mark.parametrize("decay", ["inverse", "linear"])
@pytest.mark.parametrize("milestones", [[], [100], [60, 90, 250]])
def test_wsd_s_goes_back_to_the_plateau(decay: str, milestones: list[int]) -> None:
    """Wen et al.: one warmup, then in each period a plateau and its decay, by 1 / rate or straight.

    As OLMo-core's `WSDS` has it, whose decays are straight, but that a milestone's own step is the
    next period's.
    """
    total, rise, fall, end = 300, 10, 20, PEAK / 10
    low = Fraction(end)
    expected = []
    for t in range(total):
        stop = next(stop for stop in [*milestones, total] if t < stop)
        x = Fraction(max(0, t - (stop - fall)), fall)
        if t < rise:
            expected.append(EXACT_PEAK * t / rise)
        elif decay == "inverse":
            expected.append(1 / (x / low + (1 - x) / EXACT_PEAK))
        else:
            expected.append(x * low + (1 - x) * EXACT_PEAK)
    schedule = lrs.wsd_s(
        PEAK,
        total,
        milestones=milestones,
        decay_steps=fall,
        decay=decay,
        warmup_steps=rise,
        end=end,
    )
    same(schedule, expected)
    assert schedule.steps == total
    assert schedule(total) == schedule([total])[0] == schedule(10**9) == end
    assert all(schedule(stop) == PEAK for stop in milestones)


def test_wsd_s_takes_fractions_of_its_periods() -> None:
    """The first period has the warmup in it, as in OLMo-core and levanter."""
    schedule = lrs.wsd_s(
        1.0, 1000, milestones=[100, 400], decay_fraction=0.1, warmup_fraction=0.01, end=0.1
    )
    assert [phase.steps for phase in schedule.phases] == [10, 80, 10, 270, 30, 540, 60]


@pytest.mark.parametrize("end", [1e-30, 1e-4, 0.0115, 0.023, 0.1])
@pytest.mark.parametrize("steps", [0, 1, 3, 7, 1000])
def test_an_inverse_decay_has_exact_ends(steps: int, end: float) -> None:
    schedule = lrs.warmup_stable_decay(
        0.1, 20 + steps, warmup_steps=10, decay_steps=steps, decay="inverse", end=end
    )
    assert schedule(20 + steps) == schedule([20 + steps])[0] == schedule(10**6) == end
    assert schedule(19) == 0.1
    assert schedule(20) == (0.1 if steps else end)
    faults = [finding for finding in lrs.check(schedule, 20 + steps) if finding.fault]
    assert faults == [] or steps <= 1 or end < 1e-4  # no jump at the last rounding


@pytest.mark.parametrize(("batch", "length"), [(1, 128), (32, 2048), (1024, 4096)])
@pytest.mark.parametrize("peak", [1e-3, 0.02, 1e3])
def test_the_power_scheduler_is_that_of_its_paper(batch: int, length: int, peak: float) -> None:
    """min(peak, beta a n^b) of the n tokens seen, after a line and before an exponential decay."""
    total, rise, fall, end = 400, 20, 80, 1e-5
    a, b = mpmath.mpf(4.6), -mpmath.mpf(0.51)

    def curve(t: int) -> mpmath.mpf:
        return min(mpmath.mpf(peak), batch * a * mpmath.mpf(batch * length * t) ** b)

    top, low = curve(rise), curve(total - fall)
    expected = []
    for t in range(total + 1):
        if t < rise:
            expected.append(top * t / rise)
        elif t <= total - fall:
            expected.append(curve(t))
        else:
            expected.append(low * (end / low) ** (mpmath.mpf(t - total + fall) / fall))
    schedule = lrs.power_scheduler(
        peak,
        total,
        batch=batch,
        tokens=batch * length,
        warmup_steps=rise,
        decay_steps=fall,
        end=end,
    )
    # Its exponents add |ln| of what they make of the value, rounded constants a few more.
    same(schedule, expected, ulps=24)
    assert schedule(total) == schedule([total])[0] == end


def test_a_power_scheduler_by_hand() -> None:
    """Numbers worked out by hand: 2 * 8 / sqrt(n) with n = 4 t, so 8 / sqrt(t)."""
    schedule = lrs.power_scheduler(
        1.0, 1000, batch=2, tokens=4, scale=8, power=0.5, warmup_steps=16, decay_steps=100, end=0.1
    )
    at = {0: 0.0, 8: 0.5, 16: 1.0, 64: 1.0, 100: 0.8, 256: 0.5, 400: 0.4, 900: 4 / 15, 1000: 0.1}
    assert schedule([*at]).tolist() == pytest.approx([*at.values()], rel=1e-14)


WITH_PHASES = {
    "infinite_lr": {"value": 0.5, "end": 0.1, "cooldown_steps": 7},
    "power_scheduler": {"batch": 8, "tokens": 8192, "end": 0.1},
    "trapezoid": {},
    "tri_stage": {},
    "warmup_stable_decay": {},
    "wsd_s": {"milestones": [], "end": 0.1},
}


@pytest.mark.parametrize("name", WITH_PHASES)
@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.25, 0.29, 1 / 3, 0.9])
def test_a_decay_may_be_a_fraction_of_the_whole(name: str, fraction: float) -> None:
    preset, others = getattr(lrs, name), {"warmup_steps": 3, **WITH_PHASES[name]}
    for total in (100, 102, 997):
        schedule = preset(1.0, total, decay_fraction=fraction, **others)
        assert schedule == preset(1.0, total, decay_steps=round(total * fraction), **others)
        assert schedule.steps == total
    # A hundred times 0.29 is 28.999999999999996, which other frameworks make 28 of.
    assert preset(1.0, 100, decay_fraction=0.29, **others) == preset(
        1.0, 100, decay_steps=29, **others
    )


def test_a_cooldown_may_be_a_fraction_of_the_whole() -> None:
    others = {"value": 0.5, "end": 0.1, "warmup_steps": 3, "decay_steps": 5}
    assert lrs.infinite_lr(1.0, 997, cooldown_fraction=0.25, **others) == lrs.infinite_lr(
        1.0, 997, cooldown_steps=249, **others
    )


@pytest.mark.parametrize("total", [1, 2, 3, 99, 1001, 1003])
@pytest.mark.parametrize("share", [0.5, 0.3, 0.1, 1 / 3])
def test_fractions_that_make_a_whole_fit_into_it(total: int, share: float) -> None:
    """Two halves of 1003 steps are both rounded up; the second phase takes what is left."""
    schedule = lrs.trapezoid(1.0, total, warmup_fraction=share, decay_fraction=1 - share)
    assert schedule.steps == total
    assert schedule.phases[0].steps == round(total * share)
    assert schedule.phases[1].steps <= 1
    three = lrs.infinite_lr(
        1.0,
        total,
        value=0.5,
        end=0.1,
        warmup_fraction=share / 2,
        cooldown_fraction=share / 2,
        decay_fraction=1 - share,
    )
    assert three.steps == total


def test_what_is_too_long_is_refused_all_the_same() -> None:
    with pytest.raises(ValueError, match=r"decay_fraction must be at most the 50 steps .*got 0.51"):
        lrs.trapezoid(1.0, 100, warmup_fraction=0.5, decay_fraction=0.51)
    with pytest.raises(ValueError, match=r"decay_steps must be at most the 501 steps .*got 502"):
        lrs.trapezoid(1.0, 1003, warmup_steps=502, decay_steps=502)


@pytest.mark.parametrize(
    "text",
    [
        "power_scheduler(0.02, 400, batch=32, tokens=65536, warmup_steps=20, decay_fraction=0.2,"
        " end=1e-5)",
        "slanted_triangular(0.01, 1000, warmup_fraction=0.1)",
        "trapezoid(0.1, 100, warmup_fraction=0.1, decay_fraction=0.2)",
        "tri_stage(5e-5, 100, warmup_fraction=0.1, decay_fraction=0.5)",
        "wsd_s(0.1, 300, milestones=[100, 200], decay_fraction=0.1, warmup_steps=10, end=0.01)",
    ],
)
def test_the_names_are_known_in_text_and_on_the_command_line(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from lrsched.cli import main

    schedule = eval(text, vars(lrs))
    assert lrs.parse(text) == schedule
    assert lrs.from_json(lrs.to_json(schedule)) == schedule
    assert main(["export", text, "--to", "text"]) in (0, None)
    assert lrs.parse(capsys.readouterr().out) == schedule
