"""How a translation is held against its peer."""

import numpy as np
import pytest
from hypothesis import settings

import lrsched as lrs

# A peer takes its time, the first time most of all. The same draws in every run: where a peer
# calculates in few digits, a rare one falls on the other side of a boundary.
drawn = settings(max_examples=40, deadline=None, derandomize=True)


def follows(schedule, values, within=1e-12, skip=()):
    """The schedule has these values at steps 0, 1, 2, ..., to a fraction of the largest."""
    values = np.asarray(values, dtype=np.float64)
    ours = schedule(np.arange(len(values)))
    off = np.abs(ours - values)
    off[list(skip)] = 0
    step = int(off.argmax())
    assert off[step] <= within * np.abs(values).max(), (
        f"step {step}: ours {ours[step]!r}, theirs {values[step]!r}, {schedule!r}"
    )
    some = range(0, len(values), 1 + len(values) // 100)
    assert [schedule(t) for t in some] == pytest.approx(ours[:: some.step], rel=1e-12, abs=1e-300)
    assert lrs.parse(repr(schedule)) == schedule
