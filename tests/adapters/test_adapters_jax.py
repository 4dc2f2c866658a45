"""Schedules in optax' optimizers: what an update is made with is read from the update."""

import doctest
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import lrsched as lrs
from lrsched.adapters import jax as adapter
from lrsched.adapters.jax import to_jax

pytestmark = pytest.mark.frameworks

SHAPE = lrs.Sequence(lrs.LinearWarmup(3), lrs.Constant(1, steps=4), lrs.CosineDecay(6, end=0.1))
SCHEDULE = 0.25 * SHAPE
UPDATES = 21
EXPECTED = [SCHEDULE(k) for k in range(UPDATES)]

# With these, a gradient of 1 is an update by the learning rate and by nothing else.
PLAIN = {"b1": 0.0, "b2": 0.0, "eps": 0.0}
OPTIMIZERS = {
    "sgd": lambda rate: optax.sgd(rate),
    "adam": lambda rate: optax.adam(rate, **PLAIN),
    "adamw": lambda rate: optax.adamw(rate, weight_decay=0.0, **PLAIN),
    "injected sgd": lambda rate: optax.inject_hyperparams(optax.sgd)(learning_rate=rate),
    "injected adamw": lambda rate: optax.inject_hyperparams(optax.adamw)(
        learning_rate=rate, weight_decay=0.0, **PLAIN
    ),
}


def one_by_one(optimizer, dtype, wrap):
    """The learning rates that updates one after another are made with."""
    params, gradients = jnp.zeros(2, dtype), jnp.ones(2, dtype)
    state, update = optimizer.init(params), wrap(optimizer.update)
    for _ in range(UPDATES):
        updates, state = update(gradients, state, params)
        assert updates.dtype == params.dtype == dtype
        assert updates[0] == updates[1]
        yield -float(updates[0])


def scanned(optimizer, dtype):
    params, gradients = jnp.zeros(2, dtype), jnp.ones(2, dtype)

    def update(state, _):
        updates, state = optimizer.update(gradients, state, params)
        return state, -updates[0]

    return jax.jit(lambda state: jax.lax.scan(update, state, length=UPDATES)[1])(
        optimizer.init(params)
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("how", ["eager", "jit", "scan"])
def test_update_k_is_made_with_schedule_k(name, how):
    optimizer = OPTIMIZERS[name](to_jax(SCHEDULE))
    if how == "scan":
        applied = scanned(optimizer, jnp.float32)
    else:
        applied = list(one_by_one(optimizer, jnp.float32, jax.jit if how == "jit" else lambda f: f))
    np.testing.assert_allclose(applied, EXPECTED, rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("how", ["jit", "scan"])
def test_bfloat16_parameters_keep_bfloat16_updates(name, how):
    optimizer = OPTIMIZERS[name](to_jax(SCHEDULE))
    if how == "scan":
        applied = scanned(optimizer, jnp.bfloat16)
        assert applied.dtype == jnp.bfloat16
    else:
        applied = list(one_by_one(optimizer, jnp.bfloat16, jax.jit))
    expected = np.asarray(jnp.asarray(EXPECTED, jnp.bfloat16), float)
    np.testing.assert_allclose(np.asarray(applied, float), expected, rtol=2**-7, atol=0)


def test_the_state_is_read_back():
    optimizer = optax.inject_hyperparams(optax.adamw)(
        learning_rate=to_jax(SCHEDULE), weight_decay=to_jax(0.1 * SHAPE), b1=to_jax(0.9 * SHAPE)
    )
    params = jnp.ones(2)
    state = optimizer.init(params)
    for k in range(UPDATES):
        _, state = optimizer.update(jnp.ones(2), state, params)
        read = [float(state.hyperparams[n]) for n in ("learning_rate", "weight_decay", "b1")]
        expected = [SCHEDULE(k), (0.1 * SHAPE)(k), (0.9 * SHAPE)(k)]
        np.testing.assert_allclose(read, expected, rtol=1e-6, atol=0)


def test_a_value_is_as_weak_as_a_python_float():
    schedule = to_jax(SCHEDULE)
    half = jnp.ones(2, jnp.bfloat16)
    for count in (5, jnp.int32(5), np.int64(5), jnp.float32(5)):
        for value in (schedule(count), jax.jit(schedule)(count)):
            assert isinstance(value, jax.Array)
            assert (value.shape, value.dtype) == ((), jnp.float32)
            assert (value * half).dtype == (half - value * half).dtype == jnp.bfloat16
            assert float(value) == pytest.approx(SCHEDULE(5), rel=1e-6)
    # Where optax does not cast: a weight decay under a schedule.
    optimizer = optax.adamw(1e-3, weight_decay=schedule)
    updates, _ = optimizer.update(half, optimizer.init(half), half)
    assert updates.dtype == jnp.bfloat16


def test_the_type_can_be_said():
    for dtype in (jnp.bfloat16, "float16", np.float32):
        value = jax.jit(to_jax(SCHEDULE, dtype=dtype))(5)
        assert value.dtype == jnp.dtype(dtype)
        assert not value.weak_type


def below(value):
    return float(np.nextafter(np.float32(value), np.float32(-9)))


@pytest.mark.parametrize("dtype", ["int32", np.int8, jnp.uint16])
def test_an_integer_type_has_the_nearest_whole_number(dtype):
    values = [0.0, below(0.5), 0.5, 1.5, below(1.5), 2.5, 3.9999999, 4.0000001, below(4), 99.75]
    schedule = to_jax(lrs.PiecewiseConstant(range(1, len(values)), values), dtype=dtype)
    expected = [0, 0, 1, 2, 1, 3, 4, 4, 4, 100]
    assert [int(jax.jit(schedule)(k)) for k in range(len(values))] == expected
    assert schedule(jnp.arange(len(values))).tolist() == expected
    assert jax.jit(schedule)(3).dtype == schedule(3).dtype == jnp.dtype(dtype)
    # A whole number that the formula reaches only from below.
    rising = to_jax(lrs.LinearWarmup(7, start=0.1, end=0.8) * lrs.Constant(10), dtype="int32")
    assert [int(rising(k)) for k in range(8)] == list(range(1, 9))


def test_negative_values_round_halves_up_too():
    values = [-0.5, -0.75, -1.5, -1.75, below(-2.5)]
    schedule = to_jax(lrs.PiecewiseConstant(range(1, len(values)), values), dtype="int32")
    assert schedule(jnp.arange(len(values))).tolist() == [0, -1, -1, -2, -3]


@pytest.mark.parametrize("wrap", [jax.jit, lambda f: f], ids=["jit", "eager"])
def test_optax_accumulates_over_as_many_steps_as_the_schedule_says(wrap):
    # After each of its updates one gradient more: 1, 2, 3, 4, and then always 4.
    gradients = 1.0 + lrs.LinearDecay(3, start=0.0, end=3.0)
    optimizer = optax.MultiSteps(optax.sgd(to_jax(SCHEDULE)), to_jax(gradients, dtype=jnp.int32))
    params = jnp.zeros(1)
    state, update = optimizer.init(params), wrap(optimizer.update)
    applied = []
    for i in range(18):
        updates, state = update(jnp.full(1, float(i)), state, params)
        applied.append(-float(updates[0]))
    expected = np.zeros(18)
    for k, (first, last) in enumerate([(0, 0), (1, 2), (3, 5), (6, 9), (10, 13), (14, 17)]):
        expected[last] = SCHEDULE(k) * (first + last) / 2  # the mean of the gradients
    np.testing.assert_allclose(applied, expected, rtol=1e-6, atol=0)
    assert int(state.gradient_step) == 6


def test_under_the_transformations():
    schedule = to_jax(SCHEDULE)
    counts = jnp.arange(UPDATES)
    np.testing.assert_allclose(jax.vmap(schedule)(counts), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(jax.jit(schedule)(counts), EXPECTED, rtol=1e-6)
    with jax.check_tracer_leaks():
        jax.jit(schedule)(jnp.int32(4))
    slope = jax.jit(jax.grad(to_jax(0.5 * lrs.LinearWarmup(4))))
    assert slope(1.0) == 0.125


def test_in_double_precision():
    with jax.enable_x64(True):
        value = jax.jit(to_jax(SCHEDULE))(jnp.int64(9))
        assert (value.dtype, value.weak_type) == (jnp.float64, True)
        assert float(value) == pytest.approx(SCHEDULE(9), rel=1e-15)


def test_one_compilation_for_all_steps():
    traced = []

    @jax.jit
    def rate(count):
        traced.append(count)
        return to_jax(SCHEDULE)(count)

    for k in range(UPDATES):
        rate(jnp.int32(k))
    assert len(traced) == 1


def test_the_callable_is_pickled():
    again = pickle.loads(pickle.dumps(to_jax(SCHEDULE, dtype="bfloat16")))
    assert again(2) == to_jax(SCHEDULE, dtype="bfloat16")(2)


EIGHT = """
    import jax, jax.numpy as jnp, numpy as np, optax
    from jax.sharding import Mesh, PartitionSpec as P
    import lrsched as lrs
    from lrsched.adapters.jax import to_jax

    assert len(jax.devices()) == 8
    schedule = 0.25 * lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(10, end=0.1))
    optimizer = optax.sgd(to_jax(schedule))
    mesh = Mesh(np.array(jax.devices()), ("data",))

    def train(gradients):  # one row of eight for each device; the counts are its own
        def update(state, _):
            updates, state = optimizer.update(gradients, state)
            return state, -updates

        return jax.lax.scan(update, optimizer.init(gradients), length=21)[1]

    sharded = jax.jit(
        jax.shard_map(train, mesh=mesh, in_specs=P("data"), out_specs=P(None, "data"))
    )
    applied = sharded(jnp.ones(8))
    assert len(applied.sharding.device_set) == 8
    expected = np.array([[schedule(k)] * 8 for k in range(21)])
    np.testing.assert_allclose(applied, expected, rtol=1e-6, atol=0)
    assert (np.asarray(applied) == np.asarray(applied)[:, :1]).all()
    print("the same on all eight")
"""


def test_eight_devices_see_the_same_values():
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=8"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(EIGHT)],
        env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "the same on all eight\n"), done.stderr


def test_the_examples():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testmod(adapter, optionflags=flags)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: to_jax(0.1), "to_jax: schedule must be a schedule, got 0.1"),
        (lambda: to_jax(lambda step: 0.1), "to_jax: schedule must be a schedule, got <function"),
        (
            lambda: to_jax(SCHEDULE, dtype="bool"),
            "to_jax: dtype must be a float type, an integer type or None, got 'bool'",
        ),
        (
            lambda: to_jax(SCHEDULE, dtype=jnp.complex64),
            "to_jax: dtype must be a float type, an integer type or None, got <",
        ),
        (
            lambda: to_jax(SCHEDULE, dtype="flaot32"),
            "to_jax: dtype must be a float type, an integer type or None, got 'flaot32'",
        ),
        (
            lambda: to_jax(SHAPE)(np.array(["a", "b"])),
            "Sequence: step must be a number or an array of numbers, got array(['a', 'b']",
        ),
        (
            lambda: to_jax(SHAPE)("a"),
            "Sequence: step must be a number or an array of numbers, got 'a'",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(attempt, message):
    with pytest.raises(TypeError) as refused:
        attempt()
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
