"""One schedule over and over."""

import functools
import math
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    Flag,
    NonNegative,
    PositiveCount,
    Real,
    Rule,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched._engine.cycles import Cycles, cycles, length


def _stretching(value: Any) -> float:
    number: float = rule_in(Real).accept(value)
    if number <= 0 or 0.999 < number < 1 or 1 < number < 1.001:
        raise ValueError  # a table of all cycles would have no end
    return int(number) if number.is_integer() else number


def _lengthening(value: Any) -> float:
    number = _stretching(value)
    if number < 1:
        raise ValueError
    return number


_STRETCH = "1, at least 1.001, or above 0 and at most 0.999"
Stretching = Annotated[float, Rule(_STRETCH, _stretching)]
# Of cycles that never shrink, because they have no end.
Lengthening = Annotated[float, Rule("1 or a number of at least 1.001", _lengthening)]


@value
class Cycle(Schedule):
    """A finite schedule over and over.

    `Cycle(CosineDecay(T))` is SGDR, with `stretch=2` its T_mult;
    `Cycle(LinearWarmup(n), mirror=True)` is the triangle of cyclical learning rates, with
    `gain=0.5` "triangular2".

    Formula: gain**i * schedule(u / stretch**i), where cycle i begins at step b_i, is
    stretch**i * schedule.steps long (twice that with `mirror`), and u = t - b_i; with `mirror`,
    u runs back to 0 in the second half. At a boundary the next cycle answers. With a lead, the
    first steps of the schedule keep their speed in every cycle, and the others alone are stretched:
    schedule(min(u, lead) + max(0, u - lead) / stretch**i). A warmup of W steps before each cosine,
    however long that is, is `Cycle(Sequence(LinearWarmup(W), CosineDecay(T)), stretch=2, lead=W)`.

    Args:
        schedule: a finite schedule of at least one step.
        mirror: play each cycle forth and back.
        stretch: 1, at least 1.001, or above 0 and at most 0.999; each cycle is this many times as
            long as the one before. One that is not whole is taken as its decimals say; its cycles
            begin on the first whole step after the one before has ended. Below 1 it needs a count,
            with which what shrinks of the last cycle is at least one step long.
        gain: non-negative; each cycle is this many times as high as the one before.
        count: number of cycles, after which the last value holds; None for no end.
        lead: first steps of the schedule that no cycle stretches; fewer than the schedule has.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983); Smith 2017 (arXiv:1506.01186); the lead is
    `warmup_steps` of katsura-jp's `CosineAnnealingWarmupRestarts`.

    >>> import lrsched as lrs
    >>> lrs.Cycle(lrs.LinearDecay(2), stretch=2)([0, 1, 2, 3, 4, 5, 6])
    array([1.  , 0.5 , 1.  , 0.75, 0.5 , 0.25, 1.  ])
    >>> lrs.Cycle(lrs.LinearWarmup(2), mirror=True, gain=0.5, count=2)([0, 2, 4, 6, 8, 9])
    array([0. , 1. , 0. , 0.5, 0. , 0. ])
    >>> one = lrs.Sequence(lrs.LinearWarmup(2), lrs.LinearDecay(2))
    >>> lrs.Cycle(one, stretch=2, lead=2)([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    array([0.  , 0.5 , 1.  , 0.5 , 0.  , 0.5 , 1.  , 0.75, 0.5 , 0.25, 0.  ])
    >>> lrs.Cycle(lrs.LinearDecay(4), stretch=0.5, count=3)([0, 2, 4, 5, 6, 7])
    array([1. , 0.5, 1. , 0.5, 1. , 0. ])
    """

    schedule: Schedule
    mirror: Flag = False
    stretch: Stretching = 1
    gain: NonNegative = 1.0
    count: PositiveCount | None = None
    lead: Count = 0

    def check(self) -> None:
        if not self.schedule.steps:
            rule = "finite and at least one step long"
            raise refusal(ValueError, "Cycle", "schedule", rule, self.schedule)
        if self.lead >= self.schedule.steps:
            rule = f"below the {self.schedule.steps} steps of the schedule"
            raise refusal(ValueError, "Cycle", "lead", rule, self.lead)
        if self.stretch < 1:
            if self.count is None:  # infinitely many cycles, over in finite time
                rule = f"a positive integer where cycles shrink, with stretch={self.stretch}"
                raise refusal(ValueError, "Cycle", "count", rule, None)
            shrinks = math.log2(self.first - self.fixed)
            if shrinks + (self.count - 1) * math.log2(self.stretch) < -1e-9:
                rule = "of so few cycles that the last shrinks to one step at least"
                raise refusal(ValueError, "Cycle", "count", rule, self.count)
        # Not the length itself: it may have more digits than there is memory.
        if self.count and math.log2(self.first) + self.count * math.log2(self.stretch) > 128:
            raise refusal(
                ValueError, "Cycle", "count", "of at most 2**127 steps in all", self.count
            )

    @property
    def first(self) -> int:
        """Length of the first cycle in steps."""
        return (self.schedule.steps or 0) * (2 if self.mirror else 1)

    @property
    def fixed(self) -> int:
        """How many of them every cycle has as well, because no cycle stretches them."""
        return self.lead * (2 if self.mirror else 1)

    @property
    def table(self) -> Cycles | None:
        """Where cycles of different lengths begin; None where all are as long as the first.

        Tens of thousands, if they hardly lengthen: made when they are asked for.
        """
        if self.stretch == 1:
            return None
        kept = self.__dict__
        if "_table" not in kept:
            kept["_table"] = cycles(self.first, self.fixed, self.stretch, self.count)
        return kept["_table"]  # type: ignore[no-any-return]

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the sum of the cycles', rounded up to a whole step."""
        if self.count is None:
            return None
        return length(self.first, self.fixed, self.stretch, self.count)

    def formula(self, t: Any, xp: Any) -> Any:
        factor: Any = 1
        long: Any = self.first
        if self.table is not None:
            i, u, factor, long = xp.cycle(t, self.table)
        else:
            # Not t - i * first: of steps beyond 2**53 that difference of floats leaves nothing.
            i, u = t // self.first, t % self.first
            if self.count is not None:  # the very end belongs to the last cycle
                last = xp.minimum(i, self.count - 1)
                i, u = last, u + xp.apart(i, last) * self.first
        if self.mirror:
            u = xp.minimum(u, xp.apart(long, u))
        if self.table is not None and self.lead:
            u = xp.led(u, self.lead, factor, self.table.ahead is None)
        elif self.table is not None:
            u = xp.ratio(u, factor)
        value = xp.inner(self.schedule, u)
        return value if self.gain == 1 else xp.a_number(value * self.gain**i)
