"""Plots with the real matplotlib, without a screen."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lrsched as lrs
from lrsched import cli

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
    assert {10, 40, 65, 90} <= set(at.tolist())
    (marks,) = ax.collections
    assert [path.vertices[0, 0] for path in marks.get_paths()] == [10, 40]
    assert line.get_label() == repr(SCHEDULE)
    assert " ".join(legend(ax)[0].split()) == repr(SCHEDULE)
    assert legend(ax)[1:] == ["a phase begins"]
    assert (ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel()) == ("linear", "step", "value")


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (lrs.StepDecay(30, gamma=0.5), range(30, 121, 30)),
        (lrs.Cycle(lrs.CosineDecay(25)), range(25, 121, 25)),
        (lrs.Sequence(lrs.LinearWarmup(20), lrs.Constant(0.1, steps=100)), [20]),
        (lrs.PiecewiseConstant([7, 80], [0.1, 1, 0.5]), [7, 80]),
        (lrs.Staircase(lrs.LinearDecay(120), 40), [40, 80, 120]),
    ],
    ids=repr,
)
def test_a_jump_is_a_vertical_line_at_its_step(schedule: lrs.Schedule, steps: Any) -> None:
    (line,) = lrs.plot(schedule, steps=120).get_lines()
    at, values = line.get_data()
    upright = np.flatnonzero((np.diff(at) < 1e-6) & (abs(np.diff(values)) > 0.01))
    assert [round(x, 6) for x in at[upright + 1]] == list(steps)
    for i in upright:
        assert values[i] == pytest.approx(schedule(at[i + 1] - 1e-6), abs=1e-6)
        assert values[i + 1] == schedule(round(at[i + 1]))
    slopes = abs(np.diff(values) / np.diff(at))
    assert np.delete(slopes, upright).max() < 0.07


def test_titles_labels_and_sizes(pyplot: Any) -> None:
    ax = lrs.plot(
        SCHEDULE, lrs.LinearDecay(90), steps=100, labels=("ours", 3), title="Two", ylabel="lr",
        size=(4, 3),
    )  # fmt: skip
    assert legend(ax) == ["ours", "3", "a phase begins"]
    assert (ax.get_title(), ax.get_ylabel()) == ("Two", "lr")
    assert ax.figure.get_size_inches().tolist() == [4, 3]


def test_eight_curves_differ_in_colour_and_in_dashes_and_so_do_those_drawn_later() -> None:
    runs = [lrs.CosineDecay(100, end=i / 8) for i in range(8)]
    ax = lrs.plot(*runs[:5])
    lrs.plot(*runs[5:], ax=ax)
    styles = [(line.get_color(), line._unscaled_dash_pattern) for line in ax.get_lines()]
    assert len({color for color, _ in styles}) == 7
    assert len({str(dashes) for _, dashes in styles}) == 8
    assert len(legend(ax)) == 8


def test_colours_of_a_style_of_ones_own(pyplot: Any) -> None:
    with pyplot.style.context({"axes.prop_cycle": pyplot.cycler(color=["red", "green"])}):
        ax = lrs.plot(SCHEDULE, SCHEDULE, SCHEDULE, steps=9)
    assert [line.get_color() for line in ax.get_lines()] == ["red", "green", "red"]


@pytest.mark.parametrize(
    ("steps", "unit", "ticks"),
    [(1, "step", "0 1"), (100_000, "step", "0 20,000 40,000 60,000 80,000 100,000"),
     (10**9, "step (millions)", "0 200 400 600 800 1,000"),
     (5 * 10**10, "step (billions)", "0 10 20 30 40 50")],
)  # fmt: skip
def test_the_axis_of_steps(steps: int, unit: str, ticks: str) -> None:
    ax = lrs.plot(lrs.LinearDecay(steps))
    ax.figure.canvas.draw()
    shown = [tick.get_text() for tick in ax.get_xticklabels()]
    assert (ax.get_xlabel(), " ".join(shown)) == (unit, ticks)
    assert ax.get_xlim() == (0, steps)
    lrs.plot(lrs.LinearDecay(max(1, steps // 2)), ax=ax)
    assert (ax.get_xlim(), ax.get_xlabel()) == ((0, steps), unit)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [((1e-8, 1e-3), "$10^{-8}$ $10^{-7}$ $10^{-6}$ $10^{-5}$ 0.0001 0.001"),
     ((0.1, 2), "0.1 0.2 0.5 1 2"), ((2, 3), "2 2.5 3")],
)  # fmt: skip
def test_a_logarithmic_axis_has_plain_numbers(values: tuple[float, float], ticks: str) -> None:
    ax = lrs.plot(lrs.GeometricDecay(100, start=values[1], end=values[0]), log=True)
    low, high = ax.get_ylim()
    assert low < values[0] < values[1] < high
    places, texts = ax.get_yticks(), ax.yaxis.get_majorticklabels()
    ax.figure.canvas.draw()
    seen = [t.get_text() for y, t in zip(places, texts, strict=True) if low <= y <= high]
    assert " ".join(seen) == ticks


def test_a_restart_from_0_does_not_stretch_a_logarithmic_axis() -> None:
    ax = lrs.plot(lrs.Cycle(lrs.CosineDecay(100), count=5), log=True)
    assert 1e-6 < ax.get_ylim()[0] < 1e-3
    lrs.plot(lrs.Constant(1e-9), ax=ax, steps=500, log=True)
    assert ax.get_ylim()[0] < 1e-9 < 1 < ax.get_ylim()[1]


LONG = [lrs.warmup_cosine(1e-3, 100_000, warmup_steps=2_000, end=i * 1e-5) for i in range(8)]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("size", [(6.4, 4.8), (8, 5), (5, 4)])
@pytest.mark.parametrize(
    ("schedules", "steps"),
    [
        (LONG[:1], None),
        (LONG, None),
        ([1e-8 * lrs.Cycle(lrs.CosineDecay(100)), 3e-8 * lrs.Noam(8, 20)], 10**9),
        ([lrs.CosineDecay(100, end=-1.0), lrs.Constant(0)], None),
        ([lrs.LinearDecay(1)], None),
        ([lrs.LinearGrowth(1e308)], 9),
        ([lrs.LinearDecay(9, start=1.7e308, end=-1.7e308)], None),
    ],
    ids=["one", "eight", "tiny", "negative", "a step", "infinite", "far"],
)
def test_nothing_is_outside_the_picture_or_over_anything(
    schedules: Any, steps: Any, size: Any, log: bool
) -> None:
    ax = lrs.plot(
        *schedules, steps=steps, log=log, size=size, title="A title", ylabel="learning rate"
    )
    figure = ax.figure
    figure.canvas.draw()
    box = figure.get_tightbbox()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= size[0]
    assert box.y1 <= size[1]
    assert ax.get_window_extent().height > 0.2 * figure.bbox.height
    below = ax.get_legend().get_window_extent()
    assert below.y1 < ax.xaxis.get_tightbbox().y0
    numbers = [t.get_window_extent() for t in ax.get_xticklabels()]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(numbers))


def test_a_name_that_begins_with_an_underscore_is_in_the_legend() -> None:
    assert legend(lrs.plot(lrs.LinearDecay(3), labels=["_mine"])) == [" _mine"]


def test_axes_without_a_layout_keep_the_legend_inside(pyplot: Any) -> None:
    figure, ax = pyplot.subplots()
    lrs.plot(*LONG, ax=ax)
    figure.canvas.draw()
    inside, box = ax.get_window_extent(), ax.get_legend().get_window_extent()
    assert inside.x0 < box.x0 < box.x1 < inside.x1
    assert inside.y0 < box.y0 < box.y1 < inside.y1


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
        ((SCHEDULE,), {"steps": 9, "labels": "a"}, TypeError, "labels must be a sequence of te"),
        ((SCHEDULE,), {"steps": 9, "title": 3}, TypeError, "plot: title must be a text, got 3"),
        ((SCHEDULE,), {"steps": 9, "ylabel": 3}, TypeError, "plot: ylabel must be a text, got 3"),
        ((SCHEDULE,), {"steps": 9, "size": 3}, TypeError, "plot: size must be a width and a he"),
        ((SCHEDULE,), {"steps": 9, "size": (3, -1)}, ValueError, "size must be a width and a hei"),
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


def test_the_command_line_names_curves_by_what_was_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = "warmup_cosine(1e-3, 100_000, warmup_steps=2_000, end={})".format
    path = tmp_path / "c.svg"
    texts = ["plot", run(0.1), run(0), "-o", str(path)]
    assert cli.main([*texts, "--title", "Ends", "--ylabel", "rate", "--size", "4x3"]) == 0
    drawn = path.read_text()
    words = [
        "warmup_cosine(…, end=0.1)",
        "warmup_cosine(…, end=0)",
        "a phase begins",
        "Ends",
        "rate",
    ]
    assert all(f"<!-- {word} -->" in drawn for word in words)
    assert 'width="288pt" height="216pt"' in drawn
    assert cli.main([*texts, "--labels", 'a, "b, c"']) == 0
    assert all(f"<!-- {word} -->" in path.read_text() for word in ("a", "b, c"))
    assert cli.main([*texts, "--labels", "a"]) == 2
    assert "labels must be as many as the 2 schedules, got ['a']" in capsys.readouterr().err
    for size in ("8", "8x", "8x-5", "8x5x2", "nanx5", "infx5", "1000x5"):
        with pytest.raises(SystemExit):
            cli.main([*texts, "--size", size])
        assert "must be width x height in inches, such as 8x5" in capsys.readouterr().err


def test_the_command_line_compares_in_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "c.svg"
    law = ["--annealing", "2.628", "0.4297", "0.5498", "0.4108"]
    texts = ["compare", "1e-3 * CosineDecay(900)", "1e-3 * LinearDecay(900)", "-o", str(path)]
    for more, width in (([], 576), (law, 1008), ([*law, "--size", "9x4"], 648)):
        assert cli.main([*texts, "--title", "Two", "--labels", "a,b", *more]) == 0
        drawn = path.read_text()
        assert f'width="{width}pt"' in drawn
        assert drawn.count("<!-- Two -->") == 1
        assert drawn.count("<!-- a -->") == 1 + bool(more)
