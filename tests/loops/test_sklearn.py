"""The rate of every update of scikit-learn's incremental models: by how far it goes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network
from recipes import SHAPE, cook
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULE = lrs.Shift(0.5 * SHAPE, 1)
CALLS = 14
EXPECTED = [SCHEDULE(k) for k in range(CALLS)]


def batches(rows: int = 1) -> list[Any]:
    """Rows of nothing, which move the intercept alone; their class alternates."""
    return [(np.zeros((rows, 1)), [k % 2] * rows) for k in range(CALLS)]


def after(
    monkeypatch: pytest.MonkeyPatch, cls: type, name: str, read: Callable[[Any], Any]
) -> list[Any]:
    """What is read off an object after each call of this method of its."""
    seen: list[Any] = []
    method = getattr(cls, name)

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        done = method(self, *args, **kwargs)
        seen.append(read(self))
        return done

    monkeypatch.setattr(cls, name, call)
    return seen


def test_every_call_has_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hinge loss has a slope of 1: an intercept goes as far as the rate says."""
    at = after(monkeypatch, SGDClassifier, "partial_fit", lambda model: model.intercept_[0])
    cook("scikit-learn", schedule=SCHEDULE, batches=batches(), classes=[0, 1])
    assert np.abs(np.diff([0.0, *at])) == pytest.approx(EXPECTED, rel=1e-14)


def test_every_row_is_an_update() -> None:
    model = SGDRegressor(learning_rate="constant", eta0=0.25).partial_fit([[0.0]] * 3, [1.0] * 3)
    assert model.intercept_[0] == pytest.approx(1 - 0.75**3)


@pytest.mark.parametrize("rows", [1, 500])
def test_mlp_by_sgd(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    by_sgd = functools.partial(MLPClassifier, solver="sgd", momentum=0.0)
    monkeypatch.setattr(sklearn.neural_network, "MLPClassifier", by_sgd)
    rates: list[float] = []
    update = SGDOptimizer.update_params

    def read(self: Any, params: list[Any], grads: list[Any]) -> None:
        before, slope = params[-1].copy(), grads[-1].copy()
        update(self, params, grads)
        rates.append(((before - params[-1]) / slope).item())

    monkeypatch.setattr(SGDOptimizer, "update_params", read)
    cook("scikit-learn", 1, schedule=SCHEDULE, batches=batches(rows), classes=[0, 1])
    updates = -(-rows // 200)  # of one call
    assert rates == pytest.approx(np.repeat(EXPECTED, updates), rel=1e-10)


def test_mlp_by_adam(monkeypatch: pytest.MonkeyPatch) -> None:
    def rate(adam: Any) -> float:
        biased = np.sqrt(1 - adam.beta_2**adam.t) / (1 - adam.beta_1**adam.t)
        return float(adam.learning_rate / biased)

    rates = after(monkeypatch, AdamOptimizer, "update_params", rate)
    cook("scikit-learn", 1, schedule=SCHEDULE, batches=batches(), classes=[0, 1])
    assert rates == pytest.approx(EXPECTED, rel=1e-14)


@pytest.mark.parametrize("number", [0, 1])
def test_a_first_rate_of_0_is_refused(number: int) -> None:
    """What the page warns of."""
    with pytest.raises(ValueError, match=r"in the range \(0\.0, inf\)\. Got 0\.0 instead"):
        cook("scikit-learn", number, batches=batches(), classes=[0, 1])


def test_a_later_rate_of_0_is_none() -> None:
    model = SGDRegressor(learning_rate="constant", eta0=0.25).partial_fit([[0.0]], [1.0])
    model.set_params(eta0=0.0).partial_fit([[0.0]], [9.0])
    assert model.intercept_[0] == 0.25


def test_mlp_reads_its_parameter_once() -> None:
    """What the page warns of."""
    model = MLPClassifier(learning_rate_init=0.5).partial_fit([[0.0]], [0], classes=[0, 1])
    model.set_params(learning_rate_init=0.25).partial_fit([[0.0]], [0])
    assert model._optimizer.learning_rate_init == 0.5
