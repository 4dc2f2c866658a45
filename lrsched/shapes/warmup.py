"""Warmups: schedules that rise from `start` to `end`, from 0 to 1 by default; an endless line."""

from typing import Any

from lrsched._core.check import Count, Nonzero, Positive, Real
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched.shapes import curves


@value
class LinearWarmup(curves.Linear):
    """A straight line up from `start` to `end`.

    Formula: start * (1 - x) + end * x, with x = t / steps.

    Args:
        steps: length in steps; 0 for no warmup at all.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: gradual warmup, Goyal et al. 2017 (arXiv:1706.02677), section 2.2.

    >>> import lrsched as lrs
    >>> schedule = lrs.LinearWarmup(4)
    >>> schedule([0, 1, 2, 3, 4, 5])
    array([0.  , 0.25, 0.5 , 0.75, 1.  , 1.  ])
    >>> lrs.LinearWarmup(4, start=1/5)(0)  # a first step that is not zero
    0.2
    """

    steps: Count
    start: Real = 0.0
    end: Real = 1.0


@value
class PolynomialWarmup(curves.PowerOfPassed):
    """A power curve up from `start` to `end`: gentle at first when `power` is above 1.

    Formula: start * (1 - w) + end * w, with w = (t / steps)**power.

    Args:
        steps: length in steps.
        power: positive exponent; 1 is a straight line.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the polynomial of DeepLab's decay (Chen et al. 2017, arXiv:1606.00915), read forwards.

    >>> import lrsched as lrs
    >>> lrs.PolynomialWarmup(4, power=2)([0, 1, 2, 3, 4])
    array([0.    , 0.0625, 0.25  , 0.5625, 1.    ])
    """

    steps: Count
    power: Positive
    start: Real = 0.0
    end: Real = 1.0


@value
class CosineWarmup(curves.Cosine):
    """Half a cosine wave up from `start` to `end`: flat at both ends.

    Formula: start * (1 - w) + end * w, with w = sin(pi/2 * t / steps)**2.

    The sine is squared: half a cosine wave, and half of the rise in half of the time. A delay that
    eases in with the plain sine, as in the training of radiance fields (NeRF), is 0.71 of the way
    by then, and is the square root of this: the last example below.

    Args:
        steps: length in steps.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: the cosine of Loshchilov & Hutter 2016 (arXiv:1608.03983), read forwards; the rising
    half of the one-cycle policy as it is commonly trained.

    >>> import lrsched as lrs
    >>> lrs.CosineWarmup(4)([0, 1, 2, 3, 4])
    array([0.        , 0.14644661, 0.5       , 0.85355339, 1.        ])
    >>> delay = 0.1 + 0.9 * lrs.CosineWarmup(4) ** 0.5  # from 0.1 on, along a plain sine
    >>> delay([0, 1, 2, 3, 4])  # 0.1 + 0.9 * sin(pi/2 * t / 4)
    array([0.1       , 0.44441509, 0.7363961 , 0.93149158, 1.        ])
    >>> rates = delay * lrs.GeometricDecay(1000, start=5e-4, end=5e-6)
    """

    steps: Count
    start: Real = 0.0
    end: Real = 1.0


@value
class ExponentialWarmup(curves.Geometric):
    """Up from `start` to `end` by equal factors in equal times: a straight line on a log axis.

    Formula: start * (end / start)**(t / steps).

    Args:
        steps: length in steps.
        start: the value at step 0, nonzero.
        end: the value at step `steps`, held from there on; nonzero, of the sign of `start`.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the exponential learning-rate range test, Smith 2017 (arXiv:1506.01186).

    >>> import lrsched as lrs
    >>> lrs.ExponentialWarmup(2, start=1e-4)([0, 1, 2])
    array([1.e-04, 1.e-02, 1.e+00])
    """

    steps: Count
    start: Nonzero
    end: Nonzero = 1.0


@value
class LogarithmicWarmup(curves.Logarithmic):
    """A logarithm up from `start` to `end`: most of the rise is in the first steps.

    Formula: start * (1 - w) + end * w, with w = ln(1 + t) / ln(1 + steps).

    DeepSpeed divides by ln(warmup_num_steps), so that its warmup is over one step earlier: it is
    `LogarithmicWarmup(warmup_num_steps - 1, start=warmup_min_lr, end=warmup_max_lr)`.

    Args:
        steps: length in steps.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: `deepspeed.runtime.lr_schedules.WarmupLR`, whose default it is (`warmup_type="log"`).

    >>> import lrsched as lrs
    >>> lrs.LogarithmicWarmup(7)([0, 1, 3, 7, 8])
    array([0.        , 0.33333333, 0.66666667, 1.        , 1.        ])
    """

    steps: Count
    start: Real = 0.0
    end: Real = 1.0


@value
class ConstantWarmup(curves.Finite):
    """`start` for `steps` steps, then a jump to `end`.

    Formula: start while t < steps, then end.

    Args:
        steps: length in steps.
        start: the value before step `steps`.
        end: the value from step `steps` on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: constant warmup, Goyal et al. 2017 (arXiv:1706.02677), section 2.2.

    >>> import lrsched as lrs
    >>> lrs.ConstantWarmup(2, start=0.1)([0, 1, 2, 3])
    array([0.1, 0.1, 1. , 1. ])
    """

    steps: Count
    start: Real
    end: Real = 1.0
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.where(t < self.steps, self.start, self.end)


@value
class SaturatingWarmup(curves.Saturating):
    """Fast at first, then ever closer to `end`, without an end of its own.

    Formula: end + (start - end) * exp(-t / timescale).

    Args:
        timescale: steps in which the distance to `end` falls to 1/e; positive.
        start: the value at step 0.
        end: the value that is approached.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the exponential warmup of Ma & Yarats 2019 (arXiv:1910.04209).

    >>> import lrsched as lrs
    >>> lrs.SaturatingWarmup(timescale=100)([0, 100, 1000])
    array([0.        , 0.63212056, 0.9999546 ])
    """

    timescale: Positive
    start: Real = 0.0
    end: Real = 1.0
    steps = None


@value
class LinearGrowth(Schedule):
    """A straight line without an end: a clock for `Warp`, or a batch size that grows.

    Formula: start + slope * t. Where start and slope have different signs, its digits are those of
    the larger of the two summands; beyond the range of floats it is infinite.

    Args:
        slope: what is added in each step; below 0 for a line down.
        start: the value at step 0.

    Raises:
        TypeError, ValueError: slope or start is no finite number.

    Source: the training batch that grows by a fixed amount in fixed time, as in Megatron's
    `--rampup-batch-size`.

    >>> import lrsched as lrs
    >>> lrs.LinearGrowth(0.5, start=8)([0, 1, 2, 1000])
    array([  8. ,   8.5,   9. , 508. ])
    >>> lrs.Warp(lrs.LinearDecay(4), clock=lrs.LinearGrowth(0.5))([0, 1, 2, 8])
    array([1.   , 0.875, 0.75 , 0.   ])
    """

    slope: Real
    start: Real = 0.0
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return self.start + self.slope * t if self.start else self.slope * t
