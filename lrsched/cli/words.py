"""What may be typed: the commands, their options, and what is said of them."""

from __future__ import annotations

import argparse
import csv
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from lrsched._core.check import cut, nearest, shown
from lrsched.ask.findings import KINDS
from lrsched.cli.commands import (
    FORMATS,
    LAWS,
    MOST,
    check_,
    compare_,
    diff_,
    export_,
    page_,
    plot_,
    show_,
    table_,
)
from lrsched.cli.completion import HOW, SHELLS, script
from lrsched.cli.parser import Parser
from lrsched.show.arguments import LARGEST

EXAMPLE = "3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))"

SCHEDULE = """A SCHEDULE is text, such as "CosineDecay(1000)"; the name of a .json file; the name of
a framework's config in YAML, TOML or JSON; or - for any of these on standard input."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 for success, 1 for a difference or fault, 2 for bad input."""
    if sys.stderr is None:  # closed, `2>&-`; print would take the other for it
        sys.stderr = io.StringIO()
    _speak_unicode()
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")
        parser = _parser()
        options = parser.parse_args(arguments)
        if options.command is None:
            parser.print_help()
            return 2
        run: Callable[[argparse.Namespace], int] = options.run
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
        steps = int(text) if len(text) < 100 else MOST
    except ValueError:
        steps = _scientific(text)
    if not 0 < steps < MOST:
        rule = "a positive number of steps, below 2**62"
        raise argparse.ArgumentTypeError(f"must be {rule}, got {shown(text)}")
    return steps


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


def _names(text: str) -> list[str]:
    """Between commas; one with a comma in it stands in quotation marks."""
    return next(csv.reader([text], skipinitialspace=True), [])


def _size(text: str) -> tuple[float, float]:
    try:
        width, height = map(float, text.lower().split("x"))
    except ValueError:
        width = height = 0
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        rule = f"width x height in inches, such as 8x5, of at most {LARGEST}"
        raise argparse.ArgumentTypeError(f"must be {rule}, got {shown(text)}")
    return width, height


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    """What `choices` refuses too, without the word that was meant."""

    def word(text: str) -> str:
        if text not in words:
            meant = nearest(text, words)
            hint = f": did you mean {meant}?" if meant else ""
            rule = f"one of {', '.join(words)}"
            raise argparse.ArgumentTypeError(f"must be {rule}, got {shown(text)}{hint}")
        return text

    return word


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


def _parser() -> Parser:
    parser = Parser(
        ("Learning-rate schedules as values.", SCHEDULE),
        prog="lrsched",
        epilog=f'example:\n  lrsched show "{EXAMPLE}"\n\n{HOW}',
    )
    parser.add_argument("-V", "--version", action="version", version=f"lrsched {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(
        run: Callable[[argparse.Namespace], int],
        summary: str,
        *examples: str,
    ) -> Parser:
        name = run.__name__.strip("_")
        added = parser.commands[name] = commands.add_parser(
            name,
            help=summary,
            paragraphs=(f"{summary[0].upper()}{summary[1:]}.", SCHEDULE),
            epilog="examples:\n" + "\n".join(f"  lrsched {example}" for example in examples),
        )
        added.set_defaults(run=run, left_open=tuple(_LEFT_OPEN))
        return added

    added = command(
        show_,
        "print the phases of a schedule and draw its curve",
        f'show "{EXAMPLE}"',
        "show schedule.json",
        'show "Noam(512, 4000)" --steps 20000',
        "show train.yaml --from transformers --total-steps 10_000",
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    _steps_option(added, "how far to look; needed for an endless schedule")

    added = command(
        plot_,
        "draw curves into a file (needs matplotlib)",
        'plot "CosineDecay(1000)" "LinearDecay(1000)" -o curves.png',
        'plot "Noam(512, 4000)" --steps 20000 --log -o noam.pdf',
        'plot old.json new.json --labels old,new --ylabel "learning rate" --size 4x3 -o two.pdf',
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs="+")
    added.add_argument(
        "-o", "--output", metavar="FILE", required=True, help="a .png, .svg or .pdf file"
    )
    added.add_argument("--log", action="store_true", help="logarithmic axis for the values")
    added.add_argument(
        "--ylabel", default="value", metavar="TEXT", help="what the values are; by default, value"
    )
    _picture_options(added)
    _steps_option(added, "the last step; needed where all schedules are endless")

    added = command(
        page_,
        "write an HTML page to look at schedules: curves to zoom into, phases, findings, and code",
        'page "CosineDecay(1000)" "LinearDecay(1000)" -o curves.html',
        'page "Noam(512, 4000)" --steps 20000 -o noam.html',
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs="+")
    _steps_option(added, "the last step; needed where all schedules are endless")
    _output_option(added)

    added = command(
        table_,
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
    formats = ("csv", "json", "markdown")
    added.add_argument(
        "--format", type=_one_of(formats), choices=formats, default="csv", help="by default, csv"
    )
    _output_option(added)

    added = command(
        diff_,
        "compare two schedules; exit 1 when they differ",
        'diff "LinearDecay(100)" "PolynomialDecay(100, power=1)"',
        "diff old.json new.json --steps 100000",
    )
    added.add_argument("schedules", metavar="SCHEDULE", nargs=2)
    _steps_option(added, "compare steps 0 to N - 1; needed for an endless schedule")

    added = command(
        check_,
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
        type=_one_of(KINDS),
        choices=KINDS,
        help=f"a kind of finding that is meant: {', '.join(KINDS)}; may be given again",
    )

    added = command(
        compare_,
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
    for name, constants in LAWS.values():
        laws.add_argument(
            f"--{name}",
            type=_number,
            nargs=len(constants),
            metavar="X",
            help=f"constants of a law that was fitted on such runs: {', '.join(constants)}",
        )
    added.add_argument(
        "-o", "--output", metavar="FILE", help="a .png, .svg or .pdf file (needs matplotlib)"
    )
    _picture_options(added)

    added = command(
        export_,
        "write a schedule as JSON, text, LaTeX, or a function in Python or JavaScript",
        f'export "{EXAMPLE}" --to json -o schedule.json',
        "export schedule.json --to latex",
    )
    added.add_argument("schedule", metavar="SCHEDULE")
    to = tuple(FORMATS)
    added.add_argument("--to", type=_one_of(to), choices=to, required=True)
    _output_option(added)
    for added in parser.commands.values():  # behind what is the command's own
        _config_options(added)

    def completion_(options: argparse.Namespace) -> int:
        print(script(parser, options.shell))
        return 0

    summary = "print what makes a shell complete commands, options and files (needs shtab)"
    added = parser.commands["completion"] = commands.add_parser(
        "completion",
        help=summary,
        paragraphs=(f"{summary[0].upper()}{summary[1:]}.",),
        epilog="examples:\n  lrsched completion bash\n  lrsched completion zsh\n\n" + HOW,
    )
    added.add_argument("shell", type=_one_of(SHELLS), choices=SHELLS)
    added.set_defaults(run=completion_)
    return parser


def _steps_option(parser: argparse.ArgumentParser, meaning: str) -> None:
    parser.add_argument("--steps", type=_positive, metavar="N", help=meaning)


def _picture_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("of the picture")
    group.add_argument(
        "--labels",
        type=_names,
        metavar="A,B",
        help="a name for each curve; by default, what was typed, or of long texts what differs",
    )
    group.add_argument("--title", metavar="TEXT", help="above the curves; by default, none")
    group.add_argument("--size", type=_size, metavar="WxH", help="in inches, such as 8x5")


def _version() -> str:
    from lrsched import __version__  # start-up: the package itself is above

    return __version__


def _config_options(parser: argparse.ArgumentParser) -> None:
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


def _output_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="by default, it goes to standard output"
    )
