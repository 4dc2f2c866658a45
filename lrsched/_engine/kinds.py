"""Steps that no formula sees as they come: exact numbers, tables, whatever NumPy can read.

Each kind is known by what its objects can do, not by whose they are. Asked for when no library of
arrays knows the steps.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from lrsched._engine.errors import framework_of, not_a_step, wrong_step
from lrsched._engine.namespace import Namespace
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.numpy import NUMPY
from lrsched._engine.protocol import FamilyLike, ScheduleLike


class _Kind(Namespace):
    def __init__(self) -> None:
        super().__init__(np)

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        return np.stack([member(steps) for member in family.schedules])

    def given(self, numbers: Any) -> Any:
        return numbers


class Untold(_Kind):
    """What stands for steps and tells nothing of them."""

    def __init__(self, instead: str) -> None:
        super().__init__()
        self._instead = instead

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        raise not_a_step(schedule, steps, self._instead)

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        raise not_a_step(family, steps, self._instead)

    def given(self, numbers: Any) -> Any:
        raise TypeError(f"Family: i has no values yet: write {self._instead}")


class Exact(_Kind):
    """Fractions, Decimals, mpmath's numbers: kept as quotients of integers up to the value."""

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        if of:
            return self.rows(schedule, steps)[of[0]]
        try:
            right = 0 <= steps < math.inf
        except ArithmeticError:  # Decimal's NaN is in no order
            right = False
        if not right:
            raise wrong_step(schedule, steps)
        return NUMBERS.interpret(schedule, _fraction(steps))


def _fraction(number: Any) -> Fraction:
    if hasattr(number, "as_integer_ratio"):
        return Fraction(*number.as_integer_ratio())
    if hasattr(number, "man_exp"):  # mpmath's, before 1.4
        mantissa, exponent = map(int, number.man_exp)
        return mantissa * Fraction(2) ** exponent
    return Fraction(number)


class Masked(_Kind):
    """NumPy's masked arrays: what is masked is no step, and has no value."""

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        plain, mask = steps.filled(0), np.ma.getmaskarray(steps)
        values = schedule.at(*of, plain) if of else schedule(plain)
        if not isinstance(values, np.ndarray):
            return np.ma.masked if mask else values
        return np.ma.array(values, mask=np.broadcast_to(mask, values.shape).copy())

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        return self.evaluate(family, steps)


class Readable(_Kind):
    """What NumPy reads as an array: buffers, sequences, whatever has `__array__`."""

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        return schedule.at(*of, _read(schedule, steps)) if of else schedule(_read(schedule, steps))


def _read(schedule: object, steps: Any) -> np.ndarray[Any, Any]:
    try:
        return np.asarray(steps)
    except Exception:  # whatever its library says
        raise not_a_step(schedule, steps) from None


class Holder(_Kind):
    """What applies NumPy's functions to the arrays that it holds, and keeps all else as it is.

    Tables, labelled and ragged arrays answer `np.sin(x)` in kind: by `__array_ufunc__` they take
    the function to their arrays and put the results in their places. A schedule is handed to them
    as such a function, so whatever holds steps gets its index, names, labels and missing values
    back as its own library has it.
    """

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        if of:
            return self.rows(schedule, steps)
        dtype: Any = getattr(steps, "dtype", None)
        if hasattr(dtype, "is_integer") and not (dtype.is_integer() or dtype.is_float()):
            # For a date, Polars would hand over the number that stands for it.
            raise not_a_step(schedule, steps)
        function = _Function(schedule)
        try:
            values = steps.__array_ufunc__(function, "__call__", steps)
        except Exception as error:
            if function.error is not None:  # which some decorate
                raise function.error from None
            raise not_a_step(schedule, steps) from error
        if values is NotImplemented:
            raise not_a_step(schedule, steps)
        if function.wrong:
            _blame(schedule, steps, *function.wrong[0])
        return values

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        raise not_a_step(family, steps, way_through(family, steps))


class _Function:
    """A schedule with the signature of a function such as `np.sin`.

    Below a missing value, arrays have anything. What is no step there gets NaN for a value, and is
    remembered; NaN itself is what most have where a value is missing.
    """

    nin = nout = 1
    nargs = 2
    signature = None
    types = ("d->d",)
    __name__ = "schedule"

    def __init__(self, schedule: ScheduleLike) -> None:
        self._schedule = schedule
        self.error: Exception | None = None
        self.wrong: list[tuple[Any, int]] = []

    def __call__(self, steps: Any, out: Any = None, **_: Any) -> Any:
        try:
            values = self._values(steps)
        except Exception as error:
            self.error = error
            raise
        if out is None:
            return values
        out[...] = values
        return out

    def _values(self, steps: Any) -> Any:
        if type(steps) is not np.ndarray:  # Dask's within xarray's, an extension within a table
            return self._schedule(steps)
        try:
            return NUMPY.evaluate(self._schedule, steps)
        except ValueError:
            if steps.dtype.kind not in "if":
                raise
        wrong = ~((steps >= 0) & (steps < math.inf))
        values = NUMPY.evaluate(self._schedule, np.where(wrong, 0, steps))
        values[wrong] = math.nan
        flat = steps.reshape(-1)
        numbers = np.flatnonzero(wrong & (steps == steps))
        self.wrong += [(flat[i].item(), i) for i in numbers[:1].tolist()]
        return values


def _blame(schedule: ScheduleLike, steps: Any, wrong: Any, index: int) -> None:
    """Raise for the first of the steps that is none, unless it was below a missing value."""
    try:
        cells = np.asarray(steps, dtype=object).ravel().tolist()
    except Exception:  # ragged, or several arrays
        cells = [steps]
    if cells[0] is steps:  # whose library has nothing below what is missing
        raise wrong_step(schedule, wrong, index)
    for i, cell in enumerate(cells):
        if isinstance(cell, numbers.Real) and (cell < 0 or cell == math.inf):
            raise wrong_step(schedule, wrong if cell == wrong else cell, i)


def kind(steps: Any) -> Namespace | None:
    """What knows how to evaluate a schedule at these steps."""
    if isinstance(steps, np.ma.MaskedArray):
        return Masked()
    if callable(getattr(type(steps), "__array_ufunc__", None)):
        return Holder()
    if isinstance(steps, (numbers.Real, Decimal)) and not isinstance(steps, bool):
        return Exact()
    if isinstance(steps, (str, bytes, bytearray)):
        return None
    if isinstance(steps, Sequence) or hasattr(type(steps), "__array__"):
        return Readable()
    return None


def way_through(schedule: Any, steps: Any) -> str:
    """How one makes an array of steps that come as none, if one can."""
    if isinstance(steps, (str, bytes, bytearray, Mapping)):
        return ""
    if isinstance(steps, Set):
        return f"{schedule.noun}(sorted(step))"
    for method in ("to_numpy", "toarray"):
        if hasattr(steps, method):
            return f"{schedule.noun}(step.{method}())"
    if isinstance(steps, Iterator):
        return f"{schedule.noun}(list(step)), or map({schedule.noun}, step) for one at a time"
    # A framework's own object, a booster of trees, say, may be iterable and has no steps in it.
    if isinstance(steps, Iterable) and not framework_of(steps):
        return f"{schedule.noun}(list(step))"
    return ""
