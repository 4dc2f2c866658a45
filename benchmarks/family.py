"""What do 64 runs of a sweep cost as one program, and one after another?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure
from benchmarks.measure import Report, same, skip

STEPS, BATCH = 1000, 32
PEAKS = [0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0]
WARMUPS = [0, 10, 30, 60, 100, 150, 200, 300]
FAMILY = lrs.Family(
    peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.CosineDecay(STEPS - warmup))
    for peak in PEAKS
    for warmup in WARMUPS
)
COLD = 2  # of each: 64 compilations take their time


def digits() -> tuple[Any, Any, Any]:
    """Handwritten digits with a constant for the bias, what they are, and the batches of a run."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = np.column_stack([images / 16, np.ones(len(images))]).astype(np.float32)
    batches = np.random.default_rng(0).integers(len(images), size=(STEPS, BATCH))
    return images, labels, batches.astype(np.int32)


def trainer() -> Callable[[Callable[[Any], Any]], Any]:
    """Softmax regression as one compiled loop, by whatever gives the rate of a step."""
    import jax
    import jax.numpy as jnp

    images, labels, batches = map(jnp.asarray, digits())

    def loss(weights: Any, batch: Any) -> Any:
        chances = jax.nn.log_softmax(images[batch] @ weights)
        return -jnp.take_along_axis(chances, labels[batch][:, None], axis=1).mean()

    def train(rate_at: Callable[[Any], Any]) -> Any:
        def update(weights: Any, given: tuple[Any, Any]) -> tuple[Any, None]:
            step, batch = given
            return weights - rate_at(step) * jax.grad(loss)(weights, batch), None

        start = jnp.zeros((images.shape[1], 10))
        return jax.lax.scan(update, start, (jnp.arange(STEPS), batches))[0]

    return train


def fill(report: Report) -> None:
    try:
        import jax
        import jax.numpy as jnp

        train = trainer()
    except ImportError as error:
        return skip("the sweep", error)
    members = jnp.arange(len(FAMILY))
    few = FAMILY.schedules[:: 16 if report.quick else 1]

    def by_rates(rates: Any) -> Any:
        return train(lambda step: rates[step])

    def a_program_each() -> list[Any]:
        return [jax.jit(partial(train, schedule)) for schedule in few]

    def one_program() -> Any:
        return jax.jit(jax.vmap(lambda i: train(partial(FAMILY.at, i))))

    def run_each(programs: list[Any]) -> Any:
        return jnp.stack([jax.block_until_ready(run()) for run in programs])

    def run_one(program: Any) -> Any:
        return jax.block_until_ready(program(members))

    tables = [jnp.asarray(schedule(np.arange(STEPS)), jnp.float32) for schedule in few]

    def one_by_rates() -> list[Any]:
        compiled = jax.jit(by_rates)
        return [partial(compiled, rates) for rates in tables]

    ways: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "64 separate runs, a program each": (a_program_each, run_each),
        "64 separate runs, one program, rates as an array": (one_by_rates, run_each),
        "Family.at under vmap": (one_program, run_one),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    made, weights = {}, {}
    for _ in range(1 if report.quick else COLD):
        for name, (make, run) in ways.items():
            jax.clear_caches()
            started = time.perf_counter()
            made[name] = make()
            weights[name] = run(made[name])
            seconds[name].append(time.perf_counter() - started)
    first, *others = weights.values()
    for other in others:
        kept = other[::16] if len(other) > len(first) else other
        same("the weights of a run", kept, first, rtol=1e-2, atol=1e-2)
    reference = next(iter(seconds.values()))
    for name, own in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(own, reference, strict=True))
        report.add("compiled and run", name, seconds=statistics.median(own), ratio=ratio)
    runners = {
        name: (partial(run, made[name]), STEPS * len(FAMILY)) for name, (_, run) in ways.items()
    }
    report.race("run again, per step of a run", runners, seconds=3.0)


def draw(report: Report, axes: Any) -> None:
    measure.bars(axes, report.tables.get("compiled and run", []), "seconds", ours="Family")
    axes.set(title="64 runs of a sweep on digits: seconds, compilation included")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
