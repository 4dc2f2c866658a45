"""`python -m docs [folder]` writes the site; without a folder, into build/site."""

import sys
from pathlib import Path

from docs.site import build

build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site"))
