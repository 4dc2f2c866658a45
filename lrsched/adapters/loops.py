"""Other loops: what they count, what they hand over, and the right rate in each.

Every loop can be had right in a few lines, once it is known what it counts. Each recipe gives
update k the value `schedule(k)`, k = 0, 1, 2, ...; each is run by a test on the real framework.
PyTorch, Keras and JAX have modules of their own: `lrsched.adapters.torch`, `.keras` and `.jax`.

| loop | what it hands over | what to give it |
|---|---|---|
| CatBoost | nothing: a fit has one rate | fits of one tree, each going on from the one before |
| Composer | counts batches | `ScheduleLR`, stepped every batch |
| DeepSpeed | counts updates | a function that builds `ScheduleLR` |
| diffusers | in its scripts: updates, once for each process | a stretched `ScheduleLR` |
| fastai | what is done of the run, 0 to 1 | `progress(schedule, total_steps, rising=True)` |
| Flax nnx | optax's count of updates | `to_jax(schedule)` |
| ignite | an event after each batch | `ScheduleLR` in a handler |
| LightGBM | the round, from 0 in every `train` | `reset_parameter(learning_rate=schedule)` |
| River | how many updates are done | a `Scheduler` whose `get` is the schedule |
| scikit-learn | nothing: `partial_fit` reads an attribute | that attribute, before each call |
| sentence-transformers | counts updates | `ScheduleLR` of its own optimizer |
| skorch | counts batches; after a stop, epochs | `ScheduleLR` by a corrected callback |
| spaCy | takes a value after each update | an iterator, registered |
| stable-baselines3 | what is left of the run, 1 to 0 | `progress(schedule, total_steps)` |
| thinc | takes a value after each update | a generator |
| tinygrad | nothing: the rate is a tensor | `optimizer.lr.assign([schedule(k)])` |
| trl | counts updates | `ScheduleLR` of its own optimizer |
| Ultralytics | counts epochs | a callback that writes the rate |
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

### Composer

A batch is an update, however many microbatches it is cut into. A scheduler of torch is right if it
is stepped with each; a function of the state, as Composer's own, is one late: the first value comes
twice. For `scale_schedule_ratio`, which is refused, there is `lrs.Stretch(schedule, ratio)`.

```python
from composer import Trainer
from lrsched.adapters.torch import ScheduleLR

trainer = Trainer(
    model=model,
    train_dataloader=batches,
    max_duration="10ba",
    optimizers=optimizer,
    schedulers=ScheduleLR(optimizer, schedule),
    step_schedulers_every_batch=True,
    **options,
)
trainer.fit()
```

### DeepSpeed

The engine counts updates: not the batches that make one, nor what it skips for an overflow. The
function is handed the optimizer that has the groups: yours, or, where `optimizer` is None, that of
the config. A scheduler in the config is passed over.

```python
import deepspeed
from lrsched.adapters.torch import ScheduleLR

engine, *_ = deepspeed.initialize(
    model=model,
    model_parameters=model.parameters(),
    optimizer=optimizer,
    lr_scheduler=lambda optimizer: ScheduleLR(optimizer, schedule),
    config=config,
)
```

### diffusers

The training scripts prepare their scheduler with accelerate, which steps it once for each process
in an update. In the place of `get_scheduler(...)`, whose lengths they multiply likewise:

```python
from lrsched.adapters.torch import ScheduleLR

lr_scheduler = ScheduleLR(optimizer, lrs.Stretch(schedule, accelerator.num_processes))
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

### Flax nnx

Its optimizer is one of optax, whose count of updates is saved and restored with its state.

```python
from flax import nnx
from lrsched.adapters.jax import to_jax

optimizer = nnx.Optimizer(model, optax.sgd(to_jax(schedule)), wrt=nnx.Param)
```

### ignite

A trainer counts batches, and fires an event after each, with which the scheduler goes on. Of
`gradient_accumulation_steps=accumulate` batches, one makes an update; else `accumulate` is 1. Not
`scheduler.step` itself: it would be handed the trainer. A `Checkpoint` has the scheduler in its
`to_save`, and at the same event is added after it.

```python
from ignite.engine import Events
from lrsched.adapters.torch import ScheduleLR

scheduler = ScheduleLR(optimizer, schedule)
updated = Events.ITERATION_COMPLETED(every=accumulate)
trainer.add_event_handler(updated, lambda: scheduler.step())
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

### sentence-transformers

Its trainers are some of transformers', and count updates. Their own optimizer, made before the run,
has the weights of the loss too, and a group for all that takes no weight decay. With
`learning_rate_mapping` there are more groups: give a list of schedules, one for each.

```python
from lrsched.adapters.torch import ScheduleLR
from sentence_transformers import SentenceTransformerTrainer

trainer = SentenceTransformerTrainer(model, arguments, train_dataset=dataset, loss=loss)
optimizer = trainer.create_optimizer()
trainer.lr_scheduler = ScheduleLR(optimizer, schedule)
trainer.train(resume_from_checkpoint=checkpoint)  # a folder, or None
```

### skorch

Its callback builds a new scheduler for each `fit` and `partial_fit`, and has it begin with the
number of epochs done, also where it steps by batches. With that of batches instead, it goes on:

```python
from lrsched.adapters.torch import ScheduleLR
from skorch.callbacks import LRScheduler


class ByBatches(LRScheduler):
    def _get_scheduler(self, net, policy, **given):
        return policy(net.optimizer_, last_epoch=self.batch_idx_ - 1, **given)


rates = ByBatches(ScheduleLR, step_every="batch", schedules=schedule)
net = NeuralNetClassifier(Module, optimizer=torch.optim.AdamW, callbacks=[rates])
```

### spaCy

It takes a value for its first update, and one after each update; batches whose gradients it
accumulates make one. `spacy train config.cfg --code file.py` finds this in the file:

```python
import itertools
import spacy


@spacy.registry.schedules("lrsched.v1")
def rates(schedule: str, start: int):
    return map(lrs.parse(schedule), itertools.count(start))
```

and this in the config. spaCy does not resume a run: `start` is the number of updates already made.

```ini
[training.optimizer]
@optimizers = "Adam.v1"

[training.optimizer.learn_rate]
@schedules = "lrsched.v1"
schedule = "warmup_cosine(1e-3, 20_000, warmup_fraction=0.05)"
start = 0
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

### thinc

Its optimizers take a value for the first update, and the next where a loop calls
`optimizer.step_schedules()`, after each. In thinc 8 any iterator will do, in 9 a generator:

```python
import itertools
from thinc.api import Adam

optimizer = Adam(schedule(step) for step in itertools.count())
```

thinc 9 has a class of schedules too, which is told the step and keeps none itself:

```python
from thinc.api import Adam, Schedule

optimizer = Adam(Schedule("lrsched", lambda _, step, **other: schedule(step)))
```

### tinygrad

An optimizer's rate is a tensor of one number. Assigned to, it is the same tensor, and a step that
`TinyJit` has captured sees the new rate; another tensor in its place, it does not.

```python
for k, batch in enumerate(batches):
    optimizer.lr.assign([schedule(k)]).realize()
    train_step(batch)
```

### trl

A trainer of trl is one of transformers, and counts updates. Its own optimizer, made before the run,
has the parameters that it trains, also where it makes the model by itself or adds adapters to it,
and a group of them without weight decay.

```python
from lrsched.adapters.torch import ScheduleLR
from trl import SFTTrainer

trainer = SFTTrainer(model, args=arguments, train_dataset=dataset)
trainer.lr_scheduler = ScheduleLR(trainer.create_optimizer(), schedule)
trainer.train(resume_from_checkpoint=checkpoint)  # a folder, or None
```

### Ultralytics

Its schedule is one of epochs, and so is that of its warmup, which must be off. But a callback can
write the rate before each batch, and `ema.updates` counts updates; a checkpoint keeps it. With
`trainer.epoch` in its place there is a rate for each epoch. Name the optimizer: `"auto"` may choose
one whose groups have rates three times as high as others.

```python
from ultralytics import YOLO


def write_rate(trainer):
    for group in trainer.optimizer.param_groups:
        group["lr"] = schedule(trainer.ema.updates)


model = YOLO(weights)
model.add_callback("on_train_batch_start", write_rate)
model.train(data=data, optimizer="AdamW", warmup_epochs=0, **options)
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
