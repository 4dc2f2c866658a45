"""OLMo-core's schedulers, run: their one file, from the published wheel, on a real optimizer."""

import ast
import dataclasses
import enum
import functools
import importlib
import inspect
import json
import math
import sys
import warnings
from types import SimpleNamespace
from typing import Optional

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package, standing_in

import lrsched as lrs
from lrsched.compat import configs
from lrsched.compat import olmo as compat
from lrsched.compat._config import recognised

pytestmark = pytest.mark.frameworks

PEAK = 0.02


def files():
    return package("ai2-olmo-core", "3.0.0") / "olmo_core"


@functools.cache
def peers():
    """The file, on OLMo-core's own configs; of the rest it needs a rank and two names."""
    dataclass_extensions = str(package("dataclass-extensions", "0.5.0"))
    sys.path.insert(0, dataclass_extensions)
    try:
        importlib.import_module("dataclass_extensions")
    finally:
        sys.path.remove(dataclass_extensions)
    stubs = {
        "olmo_core": {},
        "olmo_core.aliases": {"PathOrStr": str},
        "olmo_core.exceptions": load(files() / "exceptions.py", "olmo_core.exceptions"),
        "cached_path": {"cached_path": None},
    }
    stubs["olmo_core.config"] = load(files() / "config.py", "olmo_core.config", stubs)
    stubs |= {
        "olmo_core.distributed": {},
        "olmo_core.distributed.utils": {"get_rank": lambda: 0},
        "olmo_core.optim": {},
        "olmo_core.optim.config": {"INITIAL_LR_FIELD": "initial_lr", "LR_FIELD": "lr"},
    }
    name = "olmo_core.optim.scheduler"
    module = load(files() / "optim/scheduler.py", name, stubs)
    with standing_in({**stubs, name: module}):  # registries are filled by what has been imported
        assert module.Scheduler.get_registered_names()
    return module


def applied(scheduler, updates, total, batch=1):
    """The rates of updates, as the train module asks for them: after the trainer has counted."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    trainer = SimpleNamespace(global_step=0, global_train_tokens_seen=0)
    trainer.max_steps = trainer.max_tokens = total
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(updates):
            trainer.global_step += 1
            trainer.global_train_tokens_seen += batch
            for group in optimizer.param_groups:
                scheduler.set_lr(group, trainer)
                found.append(group["lr"])
            optimizer.step()
    return found


def made(name, fields):
    """A scheduler of theirs, which wants to hear that there is no fraction beside a decay."""
    own = {field: value for field, value in fields.items() if value is not None}
    if {"decay", "decay_steps"} & {*fields} and name != "WSDS":
        own["decay_fraction"] = None
    if "stages" in own:
        own["stages"] = [peers().ComposableSchedulerStage(**stage) for stage in own["stages"]]
    if "schedulers" in own:
        own["schedulers"] = [made(*part) for part in own["schedulers"]]
        own["schedulers_max"] = own.get("schedulers_max") and [*own["schedulers_max"]]
    if "override_decay" in own:
        own["override_decay"] = peers().OverrideDecay(**own["override_decay"])
    if "units" in own:
        own["units"] = peers().SchedulerUnits(own["units"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(peers(), name)(**own)


def block(name, fields):
    """The same as a person writes it."""
    (registered,) = (key for key, make in compat._SCHEDULERS.items() if make.__name__ == name)
    own = dict(fields)
    if "schedulers" in own:
        own["schedulers"] = [block(*part) for part in own["schedulers"]]
    return {"type": registered, **own}


# What goes on after a run of any length: an inverse square root, and plans longer than the run.
ENDLESS = ("InvSqrtWithWarmup", "ComposableScheduler", "SequentialScheduler", "WSDS")


def both(name, total, batch=None, **fields):
    """The rates of a run of `total` steps, or of tokens in batches, and its last one for ever."""
    if batch is not None:
        fields["units"] = "tokens"
    peer = made(name, fields)
    updates = total // (batch or 1)
    arguments = {"base_lr": PEAK, "total_steps": updates, "global_batch_size": batch}
    ours = compat.from_config(peer.as_config_dict(), **arguments)
    assert ours == compat.from_config(block(name, fields), **arguments)
    assert ours == compat.from_config(peer, **arguments)
    follows(ours, applied(peer, updates, total, batch or 1))
    if name not in ENDLESS:
        assert (ours(np.arange(updates, updates + 50)) == ours(updates - 1)).all()
    return ours


RISES = [{"warmup": 1}, {"warmup": 40}, {"warmup_fraction": 0.125}, {"warmup_steps": 30}]
FALLS = [{}, {"decay": 1}, {"decay": 30}, {"decay_fraction": 0.29}, {"decay_steps": 20}]
LOWS = [{}, {"warmup_min_lr": 0.001}]


@pytest.mark.parametrize("rise", RISES)
@pytest.mark.parametrize("low", LOWS)
def test_warmups(rise, low):
    common = rise | low
    both("ConstantWithWarmup", 100, **common)
    both("InvSqrtWithWarmup", 100, **common)
    both("InvSqrtWithWarmup", 100, **common, alpha_f=0.0)
    for name in ("LinearWithWarmup", "CosWithWarmup", "HalfCosWithWarmup"):
        for alpha_f in (0.0, 0.1, 1.0, 1.5):
            both(name, 100, **common, alpha_f=alpha_f)
        both(name, 100, **common, t_max=70)
        both(name, 100, **common, t_max=40)


@pytest.mark.parametrize("rise", [{"warmup": 0}, *RISES])
@pytest.mark.parametrize("fall", FALLS)
@pytest.mark.parametrize("low", [{}, {"warmup_min_lr": 0.001, "decay_min_lr": 1e-5}])
def test_decays(rise, fall, low):
    common = rise | fall | low
    both("WSD", 100, **common)
    both("CosWithWarmupAndLinearDecay", 100, **common)
    for t_max in (60, 80, 150):
        both("CosWithWarmupAndLinearDecay", 100, **common, t_max=t_max)
    if rise != {"warmup": 0}:
        both("PowerLR", 100, **common)
        both("PowerLR", 100, **common, b=-1.5)


def test_no_warmup():
    for name in ("ConstantWithWarmup", "LinearWithWarmup", "CosWithWarmup", "HalfCosWithWarmup"):
        both(name, 100, warmup=0)
        both(name, 100, warmup_fraction=0.004)


def test_the_whole_a_warmup():
    for name in ("ConstantWithWarmup", "LinearWithWarmup", "CosWithWarmup", "HalfCosWithWarmup"):
        both(name, 100, warmup=100)
        both(name, 100, warmup_fraction=1.0)


def test_constant_and_exponential():
    assert both("ConstantScheduler", 20) == lrs.Constant(PEAK)
    for low in (1e-9, 1e-3, PEAK, 0.5):
        curve = both("ExponentialScheduler", 100, lr_min=low).schedule
        assert type(curve) is (lrs.ExponentialWarmup if low < PEAK else lrs.GeometricDecay)
    both("ExponentialScheduler", 100)


@pytest.mark.parametrize("periods", [[100], [40, 60], [30, 30, 40], [50, 30, 70]])
@pytest.mark.parametrize("fall", [{"decay": 1}, {"decay": 9}, {"decay_fraction": 0.25}])
@pytest.mark.parametrize("rise", [{"warmup": 0}, {"warmup": 7}, {"warmup_fraction": 0.31}])
@pytest.mark.parametrize("low", [{}, {"warmup_min_lr": 0.001, "decay_min_lr": 0.002}])
def test_periods(periods, fall, rise, low):
    common = {"period_lengths": periods, **fall, **rise, **low}
    both("WSDS", 160, **common)
    multipliers = [1.0, 0.5, 2.0][: len(periods)]
    both("WSDS", 160, **common, period_lr_multipliers=multipliers)


def test_periods_that_are_all_decay():
    both("WSDS", 120, period_lengths=[30, 30, 40], decay_fraction=1.0, warmup=0)
    both("WSDS", 120, period_lengths=[40, 30, 40], decay=30, warmup=10)
    both("WSDS", 120, period_lengths=[50, 31], decay=30, warmup_fraction=0.4)
    both("WSDS", 120, period_lengths=[100], decay=0, warmup=10)


STAGES = [
    {"duration": 20, "start_lr": 0.0, "end_lr_fraction": 1.0},
    {"duration": 10, "end_lr_fraction": 1.0},
    {"duration": 30, "shape": "cosine", "end_lr": 0.002},
    {"duration": 15, "start_lr_fraction": 0.5, "end_lr": 0.03},
    {"duration": 12, "end_lr_fraction": 0.2},
]
OVERRIDES = [
    {"duration": 20, "end_lr": 0.0},
    {"duration": 1, "end_lr_fraction": 0.1},
    {"duration": 30, "shape": "cosine", "end_lr_fraction": 0.0},
]


def test_stages():
    for count in range(1, 6):
        both("ComposableScheduler", 120, stages=STAGES[:count])
        both("ComposableScheduler", 120, stages=STAGES[-count:])


@pytest.mark.parametrize("override", OVERRIDES)
@pytest.mark.parametrize("start", [0, 1, 20, 29, 30, 31, 75, 90])
def test_overrides(override, start):
    decay = override | {"start": start}
    both("ComposableScheduler", 120, stages=STAGES, override_decay=decay)
    for parts, ends in PLANS:
        both(
            "SequentialScheduler", 120, schedulers=parts, schedulers_max=ends, override_decay=decay
        )


WARM = ("ConstantWithWarmup", {"warmup": 10})
PLANS = [
    ([WARM, ("ConstantScheduler", {})], [30]),
    ([WARM, ("LinearWithWarmup", {"warmup": 0}), ("CosWithWarmup", {"warmup": 5})], [30, 40]),
    ([WARM, ("LinearWithWarmup", {"warmup": 0}), ("CosWithWarmup", {"warmup": 5})], [30, 40, 9]),
    (
        [
            ("WSD", {"warmup_fraction": 0.2, "decay_fraction": 0.3, "decay_min_lr": 0.004}),
            ("ConstantScheduler", {}),
            ("InvSqrtWithWarmup", {"warmup": 3, "alpha_f": 0.0}),
        ],
        [30, 1],
    ),
    ([WARM], []),
]


@pytest.mark.parametrize(("parts", "ends"), PLANS)
@pytest.mark.parametrize("total", [10, 29, 30, 31, 69, 70, 75, 100])
def test_one_after_the_other(parts, ends, total):
    """Also where the run ends before the plan does."""
    both("SequentialScheduler", total, schedulers=parts, schedulers_max=ends)


def test_one_after_the_other_in_one_of_them():
    inner = ("SequentialScheduler", {"schedulers": PLANS[1][0], "schedulers_max": [20, 20]})
    plan = {"schedulers": [WARM, inner, ("ConstantScheduler", {})], "schedulers_max": [25, 60]}
    both("SequentialScheduler", 120, **plan)
    stages = ("ComposableScheduler", {"stages": STAGES})
    plan = {"schedulers": [stages, ("CosWithWarmup", {"warmup": 0})], "schedulers_max": [50]}
    both("SequentialScheduler", 120, **plan)
    earlier = {"schedulers": PLANS[0][0], "schedulers_max_steps": [30]}
    peer = made("SequentialScheduler", earlier | {"schedulers_max": [30]})
    ours = compat.from_config(block("SequentialScheduler", earlier), base_lr=PEAK, total_steps=99)
    follows(ours, applied(peer, 99, 99))


@given(
    name=st.sampled_from(["WSD", "PowerLR", "CosWithWarmupAndLinearDecay"]),
    batch=st.integers(1, 700),
    updates=st.integers(5, 60),
    shares=st.tuples(st.floats(0.02, 0.5), st.floats(0.02, 0.5)),
    counted=st.booleans(),
)
@drawn
def test_tokens_drawn(name, batch, updates, shares, counted):
    total = batch * updates
    fields = {"warmup_fraction": shares[0], "decay_fraction": shares[1]}
    if counted or round(total * shares[0]) == 0:
        fields = {"warmup": 1 + int(total * shares[0]), "decay": int(total * shares[1])}
        fields["warmup"] = min(fields["warmup"], total - fields["decay"])
    elif round(total * shares[0]) + round(total * shares[1]) > total:
        fields["decay_fraction"] = 0.25
    if fields.get("decay", 1) == 0 or round(total * fields.get("decay_fraction", 1)) == 0:
        fields.pop("decay_fraction", None)
        fields["decay"] = 1
    both(name, total, batch, **fields)


@given(
    name=st.sampled_from(
        ["ConstantWithWarmup", "InvSqrtWithWarmup", "LinearWithWarmup", "CosWithWarmup",
         "HalfCosWithWarmup"]
    ),
    batch=st.integers(1, 5_000_000),
    updates=st.integers(5, 60),
    warmup=st.integers(1, 100_000_000),
    low=st.floats(0, 0.009),
)  # fmt: skip
@drawn
def test_warmups_in_tokens_drawn(name, batch, updates, warmup, low):
    total = batch * updates
    both(name, total, batch, warmup=min(warmup, total), warmup_min_lr=low)


@given(
    cut=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    batch=st.integers(1, 300),
    updates=st.integers(2, 50),
)
@drawn
def test_plans_in_tokens_drawn(cut, batch, updates):
    total = batch * updates
    parts = [("ConstantWithWarmup", {"warmup_fraction": 0.6}), ("LinearWithWarmup", {"warmup": 0})]
    plan = {"schedulers": [*parts, ("CosWithWarmup", {"warmup_fraction": 0.3})]}
    both("SequentialScheduler", total, batch, **plan, schedulers_max=[*cut])
    both("WSDS", total, batch, period_lengths=[*cut], warmup_fraction=0.3, decay_fraction=0.6)


def keys_of(make):
    keys = inspect.signature(make).parameters.values()
    return {p.name: p.default for p in keys if p.kind is p.POSITIONAL_OR_KEYWORD}


def fields_of(peer):
    fields = dataclasses.fields(peer)
    return {f.name: f.default for f in fields if f.init and f.name not in compat._COMMON}


def test_every_scheduler_of_the_file():
    """Names, keys and defaults. (A tenth is what a decay is here too where none is given.)"""
    assert {*compat._SCHEDULERS} == {*peers().Scheduler.get_registered_names()}
    lists = {"period_lengths", "stages", "schedulers"}  # in which the peer wants something
    for name, make in compat._SCHEDULERS.items():
        peer = peers().Scheduler.get_registered_class(name)
        assert make.__name__ == peer.__name__
        theirs, ours = fields_of(peer), keys_of(make)
        assert {*theirs} == {*ours}
        differs = {key for key in ours if ours[key] != theirs[key]}
        assert differs <= {"decay_fraction", *lists}
        if "decay_fraction" in differs:
            assert theirs["decay_fraction"] == 0.1
    for name in ("OverrideDecay", "ComposableSchedulerStage"):
        theirs = fields_of(getattr(peers(), name))
        assert [*keys_of(getattr(compat, name))] == [*theirs]
        assert theirs["shape"] == keys_of(getattr(compat, name))["shape"]
    common = {f.name for f in dataclasses.fields(peers().Scheduler)}
    assert common == {"units", "lr_field", "initial_lr_field"}


def test_the_rounding_is_to_the_nearest_and_halves_to_even():
    for share, steps in ((0.25, 2), (0.35, 4), (0.15, 2), (0.29, 3)):
        made = compat.ConstantWithWarmup(warmup_fraction=share, base_lr=1, total_steps=10)
        assert made.steps == steps == round(10 * share)


def source(path):
    return (files() / path).read_text()


def test_an_update_sees_its_own_batch():
    """The order of things in the trainer and the train module, whose loops need a cluster."""
    loop = source("train/trainer.py")
    loop = loop[loop.index("def _fit_epoch") :]
    assert loop.index("self.global_step += 1") < loop.index("self.train_module.train_batch(")
    assert loop.index("train_tokens_seen += global") < loop.index("self.train_module.train_batch(")
    for module in ("train_module", "pipeline_train_module", "ddp_train_module"):
        step = source(f"train/train_module/transformer/{module}.py")
        step = step[step.index("def optim_step") :]
        assert step.index(".scheduler.set_lr(group, self.trainer)") < step.index("optim.step()")


@functools.cache
def lengths_of_the_trainer():
    """`_get_max_steps` and `_get_max_tokens`, of which its file is needed for nothing else."""
    names = {"math": math, "Optional": Optional, "Duration": None}
    names["DurationUnit"] = enum.StrEnum("DurationUnit", ["steps", "epochs", "tokens"])
    tree = ast.parse(source("train/trainer.py"))
    wanted = ("_get_max_steps", "_get_max_tokens")
    found = [node for node in ast.walk(tree) if getattr(node, "name", "") in wanted]
    exec(compile(ast.Module(found, []), "trainer.py", "exec"), names)
    return names


@given(
    value=st.integers(1, 10_000),
    unit=st.sampled_from(["steps", "epochs", "tokens"]),
    batch=st.integers(1, 999),
    epoch=st.integers(1, 50),
)
@drawn
def test_durations(value, unit, batch, epoch):
    names = lengths_of_the_trainer()
    loader = SimpleNamespace(total_batches=epoch, batches_processed=0)
    loader.batches_in_epoch = lambda e: epoch
    self = SimpleNamespace(data_loader=loader, tokens_per_batch=batch, epoch=1)
    self.global_step = self.global_train_tokens_seen = 0
    self._get_max_steps = functools.partial(names["_get_max_steps"], self)
    duration = SimpleNamespace(value=value, unit=names["DurationUnit"](unit))
    given = {"steps_per_epoch": epoch, "global_batch_size": batch}
    for units in ("steps", "tokens"):
        expected = names[f"_get_max_{units}"](self, duration)
        config = {"value": value, "unit": unit}
        assert compat.Duration(**config, units=units, **given) == expected
        length, each = compat.trainer(config, units=units, **given)
        assert (length, each) == (expected, batch if units == "tokens" else 1)


def whole_file(**scheduler):
    """As the config saver writes it."""
    return {
        "_CLASS_": "olmo_core.internal.experiment.ExperimentConfig",
        "run_name": "olmo-1B",
        "model": {"_CLASS_": "olmo_core.nn.transformer.config.TransformerConfig", "d_model": 2048},
        "data_loader": {
            "_CLASS_": "olmo_core.data.data_loader.NumpyDataLoaderConfig",
            "global_batch_size": 512,
            "seed": 34521,
        },
        "train_module": {
            "_CLASS_": "olmo_core.train.train_module.transformer.TransformerTrainModuleConfig",
            "rank_microbatch_size": 128,
            "max_sequence_length": 64,
            "optim": {
                "_CLASS_": "olmo_core.optim.adamw.SkipStepAdamWConfig",
                "lr": PEAK,
                "weight_decay": 0.1,
                "betas": [0.9, 0.95],
            },
            "scheduler": scheduler,
        },
        "trainer": {
            "_CLASS_": "olmo_core.train.config.TrainerConfig",
            "save_folder": "/tmp/checkpoints",
            "max_duration": {
                "_CLASS_": "olmo_core.train.common.Duration", "value": 51_200, "unit": "tokens"
            },
            "hard_stop": {"value": 10, "unit": "steps"},
        },
    }  # fmt: skip


@pytest.mark.parametrize("units", ["steps", "tokens"])
def test_a_file(units, tmp_path):
    warmup = {"steps": 10, "tokens": 5_000}[units]
    peer = made("WSD", {"warmup": warmup, "decay_fraction": 0.3, "units": units})
    total, batch = {"steps": (100, 1), "tokens": (51_200, 512)}[units]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(whole_file(**peer.as_config_dict())))
    follows(configs.from_file(path, "olmo"), applied(peer, 100, total, batch))
    module = whole_file(**peer.as_config_dict())["train_module"]
    left = {"total_steps": 100, "global_batch_size": 512}
    follows(compat.from_config(module, **left), applied(peer, 100, total, batch))


def test_a_yaml_of_ones_own(tmp_path):
    path = tmp_path / "train.yaml"
    path.write_text(
        """
        train_module:
          optim: {lr: 2e-2}
          scheduler: {type: cos_with_warmup, warmup: 2e1, alpha_f: 0.0}
        trainer:
          max_duration: {value: 2, unit: epochs}
        """
    )
    peer = made("CosWithWarmup", {"warmup": 20, "alpha_f": 0.0})
    ours = configs.from_file(path, "olmo", steps_per_epoch=50)
    follows(ours, applied(peer, 100, 100))


def test_arguments_count_instead():
    file = whole_file(type="linear_with_warmup", warmup=10, units="steps")
    rate = compat.from_config(file)
    assert rate.steps == 99  # one less than the run: the last update is made with the end
    assert compat.from_config(file, total_steps=80).steps == 79
    assert compat.from_config(file, global_batch_size=1024).steps == 49
    assert compat.from_config(file, base_lr=1.0)(9) == 1.0
    file["trainer"]["max_duration"] = {"value": 3, "unit": "epochs"}
    assert compat.from_config(file, steps_per_epoch=7).steps == 20


def test_the_class_counts():
    """As in the peer, where a block has a type too."""
    path = "olmo_core.optim.scheduler.ConstantWithWarmup"
    made = compat.from_config({"_CLASS_": path, "type": "wsd", "warmup": 5}, base_lr=1)
    assert made == lrs.Shift(lrs.LinearWarmup(5), 1)
    for key in ("warmup_fraction", "decay_fraction", "period_lengths", "_CLASS_"):
        assert recognised({"scheduler": {key: 1}}) == "olmo"


def test_a_plateau_between_two_others_is_one():
    plan = [block(*WARM), {"type": "constant"}, block(*WARM)]
    made = compat.SequentialScheduler(plan, [30, 20], base_lr=PEAK)
    assert made.phases[1:] == (
        lrs.Constant(PEAK, steps=20),
        lrs.Shift(lrs.LinearWarmup(10, end=PEAK), 1),
    )


@functools.cache
def keys_in(path, name):
    """The fields that a class declares in a file that is not to be imported."""
    (node,) = (n for n in ast.parse(source(path)).body if getattr(n, "name", "") == name)
    return {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)}


def test_no_real_key_is_taken_for_one_misspelt():
    file = whole_file(type="constant_with_warmup", warmup=10)
    sections = {
        "data_loader": [("data/data_loader.py", "NumpyDataLoaderConfig")],
        "trainer": [("train/config.py", "TrainerConfig")],
        "train_module": [
            ("train/train_module/transformer/config.py", "TransformerTrainModuleConfig")
        ],
    }
    for name, classes in sections.items():
        for path, cls in classes:
            assert len(keys_in(path, cls)) > 5
            file[name] = dict.fromkeys(keys_in(path, cls)) | file[name]
    rate = file["train_module"]["optim"]
    for path, cls in (("optim/adamw.py", "AdamWConfig"), ("optim/muon.py", "MuonConfig")):
        rate = dict.fromkeys(keys_in(path, cls)) | rate
    file["train_module"]["optim"] = rate
    assert compat.from_config(file) == lrs.Shift(lrs.LinearWarmup(10, end=PEAK), 1)


# What differs


def test_tokens_that_are_no_whole_number_of_batches():
    """The last update of a WSD is past its end, where the peer's rate is below 0."""
    peer = made("WSD", {"warmup": 100, "decay": 100, "units": "tokens"})
    theirs = applied(peer, 16, 1000, 64)
    assert theirs[-1] == pytest.approx(-0.24 * PEAK)
    file = {"trainer": {"max_duration": {"value": 1000, "unit": "tokens"}}}
    file["train_module"] = {"scheduler": peer, "optim": {"lr": PEAK}}
    ours = compat.from_config(file, global_batch_size=64)
    follows(ours, [*theirs[:-1], 0.0])


def test_a_decay_of_no_length():
    """The peer divides by zero at the last step; here there is none."""
    for name in ("WSD", "PowerLR", "CosWithWarmupAndLinearDecay"):
        peer = made(name, {"warmup": 10, "decay": 0})
        with pytest.raises(ZeroDivisionError):
            applied(peer, 100, 100)
        follows(compat.from_config(peer, base_lr=PEAK, total_steps=100), applied(peer, 99, 100))
    assert compat.WSD(warmup=0, decay=0, base_lr=1, total_steps=9) == lrs.Constant(1)
    peer = made("WSDS", {"warmup": 0, "decay": 0, "period_lengths": [20, 20]})
    with pytest.raises(ZeroDivisionError):
        applied(peer, 40, 40)
    ours = compat.from_config(peer, base_lr=PEAK)
    assert ours([18, 19, 20, 38, 39]).tolist() == [PEAK, 0, PEAK, PEAK, 0]


def test_phases_longer_than_the_whole():
    """The peer falls in one step from its warmup into the middle of the decay; refused here."""
    peer = made("WSD", {"warmup": 60, "decay": 80})
    theirs = applied(peer, 100, 100)
    assert theirs[59:61] == pytest.approx([PEAK, PEAK * 39 / 80])
    with pytest.raises(ValueError, match=r"^WSD: decay must be at most the 40 of total_steps=100"):
        compat.from_config(peer, base_lr=PEAK, total_steps=100)
    peer = made("CosWithWarmup", {"warmup": 200})
    assert applied(peer, 100, 100)[-1] == pytest.approx(PEAK / 2)  # it never gets there
    with pytest.raises(ValueError, match=r"^CosWithWarmup: warmup must be at most total_steps=100"):
        compat.from_config(peer, base_lr=PEAK, total_steps=100)


def test_no_warmup_to_measure_by():
    peer = made("InvSqrtWithWarmup", {"warmup": 0})
    assert applied(peer, 3, 3) == pytest.approx([PEAK / 10] * 3)
    with pytest.raises(ZeroDivisionError):
        applied(made("PowerLR", {"warmup": 0}), 3, 3)
    for name in ("inv_sqrt_with_warmup", "power_lr"):
        with pytest.raises(ValueError, match="warmup must be positive: what comes after it is mea"):
            compat.from_config({"type": name, "warmup": 0}, base_lr=PEAK, total_steps=3)


def test_a_decay_without_a_word_on_its_fraction():
    """What the peer itself writes, it does not read back: without the null there are both."""
    peer = made("WSD", {"warmup": 10, "decay": 20})
    written = peer.as_config_dict()
    assert "decay_fraction" not in written
    with pytest.raises(Exception, match=r"Either 'decay_fraction' or 'decay' must be specified"):
        peers().WSD(warmup=written["warmup"], decay=written["decay"])
    follows(compat.from_config(written, base_lr=PEAK, total_steps=90), applied(peer, 90, 90))


WSD = {"type": "wsd", "warmup": 3}
STAGE = {"duration": 3, "end_lr": 0.1}


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({}, {}, "scheduler: base_lr must be given: it has the rate of the optimizer"),
        ({}, {"base_lr": 1}, "scheduler: there is no type in it, nor a _CLASS_"),
        ({"type": "wsdd"}, {"base_lr": 1}, "type must be one of 'constant', 'constant_with_warm"),
        ({"_CLASS_": "my.Own"}, {"base_lr": 1}, "_CLASS_ must be one of 'ConstantScheduler', "),
        ({"_CLASS_": 3}, {"base_lr": 1}, "_CLASS_ must be one of 'ConstantScheduler', "),
        (SimpleNamespace(a=1), {"base_lr": 1}, "config must be one of 'ConstantScheduler', "),
        ({"train_module": {}}, {"base_lr": 1}, "scheduler: there is no such block in the config"),
        (WSD, {"base_lr": 1}, "WSD: total_steps must be given: the decay ends with it"),
        ({"type": "wsd"}, {"base_lr": 1, "total_steps": 9}, "warmup must be given, or warmup_fra"),
        (WSD | {"warmup_fraction": 0.1}, {"base_lr": 1, "total_steps": 9},
         "WSD: warmup must be None beside warmup_fraction=0.1, got 3"),
        (WSD | {"warmup_stesp": 1}, {"base_lr": 1}, "key 'warmup_stesp': did you mean 'warmup_st"),
        (WSD | {"alpha_f": 1}, {"base_lr": 1}, "WSD: no key 'alpha_f'; there are warmup, "),
        (WSD | {"min_lr_factor": 1}, {"base_lr": 1}, "factor', which is one of torchtitan's"),
        (WSD | {"warmup": -1}, {"base_lr": 1}, "WSD: warmup must be a non-negative integer or No"),
        (WSD | {"warmup_min_lr": 1}, {"base_lr": 1, "total_steps": 90},
         "WSD: warmup_min_lr must be below the rate of 1.0 at its other end, got 1.0"),
        (WSD | {"decay_min_lr": 2}, {"base_lr": 1, "total_steps": 90},
         "WSD: decay_min_lr must be below the rate of 1.0 at its other end, got 2.0"),
        (WSD | {"units": "epochs"}, {"base_lr": 1}, "units must be one of 'steps', 'tokens', got"),
        (WSD | {"units": "tokens"}, {"base_lr": 1}, "global_batch_size must be given: the schedu"),
        (WSD, {"base_lr": 1, "total_steps": 0}, "total_steps must be a positive integer or None"),
        (WSD, {"base_lr": "x"}, "WSD: base_lr must be a non-negative finite number, got 'x'"),
        (WSD, {"base_lr": 1, "of": "momentum"}, "scheduler: of must be one of 'lr', got 'moment"),
        ({"scheduler": WSD, "optim": {"lr": -1}}, {}, "optim: lr must be a non-negative finite n"),
        ({"scheduler": WSD, "trainer": {"max_duration": {"value": 3, "unit": "tokens"}}},
         {"base_lr": 1}, "trainer: global_batch_size must be given: the run is so many tokens"),
        ({"scheduler": WSD, "trainer": {"max_duration": {"value": 3, "unit": "epochs"}}},
         {"base_lr": 1}, "trainer: steps_per_epoch must be given: the run is so many epochs"),
        ({"scheduler": WSD, "trainer": {"max_duration": {"value": 3}}},
         {"base_lr": 1}, "missing a required argument: 'unit'"),
        ({"scheduler": WSD, "trainer": {"max_durations": 3}}, {"base_lr": 1}, "mean 'max_duration"),
        ({"type": "wsds", "period_lengths": []}, {"base_lr": 1}, "one or more positive integers"),
        ({"type": "wsds", "period_lengths": [9], "warmup": 5, "decay": 5}, {"base_lr": 1},
         "WSDS: decay must be at most the 4 steps of period_lengths[0], got 5"),
        ({"type": "wsds", "period_lengths": [9], "warmup": 10, "decay": 5}, {"base_lr": 1},
         "WSDS: warmup must be at most the first of period_lengths=9, got 10"),
        ({"type": "wsds", "period_lengths": [9], "period_lr_multipliers": [1, 2]}, {"base_lr": 1},
         "period_lr_multipliers must be as many as the 1 period_lengths"),
        ({"type": "power_lr", "b": 0.5}, {"base_lr": 1}, "b must be a negative finite number, got"),
        ({"type": "exponential"}, {"base_lr": 0, "total_steps": 3}, "base_lr must be a positive"),
        ({"type": "composable", "stages": []}, {"base_lr": 1}, "stages must be a list of one or m"),
        ({"type": "composable", "stages": "no"}, {"base_lr": 1}, "stages must be a list of one or"),
        ({"type": "composable", "stages": [{"duration": 3}]}, {"base_lr": 1},
         "end_lr must be given, or end_lr_fraction instead, got neither"),
        ({"type": "composable", "stages": [STAGE | {"end_lr_fraction": 1}]}, {"base_lr": 1},
         "end_lr must be given, or end_lr_fraction instead, got both"),
        ({"type": "composable", "stages": [STAGE | {"start_lr": 1, "start_lr_fraction": 1}]},
         {"base_lr": 1}, "start_lr must be given, or start_lr_fraction instead, got both"),
        ({"type": "composable", "stages": [STAGE | {"duration": 0}]}, {"base_lr": 1},
         "ComposableScheduler: stages[0]['duration'] must be a positive integer, got 0"),
        ({"type": "composable", "stages": [STAGE | {"shap": 0}]}, {"base_lr": 1},
         "ComposableSchedulerStage: no key 'shap': did you mean 'shape'?"),
        ({"type": "sequential", "schedulers": [WSD]}, {"base_lr": 1}, "schedulers_max must be giv"),
        ({"type": "sequential", "schedulers": [WSD, WSD], "schedulers_max": [1, 2, 3]},
         {"base_lr": 1}, "schedulers_max must be one fewer than the 2 schedulers, or as many"),
        ([], {"base_lr": 1}, "scheduler: config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        compat.from_config(config, **given)
    assert said in str(refused.value)
