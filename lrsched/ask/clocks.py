"""From a schedule of batch sizes to the samples that have been seen, as a schedule.

Neither updates nor samples are counted one by one: the pieces are found on which the size stays the
same, and each is one straight line of the clock.

## Tokens, samples, epochs, seconds

A schedule may count anything. Write it in that unit, and one line makes of it the rate of each
update.

**Tokens**, the same number in each update: the schedule on a faster clock. One over a whole number
is exact at every step.

```python
>>> import lrsched as lrs
>>> tokens = 4_194_304                             # in each update
>>> schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(10**9), lrs.CosineDecay(10**12 - 10**9))
>>> rates = lrs.Stretch(schedule, 1 / tokens)      # rates(k) is the rate of update k
>>> rates(1_000) == schedule(1_000 * tokens)
True
>>> rates.steps                                    # updates that 10**12 tokens take
238419

```

**Samples**, in batches that grow. `samples_clock(batch, per="update")` makes of batch sizes the
number of samples seen before each update: a schedule that is exact in whole numbers, and endless.
The sizes are a schedule too, constant by pieces, of the update or, with `per="sample"`, of the
samples seen when an update begins. Megatron's `--rampup-batch-size 32 32 100_000` with a global
batch of 256 is a ramp of seven increments:

```python
>>> at = [-(-100_000 * i // 7) for i in range(1, 8)]                  # rounded up
>>> batch = lrs.PiecewiseConstant(at, range(32, 257, 32))
>>> clock = lrs.samples_clock(batch, per="sample")
>>> clock([0, 1, 446, 447, 448])                   # the update that passes 14,286 is still one of 32
array([    0.,    32., 14272., 14304., 14368.])
>>> schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(50_000), lrs.CosineDecay(950_000))
>>> updates = lrs.first_above(clock, 1_000_000 - 1)                   # that 1,000,000 samples take
>>> updates
4674
>>> rates = lrs.Take(lrs.Warp(schedule, clock), updates)
>>> rates(447) == schedule(14_304), rates(updates)
(True, 0.0)

```

In float32 frameworks a clock is a float32, with seven digits, as its rates have: past 2**24 samples
it no longer tells one from the next. Python numbers and NumPy count every sample up to 2**53.
Megatron works its thresholds out in floats: an update that begins exactly on one may there have the
size before it.

**Epochs**, stretched by the updates of an epoch; with a `Staircase`, the rate changes once an
epoch:

```python
>>> schedule = 0.1 * lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(85))
>>> lrs.Stretch(schedule, 1_251)(1_251 * 30 + 417) == schedule(30 + 1/3)
True
>>> lrs.Stretch(lrs.Staircase(schedule, 1), 1_251)(1_251 * 30 + 417) == schedule(30)
True

```

**Seconds**, for a budget of wall time: steps are real numbers, so ask with the time that has passed
(and, when a run is resumed, add what it had). In torch, `ScheduleLR` does the same with
`scheduler.step(seconds)`.

```python
>>> import time
>>> budget = 3_600                                 # an hour
>>> schedule = 3e-4 * lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(5), lrs.LinearDecay(95)), budget / 100)
>>> begin = time.monotonic()
>>> rate = schedule(time.monotonic() - begin)      # weights -= rate * gradient
>>> schedule(90.5), schedule(180), schedule(budget)
(0.0001508333333333333, 0.0003, 0.0)

```
"""  # noqa: E501 tables and reprs

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from lrsched._core.check import checked, refusal
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched._engine.numpy import EXACT
from lrsched.ask.boundaries import Mark, marks
from lrsched.ask.bounds import Bounds, bounds
from lrsched.ask.questions import ASchedule, first_where
from lrsched.shapes.compose import Sequence
from lrsched.shapes.views import Take
from lrsched.shapes.warmup import LinearGrowth

# Sizes, one after another, that a clock may have.
_MOST = 4_000

# Marks within one step that are looked between.
_CROWD = 16

# A size may be off a whole number by the rounding of what it was worked out from: 1000 * 0.1**2.
_ROUNDING = 2.0**-49


@public
@checked
def samples_clock(batch: ASchedule, per: Literal["update", "sample"] = "update") -> Schedule:
    """How many samples have been seen before each update, as a schedule, from the batch sizes.

    The clock of a run that counts samples or tokens: `Warp(schedule, clock)` is the rate of each
    update for a schedule written in samples. The first update that begins with n samples seen, or
    more, is `first_above(clock, n - 1)`, which is also how many updates n samples take.

    It is exact, in whole numbers up to 2**53, at every update. Batch sizes are constant by pieces
    (`Constant`, `PiecewiseConstant`, any `Staircase`, a `Sequence` of constants, ...); the last one
    goes on for ever. An update keeps the size that it begins with.

    Formula: clock(0) = 0 and clock(k + 1) = clock(k) + b, where b is batch(k) per update, and
    batch(clock(k)) per sample.

    Args:
        batch: a schedule of batch sizes, in samples or in tokens.
        per: what its steps are: "update", batch(k) is the size of update k; or "sample", batch(n)
            is the size of an update that begins when n samples have been seen.

    Raises:
        TypeError, ValueError: batch is no schedule, or per neither word; a size is not a positive
            whole number; sizes slope; or there are four thousand of them and no last one.

    Source: `--rampup-batch-size` of Megatron-LM, in `megatron.core.num_microbatches_calculator`.

    >>> import lrsched as lrs
    >>> ramp = lrs.PiecewiseConstant([100, 200], [32, 64, 128])
    >>> clock = lrs.samples_clock(ramp, per="sample")
    >>> clock([0, 1, 2, 3, 4, 5, 6, 7])  # the fourth update begins with 96, and passes 100
    array([  0.,  32.,  64.,  96., 128., 192., 256., 384.])
    >>> lrs.samples_clock(ramp)([99, 100, 101, 200])
    array([3168., 3200., 3264., 9600.])
    >>> lrs.first_above(clock, 10**12 - 1)  # how many updates 10**12 samples take
    7812500004
    >>> lrs.samples_clock(lrs.PiecewiseConstant([100], [32, 64]))
    Sequence(Take(LinearGrowth(32.0), steps=100), LinearGrowth(64.0, start=3200.0))
    """
    lines: list[Schedule] = []
    updates = samples = 0
    for size, stop in _sizes(batch, per):
        line = LinearGrowth(size, start=samples)
        if stop is None:
            break
        count = stop - updates if per == "update" else -(-(stop - samples) // size)
        if count > 0:  # no update begins in a piece that the one before has passed
            lines.append(Take(line, count))
            updates += count
            samples += count * size
    return Sequence(*lines, line) if lines else line


class _Piece(NamedTuple):
    size: int
    stop: int | None  # where the next begins; None for the last


def _sizes(batch: Schedule, per: str) -> Iterator[_Piece]:
    """The sizes one after another, and how far each goes."""
    size = _size(batch, 0, per)
    begin, many = 0, 1
    while (stop := _change(batch, size, begin)) is not None:
        if _slopes(batch, stop):
            rule = f"constant by pieces, not sloping between {per}s {stop - 1} and {stop}"
            raise refusal(ValueError, "samples_clock", "batch", rule, batch)
        yield _Piece(size, stop)
        size, begin, many = _size(batch, stop, per), stop, many + 1
        if many == _MOST:
            rule = f"constant from some {per} on, not of {_MOST} sizes by {per} {stop}"
            raise refusal(ValueError, "samples_clock", "batch", rule, batch)
    yield _Piece(size, None)


def _slopes(batch: Schedule, step: int) -> bool:
    """Whether sizes change by and by between a step and the one before, and not in jumps alone."""
    ats = (mark.at for mark in marks(batch, Mark(step - 1)))
    jumps = itertools.takewhile(lambda at: at < step, ats)
    edges = itertools.islice(itertools.chain([step - 1], jumps, [step]), _CROWD)
    for a, b in itertools.pairwise(map(Fraction, edges)):
        first, middle, last = (batch(float(a + (b - a) * i / 4)) for i in (1, 2, 3))
        # A jump where no mark is, as in a user's class, is on one side of the middle.
        if not _near(first, middle) and not _near(middle, last):
            return True
    return False


def _size(batch: Schedule, step: int, per: str) -> int:
    value = batch(step)
    if not 0.5 < value <= EXACT or not _near(value, round(value)):
        most = ", of at most 2**53" if value > EXACT else ""
        rule = f"a positive integer at {per} {step}{most}"
        raise refusal(ValueError, "samples_clock", "batch", rule, value)
    return round(value)


def _near(value: float, size: float) -> bool:
    return math.isclose(value, size, rel_tol=_ROUNDING)


def _change(batch: Schedule, size: int, begin: int) -> int | None:
    """The first step from one on that has another size; None where there is none."""
    low, high = size * (1 - _ROUNDING), size * (1 + _ROUNDING)

    def possible(within: Bounds) -> bool:
        return within.low < low or within.high > high

    mark = next(marks(batch, Mark(begin)), None)
    if mark is not None and not possible(bounds(batch, begin, mark.step - 1)):
        begin = mark.step  # found without a search, wherever each piece has its own size
        if not _near(batch(begin), size):
            return begin
    return first_where(
        "samples_clock", batch, possible, lambda v: abs(v - size) > size * _ROUNDING, begin
    )
