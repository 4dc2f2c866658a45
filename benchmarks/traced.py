"""What do many phases cost under `jax.jit` and `torch.compile`: to compile, and to run?"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure
from benchmarks.measure import Report, same, skip

TOTAL = 102_400
STEPS = np.arange(100_000, dtype=np.int32)
COUNTS = (8, 32, 128)
COLD = 3  # compilations of each, the fastest counts


def floors(phases: int) -> list[float]:
    return [0.1 + 0.8 * i / phases for i in range(phases)]


def ours(phases: int) -> lrs.Schedule:
    length = TOTAL // phases
    return lrs.Sequence(*(lrs.CosineDecay(length, end=floor) for floor in floors(phases)))


def optax_join(phases: int) -> Callable[[Any], Any]:
    import optax

    length = TOTAL // phases
    parts = [optax.cosine_decay_schedule(1.0, length, alpha=floor) for floor in floors(phases)]
    return optax.join_schedules(parts, [length * i for i in range(1, phases)])


def torch_where(phases: int) -> Callable[[Any], Any]:
    """What people write in torch: every phase, and a choice, as optax does."""
    import torch

    length = TOTAL // phases

    def schedule(step: Any) -> Any:
        value: Any = None
        for i, floor in enumerate(floors(phases)):
            x = ((step - i * length) / length).clamp(0, 1)
            phase = floor + (1 - floor) * 0.5 * (1 + torch.cos(torch.pi * x))
            value = phase if value is None else torch.where(step < i * length, value, phase)
        return value

    return schedule


def equations(jaxpr: Any) -> int:
    """Operations in a program, and in the programs within."""
    params = [v for eqn in jaxpr.eqns for v in eqn.params.values()]
    inner = [v for p in params for v in (p if isinstance(p, (list, tuple)) else [p])]
    return len(jaxpr.eqns) + sum(equations(v.jaxpr) for v in inner if hasattr(v, "jaxpr"))


def finished(function: Callable[[Any], Any], steps: Any) -> Any:
    """JAX answers before it is done."""
    return function(steps).block_until_ready()


def under_jax(report: Report) -> None:
    import jax

    inputs = {"a step": jax.numpy.asarray(7), "100,000 steps": jax.numpy.asarray(STEPS)}
    for phases in COUNTS:
        functions: dict[str, Callable[[Any], Any]] = {
            "optax.join_schedules": optax_join(phases),
            "lrsched": ours(phases),
        }
        for what, given in inputs.items():
            compiled, seconds, sizes = {}, {}, {}
            for name, function in functions.items():
                sizes[name] = equations(jax.make_jaxpr(function)(given).jaxpr)
                took = []
                for _ in range(COLD):
                    jax.clear_caches()
                    started = time.perf_counter()
                    compiled[name] = jax.jit(lambda t, f=function: f(t)).lower(given).compile()
                    took.append(time.perf_counter() - started)
                seconds[name] = min(took)
            wanted = ours(phases)(np.asarray(given))
            for name, run in compiled.items():
                same(name, run(given), wanted, rtol=1e-4)
            columns: dict[str, Any] = {"phases": phases, "of": what}
            for table, values in (("compile seconds", seconds), ("equations", sizes)):
                reference, own = values.values()
                report.add(f"jax.jit: {table}", "optax.join_schedules", **columns, value=reference)
                ratio = {"ratio": own / reference} | ({"target": 0.2} if phases == 128 else {})
                report.add(f"jax.jit: {table}", "lrsched", **columns, value=own, **ratio)
            runners = {
                name: (partial(finished, run, given), given.size) for name, run in compiled.items()
            }
            target = {"lrsched": 0.2} if phases == 128 else {}
            report.race("jax.jit: run", runners, target, **columns)


def under_torch(report: Report) -> None:
    import torch

    given = torch.as_tensor(STEPS)
    for phases in COUNTS[: 1 if report.quick else 2]:
        functions = {"torch.where, by hand": torch_where(phases), "lrsched": ours(phases)}
        runners, took = {}, []
        for name, function in functions.items():
            torch.compiler.reset()
            compiled = torch.compile(lambda t, f=function: f(t), fullgraph=True, dynamic=False)
            started = time.perf_counter()
            got = compiled(given)
            took.append(time.perf_counter() - started)
            same(name, got, ours(phases)(STEPS), rtol=1e-4)
            runners[name] = (partial(compiled, given), len(STEPS))
            table = "torch.compile: seconds to compile, 100,000 steps"
            ratio = {"ratio": took[1] / took[0]} if len(took) > 1 else {}
            report.add(table, name, phases=phases, value=took[-1], **ratio)
        report.race("torch.compile: run, 100,000 steps", runners, phases=phases)


def fill(report: Report) -> None:
    for benchmark in (under_jax, under_torch):
        try:
            benchmark(report)
        except ImportError as error:
            skip(benchmark.__name__, error)


def draw(report: Report, axes: Any) -> None:
    rows = report.tables["jax.jit: compile seconds"]
    shown = [row for row in rows if row["of"] == "a step"]
    measure.lines(axes, shown, "phases", "value")
    axes.set(title="A sequence of phases under jax.jit", ylabel="seconds to compile")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
