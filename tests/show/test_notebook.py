"""A schedule shows its own curve in Jupyter: an SVG, checked as XML and in a real kernel."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from cases import CASES
from hypothesis import example, given, settings
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.ask.describe import horizon


def _tree(schedule: lrs.Schedule) -> ElementTree.Element:
    page = schedule._repr_html_()
    assert len(page) < 12_000
    return ElementTree.fromstring(page)


def _curve(tree: ElementTree.Element) -> np.ndarray:
    (line,) = (node for node in tree.iter() if node.tag.endswith("polyline"))
    return np.array([point.split(",") for point in line.attrib["points"].split()], dtype=float)


@pytest.mark.parametrize("schedule", [case.schedule for case in CASES], ids=repr)
def test_the_picture_is_the_curve(schedule: lrs.Schedule) -> None:
    tree = _tree(schedule)
    assert "".join(tree.find("code").itertext()) == repr(schedule)  # type: ignore[union-attr]
    points = _curve(tree)
    last = horizon(schedule)
    steps = np.interp(points[:, 0], [56, 376], [0, last])
    # Points are rounded to a tenth of a pixel: the curve passes that near each of them.
    around = schedule((steps + np.linspace(-0.06, 0.06, 13)[:, None] * last / 320).clip(0, last))
    if np.isfinite(around).all():
        low, high = around.min(), around.max()
        heights = 8 + (high - around) / ((high - low) or 1.0) * 120
        assert (heights.min(axis=0) < points[:, 1] + 0.2).all()
        assert (heights.max(axis=0) > points[:, 1] - 0.2).all()
    assert (points[0, 0], points[-1, 0]) == (56, 376)
    assert 0 <= np.diff(points[:, 0]).min() <= np.diff(points[:, 0]).max() < 2.5


@settings(max_examples=150, deadline=None)
@example(lrs.LinearDecay(9, start=1.7e308, end=-1.7e308))
@given(SCHEDULES)
def test_any_schedule_has_a_picture(schedule: lrs.Schedule) -> None:
    points = _curve(_tree(schedule))
    assert points[:, 0].min() >= 56
    assert points[:, 0].max() <= 376
    assert points[:, 1].min() >= 8
    assert points[:, 1].max() <= 128


def test_a_picture_shrinks_as_a_whole() -> None:
    picture = next(_tree(lrs.CosineDecay(9)).iter("{http://www.w3.org/2000/svg}svg"))
    assert picture.get("viewBox") == f"0 0 {picture.get('width')} {picture.get('height')}"
    assert picture.get("style") == "max-width:100%;height:auto"


def test_phases_are_marked() -> None:
    page = lrs.Sequence(lrs.LinearWarmup(25), lrs.CosineDecay(75))._repr_html_()
    assert '<path d="M136 128v-120"' in page
    assert "<title>a phase begins</title>" in page
    many = lrs.Sequence(*(lrs.CosineDecay(10) for _ in range(1000)))._repr_html_()
    assert 300 < many.count("v-6") <= 321  # one in a pixel, and no wall of lines
    assert len(many) < 25_000


def test_a_jump_is_upright() -> None:
    points = _curve(_tree(lrs.Sequence(lrs.LinearWarmup(25, end=0.5), lrs.Constant(2, steps=25))))
    at_jump = points[points[:, 0] == 216]
    assert at_jump[:, 1].tolist() == [98, 8]
    assert (points[points[:, 0] < 216][:, 1] > 97).all()
    assert (points[points[:, 0] > 216][:, 1] == 8).all()


def test_a_value_next_to_0_is_told_as_0() -> None:
    assert ">0</text>" in lrs.Cycle(lrs.LinearDecay(10))._repr_html_()
    assert "e-0" not in lrs.Cycle(lrs.LinearDecay(10))._repr_html_()


def test_text_is_escaped() -> None:
    assert "<lambda>" not in _Named("<lambda>&")._repr_html_()
    assert _tree(_Named("<lambda>&")) is not None


class _Named(lrs.Constant):
    """A schedule whose text is anything."""

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "value", 1.0)
        object.__setattr__(self, "steps", 9)

    def __repr__(self) -> str:
        return str(vars(self)["text"])


def test_nothing_is_imported_for_it() -> None:
    code = "import lrsched as lrs, sys; lrs.CosineDecay(9)._repr_html_(); print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(lrs.__file__).parents[1])},
    ).stdout.split()
    assert not {"matplotlib", "IPython"} & set(modules)


@pytest.mark.frameworks
def test_in_a_notebook_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    import nbclient
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(Path(lrs.__file__).parents[1]))
    notebook = nbformat.v4.new_notebook()
    text = "3e-4 * Sequence(LinearWarmup(20), CosineDecay(80, end=0.1))"
    notebook.cells = [
        nbformat.v4.new_code_cell(f"import lrsched as lrs\nlrs.parse({text!r})"),
        # A cell run twice defines its class twice; the newest reads back.
        *[
            nbformat.v4.new_code_cell(
                "from dataclasses import dataclass\n"
                "@dataclass(frozen=True)\n"
                "class Half(lrs.Schedule):\n"
                "    steps: int\n"
                "    def formula(self, t, xp):\n"
                "        return 0.5\n"
                "assert lrs.from_json(lrs.to_json(Half(3))) == lrs.parse('Half(3)') == Half(3)"
            )
        ]
        * 2,
    ]
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"] == repr(lrs.parse(text))
    assert output.data["text/html"] == lrs.parse(text)._repr_html_()
    assert re.match(r"<div.*<svg.*<polyline", output.data["text/html"])
