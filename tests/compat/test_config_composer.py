"""Composer's schedulers and llm-foundry's names, on a torch optimizer, by the Trainer's clock.

Both packages' own files are run: times, schedulers and the registry; a Trainer is not, which would
need a model, but what it does with a scheduler is done in its order.
"""

import functools
import inspect
import math
import warnings
from types import SimpleNamespace

import pytest
import torch
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat import composer as compat
from lrsched.compat.composer import from_config

pytestmark = pytest.mark.frameworks


@functools.cache
def peers():
    """Composer's files of times and of schedulers."""
    folder = package("mosaicml", "0.32.1") / "composer"
    enum = load(folder / "utils/string_enum.py", "composer.utils.string_enum")
    stubs = {
        "composer": {},
        "composer.utils": {"StringEnum": enum.StringEnum},
        "composer.core": {},
        "composer.core.serializable": load(
            folder / "core/serializable.py", "composer.core.serializable"
        ),
    }
    time = load(folder / "core/time.py", "composer.core.time", stubs)
    core = {"State": object, "Time": time.Time, "TimeUnit": time.TimeUnit}
    schedulers = load(
        folder / "optim/scheduler.py", "composer.optim.scheduler", stubs | {"composer.core": core}
    )
    return time, schedulers, core


EXPERIMENTAL = []


@functools.cache
def foundry():
    """The names that llm-foundry registers for schedulers."""
    _, schedulers, core = peers()
    folder = package("llm-foundry", "0.22.0") / "llmfoundry"
    optim = {**vars(schedulers), "DecoupledAdamW": None}
    stubs = {
        "composer": {},
        "composer.core": core,
        "composer.optim": optim,
        "composer.optim.scheduler": schedulers,
        "llmfoundry": {},
        "llmfoundry.utils": {},
        "llmfoundry.utils.warnings": load(
            folder / "utils/warnings.py", "llmfoundry.utils.warnings"
        ),
    }
    EXPERIMENTAL.append(stubs["llmfoundry.utils.warnings"].ExperimentalWarning)
    own = load(folder / "optim/scheduler.py", "llmfoundry.optim.scheduler", stubs)
    found = {}

    def register(name, func):
        found[name] = func

    nothing = SimpleNamespace(register=lambda name, func: None)
    stubs |= {
        "llmfoundry.optim": {},
        "llmfoundry.optim.adaptive_lion": {"DecoupledAdaLRLion": None, "DecoupledClipLion": None},
        "llmfoundry.optim.lion": {"DecoupledLionW": None},
        "llmfoundry.optim.no_op": {"NoOp": None},
        "llmfoundry.optim.scheduler": own,
        "llmfoundry.registry": {
            "optimizers": nothing,
            "schedulers": SimpleNamespace(register=register),
        },
    }
    load(folder / "optim/__init__.py", "llmfoundry.optim.names", stubs)
    return found


BATCH, TOKENS, EPOCH = 24, 1000, 37


@functools.cache
def stamps():
    """The Trainer's timestamps before each batch; an epoch is counted after its last."""
    stamp = peers()[0].Timestamp()
    found = [stamp]
    for batch in range(1, 500):
        stamp = stamp.to_next_batch(samples=BATCH, tokens=TOKENS)
        if batch % EPOCH == 0:
            stamp = stamp.to_next_epoch()
        found.append(stamp)
    return found


def applied(scheduler, steps, max_duration="100ba", ratio=1.0, lr=0.1):
    """The rates of the updates: composer's Trainer.fit and _train_loop, without the model."""
    time, schedulers, _ = peers()
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    duration = time.Time.from_timestring(max_duration)
    state = SimpleNamespace(
        optimizers=(optimizer,),
        timestamp=stamps()[0],
        dataloader_len=time.Time(EPOCH, "ba"),
        max_duration=duration * ratio,
    )
    found = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"\s*The warmup duration is 0", UserWarning)
        compiled = schedulers.compile_composer_scheduler(scheduler, state, ratio)
        for step in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            compiled.step()
            state.timestamp = stamps()[step + 1]
    return found


RUN = {"steps_per_epoch": EPOCH, "global_batch_size": BATCH, "tokens_per_step": TOKENS}


def both(name, steps, *args, max_duration="100ba", ratio=1.0, **keys):
    peer = getattr(peers()[1], name, None) or foundry()["inv_sqrt_with_warmup"]
    theirs = applied(peer(*args, **keys), steps, max_duration, ratio)
    run = {**RUN, "base_lr": 0.1, "max_duration": max_duration, "scale_schedule_ratio": ratio}
    ours = getattr(compat, name)(*args, **keys, **run)
    follows(ours, theirs)
    return ours


# Times of 50 updates, nearly, in a run of 100 of them, nearly.
HALVES = ["50ba", "49_900tok", "1.2e3sp", "1199sp", "0.29dur", "1ep"]
RUNS = ["100ba", "99_999tok", "2400sp", "3ep"]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("run", RUNS)
def test_times(half, run):
    both("StepScheduler", 150, half, gamma=0.3, max_duration=run)
    both("ConstantScheduler", 150, 0.3, half, max_duration=run)
    both("LinearScheduler", 150, 0.3, 0.9, half, max_duration=run)
    both("ExponentialScheduler", 150, 0.7, half, max_duration=run)
    both("CosineAnnealingScheduler", 150, half, alpha_f=0.2, max_duration=run)
    both("CosineAnnealingWarmRestartsScheduler", 150, half, alpha_f=0.2, max_duration=run)
    both("PolynomialScheduler", 150, 1.7, half, alpha_f=0.2, max_duration=run)
    both("MultiStepScheduler", 150, [half, "70ba", "1.9e3sp", "0.9dur", half], max_duration=run)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("scale_warmup", [True, False])
def test_warmups(half, run, scale_warmup):
    common = {"scale_warmup": scale_warmup, "max_duration": run}
    both("MultiStepWithWarmupScheduler", 150, half, ["30ba", "70ba", "2e3sp"], 0.3, **common)
    # Elsewhere the warmup has to be in the unit of the run.
    units = [time[-2:].replace("ep", "ba") for time in (half, run)]
    if units[0] not in (units[1], "ur"):
        with pytest.raises(ValueError, match="must use the same units"):
            both("LinearWithWarmupScheduler", 1, half, **common)
        with pytest.raises(ValueError, match="t_warmup must be in the unit of t_max=1"):
            compat.LinearWithWarmupScheduler(half, **RUN, max_duration=run)
        return
    both("ConstantWithWarmupScheduler", 150, half, 0.7, **common)
    both("LinearWithWarmupScheduler", 150, half, 0.9, 0.2, **common)
    both("CosineAnnealingWithWarmupScheduler", 150, half, alpha_f=0.2, **common)
    both("PolynomialWithWarmupScheduler", 150, half, 1.7, alpha_f=0.2, **common)
    longer = {"ba": "130ba", "tok": "130_001tok", "sp": "3119sp", "ep": "4ep"}
    t_max = next(text for end, text in longer.items() if run.endswith(end))
    both("CosineAnnealingWithWarmupScheduler", 150, half, t_max, 0.2, **common)


PART = {"ba": 30, "sp": 700, "tok": 30_000}
WARMED = ["Constant", "Linear", "CosineAnnealing", "Polynomial"]


@pytest.mark.parametrize("name", WARMED)
@pytest.mark.parametrize("warmup", ["0ba", "1ba", "99ba", "100ba", "0.001dur", "1dur"])
def test_ends_of_a_warmup(name, warmup):
    both(f"{name}WithWarmupScheduler", 130, warmup)
    if warmup == "100ba":
        both(f"{name}WithWarmupScheduler", 130, "120ba")


@pytest.mark.parametrize("ratio", [0.53, 1.7])
@pytest.mark.parametrize("run", ["100ba", "99_999tok", "3ep"])
@pytest.mark.parametrize("scale_warmup", [True, False])
def test_scale_schedule_ratio(ratio, run, scale_warmup):
    common = {"ratio": ratio, "max_duration": run}
    for time in ("0.29dur", "1ep", "799sp"):
        both("StepScheduler", 150, time, 0.3, **common)
        both("LinearScheduler", 150, t_max=time, **common)
        both("MultiStepScheduler", 150, [time, "60ba"], 0.3, **common)
        both("ConstantScheduler", 150, 0.5, time, **common)
        both(
            "MultiStepWithWarmupScheduler",
            150,
            time,
            ["60ba"],
            scale_warmup=scale_warmup,
            **common,
        )
    unit = run.lstrip("0123456789_").replace("ep", "ba")
    for warmup in ("0.29dur", str(PART[unit]) + unit):
        for name in WARMED:
            both(
                f"{name}WithWarmupScheduler",
                200,
                warmup,
                scale_warmup=scale_warmup,
                **common,
            )


@pytest.mark.parametrize("mult", [1, 2, 1.0, 3.0, 1.5, 1.05, 1.26, 0.9, 0.999])
@pytest.mark.parametrize("first", ["10ba", "333sp", "17_001tok", "0.1dur", "100ba", "101ba"])
def test_restarts(mult, first):
    name = "CosineAnnealingWarmRestartsScheduler"
    if mult < 1 and first in ("10ba", "0.1dur"):  # 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, and 0
        with pytest.raises(ValueError, match="has decayed to 0"):
            applied(peers()[1].CosineAnnealingWarmRestartsScheduler(first, mult), 99)
        with pytest.raises(ValueError, match="t_mult must be such that no cycle before max_dura"):
            compat.CosineAnnealingWarmRestartsScheduler(first, mult, max_duration="100ba")
        return
    both(name, 101, first, mult, alpha_f=0.2)


def test_restarts_past_the_run():
    """Cycles that are rounded one by one end with the run; all others go on."""
    name = "CosineAnnealingWarmRestartsScheduler"
    both(name, 400, "10ba", 2)
    both(name, 400, "10ba", 1.05)  # 10 long again and again
    schedule = both(name, 115, "10ba", 1.5)
    assert [cycle.steps for cycle in schedule.schedule.phases] == [10, 15, 22, 33, 49]
    peer = peers()[1].CosineAnnealingWarmRestartsScheduler("10ba", 1.5)
    assert applied(peer, 131)[130] == 0.1  # and here it has ended
    assert schedule(130) == 0.0


@given(
    name=st.sampled_from([f"{name}WithWarmupScheduler" for name in WARMED]),
    warmup=st.integers(0, 2000),
    whole=st.integers(1, 3000),
    more=st.integers(0, 500),
    unit=st.sampled_from(["ba", "sp", "tok"]),
    ratio=st.sampled_from([1.0, 0.7, 1.3]),
    scale_warmup=st.booleans(),
)
@drawn
def test_drawn(name, warmup, whole, more, unit, ratio, scale_warmup):
    if unit == "ba":
        warmup, whole, more = warmup // 20, 1 + whole // 20, more // 20
    if unit == "tok":
        warmup, whole, more = warmup * 50, whole * 50, more * 50
    if (scale_warmup and warmup and int(warmup * ratio) == 0) or int(whole * ratio) == 0:
        return
    both(
        name,
        200,
        f"{warmup}{unit}",
        t_max=f"{whole + more}{unit}",
        scale_warmup=scale_warmup,
        max_duration=f"{whole}{unit}",
        ratio=ratio,
    )


@pytest.mark.parametrize(
    "times",
    [
        ("10ba", "40ba", "20ba", "100ba"),
        ("0ba", "40ba", "0ba", "100ba"),
        ("30ba", "1ba", "80ba", "100ba"),
        ("30ba", "7ba", "180ba", "100ba"),
        ("1ep", "1ep", "1ep", "4ep"),
        ("333sp", "1000sp", "801sp", "2399sp"),
        ("20_001tok", "3e4tok", "17_000tok", "99_999tok"),
    ],
)
@pytest.mark.parametrize(("low", "end"), [(0.0, 0.0), (0.2, 0.1), (1.0, 1.0)])
@pytest.mark.parametrize("ratio", [1.0, 0.7])
def test_inverse_square_root(times, low, end, ratio):
    *times, run = times
    name = "InverseSquareRootWithWarmupScheduler"
    if times[1] == "1ba" and ratio < 1:
        return
    keys = {"alpha_f_decay": low, "alpha_f_cooldown": end, "ratio": ratio, "max_duration": run}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", foundry_warning())
        both(name, 180, *times, **keys)
        if run == "100ba":
            both(name, 180, *times, "150ba", **keys)


def foundry_warning():
    """What llm-foundry says of a scheduler that is experimental."""
    foundry()
    return EXPERIMENTAL[0]


def test_every_scheduler_is_there():
    """By the peer's names, with its parameters, their order and their defaults."""
    _, schedulers, _ = peers()
    names = [name for name in schedulers.__all__ if name[0].isupper()]
    names.remove("ComposerScheduler")
    assert len(names) == 13
    for name in names:
        theirs = list(inspect.signature(getattr(schedulers, name).__init__).parameters.values())[1:]
        ours = list(inspect.signature(getattr(compat, name)).parameters.values())
        assert [(p.name, p.default) for p in ours[:-1]] == [(p.name, p.default) for p in theirs]
        assert ours[-1].kind is inspect.Parameter.VAR_KEYWORD


def test_the_names_of_llm_foundry():
    assert {name: made.__name__ for name, made in compat._NAMES.items()} == {
        name: peer.__name__ for name, peer in foundry().items()
    }


FILE = {
    "max_seq_len": 50,
    "global_train_batch_size": 20,
    "model": {"name": "mpt_causal_lm", "max_seq_len": 50},
    "optimizer": {"name": "decoupled_adamw", "lr": "6.0e-4", "betas": [0.9, 0.95]},
    "algorithms": {"gradient_clipping": {"clipping_type": "norm"}},
    "eval_interval": "500ba",
    "device_train_microbatch_size": 4,
}


@pytest.mark.parametrize(
    ("block", "run"),
    [
        # in the form of llm-foundry's pretraining and finetuning recipes
        ({"name": "cosine_with_warmup", "t_warmup": "10ba", "alpha_f": 0.1}, "48ba"),
        ({"name": "cosine_with_warmup", "t_warmup": "0.01dur", "alpha_f": "1e-1"}, "400ba"),
        ({"name": "linear_decay_with_warmup", "t_warmup": "20ba", "alpha_f": 0}, "2ep"),
        ({"name": "linear_decay_with_warmup", "t_warmup": "0.02dur", "alpha_f": 0.02}, "1ep"),
        ({"name": "constant_with_warmup", "t_warmup": "0ba"}, "90ba"),
        ({"name": "cosine_with_warmup", "t_warmup": "4_001tok", "alpha_f": 0.1}, "9e4tok"),
        (
            {"name": "inv_sqrt_with_warmup", "t_warmup": "10ba", "t_scale": "10ba"}
            | {"t_cooldown": "20ba", "t_max": "80ba"},
            "80ba",
        ),
    ],
)
def test_files_of_llm_foundry(block, run):
    keys = {k: float(v) if k == "alpha_f" else v for k, v in block.items() if k != "name"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", foundry_warning())
        peer = foundry()[block["name"]](**keys)
    file = FILE | {"scheduler": block, "max_duration": run}
    ours = from_config(file, steps_per_epoch=EPOCH)
    follows(ours, applied(peer, 150, run, lr=6e-4))
    given = {"base_lr": 6e-4, "max_duration": run, "steps_per_epoch": EPOCH}
    given |= {"global_batch_size": 20, "tokens_per_step": 1000}
    assert from_config(block, **given) == ours
    assert from_config({"parameters": file}, steps_per_epoch=EPOCH) == ours
    wrong = FILE | {"optimizer": {"lr": 1}, "max_duration": "7ba", "scheduler": block}
    assert from_config(wrong, **given) == ours


def test_a_ratio_in_the_file():
    block = {"name": "cosine_with_warmup", "t_warmup": "10ba"}
    file = FILE | {"scheduler": block, "max_duration": "100ba", "scale_schedule_ratio": "0.5"}
    assert from_config(file).steps == 51


def test_composers_own_times():
    time, _, _ = peers()
    made = compat.CosineAnnealingScheduler(time.Time(5, "ep"), steps_per_epoch=10)
    assert made == compat.CosineAnnealingScheduler("5EP", steps_per_epoch=10)
    assert made == lrs.Shift(lrs.CosineDecay(50), -1)
    half = time.Time(0.5, "dur")
    assert compat.LinearScheduler(t_max=half, max_duration="9ba").steps == 5


def test_a_part_of_the_run_is_rounded_down():
    made = compat.LinearScheduler(t_max="0.29dur", max_duration="100ba")
    assert made == lrs.Shift(lrs.LinearDecay(28), -1)  # 0.29 * 100 is a little below 29
    assert math.floor(0.29 * 100) == 28


COSINE = {"name": "cosine_with_warmup", "t_warmup": "10ba"}
RATE = {"base_lr": 1.0, "max_duration": "100ba"}


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({}, {}, "scheduler: there is no such block in the config, nor a name"),
        ({"scheduler": 3}, {}, "scheduler: scheduler must be a mapping of keys to values"),
        ({"scheduler": {}}, {}, "name must be one of 'constant_with_warmup', 'cosine_with_warmup'"),
        ({"name": "cosine"}, {}, "name must be one of 'constant_with_warmup', 'cosine_with_warmup"),
        (COSINE, {}, "base_lr must be given: the scheduler has multiples of it"),
        (COSINE, {"base_lr": 1}, "max_duration must be given: t_max is a part of it"),
        (COSINE | {"t_warmup": 10}, RATE, "t_warmup must be a time with its unit (ba, ep, sp, tok"),
        (COSINE | {"t_warmup": "10"}, RATE, "t_warmup must be a time with its unit (ba, ep, sp, t"),
        (COSINE | {"t_warmup": "1e1"}, RATE, "t_warmup must be a time with its unit (ba, ep, sp,"),
        (COSINE | {"t_warmup": "1.5ba"}, RATE, "such as '100ba', got '1.5ba'"),
        (COSINE | {"t_warmup": "-1ba"}, RATE, "such as '100ba', got '-1ba'"),
        (COSINE | {"t_warmup": "infdur"}, RATE, "such as '100ba', got 'infdur'"),
        (COSINE | {"t_warmup": "ba"}, RATE, "such as '100ba', got 'ba'"),
        (COSINE | {"t_warmup": ""}, RATE, "such as '100ba', got ''"),
        (COSINE | {"t_warmup": "5 batches"}, RATE, "such as '100ba', got '5 batches'"),
        (COSINE | {"t_warmup": "90sec"}, RATE, "not in seconds, which no schedule knows, got '90s"),
        (COSINE | {"t_warmup": "1h30m"}, RATE, "not in seconds, which no schedule knows, got "),
        (COSINE | {"t_warmup": "3iter"}, RATE, "not in iterations, which are as long as a Trainer"),
        (COSINE | {"t_warmup": "1ep"}, RATE, "steps_per_epoch must be given: t_warmup is in epoch"),
        (COSINE | {"t_warmup": "9sp"}, RATE, "global_batch_size must be given: t_warmup is in sam"),
        (COSINE | {"t_warmup": "9tok"}, RATE, "tokens_per_step must be given: t_warmup is in tok"),
        ({"name": "cosine_with_warmup", "t_warmpu": "9ba"}, RATE, "no key 't_warmpu': did you mea"),
        (COSINE | {"warmup_ratio": 0.1}, RATE, "no key 'warmup_ratio', which is one of transforme"),
        (COSINE | {"t_max": "99ba"}, RATE, "t_max must be at least max_duration=100ba, got '99ba'"),
        (COSINE | {"alpha_f": -1}, RATE, "alpha_f must be a non-negative finite number, got -1"),
        (COSINE, RATE | {"max_duration": 100}, "max_duration must be a time with its unit (ba, ep"),
        (COSINE, RATE | {"max_duration": "0ba"}, "max_duration must be 1 or more, times scale_sch"),
        (COSINE, RATE | {"max_duration": "0.5dur"}, "max_duration must be in batches, epochs, sam"),
        (COSINE, RATE | {"base_lr": -1}, "base_lr must be a non-negative finite number, got -1"),
        (COSINE, RATE | {"of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        ({"name": "cosine_with_warmup"}, RATE, "missing a required argument: 't_warmup'"),
        ([], {}, "scheduler: config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)


INVERSE = {"t_warmup": "10ba", "t_scale": "10ba", "t_cooldown": "10ba", "max_duration": "100ba"}


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("StepScheduler", {"step_size": "0ba"}, "StepScheduler: step_size must be 1ba or more, go"),
        ("StepScheduler", {"step_size": "3ba", "step_per_epoch": 3}, "StepScheduler: got an unexp"),
        ("MultiStepScheduler", {"milestones": "3ba"}, "milestones must be a list of times, each w"),
        ("MultiStepScheduler", {"milestones": ["3ba", 4]}, "milestones must be a list of times, e"),
        ("LinearScheduler", {"t_max": "0ba"}, "LinearScheduler: t_max must be 1ba or more, got '0"),
        ("ExponentialScheduler", {"gamma": 0.9}, "steps_per_epoch must be given: decay_period is"),
        (
            "LinearScheduler",
            {"t_max": "5ba", "scale_schedule_ratio": 0.1, "max_duration": "90ba"},
            "t_max must be 1ba or more, got '5ba'",
        ),
        (
            "CosineAnnealingWarmRestartsScheduler",
            {"t_0": "1ba", "t_mult": 1.5, "max_duration": "9sp"},
            "global_batch_size must be given: max_duration is in samples",
        ),
        (
            "CosineAnnealingWarmRestartsScheduler",
            {"t_0": "10ba", "t_mult": 1.5},
            "max_duration must be given: cycles 1.5 times as long are rounded one by one",
        ),
        (
            "CosineAnnealingWarmRestartsScheduler",
            {"t_0": "2000ba", "t_mult": 1.001, "max_duration": "1e9ba"},
            "t_mult must be such that a run has fewer than 1000 cycles, got 1.001",
        ),
        (
            "InverseSquareRootWithWarmupScheduler",
            INVERSE | {"t_scale": "0.1dur"},
            "t_scale must be in the unit of max_duration=100ba, got '0.1dur'",
        ),
        (
            "InverseSquareRootWithWarmupScheduler",
            INVERSE | {"alpha_f_cooldown": 0.1},
            "alpha_f_cooldown must be at most alpha_f_decay=0.0, got 0.1",
        ),
        (
            "InverseSquareRootWithWarmupScheduler",
            INVERSE | {"t_scale": "0ba"},
            "t_scale must be 1ba or more, got '0ba'",
        ),
        (
            "InverseSquareRootWithWarmupScheduler",
            INVERSE | {"t_max": "100sp", "global_batch_size": 2},
            "t_max must be in the unit of max_duration=100ba, got '100sp'",
        ),
    ],
)  # fmt: skip
def test_bad_schedulers(name, keys, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        getattr(compat, name)(**keys)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{name}: ")
