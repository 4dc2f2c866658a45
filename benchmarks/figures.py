"""The tables of speed in both READMEs, from the runs that are kept: `python -m benchmarks.figures`.

A figure is a range over the runs, each the median of its own: "1.6 to 2.0".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- figures: python -m benchmarks.figures -->", "<!-- /figures -->"

Run = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """Where in a run it is: a benchmark, its table, the row of this name, with these columns."""

    benchmark: str
    table: str
    what: str
    among: Mapping[str, Any] = field(default_factory=dict)
    column: str = "ratio"

    def of(self, run: Run) -> float:
        rows = run[self.benchmark]["tables"][self.table]
        wanted = {"what": self.what, **self.among}
        found = [row for row in rows if wanted.items() <= row.items()]
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows of {self.table!r} are {wanted}")
        return float(found[0][self.column])


def ranged(values: list[float]) -> str:
    """From the least to the most, in two digits."""
    least, most = (_two_digits(value) for value in (min(values), max(values)))
    return least if least == most else f"{least} to {most}"


def _two_digits(value: float) -> str:
    if value >= 1e6:
        return f"{value:.1e}".replace("e+0", "e")
    if value >= 100:
        return f"{float(f'{value:.2g}'):,.0f}"
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


SCALAR, FASTEST = "warmup and cosine, by one closure", "warmup and cosine, by the fastest closure"
SORTED, FEW = "sorted int64 steps", "a few steps, by a loop"
ANY = "in any order, by naive np.where"
JIT, RUN = "jax.jit: to compile", "jax.jit: to run"
STEP, MANY = {"phases": 128, "of": "a step"}, {"phases": 128, "of": "100,000 steps"}
TORCH = "torch.compile: to run"


def _scalar(what: str) -> Figure:
    return Figure("scalar", FASTEST, what)


def _vector(table: str, what: str, **among: Any) -> Figure:
    return Figure("vector", table, what, among)


ROWS: list[tuple[str, list[Figure], str]] = [
    (
        "`schedule(step)`, an int",
        [_scalar("lrsched")],
        "the fastest closure that a person would write, its constants folded",
    ),
    (
        "`schedule.function()`; `schedule.source()`'s",
        [_scalar("lrsched, function()"), _scalar("lrsched, its source()")],
        "the same",
    ),
    (
        "1e3; 1e5; 1e6; 1e7 steps in order",
        [_vector(SORTED, "lrsched", steps=10**k) for k in (3, 5, 6, 7)],
        "hand-fused NumPy in chunks",
    ),
    (
        "`ScheduleLR.step()`, 1; 8; 100 groups",
        [
            Figure("adapters", "one step(), by LambdaLR", "lrsched, ScheduleLR", {"groups": n})
            for n in (1, 8, 100)
        ],
        "LambdaLR with the closure",
    ),
    (
        "128 phases under `jax.jit`: compiling; 1e5 steps",
        [Figure("traced", JIT, "lrsched", STEP), Figure("traced", RUN, "lrsched", MANY)],
        "`optax.join_schedules`",
    ),
    (
        "`schedule(step)`, a float; an `np.int64`",
        [_scalar("lrsched, float"), _scalar("lrsched, np.int64")],
        "the same, called with an int",
    ),
    (
        "peers' call of an int: fvcore; transformers; optax under jit",
        [Figure("scalar", SCALAR, name) for name in ("fvcore", "transformers", "optax, jit")],
        "the closure that people write",
    ),
    (
        "1e6 steps, shuffled; transposed",
        [_vector(ANY, f"lrsched, {order}") for order in ("shuffled", "2-d, transposed")],
        "`np.where` over both phases",
    ),
    (
        "10; 50 steps, as an array",
        [_vector(FEW, "lrsched", steps=n) for n in (10, 50)],
        "`schedule(step)` in a loop over them",
    ),
    (
        "128 phases under `torch.compile`: compiling; 1e5 steps",
        [
            Figure("traced", "torch.compile: to compile", "lrsched", STEP),
            Figure("traced", TORCH, "lrsched", MANY),
        ],
        "every phase and `torch.where`",
    ),
    (
        "128 phases, one step compiled, in JAX; in torch: the call is most of it",
        [Figure("traced", RUN, "lrsched", STEP), Figure("traced", TORCH, "lrsched", STEP)],
        "`optax.join_schedules`; every phase and `torch.where`",
    ),
    (
        "memory for 1e5; 1e6 steps",
        [_vector("peak memory by the output's", "lrsched", steps=10**k) for k in (5, 6)],
        "the output's",
    ),
    (
        "`import lrsched` after `import numpy`",
        [Figure("import_time", "milliseconds", "lrsched, over numpy", column="ms")],
        "milliseconds",
    ),
    (
        "error in the last ten steps before zero; transformers'",
        [
            Figure("accuracy", "warmup and cosine to zero", name, {"dtype": "float64"}, "last ten")
            for name in ("lrsched", "transformers")
        ],
        "ulp",
    ),
    (
        "built and called once",
        [Figure("construction", "built and called once: warmup and cosine", "lrsched")],
        "optax's schedule, likewise",
    ),
]


FRONT = 5  # rows that the front page has room for; the benchmarks' own page has every row
PAGES = {README: ROWS[:FRONT], Path(__file__).parent / "README.md": ROWS}


def table(runs: list[Run], rows: list[tuple[str, list[Figure], str]]) -> str:
    """The lines between the marks."""
    lines = ["| what | ratio | to |", "|---|---|---|"]
    for what, figures, to in rows:
        cells = "; ".join(ranged([figure.of(run) for run in runs]) for figure in figures)
        lines.append(f"| {what} | {cells} | {to} |")
    return "\n".join(lines)


def kept() -> list[Run]:
    return [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]


def replaced(text: str, made: str) -> str:
    """A page with its table made anew."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


if __name__ == "__main__":
    for page, rows in PAGES.items():
        made = table(kept(), rows)
        print(made)
        page.write_text(replaced(page.read_text("utf-8"), made), "utf-8")
