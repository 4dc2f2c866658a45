"""axolotl's YAML, held against its own builder, mixin and schedulers on a real optimizer.

The two methods of the builder that are about the rate are taken out of its file, which would import
all of axolotl; the mixin runs whole over transformers' real Trainer, without plugins.
"""

import ast
import importlib
import logging
import math
from types import SimpleNamespace

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat._config import recognised
from lrsched.compat.transformers import AxolotlInputConfig, TrainingArguments, from_config

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
transformers = importlib.import_module("transformers")
importlib.import_module("transformers.trainer")

home = package("axolotl", "0.19.0") / "axolotl"
no_plugins = SimpleNamespace(create_lr_scheduler=lambda **_: None)
schedulers = load(home / "utils" / "schedulers.py", "axolotl.utils.schedulers")
mixin = load(
    home / "core" / "trainers" / "mixins" / "scheduler.py",
    "axolotl.core.trainers.mixins.scheduler",
    {
        "axolotl": {},
        "axolotl.integrations.base": {
            "PluginManager": SimpleNamespace(get_instance=lambda: no_plugins)
        },
        "axolotl.utils.logging": {"get_logger": logging.getLogger},
        "axolotl.utils.schedulers": schedulers,
    },
)


def methods(path, *names):
    """Methods of a class in a file, as functions."""
    tree = ast.parse(path.read_text("utf-8"))
    found = [node for node in ast.walk(tree) if getattr(node, "name", None) in names]
    space = {}
    exec(compile(ast.Module(found, []), str(path), "exec"), space)
    return [space[name] for name in names]


configure = methods(
    home / "core" / "builders" / "base.py", "_configure_warmup_and_logging", "_configure_scheduler"
)

DEFAULTS = {
    "lr_scheduler": "cosine",
    "lr_scheduler_kwargs": None,
    "lr_quadratic_warmup": None,
    "cosine_min_lr_ratio": None,
    "cosine_constant_lr_ratio": None,
    "warmup_steps": None,
    "warmup_ratio": None,
    "logging_steps": None,
}


def applied(config, total, more):
    """The rates of the updates of a run, by what the builder makes of a config."""
    cfg = SimpleNamespace(**{**DEFAULTS, **config})
    made = {}
    configure[0](SimpleNamespace(cfg=cfg), total, made)
    configure[1](SimpleNamespace(cfg=cfg), made)
    arguments = transformers.TrainingArguments(
        learning_rate=cfg.learning_rate,
        lr_scheduler_type=made["lr_scheduler_type"],
        lr_scheduler_kwargs=made["lr_scheduler_kwargs"],
        warmup_steps=made["warmup_steps"],
    )
    # The fields that axolotl's own class of arguments adds.
    arguments.alternate_lr_scheduler_type = made.get("alternate_lr_scheduler_type")
    arguments.lr_quadratic_warmup = cfg.lr_quadratic_warmup or False
    arguments.cosine_min_lr_ratio = cfg.cosine_min_lr_ratio
    arguments.cosine_constant_lr_ratio = cfg.cosine_constant_lr_ratio
    arguments.jagged_restart_steps = None
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=cfg.learning_rate)
    trainer = object.__new__(mixin.SchedulerMixin)
    trainer.args, trainer.optimizer, trainer.lr_scheduler = arguments, optimizer, None
    scheduler = trainer.create_scheduler(total)
    rates = []
    for _ in range(total + more):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def both(config, total, more):
    config = {"learning_rate": 1e-3, **config}
    follows(
        from_config({"num_epochs": 1, **config}, total_steps=total), applied(config, total, more)
    )


# What ends within the run is held past its end; a cosine, and OneCycleLR, go on in the peer.
CONFIGS = [
    ({}, 1),
    ({"lr_scheduler": "cosine", "cosine_min_lr_ratio": 0.1}, 1),
    ({"cosine_min_lr_ratio": 0.0}, 1),
    ({"cosine_min_lr_ratio": 0.1, "cosine_constant_lr_ratio": 0.83}, 30),
    ({"cosine_constant_lr_ratio": 0.83}, 1),
    ({"lr_quadratic_warmup": True}, 1),
    ({"lr_quadratic_warmup": True, "cosine_min_lr_ratio": 0.1}, 1),
    ({"lr_scheduler": "one_cycle"}, 0),
    ({"lr_scheduler": "one_cycle", "lr_scheduler_kwargs": {"pct_start": 0.4}}, 0),
    ({"lr_scheduler": "rex"}, 30),
    ({"lr_scheduler": "rex", "cosine_min_lr_ratio": 0.2}, 30),
    ({"lr_scheduler": "linear", "cosine_min_lr_ratio": 0.2, "lr_quadratic_warmup": True}, 30),
    ({"lr_scheduler": "constant"}, 30),
    ({"lr_scheduler": "constant_with_warmup"}, 30),
    ({"lr_scheduler": "inverse_sqrt"}, 30),
    ({"lr_scheduler": "polynomial", "lr_scheduler_kwargs": {"power": 2.0, "lr_end": 1e-5}}, 30),
    ({"lr_scheduler": "cosine_with_min_lr", "lr_scheduler_kwargs": {"min_lr_rate": 0.1}}, 1),
]


@pytest.mark.parametrize(("config", "more"), CONFIGS)
@pytest.mark.parametrize(
    "warmup",
    [
        {},
        {"warmup_steps": 0},
        {"warmup_steps": 1},
        {"warmup_steps": 17},
        {"warmup_ratio": 0.29},
        {"warmup_ratio": 0.01},
    ],
)
def test_every_scheduler(config, more, warmup):
    for total in (100, 97):
        both(config | warmup, total, more)


@given(
    name=st.sampled_from(["cosine", "rex", "linear"]),
    low=st.floats(0, 1),
    ratio=st.floats(0, 1),
    total=st.integers(3, 150),
)
@drawn
def test_drawn(name, low, ratio, total):
    config = {"lr_scheduler": name, "cosine_min_lr_ratio": low, "warmup_ratio": ratio}
    both(config, total, 1)


def test_the_warmup():
    """Rounded down; by default 3 % and at most 100 steps; and never a single one."""
    for given_, total, steps in (
        ({"warmup_ratio": 0.29}, 100, 28),
        ({}, 1000, 30),
        ({}, 99, 2),
        ({}, 30, 0),
        ({}, 40, 2),
        ({}, 5000, 100),
        ({"warmup_steps": 1}, 50, 2),
        ({"warmup_ratio": 0.02}, 50, 2),
    ):
        made = AxolotlInputConfig(1e-3, max_steps=total, **given_)
        assert made.phases[0] == lrs.LinearWarmup(steps, end=1e-3)
        both(given_, total, 1)


def test_the_length_of_a_run():
    config = {"learning_rate": 1e-3, "lr_scheduler": "linear", "num_epochs": 1.55}
    assert from_config(config, steps_per_epoch=33).steps == math.ceil(1.55 * 33)
    assert from_config(config | {"max_steps": 40}, steps_per_epoch=33).steps == 40
    assert from_config(config | {"max_steps": 40}, total_steps=50).steps == 50


def test_whose_file_it_is():
    """axolotl's by a key of its own, but not where transformers' name for the scheduler is."""
    config = {"learning_rate": 1e-3}
    assert from_config(config, total_steps=90) == TrainingArguments(1e-3, total_steps=90)
    expected = AxolotlInputConfig(1e-3, total_steps=90)
    for key in ("base_model", "micro_batch_size", "num_epochs", "sequence_len"):
        assert from_config(config | {key: 1}, total_steps=90) == expected
    for key in ("lr_quadratic_warmup", "cosine_min_lr_ratio", "cosine_constant_lr_ratio"):
        assert from_config(config | {key: None}, total_steps=90) == expected
    assert from_config(config | {"lr_scheduler": "cosine"}, total_steps=90) == expected
    named = {"lr_scheduler_type": "cosine", "base_model": "some/model"}
    assert from_config(config | named, total_steps=90) == TrainingArguments(
        1e-3, "cosine", total_steps=90
    )


def test_none_of_its_keys_is_taken_for_another():
    keys = []
    for name in ("training.py", "config.py"):
        tree = ast.parse((home / "utils" / "schemas" / name).read_text("utf-8"))
        keys += [
            node.target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
    assert {*DEFAULTS, "num_epochs", "max_steps", "jagged_restart_steps"} <= {*keys}
    config = dict.fromkeys(keys) | {"learning_rate": 1e-3}
    assert from_config(config, total_steps=90) == AxolotlInputConfig(1e-3, total_steps=90)


# A fine-tuning with LoRA as axolotl's examples have it.
PUBLISHED = {
    "base_model": "some/model-1B",
    "datasets": [{"path": "some/data", "type": "alpaca"}],
    "val_set_size": 0.1,
    "adapter": "lora",
    "lora_r": 16,
    "sequence_len": 2048,
    "sample_packing": True,
    "gradient_accumulation_steps": 2,
    "micro_batch_size": 2,
    "num_epochs": 1,
    "optimizer": "adamw_8bit",
    "lr_scheduler": "cosine",
    "learning_rate": "2e-4",
    "bf16": "auto",
    "warmup_ratio": 0.1,
    "evals_per_epoch": 4,
    "saves_per_epoch": 1,
    "weight_decay": 0.0,
    "special_tokens": {"pad_token": "x"},
}


def test_published():
    assert recognised(PUBLISHED) == "transformers"
    made = from_config(PUBLISHED, steps_per_epoch=137)
    follows(made, applied({"learning_rate": 2e-4, "warmup_ratio": 0.1}, 137, 1))
    assert made == lrs.warmup_cosine(2e-4, 137, warmup_steps=13)


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"cosine_min_lr_rati": 0.1, "num_epochs": 1}, {}, "did you mean 'cosine_min_lr_ratio'?"),
        ({"lr_scheduler": "cosin"}, {}, "lr_scheduler must be one of 'linear', 'cosine', "),
        ({"lr_scheduler": "greedy"}, {}, "lr_scheduler must be the name of a schedule (get_sche"),
        ({"lr_scheduler": "rex"}, {}, "learning_rate must be given: axolotl has no default"),
        (
            {"lr_scheduler": "rex", "learning_rate": 1},
            {},
            "total_steps must be given: 'rex' or its warmup depends on it, got None",
        ),
        (
            {"num_epochs": 1, "learning_rate": 1, "warmup_steps": 5, "warmup_ratio": 0.1},
            {},
            "warmup_ratio must be left out beside warmup_steps, got 0.1",
        ),
        (
            {"lr_scheduler": "rex", "learning_rate": 1, "warmup_steps": 99, "max_steps": 50},
            {},
            "warmup_steps must be at most total_steps=50, got 99",
        ),
        (
            {
                "learning_rate": 1,
                "warmup_steps": 20,
                "max_steps": 50,
                "cosine_min_lr_ratio": 0.1,
                "cosine_constant_lr_ratio": 0.4,
            },
            {},
            "cosine_constant_lr_ratio must be of more than the 20 steps of the warmup, got 0.4",
        ),
        (
            {"lr_scheduler": "rex", "warmup_steps": 0.1},
            {},
            "warmup_steps must be a non-negative in",
        ),
        (
            {"lr_scheduler": "rex", "jagged_restart_steps": 9},
            {},
            "jagged_restart_steps must be None: a schedule has no place for it",
        ),
    ],
)
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)
    assert str(refused.value).startswith("AxolotlInputConfig: ")
