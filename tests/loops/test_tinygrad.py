"""The rate of every update of tinygrad: in its optimizer, and by how far it goes."""

from __future__ import annotations

import os
from typing import Any

import pytest
from recipes import SHAPE, cook

# Its own interpreter: the others want a compiler.
os.environ.setdefault("DEV", "PYTHON")

import itertools

from tinygrad import Context, Tensor, TinyJit
from tinygrad.nn.optim import SGD, Adam

pytestmark = pytest.mark.loops

SCHEDULE = 0.5 * SHAPE
UPDATES = 15
EXPECTED = [SCHEDULE(k) for k in range(UPDATES)]


# On a slope of 1 Adam goes as far; but 1 - 0.999**t has few digits in float32.
@pytest.mark.parametrize(("make", "digits"), [(SGD, 2.0**-23), (Adam, 1e-4)])
def test_every_update_has_its_rate(make: Any, digits: float) -> None:
    weight = Tensor([0.0])
    optimizer = make([weight])
    rates, at = [], [0.0]

    @TinyJit
    def captured(slope: Tensor) -> None:
        optimizer.zero_grad()
        (weight * slope).sum().backward()
        optimizer.step()

    def train_step(slope: float) -> None:
        captured(Tensor([slope]).realize())
        rates.append(optimizer.lr.item())
        at.append(weight.item())

    with Context(TRAINING=1):
        given = {"train_step": train_step, "batches": [1.0] * UPDATES}
        cook("tinygrad", schedule=SCHEDULE, optimizer=optimizer, **given)
    went = [a - b for a, b in itertools.pairwise(at)]
    assert rates == pytest.approx(EXPECTED, rel=2.0**-23)  # kept as a float32
    assert went == pytest.approx(EXPECTED, rel=digits, abs=2.0**-21)  # of places up to 4


def test_another_tensor_is_not_seen() -> None:
    """What the page warns of."""
    weight = Tensor([0.0])
    optimizer = SGD([weight])

    @TinyJit
    def captured() -> None:
        optimizer.zero_grad()
        weight.sum().backward()
        optimizer.step()

    with Context(TRAINING=1):
        for k in range(4):
            optimizer.lr = Tensor([1.0 if k < 3 else 100.0]).realize()
            captured()
    assert weight.item() == -4.0
