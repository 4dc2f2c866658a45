"""A schedule in JavaScript is the schedule: run by JavaScript's own engine, it has its values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from cases import CASES, COMPOSED
from hypothesis import given, settings
from strategies import SCHEDULES

import lrsched as lrs

pytestmark = pytest.mark.frameworks

# How many ulp the two may be apart: their sines and powers are not of one library.
ULP = 4


@dataclass(frozen=True)
class Written(lrs.Schedule):
    """A user's formula, any."""

    text: str
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return eval(self.text, {"t": t, "xp": xp})


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    from py_mini_racer import MiniRacer

    with MiniRacer() as made:
        yield made


def values_of(engine: Any, schedule: lrs.Schedule, steps: Sequence[float]) -> list[float]:
    """The values that the engine has at the steps; nothing is left behind in it."""
    source = schedule.source("written", language="javascript")
    said = engine.eval(f"(() => {{ {source}\nreturn {json.dumps(steps)}.map(written).join() }})()")
    return [float(text) for text in said.split(",")]


def steps_of(schedule: lrs.Schedule) -> list[float]:
    """Whole steps from the first on, around every place where something begins and past the end,
    and as far as numbers of JavaScript's go; and real ones between and right beside them."""
    end = schedule.steps or 0
    found = lrs.boundaries(schedule, min(end or 400, 2**53)) if end < 10**6 else (end,)
    near = {0, 1, 2, end + 7, 10 * end + 5, *(10**k for k in range(16)), *found[:50], *found[-3:]}
    far = {2**k + i for k in (24, 31, 43, 52, 53) for i in (-2, -1, 0)}
    whole = {step + i for step in near for i in (-1, 0, 1)} | set(range(40)) | far
    steps = {step for step in whole if 0 <= step <= 2**53}
    beside = {float(s) + d for s in steps if s < 2**40 for d in (0.25, 0.5)}
    beside |= {math.nextafter(step, way) for step in steps for way in (0, math.inf) if step}
    return sorted(steps | {step for step in beside if 0 <= step <= 2**53})


def assert_same(engine: Any, schedule: lrs.Schedule, steps: Sequence[float]) -> None:
    for step, theirs in zip(steps, values_of(engine, schedule, steps), strict=True):
        value = schedule(step)
        within = ULP * math.ulp(value) if math.isfinite(value) else 0
        assert theirs == value or abs(theirs - value) <= within, f"at step {step}"


@pytest.mark.parametrize(
    "schedule", [*(case.schedule for case in CASES), *COMPOSED], ids=lambda s: repr(s)[:90]
)
def test_the_same_values(engine: Any, schedule: lrs.Schedule) -> None:
    assert_same(engine, schedule, steps_of(schedule))


@given(SCHEDULES)
@settings(max_examples=100)
def test_any_composition(engine: Any, schedule: lrs.Schedule) -> None:
    try:
        schedule.source()
    except ValueError:  # Python can't say it either
        return
    steps = [0, 1, 2, 3.5, 30, 999.25, 10**6, 2**43 + 1, 2**53 - 1, 2**53]
    expected = [schedule(step) for step in steps]
    peak = max((abs(value) for value in expected if math.isfinite(value)), default=0.0)
    for value, theirs in zip(expected, values_of(engine, schedule, steps), strict=True):
        assert theirs == value or abs(theirs - value) <= 1e-12 * peak


@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Stretch(lrs.Cycle(lrs.LinearDecay(10)), 2.5),
        lrs.Stretch(lrs.Cycle(lrs.CosineDecay(1001), mirror=True), 1000 / 1024),
        lrs.Stretch(lrs.StepDecay(2**50 + 1, gamma=0.5), 1 / 3),
        lrs.Stretch(lrs.MultiStepDecay([2**52 - 1, 2**53 - 3]), 1 / 3),
        lrs.Stretch(lrs.Shift(lrs.Cycle(lrs.LinearDecay(7)), -(2**51) - 1), 0.75),
        lrs.Stretch(lrs.Staircase(lrs.LinearDecay(2**60), 2**40 + 1), 1 / 7),
        lrs.Cycle(lrs.LinearWarmup(10), mirror=True, stretch=2),
        Written("abs(3 * t - 2**54) % 10"),
        Written("-(3 * t) % 10"),
        Written("(3 * t) // 10 % 7"),
        Written("5 * t % (2**54 + 1) / 2**54"),
        Written("xp.where(5 * t < 2**55, 3 * t + 1, 3 * t + 2) % 11"),
        Written("(3 * t - 3 * (t // 2)) % 5"),
        Written("3 * t * 5 % 7"),
        Written("xp.where(t % 2 < 1, 1, 5 * t) % 7"),
        Written("(lambda x: (x - 3 * (t + 1)) / 8 + x % 2)(3 * t)"),
        Written("xp.where(t + (2**60 + 1) > 2**60 + 2**50, 1.0, 0.5)"),
        Written("xp.take((1, 3, 2**60 + 1), t % 3) % 10"),
        Written("xp.count((2**53 - 2, 2**54 - 1, 2**54 + 3), t * 5)"),
    ],
    ids=repr,
)
def test_whole_numbers_beyond_floats(engine: Any, schedule: lrs.Schedule) -> None:
    """Where a digit more decides: all of these would fail in floats."""
    near = [2**k for k in range(48, 54)] + [2**53 // 3, 2**54 // 3, 2**54 // 5, 2**55 // 5]
    steps = {step + i for step in near for i in range(-20, 21)}
    assert_same(engine, schedule, sorted(step for step in steps if step <= 2**53))
    assert_same(engine, schedule, [0, 0.5, 1, 7.25, 100.5])
    assert "BigInt" in schedule.source(language="javascript")


def test_no_larger_numbers_where_none_are_needed() -> None:
    """A step times a denominator needs them, or the last of ever longer cycles without an end."""
    schedules = [*(case.schedule for case in CASES), *COMPOSED, lrs.LinearDecay(2**60)]
    larger = {s for s in schedules if "BigInt" in s.source(language="javascript")}
    assert {type(schedule) for schedule in larger} == {lrs.Stretch, lrs.Cycle}
    assert len(larger) < len(schedules) / 20
    assert lrs.Cycle(lrs.CosineDecay(10), stretch=2) not in larger


@pytest.mark.parametrize(
    "text",
    [
        "(t - 7) % 5",
        "(7 - t) // 5",
        "(t - 3.5) % -0.75",
        "t // 0.1",
        "-(t ** 2)",
        "(-t) ** 2",
        "2 ** -t",
        "-(2.0 ** t)",
        "(1 - t) - (2 - t) - (3 - t)",
        "t / (3 / (t + 1))",
        "1.0 ** (10.0 ** t)",
        "xp.where(t < 3, 1.0, -1.0) ** (10.0 ** (400 * t))",
        "(t > 3) == (t > 5)",
        "(t >= 3) * 2.0",
        "t < 2**70",
        "xp.where((t < 5) == (t < 3), 2, 3.5)",
        "xp.take((0.5, 2, 10**30), xp.floor(xp.minimum(t / 3, 2)))",
        *(f"xp.{name}(t / 10)" for name in ("sin", "cos", "tan", "atan", "asinh", "sinh", "tanh")),
        *(f"xp.{name}(t / 10)" for name in ("exp", "expm1", "log1p", "sqrt", "cbrt", "ceil")),
        *(f"xp.{name}(t / 10 - 1)" for name in ("floor", "trunc", "fabs", "abs", "cosh")),
        *(f"xp.{name}(1 / (t + 2))" for name in ("asin", "acos", "atanh", "log", "log2", "log10")),
        "xp.acosh(t + 1)",
    ],
)
def test_a_users_formula(engine: Any, text: str) -> None:
    assert_same(engine, Written(text), [0, 1, 2, 3, 4, 5, 7, 10, 33, 0.5, 2.75, 3.5, 12.125])


def test_long_and_deep_ones(engine: Any) -> None:
    long = lrs.Sequence(*(lrs.LinearWarmup(3, end=1 + i) for i in range(600)))
    assert_same(engine, long, list(range(0, 1900, 7)))
    deep = lrs.Sum(*(lrs.CosineDecay(1000 + i) for i in range(1500)))
    for step, value in zip((0, 500), values_of(engine, deep, (0, 500)), strict=True):
        assert value == pytest.approx(deep(step), rel=1e-12)


def test_what_is_said_of_formulas_that_it_has_no_words_for() -> None:
    with pytest.raises(ValueError, match=r"Written: no function can be .*: JavaScript has no erf"):
        Written("xp.erf(t)").source(language="javascript")
    with pytest.raises(ValueError, match="Written: no function can be written: it branches"):
        Written("1.0 if t < 5 else 0.5").source(language="javascript")


def test_names_and_languages() -> None:
    schedule = lrs.LinearWarmup(3)
    assert schedule.source("rate", "javascript").startswith("function rate(t) {\n  if (t < 3) {\n")
    for name in ("function", "let", "arguments", "é"):
        with pytest.raises(ValueError, match=r"^source: name must be a name that JavaScript takes"):
            schedule.source(name, "javascript")
    with pytest.raises(ValueError, match=r"^source: language must be 'python' or 'javascript', go"):
        schedule.source(language="cobol")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^source: language must be 'python' or 'javascript', go"):
        schedule.source(language=3)  # type: ignore[arg-type]
