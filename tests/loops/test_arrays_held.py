"""Steps in what people hold them in: tables, labelled and ragged arrays, columns.

What a library answers to `np.sin(x)`, a schedule gets too: the same class, index, name, labels and
missing values, around values that are those of the plain array.
"""

from __future__ import annotations

import datetime
import decimal
import math
import re
from collections.abc import Callable
from typing import Any

import awkward as ak
import dask.array as da
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import torch
import xarray as xr
from cases import CASES, Case

import lrsched as lrs

pytestmark = pytest.mark.loops

EVERY_ROW = pytest.mark.parametrize("case", CASES, ids=str)
SCHEDULE = lrs.Sequence(lrs.LinearWarmup(4), lrs.CosineDecay(8))
STEPS = [0, 1, 4, 100, 7]


def series(**options: Any) -> pd.Series:
    return pd.Series(STEPS, index=[10, 20, 20, 5, 40], name="step", **options)


HELD: dict[str, Callable[[], Any]] = {
    "pandas Series": series,
    "pandas Series of floats": lambda: series(dtype="float64"),
    "pandas Series, Int64": lambda: series(dtype="Int64"),
    "pandas Series, Float64": lambda: series(dtype="Float64"),
    "pandas Series, uint8": lambda: series(dtype="uint8"),
    "pandas Series, pyarrow": lambda: series(dtype="int64[pyarrow]"),
    "pandas Series, sparse": lambda: series(dtype=pd.SparseDtype("int64")),
    "pandas Index": lambda: pd.Index(STEPS, name="step"),
    "pandas RangeIndex": lambda: pd.RangeIndex(5),
    "pandas array": lambda: pd.array(STEPS, dtype="Int64"),
    "pandas DataFrame": lambda: pd.DataFrame(
        {"a": STEPS, "b": [1.5, 2, 3, 4, 5]}, index=[*"vwxyz"]
    ),
    "pandas DataFrame of three kinds": lambda: pd.DataFrame(
        {"a": STEPS, "b": series(dtype="Int64").array, "c": series(dtype="int64[pyarrow]").array}
    ),
    "polars Series": lambda: pl.Series("step", STEPS),
    "polars Series, UInt8": lambda: pl.Series("step", STEPS, dtype=pl.UInt8),
    "polars Series in chunks": lambda: pl.concat(
        [pl.Series("step", STEPS[:2]), pl.Series(STEPS[2:])]
    ),
    "xarray DataArray": lambda: xr.DataArray(
        [STEPS, STEPS[::-1]],
        dims=("run", "t"),
        coords={"run": ["a", "b"]},
        name="step",
        attrs={"x": 1},
    ),
    "xarray DataArray of one": lambda: xr.DataArray(4, name="step"),
    "xarray Variable": lambda: xr.Variable("t", STEPS),
    "xarray Dataset": lambda: xr.Dataset({"a": ("t", STEPS), "b": 4}),
    "awkward": lambda: ak.Array(STEPS),
    "awkward, ragged": lambda: ak.Array([STEPS[:2], [], STEPS[2:]]),
}


def flat(held: Any) -> list[Any]:
    """All values, with None where there is none, in one order for all that come from one."""
    if isinstance(held, xr.Dataset):
        return [value for name in held for value in flat(held[name])]
    if isinstance(held, ak.Array):
        return ak.to_list(ak.flatten(held, axis=None))
    if isinstance(held, pl.Series):
        return held.to_list()
    missing = pd.isna(held)
    values = np.where(missing, None, np.asarray(held, dtype=object))
    return values.ravel().tolist()


def around(held: Any) -> Any:
    """All that is not a value."""
    if isinstance(held, pd.DataFrame):
        return type(held), held.index.tolist(), held.columns.tolist(), held.shape
    if isinstance(held, pd.Series):
        return type(held), held.index.tolist(), held.name
    if isinstance(held, pl.Series):
        return type(held), held.name, len(held), held.is_null().to_list()
    if isinstance(held, ak.Array):
        return type(held), ak.to_list(ak.local_index(held, axis=-1))
    if isinstance(held, xr.DataArray):
        coords = {name: labels.values.tolist() for name, labels in held.coords.items()}
        return type(held), held.dims, held.shape, coords, held.name, held.attrs
    if isinstance(held, xr.Dataset):
        return type(held), dict(held.sizes), list(held)
    return type(held), getattr(held, "name", None), held.shape


@pytest.mark.parametrize("make", HELD.values(), ids=HELD)
def test_answered_in_kind(make: Callable[[], Any]) -> None:
    held = make()
    before = flat(held)
    values = SCHEDULE(held)
    assert flat(values) == SCHEDULE(np.array(before, dtype=float)).tolist()
    of_another_class = isinstance(held, pd.RangeIndex | pd.api.extensions.ExtensionArray)
    assert around(values) == around(np.sin(held) if of_another_class else held)
    assert flat(held) == before


@EVERY_ROW
def test_every_row_is_what_it_is_for_a_plain_array(case: Case) -> None:
    expected = case.schedule(np.array(STEPS)).tolist()
    for make in (
        series,
        HELD["pandas Series, Int64"],
        HELD["pandas Series, pyarrow"],
        HELD["polars Series"],
        HELD["xarray Variable"],
        HELD["awkward"],
    ):
        assert flat(case.schedule(make())) == expected
    frame = pl.DataFrame({"step": STEPS}).lazy().with_columns(rate=case.schedule(pl.col("step")))
    assert frame.collect()["rate"].to_list() == expected


@pytest.mark.parametrize(
    ("held", "dtype"),
    [
        (pd.Series([0, None, 4]), "float64"),
        (pd.Series([0, None, 4], dtype="Int64"), "Float64"),
        (pd.Series([0, None, 4], dtype="Float64"), "Float64"),
        (pd.Series([0, None, 4], dtype="int64[pyarrow]"), "double[pyarrow]"),
        (pd.Index([0, None, 4], dtype="Int64"), "Float64"),
        (pd.array([0, None, 4], dtype="Int64"), "Float64"),
        (xr.DataArray([0, math.nan, 4]), "float64"),
        (pl.Series([0, None, 4]), pl.Float64),
        (pl.Series([0.0, None, 4.0], dtype=pl.Float32), pl.Float64),
        (pd.DataFrame({"a": [0, None, 4]}), None),
        (pd.DataFrame({"a": pd.array([0, None, 4], dtype="Int64")}), None),
        (ak.Array([0, None, 4]), None),
    ],
    ids=lambda held: f"{type(held).__module__} {getattr(held, 'dtype', '')}",
)
def test_what_is_missing_stays_missing(held: Any, dtype: Any) -> None:
    values = SCHEDULE(held)
    assert flat(values) == [0.0, None, 1.0] or ak.to_list(values) == [0.0, None, 1.0]
    assert type(values) is type(np.sin(held))
    assert dtype is None or values.dtype == dtype


def test_below_what_is_missing_there_may_be_anything() -> None:
    for five in (
        pd.Series([5, None, 9], dtype="Int64"),
        pd.Index([5, None, 9], dtype="Int64"),
        pd.Series([5, None, 9], dtype="int64[pyarrow]"),
        pl.Series([5, None, 9]),
        pl.Series([5, -7, 9]).replace({-7: None}),
    ):
        held = five - 5  # what is below None becomes a number below 0
        assert flat(SCHEDULE(held)) == [0.0, None, 1.0]
    masked = ak.mask(ak.Array([0, -7, 4]), np.array([True, False, True]))
    assert ak.to_list(SCHEDULE(masked)) == [0.0, None, 1.0]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (pd.Series([0, 1, -5], index=[7, 8, 9]), "-5 at index 2"),
        (pd.Series([0, None, math.inf]), "inf at index 2"),
        (pd.Series([6, None, -1], dtype="Int64") - 6, "-7 at index 2"),
        (pd.Series([0, None, -1], dtype="int64[pyarrow]"), "-1.0 at index 2"),
        (pd.Index([0, -2]), "-2 at index 1"),
        (pd.DataFrame({"a": [0, 1.5], "b": [2, -3]}), "-3 at index 3"),
        (pd.DataFrame({"a": [0, 1], "b": [-4, 3]}), "-4 at index 1"),
        (pl.Series([3, None, -8]), "-8 at index 2"),
        (xr.DataArray([[0, 1], [-5, 2]], dims=("a", "b")), "-5 at index 2"),
        (xr.Dataset({"a": ("t", [0, 1, -5])}), "-5 at index 2"),
        (ak.Array([[0, 1], [], [-5]]), "-5 at index 2"),
        (ak.Array([0, -5]), "-5 at index 1"),
    ],
    ids=lambda held: type(held).__module__,
)
def test_a_wrong_step_is_named_with_its_index(held: Any, told: str) -> None:
    with pytest.raises(ValueError, match=r"^Sequence: step must be a finite") as caught:
        SCHEDULE(held)
    assert str(caught.value).endswith(f"got {told}")


DAY = datetime.date(2026, 1, 1)


@pytest.mark.parametrize(
    "held",
    [
        pd.Series([True, False]),
        pd.Series(["a", "b"]),
        pd.Series([0, None], dtype=object),
        pd.Series(pd.to_datetime([DAY])),
        pd.Series(pd.to_timedelta([1])),
        pd.Series([1, 2], dtype="category"),
        pd.DataFrame({"step": [0, 1], "run": ["a", "b"]}),
        pd.MultiIndex.from_tuples([(0, 1)]),
        pl.Series([True, False]),
        pl.Series(["a", "b"]),
        pl.Series([DAY]),
        pl.Series([decimal.Decimal("1.5")]),
        pl.Series([[0], [1]]),
        xr.DataArray([True, False]),
        ak.Array(["a", "b"]),
        ak.Array([{"step": 0}]),
        pa.array([DAY]),
        pa.array(["a"]),
        pa.array([True]),
    ],
    ids=lambda held: f"{type(held).__module__} {getattr(held, 'dtype', getattr(held, 'type', ''))}",
)
def test_what_are_no_numbers(held: Any) -> None:
    with pytest.raises(TypeError, match=r"^Sequence: step must be a number .*, got "):
        SCHEDULE(held)


def test_whole_steps_stay_whole() -> None:
    step = 2**53 + 1
    schedule = lrs.LinearDecay(2**54)
    assert schedule(step) != schedule(float(step))
    for held in (
        pd.Series([step]),
        pd.Series([step, None], dtype="Int64"),
        pd.Series([step], dtype="int64[pyarrow]"),
        pl.Series([step, None]),
        xr.DataArray([step]),
        ak.Array([step]),
        pa.array([step]),
    ):
        assert flat(schedule(held))[0] == schedule(step)


def test_exact_numbers_in_a_table() -> None:
    third = decimal.Decimal(1) / 3
    held = pd.Series([0, third, third], dtype=object)
    assert SCHEDULE(held).tolist() == [SCHEDULE(0), SCHEDULE(third), SCHEDULE(third)]
    arrow = pd.Series([decimal.Decimal("1.5")], dtype=pd.ArrowDtype(pa.decimal128(5, 2)))
    assert SCHEDULE(arrow).tolist() == [SCHEDULE(1.5)]


def test_a_log_beside_its_schedule() -> None:
    log = pd.DataFrame({"step": [0, 1, 4], "rate": [0.0, 0.25, 1.0]}, index=[*"abc"])
    assert (SCHEDULE(log["step"]) - log["rate"]).abs().max() == 0
    assert log.assign(expected=SCHEDULE(log["step"])).notna().all(axis=None)
    frame = pl.DataFrame({"run": ["a", "a", "b"], "step": [0, 1, 4]})
    grouped = frame.group_by("run", maintain_order=True).agg(rate=SCHEDULE(pl.col("step")))
    assert grouped["rate"].to_list() == [[0.0, 0.25], [1.0]]
    assert frame.lazy().with_columns(rate=SCHEDULE(pl.col("step"))).collect_schema()["rate"] == (
        pl.Float64
    )
    with pytest.raises(Exception, match="step must be a finite number >= 0, got -1 at index 1"):
        pl.DataFrame({"step": [0, -1]}).with_columns(rate=SCHEDULE(pl.col("step")))


def test_dask_within_xarray_stays_lazy() -> None:
    held = xr.DataArray(da.arange(10**10, chunks=10**7), dims="t")
    values = SCHEDULE(held)
    assert isinstance(values.data, da.Array)
    assert values[:5].compute().values.tolist() == SCHEDULE(range(5)).tolist()


@pytest.mark.parametrize(
    "held",
    [
        pa.array(STEPS),
        pa.array(STEPS, pa.uint8()),
        pa.array([float(step) for step in STEPS]),
        pa.chunked_array([STEPS[:2], STEPS[2:]]),
        pl.DataFrame({"step": STEPS}),
        pa.table({"step": STEPS}),
    ],
    ids=lambda held: type(held).__name__,
)
def test_columns_without_functions_are_arrays(held: Any) -> None:
    values = SCHEDULE(held)
    assert type(values) is np.ndarray
    assert values.ravel().tolist() == SCHEDULE(STEPS).tolist()


def test_a_null_of_arrow_s_is_no_number() -> None:
    with pytest.raises(ValueError, match="got nan at index 1"):
        SCHEDULE(pa.array([0, None]))
    assert SCHEDULE(pa.array([0, None, 1]).drop_null()).tolist() == [0.0, 0.25]


def nested(*parts: Any, **options: Any) -> Any:
    with pytest.warns(UserWarning, match="nested tensors is in prototype"):
        return torch.nested.nested_tensor([torch.tensor(part) for part in parts], **options)


def jagged(*parts: Any) -> Any:
    return torch.nested.nested_tensor([torch.tensor(part) for part in parts], layout=torch.jagged)


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (SCHEDULE, lambda: scipy.sparse.csr_array([[0, 1], [4, 0]])),
        (SCHEDULE, lambda: scipy.sparse.coo_matrix([[0, 1], [4, 0]])),
        (SCHEDULE, lambda: torch.tensor([[0, 1], [4, 0]]).to_sparse()),
        (SCHEDULE, lambda: torch.tensor([[0, 1], [4, 0]]).to_sparse_csc()),
        (SCHEDULE, lambda: nested([0, 1], [4, 0])),
        (lrs.StepDecay(3), lambda: jagged([0, 1], [4, 0])),
        (SCHEDULE, lambda: jax.ShapeDtypeStruct((2, 2), jnp.int32)),
        (lrs.Family([lrs.LinearDecay(4)]), lambda: pd.Series([0, 1, 4, 0])),
        (lrs.Family([lrs.LinearDecay(4)]), lambda: pl.Series([0, 1, 4, 0])),
    ],
)
@pytest.mark.filterwarnings("ignore:Sparse C.. tensor support is in beta")
def test_what_has_no_answer_in_kind_says_how_to_get_one(schedule: Any, make: Any) -> None:
    held = make()
    with pytest.raises(TypeError, match="step must be a number or an array of numbers") as caught:
        schedule(held)
    names = {"schedule": schedule, "family": schedule, "step": held, "torch": torch, "jax": jax}
    way = str(caught.value).rsplit(": write ", 1)[1]
    with np.errstate(all="raise"):
        values = eval(way, names)
    if isinstance(held, jax.ShapeDtypeStruct):
        assert (values.shape, values.dtype) == ((2, 2), jnp.float32)
        return
    got = torch.cat(list(values.unbind())) if getattr(values, "is_nested", False) else values
    expected = schedule(np.array([0, 1, 4, 0]))
    np.testing.assert_allclose(np.ravel(got), expected.ravel(), rtol=1e-6)


@EVERY_ROW
def test_ragged_tensors_work_or_say_so(case: Case) -> None:
    held = jagged([0, 1, 4, 7], [100], [3, 20])
    try:
        values = case.schedule(held)
    except TypeError as error:
        if "write torch.nested.nested_tensor([schedule(part)" not in str(error):
            raise
        return
    for got, part in zip(values.unbind(), held.unbind(), strict=True):
        assert got.tolist() == case.schedule(part).tolist()


def rate(step: Any) -> Any:
    return SCHEDULE(step)


torch.fx.wrap("rate")


def test_torch_fx() -> None:
    with pytest.raises(TypeError, match=re.escape("write rate(step), with torch.fx.wrap('rate')")):
        torch.fx.symbolic_trace(lambda step: SCHEDULE(step))
    traced = torch.fx.symbolic_trace(lambda step: 2 * rate(step))
    steps = torch.tensor(STEPS)
    assert traced(steps).tolist() == (2 * SCHEDULE(steps)).tolist()
