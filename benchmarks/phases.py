"""What does it cost to have many phases?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure
from benchmarks.measure import Report, loop, same

COUNTS = (2, 8, 32, 128, 512)
TOTAL = 102_400
STEPS = np.arange(10 * TOTAL) // 10
SHUFFLED = np.random.default_rng(0).permutation(STEPS)


def restarts(phases: int) -> lrs.Schedule:
    """The same steps in more and more phases, no two alike."""
    length = TOTAL // phases
    return lrs.Sequence(
        *(lrs.CosineDecay(length, end=0.1 + 0.8 * i / phases) for i in range(phases))
    )


def naive(phases: int) -> Callable[[Any], Any]:
    """Every phase at every step, and a choice."""
    length = TOTAL // phases
    ends = [0.1 + 0.8 * i / phases for i in range(phases)]

    def schedule(t: Any) -> Any:
        x = [np.clip((t - i * length) / length, 0, 1) for i in range(phases)]
        values = [e + (1 - e) * 0.5 * (1 + np.cos(np.pi * p)) for e, p in zip(ends, x, strict=True)]
        return np.select([t < (i + 1) * length for i in range(phases - 1)], values[:-1], values[-1])

    return schedule


def fill(report: Report) -> None:
    schedules = {phases: restarts(phases) for phases in COUNTS}
    some = STEPS[::997]
    for phases, schedule in schedules.items():
        same("one by one", [schedule(int(t)) for t in some], schedule(some), rtol=1e-14)
        same("naive", naive(phases)(some), schedule(some), rtol=1e-12)
    few = some.tolist()
    ways: dict[str, tuple[Callable[[lrs.Schedule], measure.Runner], float | None]] = {
        "one step": (lambda schedule: loop(schedule, few), 2.0),
        "sorted": (lambda schedule: (partial(schedule, STEPS), len(STEPS)), 1.5),
        "shuffled": (lambda schedule: (partial(schedule, SHUFFLED), len(SHUFFLED)), None),
    }
    for way, (runner, target) in ways.items():
        name = "lrsched, K = {}".format
        runners = {name(phases): runner(schedule) for phases, schedule in schedules.items()}
        targets = {name(COUNTS[-1]): target} if target else {}
        report.race(f"{way}, by K = 2", runners, targets)
    part = SHUFFLED[: len(SHUFFLED) // 50]
    for phases, schedule in schedules.items():
        runners = {
            "naive np.select": (partial(naive(phases), part), len(part)),
            "lrsched": (partial(schedule, part), len(part)),
        }
        report.race("20,000 shuffled steps", runners, {"lrsched": 1.0}, phases=phases)


def draw(report: Report, axes: Any) -> None:
    rows = [
        {"what": table.split(",")[0], "phases": count, "ratio": row["ratio"]}
        for table, found in report.tables.items()
        if table.endswith("by K = 2")
        for count, row in zip(COUNTS, found, strict=True)
    ]
    measure.lines(axes, rows, "phases", "ratio", ours="one step")
    axes.set(title="A step of a sequence of K phases", ylabel="times K = 2")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
