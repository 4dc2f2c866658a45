"""Which library's functions serve these values: for formulas of more than a step."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from lrsched._engine.numbers import NUMBERS


def speaks(value: Any) -> bool:
    """Whether a value is an array that names its own library, as the array API standard has it.

    NumPy's and torch's arrays and Python numbers do not count.
    """
    return hasattr(type(value), "__array_namespace__") and not isinstance(
        value, (np.ndarray, np.generic)
    )


def functions(*values: Any) -> Any:
    """The functions for formulas on these values: of the library whose arrays are among them."""
    found: Any = NUMBERS
    for value in values:
        if speaks(value):
            return value.__array_namespace__()
        if isinstance(value, np.ndarray):
            found = np
        elif hasattr(value, "dtype") and not isinstance(value, np.generic):
            return _package(type(value))
    return found


def _package(array: type) -> Any:
    """The innermost package around a class of arrays that has a library's functions."""
    for cls in array.__mro__:  # a user's subclass is at home elsewhere
        module = cls.__module__
        while module:
            if hasattr(sys.modules.get(module), "where"):
                return sys.modules[module]
            module = module.rpartition(".")[0]
    return np
