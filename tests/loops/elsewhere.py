"""A test file run as a script, by another Python: what it imports or changes stays there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def elsewhere(file: str, *arguments: str, first: Path) -> Any:
    """What the script prints in its last line, as JSON; `first` is where imports look first."""
    ran = subprocess.run(
        [sys.executable, file, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(first), *sys.path])},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])
