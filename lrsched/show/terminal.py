"""A schedule's curve in a terminal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrsched._core.schedule import Schedule
from lrsched.ask.describe import describe
from lrsched.ask.findings import short
from lrsched.show.curve import columns_of, curve, ends


def show(schedule: Schedule, steps: int, width: int, colour: bool = False) -> list[str]:
    """Its text, its phases and its curve from step 0 to `steps`, in lines of `width` at most."""
    description = describe(schedule, steps)
    paint = _COLOURS if colour else _PLAIN
    # How the picture ends says nothing about a run's length.
    odd = [finding for finding in description.warnings if finding.kind in ("jump", "negative")]
    return [
        paint["text"].format(schedule),
        "",
        *description.table(),
        *(paint["warning"].format(finding) for finding in odd),
        "",
        *_curve(schedule, steps, width, paint["curve"]),
    ]


_COLOURS = {
    "text": "\x1b[1m{}\x1b[0m",
    "warning": "\x1b[33m{}\x1b[0m",
    "curve": "\x1b[36m{}\x1b[0m",
}
_PLAIN = dict.fromkeys(_COLOURS, "{}")


def _curve(schedule: Schedule, steps: int, width: int, paint: str) -> list[str]:
    across = 2 * max(min(width, 100) - 14, 8)
    at, values = curve(schedule, steps, across)
    rows = draw(columns_of(at, steps, across), values)
    labels = [""] * len(rows)
    labels[-1], labels[0] = map(short, ends(values))
    drawn = [f"{label:>11} ┤{paint.format(row)}" for label, row in zip(labels, rows, strict=True)]
    foot = f"{0:<{len(rows[0]) - len(f'{steps:,}')}}{steps:,}"
    return [*drawn, " " * 13 + foot]


def draw(columns: NDArray[np.int64], values: NDArray[np.float64], height: int = 12) -> list[str]:
    """Rows of text with a curve in them, two columns to a character, four levels to a row.

    >>> print(*draw(np.array([0, 1, 2, 3, 4, 4]), np.array([0.0, 1, 2, 3, 3, 0]), height=1), sep="")
    ⡠⠊⡇
    """
    dots = np.array([[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]])
    finite = np.nan_to_num(values, posinf=np.finfo(float).max / 4, neginf=np.finfo(float).min / 4)
    low, high = finite.min(), finite.max()
    span = high - low if high > low else 1.0
    levels = np.rint((finite - low) / span * (4 * height - 1)).astype(int)
    cells = np.zeros((height, int(columns[-1]) // 2 + 1), dtype=int)
    before, previous = -1, levels[0]
    for x, level in zip(columns.tolist(), levels.tolist(), strict=True):
        # A jump is a vertical stroke: every level on the way is set.
        for y in range(min(level, previous), max(level, previous) + 1):
            if y != previous or level == previous or x == before:
                cells[height - 1 - y // 4, x // 2] |= dots[x % 2, y % 4]
        before, previous = x, level
    return ["".join(chr(0x2800 + cell) for cell in row) for row in cells]
