"""The schedules of Keras, in float64 and in the float32 of its defaults."""

import importlib
import inspect

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given, settings
from hypothesis import strategies as st

from lrsched.compat import keras as compat

pytestmark = pytest.mark.frameworks

keras = importlib.import_module("keras")
peers = keras.optimizers.schedules


def values(name, steps, dtype=np.float64, **arguments):
    """The peer's values at these steps, or at steps 0, 1, ... of so many.

    It computes in the type of the numbers it is given.
    """
    steps = np.arange(steps) if isinstance(steps, int) else steps
    given = inspect.signature(getattr(compat, name)).bind(**arguments)
    given.apply_defaults()
    arguments = {
        key: np.asarray(value, dtype) if isinstance(value, float) or key == "values" else value
        for key, value in given.arguments.items()
    }
    schedule = getattr(peers, name)(**arguments)
    if arguments.get("warmup_target") is not None:  # asks `if` of a step
        return np.array([float(schedule(step)) for step in steps])
    return np.asarray(schedule(steps), dtype=np.float64)


def both(name, steps, **arguments):
    follows(getattr(compat, name)(**arguments), values(name, steps, **arguments))


LR = {"initial_learning_rate": 0.1}

TABLE = [
    ("CosineDecay", LR | {"decay_steps": 40}),
    ("CosineDecay", LR | {"decay_steps": 1, "alpha": 0.5}),
    ("CosineDecay", LR | {"decay_steps": 30, "alpha": 0.2, "warmup_target": 0.5}),
    ("CosineDecay", LR | {"decay_steps": 30, "warmup_target": 0.5, "warmup_steps": 10}),
    ("CosineDecay", LR | {"decay_steps": 30, "alpha": 0.1, "warmup_target": 0.0}),
    ("CosineDecay", LR | {"decay_steps": 9, "warmup_target": 0.05, "warmup_steps": 1}),
    ("ExponentialDecay", LR | {"decay_steps": 10, "decay_rate": 0.9}),
    ("ExponentialDecay", LR | {"decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("ExponentialDecay", LR | {"decay_steps": 1, "decay_rate": 1.25}),
    ("PiecewiseConstantDecay", {"boundaries": [10, 20], "values": [1.0, 0.5, 0.1]}),
    ("PiecewiseConstantDecay", {"boundaries": [0], "values": [1.0, 0.5]}),
    ("PolynomialDecay", LR | {"decay_steps": 30}),
    ("PolynomialDecay", LR | {"decay_steps": 30, "end_learning_rate": 0.01, "power": 0.5}),
    ("PolynomialDecay", LR | {"decay_steps": 1, "end_learning_rate": 0.1, "power": 2.0}),
    ("PolynomialDecay", LR | {"decay_steps": 10, "cycle": True}),
    ("PolynomialDecay", LR | {"decay_steps": 1, "cycle": True}),
    (
        "PolynomialDecay",
        LR | {"decay_steps": 7, "end_learning_rate": 0.02, "power": 2.5, "cycle": True},
    ),
    ("PolynomialDecay", LR | {"decay_steps": 10, "power": 0}),
    ("PolynomialDecay", LR | {"decay_steps": 10, "power": 0, "cycle": True}),
    ("InverseTimeDecay", LR | {"decay_steps": 10, "decay_rate": 0.5}),
    ("InverseTimeDecay", LR | {"decay_steps": 7, "decay_rate": 2.0, "staircase": True}),
    ("InverseTimeDecay", LR | {"decay_steps": 1, "decay_rate": 0.0}),
]


RESTARTS = [
    {"first_decay_steps": 5},
    {"first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.9},
    {"first_decay_steps": 6, "t_mul": 1.5, "alpha": 0.1},
    {"first_decay_steps": 6, "t_mul": 1.3, "m_mul": 0.7, "alpha": 0.1},
    {"first_decay_steps": 1, "t_mul": 3.0, "m_mul": 0.5},
]


@pytest.mark.parametrize(("name", "arguments"), TABLE)
def test_table(name, arguments):
    both(name, 70, **arguments)


def between_restarts(first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0):
    """Apart from the restarts themselves: the peer may be on either side of its logarithm."""
    arguments = LR | {
        "first_decay_steps": first_decay_steps,
        "t_mul": t_mul,
        "m_mul": m_mul,
        "alpha": alpha,
    }
    schedule = compat.CosineDecayRestarts(**arguments)
    begins = [
        first_decay_steps * (i if t_mul == 1 else (t_mul**i - 1) / (t_mul - 1)) for i in range(70)
    ]
    near = [round(b) for b in begins if abs(b - round(b)) < 1e-9 and b < 70]
    follows(schedule, values("CosineDecayRestarts", 70, **arguments), skip=near)
    assert [schedule(b) for b in near] == pytest.approx(
        [
            0.1 * (alpha + (1 - alpha) * m_mul**i)
            for i, b in enumerate(begins)
            if abs(b - round(b)) < 1e-9 and b < 70
        ],
        rel=1e-12,
    )


@pytest.mark.parametrize("arguments", RESTARTS)
def test_restarts(arguments):
    between_restarts(**arguments)


@pytest.mark.parametrize(("name", "arguments"), TABLE)
def test_in_float32(name, arguments):
    follows(
        getattr(compat, name)(**arguments),
        values(name, 50, np.float32, **arguments),
        within=1e-6,
    )


def test_restarts_in_float32():
    # Within the first cycles: later on float32 has no digits left for the place in a cycle.
    arguments = LR | {"first_decay_steps": 20, "t_mul": 2.0, "m_mul": 0.5}
    theirs = values("CosineDecayRestarts", 60, np.float32, **arguments)
    follows(compat.CosineDecayRestarts(**arguments), theirs, within=1e-6)


def test_every_schedule_is_here():
    theirs = [
        name
        for name, value in vars(peers).items()
        if isinstance(value, type) and name != "LearningRateSchedule"
    ]
    assert len(theirs) == 6
    for name in theirs:
        ours, given = (inspect.signature(getattr(m, name)).parameters for m in (compat, peers))
        assert [(n, p.default) for n, p in ours.items()] == [
            (n, p.default) for n, p in given.items()
        ]


rates = st.floats(0.01, 1)
counts = st.integers(1, 20)


@drawn
@given(rates, rates, counts, st.floats(0.2, 3), st.booleans())
def test_drawn(high, fraction, n, power, flag):
    lr = {"initial_learning_rate": high, "decay_steps": n}
    both("PolynomialDecay", 25, **lr, end_learning_rate=high * fraction, power=power, cycle=flag)
    both("ExponentialDecay", 25, **lr, decay_rate=fraction, staircase=flag)
    both("InverseTimeDecay", 25, **lr, decay_rate=power, staircase=flag)
    both("CosineDecay", 25, **lr, alpha=fraction)


@settings(drawn, max_examples=10)
@given(rates, st.floats(0, 1), counts, st.integers(0, 20))
def test_warmup_drawn(low, alpha, n, warmup):
    lr = {"initial_learning_rate": low, "decay_steps": n}
    both("CosineDecay", 25, **lr, alpha=alpha, warmup_target=1.0, warmup_steps=warmup)


@drawn
@given(counts, st.sampled_from([1.0, 1.1, 1.25, 1.7, 2.0, 2.75, 3.0]), rates, rates)
def test_restarts_drawn(n, t_mul, m_mul, alpha):
    between_restarts(n, t_mul, m_mul, alpha)


# --- what differs: the peer's own number, so that a change of it is noticed


def test_restart_missed_by_a_logarithm():
    theirs = peers.CosineDecayRestarts(0.1, 1000, t_mul=1.1)
    assert float(theirs(2100)) == pytest.approx(0, abs=1e-7)
    ours = compat.CosineDecayRestarts(0.1, 1000, t_mul=1.1)
    assert ours(2100) == 0.1
    assert ours(2200) == pytest.approx(float(theirs(2200)), rel=1e-5)


def test_warmup_without_a_target():
    arguments = LR | {"decay_steps": 10, "warmup_steps": 5}
    assert values("CosineDecay", 1, **arguments) == [0.1]
    with pytest.raises(ValueError, match="warmup_target must be given with warmup_steps=5"):
        compat.CosineDecay(**arguments)


REFUSED = [
    ("CosineDecay: decay_steps must be a positive", lambda: compat.CosineDecay(0.1, 0)),
    ("initial_learning_rate must be", lambda: compat.CosineDecay(-0.1, 5)),
    ("alpha must be a number from 0 to 1", lambda: compat.CosineDecay(0.1, 5, alpha=2)),
    ("first_decay_steps must be", lambda: compat.CosineDecayRestarts(0.1, 0)),
    (
        "CosineDecayRestarts: t_mul must be 1 or a number of at least 1.001, got 0.5",
        lambda: compat.CosineDecayRestarts(0.1, 5, t_mul=0.5),
    ),
    (
        "PolynomialDecay: end_learning_rate must be at most initial_learning_rate=5e-05",
        lambda: compat.PolynomialDecay(5e-5, 100),
    ),
    (
        "PiecewiseConstantDecay: values must be one more than the 1 boundaries",
        lambda: compat.PiecewiseConstantDecay([1], [1]),
    ),
    ("boundaries must be strictly", lambda: compat.PiecewiseConstantDecay([2, 1], [1, 2, 3])),
    ("InverseTimeDecay: decay_steps must be", lambda: compat.InverseTimeDecay(0.1, 0, 1)),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()
