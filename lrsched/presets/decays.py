"""The decays that end a run, by their names."""

from __future__ import annotations

from typing import Literal

from lrsched._core.check import refusal
from lrsched._core.schedule import Schedule
from lrsched.shapes import (
    Constant,
    CosineDecay,
    GeometricDecay,
    InverseTimeDecay,
    LinearDecay,
    PowerDecay,
    Sequence,
    Take,
)

Decay = Literal["linear", "cosine", "1-sqrt", "exponential", "inverse"]


def named_decay(
    preset: str, name: Decay, steps: int, start: float, end: float, of: str = "peak"
) -> Schedule:
    """The decay of that name between two values, exact at both; `of` says what `start` is."""
    if name == "linear":
        return LinearDecay(steps, start=start, end=end)
    if name == "cosine":
        return CosineDecay(steps, start=start, end=end)
    if name == "1-sqrt":
        return PowerDecay(steps, power=0.5, start=start, end=end)
    if start == 0 or end == 0 or (start > 0) != (end > 0):
        rule = f'nonzero and of the sign of {of}={start} for decay="{name}"'
        raise refusal(ValueError, preset, "end", rule, end)
    if name == "exponential":
        return GeometricDecay(steps, start=start, end=end)
    if abs(end) > abs(start):
        rule = f'no further from 0 than {of}={start} for decay="inverse"'
        raise refusal(ValueError, preset, "end", rule, end)
    if steps == 0:
        return Constant(end, 0)
    # 1 / rate goes from 1 / start to 1 / end in a straight line. The quotient has a rounding of its
    # own; after the last step it is `end` itself.
    falling = InverseTimeDecay(start / end - 1, every=steps, start=start)
    return Sequence(Take(falling, steps), Constant(end, 0))
