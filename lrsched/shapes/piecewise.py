"""Schedules given by their values: a constant, steps, and straight lines between points."""

import functools
import itertools
from typing import Any

from lrsched._core.check import Count, Numbers, Real, Steps, refusal
from lrsched._core.schedule import Schedule
from lrsched._core.value import value
from lrsched.shapes.curves import span


@value
class Constant(Schedule):
    """The same value at every step.

    Formula: value.

    Args:
        value: the value.
        steps: length in steps, for a constant phase; None for an endless one.

    Raises:
        TypeError, ValueError: value is no finite number, or steps no count.

    Source: the plateau of warmup-stable-decay (Hu et al. 2024, arXiv:2404.06395).

    >>> import lrsched as lrs
    >>> lrs.Constant(0.1)(1_000_000)
    0.1
    >>> lrs.Sequence(lrs.Constant(1, steps=2), lrs.LinearDecay(2))([0, 1, 2, 3, 4])
    array([1. , 1. , 1. , 0.5, 0. ])
    """

    value: Real
    steps: Count | None = None
    turns = ()

    @property
    def varies(self) -> bool:  # a phase of constant value has a length that counts
        return self.steps is not None

    def formula(self, t: Any, xp: Any) -> Any:
        return self.value


@value
class PiecewiseConstant(Schedule):
    """One value after another, changing at given steps. Endless.

    Formula: values[number of boundaries <= t].

    Args:
        boundaries: strictly increasing step numbers; at a boundary the next value holds.
        values: one more value than boundaries.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: the step schedule of Krizhevsky et al. 2012 (AlexNet), section 5, with any values.

    >>> import lrsched as lrs
    >>> lrs.PiecewiseConstant([10, 20], [1.0, 0.5, 0.1])([0, 9, 10, 20])
    array([1. , 1. , 0.5, 0.1])
    """

    boundaries: Steps
    values: Numbers
    steps = None

    @property
    def turns(self) -> tuple[int, ...]:
        return tuple(self.boundaries)

    def check(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            rule = f"one more than the {len(self.boundaries)} boundaries"
            raise refusal(ValueError, "PiecewiseConstant", "values", rule, self.values)

    def formula(self, t: Any, xp: Any) -> Any:
        return xp.take(self.values, xp.count(self.boundaries, t))


@value
class PiecewiseLinear(Schedule):
    """Straight lines between points, held before the first and after the last.

    Formula: with k0 <= t <= k1 the neighbouring knots and v0, v1 their values,
    v0 * (k1 - t) / (k1 - k0) + v1 * (t - k0) / (k1 - k0).

    Args:
        knots: strictly increasing step numbers, at least one.
        values: the value at each knot.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: linear interpolation, as in `numpy.interp`.

    >>> import lrsched as lrs
    >>> lrs.PiecewiseLinear([0, 5, 10], [0.0, 1.0, 0.0])([0, 1, 5, 9, 10, 11])
    array([0. , 0.2, 1. , 0.2, 0. , 0. ])
    """

    knots: Steps
    values: Numbers

    @property
    def steps(self) -> int:
        """Length in steps: the last knot."""
        return self.knots[-1]

    @property
    def turns(self) -> tuple[int, ...]:
        return tuple(self.knots)

    def check(self) -> None:
        if not self.knots:
            raise refusal(ValueError, "PiecewiseLinear", "knots", "at least one step", self.knots)
        if len(self.values) != len(self.knots):
            rule = f"as many as the {len(self.knots)} knots"
            raise refusal(ValueError, "PiecewiseLinear", "values", rule, self.values)

    @functools.cached_property
    def _lines(self) -> tuple[tuple[Any, ...], ...]:
        """Of each line: its end that is smaller in size, how far to the other, whether it rises."""
        ends = [sorted(pair, key=abs) for pair in itertools.pairwise(self.values)]
        rises = tuple(int(abs(b) >= abs(a)) for a, b in itertools.pairwise(self.values))
        return tuple(small for small, _ in ends), tuple(span(*pair) for pair in ends), rises

    def formula(self, t: Any, xp: Any) -> Any:
        if len(self.knots) == 1:
            return self.values[0]
        t = xp.waiting(t, self.knots[0])
        i = xp.count(self.knots[1:-1], t)
        k0, k1 = xp.take(self.knots[:-1], i), xp.take(self.knots[1:], i)
        passed, left = xp.apart(t, k0), xp.apart(k1, t)
        small, spans, rises = self._lines
        if None in spans:
            v0, v1 = xp.take(self.values[:-1], i), xp.take(self.values[1:], i)
            value = v0 * (left / (k1 - k0)) + v1 * (passed / (k1 - k0))
            return xp.minimum(xp.maximum(value, xp.minimum(v0, v1)), xp.maximum(v0, v1))
        share = xp.where(xp.take(rises, i) > 0, passed, left) / (k1 - k0)
        return xp.take(small, i) + xp.take(spans, i) * share
