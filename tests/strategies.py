"""Arbitrary schedules, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

import lrsched as lrs

REALS = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=True)
POSITIVE = st.floats(min_value=1e-300, max_value=1e300)
COUNTS = st.integers(0, 10**18) | st.integers(0, 50)
SHARES = st.floats(0, 1, exclude_max=True)
INCREASING = st.lists(st.integers(0, 10**9), unique=True, max_size=6).map(sorted)


def _shape(cls: type[lrs.Schedule], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(cls, **fields)


ENDS = {"start": REALS, "end": REALS}
SHAPES = st.one_of(
    _shape(lrs.Constant, value=REALS, steps=COUNTS | st.none()),
    _shape(lrs.LinearWarmup, steps=COUNTS, **ENDS),
    _shape(lrs.PolynomialWarmup, steps=COUNTS, power=POSITIVE, **ENDS),
    _shape(lrs.CosineWarmup, steps=COUNTS, **ENDS),
    _shape(lrs.LogarithmicWarmup, steps=COUNTS, **ENDS),
    _shape(lrs.LinearGrowth, slope=REALS, start=REALS),
    _shape(lrs.ExponentialWarmup, steps=COUNTS, start=POSITIVE, end=POSITIVE),
    _shape(lrs.ConstantWarmup, steps=COUNTS, **ENDS),
    _shape(lrs.SaturatingWarmup, timescale=POSITIVE, **ENDS),
    _shape(lrs.LinearDecay, steps=COUNTS, **ENDS),
    _shape(lrs.PolynomialDecay, steps=COUNTS, power=POSITIVE, **ENDS),
    _shape(lrs.CosineDecay, steps=COUNTS, **ENDS),
    _shape(lrs.PowerDecay, steps=COUNTS, power=POSITIVE, **ENDS),
    _shape(lrs.RexDecay, steps=COUNTS, beta=SHARES, **ENDS),
    _shape(lrs.GeometricDecay, steps=COUNTS, start=POSITIVE, end=POSITIVE),
    _shape(lrs.TanhDecay, steps=COUNTS, lower=REALS, upper=REALS, **ENDS),
    _shape(lrs.ExponentialDecay, gamma=SHARES, every=st.integers(1, 10**9), start=REALS),
    _shape(lrs.StepDecay, every=st.integers(1, 10**9), gamma=SHARES, start=REALS),
    _shape(lrs.MultiStepDecay, milestones=INCREASING, gamma=SHARES, start=REALS),
    _shape(lrs.InverseTimeDecay, rate=SHARES, every=st.integers(1, 10**9), start=REALS),
    _shape(lrs.InversePowerDecay, timescale=POSITIVE, power=POSITIVE, start=REALS),
    _shape(lrs.InverseSqrtDecay, timescale=POSITIVE, start=REALS),
    _shape(lrs.Noam, d_model=st.integers(1, 10**6), warmup_steps=st.integers(1, 10**6)),
    INCREASING.flatmap(
        lambda at: st.lists(REALS, min_size=len(at) + 1, max_size=len(at) + 1).map(
            lambda values: lrs.PiecewiseConstant(at, values)
        )
    ),
    INCREASING.filter(bool).flatmap(
        lambda at: st.lists(REALS, min_size=len(at), max_size=len(at)).map(
            lambda values: lrs.PiecewiseLinear(at, values)
        )
    ),
)


def _sequence(phases: list[lrs.Schedule]) -> lrs.Schedule:
    *first, last = phases
    return lrs.Sequence(*(p if p.steps is not None else lrs.Take(p, 7) for p in first), last)


def _cycle(
    schedule: lrs.Schedule, mirror: bool, stretch: float, gain: float, lead: int
) -> lrs.Schedule:
    finite = schedule if schedule.steps else lrs.Take(schedule, 5)
    lead = min(lead, (finite.steps or 1) - 1)
    return lrs.Cycle(finite, mirror=mirror, stretch=stretch, gain=gain, lead=lead)


def _combined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        several.map(_sequence),
        several.map(lambda members: lrs.Product(*members)),
        several.map(lambda members: lrs.Sum(*members)),
        st.builds(lambda a, b: a * b, REALS, inner),
        st.builds(lambda a, b: b + a, REALS, inner),
        st.builds(lambda a, b: a - b, inner, inner | REALS),
        st.builds(lambda a, b: a - b, REALS, inner),
        st.builds(lambda a, b: a / b, inner | REALS, inner),
        st.builds(lambda a, b: a / b, inner, REALS.filter(bool)),
        st.builds(lambda a: -a, inner),
        st.builds(lambda a, b: a**b, inner, st.integers(-3, 3) | REALS),
        st.builds(lrs.Take, inner, COUNTS),
        st.builds(lrs.Shift, inner, st.integers(-(10**9), 10**9)),
        st.builds(lrs.Stretch, inner, st.floats(1e-3, 1e6)),
        st.builds(
            _cycle,
            inner,
            st.booleans(),
            st.integers(1, 3) | st.floats(1.001, 3),
            SHARES,
            st.sampled_from([0, 1, 4]),
        ),
        st.builds(lrs.Staircase, inner, st.integers(1, 10**9)),
        st.builds(lrs.Warp, inner, inner),
        st.builds(
            lrs.Quantize, inner, st.floats(1e-3, 1e3), st.sampled_from(["nearest", "down", "up"])
        ),
        st.builds(lambda s, low: lrs.Clip(s, lower=low), inner, REALS),
    )


SCHEDULES = st.recursive(SHAPES, _combined, max_leaves=8)
