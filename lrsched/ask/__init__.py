"""Questions about a schedule, answered without visiting every step where that can be.

`describe` lists its phases, `findings` what may be wrong with it, `boundaries` where one piece of
it gives way to the next; `questions` finds where it crosses a value or parts from another, `area`
adds it up, `clocks` makes of batch sizes the samples seen, and `bounds` says where they need not
look.

Others are about the run that a schedule is used for, and visit each of its steps (`rates`):
`convex` has a guarantee for the end of it, `averages` what is left of each update, `laws` the
losses to expect, with constants found by `fits` and sums made fast by `kernels`; `compare` asks
them all of several schedules. `peaks` takes a rate from the losses of a range test.

## Questions

```python
>>> import lrsched as lrs
>>> schedule = lrs.warmup_cosine(3e-4, 100_000, warmup_steps=2_000, end=3e-5)
>>> print(lrs.describe(schedule))
from step  to step   value  to value  phase
        0    2,000       0    0.0003  LinearWarmup(2000, end=0.0003)
    2,000  100,000  0.0003     3e-05  CosineDecay(98000, start=0.0003, end=3e-05)
>>> lrs.check(schedule, total_steps=90_000)[0].message
'the run ends at step 90000, the schedule at step 100000'
>>> lrs.boundaries(schedule)
(2000, 100000)
>>> lrs.first_below(schedule, 1e-4, after=2_000)  # the first step at which it is below
66671
>>> lrs.area(schedule, 100_000)                   # the sum of its values
16.469984999999998
>>> lrs.diff(schedule, lrs.Clip(schedule, upper=2e-4), 100_000).first
1334
>>> steps = range(0, 100_000, 1_000)
>>> logged = schedule(range(1, 100_001, 1_000))           # a log that is one step late
>>> lrs.match(schedule, steps, logged).offset
1

```

| question | answer |
|---|---|
| `describe(schedule, total_steps=None)` | phases with their steps and values, and warnings; of many cycles the first three, the last, and how many there are; prints as a table |
| `check(schedule, total_steps=None, accept=())` | faults for a run: a jump in the curve at any boundary (not between two level pieces: that is a stair), a run that is shorter than its schedule, updates at rate 0 at its end, or two in a row amid it, a value below 0 or beyond floats; notes on a long warmup, and on a run that goes on at a held value. Jumps, zeros and values below 0 are the same however a curve is composed. `accept=("jump",)` leaves out restarts that are meant |
| `samples_clock(batch, per="update")` | the samples seen before each update, as a schedule: see `lrsched.ask.clocks` |
| `boundaries(schedule, total_steps=None)` | the steps at which one phase, cycle or stair gives way to the next, through every combinator, and the end; an endless schedule needs `total_steps` |
| `area(schedule, stop)`, `area(schedule, start, stop)` | the sum of the values, as `range` counts; to a few ulp, and for most shapes without visiting the steps |
| `first_below(schedule, value, after=0)`, `first_above` | the first step at or after `after`, or None; endless schedules too |
| `diff(a, b, steps=None)` | first differing step, largest difference; false if there is none |
| `match(schedule, steps, logged_values, tolerance=1e-6)` | whether a logged curve is this schedule's, where it first differs, and whether it is off by one step |

## Choosing a schedule

Something is known of a run before it is made, from its rates alone: a guarantee for its end, how
much of each update will be left in its weights, and, where losses of such runs have been measured,
the losses to expect.

```python
>>> T = 20_000
>>> cosine = lrs.warmup_cosine(3e-4, T, warmup_steps=1_000, end=3e-5)
>>> wsd = lrs.warmup_stable_decay(3e-4, T, warmup_steps=1_000, decay_fraction=0.2)
>>> linear = lrs.warmup_linear(3e-4, T, warmup_steps=1_000)
>>> law = lrs.MultiPowerLaw(2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457)
>>> for run in lrs.compare(cosine, wsd, linear, law=law):        # or `lrsched compare` with three texts
...     print(f"{run.area:.3f} {run.bound:.5f} {run.best_peak:.5f} {run.initial_weight:.3f} {run.effective_updates:,.0f} {run.final_loss:.4f}")
3.285 0.01597 0.00572 0.720 15,772 2.7863
5.250 0.01542 0.00370 0.592 18,294 2.7143
3.000 0.01427 0.00701 0.741 15,759 2.7903
>>> round(lrs.best_peak(cosine, 3e-4, linear, T), 6)             # where the cosine's best peak was 3e-4
0.000368
>>> run = lrs.Sequence(lrs.LinearWarmup(1_000), lrs.Constant(1))
>>> lrs.best_cooldown(run, T, lrs.LinearDecay(1)).steps          # all that is left after the warmup
19000
>>> lrs.timescale(wsd, weight_decay=0.1)(10_000)                 # updates that AdamW averages over
33333.333333333336

```

| question | answer |
|---|---|
| `convex_bound(schedule, steps, distance=1, gradient=1)` | `.value`: how far above the optimum a convex run ends at most; `.best_scale` and `.best_value`: the factor for the rates that makes it the least, and what it then is |
| `best_peak(from_schedule, peak, to_schedule, steps)` | the peak for another shape or length, from one that was tuned: the ratio of the best peaks |
| `best_cooldown(schedule, steps, decay)` | the length of the last phase with the least bound |
| `averaging_weights(schedule, steps, weight_decay)` | the share in the final weights of the initial ones, then of each update; they add up to 1 |
| `timescale(schedule, weight_decay)` | 1 / (rate · weight decay) in updates, a schedule like any other |
| `MultiPowerLaw(...)`, `AnnealingLaw(...)` | `law(schedule, steps)`: the loss at every step; `fit(schedule, steps, losses)` finds the constants in your own runs (SciPy, the extra `theory`) |
| `compare(*schedules, steps=None, weight_decay=0.1, law=None)` | all of it side by side; `plot_weights` and `plot_losses` draw it under the schedules |

What these numbers are, and what they are not:

- **The bound is of the worst case**, for subgradient descent on a convex function ([Defazio et al.
  2023](https://arxiv.org/abs/2310.07831), theorem 10). Training a network is not convex, and a
  distance and a gradient that nobody knows scale it: compare bounds, don't read them as losses.
  [Schaipp et al. 2025](https://arxiv.org/abs/2501.18965) find that bounds of schedules compare
  surprisingly as their runs do, and by their best scales move a tuned peak to another schedule or a
  longer run, with models of 124M and 210M parameters. A bound sees no use in a warmup, and none in
  any optimizer's momentum.
- **The average is an identity** of decoupled weight decay, exact for every run. That the best
  timescale, in epochs, is about the same for models and datasets of all sizes is what [Wang &
  Aitchison 2024](https://arxiv.org/abs/2405.13698) measured; how schedules average is from [Bergsma
  et al. 2025](https://arxiv.org/abs/2502.15938).
- **The laws are fitted**, to one model, its data, its batch size and the peaks it was run with.
  `MultiPowerLaw` ([Luo et al. 2025](https://arxiv.org/abs/2503.12811)) counts every change of the
  rate, a warmup's rise too; `AnnealingLaw` ([Tissue et al. 2024](https://arxiv.org/abs/2408.11029))
  counts a warmup as its peak. With the authors' constants for 25M, 100M and 400M parameters (in the
  docstring; the example has the last) the first is off by 0.0038, 0.0044 and 0.0048 on six of their
  curves that it was not fitted on, as they published. `fit` on their three other curves comes
  closer to those three than their constants do, and is off by 0.0046, 0.0050 and 0.0060 on the six:
  three curves leave the four constants of the falls loosely determined. Fit schedules like the one
  that you mean to predict.

A run has as many updates as its schedule has steps, at most: nothing is said of values that are
merely held after the end (`Sequence(schedule, Constant(value))` says that they are meant). Each
step is visited once: 10^7 of them take a second for a bound, two for the averages, four for the
annealing law, and half a minute (WSD) to somewhat more than one (cosine) for the multi-power law,
whose sums over all earlier changes are carried along as some 150 exponentials.
"""  # noqa: E501 tables and reprs
