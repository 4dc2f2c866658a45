"""What convex optimisation guarantees of a run, and the questions that the guarantee answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import NonNegative, Positive, PositiveCount, checked, refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.ask.questions import ASchedule
from lrsched.ask.rates import length_of_run, rates_at, running_back

# Rates evaluated at a time.
_CHUNK = 2**18


@public
@dataclass(frozen=True)
class ConvexBound:
    """How far from the optimum a run may end, at most: `value`, the sum of T1, T2 and T3.

    With all rates times `best_scale` the bound is the least, `best_value`.
    """

    value: float
    best_scale: float
    best_value: float
    T1: float
    T2: float
    T3: float


@public
@checked
def convex_bound(
    schedule: ASchedule,
    steps: PositiveCount,
    distance: Positive = 1.0,
    gradient: NonNegative = 1.0,
) -> ConvexBound:
    """The bound on the last iterate of a convex run: how far above the optimum it may end.

    For stochastic subgradient descent on any convex function, smooth or not, of the worst kind.
    No training of a network is convex, and nobody knows its distance and gradient. What carries
    over, say the authors of the second paper, is how schedules compare: the bound's shape over a
    run, its best peak against another schedule's, the use of a cooldown.

    Formula: with the rates e_t = schedule(t - 1) for t = 1..T, S_k = e_k + ... + e_T and
    Q_k = gradient**2 * (e_k**2 + ... + e_T**2): T1 = distance**2 / (2 S_1), T2 = Q_1 / (2 S_1),
    T3 = 1/2 * sum over k = 1..T-1 of (e_k / S_{k+1}) (Q_k / S_k). value = T1 + T2 + T3,
    best_scale = sqrt(T1 / (T2 + T3)), best_value = 2 sqrt(T1 (T2 + T3)).

    The sums run from the end of the run, where they are small: every digit of them counts.

    Args:
        schedule: of the rates, in units of distance over gradient.
        steps: T, how many updates the run has, at most up to the schedule's end. The last one has
            a rate above 0: the formula divides by it.
        distance: of the first iterate from the optimum, at most.
        gradient: the size of a gradient, at most (in expectation, the root of its mean square).

    Raises:
        TypeError, ValueError: an argument is not what is said above; or a rate is below 0.

    Source: Defazio et al. 2023 (arXiv:2310.07831), theorem 10; Schaipp et al. 2025
    (arXiv:2501.18965), for schedules of language models.

    >>> import lrsched as lrs
    >>> bound = lrs.convex_bound(lrs.LinearDecay(400), steps=400)
    >>> round(bound.best_scale, 12), round(bound.best_value, 12)
    (0.049563130691, 0.100629865436)
    >>> lrs.convex_bound(lrs.Constant(1), steps=400).best_value / bound.best_value
    1.366...
    """
    run = run_of("convex_bound", schedule, steps)
    return run.bound(distance, gradient)


@public
@checked
def best_peak(
    from_schedule: ASchedule, peak: Positive, to_schedule: ASchedule, steps: PositiveCount
) -> float:
    """The peak for a run, from the peak that was found best for a run of another shape or length.

    The ratio of the peaks that are best by `convex_bound`; distance and gradient, which nobody
    knows, cancel out. A peak is the largest rate of a run; how high the two schedules are as they
    are given makes no difference.

    Formula: peak * (largest(to) * best_scale(to)) / (largest(from) * best_scale(from)).

    Args:
        from_schedule: of the run whose peak was tuned, as long as that run; one without an end is
            taken for `steps` steps.
        peak: the largest rate of that run.
        to_schedule: of the run to come.
        steps: how many updates that has.

    Raises:
        TypeError, ValueError: as `convex_bound`.

    Source: Schaipp et al. 2025 (arXiv:2501.18965): the best rate of one schedule transferred to
    another, and to a longer run, with models of 124M and 210M parameters.

    >>> import lrsched as lrs
    >>> wsd = lrs.warmup_stable_decay(1, 4_000, warmup_steps=0, decay_fraction=0.2)
    >>> lrs.best_peak(wsd, 1e-3, lrs.LinearDecay(4_000), steps=4_000)
    0.0019...
    >>> lrs.best_peak(lrs.LinearDecay(4_000), 1e-3, lrs.LinearDecay(16_000), steps=16_000)
    0.0005...
    """
    length = steps if from_schedule.steps is None else from_schedule.steps
    before = run_of("best_peak", from_schedule, max(1, length), "from_schedule")
    after = run_of("best_peak", to_schedule, steps, "to_schedule")
    return peak * after.best_peak / before.best_peak


@public
@dataclass(frozen=True)
class Cooldown:
    """The cooldown with the least bound: it begins `at` a step, and has so many `steps`.

    `best_value` is the bound of the whole run with its best peak, which is `best_scale` times the
    schedule as it was given.
    """

    at: int
    steps: int
    best_value: float
    best_scale: float


def _accept_decay(owner: str, decay: Schedule) -> int:
    """The length of a shape that falls from 1."""
    if not decay.steps:
        raise refusal(ValueError, owner, "decay", "a schedule with an end", decay)
    if decay(0) != 1:
        raise refusal(ValueError, owner, "decay", "a schedule that starts at 1", decay)
    return decay.steps


# Lengths of a cooldown that are looked at, before the look is closer.
_GRID = 33


@public
@checked
def best_cooldown(
    schedule: ASchedule, steps: PositiveCount, decay: Annotated[Schedule, A_SCHEDULE]
) -> Cooldown:
    """How long the cooldown at the end of a run should be, by the least `convex_bound`.

    Each length is judged with the peak that is best for it, and longer cooldowns go with higher
    peaks. In a run under way, whose peak can't be changed any more, a shorter one may be better:
    by how much depends on a distance and a gradient that nobody knows.

    It does not begin before the largest rate: a bound sees no use in a warmup. Up to 32 steps every
    length is looked at; of longer runs 33 lengths, then 33 between the neighbours of the best, and
    so on. Of no cooldown at all, `steps` is 0.

    Args:
        schedule: of the run without a cooldown.
        steps: how many updates the run has, the cooldown included.
        decay: the shape of the cooldown, from 1: `LinearDecay(1)`, `PowerDecay(1, power=0.5)`. It
            is stretched to each length that is tried, so its own makes no difference.

    Raises:
        TypeError, ValueError: as `convex_bound`; decay has no end, does not start at 1, or goes
            below 0.

    Source: Schaipp et al. 2025 (arXiv:2501.18965); the shapes, Haegele et al. 2024
    (arXiv:2405.18392).

    >>> import lrsched as lrs
    >>> lrs.best_cooldown(lrs.Constant(1), 400, lrs.LinearDecay(1))
    Cooldown(at=0, steps=400, best_value=0.10062986543..., best_scale=0.0495631306...)
    >>> run = lrs.Sequence(lrs.LinearWarmup(100), lrs.Constant(1))
    >>> found = lrs.best_cooldown(run, 1000, lrs.PowerDecay(1, power=0.5))
    >>> whole = lrs.cooldown(run, found.at, lrs.PowerDecay(found.steps, power=0.5))
    >>> round(lrs.convex_bound(whole, 1000).best_value / found.best_value, 12)
    1.0
    """
    steps = length_of_run("best_cooldown", schedule, steps)
    length = _accept_decay("best_cooldown", decay)
    rates = rates_at("best_cooldown", schedule, 0, steps)
    if not rates.any():
        raise _still("best_cooldown", "schedule", schedule, steps)
    found: dict[int, Cooldown] = {}

    def judge(n: int) -> float:
        if n not in found:
            at = steps - n
            falling = decay(np.arange(n) * (length / n)) if n else np.empty(0)
            if n and falling.min() < 0:
                rule = "a schedule that is nowhere below 0"
                raise refusal(ValueError, "best_cooldown", "decay", rule, decay)
            whole = np.concatenate([rates[:at], rates[at : at + 1] * falling])
            bound = Run.of(lambda start, stop: whole[start:stop], steps).bound()
            found[n] = Cooldown(at, n, bound.best_value, bound.best_scale)
        return found[n].best_value

    low, high = 0, steps - int(np.argmax(rates))
    while True:
        lengths = np.unique(np.rint(np.linspace(low, high, _GRID)).astype(int)).tolist()
        values = [judge(n) for n in lengths]
        best = int(np.argmin(values))
        if len(lengths) == high - low + 1:
            return found[lengths[best]]
        low, high = lengths[max(best - 1, 0)], lengths[min(best + 1, len(lengths) - 1)]


class Run(NamedTuple):
    """What the bound needs to know of the rates, in units of `unit`."""

    unit: float
    largest: float
    first_sum: float  # S_1
    first_squares: float  # Q_1 / gradient**2
    ratios: float  # the sum in T3, without its 1/2 and gradient**2

    @classmethod
    def of(cls, rates: Callable[[int, int], NDArray[np.float64]], steps: int) -> Run:
        """Of the rates that a function gives for a start and a stop, asked from the end."""
        unit, largest, s, q = 0.0, 0.0, 0.0, 0.0
        parts: list[float] = []
        for stop in range(steps, 0, -_CHUNK):
            e = rates(max(0, stop - _CHUNK), stop)
            # Squares of rates in units of a large one neither vanish nor leave the floats.
            unit = unit or 2.0 ** math.frexp(float(e.max()))[1]
            e = e / unit
            largest = max(largest, float(e.max()))
            sums, squares = running_back(e) + s, running_back(e * e) + q
            after = np.append(sums[1:], s)
            if stop == steps:  # k = T has nothing after it, and is in no sum
                e, after = e[:-1], after[:-1]
            with np.errstate(all="ignore"):
                ratios = e / after * (squares[: len(e)] / sums[: len(e)])
            parts.append(float(ratios[e > 0].sum()))
            s, q = float(sums[0]), float(squares[0])
        return cls(unit, largest, s, q, math.fsum(parts))

    def bound(self, distance: float = 1.0, gradient: float = 1.0) -> ConvexBound:
        twice = 2 * self.first_sum
        if not twice:  # no update moves
            return ConvexBound(math.inf, math.inf, math.inf, math.inf, 0.0, 0.0)
        t1 = distance / self.unit * distance / twice
        t2 = gradient * self.unit * gradient * self.first_squares / twice
        t3 = gradient * self.unit * gradient * self.ratios / 2
        noise = t2 + t3
        scale = math.sqrt(t1) / math.sqrt(noise) if noise else math.inf
        best = 2 * math.sqrt(t1) * math.sqrt(noise)
        return ConvexBound(t1 + t2 + t3, scale, best, t1, t2, t3)

    @property
    def best_peak(self) -> float:
        """The largest rate with which the bound is the least, for distance = gradient = 1."""
        return self.largest * self.unit * self.bound().best_scale


def run_of(owner: str, schedule: Schedule, steps: int, name: str = "schedule") -> Run:
    """A run whose last update moves, as the bound must have it."""
    steps = length_of_run(owner, schedule, steps, name)
    last = steps
    while last and not rates_at(owner, schedule, last - 1, last, name)[0]:
        chunk = rates_at(owner, schedule, max(0, last - _CHUNK), last, name)
        moving = np.flatnonzero(chunk)
        last = last - len(chunk) + (int(moving[-1]) + 1 if moving.size else 0)
    if not last:
        raise _still(owner, name, schedule, steps)
    if last < steps:
        rule = f"at most {last}: from there on {name} is 0, and the bound has no end"
        raise refusal(ValueError, owner, "steps", rule, steps)
    return Run.of(lambda start, stop: rates_at(owner, schedule, start, stop, name), steps)


def _still(owner: str, name: str, schedule: Schedule, steps: int) -> Exception:
    rule = f"above 0 at one of the first {steps} steps at least"
    return refusal(ValueError, owner, name, rule, schedule)
