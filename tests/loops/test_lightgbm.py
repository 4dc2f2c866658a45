"""The rate of every boosting round of LightGBM: in its parameters, and in its trees."""

from __future__ import annotations

import itertools
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from recipes import SHAPE, cook

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULE = lrs.Shift(0.5 * SHAPE, 1)
ROUNDS = 14
EXPECTED = [SCHEDULE(k) for k in range(ROUNDS)]
X, Y = np.array([[0.0], [1.0]] * 4), np.array([1.0, -2.0] * 4)
QUIET = {"verbose": -1, "num_threads": 1, "min_data_in_bin": 1}
# A round goes its rate of the way from what is predicted to what is right.
PARAMS = {**QUIET, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "boost_from_average": False}


def given(rounds: int = ROUNDS, schedule: lrs.Schedule = SCHEDULE, **more: Any) -> dict[str, Any]:
    data = lgb.Dataset(X, Y, params=QUIET, free_raw_data=False)
    return {"params": PARAMS, "data": data, "rounds": rounds, "schedule": schedule, **more}


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The booster's own rate in every round, as `train` comes to its trees."""
    rates: list[float] = []
    update = lgb.Booster.update

    def read(booster: lgb.Booster, *args: Any, **kwargs: Any) -> bool:
        rates.append(booster.params["learning_rate"])
        return update(booster, *args, **kwargs)

    monkeypatch.setattr(lgb.Booster, "update", read)
    return rates


def applied(booster: lgb.Booster) -> list[float]:
    """By the trees: how much of what was left each of them took away."""
    n = booster.current_iteration()
    after = [booster.predict(X, num_iteration=k)[0] if k else 0 for k in range(n + 1)]
    return [(b - a) / (1 - a) for a, b in itertools.pairwise(after)]


def test_every_round_has_its_rate(rates: list[float]) -> None:
    booster = cook("LightGBM", **given()).booster
    assert rates == EXPECTED
    assert applied(booster) == pytest.approx(EXPECTED, rel=1e-4)
    shrinkage = [tree["shrinkage"] for tree in booster.dump_model()["tree_info"]]
    assert shrinkage == pytest.approx(EXPECTED, rel=1e-5)


@pytest.mark.parametrize("first", [1, 5])
def test_it_goes_on(first: int, rates: list[float]) -> None:
    booster = cook("LightGBM", **given(first)).booster
    booster = lgb.Booster(model_str=booster.model_to_string())
    booster = cook("LightGBM", 1, **given(ROUNDS - first, booster=booster)).booster
    assert rates == EXPECTED
    assert booster.current_iteration() == ROUNDS
    assert applied(booster) == pytest.approx(EXPECTED, rel=1e-4)


def test_a_rate_of_0_is_fatal() -> None:
    """What the page warns of."""
    for schedule in (0.5 * SHAPE, lrs.LinearDecay(3)):
        with pytest.raises(lgb.basic.LightGBMError, match=r"\(learning_rate\) > \(0\.0\)"):
            cook("LightGBM", **given(schedule=schedule))


def test_what_callbacks_get_is_no_step() -> None:
    with pytest.raises(TypeError, match=r"loops\) says what to give lightgbm\), got CallbackEnv"):
        lgb.train(PARAMS, given()["data"], 1, callbacks=[SCHEDULE])
