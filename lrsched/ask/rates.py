"""The rates of a run, checked, and sums along them that keep their digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import PositiveCount, refusal, rule_in, shown
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.ask.questions import values_at

# Steps of a run: every one of them is visited.
_MOST = 10**9

_STEPS = rule_in(PositiveCount)


def length_of_run(owner: str, schedule: Schedule, steps: int, name: str = "schedule") -> int:
    """How many updates a run of this schedule has, if it can have so many.

    The step at which a schedule ends has a value of its own, so a run may use it; beyond are only
    values that are held, of which nobody said that a run has them.
    """
    A_SCHEDULE(owner, name, schedule)
    steps = int(_STEPS(owner, "steps", steps))
    if schedule.steps is not None and steps > schedule.steps + 1:
        rule = f"at most {schedule.steps + 1}: {name} ends at step {schedule.steps}"
        raise refusal(ValueError, owner, "steps", rule, steps)
    if steps > _MOST:
        rule = f"at most {_MOST}: every one of them is visited"
        raise refusal(ValueError, owner, "steps", rule, steps)
    return steps


def rates_at(
    owner: str, schedule: Schedule, start: int, stop: int, name: str = "schedule"
) -> NDArray[np.float64]:
    """The values at range(start, stop); only where all of them are rates."""
    rates = values_at(schedule, start, stop)
    wrong = np.flatnonzero(~((rates >= 0) & (rates < np.inf)))
    if wrong.size:
        at, value = start + int(wrong[0]), float(rates[wrong[0]])
        rule = "finite and not below 0 at any step of the run"
        raise ValueError(f"{owner}: {name} must be {rule}, got {shown(value)} at step {at}")
    return rates


# Values that are added up one after another.
_ROW = 16


def running(values: NDArray[np.float64], factor: float = 1.0) -> NDArray[np.float64]:
    """The sums of the first 1, 2, 3, ... values; each is `factor` times the last, plus a value.

    Rows are summed, then what comes before each row is added, found in the same way: the rounding
    errors grow with the logarithm of the length. Of ten million values, one sum after another
    would lose three digits.
    """
    n = len(values)
    rows = np.zeros((-(-n // _ROW), _ROW))
    rows.ravel()[:n] = values
    if factor == 1:
        np.cumsum(rows, axis=1, out=rows)
    else:
        ages = np.arange(_ROW)[None] - np.arange(_ROW)[:, None]
        rows = rows @ np.where(ages >= 0, factor ** np.maximum(ages, 0.0), 0.0)
    if n > _ROW:
        before = running(rows[:-1, -1].copy(), factor**_ROW)
        rows[1:] += np.outer(before, factor ** np.arange(1.0, _ROW + 1))
    return rows.ravel()[:n]


def running_back(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of all values, of all but the first, ..., of the last: each from its end."""
    return running(values[::-1])[::-1]
