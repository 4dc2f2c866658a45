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


# Folders of tests that are run by themselves, each with an extra of its own: `-m` with its name.
ALONE = {"loops", "browser"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is marked as a whole is opened only where its mark is wanted: it imports frameworks."""
    wanted = config.option.markexpr
    if collection_path.parent == Path(__file__).parent and collection_path.name in ALONE - {wanted}:
        return True
    if wanted in ("not frameworks", "browser") and collection_path.suffix == ".py":
        whole = "\npytestmark = pytest.mark.frameworks\n"
        return True if whole in collection_path.read_text("utf-8") else None
    return None
