"""AdamW's weights as an average of its updates: what of a run is left in them at its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import NonNegative, Positive, PositiveCount, checked, refusal, shown
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.ask.bounds import LAST, bounds
from lrsched.ask.questions import ASchedule, first_below
from lrsched.ask.rates import length_of_run, rates_at, running_back


@public
@checked
def averaging_weights(
    schedule: ASchedule, steps: PositiveCount, weight_decay: NonNegative
) -> NDArray[np.float64]:
    """How much of each update is in the weights at the end of a run with decoupled weight decay.

    AdamW's update w <- (1 - e wd) w - e u makes of the final weights an average of the initial ones
    and of the scaled updates -u / wd. These are the weights of that average: they add up to 1.

    Formula: with the rates e_i = schedule(i - 1) for i = 1..T: c_i = e_i wd * product over j > i
    of (1 - e_j wd), and c_0, of the initial weights, the product of all (1 - e_j wd).

    Args:
        schedule: of the rates, as the optimizer applies them.
        steps: T, how many updates the run has, at most up to the schedule's end.
        weight_decay: wd, multiplied with the rate, as in torch and optax; at most 1 over the
            largest rate, or the weights would not be those of an average.

    Returns:
        An array of steps + 1 weights: c_0 first, then c_1 to c_T.

    Raises:
        TypeError, ValueError: an argument is not what is said above; or a rate is below 0.

    Source: Wang & Aitchison 2024 (arXiv:2405.13698); with schedules, Bergsma et al. 2025
    (arXiv:2502.15938).

    >>> import lrsched as lrs
    >>> for run in (lrs.CosineDecay(10_000, end=0.1), lrs.LinearDecay(10_000), lrs.Constant(1)):
    ...     weights = lrs.averaging_weights(3e-4 * run, 10_000, weight_decay=0.1)
    ...     print(round(weights[0], 6), round(weights.sum(), 12))
    0.847881 1.0
    0.860694 1.0
    0.740815 1.0
    """
    steps = length_of_run("averaging_weights", schedule, steps)
    rates = rates_at("averaging_weights", schedule, 0, steps)
    return weights_of("averaging_weights", rates, weight_decay)


def weights_of(owner: str, rates: NDArray[np.float64], weight_decay: float) -> NDArray[np.float64]:
    """The same for the rates of a run."""
    shares = rates * weight_decay
    if (largest := float(shares.max())) > 1:
        rule = f"at most {shown(weight_decay / largest)}, 1 over the largest rate"
        raise refusal(ValueError, owner, "weight_decay", rule, weight_decay)
    # A factor of 1 - 1e-5 has lost digits that a million factors would show; its logarithm, worked
    # out from the 1e-5, has not.
    with np.errstate(divide="ignore"):
        kept = np.append(running_back(np.log1p(-shares)), 0.0)
    weights: NDArray[np.float64] = np.exp(kept)
    weights[1:] *= shares
    return weights


def effective_updates(weights: NDArray[np.float64]) -> float:
    """How many updates, all of one weight, would average noise as well: (sum c)**2 / sum c**2."""
    updates = weights[1:]
    squares = float((updates * updates).sum())
    return float(updates.sum()) ** 2 / squares if squares else 0.0


@public
@checked
def timescale(schedule: ASchedule, weight_decay: Positive) -> Schedule:
    """Over how many updates AdamW averages, as a schedule: at step t, 1 / (rate * weight decay).

    Divided by the updates of an epoch, it is the timescale in epochs, which the source finds to be
    about the same for the best runs of models and datasets of any size. At a rate of 0 it is inf.

    Args:
        schedule: of the rates, as the optimizer applies them.
        weight_decay: multiplied with the rate, as in torch and optax.

    Raises:
        TypeError, ValueError: an argument is not what is said above; or a rate is below 0.

    Source: Wang & Aitchison 2024 (arXiv:2405.13698).

    >>> import lrsched as lrs
    >>> lrs.timescale(lrs.LinearDecay(100, start=1e-3), weight_decay=0.1)([0, 50, 100])
    array([10000., 20000.,    inf])
    """
    if bounds(schedule, 0, LAST).low < 0 and (at := first_below(schedule, 0.0)) is not None:
        rule = "not below 0 at any step"
        value = shown(schedule(at))
        raise ValueError(f"timescale: schedule must be {rule}, got {value} at step {at}")
    return 1 / (weight_decay * schedule)
