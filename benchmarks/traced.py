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
COLD = 3  # compilations of each


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


Function = Callable[[Any], Any]
Compiler = Callable[[Function, Any], Function]


def empty(t: Any) -> Any:
    """What a call costs that calculates next to nothing."""
    return t + 1


def wanted(name: str, columns: dict[str, Any]) -> dict[str, float]:
    return {"target": 0.2} if name == "lrsched" and columns["phases"] == 128 else {}


def compiling(
    report: Report,
    table: str,
    compiler: Compiler,
    functions: dict[str, Function],
    given: Any,
    columns: dict[str, Any],
) -> dict[str, Function]:
    """Compile by turns, each time from nothing; add the seconds and return what was made."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    made = {}
    for _ in range(1 if report.quick else COLD):
        for name, function in functions.items():
            started = time.perf_counter()
            made[name] = compiler(function, given)
            seconds[name].append(time.perf_counter() - started)
    reference = next(iter(seconds.values()))
    for name, own in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(own, reference, strict=True))
        shown = {"seconds": statistics.median(own), "ratio": ratio}
        report.add(table, name, **columns, **shown, **wanted(name, columns))
    return made


def running(
    report: Report,
    table: str,
    compiler: Compiler,
    made: dict[str, Function],
    given: Any,
    columns: dict[str, Any],
) -> None:
    steps = np.asarray(given)
    right = ours(columns["phases"])(steps)
    for name, run in made.items():
        same(name, run(given), right, rtol=1e-4)
    if steps.size == 1:  # the call is most of it
        made = {**made, "an empty program": compiler(empty, given)}
    runners = {name: (partial(run, given), steps.size) for name, run in made.items()}
    targets = {name: t for name in made for t in wanted(name, columns).values() if steps.size > 1}
    report.race(table, runners, targets, **columns)


def under_jax(report: Report) -> None:
    import jax

    def compiler(function: Function, given: Any) -> Function:
        jax.clear_caches()
        compiled = jax.jit(lambda t: function(t)).lower(given).compile()
        return partial(finished, compiled)

    def looped(function: Function) -> Function:
        return lambda steps: jax.lax.map(function, steps)

    ways: dict[str, tuple[Callable[[Function], Function], Any]] = {
        "a step": (lambda function: function, jax.numpy.asarray(7)),
        "1,000 steps in a loop": (looped, jax.numpy.asarray(STEPS[::100])),
        "100,000 steps": (lambda function: function, jax.numpy.asarray(STEPS)),
    }
    for phases in COUNTS:
        curves = {"optax.join_schedules": optax_join(phases), "lrsched": ours(phases)}
        for what, (way, given) in ways.items():
            columns: dict[str, Any] = {"phases": phases, "of": what}
            functions = {name: way(curve) for name, curve in curves.items()}
            made = compiling(report, "jax.jit: to compile", compiler, functions, given, columns)
            sizes = {n: equations(jax.make_jaxpr(f)(given).jaxpr) for n, f in functions.items()}
            for name, size in sizes.items():
                of = {"equations": size, "ratio": size / sizes["optax.join_schedules"]}
                report.add("jax.jit: operations", name, **columns, **of, **wanted(name, columns))
            running(report, "jax.jit: to run", compiler, made, given, columns)


def under_torch(report: Report) -> None:
    import torch

    torch.compiler.config.force_disable_caches = True
    warnings.filterwarnings("ignore", "dynamo_pgo force disabled")  # as it should be

    def compiler(function: Function, given: Any) -> Function:
        torch.compiler.reset()
        compiled = torch.compile(lambda t: function(t), fullgraph=True, dynamic=False)
        compiled(given)
        return compiled

    ways = {"a step": torch.tensor(7), "100,000 steps": torch.as_tensor(STEPS)}
    for given in ways.values():
        compiler(empty, given)  # what is loaded and started at the first compilation of all
    for phases in COUNTS[: 1 if report.quick else None]:
        functions = {"torch.where, by hand": torch_where(phases), "lrsched": ours(phases)}
        for what, given in ways.items():
            columns: dict[str, Any] = {"phases": phases, "of": what}
            table = "torch.compile: to compile"
            made = compiling(report, table, compiler, functions, given, columns)
            running(report, "torch.compile: to run", compiler, made, given, columns)


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
