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
    steps = np.interp(points[:, 0], [56, 376], [0, horizon(schedule)])
    # Drawn steps are whole and rounded to a tenth of a pixel; compare where that tells them apart.
    if 3 < horizon(schedule) < 1000 and np.isfinite(schedule(steps)).all():
        values = schedule(np.rint(steps).astype(int))
        span = np.ptp(values) or 1.0
        expected = 8 + (values.max() - values) / span * 120
        assert abs(points[:, 1] - expected).max() < 0.06


@settings(max_examples=150, deadline=None)
@example(lrs.LinearDecay(9, start=1.7e308, end=-1.7e308))
@given(SCHEDULES)
def test_any_schedule_has_a_picture(schedule: lrs.Schedule) -> None:
    points = _curve(_tree(schedule))
    assert points[:, 0].min() >= 56
    assert points[:, 0].max() <= 376
    assert points[:, 1].min() >= 8
    assert points[:, 1].max() <= 128


def test_phases_are_marked() -> None:
    page = lrs.Sequence(lrs.LinearWarmup(25), lrs.CosineDecay(75))._repr_html_()
    assert '<path d="M136.0 8v120"' in page


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
