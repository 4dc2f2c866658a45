"""One row per schedule: an instance, and golden values derived by hand or with mpmath.

Golden values are decimal texts of the exact value for the fields as they are stored (the float
0.1, not a tenth), to 25 digits, or short where the value is a short decimal or binary fraction.
They were worked out from the papers' formulas, not from this library. A new schedule needs a row
here; every law in test_laws.py and test_arrays.py then runs on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import lrsched as lrs


@dataclass(frozen=True)
class Tower(lrs.Schedule):
    """A user's own schedule, as the README shows one."""

    start: float
    growth: float
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return self.start ** (self.growth**t)


@dataclass(frozen=True)
class Case:
    """A schedule, golden values by step, and what its rounding may cost.

    `power` and `log_range` are the exponent and the |ln(value/start)| of the accuracy law: how
    many ulp of float64 are allowed on top of 8.
    """

    schedule: lrs.Schedule
    golden: dict[int, str] = field(hash=False)
    power: float = 0.0
    # An exponential's ulp grow with the way it has come; the law needs to know from where.
    exponential_from: float | None = None

    def __str__(self) -> str:
        text = repr(self.schedule)
        return text if len(text) <= 90 else text[:87] + "..."


CASES = [
    # Warmups
    Case(lrs.LinearWarmup(4), {0: "0", 1: "0.25", 3: "0.75", 4: "1", 5: "1"}),
    Case(lrs.LinearWarmup(1000, start=0.25, end=0.75), {0: "0.25", 500: "0.5", 1000: "0.75"}),
    Case(lrs.LinearWarmup(1000, start=1.0, end=0.0), {0: "1", 250: "0.75", 999: "0.001"}),
    Case(lrs.LinearWarmup(0), {0: "1", 7: "1"}),
    Case(lrs.LinearWarmup(1), {0: "0", 1: "1", 2: "1"}),
    Case(lrs.LinearGrowth(32), {0: "0", 1: "32", 2**40: "35184372088832"}),
    Case(lrs.LinearGrowth(0.5, start=0.25), {0: "0.25", 1: "0.75", 999: "499.75"}),
    Case(
        lrs.PolynomialWarmup(7, power=2.5),
        {0: "0", 3: "0.1202425109463631488609109", 7: "1"},
        power=2.5,
    ),
    Case(lrs.PolynomialWarmup(4, power=2, start=1.0, end=0.0), {0: "1", 3: "0.4375", 4: "0"}, 2.0),
    Case(lrs.CosineWarmup(10), {0: "0", 1: "0.02447174185242321394178033", 5: "0.5", 10: "1"}),
    Case(
        lrs.CosineWarmup(10, start=0.1, end=2.0),
        {0: "0.1", 3: "0.4916040103221505316967187", 10: "2"},
    ),
    Case(
        lrs.LogarithmicWarmup(1000),
        {
            0: "0",
            1: "0.1003288150616120748579551",
            500: "0.8998157120437034928828994",
            999: "0.9998553284397825158771737",
            1000: "1",
            1001: "1",
        },
    ),
    Case(
        lrs.LogarithmicWarmup(2**40, start=1.0, end=0.0),
        {
            0: "1",
            1: "0.975000000000000820077185",
            2**40 - 1: "3.280308739904876394485717e-14",
            2**40: "0",
        },
    ),
    Case(lrs.LogarithmicWarmup(7, start=0.5, end=2.0), {0: "0.5", 1: "1", 3: "1.5", 7: "2"}),
    Case(lrs.LogarithmicWarmup(0), {0: "1", 3: "1"}),
    Case(lrs.LinearGrowth(0.25, start=8.0), {0: "8", 1: "8.25", 2**40: "274877906952"}),
    Case(lrs.LinearGrowth(-3e-4), {0: "0", 10: "-3e-3", 2**53 + 1: "-2702159776422.29766328125"}),
    Case(
        lrs.ExponentialWarmup(3, start=1e-4),
        {0: "1e-4", 1: "0.002154434690031883790588794", 3: "1"},
        exponential_from=1e-4,
    ),
    Case(lrs.ConstantWarmup(5, start=0.25), {0: "0.25", 4: "0.25", 5: "1", 6: "1"}),
    Case(
        lrs.SaturatingWarmup(100),
        {0: "0", 1: "0.009950166250831946426094023", 10**6: "1"},
        exponential_from=1.0,
    ),
    Case(
        lrs.SaturatingWarmup(100, start=0.5),
        {0: "0.5", 250: "0.9589575006880506024152357"},
        exponential_from=0.5,
    ),
    # Decays
    Case(lrs.LinearDecay(4), {0: "1", 1: "0.75", 3: "0.25", 4: "0", 5: "0"}),
    Case(lrs.LinearDecay(2**40), {0: "1", 2**39: "0.5", 2**40 - 1: str(2.0**-40), 2**40: "0"}),
    Case(lrs.LinearDecay(0), {0: "0", 3: "0"}),
    Case(lrs.LinearDecay(1000, start=0.0, end=1.0), {0: "0", 1: "0.001", 1000: "1"}),
    Case(
        lrs.PolynomialDecay(10, power=0.9),
        {0: "1", 9: "0.1258925411794167146058044", 10: "0"},
        power=0.9,
    ),
    Case(lrs.PolynomialDecay(4, power=2, start=3.0, end=1.0), {0: "3", 2: "1.5", 4: "1"}, power=2),
    Case(
        lrs.CosineDecay(1000),
        {0: "1", 500: "0.5", 999: "0.000002467399070916944077591276", 1000: "0", 1001: "0"},
    ),
    Case(
        lrs.CosineDecay(90, start=3e-4, end=3e-5),
        {0: "3e-4", 50: "0.0001415574960149643924923185", 90: "3e-5", 10**15: "3e-5"},
    ),
    Case(lrs.CosineDecay(2**40), {0: "1", 2**40 - 1: "2.040986353537288375712513e-24"}),
    Case(lrs.CosineDecay(1, end=0.5), {0: "1", 1: "0.5"}),
    Case(
        lrs.PowerDecay(1000, power=0.5),
        {
            0: "1",
            1: "0.9683772233983162066800111",
            999: "0.0005001250625390898642739389",
            1000: "0",
        },
        power=0.5,
    ),
    Case(lrs.PowerDecay(1000, power=3), {0: "1", 999: "0.002997001", 1000: "0"}, power=3),
    Case(lrs.RexDecay(4), {0: "1", 2: "0.6666666666666666666666667", 4: "0"}),
    Case(lrs.RexDecay(10, beta=0.9), {0: "1", 9: "0.5263157894736842658836965", 10: "0"}),
    Case(
        lrs.GeometricDecay(3, end=1e-3),
        {0: "1", 1: "0.1000000000000000006938894", 2: "0.01000000000000000013877788", 3: "1e-3"},
        exponential_from=1.0,
    ),
    Case(
        lrs.GeometricDecay(4, start=-0.5, end=-0.01),
        {0: "-0.5", 3: "-0.02659147948472494349641099", 4: "-0.01"},
        exponential_from=0.5,
    ),
    Case(
        lrs.TanhDecay(10),
        {
            0: "0.9999991684719723358678582",
            5: "0.9820137900379084419732069",
            10: "0.002472623156634774334059907",
        },
        exponential_from=1.0,
    ),
    Case(
        lrs.TanhDecay(10, lower=-6.0, upper=4.0, start=0.5, end=0.1),
        {9: "0.1009890492626539152710133"},
        exponential_from=0.5,
    ),
    Case(
        lrs.ExponentialDecay(0.9, every=10),
        {0: "1", 3: "0.9688861611972633730687428"},
        exponential_from=1.0,
    ),
    Case(
        lrs.ExponentialDecay(0.5),
        {1: "0.5", 1074: "4.940656458412465441765688e-324", 1080: "0", 10**30: "0"},
        exponential_from=1.0,
    ),
    Case(
        lrs.ExponentialDecay(1.5, every=1),
        {100: "406561177535215237.3972797", 10**6: "inf"},
        exponential_from=1.0,
    ),
    Case(
        lrs.StepDecay(30, gamma=0.97),
        {0: "1", 29: "1", 30: "0.97", 1200: "0.2957122873991324700675005"},
    ),
    Case(lrs.StepDecay(30), {30: "0.1", 999: "1.000000000000001831867991e-33"}),
    Case(lrs.StepDecay(7, gamma=2.0), {6: "1", 7: "2", 70: "1024", 10**12: "inf"}),
    Case(
        lrs.MultiStepDecay([30, 60, 80], gamma=0.3, start=0.1),
        {0: "0.1", 29: "0.1", 30: "0.03", 80: "0.002699999999999999850119892"},
    ),
    Case(
        lrs.InverseTimeDecay(0.5, every=2),
        {0: "1", 2: "0.6666666666666666666666667", 7: "0.3636363636363636363636364"},
    ),
    Case(
        lrs.InversePowerDecay(10, power=1.5),
        {0: "1", 3: "0.674660014851560934400029"},
        power=1.5,
    ),
    Case(lrs.InverseSqrtDecay(4000), {0: "1", 1: "0.9998750234326182553749635", 12000: "0.5"}, 0.5),
    Case(
        lrs.Noam(512, warmup_steps=4000),
        {
            0: "0",
            1: "1.746928107421710700319667e-7",
            4000: "0.0006987712429686842801278668",
            100_000: "0.0001397542485937368560255734",
        },
        power=1.0,
    ),
    # Piecewise
    Case(lrs.Constant(0.1), {0: "0.1", 10**18: "0.1"}),
    Case(lrs.Constant(-2.0, steps=3), {0: "-2", 5: "-2"}),
    Case(
        lrs.PiecewiseConstant([0, 10, 2**40], [9.0, 1.0, 0.5, 0.25]),
        {0: "1", 9: "1", 10: "0.5", 2**40 - 1: "0.5", 2**40: "0.25"},
    ),
    Case(lrs.PiecewiseConstant([], [0.5]), {0: "0.5", 3: "0.5"}),
    Case(
        lrs.PiecewiseLinear([3, 10, 20], [0.3, 0.9, 0.0]),
        {0: "0.3", 3: "0.3", 7: "0.6428571428571428650730216", 10: "0.9", 20: "0", 25: "0"},
    ),
    Case(lrs.PiecewiseLinear([5], [0.5]), {0: "0.5", 9: "0.5"}),
    # Combinators
    Case(
        3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000, end=0.1)),
        {
            0: "0",
            1000: "1.5e-4",
            2000: "3e-4",
            51_000: "0.0001649999999999999863780839",
            99_999: "0.00003000000006936675216264286",
        },
    ),
    Case(
        lrs.Sequence(
            lrs.LinearWarmup(4),
            lrs.LinearDecay(0),
            lrs.Constant(1, steps=2),
            lrs.LinearDecay(1),
            lrs.LinearDecay(5, start=0.5),
        ),
        {0: "0", 3: "0.75", 4: "1", 6: "1", 7: "0.5", 11: "0.1", 12: "0"},
    ),
    Case(
        lrs.Sequence(lrs.LinearWarmup(3), lrs.LinearDecay(0)), {2: "0.66666666666666666666", 3: "0"}
    ),
    # Many phases of a few kinds, which share their formulas where a library traces them.
    Case(
        lrs.Sequence(
            *(
                phase
                for i in range(5)
                for phase in (
                    lrs.LinearWarmup(4 + i),
                    lrs.CosineDecay(6, end=0.25),
                    lrs.LinearDecay(0),
                    lrs.Take(lrs.StepDecay(2, gamma=0.5), steps=3),
                )
            ),
        ),
        {0: "0", 2: "0.5", 4: "1", 7: "0.625", 10: "1", 12: "0.5", 13: "0", 69: "0.625", 75: "0.5"},
    ),
    Case(
        lrs.Product(lrs.CosineDecay(10), lrs.StepDecay(1, gamma=0.9)),
        {0: "1", 3: "0.5787477244606064984179299", 10: "0"},
    ),
    Case(lrs.LinearDecay(10) * lrs.ExponentialDecay(2.0), {0: "1", 9: "51.2", 10**6: "0"}),
    Case(lrs.Sum(0.5, lrs.LinearDecay(4, start=0.5)), {0: "1", 2: "0.75", 4: "0.5", 9: "0.5"}),
    Case(lrs.Take(lrs.StepDecay(2, gamma=0.5), steps=5), {0: "1", 4: "0.25", 5: "0.25", 9: "0.25"}),
    Case(lrs.Take(lrs.LinearDecay(4), steps=2), {1: "0.75", 2: "0.5", 3: "0.5"}),
    Case(lrs.Shift(lrs.LinearDecay(4), offset=3), {0: "0.25", 1: "0", 2: "0"}),
    Case(lrs.Shift(lrs.LinearDecay(4), offset=-2), {0: "1", 2: "1", 3: "0.75", 6: "0"}),
    Case(
        lrs.Stretch(lrs.CosineDecay(90), factor=1000),
        {0: "1", 45_000: "0.5", 89_999: "3.046174197557780085354959e-10", 90_000: "0"},
    ),
    Case(lrs.Stretch(lrs.StepDecay(2, gamma=0.5), factor=2.5), {4: "1", 5: "0.5", 10: "0.25"}),
    Case(
        lrs.Cycle(lrs.CosineDecay(10), stretch=2),
        {0: "1", 9: "0.02447174185242321394178033", 10: "1", 20: "0.5", 30: "1", 70: "1"},
    ),
    Case(
        lrs.Cycle(lrs.CosineDecay(10), stretch=2, gain=0.5, count=3),
        {30: "0.25", 69: "0.0003853332833590029752783239", 70: "0", 71: "0"},
    ),
    Case(
        lrs.Cycle(lrs.LinearWarmup(4), mirror=True),
        {0: "0", 4: "1", 5: "0.75", 7: "0.25", 8: "0", 12: "1"},
    ),
    Case(
        lrs.Cycle(lrs.LinearDecay(10), gain=0.5),
        {10: "0.5", 999: "1.577721810442023610823457e-31"},
    ),
    Case(
        lrs.Cycle(lrs.LinearWarmup(2), mirror=True, stretch=3, gain=0.5, count=2),
        {2: "1", 4: "0", 10: "0.5", 16: "0", 17: "0"},
    ),
    Case(
        lrs.Cycle(lrs.Take(lrs.StepDecay(1, gamma=0.5), 4), stretch=2, count=3),
        {3: "0.125", 5: "1", 6: "0.5", 11: "0.125", 15: "1", 16: "0.5", 27: "0.125", 28: "0.0625"},
    ),
    Case(
        lrs.Cycle(lrs.LinearDecay(8), stretch=0.5, gain=0.5, count=4),
        {0: "1", 8: "0.5", 10: "0.25", 12: "0.25", 13: "0.125", 14: "0.125", 15: "0", 16: "0"},
    ),
    Case(
        lrs.Cycle(lrs.LinearDecay(10), stretch=0.75, count=3),  # 10, 7.5 and 5.625 steps
        {
            0: "1",
            10: "1",
            13: "0.6",
            17: "0.06666666666666666666666667",
            18: "0.9111111111111111111",
        },
    ),
    Case(
        lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(10)), False, 2, 1, 3, 4),
        {0: "0", 4: "1", 9: "0.5", 14: "0", 15: "0.25", 18: "1", 28: "0.5", 37: "0.05", 38: "0"},
    ),
    Case(
        lrs.Cycle(
            lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(10)),
            mirror=True,
            stretch=1.5,
            gain=0.5,
            count=3,
            lead=4,
        ),  # 28, 38 and 53 steps
        {4: "1", 14: "0", 24: "1", 26: "0.5", 28: "0", 30: "0.25", 32: "0.5", 47: "0", 66: "0"},
    ),
    Case(lrs.Cycle(lrs.LinearDecay(1)), {0: "1", 1: "1", 2**62: "1"}),
    Case(lrs.Clip(lrs.StepDecay(1, gamma=0.5), lower=0.1), {1: "0.5", 3: "0.125", 4: "0.1"}),
    Case(lrs.Clip(lrs.LinearWarmup(4), lower=0.1, upper=0.5), {0: "0.1", 1: "0.25", 3: "0.5"}),
    Case(
        lrs.Cycle(lrs.LinearDecay(10), stretch=1.5, count=3),
        {0: "1", 10: "1", 25: "1", 47: "0.02222222222222222222222222", 48: "0"},
    ),
    Case(lrs.Staircase(lrs.LinearDecay(4), every=2), {0: "1", 1: "1", 2: "0.5", 3: "0.5", 4: "0"}),
    Case(
        lrs.Warp(lrs.LinearDecay(4), clock=lrs.PolynomialWarmup(4, power=2, end=4)),
        {0: "1", 1: "0.9375", 2: "0.75", 3: "0.4375", 4: "0"},
    ),
    Case(
        lrs.Warp(lrs.LinearDecay(10), clock=lrs.LinearWarmup(4, start=-2, end=14)),
        {0: "1", 1: "0.8", 2: "0.4", 3: "0", 4: "0"},
    ),
    Case(
        lrs.Quantize(lrs.LinearWarmup(10, start=8, end=18), rounding="down"),
        {0: "8", 3: "11", 7: "15", 10: "18", 11: "18"},
    ),
    Case(
        lrs.Quantize(lrs.LinearWarmup(100, start=32, end=256), unit=32),
        {0: "32", 7: "32", 8: "64", 50: "160", 99: "256"},
    ),
    Case(
        lrs.Quantize(lrs.CosineDecay(12, start=-2.5, end=2.5), rounding="nearest"),
        {0: "-2", 4: "-1", 6: "0", 8: "1", 12: "3"},
    ),
    Case(
        lrs.Quantize(lrs.PowerDecay(10, power=0.5), unit=0.25, rounding="up"),
        {0: "1", 1: "0.75", 5: "0.5", 9: "0.25", 10: "0"},
    ),
    # Arithmetic
    Case(
        lrs.LinearWarmup(4, start=8, end=9) - lrs.LinearDecay(2),
        {0: "7", 1: "7.75", 2: "8.5", 3: "8.75", 4: "9"},
    ),
    Case(1 - lrs.LinearWarmup(8), {0: "1", 1: "0.875", 8: "0", 9: "0"}),
    Case(-lrs.CosineDecay(10), {0: "-1", 5: "-0.5", 10: "0"}),
    Case(
        lrs.CosineWarmup(10) / 3,
        {0: "0", 1: "0.008157247284141071313926778", 5: "0.1666666666666666666666667"},
    ),
    Case(1 / (1 + lrs.LinearWarmup(4)), {0: "1", 1: "0.8", 2: "0.6666666666666666666666667"}),
    Case(
        lrs.LinearWarmup(4) / lrs.LinearDecay(8, end=0.5),
        {0: "0", 1: "0.2666666666666666666666667", 4: "1.333333333333333333333333", 8: "2"},
    ),
    Case(lrs.LinearWarmup(4) ** 0.5, {0: "0", 1: "0.5", 2: "0.7071067811865475244008444", 4: "1"}),
    Case(lrs.LinearDecay(10, start=-1.0, end=-2.0) ** 3, {0: "-1", 5: "-3.375", 10: "-8"}, power=3),
    Case(
        lrs.InverseTimeDecay(1.0) ** -2.5,
        {0: "1", 1: "5.656854249492380195206755", 3: "32", 99: "100000"},
        power=2.5,
    ),
    # A user's own
    Case(
        Tower(0.5, growth=1.1),
        {0: "0.5", 10: "0.1656554461512077736390246"},
        exponential_from=1.0,
    ),
]

# Compositions of a few, for what is asked of schedules and printed of them.
COMPOSED = [
    0.3 * lrs.Sequence(lrs.LinearWarmup(7), lrs.CosineDecay(20), lrs.StepDecay(3)),
    lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(10)), 12),
    lrs.Stretch(lrs.MultiStepDecay([3, 5]), 0.7),
    lrs.Stretch(lrs.Cycle(lrs.LinearDecay(4), mirror=True, gain=0.5), 6),
    lrs.Stretch(lrs.StepDecay(3, gamma=0.9), 4),
    lrs.Stretch(lrs.ExponentialDecay(0.9, every=7), 3),
    lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(5)), stretch=3, gain=0.5),
    lrs.Cycle(lrs.PolynomialDecay(6, power=2), mirror=True, stretch=2, count=3),
    lrs.Cycle(lrs.RexDecay(5), gain=0.9),
    lrs.Cycle(lrs.ConstantWarmup(3, start=0.1), gain=1.5, count=4),
    lrs.Shift(lrs.Sequence(lrs.LinearWarmup(9), lrs.InverseSqrtDecay(9)), 4),
    lrs.Shift(lrs.CosineDecay(9, end=0.1), -6),
    lrs.Clip(lrs.CosineDecay(50), lower=0.1, upper=0.8),
    lrs.Clip(lrs.Noam(16, 10), upper=0.05),
    lrs.LinearDecay(30) * lrs.LinearWarmup(10),
    lrs.LinearDecay(30) + -0.5 * lrs.CosineWarmup(40) + 0.1,
    lrs.InverseTimeDecay(0.1) * lrs.Cycle(lrs.CosineDecay(8)),
    lrs.Take(lrs.TanhDecay(30), 12),
    0.0 * lrs.CosineDecay(9),
    lrs.Product(2.0, 0.5),
    lrs.Staircase(0.5 * lrs.CosineDecay(40), 7),
    lrs.Stretch(lrs.Staircase(lrs.LinearDecay(9), 2), 3),
    lrs.Staircase(lrs.Sequence(lrs.LinearWarmup(9), lrs.PolynomialDecay(30, power=3)), 4),
    lrs.Warp(lrs.CosineDecay(9), lrs.LinearWarmup(40, start=-1.0, end=9.0)),
    lrs.Cycle(lrs.CosineDecay(10), stretch=1.5, gain=0.5),
    lrs.Cycle(lrs.LinearDecay(7), mirror=True, stretch=1.3, count=4),
    lrs.Stretch(lrs.Cycle(lrs.LinearDecay(100), count=3), 1 / 3),
    lrs.Stretch(lrs.StepDecay(5), 2.5),
    1 - 0.5 * lrs.CosineWarmup(40) / (lrs.LinearWarmup(30) + 1),
    lrs.Cycle(lrs.CosineDecay(9) ** 0.5 - 0.25, gain=0.5),
    0.1 / lrs.Sequence(lrs.LinearDecay(20, end=0.5), lrs.CosineWarmup(9, start=0.5)) ** 2,
    lrs.Stretch(-lrs.LinearDecay(7) / 3, 4),
    lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(5)), stretch=2, count=3, lead=3),
    lrs.Stretch(lrs.Cycle(lrs.CosineDecay(8), mirror=True, stretch=0.5, count=3, lead=2), 3),
    lrs.Cycle(lrs.LinearDecay(9), stretch=0.7, gain=0.5, count=4),
    lrs.Cycle(
        lrs.Cycle(lrs.LinearDecay(2), mirror=True, stretch=2, count=2),
        stretch=0.5,
        count=2,
        lead=1,
    ),
    lrs.Quantize(lrs.LogarithmicWarmup(40, start=1, end=9), unit=0.5, rounding="up"),
    lrs.Stretch(lrs.Quantize(lrs.LinearWarmup(9, end=5)), 7),
    0.1 * lrs.LogarithmicWarmup(30, start=1.0, end=0.25),
    lrs.Warp(lrs.CosineDecay(30), lrs.LinearGrowth(0.75, start=2)),
]
