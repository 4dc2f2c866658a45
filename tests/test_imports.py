"""`import lrsched` imports NumPy and the standard library, whatever else is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

# The top-level modules that an import brings in, standard library aside.
COUNT = """
import sys
before = set(sys.modules)
import {}
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*sorted(new - set(sys.stdlib_module_names)))
"""


def brings_in(imports: str) -> set[str]:
    command = [sys.executable, "-c", COUNT.format(imports)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return {name for name in done.stdout.split() if not name.startswith("_")}


@pytest.fixture(scope="module")
def ours() -> set[str]:
    """Us, NumPy, and what that brings in itself."""
    return {"lrsched"} | brings_in("numpy")


def test_importing_the_library_imports_numpy_alone(ours: set[str]) -> None:
    assert "numpy" in ours
    assert brings_in("lrsched") == ours


def test_no_module_of_the_core_imports_more(ours: set[str]) -> None:
    rooms = "cli, data.json, data.text, ask.area, ask.compare, presets, show.svg, show.terminal"
    assert brings_in(", ".join(f"lrsched.{name}" for name in rooms.split(", "))) == ours


def test_using_the_library_imports_no_more(ours: set[str]) -> None:
    use = "lrsched; lrsched.parse('CosineDecay(10) * StepDecay(3)')([0, 1]); lrsched.Noam(8, 4)(3)"
    assert brings_in(use) == ours


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("imports", "package"),
    [("lrsched, sklearn", "sklearn"), ("lrsched, sklearn", "scipy"), ("lrsched, mypy.api", "mypy")],
)
def test_an_import_too_many_would_be_seen(imports: str, package: str) -> None:
    assert package in brings_in(imports)
