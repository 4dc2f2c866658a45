"""Many schedules of one form, evaluated at once: a sweep as one program.

## Rows and members

A row of NumPy's and Dask's is the member's own, bit for bit; in other libraries a value is within
the rounding of their floats, and lengths stay whole numbers there. Where numbers give members
formulas of their own (an end of 0 spares a sum, a phase without steps is never asked), the program
has those few, and chooses. What a compiler traces can't be checked: an `i` below 0 reads as 0, and
one too large as the last. A member of another form is refused with its place:

```python
>>> import lrsched as lrs
>>> lrs.Family([0.1 * lrs.LinearDecay(90), 0.2 * lrs.CosineDecay(90)])
Traceback (most recent call last):
ValueError: Family: schedules[1] must have the form of schedules[0], got CosineDecay for LinearDecay at factors[1]
>>> family = lrs.Family(0.1 * lrs.LinearDecay(steps) for steps in (90, 180))
>>> len(family), family.steps, family[1]
(2, 180, 0.1 * LinearDecay(180))
>>> family(45), family.at(0, 45)
(array([0.05 , 0.075]), 0.05)

```
"""  # noqa: E501 tables and reprs

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Annotated, Any, overload

from lrsched._core.check import Rule, refusal, shown
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import Value, value
from lrsched._engine import evaluate


def _accept_schedules(given: Any) -> tuple[Any, ...]:
    if isinstance(given, (str, bytes, dict, set, frozenset)) or not isinstance(given, Iterable):
        raise TypeError
    return tuple(given)


Schedules = Annotated[
    tuple[Schedule, ...], Rule("a sequence of schedules of one form", _accept_schedules)
]


@value
class Family(Value):
    """Many schedules of one form, such as the runs of a sweep, evaluated at once.

    The same classes in the same places; the numbers differ, lengths included. `family(steps)` has
    a row for each member. `family.at(i, step)` takes a traced `i`: under `jax.vmap` or `torch.vmap`
    a sweep over peaks, warmups and lengths is one program, compiled once. The members are
    `family.schedules`, `family[i]`, and what a loop over the family gives.

    Each member's values are those of its own schedule: bit for bit with NumPy and Dask, within the
    rounding of the library's floats with others. Where numbers make formulas differ (an end of 0
    spares a sum, a phase without steps is never asked), each member has its own.

    Args:
        schedules: schedules of the form of the first.

    Raises:
        TypeError, ValueError: no schedules, one that is none, or one of another form: of another
            class at some place, with None for a number, with more or fewer members or values, or
            with another text or flag.

    >>> import lrsched as lrs
    >>> family = lrs.Family(
    ...     peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.LinearDecay(8 - warmup))
    ...     for peak in (0.1, 0.4)
    ...     for warmup in (0, 2)
    ... )
    >>> family([0, 1, 2, 5, 8])
    array([[0.1   , 0.0875, 0.075 , 0.0375, 0.    ],
           [0.    , 0.05  , 0.1   , 0.05  , 0.    ],
           [0.4   , 0.35  , 0.3   , 0.15  , 0.    ],
           [0.    , 0.2   , 0.4   , 0.2   , 0.    ]])
    >>> family.at(3, 5), family[3](5)
    (0.2, 0.2)
    >>> len(family), family.steps
    (4, 8)
    """

    schedules: Schedules
    noun = "family"

    def check(self) -> None:
        if not self.schedules:
            raise refusal(ValueError, "Family", "schedules", "at least one schedule", ())
        first = A_SCHEDULE("Family", "schedules[0]", self.schedules[0])
        for i, member in enumerate(self.schedules):
            A_SCHEDULE("Family", f"schedules[{i}]", member)
            if found := _difference(first, member, ""):
                got, wanted, where = found
                raise ValueError(
                    f"Family: schedules[{i}] must have the form of schedules[0], got {got} for "
                    f"{wanted}{where and f' at {where}'}"
                )

    @property
    def steps(self) -> int | None:
        """Length in steps: the longest of the members', None if any is endless."""
        lengths = [member.steps for member in self.schedules]
        finite = [length for length in lengths if length is not None]
        return max(finite) if len(finite) == len(lengths) else None

    def __call__(self, step: Any) -> Any:
        """Every member at a step, or at an array of steps of any library: a row each.

        Steps are as those of a schedule. Of a shape (members, *step.shape); for a number, a NumPy
        array with one value each.
        """
        return evaluate.rows(self, step)

    def at(self, i: Any, step: Any) -> Any:
        """The member of number i at a step; either may be an array, or traced by a compiler.

        Args:
            i: from 0 to len(family) - 1: an integer, or an array of integers. Traced ones can't be
                checked: below 0 reads as 0, and beyond the last as the last.
            step: a step or an array of steps, as a schedule takes them; with an array of i, one of
                a shape that goes with it.

        Raises:
            TypeError, ValueError: i is no integer or out of range; what a schedule says of step.

        >>> import lrsched as lrs
        >>> family = lrs.Family([lrs.LinearDecay(4), lrs.LinearDecay(8)])
        >>> family.at([0, 1, 1], 2)
        array([0.5 , 0.75, 0.75])
        """
        return evaluate.members(self, i, step)

    def __len__(self) -> int:
        return len(self.schedules)

    def __iter__(self) -> Iterator[Schedule]:
        return iter(self.schedules)

    @overload
    def __getitem__(self, i: int) -> Schedule: ...
    @overload
    def __getitem__(self, i: slice) -> "Family": ...
    def __getitem__(self, i: Any) -> Any:
        """A member; of a slice, the family of those members."""
        chosen = self.schedules[i]
        return Family(chosen) if isinstance(i, slice) else chosen

    def __copy__(self) -> "Family":
        return self  # as of a tuple of numbers

    def __deepcopy__(self, memo: dict[int, Any]) -> "Family":
        return self


def _difference(a: Any, b: Any, where: str) -> tuple[str, str, str] | None:
    """What b has, what a has instead, and where, at the first place where their forms differ."""
    if isinstance(a, Schedule) or isinstance(b, Schedule):
        if type(a) is not type(b):
            same = getattr(type(a), "__name__", "") == type(b).__name__  # in a notebook, say
            return f"{'another ' * same}{_named(b)}", _named(a), where
        path = f"{where}." if where else ""
        pairs = [(f"{path}{f.name}", getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    elif isinstance(a, tuple) and isinstance(b, tuple):
        if len(a) != len(b):
            return f"a tuple of {len(b)}", f"a tuple of {len(a)}", where
        pairs = [(f"{where}[{i}]", *pair) for i, pair in enumerate(zip(a, b, strict=True))]
    else:
        alike = (_is_number(a) and _is_number(b)) or (type(a) is type(b) and a == b)
        return None if alike else (shown(b), shown(a), where)
    return next((found for name, x, y in pairs if (found := _difference(x, y, name))), None)


def _named(member: Any) -> str:
    return type(member).__name__ if isinstance(member, Schedule) else shown(member)


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)
