"""What do torch tensors of steps cost, and a scheduler beside a real update?"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from benchmarks import measure, peers
from benchmarks.measure import Report, same
from lrsched.adapters.torch import ScheduleLR

CURVE, SHAPE = peers.Curve(), peers.Curve(peak=1.0)
SIZES = (1, 1000, 10**6)


def by_hand(curve: peers.Curve) -> Callable[[Any], Any]:
    """Both branches and a choice, constants folded: what people write."""
    warmup, total, low = curve.warmup, curve.total, curve.peak * curve.floor
    slope, span = curve.peak / warmup, curve.peak - low
    quarter = math.pi / 2 / (total - warmup)

    def schedule(step: Any) -> Any:
        share = torch.sin((total - step) * quarter)
        return torch.where(step < warmup, step * slope, low + span * share * share)

    return schedule


def eager(report: Report) -> None:
    hand, ours = by_hand(CURVE), CURVE.ours()
    for n in SIZES:
        steps = torch.arange(n) * CURVE.total // n if n > 1 else torch.tensor(7_000)
        same("lrsched", ours(steps), hand(steps), rtol=1e-5)  # of floats of 32 bits
        runners = {
            "torch.where by hand": (partial(hand, steps), n),
            "lrsched": (partial(ours, steps), n),
        }
        report.race("a tensor of steps, eager", runners, steps=n)


SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "no scheduler": lambda optimizer: None,
    "LambdaLR, by hand": lambda optimizer: LambdaLR(optimizer, peers.by_hand(SHAPE)),
    "lrsched, ScheduleLR": lambda optimizer: ScheduleLR(optimizer, CURVE.ours()),
}


def updates(report: Report) -> None:
    """An AdamW step of sixteen parameters and the scheduler's, the rate a number or a tensor."""
    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "foreach": lambda: {"lr": CURVE.peak, "foreach": True},
        "fused": lambda: {"lr": CURVE.peak, "fused": True},
        "fused, a tensor": lambda: {"lr": torch.tensor(CURVE.peak), "fused": True},
    }
    for kind, settings in kinds.items():
        runners = {}
        for name, build in SCHEDULERS.items():
            parameters = [torch.nn.Parameter(torch.zeros(64, 64)) for _ in range(16)]
            for parameter in parameters:
                parameter.grad = torch.ones_like(parameter)
            optimizer = torch.optim.AdamW(parameters, **settings())
            runners[name] = _updates(optimizer, build(optimizer))
        report.race("an update of AdamW with its scheduler", runners, of=kind)


def _updates(optimizer: Any, scheduler: Any, count: int = 20) -> measure.Runner:
    def run() -> None:
        for _ in range(count):
            optimizer.step()
            if scheduler is not None:
                scheduler.step()

    return run, count


def fill(report: Report) -> None:
    eager(report)
    updates(report)


def draw(report: Report, axes: Any) -> None:
    measure.lines(axes, report.tables["a tensor of steps, eager"], "steps", "ns a step")
    axes.set(title="A tensor of steps in torch, eager", ylabel="nanoseconds a step")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
