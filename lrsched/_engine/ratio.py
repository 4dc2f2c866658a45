"""A step that is not whole, kept as a quotient of whole numbers."""

from __future__ import annotations

from typing import Any


class Ratio:
    """The step n / d, not yet divided.

    `Stretch` and a lengthening `Cycle` ask their schedule about steps such as 89999/1000. Divided
    at once, the distance to the end (90 - 89.999) is left with four wrong digits; kept as n and d,
    it is (90 * 1000 - 89999) / 1000 and nothing is lost. Everything a formula does with a step
    works on a Ratio: differences and look-ups stay exact, any other use divides.

    n is a number or an array, d a positive number or an array of n's shape.
    """

    __slots__ = ("d", "n")
    __array_ufunc__ = None  # NumPy's operators leave theirs to ours
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, n: Any, d: Any) -> None:
        self.n = n
        self.d = d

    @staticmethod
    def of(t: Any, k: Any, times: int = 1) -> Ratio:
        """t * times / k, undivided."""
        n, d = (t.n, t.d) if isinstance(t, Ratio) else (t, 1)
        return Ratio(n * times if times > 1 else n, d * k)

    def divided(self) -> Any:
        return self.n / self.d

    def at_most(self, k: Any, xp: Any) -> Any:
        """The smaller of the two, by the functions of a library."""
        return Ratio(xp.minimum(self.n, k * self.d), self.d)

    def at_least(self, k: Any, xp: Any) -> Any:
        return Ratio(xp.maximum(self.n, k * self.d), self.d)

    # Exact: the result is a step again.
    def __add__(self, k: Any) -> Ratio:
        return Ratio(self.n + k * self.d, self.d)

    __radd__ = __add__

    def __sub__(self, k: Any) -> Ratio:
        return Ratio(self.n - k * self.d, self.d)

    def __rsub__(self, k: Any) -> Ratio:
        return Ratio(k * self.d - self.n, self.d)

    def __mod__(self, k: Any) -> Ratio:
        return Ratio(self.n % (k * self.d), self.d)

    def __floordiv__(self, k: Any) -> Any:
        return self.n // (k * self.d)

    def __lt__(self, k: Any) -> Any:
        return self.n < k * self.d

    def __le__(self, k: Any) -> Any:
        return self.n <= k * self.d

    def __gt__(self, k: Any) -> Any:
        return self.n > k * self.d

    def __ge__(self, k: Any) -> Any:
        return self.n >= k * self.d

    def __eq__(self, k: Any) -> Any:
        return self.n == k * self.d

    def __ne__(self, k: Any) -> Any:
        return self.n != k * self.d

    # Divided: one rounding, in the quotient.
    def __truediv__(self, k: Any) -> Any:
        return self.n / (k * self.d)

    def __rtruediv__(self, k: Any) -> Any:
        return k * self.d / self.n

    def __mul__(self, k: Any) -> Any:
        return k * self.n / self.d

    __rmul__ = __mul__

    def __pow__(self, power: Any) -> Any:
        return self.divided() ** power

    def __rpow__(self, base: Any) -> Any:
        if hasattr(self.n, "as_exponent"):  # whole numbers of a library of few digits
            return self.n.as_exponent(base, self.d)
        return base ** self.divided()

    def __neg__(self) -> Ratio:
        return Ratio(-self.n, self.d)

    def __abs__(self) -> Any:
        return abs(self.divided())

    def __float__(self) -> float:
        return float(self.divided())


class Led(Ratio):
    """The step whole + rest / d, for a d that is not whole: `whole` times it would be rounded.

    There is a rest only where `whole` has reached its last value.
    """

    __slots__ = ("rest", "whole")

    def __init__(self, rest: Any, d: Any, whole: Any) -> None:
        self.rest = rest
        self.d = d
        self.whole = whole

    @property
    def n(self) -> Any:
        return self.rest + self.whole * self.d

    def divided(self) -> Any:
        return self.whole + self.rest / self.d

    def at_most(self, k: Any, xp: Any) -> Any:
        if isinstance(k, Ratio):  # of a mirrored cycle within: what is left of it
            return xp.minimum(self.divided(), k.divided())
        rest = xp.minimum(self.rest, xp.maximum(k - self.whole, 0) * self.d)
        return Led(rest, self.d, xp.minimum(self.whole, k))

    def at_least(self, k: Any, xp: Any) -> Any:
        if isinstance(k, Ratio):
            return xp.maximum(self.divided(), k.divided())
        return Led(xp.maximum(self.rest, (k - self.whole) * self.d), self.d, self.whole)

    def __add__(self, k: Any) -> Ratio:
        return Led(self.rest, self.d, self.whole + k)

    __radd__ = __add__

    def __sub__(self, k: Any) -> Ratio:
        return Led(self.rest, self.d, self.whole - k)

    def __rsub__(self, k: Any) -> Ratio:
        return Ratio((k - self.whole) * self.d - self.rest, self.d)

    def __mod__(self, k: Any) -> Any:
        return self.divided() % k

    def __floordiv__(self, k: Any) -> Any:
        return self.divided() // k

    def __truediv__(self, k: Any) -> Any:
        return self.divided() / k


def plain(value: Any) -> Any:
    """A number or an array, for functions that know nothing of a Ratio."""
    return value.divided() if isinstance(value, Ratio) else value


def simple_fraction(number: float) -> tuple[int, int] | None:
    """A float as n / d, if few digits make it: 2.5 is 5 / 2, and the float 1/3 is one third."""
    n, d = number.as_integer_ratio()
    if d <= 1024:
        return n, d
    inverse = round(1 / number) if 1e-9 < number < 1 else 0
    return (1, inverse) if inverse and 1 / inverse == number else None
