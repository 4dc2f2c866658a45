"""Runs that go up and down: one cycle, triangles, waves, and the range test."""

from __future__ import annotations

from typing import Annotated

from lrsched._core.check import (
    Count,
    Fraction,
    NonNegative,
    Nonzero,
    PositiveCount,
    Real,
    checked,
    number_that,
    refusal,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.presets.lengths import lengths, warmup_and_rest
from lrsched.shapes import (
    CosineDecay,
    CosineWarmup,
    Cycle,
    ExponentialWarmup,
    LinearDecay,
    LinearWarmup,
    Sequence,
    Take,
)


@public
@checked
def one_cycle(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    start: Real | None = None,
    end: Real | None = None,
) -> Schedule:
    """One cycle: half a cosine wave up from `start` to `peak`, one down to far below it.

    Args:
        peak: the highest value.
        total_steps: length in steps, the rise included.
        warmup_steps: length of the rise in steps; or
        warmup_fraction: the same as a fraction of `total_steps`; 0.3 is common.
        start: the first value; by default peak / 25.
        end: the last value; by default start / 10,000.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    Source: Smith & Topin 2017 (arXiv:1708.07120); the defaults are those of
    `torch.optim.lr_scheduler.OneCycleLR`.

    >>> import lrsched as lrs
    >>> schedule = lrs.one_cycle(1.0, 100, warmup_fraction=0.3)
    >>> schedule(0), schedule(30), schedule(100)
    (0.04, 1.0, 4e-06)
    """
    warmup, rest = lengths("one_cycle", total_steps, warmup=(warmup_steps, warmup_fraction))
    start = peak / 25 if start is None else start
    end = start / 1e4 if end is None else end
    return Sequence(
        CosineWarmup(warmup, start=start, end=peak), CosineDecay(rest, start=peak, end=end)
    )


@public
@checked
def cosine_restarts(
    peak: Real,
    total_steps: Count,
    *,
    every: PositiveCount,
    stretch: PositiveCount = 1,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    end: Real = 0.0,
) -> Schedule:
    """SGDR: a linear warmup, then half a cosine wave from `peak` to `end`, again and again.

    Args:
        peak: the value after the warmup and after each restart.
        total_steps: length in steps, the warmup included.
        every: length of the first wave in steps.
        stretch: positive integer; each wave is this many times as long as the one before.
        warmup_steps: length of the warmup in steps; or
        warmup_fraction: the same as a fraction of `total_steps`.
        end: the value that each wave falls to.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983).

    >>> import lrsched as lrs
    >>> schedule = lrs.cosine_restarts(1.0, 70, every=10, stretch=2, warmup_steps=0)
    >>> schedule([0, 5, 10, 20, 30])
    array([1. , 0.5, 1. , 0.5, 1. ])
    >>> schedule(70)
    0.0
    """
    warmup, rest = warmup_and_rest(
        "cosine_restarts", peak, total_steps, warmup_steps, warmup_fraction
    )
    # Counted, the waves end with their last one: a run that they fill does not hold its peak after.
    count = _cycles(rest, every, stretch)
    waves = Cycle(CosineDecay(every, start=peak, end=end), stretch=stretch, count=count)
    return Sequence(warmup, Take(waves, rest))


def _cycles(steps: int, first: int, stretch: int) -> int:
    """How many cycles fill a number of steps, the last one perhaps not to its end."""
    if stretch == 1:
        return max(1, -(-steps // first))
    count, filled = 1, first
    while filled < steps:
        filled += first * stretch**count
        count += 1
    return count


@public
@checked
def triangular(
    peak: Real,
    total_steps: Count,
    *,
    every: PositiveCount,
    start: Real,
    gain: NonNegative = 1.0,
) -> Schedule:
    """Cyclical rates: straight up from `start` to `peak` and down again, over and over.

    Args:
        peak: the highest value of the first triangle.
        total_steps: length in steps.
        every: length of a triangle in steps, an even number: half up, half down.
        start: the lowest value.
        gain: each triangle is this many times as high above `start` as the one before; 0.5 is
            "triangular2".

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Smith 2017 (arXiv:1506.01186), whose stepsize is half of `every`.

    >>> import lrsched as lrs
    >>> lrs.triangular(1.0, 100, every=4, start=0.5)([0, 1, 2, 3, 4])
    array([0.5 , 0.75, 1.  , 0.75, 0.5 ])
    """
    if every % 2:
        raise refusal(ValueError, "triangular", "every", "an even number of steps", every)
    if gain == 1:
        rise = LinearWarmup(every // 2, start=start, end=peak)
        return Take(Cycle(rise, mirror=True), total_steps)
    rise = LinearWarmup(every // 2, end=peak - start)
    return Take(start + Cycle(rise, mirror=True, gain=gain), total_steps)


_Ratio = Annotated[float, number_that("a finite number of at least 1", lambda x: x >= 1)]


@public
@checked
def slanted_triangular(
    peak: Real,
    total_steps: Count,
    *,
    warmup_steps: Count | None = None,
    warmup_fraction: Fraction | None = None,
    ratio: _Ratio = 32.0,
) -> Schedule:
    """STLR of ULMFiT: a short line up to `peak` and a long one down to where it began.

    Args:
        peak: the highest value, at the end of the rise.
        total_steps: length in steps, the rise included.
        warmup_steps: length of the rise in steps; or
        warmup_fraction: the same as a fraction of `total_steps`; the paper's cut_frac is 0.1, and
            its rise int(total_steps * cut_frac) steps, rounded down.
        ratio: how many times smaller than `peak` the first and the last value are; at least 1.

    Raises:
        TypeError, ValueError: as `warmup_constant`.

    Source: Howard & Ruder 2018 (arXiv:1801.06146), section 3.2, with the paper's ratio.

    >>> import lrsched as lrs
    >>> schedule = lrs.slanted_triangular(0.01, 1000, warmup_fraction=0.1)
    >>> schedule(0), schedule(100), schedule(1000)
    (0.0003125, 0.01, 0.0003125)
    """
    rise, rest = lengths("slanted_triangular", total_steps, warmup=(warmup_steps, warmup_fraction))
    low = peak / ratio
    return Sequence(LinearWarmup(rise, start=low, end=peak), LinearDecay(rest, start=peak, end=low))


@public
@checked
def range_test(peak: Nonzero, total_steps: Count, *, start: Nonzero) -> Schedule:
    """The learning-rate range test: up from `start` to `peak` by equal factors in equal times.

    Args:
        peak: the last and highest value, nonzero.
        total_steps: length in steps.
        start: the first value, nonzero and of the sign of `peak`.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Smith 2017 (arXiv:1506.01186), section 3.3, on a logarithmic axis.

    >>> import lrsched as lrs
    >>> schedule = lrs.range_test(1.0, 100, start=1e-6)
    >>> schedule(0), schedule(50), schedule(100)
    (1e-06, 0.001, 1.0)
    """
    if (start > 0) != (peak > 0):
        raise refusal(ValueError, "range_test", "start", f"of the sign of peak={peak}", start)
    return ExponentialWarmup(total_steps, start=start, end=peak)
