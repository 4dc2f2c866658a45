"""Families in array libraries: one program for all members, right for each."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from cases import CASES, Case
from families import COMPOSITIONS, FAMILIES, MEMBERS, member_of
from libraries import Library, assert_right, library_of, two_workers, whole_steps

import lrsched as lrs

pytestmark = pytest.mark.frameworks

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)


def sweep(members: int) -> lrs.Family:
    """Peaks, warmups and lengths: one of each in three has no warmup."""
    pick = np.random.default_rng(0)
    lengths = pick.integers(1_000, 2_000, members).tolist()
    warmups = (pick.integers(1, 500, members) * (np.arange(members) % 3 > 0)).tolist()
    peaks = pick.uniform(0.01, 1, members).tolist()
    return lrs.Family(
        peak * lrs.Sequence(lrs.LinearWarmup(warmup), lrs.CosineDecay(length - warmup, end=0.1))
        for peak, warmup, length in zip(peaks, warmups, lengths, strict=True)
    )


def assert_rows(case: Case, steps: Any, rows: np.ndarray, library: Library) -> None:
    family = FAMILIES[case]
    assert rows.shape == (MEMBERS, *np.shape(steps))
    for member, row in zip(family, rows, strict=True):
        assert_right(member_of(case, member), steps, row, library)


@pytest.fixture(
    params=["torch", "jax", "tensorflow", "mlx", "dask", "array-api-strict"], scope="module"
)
def library(request: pytest.FixtureRequest) -> Library:
    return library_of(request.param)


@EVERY_ROW
def test_every_row(case: Case, library: Library) -> None:
    steps = whole_steps(case.schedule, library.most)
    values = FAMILIES[case](library.make(steps))
    assert isinstance(values, library.own)
    assert values.dtype == library.dtype
    assert_rows(case, steps, library.read(values), library)


@pytest.mark.parametrize("family", COMPOSITIONS, ids=lambda family: repr(family[0])[:80])
def test_compositions(family: lrs.Family, library: Library) -> None:
    steps = np.arange(0, 200, 3, dtype=np.int32)
    expected = family(steps)
    values = library.read(family(library.make(steps)))
    scale = np.abs(expected).max(axis=1, keepdims=True) + 1e-30
    np.testing.assert_allclose(values / scale, expected / scale, rtol=0, atol=5e-6)


def test_shapes_and_members_of_arrays(library: Library) -> None:
    family = sweep(9)
    index = np.array([8, 0, 3, 3, 5], np.int32)
    for steps in (np.array([0, 5, 700, 999, 10**6], np.int32), np.linspace(0, 1500, 5)):
        expected = family.at(index, steps)
        own = steps.astype(np.float32) if library.eps > 2**-30 and steps.dtype == float else steps
        for i, t in ((index, own), (index, own.tolist()), (index.tolist(), own)):
            given = [library.make(x) if isinstance(x, np.ndarray) else x for x in (i, t)]
            values = library.read(family.at(*given))
            np.testing.assert_allclose(
                values, expected, rtol=2e-5 if own.dtype == np.float32 else 1e-6
            )
    for shape in ((), (2, 3)):
        assert tuple(family(library.make(np.ones(shape, np.int32))).shape) == (9, *shape)
    column = library.make(index[:, None])
    assert tuple(family.at(column, library.make(np.arange(7))).shape) == (5, 7)
    assert tuple(family.at(library.make(index), 3).shape) == (5,)
    assert library.read(family.at(2, library.make(index))).tolist() == pytest.approx(
        family[2](index).tolist(), rel=1e-6
    )


def test_a_constant_has_the_shape_too(library: Library) -> None:
    for family in (
        lrs.Family([lrs.Constant(0.5), lrs.Constant(0.25)]),
        lrs.Family([lrs.Constant(0.5), lrs.Constant(0.5)]),
    ):
        values = library.read(family(library.make(np.arange(3))))
        assert values.tolist() == [[member.value] * 3 for member in family]  # type: ignore[attr-defined]


def test_what_is_no_index(library: Library) -> None:
    family = sweep(3)
    with pytest.raises(TypeError, match=r"^Family: i must be an integer or an array of integers"):
        library.read(family.at(library.make(np.array([0.0, 1.0], np.float32)), 3))


def test_an_index_that_cannot_be_checked_is_the_nearest() -> None:
    family = sweep(3)
    for name in ("torch", "jax", "tensorflow", "mlx"):
        library = library_of(name)
        index = library.make(np.array([-5, 0, 2, 9], np.int32))
        values = library.read(family.at(index, 700))
        np.testing.assert_allclose(values, family.at([0, 0, 2, 2], 700), rtol=1e-6)


def test_whole_steps_stay_whole() -> None:
    """One step too many is another stair, beyond what a float32 tells apart; the last ones too."""
    late = 2**24
    stairs = lrs.Family(lrs.Shift(lrs.StepDecay(late + 1, gamma=0.5), k) for k in (0, 1, 2))
    cycles = lrs.Family(lrs.Cycle(lrs.CosineDecay(10), stretch=k) for k in (2, 3))
    ends = lrs.Family(lrs.Sequence(lrs.LinearWarmup(k), lrs.LinearDecay(late - k)) for k in (1, 9))
    for name in ("torch", "jax"):
        library = library_of(name)
        for family in (stairs, cycles, ends):
            steps = np.array([late - 1, late, late + 1, library.most])
            if family is cycles and name == "torch":
                steps[-1] = 2**53
            steps = steps.astype(np.int32 if name == "jax" else np.int64)
            values = library.read(family(library.make(steps)))
            np.testing.assert_allclose(values, family(steps), rtol=1e-6, atol=1e-38)


@dataclasses.dataclass(frozen=True)
class Odd(lrs.Schedule):
    """A user's own formula with a function that no symbol has, and whose shape is its number's."""

    rate: float
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        if self.rate > 1:
            return xp.sign(t) * self.rate
        return self.rate * t**2


def test_a_formula_that_cannot_be_traced() -> None:
    family = lrs.Family(Odd(rate) for rate in (0.5, 2.0, 0.25, 3.0))
    for name in ("torch", "jax"):
        library = library_of(name)
        values = library.read(family(library.make(np.array([0, 1, 3], np.int32))))
        assert values.tolist() == [[0, 0.5, 4.5], [0, 2, 2], [0, 0.25, 2.25], [0, 3, 3]]


# JAX


def test_jax_compiles_a_thousand_members_once() -> None:
    import jax
    import jax.numpy as jnp

    family = sweep(1000)
    traces = []

    @jax.jit
    def rates(i: Any, step: Any) -> Any:
        traces.append(1)
        return jax.vmap(family.at, in_axes=(0, None))(i, step)

    with jax.check_tracer_leaks():
        for step in (0, 1, 400, 999, 1000, 1999, 10**6):
            values = rates(jnp.arange(1000), step)
            assert values.dtype == jnp.float32
            np.testing.assert_allclose(values, family(step), rtol=1e-6, atol=1e-12)
    assert len(traces) == rates._cache_size() == 1
    # The work of a few formulas, not of a thousand.
    text = str(jax.make_jaxpr(family.at)(3, 5))
    assert text.count(" sin") <= 2
    assert len(text.splitlines()) < 120


@EVERY_ROW
def test_jax_in_double_precision(case: Case) -> None:
    import jax

    library = dataclasses.replace(library_of("jax"), dtype=np.float64, eps=2**-52, most=2**53)
    with jax.enable_x64(True):
        steps = whole_steps(case.schedule, library.most)
        values = jax.jit(FAMILIES[case].__call__)(steps)
    assert values.dtype == library.dtype
    assert_rows(case, steps, np.asarray(values), library)


def reals_for_a_slope(family: lrs.Family) -> np.ndarray:
    """Where what is not selected is most likely to be infinite: near 0, and at the ends."""
    ends = [50.0 if member.steps is None else min(member.steps, 2.0**30) for member in family]
    reals = [0.0, 1e-3, 1.0, 3.5, *(x for end in ends for x in (end / 2, end, end + 1))]
    return np.resize(np.unique(np.array(reals, np.float32)), 24)


@EVERY_ROW
def test_jax_jit_scan_vmap_grad(case: Case) -> None:
    import jax
    import jax.numpy as jnp

    family = FAMILIES[case]
    library = library_of("jax")

    @jax.jit
    def all_of_it(members: Any, steps: Any, reals: Any) -> Any:
        each = jax.vmap(family.at, in_axes=(0, None))
        _, scanned = jax.lax.scan(lambda carry, t: (carry, each(members, t)), None, steps)
        slopes = jax.vmap(jax.vmap(jax.value_and_grad(family.at, 1), (None, 0)), (0, None))
        return family(steps), scanned.T, *slopes(members, reals)

    with jax.check_tracer_leaks():
        steps = whole_steps(case.schedule, library.most)
        reals = reals_for_a_slope(family)
        whole, scanned, at_reals, slopes = all_of_it(jnp.arange(MEMBERS), steps, reals)
    for values in (whole, scanned):
        assert values.dtype == library.dtype
        assert_rows(case, steps, np.asarray(values), library)
    assert np.isfinite(slopes[np.isfinite(at_reals)]).all()


# torch


@EVERY_ROW
def test_torch_compiles_once_and_has_slopes(case: Case) -> None:
    import torch
    from torch._dynamo.utils import counters

    family = FAMILIES[case]
    library = library_of("torch")
    torch.compiler.reset()
    counters.clear()
    compiled = torch.compile(lambda i, t: family.at(i, t), fullgraph=True, backend="eager")
    members = torch.arange(MEMBERS)
    for step in (0, 1, 2, 3, 29, 10**6, 2**24 + 1):
        values = compiled(members, torch.tensor(step))
        assert_rows(case, step, values.numpy(), library)
        batched = torch.vmap(family.at, in_dims=(0, None))(members, torch.tensor(step))
        assert torch.equal(batched, values)
    assert counters["stats"]["unique_graphs"] == 1
    assert not counters["graph_break"]
    reals = torch.tensor(reals_for_a_slope(family), requires_grad=True)
    values = family(reals)
    if values.requires_grad:
        values[torch.isfinite(values)].sum().backward()
        assert reals.grad is not None
        assert torch.isfinite(reals.grad).all()


# What torch's own compiler imports warns.
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_torch_compiles_a_thousand_members_once() -> None:
    import torch
    from torch._dynamo.utils import counters

    family = sweep(1000)
    torch.compiler.reset()
    counters.clear()
    compiled = torch.compile(torch.vmap(family.at, in_dims=(0, None)), fullgraph=True)
    for step in (0, 1, 400, 999, 1000, 1999, 10**6):
        values = compiled(torch.arange(1000), torch.tensor(step))
        np.testing.assert_allclose(values, family(step), rtol=1e-6, atol=1e-12)
    assert counters["stats"]["unique_graphs"] == 1


@EVERY_ROW
def test_torch_stays_on_its_device_unseen(case: Case) -> None:
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    family = FAMILIES[case]
    with FakeTensorMode():
        i = torch.ones((3,), dtype=torch.int64, device="cuda")
        t = torch.ones((3,), dtype=torch.int32, device="cuda")
        for values in (family.at(i, t), family.at(i, 5), family.at([0, 1, 2], t), family(t)):
            assert values.device.type == "cuda"
            assert values.shape[-1] == 3


def test_a_phase_that_has_not_begun_leaves_the_slope_alone() -> None:
    import torch

    @dataclasses.dataclass(frozen=True)
    class Root(lrs.Schedule):
        rate: float
        steps = None

        def formula(self, t: Any, xp: Any) -> Any:
            return self.rate / xp.sqrt(t + 1)

    family = lrs.Family(lrs.Sequence(lrs.LinearWarmup(n), Root(1 / n)) for n in (10, 5))
    t = torch.tensor([1.0, 3.0], requires_grad=True)
    family(t).sum().backward()
    assert t.grad is not None
    assert t.grad.tolist() == pytest.approx([0.3, 0.3])


# TensorFlow


def test_tensorflow_function() -> None:
    import tensorflow as tf

    family = sweep(100)
    traces = []

    @tf.function(jit_compile=True)
    def rates(i: Any, t: Any) -> Any:
        traces.append(1)
        return family.at(i, t)

    for step in (0, 400, 1999):
        values = rates(tf.range(100), tf.constant(step))
        np.testing.assert_allclose(values, family(step), rtol=1e-6, atol=1e-12)
    assert len(traces) == 1


# Dask


def test_dask_is_lazy() -> None:
    import dask.array as da

    family = sweep(30)
    lazy = family(da.arange(10**12, chunks=10**10))
    assert lazy.shape == (30, 10**12)  # nothing has been computed
    lazy = family(da.arange(10**8, chunks=10**7))
    assert lazy[7, 500].compute() == family[7](500)
    few = family(da.arange(1_000, chunks=100))
    assert len(few.chunks[0]) == 1  # many members to a block, where their own are few
    np.testing.assert_array_equal(few.compute(), family(np.arange(1_000)))
    np.testing.assert_array_equal(family(da.asarray(700)).compute(), family(700))


def test_dask_on_two_processes_beyond_one_memory() -> None:
    """A grid of 1e9 values, 8 GB of them, of which each worker has a few MB at a time."""
    import dask.array as da

    members, steps = 200, 5_000_000
    lengths = [steps - 10_000 * i for i in range(members)]
    family = lrs.Family(
        lrs.Sequence(lrs.LinearWarmup(1000 * (1 + i)), lrs.LinearDecay(length - 1000 * (1 + i)))
        for i, length in enumerate(lengths)
    )
    with two_workers():
        lazy = family(da.arange(steps, chunks=1_000_000))
        assert lazy.size == 10**9
        sums = lazy.sum(axis=1).compute()
    # A triangle with its peak of 1 at a whole step.
    np.testing.assert_allclose(sums, np.array(lengths) / 2, rtol=1e-12)
