"""Which namespace does this array belong to.

A formula is written once, with operators and the functions of the `xp` it is handed. This file
finds that `xp`. It is the only one in the core that spells the names of frameworks, beside torch's
own file, `torch.py`, and is imported when the first array comes that is not NumPy's.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from lrsched._engine.errors import not_a_step
from lrsched._engine.kinds import Untold
from lrsched._engine.library import Library
from lrsched._engine.namespace import Namespace
from lrsched._engine.numpy import NUMPY
from lrsched._engine.protocol import FamilyLike, ScheduleLike


class _Standard(Library):
    """The array API standard; libraries built on NumPy have its warnings too."""

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        with np.errstate(all="ignore"):
            return super().evaluate(schedule, steps, *of)


def _torch(module: Any, like: Any) -> Namespace:
    if not isinstance(like, module.Tensor):  # of torch.fx: it has no dtype
        wrapped = "torch.fx.wrap('rate') and def rate(step): return schedule(step)"
        return Untold(f"rate(step), with {wrapped}")
    # Start-up: a file of its own, which imports torch. By now somebody has.
    from lrsched._engine.torch import Torch

    return Torch(module, like)


class _Jax(Library):
    def unsigned(self, name: str) -> Any:
        return getattr(self._module, name)

    def array(self, values: Any, dtype: Any) -> Any:
        # Goes to whatever device it meets a step on; a tracer has none to ask for.
        return self._module.asarray(np.asarray(values), dtype=dtype)

    def gather(self, table: Any, index: Any) -> Any:
        # table[index] would ask of each index whether it counts from the end.
        return self._module.take(table, index, mode="clip")

    def way_through(self, steps: Any) -> str:
        if hasattr(steps, "todense"):
            return "schedule(step.todense())"
        return "" if hasattr(steps, "__array__") else "jax.eval_shape(schedule, step)"


class _TensorFlow(Library):
    def __init__(self, module: Any, like: Any) -> None:
        self._tf = module
        super().__init__(module.math, like)

    def defaults(self) -> tuple[Any, Any]:
        return self._tf.float32, self._tf.int64

    def cast(self, array: Any, dtype: Any) -> Any:
        return self._tf.cast(array, dtype)

    def array(self, values: Any, dtype: Any) -> Any:
        return self._tf.constant(values, dtype)

    def gather(self, table: Any, index: Any) -> Any:
        return self._tf.gather(table, index)

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        return self._tf.where(condition, a, b)

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        # Nothing here branches on a tensor: a function need not be rewritten before it is traced.
        plainly = self._tf.autograph.experimental.do_not_convert(super().evaluate)
        return plainly(schedule, steps, *of)

    def filled(self, value: float) -> Any:
        return self._tf.fill(self._tf.shape(self._like), self.array(value, self.real))


class _Mlx(Library):
    def defaults(self) -> tuple[Any, Any]:
        return self._module.float32, self._module.int64

    def cast(self, array: Any, dtype: Any) -> Any:
        return array.astype(dtype)

    def array(self, values: Any, dtype: Any) -> Any:
        return self._module.array(values, dtype)

    def gather(self, table: Any, index: Any) -> Any:
        return self._module.take(table, index)

    def filled(self, value: float) -> Any:
        return self._module.full(self._like.shape, value, self.real)


class _Keras(Library):
    """Keras' symbolic tensors; its others are those of its backend."""

    def defaults(self) -> tuple[Any, Any]:
        return "float32", "int32"

    def narrowed(self, steps: Any) -> Any:
        # Its operators take no number that a signed integer of 32 bits has not: there a step holds.
        if "64" in str(steps.dtype) or steps.dtype == "uint32":
            steps = self._module.minimum(steps, self.array(self.most, steps.dtype))
        return super().narrowed(steps)

    def cast(self, array: Any, dtype: Any) -> Any:
        return self._module.cast(array, dtype)

    def array(self, values: Any, dtype: Any) -> Any:
        return self._module.convert_to_tensor(values, dtype)

    def gather(self, table: Any, index: Any) -> Any:
        return self._module.take(table, index)


class _Dask(Namespace):
    """Lazy: Dask's own scheduler evaluates the chunks, here or on other machines."""

    def __init__(self, module: Any, like: Any) -> None:
        super().__init__(module)

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        self._check(schedule, steps)
        if of:
            return self._module.map_blocks(_members, steps, *of, schedule, dtype=float)
        return steps.map_blocks(_chunk, schedule, dtype=float)

    def rows(self, family: FamilyLike, steps: Any) -> Any:
        """Blocks of a few members each: what a worker is sent are those alone."""
        self._check(family, steps)
        members, largest = family.schedules, math.prod(map(max, steps.chunks))
        # An unknown length is NaN.
        few = max(1, int(_BLOCK // largest)) if 0 < largest < _BLOCK else 1
        blocks = [
            steps[None].map_blocks(
                _rows, few_of, chunks=((len(few_of),), *steps.chunks), dtype=float
            )
            for few_of in (members[i : i + few] for i in range(0, len(members), few))
        ]
        return self._module.concatenate(blocks, allow_unknown_chunksizes=True)

    def given(self, numbers: Any) -> Any:
        return self._module.asarray(numbers)

    def _check(self, owner: object, steps: Any) -> None:
        if not isinstance(steps, self._module.Array) or steps.dtype.kind not in "iuf":
            raise not_a_step(owner, steps)


# Values in a block of a Dask array of several members, at most, where a member's own are fewer.
_BLOCK = 2**20


def _chunk(steps: Any, schedule: ScheduleLike) -> Any:
    return NUMPY.evaluate(schedule, steps) if isinstance(steps, np.ndarray) else schedule(steps)


def _rows(steps: Any, members: tuple[ScheduleLike, ...]) -> Any:
    return np.stack([_chunk(steps[0], member) for member in members])


def _members(steps: Any, i: Any, family: FamilyLike) -> Any:
    return NUMPY.members(family, NUMPY.indices(family, np.asarray(i)), np.asarray(steps))


# By the package that its arrays are at home in: where a library's functions are, and what it does
# in its own way.
_LIBRARIES: dict[str, tuple[str, Callable[[Any, Any], Namespace]]] = {
    "torch": ("torch", _torch),
    "jax": ("jax.numpy", _Jax),
    "jaxlib": ("jax.numpy", _Jax),
    "tensorflow": ("tensorflow", _TensorFlow),
    "mlx": ("mlx.core", _Mlx),
    "dask": ("dask.array", _Dask),
    "keras": ("keras.ops", _Keras),
}


def home(array: Any) -> Namespace | None:
    """The namespace for an array. Whoever made one has imported its library: nothing is here."""
    for cls in type(array).__mro__:
        package = cls.__module__.partition(".")[0]
        module, library = _LIBRARIES.get(package, ("", _Standard))
        if module in sys.modules:
            return library(sys.modules[module], array)
    if hasattr(array, "__array_namespace__") and not isinstance(array, np.ndarray):
        return _Standard(array.__array_namespace__(), array)
    return None
