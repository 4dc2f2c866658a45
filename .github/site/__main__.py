"""`python .github/site [folder]` writes the documentation site; by default, into build/site.

pdoc reads the docstrings, and this folder adds what pdoc cannot.
"""

import sys
from pathlib import Path

from pages import build

build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site"))
