"""The rate of every update of fastai's own training loop, in its optimizer (see `fastai_peer`)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import fastai_peer
import pytest
from recipes import SHAPE, cook

import lrsched as lrs

pytestmark = pytest.mark.loops

SCHEDULE = 0.5 * SHAPE


@pytest.fixture(scope="module")
def there() -> Iterator[Callable[..., Any]]:
    with fastai_peer.elsewhere() as call:
        yield call


def fit(
    schedule: lrs.Schedule, batches: int, epochs: int, stop: int | None = None, **options: Any
) -> tuple[list[float], list[str]]:
    """The rate of every update, by the recipe or `bare`; and what is said of it.

    With `stop` the fit ends after so many updates; with `start` it begins at that epoch.
    """
    import torch

    peer, rates, said = fastai_peer.fastai(), [], []

    class Read(peer.callback.Callback):
        def before_step(self) -> None:
            rates.extend(group["lr"] for group in self.opt.hypers)
            if len(rates) == stop:
                raise peer.callback.CancelFitException

    def loss(guess: Any, _: Any) -> Any:
        return guess.sum()

    rows = [(torch.ones(1, 1), torch.ones(1, 1))] * batches
    with (
        fastai_peer.learning(torch.nn.Linear(1, 1), rows, loss) as learn,
        learn.no_logging(),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        learn.add_cb(Read())
        if options.get("bare"):
            learn.fit(epochs, cbs=peer.schedule.ParamScheduler({"lr": schedule}))
        elif start := options.get("start"):
            rate = cook("fastai", schedule=schedule, learn=learn, epochs=epochs).rate
            del rates[:]
            scheduler = peer.schedule.ParamScheduler({"lr": rate})
            learn.fit(epochs, cbs=scheduler, start_epoch=start)
        else:
            cook("fastai", schedule=schedule, learn=learn, epochs=epochs)
        said = [str(warning.message) for warning in caught]
    return rates, said


def test_every_update_has_its_rate(there: Callable[..., Any]) -> None:
    rates, said = there(fit, SCHEDULE, batches=5, epochs=3)
    assert rates == [SCHEDULE(k) for k in range(15)]
    assert said == []


def test_six_hundred_times_a_six_hundredth(there: Callable[..., Any]) -> None:
    """The progress is added up, a rounding at a time: no jump may come too late for that."""
    jumps = lrs.StepDecay(1, gamma=0.99)
    rates, said = there(fit, jumps, batches=300, epochs=2)
    assert rates == [jumps(k) for k in range(600)]
    assert said == []


def test_it_goes_on(there: Callable[..., Any]) -> None:
    rates, _ = there(fit, SCHEDULE, batches=5, epochs=3, start=2)
    assert rates == [SCHEDULE(k) for k in range(10, 15)]


def test_a_bare_schedule_is_noticed(there: Callable[..., Any]) -> None:
    """It would stay within its first step of ten thousand, and nothing would fail."""
    bare = lrs.LinearDecay(10_000)
    rates, said = there(fit, bare, batches=10_000, epochs=1, stop=150, bare=True)
    assert min(rates) > bare(1)
    assert len(said) == 1
    assert "rise from 0 to 0.0099" in said[0]
    assert "lrsched.adapters.progress(schedule, total_steps, rising=True) takes it" in said[0]
