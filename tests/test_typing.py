"""What a type checker says of user code: nothing of what is right, and why the rest is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.frameworks  # mypy

HEAD = """
from dataclasses import dataclass
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import lrsched as lrs

schedule = lrs.Sequence(lrs.LinearWarmup(10), lrs.CosineDecay(90, end=0.1))
"""

RIGHT = """
assert_type(schedule, lrs.Sequence)
assert_type(schedule(3), float)
assert_type(schedule(3.5), float)
assert_type(schedule(np.int64(3)), float)
assert_type(schedule(np.float32(3)), float)
assert_type(schedule(np.arange(3)), NDArray[np.float64])
assert_type(schedule(np.arange(3.0, dtype=np.float32)), NDArray[np.float64])
assert_type(schedule([1, 2]), NDArray[np.float64])
assert_type(schedule((1.0, 2.0)), NDArray[np.float64])
assert_type(schedule(range(3)), NDArray[np.float64])
assert_type(schedule.steps, int | None)
assert_type(lrs.LinearDecay(3).steps, int)
assert_type(lrs.LinearDecay(3).end, float)

assert_type(lrs.presets.one_cycle(0.1, 9), lrs.Schedule)  # a room, as an attribute
assert_type(3e-4 * schedule, lrs.Schedule)
assert_type(schedule * 2, lrs.Schedule)
assert_type(schedule * schedule, lrs.Schedule)
assert_type(0.1 + schedule, lrs.Schedule)
assert_type((3e-4 * schedule)(3), float)
assert_type(lrs.warmup_cosine(3e-4, 100, warmup_steps=10), lrs.Schedule)
assert_type(lrs.parse("CosineDecay(10)"), lrs.Schedule)


class Tensor:
    shape: tuple[int, ...]
    dtype: str


assert_type(schedule(Tensor()), Tensor)


@dataclass(frozen=True)
class Tower(lrs.Schedule):
    start: float
    growth: float
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return self.start ** (self.growth**t)


@dataclass(frozen=True)
class Parabola(lrs.Schedule):
    steps: int
    height: float = 1.0

    def formula(self, t: Any, xp: Any) -> Any:
        return self.height * (1 - (t / self.steps) ** 2)


assert_type(Tower(0.5, growth=1.1)(3), float)
assert_type(Tower(0.5, 1.1)([3]), NDArray[np.float64])
assert_type(0.1 * Parabola(10), lrs.Schedule)
whole = lrs.Sequence(lrs.LinearWarmup(3), Parabola(10), lrs.Take(Tower(0.5, 1.1), 10))
"""

# One line each, and what mypy must say of it.
WRONG = {
    'schedule("x")': "call-overload|type-var",
    "schedule(None)": "call-overload|type-var",
    "schedule(3j)": "call-overload|type-var",
    "schedule()": "call-overload",
    'lrs.LinearDecay("10")': "arg-type",
    "lrs.LinearDecay()": "call-arg",
    "lrs.LinearDecay(10, stop=1.0)": "call-arg",
    "lrs.LinearDecay(10).start = 3.0": "misc",
    'lrs.Sequence(lrs.LinearDecay(10), "x")': "arg-type",
    'schedule * "x"': "operator",
    "lrs.Schedule()": "abstract",
    "lrs.warmup_cosine(3e-4, 100, 10)": "call-arg|misc",
    'lrs.warmup_stable_decay(1.0, 10, decay_steps=3, decay="sqrt", warmup_steps=1)': "arg-type",
    "lrs.CosineDecai(10)": "attr-defined",
    "x: int = schedule(3)": "assignment",
    "y: str = schedule([3])": "assignment",
}


def mypy(code: str, directory: Path) -> list[str]:
    from mypy import api

    file = directory / "user.py"
    file.write_text(code)
    out, err, _ = api.run(
        ["--strict", "--no-error-summary", "--cache-dir", str(directory / "cache"), str(file)]
    )
    assert not err, err
    return out.splitlines()


def test_right_code_passes(tmp_path: Path) -> None:
    assert mypy(HEAD + RIGHT, tmp_path) == []


def test_wrong_code_is_told(tmp_path: Path) -> None:
    lines = mypy(HEAD + "\n".join(WRONG) + "\n", tmp_path)
    first = HEAD.count("\n") + 1
    for number, (code, kinds) in enumerate(WRONG.items(), first):
        said = [line for line in lines if re.search(rf"user\.py:{number}: error: ", line)]
        assert said, f"nothing said of {code}"
        assert any(re.search(rf"\[({kinds})\]$", line) for line in said), said
