"""How many digits are right, over the whole run and where it is hard?

Errors are in units in the last place of float64, or of float32 where a peer computes in that, of
the exact value, which mpmath gives with 50 digits.
"""

from __future__ import annotations

import functools
import math
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure, peers
from benchmarks.measure import Report, skip

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from reference import exact

RUN, WARMUP = 100_000, 100
EDGES = {"2**24": 2**24, "2**31": 2**31, "2**53": 2**53}
AFTER = 1000  # steps that a run goes on after such a step

# Every shape as a run of so many steps; the endless ones on the clock of such a run.
SHAPES: dict[str, Callable[[int], lrs.Schedule]] = {
    "LinearWarmup": lambda n: lrs.LinearWarmup(n),
    "PolynomialWarmup": lambda n: lrs.PolynomialWarmup(n, power=2.5),
    "CosineWarmup": lambda n: lrs.CosineWarmup(n),
    "ExponentialWarmup": lambda n: lrs.ExponentialWarmup(n, start=1e-3),
    "ConstantWarmup": lambda n: lrs.ConstantWarmup(n, start=0.1),
    "LogarithmicWarmup": lambda n: lrs.LogarithmicWarmup(n),
    "LinearGrowth": lambda n: lrs.LinearGrowth(0.1, start=3),
    "SaturatingWarmup": lambda n: lrs.SaturatingWarmup(n / 5),
    "LinearDecay": lambda n: lrs.LinearDecay(n),
    "PolynomialDecay": lambda n: lrs.PolynomialDecay(n, power=2.5),
    "CosineDecay": lambda n: lrs.CosineDecay(n),
    "PowerDecay": lambda n: lrs.PowerDecay(n, power=0.5),
    "RexDecay": lambda n: lrs.RexDecay(n),
    "GeometricDecay": lambda n: lrs.GeometricDecay(n, end=1e-3),
    "TanhDecay": lambda n: lrs.TanhDecay(n),
    "ExponentialDecay": lambda n: lrs.ExponentialDecay(0.1, every=n // 2),
    "StepDecay": lambda n: lrs.StepDecay(n // 7, gamma=0.3),
    "MultiStepDecay": lambda n: lrs.MultiStepDecay([n // 2, n - AFTER], gamma=0.3),
    "InverseTimeDecay": lambda n: lrs.InverseTimeDecay(0.5, every=n // 7),
    "InversePowerDecay": lambda n: lrs.InversePowerDecay(n / 7, power=1.5),
    "InverseSqrtDecay": lambda n: lrs.InverseSqrtDecay(n / 7),
    "Noam": lambda n: lrs.Noam(512, warmup_steps=n // 7),
    "Constant": lambda n: lrs.Constant(0.1),
    "PiecewiseConstant": lambda n: lrs.PiecewiseConstant([n - AFTER], [0.3, 0.1]),
    "PiecewiseLinear": lambda n: lrs.PiecewiseLinear([n // 3, n], [0.3, 0.0]),
    "Sequence": lambda n: lrs.Sequence(lrs.LinearWarmup(n // 3), lrs.CosineDecay(n - n // 3)),
    "Product": lambda n: lrs.LinearDecay(n) * lrs.ExponentialDecay(0.1, every=n),
    "Sum": lambda n: lrs.LinearDecay(n) + lrs.ExponentialDecay(0.1, every=n),
    "Power": lambda n: lrs.CosineDecay(n) ** 0.5,
    "Take": lambda n: lrs.Take(lrs.InverseSqrtDecay(n / 7), steps=n),
    "Shift": lambda n: lrs.Shift(lrs.CosineDecay(n + 10), offset=10),
    "Stretch": lambda n: lrs.Stretch(lrs.CosineDecay(n // 8), factor=8),
    "Cycle": lambda n: lrs.Cycle(lrs.CosineDecay(n // 7), gain=0.5),
    "Clip": lambda n: lrs.Clip(lrs.CosineDecay(n), lower=0.01),
}

# The values at steps.
Valued = Callable[[Sequence[int]], Iterable[float]]

truth_at = functools.cache(exact)


def ulps(values: Valued, truth: lrs.Schedule, steps: Sequence[int], dtype: Any) -> float:
    """The largest error, in the dtype's unit in the last place of the exact value."""
    worst = 0.0
    for step, got in zip(steps, values(steps), strict=True):
        wanted = truth_at(truth, step)
        unit = float(np.spacing(dtype(abs(float(wanted)))))
        worst = max(worst, float(abs(wanted - got)) / unit if math.isfinite(got) else math.inf)
    return worst


def measured(
    report: Report,
    table: str,
    name: str,
    build: Callable[[int], tuple[Valued, lrs.Schedule]],
    dtype: Any = np.float64,
    edges: Iterable[str] = EDGES,
) -> None:
    """A row about what `build` makes of a run's length, beside the schedule that it should be."""
    values, truth = build(RUN)
    some = sorted(random.Random(0).sample(range(RUN), 100 if report.quick else 1000))
    columns: dict[str, Any] = {"dtype": dtype.__name__}
    columns |= {"run": ulps(values, truth, some, dtype), "last ten": None}
    if truth.steps is not None and truth(truth.steps) == 0:
        last = range(truth.steps - 10, truth.steps)
        columns["last ten"] = ulps(values, truth, last, dtype)
    for edge in edges:
        values, truth = build(EDGES[edge] + AFTER)
        around = range(EDGES[edge] - 10, EDGES[edge] + 11)
        columns[edge] = ulps(values, truth, around, dtype)
    report.add(table, name, **columns)


def one_by_one(function: Callable[[int], Any], scale: float = 1.0) -> Valued:
    return lambda steps: [scale * float(function(step)) for step in steps]


def shapes(report: Report) -> None:
    ways: dict[str, Callable[[lrs.Schedule], Valued]] = {
        "one step": one_by_one,
        "an array": lambda schedule: lambda steps: schedule(np.array(steps)),
    }
    for way, kind in ways.items():
        for name, shape in SHAPES.items():

            def build(
                n: int,
                shape: Callable[[int], lrs.Schedule] = shape,
                kind: Callable[[lrs.Schedule], Valued] = kind,
            ) -> tuple[Valued, lrs.Schedule]:
                return kind(shape(n)), shape(n)

            measured(report, f"every shape, {way}", name, build)


def curve(total: int) -> peers.Curve:
    return peers.Curve(WARMUP, total, 1.0, 0.0)


def against_peers(report: Report) -> None:
    """Warmup and cosine down to 0."""
    table = "warmup and cosine to zero"
    single: dict[str, Any] = {
        "dtype": np.float32,
        "edges": ["2**24"],
    }  # their steps are int32 or float32
    measured(report, table, "lrsched", lambda n: (one_by_one(curve(n).ours()), curve(n).ours()))
    by_hand = peers.by_hand
    measured(report, table, "by hand", lambda n: (one_by_one(by_hand(curve(n))), curve(n).ours()))
    for group, options in ((peers.ON_NUMBERS, {}), (peers.ON_ARRAYS, single)):
        for name in peers.available(group, curve(RUN)):

            def build(n: int, make: Any = group[name]) -> tuple[Valued, lrs.Schedule]:
                peer = make(curve(n))
                return one_by_one(peer.call, peer.scale), curve(n).ours()

            measured(report, table, name, build, **options)
    others: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("lrsched, JAX", jax, single),
        ("torch", torch, {"edges": []}),
        ("thinc, linear", thinc, {}),
    )
    for name, other, options in others:
        try:
            measured(report, table, name, other, **options)
        except ImportError as error:
            skip(name, error)


def jax(n: int) -> tuple[Valued, lrs.Schedule]:
    import jax.numpy as jnp

    ours = curve(n).ours()
    return one_by_one(lambda step: ours(jnp.asarray(step))), ours


def torch(n: int) -> tuple[Valued, lrs.Schedule]:
    """CosineAnnealingLR is a recurrence: it knows the next step alone."""
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n)
    values = [1.0]
    optimizer.step()
    for _ in range(n):
        scheduler.step()
        values.append(float(scheduler.get_last_lr()[0]))
    return one_by_one(values.__getitem__), lrs.CosineDecay(n)


def thinc(n: int) -> tuple[Valued, lrs.Schedule]:
    from thinc.schedules import warmup_linear

    ours = lrs.Sequence(lrs.LinearWarmup(WARMUP), lrs.LinearDecay(n - WARMUP))
    return one_by_one(warmup_linear(1.0, WARMUP, n)), ours


def fill(report: Report) -> None:
    shapes(report)
    against_peers(report)


def draw(report: Report, axes: Any) -> None:
    rows = report.tables["warmup and cosine to zero"]
    names = {row["what"]: f"{row['what']}, {row['dtype']}" for row in rows}
    shown = [{"what": names[row["what"]], "ulp": max(row["last ten"], 0.1)} for row in rows]
    measure.bars(axes, shown, "ulp", ours="lrsched, ")
    title = "Warmup and cosine: the last ten steps before zero"
    axes.set(title=title, xlabel="largest error in ulp")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
