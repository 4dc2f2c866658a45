"""Runs with a plateau: up, along, and down at the end, or before each milestone."""

from __future__ import annotations

import itertools
from typing import Annotated

from lrsched._core.check import (
    Count,
    Fraction,
    Nonzero,
    Positive,
    PositiveCount,
    Real,
    Steps,
    checked,
    refusal,
)
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.presets.decays import Decay, named_decay
from lrsched.presets.lengths import lengths, one_length, unfit
from lrsched.shapes import (
    Clip,
    Constant,
    CosineDecay,
    GeometricDecay,
    InversePowerDecay,
    LinearWarmup,
    Sequence,
    Take,
)


@public
@checked
def warmup_stable_decay(
    peak: Real,
    total_steps: Count,
    *,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    decay: Decay = "linear",
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """WSD: a linear warmup to `peak`, a plateau, and a decay over the last steps.

    Args:
        peak: the value of the plateau.
        total_steps: length in steps, the warmup and the decay included.
        decay_steps: length of the decay in steps; or
        decay_fraction: the same as a fraction of `total_steps`.
        decay: "linear", "cosine", "1-sqrt", "exponential" or "inverse" (1 / rate is a straight
            line); the last two need an `end` that is not 0.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_constant`; an unknown decay; warmup and decay longer
            than the whole.

    Source: Hu et al. 2024 (arXiv:2404.06395); Haegele et al. 2024 (arXiv:2405.18392).

    >>> import lrsched as lrs
    >>> lrs.warmup_stable_decay(1.0, 100, warmup_steps=10, decay_steps=20, decay="1-sqrt")
    Sequence(LinearWarmup(10), Constant(1.0, steps=70), PowerDecay(20, power=0.5))
    """
    warmup, last = (warmup_steps, warmup_fraction), (decay_steps, decay_fraction)
    return _plateau("warmup_stable_decay", peak, total_steps, warmup, last, decay, 0.0, end)


_Length = tuple[int | None, float | None]  # in steps, or as a fraction


def _plateau(
    preset: str,
    peak: float,
    total_steps: int,
    warmup: _Length,
    last: _Length,
    decay: Decay,
    start: float,
    end: float,
) -> Schedule:
    """A line up from `start` to `peak`, a plateau, and a decay to `end` in the last steps."""
    rise, fall, level = lengths(preset, total_steps, warmup=warmup, decay=last)
    return Sequence(
        LinearWarmup(rise, start=start, end=peak),
        Constant(peak, level),
        named_decay(preset, decay, fall, peak, end),
    )


@public
@checked
def trapezoid(
    peak: Real,
    total_steps: Count,
    *,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """A line up to `peak`, a plateau, and a line down: `warmup_stable_decay(decay="linear")`.

    Args:
        peak: the value of the plateau.
        total_steps: length in steps, the warmup and the decay included.
        decay_steps: length of the decay in steps; or
        decay_fraction: the same as a fraction of `total_steps`.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value.

    Raises:
        TypeError, ValueError: as `warmup_stable_decay`.

    Source: Xing et al. 2018 (arXiv:1802.08770); Zhai et al. 2022 (arXiv:2106.04560), section 3.

    >>> import lrsched as lrs
    >>> lrs.trapezoid(1.0, 100, warmup_steps=10, decay_fraction=0.2)
    Sequence(LinearWarmup(10), Constant(1.0, steps=70), LinearDecay(20))
    """
    warmup, last = (warmup_steps, warmup_fraction), (decay_steps, decay_fraction)
    return _plateau("trapezoid", peak, total_steps, warmup, last, "linear", 0.0, end)


@public
@checked
def tri_stage(
    peak: Nonzero,
    total_steps: Count,
    *,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    start: Real | None = None,
    end: Nonzero | None = None,
) -> Schedule:
    """Three stages of speech models: a line up from `start`, a plateau, and an exponential decay.

    Args:
        peak: the value of the plateau, nonzero.
        total_steps: length in steps, the warmup and the decay included; fairseq's three stages
            together.
        decay_steps: length of the decay in steps; or
        decay_fraction: the same as a fraction of `total_steps`, the last of fairseq's phase_ratio.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`, the first of its phase_ratio.
            fairseq rounds each of the three down and holds its last value in steps that are left.
        start: the first value; by default peak / 100, an init_lr_scale of 0.01.
        end: the last value, nonzero and of the sign of `peak`; by default peak / 100, a
            final_lr_scale of 0.01.

    Raises:
        TypeError, ValueError: as `warmup_stable_decay`.

    Source: Park et al. 2019 (arXiv:1904.08779), section 3.2; the "tri_stage" of fairseq.

    >>> import lrsched as lrs
    >>> schedule = lrs.tri_stage(5e-5, 100_000, warmup_fraction=0.1, decay_fraction=0.5)
    >>> schedule([0, 10_000, 50_000, 75_000, 100_000])
    array([5.e-07, 5.e-05, 5.e-05, 5.e-06, 5.e-07])
    """
    start = peak / 100 if start is None else start
    end = peak / 100 if end is None else end
    warmup, last = (warmup_steps, warmup_fraction), (decay_steps, decay_fraction)
    return _plateau("tri_stage", peak, total_steps, warmup, last, "exponential", start, end)


@public
@checked
def wsd_s(
    peak: Real,
    total_steps: Count,
    *,
    milestones: Steps,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    decay: Decay = "inverse",
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real,
) -> Schedule:
    """WSD-S: a plateau with a decay before each milestone, after which it is `peak` again.

    One run that leaves a finished model at each milestone and goes on from it, without a warmup.
    At a milestone the step is the first of the next period, at `peak`; update milestone - 1 is the
    decay's last.

    Args:
        peak: the value of the plateau.
        total_steps: length in steps, the warmup and all decays included; the last one ends here.
        milestones: strictly increasing step numbers at which a decay ends and the plateau goes on,
            all before `total_steps`.
        decay_steps: length of each decay in steps; or
        decay_fraction: the same as a fraction of its period, from one milestone to the next; the
            first period includes the warmup.
        decay: "inverse", the straight line of 1 / rate, or another of `warmup_stable_decay`'s.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the value that each decay falls to; nonzero for "inverse" and "exponential". The paper
            takes a tenth of the peak.

    Raises:
        TypeError, ValueError: as `warmup_stable_decay`; a milestone that is 0 or not before
            `total_steps`; a decay longer than its period, or than what the warmup leaves of it.

    Source: Wen et al. 2024 (arXiv:2410.05192); OLMo-core's `WSDS`, with decay="linear".

    >>> import lrsched as lrs
    >>> schedule = lrs.wsd_s(
    ...     1.0, 300, milestones=[100], decay_steps=20, warmup_steps=10, end=0.25
    ... )
    >>> schedule([0, 10, 80, 90, 100, 280, 290, 300])
    array([0.  , 1.  , 1.  , 0.4 , 1.  , 1.  , 0.4 , 0.25])
    """
    if milestones and not 0 < milestones[0] <= milestones[-1] < total_steps:
        rule = f"above 0 and below total_steps={total_steps}"
        raise refusal(ValueError, "wsd_s", "milestones", rule, milestones)
    rise, _ = lengths("wsd_s", total_steps, warmup=(warmup_steps, warmup_fraction))
    phases: list[Schedule] = [LinearWarmup(rise, end=peak)]
    for begin, stop in itertools.pairwise((0, *milestones, total_steps)):
        fall = one_length("wsd_s", "decay", stop - begin, decay_steps, decay_fraction)
        level = stop - max(begin, rise if begin == 0 else 0) - fall
        if level < 0:
            rule = f"at most the {max(0, level + fall)} steps before step {stop}"
            raise unfit("wsd_s", "decay", rule, decay_steps, decay_fraction)
        phases += [Constant(peak, level), named_decay("wsd_s", decay, fall, peak, end)]
    return Sequence(*phases)


@public
@checked
def power_scheduler(
    peak: Positive,
    total_steps: Count,
    *,
    batch: PositiveCount,
    tokens: PositiveCount,
    scale: Positive = 4.6,
    power: Positive = 0.51,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    decay: Decay = "exponential",
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real,
) -> Schedule:
    """Power scheduler: a line up, a power of the tokens seen but at most `peak`, and a decay.

    In between the rate is min(peak, batch * scale * n**-power), with n = tokens * step. It knows
    nothing of the run's length, which is why one setting serves batches and budgets of any size.

    Args:
        peak: the highest value that the curve may take; positive.
        total_steps: length in steps, the warmup and the decay included.
        batch: sequences in a batch, the paper's beta.
        tokens: tokens in a batch: the sequences times their length.
        scale: the paper's a.
        power: positive exponent, the paper's -b.
        decay_steps: length of the last decay in steps; or
        decay_fraction: the same as a fraction of `total_steps`.
        decay: "exponential", or another of `warmup_stable_decay`'s; it starts at the curve's value.
        warmup_steps: length of the warmup in steps, at least 1: the curve begins at infinity; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the last value; nonzero for "exponential" and "inverse".

    Raises:
        TypeError, ValueError: as `warmup_stable_decay`; no warmup.

    Source: Shen et al. 2024 (arXiv:2408.13359); a and b as in levanter's "power" schedule.

    >>> import lrsched as lrs
    >>> schedule = lrs.power_scheduler(
    ...     0.02, 100_000, batch=1024, tokens=1024 * 4096,
    ...     warmup_steps=1_000, decay_fraction=0.1, end=1e-4,
    ... )
    >>> schedule([500, 1_000, 10_000, 90_000, 100_000]).round(6)
    array([0.01    , 0.02    , 0.018009, 0.005873, 0.0001  ])
    """
    rise, fall, level = lengths(
        "power_scheduler",
        total_steps,
        warmup=(warmup_steps, warmup_fraction),
        decay=(decay_steps, decay_fraction),
    )
    if rise == 0:
        rule = "at least one step (the curve begins at infinity)"
        raise unfit("power_scheduler", "warmup", rule, warmup_steps, warmup_fraction)
    start = batch * scale * (tokens * rise) ** -power
    curve = Clip(InversePowerDecay(rise, power, start=start), upper=peak)
    return Sequence(
        LinearWarmup(rise, end=curve(0)),
        Take(curve, level),
        named_decay("power_scheduler", decay, fall, curve(level), end, of="the curve's end"),
    )


@public
@checked
def infinite_lr(
    peak: Real,
    total_steps: Count,
    *,
    value: Nonzero,
    cooldown_steps: Count | None = None,
    cooldown_fraction: Fraction | None = None,
    decay_steps: Count | None = None,
    decay_fraction: Fraction | None = None,
    end: Nonzero,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
) -> Schedule:
    """For runs that go on with new data: warmup, cooldown to a constant, and a last fast decay.

    Args:
        peak: the highest value.
        total_steps: length in steps, all four phases included.
        value: the constant, nonzero.
        cooldown_steps: length of the cosine from `peak` to `value`, in steps; or
        cooldown_fraction: the same as a fraction of `total_steps`.
        decay_steps: length of the exponential decay from `value` to `end`, in steps; or
        decay_fraction: the same as a fraction of `total_steps`.
        end: the last value, nonzero and of the sign of `value`.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.

    Raises:
        TypeError, ValueError: as `warmup_constant`; phases longer than the whole.

    Source: Ibrahim et al. 2024 (arXiv:2403.08763), section 7.4.

    >>> import lrsched as lrs
    >>> schedule = lrs.infinite_lr(
    ...     3e-4, 1000, value=1e-4, cooldown_steps=200, decay_steps=100, end=1e-5, warmup_steps=10
    ... )
    >>> schedule(10), schedule(210), schedule(900), schedule(1000)
    (0.0003, 0.0001, 0.0001, 1e-05)
    """
    rise, cooling, fall, level = lengths(
        "infinite_lr",
        total_steps,
        warmup=(warmup_steps, warmup_fraction),
        cooldown=(cooldown_steps, cooldown_fraction),
        decay=(decay_steps, decay_fraction),
    )
    if (value > 0) != (end > 0):
        raise refusal(ValueError, "infinite_lr", "end", f"of the sign of value={value}", end)
    return Sequence(
        LinearWarmup(rise, end=peak),
        CosineDecay(cooling, start=peak, end=value),
        Constant(value, level),
        GeometricDecay(fall, start=value, end=end),
    )


_AnySchedule = Annotated[Schedule, A_SCHEDULE]


@public
@checked
def cooldown(schedule: _AnySchedule, at: Count, decay: _AnySchedule) -> Schedule:
    """A run's schedule up to step `at`, and from its value there down along `decay`.

    Args:
        schedule: the schedule of the run that is branched off.
        at: the step at which the decay takes over.
        decay: a schedule that starts at 1, such as `PowerDecay(1000, power=0.5)`.

    Raises:
        TypeError, ValueError: schedule or decay is none, or at no count.

    Source: Haegele et al. 2024 (arXiv:2405.18392), section 4: one long run, cooled down where the
    budget ends.

    >>> import lrsched as lrs
    >>> run = lrs.Sequence(lrs.LinearWarmup(10, end=0.1), lrs.Constant(0.1))
    >>> branch = lrs.cooldown(run, at=500, decay=lrs.LinearDecay(100))
    >>> branch([499, 500, 550, 600])
    array([0.1 , 0.1 , 0.05, 0.  ])
    """
    return Sequence(Take(schedule, at), schedule(at) * decay)
