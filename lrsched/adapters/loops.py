"""Other loops: what they count, what they hand over, and the right rate in each.

Every loop can be had right in a few lines, once it is known what it counts. Each recipe gives
update k the value `schedule(k)`, k = 0, 1, 2, ...; each is run by a test on the real framework.

| loop | what it hands over | what to give it |
|---|---|---|
| CatBoost | nothing: a fit has one rate | fits of one tree, each going on from the one before |
| fastai | what is done of the run, 0 to 1 | `progress(schedule, total_steps, rising=True)` |
| LightGBM | the round, from 0 in every `train` | `reset_parameter(learning_rate=schedule)` |
| River | how many updates are done | a `Scheduler` whose `get` is the schedule |
| scikit-learn | nothing: `partial_fit` reads an attribute | that attribute, before each call |
| stable-baselines3 | what is left of the run, 1 to 0 | `progress(schedule, total_steps)` |
| tinygrad | nothing: the rate is a tensor | `optimizer.lr.assign([schedule(k)])` |
| XGBoost | the round just over, from 0 in every `train` | `eta=schedule(0)`, `Shift(schedule, 1)` |

### CatBoost

A fit has one rate. Fits of one tree each, the next from where the last one stopped, make the same
trees as a single fit, what is drawn at random included; each runs all the trees so far once. A rate
of 0 is refused: begin a warmup with `Shift(schedule, 1)`.

```python
from catboost import CatBoostRegressor

model = None  # or one to go on from, whose tree_count_ is the first k
for k in range(rounds):
    next_one = CatBoostRegressor(**params, iterations=1, learning_rate=schedule(k))
    model = next_one.fit(X, y, init_model=model)
```

### fastai

It hands over how much of the fit is done, from 0 up to 1, before each batch. With `start_epoch=` a
fit goes on where that epoch begins.

```python
from fastai.callback.schedule import ParamScheduler
from lrsched.adapters import progress

rate = progress(schedule, epochs * len(learn.dls.train), rising=True)
learn.fit(epochs, cbs=ParamScheduler({"lr": rate}))
```

### LightGBM

It hands over the number of the round before that round. A rate of 0 is fatal to it: begin a warmup
with `Shift(schedule, 1)`, and let no round come where the schedule has reached 0.

```python
import lightgbm as lgb

rate = lgb.reset_parameter(learning_rate=schedule)
booster = lgb.train(params, data, rounds, callbacks=[rate])
```

With `init_model=` it counts from 0 again:

```python
import lightgbm as lgb

done = booster.current_iteration()
rate = lgb.reset_parameter(learning_rate=lrs.Shift(schedule, done))
booster = lgb.train(params, data, rounds, init_model=booster, callbacks=[rate])
```

### River

An optimizer hands over how many updates it has made, and keeps that number with the model. A linear
model's intercept has a rate of its own.

```python
from river import linear_model, optim

class Scheduled(optim.base.Scheduler):
    def __init__(self, schedule):
        self.schedule = schedule

    def get(self, t):
        return self.schedule(t)

rate = Scheduled(schedule)
model = linear_model.LogisticRegression(optim.SGD(rate), intercept_lr=rate)
```

### scikit-learn

`SGDClassifier` and `SGDRegressor` read `eta0` in every `partial_fit`, and make an update with it
for each row. The first one must not be 0: begin a warmup with `Shift(schedule, 1)`.

```python
from sklearn.linear_model import SGDClassifier

model = SGDClassifier(learning_rate="constant")
for k, (X, y) in enumerate(batches):
    model.set_params(eta0=schedule(k))
    model.partial_fit(X, y, classes=classes)
```

`MLPClassifier` and `MLPRegressor` read `learning_rate_init` in the first `partial_fit` alone, and
do not notice a later one. The rate itself is in a private attribute: `learning_rate` for the solver
sgd, `learning_rate_init` for adam. A call makes an update for each `batch_size` rows, 200 by
default.

```python
from sklearn.neural_network import MLPClassifier

model = MLPClassifier(learning_rate_init=schedule(0))
for k, (X, y) in enumerate(batches):
    if k > 0:
        rate = schedule(k)
        vars(model._optimizer).update(learning_rate=rate, learning_rate_init=rate)
    model.partial_fit(X, y, classes=classes)
```

### stable-baselines3

It hands over what is left of `learn`'s total, from 1 down to 0, and below 0 in the last rollout. It
counts steps of the environments, and asks after each rollout: all updates with that rollout get the
value at the steps taken so far. `clip_range` of PPO takes the same.

```python
from stable_baselines3 import PPO
from lrsched.adapters import progress

model = PPO("MlpPolicy", env, learning_rate=progress(schedule, total_steps))
model.learn(total_steps)
```

A saved model has its schedule with it. To go on within the same total:

```python
from stable_baselines3 import PPO

model = PPO.load(path, env)
model.learn(total_steps - model.num_timesteps, reset_num_timesteps=False)
```

### tinygrad

An optimizer's rate is a tensor of one number. Assigned to, it is the same tensor, and a step that
`TinyJit` has captured sees the new rate; another tensor in its place, it does not.

```python
for k, batch in enumerate(batches):
    optimizer.lr.assign([schedule(k)]).realize()
    train_step(batch)
```

### XGBoost

Its `LearningRateScheduler` acts when a round is over, for the next one: the first rate is `eta`,
and the schedule is one ahead.

```python
import xgboost as xgb

later = xgb.callback.LearningRateScheduler(lrs.Shift(schedule, 1))
params = {**params, "eta": schedule(0)}
booster = xgb.train(params, data, rounds, callbacks=[later])
```

With `xgb_model=` it counts from 0 again:

```python
import xgboost as xgb

done = booster.num_boosted_rounds()
later = xgb.callback.LearningRateScheduler(lrs.Shift(schedule, done + 1))
params = {**params, "eta": schedule(done)}
booster = xgb.train(params, data, rounds, xgb_model=booster, callbacks=[later])
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from lrsched._core.check import Flag, PositiveCount, checked, refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule


@dataclass(frozen=True)
class Progress:
    """A schedule as a function of the progress through a run; made by `progress`."""

    schedule: Schedule
    total_steps: int
    rising: bool = False

    def __call__(self, progress: Any) -> float:
        """The value where so much is left of the run, or, `rising`, is behind it."""
        try:
            fraction = float(progress)
        except (TypeError, ValueError):
            rule = "a number, the fraction of a run"
            raise refusal(TypeError, "progress", "progress", rule, progress) from None
        if fraction != fraction:
            raise refusal(ValueError, "progress", "progress", "a number", progress)
        # A run's last rollout ends beyond its total: there the end holds.
        passed = min(max(fraction if self.rising else 1 - fraction, 0.0), 1.0)
        step = passed * self.total_steps
        # Fractions of whole steps are those steps, and not what their rounding makes of them.
        whole = round(step)
        return self.schedule(whole if abs(step - whole) <= self._rounding() else step)

    def _rounding(self) -> float:
        """How far from a whole step its fraction may be, in steps.

        1 - (1 - k / N) has two roundings. fastai adds up 1 / N, k times: as many roundings.
        """
        of_two = 2**-51 * self.total_steps
        return max(of_two, min(2**-53 * self.total_steps**2, 0.01)) if self.rising else of_two


@checked
def progress(
    schedule: Annotated[Schedule, A_SCHEDULE], total_steps: PositiveCount, rising: Flag = False
) -> Progress:
    """The function of the progress that a trainer takes which counts in fractions of its run.

    stable-baselines3 hands over what is left, from 1 down to 0 (and a little below, where the total
    is no multiple of a rollout); fastai what is done, from 0 to 1 (`rising`). A bare schedule in
    their hands stays within its first step all the time, and nothing fails.

    Formula: schedule((1 - progress) * total_steps), or schedule(progress * total_steps) where it is
    rising; the progress is clamped to [0, 1], and a step that is whole up to rounding is whole.

    Args:
        schedule: any schedule.
        total_steps: what the progress is a fraction of, in the unit that the schedule counts in.
        rising: whether the progress goes from 0 to 1.

    Returns:
        A picklable function of one number; equal for equal schedules.

    Raises:
        TypeError, ValueError: schedule is none, or total_steps no positive count. When called: the
            progress is no number.

    >>> import lrsched as lrs
    >>> rate = progress(lrs.warmup_linear(3e-4, 100_000, warmup_steps=10_000), 100_000)
    >>> rate(1.0), rate(0.9), rate(0.0), rate(-0.02)
    (0.0, 0.0003, 0.0, 0.0)
    >>> rate = progress(lrs.LinearDecay(500), 500, rising=True)
    >>> rate(0.0), rate(0.5), rate(1.0)
    (1.0, 0.5, 0.0)
    """
    return Progress(schedule, total_steps, rising)
