"""torchtitan's schedule, run: its one file, from the published wheel, on real optimizers."""

import ast
import contextlib
import dataclasses
import functools
import logging
import math
import warnings

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat import configs
from lrsched.compat import torchtitan as compat

pytestmark = pytest.mark.frameworks


def files():
    return package("torchtitan", "0.3.0") / "torchtitan"


@functools.cache
def peer():
    """Its configs are the framework's own; what it imports besides is a logger and a type."""
    logger = logging.getLogger("torchtitan")
    observed = {"torchtitan": {}, "torchtitan.observability": {"structured_logger": None}}
    config = load(files() / "config/configurable.py", "configurable", observed)
    here = "torchtitan.components.optimizer"
    stubs = {
        "torchtitan": {},
        "torchtitan.components": {},
        here: {},
        f"{here}.optimizer": {"OptimizersContainer": list},
        "torchtitan.config": {"Configurable": config.Configurable},
        "torchtitan.tools": {},
        "torchtitan.tools.logging": {"logger": logger},
    }
    path = files() / "components/optimizer/lr_scheduler.py"
    return load(path, f"{here}.lr_scheduler", stubs).LRSchedulersContainer


@functools.cache
def training():
    return load(files() / "config/configs.py", "configs").TrainingConfig


def built(fields, steps, lr):
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    return peer().Config(**fields).build(optimizers=[optimizer], training_steps=steps)


def applied(fields, steps, count, lr=0.02):
    """What the updates of a run have, stepped as its trainer steps."""
    container = built(fields, steps, lr)
    (optimizer,) = (scheduler.optimizer for scheduler in container)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(found) < count:  # past the end of no decay the peer fails an assertion
            container.step()
    return found


def both(fields, steps):
    """The same rates up to one step after the run, and the last of them for ever."""
    file = {"lr_scheduler": fields, "optimizer": {"lr": 0.02}, "training": {"steps": steps}}
    total = fields.get("total_steps") or steps
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = compat.from_config(file)
        assert ours == compat.from_config(fields, base_lr=0.02, total_steps=total)
    follows(ours, applied(fields, steps, total + 1))
    assert (ours(np.arange(total, total + 50)) == ours(total)).all()


@pytest.mark.parametrize("kind", ["linear", "sqrt", "cosine"])
@pytest.mark.parametrize("warmup", [0, 1, 2, 40, 99, 100])
@pytest.mark.parametrize("ratio", [None, 0.0, 0.001, 0.005, 0.015, 0.29, 0.8, 1.0])
@pytest.mark.parametrize("low", [0.0, 0.1, 1.0])
def test_every_kind(kind, warmup, ratio, low):
    fields = {"warmup_steps": warmup, "decay_type": kind, "decay_ratio": ratio}
    both(fields | {"min_lr_factor": low}, 100)


@given(
    warmup=st.integers(0, 200),
    total=st.integers(1, 150),
    ratio=st.one_of(st.none(), st.floats(0, 1)),
    kind=st.sampled_from(["linear", "sqrt", "cosine"]),
    low=st.floats(0, 1),
    own=st.booleans(),
)
@drawn
def test_drawn(warmup, total, ratio, kind, low, own):
    fields = {"warmup_steps": warmup, "decay_type": kind, "decay_ratio": ratio}
    fields |= {"min_lr_factor": low, "total_steps": total if own else None}
    both(fields, 77 if own else total)


def test_defaults():
    ours = {"decay_type": "linear", "warmup_steps": 200, "min_lr_factor": 0.0}
    fields = {field.name: field.default for field in dataclasses.fields(peer().Config)}
    assert fields == ours | {"total_steps": None, "decay_ratio": None}
    assert compat.training() == training()().steps
    both({}, 500)
    whole = compat.from_config({"training": {}, "optimizer": {}})
    assert whole == compat.from_config(ours, base_lr=8e-4, total_steps=10_000)
    assert compat.from_config({"lr_scheduler": None}, base_lr=8e-4, total_steps=10_000) == whole
    # The rate that the wheel's own helper has.
    tree = ast.parse((files() / "components/optimizer/optimizer.py").read_text())
    (adamw,) = (n for n in ast.walk(tree) if getattr(n, "name", "") == "default_adamw")
    assert [ast.literal_eval(value) for value in adamw.args.defaults] == [compat.optimizer()]


def test_phases_of_no_length_are_left_out():
    assert compat.lr_scheduler(1, 100, base_lr=1) == lrs.Sequence(
        lrs.Constant(1, steps=1), lrs.LinearDecay(99)
    )
    assert compat.lr_scheduler(0, 100, base_lr=1) == lrs.LinearDecay(100)
    assert compat.lr_scheduler(0, 100, 0.0, base_lr=1) == lrs.Constant(1)
    assert compat.lr_scheduler(9, 100, 0.0, base_lr=1) == lrs.LinearWarmup(8, start=1 / 9)


def test_the_rounding_is_to_the_nearest_and_halves_to_even():
    for ratio, steps in ((0.25, 2), (0.35, 4), (0.05, 0), (0.15, 2), (0.29, 3)):
        made = compat.from_config(
            {"warmup_steps": 0, "decay_ratio": ratio}, base_lr=1, total_steps=10
        )
        found = made.phases[-1].steps if isinstance(made, lrs.Sequence) else 0
        assert found == steps == round(10 * ratio)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"warmup_steps": 101}, ["warmup_steps=101 is beyond total_steps=100 and cut to that"]),
        (
            {"warmup_steps": 30, "decay_ratio": 0.8},
            ["decay_ratio=0.8 is 80 steps, cut to the 70 that a warmup of 30 leaves"],
        ),
        (
            {"warmup_steps": 120, "decay_ratio": 0.1},
            ["warmup_steps=120 is beyond", "is 10 steps, cut to the 0 that a warmup of 100 leaves"],
        ),
        ({"warmup_steps": 20, "decay_ratio": 0.8}, []),
        ({"warmup_steps": 100}, []),
    ],
)
def test_what_is_too_long_is_cut_with_a_warning(fields, said, caplog):
    """As many warnings as the peer's log has."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        compat.lr_scheduler(**fields, total_steps=100, base_lr=0.02)
    assert len(heard) == len(said)
    for warning, words in zip(heard, said, strict=True):
        assert words in str(warning.message)
        assert warning.filename == __file__
    with caplog.at_level(logging.WARNING, "torchtitan"):
        built(fields, 100, 0.02)
    assert len(caplog.records) == len(said)


def test_past_the_end():
    """The peer goes on along the decay; here the last value holds."""
    fields = {"warmup_steps": 0, "decay_ratio": 0.5, "min_lr_factor": 0.1}
    for kind, expected in (
        ("linear", 0.1 - 0.9 * 0.2),
        ("cosine", 0.1 + 0.45 * (1 - math.cos(math.pi / 5))),
    ):
        theirs = applied(fields | {"decay_type": kind}, 100, 111, lr=1.0)
        assert theirs[110] == pytest.approx(expected)
        ours = compat.from_config(fields | {"decay_type": kind}, base_lr=1.0, total_steps=100)
        assert ours(110) == 0.1
    (scheduler,) = built({"warmup_steps": 10, "decay_ratio": 0.0}, 20, 1.0)
    with pytest.raises(AssertionError, match="decay_steps must not be zero"):
        scheduler.lr_lambdas[0](21)


def test_a_ratio_above_1():
    """The peer cuts it, with a warning; refused here, as 80 for 0.8 would be."""
    fields = {"warmup_steps": 10, "decay_ratio": 80}
    assert applied(fields, 100, 101) == applied({"warmup_steps": 10, "decay_ratio": 0.9}, 100, 101)
    with pytest.raises(
        ValueError, match="decay_ratio must be a number from 0 to 1 or None, got 80"
    ):
        compat.from_config(fields, base_lr=1, total_steps=100)


def literals(call, names):
    """The keywords of a call in a source file that are written out as values."""
    found = {}
    for keyword in call.keywords:
        if keyword.arg in names:
            with contextlib.suppress(ValueError):
                found[keyword.arg] = ast.literal_eval(keyword.value)
    return found


@functools.cache
def published():
    """The configs that the wheel ships: of each, its section, rate and steps; without repeats."""
    names = {field.name for field in dataclasses.fields(peer().Config)}
    found = []
    for path in sorted(files().glob("models/*/config_registry.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            parts = {k.arg: k.value for k in getattr(node, "keywords", [])}
            wanted = [parts.get(name) for name in ("lr_scheduler", "optimizer", "training")]
            if all(isinstance(part, ast.Call) for part in wanted):
                section, rate, run = wanted
                lr = literals(rate, {"lr"})
                file = {"lr_scheduler": literals(section, names), "optimizer": lr}
                file["training"] = literals(run, {"local_batch_size", "seq_len", "steps"})
                if lr and file not in found:
                    found.append(file)
    return found


def test_published():
    assert len(published()) >= 15
    kinds = {file["lr_scheduler"].get("decay_type") for file in published()}
    assert kinds == {None, "linear", "cosine"}
    for file in published():
        steps = file["training"].get("steps", 10_000)
        lr = file["optimizer"]["lr"]
        (scheduler,) = built(file["lr_scheduler"], steps, lr)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours = compat.from_config(file)
        follows(ours, [lr * scheduler.lr_lambdas[0](t) for t in range(steps + 1)])


TOML = """\
[job]
dump_folder = "./outputs"
description = "Llama 3 8B training"

[model]
name = "llama3"
flavor = "8B"

[optimizer]
name = "AdamW"
lr = 3e-4
eps = 1e-8
weight_decay = 0.1

[lr_scheduler]
warmup_steps = 200
decay_ratio = 0.8
decay_type = "cosine"
min_lr_factor = 0.1

[training]
local_batch_size = 1
seq_len = 8192
max_norm = 1.0
steps = 1000
compile = false
dataset = "c4"

[parallelism]
data_parallel_replicate_degree = 1
data_parallel_shard_degree = -1

[checkpoint]
enable = false
interval = 500
"""


@pytest.mark.parametrize("framework", [None, "torchtitan"])
def test_a_file(framework, tmp_path):
    path = tmp_path / "llama3_8b.toml"
    path.write_text(TOML)
    ours = configs.from_file(path, framework)
    fields = {"warmup_steps": 200, "decay_ratio": 0.8, "decay_type": "cosine", "min_lr_factor": 0.1}
    follows(ours, applied(fields, 1000, 1001, lr=3e-4))


def test_the_configs_themselves():
    """What the framework has for a file, and what it writes of it; with slots, and nested."""
    section = peer().Config(warmup_steps=20, decay_ratio=0.5)
    expected = compat.lr_scheduler(20, 100, 0.5, base_lr=0.02)
    assert compat.from_config(section, base_lr=0.02, total_steps=100) == expected
    assert compat.from_config(section.to_dict(), base_lr=0.02, total_steps=100) == expected
    group = {"pattern": ".*", "optimizer_name": "AdamW", "optimizer_kwargs": {"lr": 0.02}}
    file = {"lr_scheduler": section, "training": training()(steps=100)}
    for groups in ([group], (group, group)):
        assert compat.from_config(file | {"optimizer": {"param_groups": groups}}) == expected
    unequal = [group, {**group, "optimizer_kwargs": {"lr": 0.01}}]
    with pytest.raises(ValueError, match=r"^optimizer: param_groups must be of one rate"):
        compat.from_config(file | {"optimizer": {"param_groups": unequal}})
    assert (
        compat.from_config(file | {"optimizer": {"param_groups": unequal}}, base_lr=0.02)
        == expected
    )


def test_arguments_count_instead():
    file = {
        "lr_scheduler": {"warmup_steps": 5, "total_steps": 80},
        "optimizer": {"lr": 0.1},
        "training": {"steps": 100},
    }
    made = compat.lr_scheduler(5, 80, base_lr=0.1)
    assert compat.from_config(file) == made
    assert compat.from_config(file, total_steps=60) == compat.lr_scheduler(5, 60, base_lr=0.1)
    assert compat.from_config(file, base_lr=0.3) == compat.lr_scheduler(5, 80, base_lr=0.3)


def test_no_real_key_is_taken_for_one_misspelt():
    keys = dict.fromkeys(field.name for field in dataclasses.fields(training()))
    adamw = ("name", "lr", "beta1", "beta2", "eps", "weight_decay", "implementation")
    file = {"lr_scheduler": {}, "training": keys, "optimizer": dict.fromkeys(adamw)}
    assert compat.from_config(file) == compat.lr_scheduler(total_steps=10_000, base_lr=8e-4)


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"warmup_stesp": 3}, {"base_lr": 1}, "key 'warmup_stesp': did you mean 'warmup_steps'?"),
        ({"lr_min": 0.1}, {"base_lr": 1}, "no key 'lr_min'; there are warmup_steps, total_steps, "),
        ({"warmup_ratio": 0.1}, {"base_lr": 1}, "'warmup_ratio', which is one of transformers's"),
        ({}, {}, "base_lr must be given: it has factors of that alone"),
        ({}, {"base_lr": 1}, "total_steps must be given: the decay ends with it"),
        ({"warmup_steps": -1}, {"base_lr": 1}, "warmup_steps must be a non-negative integer, got"),
        ({"decay_ratio": 1.2}, {"base_lr": 1}, "decay_ratio must be a number from 0 to 1"),
        ({"min_lr_factor": "x"}, {"base_lr": 1}, "min_lr_factor must be a number from 0 to 1, got"),
        ({"decay_type": "exp"}, {"base_lr": 1}, "one of 'linear', 'sqrt', 'cosine', got 'exp'"),
        ({}, {"base_lr": 1, "total_steps": 0}, "total_steps must be a positive integer"),
        ({}, {"base_lr": 1, "of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        ({"training": {"steps": -3}}, {}, "training: steps must be a positive integer, got -3"),
        ({"training": {}, "optimizer": {"lr": "x"}}, {}, "optimizer: lr must be a non-negative f"),
        ({"optimizer": {"param_groups": 3}}, {}, "optimizer: param_groups must be a list of gro"),
        ({"lr_scheduler": [1]}, {}, "lr_scheduler must be a mapping of keys to values"),
        ([], {}, "lr_scheduler: config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        compat.from_config(config, **given)
    assert said in str(refused.value)
