"""What each command does: with the words read, and its answer printed or written."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from lrsched._core.check import cut, shown
from lrsched._core.schedule import Schedule
from lrsched.ask.compare import Comparison, compare
from lrsched.ask.findings import check, short
from lrsched.ask.laws import AnnealingLaw, LossLaw, MultiPowerLaw
from lrsched.ask.questions import diff
from lrsched.cli.reading import read
from lrsched.cli.screen import coloured, sayable
from lrsched.data.json import to_json
from lrsched.show.labels import labels_of
from lrsched.show.page import page
from lrsched.show.plot import plot
from lrsched.show.runs import plot_losses, plot_weights
from lrsched.show.terminal import show

# As far as a command looks.
MOST = 2**62

# Laws: the option's name, and the constants that it takes.
LAWS: dict[Callable[..., LossLaw], tuple[str, tuple[str, ...]]] = {
    MultiPowerLaw: ("multi-power", ("L0", "A", "alpha", "B", "C", "beta", "gamma")),
    AnnealingLaw: ("annealing", ("L0", "A", "alpha", "C")),
}


# What goes in.


def _read(options: argparse.Namespace, argument: str) -> Schedule:
    asked = {name: getattr(options, name, None) for name in options.left_open}
    left_open = {name: value for name, value in asked.items() if value}
    return read(argument, options.framework, **left_open)


def _length(schedule: Schedule, asked: int | None) -> int:
    if asked is not None:
        return asked
    if schedule.steps is None:
        raise ValueError(_endless(schedule))
    if schedule.steps >= MOST:
        raise ValueError(f"{shown(schedule)} is too long: say how far to look with --steps N")
    return schedule.steps


def _endless(schedule: Schedule) -> str:
    return f"{shown(schedule)} is endless: say how far to look with --steps N"


# What comes out.


def show_(options: argparse.Namespace) -> int:
    schedule = _read(options, options.schedule)
    width = shutil.get_terminal_size().columns
    steps = _length(schedule, options.steps) or 1  # what has no length is held
    lines = show(schedule, steps, width, coloured(sys.stdout))
    print(sayable("\n".join(lines), sys.stdout))
    return 0


def plot_(options: argparse.Namespace) -> int:
    schedules = [_read(options, argument) for argument in options.schedules]
    labels = options.labels or _labels(options, schedules)

    def draw(figure: Any) -> None:
        plot(
            *schedules,
            steps=options.steps,
            ax=figure.subplots(),
            log=options.log,
            labels=labels,
            title=options.title,
            ylabel=options.ylabel,
        )

    _save(options.output, draw, options.size or _SIZE)
    return 0


def _labels(options: argparse.Namespace, schedules: Sequence[Schedule]) -> list[str]:
    """What was typed for each; of what came by standard input, its text."""
    typed = zip(options.schedules, schedules, strict=True)
    return labels_of([repr(schedule) if text == "-" else text for text, schedule in typed])


# Inches.
_SIZE, _TWO = (8.0, 5.0), (14.0, 5.0)


def _kind(name: str) -> str:
    kind = Path(name).suffix
    if kind not in (".png", ".svg", ".pdf"):
        raise ValueError(f"{cut(name)}: the file's name must end in .png, .svg or .pdf")
    return kind


def _save(name: str, draw: Callable[[Any], None], size: tuple[float, float]) -> None:
    """A picture in a file."""
    kind = _kind(name)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plot needs matplotlib: pip install matplotlib") from None
    figure = Figure(figsize=size, layout="constrained")
    with warnings.catch_warnings():  # of glyphs and of axes: the picture shows what there is
        warnings.simplefilter("ignore")
        draw(figure)
        # The same curves make the same file: no date in it.
        date = {".png": None, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[kind]
        figure.savefig(name, metadata=date)


def page_(options: argparse.Namespace) -> int:
    schedules = [_read(options, argument) for argument in options.schedules]
    text = page(*schedules, steps=options.steps)
    with _opened(options.output) as file:
        file.write(text)
    return 0


# Rows made at a time.
_ROWS = 8192


def table_(options: argparse.Namespace) -> int:
    schedule = _read(options, options.schedule)
    length = _length(schedule, options.steps)
    steps = range(0, length, _every(options, length))
    end = length if options.steps is None else None  # a run's last step, or the schedule's end
    write = {"csv": _csv, "json": _json, "markdown": _markdown}[options.format]
    with _opened(options.output) as file:
        bar = sys.stderr.isatty() and options.output is not None and len(steps) > 10 * _ROWS
        write(file, _rows(schedule, steps, end, bar))
    return 0


# Rows that somebody at a terminal reads.
_PAGE = 40


def _every(options: argparse.Namespace, length: int) -> int:
    if options.every is not None:
        return int(options.every)
    if options.output is not None or not sys.stdout.isatty() or length <= 2 * _PAGE:
        return 1
    print(f"every {-(-length // _PAGE)} steps; --every 1 for all", file=sys.stderr)
    return -(-length // _PAGE)


def _opened(name: str | None) -> nullcontext[IO[str]] | IO[str]:
    return (
        nullcontext(sys.stdout) if name is None else open(name, "w", encoding="utf-8", newline="")
    )


def _rows(
    schedule: Schedule, steps: range, end: int | None, bar: bool
) -> Iterator[tuple[int, float]]:
    for i in range(0, len(steps), _ROWS):
        some = steps[i : i + _ROWS]
        yield from zip(some, schedule(some).tolist(), strict=True)
        if bar:
            done = min(1.0, (i + _ROWS) / len(steps))
            print(f"\r[{'#' * int(40 * done):<40}] {done:4.0%}", end="", file=sys.stderr)
    if end is not None:
        yield end, schedule(end)
    if bar:
        print(file=sys.stderr)


def _csv(file: IO[str], rows: Iterator[tuple[int, float]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("step", "value"))
    writer.writerows(rows)


def _json(file: IO[str], rows: Iterator[tuple[int, float]]) -> None:
    separator = "[\n"
    for step, value in rows:
        file.write(f'{separator}{{"step": {step}, "value": {json.dumps(value)}}}')
        separator = ",\n"
    file.write("\n]\n")


def _markdown(file: IO[str], rows: Iterator[tuple[int, float]]) -> None:
    file.write("| step | value |\n| ---: | ---: |\n")
    file.writelines(f"| {step} | {value!r} |\n" for step, value in rows)


def diff_(options: argparse.Namespace) -> int:
    a, b = (_read(options, argument) for argument in options.schedules)
    if options.steps is None and None in (a.steps, b.steps):
        raise ValueError(_endless(a if a.steps is None else b))
    found = diff(a, b, options.steps)
    if found.first is None or found.at is None:
        steps = options.steps or 1 + max(_length(a, None), _length(b, None))
        print(f"no difference in {steps} steps")
        return 0
    print(f"first difference at step {found.first}: {a(found.first)!r}, {b(found.first)!r}")
    print(f"largest difference {short(found.largest)} at step {found.at}")
    return 1


def check_(options: argparse.Namespace) -> int:
    schedule = _read(options, options.schedule)
    findings = check(schedule, _length(schedule, options.steps), options.accept)
    for finding in findings:
        print(finding)
    if not findings:
        print("nothing found")
    return int(any(finding.fault for finding in findings))


def compare_(options: argparse.Namespace) -> int:
    schedules = [_read(options, argument) for argument in options.schedules]
    law = _law(options)
    if options.output is not None:
        _kind(options.output)  # before anything is printed
    steps, decay = options.steps, options.weight_decay
    found = compare(*schedules, steps=steps, weight_decay=decay, law=law)
    print("\n".join(_aligned(found)))
    if options.output is None:
        return 0
    steps = steps or min(schedule.steps for schedule in schedules if schedule.steps is not None)

    shared: dict[str, Any] = {
        "steps": steps,
        "labels": options.labels or _labels(options, schedules),
    }

    def draw(figure: Any) -> None:
        if options.title is not None:
            figure.suptitle(options.title)
        left, *right = figure.subplots(1, 1 if law is None else 2, squeeze=False)[0]
        plot_weights(*schedules, weight_decay=decay, ax=left, **shared)
        if law is not None:
            plot_losses(*schedules, law=law, ax=right[0], **shared)

    _save(options.output, draw, options.size or (_SIZE if law is None else _TWO))
    return 0


def _law(options: argparse.Namespace) -> LossLaw | None:
    for law, (name, _) in LAWS.items():
        constants = getattr(options, name.replace("-", "_"))
        if constants is not None:
            return law(*constants)
    return None


def _aligned(found: Sequence[Comparison]) -> list[str]:
    """A line for each schedule, and one above for what the numbers are."""
    rows = [("area", "bound", "best peak", "c_0", "updates", "loss", "schedule")]
    for one in found:
        loss = "" if one.final_loss is None else short(one.final_loss)
        numbers = map(short, one[1:6])
        rows.append((*numbers, loss, repr(one.schedule)))  # type: ignore[arg-type]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown_columns = [i for i, width in enumerate(widths) if any(row[i] for row in rows[1:])]
    return [
        "  ".join(row[i] if i == len(row) - 1 else row[i].rjust(widths[i]) for i in shown_columns)
        for row in rows
    ]


FORMATS: dict[str, Callable[[Schedule], str]] = {
    "json": lambda schedule: to_json(schedule, indent=2),
    "text": repr,
    "latex": lambda schedule: schedule.latex(),
    "python": lambda schedule: schedule.source(),
    "javascript": lambda schedule: schedule.source(language="javascript"),
}


def export_(options: argparse.Namespace) -> int:
    text = FORMATS[options.to](_read(options, options.schedule))
    with _opened(options.output) as file:
        file.write(f"{text}\n")
    return 0
