"""One step at a time, in Python's own numbers."""

from __future__ import annotations

import bisect
import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from lrsched._engine.errors import failed, no_number, wrong_step
from lrsched._engine.fractions import watched
from lrsched._engine.namespace import Namespace
from lrsched._engine.numpy import NUMPY
from lrsched._engine.protocol import ScheduleLike, SequenceLike
from lrsched._engine.ratio import plain
from lrsched._engine.stack import on_a_stack_of_its_own

if TYPE_CHECKING:
    from lrsched._engine.code import Code
    from lrsched._engine.javascript import Script
    from lrsched._engine.python import Function

CodeT = TypeVar("CodeT", bound="Code")


class Numbers(Namespace):
    """Python's own numbers."""

    abs = staticmethod(abs)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        return a if condition else b

    def minimum(self, a: Any, b: Any) -> Any:
        return a if a <= b else b

    def maximum(self, a: Any, b: Any) -> Any:
        return a if a >= b else b

    def count(self, boundaries: tuple[int, ...], t: Any) -> int:
        # Boundaries are whole: the whole part of a step has reached just as many.
        return bisect.bisect_right(boundaries, t // 1)

    def take(self, values: tuple[Any, ...], index: Any) -> Any:
        return values[int(index)]

    def join(self, t: Any, sequence: SequenceLike) -> Any:
        i = self.count(sequence.offsets, t) - 1
        return self.inner(sequence.phases[i], t - sequence.offsets[i])

    def evaluate(self, schedule: ScheduleLike, step: Any) -> float:
        """The value at an int or a float: a first one, or one that is no step."""
        if not 0 <= step < math.inf:
            raise wrong_step(schedule, step)
        calculate = function(schedule)
        if not watched(schedule, step):  # or else all calls still come here first
            object.__setattr__(schedule, "_function", calculate)
        return calculate(schedule, step)

    def interpret(self, schedule: ScheduleLike, step: Any) -> float:
        """The value by the formula itself, without a function written from it."""
        try:
            value = schedule.held(step, self)
        except (ArithmeticError, ValueError):
            return beyond(schedule, step)
        except RecursionError:
            raise
        except Exception as error:  # whatever a user's formula does
            raise failed(schedule, step, self, error) from error
        if isinstance(value, complex):  # a root of what is below 0: no number to IEEE arithmetic
            return beyond(schedule, step)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise no_number(schedule, value) from None


def beyond(schedule: ScheduleLike, step: Any) -> float:
    """Where Python raises, IEEE arithmetic goes on to infinity, 0 or NaN."""
    if step < 0:
        raise wrong_step(schedule, step)
    # Start-up: few steps are beyond Python's numbers.
    from lrsched._engine.ieee import value_at

    kept = schedule.__dict__
    if "_expression" not in kept:
        kept["_expression"] = on_a_stack_of_its_own(lambda: _expression(schedule))
    if kept["_expression"] is not None:
        held = step if schedule.steps is None else min(step, schedule.steps)
        return value_at(kept["_expression"], held)
    vector = np.array([min(step, sys.float_info.max)], dtype=float)
    with np.errstate(all="ignore"):
        return float(NUMPY.interpret(schedule, vector)[0])


def _expression(schedule: ScheduleLike) -> Any:
    """What the formula makes of a step; None for a user's that can't be traced."""
    from lrsched._engine.symbols import SYMBOLS  # start-up, as above

    try:
        return plain(SYMBOLS.inner(schedule, SYMBOLS.step(schedule.steps)))
    except RecursionError:
        raise
    except Exception:  # whatever the formula makes of a symbol
        return None


def written(schedule: ScheduleLike, divisor: float | None = None) -> Function:
    """The schedule's function as text; of its value by the divisor, if there is one."""
    # Start-up: to import schedules is not yet to call them.
    from lrsched._engine.python import Function

    return _in(Function, schedule, divisor)


def scripted(schedule: ScheduleLike) -> Script:
    """The schedule's function as text in JavaScript."""
    from lrsched._engine.javascript import Script  # start-up: few ask for it

    return _in(Script, schedule)


def _in(language: type[CodeT], schedule: ScheduleLike, divisor: float | None = None) -> CodeT:
    from lrsched._engine.pieces import pieces  # start-up, as above

    held = None if schedule.steps is None else NUMBERS.interpret(schedule, schedule.steps)
    try:
        parts = pieces(schedule, held)
        if divisor is not None:
            parts = [(start, value / divisor) for start, value in parts]
        return language(parts)
    except RecursionError:
        raise
    except Exception as error:  # whatever a user's formula makes of a symbol
        raise ValueError(
            f"{type(schedule).__name__}: no function can be written: {error}"
        ) from error


# Python refuses to compile what is too long or too deep for it.
_UNWRITABLE = (ValueError, SyntaxError, MemoryError)


def function(schedule: ScheduleLike) -> Callable[[Any, Any], float]:
    """The method that every call is handed to, once there has been one."""
    kept = schedule.__dict__
    if "_written" not in kept:
        kept["_written"] = method(schedule, otherwise=_interpreted)
    return kept["_written"]  # type: ignore[no-any-return]


def _interpreted(schedule: Any, step: Any) -> Any:
    """In its place, where a formula can't be written."""
    if type(step) in (int, float) and 0 <= step < math.inf:
        return NUMBERS.interpret(schedule, step)
    return schedule._otherwise(step)


def method(
    schedule: ScheduleLike, divisor: float | None = None, *, otherwise: Callable[[Any, Any], float]
) -> Callable[[Any, Any], float]:
    """schedule(step), by the divisor if there is one, as a method.

    Its owner's methods `_otherwise` and `_beyond` answer for what is no step to Python's numbers;
    `otherwise` stands for it where it can't be written.
    """
    try:
        return on_a_stack_of_its_own(lambda: written(schedule, divisor).method())
    except _UNWRITABLE:
        return otherwise


NUMBERS = Numbers(math)
