"""Every benchmark, each in an interpreter of its own: `python -m benchmarks`."""

import subprocess
import sys
import time

NAMES = ["import_time", "construction", "scalar", "phases", "vector", "adapters", "traced"]
NAMES += ["family", "accuracy"]

if __name__ == "__main__":
    started = time.perf_counter()
    failed = [
        name
        for name in NAMES
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]]).returncode
    ]
    print(f"{len(NAMES)} benchmarks in {time.perf_counter() - started:.0f} s")
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)
