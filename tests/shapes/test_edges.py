"""Where schedules break: cycle boundaries, huge steps, overflow, phases of no length and of one."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from reference import exact, length
from rounding import LARGEST, check

import lrsched as lrs

FAR = 10**12


def both_ways(schedule, steps):
    """Check scalars, and vectors of integers and of floats."""
    scalars = [schedule(step) for step in steps]
    vectors = [schedule(np.array(steps)).tolist(), schedule(np.array(steps, dtype=float)).tolist()]
    for step, values in zip(steps, zip(scalars, *vectors, strict=True), strict=True):
        for value in set(values):
            check(value, schedule, step)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 1000])
@pytest.mark.parametrize("stretch", [1, 2, 3, 5, 10])
def test_every_cycle_begins_on_its_step(stretch, size, mirror):
    schedule = lrs.Cycle(lrs.LinearDecay(size, start=1.0, end=0.25), mirror, stretch)
    first = size * (2 if mirror else 1)
    if stretch == 1:
        begins = [first * 10**k for k in range(12) if first * 10**k <= FAR]
    else:
        begins = [0]
        while begins[-1] <= FAR:
            begins.append(begins[-1] + first * stretch ** (len(begins) - 1))
    steps = sorted({max(0, begin + k) for begin in begins for k in (-2, -1, 0, 1, 2)})
    both_ways(schedule, steps)
    assert schedule(begins).tolist() == [1.0] * len(begins)
    assert {schedule(begin) for begin in begins} == {1.0}
    # Its middle, or its last step: not yet at the end, and as near to it as a step can be.
    for i, begin in enumerate(begins[1:-1] if stretch > 1 else []):
        step = begin - 1 if not mirror else begin - first * stretch**i // 2
        assert schedule(step) == pytest.approx(float(exact(schedule, step)), rel=1e-15)
        assert (schedule(step) == 0.25) is mirror


def test_a_limited_cycle_ends_with_its_last_cycle():
    for stretch, mirror in itertools.product([1, 2, 3], [False, True]):
        schedule = lrs.Cycle(lrs.LinearWarmup(3), mirror, stretch, gain=0.5, count=4)
        assert schedule.steps == length(schedule)
        both_ways(schedule, [*range(schedule.steps + 3), 10**9])
        assert schedule(schedule.steps) == (0.0 if mirror else 0.125)


def test_a_table_of_cycles_does_not_wrap_around():
    # The table fits int64, the length of the last cycle does not.
    for stretch, size in [(10**16, 1000), (10**15, 10**5), (8, 1000)]:
        schedule = lrs.Cycle(lrs.LinearWarmup(size), stretch=stretch, count=2 if size > 8 else 21)
        both_ways(schedule, [size + 8, size + 2**30, size + 2**50])
    schedule = lrs.Cycle(lrs.LinearDecay(1000), stretch=8, count=21)
    step = float(2663557493901978880)
    assert schedule(np.array([step]))[0] == pytest.approx(float(exact(schedule, step)), rel=1e-12)


@pytest.mark.parametrize("step", [1e17, 1.234e17, 1e20, 1e25, 1e300, 10**20 + 3, 10**400])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_cycle_is_exact_at_any_step(step, mirror):
    for count in (None, 10**15):
        schedule = lrs.Cycle(lrs.LinearDecay(7), mirror, count=count)
        check(schedule(step), schedule, step)
        check(schedule([step])[0], schedule, step)


@pytest.mark.parametrize("step", [2**127, 2**130, 2**140, 1e100, 1e300, 10**400])
@pytest.mark.parametrize("mirror", [False, True])
def test_an_ever_longer_cycle_stays_within_its_values(step, mirror):
    schedule = lrs.Cycle(lrs.LinearDecay(7, end=0.5), mirror, stretch=2)
    assert 0.5 <= schedule(step) <= 1
    assert 0.5 <= schedule([step])[0] <= 1


@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Cycle(lrs.LinearDecay(7), stretch=2),
        lrs.Cycle(lrs.LinearDecay(7), mirror=True, stretch=3, gain=0.5),
        lrs.Shift(lrs.Cycle(lrs.CosineDecay(10), stretch=2), 5),
        lrs.Stretch(lrs.Cycle(lrs.LinearDecay(7), stretch=2), 6),
        lrs.Stretch(lrs.Cycle(lrs.LinearDecay(7), stretch=2), 0.25),
    ],
    ids=repr,
)
def test_the_text_of_an_ever_longer_cycle_ends_with_64_bits_and_the_schedule_goes_on(schedule):
    names = {}
    exec(schedule.source(), names)
    last = 2**62 - 1
    for step in (0, 7, 100, 2**53 + 1, 2**60, 2**61 + 1, 3 * 2**60, last - 2**50, last, 2.0**61):
        assert names["schedule"](step) == schedule(step)
        check(schedule(step), schedule, step)
    for step in (2**62, 2**62 + 1, 2.0**62, 2**70 + 3, 10**30):
        with pytest.raises(OverflowError):
            names["schedule"](step)
        check(schedule(step), schedule, step)
    assert "18446744073709551616" not in schedule.source()


HUGE = [10, 1000, 10**6, 2**31, 2**40 + 1, 2**53 - 1, 2**53 + 1, 10**18, 2**62, 10**30]
GAMMAS = [0.0, 5e-324, 1e-300, 0.1, 0.5, 1 - 2**-53, 1.0, 1 + 2**-52, 1.5, 2.0, 1e300]


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("start", [1.0, -3e-4, 1e-300, 0.0])
def test_gamma_at_huge_steps(gamma, start):
    for schedule in [
        lrs.ExponentialDecay(gamma, start=start),
        lrs.ExponentialDecay(gamma, every=1000, start=start),
        lrs.StepDecay(1, gamma, start=start),
        lrs.StepDecay(10**9, gamma, start=start),
        lrs.MultiStepDecay(range(2000), gamma, start=start),
    ]:
        with np.errstate(all="raise"):
            values = [*map(schedule, HUGE), *schedule(HUGE), *schedule(np.array(HUGE[:7]))]
        for step, value in zip(HUGE + HUGE + HUGE[:7], values, strict=True):
            check(value, schedule, step)
            size = abs(exact(schedule, step))
            if size > LARGEST and start and size / abs(start) > LARGEST:
                assert value == math.copysign(math.inf, start)
            if start == 0:
                assert value == 0


@pytest.mark.parametrize("gain", [0.0, 1e-300, 0.5, 1.5, 1e300])
def test_gain_at_huge_steps(gain):
    for schedule in [
        lrs.Cycle(lrs.LinearDecay(2), gain=gain),
        lrs.Cycle(lrs.LinearWarmup(3), mirror=True, gain=gain, stretch=2),
    ]:
        steps = [*range(12), *HUGE]
        with np.errstate(all="raise"):
            values = [schedule(step) for step in steps] + schedule(steps).tolist()
        for step, value in zip(steps * 2, values, strict=True):
            check(value, schedule, step)


def test_what_overflows_in_a_product_or_a_sum_is_no_nan():
    grows = lrs.ExponentialDecay(2.0)
    for schedule in [
        grows * lrs.LinearDecay(10),
        lrs.LinearDecay(10) * grows,
        grows * 0.0,
        grows + -1.0 * grows,
        grows * lrs.StepDecay(1, 0.5),
        lrs.Clip(grows + -1.0 * grows, -1, 1),
        lrs.Cycle(lrs.LinearDecay(2), gain=2.0) + -1.0 * grows,
    ]:
        for step in (5, 10, 1000, 1e4, 10**30, 1e300):
            assert not math.isnan(schedule(step))
            assert not np.isnan(schedule([step])).any()


@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Stretch(lrs.LinearDecay(90), 1000),
        lrs.Stretch(lrs.CosineDecay(7), 3),
        lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(5), lrs.RexDecay(85)), 12_345),
        lrs.Cycle(lrs.CosineDecay(1000), stretch=3, count=9),
        lrs.PiecewiseLinear([0, 7, 1000, 10**9], [0.3, 0.1, 1.0, 0.0]),
        lrs.PiecewiseLinear([10, 10**6 + 10], [0.0, 0.3]),
    ],
    ids=repr,
)
def test_the_steps_next_to_an_end_keep_their_digits(schedule):
    near = [max(0, schedule.steps - k) for k in (1, 2, 3, 10, 100)]
    both_ways(schedule, [*near, 1, 2, 11, 12, 13, 1001, schedule.steps, 4990, 5001])


SHAPES = [
    lambda n: lrs.Constant(0.7, steps=n),
    lambda n: lrs.LinearWarmup(n, start=0.2),
    lambda n: lrs.PolynomialWarmup(n, power=2.5, start=-0.1),
    lambda n: lrs.CosineWarmup(n, end=0.3),
    lambda n: lrs.ExponentialWarmup(n, start=1e-3),
    lambda n: lrs.ConstantWarmup(n, start=0.4),
    lambda n: lrs.LinearDecay(n, end=0.3),
    lambda n: lrs.PolynomialDecay(n, power=0.5),
    lambda n: lrs.CosineDecay(n, end=-0.5),
    lambda n: lrs.PowerDecay(n, power=0.5),
    lambda n: lrs.RexDecay(n, beta=0.9),
    lambda n: lrs.GeometricDecay(n, end=1e-3),
    lambda n: lrs.TanhDecay(n),
    lambda n: lrs.PiecewiseLinear([n], [0.6]),
    lambda n: lrs.Take(lrs.StepDecay(1), n),
    lambda n: lrs.Shift(lrs.LinearDecay(5), offset=5 - n),
    lambda n: lrs.Stretch(lrs.LinearDecay(n), factor=1),
    lambda n: lrs.Clip(lrs.LinearDecay(n), lower=0.2),
    lambda n: 0.5 * lrs.LinearDecay(n),
    lambda n: 0.5 + lrs.LinearDecay(n),
    lambda n: lrs.Sequence(lrs.LinearWarmup(0), lrs.LinearDecay(n), lrs.Constant(0.9, steps=0)),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape(1)).__name__)
def test_phases_of_no_length_and_of_one_step(shape):
    marker = lrs.LinearDecay(2, start=5.0, end=4.0)
    for n in (0, 1):
        phase = shape(n)
        assert phase.steps == n == length(phase)
        for schedule in [
            phase,
            lrs.Sequence(phase),
            lrs.Sequence(phase, marker),
            lrs.Sequence(marker, phase),
            lrs.Sequence(marker, phase, marker),
            lrs.Sequence(phase, phase, phase),
            lrs.Sequence(marker, lrs.Sequence(phase, phase), marker),
            lrs.Sequence(marker, phase, lrs.Constant(3.0)),
            phase * marker,
            marker + phase,
            lrs.Take(phase, 0),
            lrs.Take(phase, 3),
            lrs.Shift(phase, 1),
            lrs.Shift(phase, -1),
            lrs.Stretch(phase, 3),
            lrs.Clip(phase, 0.1, 0.5),
            lrs.Cycle(lrs.Sequence(phase, marker), mirror=True, stretch=2, gain=0.5),
            *([lrs.Cycle(phase), lrs.Cycle(phase, mirror=True, count=2)] if n else []),
        ]:
            both_ways(schedule, [*range(8), 100])
    # What has no length vanishes, and its neighbours meet.
    gone = lrs.Sequence(marker, shape(0), marker)
    assert [gone(t) for t in range(6)] == [5.0, 4.5, 5.0, 4.5, 4.0, 4.0]


@pytest.mark.parametrize("lengths", list(itertools.product([0, 1, 2], repeat=4)))
def test_sequences_of_short_phases(lengths):
    ends = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0), (7.0, 8.0)]
    phases = [lrs.LinearWarmup(n, a, b) for n, (a, b) in zip(lengths, ends, strict=True)]
    schedule = lrs.Sequence(*phases)
    # By hand: every step of every phase in turn, then the end of the last one, for ever.
    expected = [phase(t) for phase in phases for t in range(phase.steps)] + [8.0] * 3
    assert [schedule(t) for t in range(len(expected))] == expected
    assert schedule(range(len(expected))).tolist() == expected
    shuffled = np.random.default_rng(0).permutation(len(expected))
    assert schedule(shuffled).tolist() == [expected[t] for t in shuffled]


def test_a_float_step_short_of_a_boundary_has_not_reached_it():
    schedule = lrs.Cycle(lrs.LinearDecay(7), stretch=3)
    begins = [7 * (3**i - 1) // 2 for i in range(80)]
    short = [begin for begin in begins if float(begin) < begin]
    assert short
    for begin in short:
        step = float(begin)
        assert schedule(step) < 1e-15
        assert schedule(np.array([step]))[0] < 1e-15


@dataclass(frozen=True)
class Powered(lrs.Schedule):
    power: float
    steps = None

    def formula(self, t, xp):
        return (t + 0.5) ** self.power


@pytest.mark.parametrize("power", [-2, -1, -0.5, 0.5, 1, 2, 3])
def test_a_power_is_that_power(power):
    """NumPy has functions of their own for some."""
    schedule = Powered(power)
    for step, value in enumerate(schedule(range(9)).tolist()):
        assert value == pytest.approx((step + 0.5) ** power, rel=1e-15)
        assert schedule(step) == (step + 0.5) ** power


@dataclass(frozen=True)
class Valley(lrs.Schedule):
    """A user's formula with a function of Python's own."""

    lowest: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return abs(t - self.lowest) / self.lowest


def test_pythons_own_functions_in_a_formula() -> None:
    schedule = Valley(4)
    assert [schedule(step) for step in (0, 3, 4, 6.0)] == [1.0, 0.25, 0.0, 0.5]
    assert schedule([0, 3, 4, 6]).tolist() == [1.0, 0.25, 0.0, 0.5]
    assert schedule.source() == "def schedule(t):\n    return abs(t - 4) / 4"


@dataclass(frozen=True)
class Written(lrs.Schedule):
    """A user's formula, any."""

    text: str
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return eval(self.text, {"t": t, "xp": xp, "np": np, "Fraction": Fraction, "one": 1.0})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("np.sqrt(2.0) * t", [0.0, 1.4142135623730951, 2.8284271247461903]),
        ("t * np.float32(0.5)", [0.0, 0.5, 1.0]),
        ("np.array([2.0, 3.0])[1] + t", [3.0, 4.0, 5.0]),
        ("xp.where(t < np.int64(2), np.float64(3), np.float32(0.5))", [3.0, 3.0, 0.5]),
        ("xp.take((np.float64(0.5), np.float64(0.25)), t // 2)", [0.5, 0.5, 0.25]),
        ("xp.take((0.5, 0.25), xp.count((np.int64(2),), t))", [0.5, 0.5, 0.25]),
        ("Fraction(1, 4) * t", [0.0, 0.25, 0.5]),
        ("one * np.longdouble(2) * t", [0.0, 2.0, 4.0]),
    ],
)
def test_numbers_of_any_kind_in_a_formula(text: str, values: list[float]) -> None:
    schedule = Written(text)
    for step, value in enumerate(values):
        for seen in (schedule(step), schedule(float(step)), (1.0 * schedule)(step)):
            assert type(seen) is float
            assert seen == value
    assert schedule(range(3)).tolist() == values
    if "Fraction" in text or "longdouble" in text:
        with pytest.raises(ValueError, match="is no plain number"):
            schedule.source()
        return
    scope: dict[str, Any] = {}
    exec(schedule.source(), scope)  # it stands on its own
    assert [scope["schedule"](step) for step in range(3)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(t - 8.0) ** 0.5", {3: math.nan, 12: 2.0}),
        ("(-0.5) ** t", {2: 0.25, 2.5: math.nan}),
        ("(t - 8.0) ** t", {3: -125.0, 3.5: math.nan}),
        ("1.0 * (t - 8.0) ** (1 / 3) if t < 20 else 1.0", {0: math.nan, 16: 2.0, 30: 1.0}),
    ],
)
def test_never_anything_but_a_float(text: str, values: dict[float, float]) -> None:
    """A root of what is below 0 is no number, for one step as for an array of them."""
    schedule = Written(text)
    for step, value in values.items():
        assert type(schedule(step)) is float
        assert schedule(step) == pytest.approx(value, nan_ok=True)
        assert schedule([step])[0] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "step", "says"),
    [
        ("None", 3, r"Written: formula\(t, xp\) must be a number, or an array .*, got None"),
        ("None", [3, 4], r"Written: formula\(t, xp\) must be a number, or an array .*, got None"),
        ("'x'", 3.5, "Written: .*, got 'x'"),
        ("t + 'x'", 3, r"Written: formula\(t, xp\) failed: unsupported operand"),
        ("1 if t < 3 else 2", [1, 2], "Written: .* ambiguous.*; xp.where.* takes both branches"),
        ("xp.nothing(t)", 3, "Written: .*no attribute 'nothing'"),
    ],
)
def test_a_formula_that_fails_is_named(text: str, step: Any, says: str) -> None:
    for schedule in (
        Written(text),
        0.5 * Written(text),
        lrs.Sequence(lrs.LinearWarmup(1), lrs.Stretch(Written(text) + lrs.LinearDecay(5), 2)),
    ):
        with pytest.raises((TypeError, ValueError), match=says):
            schedule(step)


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (lrs.PowerDecay(1_000_000, power=3, start=0.7, end=1 / 3), range(3000)),
        (lrs.LinearDecay(1_000_000, start=0.7, end=1 / 3), range(3000)),
        (lrs.CosineWarmup(1_000_000, start=1 / 3, end=0.7), range(997_000, 1_000_001)),
        (lrs.PiecewiseLinear([3, 10_003], [1 / 3, 0.7]), range(10_010)),
        (lrs.PiecewiseLinear([3, 10_003], [0.1, -0.7]), range(10_010)),
        (lrs.PiecewiseLinear([0, 7], [0.1, 0.1]), [t / 100 for t in range(801)]),
        (lrs.PiecewiseLinear([0, 10_000], [-0.37, 0.41]), range(10_001)),
    ],
    ids=repr,
)
def test_no_wiggle_and_nothing_beyond_the_ends(schedule: lrs.Schedule, steps: range) -> None:
    """One way to the last digit, between the first value and the last."""
    for values in ([schedule(step) for step in steps], schedule(steps).tolist()):
        way = np.diff(values)
        assert (way >= 0).all() or (way <= 0).all()
        assert min(values[0], values[-1]) == min(values)
        assert max(values[0], values[-1]) == max(values)


def test_lines_whose_ends_no_float_joins_stay_between_them() -> None:
    """Ends of different signs: the distance between them may be no float."""
    rng = random.Random(5)
    for _ in range(300):
        a, b = rng.uniform(-1, 0), rng.uniform(0, 1)
        for schedule in (lrs.PiecewiseLinear([0, 999], [a, b]), lrs.LinearDecay(999, b, a)):
            values = schedule(np.arange(1000))
            assert values.min() == a
            assert values.max() == b


@pytest.mark.parametrize("a", [1.0, -1.0, 0.1, 5e-324, 1.7e308])
def test_a_line_between_ends_of_one_size_and_two_signs(a: float) -> None:
    """Neither end is the smaller, so which one a line starts from is told by order alone."""
    schedule = lrs.PiecewiseLinear([0, 1, 3], [a, -a, a])
    assert schedule(np.arange(4)).tolist() == [a, -a, 0, a]
    assert [schedule(t) for t in range(4)] == [a, -a, 0, a]
    assert schedule(0.5) == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda s: "3e-4" * s, "multiplied by text, got '3e-4': write the number without quotes"),
        (lambda s: s * "3e-4", "multiplied by text, got '3e-4': write the number without quotes"),
        (lambda s: s + "1", "added to text, got '1': write the number without quotes"),
        (lambda s: np.ones(2) * s, r"by an array, got array.*; write schedule\(step\) \* array"),
        (lambda s: s + np.ones(2), r"to an array, got array.*; write schedule\(step\) \+ array"),
        (lambda s: "1" - s, "subtracted from text, got '1': write the number without quotes"),
        (lambda s: s / "2", "divided by text, got '2': write the number without quotes"),
        (lambda s: "2" / s, "the divisor of text, got '2': write the number without quotes"),
        (lambda s: s ** "2", "raised to text, got '2': write the number without quotes"),
        (lambda s: s - np.ones(2), r"by an array, got array.*; write schedule\(step\) - array"),
        (lambda s: s / np.ones(2), r"by an array, got array.*; write schedule\(step\) / array"),
        (lambda s: s ** np.ones(2), r"to an array, got array.*; write schedule\(step\) \*\* array"),
        (
            lambda s: 2**s,
            r"x \*\* schedule is no schedule: write Warp\(ExponentialDecay\(x\), sched",
        ),
        (
            lambda s: s**s,
            r"a power of schedule is no schedule: write Warp\(ExponentialDecay\(x\), ",
        ),
    ],
)
def test_what_cannot_be_said_says_what_to_write(
    make: Callable[[lrs.Schedule], object], says: str
) -> None:
    with pytest.raises(TypeError, match=f"^LinearWarmup: .*{says}"):
        make(lrs.LinearWarmup(3))


@pytest.mark.frameworks
@pytest.mark.parametrize("left", [True, False])
def test_a_traced_number_is_no_part_of_a_schedule(left: bool) -> None:
    import jax
    import torch

    def scaled(x: Any) -> Any:
        return x * lrs.LinearWarmup(3) if left else lrs.LinearWarmup(3) * x

    says = r"LinearWarmup: .*; write schedule\(step\) \* array"
    with pytest.raises(TypeError, match=says):
        jax.jit(scaled)(2.0)
    with pytest.raises(TypeError, match=says):
        scaled(torch.tensor(2.0))


@pytest.mark.parametrize("name", ["A; import os", "if", "", "a b", "2"])
def test_the_name_of_a_source_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"^source: name must be a name that Python takes, got "):
        lrs.LinearWarmup(3).source(name)
    with pytest.raises(TypeError, match=r"^source: name must be a string, got 3"):
        lrs.LinearWarmup(3).source(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: lrs.LinearDecay(2**127 + 1), "LinearDecay: steps must be .*, of at most 2.*127"),
        (lambda: lrs.Stretch(lrs.CosineDecay(10), 1e308), "Stretch: factor must be .* to 2.*127"),
        (lambda: lrs.Stretch(lrs.CosineDecay(10), 1e-300), "Stretch: factor must be .* to 2.*127"),
        (lambda: lrs.Stretch(lrs.LinearDecay(2**100), 1e30), "Stretch: steps must be at most 2"),
        (lambda: lrs.Cycle(lrs.LinearDecay(9), count=10**308), "Cycle: count must be .*, of at mo"),
        (lambda: lrs.Cycle(lrs.LinearDecay(9), count=2**126), "Cycle: steps must be at most 2"),
        (lambda: lrs.Cycle(lrs.LinearDecay(9), stretch=2, count=2**60), "Cycle: count must be of"),
        (lambda: lrs.Cycle(lrs.LinearDecay(9), stretch=1.1, count=10**9), "Cycle: count must be"),
        (lambda: lrs.Sequence(*[lrs.LinearDecay(2**126)] * 3), "Sequence: steps must be at most 2"),
        (lambda: lrs.Shift(lrs.LinearDecay(3), -(10**50)), "Shift: offset must be an integer, of"),
        (lambda: lrs.MultiStepDecay([3, 10**60]), "MultiStepDecay: milestones must be .*, of at"),
        (lambda: lrs.PiecewiseLinear([0, 10**60], [1, 2]), "PiecewiseLinear: knots must be .*, of"),
    ],
)
def test_no_length_is_beyond_any_clock(build: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build()


def test_the_longest_there_are_can_be_called() -> None:
    for inner in (lrs.LinearDecay(2**127), lrs.Noam(8, 2**127), lrs.StepDecay(2**127)):
        for schedule in (
            inner,
            lrs.Stretch(inner, 1.0),
            lrs.Stretch(lrs.Stretch(inner, 2.0**-127), 2.0**127),
            lrs.Shift(inner, 2**127),
            0.5 * inner,
        ):
            for step in (0, 3, 0.5, 2.0**127, 2**128, 1e300):
                assert math.isfinite(schedule(step))
                assert math.isfinite(schedule([step])[0])
    hardly = lrs.Cycle(lrs.LinearDecay(2), stretch=1.001, count=36_000)
    assert "_table" not in vars(hardly)  # of thirty thousand cycles: made when it is asked for


@pytest.mark.parametrize("count", [1, 2, 3, 17, 400])
@pytest.mark.parametrize("stretch", [1, 2, 3, 1.5, 1.1, 1.001, 2.25])
def test_the_length_of_cycles(stretch: float, count: int) -> None:
    exact = sum(Fraction(repr(stretch)) ** i for i in range(count)) * 7
    if exact > 2**127:
        with pytest.raises(ValueError, match="Cycle: count must be of at most"):
            lrs.Cycle(lrs.LinearDecay(7), stretch=stretch, count=count)
        return
    schedule = lrs.Cycle(lrs.LinearDecay(7), stretch=stretch, count=count)
    assert schedule.steps == math.ceil(exact)


@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Take(lrs.ExponentialDecay(1.5), 2**100),
        lrs.LinearWarmup(2**100, end=1e300) ** 2,
        lrs.Sequence(lrs.LinearWarmup(2**70), lrs.ExponentialDecay(1.5)),
        lrs.MultiStepDecay([2**i for i in range(1, 100)], gamma=1e30),
        lrs.Quantize(lrs.ExponentialDecay(1.5) * lrs.LinearDecay(2**101)),
    ],
    ids=str,
)
def test_what_leaves_the_floats_on_a_clock_beyond_int64(schedule: lrs.Schedule) -> None:
    """NumPy, asked what Python has no number for, is not to ask Python again."""
    assert schedule(2**99) == math.inf
    assert schedule([2**99])[0] == math.inf
