"""Several schedules for one run, side by side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lrsched._core.check import Positive, PositiveCount, checked, refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.ask.area import area
from lrsched.ask.averages import effective_updates, weights_of
from lrsched.ask.convex import run_of
from lrsched.ask.laws import ALaw, LossLaw
from lrsched.ask.rates import rates_at


@public
class Comparison(NamedTuple):
    """What is known of a run with a schedule, before it is made.

    `area` is the sum of its rates; `bound` the least `convex_bound`, for a distance and a gradient
    of 1, and `best_peak` the largest rate that gives it; `initial_weight` how much of the initial
    weights AdamW leaves (c_0 of `averaging_weights`), and `effective_updates` how many updates it
    averages, (sum c)**2 / sum c**2 of the others; `final_loss` what a law predicts after the last
    update, None without one.
    """

    schedule: Schedule
    area: float
    bound: float
    best_peak: float
    initial_weight: float
    effective_updates: float
    final_loss: float | None


@public
@checked
def compare(
    *schedules: Schedule,
    steps: PositiveCount | None = None,
    weight_decay: Positive = 0.1,
    law: ALaw | None = None,
) -> tuple[Comparison, ...]:
    """What is known of a run with each of some schedules, before it is made.

    Area and averages are of the rates as they are, the bound of each schedule at its own best peak:
    a shape from 0 to 1 has the bound of the same shape at any other height.

    Args:
        *schedules: one or more schedules.
        steps: how many updates the run has; by default, as many as the shortest schedule has steps.
        weight_decay: of AdamW, for the averages.
        law: predicts the final loss, where one was fitted on such runs.

    Raises:
        TypeError, ValueError: no schedules, one that is none, ends before the run or is below 0; or
            another argument is not what is said above.

    >>> import lrsched as lrs
    >>> runs = 3e-4 * lrs.CosineDecay(10_000, end=0.1), 3e-4 * lrs.LinearDecay(10_000)
    >>> for found in lrs.compare(*runs):
    ...     print(f"{found.area:.4f} {found.bound:.6f} {found.best_peak:.6f}", end=" ")
    ...     print(f"{found.initial_weight:.6f} {found.effective_updates:.0f} {found.final_loss}")
    1.6501 0.022141 0.008211 0.847881 7725 None
    1.5001 0.020008 0.009995 0.860694 7719 None
    """
    if not schedules:
        raise refusal(ValueError, "compare", "schedules", "at least one schedule", schedules)
    for i, schedule in enumerate(schedules):
        A_SCHEDULE("compare", f"schedules[{i}]", schedule)
    if steps is None:
        steps = min((s.steps for s in schedules if s.steps is not None), default=0)
        if not steps:
            rule = "given where no schedule has an end"
            raise refusal(ValueError, "compare", "steps", rule, None)
    return tuple(
        _compared(schedule, f"schedules[{i}]", steps, weight_decay, law)
        for i, schedule in enumerate(schedules)
    )


def _compared(
    schedule: Schedule, name: str, steps: int, weight_decay: float, law: LossLaw | None
) -> Comparison:
    run = run_of("compare", schedule, steps, name)
    rates = rates_at("compare", schedule, 0, steps, name)
    weights = weights_of("compare", rates, weight_decay)
    return Comparison(
        schedule,
        area(schedule, steps),
        run.bound().best_value,
        run.best_peak,
        float(weights[0]),
        effective_updates(weights),
        None if law is None else float(law.losses_of(rates, np.array([steps - 1]))[0]),
    )
