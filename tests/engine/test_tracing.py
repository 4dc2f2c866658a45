"""Schedules inside compiled functions: traced once, differentiable, right for every later step."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from libraries import Library, assert_right, library_of, two_workers, whole_steps

import lrsched as lrs

pytestmark = pytest.mark.frameworks

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)
RUN = 3e-4 * lrs.Sequence(
    lrs.LinearWarmup(2_000),
    lrs.Constant(1, steps=10_000),
    lrs.Cycle(lrs.CosineDecay(1_000), stretch=2, count=4),
    lrs.PiecewiseLinear([0, 100, 200], [0.5, 0.1, 0.0]),
)
RUN_STEPS = np.array([0, 1, 1_999, 2_000, 12_000, 13_000, 26_999, 27_000, 27_050, 27_199, 10**8])


def steps_for_a_slope(schedule: lrs.Schedule) -> list[float]:
    """Both ends, where branches that are not selected are most likely to be infinite, and more."""
    end = 50.0 if schedule.steps is None else min(float(schedule.steps), 2.0**30)
    return [0.0, 1e-3, 1.0, 3.5, end / 2, end, end * 2, end + 1]


@EVERY_ROW
def test_torch_compiles_once(case: Case) -> None:
    import torch
    from torch._dynamo.utils import counters

    library = library_of("torch")
    torch.compiler.reset()
    counters.clear()
    compiled = torch.compile(lambda t: case.schedule(t), fullgraph=True, backend="eager")
    for step in (0, 1, 2, 3, 29, 10**6, 2**24 + 1):
        assert_right(case, step, library(compiled, step), library)
    assert counters["stats"]["unique_graphs"] == 1
    assert not counters["graph_break"]


@dataclass(frozen=True)
class Spelled(lrs.Schedule):
    """A user's formula in Python that torch's compiler does not know."""

    power: str
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.sqrt(eval(f"t**{self.power} + 1", {"t": t}))


def test_torch_compiles_a_formula_in_any_python() -> None:
    import torch

    torch.compiler.reset()
    compiled = torch.compile(lambda s, t: s(t), fullgraph=True, backend="aot_eager")
    steps = torch.arange(4)
    for schedule in (Spelled("2"), Spelled("2"), 3 * Spelled("4")):
        assert compiled(schedule, steps).tolist() == schedule(steps).tolist()
    again = pickle.loads(pickle.dumps(schedule))  # what is compiled stays behind
    assert again == schedule
    assert compiled(again, steps).tolist() == schedule(steps).tolist()


# What torch's own compiler imports warns.
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_torch_compiles_to_machine_code() -> None:
    import torch

    library = library_of("torch")
    torch.compiler.reset()
    compiled = torch.compile(lambda t: RUN(t), fullgraph=True)
    np.testing.assert_allclose(library(compiled, RUN_STEPS), RUN(RUN_STEPS), rtol=1e-6)


@EVERY_ROW
def test_torch_slope_and_vmap(case: Case) -> None:
    import torch

    for step in steps_for_a_slope(case.schedule):
        t = torch.tensor(step, requires_grad=True)
        value = case.schedule(t)
        if value.requires_grad:  # a constant is none
            value.backward()
            assert torch.isfinite(t.grad) or not torch.isfinite(value)
    t = torch.arange(24)
    assert torch.allclose(torch.vmap(case.schedule)(t), case.schedule(t), rtol=1e-6, atol=0)


@EVERY_ROW
def test_torch_stays_on_its_device_unseen(case: Case) -> None:
    """A fake device has no values: whoever looks at one, or mixes devices, fails."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        for dtype in (torch.int32, torch.int64, torch.float32):
            for shape in ((), (2, 3)):
                value = case.schedule(torch.ones(shape, dtype=dtype, device="cuda"))
                assert value.device.type == "cuda"
                assert value.shape == shape


def test_torch_default_dtype() -> None:
    import torch

    steps = torch.tensor([0, 999_999], dtype=torch.int64)
    schedule = lrs.CosineDecay(1_000_000)
    expected = schedule(steps.numpy())
    try:
        for dtype, digits in ((torch.float64, 1e-15), (torch.bfloat16, 2**-8)):
            torch.set_default_dtype(dtype)
            value = schedule(steps)
            assert value.dtype == dtype
            np.testing.assert_allclose(value.double().numpy(), expected, rtol=digits)
    finally:
        torch.set_default_dtype(torch.float32)
    # A step of more digits than a float32 keeps them.
    late = torch.tensor(2.0**24 + 1, dtype=torch.float64)
    assert lrs.LinearDecay(2**24 + 2)(late).item() == pytest.approx(1 / (2**24 + 2))


def test_torch_unsigned() -> None:
    import torch

    for dtype in (torch.uint8, torch.uint16, torch.uint32, torch.uint64):
        assert lrs.LinearDecay(8)(torch.tensor([2, 200], dtype=dtype)).tolist() == [0.75, 0.0]
    last = torch.tensor([2**64 - 1], dtype=torch.uint64)
    assert lrs.LinearDecay(8)(last).tolist() == [0.0]


@pytest.fixture(params=[False, True], ids=["x32", "x64"])
def in_jax(request: pytest.FixtureRequest) -> Iterator[Library]:
    import jax

    library = library_of("jax")
    if request.param:
        library = replace(library, dtype=np.float64, eps=2**-52, most=2**53)
    with jax.enable_x64(request.param):
        yield library


@EVERY_ROW
def test_jax_jit_scan_vmap_grad(case: Case, in_jax: Library) -> None:
    import jax

    library = in_jax
    schedule = case.schedule

    @jax.jit
    def all_of_it(steps: Any, reals: Any) -> Any:
        _, scanned = jax.lax.scan(lambda carry, t: (carry, schedule(t)), None, steps)
        return schedule(steps), scanned, *jax.vmap(jax.value_and_grad(schedule))(reals)

    steps = whole_steps(schedule, library.most)
    reals = np.array(steps_for_a_slope(schedule), np.float32)
    with jax.check_tracer_leaks():
        whole, scanned, at_reals, slopes = all_of_it(steps, reals)
    for values in (whole, scanned):
        assert values.dtype == library.dtype
        assert_right(case, steps, np.asarray(values), library)
    assert np.isfinite(slopes[np.isfinite(at_reals)]).all()


# Steps that a signed integer of 32 bits has not, and what is long enough to be asked about them.
BEYOND_SIGNED = np.array(
    [0, 1, 3, 999, 2**24 + 1, *(2**31 + d for d in range(-2, 3)), 3 * 2**30, 2**32 - 101]
    + [2**32 - d for d in range(4, 0, -1)],
    np.uint32,
)
LONG = [
    lrs.LinearDecay(2**32 - 2),
    lrs.CosineDecay(2**33),
    lrs.Sequence(
        lrs.LinearWarmup(10),
        lrs.Take(lrs.StepDecay(2**30, 0.5), 2**31 + 7),
        lrs.CosineDecay(2**31 - 100),
    ),
    lrs.Sequence(*(lrs.CosineDecay(2**29 + i) for i in range(9))),  # which share one formula
    lrs.Shift(lrs.LinearDecay(2**32 - 20), -5),
    lrs.Stretch(lrs.CosineDecay(90), 2**25),
    lrs.Stretch(lrs.CosineDecay(2**30), 2.5),
    lrs.Cycle(lrs.CosineDecay(10**6), mirror=True),
    lrs.Cycle(lrs.LinearDecay(3), count=2**30),
    lrs.Staircase(lrs.LinearDecay(2**32 - 1), 2**20),
    lrs.MultiStepDecay([5, 2**31, 2**31 + 2**30]),
    lrs.PiecewiseLinear([0, 2**31, 2**32 - 1], [0.0, 1.0, 0.5]),
    lrs.Noam(512, 2**31 + 5),
]


@pytest.mark.parametrize("schedule", [case.schedule for case in CASES] + LONG, ids=repr)
def test_jax_unsigned_steps_beyond_the_signed_ones(schedule: lrs.Schedule, in_jax: Library) -> None:
    import jax
    import jax.numpy as jnp

    expected = schedule(BEYOND_SIGNED)
    steps = jnp.asarray(BEYOND_SIGNED)
    for values in (jax.jit(schedule)(steps), schedule(steps), jax.vmap(schedule)(steps)):
        assert values.dtype == in_jax.dtype
        limits = np.finfo(in_jax.dtype)
        small = np.abs(expected) <= limits.max
        np.testing.assert_allclose(
            np.asarray(values, float)[small],
            expected[small],
            rtol=1e-6 if in_jax.eps > 2**-30 else 1e-12,
            atol=limits.tiny,
        )
        assert (np.asarray(values)[~small] == np.inf).all()


def test_jax_traced_once(in_jax: Library) -> None:
    import jax

    traces = []

    @jax.jit
    def lr(t: Any) -> Any:
        traces.append(t)
        return RUN(t)

    values = [lr(np.int32(step)) for step in RUN_STEPS]
    np.testing.assert_allclose(values, RUN(RUN_STEPS), rtol=1e-6)
    assert len(traces) == 1


@EVERY_ROW
def test_tensorflow_function(case: Case) -> None:
    import tensorflow as tf

    library = library_of("tensorflow")
    compiled = tf.function(
        lambda t: case.schedule(t), input_signature=[tf.TensorSpec([None], tf.int64)]
    )
    steps = whole_steps(case.schedule, library.most)
    assert_right(case, steps, library(compiled, steps), library)
    assert_right(case, steps[:3], library(compiled, steps[:3]), library)


@EVERY_ROW
def test_tensorflow_compiled_slope(case: Case) -> None:
    import tensorflow as tf

    @tf.function(jit_compile=True)
    def value_and_slope(t: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(t)
            value = case.schedule(t)
        slope = tape.gradient(value, t)
        return value, tf.zeros_like(t) if slope is None else slope

    reals = tf.constant(steps_for_a_slope(case.schedule))
    value, slope = value_and_slope(reals)
    assert value.shape == reals.shape
    assert np.isfinite(slope.numpy()[np.isfinite(value)]).all()


def test_tensorflow_compiled_counter() -> None:
    import tensorflow as tf

    step = tf.Variable(0, dtype=tf.int64)
    traces = []

    @tf.function(jit_compile=True)
    def lr() -> Any:
        traces.append(1)
        return RUN(step)

    for k in RUN_STEPS:
        step.assign(k)
        assert lr().numpy() == pytest.approx(RUN(int(k)), rel=1e-6, abs=0)
    assert len(traces) == 1


def test_mlx_compile_and_grad() -> None:
    import mlx.core as mx

    steps = mx.array(RUN_STEPS)
    np.testing.assert_allclose(mx.compile(RUN)(steps), RUN(RUN_STEPS), rtol=1e-6)
    assert mx.grad(lrs.LinearDecay(4))(mx.array(1.0)).item() == -0.25


KERAS = """
import numpy as np
import keras
import lrsched as lrs
from cases import CASES
from libraries import Library, assert_right, whole_steps

backend = keras.backend.backend()
make = lambda steps: keras.ops.convert_to_tensor(steps)
own = type(make([0]))
most = 2**31 - 1 if backend == "jax" else 2**63 - 1
library = Library(backend, keras, make, own, make([0.0]).dtype, 2**-23, most,
                  read=keras.ops.convert_to_numpy)
counter = keras.Variable(3, dtype="int32", trainable=False)
for case in CASES:
    steps = whole_steps(case.schedule, most)
    assert_right(case, steps, library(case.schedule, steps), library)
    assert_right(case, 3, library.read(case.schedule(counter)), library)
x = keras.Input((), dtype="int32")
run = lrs.Sequence(lrs.LinearWarmup(4), lrs.Cycle(lrs.CosineDecay(9), stretch=2, gain=0.5))
steps = np.arange(100, dtype="int32")
values = library.read(keras.Model(x, run(x))(steps))
np.testing.assert_allclose(values, run(steps), rtol=1e-6)
# Symbols know 2**31 - 1 at most, and hold there. (On torch, Keras' own minimum makes int64 int32.)
for dtype in {"tensorflow": ("int64", "uint32"), "jax": ("uint32",), "torch": ()}[backend]:
    x = keras.Input((), dtype=dtype)
    steps = np.array([0, 2, 2**31 - 1, 2**31, 2**32 - 1], dtype=dtype)
    far = lrs.Sequence(lrs.LinearWarmup(4), lrs.LinearDecay(2**32))
    values = library.read(keras.Model(x, far(x))(steps))
    np.testing.assert_allclose(values, far(np.minimum(steps, 2**31 - 1)), rtol=1e-6)
print("done", backend)
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_keras(backend: str) -> None:
    """Tensors, variables and symbolic inputs; Keras has one backend to a process."""
    here = Path(__file__).parents[1]
    env = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)]),
    }
    run = subprocess.run(
        [sys.executable, "-c", KERAS], env=env, capture_output=True, text=True, timeout=300
    )
    assert run.stdout == f"done {backend}\n", run.stderr


def test_dask_is_lazy() -> None:
    import dask.array as da

    schedule = lrs.LinearDecay(10**12)
    steps = da.arange(10**12, chunks=10**7)
    lazy = schedule(steps)
    assert lazy.chunks == steps.chunks
    assert lazy[-1].compute() == pytest.approx(1e-12)
    assert lrs.LinearDecay(4)(da.asarray(1)).compute() == 0.75


def test_dask_on_two_processes() -> None:
    import dask.array as da

    steps = da.arange(30_000, chunks=1_000)
    with two_workers() as client:
        values = RUN(steps)
        peak = values.max().compute()
        got = client.compute(values).result()
    np.testing.assert_array_equal(got, RUN(np.arange(30_000)))
    assert peak == 3e-4
