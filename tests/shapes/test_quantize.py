"""Whole values: what is meant to be whole is, in every library, and drives what counts."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest
import torch

import lrsched as lrs
from lrsched.adapters.jax import to_jax

pytestmark = pytest.mark.frameworks

MEANT = {
    "nearest": lambda x: math.floor(x + Fraction(1, 2)),
    "down": math.floor,
    "up": math.ceil,
}


@pytest.mark.parametrize("rounding", MEANT)
@pytest.mark.parametrize("steps", [3, 7, 10, 49, 1000])
def test_what_is_meant_to_be_whole_or_a_half_is(rounding: Any, steps: int) -> None:
    """A line of whole ends through many halves, most of which no float is."""
    line = lrs.LinearWarmup(steps, start=8, end=8 + 7 * steps / 2)
    schedule = lrs.Quantize(line, rounding=rounding)
    meant = [MEANT[rounding](8 + Fraction(7, 2) * t) for t in range(steps + 1)]
    steps_ = np.arange(steps + 1)
    assert [schedule(t) for t in range(steps + 1)] == meant
    assert schedule(steps_).tolist() == meant
    assert schedule(torch.from_numpy(steps_)).tolist() == meant
    assert schedule(jnp.asarray(steps_)).tolist() == meant


def test_what_rounding_has_left_short_of_a_whole_number_is_there() -> None:
    rise = 64 * lrs.CosineWarmup(3)
    assert math.floor(rise(1)) == 15
    assert math.floor(rise(2)) == 47
    schedule = lrs.Quantize(rise, rounding="down")
    assert [schedule(t) for t in range(4)] == [0, 16, 48, 64]
    for steps in (np.arange(4), torch.arange(4), jnp.arange(4)):
        assert schedule(steps).tolist() == [0, 16, 48, 64]
    over = 100 * lrs.ExponentialDecay(0.1)
    assert math.ceil(over(2)) == 2
    assert lrs.Quantize(over, rounding="up")(2) == 1


@pytest.mark.parametrize("rounding", MEANT)
def test_whole_numbers_stay_as_they_are(rounding: Any) -> None:
    for x in (0, 1, 3, 2**20 + 1, 2**24 - 1, 2**50 + 1, 2**52 + 1, 2**53 - 1, -7, 1e300):
        schedule = lrs.Quantize(lrs.Constant(x), rounding=rounding)
        assert schedule(0) == x == schedule([0])[0]
        if abs(x) < 2**24:
            assert float(schedule(torch.tensor(0))) == x


def test_beyond_floats_it_is_infinite() -> None:
    schedule = lrs.Quantize(lrs.ExponentialDecay(2.0))
    assert schedule(5000) == math.inf == schedule([5000])[0]


def test_area_skips_levels() -> None:
    schedule = lrs.Quantize(lrs.LinearGrowth(1e-12))
    assert lrs.area(schedule, 10**13) == 50 * 10**12  # 1 to 9, and half of 10
    short = lrs.Quantize(lrs.CosineDecay(100_000, end=0.25), unit=0.1, rounding="up")
    assert lrs.area(short, 99_000) == pytest.approx(math.fsum(short(np.arange(99_000))), rel=1e-14)


def test_gradients_are_nothing_and_not_nan() -> None:
    step = torch.tensor([0.0, 3.0, 3.3], requires_grad=True)
    lrs.Quantize(lrs.CosineDecay(10, start=8))(step).sum().backward()
    assert step.grad is not None
    assert step.grad.tolist() == [0, 0, 0]


def test_optax_accumulates_as_many_gradients() -> None:
    counts = lrs.Quantize(lrs.LinearWarmup(4, start=1, end=4), rounding="down")  # 1, 1, 2, 3, 4
    optimizer = optax.MultiSteps(optax.sgd(1.0), to_jax(counts, dtype="int32"))
    params = jnp.zeros(())
    state, moved = optimizer.init(params), []
    for batch in range(15):
        update, state = optimizer.update(jnp.ones(()), state, params)
        if float(update) != 0:
            moved.append(batch)
    assert moved == [0, 1, 3, 6, 10, 14]


def test_a_batch_size_that_grows_in_a_plain_loop() -> None:
    batch = lrs.Quantize(lrs.LinearWarmup(6, start=32, end=256), unit=32, rounding="down")
    data, sizes, seen = np.arange(10_000), [], 0
    for update in range(9):
        rows = data[seen : seen + int(batch(update))]
        sizes.append(len(rows))
        seen += len(rows)
    assert sizes == [32, 64, 96, 128, 160, 192, 256, 256, 256]
