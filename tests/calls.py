"""Calls as the interpreter tells of them: counted, they are the same on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def told(work: Callable[[], object], note: Callable[[FrameType, str, Any], None]) -> None:
    """Do some work, and tell of each call in it, of Python and of C."""
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
