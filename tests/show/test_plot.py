"""Plots with the real matplotlib, without a screen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lrsched as lrs

pytestmark = pytest.mark.frameworks

SCHEDULE = 0.1 * lrs.Sequence(lrs.LinearWarmup(10), lrs.Constant(0.5, steps=30), lrs.StepDecay(25))


@pytest.fixture(autouse=True)
def pyplot() -> Iterator[Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_the_curve_is_the_schedule_and_its_phases_are_marked() -> None:
    ax = lrs.plot(SCHEDULE, steps=100)
    (line,) = ax.get_lines()
    at, values = (np.asarray(data) for data in line.get_data())
    assert (values == SCHEDULE(at)).all()
    assert (at[0], at[-1]) == (0, 100)
    assert {9, 10, 39, 40} <= set(at.tolist())
    (marks,) = ax.collections
    assert [path.vertices[0, 0] for path in marks.get_paths()] == [10, 40]
    assert line.get_label() == repr(SCHEDULE)[:57] + "..."
    assert ax.get_yscale() == "linear"


def test_several_schedules_share_the_axes_handed_in(pyplot: Any) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    a, b = lrs.CosineDecay(100), lrs.LinearDecay(200, end=0.01)
    assert lrs.plot(a, b, ax=right, log=True, labels=["cosine", "linear"]) is right
    assert [line.get_label() for line in right.get_lines()] == ["cosine", "linear"]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["cosine", "linear"]
    assert right.get_lines()[0].get_xdata()[-1] == 200  # the longest's
    assert right.get_yscale() == "log"
    assert not left.get_lines()
    assert len(pyplot.get_fignums()) == 1
    figure.canvas.draw()


def test_steps_beyond_what_an_axis_can_tell_apart() -> None:
    ax = lrs.plot(lrs.LinearDecay(10**30))
    assert ax.get_lines()[0].get_xdata()[-1] == 2**52


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "says"),
    [
        ((), {}, ValueError, "plot: schedules must be at least one schedule"),
        ((3,), {}, TypeError, r"plot: schedules\[0\] must be a schedule, got 3"),
        ((lrs.Constant(1),), {}, ValueError, "plot: steps must be given where no schedule has"),
        ((SCHEDULE,), {"steps": 0}, ValueError, "plot: steps must be a positive integer, got 0"),
        ((SCHEDULE,), {"steps": 9, "labels": []}, ValueError, "labels must be as many as the 1"),
    ],
)
def test_arguments(pyplot, arguments, options, kind, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(kind, match=says):
        lrs.plot(*arguments, **options)
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(
    ("name", "magic"), [("c.png", b"\x89PNG"), ("c.svg", b"<?xml"), ("c.pdf", b"%PDF")]
)
def test_the_command_line_plots_without_a_screen(tmp_path: Path, name: str, magic: bytes) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    subprocess.run(
        [sys.executable, "-m", "lrsched", "plot", repr(SCHEDULE), "Noam(512, 40)", "--log",
         "--steps", "100", "-o", str(tmp_path / name)],
        env={**environment, "PYTHONPATH": str(Path(lrs.__file__).parents[1])},
        check=True,
    )  # fmt: skip
    assert (tmp_path / name).read_bytes().startswith(magic)


def test_without_matplotlib_the_command_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')")
    done = subprocess.run(
        [sys.executable, "-m", "lrsched", "plot", "CosineDecay(9)", "-o", "x.png"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(lrs.__file__).parents[1])]),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "lrsched: plot needs matplotlib: pip install matplotlib\n"
