"""Schedules in other libraries' optimizers: import the module you need, nothing else does.

`torch`, `keras` and `jax` have what those take; `trainers` has recipes for the Hugging Face Trainer, Lightning and accelerate, and `loops` for nineteen other loops, each with what it counts, when a value applies, and where its count starts again.

## In your framework

Update k is made with `schedule(k)`, k = 0, 1, 2, ..., in every framework here: a test reads it from
the real optimizer. t counts completed updates, not batches. In what follows, `shape` has peak 1 and
`schedule` is `3e-4 * shape`. Nothing of this is imported with `lrsched` itself.

Each block in these pages is run by a test.

What a bare schedule does where a framework takes a rate, a function or a scheduler:

| given as it is | what comes of it |
|---|---|
| `optax.adam(schedule)`, any optimizer of optax | right, and traced; `to_jax` is for another type |
| Paddle's `LambdaDecay(3e-4, shape)` | right |
| torch's `LambdaLR(optimizer, shape)` | the right rates; saving its state is refused: `lr_lambda(shape)` |
| `torch.optim.Adam(..., lr=schedule)` | refused, with `ScheduleLR` named |
| `"lr": schedule` in a parameter group | taken by torch, and refused by the first update: `ScheduleLR` |
| Trainer's `optimizers=(optimizer, schedule)`, Lightning's `lr_scheduler` | refused, with `ScheduleLR` named |
| accelerate's `prepare(..., schedule)` | handed back as it is: prepare a `ScheduleLR` |
| `keras.optimizers.Adam(schedule)` | compiled, and refused by the first update, with `to_keras` named |

## A plain loop

```python
for step, (x, y) in enumerate(batches):
    for group in optimizer.param_groups:
        group["lr"] = schedule(step)
    loss(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
```

Where every nanosecond of a loop counts, `schedule.function()` is the plain function behind
`schedule(step)`: the same values and refusals, for some three fifths of the cost.

## More steps than fit in memory

`schedule(array)` of a Dask array stays lazy; its chunks are evaluated by Dask's own scheduler, on
one machine or many. A `Family` of a Dask array is a lazy grid of members by steps, in blocks of a
few members.

```python
import dask.array

rates = schedule(dask.array.arange(total_steps, chunks=10**6))  # nothing is computed yet
area = rates.sum().compute()
```

## PaddlePaddle

Needs no adapter: its `LambdaDecay` calls the shape itself. (Do not import it beside TensorFlow: the
process crashes, with or without this library.)

```python
scheduler = paddle.optimizer.lr.LambdaDecay(learning_rate=3e-4, lr_lambda=shape)
optimizer = paddle.optimizer.SGD(scheduler, parameters=model.parameters())
for x in batches:
    model(x).sum().backward()
    optimizer.step()
    scheduler.step()
    optimizer.clear_grad()
```

## Trainers that count in fractions

stable-baselines3 hands over how much of the run is left, from 1 to 0, fastai how much is done, from
0 to 1. A bare schedule would stay within its first step; `progress` makes it the function that they
take (a long schedule that is fed such fractions warns, once).

```python
>>> import lrsched as lrs
>>> from lrsched.adapters import progress
>>> schedule = lrs.warmup_linear(3e-4, 1_000_000, warmup_steps=50_000)  # in timesteps
>>> rate = progress(schedule, total_steps=1_000_000)                    # PPO(..., learning_rate=rate)
>>> rate(1.0), rate(0.95), rate(0.0), rate(-0.02)                       # the last rollout ends late
(0.0, 0.0003, 0.0, 0.0)
>>> rate = progress(lrs.LinearDecay(500), 500, rising=True)             # ParamScheduler({"lr": rate})
>>> rate(0.0), rate(0.5), rate(1.0)
(1.0, 0.5, 0.0)

```

## On arrays of any library

`schedule(steps)` answers in kind: an array of the same library, shape and device, in the library's
default float dtype.

| library | float | inside |
|---|---|---|
| NumPy, lists, ranges | float64 | |
| torch | `torch.get_default_dtype()` | `torch.compile(fullgraph=True)`: one graph for all steps, no host sync |
| JAX | float32, or float64 with x64 | `jit`, `vmap`, `lax.scan`, `grad` |
| TensorFlow | float32 | `tf.function`, `jit_compile=True` |
| Keras | that of its backend | tensors, `keras.Variable`, symbolic inputs |
| MLX | float32 | `mx.compile`, `mx.grad` |
| Dask | float64 | lazy; evaluated chunk by chunk by Dask's own scheduler |
| any that follows the array API standard | its default | |

```python
>>> import torch
>>> schedule = lrs.Sequence(lrs.LinearWarmup(4), lrs.CosineDecay(8))
>>> schedule(torch.tensor([0, 1, 4, 8, 12]))
tensor([0.0000, 0.2500, 1.0000, 0.5000, 0.0000])
>>> import jax
>>> float(jax.jit(schedule)(3)), float(jax.grad(schedule)(3.0))
(0.75, 0.25)
>>> import dask.array as da
>>> lazy = schedule(da.arange(10**12, chunks=10**7))  # nothing has been computed yet
>>> float(lazy[2].compute())
0.5

```

What holds arrays and hands NumPy's functions on to them is handed a schedule in the same way: it
comes back as from `np.sin(x)`, around float64. A log against its schedule is one line,
`schedule(log["step"]) - log["lr"]`.

| held in | comes back |
|---|---|
| pandas Series, Index, DataFrame, array | the same, with index, name and columns; nullable and pyarrow dtypes stay nullable and pyarrow's |
| polars Series, expression | the same: `df.with_columns(lr=schedule(pl.col("step")))`, lazy frames too |
| xarray DataArray, Variable, Dataset | the same, with dimensions and coordinates; lazy where Dask is inside |
| awkward array | an array as ragged |
| NumPy masked array | one with the same mask |
| pyarrow Array, ChunkedArray, Table, `array.array`, memoryview, deque, whatever else NumPy reads | a NumPy array |
| Fraction, Decimal, mpmath number | a float, of that very step: no float need be near it |
| generator, set, dict view; SciPy's, torch's and JAX's sparse arrays, most nested tensors, `jax.ShapeDtypeStruct`, `torch.fx` proxy | an error that says what to write |

In a table, a step that is missing (NaN, NA, null, None, masked) has no value. Any other that is
none is refused as everywhere, with its place counted from 0, along the rows.

Steps that are integers stay integers until the division, so a float32 framework tells step 2**24
from 2**24 + 1, and one step before a zero floor a value has its seven digits. Values on a device,
or not yet known, can't be checked: a step below 0 reads as 0 there. Steps given as float32 have
float32's own resolution.
"""  # noqa: E501 tables and reprs

from lrsched.adapters.loops import progress as progress
