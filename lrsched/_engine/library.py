"""Arrays of any library that follows the array API standard, on the device they are on.

A library that differs overrides the few methods it differs in (`arrays.py`, `torch.py`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lrsched._engine.errors import no_number, not_a_step, not_an_index
from lrsched._engine.namespace import Namespace, in_turn
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.protocol import FamilyLike, ScheduleLike, SequenceLike
from lrsched._engine.ratio import Ratio
from lrsched._engine.skeleton import merged, of_family, shared
from lrsched._engine.steps import Cell, Counted, Known, KnownReal, Real, Rows, Whole, real

# No run gets this far: a step may as well hold.
_FAR = 2**52


class Library(Namespace):
    """The functions of a library, for steps like the array it is made for."""

    real: Any  # the dtype to calculate in
    whole: Any  # the dtype of integers
    least: int  # the smallest of them that is used: they are symmetric, or begin at 0
    most: int  # the largest

    def __init__(self, module: Any, like: Any) -> None:
        super().__init__(module)
        self._like = like
        self._cells: dict[tuple[int, int, int], Cell] = {}
        self.default, whole = self.defaults()
        name = dtype_name(like)
        self.whole, self.least, self.most = self.integers(name, whole)
        # A step of more digits than the default keeps them up to the value.
        self.real = like.dtype if name == "float64" else self.default
        long = "64" in str(self.real)
        self.largest = float(np.finfo("f8" if long else "f4").max)
        self.noise = Namespace.noise if long else 2.0**-20

    # What libraries disagree on.
    def defaults(self) -> tuple[Any, Any]:
        """The library's float dtype and its integers."""
        dtypes = self._module.__array_namespace_info__().default_dtypes()
        return dtypes["real floating"], dtypes["integral"]

    def unsigned(self, name: str) -> Any:
        """The unsigned dtype of that name, if all that a formula does can be done in it."""
        return None

    def integers(self, steps: str, whole: Any) -> tuple[Any, int, int]:
        """The integers to calculate in, for steps of a dtype: which, from where, and how far."""
        bits = 32 if "32" in str(whole) else 64
        most = 2 ** (bits - 1) - 1
        if steps == f"uint{bits}" and (kin := self.unsigned(steps)) is not None:
            return kin, 0, 2 * most + 1  # steps that the signed ones have not
        return whole, -most, most

    def cast(self, array: Any, dtype: Any) -> Any:
        return self._module.astype(array, dtype)

    def array(self, values: Any, dtype: Any) -> Any:
        """A number, or a tuple of them, as an array on the steps' device."""
        return self._module.asarray(values, dtype=dtype, device=self._like.device)

    def gather(self, table: Any, index: Any) -> Any:
        """table[index], elementwise."""
        flat = self._module.reshape(index, (-1,))
        return self._module.reshape(self._module.take(table, flat), index.shape)

    def smaller(self, a: Any, b: Any) -> Any:
        """The smaller of two integers of the library, or of one and a number."""
        return self._module.minimum(a, self.array(b, self.whole) if isinstance(b, int) else b)

    def larger(self, a: Any, b: Any) -> Any:
        return self._module.maximum(a, self.array(b, self.whole) if isinstance(b, int) else b)

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        return self._module.where(condition, a, b)

    def floor_divided(self, array: Any, k: Any) -> Any:
        return array // k

    def way_through(self, steps: Any) -> str:
        """What to write for steps of the library's that it has no functions for; "" for others."""
        return ""

    def filled(self, value: float) -> Any:
        """An array like the steps, with one value everywhere."""
        return self._module.full_like(self._like, value, dtype=self.real)

    # What a formula uses.
    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        if not callable(function):
            return function

        def call(*args: Any) -> Any:
            args = tuple(map(real, args))
            if all(isinstance(x, float) for x in args):  # the one step of a phase without length
                with np.errstate(all="ignore"):
                    return float(getattr(np, name)(*args))
            return self._value(function(*(x.array if isinstance(x, Real) else x for x in args)))

        return call

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        if isinstance(condition, (bool, np.bool_)):  # known before any step is
            return a if condition else b
        return Real(self, self.select(condition, self.reals(a), self.reals(b)))

    def minimum(self, a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            return super().minimum(a, b)
        if isinstance(a, Whole) and isinstance(b, (int, Whole)):
            return a.at_most(b)
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return min(a, b)
        return Real(self, self._module.minimum(self.reals(a), self.reals(b)))

    def maximum(self, a: Any, b: Any) -> Any:
        if isinstance(a, Ratio):
            return super().maximum(a, b)
        if isinstance(a, Whole) and isinstance(b, (int, Whole)):
            return a.at_least(b)
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return max(a, b)
        return Real(self, self._module.maximum(self.reals(a), self.reals(b)))

    def apart(self, a: Any, b: Any) -> Any:
        if isinstance(a, Whole) and isinstance(b, (int, Whole)):
            return a.apart(b)
        return b.like(a).apart(b) if isinstance(a, int) and isinstance(b, Whole) else a - b

    def inner(self, schedule: ScheduleLike, t: Any) -> Any:
        if isinstance(t, (int, float)):  # one step for all, of a clock that stands still
            return NUMBERS.interpret(schedule, t)
        return super().inner(schedule, t)

    def number(self, value: float) -> float:
        """A float that fits: beyond the largest is infinity, as in the library's own arithmetic."""
        if abs(value) > self.largest:
            return math.inf if value > 0 else -math.inf
        return float(value)

    def reals(self, value: Any) -> Any:
        """The library's own array, of a number or of what a formula has calculated."""
        value = real(value)
        if isinstance(value, float):
            return self.array(self.number(value), self.real)
        return value.array if isinstance(value, Real) else value

    def _value(self, array: Any) -> Any:
        return Real(self, array) if "float" in dtype_name(array) else array

    def quotient(self, t: Any, k: float) -> Any:
        """t / k; undivided, if the fraction that k is leaves room: float32 has few digits."""
        if isinstance(t, Ratio):
            seen = self.quotient(t.n, k)
            return Ratio(seen.n, seen.d * t.d) if isinstance(seen, Ratio) else t / k
        ks = k.values if isinstance(k, KnownReal) else (k,)
        ns, ds = zip(*(k.as_integer_ratio() for k in ks), strict=True)
        room = self.most // max(ds)
        if isinstance(t, Whole) and (t.high <= room or room >= _FAR):
            n, d = (self.column(v, k.index) if len(ks) > 1 else v[0] for v in (ns, ds))
            return Ratio(t.at_most(room) * d, n)
        return t / k

    def look_up(self, values: tuple[Any, ...], dtype: Any, index: Whole) -> Any:
        """values[index], in an array of one step or many."""
        if dtype is self.real:
            values = tuple(map(self.number, values))
        return self.gather(self.array(values, dtype), index.array)

    def column(self, values: Any, index: Any) -> Any:
        """values[index], where they may be tables to look numbers up in."""
        return Rows(values, index) if isinstance(values[0], tuple) else self.take(values, index)

    def take(self, values: Any, index: Any) -> Any:
        if isinstance(values, Rows):
            if isinstance(index, int):
                return self.take(tuple(row[index] for row in values.rows), values.index)
            values, index = self._cell(values, index)
        if isinstance(index, int):
            return values[index]
        values = values[: index.high + 1]
        if all(isinstance(value, int) for value in values):
            return Known(self, values, index)
        return KnownReal(self, values, index)

    def _cell(self, table: Rows, column: Any) -> tuple[tuple[Any, ...], Cell]:
        """The rows as one, and the place in it: the same one for all that is looked up together."""
        flat, width = table.at(column)
        key = id(table.index), id(column), width
        if key not in self._cells:
            self._cells[key] = Cell(table.index, column, width)
        return flat, self._cells[key]

    def count(self, boundaries: Any, t: Any) -> Any:
        t = t // 1
        rows = boundaries.rows if isinstance(boundaries, Rows) else (boundaries,)
        index = boundaries.index if isinstance(boundaries, Rows) else None
        if isinstance(t, (int, float)):
            counts = tuple(sum(boundary <= t for boundary in row) for row in rows)
            return counts[0] if index is None else Known(self, counts, index)
        known: list[tuple[float, ...]] = [tuple(map(self.number, row)) for row in rows]
        dtype = self.real
        if isinstance(t, Whole):
            known, dtype = [tuple(b for b in row if b <= t.high) for row in rows], self.whole
        most = max(map(len, known))
        if not most:
            return 0
        if index is None:
            return Whole(self, self.reached(known[0], t.array, dtype), 0, most)
        lasts = tuple(map(len, known))
        return Counted(self, self.reached_of(known, index, t.array, dtype), lasts, index)

    def reached(self, boundaries: tuple[float, ...], array: Any, dtype: Any) -> Any:
        """How many of the boundaries, numbers of that dtype, have been reached."""
        return self.reached_of([boundaries], None, array, dtype)

    def reached_of(
        self, rows: list[tuple[float, ...]], index: Whole | None, array: Any, dtype: Any
    ) -> Any:
        """The same for one of several rows of boundaries, each step's own."""
        # A binary search: every step makes as many looks, one after another bit of the answer.
        lasts = tuple(map(len, rows))
        bits = max(lasts).bit_length()
        width = 2**bits - 1
        never = self.most if dtype is self.whole else math.inf
        known = tuple(b for row in rows for b in (*row, *[never] * (width - len(row))))
        table = self.array(known, dtype)
        begin = 0 if index is None else index.array * width
        found: Any = 0
        for half in (2**bit for bit in reversed(range(bits))):
            first = index is None and half > width // 2  # the same place for every step
            bound = (
                self.array(known[half - 1], dtype)
                if first
                else self.gather(table, begin + found + (half - 1))
            )
            found = found + self.cast(array >= bound, self.whole) * half
        if min(lasts) == width:
            return found
        last = lasts[0] if index is None else Known(self, lasts, index).array
        return self.smaller(found, last)

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        live, formulas = merged(sequence)
        if formulas:
            index = self.count(tuple(offset for offset, _ in live[1:]), t)
            return shared(formulas, t, index, self)
        return in_turn(t, live, self)

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        """Every member of a family at the steps, a row each."""
        members: Any = tuple(range(len(family.schedules)))
        for _ in steps.shape:
            members = tuple((i,) for i in members)
        return self.evaluate(family, steps, self.array(members, self.whole))

    def given(self, numbers: np.ndarray[Any, Any]) -> Any:
        """NumPy's steps or indices as an array of the library."""
        whole = numbers.dtype.kind in "iu"
        kept = np.minimum(numbers, self.most) if whole else numbers
        return self.array(_tuples(kept.tolist()), self.whole if whole else self.default)

    def member(self, family: Any, index: Any) -> Whole:
        """Which member: below the first is the first, above the last the last."""
        name, last = dtype_name(index), len(family.schedules) - 1
        if not name.startswith(("int", "uint")):
            raise not_an_index(family, index)
        i = self.cast(index, self.whole)
        if name.startswith("int"):
            i = self.select(index < 0, self.array(0, self.whole), i)
        return Whole(self, self.smaller(i, last), 0, last)

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        """A schedule at the steps, or a family's members of those indices."""
        t: Any = None
        try:
            t = self.step(schedule, steps)
            members = [self.member(schedule, index) for index in of]
            value = real(
                shared(of_family(schedule), t, members[0], self)
                if members
                else schedule.held(t, self)
            )
        except Exception as error:
            if way := self.way_through(steps):
                raise not_a_step(schedule, steps, way) from error
            if t is not None:  # the library's own error, which says where it was
                error.add_note(f"in the formula of {type(schedule).__name__}")
            raise
        if not isinstance(value, (float, Real)) and not hasattr(value, "dtype"):
            raise no_number(schedule, value)
        array = self.filled(self.number(value)) if isinstance(value, float) else self.reals(value)
        for i in members:  # in the shape of both, of which a constant knows nothing
            array = self.select((t.array >= 0) & (i.array >= 0), array, array)
        return self.cast(array, self.default)

    def narrowed(self, steps: Any) -> Any:
        """Whole steps as integers to calculate in; unsigned ones that do not fit wrap around."""
        return self.cast(steps, self.whole)

    def step(self, schedule: ScheduleLike, steps: Any) -> Any:
        """Steps as a formula takes them. Their values are not looked at: below 0 reads as 0."""
        name = dtype_name(steps)
        if "float" in name:
            t = Real(self, self.cast(steps, self.real))
            return self.where(t < 0, 0.0, t)
        kind, _, bits = name.partition("int")
        if kind not in ("", "u") or not bits.isdigit():
            raise not_a_step(schedule, steps)
        t = self.narrowed(steps)
        high = 2 ** (int(bits) - (kind == "")) - 1
        if kind == "":
            t = self.larger(t, 0)
        elif high > self.most:  # what does not fit has wrapped around
            t = self.select(t < 0, self.array(self.most, self.whole), t)
        return Whole(self, t, 0, min(high, self.most))


def _tuples(values: Any) -> Any:
    return tuple(map(_tuples, values)) if isinstance(values, list) else values


def dtype_name(array: Any) -> str:
    """int8, float32, ...: all libraries agree on these names."""
    dtype = getattr(array, "dtype", "")
    return getattr(dtype, "name", None) or str(dtype).rpartition(".")[2]
