"""Rules that listen to a metric: the laws of a fold, bad input, and the running peers."""

import copy
import dataclasses
import inspect
import io
import json
import math
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax.contrib
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.optimization import GreedyLR

import lrsched as lrs
from lrsched.adapters.torch import ScheduleLR
from lrsched.compat import keras as compat_keras
from lrsched.compat import optax as compat_optax
from lrsched.compat import torch as compat_torch
from lrsched.compat import transformers

pytestmark = pytest.mark.frameworks

# Few different numbers, so that plateaus, ties and comebacks happen; and any numbers at all.
METRICS = st.lists(
    st.one_of(
        st.integers(-4, 4).map(float),
        st.floats(0.5, 1.5),
        st.floats(),
        st.sampled_from([math.nan, math.inf, -math.inf]),
    ),
    max_size=40,
)
COMMON = {
    "mode": st.sampled_from(["min", "max"]),
    "factor": st.floats(0.01, 0.99) | st.just(0.5),
    "patience": st.integers(0, 4),
    "threshold": st.sampled_from([0.0, 1e-4, 0.1, 1.0, 1.5]),
    "threshold_mode": st.sampled_from(["rel", "abs"]),
    "cooldown": st.integers(0, 4),
    "eps": st.sampled_from([0.0, 1e-8, 1e-2, 0.5]),
}
PLATEAU = st.fixed_dictionaries({**COMMON, "min_scale": st.sampled_from([0.0, 1e-3, 0.3, 1.0])})
GREEDY = st.fixed_dictionaries(
    {
        **COMMON,
        "min_scale": st.sampled_from([0.0, 0.3, 0.9, 1.0]),
        "max_scale": st.sampled_from([1.0, 1.5, 100.0]),
        "warmup": st.integers(0, 3),
        "reset_after": st.integers(1, 3),
    }
)
RULES = [
    lrs.ReduceOnPlateau(factor=0.5, patience=1, cooldown=1),
    lrs.ReduceOnPlateau(patience=0, mode="max", threshold_mode="magnitude", min_scale=0.01),
    lrs.ReduceOnPlateau(factor=0.3, patience=2, threshold=0.125, threshold_mode="abs"),
    lrs.HoldUntil(0.1, below=0.75),
    lrs.HoldUntil(0.25, above=1.0, patience=2, at_most=9),
    lrs.Greedy(0.125, 4.0, factor=0.5, patience=1, reset_after=2, cooldown=1, warmup=2),
    lrs.Greedy(0.1, 2.0, factor=0.9, patience=0, mode="max", threshold_mode="rel"),
    lrs.StopOnDivergence(),
    lrs.StopOnDivergence(2, beta=0.5),
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=repr)


def sequences(count=400, length=30, seed=0):
    """Metrics on a grid, where float32 is exact, in plateaus; some NaN, some infinite."""
    random = np.random.default_rng(seed)
    grid = random.integers(-8, 9, (count, length)) / 8
    falling = random.integers(0, 9, (count, length)) / 8 - np.arange(length) / 4
    metrics = np.where(np.arange(count)[:, None] % 2, grid, falling)
    wild = random.random((count, length))
    for limit, value in [(0.03, np.nan), (0.02, np.inf), (0.01, -np.inf)]:
        metrics[wild < limit] = value
    return metrics


def rates_of(scheduler, optimizer, metrics):
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def sgd(lr=1.0):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


# The running peers.


@given(PLATEAU, METRICS)
@settings(max_examples=5000, deadline=None)
def test_reduce_on_plateau_is_torchs_scheduler(kwargs, metrics):
    rule = lrs.ReduceOnPlateau(**kwargs)
    optimizer = sgd()
    kwargs["min_lr"] = kwargs.pop("min_scale")
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **kwargs)
    state = rule.init()
    for metric in metrics:
        peer.step(metric)
        state = rule.update(state, metric)
        assert state.scale == optimizer.param_groups[0]["lr"]
        assert state == (state.scale, peer.best, peer.num_bad_epochs, peer.cooldown_counter)


def test_defaults_are_torchs():
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(sgd())
    rule = lrs.ReduceOnPlateau()
    names = ["factor", "patience", "mode", "threshold", "threshold_mode", "cooldown", "eps"]
    assert [getattr(rule, n) for n in names] == [getattr(peer, n) for n in names]
    assert [rule.min_scale] == peer.min_lrs


@given(PLATEAU, METRICS)
@settings(max_examples=500, deadline=None)
def test_magnitude_is_rel_above_zero_and_the_mirror_image_below(kwargs, metrics):
    kwargs["threshold"] = min(kwargs["threshold"], 0.5)
    rel = lrs.ReduceOnPlateau(**{**kwargs, "threshold_mode": "rel"})
    right = lrs.ReduceOnPlateau(**{**kwargs, "threshold_mode": "magnitude"})
    mirror = dataclasses.replace(right, mode="max" if right.mode == "min" else "min")
    positive = np.abs(metrics)
    assert np.array_equal(right.replay(positive), rel.replay(positive))
    assert np.array_equal(right.replay(metrics), mirror.replay(-np.array(metrics)))


def test_a_constant_below_zero_is_progress_to_torch_alone():
    metrics = [-2.0] * 4
    optimizer = sgd()
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    assert rates_of(peer, optimizer, metrics) == [1, 1, 1, 1]
    assert lrs.ReduceOnPlateau(patience=0).replay(metrics).tolist() == [1, 1, 1, 1]
    right = lrs.ReduceOnPlateau(patience=0, threshold_mode="magnitude", factor=0.5)
    assert right.replay(metrics).tolist() == [1, 0.5, 0.25, 0.125]


@given(GREEDY, METRICS)
@settings(max_examples=2000, deadline=None)
def test_greedy_is_transformers_scheduler(kwargs, metrics):
    rule = lrs.Greedy(**kwargs)
    optimizer = sgd()
    translated = {
        {"min_scale": "min_lr", "max_scale": "max_lr", "reset_after": "reset_start"}.get(k, k): v
        for k, v in kwargs.items()
    }
    rates = rates_of(GreedyLR(optimizer, **translated), optimizer, metrics)
    assert rule.replay(metrics).tolist() == rates


# With a rate of their own. The peers' is a product of the rate, ours is its scale times the rate.
OF_RATES = {
    **COMMON,
    "eps": st.sampled_from([0.0, 1e-8]),
    "min_lr": st.sampled_from([0, 1e-4, 0.02, 0.03]),
}


@pytest.mark.parametrize(
    "make", [compat_torch.ReduceLROnPlateau, transformers.get_reduce_on_plateau_schedule]
)
@given(st.fixed_dictionaries(OF_RATES), METRICS)
@settings(max_examples=300, deadline=None)
def test_torchs_scheduler_of_any_rate(make, kwargs, metrics):
    optimizer = sgd(lr=0.03)
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **kwargs)
    expected = rates_of(peer, optimizer, metrics)
    np.testing.assert_allclose(0.03 * make(0.03, **kwargs).replay(metrics), expected, rtol=1e-12)


@given(
    st.fixed_dictionaries(
        {**OF_RATES, "max_lr": st.just(0.1), "reset_start": st.integers(0, 3)},
    ),
    METRICS,
)
@settings(max_examples=300, deadline=None)
def test_transformers_greedy_of_any_rate(kwargs, metrics):
    optimizer = sgd(lr=0.03)
    expected = rates_of(GreedyLR(optimizer, **kwargs), optimizer, metrics)
    rule = transformers.get_greedy_schedule(0.03, **kwargs)
    np.testing.assert_allclose(0.03 * rule.replay(metrics), expected, rtol=1e-12)


def defaults(function, *without):
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, p.default) for p in parameters if p.name not in without]


@pytest.mark.parametrize(
    ("make", "peer"),
    [
        (compat_torch.ReduceLROnPlateau, torch.optim.lr_scheduler.ReduceLROnPlateau),
        (compat_optax.reduce_on_plateau, optax.contrib.reduce_on_plateau),
        (compat_keras.ReduceLROnPlateau, keras.callbacks.ReduceLROnPlateau),
        (transformers.GreedyLR, GreedyLR),
    ],
    ids=["torch", "optax", "keras", "transformers"],
)
def test_names_and_defaults_are_the_peers(make, peer):
    assert defaults(make, "base_lr") == defaults(peer, "optimizer", "kwargs")


def test_transformers_names():
    name = "reduce_lr_on_plateau"
    rule = transformers.get_scheduler(name, 0.1, scheduler_specific_kwargs={"patience": 3})
    assert rule == compat_torch.ReduceLROnPlateau(0.1, patience=3)
    assert transformers.get_scheduler("greedy", 0.1) == transformers.get_greedy_schedule(0.1)


@pytest.fixture(scope="module")
def keras_model():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), loss="mse")
    return model


@given(
    # On a grid: Keras compares in float32.
    metrics=st.lists(st.integers(-64, 64).map(lambda k: k / 64), max_size=25),
    rate=st.sampled_from([1.0, 0.3]),
    monitor=st.just("val_loss"),
    mode=st.sampled_from(["auto", "min", "max"]),
    factor=st.sampled_from([0.1, 0.5, 0.9]),
    patience=st.integers(0, 4),
    min_delta=st.sampled_from([0.0, 1 / 64, 0.25]),
    cooldown=st.integers(0, 4),
    min_lr=st.sampled_from([0.0, 1e-3, 0.1]),
)
@settings(max_examples=60, deadline=None)
# Keras hands its TensorFlow variable to NumPy the old way, whenever it reads its own rate.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_keras_callback(keras_model, metrics, rate, **kwargs):
    peer = keras.callbacks.ReduceLROnPlateau(**kwargs)
    keras_model.optimizer.learning_rate = rate
    peer.set_model(keras_model)
    peer.on_train_begin()
    rates = []
    for epoch, metric in enumerate(metrics):
        peer.on_epoch_end(epoch, {kwargs["monitor"]: metric})
        rates.append(float(keras_model.optimizer.learning_rate))
    scales = compat_keras.ReduceLROnPlateau(rate, **kwargs).replay(metrics)
    np.testing.assert_allclose(rate * scales, rates, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("rtol", "atol", "patience", "cooldown", "min_scale"),
    [(1e-4, 0.0, 1, 0, 0.0), (0.25, 0.0, 3, 2, 0.01), (0.0, 0.125, 2, 1, 0.2), (0.0, 0.5, 5, 4, 0)],
)
def test_optax_transformation(rtol, atol, patience, cooldown, min_scale):
    """optax reduces at the count that torch still bears, and drops no small reduction."""
    args = (0.3, patience, rtol, atol, cooldown, 1, min_scale)
    rule = compat_optax.reduce_on_plateau(*args)
    peer = optax.contrib.reduce_on_plateau(*args)

    def step(state, metric):
        _, state = peer.update(jnp.ones(()), state, value=metric)
        return state, state.scale

    metrics = sequences()
    with jax.enable_x64(True):  # optax keeps its best and its scale in the parameters' precision
        scan = jax.jit(jax.vmap(lambda row: jax.lax.scan(step, peer.init(jnp.ones(())), row)[1]))
        scales = np.asarray(scan(metrics))
    assert scales.dtype == np.float64
    assert np.array_equal(scales, [rule.replay(row) for row in metrics])


# The fold under JAX.


@every_rule
@pytest.mark.parametrize("x64", [True, False], ids=["float64", "float32"])
def test_under_jit_scan_and_vmap(rule, x64):
    metrics = sequences()

    def step(state, metric):
        state = rule.update(state, metric)
        return state, state.scale

    with jax.enable_x64(x64), jax.check_tracer_leaks():
        scan = jax.jit(jax.vmap(lambda row: jax.lax.scan(step, rule.init(), row)))
        states, scales = scan(metrics)
    assert isinstance(states, rule.State)
    # On the grid, float32 makes the same decisions; only the scale itself is rounded. XLA divides
    # by a constant by multiplying with its reciprocal, which only Greedy has a division for.
    exact = 1e-14 if isinstance(rule, lrs.Greedy) else 0
    expected = [rule.replay(row) for row in metrics]
    np.testing.assert_allclose(scales, expected, rtol=exact if x64 else 1e-6, atol=0)


@every_rule
def test_arrays_in_arrays_out_and_back_to_numbers(rule):
    metrics = [2.0, 1.0, 1.0, 1.0, 0.5, math.inf, 1.0]
    state, plain = rule.init(), rule.init()
    update = jax.jit(rule.update)
    for i, metric in enumerate(metrics):
        # Once an array, a state stays one, whatever the metric is.
        state = update(state, metric) if i % 2 else rule.update(state, jnp.asarray(metric))
        plain = rule.update(plain, metric)
    assert all(isinstance(entry, jax.Array) for entry in state)
    saved = json.loads(json.dumps(rule.save(state), allow_nan=False))
    restored = rule.restore(saved)
    assert restored == pytest.approx(plain, rel=1e-6)
    assert [type(entry) for entry in restored] == [type(entry) for entry in rule.init()]


# The fold in plain Python.


@every_rule
def test_state_is_a_value_of_python_numbers(rule):
    state = rule.init()
    assert rule.restore(json.loads(json.dumps(rule.save(state), allow_nan=False))) == state
    for metric in [0.5, np.float32(1), torch.tensor(2.0), np.array(3), math.nan]:
        before = tuple(state)
        following = rule.update(state, metric)
        assert tuple(state) == before
        assert following == rule.update(state, metric)
        state = following
        assert all(type(entry) in (float, int, bool) for entry in state)
        assert pickle.loads(pickle.dumps(state)) == copy.deepcopy(state) == state
        assert hash(state) == hash(copy.copy(state))
        saved = json.loads(json.dumps(rule.save(state), allow_nan=False))
        assert rule.restore(saved) == state
        assert type(rule.restore(saved)) is type(state)


@every_rule
def test_a_rule_is_a_value(rule):
    names = {name: getattr(lrs, name) for name in lrs.__all__}
    assert eval(repr(rule), names) == rule
    assert pickle.loads(pickle.dumps(rule)) == copy.deepcopy(rule) == rule
    assert len({rule, copy.deepcopy(rule)}) == 1
    with pytest.raises(AttributeError):
        rule.patience = 7


@every_rule
def test_replay_is_the_fold(rule):
    for metrics in sequences(count=10):
        state, scales = rule.init(), []
        for metric in metrics:
            state = rule.update(state, metric)
            scales.append(state.scale)
        replayed = rule.replay(metrics)
        assert replayed.dtype == np.float64
        assert replayed.tolist() == scales
        assert np.array_equal(rule.replay(iter(metrics.tolist())), scales)
    assert rule.replay([]).shape == (0,)


@every_rule
def test_resumed_from_any_point(rule):
    metrics = sequences(count=1, length=60, seed=3)[0]
    for cut in (0, 7, 31, 60):
        state = rule.init()
        for metric in metrics[:cut]:
            state = rule.update(state, metric)
        state = rule.restore(json.loads(json.dumps(rule.save(state))))
        scales = []
        for metric in metrics[cut:]:
            state = rule.update(state, metric)
            scales.append(state.scale)
        assert np.array_equal(rule.replay(metrics)[cut:], scales)


def test_hold_until():
    assert lrs.HoldUntil(0.1, below=0.8).replay([0.9, 0.8, 0.79, 0.9]).tolist() == [0.1, 0.1, 1, 1]
    assert lrs.HoldUntil(0.1, above=0.2).replay([0.1, 0.2, 0.3, 0.1]).tolist() == [0.1, 0.1, 1, 1]
    patient = lrs.HoldUntil(0.1, below=0.8, patience=2)
    assert patient.replay([0.7, 0.9, 0.7, 0.7, 0.9]).tolist() == [0.1, 0.1, 0.1, 1, 1]
    assert lrs.HoldUntil(0.1, below=0.8, at_most=3).replay([1.0] * 4).tolist() == [0.1, 0.1, 1, 1]
    assert lrs.HoldUntil(0.1, below=0.8).replay([math.nan, math.inf]).tolist() == [0.1, 0.1]
    assert lrs.HoldUntil(0.1, below=0.8).init().scale == 0.1


def test_a_scale_and_a_schedule():
    schedule = 0.5 * lrs.LinearDecay(4)
    rule = lrs.HoldUntil(0.1, below=0.8)
    rates = [schedule(k) * scale for k, scale in enumerate(rule.replay([0.9, 0.7, 0.9]))]
    assert rates == [0.5 * 0.1, 0.375, 0.25]


# In torch, beside a schedule.


@given(PLATEAU, METRICS)
@settings(max_examples=200, deadline=None)
def test_schedule_lr_with_a_rule_is_torchs_scheduler(kwargs, metrics):
    ours, theirs = sgd(), sgd()
    scheduler = ScheduleLR(ours, lrs.Constant(1.0), rule=lrs.ReduceOnPlateau(**kwargs))
    kwargs["min_lr"] = kwargs.pop("min_scale")
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **kwargs)
    ours.step()
    for metric in metrics:
        scheduler.step(metric=torch.tensor(metric, dtype=torch.float64))
        peer.step(metric)
        assert ours.param_groups[0]["lr"] == theirs.param_groups[0]["lr"]


def hearing(kwargs=None):
    optimizer = torch.optim.SGD(
        [{"params": [torch.nn.Parameter(torch.zeros(1))], "name": name} for name in "ab"], lr=7.0
    )
    schedules = {"a": 0.5 * lrs.LinearDecay(16), "b": 0.25 * lrs.LinearWarmup(16, start=0.5)}
    rule = lrs.ReduceOnPlateau(factor=0.5, patience=0)
    return optimizer, ScheduleLR(optimizer, schedules, **({"rule": rule} | (kwargs or {})))


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def test_schedule_lr_multiplies_every_group_and_keeps_the_scale_between_metrics():
    optimizer, scheduler = hearing()
    scales = []
    for step, metric in enumerate([None, 3.0, None, 3.0, None, 2.0, 2.0, None]):
        a, b = rates(optimizer)
        scales.append(a / (0.5 * (1 - step / 16)))
        assert b == 0.25 * (0.5 + 0.5 * step / 16) * scales[-1]
        assert all(type(rate) is float for rate in (a, b))
        optimizer.step()
        scheduler.step(metric=metric)
    assert scales == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("order", ["optimizer first", "scheduler first"])
def test_schedule_lr_resumes_with_its_rule(order):
    metrics = [3.0, 3.0, None, 2.0, 2.0, 2.0, 1.0, 1.0]
    optimizer, scheduler = hearing()
    whole = []
    for step, metric in enumerate(metrics):
        if step == 4:
            saved = io.BytesIO()
            torch.save([optimizer.state_dict(), scheduler.state_dict()], saved)
        whole.append(rates(optimizer))
        optimizer.step()
        scheduler.step(metric=metric)

    optimizer, scheduler = hearing()
    saved.seek(0)
    states = torch.load(saved)  # with weights_only, as by default
    loads = [(optimizer, states[0]), (scheduler, states[1])]
    for target, state in loads if order == "optimizer first" else reversed(loads):
        target.load_state_dict(state)
    resumed = []
    for metric in metrics[4:]:
        resumed.append(rates(optimizer))
        optimizer.step()
        scheduler.step(metric=metric)
    assert resumed == whole[4:]


def test_a_rule_begins_where_a_checkpoint_is_of_none():
    optimizer, scheduler = hearing()
    for _ in range(3):
        optimizer.step()
        scheduler.step(metric=1.0)
    assert rates(optimizer) == [0.25 * 0.5 * 13 / 16, 0.25 * 0.25 * (0.5 + 1.5 / 16)]
    scheduler.load_state_dict({"last_epoch": 4})
    assert rates(optimizer) == [0.5 * 12 / 16, 0.25 * (0.5 + 2 / 16)]
    _, without = hearing({"rule": None})
    without.load_state_dict(scheduler.state_dict())
    assert without.state_dict() == {"last_epoch": 4}


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (
            lambda: hearing({"rule": lrs.LinearDecay(5)}),
            TypeError,
            "ScheduleLR: rule must be a rule or None, got LinearDecay(5)",
        ),
        (
            lambda: hearing({"rule": None})[1].step(metric=0.5),
            ValueError,
            "ScheduleLR: metric must be None, as there is no rule, got 0.5",
        ),
        (
            lambda: hearing()[1].step(metric="low"),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got 'low'",
        ),
        (
            lambda: hearing({"rule": lrs.HoldUntil(0.1, below=0.8)})[1].load_state_dict(
                hearing()[1].state_dict()
            ),
            ValueError,
            "HoldUntil: saved must be a mapping with the keys scale, released, crossed, seen, got "
            "{'scale': 1.0, 'best': 'inf', 'bad': 0, 'cooldown': 0}",
        ),
    ],
)
def test_schedule_lr_of_bad_input(attempt, error, message):
    with pytest.raises(error) as caught:
        attempt()
    assert str(caught.value) == message


# Bad input.

PLATEAU_STATE = lrs.ReduceOnPlateau().init()


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: lrs.ReduceOnPlateau(factor=1.0),
            ValueError,
            "ReduceOnPlateau: factor must be a number above 0 and below 1, got 1.0",
        ),
        (
            lambda: lrs.ReduceOnPlateau(factor=0),
            ValueError,
            "ReduceOnPlateau: factor must be a number above 0 and below 1, got 0",
        ),
        (
            lambda: lrs.ReduceOnPlateau(patience=-1),
            ValueError,
            "ReduceOnPlateau: patience must be a non-negative integer, got -1",
        ),
        (
            lambda: lrs.ReduceOnPlateau(mode="best"),
            ValueError,
            "ReduceOnPlateau: mode must be one of 'min', 'max', got 'best'",
        ),
        (
            lambda: lrs.ReduceOnPlateau(mode=1),
            TypeError,
            "ReduceOnPlateau: mode must be one of 'min', 'max', got 1",
        ),
        (
            lambda: lrs.ReduceOnPlateau(threshold_mode="relative"),
            ValueError,
            "ReduceOnPlateau: threshold_mode must be one of 'rel', 'abs', 'magnitude', "
            "got 'relative'",
        ),
        (
            lambda: lrs.ReduceOnPlateau(threshold=1.0, threshold_mode="magnitude"),
            ValueError,
            'ReduceOnPlateau: threshold must be below 1 with threshold_mode="magnitude", got 1.0',
        ),
        (
            lambda: lrs.ReduceOnPlateau(min_scale=1.5),
            ValueError,
            "ReduceOnPlateau: min_scale must be a number from 0 to 1, got 1.5",
        ),
        (
            lambda: lrs.HoldUntil(0.1),
            ValueError,
            "HoldUntil: below must be the one line to cross, or above, got (None, None)",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=0.8, above=0.2),
            ValueError,
            "HoldUntil: below must be the one line to cross, or above, got (0.8, 0.2)",
        ),
        (
            lambda: lrs.HoldUntil(-0.1, below=0.8),
            ValueError,
            "HoldUntil: value must be a non-negative finite number, got -0.1",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=math.nan),
            ValueError,
            "HoldUntil: below must be a finite number or None, got nan",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=0.8, patience=0),
            ValueError,
            "HoldUntil: patience must be a positive integer, got 0",
        ),
        (
            lambda: compat_torch.ReduceLROnPlateau(0.1, min_lr=0.2),
            ValueError,
            "ReduceLROnPlateau: min_lr must be at most base_lr=0.1, got 0.2",
        ),
        (
            lambda: transformers.get_greedy_schedule(2.0),
            ValueError,
            "get_greedy_schedule: base_lr must be at most max_lr=1.0, got 2.0",
        ),
        (
            lambda: transformers.get_greedy_schedule(0.1, smooth=True),
            ValueError,
            "get_greedy_schedule: smooth must be False (give the rule the mean of the last "
            "metrics), got True",
        ),
        (
            lambda: compat_keras.ReduceLROnPlateau(0.1, "val_accuracy"),
            ValueError,
            "ReduceLROnPlateau: mode must be 'min' or 'max' for monitor='val_accuracy', got 'auto'",
        ),
        (
            lambda: compat_optax.reduce_on_plateau(rtol=0.1, atol=0.1),
            ValueError,
            "reduce_on_plateau: atol must be the one tolerance above 0, or rtol, got 0.1",
        ),
        (
            lambda: compat_optax.reduce_on_plateau(accumulation_size=4),
            ValueError,
            "reduce_on_plateau: accumulation_size must be 1 (give the rule the mean of so many "
            "metrics), got 4",
        ),
        (
            lambda: compat_optax.reduce_on_plateau(patience=0),
            ValueError,
            "reduce_on_plateau: patience must be a positive integer, got 0",
        ),
        (
            lambda: lrs.Greedy(0.1, 0.5),
            ValueError,
            "Greedy: max_scale must be at least 1, got 0.5",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, "0.5"),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got '0.5'",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, None),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got None",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, True),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got True",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, 1j),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got 1j",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, torch.ones(2)),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got tensor([1., 1.])",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update(PLATEAU_STATE, jnp.ones(2)),
            TypeError,
            "ReduceOnPlateau: metric must be a number, got Array([1., 1.], dtype=float32)",
        ),
        (
            lambda: lrs.ReduceOnPlateau().replay([1.0, "x"]),
            TypeError,
            "ReduceOnPlateau: metrics[1] must be a number, got 'x'",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=0.8).update(PLATEAU_STATE, 0.5),
            TypeError,
            "HoldUntil: state must be a state of this rule, got "
            "PlateauState(scale=1.0, best=inf, bad=0, cooldown=0)",
        ),
        (
            lambda: lrs.ReduceOnPlateau().update((1.0, math.inf, 0, 0), 0.5),
            TypeError,
            "ReduceOnPlateau: state must be a state of this rule, got (1.0, inf, 0, 0)",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=0.8).save(PLATEAU_STATE),
            TypeError,
            "HoldUntil: state must be a state of this rule, got "
            "PlateauState(scale=1.0, best=inf, bad=0, cooldown=0)",
        ),
        (
            lambda: lrs.HoldUntil(0.1, below=0.8).restore({"scale": 1.0}),
            ValueError,
            "HoldUntil: saved must be a mapping with the keys scale, released, crossed, seen, "
            "got {'scale': 1.0}",
        ),
        (
            lambda: lrs.ReduceOnPlateau().restore([1.0]),
            TypeError,
            "ReduceOnPlateau: saved must be a mapping with the keys scale, best, bad, cooldown, "
            "got [1.0]",
        ),
        (
            lambda: lrs.ReduceOnPlateau().restore({**PLATEAU_STATE._asdict(), "bad": 0.5}),
            ValueError,
            "ReduceOnPlateau: bad must be an integer, got 0.5",
        ),
        (
            lambda: lrs.ReduceOnPlateau().restore({**PLATEAU_STATE._asdict(), "best": "low"}),
            TypeError,
            "ReduceOnPlateau: best must be a number, got 'low'",
        ),
    ],
)
def test_bad_input(build, error, message):
    with pytest.raises(error) as caught:
        build()
    assert type(caught.value) is error
    assert str(caught.value) == message


PLATEAU, GREEDY = lrs.ReduceOnPlateau(), lrs.Greedy(min_scale=0.1, max_scale=2)


@pytest.mark.parametrize(
    ("rule", "entry", "says"),
    [
        (PLATEAU, {"scale": "nan"}, "scale must be a non-negative finite number, got nan"),
        (PLATEAU, {"scale": -0.5}, "scale must be a non-negative finite number, got -0.5"),
        (PLATEAU, {"scale": "inf"}, "scale must be a non-negative finite number, got inf"),
        (PLATEAU, {"best": "nan"}, "best must be a number, not NaN, got nan"),
        (PLATEAU, {"best": "0.5"}, "best must be a number, got '0.5'"),
        (PLATEAU, {"bad": -1}, "bad must be a non-negative integer, got -1"),
        (PLATEAU, {"cooldown": -2}, "cooldown must be a non-negative integer, got -2"),
        (PLATEAU, {"bad": 1.5}, "bad must be an integer, got 1.5"),
        (GREEDY, {"stuck": -1}, "stuck must be a non-negative integer, got -1"),
        (GREEDY, {"best": "nan"}, "best must be a number, not NaN, got nan"),
        (lrs.StopOnDivergence(), {"best": "nan"}, "best must be a number, not NaN, got nan"),
        (lrs.StopOnDivergence(), {"seen": -1}, "seen must be a non-negative integer, got -1"),
        (lrs.HoldUntil(0.1, below=1), {"seen": -1}, "seen must be a non-negative integer, got -1"),
        (lrs.HoldUntil(0.1, below=1), {"released": 2}, "released must be True or False, got 2"),
    ],
)
def test_a_corrupt_state_is_refused_by_name(rule: Any, entry: dict[str, Any], says: str) -> None:
    saved = rule.save(rule.init())
    with pytest.raises((TypeError, ValueError)) as caught:
        rule.restore({**saved, **entry})
    assert str(caught.value) == f"{type(rule).__name__}: {says}"
    assert rule.restore(saved) == rule.init()


@pytest.mark.frameworks
def test_a_corrupt_checkpoint_leaves_the_scheduler_as_it_was() -> None:
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = ScheduleLR(optimizer, lrs.Constant(0.5), rule=lrs.ReduceOnPlateau(patience=0))
    for metric in (1.0, 2.0):
        optimizer.step()
        scheduler.step(metric)
    before = scheduler.state_dict()
    corrupt = {**before, "last_epoch": 77, "rule": {**before["rule"], "scale": -1.0}}
    with pytest.raises(ValueError, match=r"scale must be a non-negative finite number, got -1.0"):
        scheduler.load_state_dict(corrupt)
    assert scheduler.state_dict() == before
    assert scheduler.get_last_lr() == [0.05]
