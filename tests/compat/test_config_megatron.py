"""Megatron's flags and configs, through Megatron-Bridge's own code to an optimizer's groups."""

import argparse
import dataclasses
import functools
import importlib
import inspect
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat.megatron import from_config, get_optimizer_param_scheduler

pytestmark = pytest.mark.frameworks

with warnings.catch_warnings():
    # As in test_compat_megatron.py: all of Megatron is imported, and tells what it lacks.
    warnings.filterwarnings("ignore", "Transformer Engine and Apex", UserWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    microbatches = importlib.import_module("megatron.core.num_microbatches_calculator")
    importlib.import_module("megatron.core.optimizer")

SAID = []


@functools.cache
def bridge():
    """The two files of Megatron-Bridge that turn a config into a scheduler, with Megatron's core.

    What they import beside it are the classes of sections that no schedule depends on.
    """
    names = {
        "data.datasets.packed_sequence": ["PackedSequenceSpecs"],
        "models": ["GPTModelProvider", "T5ModelProvider"],
        "models.mamba.mamba_provider": ["MambaModelProvider"],
        "peft.base": ["PEFT"],
        "training.comm_overlap": ["CommOverlapConfig"],
        "training.flex_dispatcher_backend": ["validate_flex_dispatcher_backend"],
        "training.mixed_precision": ["MixedPrecisionConfig", "get_mixed_precision_config"],
        "training.tokenizers.config": ["TokenizerConfig"],
        "training.tokenizers.tokenizer": ["MegatronTokenizer"],
        "training.utils.config_utils": ["_ConfigContainerBase"],
    }
    stubs = {"megatron.bridge": {}}
    for path, attributes in names.items():
        for parent in ("data", "data.datasets", "models.mamba", "peft", "training", "utils"):
            stubs.setdefault(f"megatron.bridge.{parent}", {})
        for parent in ("training.tokenizers", "training.utils"):
            stubs.setdefault(f"megatron.bridge.{parent}", {})
        stubs[f"megatron.bridge.{path}"] = {name: type(name, (), {}) for name in attributes}
    stubs["megatron.bridge.utils.common_utils"] = {
        "get_world_size_safe": None,
        "print_rank_0": SAID.append,
        "warn_rank_0": SAID.append,
    }
    folder = package("megatron-bridge", "0.3.1") / "megatron/bridge/training"
    config = load(folder / "config.py", "megatron.bridge.training.config", stubs)
    stubs["megatron.bridge.training.config"] = config
    return config, load(folder / "optim.py", "megatron.bridge.training.optim", stubs)


def sections(flags):
    """The flags as the sections that Bridge has for them."""
    config, _ = bridge()
    kinds = {"scheduler": config.SchedulerConfig, "train": config.TrainingConfig}
    kinds["optimizer"] = config.OptimizerConfig
    fields = {name: {f.name for f in dataclasses.fields(kind)} for name, kind in kinds.items()}
    assert set(flags) <= set().union(*fields.values())
    return {
        name: kind(**{key: value for key, value in flags.items() if key in fields[name]})
        for name, kind in kinds.items()
    }


def prepared(flags):
    """A container of them whose own methods have worked out the lengths."""
    config, _ = bridge()
    container = SimpleNamespace(**sections({"min_lr": 0.0, "micro_batch_size": 1} | flags))
    scheduler = container.scheduler
    if scheduler.start_weight_decay is None:  # by the validate_args of Megatron-LM
        scheduler.start_weight_decay = scheduler.end_weight_decay = container.optimizer.weight_decay
    scheduler.finalize()
    config.ConfigContainer._validate_training_scheduler_compatibility(container)
    config.ConfigContainer._calculate_scheduler_steps(container)
    return container


def applied(flags, steps, of="lr"):
    """What the updates of a run have, counted in samples as its training loop counts them."""
    _, optim = bridge()
    container = prepared(flags)
    train = container.train
    optimizer = SimpleNamespace(param_groups=[{}])
    scheduler = optim._get_scheduler(container.optimizer, container.scheduler, optimizer)
    calculator = microbatches._build_num_microbatches_calculator(
        1,
        train.rampup_batch_size,
        train.global_batch_size,
        train.micro_batch_size,
        1,
        train.decrease_batch_size_if_needed,
    )
    found, seen = [], 0
    for _ in range(steps):
        found.append(optimizer.param_groups[0][of])
        calculator.update(seen, consistency_check=False)
        increment = calculator.get() * train.micro_batch_size
        seen += increment
        scheduler.step(increment)
    return found


RATE = {"lr": 0.1, "min_lr": 0.01, "lr_decay_style": "cosine"}


def both(steps, of="lr", **flags):
    ours = from_config(RATE | flags, of=of)
    follows(ours, applied(RATE | flags, steps, of))
    return ours


STYLES = [("constant", {}), ("linear", {}), ("cosine", {}), ("inverse-square-root", {})]
STYLES += [
    ("WSD", {"lr_wsd_decay_style": style, "wsd": length})
    for style, length in (
        ("linear", 10),
        ("cosine", 11),
        ("exponential", 1),
        ("minus_sqrt", 9),
        ("linear", 0),
    )
]


def in_unit(unit, style, more, **lengths):
    """The flags of a style, its lengths in this unit."""
    flags = {"lr_decay_style": style, **more}
    if "wsd" in flags:
        lengths["lr_wsd_decay"] = flags.pop("wsd")
    return flags | {f"{name}_{unit}": value for name, value in lengths.items()}


@pytest.mark.parametrize(("style", "more"), STYLES)
@pytest.mark.parametrize("warmup", [0, 1, 12, 39])
@pytest.mark.parametrize("init", [0.0, 0.003])
def test_iterations(style, more, warmup, init):
    if "wsd" in more:
        warmup = min(warmup, 40 - more["wsd"])
    flags = in_unit("iters", style, more, lr_warmup=warmup)
    common = {"lr_warmup_init": init, "global_batch_size": 48, **flags}
    ours = both(70, **common, train_iters=40)
    both(70, **common, train_iters=30, lr_decay_iters=40)
    if warmup or style != "inverse-square-root":  # else a square root of samples
        del common["global_batch_size"]
        assert from_config(RATE | common, total_steps=40) == ours
        assert "Stretch" not in repr(ours)


@pytest.mark.parametrize(("style", "more"), STYLES)
@pytest.mark.parametrize("warmup", [0, 1, 96, 250])
@pytest.mark.parametrize("decay", [960, 961, 1007])
def test_samples(style, more, warmup, decay):
    flags = in_unit("samples", style, more, lr_warmup=warmup)
    common = {"lr_warmup_init": 0.003, "global_batch_size": 48, **flags}
    both(40, **common, train_samples=decay)
    both(40, **common, train_samples=400, lr_decay_samples=decay)


@pytest.mark.parametrize(("style", "more"), STYLES)
@pytest.mark.parametrize("fraction", [0.0, 0.0001, 0.0125, 0.29, 1 / 3])
@pytest.mark.parametrize("unit", ["iters", "samples"])
def test_a_fraction(style, more, fraction, unit):
    flags = in_unit(unit, style, more, train=97)
    both(120, **flags, lr_warmup_fraction=fraction, lr_warmup_init=0.003, global_batch_size=8)


@pytest.mark.parametrize("of", ["lr", "weight_decay"])
@pytest.mark.parametrize("unit", ["iters", "samples"])
def test_forms_of_a_config(of, unit):
    """Flags with dashes, argparse's namespace, Bridge's sections, and its container, finalized."""
    flags = in_unit(unit, "WSD", {"wsd": 100}, train=900, lr_warmup=50)
    flags |= RATE | {"lr_decay_style": "WSD", "global_batch_size": 12, "weight_decay": 0.1}
    flags |= {"weight_decay_incr_style": "cosine"}
    flags |= {"start_weight_decay": 0.1, "end_weight_decay": 0.3}
    ours = both(950, of, **flags)
    dashed = {f"--{key.replace('_', '-')}": value for key, value in flags.items()}
    named = argparse.Namespace(**flags, _private=1, seq_length=4096)
    written = {name: dataclasses.asdict(part) for name, part in sections(flags).items()}
    for config in (dashed, named, written, prepared(flags)):
        assert from_config(config, of=of) == ours
    rest = {"base_lr": 0.1, "total_steps": 900, "global_batch_size": 12}
    if unit == "iters" and of == "weight_decay":
        assert from_config(written["scheduler"], of=of, **rest) == ours
    elif unit == "iters":
        assert from_config(written["scheduler"], of=of, **rest)(80) == 0.1


def test_a_fraction_is_not_rounded():
    flags = RATE | {"lr_decay_style": "linear", "lr_warmup_fraction": 0.1, "train_iters": 997}
    ours = from_config(flags)
    rise, fall = lrs.LinearWarmup(997, end=0.1), lrs.LinearDecay(8973, start=0.1, end=0.01)
    assert ours == lrs.Stretch(lrs.Sequence(rise, fall), factor=0.1)
    assert ours(99.7) == 0.1
    assert ours.steps == 997


@given(
    init=st.floats(0, 1),
    low=st.floats(0, 1),
    fraction=st.one_of(st.none(), st.floats(0, 0.99)),
    warmup=st.integers(0, 300),
    rest=st.integers(1, 500),
    anneal=st.integers(0, 500),
    style=st.sampled_from(STYLES),
    unit=st.sampled_from(["iters", "samples"]),
    batch=st.integers(1, 64),
)
@drawn
def test_drawn(init, low, fraction, warmup, rest, anneal, style, unit, batch):
    name, more = style
    decay = warmup + rest
    left = rest if fraction is None else math.floor(decay * (1 - fraction))
    if "wsd" in more:
        more = more | {"wsd": min(anneal, left)}
    flags = in_unit(unit, name, more, train=decay)
    if fraction is None:
        flags[f"lr_warmup_{unit}"] = warmup
    else:
        flags["lr_warmup_fraction"] = fraction
    flags |= {"lr_warmup_init": 0.1 * init, "min_lr": 0.1 * low, "global_batch_size": batch}
    both((decay if unit == "iters" else decay // batch) + 20, **flags)


@pytest.mark.parametrize("style", ["linear", "cosine"])
@pytest.mark.parametrize("unit", ["iters", "samples"])
@pytest.mark.parametrize(("start", "end"), [(0.0, 0.1), (0.033, 0.33), (0.1, 0.1)])
def test_weight_decay(style, unit, start, end):
    flags = in_unit(unit, "linear", {}, train=1000, lr_decay=77)
    flags |= {"weight_decay_incr_style": style, "global_batch_size": 48}
    both(1100, "weight_decay", **flags, start_weight_decay=start, end_weight_decay=end)


def test_constant_weight_decay():
    flags = RATE | {"train_iters": 10, "global_batch_size": 4}
    for more in (
        {},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "start_weight_decay": 0.2, "end_weight_decay": 0.2},
    ):
        follows(
            from_config(flags | more, of="weight_decay"), applied(flags | more, 9, "weight_decay")
        )
    assert from_config({}, of="weight_decay") == lrs.Constant(0.01)


# Start, increment and samples, and the size that they end with.
RAMPS = [((32, 32, 10_000), 256), ((1, 1, 300), 30), ((8, 56, 77), 64), ((64, 64, 3), 1024)]


@pytest.mark.parametrize(("ramp", "batch"), RAMPS)
@pytest.mark.parametrize(("style", "more"), STYLES)
def test_a_ramp(ramp, batch, style, more):
    samples = in_unit("samples", style, more, train=40 * batch + 7, lr_warmup=1000)
    iters = in_unit("iters", style, more, train=40, lr_warmup=3)
    for flags in (samples, iters):
        both(120, **flags, rampup_batch_size=[*ramp], global_batch_size=batch)


@pytest.mark.parametrize(("ramp", "batch"), RAMPS)
def test_a_ramp_of_other_things(ramp, batch):
    flags = {"rampup_batch_size": [*ramp], "global_batch_size": batch}
    fraction = {"train_samples": 20_000, "lr_warmup_fraction": 0.0123457}
    ours = both(400, **flags, **fraction)
    texts = {"rampup_batch_size": [*map(str, ramp)]}
    assert from_config(RATE | flags | fraction | texts) == ours
    texts = {"rampup_batch_size": " ".join(map(str, ramp))}
    assert from_config(RATE | flags | fraction | texts) == ours
    rising = {"weight_decay_incr_style": "linear", "start_weight_decay": 0, "end_weight_decay": 0.1}
    both(400, "weight_decay", **flags, train_samples=20_000, **rising)


def test_a_published_ramp():
    """Of the 530B model of Smith et al. 2022 (arXiv:2201.11990), with a thousandth of its run."""
    flags = {"lr": 5e-5, "min_lr": 5e-6, "global_batch_size": 1920, "train_samples": 140_000}
    flags |= {"lr_warmup_samples": 1000, "rampup_batch_size": [32, 32, 12_000]}
    assert both(150, **flags).steps == 99


def test_a_ramp_in_whole_microbatches():
    flags = {
        "train_samples": 100_000,
        "rampup_batch_size": [32, 24, 50_000],
        "global_batch_size": 248,
    }
    flags |= {"micro_batch_size": 16, "decrease_batch_size_if_needed": True}
    ours = from_config(RATE | flags | {"data_parallel_size": 1})
    follows(ours, applied(RATE | flags, 700))
    halved = {"data_parallel_size": 2, "micro_batch_size": 8}
    assert from_config(RATE | flags | halved) == ours


def test_lengths_of_a_ramp():
    flags = RATE | {
        "train_samples": 1000,
        "rampup_batch_size": [10, 10, 60],
        "global_batch_size": 40,
    }
    ours = from_config(flags)
    seen = [0, 10, 20, 40, 70]  # and 40 each from there
    assert ours.steps == 5 + math.ceil((1000 - 110) / 40)
    assert from_config(flags | {"train_samples": 990}).steps == 5 + (990 - 110) // 40
    cosine = lrs.CosineDecay(1000, start=0.1, end=0.01)
    assert ours(np.arange(5)) == pytest.approx(cosine(seen), rel=1e-15)
    assert (
        from_config(
            flags | {"global_batch_size": None, "micro_batch_size": 8, "data_parallel_size": 5}
        )
        == ours
    )


def test_a_batch_that_is_given_counts():
    flags = RATE | {"train_samples": 1000, "lr_warmup_samples": 100}
    expected = from_config(flags | {"global_batch_size": 20})
    assert expected == lrs.Sequence(
        lrs.LinearWarmup(5, end=0.1), lrs.CosineDecay(45, start=0.1, end=0.01)
    )
    assert from_config(flags, global_batch_size=20) == expected
    assert from_config(flags | {"global_batch_size": 7}, global_batch_size=20) == expected
    assert from_config(flags, base_lr=0.2, global_batch_size=20)(5) == 0.2
    assert from_config(RATE | {"train_iters": 90}, total_steps=40).steps == 40


def test_every_other_key_is_passed_over():
    """All fields of Bridge's sections, of which some are nearly a schedule's."""
    config, _ = bridge()
    kinds = [value for value in vars(config).values() if dataclasses.is_dataclass(value)]
    keys = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    assert len(keys) > 300
    # The sections that are read, and a key of data sets for finetuning, which no flag has.
    keys -= {"scheduler", "optimizer", "train", "max_train_samples"}
    ours = {"train_iters": 100, "lr": 0.1}
    for key in keys:
        assert from_config({key: None} | ours) == from_config(ours)


def test_defaults():
    config, _ = bridge()
    theirs = {}
    for kind in (config.TrainingConfig, config.OptimizerConfig, config.SchedulerConfig):
        theirs |= {field.name: field.default for field in dataclasses.fields(kind)}
    keys = inspect.signature(get_optimizer_param_scheduler).parameters.values()
    ours = {p.name: p.default for p in keys if p.kind is p.POSITIONAL_OR_KEYWORD}
    assert ours.pop("data_parallel_size") is None  # what the command line's parser adds to its own
    assert ours.pop("min_lr") == 0.0  # of the command line; None in Bridge, which must have it
    assert ours == {name: theirs[name] for name in ours}


# --- what differs: the peer's own number, so that a change of it is noticed


def test_a_warmup_as_long_as_the_decay():
    flags = RATE | {"train_iters": 20, "lr_warmup_iters": 20, "global_batch_size": 4}
    SAID.clear()
    assert applied(flags, 22)[19:] == pytest.approx([0.1 * 76 / 79, 0.01, 0.01])
    assert "capping lr_warmup_steps to 79" in SAID[-1]
    with pytest.raises(ValueError, match="lr_warmup_iters must be below train_iters=20, which inc"):
        from_config(flags)


def test_a_ramp_of_no_samples():
    flags = RATE | {"train_samples": 99, "global_batch_size": 4}
    for ramp in ([2, 2, 0], [4, 2, 9]):
        with pytest.raises(ZeroDivisionError):
            applied(flags | {"rampup_batch_size": ramp}, 2)
        with pytest.raises(ValueError, match="rampup_batch_size must be"):
            from_config(flags | {"rampup_batch_size": ramp})


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({}, {}, "lr must be given: it is what a warmup ends with"),
        ({"lr": 1}, {}, "train_iters must be given: the decay ends with it"),
        ({"lr": 1, "lr_warmup_samples": 3}, {}, "train_samples must be given: the decay ends"),
        ({"lr": 1, "train_samples": 3}, {}, "global_batch_size must be given: lengths are in samp"),
        ({"lr": 1, "train_samples": 3}, {"total_steps": 3}, "total_steps must be left out of a ru"),
        ({"lr": 1, "train_iters": -3}, {}, "train_iters must be a positive integer or None, got -"),
        ({"lr": 1, "train_iters": "3e1", "lr_decay_samples": 3}, {}, "lr_decay_samples must be le"),
        ({"lr": 1, "train_samples": 9, "lr_warmup_iters": 3}, {}, "which has lr_warmup_samples, g"),
        ({"lr": 1, "train_iters": 9, "lr_warmup_iters": 9}, {}, "be below train_iters=9, which in"),
        (
            {"lr": 1, "train_iters": 9, "lr_warmup_iters": 3, "lr_warmup_fraction": 0.1},
            {},
            "lr_warmup_iters must be left out where there is an lr_warmup_fraction",
        ),
        ({"lr": 1, "lr_warmup_fraction": 1.0}, {}, "must be a number from 0 to below 1 or None, g"),
        ({"lr": 1, "lr_warmup_fractoin": 0.1}, {}, "did you mean 'lr_warmup_fraction'?"),
        ({"--lr": 1, "--lr-decay-itres": 9}, {}, "no key 'lr_decay_itres': did you mean 'lr_decay"),
        ({"lr": 1, "lr_decay_tokens": 10**9}, {}, "no key 'lr_decay_tokens', which is one of Mega"),
        ({"lr": 1, "lr_decay_style": "wsd"}, {}, "lr_decay_style must be one of 'constant', 'line"),
        ({"lr": 1, "train_iters": 9, "lr_decay_style": "WSD"}, {}, "lr_wsd_decay_iters must be gi"),
        (
            {"lr": 1, "train_iters": 9, "lr_decay_style": "WSD", "lr_wsd_decay_iters": 10},
            {},
            "lr_wsd_decay_iters must be at most the decay without its warmup=9, got 10",
        ),
        (
            {"lr": 1, "train_iters": 9, "lr_decay_style": "inverse-square-root"},
            {},
            "global_batch_size must be given: lengths are in samples",
        ),
        ({"lr": 1, "min_lr": 2}, {}, "min_lr must be at most lr=1.0, got 2.0"),
        ({"lr": 1, "lr_warmup_init": 2}, {}, "lr_warmup_init must be at most lr=1.0, got 2.0"),
        ({"lr": "fast"}, {}, "lr must be a non-negative finite number or None, got 'fast'"),
        ({"rampup_batch_size": [1, 2, 3]}, {}, "global_batch_size must be given: the ramp of batc"),
        ({"rampup_batch_size": [1, 2]}, {}, "must be three positive integers: a start, an incr"),
        ({"rampup_batch_size": 16}, {}, "must be three positive integers: a start, an increment,"),
        ({"rampup_batch_size": "16 8 x"}, {}, "must be three positive integers: a start, an incre"),
        ({"rampup_batch_size": [1, 2, 9], "global_batch_size": 4}, {}, "increments that meet glob"),
        ({"rampup_batch_size": [8, 2, 9], "global_batch_size": 8}, {}, "on, below global_batch_si"),
        (
            {"rampup_batch_size": [2, 2, 9], "global_batch_size": 8, "micro_batch_size": 4}
            | {"decrease_batch_size_if_needed": True, "data_parallel_size": 1},
            {},
            "rampup_batch_size must be a start from 4 on, below global_batch_size=8, got",
        ),
        (
            {"rampup_batch_size": [2, 2, 9], "global_batch_size": 8, "micro_batch_size": 4}
            | {"decrease_batch_size_if_needed": True},
            {},
            "data_parallel_size must be given: batch sizes are rounded down to multiples of it",
        ),
        ({"weight_decay_incr_style": "linear"}, {"of": "weight_decay"}, "start_weight_decay must"),
        (
            {"weight_decay_incr_style": "linear", "start_weight_decay": 1, "end_weight_decay": 2},
            {"of": "weight_decay"},
            "train_iters must be given: the style is 'linear'",
        ),
        (
            {"start_weight_decay": 1, "end_weight_decay": 2},
            {"of": "weight_decay"},
            "equal to end_wd=2.0",
        ),
        (
            {"start_weight_decay": 2, "end_weight_decay": 1},
            {"of": "weight_decay"},
            "start_weight_decay must be at most end_weight_decay=1.0, got 2.0",
        ),
        ({"lr": 1}, {"of": "momentum"}, "of must be one of 'lr', 'weight_decay', got 'momentum'"),
        ({"scheduler": 3}, {}, "scheduler must be a mapping of keys to values"),
        ([], {}, "config must be a mapping of keys to values, or an object"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)
    assert str(refused.value).startswith("get_optimizer_param_scheduler: ")
