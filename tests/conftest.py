"""How much Hypothesis searches, and what the quick path leaves alone."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Trees are large on purpose, and a slow machine is no bug.
LARGE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

# `quick` on every run, the others with --hypothesis-profile. Only `search` looks elsewhere every
# time: what CI says is of the commit, not of the day, and stays within forty minutes.
settings.register_profile("quick", max_examples=300, derandomize=True, **LARGE)
settings.register_profile("ci", max_examples=5_000, derandomize=True, **LARGE)
settings.register_profile("search", max_examples=20_000, print_blob=True, **LARGE)
settings.load_profile("quick")

# timm brings torchvision along, of which there may be no build that fits a CPU's torch. Nothing
# here needs it, but libraries that find one import it: they are to find none.
sys.modules.setdefault("torchvision", None)  # type: ignore[arg-type]
version = importlib.metadata.version


def version_but_of_torchvision(name: str) -> str:
    if name == "torchvision":
        raise importlib.metadata.PackageNotFoundError(name)
    return version(name)


importlib.metadata.version = version_but_of_torchvision


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file that is marked as a whole is opened only where its mark is wanted: it imports them."""
    if collection_path.suffix != ".py":
        return None
    alone = {"loops", "browser"}
    wanted = {"loops": {"loops"}, "browser": {"browser"}}.get(config.option.markexpr, set())
    unwanted = alone - wanted
    if config.option.markexpr in ("not frameworks", "browser"):
        unwanted |= {"frameworks"}
    for mark in unwanted:
        if f"\npytestmark = pytest.mark.{mark}\n" in collection_path.read_text("utf-8"):
            return True
    return None
