"""The entries of mmengine's `param_scheduler`: for each type its keys, and the curve that it draws.

A curve is drawn over the entry's own window of ticks, which are epochs or iterations, and at its
last tick it stays. Its value at local tick 0 is that of the tick at which the window begins.
"""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Sequence as Listing
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from lrsched._core.check import (
    Flag,
    Fraction,
    NonNegative,
    Numbers,
    Positive,
    PositiveCount,
    Rule,
    checked,
    integer_that,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import Value
from lrsched.compat import torch
from lrsched.compat._parts import Rate, at_milestones, cosine, line
from lrsched.shapes import (
    Constant,
    ConstantWarmup,
    Cycle,
    ExponentialDecay,
    PolynomialDecay,
    Sequence,
    Shift,
    Staircase,
    StepDecay,
    Stretch,
    Take,
)


class _Keys(Value):
    """Some of the keys of an entry."""

    noun = "entry"


@dataclass(frozen=True)
class Window(_Keys):
    """The keys that every type has."""

    begin: NonNegative = 0
    end: Positive | None = None
    by_epoch: Flag = True
    convert_to_iter_based: Flag = False
    last_step: Annotated[int, integer_that("-1: a schedule begins with it", lambda n: n == -1)] = -1
    verbose: Flag = False
    _scope_: Any = None


def named(type_: Any) -> str:
    """A type by its name; a config in Python may have the class itself."""
    name = type_.__name__ if isinstance(type_, type) else type_
    if not isinstance(name, str):
        raise TypeError
    return name.removeprefix("mmengine.")


@dataclass(frozen=True)
class Run:
    """How long the run is, of what is known."""

    iterations: int | None
    epochs: int | None
    epoch: int | None  # iterations of one
    ends: bool = True  # whether epochs end, and entries are told


@checked
def train_cfg(
    by_epoch: Flag | None = None,
    type: Any = None,  # noqa: A002 - the key's name
    max_epochs: PositiveCount | None = None,
    max_iters: PositiveCount | None = None,
    *,
    total_steps: int | None,
    steps_per_epoch: int | None,
) -> Run:
    """A training loop: of epochs, or of iterations, in which no epoch ever ends."""
    if by_epoch is False or (type is not None and named(type) == "IterBasedTrainLoop"):
        return Run(total_steps or max_iters, 1, steps_per_epoch, ends=False)
    if steps_per_epoch is None:
        return Run(total_steps, max_epochs, None)
    if total_steps is not None:
        return Run(total_steps, -(-total_steps // steps_per_epoch), steps_per_epoch)
    iterations = None if max_epochs is None else max_epochs * steps_per_epoch
    return Run(iterations, max_epochs, steps_per_epoch)


@checked
def optimizer(
    lr: Rate | None = None, momentum: Rate | None = None, betas: Numbers | None = None
) -> dict[str, float | None]:
    """What an optimizer has before any entry: its rate, and its momentum or first beta."""
    return {"base_lr": lr, "base_momentum": betas[0] if betas else momentum}


@dataclass(frozen=True)
class Place:
    """Where an entry is heard: from which iteration on, and for how many ticks of how many."""

    begin: int
    ticks: int | None  # None for no end
    every: int  # iterations of a tick

    @property
    def last(self) -> int | None:
        """Iterations from the first tick to the last."""
        return None if self.ticks is None else (self.ticks - 1) * self.every


class Entry(_Keys, abc.ABC):
    """What one type does in its window."""

    # Whether it leads from any value to one of its own: by itself, it is a phase of its own.
    leads: ClassVar[bool] = False
    # The keys that count epochs or iterations.
    lengths: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def curve(self, place: Place, start: float, base: float) -> Schedule:
        """From the value that there was, and the optimizer's own, on a clock of iterations."""

    def moves(self, place: Place) -> tuple[int, float] | None:
        """The first and the last iteration, from the begin of the window, that change the value."""
        return 1, math.inf if place.last is None else place.last

    def scales(self, place: Place) -> bool:
        """Whether it multiplies what there is, whatever others make of that meanwhile."""
        return True

    def needs_end(self) -> bool:
        """Whether it can't be drawn without the end of its window."""
        return False

    def counted(self, epoch: int) -> Entry:
        """The same, whose lengths are in iterations of epochs that long."""
        return dataclasses.replace(  # type: ignore[type-var]  # all types are dataclasses
            self, **{name: _times(getattr(self, name), epoch) for name in self.lengths}
        )


def _times(length: Any, epoch: int) -> Any:
    if isinstance(length, tuple):
        return tuple(part * epoch for part in length)
    return None if length is None else length * epoch


def _stairs(schedule: Schedule, place: Place) -> Schedule:
    """A curve that is looked at once in a tick."""
    return schedule if place.every == 1 else Staircase(schedule, place.every)


def _until(schedule: Schedule, last: int | None) -> Schedule:
    """As far as the last tick."""
    if last == 0:
        return Constant(schedule(0))
    return schedule if last is None or schedule.steps == last else Take(schedule, last)


@dataclass(frozen=True)
class ConstantLR(Entry):
    """A factor in all ticks but the last, which divides by it."""

    factor: torch.StartFactor = 1.0 / 3

    def needs_end(self) -> bool:
        return True

    def moves(self, place: Place) -> tuple[int, float] | None:
        return None if self.factor == 1 else (0, place.last or 0)

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        if not place.last:  # no last tick, or no other
            return Constant(start * self.factor)
        return ConstantWarmup(place.last, start=start * self.factor, end=start)


@dataclass(frozen=True)
class LinearLR(Entry):
    """A straight line between two factors, from the first tick to the last."""

    start_factor: torch.StartFactor = 1.0 / 3
    end_factor: Fraction = 1.0

    def needs_end(self) -> bool:
        return True

    def moves(self, place: Place) -> tuple[int, float] | None:
        if self.start_factor != 1:
            return 0, place.last or 0
        return None if self.end_factor == 1 else super().moves(place)

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        if not place.last:
            return Constant(start * self.start_factor)
        drawn = line(place.last, start * self.start_factor, start * self.end_factor)
        return _stairs(drawn, place)


@dataclass(frozen=True)
class ExponentialLR(Entry):
    """A factor in each tick but the first."""

    gamma: NonNegative

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        if place.every > 1:
            return _until(StepDecay(place.every, self.gamma, start=start), place.last)
        return _until(ExponentialDecay(self.gamma, start=start), place.last)


@dataclass(frozen=True)
class StepLR(Entry):
    """A factor in every `step_size` ticks."""

    step_size: PositiveCount
    gamma: NonNegative = 0.1
    lengths = ("step_size",)

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        steps = StepDecay(self.step_size * place.every, self.gamma, start=start)
        return _until(steps, place.last)


@dataclass(frozen=True)
class MultiStepLR(Entry):
    """A factor at each milestone of the window, twice at one that is listed twice."""

    milestones: torch.Unordered
    gamma: NonNegative = 0.1
    lengths = ("milestones",)

    def _reached(self, place: Place) -> list[int]:
        return [m * place.every for m in self.milestones if place.ticks is None or m < place.ticks]

    def moves(self, place: Place) -> tuple[int, float] | None:
        reached = self._reached(place)
        return (reached[0], reached[-1]) if reached else None

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        reached = self._reached(place)
        return at_milestones(reached, self.gamma, start) if reached else Constant(start)


@dataclass(frozen=True)
class PolyLR(Entry):
    """A power of what remains of the window, from the value that there is to `eta_min`."""

    eta_min: Rate = 0.0
    power: NonNegative = 1.0
    leads = True

    def needs_end(self) -> bool:
        return True

    def scales(self, place: Place) -> bool:
        return self.eta_min == 0

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        if not place.last or self.power == 0:
            return Constant(start)
        drawn = PolynomialDecay(place.last, self.power, start=start, end=self.eta_min)
        return _stairs(drawn, place)


class _Wave(Entry):
    """A cosine down to a value, or to a fraction of the optimizer's."""

    eta_min: NonNegative | None
    eta_min_ratio: NonNegative | None

    def check(self) -> None:
        if self.eta_min is not None and self.eta_min_ratio is not None:
            rule = "left out where there is an eta_min"
            raise refusal(
                ValueError, type(self).__name__, "eta_min_ratio", rule, self.eta_min_ratio
            )

    def _low(self, base: float) -> float:
        if self.eta_min_ratio is not None:
            return base * self.eta_min_ratio
        return self.eta_min or 0.0


@dataclass(frozen=True)
class CosineAnnealingLR(_Wave):
    """Half a cosine wave from the value that there is, and after `T_max` up to the optimizer's."""

    T_max: PositiveCount | None = None
    eta_min: NonNegative | None = None
    eta_min_ratio: NonNegative | None = None
    leads = True
    lengths = ("T_max",)

    def needs_end(self) -> bool:
        return self.T_max is None

    def _falls(self, place: Place) -> int:
        return (self.T_max or place.ticks or 0) * place.every

    def scales(self, place: Place) -> bool:
        falls = place.last is not None and place.last <= self._falls(place)
        return falls and self._low(1.0) == 0

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        falls, low = self._falls(place), self._low(base)
        drawn = cosine(falls, start, low)
        if place.last is None or place.last > falls:
            waves = Cycle(cosine(falls, base, low), mirror=True)
            drawn = waves if start == base else Sequence(drawn, Shift(waves, falls))
        return _until(_stairs(drawn, place), place.last)


def _periods(values: Any) -> tuple[int, ...]:
    accepted = tuple(rule_in(PositiveCount).accept(v) for v in rule_in(Numbers).accept(values))
    if not accepted:
        raise ValueError
    return accepted


Periods = Annotated[Listing[int], Rule("one or more positive integers", _periods)]


@dataclass(frozen=True)
class CosineRestartLR(_Wave):
    """Half a cosine wave in each period, from the optimizer's value times the period's weight."""

    periods: Periods
    restart_weights: Numbers = (1.0,)
    eta_min: NonNegative | None = None
    eta_min_ratio: NonNegative | None = None
    leads = True
    lengths = ("periods",)

    def check(self) -> None:
        super().check()
        if self.eta_min is None and self.eta_min_ratio is None:
            rule = "given, or an eta_min_ratio"
            raise refusal(ValueError, type(self).__name__, "eta_min", rule, None)
        if len(self.restart_weights) != len(self.periods):
            rule = f"as many as the {len(self.periods)} periods"
            raise refusal(
                ValueError, type(self).__name__, "restart_weights", rule, self.restart_weights
            )

    def _last(self, place: Place) -> int:
        whole = sum(self.periods)
        return (min(whole, place.ticks or whole) - 1) * place.every

    def moves(self, place: Place) -> tuple[int, float] | None:
        return 0, self._last(place)

    def scales(self, place: Place) -> bool:
        return False

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        low = self._low(base)
        waves = [
            cosine(period * place.every, base * weight, low)
            for period, weight in zip(self.periods, self.restart_weights, strict=True)
        ]
        drawn = waves[0]
        if len(waves) > 1:
            same = all(wave == waves[0] for wave in waves)
            drawn = Cycle(waves[0], count=len(waves)) if same else Sequence(*waves)
        return _until(_stairs(drawn, place), self._last(place))


@dataclass(frozen=True)
class OneCycleLR(Entry):
    """Up to `eta_max` and far down, whatever the optimizer's own rate is."""

    eta_max: Rate = 0.0
    total_steps: PositiveCount | None = None
    pct_start: Fraction = 0.3
    anneal_strategy: torch.Strategy = "cos"
    div_factor: Positive = 25.0
    final_div_factor: Positive = 1e4
    three_phase: Flag = False
    leads = True
    lengths = ("total_steps",)

    def needs_end(self) -> bool:
        return self.total_steps is None

    def moves(self, place: Place) -> tuple[int, float] | None:
        return 0, place.last or 0

    def scales(self, place: Place) -> bool:
        return False

    def curve(self, place: Place, start: float, base: float) -> Schedule:
        ticks = place.ticks or self.total_steps or 0
        total = self.total_steps or ticks
        if total < ticks:
            rule = f"at least the {ticks} of its window (the peer stops there)"
            raise refusal(ValueError, "OneCycleLR", "total_steps", rule, total)
        cycle = torch.OneCycleLR(
            self.eta_max,
            total,
            pct_start=self.pct_start,
            anneal_strategy=self.anneal_strategy,
            div_factor=self.div_factor,
            final_div_factor=self.final_div_factor,
            three_phase=self.three_phase,
        )
        if place.every > 1:
            cycle = Staircase(Stretch(cycle, place.every), place.every)
        return _until(cycle, (ticks - 1) * place.every)


TYPES: dict[str, type[Entry]] = {
    "ConstantLR": ConstantLR,
    "LinearLR": LinearLR,
    "ExponentialLR": ExponentialLR,
    "MultiStepLR": MultiStepLR,
    "StepLR": StepLR,
    "CosineAnnealingLR": CosineAnnealingLR,
    "PolyLR": PolyLR,
    "OneCycleLR": OneCycleLR,
    "CosineRestartLR": CosineRestartLR,
}
# The same for the momentum; the peer has no OneCycleMomentum.
for _twin, _made in [(name.replace("LR", "Momentum"), made) for name, made in TYPES.items()]:
    if _made is not OneCycleLR:
        TYPES[_twin] = type(_twin, (_made,), {"__doc__": _made.__doc__})
