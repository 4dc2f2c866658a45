"""The house: doors that open one way, a road written down, and pickles that name no room."""

from __future__ import annotations

import inspect
import pickle
import pickletools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import CASES

import lrsched as lrs
from lrsched import _engine

ROOT = Path(__file__).parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of pyproject.toml, on the package in this folder."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "lrsched", tmp_path / "lrsched", ignore=lambda *_: {"__pycache__"})
    return tmp_path


@pytest.mark.frameworks
def test_doors_open_one_way() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("_engine/numpy.py", "from lrsched._core.schedule import Schedule", "rooms"),
        ("_core/value.py", "def f():\n    from lrsched import presets", "rooms"),
        (
            "shapes/warmup.py",
            "import typing\nif typing.TYPE_CHECKING:\n    from lrsched.ask.area import area",
            "rooms",
        ),
        (
            "_engine/pieces.py",
            "from lrsched._engine import numbers",
            "how a formula becomes values",
        ),
        ("_core/check.py", "from lrsched._core import value", "what a schedule is"),
        ("shapes/piecewise.py", "from lrsched.shapes import compose", "no circle in any room"),
    ],
)
def test_a_door_the_other_way_would_be_seen(
    copy: Path, file: str, line: str, contract: str
) -> None:
    path = copy / "lrsched" / file
    path.write_text(f"{path.read_text('utf-8')}\n\n{line}\n", "utf-8")
    done = lint(copy)
    assert done.returncode != 0
    assert re.search(rf"^{contract} BROKEN$", done.stdout, re.MULTILINE), done.stdout


def named_in(road: str) -> list[str]:
    return re.findall(r"`(\w+\.py)`", road)


def test_the_road_is_written_down() -> None:
    """Every file once, none that is not there, and no more lines than one reads."""
    road = inspect.cleandoc(_engine.__doc__ or "")
    folder = Path(_engine.__path__[0])
    files = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert sorted(named_in(road)) == sorted(files)
    assert len(road.splitlines()) <= 25
    assert "schedule(1000)" in road


def test_a_wrong_road_would_be_seen() -> None:
    assert named_in("first `a.py`, then `b_c.py` of `lrsched`, and `d`") == ["a.py", "b_c.py"]


def globals_in(pickled: bytes) -> Iterator[str]:
    """The modules that a pickle names: the texts that are pushed for a STACK_GLOBAL, or GLOBALs."""
    texts: list[str] = []
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name == "GLOBAL":
            yield str(argument).split()[0]
        elif opcode.name == "STACK_GLOBAL":
            yield texts[-2]
        elif isinstance(argument, str):
            texts.append(argument)


RULE = lrs.ReduceOnPlateau(patience=0)
THINGS = [
    *(case.schedule for case in CASES if type(case.schedule).__module__ == "lrsched"),
    *(getattr(lrs, name) for name in lrs.__all__),
    RULE,
    RULE.update(RULE.init(), 1.0),
    lrs.HoldUntil(0.1, below=1).init(),
    lrs.Greedy(min_scale=0.1, max_scale=2).init(),
    lrs.StopOnDivergence().init(),
    lrs.describe(lrs.Sequence(lrs.LinearWarmup(5), lrs.LinearDecay(5)), 20),
    lrs.diff(lrs.LinearDecay(5), lrs.LinearDecay(6), 5),
    lrs.match(lrs.LinearDecay(5), [0, 1], [1.0, 0.8]),
    lrs.convex_bound(lrs.LinearDecay(5), 5),
    lrs.best_cooldown(lrs.Constant(1), 5, lrs.LinearDecay(1)),
    lrs.compare(lrs.LinearDecay(5)),
    lrs.AnnealingLaw(2.6, A=0.4, alpha=0.5, C=0.4),
    lrs.MultiPowerLaw(2.4, A=0.7, alpha=0.4, B=500, C=2, beta=0.6, gamma=0.6),
]


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles_name_no_room(protocol: int) -> None:
    for thing in THINGS:
        pickled = pickle.dumps(thing, protocol)
        assert pickle.loads(pickled) == thing
        named = {module for module in globals_in(pickled) if module.startswith("lrsched")}
        assert named <= {"lrsched"}, (thing, named)


def test_a_room_in_a_pickle_would_be_seen() -> None:
    from lrsched.ask import bounds

    for protocol in range(2, 6):
        assert "lrsched.ask.bounds" in set(globals_in(pickle.dumps(bounds.bounds, protocol)))
