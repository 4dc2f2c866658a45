"""Where cycles begin that are not of one length: tables of whole numbers, never a logarithm."""

from __future__ import annotations

from typing import Any, NamedTuple

# Beyond this step an endless cycle makes no new start; no clock of any kind gets there.
BEYOND = 2**128
_BITS = 128  # behind the point, while a stretch that is not whole is multiplied up


class Cycles(NamedTuple):
    """Cycle i begins on step begins[i] and is factors[i] = stretch**i times as long as the first.

    With a stretch that is not whole it has by then been on for ahead[i] of a step already: a cycle
    begins on the first whole step after the one before it has ended. Of the first cycle, `fixed`
    steps are as many in every other; `lengths` has the cycles' lengths where there are such.
    """

    first: int
    fixed: int
    stretch: float
    limit: int | None
    begins: tuple[int, ...]
    factors: tuple[int, ...] | tuple[float, ...]
    ahead: tuple[float, ...] | None
    lengths: tuple[int, ...] | tuple[float, ...] | None
    steps: int


def cycles(first: int, fixed: int, stretch: float, count: int | None) -> Cycles:
    """`count` cycles, or as many as begin before BEYOND; `steps` is their length in whole steps."""
    n, d = _quotient(stretch)
    bits, beyond = (0, BEYOND) if d == 1 else (_BITS, 2**62)
    begins, factors = [0], [1 << bits]
    while begins[-1] < beyond << bits and len(begins) != count:
        begins.append(begins[-1] + (fixed << bits) + (first - fixed) * factors[-1])
        factors.append(factors[-1] * n // d)
    whole = [-(-begin >> bits) for begin in begins]
    steps = length(first, fixed, stretch, len(begins) if count is None else count)

    def table(factors: tuple[Any, ...], ahead: tuple[float, ...] | None) -> Cycles:
        lengths = tuple(fixed + (first - fixed) * factor for factor in factors) if fixed else None
        return Cycles(first, fixed, stretch, count, tuple(whole), factors, ahead, lengths, steps)

    if d != 1:
        ahead = tuple((w << bits) - b for w, b in zip(whole, begins, strict=True))
        rounded = tuple(factor / 2**bits for factor in factors)
        return table(rounded, tuple(a / 2**bits for a in ahead))
    if first * factors[-1] >= 2**63:
        # Never looked up. With it in the table no library takes that for int64, in which the
        # length of a cycle would overflow.
        factors.append(2**64)
    return table(tuple(factors), None)


def length(first: int, fixed: int, stretch: float, count: int) -> int:
    """All cycles together: of each `fixed` steps, and of what is left of the first
    (1 + stretch + stretch**2 + ...), of so many terms; rounded up to a whole step."""
    n, d = _quotient(stretch)
    bits = 0 if d == 1 else 2 * _BITS  # of which rounding leaves far more than cycles() has
    total, factor = 0, 1 << bits
    for digit in f"{count:b}":  # twice as many terms, and perhaps one more
        total, factor = total + (total * factor >> bits), factor * factor >> bits
        if digit == "1":
            total, factor = total + factor, factor * n // d
    return fixed * count - (-(first - fixed) * total >> bits)


def _quotient(stretch: float) -> tuple[int, int]:
    """As its decimals say: a stretch of 1.1 is 11 / 10, and ten steps, stretched, are 11."""
    from decimal import Decimal  # of no use to a mere `import lrsched`: start-up

    return Decimal(repr(stretch)).as_integer_ratio()
