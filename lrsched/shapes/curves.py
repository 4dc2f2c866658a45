"""The curves that a warmup reads forwards and a decay reads backwards.

Each formula is here once; `warmup.py` and `decay.py` give it fields, defaults and a name.
"""

from __future__ import annotations

import abc
import math
from typing import Any

from lrsched._core.check import refusal
from lrsched._core.schedule import Schedule


class Finite(Schedule):
    """A length, and where a step stands in it. One with no length is over at once."""

    steps: int

    def passed(self, t: Any) -> Any:
        """The fraction of the length behind t."""
        return t / self.steps if self.steps else 1.0

    def left(self, t: Any) -> Any:
        """The fraction ahead: whole steps are subtracted first, so its last digits are right."""
        return (self.steps - t) / self.steps if self.steps else 0.0


class Blend(Schedule):
    """A mix of `start` and `end` in two shares that add up to 1.

    Only one share is computed: that of the end which is larger in size. What it adds to the other
    end is then never a small difference of large numbers; the other way round, the last steps
    before a zero floor lose half of their digits.
    """

    start: float
    end: float
    turns = ()

    @abc.abstractmethod
    def share_of_start(self, t: Any, xp: Any) -> Any:
        """From 1 to 0, with full relative accuracy near 0."""

    @abc.abstractmethod
    def share_of_end(self, t: Any, xp: Any) -> Any:
        """From 0 to 1, with full relative accuracy near 0."""

    def formula(self, t: Any, xp: Any) -> Any:
        if abs(self.end) > abs(self.start):
            return _mixed(self.start, self.end, self.share_of_end(t, xp), xp)
        return _mixed(self.end, self.start, self.share_of_start(t, xp), xp)


def _mixed(small: float, large: float, share: Any, xp: Any) -> Any:
    """One sum of one product, which rises and falls with the share, to the last digit."""
    distance = span(small, large)
    if distance is None:  # between ends of different signs
        low, high = min(small, large), max(small, large)
        return xp.minimum(xp.maximum(small * (1 - share) + large * share, low), high)
    return small + distance * share if small else distance * share


def span(small: float, large: float) -> float | None:
    """A distance that leads from one end to the other exactly, if any float does."""
    rounded = large - small
    near = (rounded, math.nextafter(rounded, math.inf), math.nextafter(rounded, -math.inf))
    return next((distance for distance in near if small + distance == large), None)


class Ramp(Finite, Blend):
    """A blend over a length."""


class Symmetric(Ramp):
    """A ramp whose curve looks the same from both ends."""

    @abc.abstractmethod
    def curve(self, x: Any, xp: Any) -> Any:
        """The curve from 0 to 1, with x the fraction from the end where it is 0."""

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return self.curve(self.left(t), xp)

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return self.curve(self.passed(t), xp)


class Linear(Symmetric):
    def curve(self, x: Any, xp: Any) -> Any:
        return x


class Cosine(Symmetric):
    def curve(self, x: Any, xp: Any) -> Any:
        # (1 - cos(pi x)) / 2, without its subtraction
        return xp.sin(math.pi / 2 * x) ** 2


class PowerOfPassed(Ramp):
    """end's share is passed**power: slow at the start for a power above 1."""

    power: float

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return xp.power(self.passed(t), self.power)

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return xp.one_minus_power(self.passed(t), self.left(t), self.power)


class PowerOfLeft(Ramp):
    """start's share is left**power: slow at the end for a power above 1."""

    power: float

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return xp.power(self.left(t), self.power)

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return xp.one_minus_power(self.left(t), self.passed(t), self.power)


class Logarithmic(Ramp):
    def share_of_end(self, t: Any, xp: Any) -> Any:
        return xp.logarithm(t, self.steps) if self.steps else 1.0

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return xp.one_minus_logarithm(t, self.steps - t, self.steps) if self.steps else 0.0


class Rex(Ramp):
    beta: float

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return self.left(t) / self._denominator(t)

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return (1 - self.beta) * self.passed(t) / self._denominator(t)

    def _denominator(self, t: Any) -> Any:
        return (1 - self.beta) + self.beta * self.left(t)


class Tanh(Ramp):
    lower: float
    upper: float

    # (1 - tanh(u)) / 2 is 1 / (1 + exp(2u)), without its subtraction
    def share_of_start(self, t: Any, xp: Any) -> Any:
        return 1 / (1 + xp.exp(2 * self._argument(t)))

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return 1 / (1 + xp.exp(-2 * self._argument(t)))

    def _argument(self, t: Any) -> Any:
        return self.lower * self.left(t) + self.upper * self.passed(t)


class Saturating(Blend):
    timescale: float

    def share_of_start(self, t: Any, xp: Any) -> Any:
        return xp.exp(-(t / self.timescale))

    def share_of_end(self, t: Any, xp: Any) -> Any:
        return -xp.expm1(-(t / self.timescale))


class Geometric(Finite):
    """Equal factors in equal times."""

    start: float
    end: float
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.geometric(self.start, self.end, self.passed(t), self.left(t))

    def check(self) -> None:
        if (self.start > 0) != (self.end > 0):
            rule = f"of the same sign as start={self.start}"
            raise refusal(ValueError, type(self).__name__, "end", rule, self.end)


class InversePower(Schedule):
    timescale: float
    power: float
    start: float
    turns = ()

    def formula(self, t: Any, xp: Any) -> Any:
        return self.start * xp.power(self.timescale / (t + self.timescale), self.power)
