"""The functions that a formula may use, under one name whatever the library."""

from __future__ import annotations

import math
from typing import Any

from lrsched._engine.cycles import Cycles
from lrsched._engine.protocol import ScheduleLike, SequenceLike
from lrsched._engine.ratio import Led, Ratio, plain, simple_fraction

# No clock gets here; within the range of float32.
FAR = 2.0**100


class Namespace:
    """The functions that a formula may use, under one name whatever the library.

    Any function of the library itself is there (`xp.sin`, `xp.exp`, `xp.tanh`, ...); the methods
    are those that libraries disagree on, that keep a Ratio exact, or whose textbook form loses
    digits: here they are once, as they are computed, and in `paper.py` as one writes them.
    """

    # How far a value may be from the exact one, in proportion, by rounding alone.
    noise = 2.0**-48

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        if not callable(function):
            return function

        def call(*args: Any) -> Any:
            return function(*map(plain, args))

        setattr(self, name, call)  # found at once from the second use on
        return call

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """a where the condition holds, else b."""
        return self._module.where(condition, plain(a), plain(b))

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller of the two; a step stays the kind of step it was."""
        if isinstance(a, Ratio):
            return a.at_most(b, self)
        return self._module.minimum(a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger of the two; a step stays the kind of step it was."""
        if isinstance(a, Ratio):
            return a.at_least(b, self)
        return self._module.maximum(a, b)

    def a_number(self, value: Any) -> Any:
        """inf * 0 and inf - inf have no value of their own: they read as 0."""
        return self.where(value == value, value, 0.0)

    def over(self, a: Any, b: Any) -> Any:
        """a / b for any b: by 0 it is infinite, with the sign of a, and 0 if a is 0 too."""
        b = plain(b)
        if isinstance(b, (int, float)) and b:
            return a / b
        infinite = self.where(a > 0, math.inf, self.where(a < 0, -math.inf, 0.0))
        return self.where(b == 0, infinite, a / self.unless(b == 0, b))

    def unless(self, condition: Any, value: Any) -> Any:
        """A value, but 1 where the condition holds and nobody asks: what is not selected must be
        finite too, or a gradient is not."""
        return self.where(condition, 1.0, value)

    def power(self, x: Any, k: Any) -> Any:
        """x**k, where x is never below 0."""
        return x**k

    def raised(self, x: Any, k: float) -> Any:
        """x**k for any x: a power that is not whole has no value of its own below 0, and reads
        as 0 there."""
        x, size, whole = plain(x), abs(k), k % 1 == 0
        try:
            if whole:
                # A library multiplies for a whole exponent, if there is not much to do.
                power = x if size == 1 else x ** (int(size) if size <= 64 else size)
            else:
                power = self.power(self.maximum(x, 0.0), size)
        except OverflowError:  # of a number that is known, for which Python has no power
            power = -math.inf if x < 0 and size % 2 == 1 else math.inf
        power = power if k >= 0 else self.over(1.0, power)
        return power if whole or k >= 0 else self.where(x < 0, 0.0, power)

    def one_minus_power(self, x: Any, y: Any, power: float) -> Any:
        """1 - x**power for x = 1 - y, where both are known to the last digit.

        log(x) comes from whichever of the two is the smaller; near y = 0 the plain form would be
        off by hundreds of ulp.
        """
        log_x = self.where(
            y < 0.5, self.log1p(-self.minimum(y, 0.5)), self.log(self.where(x > 0, x, 1.0))
        )
        return self.where(x > 0, -self.expm1(power * log_x), 1.0)

    def logarithm(self, x: Any, most: int) -> Any:
        """ln(1 + x) / ln(1 + most), for x up to `most`: never above 1, and 1 there."""
        share = self.log1p(x) / math.log1p(most)
        # Not every library has the last digit that Python's logarithm has.
        return self.where(x < most, self.minimum(share, 1.0), 1.0)

    def one_minus_logarithm(self, x: Any, left: Any, most: int) -> Any:
        """1 - ln(1 + x) / ln(1 + most) for left = most - x, known to the last digit near 0."""
        return self.logarithm(left / (x + 1), most)

    def rounded(self, x: Any, rounding: str) -> Any:
        """x as a whole number, "nearest" (halves up), "down" or "up".

        What rounding errors alone may have moved from where it turns counts as being there.
        """
        below = self.floor(x)
        beyond = x - below
        slack = self.minimum(self.noise * self.maximum(self.abs(x), 1.0), 0.25)
        if rounding == "up":
            return below + self.where(beyond > slack, 1.0, 0.0)
        return below + self.where(beyond + slack >= (1 if rounding == "down" else 0.5), 1.0, 0.0)

    def geometric(self, start: float, end: float, passed: Any, left: Any) -> Any:
        """start * (end / start)**passed for passed = 1 - left.

        As the nearer end times a power of sqrt(end/start) whose exponent is 0 there: exact at both
        ends, and rounded in proportion to the way from the nearer one alone.
        """
        early = passed < left
        nearer = self.where(early, start, end)
        # Two square roots: end/start itself may leave the range of floats.
        root = math.sqrt(abs(end)) / math.sqrt(abs(start))
        return nearer * root ** self.where(early, 2 * passed, -2 * left)

    # Steps.
    def held(self, t: Any, steps: int) -> Any:
        """The step t, but never beyond `steps`."""
        return self.minimum(t, steps)

    def waiting(self, t: Any, first: int) -> Any:
        """The step t, but never before `first`."""
        return self.maximum(t, first)

    def apart(self, a: Any, b: Any) -> Any:
        """a - b for steps of which no b is beyond its a."""
        return a - b

    def read(self, clock: Any) -> Any:
        """A clock's value as a step; no clock runs to infinity, where a cycle has no place."""
        return self.minimum(self.maximum(clock, 0.0), FAR)

    def ratio(self, t: Any, k: Any) -> Any:
        """The step t / k, undivided."""
        return Ratio.of(t, k)

    def quotient(self, t: Any, k: float) -> Any:
        """t / k for a k that is not whole: undivided, if k is a fraction of few digits."""
        fraction = simple_fraction(k)
        if fraction is None:
            return t / k
        n, d = fraction
        return Ratio.of(self.minimum(t, 1e300), n, times=d)  # t * d stays a float

    def count(self, boundaries: tuple[int, ...], t: Any) -> Any:
        """How many of the increasing boundaries have been reached: are <= t."""
        raise NotImplementedError

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        """values[index], for each index."""
        raise NotImplementedError

    # Schedules within schedules.
    def inner(self, schedule: ScheduleLike, t: Any) -> Any:
        """The value of a schedule within another, at a step within its own [0, steps]."""
        return schedule.formula(t, self)

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        """Phase i of a sequence at step t - offsets[i], where offsets[i] <= t < offsets[i + 1]."""
        raise NotImplementedError

    def cycle(self, t: Any, cycles: Cycles) -> tuple[Any, Any, Any, Any]:
        """Of cycles that are not of one length: which one t is in, t's step in it, by how much it
        is stretched, and its length."""
        i = self.count(cycles.begins[1:], t)
        u, factor = self.apart(t, self.take(cycles.begins, i)), self.take(cycles.factors, i)
        if cycles.ahead is not None:
            u = u + self.take(cycles.ahead, i)
        known = cycles.lengths
        length = cycles.first * factor if known is None else self.take(known, i)
        return i, self.minimum(u, length), factor, length  # past the table, the last holds

    def led(self, u: Any, lead: int, factor: Any, whole: bool) -> Any:
        """The step u where the steps after the first, the lead, are stretched; by a factor that is
        a whole number or not."""
        t, one = (u.n, u.d) if isinstance(u, Ratio) else (u, 1)
        before, after = (
            self.minimum(t, lead * one),
            self.apart(self.maximum(t, lead * one), lead * one),
        )
        if whole or isinstance(u, Ratio):
            return Ratio(before * factor + after, one * factor)
        return Led(after, factor, before)

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        """A schedule at an array of this library, or a family's members of those indices."""
        raise NotImplementedError


def in_turn(t: Any, live: list[tuple[int, ScheduleLike]], xp: Any) -> Any:
    """The value at t of phases that begin at those steps: each is evaluated, and one chosen.

    None outside of its own steps: what is not selected must be finite too, or a gradient is not.
    """
    value: Any = None
    for offset, phase in live:
        if value is not None and offset > getattr(t, "high", math.inf):
            break
        local = xp.apart(xp.maximum(t, offset), offset) if offset else t
        of_phase = phase.held(local, xp)
        value = of_phase if value is None else xp.where(t >= offset, of_phase, value)
    return value
