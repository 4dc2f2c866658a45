"""The rate of every update of River: in its optimizer, and by how far it goes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import river.optim
from recipes import SHAPE, cook

pytestmark = pytest.mark.loops

SCHEDULE = 0.5 * SHAPE
UPDATES = 15
EXPECTED = [SCHEDULE(k) for k in range(UPDATES)]


def went(model: Any, updates: int) -> list[tuple[float, ...]]:
    """Of each update: the optimizer's rate, that of a weight, and that of the intercept."""
    rates = []
    for k in range(updates):
        x, y = {"x": 1.0}, bool(k % 2)
        slope = model.predict_proba_one(x)[True] - y
        at = model.weights.get("x", 0.0), model.intercept
        rate = model.optimizer.learning_rate
        model.learn_one(x, y)
        now = model.weights["x"], model.intercept
        rates.append((rate, *((a - b) / slope for a, b in zip(at, now, strict=True))))
    return rates


def assert_right(rates: list[tuple[float, ...]]) -> None:
    rate, weight, intercept = map(list, zip(*rates, strict=True))
    assert rate == EXPECTED
    assert weight == pytest.approx(EXPECTED, rel=1e-13)
    assert intercept == pytest.approx(EXPECTED, rel=1e-13)


def test_every_update_has_its_rate() -> None:
    assert_right(went(cook("River", schedule=SCHEDULE).model, UPDATES))


@pytest.mark.parametrize("first", [1, 5])
def test_it_goes_on(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cooked = cook("River", schedule=SCHEDULE)
    # A class of a recipe has no module to be found in; that of a user has.
    monkeypatch.setattr(river.optim, "Scheduled", cooked.Scheduled, raising=False)
    cooked.Scheduled.__module__ = "river.optim"
    rates = went(cooked.model, first)
    model = pickle.loads(pickle.dumps(cooked.model))
    assert_right(rates + went(model, UPDATES - first))


def test_a_clone_begins_again() -> None:
    cooked = cook("River", schedule=SCHEDULE)
    went(cooked.model, 4)
    assert_right(went(cooked.model.clone(), UPDATES))
