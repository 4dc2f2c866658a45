"""Random trees of every shape and combinator, against the naive reference."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from reference import length
from rounding import check

import lrsched as lrs

lengths = st.sampled_from([0, 1, 2, 3]) | st.integers(0, 1000)
counts = st.sampled_from([1, 2, 3]) | st.integers(1, 1000)
values = st.sampled_from([0.0, 1.0, -1.0, 0.1, 3e-4]) | st.floats(-10, 10)
nonzero = st.sampled_from([1.0, 0.1, 1e-8]) | st.floats(1e-6, 10)
positive = st.sampled_from([1.0, 0.5, 2.0, 3.0]) | st.floats(0.1, 1000)
powers = st.sampled_from([1.0, 0.5, 2.0, 3.0]) | st.floats(0.05, 20)
gammas = st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0, 1e-300]) | st.floats(0, 1.2)
fractions = st.sampled_from([0.0, 0.5, 0.9]) | st.floats(0, 0.999)
roundings = st.sampled_from(["nearest", "down", "up"])
increasing = st.lists(st.integers(0, 1000), max_size=4, unique=True).map(sorted)


@st.composite
def piecewise(draw, cls, more):
    steps = draw(increasing if more else increasing.filter(bool))
    return cls(steps, [draw(values) for _ in range(len(steps) + more)])


@st.composite
def geometric(draw, cls):
    sign = draw(st.sampled_from([1, -1]))
    return cls(draw(lengths), start=sign * draw(nonzero), end=sign * draw(nonzero))


shapes = st.one_of(
    st.builds(lrs.Constant, values, st.none() | lengths),
    *(
        st.builds(cls, lengths, start=values, end=values)
        for cls in (lrs.LinearWarmup, lrs.LinearDecay, lrs.CosineWarmup, lrs.CosineDecay)
    ),
    *(
        st.builds(cls, lengths, powers, start=values, end=values)
        for cls in (lrs.PolynomialWarmup, lrs.PolynomialDecay, lrs.PowerDecay)
    ),
    st.builds(lrs.LogarithmicWarmup, lengths, values, values),
    st.builds(lrs.LinearGrowth, values, values),
    geometric(lrs.ExponentialWarmup),
    geometric(lrs.GeometricDecay),
    st.builds(lrs.ConstantWarmup, lengths, values, values),
    st.builds(lrs.SaturatingWarmup, positive, values, values),
    st.builds(lrs.RexDecay, lengths, fractions, values, values),
    st.builds(lrs.TanhDecay, lengths, values, values, values, values),
    st.builds(lrs.ExponentialDecay, gammas, counts, values),
    st.builds(lrs.StepDecay, counts, gammas, values),
    st.builds(lrs.MultiStepDecay, increasing, gammas, values),
    st.builds(lrs.InverseTimeDecay, fractions, counts, values),
    st.builds(lrs.InversePowerDecay, positive, powers, values),
    st.builds(lrs.InverseSqrtDecay, positive, values),
    st.builds(lrs.Noam, counts, counts, values),
    piecewise(lrs.PiecewiseConstant, 1),
    piecewise(lrs.PiecewiseLinear, 0),
)


@st.composite
def finite(draw, inner, least=0):
    schedule = draw(inner)
    if schedule.steps is None or schedule.steps < least:
        return lrs.Take(schedule, draw(counts if least else lengths))
    return schedule


@st.composite
def sequences(draw, inner):
    phases = draw(st.lists(finite(inner), max_size=3))
    return lrs.Sequence(*phases, draw(inner))


@st.composite
def cycles(draw, inner):
    schedule = draw(finite(inner, least=1))
    lead = draw(st.just(0) | st.integers(0, schedule.steps - 1))
    # Shrunk three times, this is still a step; divided by any of these, a step loses nothing.
    shrinks = schedule.steps - lead >= 8
    return lrs.Cycle(
        schedule,
        mirror=draw(st.booleans()),
        stretch=draw(st.sampled_from([1, 1, 2, 3, 5, 10, *[0.5] * shrinks])),
        gain=draw(st.sampled_from([1.0, 0.5, 0.0, 1.1]) | st.floats(0, 1.5)),
        count=draw(st.integers(1, 4) if shrinks else st.none() | st.integers(1, 5)),
        lead=lead,
    )


def combinators(inner):
    # Whole factors, and those whose division loses nothing: see rounding.py.
    factors = st.sampled_from([0.25, 0.5, 1.0, 2.0]) | st.integers(1, 100)
    bounds = st.tuples(values, values).map(sorted) | st.tuples(st.none() | values, st.none())
    return st.one_of(
        sequences(inner),
        sequences(inner),
        st.lists(inner | values, min_size=1, max_size=3).map(lambda some: lrs.Product(*some)),
        st.lists(inner | values, min_size=1, max_size=3).map(lambda some: lrs.Sum(*some)),
        st.builds(lrs.Take, inner, lengths),
        st.builds(lrs.Shift, inner, st.integers(-1000, 1000)),
        st.builds(lrs.Stretch, inner, factors),
        cycles(inner),
        st.builds(lambda schedule, both: lrs.Clip(schedule, *both), inner, bounds),
        st.builds(operator.sub, inner, inner | values),
        st.builds(operator.sub, values, inner),
        st.builds(operator.truediv, inner | values, inner),
        st.builds(operator.truediv, inner, values.filter(bool)),
        st.builds(operator.neg, inner),
        st.builds(lrs.Power, inner, st.sampled_from([0.5, 2.0, -1.0, 3.0, 0.0, -0.5])),
        st.builds(lrs.Quantize, inner, st.sampled_from([1, 32, 0.1]) | positive, roundings),
    )


def trees(depth):
    schedules = shapes
    for _ in range(depth - 1):
        # Deferred, they are even: side by side, thirty shapes would drown ten combinators.
        either = [shapes, combinators(schedules), combinators(schedules)]
        schedules = st.one_of([st.deferred(lambda kind=kind: kind) for kind in either])
    return combinators(schedules)


def height(schedule):
    inner = [schedule.schedule] if hasattr(schedule, "schedule") else []
    for name in ("phases", "factors", "terms"):
        inner += getattr(schedule, name, ())
    return 1 + max(map(height, inner)) if inner else 0


def landmarks(schedule, scale=Fraction(1), start=Fraction(0)):
    """Steps of the whole at which something in it begins or ends, in the first cycle at least."""
    yield start
    if schedule.steps is not None:
        yield start + scale * schedule.steps
    match schedule:
        case lrs.Sequence(phases=phases, offsets=offsets):
            for offset, phase in zip(offsets, phases, strict=True):
                yield from landmarks(phase, scale, start + scale * offset)
        case lrs.Product(factors=members) | lrs.Sum(terms=members):
            for member in members:
                yield from landmarks(member, scale, start)
        case lrs.Shift(schedule=inner, offset=offset):
            yield from landmarks(inner, scale, start - scale * offset)
        case lrs.Stretch(schedule=inner, factor=factor):
            yield from landmarks(inner, scale * Fraction(factor), start)
        case lrs.Cycle(schedule=inner, first=first, stretch=stretch):
            yield from landmarks(inner, scale, start)
            yield start + scale * first
            yield start + scale * first * (1 + stretch)
        case (
            lrs.Take(schedule=inner)
            | lrs.Clip(schedule=inner)
            | lrs.Power(schedule=inner)
            | lrs.Quantize(schedule=inner)
        ):
            yield from landmarks(inner, scale, start)
        case lrs.MultiStepDecay(milestones=steps) | lrs.PiecewiseConstant(boundaries=steps):
            yield from (start + scale * step for step in steps)
        case lrs.PiecewiseLinear(knots=steps):
            yield from (start + scale * step for step in steps)


def around(schedule, random):
    """Steps before, at and after what happens, between, and far past the end."""
    marks = sorted({math.floor(mark) for mark in landmarks(schedule) if mark >= 0})
    near = [max(0, random.choice(marks) + random.choice([-1, 0, 1])) for _ in range(3)]
    steps = [*near, random.randint(0, marks[-1]), random.choice([10**6 + 1, 10**9, 2**31 + 1])]
    random.shuffle(steps)
    eighths = random.choice([0, 0, 0.125, 0.5])
    return [step + eighths if eighths else step for step in steps]


@given(trees(depth=5), st.randoms(use_true_random=False))
def test_a_random_tree_is_what_it_means(schedule, random):
    steps = around(schedule, random)
    event(type(schedule).__name__)
    event(f"height {height(schedule)}")
    size = length(schedule)
    assert schedule.steps == (None if size == math.inf else size)
    scalars = [schedule(step) for step in steps]
    vector = schedule(np.array(steps))
    assert vector.dtype == np.float64
    for step, scalar, element in zip(steps, scalars, vector.tolist(), strict=True):
        assert type(scalar) is float
        check(scalar, schedule, step)
        if element != scalar:
            check(element, schedule, step)
    if schedule.steps is not None:
        assert schedule(schedule.steps + steps[0]) == schedule(schedule.steps)
    assert lrs.parse(repr(schedule)) == schedule
