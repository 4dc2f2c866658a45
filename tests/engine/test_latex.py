"""The LaTeX of a schedule is the schedule: read back as a formula, it has the same values."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import CASES, COMPOSED, Tower
from hypothesis import given, settings
from strategies import SCHEDULES

import lrsched as lrs


@dataclass(frozen=True)
class Wave(lrs.Schedule):
    """A user's formula, with most of what the others have not."""

    period: float
    steps: int

    def formula(self, t: Any, xp: Any) -> Any:
        x = t / self.period
        wave = xp.log1p(xp.sqrt(abs(xp.sin(2 * math.pi * x)))) + xp.exp(-x) * xp.ceil(x)
        return xp.where(x > 3, wave, xp.where(xp.floor(x) <= 1, -wave, 1 / (1 + xp.exp(-x))))


@dataclass(frozen=True)
class Stubborn(lrs.Schedule):
    """A formula that can't be traced: it branches on the step."""

    how: str
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return 1.0 if t < 5 else 0.5


SCHEDULES_WITH_FORMULAS = [
    *(case.schedule for case in CASES),
    *COMPOSED,
    lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(5, end=0.25)), mirror=True),
    lrs.Cycle(lrs.Cycle(lrs.LinearDecay(4), count=3), gain=0.5),
    lrs.Shift(lrs.Cycle(lrs.LinearDecay(4)), -3),
    -1e-7 * lrs.CosineDecay(20, start=-0.5, end=-2.0),
    lrs.Constant(-0.5) + lrs.LinearDecay(9) * (lrs.LinearWarmup(9) + -1e-9),
    lrs.LinearWarmup(9, start=-1.0, end=-0.5),
    lrs.SaturatingWarmup(9, start=2.0, end=-1e-8),
    lrs.TanhDecay(20, lower=3.0, upper=-7.0),
    0.5 * lrs.Cycle(Wave(7.0, 40) * lrs.LinearDecay(40), mirror=True),
    lrs.Cycle(lrs.Take(lrs.MultiStepDecay([2, 5]) * lrs.Noam(4, 3), 7), gain=0.5),
    lrs.Sequence(
        lrs.LinearWarmup(3), 0.5 * lrs.Staircase(lrs.Sequence(COMPOSED[11], COMPOSED[10]), 4)
    ),
    lrs.Warp(lrs.Cycle(lrs.CosineDecay(5)), lrs.Sequence(lrs.LinearWarmup(9, end=7), Tower(9, 1))),
]


def _closing(text: str, start: int) -> int:
    """The index behind the brace that closes the one at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return i + 1
    raise AssertionError(text)


INNERMOST = re.compile(
    r"\\begin\{cases\}\n((?:(?!\\begin\{cases\}).)*?)\n\\end\{cases\}", re.DOTALL
)
BRACES = re.compile(r"\\frac\{|\\sqrt\{|\^\{|\\log_\{")
WORDS = (
    (r"\left\lfloor ", "floor("),
    (r" \right\rfloor", ")"),
    (r"\left\lceil ", "ceil("),
    (r" \right\rceil", ")"),
    (r"\left| ", "abs("),
    (r" \right|", ")"),
    (r"\left(", "("),
    (r"\right)", ")"),
    (r"\cdot", "*"),
    (r"\times", "*"),
    (r"\;\mathrm{mod}\;", "%"),
    (r"\;\mathrm{and}\;", "and"),
    (r"\mathrm{otherwise}", "True"),
    (r"2 \pi", "2 * pi"),
    (r"\pi", "pi"),
    (r"\sin", "sin"),
    (r"\cos", "cos"),
    (r"\tanh", "tanh"),
    (r"\ln", "log"),
    (r"\min", "min"),
    (r"\max", "max"),
    (r"\infty", "inf"),
    (r"\leq ", "<= "),
    (r"\geq ", ">= "),
)


def _python(text: str) -> str:
    """Our LaTeX as a Python expression; a syntax error if it is anything else."""
    choices: list[str] = []
    while match := INNERMOST.search(text):
        rows = [row.split(" & ") for row in match[1].split(" \\\\\n")]
        tests = "".join(f"({_python(value)}) if {_python(when)} else " for value, when in rows)
        choices.append(f"({tests}no_row_applies())")
        text = f"{text[: match.start()]}CHOICE{len(choices) - 1}_{text[match.end() :]}"
    while match := BRACES.search(text):
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
    for old, new in WORDS:
        text = text.replace(old, new)
    assert "\\" not in text, text
    return re.sub(r"CHOICE(\d+)_", lambda choice: choices[int(choice[1])], text)


def _log_of(base: float) -> Callable[[float], float]:
    # An exact power must not fall below its whole exponent.
    return lambda x: round(math.log(x, base), 12)


def _no_row_applies() -> float:
    raise AssertionError("no row applies")


FUNCTIONS = {
    **{
        name: getattr(math, name)
        for name in ("floor", "ceil", "sin", "cos", "tanh", "log", "sqrt", "pi", "e", "inf")
    },
    "abs": abs,
    "min": min,
    "max": max,
    "log_of": _log_of,
    "no_row_applies": _no_row_applies,
}


def _reader(formula: str) -> Callable[[int], float]:
    """The formula as a function of t. Its definitions hold where they are asked for, no further."""
    whole, *definitions = formula.replace("'", "_").split(", \\quad ")
    prefix = r"\eta(t) = "
    assert whole.startswith(prefix)
    meanings = [definition.split(" = ", 1) for definition in definitions]
    assert all(re.fullmatch("[iuvw]_*", name) for name, _ in meanings)
    assert len({name for name, _ in meanings}) == len(meanings)
    python = _python(whole.removeprefix(prefix))
    for name, text in reversed(meanings):
        python = re.sub(rf"\b{name}\b", lambda _, text=text: f"({_python(text)})", python)
    code = compile(python, formula, "eval")
    return lambda t: float(eval(code, {**FUNCTIONS, "t": t}))


@pytest.mark.parametrize("schedule", SCHEDULES_WITH_FORMULAS, ids=repr)
def test_the_formula_has_the_values_of_the_schedule(schedule: lrs.Schedule) -> None:
    read = _reader(schedule.latex())
    values = schedule(np.arange(130))
    peak = abs(values[np.isfinite(values)]).max()
    for t, value in enumerate(values.tolist()):
        if math.isfinite(value):
            # The textbook's form loses digits near zero: compare on the scale of the whole.
            assert read(t) == pytest.approx(value, rel=1e-11, abs=1e-13 * peak)


def test_every_public_schedule_is_among_them() -> None:
    public = {
        value
        for value in (getattr(lrs, name) for name in lrs.__all__)
        if inspect.isclass(value) and issubclass(value, lrs.Schedule) and value is not lrs.Schedule
    }
    assert public <= {type(schedule) for schedule in SCHEDULES_WITH_FORMULAS}


def test_a_formula_for_a_paper() -> None:
    schedule = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000, end=0.1))
    assert schedule.latex(symbol=r"\lambda").splitlines() == [
        r"\lambda(t) = \begin{cases}",
        r"  0.0003 \cdot \frac{t}{2000} & 0 \leq t < 2000 \\",
        r"  0.0003 \cdot \left(0.1 + 0.9 \cdot \frac{1 + \cos\left(\pi \cdot "
        r"\frac{t - 2000}{98000}\right)}{2}\right) & 2000 \leq t < 100000 \\",
        r"  3 \times 10^{-5} & t \geq 100000",
        r"\end{cases}",
    ]
    assert lrs.Noam(512, 4000).latex() == (
        r"\eta(t) = 512^{-0.5} \cdot \frac{\min\left(t, 4000\right)}{4000} "
        r"\cdot \left(\max\left(t, 4000\right)\right)^{-0.5}"
    )


@pytest.mark.parametrize(
    ("schedule", "formula"),
    [
        (lrs.PowerDecay(100, power=0.5), r"1 - \sqrt{\frac{t}{100}} & 0 \leq t < 100 \\"),
        (lrs.RexDecay(4), r"\frac{1 - \frac{t}{4}}{1 - 0.5 \cdot \frac{t}{4}} & 0 \leq t < 4 \\"),
        (
            lrs.TanhDecay(10),
            r"\frac{1 - \tanh\left(-7 + 10 \cdot \frac{t}{10}\right)}{2} & 0 \leq t < 10 \\",
        ),
        (lrs.SaturatingWarmup(9, start=0.5), r"\eta(t) = 1 - 0.5 \cdot e^{-\frac{t}{9}}"),
        (lrs.GeometricDecay(3, end=0.3), r"0.3^{\frac{t}{3}} & 0 \leq t < 3 \\"),
        (
            lrs.Cycle(lrs.LinearDecay(4), stretch=2, gain=0.5),
            r"\eta(t) = 0.5^{i} \cdot \left(1 - \frac{u}{4}\right), \quad "
            r"i = \left\lfloor \log_{2}\left(1 + \frac{t}{4}\right) \right\rfloor, \quad "
            r"u = \frac{t - 4 \cdot \left(2^{i} - 1\right)}{2^{i}}",
        ),
        (
            lrs.Cycle(lrs.CosineDecay(8), mirror=True),
            r"\eta(t) = \frac{1 + \cos\left(\pi \cdot \frac{\min\left(u, 16 - u\right)}{8}"
            r"\right)}{2}, \quad u = t \;\mathrm{mod}\; 16",
        ),
        (
            lrs.Warp(lrs.LinearDecay(4), lrs.PolynomialWarmup(4, power=2, end=4)),
            r"1 - \frac{u}{4} & 0 \leq t < 4 \;\mathrm{and}\; 0 \leq u < 4 \\",
        ),
        (lrs.Constant(5) + lrs.LinearDecay(0), r"\eta(t) = 5"),
    ],
    ids=str,
)
def test_it_reads_as_the_textbook_has_it(schedule: lrs.Schedule, formula: str) -> None:
    assert formula in [line.strip() for line in schedule.latex().splitlines()]


def _set_in_type(formula: str) -> None:
    """By matplotlib, which has no cases: their rows one by one."""
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for line in re.sub(r"\\(begin|end)\{cases\}", "", formula).splitlines():
        text = line.replace("&", r"\quad").removesuffix(r"\\").strip()
        if text:
            parser.parse(f"${text}$")


@pytest.mark.frameworks
@pytest.mark.parametrize("schedule", [*SCHEDULES_WITH_FORMULAS, Stubborn("a_b^c")], ids=repr)
def test_it_can_be_set_in_type(schedule: lrs.Schedule) -> None:
    _set_in_type(schedule.latex())


@pytest.mark.frameworks
@settings(max_examples=100, deadline=None)
@given(SCHEDULES)
def test_any_schedule_can_be_set_in_type(schedule: lrs.Schedule) -> None:
    _set_in_type(schedule.latex())


@settings(max_examples=150, deadline=None)
@given(SCHEDULES)
def test_any_schedule_has_a_formula(schedule: lrs.Schedule) -> None:
    formula = schedule.latex()
    assert formula.count("{") == formula.count("}")
    assert formula.count(r"\left") == formula.count(r"\right")
    assert formula.count(r"\begin") == formula.count(r"\end")


def test_a_users_class_has_its_formula() -> None:
    assert (0.5 * Tower(0.5, growth=1.1)).latex() == r"\eta(t) = 0.5 \cdot 0.5^{1.1^{t}}"


def test_what_cannot_be_written_appears_by_name() -> None:
    named = r"\mathrm{Stubborn}\left(t - 3; \mathrm{how='\%\_'}\right)"
    schedule = lrs.Sequence(lrs.LinearWarmup(3), 0.5 * Stubborn("%_"))
    assert schedule.latex().splitlines() == [
        r"\eta(t) = \begin{cases}",
        r"  \frac{t}{3} & 0 \leq t < 3 \\",
        rf"  0.5 \cdot {named} & t \geq 3",
        r"\end{cases}",
    ]


def test_what_is_shared_is_written_once() -> None:
    """Each cycle uses the step of the one around it twice: twenty would be a million copies."""
    schedule: lrs.Schedule = lrs.RexDecay(3)
    for _ in range(20):
        schedule = lrs.Cycle(lrs.Take(schedule, 3), mirror=True)
    assert len(schedule.latex()) < 10_000
