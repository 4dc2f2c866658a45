"""The command line: `lrsched show TEXT`, also as `python -m lrsched`."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence

import numpy as np

from lrsched._schedule import Schedule
from lrsched.look import draw, phases
from lrsched.text import parse

EXAMPLE = "3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 for success, 2 for input that can't be read."""
    options = _parser().parse_args(arguments)
    try:
        schedule = parse(options.schedule)
        steps = _steps(schedule, options.steps)
    except ValueError as error:
        print(f"lrsched: {error}", file=sys.stderr)
        return 2
    print("\n".join(show(schedule, steps)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lrsched",
        description="Learning-rate schedules as values.",
        epilog=f'example: lrsched show "{EXAMPLE}"',
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "show",
        help="print the phases of a schedule and draw its curve",
        epilog=f'example: lrsched show "{EXAMPLE}"',
    )
    command.add_argument("schedule", help="a schedule as Python text, such as CosineDecay(1000)")
    command.add_argument(
        "--steps", type=_positive, metavar="N", help="how far to look; needed for an endless one"
    )
    return parser


def _positive(text: str) -> int:
    steps = int(text)
    if steps < 1:
        raise ValueError
    return steps


_positive.__name__ = "positive number of steps"  # what argparse says of any other


def _steps(schedule: Schedule, asked: int | None) -> int:
    if asked is not None:
        return asked
    if schedule.steps is None:
        raise ValueError(f"{schedule} is endless: say how far to look with --steps N")
    return schedule.steps


def show(schedule: Schedule, steps: int) -> list[str]:
    """The lines that `lrsched show` prints."""
    return [repr(schedule), "", *_table(schedule, steps), "", *_curve(schedule, steps)]


def _table(schedule: Schedule, steps: int) -> list[str]:
    rows = [("from step", "to step", "value", "to value", "phase")]
    for phase in phases(schedule):
        stop = steps if phase.stop is None else min(phase.stop, steps)
        if phase.start < stop or phase.start == stop == 0:
            ends = (_short(phase(phase.start)), _short(phase(stop)))
            rows.append((f"{phase.start:,}", f"{stop:,}", *ends, repr(phase.schedule)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join([*map(str.rjust, row[:-1], widths), row[-1]]).rstrip() for row in rows]


def _short(value: float) -> str:
    return f"{value:.6g}"


def _curve(schedule: Schedule, steps: int) -> list[str]:
    width = min(shutil.get_terminal_size().columns, 100) - 14
    at = np.rint(np.linspace(0, steps, 2 * max(width, 8))).astype(np.int64)
    for phase in phases(schedule):  # where a phase begins, a peak may stand
        at[np.argmin(abs(at - phase.start))] = min(phase.start, steps)
    values = schedule(at)
    rows = draw(values)
    labels = [""] * len(rows)
    labels[0], labels[-1] = _short(values.max()), _short(values.min())
    drawn = [f"{label:>11} ┤{row}" for label, row in zip(labels, rows, strict=True)]
    foot = f"{0:<{len(rows[0]) - len(f'{steps:,}')}}{steps:,}"
    return [*drawn, " " * 13 + foot]
