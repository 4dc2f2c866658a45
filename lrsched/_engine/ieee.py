"""The value of an expression where Python's numbers raise: IEEE arithmetic goes on, to infinity, 0
or NaN."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lrsched._engine.symbols import OPERATORS, UFUNCS, Symbol, always, landings


def value_at(expression: Any, t: Any) -> float:
    """The expression's value at step t."""
    known: dict[int, Any] = {}

    def of(part: Any) -> Any:
        if not isinstance(part, Symbol):
            return part
        if id(part) not in known:
            known[id(part)] = _value(part, t, of)
        return known[id(part)]

    with np.errstate(all="ignore"):
        for part in landings(expression, always):
            of(part)
        return _float(of(expression))


def _value(symbol: Symbol, t: Any, of: Callable[[Any], Any]) -> Any:
    match symbol.op, *symbol.args:
        case ("t",):
            return t
        case "t+", _, shift:
            return t + shift
        case "neg", x:
            return -of(x)
        case "where", condition, a, b:
            return of(a) if of(condition) else of(b)
        case "count", boundaries, x:
            return bisect.bisect_right(boundaries, of(x))
        case "take", values, index:
            return values[int(of(index))]
        case "call", name, x:
            function = abs if name == "abs" else getattr(math, name)
            return _calculated(function, name, of(x))
        case op, a, b:
            return _calculated(OPERATORS[op][1], UFUNCS.get(op, op), of(a), of(b))
    raise LookupError(symbol.op)


def _calculated(python: Callable[..., Any], ufunc: str, *args: Any) -> Any:
    try:
        value = python(*args)
    except (ArithmeticError, ValueError):
        value = None
    if value is None or isinstance(value, complex):  # of a root of what is below 0
        value = float(getattr(np, ufunc)(*map(_float, args)))
    return value


def _float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond floats
        return math.inf if number > 0 else -math.inf
