"""DeepSpeed's schedulers, run: their one file, from the published source, without the rest."""

import functools
import inspect
import logging

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

from lrsched.compat import deepspeed as compat

pytestmark = pytest.mark.frameworks


@functools.cache
def peers():
    """All that the file imports of DeepSpeed is a logger."""
    folder = package("deepspeed", "0.19.8", source=True)
    logger = logging.getLogger("deepspeed")
    logger.setLevel(logging.ERROR)
    stubs = {"deepspeed": {}, "deepspeed.utils": {"logger": logger}}
    return load(folder / "deepspeed/runtime/lr_schedules.py", "lr_schedules", stubs)


def applied(config, steps, of="lr", lr=0.02):
    """What the updates of a run have; built and stepped as DeepSpeed's engine does it."""
    import torch

    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=lr, betas=(0.5, 0.99))
    scheduler = getattr(peers(), config["type"])(optimizer, **config["params"])
    found = []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        found.append(group["lr"] if of == "lr" else group["betas"][0])
        optimizer.step()
        scheduler.step()
    return found


def both(kind, steps, of="lr", **params):
    config = {"type": kind, "params": params}
    file = {
        "train_batch_size": 8,
        "optimizer": {"type": "AdamW", "params": {"lr": 0.02, "betas": [0.9, 0.95]}},
        "scheduler": config,
        "zero_optimization": {"stage": 2},
    }
    ours = compat.from_config(file, of=of)
    assert ours == compat.from_config(config, of=of, base_lr=0.02)
    follows(ours, applied(config, steps, of))


@pytest.mark.parametrize("kind", ["log", "linear"])
@pytest.mark.parametrize("warmup", [1, 2, 3, 40, 99, 100])
@pytest.mark.parametrize("low", [0.0, 0.001])
def test_warmups(kind, warmup, low):
    common = {"warmup_num_steps": warmup, "warmup_type": kind}
    both("WarmupLR", 150, **common, warmup_min_lr=low)
    both("WarmupLR", 150, **common, warmup_min_lr=low, warmup_max_lr=0.3)
    decay = {"total_num_steps": 100, "warmup_min_lr": low, "warmup_max_lr": 0.3}
    both("WarmupDecayLR", 150, **common, **decay)
    for end in (0.0, 1e-4, 0.1):
        cosine = {"total_num_steps": 100, "warmup_min_ratio": 50 * low, "cos_min_ratio": end}
        both("WarmupCosineLR", 150, **common, **cosine)


def test_defaults():
    both("WarmupLR", 1200)
    both("WarmupDecayLR", 1200, total_num_steps=1100)
    both("WarmupCosineLR", 1200, total_num_steps=1100)
    both("OneCycle", 4300, cycle_min_lr=0.01, cycle_max_lr=0.1)
    both("OneCycle", 4300, "momentum", cycle_min_lr=0.01, cycle_max_lr=0.1)
    both("LRRangeTest", 3000)
    left_open = {"optimizer", "last_batch_iteration", "self"}
    for name, ours in compat._TYPES.items():
        theirs = inspect.signature(getattr(peers(), name)).parameters
        expected = {k: p.default for k, p in theirs.items() if k not in left_open}
        keys = inspect.signature(ours).parameters.values()
        assert {p.name: p.default for p in keys if p.kind is p.POSITIONAL_OR_KEYWORD} == expected
    assert {*compat._TYPES} == {*peers().VALID_LR_SCHEDULES}


@given(
    first=st.integers(1, 60),
    second=st.one_of(st.none(), st.integers(0, 60)),
    stairs=st.integers(0, 70),
    more=st.one_of(st.none(), st.integers(0, 70)),
    every=st.integers(0, 30),
    rates=st.tuples(st.sampled_from([0.0, 0.1, 2.0]), st.sampled_from([0.0, 0.01])),
)
@drawn
def test_one_cycle(first, second, stairs, more, every, rates):
    params = {
        "cycle_min_lr": 0.01,
        "cycle_max_lr": 0.13,
        "decay_lr_rate": rates[0],
        "decay_mom_rate": rates[1],
        "cycle_first_step_size": first,
        "cycle_second_step_size": second,
        "cycle_first_stair_count": stairs,
        "cycle_second_stair_count": more,
        "decay_step_size": every,
    }
    for of in ("lr", "momentum"):
        both("OneCycle", 200, of, **params)


@pytest.mark.parametrize("staircase", [True, False])
@pytest.mark.parametrize(("size", "rate"), [(1, 0.5), (7, 1.0), (30, 5.0)])
def test_range_test(staircase, size, rate):
    both(
        "LRRangeTest",
        150,
        lr_range_test_min_lr=0.01,
        lr_range_test_step_size=size,
        lr_range_test_step_rate=rate,
        lr_range_test_staircase=staircase,
    )


def test_a_warmup_longer_than_the_whole():
    """The peer warns, warms up past the end and falls in one step; refused here."""
    params = {"total_num_steps": 100, "warmup_num_steps": 200, "warmup_max_lr": 0.3}
    config = {"type": "WarmupDecayLR", "params": params | {"warmup_type": "linear"}}
    theirs = applied(config, 203)
    assert theirs[200] == pytest.approx(0.3 * 199 / 200)
    assert theirs[201:] == [0, 0]
    with pytest.raises(ValueError, match="must be at most total_num_steps=100, got 200"):
        compat.from_config(config)


def test_auto():
    """What transformers' Trainer would write over."""
    params = {
        "total_num_steps": "auto",
        "warmup_min_lr": "auto",
        "warmup_max_lr": "auto",
        "warmup_num_steps": 30,
    }
    ours = compat.from_config(
        {"type": "WarmupDecayLR", "params": params}, base_lr=0.1, total_steps=90
    )
    filled = params | {"total_num_steps": 90, "warmup_min_lr": 0, "warmup_max_lr": 0.1}
    follows(ours, applied({"type": "WarmupDecayLR", "params": filled}, 120))


def test_a_length_that_is_given_counts():
    block = {"type": "WarmupDecayLR", "params": {"total_num_steps": 50, "warmup_num_steps": "1e1"}}
    assert compat.from_config(block).steps == 51
    assert compat.from_config(block, total_steps=80).steps == 81


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"train_batch_size": 3}, {}, "scheduler: there is no such block in the config, "),
        ({"scheduler": {"params": {}}}, {}, "scheduler: there is no type in it"),
        ({"type": "WarmupLr"}, {}, "scheduler: type must be one of 'WarmupLR', 'Warmup"),
        ({"type": "WarmupLR", "parms": {}}, {}, "no key 'parms': did you mean 'params'?"),
        ({"type": "WarmupLR"}, {}, "base_lr must be given: there is no warmup_max_lr"),
        ({"type": "WarmupCosineLR", "params": {"total_num_steps": 9000}}, {}, "base_lr must be gi"),
        ({"type": "WarmupDecayLR"}, {}, "total_num_steps must be given: the decay ends with it"),
        ({"type": "WarmupDecayLR", "params": {"total_num_steps": 9}}, {}, "at most total_num_step"),
        ({"type": "WarmupLR", "params": {"warmup_max_lr": "auto"}}, {}, "given as base_lr where"),
        ({"type": "WarmupLR", "params": {"warmup_num_steps": "auto"}}, {}, "be a number where"),
        ({"type": "WarmupLR", "params": {"warmup_num_stesp": 3}}, {}, "mean 'warmup_num_steps'?"),
        ({"type": "WarmupLR", "params": {"warmup_ratio": 3}}, {}, "is one of transformers's"),
        ({"type": "WarmupLR", "params": {"warmup_max_lr": -1}}, {}, "non-negative finite number"),
        ({"type": "WarmupLR", "params": [1]}, {}, "scheduler: params must be a mapping of keys"),
        ({"type": "WarmupLR", "params": {"warmup_type": "exp"}}, {"base_lr": 1}, "'log', 'linear'"),
        ({"type": "LRRangeTest"}, {"of": "momentum"}, 'of must be "lr", all that it drives'),
        ({"type": "OneCycle", "params": {"cycle_min_lr": 2, "cycle_max_lr": 1}}, {}, "at most cyc"),
        ({"type": "OneCycle"}, {}, "missing a required argument: 'cycle_min_lr'"),
        ([], {}, "scheduler: config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        compat.from_config(config, **given)
    assert said in str(refused.value)
