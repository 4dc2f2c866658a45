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
# The first calls are watched, as long as they are from 0 to 1 and go one way; that many steps down
# are enough, or that many up.
_FALL = 20
_RISE = 100
_MOST_UPDATES = 3e7


def watched(schedule: ScheduleLike, step: float) -> bool:
    """Whether a first step, and all before it, may be a fraction; warns when it must be."""
    # A whole 0 or 1 tells nothing: stable-baselines3 asks for 1 before it begins.
    may_be = 0 <= step <= 1 and (schedule.steps or 0) >= _LONG
    if may_be and (type(step) is not float or _undecided(schedule, step)):
        return True
    schedule.__dict__.pop("_seen", None)
    return False


def _undecided(schedule: ScheduleLike, step: float) -> bool:
    seen: list[float] = schedule.__dict__.setdefault("_seen", [])
    if step not in seen[-1:]:  # rate and momentum may both ask
        seen.append(step)
    gaps = [b - a for a, b in itertools.pairwise(seen)]
    ways = {gap < 0 for gap in gaps}
    if ways == {True} and len(seen) == _FALL:
        _warn(schedule, seen, "fall", "what is left of a run does", "")
        return False
    if ways == {False} and len(seen) == _RISE:
        if (schedule.steps or 0) * len(gaps) / sum(gaps) > _MOST_UPDATES:
            _warn(schedule, seen, "rise", "the progress through a run does", ", rising=True")
        return False
    return len(ways) < 2


def _warn(schedule: ScheduleLike, seen: list[float], go: str, what: str, rising: str) -> None:
    warnings.warn(
        f"{type(schedule).__name__}: its first steps, of {schedule.steps}, {go} from {seen[0]:.4g} "
        f"to {seen[-1]:.4g}, as {what}: "
        f"lrsched.adapters.progress(schedule, total_steps{rising}) takes it",
        stacklevel=7,
    )
