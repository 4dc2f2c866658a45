"""Laws that predict a run's loss from its rates alone, with constants fitted on other runs."""

import abc
import functools
from collections.abc import Sequence
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from lrsched._core.check import NonNegative, Positive, ProperFraction, Rule, rule_in
from lrsched._core.schedule import Schedule
from lrsched._core.value import Value, value
from lrsched.ask.fits import fitted, measured
from lrsched.ask.kernels import Floats, Steps, fading
from lrsched.ask.rates import length_of_run, rates_at, running


class LossLaw(Value):
    """What predicts the losses of a run from its schedule."""

    noun = "law"

    def __call__(self, schedule: Schedule, steps: int) -> Floats:
        """The predicted loss at each of the first steps: 0, 1, ..., steps - 1.

        The loss at step t is that of a run whose last rate is schedule(t), as in the authors' code;
        before the first rate above 0 it is inf (but for A = 0).

        Args:
            schedule: of the rates, of the same kind of run as those that the law was fitted on.
            steps: how many updates the run has, at most up to the schedule's end.

        Raises:
            TypeError, ValueError: an argument is not what is said above; or a rate is below 0.
        """
        owner = type(self).__name__
        steps = length_of_run(owner, schedule, steps)
        return self.losses_of(rates_at(owner, schedule, 0, steps), np.arange(steps))

    def losses_of(self, rates: Floats, at: Steps) -> Floats:
        """At some steps, in ascending order, of a run with these rates."""
        with np.errstate(all="ignore"):  # of no area, and of next to none, a power is inf
            return self._losses(rates, at)

    @abc.abstractmethod
    def _losses(self, rates: Floats, at: Steps) -> Floats:
        """The law's formula."""


def _accept_law(law: Any) -> LossLaw:
    if not isinstance(law, LossLaw):
        raise TypeError
    return law


ALaw = Annotated[LossLaw, Rule("a MultiPowerLaw or an AnnealingLaw", _accept_law)]


@value
class MultiPowerLaw(LossLaw):
    """Loss by powers of the summed rates: one of them all, and one for each fall of the rate.

    Formula: with e_k = schedule(k) and S(k, t) = e_k + ... + e_t, the loss at step t is
    L0 + A S(0, t)**-alpha + B * sum over k = 1..t of (e_k - e_{k-1}) G(e_k**-gamma S(k, t)), where
    G(x) = 1 - (1 + C x)**-beta. The sum is over every change of the rate, rises included: a warmup
    counts as it is. Where e_k is 0, G is its limit: 0 until a rate follows that is not, then 1.

    A run of T steps takes a time that grows as T: 150 numbers carry what all earlier changes add,
    to 14 digits. Steps at which the rate stays the same add nothing.

    The constants are those of one model, its data and its batch size, with AdamW; peaks other than
    those of the runs that they were fitted on are an extrapolation. The authors' fits, each on
    three curves with a peak of 3e-4 after 2,160 steps, and the mean error on six others:

    model         L0          A      alpha            B          C       beta      gamma    error
      25M 3.04045406 0.52468604 0.50786857 363.78751622 2.06560812 0.58279013 0.64142257  0.00376
     100M  2.6514477 0.60115152 0.45295811  437.9464276 2.13245612 0.59785199 0.65523644  0.00435
     400M 2.37474466 0.65421216 0.42878731 523.42464371 2.02462735 0.59350493 0.63472457  0.00484

    Args:
        L0: what no training gets below, at least 0.
        A: of the power of all rates, at least 0.
        alpha: its exponent, above 0.
        B: of what falls of the rate bring, at least 0.
        C: how fast they bring it, above 0.
        beta: the exponent of that, above 0.
        gamma: the exponent of the rate in it, at least 0.

    Raises:
        TypeError, ValueError: a constant is not what is said above.

    Source: Luo et al. 2025 (arXiv:2503.12811); constants and errors,
    github.com/thu-yao-01-luo/MultiPowerLaw.

    >>> import lrsched as lrs
    >>> law = lrs.MultiPowerLaw(
    ...     L0=2.37474466, A=0.65421216, alpha=0.42878731,
    ...     B=523.42464371, C=2.02462735, beta=0.59350493, gamma=0.63472457,
    ... )
    >>> warmup = lrs.Take(lrs.LinearWarmup(2159, end=3e-4), 2160)
    >>> cosine = lrs.Sequence(warmup, lrs.CosineDecay(72_000 - 2160, start=3e-4, end=3e-5))
    >>> round(float(law(cosine, 71_937)[-1]), 5)  # 2.6154 was measured
    2.61848
    """

    L0: NonNegative
    A: NonNegative
    alpha: Positive
    B: NonNegative
    C: Positive
    beta: Positive
    gamma: NonNegative

    def _losses(self, rates: Floats, at: Steps) -> Floats:
        drops = _drops(rates, at, self.C, self.beta, self.gamma)
        return self.L0 + _power(self.A, running(rates)[at], self.alpha) - self.B * drops

    @classmethod
    def fit(
        cls,
        schedule: Schedule | Sequence[Schedule],
        steps: ArrayLike | Sequence[ArrayLike],
        losses: ArrayLike | Sequence[ArrayLike],
    ) -> Self:
        """The law of measured losses: of one run, or better, of several with other schedules.

        The least sum of the Huber loss (with 1e-3, as in the source) of log(predicted / measured),
        found from several starts. On a run whose rate hardly falls, B, C, beta and gamma are
        anything: fit runs that are like the one to predict. Needs SciPy: the extra `theory`. A long
        fit shows how far it is where the standard error is a terminal.

        Args:
            schedule: of the run; or a list of schedules, for several.
            steps: the steps at which losses were measured; or a list of such, one for each run.
            losses: measured there, smoothed if they are noisy; or a list of such.

        Raises:
            TypeError, ValueError: an argument is not what is said above; a rate is below 0; or
                there are fewer measurements than constants.
            ImportError: SciPy is not installed.

        >>> import lrsched as lrs
        >>> law = lrs.MultiPowerLaw(3, A=0.5, alpha=0.5, B=360, C=2, beta=0.6, gamma=0.6)
        >>> runs = [lrs.CosineDecay(900, start=1e-3), lrs.Constant(1e-3, steps=900)]
        >>> steps = range(50, 900, 50)
        >>> measured = [law(run, 900)[steps] for run in runs]
        >>> found = lrs.MultiPowerLaw.fit(runs, [steps, steps], measured)
        >>> another = lrs.LinearDecay(900, start=1e-3)
        >>> round(float(found(another, 900)[-1]), 4), round(float(law(another, 900)[-1]), 4)
        (3.4682, 3.4682)
        """
        curves = measured("MultiPowerLaw.fit", schedule, steps, losses, constants=7)
        areas = np.concatenate([running(curve.rates)[curve.at] for curve in curves])

        @functools.lru_cache(maxsize=2)  # alpha alone may have changed
        def drops(c: float, beta: float, gamma: float) -> Floats:
            return np.concatenate([_drops(x.rates, x.at, c, beta, gamma) for x in curves])

        def bases(alpha: float, c: float, beta: float, gamma: float) -> list[Floats]:
            return [np.ones(len(areas)), areas**-alpha, -drops(c, beta, gamma)]

        # C by the number of updates at the peak that half of a fall takes to show.
        peak = max(float(curve.rates.max()) for curve in curves)
        starts = [
            (alpha, peak ** (gamma - 1) / updates, beta, gamma)
            for updates in (10, 100)
            for beta in (0.3, 0.6)
            for gamma in (0.3, 0.6)
            for alpha in (0.3, 0.5, 0.7)
        ]
        (l0, a, b), (alpha, c, beta, gamma) = fitted(bases, starts, curves, "MultiPowerLaw.fit")
        return cls(L0=l0, A=a, alpha=alpha, B=b, C=c, beta=beta, gamma=gamma)


def _power(a: float, area: Floats, alpha: float) -> Floats:
    """Infinite where there is no area yet, but for a factor of 0."""
    power: Floats = a * area**-alpha if a else np.zeros(len(area))
    return power


def _drops(rates: Floats, at: Steps, c: float, beta: float, gamma: float) -> Floats:
    """The sums of (e_{k-1} - e_k) G: how much the falls of the rate have brought, for B = 1."""
    changes = np.diff(rates, prepend=rates[0])
    left = fading(rates, changes, rates**gamma / c, beta, at)
    drops: Floats = (rates[0] - rates[at]) + left
    return drops


@value
class AnnealingLaw(LossLaw):
    """Loss by the area under the rates, and by the area that its annealing opens.

    Formula: L0 + A S1**-alpha - C S2 at step t, with S1 = e_0 + ... + e_t, S2 = m_1 + ... + m_t,
    and m_i = lambda_ m_{i-1} + (e_{i-1} - e_i), m_0 = 0. The rates are e_k = schedule(k), but those
    of a warmup count as its peak (section 3.4 of the source): the first steps of the run, for as
    long as the rate does not fall.

    The constants are those of one model, its data and its batch size. The authors fit one or two
    curves, and predict those of other schedules.

    Args:
        L0: what no training gets below, at least 0.
        A: of the power of the area, at least 0.
        alpha: its exponent, above 0.
        C: of the annealing area, at least 0.
        lambda_: what is left of the momentum of annealing after a step, from 0 to below 1. It is
            not fitted: the authors set it to 0.999.

    Raises:
        TypeError, ValueError: a constant is not what is said above.

    Source: Tissue et al. 2024 (arXiv:2408.11029).

    >>> import lrsched as lrs
    >>> law = lrs.AnnealingLaw(2.628, A=0.4297, alpha=0.5498, C=0.4108)
    >>> run = lrs.Sequence(lrs.LinearWarmup(500, end=2e-4), lrs.CosineDecay(19_500, start=2e-4))
    >>> law(run, 20_001)[[1000, 10_000, 20_000]].round(3)  # 3.670, 2.920, 2.838 were measured
    array([3.669, 2.919, 2.836])
    """

    L0: NonNegative
    A: NonNegative
    alpha: Positive
    C: NonNegative
    lambda_: ProperFraction = 0.999

    def _losses(self, rates: Floats, at: Steps) -> Floats:
        area, annealed = _areas(rates, self.lambda_)
        return self.L0 + _power(self.A, area[at], self.alpha) - self.C * annealed[at]

    @classmethod
    def fit(
        cls,
        schedule: Schedule | Sequence[Schedule],
        steps: ArrayLike | Sequence[ArrayLike],
        losses: ArrayLike | Sequence[ArrayLike],
        lambda_: float = 0.999,
    ) -> Self:
        """The law of measured losses, as `MultiPowerLaw.fit`, for a given lambda_.

        Args:
            schedule: of the run; or a list of schedules, for several.
            steps: the steps at which losses were measured; or a list of such, one for each run.
            losses: measured there; or a list of such.
            lambda_: as the law's own.

        Raises:
            TypeError, ValueError: as `MultiPowerLaw.fit`.
            ImportError: SciPy is not installed.

        >>> import lrsched as lrs
        >>> law = lrs.AnnealingLaw(3, A=0.5, alpha=0.5, C=0.4)
        >>> run, steps = lrs.CosineDecay(9000, start=1e-3), range(500, 9000, 500)
        >>> found = lrs.AnnealingLaw.fit(run, steps, law(run, 9000)[steps])
        >>> round(found.L0, 6), round(found.A, 6), round(found.alpha, 6), round(found.C, 6)
        (3.0, 0.5, 0.5, 0.4)
        """
        lambda_ = rule_in(ProperFraction)("AnnealingLaw.fit", "lambda_", lambda_)
        curves = measured("AnnealingLaw.fit", schedule, steps, losses, constants=4)
        areas = [_areas(curve.rates, lambda_) for curve in curves]
        area = np.concatenate([s[x.at] for (s, _), x in zip(areas, curves, strict=True)])
        annealed = np.concatenate([s[x.at] for (_, s), x in zip(areas, curves, strict=True)])

        def bases(alpha: float) -> list[Floats]:
            return [np.ones(len(area)), area**-alpha, -annealed]

        starts = [(alpha,) for alpha in (0.2, 0.4, 0.6, 0.8)]
        (l0, a, c), (alpha,) = fitted(bases, starts, curves, "AnnealingLaw.fit")
        return cls(L0=l0, A=a, alpha=alpha, C=c, lambda_=lambda_)


def _areas(rates: Floats, lambda_: float) -> tuple[Floats, Floats]:
    """S1 and S2 at every step, the warmup counted as its peak."""
    highest = np.maximum.accumulate(rates)
    # The rounding of a value is no fall.
    fallen = np.flatnonzero(rates < highest * (1 - 1e-9))
    rising = int(fallen[0]) if fallen.size else len(rates)
    peak = int(np.argmax(rates[:rising]))
    counted = np.concatenate([np.full(peak, rates[peak]), rates[peak:]])
    momentum = running(np.append(0.0, counted[:-1] - counted[1:]), lambda_)
    return running(counted), running(momentum)
