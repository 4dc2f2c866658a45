"""What does one value cost in a training loop?"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks import measure, peers
from benchmarks.measure import Report, loop, same, skip

CURVE = peers.Curve()
# In no order: a processor foresees which branch steps in a row take.
STEPS = random.Random(0).sample(range(0, CURVE.total, 97), len(range(0, CURVE.total, 97)))
FEW = STEPS[::64]  # for peers that take most of a millisecond


def warmup_cosine(report: Report) -> None:
    hand, ours = peers.by_hand(CURVE), CURVE.ours()
    wanted = [hand(step) for step in STEPS]
    plain: dict[str, Any] = {}
    exec(ours.source(), plain)
    functions = {
        "lrsched": ours,
        "lrsched, function()": ours.function(),
        "lrsched, its source()": plain["schedule"],
    }
    targets = {"lrsched": 2.1, "lrsched, its source()": 1.2}
    try:
        from lrsched.adapters.torch import lr_lambda
    except ImportError as error:
        skip("lrsched, lr_lambda()", error)
    else:
        functions["lrsched, lr_lambda()"] = lr_lambda(ours)
        targets["lrsched, lr_lambda()"] = 1.2
    runners = {"by hand": loop(hand, STEPS)}
    for name, function in functions.items():
        same(name, [function(step) for step in STEPS], wanted)
        runners[name] = loop(function, STEPS)
    for name, kind in (("np.int64", np.int64), ("0-d array", np.array), ("float", float)):
        runners[f"lrsched, {name}"] = loop(ours, map(kind, STEPS))
    targets |= {"lrsched, np.int64": 3.5, "lrsched, 0-d array": 3.5}
    for name, peer in peers.available({**peers.ON_NUMBERS, **peers.ON_ARRAYS}, CURVE).items():
        some = [step for step in STEPS[::16] if step]
        got = [peer.scale * float(peer.call(step)) for step in some]
        same(name, got, [hand(step) for step in some], peer.rtol)
        runners[name] = loop(peer.call, FEW if name in peers.ON_ARRAYS else STEPS)
    line = peers.naive(CURVE)
    same("np.where", [line(step) for step in STEPS], wanted)
    runners["np.where on an int"] = loop(line, STEPS)
    report.race("warmup and cosine, by one closure", runners, targets)
    fastest = peers.folded(CURVE)
    same("constants folded", [fastest(step) for step in STEPS], wanted)
    runners = {"constants folded": loop(fastest, STEPS)} | {
        name: run for name, run in runners.items() if name.startswith("lrsched")
    }
    targets = {"lrsched": 2.4, "lrsched, its source()": 1.25}
    targets |= {"lrsched, float": 2.8, "lrsched, np.int64": 4.0}
    report.race("warmup and cosine, by the fastest closure", runners, targets)
    report.refer("by hand", peers.by_hand)
    report.refer("constants folded", peers.folded)


def warmup_linear(report: Report) -> None:
    """Thinc has no cosine."""
    try:
        from thinc.schedules import warmup_linear
    except ImportError as error:
        return skip("thinc", error)
    warmup, total, peak = CURVE.warmup, CURVE.total, CURVE.peak

    def hand(step: int) -> float:
        if step < warmup:
            return peak * step / warmup
        return peak * max(0, total - step) / (total - warmup)

    ours = peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.LinearDecay(total - warmup))
    thinc = warmup_linear(peak, warmup, total)
    functions: dict[str, Any] = {"by hand": hand, "lrsched": ours, "thinc": thinc}
    for name, function in functions.items():
        same(name, [function(step) for step in STEPS], [hand(step) for step in STEPS])
    runners = {name: loop(function, STEPS) for name, function in functions.items()}
    report.race("warmup and linear decay", runners, {"lrsched": 2.1})


def composed(report: Report) -> None:
    """The function of a product, and of a sequence in a sequence, by its own closure."""
    cosine = peers.by_hand(peers.Curve(40_000, 100_000, 1.0, 0.0))
    inner = lrs.Sequence(lrs.Constant(1, steps=38_000), lrs.CosineDecay(60_000))
    nested = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), inner)
    product = 3e-4 * lrs.Sequence(lrs.LinearWarmup(40_000), lrs.CosineDecay(60_000))
    product *= lrs.ExponentialDecay(0.5, every=50_000)

    def by_hand_nested(step: int) -> float:
        if step < 2_000:
            return 3e-4 * step / 2_000
        return 3e-4 if step < 40_000 else 3e-4 * cosine(step)

    def by_hand_product(step: int) -> float:
        return 3e-4 * cosine(step) * 0.5 ** (step / 50_000)

    pairs = {"nested": (nested, by_hand_nested), "product": (product, by_hand_product)}
    for name, (schedule, hand) in pairs.items():
        made: dict[str, Any] = {}
        exec(schedule.source(), made)
        values = [hand(step) for step in STEPS]
        runners = {f"by hand, {name}": loop(hand, STEPS)}
        for what, function in (("", schedule), (", its source()", made["schedule"])):
            same(name, [function(step) for step in STEPS], values, atol=1e-16)
            runners[f"lrsched, {name}{what}"] = loop(function, STEPS)
        report.race("compositions", runners, {f"lrsched, {name}, its source()": 1.3})


def fill(report: Report) -> None:
    warmup_cosine(report)
    warmup_linear(report)
    composed(report)


def draw(report: Report, axes: Any) -> None:
    rows = report.tables["warmup and cosine, by one closure"]
    measure.bars(axes, rows, "ratio")
    axes.set(title="One value of warmup and cosine", xlabel="times a closure written by hand")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
