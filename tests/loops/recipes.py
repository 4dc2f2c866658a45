"""The recipes of `lrsched.adapters.loops`: each is run as it stands there, on the real loop."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import lrsched as lrs
from lrsched.adapters import loops

SHAPE = lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(9, end=0.1))
SCHEDULE = 3e-4 * SHAPE


def recipe(name: str, number: int = 0, language: str = "python") -> str:
    """The block of code, of those in this language under the heading of this name."""
    assert loops.__doc__
    sections = re.split(r"^### (.*)\n", loops.__doc__, flags=re.M)
    found = [
        text for title, text in zip(sections[1::2], sections[2::2], strict=True) if title == name
    ]
    assert len(found) == 1, f"lrsched.adapters.loops must have one section called {name}"
    return re.findall(rf"^```{language}\n(.*?)^```", found[0], re.M | re.S)[number]


def cook(name: str, number: int = 0, **given: Any) -> SimpleNamespace:
    """Run a recipe; the names that it had and made."""
    names = {"lrs": lrs, "shape": SHAPE, "schedule": SCHEDULE, **given}
    exec(compile(recipe(name, number), f"lrsched.adapters.loops, {name}", "exec"), names)
    return SimpleNamespace(**names)
