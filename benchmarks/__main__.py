"""Every benchmark, each in an interpreter of its own: `python -m benchmarks`.

`--keep` puts what was found into one file of `benchmarks/results`, named by the time: the README's
figures are ranges over these (`python -m benchmarks.figures`).
"""

import datetime
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import RESULTS

NAMES = ["import_time", "construction", "scalar", "phases", "vector", "adapters", "traced"]
NAMES += ["tensors", "family", "growth", "accuracy"]


def run(arguments: list[str]) -> list[str]:
    """The names of those that failed."""
    command = [sys.executable, "-m"]
    return [
        name
        for name in NAMES
        if subprocess.run([*command, f"benchmarks.{name}", *arguments]).returncode
    ]


def keep(folder: Path) -> Path:
    """One file of all that a run has found."""
    found = {name: json.loads((folder / f"{name}.json").read_text()) for name in NAMES}
    now = datetime.datetime.now(datetime.UTC)
    place = RESULTS / f"{now:%Y-%m-%dT%H%M}.json"
    place.parent.mkdir(exist_ok=True)
    tables = {
        name: {"machine": one["machine"], "tables": one["tables"]} for name, one in found.items()
    }
    place.write_text(json.dumps(tables, indent=1) + "\n")
    return place


if __name__ == "__main__":
    started = time.perf_counter()
    arguments = [argument for argument in sys.argv[1:] if argument != "--keep"]
    if len(arguments) < len(sys.argv) - 1:
        with tempfile.TemporaryDirectory() as folder:
            failed = run([*arguments, "--out", folder])
            if not failed:
                print(f"kept in {keep(Path(folder))}")
    else:
        failed = run(arguments)
    print(f"{len(NAMES)} benchmarks in {time.perf_counter() - started:.0f} s")
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
