"""Tensors of torch, in its own operations and under its compiler."""

from __future__ import annotations

from typing import Any

import torch

from lrsched._engine.library import Library


class Torch(Library):
    def __init__(self, module: Any, like: Any) -> None:
        super().__init__(module, like)
        if self.real.itemsize < 4:  # a model in bfloat16 calculates its schedule in float32
            self.real = module.float32

    def defaults(self) -> tuple[Any, Any]:
        return torch.get_default_dtype(), torch.int64

    def cast(self, array: Any, dtype: Any) -> Any:
        return array.to(dtype)

    def array(self, values: Any, dtype: Any) -> Any:
        device = self._like.device
        if not isinstance(values, tuple):
            return torch.full((), values, dtype=dtype, device=device)
        # Without waiting for what the device is at.
        return torch.tensor(values, dtype=dtype).to(device, non_blocking=True)

    def gather(self, table: Any, index: Any) -> Any:
        # table[index] would fetch an index without dimensions from the device.
        return table.index_select(0, index.reshape(-1)).reshape(index.shape)

    def reached(self, boundaries: tuple[float, ...], array: Any, dtype: Any) -> Any:
        return torch.bucketize(array, self.array(boundaries, dtype), right=True)

    def floor_divided(self, array: Any, k: Any) -> Any:
        return array.detach() // k  # flat, so its slope is 0; torch has no derivative for it

    def way_through(self, steps: Any) -> str:
        if steps.is_nested:
            parts = "[schedule(part) for part in step.unbind()]"
            return f"torch.nested.nested_tensor({parts}, layout=step.layout)"
        return "" if steps.layout is torch.strided else "schedule(step.to_dense())"

    def evaluate(self, schedule: Any, steps: Any, *of: Any) -> Any:
        if torch.compiler.is_dynamo_compiling():
            # The compiler would trace, and at every call guard, each field of each phase. What it
            # needs is the operations on the tensor, and those it finds in a function left as it is.
            _prepare(schedule)
            return schedule.__dict__["_compiled"](steps, *of)
        return super().evaluate(schedule, steps, *of)


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def _prepare(schedule: Any) -> None:
    """Keep, out of the compiler's sight, what it is to find."""

    def evaluate(steps: Any, *of: Any) -> Any:
        return Torch(torch, steps).evaluate(schedule, steps, *of)

    whole = torch.compiler.allow_in_graph(evaluate)  # type: ignore[no-untyped-call]
    schedule.__dict__.setdefault("_compiled", whole)
