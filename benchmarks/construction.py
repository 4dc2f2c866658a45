"""What does a schedule cost before its first value?"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import lrsched as lrs
from benchmarks import measure, peers
from benchmarks.measure import Report, same, skip

CURVE = peers.Curve()
SWEEP = 10_000


def ours() -> float:
    return CURVE.ours()(5)


def closure() -> float:
    return peers.by_hand(CURVE)(5)


def optax() -> Callable[[], float]:
    peers.optax(CURVE)
    return lambda: float(peers.optax(CURVE).call(5))


def transformers() -> Callable[[], float]:
    peers.transformers(CURVE)
    return lambda: CURVE.peak * peers.transformers(CURVE).call(5)


def torch() -> Callable[[], float]:
    """Its own schedulers in a row; a value at step 5 takes five steps there: it is the first."""
    import torch
    from torch.optim import lr_scheduler

    def build() -> float:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=CURVE.peak)
        warmup = lr_scheduler.LinearLR(optimizer, 1e-12, total_iters=CURVE.warmup)
        floor = CURVE.peak * CURVE.floor
        decay = lr_scheduler.CosineAnnealingLR(optimizer, CURVE.total - CURVE.warmup, floor)
        lr_scheduler.SequentialLR(optimizer, [warmup, decay], [CURVE.warmup])
        return float(optimizer.param_groups[0]["lr"])

    build()
    return build


def once(report: Report) -> None:
    runners: dict[str, Any] = {}
    same("lrsched", ours(), closure())
    for name, prepare in (("optax", optax), ("transformers", transformers), ("torch", torch)):
        try:
            run = prepare()
        except ImportError as error:
            skip(name, error)
            continue
        if name != "torch":
            same(name, run(), closure(), rtol=1e-4)  # of floats of 32 bits
        runners[name] = (run, 1)
    runners |= {"lrsched": (ours, 1), "a closure by hand": (closure, 1)}
    report.race("built and called once: warmup and cosine", runners)


def sweep(report: Report) -> None:
    """Ten thousand configurations of a preset: what is compiled, and what stays."""

    def run(count: int) -> set[Any]:
        codes = []
        for i in range(count):
            peak = 1e-4 + 1e-7 * i
            schedule = lrs.warmup_cosine(peak, 1000 + i, warmup_steps=10 + i % 500)
            schedule(5)
            codes.append(schedule._function.__code__)
        return {id(code) for code in codes}

    run(2)
    count = SWEEP // 100 if report.quick else SWEEP
    started = time.perf_counter()
    codes = run(count)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    run(count // 10)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    columns = {"configurations": count, "us each": seconds / count * 1e6}
    columns |= {"code objects": len(codes), "bytes kept": max(after - before, 0)}
    report.add("a sweep over a preset, each built and called once", "lrsched", **columns)


def fill(report: Report) -> None:
    once(report)
    sweep(report)


def draw(report: Report, axes: Any) -> None:
    measure.bars(axes, report.tables["built and called once: warmup and cosine"], "ratio")
    axes.set(title="Built and called once", xlabel="times optax's")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
