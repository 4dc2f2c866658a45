"""Ultralytics' trainer, run: the whole of its `trainer.py`, with a model of a few weights.

What builds the optimizer and the scheduler, and the loop over epochs and batches, is the package's
own. Data, validation, files and logging are stand-ins.
"""

import ast
import contextlib
import functools
import inspect
import logging
import math
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

from lrsched.compat import configs
from lrsched.compat import ultralytics as compat

pytestmark = pytest.mark.frameworks

FILES = ("ultralytics", "8.4.190")

# Modules of which a run of rates needs nothing, methods that do none of its work, and keys.
IDLE = """
    cfg data.utils nn.distill_model nn.tasks utils.autobatch utils.checks utils.dist utils.files
    utils.patches utils.plotting
"""
SKIPPED = """
    _clear_memory _handle_nan_recovery _model_train final_eval plot_metrics save_metrics save_model
    run_callbacks set_class_weights
"""
HYPERPARAMETERS = """
    lr0 lrf momentum weight_decay warmup_epochs warmup_momentum warmup_bias_lr box cls hsv_h
"""


class Idle(ModuleType):
    """A module of functions that do nothing."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def one_cycle():
    """The function of this name, without the rest of its file."""
    text = (package(*FILES) / "ultralytics/utils/torch_utils.py").read_text()
    found = [n for n in ast.parse(text).body if getattr(n, "name", None) == "one_cycle"]
    names = {"math": math}
    exec(compile(ast.Module(found, []), "torch_utils.py", "exec"), names)
    return names["one_cycle"]


@functools.cache
def trainer():
    """The trainer with stand-ins for whatever has nothing to do with rates."""
    folder = package(*FILES) / "ultralytics"
    known = {
        "optim": {"MuSGD": load(folder / "optim/muon.py", "muon").MuSGD},
        "utils": {
            "RANK": -1,
            "LOCAL_RANK": -1,
            "LOGGER": logging.getLogger("ultralytics"),
            "TQDM": lambda batches, total: Bar(batches),
            "colorstr": lambda *words: words[-1],
        },
        "utils.torch_utils": {
            "one_cycle": one_cycle(),
            "autocast": lambda *args, **kwargs: contextlib.nullcontext(),
            "unwrap_model": lambda model: model,
            "TORCH_2_0": True,
        },
    }
    stubs = {"ultralytics": Idle("ultralytics")}
    stubs["ultralytics"].__version__ = FILES[1]
    for name in (*IDLE.split(), *known):
        stubs[f"ultralytics.{name}"] = Idle(name)
        vars(stubs[f"ultralytics.{name}"]).update(known.get(name, {}))
    module = load(folder / "engine/trainer.py", "trainer", stubs)
    methods = dict.fromkeys(SKIPPED.split(), lambda self, *args, **kwargs: False)
    own = {name: value for name, value in vars(Run).items() if name[:2] != "__"}
    return type("Trainer", (module.BaseTrainer,), methods | own | {"__init__": Run.__init__})


class Bar:
    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)

    def set_description(self, text):
        pass


class Batches:
    """So many batches, of data of any length."""

    drop_last = True
    num_workers = 0
    batch_size = 2

    def __init__(self, count, samples):
        self.count = count
        self.dataset = self.sampler = range(samples)

    def __len__(self):
        return self.count

    def reset(self):
        pass

    def __iter__(self):
        import torch

        return iter([{"img": torch.ones(2, 3)}] * self.count)


def model():
    import torch

    class Head(torch.nn.Module):
        """What MuSGD trains three times as fast is known by its name."""

        def __init__(self):
            super().__init__()
            self.cv3 = torch.nn.Linear(3, 1)

    class Model(torch.nn.Module):
        criterion = None

        def __init__(self):
            super().__init__()
            self.model = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.LayerNorm(3), Head())

        def forward(self, batch):
            loss = sum(weights.sum() for weights in self.parameters())
            return loss, {"loss": loss.detach()}

    return Model()


class Run:
    """What the stand-ins are, and a record of what the groups have in each iteration."""

    def __init__(self, args, batches, samples=100, classes=80):
        import torch

        self.args, self.batches, self.samples = args, batches, samples
        self.epochs, self.batch_size = args.epochs, args.batch
        self.data = {"train": "", "val": "", "nc": classes}
        self.device = torch.device("cpu")
        self.model = model()
        self.scaler = torch.amp.GradScaler("cpu", enabled=False)
        self.amp = self.optimizer = self.scheduler = self.stop = False
        self.optimizer = None
        self.start_epoch, self.stride, self.world_size = 0, 32, 0
        self.save_dir = ""
        self.loss_names = ("loss",)
        self.stopper = Stopper()
        self.ema = SimpleNamespace(update=lambda model: None, update_attr=lambda *a, **k: None)
        self.seen, self.plot_idx = [], []

    def get_dataloader(self, path, **kwargs):
        return Batches(self.batches, self.samples)

    def _setup_train(self):
        self._build_train_pipeline()
        self.scheduler.last_epoch = self.start_epoch - 1

    def preprocess_batch(self, batch):
        self.seen.append([dict(group) for group in self.optimizer.param_groups])
        return batch

    def validate(self):
        return {}, 0.0


class Stopper:
    possible_stop = False

    def __call__(self, *args):
        return False


@functools.cache
def default():
    import yaml

    return yaml.safe_load((package(*FILES) / "ultralytics/cfg/default.yaml").read_text())


def ran(config, batches, **data):
    """The groups of the optimizer in each iteration of a whole run."""
    args = SimpleNamespace(**default() | {"plots": False} | config)
    run = trainer()(args, batches, **data)
    run._do_train()
    assert len(run.seen) == args.epochs * batches
    return run


def both(config, batches, base_lr=None, **data):
    """Every group of the optimizer is held against the schedule that it should have."""
    run = ran(config, batches, **data)
    given = {"base_lr": base_lr, "steps_per_epoch": batches}
    momentum = compat.from_config(config, of="momentum", **given)
    groups = len(run.seen[0])
    for i in range(groups):
        mine = [seen[i] for seen in run.seen]
        of = "bias_lr" if mine[0]["param_group"] == "bias" else "lr"
        if groups > 3 and i % 2 == 0:  # MuSGD's come in twos, the first of them three times as fast
            triple = given | {"base_lr": 3 * run.args.lr0}
            named = config | {"optimizer": "MuSGD", "warmup_bias_lr": run.args.warmup_bias_lr}
            rate = compat.from_config(named, of=of, **triple)
        else:
            rate = compat.from_config(config, of=of, **given)
        follows(rate, [group["lr"] for group in mine])
        follows(momentum, [g["momentum"] if "momentum" in g else g["betas"][0] for g in mine])
    return run


rates = {
    "cos_lr": st.booleans(),
    "lr0": st.sampled_from([0.01, 0.001, 0.3]),
    "lrf": st.sampled_from([0.0, 0.01, 0.1, 1.0]),
    "momentum": st.sampled_from([0.937, 0.5]),
    "warmup_momentum": st.sampled_from([0.8, 0.1, 0.95]),
    "warmup_bias_lr": st.sampled_from([0.1, 0.0, 0.01]),
    "optimizer": st.sampled_from(["SGD", "AdamW", "adam", "RMSProp", "MuSGD"]),
    "epochs": st.integers(1, 7),
    "warmup_epochs": st.sampled_from([0, 0.01, 0.5, 0.7, 1, 2.5, 3.0, 100]),
    "batch": st.sampled_from([1, 16, 64]),
}


@given(config=st.fixed_dictionaries(rates), batches=st.integers(1, 12))
@drawn
def test_any_config(config, batches):
    both(config, batches)


def test_published_configs():
    """The package's own file, and one of the older kind, of hyperparameters alone."""
    file = default()
    both(file | {"epochs": 5, "optimizer": "SGD"}, 30)
    both({k: file[k] for k in HYPERPARAMETERS.split()} | {"optimizer": "SGD", "epochs": 4}, 7)
    ours = compat.from_config({k: file[k] for k in HYPERPARAMETERS.split()}, steps_per_epoch=5)
    assert ours == compat.train(steps_per_epoch=5) == compat.from_config({}, steps_per_epoch=5)


def test_defaults_are_those_of_the_file():
    for parameter in inspect.signature(compat.train).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name != "optimizer":
            assert parameter.default == default()[parameter.name]


@pytest.mark.parametrize(
    ("samples", "classes", "rate", "momenta"),
    [(100, 80, 0.000119, {0.9}), (10**6, 80, 0.01, {0.8, 0.45, 0.1}), (100, 1, 0.002, {0.9})],
)
def test_the_optimizer_auto_chooses_by_itself(samples, classes, rate, momenta):
    config = {"optimizer": "auto", "epochs": 2, "lr0": 0.5, "momentum": 0.1, "warmup_epochs": 1}
    both(config | {"warmup_epochs": 0}, 2, rate, samples=samples, classes=classes)
    run = both(config, 2, rate, samples=samples, classes=classes)
    assert run.args.lr0 == rate
    ours = compat.from_config(config, of="momentum", base_lr=rate, steps_per_epoch=2)
    assert {*np.round(ours(range(4)), 9)} == momenta


def test_an_iteration_is_a_batch_and_not_every_one_an_update(monkeypatch):
    updates = []
    module = trainer()
    step = module.optimizer_step
    monkeypatch.setattr(
        module, "optimizer_step", lambda self: (updates.append(len(self.seen)), step(self))
    )
    both({"optimizer": "SGD", "epochs": 3, "warmup_epochs": 1, "batch": 16, "nbs": 64}, 20)
    assert updates[:3] == [1, 2, 3]
    assert updates[-3:] == [52, 56, 60]


def test_a_given_rate_counts():
    config = {"lr0": "1e-2", "optimizer": "SGD"}
    ours = compat.from_config(config, base_lr=0.5, steps_per_epoch=3)
    assert ours == compat.from_config(config | {"lr0": 0.5}, steps_per_epoch=3)
    assert compat.from_config(config, steps_per_epoch=3) == compat.train(steps_per_epoch=3)


def test_every_key_of_the_real_file_is_passed_over_or_read():
    config = default() | {"optimizer": "SGD"}
    for key in config:
        compat.from_config({key: config[key]}, steps_per_epoch=3)
    ours = compat.from_config(config, steps_per_epoch=3)
    assert ours == configs.from_config(config, steps_per_epoch=3)
    assert ours == compat.from_config(SimpleNamespace(**config), steps_per_epoch=3)


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"lr0": 0.1}, {}, "steps_per_epoch must be given: the rate changes once in an epoch"),
        ({"optimizer": "auto"}, {}, "base_lr must be given: optimizer='auto' chooses it by itse"),
        ({"optimizer": "Lion"}, {}, "optimizer must be one of 'adam', 'adamax', 'adamw', 'nadam'"),
        ({"optimizer": 3}, {}, "optimizer must be one of 'adam', "),
        ({"time": 1.5}, {}, "time must be left out: the trainer works the epochs out from its"),
        ({"warmup_epoch": 3}, {}, "no key 'warmup_epoch': did you mean 'warmup_epochs'?"),
        ({"warmup_bias_Ir": 3}, {}, "did you mean 'warmup_bias_lr'?"),
        ({"lr0": -0.1}, {}, "train: lr0 must be a non-negative finite number, got -0.1"),
        ({"lr0": "fast"}, {}, "train: lr0 must be a non-negative finite number, got 'fast'"),
        ({"lrf": 1.5}, {}, "train: lrf must be a number from 0 to 1, got 1.5"),
        ({"epochs": 0}, {}, "train: epochs must be a positive integer, got 0"),
        ({"epochs": 2.5}, {}, "train: epochs must be a positive integer, got 2.5"),
        ({"cos_lr": 1}, {}, "train: cos_lr must be True or False, got 1"),
        ({}, {"of": "weight_decay"}, "of must be one of 'lr', 'bias_lr', 'momentum'"),
        ({}, {"steps_per_epoch": 0}, "steps_per_epoch must be a positive integer"),
        ([1], {}, "train: config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        compat.from_config(config, **given)
    assert said in str(refused.value)
