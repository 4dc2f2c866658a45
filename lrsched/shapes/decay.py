"""Decays: schedules that fall from `start`, by default from 1."""

from typing import Any

from lrsched._core.check import (
    Count,
    NonNegative,
    Nonzero,
    Positive,
    PositiveCount,
    ProperFraction,
    Real,
    Steps,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched.shapes import curves


@value
class LinearDecay(curves.Linear):
    """A straight line down from `start` to `end`.

    Formula: end * (1 - x) + start * x, with x = (steps - t) / steps.

    Args:
        steps: length in steps.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: the linear learning-rate decay of BERT (Devlin et al. 2018, arXiv:1810.04805).

    >>> import lrsched as lrs
    >>> lrs.LinearDecay(4)([0, 1, 2, 3, 4, 5])
    array([1.  , 0.75, 0.5 , 0.25, 0.  , 0.  ])
    """

    steps: Count
    start: Real = 1.0
    end: Real = 0.0


@value
class PolynomialDecay(curves.PowerOfLeft):
    """A power curve down from `start` to `end`: steep at first, flat at the end for power > 1.

    Formula: end * (1 - w) + start * w, with w = ((steps - t) / steps)**power.

    Args:
        steps: length in steps.
        power: positive exponent; 1 is a straight line.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the "poly" policy of DeepLab (Chen et al. 2017, arXiv:1606.00915), section 4.1.2.

    >>> import lrsched as lrs
    >>> lrs.PolynomialDecay(4, power=2)([0, 1, 2, 3, 4])
    array([1.    , 0.5625, 0.25  , 0.0625, 0.    ])
    """

    steps: Count
    power: Positive
    start: Real = 1.0
    end: Real = 0.0


@value
class CosineDecay(curves.Cosine):
    """Half a cosine wave down from `start` to `end`: flat at both ends.

    Formula: end * (1 - w) + start * w, with w = sin(pi/2 * (steps - t) / steps)**2; the same as
    end + (start - end) * (1 + cos(pi * t / steps)) / 2.

    Args:
        steps: length in steps.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: steps is no count, or start or end no finite number.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983), equation 5.

    >>> import lrsched as lrs
    >>> lrs.CosineDecay(4)([0, 1, 2, 3, 4, 5])
    array([1.        , 0.85355339, 0.5       , 0.14644661, 0.        ,
           0.        ])
    >>> lrs.CosineDecay(98_000, start=3e-4, end=3e-5)(98_000)
    3e-05
    """

    steps: Count
    start: Real = 1.0
    end: Real = 0.0


@value
class PowerDecay(curves.PowerOfPassed):
    """Falls away from `start` as a power of the time that has passed.

    With power 0.5 it is the "1-sqrt" cooldown of warmup-stable-decay training.

    Formula: end * (1 - w) + start * w, with w = 1 - (t / steps)**power.

    Args:
        steps: length in steps.
        power: positive exponent; 1 is a straight line.
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Haegele et al. 2024 (arXiv:2405.18392), section 4.

    >>> import lrsched as lrs
    >>> lrs.PowerDecay(4, power=0.5)([0, 1, 4])
    array([1. , 0.5, 0. ])
    """

    steps: Count
    power: Positive
    start: Real = 1.0
    end: Real = 0.0


@value
class RexDecay(curves.Rex):
    """Reflected exponential: stays high for long, then falls ever faster.

    Formula: end * (1 - w) + start * w, with w = x / ((1 - beta) + beta * x) and
    x = (steps - t) / steps.

    Args:
        steps: length in steps.
        beta: from 0 (a straight line) to below 1 (a late, sudden fall).
        start: the value at step 0.
        end: the value at step `steps`, held from there on.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Chen et al. 2021 (arXiv:2107.04197), which uses beta = 0.5.

    >>> import lrsched as lrs
    >>> lrs.RexDecay(4)([0, 2, 4])
    array([1.        , 0.66666667, 0.        ])
    """

    steps: Count
    beta: ProperFraction = 0.5
    start: Real = 1.0
    end: Real = 0.0


@value
class GeometricDecay(curves.Geometric):
    """Down from `start` to `end` by equal factors in equal times.

    Formula: start * (end / start)**(t / steps).

    Args:
        steps: length in steps.
        end: the value at step `steps`, held from there on; nonzero, of the sign of `start`.
        start: the value at step 0, nonzero.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the exponential decay of MiniCPM's warmup-stable-decay (Hu et al. 2024,
    arXiv:2404.06395), section 4.

    >>> import lrsched as lrs
    >>> lrs.GeometricDecay(2, end=1e-4)([0, 1, 2])
    array([1.e+00, 1.e-02, 1.e-04])
    """

    steps: Count
    end: Nonzero
    start: Nonzero = 1.0


@value
class TanhDecay(curves.Tanh):
    """A hyperbolic tangent down: high for long, a soft fall, low for a while.

    The ends are the formula's own: with the defaults the first value is `start` to six digits,
    the last one 0.0025 of the way above `end`.

    Formula: end + (start - end) * (1 - tanh(lower * x + upper * (1 - x))) / 2, with
    x = (steps - t) / steps.

    Args:
        steps: length in steps.
        lower: argument of the hyperbolic tangent at step 0.
        upper: its argument at step `steps`.
        start: the value far before the fall.
        end: the value far behind it.

    Raises:
        TypeError, ValueError: steps is no count, or another argument no finite number.

    Source: Hsueh et al. 2019 (arXiv:1806.01593), equation 3.

    >>> import lrsched as lrs
    >>> lrs.TanhDecay(10)([0, 7, 10])
    array([0.99999917, 0.5       , 0.00247262])
    """

    steps: Count
    lower: Real = -7.0
    upper: Real = 3.0
    start: Real = 1.0
    end: Real = 0.0


def _grown(start: float, gamma: float, n: Any) -> Any:
    """start * gamma**n, where a start of 0 stays 0 however far gamma**n has grown."""
    return start * gamma**n if start else start


@value
class ExponentialDecay(Schedule):
    """Multiplied by `gamma` in every `every` steps, smoothly in between. Endless.

    Formula: start * gamma**(t / every).

    Args:
        gamma: non-negative factor; above 1 the value grows, and is inf beyond the range of floats.
        every: steps per factor.
        start: the value at step 0.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: `torch.optim.lr_scheduler.ExponentialLR`; `every` as Keras' and optax' exponential
    decay have it.

    >>> import lrsched as lrs
    >>> lrs.ExponentialDecay(0.5, every=10)([0, 10, 20])
    array([1.  , 0.5 , 0.25])
    """

    gamma: NonNegative
    every: PositiveCount = 1
    start: Real = 1.0
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return _grown(self.start, self.gamma, xp.ratio(t, self.every))


@value
class StepDecay(Schedule):
    """Multiplied by `gamma` once in every `every` steps. Endless.

    Formula: start * gamma**floor(t / every).

    Args:
        every: steps from one factor to the next.
        gamma: non-negative factor.
        start: the value before the first factor.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: `torch.optim.lr_scheduler.StepLR`; He et al. 2015 (arXiv:1512.03385) divide by 10.

    >>> import lrsched as lrs
    >>> lrs.StepDecay(every=30)([0, 29, 30, 60])
    array([1.  , 1.  , 0.1 , 0.01])
    """

    every: PositiveCount
    gamma: NonNegative = 0.1
    start: Real = 1.0
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return _grown(self.start, self.gamma, t // self.every)


@value
class MultiStepDecay(Schedule):
    """Multiplied by `gamma` at each milestone. Endless.

    Formula: start * gamma**(number of milestones <= t).

    Args:
        milestones: strictly increasing step numbers.
        gamma: non-negative factor.
        start: the value before the first milestone.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: `torch.optim.lr_scheduler.MultiStepLR`.

    >>> import lrsched as lrs
    >>> lrs.MultiStepDecay([30, 80])([0, 30, 79, 80])
    array([1.  , 0.1 , 0.1 , 0.01])
    """

    milestones: Steps
    gamma: NonNegative = 0.1
    start: Real = 1.0
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return _grown(self.start, self.gamma, xp.count(self.milestones, t))


@value
class InverseTimeDecay(Schedule):
    """Falls as one over the time. Endless.

    Formula: start / (1 + rate * t / every).

    Args:
        rate: non-negative; how many times `start` the divisor grows by in `every` steps.
        every: steps per application of the rate.
        start: the value at step 0.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Robbins & Monro 1951 (doi:10.1214/aoms/1177729586); Keras' `InverseTimeDecay`.

    >>> import lrsched as lrs
    >>> lrs.InverseTimeDecay(rate=1, every=100)([0, 100, 300])
    array([1.  , 0.5 , 0.25])
    """

    rate: NonNegative
    every: PositiveCount = 1
    start: Real = 1.0
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return self.start / (1 + self.rate * (t / self.every))


@value
class InversePowerDecay(curves.InversePower):
    """Falls as a power of the time. Endless.

    Formula: start * (timescale / (timescale + t))**power.

    Args:
        timescale: steps in which the base of the power falls to one half; positive.
        power: positive exponent.
        start: the value at step 0.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Xu 2011 (arXiv:1107.2490), as the "inv" policy of Caffe writes it.

    >>> import lrsched as lrs
    >>> lrs.InversePowerDecay(timescale=100, power=2)([0, 100, 300])
    array([1.    , 0.25  , 0.0625])
    """

    timescale: Positive
    power: Positive
    start: Real = 1.0
    steps = None


@value
class InverseSqrtDecay(curves.InversePower):
    """Falls as one over the square root of the time. Endless.

    Formula: start * sqrt(timescale / (timescale + t)).

    Args:
        timescale: steps in which the square of the value falls to one half; positive. After a
            warmup of W steps, `timescale=W` goes on as sqrt(W / step).
        start: the value at step 0.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the decay of Vaswani et al. 2017 (arXiv:1706.03762), section 5.3, without its warmup;
    T5 (Raffel et al. 2019, arXiv:1910.10683), section 3.1.2.

    >>> import lrsched as lrs
    >>> lrs.InverseSqrtDecay(timescale=100)([0, 300])
    array([1. , 0.5])
    """

    timescale: Positive
    start: Real = 1.0
    steps = None
    power = 0.5


@value
class Noam(Schedule):
    """The Transformer's schedule: a linear warmup, then one over the square root of the step.

    Formula: scale * d_model**-0.5 * min(t**-0.5, t * warmup_steps**-1.5), and 0 at t = 0.
    Endless.

    Args:
        d_model: width of the model, a positive integer.
        warmup_steps: the step at which the value is highest; positive.
        scale: a factor.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Vaswani et al. 2017 (arXiv:1706.03762), section 5.3, equation 3.

    >>> import lrsched as lrs
    >>> lrs.Noam(d_model=512, warmup_steps=4000)([0, 4000, 16000])
    array([0.        , 0.00069877, 0.00034939])
    """

    d_model: PositiveCount
    warmup_steps: PositiveCount
    scale: Real = 1.0
    steps = None

    @property
    def turns(self) -> tuple[int, ...]:
        return (self.warmup_steps,)

    def formula(self, t: Any, xp: Any) -> Any:
        # One formula on both sides of the peak, without the singularity of t**-0.5 at 0.
        rise = xp.minimum(t, self.warmup_steps) / self.warmup_steps
        fall = xp.power(xp.maximum(t, self.warmup_steps), -0.5)
        return self.scale * xp.power(self.d_model, -0.5) * rise * fall
