"""Whole training runs by their usual names: plain functions that return a composition.

All values are absolute. `total_steps` includes every phase; the length of a phase is given either
in steps (`warmup_steps`, `decay_steps`) or as a fraction of the total, which is rounded to the
nearest step. `lengths.py` works the lengths out, `decays.py` knows decays by their names;
`warmups.py` has the runs that warm up and fall, `stable.py` those with a plateau, and `cycles.py`
those that go up and down.

## Fractions of a run

A fraction of a run is rounded to the nearest step (`round`: a half goes to the even number), once
per phase; phases whose fractions make up the whole fit into it. Elsewhere 29 % of 100 steps may be
28, and 7 % 8:

| rule | where | 0.29 of 100 | 0.07 of 100 | 0.1 of 997 |
|---|---|---|---|---|
| nearest, `round(f * n)` | here; OLMo-core, torchtitan, timm's `decay_epochs`, Ultralytics' `warmup_epochs` | 29 | 7 | 100 |
| up, `math.ceil(f * n)` | transformers, litgpt | 29 | 8 | 100 |
| down, `int(f * n)` | kohya, levanter, Composer's `dur`, axolotl's `warmup_ratio`, mmengine's parts of epochs, fairseq's `phase_ratio` | 28 | 7 | 99 |
| not at all | Megatron's `lr_warmup_fraction` | 28.999999999999996 | 7.000000000000001 | 99.7 |
| one name for both | what `1` is: one step in transformers, one epoch in timm and Ultralytics, all of the run in levanter (2 is two steps); in kohya `1` is one step and `1.0` all of the run; axolotl makes `warmup_steps: 1` two | | | |

```python
>>> import lrsched as lrs
>>> lrs.trapezoid(1.0, 100, warmup_fraction=0.07, decay_fraction=0.29)
Sequence(LinearWarmup(7), Constant(1.0, steps=64), LinearDecay(29))
>>> lrs.trapezoid(1.0, 100, warmup_fraction=0.07)
Traceback (most recent call last):
ValueError: trapezoid: decay_steps must be given, or decay_fraction instead, got neither

```

## Resume, extend, branch

A schedule has no state, so whatever happens to a run, the answer is a step or a composition. By
what people see:

**The loss jumps after a resume; the rate starts again from its warmup.** The step was lost. In a
loop of your own save it, and call `schedule(step)`; in torch save and load `ScheduleLR`, or give it
the step (`lrsched.adapters.torch`).

**The rate is another one after a resume, or goes up.** The code made the schedule again, with
another number of epochs, batches or processes in `total_steps`. Keep the schedule in the
checkpoint, and compare:

```python
>>> schedule = lrs.warmup_cosine(3e-4, 10_000, warmup_steps=100, end=3e-5)
>>> saved = lrs.to_json(schedule)
>>> again = lrs.warmup_cosine(3e-4, 12_000, warmup_steps=100, end=3e-5)
>>> lrs.diff(lrs.from_json(saved), again, 10_000).first
101

```

**I want to train longer than planned.** What was trained stays; the rest is a phase of its own,
here with a short warmup, as from the end of a decay there is nothing left to decay:

```python
>>> longer = lrs.Sequence(
...     schedule,
...     lrs.LinearWarmup(100, start=3e-5, end=1e-4),
...     lrs.CosineDecay(4_900, start=1e-4, end=3e-5),
... )
>>> longer([10_000, 10_100, 15_000])
array([3.e-05, 1.e-04, 3.e-05])

```

If not all of it was trained, `Take(schedule, step)` is the part that was. Plan for it with a
plateau: `wsd_s` decays before each milestone and goes on from there, `infinite_lr` ends when you
say so.

**The rate went to 0, below 0, or up again after max_steps.** Here a schedule holds its end. Updates
at rate 0 are wasted all the same, and `check` finds them, as it finds a run that is shorter than
its schedule:

```python
>>> schedule(10**9)
3e-05
>>> for finding in lrs.check(lrs.warmup_cosine(3e-4, 10_000, warmup_steps=100), total_steps=12_000):
...     print(finding.message)
the last 2000 updates have rate 0, from step 10000 on

```

**Branch several cooldowns off one run.** The run is endless; each branch is trained from its
checkpoint at `at`:

```python
>>> run = lrs.Sequence(lrs.LinearWarmup(100, end=3e-4), lrs.Constant(3e-4))
>>> for at in (5_000, 10_000, 20_000):
...     branch = lrs.cooldown(run, at, lrs.PowerDecay(at // 5, power=0.5))
...     print(branch.steps, branch(at - 1) == run(at - 1), branch(at), branch(branch.steps))
6000 True 0.0003 0.0
12000 True 0.0003 0.0
24000 True 0.0003 0.0

```

**I changed the batch size within the run.** Write the schedule in samples (or tokens), and read it
by a clock that says how many have been seen before each update. 32 a batch for 1,000 updates, then
64:

```python
>>> clock = lrs.samples_clock(lrs.PiecewiseConstant([1_000], [32, 64]))
>>> by_samples = lrs.Sequence(lrs.LinearWarmup(16_000, end=3e-4), lrs.LinearDecay(144_000, start=3e-4))
>>> rates = lrs.Take(lrs.Warp(by_samples, clock), 3_000)
>>> rates.steps, rates(500), rates(3_000), rates(2_000) == by_samples(32_000 + 1_000 * 64)
(3000, 0.0003, 0.0, True)

```
"""  # noqa: E501 tables and reprs

from lrsched.presets.cycles import (
    cosine_restarts,
    one_cycle,
    range_test,
    slanted_triangular,
    triangular,
)
from lrsched.presets.stable import (
    cooldown,
    infinite_lr,
    power_scheduler,
    trapezoid,
    tri_stage,
    warmup_stable_decay,
    wsd_s,
)
from lrsched.presets.warmups import (
    warmup_constant,
    warmup_cosine,
    warmup_inverse_sqrt,
    warmup_linear,
    warmup_multistep,
    warmup_polynomial,
)

__all__ = [
    "cooldown",
    "cosine_restarts",
    "infinite_lr",
    "one_cycle",
    "power_scheduler",
    "range_test",
    "slanted_triangular",
    "trapezoid",
    "tri_stage",
    "triangular",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
    "wsd_s",
]
