"""What do many phases cost under `jax.jit` and `torch.compile`: to compile, and to run?"""

from __future__ import annotations

import statistics
import time
import warnings
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
COLD = 5  # compilations of each


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


def compiling(
    report: Report, table: str, compilers: dict[str, Callable[[], Any]], columns: dict[str, Any]
) -> dict[str, Any]:
    """Compile by turns, each time from nothing; add the seconds and return what was made."""
    seconds: dict[str, list[float]] = {name: [] for name in compilers}
    made = {}
    for _ in range(1 if report.quick else COLD):
        for name, compiler in compilers.items():
            started = time.perf_counter()
            made[name] = compiler()
            seconds[name].append(time.perf_counter() - started)
    reference = next(iter(seconds.values()))
    for name, own in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(own, reference, strict=True))
        shown = {"seconds": statistics.median(own), "ratio": ratio}
        report.add(table, name, **columns, **shown, **target(table, name, columns))
    return made


def target(table: str, name: str, columns: dict[str, Any]) -> dict[str, float]:
    wanted = name == "lrsched" and columns["phases"] == 128 and table.startswith("jax")
    return {"target": 0.2} if wanted else {}


def under_jax(report: Report) -> None:
    import jax

    def compiler(function: Callable[[Any], Any], given: Any) -> Callable[[Any], Any]:
        jax.clear_caches()
        return jax.jit(lambda t: function(t)).lower(given).compile()

    inputs = {"a step": jax.numpy.asarray(7), "100,000 steps": jax.numpy.asarray(STEPS)}
    for phases in COUNTS:
        functions = {"optax.join_schedules": optax_join(phases), "lrsched": ours(phases)}
        for what, given in inputs.items():
            columns: dict[str, Any] = {"phases": phases, "of": what}
            compilers = {name: partial(compiler, f, given) for name, f in functions.items()}
            made = compiling(report, "jax.jit: to compile", compilers, columns)
            sizes = {n: equations(jax.make_jaxpr(f)(given).jaxpr) for n, f in functions.items()}
            values = ours(phases)(np.asarray(given))
            runners = {}
            for name, run in made.items():
                same(name, run(given), values, rtol=1e-4)
                runners[name] = (partial(finished, run, given), given.size)
                of = {
                    "equations": sizes[name],
                    "ratio": sizes[name] / sizes["optax.join_schedules"],
                }
                table = "jax.jit: operations"
                report.add(table, name, **columns, **of, **target(table, name, columns))
            targets = {"lrsched": 0.2} if phases == 128 else {}
            report.race("jax.jit: to run", runners, targets, **columns)


def under_torch(report: Report) -> None:
    import torch

    torch.compiler.config.force_disable_caches = True
    warnings.filterwarnings("ignore", "dynamo_pgo force disabled")  # as it should be
    given = torch.as_tensor(STEPS)

    def compiler(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        torch.compiler.reset()
        compiled = torch.compile(lambda t: function(t), fullgraph=True, dynamic=False)
        compiled(given)
        return compiled

    compiler(torch.sin)  # what is loaded and started at the first compilation of all
    for phases in COUNTS[: 1 if report.quick else 2]:
        functions = {"torch.where, by hand": torch_where(phases), "lrsched": ours(phases)}
        compilers = {name: partial(compiler, function) for name, function in functions.items()}
        columns: dict[str, Any] = {"phases": phases, "of": "100,000 steps"}
        made = compiling(report, "torch.compile: to compile", compilers, columns)
        runners = {}
        for name, run in made.items():
            same(name, run(given), ours(phases)(STEPS), rtol=1e-4)
            runners[name] = (partial(run, given), len(STEPS))
        report.race("torch.compile: to run", runners, **columns)


def fill(report: Report) -> None:
    for benchmark in (under_jax, under_torch):
        try:
            benchmark(report)
        except ImportError as error:
            skip(benchmark.__name__, error)


def draw(report: Report, axes: Any) -> None:
    rows = report.tables["jax.jit: to compile"]
    shown = [row for row in rows if row["of"] == "a step"]
    measure.lines(axes, shown, "phases", "seconds")
    axes.set(title="A sequence of phases under jax.jit", ylabel="seconds to compile")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
