"""Sums of powers of distances along a run, in a time that grows with its length and no faster.

At each of T steps, a power of the distance to each step before: T**2 / 2 powers, hours of them for
a run of a million steps. But a power is an integral of exponentials,

    r**-p = 1 / Gamma(p) * integral over s > 0 of s**(p - 1) exp(-r s),

and what the past adds to one exponential is a single number, which is carried from step to step.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lrsched.ask.rates import running

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]

# Of a block of steps: pairs of them at which powers are worked out, and how many steps at most.
_PAIRS, _BLOCK = 64 * 64, 4096


def fading(rates: Floats, changes: Floats, widths: Floats, power: float, at: Steps) -> Floats:
    """Changes that fade with the distance from them: what is left of all at each step t of `at`.

    The sum over k <= t of changes[k] * (1 + distance / widths[k])**-power, where the distance is
    the sum of the rates from step k to step t, both of them counted. A change of width 0 is there
    while the distance is 0, and gone afterwards. `at` ascends.
    """
    sources = np.flatnonzero(changes)
    left = np.zeros(len(at))
    if not (sources.size and len(at)):
        return left
    past = _Past(rates, changes, widths, power)
    pairs = len(at) * sources.size / len(rates) ** 2
    size = min(_BLOCK, max(1, round(math.sqrt(_PAIRS / pairs))))
    for start in range(int(sources[0]), int(at[-1]) + 1, size):
        block = slice(start, start + size)
        reached = running(rates[block])
        before = reached - rates[block]
        asked = slice(*np.searchsorted(at, (start, start + size)))
        asked_at = at[asked] - start
        made = sources[slice(*np.searchsorted(sources, (start, start + size)))]
        if asked_at.size:
            left[asked] = past.left(reached[asked_at])
        if asked_at.size and made.size:
            distances = reached[asked_at][:, None] - before[made - start]
            with np.errstate(all="ignore"):
                widthwise = np.where(distances > 0, distances / widths[made], 0.0)
            terms = (1 + widthwise) ** -power
            terms[asked_at[:, None] < made - start] = 0.0
            left[asked] += terms @ changes[made]
        past.move(reached[-1], made, before[made - start])
    return left


# exp(-_GONE) of what is added is below every digit of it.
_GONE = 45.0


class _Past:
    """What the changes before a block add at a distance from its beginning.

    There, (1 + distance / widths)**-power is widths**power * r**-power, with r = widths + distance:
    a sum of exponentials of r.
    """

    def __init__(self, rates: Floats, changes: Floats, widths: Floats, power: float) -> None:
        self._changes, self._widths = changes, widths
        lasting = np.flatnonzero((changes != 0) & (widths > 0))
        reach = widths[lasting] + rates[lasting]
        far = float(rates.sum() + widths[lasting].max(initial=0.0))
        near = float(reach.min(initial=far))
        self._s, self._logs = exponentials(power, near, far) if far else (np.ones(1), np.zeros(1))
        with np.errstate(divide="ignore"):
            self._sizes = power * np.log(widths)
        self._amounts = np.zeros(len(self._s))

    def left(self, distances: Floats) -> Floats:
        """At these distances from the beginning of the block."""
        sizes = abs(self._amounts)
        alive = np.flatnonzero(sizes > math.exp(-_GONE) * sizes.max())
        if not alive.size:
            return np.zeros(len(distances))
        some = slice(alive[0], alive[-1] + 1)
        left: Floats = np.exp(-np.outer(distances, self._s[some])) @ self._amounts[some]
        return left

    def move(self, length: float, made: Steps, before: Floats) -> None:
        """Over a block of a length, in which changes were made at distances from its beginning."""
        self._amounts *= np.exp(-np.minimum(length * self._s, 700.0))
        lasting = np.flatnonzero(self._widths[made] > 0)
        if lasting.size:
            made, before = made[lasting], before[lasting]
            r = self._widths[made] + (length - before)
            some = slice(0, np.searchsorted(self._s, _GONE / float(r.min())))
            # Sizes and weights are in the exponent: neither need be within the floats.
            exponents = self._logs[some] + self._sizes[made][:, None]
            exponents -= np.outer(r, self._s[some])
            self._amounts[some] += self._changes[made] @ np.exp(exponents)


def exponentials(power: float, near: float, far: float) -> tuple[Floats, Floats]:
    """s and weights, so that r**-power is the sum of exp(weights - r s) for r from near to far.

    Some 80 to 200 of them give 14 digits: the trapezoidal rule in u, with s = exp(u - exp(-u)).
    The integrand vanishes so fast on both sides that the rule converges exponentially (Takahasi &
    Mori 1974), for distances of whatever orders of magnitude.
    """
    step = 0.65 / math.sqrt(6 + power)
    low = -math.log(60 / min(power, 1)) - 0.5
    high = math.log(40 + 4 * power) + math.log(far) - math.log(near)
    u = np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step
    logs = u - np.exp(-u) - math.log(far)
    weights = math.log(step) + np.log1p(np.exp(-u)) + power * logs - math.lgamma(power)
    return np.exp(logs), weights
