"""The rate of every boosting round of XGBoost: in its configuration, and in its trees."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
import xgboost as xgb
from recipes import SHAPE, cook

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULE = 0.5 * SHAPE
ROUNDS = 15
EXPECTED = [SCHEDULE(k) for k in range(ROUNDS)]
X, Y = np.array([[0.0], [1.0]] * 4), np.array([1.0, -2.0] * 4)
DATA = xgb.DMatrix(X, Y)
# A round goes its rate of the way from what is predicted to what is right.
PARAMS = {"lambda": 0, "base_score": 0.0, "min_child_weight": 0, "nthread": 1}


class Reader(xgb.callback.TrainingCallback):
    """Keeps the rate that the booster has when a round begins."""

    def __init__(self) -> None:
        self.rates: list[float] = []

    def before_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        trainer = json.loads(model.save_config())["learner"]["gradient_booster"]
        self.rates.append(float(trainer["tree_train_param"]["learning_rate"]))
        return False


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Sits in every `train` beside the callbacks that it is given."""
    reader, train = Reader(), xgb.train
    monkeypatch.setattr(
        xgb,
        "train",
        lambda *args, callbacks, **kw: train(*args, callbacks=[*callbacks, reader], **kw),
    )
    return reader


def applied(booster: xgb.Booster) -> list[float]:
    """By the trees: how much of what was left each of them took away."""
    n = booster.num_boosted_rounds()
    after = [booster.predict(DATA, iteration_range=(0, k))[0] if k else 0 for k in range(n + 1)]
    return [(b - a) / (1 - a) for a, b in itertools.pairwise(after)]


def test_every_round_has_its_rate(reader: Reader) -> None:
    given = {"params": PARAMS, "data": DATA, "rounds": ROUNDS}
    booster = cook("XGBoost", schedule=SCHEDULE, **given).booster
    assert reader.rates == pytest.approx(EXPECTED, rel=2.0**-23)  # kept as a float32
    assert applied(booster) == pytest.approx(EXPECTED, rel=1e-4)


@pytest.mark.parametrize("first", [1, 5])
def test_it_goes_on(first: int, reader: Reader) -> None:
    given: dict[str, Any] = {"schedule": SCHEDULE, "params": PARAMS, "data": DATA}
    booster = cook("XGBoost", rounds=first, **given).booster
    booster = xgb.Booster(model_file=booster.save_raw())
    booster = cook("XGBoost", 1, rounds=ROUNDS - first, booster=booster, **given).booster
    assert booster.num_boosted_rounds() == ROUNDS
    assert reader.rates == pytest.approx(EXPECTED, rel=2.0**-23)
    assert applied(booster) == pytest.approx(EXPECTED, rel=1e-4)


def test_a_bare_schedule_is_late(reader: Reader) -> None:
    """What the recipe is for."""
    late = xgb.callback.LearningRateScheduler(SCHEDULE)
    xgb.train({**PARAMS, "eta": 0.25}, DATA, 4, callbacks=[late])
    assert reader.rates == pytest.approx([0.25, *EXPECTED[:3]], rel=2.0**-23)


def test_a_booster_is_no_step() -> None:
    with pytest.raises(TypeError, match=r"loops\) says what to give xgboost\), got <xgboost"):
        lrs.CosineDecay(10)(xgb.train(PARAMS, DATA, 1))
