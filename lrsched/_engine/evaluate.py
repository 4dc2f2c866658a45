"""Whatever a schedule is called with, by the shortest way to its value."""

from __future__ import annotations

from typing import Any

import numpy as np

from lrsched._engine.errors import not_a_step, not_an_index, wrong_step
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.numpy import NUMPY
from lrsched._engine.protocol import FamilyLike, ScheduleLike

# What NumPy's scalars are as Python's numbers, found at once. (A time difference is one of NumPy's
# integers, and no step.)
_SCALARS: dict[type, type[int] | type[float]] = {
    kind: int if issubclass(kind, np.integer) else float
    for kind in np.sctypeDict.values()
    if issubclass(kind, (np.integer, np.floating)) and not issubclass(kind, np.timedelta64)
}


def evaluate(schedule: ScheduleLike, step: Any) -> Any:
    """The schedule at a step, or at an array of steps of any library."""
    kind = type(step)
    if isinstance(step, np.generic):  # torch's compiler would watch a table for each tensor
        number = _SCALARS.get(kind)
        if number is None:
            raise not_a_step(schedule, step)
        return schedule(number(step))
    if kind is np.ndarray:
        return NUMPY.evaluate(schedule, step) if step.ndim else schedule(step.item())
    if isinstance(step, (int, float)) and not isinstance(step, bool):
        if kind is int or kind is float:
            return NUMBERS.evaluate(schedule, step)
        return schedule(int(step) if isinstance(step, int) else float(step))
    if (array := _of_numpy(schedule, step)) is not None:
        return NUMPY.evaluate(schedule, array)
    return _home(schedule, step).evaluate(schedule, step)


def rows(family: FamilyLike, steps: Any) -> Any:
    """Every member of a family at the steps, a row each."""
    array = _concrete(family, steps)
    if array is None:
        return _home(family, steps).rows(family, steps)
    values = np.empty((len(family.schedules), *array.shape))
    for row, member in enumerate(family.schedules):
        values[row] = member(array)
    return values


def members(family: FamilyLike, i: Any, steps: Any) -> Any:
    """The members of a family of those indices, each at its own step."""
    if isinstance(i, np.ndarray) and not i.ndim:
        i = i.item()
    if isinstance(i, (int, np.integer)) and not isinstance(i, bool):
        if not 0 <= i < len(family.schedules):
            raise not_an_index(family, i, len(family.schedules))
        return family.schedules[i](steps)
    array = _concrete(family, steps)
    if isinstance(i, (list, tuple, range, np.ndarray)):
        index = NUMPY.indices(family, np.asarray(i))
        if array is not None:
            return NUMPY.members(family, index, array)
        xp = _home(family, steps)
        return xp.evaluate(family, steps, xp.given(index))
    namespace = _home(None, i)
    if namespace is None:
        raise not_an_index(family, i)
    if array is None:
        return _home(family, steps).evaluate(family, steps, i)
    given = namespace.given(array)
    return _home(family, given).evaluate(family, given, i)


def _of_numpy(schedule: object, steps: Any) -> np.ndarray[Any, Any] | None:
    """Steps of NumPy's or Python's own as an array; None for another library's."""
    if isinstance(steps, range):
        return np.arange(steps.start, steps.stop, steps.step)
    if isinstance(steps, (list, tuple)):
        return _as_array(schedule, steps)
    if isinstance(steps, np.ndarray) and not isinstance(steps, np.ma.MaskedArray):
        return np.asarray(steps)
    return None


def _concrete(family: object, steps: Any) -> np.ndarray[Any, Any] | None:
    """The same, and numbers, if they are steps: they may be for a compiler, which can't tell."""
    array: np.ndarray[Any, Any] | None
    if isinstance(steps, (int, float, np.generic)):
        array = np.asarray(min(steps, _MOST) if type(steps) is int else steps)
    else:
        array = _of_numpy(family, steps)
    if array is None or array.dtype.kind == "O":  # beyond int64: for each member to look at
        return array
    if array.dtype.kind not in "iuf":
        raise not_a_step(family, steps)
    wrong = np.flatnonzero(~((array >= 0) & (array < np.inf)))
    if wrong.size:
        first = int(wrong[0])
        raise wrong_step(family, array.flat[first].item(), first if array.ndim else None)
    return array


# Of int64. No clock gets there: beyond, a step holds.
_MOST = 2**63 - 1


def _home(schedule: object, array: Any) -> Any:
    # Start-up: an import of the library need not wait for what knows all the others.
    from lrsched._engine import arrays, kinds

    namespace = arrays.home(array)
    if namespace is None and schedule is not None:
        namespace = kinds.kind(array)
        if namespace is None:
            raise not_a_step(schedule, array, kinds.way_through(schedule, array))
    return namespace


def _as_array(schedule: object, steps: Any) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(steps)
    except (ValueError, UserWarning):  # rows of different lengths; before NumPy 1.24 a warning
        raise not_a_step(schedule, steps) from None
    return array if array.size else array.astype(float)
