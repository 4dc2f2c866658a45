"""Look-up tables as NumPy arrays, made once for each tuple of values."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np


@functools.lru_cache(maxsize=256)
def table(values: tuple[Any, ...], kind: str) -> np.ndarray[Any, Any]:
    """The values as an array; `kind` keeps (1, 2) and (1.0, 2.0) apart, which are equal.

    Beyond int64 they are floats, rounded up: the first that has reached a boundary.
    """
    table = np.asarray(values, dtype=float if kind == "float" else None)
    if table.dtype != object:
        return table
    nearest = table.astype(float)
    return np.where((nearest < table).astype(bool), np.nextafter(nearest, np.inf), nearest)
