"""What reading costs, counted: texts made at random, of all that the readers know, and too much."""

from __future__ import annotations

import random
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from calls import told

import lrsched as lrs

NUMBERS = ["0.5", "1e-3", "1e300", "5e-324", "-1", "2", "1e999", "9" * 400]
COUNTS = ["0", "1", "3", "7", "100", "12345", "1e5", "1" + "0" * 37, str(2**127), str(2**127 + 1)]
FACTORS = ["1", "1", "2", "1.001", "1.0001", "3.5", "1e9", "99"]
# {c} is a count, {n} a number, {f} a factor, {s} a schedule, {m} a long list of milestones.
FORMS = [
    "LinearDecay({c})", "CosineDecay({c}, end={n})", "StepDecay({c}, gamma={n})", "Constant({n})",
    "Noam({c}, {c})", "MultiStepDecay({m})", "PiecewiseConstant([], [{n}])", "{n} * {s}",
    "{s} - {s}", "-{s}", "{s} / {s}", "{n} / {s}", "{s} ** {n}", "{n} ** {n} * {s}", "({s}) ** {n}",
    "Sequence({s}, {s})", "Sequence(Take({s}, {c}), {s})", "Take({s}, {c})", "{s} + {s}",
    "Shift({s}, {c})", "Stretch({s}, {f})", "Staircase({s}, {c})", "Warp({s}, {s})", "({s})",
    "Clip({s}, lower={n})", "Cycle({s}, stretch={f}, gain={f}, count={c})", "{s} * {s} * {s}",
    "Cycle({s}, mirror=True, stretch={f})", "Cycle(Take({s}, {c}), stretch={f})",
    "cosine_restarts({n}, {c}, every={c}, warmup_steps=0, stretch={f})",
    "warmup_cosine({n}, {c}, warmup_steps={c})", "triangular({n}, {n}, {c}, every={c})",
    "warmup_multistep({n}, {c}, milestones={m}, warmup_steps={c})",
    "warmup_stable_decay({n}, {c}, warmup_steps={c}, decay_steps={c})",
    "tri_stage({n}, {c}, warmup_steps={c}, decay_fraction={n})",
    "wsd_s({n}, {c}, milestones={m}, decay_steps={c}, warmup_steps={c}, end={n})",
    "power_scheduler({n}, {c}, batch={c}, tokens={c}, warmup_steps={c}, decay_steps={c}, end={n})",
    "cooldown({s}, at={c}, decay={s})", "Product({w})", "Sequence({w})", "LinearDecay({s})",
]  # fmt: skip


def text_of(draw: random.Random, depth: int) -> str:
    """A text that is a schedule, or nearly one; with counts and factors of any size."""
    if depth > 1 and draw.random() < 0.1:  # one thing around itself, again and again
        call, rest = draw.choice(
            [("Cycle", ", count=1"), ("Clip", ", lower=0"), ("Shift", ", 1"), ("Take", ", 9"),
             ("Cycle", ", mirror=True, count=2"), ("Stretch", ", 2"), ("Staircase", ", 3")]
        )  # fmt: skip
        times = draw.choice([5, 95])
        return f"{call}(" * times + text_of(draw, 1) + f"{rest})" * times
    made = {
        "c": lambda: draw.choice(COUNTS),
        "n": lambda: draw.choice(NUMBERS),
        "f": lambda: draw.choice(FACTORS),
        "s": lambda: text_of(draw, depth - 1),
        "m": lambda: str(list(range(1, draw.choice([1, 3, 300])))),
        "w": lambda: ", ".join([text_of(draw, 0)] * draw.choice([1, 3, 40])),
    }
    forms = (
        FORMS if depth > 0 else [form for form in FORMS if "{s}" not in form and "{w}" not in form]
    )
    return re.sub(r"\{(\w)\}", lambda found: made[found[1]](), draw.choice(forms))


class TooMuchError(BaseException):
    """More calls than a text of its length may cost: no `except Exception` stops it."""


def counted(work: Callable[[], Any], most: int) -> int:
    """How many calls some work makes, of Python and of C, the same on any machine."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls > most:
                raise TooMuchError

    told(work, count)
    return calls


def read_and_written(read: Callable[[str], lrs.Schedule], text: str) -> lrs.Schedule | None:
    try:
        schedule = read(text)
    except ValueError as error:
        message = str(error)
    else:
        repr(schedule)
        return schedule
    assert message.startswith(f"{read.__name__}: ")
    assert len(message) < 400
    return None


@pytest.mark.parametrize("seed", range(300))
def test_work_and_memory_are_in_proportion_to_the_text(seed: int) -> None:
    """A hundred calls a character at most: the costliest of three thousand took twenty-three."""
    text = text_of(random.Random(seed), 4)
    found: list[lrs.Schedule | None] = []
    lrs.parse("LinearDecay(1)")  # what is found once for each class
    tracemalloc.start()
    try:
        counted(lambda: found.append(read_and_written(lrs.parse, text)), 50_000 + 100 * len(text))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2e6 + 1_000 * len(text)
    if found[0] is not None:
        data = lrs.to_json(found[0])
        counted(lambda: read_and_written(lrs.from_json, data), 50_000 + 100 * len(data))


def test_the_texts_are_read_and_refused() -> None:
    """Neither all of the one nor all of the other."""
    texts = [text_of(random.Random(seed), 4) for seed in range(300)]
    read = sum(read_and_written(lrs.parse, text) is not None for text in texts)
    assert 60 < read < 240


def test_work_without_an_end_is_seen() -> None:
    """The measure itself can fail."""
    with pytest.raises(TooMuchError):
        counted(lambda: [len(str(i)) for i in range(10**9)], 1_000)
