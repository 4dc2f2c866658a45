"""The command line: `lrsched show | plot | table | diff | check | compare | export`."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, NoReturn

from lrsched._core.check import cut, shown
from lrsched._core.schedule import Schedule
from lrsched.ask.compare import Comparison, compare
from lrsched.ask.findings import KINDS, check, short
from lrsched.ask.laws import AnnealingLaw, LossLaw, MultiPowerLaw
from lrsched.ask.questions import diff
from lrsched.data.json import to_json
from lrsched.reading import read
from lrsched.show.plot import plot
from lrsched.show.runs import plot_losses, plot_weights
from lrsched.show.terminal import show

EXAMPLE = "3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))"

SCHEDULE = """A SCHEDULE is text, such as "CosineDecay(1000)"; the name of a .json file; the name of
a framework's config in YAML, TOML or JSON; or - for any of these on standard input."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 for success, 1 for a difference or fault, 2 for bad input."""
    _speak_unicode()
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
    except (ValueError, OSError, ImportError) as error:
        if isinstance(error, BrokenPipeError):  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for the flush at exit
            return 0
        print(f"lrsched: {_line(error)}", file=sys.stderr)
        return 2
    except (MemoryError, RecursionError):
        print("lrsched: that is too much for this machine's memory", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _speak_unicode() -> None:
    """A curve in braille is no reason to fail where a stream can't say it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{cut(str(error.filename))}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split())


# The words on the command line.


def _positive(text: str) -> int:
    try:
        steps = int(text) if len(text) < 100 else _MOST
    except ValueError:
        steps = _scientific(text)
    if not 0 < steps < _MOST:
        rule = "a positive number of steps, below 2**62"
        raise argparse.ArgumentTypeError(f"must be {rule}, got {shown(text)}")
    return steps


_MOST = 2**62


def _scientific(text: str) -> int:
    """1e5 is a number of steps too; 0 for what is none."""
    try:
        number = float(text)
    except ValueError:
        return 0
    return int(number) if number.is_integer() else 0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {shown(text)}") from None


# What a framework's config may leave open: the option's name, its type, and what it is.
_LEFT_OPEN: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "of": (str, "NAME", "the hyper-parameter: lr (the default), momentum, weight_decay, ..."),
    "total_steps": (_positive, "N", "updates in the whole run"),
    "steps_per_epoch": (_positive, "N", "updates in one pass over the data"),
    "base_lr": (_number, "X", "the optimizer's rate"),
    "base_momentum": (_number, "X", "its momentum, or the first of its betas"),
    "num_processes": (_positive, "N", "processes that train together"),
    "global_batch_size": (_positive, "N", "samples in one update; OLMo's tokens"),
    "tokens_per_step": (_positive, "N", "tokens in one update"),
    "max_duration": (str, "TIME", "Composer's length of the run, such as 4800ba"),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(cut(message, 300))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lrsched",
        description=f"Learning-rate schedules as values.\n\n{SCHEDULE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f'example: lrsched show "{EXAMPLE}"',
    )
    parser.add_argument("--version", action="version", version=f"lrsched {_version()}")
    of_a_config = _config_options()
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        run: Callable[[argparse.Namespace], int],
        summary: str,
        *examples: str,
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            run.__name__.strip("_"),
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.\n\n{SCHEDULE}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog="examples:\n" + "\n".join(f"  lrsched {example}" for example in examples),
            parents=[of_a_config],
        )
        added.set_defaults(run=run)
        return added

    added = command(
        _show,
        "print the phases of a schedule and draw its curve",
        f'show "{EXAMPLE}"',
        "show schedule.json",
        'show "Noam(512, 4000)" --steps 20000',
        "show train.yaml --from transformers --total-steps 10_000",
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    _steps_option(added, "how far to look; needed for an endless schedule")

    added = command(
        _plot,
        "draw curves into a file (needs matplotlib)",
        'plot "CosineDecay(1000)" "LinearDecay(1000)" -o curves.png',
        'plot "Noam(512, 4000)" --steps 20000 --log -o noam.pdf',
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs="+")
    added.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="a .png, .svg or .pdf file"
    )
    added.add_argument("--log", action="store_true", help="logarithmic axis for the values")
    _steps_option(added, "the last step; needed where all schedules are endless")

    added = command(
        _table,
        "print steps and values",
        'table "CosineDecay(1000)" --every 100',
        'table "Noam(512, 4000)" --steps 1000000 --format json -o noam.json',
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    _steps_option(added, "rows for steps 0 to N - 1; by default, to the schedule's end")
    added.add_argument(
        "--every",
        type=_positive,
        metavar="K",
        help="one row for every K steps, and one for the end; by default, for every step, or in a "
        "terminal for as many as fit on a page",
    )
    added.add_argument("--format", choices=("csv", "json", "markdown"), default="csv")
    _output_option(added)

    added = command(
        _diff,
        "compare two schedules; exit 1 when they differ",
        'diff "LinearDecay(100)" "PolynomialDecay(100, power=1)"',
        "diff old.json new.json --steps 100000",
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs=2)
    _steps_option(added, "compare steps 0 to N - 1; needed for an endless schedule")

    added = command(
        _check,
        "look for faults: jumps, wrong lengths, negative values; exit 1 on one",
        f'check "{EXAMPLE}" --steps 100000',
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    _steps_option(added, "length of the run; needed for an endless schedule")
    added.add_argument(
        "--accept",
        metavar="KIND",
        action="append",
        default=[],
        choices=KINDS,
        help=f"a kind of finding that is meant: {', '.join(KINDS)}; may be given again",
    )

    added = command(
        _compare,
        "print what is known of a run with each schedule before it is made: its area, the least "
        "convex bound and the peak that has it, the share of the initial weights and the number of "
        "updates that AdamW averages, and the loss that a law predicts",
        'compare "3e-4 * CosineDecay(10_000, end=0.1)" "3e-4 * LinearDecay(10_000)"',
        'compare "Noam(512, 4000)" schedule.json --steps 10000 --weight-decay 0.05 -o weights.png',
        "compare schedule.json --annealing 2.628 0.4297 0.5498 0.4108",
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs="+")
    _steps_option(added, "length of the run; by default, the shortest schedule's")
    added.add_argument(
        "--weight-decay", type=_number, default=0.1, metavar="X", help="of AdamW; by default, 0.1"
    )
    laws = added.add_mutually_exclusive_group()
    for name, constants in _LAWS.values():
        laws.add_argument(
            f"--{name}",
            type=_number,
            nargs=len(constants),
            metavar=constants,
            help=f"constants of a law that was fitted on such runs: {', '.join(constants)}",
        )
    added.add_argument(
        "-o", "--output", metavar="FILE", help="a .png, .svg or .pdf file (needs matplotlib)"
    )

    added = command(
        _export,
        "write a schedule as JSON, text, LaTeX or a Python function",
        f'export "{EXAMPLE}" --to json -o schedule.json',
        "export schedule.json --to latex",
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    added.add_argument("--to", choices=tuple(_FORMATS), required=True)
    _output_option(added)
    return parser


# Laws: the option's name, and the constants that it takes.
_LAWS: dict[Callable[..., LossLaw], tuple[str, tuple[str, ...]]] = {
    MultiPowerLaw: ("multi-power", ("L0", "A", "alpha", "B", "C", "beta", "gamma")),
    AnnealingLaw: ("annealing", ("L0", "A", "alpha", "C")),
}


def _steps_option(parser: argparse.ArgumentParser, meaning: str) -> None:
    parser.add_argument("--steps", type=_positive, metavar="N", help=meaning)


def _version() -> str:
    from lrsched import __version__  # start-up: the package itself is above

    return __version__


def _config_options() -> _Parser:
    parser = _Parser(add_help=False)
    group = parser.add_argument_group("of a framework's config")
    group.add_argument(
        "--from",
        dest="framework",
        metavar="NAME",
        help="the framework; by default, the one whose keys the file has",
    )
    for name, (kind, metavar, meaning) in _LEFT_OPEN.items():
        option = f"--{name.replace('_', '-')}"
        group.add_argument(option, type=kind, metavar=metavar, help=meaning)
    return parser


def _output_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="by default, it goes to standard output"
    )


# What goes in.


def _read(options: argparse.Namespace, argument: str) -> Schedule:
    left_open = {name: value for name in _LEFT_OPEN if (value := getattr(options, name, None))}
    return read(argument, options.framework, **left_open)


def _length(schedule: Schedule, asked: int | None) -> int:
    if asked is not None:
        return asked
    if schedule.steps is None:
        raise ValueError(_endless(schedule))
    if schedule.steps >= _MOST:
        raise ValueError(f"{shown(schedule)} is too long: say how far to look with --steps N")
    return schedule.steps


def _endless(schedule: Schedule) -> str:
    return f"{shown(schedule)} is endless: say how far to look with --steps N"


# What comes out.


def _show(options: argparse.Namespace) -> int:
    schedule = _read(options, options.schedule)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size().columns
    print("\n".join(show(schedule, _length(schedule, options.steps), width, colour)))
    return 0


def _plot(options: argparse.Namespace) -> int:
    schedules = [_read(options, argument) for argument in options.schedules]

    def draw(figure: Any) -> None:
        plot(*schedules, steps=options.steps, ax=figure.subplots(), log=options.log)

    _save(options.output, draw)
    return 0


def _kind(name: str) -> str:
    kind = Path(name).suffix
    if kind not in (".png", ".svg", ".pdf"):
        raise ValueError(f"{cut(name)}: the file's name must end in .png, .svg or .pdf")
    return kind


def _save(name: str, draw: Callable[[Any], None], width: float = 8) -> None:
    """A picture in a file."""
    kind = _kind(name)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plot needs matplotlib: pip install matplotlib") from None
    figure = Figure(figsize=(width, 5), layout="constrained")
    with warnings.catch_warnings():  # of glyphs and of axes: the picture shows what there is
        warnings.simplefilter("ignore")
        draw(figure)
        # The same curves make the same file: no date in it.
        date = {".png": None, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[kind]
        figure.savefig(name, metadata=date)


# Rows made at a time.
_ROWS = 8192


def _table(options: argparse.Namespace) -> int:
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


def _diff(options: argparse.Namespace) -> int:
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


def _check(options: argparse.Namespace) -> int:
    schedule = _read(options, options.schedule)
    findings = check(schedule, _length(schedule, options.steps), options.accept)
    for finding in findings:
        print(finding)
    if not findings:
        print("nothing found")
    return int(any(finding.fault for finding in findings))


def _compare(options: argparse.Namespace) -> int:
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

    def draw(figure: Any) -> None:
        if law is None:
            plot_weights(*schedules, steps=steps, weight_decay=decay, ax=figure.subplots())
            return
        left, right = figure.subplots(1, 2)
        plot_weights(*schedules, steps=steps, weight_decay=decay, ax=left)
        plot_losses(*schedules, steps=steps, law=law, ax=right)

    _save(options.output, draw, width=8 if law is None else 14)
    return 0


def _law(options: argparse.Namespace) -> LossLaw | None:
    for law, (name, _) in _LAWS.items():
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


_FORMATS: dict[str, Callable[[Schedule], str]] = {
    "json": lambda schedule: to_json(schedule, indent=2),
    "text": repr,
    "latex": lambda schedule: schedule.latex(),
    "python": lambda schedule: schedule.source().rstrip("\n"),
}


def _export(options: argparse.Namespace) -> int:
    text = _FORMATS[options.to](_read(options, options.schedule))
    with _opened(options.output) as file:
        file.write(f"{text}\n")
    return 0
