"""Other views of one schedule: a part of it, its clock or its values changed."""

import functools
import math
from typing import Any, Literal

from lrsched._core.check import (
    MOST,
    Count,
    Integer,
    Positive,
    PositiveCount,
    Real,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched._engine.ratio import simple_fraction
from lrsched._engine.text import ATOM, POWER, Text


class _Wrapper(Schedule):
    """Another view of one schedule."""

    schedule: Schedule

    @property
    def varies(self) -> bool:
        return self.schedule.varies


@value
class Take(Schedule):
    """The first `steps` steps of a schedule, then its value there: makes an endless one a phase.

    Formula: schedule(min(t, steps)).

    Args:
        schedule: any schedule.
        steps: length in steps.

    Raises:
        TypeError, ValueError: schedule is none, or steps no count.

    Source: `itertools.islice`, for schedules.

    >>> import lrsched as lrs
    >>> schedule = lrs.Sequence(lrs.Take(lrs.StepDecay(every=2), steps=5), lrs.LinearDecay(2))
    >>> schedule([0, 2, 4, 5, 6, 7])
    array([1.  , 0.1 , 0.01, 1.  , 0.5 , 0.  ])
    """

    schedule: Schedule
    steps: Count

    def formula(self, t: Any, xp: Any) -> Any:
        return self.schedule.held(t, xp)


@value
class Shift(_Wrapper):
    """A schedule seen some steps later; with a negative offset it starts late.

    Formula: schedule(max(0, t + offset)).

    Args:
        schedule: any schedule.
        offset: steps that are skipped, or, when negative, steps for which its first value waits.

    Raises:
        TypeError, ValueError: schedule is none, or offset no integer.

    Source: `last_epoch` of torch's schedulers, as a value.

    >>> import lrsched as lrs
    >>> lrs.Shift(lrs.LinearDecay(4), offset=2)([0, 1, 2])
    array([0.5 , 0.25, 0.  ])
    >>> lrs.Shift(lrs.LinearDecay(4), offset=-2)([0, 2, 4, 6])
    array([1. , 1. , 0.5, 0. ])
    """

    schedule: Schedule
    offset: Integer

    @property
    def steps(self) -> int | None:
        """Length in steps: what the offset leaves."""
        length = self.schedule.steps
        return None if length is None else max(0, length - self.offset)

    def formula(self, t: Any, xp: Any) -> Any:
        waited = t if self.offset >= 0 else xp.waiting(t, -self.offset)
        return self.schedule.held(waited + self.offset, xp)


@value
class Stretch(_Wrapper):
    """A schedule on a slower clock: written in epochs, stretched by the steps of an epoch.

    Formula: schedule(t / factor).

    Args:
        schedule: any schedule.
        factor: steps of this clock to one of the schedule's; positive. A whole factor, one over a
            whole number and a simple fraction are exact at every step, any other is as exact as
            the quotient t / factor.

    Raises:
        TypeError, ValueError: schedule is none, factor no positive number from 2**-127 to 2**127,
            or the length beyond 2**127.

    Source: epoch-wise schedules, as in `torch.optim.lr_scheduler`.

    >>> import lrsched as lrs
    >>> epochs = lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(85))
    >>> schedule = lrs.Stretch(epochs, factor=1000)
    >>> schedule(2500), schedule(5000), schedule(90_000)
    (0.5, 1.0, 0.0)
    >>> schedule.steps
    90000
    >>> lrs.Stretch(lrs.Cycle(lrs.LinearDecay(100), count=3), factor=1/3)([0, 33, 34, 100])
    array([1.  , 0.01, 0.98, 0.  ])
    """

    schedule: Schedule
    factor: Positive

    def check(self) -> None:
        if not 1 / MOST <= self.factor <= MOST:
            rule = "a positive number from 2**-127 to 2**127"
            raise refusal(ValueError, "Stretch", "factor", rule, self.factor)

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the first at which the schedule has reached its end."""
        length = self.schedule.steps
        if length is None:
            return None
        if (fraction := simple_fraction(self.factor)) is not None:
            n, d = fraction
            return -(-length * n // d)
        steps = math.ceil(length * self.factor)
        return steps - 1 if steps and (steps - 1) / self.factor >= length else steps

    def formula(self, t: Any, xp: Any) -> Any:
        whole = self.factor.is_integer()
        seen = xp.ratio(t, int(self.factor)) if whole else xp.quotient(t, self.factor)
        return self.schedule.held(seen, xp)


@value
class Staircase(_Wrapper):
    """A schedule that moves only once in every `every` steps: epoch-wise, on a clock of updates.

    Formula: schedule(floor(t / every) * every).

    Args:
        schedule: any schedule.
        every: steps from one change to the next.

    Raises:
        TypeError, ValueError: schedule is none, or every no positive count.

    Source: `staircase=True` of Keras' and optax' decays.

    >>> import lrsched as lrs
    >>> lrs.Staircase(lrs.LinearDecay(4), every=2)([0, 1, 2, 3, 4])
    array([1. , 1. , 0.5, 0.5, 0. ])
    """

    schedule: Schedule
    every: PositiveCount

    @property
    def steps(self) -> int | None:
        """Length in steps: the first stair on which the schedule has reached its end."""
        length = self.schedule.steps
        return None if length is None else -(-length // self.every) * self.every

    def formula(self, t: Any, xp: Any) -> Any:
        return self.schedule.held(t // self.every * self.every, xp)


@value
class Warp(Schedule):
    """A schedule read at the steps that another schedule, its clock, gives.

    `Warp(s, LinearWarmup(n, end=x))` plays x steps of `s` in n, and
    `Warp(ExponentialDecay(x), s)` is x to the power of `s`.

    Formula: schedule(max(0, clock(t))); as exact as the clock's values, which are rounded.

    Args:
        schedule: any schedule.
        clock: a schedule whose values are steps of the first; below 0 they read as 0.

    Raises:
        TypeError: one of them is no schedule.

    Source: time warping, as of audio and animation; timm's k-decay (Zhang & Li 2020,
    arXiv:2004.05909) is a clock that is a power curve.

    >>> import lrsched as lrs
    >>> lrs.Warp(lrs.LinearDecay(4), lrs.PolynomialWarmup(4, power=2, end=4))([0, 1, 2, 3, 4])
    array([1.    , 0.9375, 0.75  , 0.4375, 0.    ])
    """

    schedule: Schedule
    clock: Schedule

    @property
    def steps(self) -> int | None:
        """Length in steps: the clock's."""
        return self.clock.steps

    @property
    def varies(self) -> bool:
        return self.schedule.varies and self.clock.varies

    def formula(self, t: Any, xp: Any) -> Any:
        return self.schedule.held(xp.read(self.clock.held(t, xp)), xp)


@value
class Clip(_Wrapper):
    """A schedule kept between two bounds.

    Formula: min(max(schedule(t), lower), upper).

    Args:
        schedule: any schedule.
        lower: lower bound, or None.
        upper: upper bound, or None; not below `lower`.

    Raises:
        TypeError, ValueError: schedule is none, a bound no finite number, lower above upper.

    Source: `numpy.clip`; the floor of many training recipes.

    >>> import lrsched as lrs
    >>> lrs.Clip(lrs.ExponentialDecay(0.5), lower=0.1)([0, 1, 3, 4, 5])
    array([1.   , 0.5  , 0.125, 0.1  , 0.1  ])
    """

    schedule: Schedule
    lower: Real | None = None
    upper: Real | None = None

    def check(self) -> None:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            rule = f"at most upper={self.upper}"
            raise refusal(ValueError, "Clip", "lower", rule, self.lower)

    @property
    def steps(self) -> int | None:
        """Length in steps: the schedule's."""
        return self.schedule.steps

    def formula(self, t: Any, xp: Any) -> Any:
        value = self.schedule.held(t, xp)
        value = value if self.lower is None else xp.maximum(value, self.lower)
        return value if self.upper is None else xp.minimum(value, self.upper)


@value
class Quantize(_Wrapper):
    """A schedule in multiples of a unit: whole batch sizes, accumulation counts, image sizes.

    Formula: unit * round(schedule(t) / unit), where "nearest" takes halves up, "down" is the floor
    and "up" the ceiling.

    A schedule that is to be 16 may be 15.999999999999996, by rounding errors; "down" makes 16 of it
    all the same. What is no further from where it turns than such errors reach, 2**-48 of the value
    or of the unit (2**-20 in the float32 of other libraries), counts as being there, so that all
    libraries agree on values that are meant to be whole, or halves.

    Args:
        schedule: any schedule.
        unit: positive; what the values are multiples of, each rounded once if it is not whole.
        rounding: "nearest", "down" or "up".

    Raises:
        TypeError, ValueError: schedule is none, unit no positive finite number, rounding none of
            the three words.

    Source: `numpy.round`, `numpy.floor` and `numpy.ceil`; batch sizes that grow in training (Smith
    et al. 2017, arXiv:1711.00489) and image sizes that do (Tan & Le 2021, arXiv:2104.00298).

    >>> import lrsched as lrs
    >>> batch = lrs.Quantize(lrs.LinearWarmup(100, start=32, end=256), unit=32)
    >>> batch([0, 7, 8, 50, 100])
    array([ 32.,  32.,  64., 160., 256.])
    >>> lrs.boundaries(batch)
    (8, 22, 36, 50, 65, 79, 93, 100)
    >>> rise = 64 * lrs.CosineWarmup(3)
    >>> rise(1), lrs.Quantize(rise, rounding="down")(1)
    (15.999999999999996, 16.0)
    """

    schedule: Schedule
    unit: Positive = 1
    rounding: Literal["nearest", "down", "up"] = "nearest"

    @property
    def steps(self) -> int | None:
        """Length in steps: the schedule's."""
        return self.schedule.steps

    def formula(self, t: Any, xp: Any) -> Any:
        return self.of(self.schedule.held(t, xp), xp)

    def of(self, value: Any, xp: Any) -> Any:
        """The multiple that a value becomes."""
        if self.unit == 1:
            return xp.rounded(value, self.rounding)
        return self.unit * xp.rounded(value / self.unit, self.rounding)


@value
class Power(_Wrapper):
    """A schedule raised to a power: `a ** 0.5`. A quotient `a / b` is `a` times `b ** -1`.

    Formula: schedule(t)**power. Where that is no real number, it is as with other values that leave
    the range of floats, and never NaN: 0 to a negative power is inf, a negative value to a power
    that is not whole is 0. So 1 / schedule is inf where the schedule is 0, a / schedule is inf or
    -inf there by the sign of a, and 0 where a is 0 as well.

    Args:
        schedule: any schedule.
        power: the exponent, any finite number. Each value is rounded as that of the schedule,
            |power| times, and once or twice more.

    Raises:
        TypeError, ValueError: schedule is none, or power no finite number.

    Source: the square-root rule for rates and batch sizes (Krizhevsky 2014, arXiv:1404.5997); the
    delay of rates in the training of radiance fields (Barron et al. 2021, arXiv:2103.13415).

    >>> import lrsched as lrs
    >>> batch = lrs.PiecewiseConstant([1000], [256, 1024])
    >>> rate = 0.1 * (batch / 256) ** 0.5
    >>> rate
    0.1 * (PiecewiseConstant((1000,), values=(256.0, 1024.0)) / 256.0) ** 0.5
    >>> rate([0, 999, 1000])
    array([0.1, 0.1, 0.2])
    >>> (1 / lrs.LinearDecay(4))([0, 2, 3, 4])
    array([ 1.,  2.,  4., inf])
    """

    schedule: Schedule
    power: Real

    @property
    def steps(self) -> int | None:
        """Length in steps: the schedule's."""
        return self.schedule.steps

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.raised(self.schedule.held(t, xp), self.power)

    def __repr__(self) -> str:
        return self._spelled().text

    def _spelled(self) -> Text:
        return Text(f"{self.schedule._spelled().within(ATOM)} ** {self.power!r}", POWER)
