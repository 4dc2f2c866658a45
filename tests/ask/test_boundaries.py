"""Boundaries, held against a look at the piece that each single step is in."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.ask.boundaries import START, Mark, last_marks, marks

FAR = 60


def piece(s: lrs.Schedule, t: Fraction) -> Hashable:
    """Which phase, cycle or stair a real step is in, by the definition of each class."""
    if not s.varies:
        return "level"
    match s:
        case lrs.Sequence():
            i = max(i for i, offset in enumerate(s.offsets) if offset <= t)
            return i, piece(s.phases[i], t - s.offsets[i])
        case lrs.Product(factors=members) | lrs.Sum(terms=members):
            return tuple(piece(member, t) for member in members)
        case lrs.Take():
            return t >= s.steps or (piece(s.schedule, t),)
        case lrs.Shift():
            return t < -s.offset or (piece(s.schedule, max(Fraction(0), t + s.offset)),)
        case lrs.Stretch():
            factor, inverse = Fraction(s.factor), round(1 / s.factor)
            if inverse and 1 / inverse == s.factor:
                return piece(s.schedule, t * inverse)
            if factor.denominator <= 1024:
                return piece(s.schedule, t / factor)
            over = s.steps is not None and t >= s.steps  # perhaps one digit before the inner end
            return over or (piece(s.schedule, Fraction(float(t) / s.factor)),)
        case lrs.Staircase():
            stair = t // s.every
            return stair if s.steps is None else min(stair, s.steps // s.every)
        case lrs.Quantize():
            return s(float(t)), piece(s.schedule, t)
        case lrs.Clip():
            return piece(s.schedule, t)
        case lrs.Warp():
            seen = Fraction(min(max(0.0, s.clock(float(t))), 2.0**128))
            return piece(s.clock, t), piece(s.schedule, seen)
        case lrs.Cycle():
            return cycle_and_piece(s, t)
        case lrs.StepDecay():
            return t // s.every
        case lrs.MultiStepDecay():
            return sum(milestone <= t for milestone in s.milestones)
        case lrs.PiecewiseConstant():
            return sum(boundary <= t for boundary in s.boundaries)
        case lrs.PiecewiseLinear():
            return sum(knot <= t for knot in s.knots)
        case lrs.Noam():
            return t >= s.warmup_steps
    return s.steps is not None and t >= s.steps


def cycle_and_piece(s: lrs.Cycle, t: Fraction) -> Hashable:
    i, begin, factor = 0, Fraction(0), Fraction(1)
    assert s.schedule.steps is not None
    length = Fraction(s.schedule.steps)
    ways = 2 if s.mirror else 1

    def half() -> Fraction:
        return s.lead + (length - s.lead) * factor

    while i != s.count and math.ceil(begin + ways * half()) <= t:
        begin += ways * half()
        factor *= Fraction(Decimal(repr(s.stretch)))
        i += 1
    if i == s.count:
        return "over"
    u = t - begin
    back = s.mirror and u >= half()
    u = 2 * half() - u if back else u
    u = u if u < s.lead else s.lead + (u - s.lead) / factor
    # At its very end, the schedule within a cycle has not ended: it turns, or begins anew.
    return i, back, piece(s.schedule, min(max(u, Fraction(0)), length - Fraction(1, 10**12)))


def looked_at(s: lrs.Schedule, far: int) -> tuple[int, ...]:
    pieces = [piece(s, Fraction(step)) for step in range(far + 1)]
    found = {step for step in range(1, far + 1) if pieces[step] != pieces[step - 1]}
    if s.steps and s.steps <= far:
        found.add(s.steps)
    return tuple(sorted(found))


LENGTHS = st.integers(0, 12)
SOME = st.integers(1, 9)
STEPS = st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=4).map(sorted)
SHAPES: st.SearchStrategy[Any] = st.one_of(
    st.builds(lrs.LinearWarmup, LENGTHS),
    st.builds(lrs.CosineDecay, LENGTHS),
    st.builds(lrs.Constant, st.just(1.0), LENGTHS | st.none()),
    st.builds(lrs.ConstantWarmup, LENGTHS, start=st.just(0.5)),
    st.just(lrs.InverseSqrtDecay(9)),
    st.builds(lrs.StepDecay, SOME),
    st.builds(lrs.MultiStepDecay, STEPS),
    st.builds(lrs.Noam, st.just(4), SOME),
    STEPS.map(lambda at: lrs.PiecewiseConstant(at, range(len(at) + 1))),
    STEPS.map(lambda at: lrs.PiecewiseLinear(at, range(len(at)))),
)
CLOCKS = st.one_of(
    st.builds(lrs.LinearWarmup, SOME, end=st.integers(0, 40)),
    st.builds(lrs.LinearDecay, SOME, start=st.integers(0, 40)),
    st.builds(lrs.LinearWarmup, st.integers(10, 50), end=st.integers(0, 9)),
    st.builds(
        lrs.Cycle,
        st.builds(lrs.LinearWarmup, SOME, end=st.integers(0, 40)),
        mirror=st.just(True),  # forth and back between two whole steps is not seen
        gain=st.just(0.5) | st.just(1.0),
    ),
    st.builds(lrs.StepDecay, SOME, gamma=st.just(2.0)),
)


def sequence(phases: list[lrs.Schedule]) -> lrs.Schedule:
    *first, last = phases
    return lrs.Sequence(*(p if p.steps is not None else lrs.Take(p, 7) for p in first), last)


def cycle(schedule: lrs.Schedule, *rest: Any, lead: int) -> lrs.Schedule:
    inner = schedule if schedule.steps else lrs.Take(schedule, 5)
    return lrs.Cycle(inner, *rest, lead=lead if lead < (inner.steps or 0) else 0)


def shrinking(schedule: lrs.Schedule, mirror: bool, stretch: float, lead: int) -> lrs.Schedule:
    return lrs.Cycle(lrs.Take(schedule, 9), mirror, stretch, count=3, lead=lead)


def combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(sequence),
        several.map(lambda members: lrs.Product(0.5, *members)),
        several.map(lambda members: lrs.Sum(0.5, *members)),
        st.builds(lrs.Take, inner, st.integers(0, 25)),
        st.builds(lrs.Shift, inner, st.integers(-9, 9)),
        st.builds(lrs.Stretch, inner, st.sampled_from([1, 2, 5, 0.5, 2.5, 0.75, 1 / 3, 1 / 7])),
        st.builds(
            cycle,
            inner,
            st.booleans(),
            st.sampled_from([1, 1, 2, 3, 1.5, 1.25]),
            st.just(0.5),
            SOME | st.none(),
            lead=st.sampled_from([0, 0, 1, 3]),
        ),
        st.builds(
            shrinking, inner, st.booleans(), st.sampled_from([0.5, 0.75]), st.sampled_from([0, 2])
        ),
        st.builds(lrs.Staircase, inner, SOME),
        st.builds(lrs.Quantize, inner, st.sampled_from([1, 0.25, 7])),
        st.builds(lrs.Clip, inner, lower=st.just(0.25)),
    )


PLAIN = st.recursive(SHAPES, combined, max_leaves=4)
TREES = st.recursive(SHAPES | st.builds(lrs.Warp, PLAIN, CLOCKS), combined, max_leaves=5)


@settings(max_examples=1000, deadline=None)
@given(TREES)
def test_boundaries_are_where_a_look_at_each_step_finds_another_piece(s: lrs.Schedule) -> None:
    assert lrs.boundaries(s, FAR) == looked_at(s, FAR)
    if s.steps is not None and s.steps <= FAR:
        assert lrs.boundaries(s) == lrs.boundaries(s, FAR)


@settings(max_examples=200, deadline=None)
@given(TREES, st.sampled_from([1.1, 0.7, 1.3, 2.2, 3.3, math.pi]))
def test_boundaries_on_a_clock_that_is_rounded(s: lrs.Schedule, factor: float) -> None:
    stretched = lrs.Stretch(s, factor)
    assert lrs.boundaries(stretched, FAR) == looked_at(stretched, FAR)


@settings(max_examples=300, deadline=None)
@given(TREES, st.integers(0, FAR - 1), st.integers(1, 20))
def test_marks_from_any_step_on_and_back(s: lrs.Schedule, step: int, many: int) -> None:
    def until(end: Mark, after: Mark = START) -> list[Mark]:
        found = []
        for mark in marks(s, after):
            if not mark < end:
                break
            found.append(mark)
        return found

    def seen(several: list[Mark]) -> list[int]:
        return [mark.step for mark in several]  # a clock's rounding may move a mark by a digit

    every = until(Mark(FAR))
    assert every == sorted(set(every))
    for after in (Mark(step), Mark(step, True)):
        assert seen(until(Mark(FAR), after)) == seen([mark for mark in every if after < mark])
        before = [mark for mark in every if mark < after]
        last = last_marks(s, after, many)
        assert seen(last) == seen(before[len(before) - len(last) :])
        assert len(last) <= many
        assert bool(last) is bool(before)


def test_boundaries_through_every_combinator() -> None:
    two = lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(6))
    for schedule, expected in [
        (two, (4, 10)),
        (0.1 * two + 1e-5, (4, 10)),
        (lrs.Clip(two, upper=0.5), (4, 10)),
        (lrs.Take(two, 7), (4, 7)),
        (lrs.Shift(two, 3), (1, 7)),
        (lrs.Shift(two, -3), (3, 7, 13)),
        (lrs.Stretch(two, 2.5), (10, 25)),
        (lrs.Staircase(two, 3), (3, 6, 9, 12)),
        (lrs.Warp(two, lrs.LinearWarmup(5, end=10)), (2, 5)),
        (lrs.Warp(two, lrs.LinearDecay(5, start=10)), (1, 4, 5)),
        (lrs.Warp(two, lrs.Cycle(lrs.LinearWarmup(5, end=10), count=2)), (2, 5, 7, 10)),
        (lrs.Cycle(two, count=2), (4, 10, 14, 20)),
        (lrs.Cycle(two, stretch=2, count=2), (4, 10, 18, 30)),
        # On the way back the decay still answers at its first step, which is 16.
        (lrs.Cycle(two, mirror=True, count=1), (4, 10, 17, 20)),
        (two * lrs.StepDecay(9), None),
        (lrs.LinearWarmup(0), ()),
    ]:
        if expected is None:
            assert lrs.boundaries(schedule, 27) == (4, 9, 10, 18, 27)
        else:
            assert lrs.boundaries(schedule) == expected


def test_a_piece_of_a_clock_that_begins_between_two_steps() -> None:
    """It is there for every step that rounds to its first float: 20 / 9 is one, at step 40."""
    clock = lrs.Cycle(lrs.LinearWarmup(1, end=9), mirror=True, gain=0.5)
    schedule = lrs.Cycle(lrs.Take(lrs.Warp(lrs.LinearWarmup(1), clock), 5), stretch=3)
    assert schedule(39) < schedule(40) == 1.0
    assert 40 in lrs.boundaries(schedule, FAR)
    assert lrs.boundaries(schedule, FAR) == looked_at(schedule, FAR)


@dataclass(frozen=True)
class Bend(lrs.Schedule):
    """A user's own: it turns, and its end comes after."""

    at: int
    steps: int

    @property
    def turns(self) -> tuple[int, ...]:
        return (self.at,)

    def formula(self, t: Any, xp: Any) -> Any:
        return abs(t - self.at)


def test_boundaries_of_a_users_class_are_its_turns_and_its_end() -> None:
    assert lrs.boundaries(lrs.Sequence(Bend(3, steps=8), Bend(2, steps=5))) == (3, 8, 10, 13)


def test_boundaries_far_out_and_without_an_end() -> None:
    begin = time.process_time()
    one = lrs.Cycle(lrs.LinearDecay(1))
    assert lrs.boundaries(lrs.Shift(lrs.Cycle(lrs.CosineDecay(7)), 7 * 10**12 + 2), 20) == (
        5,
        12,
        19,
    )
    assert lrs.boundaries(lrs.Staircase(one, 10**9), 3 * 10**9) == (10**9, 2 * 10**9, 3 * 10**9)
    assert lrs.boundaries(lrs.Stretch(one, 1e-9), 4) == (1, 2, 3, 4)
    assert lrs.boundaries(lrs.Warp(one, lrs.LinearWarmup(3, end=1e9))) == (1, 2, 3)
    inner = lrs.Cycle(lrs.LinearDecay(1), count=10**12)
    back = lrs.Shift(lrs.Cycle(inner, mirror=True), 10**12 - 2)
    assert lrs.boundaries(back, 5) == (1, 2, 4, 5)  # it turns at 2, and is back at 10**12 - 1
    for endless in (one, lrs.StepDecay(1), lrs.Cycle(one.schedule, mirror=True)):
        with pytest.raises(ValueError, match=r"^boundaries: .* has more than 100000 boundaries in"):
            lrs.boundaries(endless, 10**12)
    assert time.process_time() - begin < 60


def test_arguments_of_boundaries() -> None:
    rule = r"^boundaries: total_steps must be given for an endless schedule, got None$"
    with pytest.raises(ValueError, match=rule):
        lrs.boundaries(lrs.Noam(512, 4000))
    with pytest.raises(TypeError, match=r"^boundaries: schedule must be a schedule, got 3$"):
        lrs.boundaries(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^boundaries: total_steps must be .*, got -1$"):
        lrs.boundaries(lrs.LinearDecay(3), -1)
    assert lrs.boundaries(lrs.LinearDecay(3), 0) == ()


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, st.sampled_from([0, 1, 1000, 10**12]))
def test_any_schedule_is_answered(s: lrs.Schedule, total_steps: int) -> None:
    begin = time.process_time()
    lrs.check(s, total_steps)
    str(lrs.describe(s, total_steps))
    with contextlib.suppress(ValueError):  # more than can be listed
        found = lrs.boundaries(s, total_steps)
        assert list(found) == sorted(set(found))
        assert all(0 < step <= total_steps for step in found)
    assert time.process_time() - begin < 60
