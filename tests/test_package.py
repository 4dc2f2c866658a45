"""What is published: an sdist with all that the tests need, and a wheel with the package alone."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

import lrsched as lrs

pytestmark = pytest.mark.frameworks

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both, built of what git has; an sdist has no git, and is built as it is."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    if (ROOT / ".git").exists():
        subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    else:
        source = ROOT
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def files_of_git(*under: str) -> set[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("an sdist knows nothing of git")
    command = ["git", "ls-tree", "-r", "--name-only", "HEAD", *under]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_the_sdist_has_all_that_git_has(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert names - {"PKG-INFO"} == files_of_git()


def test_the_wheel_has_the_package_its_types_and_its_licence(built: Path) -> None:
    (archive,) = built.glob("*.whl")
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = message_from_string(file.read(about).decode())
    of_package = {name for name in names if ".dist-info/" not in name}
    assert of_package == files_of_git("lrsched")
    assert "lrsched/py.typed" in of_package
    assert any(name.endswith("/LICENSE") for name in names)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Dist"] == "numpy>=1.23.2"  # the first, and the only one of no extra
    needed = [need for need in metadata.get_all("Requires-Dist") or [] if "extra ==" not in need]
    assert len(needed) == 1


def test_the_wheel_is_all_that_is_needed(built: Path, tmp_path: Path) -> None:
    """Installed by itself, its command shows a schedule and its types are found."""
    (archive,) = built.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(archive)], check=True)
    text = "3e-4 * Sequence(LinearWarmup(20), CosineDecay(80))"
    command = [python.with_name("lrsched"), "table", text, "--every", "50"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    values = [(str(step), repr(lrs.parse(text)(step))) for step in (0, 50, 100)]
    assert done.stdout.splitlines() == ["step,value", *map(",".join, values)]
