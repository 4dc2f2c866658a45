"""Clocks of samples, held against a loop over the updates and against whole numbers far out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lrsched as lrs

Per = Literal["update", "sample"]
PER: tuple[Per, ...] = ("update", "sample")
UPDATES = 120


def counted(batch: lrs.Schedule, updates: int, per: Per) -> list[int]:
    """The samples seen before each update, added up one update after another."""
    seen = [0]
    for k in range(updates):
        size = batch(k if per == "update" else seen[-1])
        assert abs(size - round(size)) < 1e-9
        seen.append(seen[-1] + round(size))
    return seen


SIZE = st.integers(1, 40)
SOME = st.integers(1, 9)
STEPS = st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=4).map(sorted)
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.builds(lrs.Constant, SIZE, st.integers(0, 12) | st.none()),
    st.builds(lrs.MultiStepDecay, STEPS, gamma=st.just(2.0), start=SIZE),
    st.builds(lrs.MultiStepDecay, STEPS, gamma=st.just(0.1), start=st.just(30_000)),
    st.builds(lambda every: lrs.Take(lrs.StepDecay(every, gamma=2.0), 4 * every), SOME),
    st.builds(lambda every: lrs.Clip(lrs.StepDecay(every, gamma=2.0), upper=64), SOME),
    st.builds(lambda n: lrs.Staircase(lrs.LinearWarmup(n, start=10, end=10 + 6 * n), 1), SOME),
    st.builds(lrs.ConstantWarmup, SOME, start=SIZE, end=SIZE),
    STEPS.flatmap(
        lambda at: st.lists(SIZE, min_size=len(at) + 1, max_size=len(at) + 1).map(
            lambda values: lrs.PiecewiseConstant(at, values)
        )
    ),
)


def finite(schedule: lrs.Schedule) -> lrs.Schedule:
    return schedule if schedule.steps else lrs.Take(schedule, 7)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda phases: lrs.Sequence(*map(finite, phases[:-1]), phases[-1])),
        several.map(lambda factors: lrs.Product(2, *factors[:2])),
        several.map(lambda terms: lrs.Sum(5, *terms)),
        st.builds(lrs.Take, inner, st.integers(0, 40)),
        st.builds(lrs.Shift, inner, st.integers(-9, 9)),
        st.builds(lrs.Stretch, inner, st.sampled_from([3, 0.5, 2.5, 1 / 3, 1.1])),
        st.builds(lrs.Staircase, inner, SOME),
        st.builds(
            lambda s, mirror, stretch, count: lrs.Cycle(finite(s), mirror, stretch, count=count),
            inner,
            st.booleans(),
            st.sampled_from([1, 2, 1.5]),
            st.integers(1, 3),
        ),
        st.builds(lrs.Clip, inner, lower=st.just(16), upper=st.just(100)),
        st.builds(lrs.Warp, inner, st.builds(lrs.LinearWarmup, SOME, end=st.integers(0, 40))),
    )


SIZES = st.recursive(LEAVES, combined, max_leaves=4)


@settings(max_examples=400, deadline=None)
@given(SIZES, st.sampled_from(PER))
def test_a_clock_is_what_a_loop_counts(batch: lrs.Schedule, per: Per) -> None:
    clock = lrs.samples_clock(batch, per)
    seen = counted(batch, UPDATES, per)
    assert clock(np.arange(UPDATES + 1)).tolist() == seen
    assert [clock(k) for k in range(UPDATES + 1)] == seen
    assert clock.steps is None
    assert lrs.parse(repr(clock)) == clock


@settings(max_examples=100, deadline=None)
@given(SIZES, st.sampled_from(PER), st.integers(1, 2000))
def test_how_many_updates_so_many_samples_take(batch: lrs.Schedule, per: Per, n: int) -> None:
    total = lrs.first_above(lrs.samples_clock(batch, per), n - 1)
    seen = counted(batch, n, per)  # an update has a sample at least
    assert total == next(k for k, samples in enumerate(seen) if samples >= n)


def ramp(start: int, increment: int, samples: int, batch: int) -> lrs.PiecewiseConstant:
    """`--rampup-batch-size start increment samples` with that global batch size."""
    many = (batch - start) // increment
    at = [-(-samples * i // many) for i in range(1, many + 1)]
    return lrs.PiecewiseConstant(at, range(start, batch + 1, increment))


def test_tokens_by_the_million_million() -> None:
    """Ramps that no loop gets to the end of, and whole numbers up to 2**53."""
    begin = time.process_time()
    rng = random.Random(0)
    for batch, per in [
        (ramp(2**19, 2**19, 10**12, 2**24), "sample"),
        (ramp(3, 7, 10**12 + 1, 3 + 7 * 99), "sample"),
        (ramp(3, 7, 10**12 + 1, 3 + 7 * 99), "update"),
    ]:
        clock = lrs.samples_clock(batch, per)
        lines = [(0, 0, round(batch.values[0]))]
        for at, size in zip(batch.boundaries, batch.values[1:], strict=True):
            update, seen, before = lines[-1]
            ahead = at - (update if per == "update" else seen)
            updates = ahead if per == "update" else -(-ahead // before)
            lines.append((update + updates, seen + updates * before, round(size)))
        for i, (update, seen, size) in enumerate(lines):
            last = lines[i + 1][0] if i + 1 < len(lines) else update + (2**53 - seen) // size
            steps = [update, last - 1, *(rng.randrange(update, last) for _ in range(20))]
            exact = [seen + (k - update) * size for k in steps]
            assert max(exact) <= 2**53
            assert clock(np.array(steps)).tolist() == exact
            assert [clock(k) for k in steps] == exact
    assert time.process_time() - begin < 60


def test_a_schedule_in_samples_at_the_rate_of_each_update() -> None:
    schedule = lrs.Sequence(lrs.LinearWarmup(1000), lrs.CosineDecay(9000))
    batch = lrs.PiecewiseConstant([500, 2000], [8, 32, 100])
    rates = lrs.Warp(schedule, lrs.samples_clock(batch, per="sample"))
    seen = counted(batch, 200, "sample")
    assert rates(np.arange(201)).tolist() == schedule(seen).tolist()


def test_stairs_without_number_are_not_counted() -> None:
    begin = time.process_time()
    batch = lrs.Staircase(lrs.PiecewiseConstant([10**15], [3, 4]), every=10)
    assert lrs.samples_clock(batch) == lrs.Sequence(
        lrs.Take(lrs.LinearGrowth(3), 10**15), lrs.LinearGrowth(4, start=3 * 10**15)
    )
    assert time.process_time() - begin < 60


def test_one_size_is_one_line() -> None:
    for batch in (
        lrs.Constant(32),
        lrs.Constant(32, steps=9),
        lrs.PiecewiseConstant([5], [32, 32]),
        lrs.Cycle(lrs.Constant(32, steps=9)),
        lrs.StepDecay(9, gamma=1, start=32),
    ):
        assert lrs.samples_clock(batch) == lrs.LinearGrowth(32)


def test_a_size_that_no_update_begins_with() -> None:
    """The update that begins with 0 samples passes all of the second piece."""
    batch = lrs.PiecewiseConstant([10, 20], [32, 64, 128])
    assert lrs.samples_clock(batch, per="sample") == lrs.Sequence(
        lrs.Take(lrs.LinearGrowth(32), 1), lrs.LinearGrowth(128, start=32)
    )


@dataclass(frozen=True)
class Doubled(lrs.Schedule):
    """A user's own: it only rises, and where is not said."""

    at: int
    steps = None
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.where(t < self.at, 32, 64)


@dataclass(frozen=True)
class Untold(lrs.Schedule):
    """The same of which nothing is known."""

    at: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.where(t < self.at, 32, 64)


def test_a_users_own_sizes() -> None:
    expected = lrs.Sequence(
        lrs.Take(lrs.LinearGrowth(32), 10**9), lrs.LinearGrowth(64, start=32 * 10**9)
    )
    assert lrs.samples_clock(Doubled(10**9)) == expected
    assert lrs.samples_clock(lrs.Take(Untold(100), 1000)) == lrs.samples_clock(Doubled(100))
    with pytest.raises(ValueError, match=r"^samples_clock: no answer for Untold\(100\) in 100"):
        lrs.samples_clock(Untold(100))


# What is refused: test_bad_input has a row for each reason. Here, wherever in a tree it is.


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda s: s,
        lambda s: lrs.Sequence(lrs.Constant(8, steps=5), s),
        lambda s: lrs.Shift(s, -5),
        lambda s: 2 * s,
        lambda s: lrs.Take(s, 30) + 4,
    ],
)
def test_sizes_that_are_no_whole_numbers_or_no_pieces(
    wrapped: Callable[[lrs.Schedule], lrs.Schedule], per: Per
) -> None:
    for batch, reason in [
        (lrs.LinearWarmup(20, start=8, end=28), "batch must be constant by pieces, not sloping"),
        (lrs.CosineDecay(20, start=28, end=8), "batch must be constant by pieces, not sloping"),
        (lrs.Constant(8.25), "batch must be a positive integer at"),
        (lrs.Constant(-8), "batch must be a positive integer at"),
        (lrs.PiecewiseConstant([12], [8, 9.7]), "batch must be a positive integer at"),
    ]:
        with pytest.raises(ValueError, match=f"^samples_clock: {reason} .*, got .*[^.]$") as caught:
            lrs.samples_clock(wrapped(batch), per)
        assert "\n" not in str(caught.value)
