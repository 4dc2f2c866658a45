"""How does a cost grow: with steps, phases, depth and members?"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure, peers
from benchmarks.measure import Report

# No more of them than memory and ten minutes allow.
STEPS = [10**k for k in range(9)]
PHASES = [10**k for k in range(5)]
DEPTHS = [1, 3, 10, 30, 90]
MEMBERS = [10**k for k in range(5)]


def fastest(run: Callable[[], object], least: float = 0.05) -> float:
    """Seconds of the fastest of some runs: at least three, or as long as they are short."""
    times: list[float] = []
    while len(times) < 3 or (sum(times) < least and len(times) < 1000):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)


def grow(
    report: Report,
    what: str,
    sizes: list[int],
    costs: dict[str, Callable[[int], Callable[[], Any]]],
) -> None:
    """Each cost at each size, and by what power of the size it grows over the last two decades."""
    sizes = sizes[:3] if report.quick else sizes
    for name, prepare in costs.items():
        seconds = [fastest(prepare(size)) for size in sizes]
        for size, cost in zip(sizes, seconds, strict=True):
            report.add(f"{what}: seconds", name, size=size, seconds=cost)
        x, y = np.log(sizes[-3:]), np.log(seconds[-3:])
        slope = float(np.polyfit(x, y, 1)[0])
        report.add("grows as this power of the size", f"{name}, {what}", power=slope)


def restarts(phases: int) -> lrs.Schedule:
    """No two of them alike."""
    return lrs.Sequence(*(lrs.CosineDecay(100 + i % 7, end=i / 2e5) for i in range(phases)))


def nested(depth: int) -> lrs.Schedule:
    schedule: lrs.Schedule = lrs.CosineDecay(1000)
    for i in range(depth - 1):
        schedule = lrs.Clip(schedule, lower=1e-3 * i / depth)
    return schedule


def of_steps(n: int) -> Callable[[], Any]:
    schedule, steps = peers.Curve().ours(), np.arange(n)
    return lambda: schedule(steps)


def built_phases(n: int) -> Callable[[], Any]:
    return lambda: restarts(n)


def called(make: Callable[[int], lrs.Schedule]) -> Callable[[int], Callable[[], Any]]:
    """A thousand steps, one at a time: the function is there."""

    def prepare(n: int) -> Callable[[], Any]:
        schedule = make(n)
        steps = np.linspace(0, schedule.steps or 1000, 1000).astype(int).tolist()
        schedule(0)
        return lambda: [schedule(step) for step in steps]

    return prepare


def an_array(make: Callable[[int], lrs.Schedule]) -> Callable[[int], Callable[[], Any]]:
    """A thousand steps as an array."""

    def prepare(n: int) -> Callable[[], Any]:
        schedule = make(n)
        steps = np.linspace(0, schedule.steps or 1000, 1000).astype(int)
        schedule(steps)
        return lambda: schedule(steps)

    return prepare


def shown(n: int) -> Callable[[], Any]:
    schedule = restarts(n)
    return lambda: (repr(schedule), lrs.describe(schedule))


def family(n: int) -> Callable[[], Any]:
    members = lrs.Family(
        (1 + i) * lrs.Sequence(lrs.LinearWarmup(10 + i), lrs.CosineDecay(90)) for i in range(n)
    )
    steps = np.arange(100)
    return lambda: members(steps)


def memory(report: Report) -> None:
    for n in PHASES[:3] if report.quick else PHASES:
        tracemalloc.start()
        schedule = restarts(n)
        schedule(0)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        report.add("memory of a sequence that was called", "lrsched", phases=n, bytes=held)


def fill(report: Report) -> None:
    grow(report, "steps of an array", STEPS, {"schedule(array)": of_steps})
    grow(
        report,
        "phases",
        PHASES,
        {
            "built": built_phases,
            "1,000 calls": called(restarts),
            "an array of 1,000 steps": an_array(restarts),
            "repr and describe": shown,
        },
    )
    ways = {"1,000 calls": called(nested), "an array of 1,000 steps": an_array(nested)}
    grow(report, "schedules within one another", DEPTHS, ways)
    grow(report, "members of a family", MEMBERS, {"100 steps of each": family})
    memory(report)


def draw(report: Report, axes: Any) -> None:
    names = [name for name in report.tables if name.endswith(": seconds")]
    for colour, table in zip(measure.OTHERS, names, strict=False):
        rows = report.tables[table]
        for style, what in zip("-:", dict.fromkeys(row["what"] for row in rows), strict=False):
            mine = [row for row in rows if row["what"] == what]
            points = [(row["size"], row["seconds"]) for row in mine]
            label = f"{what}, by {table.removesuffix(': seconds')}"
            axes.plot(*zip(*points, strict=True), style, marker="o", color=colour, label=label)
    axes.set(xscale="log", yscale="log", xlabel="how many", ylabel="seconds")
    axes.set_title("What grows, and how")
    axes.legend(fontsize="small")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
