"""Whether somebody hands over fractions of a run where steps are meant, and does not notice.

Some trainers count from 1 down to 0, others from 0 up to 1. A long schedule would stay within its
first step all the time, and nothing would fail. Slow clocks (tokens in thousands of millions,
seconds) look much the same at first, and nothing is wrong with them. Two things tell: no clock goes
backwards, and no run takes more than thirty million updates.
"""

from __future__ import annotations

import itertools
import warnings

from lrsched._engine.protocol import ScheduleLike

# Schedules shorter than this may count epochs.
_LONG = 1000
# The first calls are watched, as long as all are of floats from 0 to 1.
_WATCHED = 100
_MOST_UPDATES = 3e7


def watched(schedule: ScheduleLike, step: object) -> bool:
    """Whether a first step, and all before it, may be a fraction; warns when it must be."""
    if type(step) is not float or not 0 <= step <= 1 or (schedule.steps or 0) < _LONG:
        return False
    seen: list[float] = schedule.__dict__.setdefault("_seen", [])
    seen.append(step)
    if len(seen) < _WATCHED:
        return True
    schedule.__dict__.pop("_seen", None)
    gaps = [b - a for a, b in itertools.pairwise(seen)]
    pace = (seen[-1] - seen[0]) / len(gaps)
    falls = pace < 0 and max(gaps) <= 0
    crawls = pace > 0 and min(gaps) >= 0 and (schedule.steps or 0) / pace > _MOST_UPDATES
    if falls or crawls:
        warnings.warn(
            f"{type(schedule).__name__}: the first {_WATCHED} of {schedule.steps} steps all lie "
            "between 0 and 1, as a progress through the run would: "
            "lrsched.adapters.progress(schedule, total_steps) takes one",
            stacklevel=5,
        )
    return False
