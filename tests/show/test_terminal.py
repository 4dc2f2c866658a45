"""The curve in a terminal, dot by dot."""

from __future__ import annotations

import numpy as np
import pytest

import lrsched as lrs
from lrsched.show.terminal import show


def dots(schedule: lrs.Schedule, steps: int) -> np.ndarray:
    """True where a dot is set; rows from the top down."""
    rows = [line[13:] for line in show(schedule, steps, 79) if "┤" in line]
    cells = np.array([[ord(cell) - 0x2800 for cell in row] for row in rows])
    bits = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
    seen = (cells[:, None, :, None] & bits[None, :, None, :]) > 0
    return seen.reshape(4 * len(rows), -1)


@pytest.mark.parametrize("at", [13, 50, 77])
def test_a_jump_is_one_column_of_dots(at: int) -> None:
    seen = dots(lrs.PiecewiseConstant([at], [1.0, 0.2]), 100)
    height, width = seen.shape
    column = at * width // 100
    assert seen[1:, column].all()
    assert seen[0, :column].all()
    assert seen[-1, column:].all()
    assert width + height - 2 <= seen.sum() <= width + height - 1


def test_a_restart_comes_down_before_it_goes_up() -> None:
    seen = dots(lrs.Cycle(lrs.LinearDecay(50), count=2), 100)
    column = seen.shape[1] // 2
    assert seen[:-1, column].all()
    assert seen[-1, column - 1 : column + 1].any()
    assert (seen.sum(axis=0) > seen.shape[0] / 2).sum() == 1


def test_cycles_shorter_than_a_column_fill_it() -> None:
    assert dots(lrs.Cycle(lrs.LinearDecay(8)), 2**20).all()


@pytest.mark.parametrize("steps", [1, 2**61])
def test_short_and_long(steps: int) -> None:
    lines = show(lrs.LinearDecay(steps), steps, 79)
    assert next(line for line in lines if "┤" in line).split()[0] == "1"
    assert lines[-1].split() == ["0", f"{steps:,}"]
