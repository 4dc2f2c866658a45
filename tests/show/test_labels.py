"""Names of curves: each is the schedule's own, and says what the others are not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.show.labels import labels_of


def run(**more: float) -> str:
    words = "".join(f", {name}={value}" for name, value in more.items())
    return f"warmup_cosine(1e-3, 100_000, warmup_steps=2_000{words})"


def steps_of(*lengths: int) -> str:
    return repr(lrs.Sequence(*(lrs.CosineDecay(length) for length in lengths)))


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["CosineDecay(100)"], ["CosineDecay(100)"]),
        (["CosineDecay(9)", "Noam(512, 4000)"], ["CosineDecay(9)", "Noam(512, 4000)"]),
        ([run(end=0.1), run(end=0)], ["warmup_cosine(…, end=0.1)", "warmup_cosine(…, end=0)"]),
        ([run(end=0.1), run()], ["warmup_cosine(…, end=0.1)", "warmup_cosine(…)"]),
        (
            [f"1e-3 * {run()}", f"2e-3 * {run()}", "Noam(512, 4000)"],
            ["0.001 * …", "0.002 * …", "Noam(512, 4000)"],
        ),
        (
            [f"(0.1 + {run(end=1)}) ** 2", f"(0.1 + {run(end=2)}) ** 3"],
            ["(… + warmup_cosine(…, end=1)) ** 2", "(… + warmup_cosine(…, end=2)) ** 3"],
        ),
        (
            [f"PiecewiseConstant([20, 50, {k}, 100], [0.1, 0.2, 0.3, 0.4, 0.5])" for k in (60, 70)],
            ["PiecewiseConstant([…, 60, …], …)", "PiecewiseConstant([…, 70, …], …)"],
        ),
        (
            [steps_of(*range(10, 30), 7), steps_of(*range(10, 30), 8)],
            ["Sequence(…, CosineDecay(7))", "Sequence(…, CosineDecay(8))"],
        ),
        (
            [repr(lrs.warmup_stable_decay(1e-3, 9000, warmup_steps=100, decay_fraction=0.2))],
            ["Sequence(LinearWarmup(…), Constant(…), LinearDecay(…))"],
        ),
        (["a.json", "b.json"], ["a.json", "b.json"]),
        (["?" * 90 + "1", "?" * 90 + "2"], ["…" + "?" * 24 + "1", "…" + "?" * 24 + "2"]),
        ([run(), run()], [run()] * 2),
    ],
)  # fmt: skip
def test_labels(texts: list[str], labels: list[str]) -> None:
    assert labels_of(texts) == labels


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, SCHEDULES, SCHEDULES)
def test_labels_are_short_and_tell_schedules_apart(
    a: lrs.Schedule, b: lrs.Schedule, c: lrs.Schedule
) -> None:
    schedules = (a, b, c)
    labels = labels_of([repr(schedule) for schedule in schedules])
    assert max(map(len, labels)) <= 73
    for (one, named), (two, other) in itertools.combinations(
        zip(schedules, labels, strict=True), 2
    ):
        assert (one == two) == (named == other)
