"""Operators between schedules and numbers: spelled as Python reads them, and never without a
value."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libraries import library_of
from strategies import SCHEDULES

import lrsched as lrs

NAMES = vars(lrs)
a, b = lrs.LinearWarmup(4), lrs.CosineDecay(8, end=0.5)
down = lrs.LinearDecay(2, end=-1.0)  # 1, 0, -1
rises = lrs.ExponentialDecay(1e200)  # 1, 1e200, inf

SPELLED = [
    (a - b, "LinearWarmup(4) - CosineDecay(8, end=0.5)"),
    (1 - a, "1.0 - LinearWarmup(4)"),
    (a - 0.25, "LinearWarmup(4) - 0.25"),
    (a + -0.25, "LinearWarmup(4) - 0.25"),
    (-a, "-LinearWarmup(4)"),
    (+a, "LinearWarmup(4)"),
    (-1 * a, "-LinearWarmup(4)"),
    (a / 4, "LinearWarmup(4) / 4.0"),
    (a / -4, "LinearWarmup(4) / -4.0"),
    (1 / a, "1.0 / LinearWarmup(4)"),
    (-1 / a, "-1.0 / LinearWarmup(4)"),
    (a / b, "LinearWarmup(4) / CosineDecay(8, end=0.5)"),
    (a**0.5, "LinearWarmup(4) ** 0.5"),
    (a**-1, "LinearWarmup(4) ** -1.0"),
    ((-a) ** 2, "(-LinearWarmup(4)) ** 2.0"),
    (-(a**2), "-LinearWarmup(4) ** 2.0"),
    ((a**2) ** 3, "(LinearWarmup(4) ** 2.0) ** 3.0"),
    (a - (b - a), "LinearWarmup(4) - (CosineDecay(8, end=0.5) - LinearWarmup(4))"),
    (a - b - a, "LinearWarmup(4) - CosineDecay(8, end=0.5) - LinearWarmup(4)"),
    (a / (b * a), "LinearWarmup(4) / (CosineDecay(8, end=0.5) * LinearWarmup(4))"),
    (a / b / a, "LinearWarmup(4) / CosineDecay(8, end=0.5) / LinearWarmup(4)"),
    (a / -b, "LinearWarmup(4) / -CosineDecay(8, end=0.5)"),
    ((a - b) * 2, "(LinearWarmup(4) - CosineDecay(8, end=0.5)) * 2.0"),
    (-(0.5 * a), "-(0.5 * LinearWarmup(4))"),
    (-(a * b), "-LinearWarmup(4) * CosineDecay(8, end=0.5)"),
    (a - 0.5 * b, "LinearWarmup(4) - 0.5 * CosineDecay(8, end=0.5)"),
    (a - a * b, "LinearWarmup(4) - LinearWarmup(4) * CosineDecay(8, end=0.5)"),
    (-1 * -a, "-(-1.0 * LinearWarmup(4))"),
    (1 - (1 - a) ** 2, "1.0 - (1.0 - LinearWarmup(4)) ** 2.0"),
    (lrs.Product(-1, 0.5), "Product(-1.0, 0.5)"),
    (lrs.Product(1, lrs.Constant(4) ** -1), "Product(1.0, Constant(4.0) ** -1.0)"),
    (lrs.Product(a, lrs.Constant(0) ** -1), "LinearWarmup(4) / Constant(0.0)"),
    (lrs.Sum(a, lrs.Product(-1, 0.5)), "LinearWarmup(4) + Product(-1.0, 0.5)"),
    (lrs.Sum(1, -0.5, a), "Sum(1.0, -0.5, LinearWarmup(4))"),
]


@pytest.mark.parametrize(("schedule", "text"), SPELLED, ids=lambda value: str(value))
def test_written_back_in_the_same_words(schedule: lrs.Schedule, text: str) -> None:
    assert repr(schedule) == text
    assert eval(text, NAMES) == schedule
    assert lrs.parse(text) == schedule
    assert lrs.from_json(lrs.to_json(schedule)) == schedule


@given(SCHEDULES)
def test_python_and_the_reader_agree(schedule: lrs.Schedule) -> None:
    assert eval(repr(schedule), NAMES) == schedule == lrs.parse(repr(schedule))


@given(st.recursive(
    st.sampled_from(["a", "b", "2", "0.5", "-3", "1e-3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(inner, st.sampled_from(["2", "0.5", "-1", "-2"])).map(" ** ".join),
    ),
    max_leaves=8,
))  # fmt: skip
def test_precedence_is_that_of_python(text: str) -> None:
    """Whatever the signs and parentheses: the same tree, or refused by both."""
    text = f"a + {text}"
    try:
        expected = eval(text, {"a": a, "b": b})
    except (ArithmeticError, ValueError, TypeError):
        expected = None
    spelled = text.replace("a", repr(a)).replace("b", repr(b))
    if isinstance(expected, lrs.Schedule):
        assert lrs.parse(spelled) == expected
    else:
        with pytest.raises(ValueError, match=r"^parse: "):
            lrs.parse(spelled)


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        (1 / down, [1, math.inf, -1]),
        (-2 / down, [-2, -math.inf, 2]),
        (down / down, [1, 0, 1]),
        (a / (0 * b), [0, math.inf, math.inf]),
        (down**-2, [1, math.inf, 1]),
        (down**-3, [1, math.inf, -1]),
        (down**0, [1, 1, 1]),
        (down**0.5, [1, 0, 0]),
        (down**-0.5, [1, math.inf, 0]),
        (down**1.5, [1, 0, 0]),
        (down**3, [1, 0, -1]),
        (down**100, [1, 0, 1]),
        (down**101, [1, 0, -1]),
        (rises - rises, [0, 0, 0]),
        (rises / rises, [1, 1, 0]),
        (1 / rises, [1, 1e-200, 0]),
        (rises**0.5, [1, 1e100, math.inf]),
        (rises**2, [1, math.inf, math.inf]),
        ((-rises) ** 3, [-1, -math.inf, -math.inf]),
        (lrs.Constant(1e200) ** 2, [math.inf] * 3),
        (lrs.Constant(-1e200) ** 3, [-math.inf] * 3),
        (lrs.Constant(-1e-100) ** -3, [-1e300] * 3),
        (1 / (b + lrs.Constant(1e200) ** 2), [0, 0, 0]),
        (rises**-2, [1, 0, 0]),
        (0 * (1 / down), [0, 0, 0]),
    ],
    ids=str,
)
def test_there_is_always_a_value(schedule: lrs.Schedule, values: list[float]) -> None:
    got = [schedule(step) for step in range(3)]
    assert got == pytest.approx(values, rel=1e-14)
    with np.errstate(all="raise"):
        assert schedule(np.arange(3)).tolist() == pytest.approx(values, rel=1e-14)
    made: dict[str, Any] = {}
    exec(schedule.source(), made)
    for step, value in enumerate(values):
        try:
            assert made["schedule"](step) == pytest.approx(value, rel=1e-14)
        except OverflowError:  # of Python's own, beyond floats
            assert math.isinf(value) or value == 0


@pytest.mark.frameworks
@pytest.mark.parametrize("name", ["torch", "jax", "tensorflow", "mlx", "dask", "array-api-strict"])
def test_there_is_a_value_in_any_library(name: str) -> None:
    library = library_of(name)
    steps = np.arange(3)
    for schedule in (1 / down, down / down, down**-2, down**0.5, down**-0.5, down**-3, a / -down):
        assert library(schedule, steps).tolist() == [schedule(t) for t in range(3)], schedule


@pytest.mark.frameworks
def test_what_is_not_chosen_leaves_gradients_alone() -> None:
    import jax

    for schedule in ((1 - a) ** 0.5, 1 / (1 + a), a / b, a**-2):
        slope = jax.grad(lambda t, schedule=schedule: schedule(t))(2.0)
        expected = (schedule(2.0 + 1e-6) - schedule(2.0 - 1e-6)) / 2e-6
        assert float(slope) == pytest.approx(expected, rel=1e-4), schedule
    assert jax.grad(1 / down)(1.0) == 0  # at the pole itself


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100_000 - 2_000", 98_000),
        ("10**5", 100_000),
        ("2 * 3 + 4", 10),
        ("2 + 3 * 4", 14),
        ("2 - 3 - 4 + 10", 5),
        ("100 / 8 * 2", 25),
        ("2**3**2", 512),
        ("-2**2 + 10", 6),
        ("(-2)**2", 4),
        ("--3", 3),
        ("1e3 / 2", 500),
        ("4**-1 * 8", 2),
        ("1**" + "9" * 300, 1),
    ],
)
def test_numbers_are_calculated(text: str, number: int) -> None:
    assert lrs.parse(f"LinearWarmup({text})") == lrs.LinearWarmup(number)
    assert lrs.parse(f"LinearWarmup(3, start={text})") == lrs.LinearWarmup(3, start=number)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9**9**9", "a number must be within the range of floats (column 4)"),
        ("10**" * 90 + "10", "a number must be within the range of floats (column 357)"),
        ("2.0**1e9", "a number must be within the range of floats (column 6)"),
        ("10**308 * 10", "a number must be within the range of floats (column 11)"),
        ("1 / 0", "a number can't be divided by 0 (column 5)"),
        ("0**-1", "a number can't be divided by 0 (column 4)"),
        ("(-1)**0.5", "a number must be real: below 0, an exponent must be whole (column 7)"),
        ("CosineDecay(3) / 0", "a schedule can't be divided by 0 (column 18)"),
        ("2**CosineDecay(3)", "an exponent must be a number, got CosineDecay(3) (column 4)"),
        ("CosineDecay(3)**'2'", "an exponent must be a number, got '2': write it without quotes"),
        ("CosineDecay(3) - None", "operators join schedules and numbers, got None (column 18)"),
        ("-'3'", "operators join schedules and numbers, got '3': write it without quotes"),
        ("-True", "operators join schedules and numbers, got True (column 1)"),
        ("3 -", "expected a schedule or a value, got the end of the text (column 4)"),
        ("3 // 2", "expected a schedule or a value, got '/' (column 4)"),
    ],
)
def test_numbers_that_are_none(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^parse: ") as caught:
        lrs.parse(text)
    assert message in str(caught.value)


def test_a_long_expression_is_read_at_once() -> None:
    for sign in "+-*/":
        text = f" {sign} ".join(["LinearWarmup(3)"] * 5000)
        assert lrs.parse(text) == lrs.parse(repr(lrs.parse(text)))
    deep = "-(" * 90 + "LinearWarmup(3)" + ")" * 90
    assert lrs.parse(deep)(3) == 1


@pytest.mark.parametrize("number", [3, 2.5, np.float32(0.5), np.int64(-2), np.uint8(200)], ids=str)
@pytest.mark.parametrize("sign", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_any_kind_of_number(sign: Callable[[Any, Any], Any], number: Any) -> None:
    value = float(number)
    for step in range(1, 5):
        assert sign(a, number)(step) == pytest.approx(sign(a(step), value), rel=1e-15)
        assert sign(number, a)(step) == pytest.approx(sign(value, a(step)), rel=1e-15)


def test_lengths() -> None:
    assert (a - b).steps == (a / b).steps == 8
    assert (1 - a).steps == (a / 3).steps == (-a).steps == (a**2).steps == 4
    assert (a - lrs.StepDecay(3)).steps is None
    assert (lrs.Constant(2) ** 0.5).varies is False


def test_division_by_no_number() -> None:
    with pytest.raises(ValueError, match=r"^LinearWarmup: a schedule can't be divided by 0$"):
        a / 0
    with pytest.raises(TypeError, match="unsupported operand"):
        a - None  # type: ignore[operator]
    for wrong in (math.nan, math.inf, 10**400):
        with pytest.raises(ValueError, match=r"^(Power|Sum|Constant): .* must be .*finite number"):
            a / wrong


def test_the_sum_of_a_quotient_needs_no_look_at_each_step() -> None:
    assert lrs.area(lrs.LinearDecay(10**15) / 4, 10**15) == pytest.approx(1.25e14)
    assert lrs.area(1 - lrs.LinearDecay(10**15), 10**15) == pytest.approx(5e14)


def test_questions_are_answered_through_operators() -> None:
    long = lrs.LinearDecay(10**12)
    assert lrs.first_below(long**2, 0.25) == 5 * 10**11 + 1
    assert lrs.first_above(1 - long, 0.75) == 75 * 10**10 + 1
    assert lrs.first_above(1 / (long + 1), 0.99) == 989898989899
    assert lrs.first_below(long - 1, -0.5) == 5 * 10**11 + 1
    assert lrs.boundaries(lrs.Sequence(a, b) ** 2 - a / lrs.LinearDecay(20)) == (4, 12, 20)
    assert lrs.boundaries(lrs.Sequence(a, b) ** 2) == (4, 12)


def test_bounds_hold_across_a_pole() -> None:
    """What is asked of a stretch of steps is found wherever it is."""
    for power, steps in itertools.product((-3, -2, -1, -0.5, 0.5, 2, 3), (7, 1000)):
        schedule = lrs.LinearDecay(steps, start=1.0, end=-1.0) ** power
        values = [schedule(t) for t in range(steps + 1)]
        for level in (-2.0, -0.5, 0.0, 0.5, 2.0):
            below = next((t for t, v in enumerate(values) if v < level), None)
            above = next((t for t, v in enumerate(values) if v > level), None)
            assert lrs.first_below(schedule, level) == below
            assert lrs.first_above(schedule, level) == above


def test_sources_are_as_one_writes_them() -> None:
    assert (1 - a).source().splitlines()[2] == "        return 1.0 - t / 4"
    assert (a / 3).source().splitlines()[2] == "        return t / 4 / 3.0"
    assert (1 - a).latex().splitlines()[1] == r"  1 - \frac{t}{4} & 0 \leq t < 4 \\"
    assert (1 / (a + 1)).latex().splitlines()[1] == r"  \frac{1}{1 + \frac{t}{4}} & 0 \leq t < 4 \\"
    assert (lrs.PowerDecay(9, 2) ** 0.5).latex()
