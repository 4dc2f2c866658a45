"""Races between functions that do the same work, and what is shown of them.

Machines are noisy, so nothing is timed alone. The runners of a race take turns, a few milliseconds
each; a runner's ratio is the median, over the rounds, of its time by the reference's in the same
round. The first runner is the reference.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import json
import os
import platform
import statistics
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lrsched.show.axes import COLOURS, GREY, dress, log_ticks

SLICE = 0.003  # seconds of a runner's turn, at least
OURS, THEIRS, *OTHERS = COLOURS[1], "#8d99ae", COLOURS[0], *COLOURS[2:]

Rows = list[dict[str, Any]]
# What one turn calls, and how many steps that is.
Runner = tuple[Callable[[], Any], int]


class Report:
    """The rows that a benchmark found, by table."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.quick: bool = options.quick
        self.tables: dict[str, Rows] = {}
        self.references: dict[str, str] = {}

    def refer(self, name: str, function: Callable[..., Any]) -> None:
        """Show the text of what all is compared with: it can be looked at whether it is soft."""
        self.references[name] = textwrap.dedent(inspect.getsource(function))

    def add(self, table: str, what: str, **columns: Any) -> None:
        """A row; one with a `target`, the largest `ratio` wanted, says whether it is met."""
        if "target" in columns:
            columns["met"] = columns["ratio"] <= columns["target"]
        self.tables.setdefault(table, []).append({"what": what, **columns})

    def race(
        self,
        table: str,
        runners: Mapping[str, Runner],
        targets: Mapping[str, float] | None = None,
        seconds: float = 1.0,
        **columns: Any,
    ) -> dict[str, float]:
        """Time the runners for `seconds` each, add their rows, and return their ratios."""
        times = _times(runners, 0.01 if self.quick else seconds)
        reference = next(iter(times.values()))
        ratios = {}
        for name, own in times.items():
            pairs = [a / b for a, b in zip(own, reference, strict=True)]
            low, middle, high = (float(q) for q in np.percentile(pairs, (25, 50, 75)))
            target = {"target": targets[name]} if targets and name in targets else {}
            shown = {"ns a step": statistics.median(own), "ratio": middle}
            spread = {"quartiles": [low, high], "rounds": len(own)}
            self.add(table, name, **columns, **shown, **target, **spread)
            ratios[name] = middle
        return ratios

    def text(self) -> str:
        tables = [f"{name}\n{_table(rows)}" for name, rows in self.tables.items()]
        texts = [f"reference: {name}\n\n{text}" for name, text in self.references.items()]
        return "\n\n".join(tables + texts)


def _times(runners: Mapping[str, Runner], seconds: float) -> dict[str, list[float]]:
    """Nanoseconds a step, of each runner in each round."""
    turns = {name: _turn(*runner) for name, runner in runners.items()}
    times: dict[str, list[float]] = {name: [] for name in turns}
    order = list(turns)
    stop = time.perf_counter() + seconds * len(order)
    gc.collect()
    gc.disable()
    try:
        while len(times[order[0]]) < 5 or time.perf_counter() < stop:
            order.append(order.pop(0))
            for name in order:
                times[name].append(turns[name]())
    finally:
        gc.enable()
    return times


def _turn(run: Callable[[], Any], steps: int) -> Callable[[], float]:
    run()  # what is compiled, cached or allocated at the first call
    started = time.perf_counter()
    run()
    repeats = range(max(1, int(SLICE / (time.perf_counter() - started))))

    def turn() -> float:
        started = time.perf_counter_ns()
        for _ in repeats:
            run()
        return (time.perf_counter_ns() - started) / (len(repeats) * steps)

    return turn


def loop(function: Callable[[Any], Any], steps: Iterable[Any]) -> Runner:
    """One call after another, as in a training loop."""
    every = list(steps)

    def run() -> None:
        for step in every:
            function(step)

    return run, len(every)


def same(what: str, got: Any, wanted: Any, rtol: float = 1e-9, atol: float = 0.0) -> None:
    """Nothing is timed that does not do the same work."""
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, err_msg=what)


def skip(what: str, why: object) -> None:
    print(f"skipped: {what} ({why})", flush=True)


def _table(rows: Rows) -> str:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    lines = [heads, *([_cell(key, row.get(key)) for key in heads] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    )


def _cell(key: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "NO"
        case list():
            return " - ".join(_cell(key, v) for v in value)
        case float():
            text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
            return f"<= {value:g}" if key == "target" else text
    return str(value)


def machine() -> dict[str, Any]:
    """What was measured on, and with what."""
    names = ("jax", "keras", "numpy", "optax", "tensorflow", "thinc", "torch", "transformers")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: sys.modules[name].__version__ for name in names if name in sys.modules},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":")[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def bars(axes: Any, rows: Rows, value: str, ours: str = "lrsched") -> None:
    """One bar a row on a logarithmic scale, the shortest on top."""
    rows = sorted(rows, key=lambda row: -row[value])
    values = [row[value] for row in rows]
    words = [_cell("", value) for value in values]
    room = min(0.5, 0.02 * max(map(len, words)))  # of the axis, for the words behind the bars
    low = min(values) / 2
    high = low * (max(values) / low) ** (1 / (1 - room))
    colours = [OURS if row["what"].startswith(ours) else THEIRS for row in rows]
    drawn = axes.barh([row["what"] for row in rows], values, color=colours, zorder=2)
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # of the line at 1
    axes.bar_label(drawn, words, padding=4, zorder=4, bbox=clear)
    axes.set(xscale="log", xlim=(low, high))
    log_ticks(axes.xaxis, low, high)
    dress(axes)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    if value == "ratio":
        axes.axvline(1, **_LEVEL)


# Where two take as long as each other.
_LEVEL: dict[str, Any] = {"color": GREY, "linestyle": "--", "linewidth": 1, "zorder": 3}
_MARKERS = "osD^vPX"


def lines(axes: Any, rows: Rows, x: str, y: str, ours: str = "lrsched") -> None:
    """One line for each `what`, on two logarithmic scales, with a number where one was measured."""
    names = list(dict.fromkeys(row["what"] for row in rows))
    others = iter(zip(OTHERS, _MARKERS[1:], strict=False))
    for what in names:
        points = [(row[x], row[y]) for row in rows if row["what"] == what]
        colour, marker = (OURS, "o") if what == ours else next(others)
        style = {"color": colour, "marker": marker, "lw": 2.5 if what == ours else 1.5}
        axes.plot(*zip(*points, strict=True), label=what, zorder=4 - (what != ours), **style)
    axes.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    log_ticks(axes.yaxis, *axes.get_ylim())
    measured(axes, sorted({row[x] for row in rows}))
    if y == "ratio":
        axes.axhline(1, **_LEVEL)
    dress(axes)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)


def measured(axes: Any, places: Iterable[int]) -> None:
    """Numbers where something was measured, and nowhere else."""
    from matplotlib.ticker import NullLocator

    places = list(places)
    axes.set_xticks(places, [f"{place:,}" for place in places])
    axes.xaxis.set_minor_locator(NullLocator())


def main(
    question: str, fill: Callable[[Report], None], draw: Callable[[Report, Any], None]
) -> None:
    """Run a benchmark from the command line: print its tables, write its JSON and its picture."""
    assert sys.modules["__main__"].__spec__ is not None
    name = sys.modules["__main__"].__spec__.name.rpartition(".")[2]
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=question)
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks"), help="for the JSON")
    parser.add_argument("--pictures", type=Path, help="for the picture, if not beside the JSON")
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    parser.add_argument(
        "--redraw", action="store_true", help="only draw what the JSON has, without measuring"
    )
    options = parser.parse_args()
    report = Report(options)
    picture = (options.pictures or options.out) / f"benchmark-{name.replace('_', '-')}.png"
    if options.redraw:
        report.tables = json.loads((options.out / f"{name}.json").read_text())["tables"]
        return _save(picture, lambda axes: draw(report, axes))
    print(f"\n== {name}: {question.strip()}\n", flush=True)
    started = time.perf_counter()
    fill(report)
    seconds = time.perf_counter() - started
    used = machine()
    on = ", ".join(f"{key} {value}" for key, value in used.items())
    print(f"{report.text()}\n\n{seconds:.0f} s on {on}", flush=True)
    found = {"question": question.strip(), "machine": used, "tables": report.tables}
    found["references"] = report.references
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
    _save(picture, lambda axes: draw(report, axes))


def _save(picture: Path, draw: Callable[[Any], None]) -> None:
    try:
        import matplotlib
    except ImportError as error:
        return skip("the picture", error)
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    draw(axes)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=120)
