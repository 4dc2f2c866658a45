"""Schedules in Keras optimizers, on three backends: read from the weights that `fit` moved."""

import doctest
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import keras
import pytest

import lrsched as lrs
from lrsched.adapters import keras as adapter
from lrsched.adapters.keras import to_keras

pytestmark = pytest.mark.frameworks

SCHEDULE = 0.25 * lrs.Sequence(
    lrs.LinearWarmup(3), lrs.Constant(1, steps=4), lrs.CosineDecay(6, end=0.1)
)
UPDATES = 21
MODES = {
    "eager": {"run_eagerly": True},
    "compiled": {"run_eagerly": False, "jit_compile": False},
    "jit": {"run_eagerly": False, "jit_compile": True},
}

# Keras takes its backend from the environment, once for a process: one of each does all.
FIT = """
    import json, sys
    import keras, numpy as np
    import lrsched as lrs
    from lrsched.adapters.keras import to_keras

    modes, file, schedule = json.loads(sys.argv[1]), sys.argv[2], lrs.parse(sys.argv[3])

    class Applied(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.moves, self.rates = [], []

        def on_epoch_begin(self, epoch, logs=None):
            self.rates.append(float(self.model.optimizer.learning_rate))

        def on_epoch_end(self, epoch, logs=None):
            # The gradient is 1 and the weight was 0.
            self.moves.append(-float(self.model.get_weights()[0][0, 0]))
            self.model.set_weights([np.zeros((1, 1))])

    def fit(optimizer, **how):
        model = keras.Sequential([
            keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        ])
        model.compile(optimizer, loss=lambda y, predicted: keras.ops.mean(predicted), **how)
        applied = Applied()
        one = np.ones((1, 1))
        model.fit(one, one, epochs=21, verbose=0, callbacks=[applied])
        return model, applied

    report = {"backend": keras.backend.backend()}
    for mode, how in modes.items():
        model, applied = fit(keras.optimizers.SGD(to_keras(schedule)), **how)
        report[mode] = [applied.moves, applied.rates]

    adam = keras.optimizers.Adam(to_keras(schedule), beta_1=0.0, beta_2=0.0, epsilon=0.0)
    report["adam"] = [fit(adam)[1].moves]

    report["bare"] = []
    for how in modes.values():
        try:
            fit(keras.optimizers.SGD(schedule), **how)
        except TypeError as error:
            report["bare"].append(str(error))

    # Resumed from a file: the optimizer remembers the step, the file the schedule.
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.Adam(to_keras(schedule)), loss="mse")
    one = np.ones((1, 1))
    model.fit(one, one, epochs=9, verbose=0)
    model.save(file)
    loaded = keras.saving.load_model(file)
    report["resumed"] = float(loaded.optimizer.learning_rate)
    report["equal"] = loaded.optimizer._learning_rate.schedule == schedule
    print(json.dumps(report))
"""


def child(code, *arguments, backend):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module", params=["tensorflow", "jax", "torch"])
def report(request, tmp_path_factory):
    file = tmp_path_factory.mktemp("keras") / "model.keras"
    text = child(FIT, json.dumps(MODES), file, SCHEDULE, backend=request.param)
    found = json.loads(text)
    assert found["backend"] == request.param
    return found


@pytest.mark.parametrize("mode", [*MODES, "adam"])
def test_update_k_is_made_with_schedule_k(report, mode):
    expected = [SCHEDULE(k) for k in range(UPDATES)]
    for read in report[mode]:
        assert read == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_saved_model_goes_on(report):
    assert report["equal"]
    assert report["resumed"] == pytest.approx(SCHEDULE(9), rel=1e-6)


def test_a_bare_schedule_is_told_what_keras_takes(report):
    said = "Product: step must be a number or an array of numbers, got nothing: "
    said += "a Keras optimizer takes lrsched.adapters.keras.to_keras(schedule)"
    assert report["bare"] == [said] * len(MODES)


@dataclass(frozen=True)
class Squashed(lrs.Schedule):
    """A user's own."""

    start: float
    growth: float = 1.1
    steps = None

    def formula(self, t, xp):
        return self.start ** (self.growth**t)


COMPOSITIONS = [
    SCHEDULE,
    lrs.CosineDecay(10, start=1e-3, end=1 / 3e5),
    lrs.warmup_stable_decay(1e-3, 100, warmup_steps=10, decay_steps=20, decay="1-sqrt"),
    lrs.Cycle(0.1 + lrs.LinearWarmup(4), mirror=True, stretch=2, gain=0.5, count=3),
    lrs.Clip(lrs.Shift(lrs.Stretch(lrs.Noam(512, 4000), 2.5), 7), upper=1e-4),
    0.1 * (lrs.Sequence(lrs.Take(lrs.StepDecay(5), 12), lrs.RexDecay(9)) + lrs.Constant(1e-5)),
    lrs.Sequence(*[lrs.PiecewiseLinear([0, 3, i + 4], [0.0, 1 / (i + 3), 0.1]) for i in range(40)]),
    2 * Squashed(0.3) * lrs.MultiStepDecay([3, 5, 8], gamma=0.3),
]


# Keras' own, from TensorFlow's variables under NumPy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
@pytest.mark.parametrize("schedule", COMPOSITIONS)
def test_a_file_keeps_any_composition(schedule, tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(to_keras(schedule)), loss="mse")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").optimizer._learning_rate
    assert loaded.schedule == schedule
    assert type(loaded) is type(to_keras(schedule))
    assert float(loaded(7)) == pytest.approx(schedule(7), rel=1e-6)


def test_the_examples():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testmod(adapter, optionflags=flags)
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize(
    ("attempt", "kind", "message"),
    [
        (lambda: to_keras(0.1), TypeError, "to_keras: schedule must be a schedule, got 0.1"),
        (
            lambda: to_keras(to_keras(SCHEDULE)),
            TypeError,
            "to_keras: schedule must be a schedule, got <",
        ),
        (
            lambda: type(to_keras(SCHEDULE)).from_config({"schedule": "Cosine(3)"}),
            ValueError,
            "parse: unknown name 'Cosine'",
        ),
        (
            lambda: type(to_keras(SCHEDULE)).from_config({}),
            ValueError,
            'ScheduleLR: config must be a mapping with "schedule", got {}',
        ),
        (
            lambda: type(to_keras(SCHEDULE)).from_config("CosineDecay(3)"),
            ValueError,
            "ScheduleLR: config must be a mapping with \"schedule\", got 'CosineDecay(3)'",
        ),
        (
            lambda: type(to_keras(SCHEDULE)).from_config({"schedule": 3}),
            TypeError,
            "parse: text must be a string, got 3",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(attempt, kind, message):
    with pytest.raises(kind) as refused:
        attempt()
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
