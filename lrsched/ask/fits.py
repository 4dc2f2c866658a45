"""Constants of a law from measured losses, by SciPy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrsched._core.check import refusal
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched.ask.kernels import Floats, Steps
from lrsched.ask.rates import length_of_run, rates_at

# Where the Huber loss of log(predicted / measured) turns from a square to a line: both sources'.
_DELTA = 1e-3

# Starts that are followed to their end, and how far.
_FOLLOWED, _EVALUATIONS = 3, 300

# Seconds without a word.
_PATIENCE = 2.0


class Curve(NamedTuple):
    """The rates of a run up to its last measurement, and its losses at some steps."""

    rates: Floats
    at: Steps
    losses: Floats


def measured(owner: str, schedule: Any, steps: Any, losses: Any, constants: int) -> list[Curve]:
    """One run's measurements, or several runs', checked."""
    if isinstance(schedule, Schedule):
        curves = [_curve(owner, schedule, steps, losses, "")]
    else:
        runs = _several(owner, "schedule", schedule, "a schedule, or a sequence of them")
        of_each = [
            _several(owner, name, given, f"a sequence with as many as the {len(runs)} schedules")
            for name, given in (("steps", steps), ("losses", losses))
        ]
        for name, given in zip(("steps", "losses"), of_each, strict=True):
            if len(given) != len(runs):
                rule = f"as many as the {len(runs)} schedules"
                raise refusal(ValueError, owner, name, rule, given)
        each = enumerate(zip(runs, *of_each, strict=True))
        curves = [_curve(owner, run, at, values, f"[{i}]") for i, (run, at, values) in each]
    found = sum(len(curve.at) for curve in curves)
    if found < constants:
        rule = f"at least {constants}, one for each constant of the law"
        raise ValueError(f"{owner}: losses must be {rule}, got {found}")
    return curves


def _several(owner: str, name: str, given: Any, rule: str) -> list[Any]:
    if isinstance(given, (str, bytes, dict, set, frozenset)) or not isinstance(given, Iterable):
        raise refusal(TypeError, owner, name, rule, given)
    several = list(given)
    if not several:
        raise refusal(ValueError, owner, name, rule, given)
    return several


def _curve(owner: str, schedule: Any, steps: ArrayLike, losses: ArrayLike, i: str) -> Curve:
    at = _numbers(owner, f"steps{i}", steps, "non-negative integers")
    values = _numbers(owner, f"losses{i}", losses, "positive finite numbers")
    if at.shape != values.shape:
        rule = f"as many as the {at.size} steps"
        raise refusal(ValueError, owner, f"losses{i}", rule, losses)
    if not ((at >= 0) & (at == np.floor(at))).all():
        raise refusal(ValueError, owner, f"steps{i}", "non-negative integers", steps)
    if not ((values > 0) & (values < np.inf)).all():
        raise refusal(ValueError, owner, f"losses{i}", "positive finite numbers", losses)
    A_SCHEDULE(owner, f"schedule{i}", schedule)
    if schedule.steps is not None and at.max(initial=0.0) > schedule.steps:
        rule = f"at most {schedule.steps}, where the schedule ends"
        raise refusal(ValueError, owner, f"steps{i}", rule, steps)
    order = np.argsort(at, kind="stable")
    whole = length_of_run(owner, schedule, 1 + int(at.max(initial=0.0)), f"schedule{i}")
    rates = rates_at(owner, schedule, 0, whole, f"schedule{i}")
    moving = np.flatnonzero(rates)
    if at.size and not (moving.size and at.min() >= moving[0]):
        rule = "at or after the first step with a rate above 0"
        raise refusal(ValueError, owner, f"steps{i}", rule, steps)
    return Curve(rates, at[order].astype(np.int64), values[order])


def _numbers(owner: str, name: str, given: ArrayLike, rule: str) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(given)
        if numbers.dtype.kind == "O" and all(type(number) is int for number in numbers.flat):
            numbers = numbers.astype(float)  # beyond NumPy's integers
        if numbers.dtype.kind not in "iuf" and numbers.size:
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise refusal(TypeError, owner, name, rule, given) from None
    if numbers.ndim != 1:
        raise refusal(ValueError, owner, name, f"a sequence of {rule}", given)
    return numbers.astype(float)


def fitted(
    bases: Callable[..., list[Floats]],
    starts: Sequence[tuple[float, ...]],
    curves: Sequence[Curve],
    owner: str,
) -> tuple[list[float], list[float]]:
    """The factors of some bases, and the constants of the bases themselves, all above 0.

    bases: the columns whose sum, each times a factor, is to be the losses, for some constants.
    """
    try:
        from scipy.optimize import least_squares, nnls
    except ImportError:
        raise ImportError(f"{owner} needs SciPy: pip install scipy") from None
    losses = np.concatenate([curve.losses for curve in curves])
    bar = _Bar(len(starts) + _FOLLOWED * _EVALUATIONS)

    def residuals(logs: Floats) -> Floats:
        bar.move()
        factors, constants = np.split(np.exp(logs), [-len(starts[0])])
        predicted = np.column_stack(bases(*constants.tolist())) @ factors
        found: Floats = np.log(np.maximum(predicted, 1e-10) / losses)
        return found

    def slopes(logs: Floats) -> Floats:
        factors, constants = np.split(np.exp(logs), [-len(starts[0])])
        columns = np.column_stack(bases(*constants.tolist()))
        moved = [columns * factors]
        for i in range(len(constants)):
            nearby = constants.copy()
            nearby[i] *= 1 + _NEARBY
            change = (np.column_stack(bases(*nearby.tolist())) - columns) @ factors
            moved.append(change[:, None] / np.log1p(_NEARBY))
        slope: Floats = np.column_stack(moved) / np.maximum(columns @ factors, 1e-10)[:, None]
        return slope

    def first(constants: tuple[float, ...]) -> Floats:
        """With the factors that are best in relative error, and none of them 0."""
        columns = np.column_stack(bases(*constants))
        factors, _ = nnls(columns / losses[:, None], np.ones(len(losses)))
        least = 1e-3 * losses.min() / np.maximum(abs(columns).max(axis=0), 1e-300)
        bar.move()
        logs: Floats = np.log(np.concatenate([np.maximum(factors, least), constants]))
        return logs

    def cost(logs: Floats) -> float:
        sizes = abs(residuals(logs)) / _DELTA
        return float(np.where(sizes < 1, sizes * sizes / 2, sizes - 0.5).sum())

    with np.errstate(all="ignore"):
        begun = sorted(map(first, starts), key=cost)
        ends = []
        for i, begin in enumerate(begun[:_FOLLOWED]):
            bar.at(len(starts) + i * _EVALUATIONS)
            ends.append(
                least_squares(
                    residuals, begin, slopes, loss="huber", f_scale=_DELTA, max_nfev=_EVALUATIONS,
                    ftol=1e-10, xtol=1e-10, gtol=1e-10,
                ).x
            )  # fmt: skip
        best = min(ends, key=cost)
    bar.end()
    factors, constants = np.split(np.exp(best), [-len(starts[0])])
    return factors.tolist(), constants.tolist()


# A change of a constant, relative to it, that shows how the losses move with it.
_NEARBY = 1e-6


class _Bar:
    """How far a long fit is, for whoever waits before a terminal."""

    def __init__(self, whole: int) -> None:
        self._whole, self._done = whole, 0
        self._from = time.monotonic() + _PATIENCE if sys.stderr.isatty() else float("inf")
        self._drawn = False

    def at(self, done: int) -> None:
        self._done = done

    def move(self) -> None:
        self._done += 1
        if time.monotonic() > self._from:
            self._draw(min(1.0, self._done / self._whole))

    def end(self) -> None:
        if self._drawn:
            self._draw(1.0)
            print(file=sys.stderr)

    def _draw(self, done: float) -> None:
        self._drawn = True
        print(f"\r[{'#' * int(40 * done):<40}] {done:4.0%}", end="", file=sys.stderr, flush=True)
