"""The command line, run as a process: what it prints, its exit codes, and never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lrsched as lrs
from lrsched import cli

TEXT = "3e-4 * Sequence(LinearWarmup(20), CosineDecay(80, end=0.1))"
SCHEDULE = 3e-4 * lrs.Sequence(lrs.LinearWarmup(20), lrs.CosineDecay(80, end=0.1))
COMMAND = [sys.executable, "-m", "lrsched"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(lrs.__file__).parents[1]), "COLUMNS": "80"}


def run(*arguments: str, given: str | bytes = "") -> subprocess.CompletedProcess[str]:
    data = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [*COMMAND, *arguments], input=data, capture_output=True, env=ENVIRONMENT, timeout=60
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def here(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The same without a process of its own."""
    code = cli.main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_show_prints_phases_and_a_curve_as_wide_as_the_terminal() -> None:
    done = run("show", TEXT)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:6] == [
        repr(SCHEDULE),
        "",
        "from step  to step   value  to value  phase",
        "        0       20       0    0.0003  LinearWarmup(20)",
        "       20      100  0.0003     3e-05  CosineDecay(80, end=0.1)",
        "",
    ]
    assert lines[6].startswith("     0.0003 ┤")
    assert lines[-2].startswith("          0 ┤")
    assert lines[-1].split() == ["0", "100"]
    assert max(map(len, lines[6:])) == 79
    assert "\x1b" not in done.stdout


def test_show_in_a_terminal_has_colours_unless_told_otherwise() -> None:
    for extra, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*COMMAND, "show", TEXT], stdout=slave, stderr=slave, env={**ENVIRONMENT, **extra}
        )
        os.close(slave)
        printed = b""
        try:
            while more := os.read(master, 65536):
                printed += more
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(master)
        assert process.wait() == 0
        assert (b"\x1b[36m" in printed) == coloured


def test_show_warns_of_jumps(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = here(capsys, "show", "Sequence(LinearWarmup(9), Constant(0.5, steps=9))")
    assert code == 0
    assert "fault: jump from 1 to 0.5 at step 9" in out


def test_a_stream_without_braille_gets_a_curve_in_ascii() -> None:
    done = subprocess.run(
        [*COMMAND, "show", TEXT],
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    rows = [line[13:].decode() for line in done.stdout.splitlines() if line[12:13] == b"|"]
    assert len(rows) == 12
    assert {*"".join(rows)} == {"*", " "}
    assert b"?" not in done.stdout


def test_schedules_come_as_text_files_and_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "schedule.json"
    path.write_text("\ufeff" + lrs.to_json(SCHEDULE, indent=2), encoding="utf-8")
    for arguments, given in (
        ([TEXT], ""),
        ([str(path)], ""),
        (["-"], TEXT),
        (["-"], f"\n# a comment\n{TEXT}\n"),
        (["-"], lrs.to_json(SCHEDULE)),
    ):
        done = run("export", *arguments, "--to", "text", given=given)
        assert (done.returncode, done.stdout) == (0, f"{SCHEDULE}\n")


@pytest.mark.parametrize("form", ["csv", "json", "markdown"])
def test_table(capsys: pytest.CaptureFixture[str], form: str) -> None:
    code, out, err = here(capsys, "table", TEXT, "--steps", "95", "--every", "10", "--format", form)
    assert (code, err) == (0, "")
    if form == "csv":
        rows = [(int(r["step"]), float(r["value"])) for r in csv.DictReader(io.StringIO(out))]
    elif form == "json":
        rows = [(row["step"], row["value"]) for row in json.loads(out)]
    else:
        head, rule, *lines = out.splitlines()
        assert (head, rule) == ("| step | value |", "| ---: | ---: |")
        cells = [line.strip("| ").split(" | ") for line in lines]
        rows = [(int(step), float(value)) for step, value in cells]
    steps = list(range(0, 95, 10))
    assert rows == list(zip(steps, SCHEDULE(steps).tolist(), strict=True))


def test_a_table_ends_with_the_end_unless_a_number_of_steps_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def steps(*more: str) -> list[int]:
        code, out, err = here(capsys, "table", "LinearDecay(10)", "--format", "json", *more)
        assert (code, err) == (0, "")
        rows = json.loads(out)
        assert all(row["value"] == (10 - row["step"]) / 10 for row in rows)
        return [row["step"] for row in rows]

    assert steps() == [*range(11)]
    assert steps("--every", "4") == [0, 4, 8, 10]
    assert steps("--every", "5") == [0, 5, 10]
    assert steps("--steps", "7") == [*range(7)]
    assert steps("--steps", "7", "--every", "3") == [0, 3, 6]
    out = here(capsys, "table", "CosineDecay(0)", "--format", "json")[1]
    assert json.loads(out) == [{"step": 0, "value": 0.0}]


def test_a_long_table_is_a_page_in_a_terminal() -> None:
    def rows(*arguments: str) -> tuple[list[bytes], str]:
        master, slave = pty.openpty()
        command = [*COMMAND, "table", *arguments]
        done = subprocess.run(
            command, stdout=slave, stderr=subprocess.PIPE, env=ENVIRONMENT, check=True
        )
        os.close(slave)
        printed = os.read(master, 1 << 20).split()
        os.close(master)
        return printed[1:], done.stderr.decode()

    lines, said = rows("LinearDecay(100000)")
    assert said == "every 2500 steps; --every 1 for all\n"
    assert lines[:2] + lines[-1:] == [b"0,1.0", b"2500,0.975", b"100000,0.0"]
    assert len(lines) == 41
    assert rows("LinearDecay(80)")[1] == ""
    assert len(rows("LinearDecay(80)")[0]) == 81
    assert len(rows("LinearDecay(100)", "--every", "1")[0]) == 101


def test_a_long_table_goes_to_a_file_with_a_progress_bar_in_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    arguments = ["table", "CosineDecay(200000)", "-o", str(path)]
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    master, slave = pty.openpty()
    subprocess.run([*COMMAND, *arguments], stderr=slave, env=ENVIRONMENT, check=True)
    assert b"100%" in os.read(master, 1 << 20)
    os.close(slave)
    os.close(master)
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    assert (table[:, 1] == lrs.CosineDecay(200_000)(np.arange(200_001))).all()


def test_diff(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = here(capsys, "diff", TEXT, repr(SCHEDULE), "--steps", "100")
    assert (code, out) == (0, "no difference in 100 steps\n")
    code, out, _ = here(capsys, "diff", "LinearDecay(10)", "LinearDecay(20)", "--steps", "10")
    assert code == 1
    assert out.splitlines() == [
        "first difference at step 1: 0.9, 0.95",
        "largest difference 0.45 at step 9",
    ]


def test_the_lengths_are_the_schedules_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        here(capsys, "diff", "CosineDecay(9)", "CosineDecay(9)")[1] == "no difference in 10 steps\n"
    )
    out = here(capsys, "diff", "LinearDecay(9)", "Take(LinearDecay(9), 9) * Constant(1.0)")[1]
    assert out == "no difference in 10 steps\n"
    # Only what they hold after their ends is different.
    ends = here(capsys, "diff", "Take(StepDecay(9), 9)", "Constant(1, 9)")
    assert ends[0] == 1
    assert ends[1].startswith("first difference at step 9: 0.1, 1.0\n")
    assert "is endless: say how far to" in here(capsys, "diff", "Noam(8, 4)", "Constant(1, 9)")[2]
    assert here(capsys, "check", "CosineDecay(9)") == (0, "nothing found\n", "")
    assert here(capsys, "check", "Noam(512, 4000)")[2].endswith("look with --steps N\n")


def test_a_line_of_a_script_is_a_schedule_too(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("lrs.CosineDecay(9)", "lrsched.CosineDecay(9)", "schedule = lrs.CosineDecay(9)"):
        assert here(capsys, "export", text, "--to", "text")[1] == "CosineDecay(9)\n"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"lrsched {lrs.__version__}\n"


def test_steps_may_be_written_as_a_float(capsys: pytest.CaptureFixture[str]) -> None:
    for steps in ("1e1", "1_0", "10.0"):
        assert len(here(capsys, "table", "LinearDecay(20)", "--steps", steps)[1].split()) == 11
    for steps in ("1.5", "1e400", "nan", "0e0"):
        with pytest.raises(SystemExit):
            cli.main(["table", "LinearDecay(20)", "--steps", steps])
        assert f"got '{steps}'" in capsys.readouterr().err


def test_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert here(capsys, "check", "CosineDecay(9)", "--steps", "9") == (0, "nothing found\n", "")
    code, out, _ = here(capsys, "check", TEXT, "--steps", "100")
    assert (code, out) == (0, "note: the warmup takes 20 of 100 steps\n")
    code, out, _ = here(capsys, "check", "CosineDecay(9)", "--steps", "5")
    assert (code, out) == (1, "fault: the run ends at step 5, the schedule at step 9\n")


def test_export_json_and_text_read_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert lrs.from_json(here(capsys, "export", TEXT, "--to", "json")[1]) == SCHEDULE
    path = tmp_path / "schedule.json"
    assert here(capsys, "export", TEXT, "--to", "json", "-o", str(path)) == (0, "", "")
    assert here(capsys, "export", str(path), "--to", "text") == (0, f"{SCHEDULE}\n", "")


def test_export_javascript(capsys: pytest.CaptureFixture[str]) -> None:
    source = SCHEDULE.source(language="javascript")
    assert here(capsys, "export", TEXT, "--to", "javascript") == (0, f"{source}\n", "")


def test_export_python_needs_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "function.py"
    assert here(capsys, "export", TEXT, "--to", "python", "-o", str(path))[0] == 0
    code = "import function; print([function.schedule(t) for t in range(120)])"
    printed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = ['.']; {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(printed) == [SCHEDULE(t) for t in range(120)]


def test_findings_that_are_meant_are_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    restarts = ("check", "cosine_restarts(1.0, 30, every=10, warmup_steps=0)", "--steps", "31")
    code, out, _ = here(capsys, *restarts)
    assert (code, out.count("jump"), out.count("rate 0")) == (1, 2, 1)
    code, out, _ = here(capsys, *restarts, "--accept", "jump")
    assert (code, out) == (1, "fault: the last update has rate 0, from step 30 on\n")
    assert here(capsys, *restarts, "--accept", "jump", "--accept", "zero")[:2] == (
        0,
        "nothing found\n",
    )


@pytest.mark.frameworks
def test_a_picture_says_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    done = run("plot", "Constant(0)", "--steps", "5", "--log", "-o", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert path.exists()


def test_the_bound_of_steps_is_told() -> None:
    done = run("show", "Noam(8, 4)", "--steps", "1" + "0" * 5_000)
    assert done.returncode == 2
    assert "must be a positive number of steps, below 2**62, got '1000" in done.stderr
    assert len(done.stderr.splitlines()[-1]) < 400


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        (["show", "CosineDecay(-3)"], "", "parse: CosineDecay: steps must be a non-neg"),
        (["show", "Noam(512, 4000)"], "", "is endless: say how far to look with --steps N"),
        (["show", "LinearDecay(1e30)"], "", "is too long: say how far to look with --steps N"),
        (["show", "none.json"], "", "none.json: No such file or directory"),
        (["show", "none.yaml"], "", "none.yaml: No such file or directory"),
        (["check", "configs/run.toml", "--steps", "9"], "", "configs/run.toml: No such file or"),
        (["show", __file__], "", f"{__file__}: no file that can be read: a schedule is text, a "),
        (["diff", "LinearDecay(9)", "a.yml", "--steps", "9"], "", "a.yml: No such file or direct"),
        (["show", "/.json"], "", "/.json: No such file or directory"),
        (["show", "-"], b"\xff\xfe", "standard input: no text in UTF-8"),
        (["show", "-"], "x" * 9_000_000, "text must be at most 1000000 characters long"),
        (["show", "-"], "é" * 9_000_000, "text must be at most 1000000 characters long"),
        (["show", "-"], '{"a": 1, "a": 1}', "from_json: the key 'a' is given twice (column 10)"),
        (["show", "-"], "", "parse: expected a schedule or a value, got the end of the text"),
        (["diff", "CosineDecay(1)", "x", "--steps", "1"], "", "parse: unknown name 'x' (column 1)"),
        (["plot", "CosineDecay(9)", "-o", "x.exe"], "", "must end in .png, .svg or .pdf"),
        (["plot", "Constant(1)", "-o", "x.png"], "", "steps must be given where no schedule has"),
        (["export", "Constant(1)", "--to", "text", "-o", "/no/x"], "", "/no/x: No such file or"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], given: str | bytes, says: str
) -> None:
    done = run(*arguments, given=given)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("lrsched: ")
    assert says in done.stderr


@pytest.mark.parametrize(
    ("name", "is_there", "says"),
    [
        ("run.yaml", True, "no key that only one framework has: say which it is (--from), "),
        ("a (1)/run.yml", False, "No such file or directory"),
        ("my run.YAML", False, "No such file or directory"),
        ("run(1).toml", True, "Expected"),  # what it holds is YAML
        ("notes (old)", True, "no file that can be read: a schedule is text, a .json file, a fr"),
        ("C:\\run.cfg", False, "no file that can be read: a schedule is text, a .json file, a fr"),
        ("here", True, "no file that can be read: a schedule is text, a .json file, a framework"),
        ("data/", False, "no file that can be read: a schedule is text, a .json file, a framewor"),
        ("run.yaml.gz", False, "no file that can be read: a schedule is text, a .json file, a fr"),
    ],
)
def test_a_file_is_talked_about_as_a_file(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_there: bool,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if is_there:
        (tmp_path / name).write_text("lr: CosineDecay(10)\n")
    steps = ("--steps", "9")
    for arguments in (
        ("show", name), ("plot", name, "-o", "x.png"), ("table", name), ("check", name, *steps),
        ("diff", "LinearDecay(9)", name, *steps), ("export", name, "--to", "json"),
    ):  # fmt: skip
        code, out, err = here(capsys, *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"lrsched: {name}: {says}")


def test_settings_on_standard_input() -> None:
    for text in ("lr: CosineDecay(10)\n", "---\nlr: 3\n", "# a run\n- a: 1\n", "[opt]\nlr = 3\n"):
        done = run("show", "-", given=text)
        assert done.returncode == 2
        assert done.stderr.startswith("lrsched: standard input: no key that only one framework h")
    assert run("show", "-", given="# a run\nCosineDecay(10)\n").returncode == 0
    assert run("show", "-", given="[1, 2]").stderr.startswith("lrsched: from_json: data must have")


def test_text_stays_text_whatever_is_called_like_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "CosineDecay(10)").write_text("x")
    for text in ("CosineDecay(10)", "CosineDecay(10)  # as in run.yaml"):
        assert here(capsys, "export", text, "--to", "text") == (0, "CosineDecay(10)\n", "")
    for text in ("0.1/2", "3.e", "LinearDecay(3)//2"):
        assert here(capsys, "show", text)[2].startswith("lrsched: parse: ")
    (tmp_path / "UP.JSON").write_text(lrs.to_json(lrs.CosineDecay(10)))
    assert here(capsys, "export", "UP.JSON", "--to", "text")[1] == "CosineDecay(10)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "a" * 5_000 + ".yaml"],
        ["show", "a" * 5_000 + ".json"],
        ["show", "a" * 5_000],
        ["9" * 5_000],
        ["check", TEXT, "--steps", "3", "--accept", "9" * 5_000],
        ["plot", TEXT, "-o", "9" * 5_000],
        ["table", TEXT, "-o", "9" * 5_000],
        ["show", TEXT, "9" * 5_000],
    ],
)
def test_nothing_long_is_echoed_whole(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()[-1]) < 400


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["nothing"],
        ["show", TEXT, "--steps", "0"],
        ["show", TEXT, "--steps", "9" * 10_000],
        ["table", TEXT, "--every", "x"],
        ["diff", TEXT],
        ["export", TEXT, "--to", "perl"],
    ],
)
def test_bad_options_exit_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("lrsched")
    assert line.endswith(" --help says more)\n")
    assert line.count("\n") == 1


def test_a_closed_pipe_is_quiet() -> None:
    for arguments in (["table", "CosineDecay(300000)"], ["show", TEXT]):
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
        )
        assert process.stdout is not None
        assert process.stderr is not None
        if arguments[0] == "table":
            assert process.stdout.readline() == b"step,value\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 0


def test_a_schedule_without_a_length_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "CosineDecay(0, end=0.5)"]) == 0
    assert "0.5" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("show 'CosineDecay(9)' >&-", 2, "lrsched: standard output: Bad file descriptor\n"),
        ("check 'CosineDecay(9)' 2>&-", 0, "nothing found\n"),
        ("check 'CosineDeacy(9)' 2>&-", 2, ""),
    ],
)
def test_a_closed_stream_is_no_traceback(typed: str, code: int, said: str) -> None:
    command = f"exec {shlex.join(COMMAND)} {typed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=ENVIRONMENT)
    assert (done.returncode, done.stdout + done.stderr) == (code, said)


def test_an_interrupt_is_quiet(tmp_path: Path) -> None:
    # Put into the background by a shell, tests ignore interrupts, and what they start would too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*COMMAND, "table", "CosineDecay(1000000000)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    signal.signal(signal.SIGINT, before)
    assert process.stdout is not None
    process.stdout.read(1_000_000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


RUNS = ["3e-4 * CosineDecay(10_000, end=0.1)", "3e-4 * LinearDecay(10_000)"]
TISSUE = ["--annealing", "2.628", "0.4297", "0.5498", "0.4108"]


def test_compare_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = here(capsys, "compare", *RUNS)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "   area      bound   best peak       c_0  updates  schedule",
        "1.65013  0.0221406  0.00821129  0.847881  7724.71  0.0003 * CosineDecay(10000, end=0.1)",
        "1.50015  0.0200083  0.00999486  0.860694  7719.25  0.0003 * LinearDecay(10000)",
    ]
    for more in (["--steps", "10000"], ["--weight-decay", "0.1"]):
        assert here(capsys, "compare", *RUNS, *more) == (0, out, "")
    code, out, _ = here(capsys, "compare", *RUNS, "--steps", "5000", "--weight-decay", "0.2")
    expected = lrs.compare(*map(lrs.parse, RUNS), steps=5_000, weight_decay=0.2)
    for line, one in zip(out.splitlines()[1:], expected, strict=True):
        assert line.split()[:5] == [f"{value:.6g}" for value in one[1:6]]


def test_compare_with_a_law_has_its_losses(capsys: pytest.CaptureFixture[str]) -> None:
    law = lrs.AnnealingLaw(2.628, A=0.4297, alpha=0.5498, C=0.4108)
    _, out, _ = here(capsys, "compare", *RUNS, *TISSUE)
    titles, *lines = [line.split() for line in out.splitlines()]
    assert titles[-2:] == ["loss", "schedule"]
    for line, text in zip(lines, RUNS, strict=True):
        assert line[5] == f"{law(lrs.parse(text), 10_000)[-1]:.6g}"
    constants = ["2.37", "0.65", "0.43", "523", "2.02", "0.59", "0.63"]
    multi = lrs.MultiPowerLaw(*map(float, constants))
    _, out, _ = here(capsys, "compare", *RUNS, "--multi-power", *constants)
    assert out.split()[-4] == f"{multi(lrs.parse(RUNS[1]), 10_000)[-1]:.6g}"


@pytest.mark.frameworks
@pytest.mark.parametrize("law", [[], TISSUE])
def test_compare_draws(tmp_path: Path, law: list[str]) -> None:
    for name, magic in (("c.png", b"\x89PNG"), ("c.svg", b"<?xml")):
        done = run("compare", *RUNS, *law, "-o", str(tmp_path / name))
        assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(magic)
    drawn = (tmp_path / "c.svg").read_text()
    assert ("predicted loss" in drawn) == bool(law)
    assert "weight of an update" in drawn


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Constant(1)"], "compare: steps must be given where no schedule has an end, got None"),
        (["LinearDecay(10)", "--steps", "12"], "steps must be at most 11: schedules[0] ends at"),
        (["LinearDecay(10)", "--steps", "11"], "steps must be at most 10: from there on schedules"),
        (["0 - LinearDecay(10)"], "schedules[0] must be finite and not below 0 at any step"),
        (["LinearDecay(10)", "--weight-decay", "2"], "weight_decay must be at most 1.0, 1 over"),
        (["LinearDecay(10)", "--annealing", "1", "2", "3", "-1"], "AnnealingLaw: C must be a non-"),
        (["LinearDecay(10)", "-o", "x.jpg"], "x.jpg: the file's name must end in .png, .svg or"),
    ],
)
def test_compare_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = here(capsys, "compare", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("lrsched: ")
    assert says in err
    assert err.count("\n") == 1
