"""Questions about a schedule: where does it cross a value, where do two of them part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrsched._core.check import Count, NonNegative, Real, checked, refusal, shown
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched._engine.numpy import EXACT
from lrsched.ask.bounds import LAST, Bounds, bounds

ASchedule = Annotated[Schedule, A_SCHEDULE]

# Steps evaluated at a time.
_CHUNK = 4096

# Steps that one question visits before it is given up; beyond 2**53, where no vector goes, each
# of them counts as a hundred.
_PATIENCE, _ONE_BY_ONE = 10_000_000, 100


@public
@checked
def first_below(schedule: ASchedule, value: Real, after: Count = 0) -> int | None:
    """The first step, from `after` on, at which a schedule is below a value; None where none is.

    Endless and very long schedules are answered without visiting every step: stretches of steps
    are skipped whose bounds show that nothing in them is below. Values that meet `value` up to
    their rounding may count as either. A user's own class has no known bounds: its steps are
    visited, ten million of them at most (beyond 2**53, a hundred thousand).

    Args:
        schedule: any schedule.
        value: the value.
        after: the first step that counts.

    Raises:
        TypeError, ValueError: an argument is not what is said above; or that many steps were
            visited and there was still no answer.

    >>> import lrsched as lrs
    >>> lrs.first_below(lrs.CosineDecay(1000), 0.25)
    667
    >>> lrs.first_below(lrs.Noam(512, 4000), 1e-9, after=4000)
    1953125000000001
    >>> lrs.first_below(lrs.Cycle(lrs.LinearDecay(10)), 0.0)
    """
    return first_where(
        "first_below", schedule, lambda b: b.low < value, lambda values: values < value, after
    )


@public
@checked
def first_above(schedule: ASchedule, value: Real, after: Count = 0) -> int | None:
    """The first step, from `after` on, at which a schedule is above a value; None where none is.

    As `first_below`, the other way up.

    Args:
        schedule: any schedule.
        value: the value.
        after: the first step that counts.

    Raises:
        TypeError, ValueError: as `first_below`.

    >>> import lrsched as lrs
    >>> lrs.first_above(lrs.LinearWarmup(2000), 0.25)
    501
    >>> lrs.first_above(lrs.SaturatingWarmup(timescale=100), 1.0)
    """
    return first_where(
        "first_above", schedule, lambda b: b.high > value, lambda values: values > value, after
    )


def first_where(
    question: str,
    schedule: Schedule,
    possible: Callable[[Bounds], bool],
    holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]],
    after: int,
) -> int | None:
    """The first step from one on whose value answers a question; None where there is none.

    possible: whether a value within bounds may; holds: which of several values do.
    """
    visited, left = 0, _PATIENCE
    for span in _spans(schedule, after, possible):
        pending = [span]
        while pending:
            start, stop = pending.pop()
            if not possible(bounds(schedule, start, stop - 1)):
                continue
            if stop - start > _CHUNK:  # too many to visit: each half on its own, the earlier first
                middle = (start + stop) // 2
                pending += [(middle, stop), (start, middle)]
                continue
            found = np.flatnonzero(holds(values_at(schedule, start, stop)))
            if found.size:
                return start + int(found[0])
            visited += stop - start
            left -= (stop - start) * (1 if stop <= EXACT else _ONE_BY_ONE)
            if left < 0:
                raise ValueError(f"{question}: no answer for {shown(schedule)} in {visited} steps")
    return None


def _spans(
    schedule: Schedule, start: int, possible: Callable[[Bounds], bool]
) -> Iterator[tuple[int, int]]:
    """All steps from the first, in ever longer spans, while the rest can hold an answer."""
    last = LAST if schedule.steps is None else schedule.steps
    length = 1  # past the end one step says it all
    while possible(bounds(schedule, start, max(start, last))):
        yield start, start + length
        start, length = start + length, min(2 * length + _CHUNK, max(1, last - start - length + 1))
        if start > last:
            return


def values_at(schedule: Schedule, start: int, stop: int) -> NDArray[np.float64]:
    """The values at range(start, stop), however far out it is."""
    if stop <= EXACT:
        return schedule(np.arange(start, stop))
    return np.array([schedule(step) for step in range(start, stop)])


# Steps that are compared one by one.
_COMPARED = 10**9


@public
@dataclass(frozen=True)
class Difference:
    """Where two curves part: the first step, and the largest distance and its step.

    True where they do, as in `if diff(a, b, steps)`. Without a difference, `first` and `at` are
    None and `largest` is 0.
    """

    first: int | None
    largest: float
    at: int | None

    def __bool__(self) -> bool:
        return self.first is not None


@public
@checked
def diff(a: ASchedule, b: ASchedule, steps: Count | None = None) -> Difference:
    """Where two schedules differ within the first steps, to the last bit.

    Args:
        a: a schedule.
        b: another.
        steps: how many steps are compared: 0, 1, ..., steps - 1; by default, all to the end of
            the longer one, that step included.

    Raises:
        TypeError, ValueError: an argument is not what is said above; a schedule is endless, and
            steps are not given; or more than a thousand million steps would have to be visited.

    >>> import lrsched as lrs
    >>> diff(lrs.LinearDecay(100), lrs.LinearDecay(100, end=0.5), 100)
    Difference(first=1, largest=0.495, at=99)
    >>> bool(diff(lrs.LinearDecay(100), lrs.PolynomialDecay(100, power=1), 100))
    False
    """
    ends = [schedule.steps for schedule in (a, b)]
    if None not in ends:  # past both ends nothing changes
        last = 1 + max(end for end in ends if end is not None)
        steps = last if steps is None else min(steps, last)
    if steps is None:
        raise refusal(ValueError, "diff", "steps", "given where a schedule is endless", None)
    if steps > _COMPARED:
        rule = f"at most {_COMPARED}: every one of them is visited"
        raise refusal(ValueError, "diff", "steps", rule, steps)
    first, largest, at = None, 0.0, None
    for start in range(0, steps, _CHUNK):
        stop = min(start + _CHUNK, steps)
        gaps = _gaps(values_at(a, start, stop), values_at(b, start, stop))
        if gaps.any():
            first = start + int(np.argmax(gaps > 0)) if first is None else first
            if gaps.max() > largest:
                largest, at = float(gaps.max()), start + int(np.argmax(gaps))
    return Difference(first, largest, at)


def _gaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        return np.where(a == b, 0.0, abs(a - b))  # inf - inf is no distance


@public
@dataclass(frozen=True)
class Match:
    """How a logged curve compares with a schedule. True where they match.

    `first` is the first logged step at which they differ, `expected` and `logged` the values
    there, all three None where there is none; `largest` is the largest distance anywhere. Where
    the curve is that of the schedule seen one step earlier or later, `offset` is -1 or 1, the
    offset of the `Shift` that it matches; 0 where it matches as it is, else None.
    """

    first: int | None
    expected: float | None
    logged: float | None
    largest: float
    offset: int | None

    def __bool__(self) -> bool:
        return self.first is None


@public
@checked
def match(
    schedule: ASchedule, steps: ArrayLike, logged_values: ArrayLike, tolerance: NonNegative = 1e-6
) -> Match:
    """Does a logged learning-rate curve come from this schedule, and where does it first differ.

    Args:
        schedule: the schedule that the run is said to have had.
        steps: the step of each logged value.
        logged_values: the values, as a logger wrote them.
        tolerance: distance that still counts as equal, relative to the largest logged value. The
            default is what a logger's float32 costs; for a log of three digits say 1e-2.

    Raises:
        TypeError, ValueError: steps are no steps, a value is no finite number, or there are not as
            many of them as steps.

    >>> import lrsched as lrs
    >>> schedule = lrs.warmup_cosine(1.0, 1000, warmup_steps=100)
    >>> steps = range(0, 1000, 50)
    >>> bool(lrs.match(schedule, steps, [schedule(step) for step in steps]))
    True
    >>> lrs.match(schedule, steps, [schedule(step + 1) for step in steps])
    Match(first=0, expected=0.0, logged=0.01, largest=0.01..., offset=1)
    """
    at = np.asarray(steps)
    try:
        logged = np.asarray(logged_values, dtype=float)
    except OverflowError:
        raise refusal(
            ValueError, "match", "logged_values", "finite numbers", logged_values
        ) from None
    except (TypeError, ValueError):
        raise refusal(
            TypeError, "match", "logged_values", "finite numbers", logged_values
        ) from None
    if logged.shape != at.shape:
        rule = f"as many as the {at.size} steps"
        raise refusal(ValueError, "match", "logged_values", rule, logged_values)
    if not np.isfinite(logged).all():
        raise refusal(ValueError, "match", "logged_values", "finite numbers", logged_values)
    allowed = tolerance * float(abs(logged).max(initial=0.0))

    def gaps(offset: int) -> NDArray[np.float64]:
        # As it is, a step below 0 is refused; one earlier than the first is the first.
        return _gaps(schedule(np.maximum(at + offset, 0) if offset else at), logged)

    apart = gaps(0)
    offset = next((k for k in (0, 1, -1) if not (gaps(k) > allowed).any()), None)
    largest = float(apart.max(initial=0.0))
    if offset == 0:
        return Match(None, None, None, largest, offset)
    i = int(np.argmax(apart.ravel() > allowed))
    first = at.ravel()[i]
    first = first.item() if isinstance(first, np.generic) else first  # an int beyond NumPy's
    return Match(first, schedule(first), logged.ravel()[i].item(), largest, offset)
