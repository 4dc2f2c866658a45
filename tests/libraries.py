"""What the tests of array libraries share: how to reach a library, and what is right in float32."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from cases import Case, Tower

import lrsched as lrs


@dataclass(frozen=True)
class Library:
    """How to make an array of a library and how to read one; what its default dtypes hold."""

    name: str
    xp: Any
    make: Callable[[np.ndarray], Any]
    own: type
    dtype: Any
    eps: float
    most: int = 2**63 - 1
    read: Callable[[Any], np.ndarray] = np.asarray

    def __call__(self, schedule: lrs.Schedule, steps: Any) -> np.ndarray:
        """The schedule at steps, through this library and back."""
        given = self.make(np.asarray(steps))
        result = schedule(given)
        assert isinstance(result, self.own)
        assert result.dtype == self.dtype
        assert tuple(result.shape) == np.shape(steps)
        return self.read(result)


@contextlib.contextmanager
def two_workers() -> Iterator[Any]:
    """A client of Dask's own scheduler, with two processes that are not this one."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == 2
        yield client


@functools.cache
def library_of(name: str) -> Library:
    def module(path: str) -> Any:
        return importlib.import_module(path)

    match name:
        case "torch":
            xp = module("torch")
            return Library(name, xp, xp.from_numpy, xp.Tensor, xp.float32, 2**-23)
        case "jax":
            xp = module("jax.numpy")
            own = module("jax").Array
            return Library(name, xp, xp.asarray, own, np.float32, 2**-23, 2**31 - 1)
        case "tensorflow":
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            xp = module("tensorflow")
            return Library(name, xp, xp.constant, xp.Tensor, xp.float32, 2**-23)
        case "mlx":
            xp = module("mlx.core")
            return Library(name, xp, xp.array, xp.array, xp.float32, 2**-23)
        case "dask":
            xp = module("dask.array")

            def chunked(steps: np.ndarray) -> Any:
                return xp.from_array(steps, chunks=5)

            def computed(values: Any) -> np.ndarray:
                return values.compute(scheduler="synchronous")

            return Library(name, xp, chunked, xp.Array, np.float64, 2**-52, 2**53, read=computed)
        case "array-api-strict":
            xp = module("array_api_strict")
            return Library(name, xp, xp.asarray, type(xp.asarray(0)), xp.float64, 2**-52)
    raise AssertionError(name)


def whole_steps(schedule: lrs.Schedule, most: int) -> np.ndarray:
    """Both ends, the last steps before the end, around 2**24, far out; as a library holds them."""
    steps = {*range(12), 29, 30, 31, 100, 12_345, most}
    steps |= {2**power + d for power in (24, 31, 40, 53) for d in (-1, 0, 1)}
    if schedule.steps is not None:
        steps |= {schedule.steps + d for d in range(-4, 3)}
        steps |= {schedule.steps * k // 7 for k in range(1, 7)}
    kept = sorted(step for step in steps if 0 <= step <= most)
    assert len(kept) <= 48
    # As many for every row: JAX compiles each operation for each shape.
    return np.resize(np.array(kept, dtype=np.int32 if most < 2**31 else np.int64), 48)


def assert_right(case: Case, steps: Any, got: np.ndarray, library: Library) -> None:
    """Law 8 in the library's float dtype, against NumPy in float64."""
    expected = np.asarray(case.schedule(np.asarray(steps)))
    limits = np.finfo(np.float32 if library.eps > 2**-30 else np.float64)
    with np.errstate(all="ignore"):
        allowed = np.full(expected.shape, 1e-6 if library.eps > 2**-30 else 16 * library.eps)
        allowed += case.power * library.eps
        if case.exponential_from is not None:
            grown = np.abs(np.log(np.abs(expected / case.exponential_from)))
            grown = np.where(np.isfinite(grown), grown, 0)
            allowed += grown * library.eps
            if isinstance(case.schedule, Tower):
                # What its inner power rounds, its outer power takes |ln(value)| times.
                allowed += 8 * grown * library.eps
        error = np.abs(got - expected)
        within = error <= allowed * np.abs(expected) + limits.tiny
    within |= (np.abs(expected) > limits.max) & (got == np.copysign(np.inf, expected))
    wrong = [
        f"{step}: {a!r} for {b!r}"
        for step, a, b, right in zip(
            np.ravel(steps).tolist(),
            np.ravel(got).tolist(),
            np.ravel(expected).tolist(),
            np.ravel(within).tolist(),
            strict=True,
        )
        if not right
    ]
    assert not wrong
