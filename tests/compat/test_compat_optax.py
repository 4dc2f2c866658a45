"""The schedules of optax, in float64 and in float32."""

import importlib
import inspect

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

from lrsched.compat import optax as compat

pytestmark = pytest.mark.frameworks

jax = importlib.import_module("jax")
peers = importlib.import_module("optax")


def values(schedule, steps, x64=True):
    with jax.enable_x64(x64):
        counts = jax.numpy.arange(steps)
        return np.broadcast_to(np.asarray(jax.vmap(schedule)(counts)), (steps,))


def both(name, steps, *args, **kwargs):
    theirs, ours = getattr(peers, name)(*args, **kwargs), getattr(compat, name)(*args, **kwargs)
    follows(ours, values(theirs, steps))
    follows(ours, values(theirs, steps, x64=False), within=1e-6)


COSINE = {"init_value": 0.01, "peak_value": 0.1, "warmup_steps": 10, "decay_steps": 40}

TABLE = [
    ("constant_schedule", {"value": 0.1}),
    (
        "polynomial_schedule",
        {"init_value": 1, "end_value": 0.1, "power": 2, "transition_steps": 50},
    ),
    (
        "polynomial_schedule",
        {
            "init_value": 0.0,
            "end_value": 0.1,
            "power": 0.5,
            "transition_steps": 7,
            "transition_begin": 9,
        },
    ),
    ("polynomial_schedule", {"init_value": 1, "end_value": 0, "power": 2, "transition_steps": 0}),
    ("polynomial_schedule", {"init_value": 1, "end_value": 0, "power": 0, "transition_steps": 9}),
    ("linear_schedule", {"init_value": 0.0, "end_value": 0.1, "transition_steps": 50}),
    ("linear_schedule", {"init_value": 1.0, "end_value": 0.1, "transition_steps": 1}),
    ("linear_schedule", {"init_value": 0.5, "end_value": 0.1, "transition_steps": 0}),
    ("piecewise_constant_schedule", {"init_value": 0.1}),
    (
        "piecewise_constant_schedule",
        {"init_value": 1.0, "boundaries_and_scales": {60: 0.1, 0: 0.5, 30: 3.0}},
    ),
    ("exponential_decay", {"init_value": 0.1, "transition_steps": 10, "decay_rate": 0.5}),
    (
        "exponential_decay",
        {
            "init_value": 0.1,
            "transition_steps": 7,
            "decay_rate": 0.5,
            "transition_begin": 5,
            "staircase": True,
            "end_value": 0.01,
        },
    ),
    (
        "exponential_decay",
        {"init_value": 0.1, "transition_steps": 7, "decay_rate": 1.5, "end_value": 0.7},
    ),
    (
        "exponential_decay",
        {"init_value": 0.1, "transition_steps": 7, "decay_rate": 0.5, "end_value": 0.7},
    ),
    ("cosine_decay_schedule", {"init_value": 0.1, "decay_steps": 60}),
    ("cosine_decay_schedule", {"init_value": 0.1, "decay_steps": 60, "alpha": 0.2}),
    (
        "cosine_decay_schedule",
        {"init_value": 0.1, "decay_steps": 60, "alpha": 0.2, "exponent": 2.5},
    ),
    ("cosine_decay_schedule", {"init_value": 0.1, "decay_steps": 1, "exponent": 0.5}),
    ("cosine_decay_schedule", {"init_value": 0.1, "decay_steps": 9, "alpha": 0.2, "exponent": 0}),
    ("warmup_constant_schedule", {"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 30}),
    ("warmup_cosine_decay_schedule", COSINE),
    ("warmup_cosine_decay_schedule", COSINE | {"warmup_steps": 0}),
    ("warmup_cosine_decay_schedule", COSINE | {"warmup_steps": 39, "end_value": 0.05}),
    ("warmup_cosine_decay_schedule", COSINE | {"end_value": 0.05, "exponent": 2.0}),
    ("warmup_cosine_decay_schedule", COSINE | {"end_value": 0.05, "exponent": 0}),
    # a peak of 0 is the end too, whatever it should be
    ("warmup_cosine_decay_schedule", COSINE | {"peak_value": 0.0, "end_value": -0.1}),
    ("warmup_cosine_decay_schedule", COSINE | {"peak_value": 0.0, "end_value": 0.1}),
    ("warmup_cosine_decay_schedule", COSINE | {"peak_value": -0.1, "end_value": -0.01}),
    (
        "warmup_exponential_decay_schedule",
        {
            "init_value": 0.0,
            "peak_value": 0.1,
            "warmup_steps": 10,
            "transition_steps": 9,
            "decay_rate": 0.7,
        },
    ),
    (
        "warmup_exponential_decay_schedule",
        {
            "init_value": 0.2,
            "peak_value": 0.1,
            "warmup_steps": 0,
            "transition_steps": 9,
            "decay_rate": 0.7,
            "transition_begin": 4,
            "staircase": True,
            "end_value": 0.02,
        },
    ),
    (
        "sgdr_schedule",
        {"cosine_kwargs": [COSINE, COSINE | {"decay_steps": 25, "peak_value": 0.05}]},
    ),
    ("sgdr_schedule", {"cosine_kwargs": [COSINE]}),
    ("linear_onecycle_schedule", {"transition_steps": 90, "peak_value": 0.1}),
    (
        "linear_onecycle_schedule",
        {"transition_steps": 33, "peak_value": 0.1, "pct_start": 0.0, "final_div_factor": 10.0},
    ),
    ("cosine_onecycle_schedule", {"transition_steps": 90, "peak_value": 0.1}),
    ("cosine_onecycle_schedule", {"transition_steps": 1, "peak_value": 0.1}),
    ("cosine_onecycle_schedule", {"transition_steps": 47, "peak_value": 0.1, "div_factor": 2.0}),
]
TABLE += [
    (
        "piecewise_interpolate_schedule",
        {"interpolate_type": kind, "init_value": 0.1, "boundaries_and_scales": scales},
    )
    for kind in ("linear", "cosine")
    for scales in (None, {}, {10: 0.5}, {40: 0.1, 20: 4.0, 70: 0.0}, {0: 0.5, 30: 0.1})
]


@pytest.mark.parametrize(("name", "arguments"), TABLE)
def test_table(name, arguments):
    both(name, 120, **arguments)


def test_join():
    def parts(module):
        return [
            module.linear_schedule(0.0, 0.1, 10),
            module.cosine_decay_schedule(0.1, 100),
            module.exponential_decay(0.05, 10, 0.5),
        ]

    for boundaries in ([10, 60], [0, 30], [4, 120], [20, 20], [0, 0]):
        theirs = peers.join_schedules(parts(peers), boundaries)
        follows(compat.join_schedules(parts(compat), boundaries), values(theirs, 150))


def test_a_boundary_at_step_0_is_the_start():
    piecewise = compat.piecewise_interpolate_schedule
    assert repr(piecewise("linear", 1.0, {0: 0.5, 30: 0.5})) == (
        "PiecewiseLinear((0, 30), values=(0.5, 0.25))"
    )
    assert repr(piecewise("cosine", 1.0, {0: 0.5, 30: 0.5})) == (
        "CosineDecay(30, start=0.5, end=0.25)"
    )
    assert repr(piecewise("linear", 1.0, {0: 0.5})) == "Constant(0.5)"


def test_every_schedule_is_here():
    theirs = [n for n in dir(peers) if n.endswith(("_schedule", "_schedules", "_decay"))]
    theirs.remove("scale_by_schedule")  # a transformation of gradients
    assert len(theirs) >= 14
    for name in theirs:
        ours, given = (inspect.signature(getattr(m, name)).parameters for m in (compat, peers))
        assert {n: p.default for n, p in ours.items()} == {n: p.default for n, p in given.items()}


rates = st.floats(1e-4, 1)
counts = st.integers(1, 60)


@drawn
@given(rates, rates, counts, st.integers(0, 40), st.floats(0.2, 3), rates, st.booleans())
def test_drawn(a, b, n, begin, power, rate, staircase):
    low, high = sorted((a, b))
    for name, args in (
        ("polynomial_schedule", (a, b, power, n, begin)),
        ("exponential_decay", (a, n, rate, begin, staircase, b)),
        ("cosine_decay_schedule", (a, n, rate, power)),
        ("warmup_cosine_decay_schedule", (a, high, begin, begin + n, low, power)),
    ):
        ours, theirs = getattr(compat, name)(*args), getattr(peers, name)(*args)
        stairs = staircase and name == "exponential_decay"
        # XLA may miss a stair: see below.
        follows(ours, values(theirs, 110), skip=range(begin, 110, n) if stairs else ())


def test_a_stair_missed_by_a_reciprocal():
    """XLA divides by 49 by multiplying with 1 / 49, and 49 times that is below 1."""
    args = (1.0, 49, 0.5, 0, True)
    assert values(peers.exponential_decay(*args), 51)[[48, 49, 50]].tolist() == [1.0, 1.0, 0.5]
    assert compat.exponential_decay(*args)([48, 49, 50]).tolist() == [1.0, 0.5, 0.5]


@drawn
@given(st.integers(2, 100), st.floats(0.02, 0.5), st.floats(0.55, 0.95))
def test_one_cycles_drawn(total, pct_start, pct_final):
    ends = {0, int(pct_start * total), int(pct_final * total), total}
    if len(ends) == 4:  # else the peer loses a factor, see below
        name, args = "linear_onecycle_schedule", (total, 0.1, pct_start, pct_final)
        follows(getattr(compat, name)(*args), values(getattr(peers, name)(*args), 110))
    name, args = "cosine_onecycle_schedule", (total, 0.1, pct_start)
    follows(getattr(compat, name)(*args), values(getattr(peers, name)(*args), 110))


@drawn
@given(
    st.sampled_from(["linear", "cosine"]),
    rates,
    st.dictionaries(st.integers(0, 80), st.floats(0, 4), max_size=5),
)
def test_piecewise_drawn(kind, value, scales):
    args = (kind, value, scales)
    theirs = peers.piecewise_interpolate_schedule(*args)
    follows(compat.piecewise_interpolate_schedule(*args), values(theirs, 100))
    theirs = peers.piecewise_constant_schedule(*args[1:])
    follows(compat.piecewise_constant_schedule(*args[1:]), values(theirs, 100))


# --- what differs: the peer's own number, so that a change of it is noticed


def test_one_cycle_with_two_ends_at_a_step():
    args = (3, 1.0, 0.5, 0.6)
    assert values(peers.linear_onecycle_schedule(*args), 2)[1] == pytest.approx(0.0016)
    assert compat.linear_onecycle_schedule(*args)([0, 1, 3]).tolist() == [0.04, 0.04, 4e-6]
    theirs = values(peers.cosine_onecycle_schedule(10, 1.0, 1.0), 11)
    assert theirs[5] == pytest.approx(0.02, rel=1e-4)
    ours = compat.cosine_onecycle_schedule(10, 1.0, 1.0)
    assert ours([0, 5, 10]) == pytest.approx([0.04, 0.52, 4e-6], rel=1e-12)


def test_warmup_of_no_length():
    assert values(peers.warmup_constant_schedule(0.0, 0.1, 0), 100).max() == 0
    assert compat.warmup_constant_schedule(0.0, 0.1, 0)(0) == 0.1


REFUSED = [
    (
        "warmup_cosine_decay_schedule: decay_steps must be more than warmup_steps=10, .* got 10",
        lambda: compat.warmup_cosine_decay_schedule(0, 1, 10, 10),
    ),
    (
        "end_value must be at most peak_value=0.1, got 0.2",
        lambda: compat.warmup_cosine_decay_schedule(0, 0.1, 10, 100, 0.2),
    ),
    ("decay_steps must be a positive", lambda: compat.cosine_decay_schedule(1, 0)),
    ("alpha must be a number from 0 to 1", lambda: compat.cosine_decay_schedule(1, 5, alpha=2)),
    ("transition_steps must be a non", lambda: compat.linear_schedule(1, 0, -1)),
    ("transition_begin must be a non", lambda: compat.linear_schedule(1, 0, 1, -1)),
    ("transition_steps must be a positive", lambda: compat.exponential_decay(1, 0, 0.5)),
    ("decay_rate must be a positive", lambda: compat.exponential_decay(1, 10, 0)),
    (
        "boundaries_and_scales must be .* non-negative scale",
        lambda: compat.piecewise_constant_schedule(1, {5: -1}),
    ),
    (
        "interpolate_type must be one of 'linear', 'cosine', got 'cubic'",
        lambda: compat.piecewise_interpolate_schedule("cubic", 1),
    ),
    ("transition_steps must be", lambda: compat.linear_onecycle_schedule(0, 1)),
    (
        "pct_start must be at most pct_final=0.2",
        lambda: compat.linear_onecycle_schedule(10, 1, 0.3, 0.2),
    ),
    (
        "boundaries must be one fewer than the 2 schedules",
        lambda: compat.join_schedules([compat.constant_schedule(1)] * 2, [1, 2]),
    ),
    (
        "boundaries must be non-negative integers in ascending order",
        lambda: compat.join_schedules([compat.constant_schedule(1)] * 3, [2, 1]),
    ),
    ("cosine_kwargs must be a sequence of dicts", lambda: compat.sgdr_schedule([])),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()


def test_wrong_types():
    for build in (
        lambda: compat.join_schedules([lambda count: 1.0], []),
        lambda: compat.sgdr_schedule({"a": 1}),
        lambda: compat.piecewise_constant_schedule(1, [(5, 0.1)]),
        lambda: compat.cosine_decay_schedule("1", 5),
    ):
        with pytest.raises(TypeError):
            build()
