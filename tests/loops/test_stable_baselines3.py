"""The rate of every update of stable-baselines3, in its own optimizer."""

from __future__ import annotations

import functools
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import stable_baselines3
import torch
from recipes import SHAPE, cook
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.callbacks import CheckpointCallback
from stable_baselines3.common.vec_env import DummyVecEnv

import lrsched as lrs
from lrsched.adapters import progress

pytestmark = pytest.mark.loops

# In steps of the environment: its warmup ends within the third rollout, its decay with the run.
TOTAL = 100
ROLLOUT = 16
SCHEDULE = 3e-4 * lrs.Sequence(lrs.LinearWarmup(40), lrs.CosineDecay(60, end=0.1))
OF_PPO = {"device": "cpu", "n_steps": ROLLOUT, "batch_size": 8, "n_epochs": 2}


class Still(gymnasium.Env[Any, Any]):
    """Nothing ever happens."""

    observation_space = gymnasium.spaces.Box(-1.0, 1.0, (1,))
    action_space = gymnasium.spaces.Box(-1.0, 1.0, (1,))
    nothing = np.zeros(1, dtype=np.float32)

    def reset(self, **_: Any) -> Any:
        return self.nothing, {}

    def step(self, _: Any) -> Any:
        return self.nothing, 0.0, False, True, {}


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The rate of every update of any Adam, as the optimizer has it."""
    torch.set_num_threads(1)
    rates: list[float] = []
    step = torch.optim.Adam.step

    def read(adam: Any, *args: Any, **kwargs: Any) -> Any:
        rates.extend(group["lr"] for group in adam.param_groups)
        return step(adam, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", read)
    return rates


def expected(ends: list[int]) -> list[float]:
    """Of rollouts that end at these steps: two passes over two batches each."""
    return [SCHEDULE(step) for step in ends for _ in range(4)]


def learnt(monkeypatch: pytest.MonkeyPatch, env: Any, total_steps: int) -> PPO:
    """By the recipe, which has only what a rate needs."""
    small = functools.partial(PPO, **OF_PPO)
    monkeypatch.setattr(stable_baselines3, "PPO", small)
    return cook("stable-baselines3", schedule=SCHEDULE, env=env, total_steps=total_steps).model


def test_every_update_has_the_rate_at_its_rollouts_end(
    used: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = learnt(monkeypatch, Still(), TOTAL)
    assert model.num_timesteps == 112  # beyond its total
    assert used == expected([16, 32, 48, 64, 80, 96, 112])
    assert used[-1] == SCHEDULE(TOTAL) == pytest.approx(3e-5)


def test_it_goes_on_within_the_same_total(used: list[float], tmp_path: Path) -> None:
    keep = CheckpointCallback(50, str(tmp_path), name_prefix="model")
    model = PPO("MlpPolicy", Still(), learning_rate=progress(SCHEDULE, TOTAL), **OF_PPO)
    model.learn(TOTAL, callback=keep)
    del used[:]
    path = tmp_path / "model_50_steps"
    model = cook("stable-baselines3", 1, env=Still(), total_steps=TOTAL, path=path).model
    assert model.learning_rate == progress(SCHEDULE, TOTAL)
    assert used == expected([66, 82, 98, 114])


def test_off_policy(used: list[float]) -> None:
    rate = progress(SCHEDULE, TOTAL)
    model = SAC("MlpPolicy", Still(), learning_rate=rate, learning_starts=90, device="cpu")
    model.learn(TOTAL)
    # An update after every step, of the entropy's weight, the critic and the actor.
    assert used == [SCHEDULE(step) for step in range(91, 101) for _ in range(3)]


def test_two_environments_count_twice(used: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    learnt(monkeypatch, DummyVecEnv([Still, Still]), total_steps=64)
    left = progress(SCHEDULE, 64)
    assert used == [left(x) for x in (0.5, 0.0) for _ in range(8)]
    assert used[0] == SCHEDULE(32)


def test_the_clipping_range_too() -> None:
    clip = progress(0.2 * SHAPE, 2 * ROLLOUT)
    model = PPO("MlpPolicy", Still(), clip_range=clip, **OF_PPO)
    model.learn(2 * ROLLOUT)
    assert model.logger.name_to_value["train/clip_range"] == clip(0.0) == pytest.approx(0.02)


def test_a_bare_schedule_is_noticed() -> None:
    """It would stay within its first step of a million, and nothing would fail."""
    model = PPO("MlpPolicy", Still(), learning_rate=lrs.LinearDecay(1_000_000), **OF_PPO)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.learn(30 * ROLLOUT)
    (said,) = [str(warning.message) for warning in caught]
    assert "as what is left of a run does: lrsched.adapters.progress(schedule, total_steps)" in said


def test_below_0_a_bare_schedule_points_to_the_recipe() -> None:
    model = PPO("MlpPolicy", Still(), learning_rate=lrs.LinearDecay(TOTAL), **OF_PPO)
    with pytest.raises(ValueError, match=r"\(lrsched\.adapters\.progress .*\), got -0\.1200000"):
        model.learn(TOTAL)


def test_what_callbacks_get_is_no_step() -> None:
    model = PPO("MlpPolicy", Still(), **OF_PPO)
    with pytest.raises(TypeError, match=r"loops\) says what to give stable_baselines3\), got <sta"):
        lrs.LinearDecay(TOTAL)(model)
    with pytest.raises(TypeError, match=r"loops\) says what to give gymnasium\), got <"):
        lrs.LinearDecay(TOTAL)(Still())
