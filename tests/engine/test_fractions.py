"""A progress that is taken for a step is noticed; a slow clock is none."""

from __future__ import annotations

import pickle
import random
import warnings
from collections.abc import Iterable

import numpy as np
import pytest

import lrsched as lrs

LONG = 10_000
FALLING = "schedule, total_steps"
RISING = "schedule, total_steps, rising=True"


def warned(schedule: lrs.Schedule, steps: Iterable[float]) -> list[str]:
    """What is said of these calls, one by one; and their values are right."""
    values = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        values = [schedule(step) for step in steps]
    assert values == [pickle.loads(pickle.dumps(schedule))(step) for step in steps]
    assert all(warning.filename == __file__ for warning in caught)
    return [str(warning.message) for warning in caught]


def test_a_progress_is_noticed_once() -> None:
    said = "LinearDecay: its first steps, of 10000, {}: lrsched.adapters.progress({}) takes it"
    left = [1 - k / LONG for k in range(300)]
    falls = said.format("fall from 1 to 0.9981, as what is left of a run does", FALLING)
    assert warned(lrs.LinearDecay(LONG), left) == [falls]
    # As stable-baselines3 begins: with a whole 1, which somebody else may want, too.
    assert warned(lrs.LinearDecay(LONG), [1, 1, *left]) == [falls]
    assert warned(lrs.LinearDecay(LONG), [x for x in left for _ in range(2)]) == [falls]
    rises = said.format("rise from 0 to 0.0099, as the progress through a run does", RISING)
    done = [k / LONG for k in range(300)]
    assert warned(lrs.LinearDecay(LONG), done) == [rises]
    assert warned(lrs.LinearDecay(LONG), [x for x in done for _ in range(2)]) == [rises]
    # One value a rollout, as stable-baselines3 asks for it.
    rollouts = [1 - k * 16_384 / 1_000_000 for k in range(62)]
    assert len(warned(lrs.LinearDecay(1_000_000), rollouts)) == 1


def test_it_is_said_once() -> None:
    schedule = lrs.LinearDecay(LONG)
    left = [1 - k / LONG for k in range(300)]
    assert [len(warned(schedule, steps)) for steps in (left[:10], left[10:], left)] == [0, 1, 0]
    assert "_seen" not in schedule.__dict__


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (lrs.LinearDecay(90), [k / 1000 for k in range(300)]),  # epochs
        (lrs.LinearDecay(999), [1 - k / 1000 for k in range(300)]),  # epochs, however they come
        (lrs.LinearDecay(28_800), [k / 100 for k in range(300)]),  # seconds, 100 updates in each
        (
            lrs.LinearDecay(15_000),
            [k / 1000 for k in range(300)],
        ),  # tokens, in thousands of millions
        (lrs.LinearDecay(LONG), [0.5] * 300),  # a clock that stands still
        (lrs.LinearDecay(LONG), list(range(300))),
        (lrs.LinearDecay(LONG), [float(k) for k in range(300)]),
        (lrs.LinearDecay(LONG), [1.0, 0.5, 2.0] + [1 - k / 1000 for k in range(300)]),
        (lrs.LinearDecay(LONG), [*range(3)] + [1 - k / 1000 for k in range(300)]),
        (lrs.LinearDecay(LONG), [1] * 60 + [0] * 60),  # whole steps
        (lrs.LinearDecay(LONG), [float(300 - k) for k in range(300)]),  # backwards, but steps
        (lrs.LinearDecay(LONG), [1.0, *[0.2, 0.3] * 49, 0.1]),  # here and there
        (lrs.LinearDecay(LONG), [0.1, *[0.3, 0.2] * 49, 0.1001]),
        (lrs.LinearDecay(LONG), random.Random(3).choices([0.1, 0.2, 0.3, 0.4], k=300)),
        (lrs.Noam(512, 4000), [1 - k / 1000 for k in range(300)]),  # who knows how long
        (lrs.LinearDecay(LONG), [1 - k / 1000 for k in range(19)]),
        (lrs.LinearDecay(LONG), [k / LONG for k in range(99)]),
        (lrs.LinearDecay(LONG), [*(k / LONG for k in range(99)), 0.005]),  # and back, at the last
        (lrs.LinearDecay(LONG), [*(1 - k / LONG for k in range(19)), 1.0]),
    ],
)
def test_no_false_alarm(schedule: lrs.Schedule, steps: list[float]) -> None:
    assert warned(schedule, steps) == []


def test_a_watched_schedule_is_written_once() -> None:
    schedule = lrs.CosineDecay(LONG)
    schedule(0.5)
    function = schedule.__dict__["_written"]
    schedule(0.25)
    assert schedule.__dict__["_written"] is function
    schedule(7)
    assert schedule._function is function
    assert "_seen" not in schedule.__dict__


def test_arrays_are_not_watched() -> None:
    schedule = lrs.LinearDecay(LONG)
    for _ in range(3):
        schedule(np.linspace(1, 0, 500))
    assert warned(schedule, [1 - k / 1000 for k in range(19)]) == []
