"""Steps and values of another library, with the operators of Python's numbers.

A float32 holds every whole number up to 2**24 and few above. A formula that is handed a step of
2**24 + 1 in float32 has lost it; one that divides first and subtracts then loses half its digits
near the end of a schedule. So a formula gets its step as a `Whole`, which adds, subtracts, compares
and floor-divides in integers, and becomes a `Real` in the operation that needs one.

Integers of a library have an end too (2**31 in JAX by default), and run over it silently. A `Whole`
knows the range it is in, so an operation that might leave the integers goes on in reals instead.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from lrsched._engine.ratio import Ratio


class Real:
    """An array of reals, which meets Python numbers of any size."""

    __slots__ = ("array", "xp")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, xp: Any, array: Any) -> None:
        self.xp, self.array = xp, array

    def _with(self, k: Any, op: Callable[[Any, Any], Any]) -> Any:
        if isinstance(k, Ratio):
            return NotImplemented
        return Real(self.xp, op(self.array, self._other(k)))

    def _other(self, k: Any) -> Any:
        if isinstance(k, (int, float)):
            return self.xp.number(k)
        k = real(k)
        return k.array if isinstance(k, Real) else k

    def __add__(self, k: Any) -> Any:
        return self._with(k, operator.add)

    __radd__ = __add__

    def __sub__(self, k: Any) -> Any:
        return self._with(k, operator.sub)

    def __rsub__(self, k: Any) -> Any:
        return Real(self.xp, self._other(k) - self.array)

    def __mul__(self, k: Any) -> Any:
        return self._with(k, operator.mul)

    __rmul__ = __mul__

    def __truediv__(self, k: Any) -> Any:
        return self._with(k, operator.truediv)

    def __rtruediv__(self, k: Any) -> Any:
        return Real(self.xp, self._other(k) / self.array)

    def __floordiv__(self, k: Any) -> Any:
        return self._with(k, self.xp.floor_divided)

    def __mod__(self, k: Any) -> Any:
        return self._with(k, operator.mod)

    def __neg__(self) -> Any:
        return Real(self.xp, -self.array)

    def __abs__(self) -> Any:
        return self.xp.abs(self)

    def __pow__(self, power: Any) -> Any:
        if isinstance(power, int):
            return Real(self.xp, self.array**power)
        powers = power.values if isinstance(power, KnownReal) else (power,)
        if all(isinstance(k, float) for k in powers) and any(0 < k < 1 for k in powers):
            # The slope of a root at 0 is infinite, and infinity times nothing is NaN.
            at_0 = self == 0
            of_0 = _mapped(self.xp, lambda k: 0.0**k if k >= 0 else math.inf, power)
            elsewhere = Real(self.xp, self.xp.where(at_0, 1.0, self).array)
            return self.xp.where(at_0, of_0, elsewhere._with(power, operator.pow))
        return self._with(power, operator.pow)

    def __rpow__(self, base: Any) -> Any:
        return self.as_exponent(base)

    def as_exponent(self, base: Any, d: Any = 1) -> Any:
        """base ** (self / d).

        Rounded to float32, a base of 0.9999 is off by 3e-8, and its power 100,000 by 3e-3. Its
        logarithm is taken, and divided, while it is still a Python number.
        """
        bases = base.values if isinstance(base, KnownReal) else (base,)
        if not all(isinstance(b, (int, float)) and b >= 0 for b in bases):
            return Real(self.xp, self._other(base) ** (self / d).array)
        if bases == (0,):
            return self.xp.where(self == 0, 1.0, 0.0)
        log = functools.partial(_log, least=-self.xp.largest)
        rate = _mapped(self.xp, lambda b, k: log(b) / k, base, d)
        return self.xp.exp(self / d * _mapped(self.xp, log, base) if rate is None else self * rate)

    def __le__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array <= self._other(k)

    def __lt__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array < self._other(k)

    def __ge__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array >= self._other(k)

    def __gt__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array > self._other(k)

    def __eq__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array == self._other(k)

    def __ne__(self, k: Any) -> Any:
        return NotImplemented if isinstance(k, Ratio) else self.array != self._other(k)


class KnownReal(Real):
    """values[index], reals known before any step is: what is worked out of them, Python does."""

    __slots__ = ("index", "values")

    def __init__(self, xp: Any, values: tuple[float, ...], index: Whole) -> None:
        self.xp, self.values, self.index = xp, values, index

    @property
    def array(self) -> Any:
        return self.xp.look_up(self.values, self.xp.real, self.index)

    def __pow__(self, power: Any) -> Any:
        # In few digits, a power of a rounded base is far off.
        known = isinstance(power, (int, float))
        return super().__pow__(power) if known else power.__rpow__(self)


def _log(base: float, least: float) -> float:
    return math.log(base) if base else least


def _mapped(xp: Any, function: Callable[..., float], *operands: Any) -> Any:
    """The function of numbers, or of numbers known by one index; None where they have two."""
    arrays = [k for k in operands if not isinstance(k, (int, float))]
    if not arrays:
        return function(*operands)
    index = getattr(arrays[0], "index", None)
    if index is None or any(getattr(k, "index", None) is not index for k in arrays):
        return None
    columns = [getattr(k, "values", itertools.repeat(k)) for k in operands]
    return KnownReal(xp, tuple(map(function, *columns)), index)


class Whole:
    """An array of integers, none below `low` or above `high`."""

    __slots__ = ("_array", "high", "low", "xp")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, xp: Any, array: Any, low: int, high: int) -> None:
        self.xp, self._array, self.low, self.high = xp, array, low, high

    @property
    def array(self) -> Any:
        return self._array

    def real(self) -> Any:
        return Real(self.xp, self.xp.cast(self.array, self.xp.real))

    def like(self, k: Any) -> Any:
        """A Python integer as a Whole; anything else as it is."""
        return Known(self.xp, (k,), None) if isinstance(k, int) else k

    # In integers, where the result is sure to be one.
    def __add__(self, k: Any) -> Any:
        if isinstance(k, int) and k < 0:
            return self - -k  # unsigned integers have no -k
        known = isinstance(k, Known) and not isinstance(self, Known)
        furthest = k.high if known else k
        if isinstance(furthest, int) and furthest > 0 and self.high + furthest > self.xp.most:
            # Past the last integer a step holds: no step is asked about there.
            k = min(k, self.xp.most) if isinstance(k, int) else k.within()
            return self.at_most(self.xp.most - min(furthest, self.xp.most))._with(k, operator.add)
        return self._with(k, operator.add)

    __radd__ = __add__

    def __sub__(self, k: Any) -> Any:
        if isinstance(k, int) and k < 0:
            return self + -k
        k = self.like(k)
        # What begins beyond the last integer has not begun, by how much is not asked.
        return self._with(k.within() if isinstance(k, Known) else k, operator.sub)

    def __rsub__(self, k: Any) -> Any:
        return self.like(k) - self if isinstance(k, int) else k - self.real()

    def __mul__(self, k: Any) -> Any:
        return self._with(k, operator.mul)

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return 0 - self

    def __abs__(self) -> Any:
        return self if self.low >= 0 else self.at_least(-self)

    def apart(self, k: Any) -> Any:
        """self - k, where no k is above self: an integer, whatever the ranges say."""
        k = self.like(k)
        if not isinstance(k, Whole):
            return self - k
        if max(self.high, k.high) > self.xp.most:
            return self - k  # which knows more than the library's integers
        return Whole(self.xp, self.array - k.array, 0, self.high - k.low)

    def _with(self, k: Any, op: Callable[[Any, Any], Any]) -> Any:
        k = self.like(k)
        if isinstance(k, Ratio):
            return NotImplemented
        if not isinstance(k, Whole):
            return op(self.real(), k)
        ends = [op(a, b) for a in (self.low, self.high) for b in (k.low, k.high)]
        low, high = min(ends), max(ends)
        if self.xp.least <= low and high <= self.xp.most:
            return Whole(self.xp, op(self.array, k.array), low, high)
        return op(self.real(), k.real())

    def __floordiv__(self, k: Any) -> Any:
        k = self.like(k)
        if not isinstance(k, Whole):
            return self.real() // k
        if k.low == k.high == 1:
            return self
        if self.low >= 0 and self.high < k.low:
            return 0
        least = self.low // (k.high if self.low >= 0 else k.low)
        return Whole(self.xp, self.array // k.array, least, self.high // k.low)

    def __mod__(self, k: Any) -> Any:
        k = self.like(k)
        if not isinstance(k, Whole):
            return self.real() % k
        if self.low >= 0 and self.high < k.low:
            return self
        return Whole(self.xp, self.array % k.array, 0, min(k.high, self.xp.most) - 1)

    def at_most(self, k: Any) -> Any:
        bound = self.like(k)
        if self.high <= bound.low:
            return self
        array = self.xp.smaller(self.array, bound.array)
        return Whole(self.xp, array, min(self.low, bound.low), min(self.high, bound.high))

    def at_least(self, k: Any) -> Any:
        bound = self.like(k)
        if self.low >= bound.high:
            return self
        if self.high <= bound.low:
            return k
        if bound.high > self.xp.most:
            return self.xp.maximum(self.real(), bound.real())
        array = self.xp.larger(self.array, bound.array)
        return Whole(self.xp, array, max(self.low, bound.low), max(self.high, bound.high))

    # A bound beyond the library's integers is cut to its last one: <= and > stay right.
    def __le__(self, k: Any) -> Any:
        return self._compared(k, operator.le)

    def __gt__(self, k: Any) -> Any:
        return self._compared(k, operator.gt)

    def __lt__(self, k: Any) -> Any:
        return self <= k - 1 if isinstance(k, (int, Whole)) else self._compared(k, operator.lt)

    def __ge__(self, k: Any) -> Any:
        return self > k - 1 if isinstance(k, (int, Whole)) else self._compared(k, operator.ge)

    def __eq__(self, k: Any) -> Any:
        return self._compared(k, operator.eq)

    def __ne__(self, k: Any) -> Any:
        return self._compared(k, operator.ne)

    def _compared(self, k: Any, op: Callable[[Any, Any], Any]) -> Any:
        k = self.like(k)
        if isinstance(k, Ratio):
            return NotImplemented
        if not isinstance(k, Whole):
            return op(self.real(), k)
        if k.high < self.xp.least:  # unsigned, and not cut to 0
            return self.array < 0 if op is operator.le else self.array >= 0
        return op(self.array, k.array)

    # In reals.
    def __truediv__(self, k: Any) -> Any:
        return self.real() / k

    def __rtruediv__(self, k: Any) -> Any:
        return k / self.real()

    def __pow__(self, power: Any) -> Any:
        return self.real() ** power

    def __rpow__(self, base: Any) -> Any:
        return self.as_exponent(base)

    def as_exponent(self, base: Any, d: Any = 1) -> Any:
        """base ** (self / d); powers of whole numbers add nothing to the rounding of their parts.

        An exponent is written in digits, and each looks its power up: Python has made them, and few
        products remain.
        """
        bases = base.values if isinstance(base, KnownReal) else (base,)
        whole = isinstance(d, int) and d == 1 and self.low >= 0
        moved = [abs(b) for b in bases if isinstance(b, (int, float)) and b not in (0, 1)]
        if not whole or not moved:
            return self.real().as_exponent(base, d)
        # From here on the power is 0 or infinity, also for numbers that are multiplied by another.
        last = min(self.high, max(map(_last_power, moved)))
        digits, place, factors = self.at_most(last), 1, []
        while place <= last:
            digit = digits // place % _DIGITS
            powers = [tuple(_power(b, n * place) for n in range(digit.high + 1)) for b in bases]
            column = self.xp.column(powers, base.index) if len(bases) > 1 else powers[0]
            factors.append(self.xp.take(column, digit))
            place *= _DIGITS
        return functools.reduce(operator.mul, factors) if factors else 1.0


class Known(Whole):
    """values[index], or one value where there is no index: integers known before any step is.

    They stay Python's own, unbounded, until they meet a step.
    """

    __slots__ = ("index", "values")

    def __init__(self, xp: Any, values: tuple[int, ...], index: Any) -> None:
        super().__init__(xp, None, min(values), max(values))
        self.values, self.index = values, index

    def within(self) -> Known:
        """The same, cut to what the library's integers hold."""
        least, most = self.xp.least, self.xp.most
        if least <= self.low and self.high <= most:
            return self
        values = tuple(max(least, min(value, most)) for value in self.values)
        return Known(self.xp, values, self.index)

    @property
    def array(self) -> Any:
        values = self.within().values
        if self.index is None:
            # Unsigned integers are met by their own kind: a number may be read as a signed one.
            return values[0] if self.xp.least else self.xp.array(values[0], self.xp.whole)
        return self.xp.look_up(values, self.xp.whole, self.index)

    def real(self) -> Any:
        if self.index is None:
            return self.xp.number(self.values[0])
        return KnownReal(self.xp, self.values, self.index)

    def _with(self, k: Any, op: Callable[[Any, Any], Any]) -> Any:
        k = self.like(k)
        if isinstance(k, Known):
            for index in (self.index, k.index):
                a, b = self._along(index), k._along(index)
                if a and b:
                    return Known(self.xp, tuple(map(op, a, b)), index)
        return super()._with(k, op)

    def _along(self, index: Any) -> Iterable[int] | None:
        """The values, one for each that the index chooses from, if it chooses from them at all."""
        if self.index is index:
            return self.values
        if self.index is None:
            return itertools.repeat(self.values[0])
        if isinstance(index, Cell) and index.row is self.index:
            return [value for value in self.values for _ in range(index.width)]
        return None

    def __sub__(self, t: Any) -> Any:
        if type(t) is Whole and self.high > self.xp.most and t.low >= 0:
            # What is left to a step beyond the integers: what is left to the last integer, and the
            # rest. Neither is negative, so their sum in reals keeps its digits.
            near = self.within()
            return (near - t).real() + (self - near).real()
        return super().__sub__(t)


class Cell(Whole):
    """The place of a cell in a table of rows, one after another."""

    __slots__ = ("column", "row", "width")

    def __init__(self, row: Whole, column: Whole, width: int) -> None:
        self.row, self.column, self.width = row, column, width
        place = row * width + column
        super().__init__(row.xp, place.array, place.low, place.high)


class Counted(Whole):
    """How many of a row's numbers: with a row of index i, lasts[i] at most."""

    __slots__ = ("index", "lasts")

    def __init__(self, xp: Any, array: Any, lasts: tuple[int, ...], index: Whole) -> None:
        super().__init__(xp, array, 0, max(lasts))
        self.lasts, self.index = lasts, index


class Rows:
    """rows[index], tables of numbers that are known before any step is, of any lengths."""

    __slots__ = ("index", "rows")

    def __init__(self, rows: tuple[tuple[Any, ...], ...], index: Whole) -> None:
        self.rows, self.index = rows, index

    def at(self, column: Any) -> tuple[tuple[Any, ...], int]:
        """The rows one after another, as far as the column goes, and how long each is then.

        A row that is shorter, or of which less can be reached, goes on with its last number.
        """
        known = isinstance(column, Counted) and column.index is self.index
        lasts = column.lasts if known else itertools.repeat(column.high)
        cut = [row[: last + 1] for row, last in zip(self.rows, lasts, strict=False)]
        width = max(map(len, cut))
        padded = ((*row, *row[-1:] * (width - len(row))) for row in cut)
        return tuple(itertools.chain.from_iterable(padded)), width


# Of how many powers each table has.
_DIGITS = 256


def _last_power(base: float) -> int:
    """The first power that no float of any number of digits has, twice: or the last exponent."""
    away = abs(math.log(base))
    return 2**64 if away * 2**64 < 1500 else int(1500 / away) + 1


def _power(base: float, n: int) -> float:
    try:
        return float(base**n)
    except OverflowError:
        return math.inf if base > 0 or n % 2 == 0 else -math.inf


def real(value: Any) -> Any:
    """A Python float or a Real."""
    if isinstance(value, Ratio):
        value = value.divided()
    if isinstance(value, Whole):
        return value.real()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
