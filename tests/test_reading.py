"""What the command line makes of a config file: which framework's, in what, and what is missing."""

from __future__ import annotations

import inspect
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lrsched as lrs
from lrsched import cli
from lrsched.cli import words
from lrsched.compat import configs
from lrsched.compat._config import SIGNS, recognised
from lrsched.data.files import settings

YAML = """\
# a run
model: some/model
learning_rate: 2e-5
lr_scheduler_type: cosine
warmup_ratio: 0.1
lora: {rank: 8}
callback: !mine [1, 2]
"""
TOML = 'learning_rate = 2e-5\nlr_scheduler_type = "cosine"\nwarmup_ratio = 0.1\n[lora]\nrank = 8\n'
JSON = json.dumps({"learning_rate": 2e-5, "lr_scheduler_type": "cosine", "warmup_ratio": 0.1})
EXPECTED = lrs.warmup_cosine(2e-5, 10_000, warmup_steps=1_000)

Here = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Here:
    """The command line, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", YAML), ("a.YML", YAML), ("a.toml", TOML), ("a.json", JSON)]
)
@pytest.mark.parametrize("of", [(), ("--from", "transformers"), ("--of", "lr")])
def test_every_command_takes_a_config(here: Here, name: str, text: str, of: tuple[str]) -> None:
    Path(name).write_text(text)
    given = (*of, "--total-steps", "10_000")
    assert here("export", name, "--to", "text", *given)[1] == f"{EXPECTED!r}\n"
    assert here("show", name, *given)[1].startswith(f"{EXPECTED!r}\n")
    assert here("diff", name, repr(EXPECTED), "--steps", "10_001", *given)[0] == 0
    assert here("check", name, "--steps", "10_000", *given) == (0, "nothing found\n", "")
    assert here("table", name, "--every", "1000", *given)[1].splitlines()[2] == "1000,2e-05"
    assert configs.from_file(name, total_steps=10_000) == EXPECTED
    assert configs.from_file(Path(name), "transformers", total_steps=10_000) == EXPECTED


@pytest.mark.parametrize("text", [YAML, TOML, JSON])
def test_standard_input(here: Here, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for of in ((), ("--from", "transformers")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        done = here("export", "-", "--to", "text", "--total-steps", "1e4", *of)
        assert done == (0, f"{EXPECTED!r}\n", "")


def test_a_schedule_of_our_own_is_one_beside_a_config(here: Here) -> None:
    Path("a.yaml").write_text(YAML)
    Path("b.json").write_text(lrs.to_json(EXPECTED))
    given = ("--steps", "10_000", "--total-steps", "10_000")
    assert here("diff", "a.yaml", "b.json", *given)[0] == 0


@pytest.mark.parametrize(
    ("name", "text", "given", "says"),
    [
        ("a.yaml", YAML, (), "TrainingArguments: total_steps must be given: the warmup is 0.1"),
        ("a.yaml", YAML, ("--from", "nowhere"), "framework must be one of 'composer', "),
        ("a.yaml", YAML, ("--max-duration", "9ba"), "transformers does not ask for max_duration"),
        ("a.yaml", YAML + "warmup_stesp: 3\n", (), "no key 'warmup_stesp': did you mean 'warmup_s"),
        ("a.yaml", "learning_rate: fast\nwarmup_ratio: 0\n", (), "finite number, got 'fast'"),
        ("a.yaml", "- 1\n", ("--from", "transformers"), "config must be a mapping of keys"),
        ("a.yaml", "just words\n", (), "no keys of a config in it, but 'just words'"),
        ("a.yaml", "", (), "no keys of a config in it, but None"),
        ("a.yaml", "a: [1\nb: 2", (), "expected ',' or ']', but got ':' (line 2, column 2)"),
        ("a.yaml", "a: 1\nlr: *x", (), "found undefined alias 'x' (line 2, column 5)"),
        ("a.yaml", "a: 1\n", (), "no key that only one framework has: say which it is (--from), "),
        ("a.yaml", "lr0: 1\nsched: step\n", (), "lr0 of ultralytics and sched of timm: say"),
        ("a.toml", "a = [1,\n", (), "Invalid value (at end of document)"),
        ("a.json", '{"lr_scheduler_type": }', ("--from", "transformers"), "line 1 column 23"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_with_the_file(
    here: Here, name: str, text: str, given: tuple[str, ...], says: str
) -> None:
    Path(name).write_text(text)
    code, out, err = here("show", name, *given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"lrsched: {name}: ")
    assert says in err


def test_yaml_without_its_package(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    Path("a.yaml").write_text(YAML)
    says = "a.yaml: reading YAML needs PyYAML: pip install PyYAML"
    assert here("show", "a.yaml") == (2, "", f"lrsched: {says}\n")


def test_no_text_is_said_with_the_file(here: Here) -> None:
    Path("a.yaml").write_bytes(b"lr0: 0.1 # \xff")
    assert here("show", "a.yaml") == (2, "", "lrsched: a.yaml: no text in UTF-8\n")
    with pytest.raises(ValueError, match=r"^a\.yaml: no text in UTF-8$"):
        configs.from_file("a.yaml")


def test_a_long_file_is_refused_and_not_cut(here: Here) -> None:
    Path("a.yaml").write_text(YAML + "#" * 5_000_000)
    says = "lrsched: a.yaml: must be at most 1000000 characters long\n"
    assert here("show", "a.yaml", "--total-steps", "9") == (2, "", says)


def test_nothing_is_built_by_a_file() -> None:
    """A tag is left as data: nobody's config may run code."""
    text = "a: !!python/object/apply:os.system [exit 1]\nb: !x {c: 1}\nd: !y 3\n"
    assert settings("a.yaml", text) == {"a": ["exit 1"], "b": {"c": 1}, "d": "3"}


def test_deep_data_is_refused() -> None:
    for name in ("a.yaml", "a.json"):
        with pytest.raises(ValueError, match=f"^{name}: nested too deeply$"):
            settings(name, "[" * 100_000)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("warmup_stesp", "warmup_steps"),
        ("warmup_step", "warmup_steps"),
        ("learning_rat", "learning_rate"),
        ("eval_steps", None),
        ("save_steps", None),
        ("lr", None),
    ],
)
def test_the_nearest_key(word: str, meant: str | None) -> None:
    config = {"lr_scheduler_type": "constant", word: 3}
    if meant is None:
        assert configs.from_config(config) == lrs.Constant(5e-5)
    else:
        with pytest.raises(ValueError, match=f"no key '{word}': did you mean '{meant}'"):
            configs.from_config(config)
        # One that is there already can't be meant.
        assert configs.from_config(config | {meant: 1}) == lrs.Constant(
            1.0 if meant == "learning_rate" else 5e-5
        )


def test_a_short_key_is_near_to_too_many() -> None:
    config = {"lr0": 0.01, "epochs": 9, "optimizer": "SGD"}
    expected = configs.from_config(config, steps_per_epoch=9)
    assert configs.from_config(config | {"times": 3}, steps_per_epoch=9) == expected  # not `time`
    with pytest.raises(ValueError, match="no key 'epoch': did you mean 'epochs'"):
        configs.from_config({"lr0": 0.01, "epoch": 9}, steps_per_epoch=9)


def test_a_key_tells_one_framework() -> None:
    keys = [key for own in SIGNS.values() for key in own]
    assert len(keys) == len({*keys})
    assert {*configs.FRAMEWORKS} == {*SIGNS}
    for framework, own in SIGNS.items():
        for key in own:
            assert recognised({"a": [{"b": {key: 1}}]}) == framework


# A config of each framework as its users have it: whose it is, and what it leaves open.
WHOLE: list[tuple[str, Any, dict[str, Any]]] = [
    ("transformers", {"learning_rate": 2e-5, "lr_scheduler_type": "cosine", "max_steps": 9}, {}),
    (
        "transformers",
        {"learning_rate": 1, "sequence_len": 2048, "num_epochs": 2},
        {"total_steps": 9},
    ),
    ("ultralytics", {"lr0": 0.01, "epochs": 9, "optimizer": "SGD"}, {"steps_per_epoch": 9}),
    ("deepspeed", {"scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 0.1}}}, {}),
    (
        "mmengine",
        [{"type": "LinearLR", "start_factor": 0.1, "by_epoch": False, "end": 9}],
        {"base_lr": 0.1},
    ),
    ("megatron", {"--lr": 3e-4, "--lr-decay-style": "cosine", "--train-iters": 100}, {}),
    ("diffusers", {"lr_scheduler": "linear", "learning_rate": 0.1, "max_train_steps": 900}, {}),
    (
        "torchtitan",
        {"lr_scheduler": {"decay_ratio": 0.3}, "training": {"steps": 900}},
        {"base_lr": 1},
    ),
    ("detectron2", {"SOLVER": {"BASE_LR": 0.02, "STEPS": "(60000, 80000)", "MAX_ITER": 90000}}, {}),
    ("timm", {"sched": "cosine", "lr": 5e-3, "epochs": 300}, {"steps_per_epoch": 9}),
    (
        "composer",
        {
            "scheduler": {"name": "cosine_with_warmup", "t_warmup": "100ba"},
            "optimizer": {"lr": 1e-3},
            "max_duration": "4800ba",
        },
        {},
    ),
    (
        "levanter",
        {
            "trainer": {"num_train_steps": 900},
            "optimizer": {"warmup": 0.1, "lr_schedule": "linear"},
        },
        {},
    ),
    (
        "olmo",
        {
            "data_loader": {"global_batch_size": 1024},
            "train_module": {
                "optim": {"lr": 4e-4},
                "scheduler": {"_CLASS_": "olmo_core.optim.scheduler.WSD", "warmup_fraction": 0.1},
            },
            "trainer": {"max_duration": {"value": 900, "unit": "steps"}},
        },
        {},
    ),
]


@pytest.mark.parametrize(("framework", "config", "left_open"), WHOLE)
def test_whose_a_file_is_its_keys_tell(
    framework: str, config: Any, left_open: dict[str, Any]
) -> None:
    assert recognised(config) == framework
    made = configs.from_config(config, **left_open)
    assert made == configs.from_config(config, framework, **left_open)
    assert 0 < made(5) < 1


def test_the_command_line_has_what_configs_leave_open() -> None:
    asked = {
        name
        for reader in configs.FRAMEWORKS.values()
        for name in [*inspect.signature(reader).parameters][1:]
    }
    assert asked == {*words._LEFT_OPEN}
