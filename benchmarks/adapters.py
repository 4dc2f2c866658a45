"""What does torch's `scheduler.step()` cost, with few parameter groups and with many?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from benchmarks import measure, peers
from benchmarks.measure import Report, same
from lrsched.adapters.torch import ScheduleLR, lr_lambda

SHAPE = peers.Curve(peak=1.0)
ABSOLUTE = peers.Curve()
STEPS = 500


def optimizer(groups: int) -> Any:
    params = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(groups)]
    return torch.optim.SGD(params, lr=ABSOLUTE.peak)


SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "LambdaLR, by hand": lambda optimizer: LambdaLR(optimizer, peers.by_hand(SHAPE)),
    "lrsched, lr_lambda()": lambda optimizer: LambdaLR(optimizer, lr_lambda(SHAPE.ours())),
    "lrsched, ScheduleLR": lambda optimizer: ScheduleLR(optimizer, ABSOLUTE.ours()),
    "LambdaLR, transformers": lambda optimizer: LambdaLR(optimizer, transformers()),
    "SequentialLR": lambda optimizer: sequential(optimizer),
}


def transformers() -> Any:
    return peers.transformers(ABSOLUTE).call


def sequential(optimizer: Any) -> Any:
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    steps, end = SHAPE.total - SHAPE.warmup, ABSOLUTE.peak * SHAPE.floor
    # LinearLR can't begin at 0.
    warmup = LinearLR(optimizer, start_factor=1e-9, total_iters=SHAPE.warmup)
    phases = [warmup, CosineAnnealingLR(optimizer, steps, eta_min=end)]
    return SequentialLR(optimizer, phases, milestones=[SHAPE.warmup])


def stepping(scheduler: Any) -> measure.Runner:
    def run() -> None:
        for _ in range(STEPS):
            scheduler.step()

    return run, STEPS


def fill(report: Report) -> None:
    targets = {"lrsched, lr_lambda()": 1.1, "lrsched, ScheduleLR": 1.1}
    for groups in (1, 8, 100):
        runners = {}
        for name, build in SCHEDULERS.items():
            scheduler = build(optimizer(groups))
            scheduler.optimizer.step()  # or the scheduler's first step warns
            got = [(scheduler.step(), scheduler.get_last_lr()[-1])[1] for _ in range(2_500)]
            wanted = [ABSOLUTE.ours()(step) for step in range(1, 2_501)]
            # The recurrences of SequentialLR drift, and its LinearLR does not begin at 0.
            same(name, got, wanted, rtol=1e-5 if name == "SequentialLR" else 1e-9)
            runners[name] = stepping(scheduler)
        report.race("one step(), by LambdaLR", runners, targets, groups=groups)


def draw(report: Report, axes: Any) -> None:
    [rows] = report.tables.values()
    measure.lines(axes, rows, "groups", "ratio", ours="lrsched, ScheduleLR")
    title = "One step() of a scheduler in torch"
    axes.set(title=title, xlabel="parameter groups", ylabel="times LambdaLR with a closure")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
