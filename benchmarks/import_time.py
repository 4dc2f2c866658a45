"""What does `import lrsched` add to a program that has NumPy?"""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Any

from benchmarks import measure
from benchmarks.measure import Report, skip

MODULES = ["numpy", "lrsched", "thinc.schedules", "fvcore.common.param_scheduler", "keras"]
MODULES += ["torch.optim.lr_scheduler", "optax", "transformers.optimization"]

# The clock of the thread does not count what other programs do meanwhile.
PROGRAM = """
import {first}, time
started, used = time.perf_counter(), time.thread_time()
import {module}
print(1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - used))
"""


def milliseconds(module: str) -> tuple[float, float]:
    """On the wall's clock and on the thread's, in an interpreter of its own."""
    first = "sys" if module == "numpy" else "numpy"
    command = [sys.executable, "-c", PROGRAM.format(module=module, first=first)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ImportError(done.stderr.splitlines()[-1])
    wall, used = map(float, done.stdout.split())
    return wall, used


def fill(report: Report) -> None:
    times: dict[str, list[tuple[float, float]]] = {}
    for module in MODULES:  # once, so that files are read and compiled
        try:
            milliseconds(module)
        except ImportError as error:
            skip(module, error)
        else:
            times[module] = []
    heavy = 1 if report.quick else 3
    light = 3 if report.quick else 25
    for i in range(light):
        for module, own in times.items():
            if i < heavy or module in ("numpy", "lrsched"):
                own.append(milliseconds(module))
    for module, own in times.items():
        wall, used = (statistics.median(clock) for clock in zip(*own, strict=True))
        columns: dict[str, Any] = {"ms": wall, "cpu ms": used, "rounds": len(own)}
        if module == "lrsched":
            columns |= {"limit": "<= 15 ms", "met": wall <= 15}
        what = "numpy" if module == "numpy" else f"{module}, over numpy"
        report.add("milliseconds", what, **columns)


def draw(report: Report, axes: Any) -> None:
    measure.bars(axes, report.tables["milliseconds"], "ms")
    axes.set(title="Import, in a program that has NumPy", xlabel="milliseconds")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
