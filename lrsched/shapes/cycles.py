"""One schedule over and over."""

import functools
import math
from typing import Annotated, Any

from lrsched._core.check import Flag, NonNegative, PositiveCount, Real, Rule, refusal, rule_in
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched._engine.cycles import Cycles, cycles, length


def _lengthening(value: Any) -> float:
    number: float = rule_in(Real).accept(value)
    if number != 1 and number < 1.001:  # a table of all cycles would have no end
        raise ValueError
    return int(number) if number.is_integer() else number


Lengthening = Annotated[float, Rule("1 or a number of at least 1.001", _lengthening)]


@value
class Cycle(Schedule):
    """A finite schedule over and over.

    `Cycle(CosineDecay(T))` is SGDR, with `stretch=2` its T_mult;
    `Cycle(LinearWarmup(n), mirror=True)` is the triangle of cyclical learning rates, with
    `gain=0.5` "triangular2".

    Formula: gain**i * schedule(u / stretch**i), where cycle i begins at step b_i, is
    stretch**i * schedule.steps long (twice that with `mirror`), and u = t - b_i; with `mirror`,
    u runs back to 0 in the second half. At a boundary the next cycle answers.

    Args:
        schedule: a finite schedule of at least one step.
        mirror: play each cycle forth and back.
        stretch: 1, or a number of at least 1.001; each cycle is this many times as long as the one
            before. One that is not whole is taken as its decimals say; its cycles begin on the
            first whole step after the one before has ended.
        gain: non-negative; each cycle is this many times as high as the one before.
        count: number of cycles, after which the last value holds; None for no end.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: Loshchilov & Hutter 2016 (arXiv:1608.03983); Smith 2017 (arXiv:1506.01186).

    >>> import lrsched as lrs
    >>> lrs.Cycle(lrs.LinearDecay(2), stretch=2)([0, 1, 2, 3, 4, 5, 6])
    array([1.  , 0.5 , 1.  , 0.75, 0.5 , 0.25, 1.  ])
    >>> lrs.Cycle(lrs.LinearWarmup(2), mirror=True, gain=0.5, count=2)([0, 2, 4, 6, 8, 9])
    array([0. , 1. , 0. , 0.5, 0. , 0. ])
    """

    schedule: Schedule
    mirror: Flag = False
    stretch: Lengthening = 1
    gain: NonNegative = 1.0
    count: PositiveCount | None = None

    def check(self) -> None:
        if not self.schedule.steps:
            rule = "finite and at least one step long"
            raise refusal(ValueError, "Cycle", "schedule", rule, self.schedule)
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
    def table(self) -> Cycles | None:
        """Where lengthening cycles begin; None where all are as long as the first.

        Tens of thousands, if they hardly lengthen: made when they are asked for.
        """
        if self.stretch == 1:
            return None
        kept = self.__dict__
        if "_table" not in kept:
            kept["_table"] = cycles(self.first, self.stretch, self.count)
        return kept["_table"]  # type: ignore[no-any-return]

    @functools.cached_property
    def steps(self) -> int | None:
        """Length in steps: the sum of the cycles', rounded up to a whole step."""
        return None if self.count is None else length(self.first, self.stretch, self.count)

    def formula(self, t: Any, xp: Any) -> Any:
        factor: Any = 1
        if self.table is not None:
            i, u, factor = xp.cycle(t, self.table)
        else:
            # Not t - i * first: of steps beyond 2**53 that difference of floats leaves nothing.
            i, u = t // self.first, t % self.first
            if self.count is not None:  # the very end belongs to the last cycle
                last = xp.minimum(i, self.count - 1)
                i, u = last, u + xp.apart(i, last) * self.first
        if self.mirror:
            u = xp.minimum(u, xp.apart(self.first * factor, u))
        value = xp.inner(self.schedule, u if self.table is None else xp.ratio(u, factor))
        return value if self.gain == 1 else xp.a_number(value * self.gain**i)
