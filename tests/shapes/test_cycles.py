"""Cycles that keep a lead or shrink, held against those who step through them one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import lrsched as lrs


class CosineAnnealingWarmupRestarts:
    """The scheduler of that name (katsura-jp, MIT), its stepping alone: one rate, no optimizer."""

    def __init__(
        self,
        first_cycle_steps: int,
        cycle_mult: float,
        max_lr: float,
        min_lr: float,
        warmup_steps: int,
        gamma: float,
    ) -> None:
        self.cycle_mult, self.base_max_lr, self.min_lr = cycle_mult, max_lr, min_lr
        self.warmup_steps, self.gamma = warmup_steps, gamma
        self.cur_cycle_steps, self.cycle, self.step_in_cycle = first_cycle_steps, 0, 0
        self.max_lr = max_lr

    def get_lr(self) -> float:
        if self.step_in_cycle < self.warmup_steps:
            rise = (self.max_lr - self.min_lr) * self.step_in_cycle / self.warmup_steps
            return rise + self.min_lr
        done = self.step_in_cycle - self.warmup_steps
        fall = 1 + math.cos(math.pi * done / (self.cur_cycle_steps - self.warmup_steps))
        return self.min_lr + (self.max_lr - self.min_lr) * fall / 2

    def step(self) -> None:
        self.step_in_cycle += 1
        if self.step_in_cycle >= self.cur_cycle_steps:
            self.cycle += 1
            self.step_in_cycle -= self.cur_cycle_steps
            rest = int((self.cur_cycle_steps - self.warmup_steps) * self.cycle_mult)
            self.cur_cycle_steps = rest + self.warmup_steps
        self.max_lr = self.base_max_lr * self.gamma**self.cycle


def restarts(
    first_cycle_steps: int,
    cycle_mult: float,
    max_lr: float,
    min_lr: float,
    warmup_steps: int,
    gamma: float,
    count: int | None = None,
) -> lrs.Schedule:
    """Above the smallest rate, which never changes, is what is left of the largest."""
    decay = first_cycle_steps - warmup_steps
    up = lrs.Sequence(lrs.LinearWarmup(warmup_steps), lrs.CosineDecay(decay))
    down = lrs.Sequence(lrs.LinearWarmup(warmup_steps, start=1, end=0), lrs.CosineWarmup(decay))
    same = {"stretch": cycle_mult, "count": count, "lead": warmup_steps}
    return max_lr * lrs.Cycle(up, gain=gamma, **same) + min_lr * lrs.Cycle(down, **same)


@pytest.mark.parametrize(
    ("first", "mult", "warmup", "gamma", "count"),
    [
        (200, 1.0, 50, 1.0, None),
        (200, 1.0, 50, 0.5, None),
        (200, 2.0, 50, 0.5, None),
        (200, 3.0, 0, 0.9, None),
        (17, 2.0, 16, 0.5, None),
        (116, 1.5, 100, 0.5, 5),  # 16, 24, 36, 54 and 81 steps beside the warmup
        (84, 0.5, 20, 0.5, 7),  # 64, 32, ... and 1
    ],
)
def test_a_warmup_of_fixed_length_in_every_cycle(
    first: int, mult: float, warmup: int, gamma: float, count: int | None
) -> None:
    given = (first, mult, 0.1, 0.001, warmup, gamma)
    peer, schedule = CosineAnnealingWarmupRestarts(*given), restarts(*given, count)
    values = []
    for _ in range(5000 if schedule.steps is None else schedule.steps):
        values.append(peer.get_lr())
        peer.step()
    np.testing.assert_allclose(schedule(np.arange(len(values))), values, rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        [schedule(t) for t in range(999)][: len(values)], values[:999], 0, 1e-13
    )


def test_a_lead_changes_nothing_where_cycles_are_alike() -> None:
    one = lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(7))
    steps = np.arange(100)
    for mirror in (False, True):
        plain, led = lrs.Cycle(one, mirror), lrs.Cycle(one, mirror, lead=3)
        assert plain(steps).tolist() == led(steps).tolist()


def test_a_lead_of_nothing_is_none() -> None:
    one = lrs.CosineDecay(7)
    assert lrs.Cycle(one, stretch=2, lead=0) == lrs.Cycle(one, stretch=2)
    assert lrs.parse("Cycle(CosineDecay(7), stretch=2, lead=3)").lead == 3  # type: ignore[attr-defined]


def test_stairs_within_a_lead_are_where_they_were() -> None:
    """A step of the lead is the step itself, not the step times a rounded factor and divided."""
    one = lrs.Sequence(lrs.Take(lrs.StepDecay(3, gamma=0.5), 12), lrs.LinearDecay(10))
    cycle = lrs.Cycle(one, stretch=1.1, lead=12, count=9)
    for begin in cycle.table.begins:  # type: ignore[union-attr]
        part = float(cycle.table.ahead[cycle.table.begins.index(begin)])  # type: ignore
        for step in range(11):
            assert cycle(begin + step) == 0.5 ** ((step + part) // 3)
            assert cycle([begin + step])[0] == 0.5 ** ((step + part) // 3)


def test_area_of_led_cycles_is_not_added_up_step_by_step() -> None:
    one = lrs.Sequence(lrs.LinearWarmup(4), lrs.CosineDecay(10))
    for mirror in (False, True):
        cycle = lrs.Cycle(one, mirror, stretch=2, gain=0.5, lead=4)
        assert lrs.area(cycle, 3000) == pytest.approx(math.fsum(cycle(np.arange(3000))), rel=1e-14)
        for start in (3, 9, 29, 60):  # amid a lead, amid a rest
            part = math.fsum(cycle(np.arange(start, 3000)))
            assert lrs.area(cycle, start, 3000) == pytest.approx(part, rel=1e-14)
        assert 0 < lrs.area(cycle, 3, 10**17) < math.inf


def test_led_cycles_without_an_end_appear_by_name_on_paper() -> None:
    """Where they begin, no usual function says; a few are written out one by one."""
    one = lrs.LinearDecay(10)
    assert r"\mathrm{Cycle}" in lrs.Cycle(one, stretch=2, lead=4).latex()
    assert r"\mathrm{Cycle}" not in lrs.Cycle(one, stretch=2, lead=4, count=3).latex()
