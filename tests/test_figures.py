"""The tables of speed are of the runs that are kept, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import figures

RUNS = figures.kept()


def test_there_are_runs_and_each_names_its_machine() -> None:
    assert RUNS
    for run in RUNS:
        assert all(one["machine"]["processor"] for one in run.values())


@pytest.mark.parametrize("page", figures.PAGES, ids=lambda page: page.parent.name)
def test_every_figure_of_a_page_is_measured(page: Path) -> None:
    text, rows = page.read_text("utf-8"), figures.PAGES[page]
    assert text == figures.replaced(text, figures.table(RUNS, rows))


def test_another_figure_would_be_seen() -> None:
    text = figures.README.read_text("utf-8")
    first = figures.ranged([figures.ROWS[0][1][0].of(run) for run in RUNS])
    other = text.replace(f"| {first}", "| 0.1", 1)
    assert other != text
    assert other != figures.replaced(other, figures.table(RUNS, figures.ROWS[: figures.FRONT]))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.64, 2.0, 1.96], "1.6 to 2.0"),
        ([0.123, 0.1249], "0.12"),
        ([123.4, 5678.0], "120 to 5,700"),
        ([0.99, 1.01], "0.99 to 1.0"),
        ([26.4], "26"),
        ([2.04, 245131660.588], "2.0 to 2.5e8"),
    ],
)
def test_a_range_has_two_digits(values: list[float], text: str) -> None:
    assert figures.ranged(values) == text


def test_a_figure_is_one_row() -> None:
    missing = figures.Figure("scalar", figures.SCALAR, "nobody")
    with pytest.raises(LookupError, match="0 rows of 'warmup and cosine"):
        missing.of(RUNS[0])
