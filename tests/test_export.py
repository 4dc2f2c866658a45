"""The LaTeX of a schedule is the schedule: read back as a formula, it has the same values."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import CASES, Tower
from hypothesis import given, settings
from strategies import SCHEDULES
from test_look import COMPOSED

import lrsched as lrs
from lrsched.export import latex

SCHEDULES_WITH_FORMULAS = [
    *(case.schedule for case in CASES if not isinstance(case.schedule, Tower)),
    *COMPOSED,
    lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(5, end=0.25)), mirror=True),
    lrs.Cycle(lrs.Cycle(lrs.LinearDecay(4), count=3), gain=0.5),
    lrs.Shift(lrs.Cycle(lrs.LinearDecay(4)), -3),
    -1e-7 * lrs.CosineDecay(20, start=-0.5, end=-2.0),
    lrs.Constant(-0.5) + lrs.LinearDecay(9) * (lrs.LinearWarmup(9) + -1e-9),
    lrs.LinearWarmup(9, start=-1.0, end=-0.5),
    lrs.SaturatingWarmup(9, start=2.0, end=-1e-8),
    lrs.TanhDecay(20, lower=3.0, upper=-7.0),
]


def _closing(text: str, start: int) -> int:
    """The index behind the brace that closes the one at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return i + 1
    raise AssertionError(text)


def _python(text: str) -> str:
    """Our LaTeX as a Python expression; a syntax error if it is anything else."""
    while match := re.search(r"\\frac\{|\\sqrt\{|\^\{|\\log_\{", text):
        middle = _closing(text, match.end() - 1)
        first = text[match.end() : middle - 1]
        end, new = middle, {"^{": f"**({first})", r"\sqrt{": f"sqrt({first})"}.get(match[0])
        if match[0] == r"\log_{":
            new = f"log_of({first})"
        if new is None:
            assert text[middle] == "{"
            end = _closing(text, middle)
            new = f"(({first})/({text[middle + 1 : end - 1]}))"
        text = text[: match.start()] + new + text[end:]
    for old, new in (
        (r"\left\lfloor ", "floor("),
        (r" \right\rfloor", ")"),
        (r"\left(", "("),
        (r"\right)", ")"),
        (r"\cdot", "*"),
        (r"\times", "*"),
        (r"\;\mathrm{mod}\;", "%"),
        (r"\pi", "pi"),
        (r"\cos", "cos"),
        (r"\tanh", "tanh"),
        (r"\min", "min"),
        (r"\max", "max"),
        (r"\infty", "inf"),
        (r"\leq ", "<= "),
        (r"\geq ", ">= "),
    ):
        text = text.replace(old, new)
    assert "\\" not in text, text
    return text


def _evaluated(text: str, names: dict[str, Any]) -> float:
    if r"\begin{cases}" in text:
        before, rest = text.split("\\begin{cases}\n", 1)
        rows, after = rest.split("\n\\end{cases}", 1)
        for row in rows.split(" \\\\\n"):
            value, condition = row.split(" & ")
            if eval(_python(condition), names):
                return float(eval(_python(before + rf"\left({value}\right)" + after), names))
        raise AssertionError("no row applies")
    return float(eval(_python(text), names))


def _log_of(base: int) -> Callable[[float], float]:
    # An exact power must not fall below its whole exponent.
    return lambda x: round(math.log(x, base), 12)


FUNCTIONS = {
    **{name: getattr(math, name) for name in ("floor", "cos", "tanh", "sqrt", "pi", "e", "inf")},
    "min": min,
    "max": max,
    "log_of": _log_of,
}


def _value(formula: str, t: int) -> float:
    whole, *definitions = formula.split(", \\quad ")
    names = {**FUNCTIONS, "t": t}
    for definition in definitions:
        name, text = definition.split(" = ", 1)
        assert name.isidentifier() or name.strip("'") in "iuv"
        names[name.replace("'", "_")] = _evaluated(text.replace("'", "_"), names)
    prefix = r"\eta(t) = "
    assert whole.startswith(prefix)
    return _evaluated(whole.removeprefix(prefix).replace("'", "_"), names)


@pytest.mark.parametrize("schedule", SCHEDULES_WITH_FORMULAS, ids=repr)
def test_the_formula_has_the_values_of_the_schedule(schedule: lrs.Schedule) -> None:
    formula = latex(schedule)
    values = schedule(np.arange(130))
    peak = abs(values[np.isfinite(values)]).max()
    for t, value in enumerate(values.tolist()):
        if math.isfinite(value):
            # The textbook's form loses digits near zero: compare on the scale of the whole.
            assert _value(formula, t) == pytest.approx(value, rel=1e-11, abs=1e-13 * peak)


def test_every_public_schedule_is_among_them() -> None:
    public = {
        value
        for value in (getattr(lrs, name) for name in lrs.__all__)
        if inspect.isclass(value) and issubclass(value, lrs.Schedule) and value is not lrs.Schedule
    }
    assert public <= {type(schedule) for schedule in SCHEDULES_WITH_FORMULAS}


def test_a_formula_for_a_paper() -> None:
    schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000, end=0.1))
    assert latex(schedule, symbol=r"\lambda").splitlines() == [
        r"\lambda(t) = \begin{cases}",
        r"  0.0003 \cdot \frac{t}{2000} & 0 \leq t < 2000 \\",
        r"  0.0003 \cdot \left(0.1 + 0.9 \cdot \frac{1 + \cos\left(\pi \cdot "
        r"\frac{t - 2000}{98000}\right)}{2}\right) & 2000 \leq t < 100000 \\",
        r"  3 \times 10^{-5} & t \geq 100000",
        r"\end{cases}",
    ]
    assert latex(lrs.Noam(512, 4000)) == (
        r"\eta(t) = 512^{-0.5} \cdot \frac{\min\left(t, 4000\right)}{4000} "
        r"\cdot \left(\max\left(t, 4000\right)\right)^{-0.5}"
    )


def _set_in_type(formula: str) -> None:
    """By matplotlib, which has no cases: their rows one by one."""
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for line in re.sub(r"\\(begin|end)\{cases\}", "", formula).splitlines():
        text = line.replace("&", r"\quad").removesuffix(r"\\").strip()
        if text:
            parser.parse(f"${text}$")


@pytest.mark.frameworks
@pytest.mark.parametrize("schedule", [*SCHEDULES_WITH_FORMULAS, Tower(0.5, 1.1)], ids=repr)
def test_it_can_be_set_in_type(schedule: lrs.Schedule) -> None:
    _set_in_type(latex(schedule))


@settings(max_examples=150, deadline=None)
@given(SCHEDULES)
def test_any_schedule_has_a_formula(schedule: lrs.Schedule) -> None:
    formula = latex(schedule)
    assert formula.count("{") == formula.count("}")
    assert formula.count(r"\left") == formula.count(r"\right")
    assert formula.count(r"\begin") == formula.count(r"\end")


def test_a_users_class_appears_by_name() -> None:
    assert latex(0.5 * Tower(0.5, growth=1.1)) == (
        r"\eta(t) = 0.5 \cdot \mathrm{Tower}\left(t; \mathrm{start=0.5, growth=1.1}\right)"
    )
