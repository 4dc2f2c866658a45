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

PROGRAM = """
import {first}, time
started = time.perf_counter()
import {module}
print(1000 * (time.perf_counter() - started))
"""


def milliseconds(module: str) -> float:
    """In an interpreter of its own."""
    first = "sys" if module == "numpy" else "numpy"
    command = [sys.executable, "-c", PROGRAM.format(module=module, first=first)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ImportError(done.stderr.splitlines()[-1])
    return float(done.stdout.splitlines()[-1])


def fill(report: Report) -> None:
    times: dict[str, list[float]] = {}
    for module in MODULES:  # once, so that files are read and compiled
        try:
            milliseconds(module)
        except ImportError as error:
            skip(module, error)
        else:
            times[module] = []
    heavy = 2 if report.quick else 5
    light = 3 if report.quick else 31
    for i in range(light):
        for module, own in times.items():
            if i < heavy or module in ("numpy", "lrsched"):
                own.append(milliseconds(module))
    for module, own in times.items():
        what = "numpy" if module == "numpy" else f"{module}, over numpy"
        columns: dict[str, Any] = {"ms": statistics.median(own), "least": min(own)}
        columns["rounds"] = len(own)
        columns["ratio"] = columns["ms"] / statistics.median(times["numpy"])
        if module == "lrsched":
            columns["limit"], columns["met"] = "<= 15 ms", columns["ms"] <= 15
        report.add("milliseconds", what, **columns)


def draw(report: Report, axes: Any) -> None:
    measure.bars(axes, report.tables["milliseconds"], "ms")
    axes.set(title="Import, in a program that has NumPy", xlabel="milliseconds")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
