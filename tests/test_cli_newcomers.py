"""The command line as somebody meets it who has never seen it: help, Tab, colours, and typos."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import lrsched as lrs
from lrsched import cli
from lrsched.cli import screen

COMMAND = [sys.executable, "-m", "lrsched"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "COLUMNS": "80"}
COMMANDS = ["show", "plot", "page", "table", "diff", "check", "compare", "export", "completion"]
SCHEDULE = 3e-4 * lrs.Sequence(lrs.LinearWarmup(200), lrs.CosineDecay(9_800, end=0.1))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, and what is on standard output and standard error."""
    try:
        code = cli.main(arguments)
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


# Help.


def test_the_command_alone_is_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys)
    assert (code, err) == (2, "")
    assert said(capsys, "--help") == (0, out, "")
    for command in COMMANDS:
        assert f"\n    {command} " in out


def test_the_version_has_a_short_option() -> None:
    for option in ("-V", "--version"):
        done = subprocess.run([*COMMAND, option], capture_output=True, text=True, env=ENVIRONMENT)
        assert (done.returncode, done.stdout) == (0, f"lrsched {lrs.__version__}\n")


@pytest.mark.frameworks  # some draw pictures, read YAML or write for a shell
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_examples_that_run_and_fits_a_terminal(
    capsys: pytest.CaptureFixture[str],
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, words, _ = said(capsys, *filter(None, [command]), "--help")
    assert code == 0
    # Examples are long where they are to be copied.
    before, examples = re.split(r"^examples?:\n", words, flags=re.MULTILINE)
    assert max(map(len, before.splitlines())) < 80
    typed = [line.strip() for line in examples.splitlines() if line.startswith("  lrsched ")]
    assert typed

    monkeypatch.chdir(tmp_path)
    for name in ("schedule", "old", "new"):
        (tmp_path / f"{name}.json").write_text(lrs.to_json(SCHEDULE))
    (tmp_path / "train.yaml").write_text("lr_scheduler_type: cosine\nwarmup_steps: 0.1\n")
    for example in typed:
        assert said(capsys, *shlex.split(example)[1:])[::2] == (0, ""), example
        if " -o " in example:
            assert (tmp_path / shlex.split(example)[-1]).stat().st_size > 0


# Tab.


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lrsched ", {*COMMANDS}),
        ("lrsched co", {"compare", "completion"}),
        ("lrsched table --st", {"--steps", "--steps-per-epoch"}),
        ("lrsched export --to ja", {"javascript"}),
        ("lrsched check --accept z", {"zero"}),
        ("lrsched show sch", {"schedule.json"}),
        ("lrsched page -o sch", {"schedule.json"}),
    ],
)
def test_bash_completes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, typed: str, offered: set[str]
) -> None:
    code, script, err = said(capsys, "completion", "bash")
    assert (code, err) == (0, "")
    (tmp_path / "script").write_text(script)
    (tmp_path / "schedule.json").write_text("{}")
    (tmp_path / "other.json").write_text("{}")
    words = typed.split(" ")
    # What bash does at Tab: the function that is registered for the command fills COMPREPLY.
    asked = f"""
    source ./script
    complete -p lrsched >/dev/null || exit 3
    COMP_WORDS=({" ".join(words[:-1])} {shlex.quote(words[-1])})
    COMP_CWORD={len(words) - 1}
    function=$(complete -p lrsched | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    $function lrsched {shlex.quote(words[-1])} {words[-2]} 2>/dev/null
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert {word for word in done.stdout.split() if not word.startswith("-h")} >= offered
    if not typed.endswith(" "):
        assert {*done.stdout.split()} == offered


@pytest.mark.frameworks
@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_reads_its_script(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, script, _ = said(capsys, "completion", "zsh")
    assert script.startswith("#compdef lrsched\n")
    (tmp_path / "_lrsched").write_text(script)
    subprocess.run(["zsh", "-n", str(tmp_path / "_lrsched")], check=True, timeout=60)


def test_completion_says_what_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    code, out, err = said(capsys, "completion", "bash")
    assert (code, out) == (2, "")
    assert err == "lrsched: completion needs shtab: pip install shtab\n"


# Colours.


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "0"}, True, False),  # any value that is not empty
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colours_obey_the_convention(
    environment: dict[str, str], terminal: bool, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    stream = Stream()
    assert screen.coloured(stream) == coloured
    with contextlib.redirect_stdout(stream):
        assert cli.main(["show", "CosineDecay(100)"]) == 0
    assert ("\x1b[" in stream.getvalue()) == coloured


def test_nothing_else_is_coloured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    for arguments in (["--help"], ["show", "--help"], ["shwo"], ["check", "CosineDecay(9)"]):
        _, out, err = said(capsys, *arguments)
        assert out + err
        assert "\x1b" not in out + err


# Typos.


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ("shw CosineDecay(9)", "no command 'shw': did you mean show?"),
        ("Show CosineDecay(9)", "did you mean show?"),
        ("comparison x", "did you mean compare?"),
        ("help", "did you mean --help?"),
        ("version", "did you mean --version?"),
        ("--verson", "no option --verson: did you mean --version?"),
        ("draw CosineDecay(9)", "no command 'draw'; there are show, plot, "),
        ("show --stpes 9 CosineDecay(9)", "no option --stpes: did you mean --steps?"),
        ("show --stpes=9 CosineDecay(9)", "no option --stpes: did you mean --steps?"),
        ("show CosineDecay(9) --step 9", "no option --step: did you mean --steps?"),
        ("show CosineDecay(9) -steps 9", "no option -steps: did you mean --steps?"),
        ("show --STEPS 9 CosineDecay(9)", "did you mean --steps?"),
        ("export CosineDecay(9) --ot json", "lrsched export: no option --ot"),
        ("plot CosineDecay(9) --ouput a.png", "no option --ouput: did you mean --output?"),
        ("plot CosineDecay(9)", "required: -o/--output"),
        ("export CosineDecay(9) --to jsn", "did you mean json?"),
        ("export CosineDecay(9) --to JSON", "did you mean json?"),
        ("table CosineDecay(9) --format markdwn", "did you mean markdown?"),
        ("check CosineDecay(9) --accept jmp", "did you mean jump?"),
        ("completion bsh", "did you mean bash?"),
        ("show CosineDecay(9) LinearDecay(9)", "one argument too many: 'LinearDecay(9)'"),
        ("show -1*CosineDecay(9)", "'-1*CosineDecay(9)' looks like an option: write -- before it"),
        ("show -CosineDecay(9)", "looks like an option: write -- before it"),
        ("show CosineDeacy(9)", "unknown name 'CosineDeacy': did you mean CosineDecay?"),
        ("show cosine", "did you mean CosineDecay?"),
        ("show COSINEDECAY(9)", "did you mean CosineDecay?"),
        ("show warmup_cosin(1,9)", "did you mean warmup_cosine?"),
        ("show CosineDecay(stps=9)", "did you mean 'steps'?"),
        ("show CosineDecay(9,End=0)", "did you mean 'end'?"),
        ("show LinearWarmup(warmup_steps=9)", "did you mean 'steps'?"),
    ],
)
def test_a_typo_is_one_line_with_what_was_meant(
    capsys: pytest.CaptureFixture[str], arguments: str, meant: str
) -> None:
    code, out, err = said(capsys, *arguments.split(" "))
    assert (code, out) == (2, "")
    assert meant in err
    assert err.startswith("lrsched")
    assert err.count("\n") == 1


def test_what_follows_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "show", "--", "-1*CosineDecay(9)")
    assert (code, out.split("\n")[0]) == (0, "-CosineDecay(9)")


@pytest.mark.parametrize(
    ("schedule", "meant"),
    [
        ({"class": "CosineDeacy", "steps": 9}, "'CosineDeacy': did you mean CosineDecay?"),
        ({"class": "cosinedecay", "steps": 9}, "did you mean CosineDecay?"),
        ({"class": "CosineDecay", "stps": 9}, "did you mean steps?"),
        ({"class": "CosineDecay", "steps": 9, "ends": 0}, "did you mean end?"),
        ({"class": "warmup_cosin"}, "unknown schedule 'warmup_cosin'"),
        ({"class": 3}, "unknown schedule 3"),
    ],
)
def test_a_typo_in_a_dictionary(schedule: dict[str, object], meant: str) -> None:
    with pytest.raises(ValueError, match=re.escape(meant) + "$"):
        lrs.from_dict({"version": 1, "schedule": schedule})


def test_a_typo_in_a_word_of_a_framework(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "train.toml"
    for text, options, meant in (
        ('lr_scheduler_type = "cosin"', [], "got 'cosin': did you mean 'cosine'?"),
        ('lr_schduler_type = "cosine"', [], "'lr_scheduler_type'"),
        ('lr_scheduler_type = "cosine"', ["--from", "transfomers"], "mean 'transformers'?"),
        ('lr_scheduler_type = "cosine"\nwarmup_stps = 9', [], "did you mean 'warmup_steps'?"),
        ('lr_scheduler_type = "cosine"\nWarmup_Steps = 9', [], "did you mean 'warmup_steps'?"),
    ):
        file.write_text(text)
        code, out, err = said(capsys, "show", str(file), "--total-steps", "99", *options)
        assert (code, out) == (2, ""), text
        assert meant in err
