"""Hyper-parameters of Keras optimizers on schedules: read from what the updates of `fit` did."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest

import lrsched as lrs
from lrsched.adapters.keras import ScheduleHyperparameter

pytestmark = pytest.mark.frameworks

SCHEDULE = 0.25 * lrs.Sequence(
    lrs.LinearWarmup(3), lrs.Constant(1, steps=4), lrs.CosineDecay(6, end=0.1)
)
UPDATES = 21
VALUES = [SCHEDULE(k) for k in range(UPDATES)]
BACKENDS = ["tensorflow", "jax", "torch"]
MODES = ["eager", "compiled", "jit"]

# Keras takes its backend from the environment, once for a process: one of each does all.
COMMON = """
    import json, sys
    import keras, numpy as np
    import lrsched as lrs
    from lrsched.adapters.keras import ScheduleHyperparameter, to_keras

    schedule, file = lrs.parse(sys.argv[1]), sys.argv[2]
    backend = keras.backend.backend()
    modes = {
        "eager": {"run_eagerly": True},
        "compiled": {"run_eagerly": False, "jit_compile": False},
        "jit": {"run_eagerly": False, "jit_compile": True},
    }
    report = {"backend": backend}

    def build(optimizer, slope, first=0.0, **how):
        layer = keras.layers.Dense(
            1, use_bias=False, kernel_initializer=keras.initializers.Constant(first)
        )
        model = keras.Sequential([keras.Input((1,)), layer])
        loss = lambda y, predicted: slope * keras.ops.mean(predicted)
        model.compile(optimizer, loss=loss, **how)
        return model

    def weight(model):
        return float(model.get_weights()[0][0, 0])

    class Moves(keras.callbacks.Callback):
        def __init__(self, first):
            super().__init__()
            self.first, self.moves = first, []

        def on_epoch_end(self, epoch, logs=None):
            self.moves.append(weight(self.model) - self.first)
            self.model.set_weights([np.full((1, 1), self.first)])

    def fit(model, updates, *callbacks, x=1.0):
        x = np.full((1, 1), x)
        return model.fit(x, x, epochs=updates, verbose=0, callbacks=list(callbacks)).history

    def moves(optimizer, slope, first, *callbacks, **how):
        seen = Moves(first)
        fit(build(optimizer, slope, first, **how), 21, seen, *callbacks)
        return seen.moves

    def on_schedule(key, schedule=schedule):
        return ScheduleHyperparameter(schedule, key)
"""

FIT = """
    O = keras.optimizers
    for mode, how in modes.items():
        report[mode] = {
            "momentum": moves(O.SGD(1.0, momentum=0.5), 1, 0.0, on_schedule("momentum"), **how),
            # Without a gradient nothing but the decay moves a weight.
            "weight_decay": moves(O.AdamW(1.0), 0, 1.0, on_schedule("weight_decay"), **how),
        }
        if (backend, mode) == ("torch", "jit"):  # a quarter of a minute each
            continue
        report[mode]["beta_1"] = moves(
            O.Adam(1.0, beta_2=0.0, epsilon=0.0), 1, 0.0, on_schedule("beta_1"), **how
        )
        report[mode]["three"] = moves(
            O.SGD(to_keras(schedule), momentum=0.5, weight_decay=0.5),
            1,
            1.0,
            on_schedule("momentum"),
            on_schedule("weight_decay", 0.5 + schedule),
            **how,
        )

    report["none"] = moves(O.Adam(1.0), 0, 1.0, on_schedule("weight_decay"))

    # Compiled without, then with, without, and with another: each `fit` is made as it says.
    model = build(O.AdamW(1.0, weight_decay=0.5), 0, first=1.0)
    factors = []
    for callbacks in ([], ["weight_decay"], [], ["weight_decay"], ["weight_decay"]):
        before = weight(model)
        fit(model, 2, *map(on_schedule, callbacks))
        factors.append(weight(model) / before)
    report["in turns"] = factors

    # Many updates in one epoch, in one call where the backend has that.
    how = {} if backend == "torch" else {"steps_per_execution": 3}
    model = build(O.AdamW(1.0), 0, first=1.0, **how)
    many = np.ones((21, 1))
    model.fit(many, many, batch_size=1, verbose=0, callbacks=[on_schedule("weight_decay")])
    report["one epoch"] = weight(model)

    # A step is an update, not a batch.
    model = build(O.AdamW(1.0, gradient_accumulation_steps=3), 0, first=1.0)
    logged = fit(model, 9, on_schedule("weight_decay"))["weight_decay"]
    report["accumulated"] = [weight(model), logged]
    n = 3
    by_update = to_keras(lrs.Stretch(lrs.Staircase(schedule, 1), n))
    model = build(O.SGD(by_update, gradient_accumulation_steps=n), 1)
    fit(model, 15)
    report["accumulated rates"] = weight(model)

    # Losses are scaled by an optimizer around the one that updates.
    scaled = O.LossScaleOptimizer(O.AdamW(1.0))
    report["scaled"] = moves(scaled, 0, 1.0, on_schedule("weight_decay"))

    # Resumed from a file, which has the optimizer's own value.
    model = build(O.AdamW(1.0, weight_decay=0.125), 0, first=1.0)
    model.compile(model.optimizer, loss="mse")
    saved = keras.callbacks.ModelCheckpoint(file)  # in the middle of `fit`
    decay = on_schedule("weight_decay")
    report["history"] = fit(model, 9, decay, saved, x=0.0)["weight_decay"]
    loaded = keras.saving.load_model(file)
    report["in the file"] = loaded.optimizer.weight_decay
    before = weight(loaded)
    fit(loaded, 3, on_schedule("weight_decay"), x=0.0)
    report["resumed"] = weight(loaded) / before
    print(json.dumps(report))
"""


def child(code, *arguments, backend):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(COMMON + code), *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == backend
    return found


@pytest.fixture(scope="module", params=BACKENDS)
def report(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("keras") / "model.keras"
    return child(FIT, repr(SCHEDULE), file, backend=request.param)


def near(expected):
    return pytest.approx(expected, rel=1e-6, abs=2e-7)  # a float32 near 1


def kept(decays):
    """What is left of a weight of 1 after these."""
    return float(np.prod([1 - decay for decay in decays]))


@pytest.mark.parametrize("mode", MODES)
def test_momentum(report, mode):
    buffer, expected = 0.0, []
    for value in VALUES:
        buffer = value * buffer - 1
        expected.append(buffer)
    assert report[mode]["momentum"] == near(expected)


def in_every_mode(report, key):
    seen = [report[mode][key] for mode in MODES if key in report[mode]]
    assert len(seen) == (2 if report["backend"] == "torch" else 3)
    return seen


def test_beta_1(report):
    mean, expected = 0.0, []
    for k, value in enumerate(VALUES):
        mean = value * mean + (1 - value)
        expected.append(-mean / (1 - value ** (k + 1)))
    for seen in in_every_mode(report, "beta_1"):
        assert seen == near(expected)


@pytest.mark.parametrize("mode", MODES)
def test_weight_decay(report, mode):
    assert report[mode]["weight_decay"] == near([-value for value in VALUES])


def test_weight_decay_of_an_optimizer_that_was_built_with_none(report):
    assert report["none"] == near([-value for value in VALUES])


def test_several_and_the_learning_rate(report):
    buffer, expected = 0.0, []
    for value in VALUES:
        buffer = value * buffer - value
        expected.append(buffer - value * (0.5 + value))
    for seen in in_every_mode(report, "three"):
        assert seen == near(expected)


def test_a_fit_without_the_callback_is_made_without_it(report):
    own = kept([0.5, 0.5])
    expected = [own, kept(VALUES[2:4]), own, kept(VALUES[6:8]), kept(VALUES[8:10])]
    assert report["in turns"] == near(expected)


def test_every_update_of_an_epoch(report):
    assert report["one epoch"] == near(kept(VALUES))


def test_a_step_is_an_update(report):
    left, logged = report["accumulated"]
    assert left == near(kept(VALUES[:3]))
    assert logged == [VALUES[(k + 1) // 3] for k in range(9)]
    assert report["accumulated rates"] == near(-sum(VALUES[:5]))


def test_an_optimizer_that_scales_losses(report):
    assert report["scaled"] == near([-value for value in VALUES])


def test_a_loaded_model_goes_on(report):
    assert report["history"] == VALUES[1:10]
    assert report["in the file"] == 0.125
    assert report["resumed"] == near(kept(VALUES[9:12]))


# Every hyper-parameter of every optimizer, all of one at once, by whatever road Keras has for it:
# compiled, and held against updates that run eagerly with plain numbers.
ALL = """
    O = keras.optimizers
    small = {"epsilon": 0.1}
    optimizers = {
        "sgd": lambda: O.SGD(0.1, momentum=0.5, weight_decay=0.1),
        "nesterov": lambda: O.SGD(0.1, momentum=0.5, nesterov=True, clipnorm=0.3),
        "rmsprop": lambda: O.RMSprop(0.1, momentum=0.5, centered=True, clipvalue=0.2, **small),
        "adam": lambda: O.Adam(0.1, amsgrad=True, global_clipnorm=0.3, **small),
        "adamw": lambda: O.AdamW(0.1, use_ema=True, **small),
        "adagrad": lambda: O.Adagrad(0.1, **small),
        "adadelta": lambda: O.Adadelta(0.1, **small),
        "adamax": lambda: O.Adamax(0.1, **small),
        "nadam": lambda: O.Nadam(0.1, **small),
        "ftrl": lambda: O.Ftrl(
            0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.01
        ),
        "lion": lambda: O.Lion(0.1, beta_1=0.5),
        "adafactor": lambda: O.Adafactor(0.1),
    }
    optimizers |= {n: lambda n=n: getattr(O, n)(0.1) for n in ("Lamb", "Muon") if hasattr(O, n)}
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 3)).astype("float32")
    y = random.normal(size=(4, 2)).astype("float32")

    class ByHand(keras.callbacks.Callback):
        def __init__(self, schedules):
            super().__init__()
            self.schedules, self.count = schedules, 0

        def on_train_batch_begin(self, batch, logs=None):
            for key, schedule in self.schedules.items():
                setattr(self.model.optimizer, key, schedule(self.count))
            self.count += 1

    def weights(make, callbacks, dtype="float32", **how):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype=dtype)])
        model.compile(make(), loss="mse", **how)
        model.fit(x, y, batch_size=4, epochs=6, verbose=0, callbacks=callbacks)
        return np.concatenate([w.astype(float).ravel() for w in model.get_weights()])

    jit = backend == "jax"  # which compiles in no other way
    unheard = {"learning_rate", "muon_a", "muon_b", "muon_c"}  # far from these Muon diverges
    for name, make in optimizers.items():
        own = {
            key: value
            for key, value in make().get_config().items()
            if type(value) is float and key not in unheard
        }
        own.pop("ema_momentum" if not make().use_ema else None, None)
        own.pop("clipvalue" if backend == "jax" else None, None)
        own.pop("initial_accumulator_value", None)
        schedules = {
            key: value * lrs.PiecewiseLinear([0, 3, 6], [0.5, 1.0, 0.75])
            for key, value in own.items()
        }
        ours = [on_schedule(key, s) for key, s in schedules.items()]
        exact = weights(make, [ByHand(schedules)], run_eagerly=True)
        constant = weights(make, [], run_eagerly=True)
        found = weights(make, ours, jit_compile=jit)
        report[name] = {
            "keys": sorted(own),
            "off": float(abs(found - exact).max()),
            "effect": float(abs(constant - exact).max()),
        }
        if name == "rmsprop":  # a value meets weights of any type
            for dtype in ("bfloat16", "float64"):
                exact = weights(make, [ByHand(schedules)], dtype, run_eagerly=True)
                found = weights(make, ours, dtype, jit_compile=jit)
                report[name][dtype] = float(abs(found - exact).max())
    print(json.dumps(report))
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_hyper_parameter_of_every_optimizer(backend):
    found = child(ALL, repr(SCHEDULE), "", backend=backend)
    del found["backend"]
    assert len(found) >= 12
    for name, seen in found.items():
        assert seen["keys"], name
        assert seen["off"] < 2e-6, (name, seen)
        assert seen.get("float64", 0) < 2e-6, (name, seen)
        assert seen.get("bfloat16", 0) < 0.03, (name, seen)  # a few roundings of weights near 1
        assert seen["effect"] > 1e-4 or name == "lion", (name, seen)  # of which only signs are left


NOTHING = np.zeros((1, 1))


def model_of(optimizer):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer, loss="mse")
    model.set_weights([np.ones((1, 1))])
    return model


def fitted(optimizer, *keys):
    callbacks = [ScheduleHyperparameter(SCHEDULE, key) for key in keys]
    model_of(optimizer).fit(NOTHING, NOTHING, verbose=0, callbacks=callbacks)


class Interrupt(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


# Keras' own, from TensorFlow's variables under NumPy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_an_interrupted_fit_leaves_the_next_alone():
    model = model_of(keras.optimizers.AdamW(1.0))
    decay = ScheduleHyperparameter(SCHEDULE, "weight_decay")
    with pytest.raises(KeyboardInterrupt):
        model.fit(NOTHING, NOTHING, verbose=0, callbacks=[decay, Interrupt()])
    other = ScheduleHyperparameter(0.5 + SCHEDULE, "weight_decay")
    model.fit(NOTHING, NOTHING, epochs=2, verbose=0, callbacks=[other])
    expected = kept([VALUES[0], 0.5 + VALUES[1], 0.5 + VALUES[2]])
    assert float(model.get_weights()[0][0, 0]) == near(expected)
    assert model.optimizer.weight_decay == 0.004


@pytest.mark.parametrize(
    ("attempt", "kind", "message"),
    [
        (
            lambda: ScheduleHyperparameter(0.1, "momentum"),
            TypeError,
            "ScheduleHyperparameter: schedule must be a schedule, got 0.1",
        ),
        (
            lambda: ScheduleHyperparameter(SCHEDULE, ("betas", 0)),
            TypeError,
            "ScheduleHyperparameter: key must be a name, got ('betas', 0)",
        ),
        (
            lambda: fitted(keras.optimizers.SGD(momentum=0.9), "weigth_decay"),
            ValueError,
            "ScheduleHyperparameter: key must be one that SGD was built to use, "
            "['weight_decay', 'momentum'], got 'weigth_decay'",
        ),
        # It has no buffers.
        (
            lambda: fitted(keras.optimizers.SGD(), "momentum"),
            ValueError,
            "ScheduleHyperparameter: key must be one that SGD was built to use, "
            "['weight_decay'], got 'momentum'",
        ),
        (lambda: fitted(keras.optimizers.SGD(), "learning_rate"), ValueError, "got 'le"),
        (
            lambda: fitted(keras.optimizers.AdamW(), "beta_1", "weight_decay", "beta_1"),
            ValueError,
            "ScheduleHyperparameter: key must be that of one callback only, got 'beta_1'",
        ),
        (lambda: fitted(keras.optimizers.SGD(), "nesterov"), ValueError, "got 'nes"),
        (lambda: fitted(keras.optimizers.SGD(), "clipnorm"), ValueError, "got 'clip"),
        (lambda: fitted(keras.optimizers.SGD(), "ema_momentum"), ValueError, "got 'ema"),
    ],
)
def test_what_makes_no_sense_is_refused(attempt, kind, message):
    with pytest.raises(kind) as refused:
        attempt()
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
