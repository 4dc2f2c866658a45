"""TrainingArguments, held against the Trainer's own code on a real optimizer."""

import dataclasses
import importlib
import math
from types import SimpleNamespace

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs
from lrsched.compat.transformers import TrainingArguments, from_config

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
transformers = importlib.import_module("transformers")
trainer = importlib.import_module("transformers.trainer")


def applied(fields, total, more):
    """The rates of the updates of a run, from its arguments through the Trainer's own methods."""
    arguments = transformers.TrainingArguments(**fields)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=arguments.learning_rate)
    # `create_scheduler` is a method of the Trainer; it asks these of one.
    self = SimpleNamespace(args=arguments, lr_scheduler=None, optimizer=optimizer)
    scheduler = trainer.Trainer.create_scheduler(self, total)
    rates = []
    for _ in range(total + more):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def both(fields, total, more=30, **given):
    follows(from_config(fields, **(given or {"total_steps": total})), applied(fields, total, more))


# Every name; what ends within the run is held past its end too, a cosine goes on in the peer.
TYPES = [
    ("linear", {}, 30),
    ("cosine", {}, 1),
    ("cosine_with_restarts", {"num_cycles": 3}, 30),
    ("polynomial", {"power": 2.0, "lr_end": 1e-6}, 30),
    ("constant", {}, 30),
    ("constant_with_warmup", {}, 30),
    ("inverse_sqrt", {}, 30),
    ("inverse_sqrt", {"timescale": 40}, 30),
    ("cosine_with_min_lr", {"min_lr": 1e-6}, 1),
    ("cosine_with_min_lr", {"min_lr_rate": 0.1}, 1),
    ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.1, "warmup_lr_rate": 0.05}, 0),
    ("warmup_stable_decay", {"num_decay_steps": 20, "min_lr_ratio": 0.1}, 30),
    ("warmup_stable_decay", {"num_decay_steps": 20, "decay_type": "1-sqrt"}, 30),
]


@pytest.mark.parametrize(("name", "more_keys", "more"), TYPES)
@pytest.mark.parametrize("warmup", [0, 1, 9, 9.7, 0.1, 0.07, 0.29])
@pytest.mark.parametrize("total", [97, 100])
def test_every_name(name, more_keys, more, warmup, total):
    if name == "cosine_with_restarts":
        # The peer looks for a restart in a rounded fraction and misses some; test_compat_
        # transformers.py has its number. These three lengths have none.
        total = 100 if warmup in (0, 1, 9.7, 0.1) else 97
    fields = {"learning_rate": 3e-4, "lr_scheduler_type": name, "warmup_steps": warmup}
    both(fields | {"lr_scheduler_kwargs": more_keys}, total, more)


@given(
    name=st.sampled_from(["linear", "polynomial", "inverse_sqrt", "constant_with_warmup"]),
    rate=st.floats(1e-6, 1.0),
    warmup=st.one_of(st.integers(0, 60), st.floats(0, 0.999)),
    total=st.integers(61, 150),
)
@drawn
def test_drawn(name, rate, warmup, total):
    fields = {"learning_rate": rate, "lr_scheduler_type": name, "warmup_steps": warmup}
    both(fields, total)


def test_the_rounding_is_up():
    made = from_config({"warmup_steps": 0.07, "max_steps": 100})
    assert made.phases[0] == lrs.LinearWarmup(math.ceil(100 * 0.07), end=5e-5)
    assert made.phases[0].steps == 8  # 100 * 0.07 is a little above 7


def test_the_length_of_a_run():
    fields = {"lr_scheduler_type": "linear", "warmup_steps": 5}
    both(fields | {"max_steps": 90}, 90, of="lr")
    both(fields | {"max_steps": 7}, 90, total_steps=90)
    # As `Trainer.set_initial_training_values` has it: epochs times updates, rounded up.
    both(fields | {"num_train_epochs": 1.55}, math.ceil(1.55 * 33), steps_per_epoch=33)
    both(fields, 99, steps_per_epoch=33)


def test_the_earlier_fraction():
    """`warmup_ratio` of transformers 4: rounded up, and only where `warmup_steps` is 0."""
    fields = {"lr_scheduler_type": "linear", "warmup_ratio": 0.07}
    assert from_config(fields, total_steps=100).phases[0].steps == 8
    assert from_config(fields | {"warmup_steps": 3}, total_steps=100).phases[0].steps == 3
    assert from_config(fields | {"warmup_ratio": 1.0}, total_steps=100).phases[0].steps == 100


def test_the_arguments_themselves():
    arguments = transformers.TrainingArguments(
        learning_rate=1e-4, lr_scheduler_type="cosine", warmup_steps=0.1, max_steps=50
    )
    expected = lrs.warmup_cosine(1e-4, 50, warmup_steps=5)
    assert from_config(arguments) == from_config(arguments.to_dict()) == expected
    assert from_config(arguments, total_steps=100).steps == 100


def test_the_fields_are_the_peers():
    """Names and defaults; and none of its other fields is taken for one misspelt."""
    fields = {field.name: field for field in dataclasses.fields(transformers.TrainingArguments)}
    ours = {
        "learning_rate": 5e-5,
        "lr_scheduler_type": "linear",
        "lr_scheduler_kwargs": None,
        "warmup_steps": 0,
        "max_steps": -1,
        "num_train_epochs": 3.0,
    }
    assert {name: fields[name].default for name in ours} == ours
    everything = dict.fromkeys(fields)
    assert from_config(everything, total_steps=9) == TrainingArguments(total_steps=9)
    follows(from_config({}, total_steps=9), applied({}, 9, 3))


# The run of TRL's script for supervised fine-tuning, and one of LLaMA-Factory's, as they are given.
PUBLISHED = [
    {
        "model_name_or_path": "some/model",
        "learning_rate": "2.0e-4",
        "num_train_epochs": 1,
        "per_device_train_batch_size": 2,
        "gradient_accumulation_steps": 8,
        "eval_strategy": "steps",
        "eval_steps": 100,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": '{"min_lr_rate": 0.1}',
        "warmup_steps": 0.03,
    },
    {
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": 8,
        "cutoff_len": 2048,
        "output_dir": "saves",
        "logging_steps": 10,
        "save_steps": 500,
        "learning_rate": "1e-4",
        "num_train_epochs": 3.0,
        "lr_scheduler_type": "cosine",
        "warmup_ratio": 0.1,
        "bf16": True,
    },
]


@pytest.mark.parametrize("config", PUBLISHED)
def test_published(config):
    made = from_config(config, steps_per_epoch=100)
    total = int(100 * config["num_train_epochs"])
    names = ("learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps")
    fields = {name: config[name] for name in names if name in config}
    fields["learning_rate"] = float(fields["learning_rate"])
    fields.setdefault("warmup_steps", config.get("warmup_ratio", 0))
    follows(made, applied(fields, total, 1))
    assert made(np.arange(total + 1)).max() == fields["learning_rate"]


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"warmup_stesp": 3}, {}, "no key 'warmup_stesp': did you mean 'warmup_steps'?"),
        ({"lr_scheduler_typ": "cosine"}, {}, "did you mean 'lr_scheduler_type'"),
        ({"lr_scheduler_type": "cosin"}, {}, "type must be one of 'linear', 'cosine', "),
        ({"lr_scheduler_type": "greedy"}, {}, "must be the name of a schedule (get_scheduler"),
        ({"lr_scheduler_type": "cosine"}, {}, "given: 'cosine' ends with it, got None"),
        ({"lr_scheduler_type": "inverse_sqrt", "warmup_steps": 0.1}, {}, "the warmup is 0.1 of it"),
        ({"warmup_steps": -1}, {}, "warmup_steps must be a non-negative finite number, got -1"),
        ({"warmup_steps": 500}, {"total_steps": 333}, "at most num_training_steps=333, got 500"),
        ({"learning_rate": "fast"}, {"total_steps": 9}, "a non-negative finite number, got 'fast'"),
        ({"learning_rate": "-3e-4"}, {"total_steps": 9}, "number, got -0.0003"),
        ({"lr_scheduler_kwargs": "{"}, {"total_steps": 9}, "lr_scheduler_kwargs must be a dict"),
        ({}, {"total_steps": 0}, "total_steps must be a positive integer or None, got 0"),
        ({}, {"total_steps": 9, "of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        ([1, 2], {}, "config must be a mapping of keys to values"),
        ({1: 2}, {}, "config must be a mapping of keys to values"),
        (None, {}, "config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)
    assert str(refused.value).startswith("TrainingArguments: ")
