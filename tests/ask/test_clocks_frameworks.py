"""Clocks of samples beside Megatron's own ramp, and on float32 frameworks."""

from __future__ import annotations

import importlib
import warnings

import jax
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_clocks import counted, ramp

import lrsched as lrs

pytestmark = pytest.mark.frameworks

with warnings.catch_warnings():
    # As in test_compat_megatron.py: all of Megatron is imported, and tells what it lacks.
    warnings.filterwarnings("ignore", "Transformer Engine and Apex", UserWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    megatron = importlib.import_module("megatron.core.num_microbatches_calculator")


def seen_by_megatron(start, increment, samples, batch, microbatch=1):
    """The samples consumed before each update, as its training loop counts them."""
    calculator = megatron.RampupBatchsizeNumMicroBatchesCalculator(
        batch, microbatch, 1, microbatch > 1, 1, start, increment, samples
    )
    seen = [0]
    while seen[-1] < 2 * samples + 20 * batch:
        calculator.update(seen[-1], consistency_check=False)
        seen.append(seen[-1] + calculator.get() * microbatch)
    return seen


FLAGS = [
    (32, 32, 100_000, 256),
    (16, 8, 5_859_375, 1536),  # of the 530B model of Smith et al. 2022 (arXiv:2201.11990), shorter
    (32, 16, 3_000_000, 1024),
    (1, 1, 1000, 100),
    (48, 48, 12_345, 48 * 9),
    (8, 56, 77, 64),  # one increment
    (64, 64, 100, 1024),  # updates that pass several thresholds
]


@pytest.mark.parametrize("flags", FLAGS, ids=repr)
def test_the_ramp_of_megatron(flags):
    seen = seen_by_megatron(*flags)
    clock = lrs.samples_clock(ramp(*flags), per="sample")
    assert clock(np.arange(len(seen))).tolist() == seen
    assert [clock(k) for k in range(min(len(seen), 1000))] == seen[:1000]


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 64),
    st.integers(1, 64),
    st.integers(1, 30),
    st.integers(30, 20_000),
)
def test_any_ramp_of_megatron(start, increment, many, samples):
    flags = (start, increment, samples, start + increment * many)
    seen = seen_by_megatron(*flags)
    ours = lrs.samples_clock(ramp(*flags), per="sample")(np.arange(len(seen))).tolist()
    if ours != seen:  # it may only be its rounding, of an update that begins on a threshold
        first = next(k for k, (a, b) in enumerate(zip(ours, seen, strict=True)) if a != b)
        assert seen[first - 1] in ramp(*flags).boundaries
        quotient = seen[first - 1] / (samples / many)
        assert quotient < round(quotient) < quotient * (1 + 2**-52)


def test_megatron_rounds_where_an_update_begins_on_a_threshold():
    flags = (9, 1, 9, 16)  # seven increments: with 9 samples seen, int(9 / (9 / 7)) is 6
    assert seen_by_megatron(*flags)[:4] == [0, 9, 24, 40]
    assert lrs.samples_clock(ramp(*flags), "sample")([0, 1, 2, 3]).tolist() == [0, 9, 25, 41]


def test_the_ramp_of_megatron_in_whole_microbatches():
    """`decrease_batch_size_if_needed`: sizes are rounded down to what the machines can do."""
    flags = (32, 24, 50_000, 32 + 24 * 9)
    sizes = ramp(*flags)
    rounded = lrs.PiecewiseConstant(sizes.boundaries, [size // 16 * 16 for size in sizes.values])
    seen = seen_by_megatron(*flags, microbatch=16)
    clock = lrs.samples_clock(rounded, per="sample")
    assert clock(np.arange(len(seen))).tolist() == seen


def test_on_float32_frameworks():
    batch = ramp(32, 32, 3_000_000, 1024)
    clock = lrs.samples_clock(batch, per="sample")
    seen = np.array(counted(batch, 20_000, "sample"))
    steps = np.arange(len(seen))
    for found in (
        clock(torch.tensor(steps)),
        torch.compile(clock, fullgraph=True)(torch.tensor(steps)),
        clock(jax.numpy.array(steps)),
        jax.jit(clock)(jax.numpy.array(steps)),
    ):
        found = np.asarray(found)
        assert found.dtype == np.float32
        assert (abs(found - seen) <= 1e-6 * seen).all()
    assert clock(torch.tensor(steps, dtype=torch.float64)).tolist() == seen.tolist()
