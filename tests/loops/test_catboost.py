"""The rate of every tree of CatBoost: in its model, and in what the tree adds."""

from __future__ import annotations

import itertools
from typing import Any

import catboost
import numpy as np
import pytest
from recipes import SHAPE, cook

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULE = lrs.Shift(0.5 * SHAPE, 1)
ROUNDS = 13
EXPECTED = [SCHEDULE(k) for k in range(ROUNDS)]
X, Y = np.array([[0.0], [1.0]] * 4), np.array([1.0, -2.0] * 4)
QUIET = {"verbose": False, "allow_writing_files": False, "thread_count": 1}
# A round goes its rate of the way from what is predicted to what is right.
PARAMS = {**QUIET, "l2_leaf_reg": 0, "bootstrap_type": "No", "boost_from_average": False}


def applied(model: catboost.CatBoostRegressor) -> list[float]:
    """By the trees: how much of what was left each of them took away."""
    after = [0, *(stage[0] for stage in model.staged_predict(X))]
    return [(b - a) / (1 - a) for a, b in itertools.pairwise(after)]


def test_every_tree_has_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    fit = catboost.CatBoostRegressor.fit

    def read(self: Any, *args: Any, **kwargs: Any) -> Any:
        model = fit(self, *args, **kwargs)
        rates.append(model.learning_rate_)
        return model

    monkeypatch.setattr(catboost.CatBoostRegressor, "fit", read)
    model = cook("CatBoost", schedule=SCHEDULE, params=PARAMS, rounds=ROUNDS, X=X, y=Y).model
    assert model.tree_count_ == ROUNDS
    assert rates == pytest.approx(EXPECTED, rel=2.0**-23)  # kept as a float32
    assert applied(model) == pytest.approx(EXPECTED, rel=1e-6)


def test_one_tree_a_fit_makes_the_trees_of_a_single_fit() -> None:
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {"X": rng.normal(size=(200, 5)), "y": rng.normal(size=200)}
    params = {**QUIET, "depth": 3, "bootstrap_type": "Bernoulli", "subsample": 0.5}
    ours = cook("CatBoost", schedule=lrs.Constant(0.1), params=params, rounds=6, **given).model
    peer = catboost.CatBoostRegressor(**params, iterations=6, learning_rate=0.1)
    peer.fit(given["X"], given["y"])
    assert ours.predict(given["X"]) == pytest.approx(peer.predict(given["X"]), rel=1e-12)


def test_a_rate_of_0_is_refused() -> None:
    """What the page warns of."""
    with pytest.raises(catboost.CatBoostError, match="Learning rate should be non-zero"):
        cook("CatBoost", params=PARAMS, rounds=1, X=X, y=Y)
