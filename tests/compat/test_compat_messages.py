"""Every refusal names the function that was called and one of its own parameters."""

import importlib
import inspect
import itertools
import math
import re
import warnings

import pytest
from core.test_bad_input import PRESETS

import lrsched as lrs

MODULES = (
    *("torch", "transformers", "optax", "keras", "timm", "megatron", "detectron2", "deepspeed"),
    *("diffusers", "levanter", "olmo", "torchtitan", "ultralytics"),
)
LINE = lrs.LinearDecay(10)
LR = {"base_lr": 0.1}
KERAS = {"initial_learning_rate": 0.1, "decay_steps": 5}
OPTAX = {"init_value": 0.5, "peak_value": 1.0, "warmup_steps": 5}
WARMUP = LR | {"num_warmup_steps": 5}
TRAINING = WARMUP | {"num_training_steps": 20}
CYCLES = LR | {"t_initial": 5}
LEVANTER = {"learning_rate": 0.1}
DECAY = LEVANTER | {"min_lr_ratio": 0.1, "decay_steps": 5}
OLMO = LR | {"warmup": 5, "total_steps": 20}

# Arguments of each that make sense, the optional ones of interest among them.
SENSIBLE = {
    "torch": {
        "StepLR": LR | {"step_size": 3},
        "MultiStepLR": LR | {"milestones": [3, 5]},
        "ConstantLR": LR,
        "LinearLR": LR,
        "ExponentialLR": LR | {"gamma": 0.9},
        "MultiplicativeLR": LR | {"factor": 0.9},
        "PolynomialLR": LR,
        "CosineAnnealingLR": LR | {"T_max": 5},
        "CosineAnnealingWarmRestarts": LR | {"T_0": 5},
        "CyclicLR": LR | {"max_lr": 1.0},
        "CyclicLR_momentum": {},
        "OneCycleLR": {"max_lr": 0.1, "total_steps": 33},
        "OneCycleLR_momentum": {"total_steps": 33},
        "SequentialLR": {"schedulers": [LINE, LINE], "milestones": [5]},
        "ChainedScheduler": LR | {"schedulers": [LINE, LINE, LINE]},
        "SWALR": LR | {"swa_lr": 0.05},
        "GradualWarmupScheduler": LR
        | {"multiplier": 2.0, "total_epoch": 5, "after_scheduler": LINE},
        "ReduceLROnPlateau": LR,
    },
    "transformers": {
        "get_constant_schedule": LR,
        "get_constant_schedule_with_warmup": WARMUP,
        "get_linear_schedule_with_warmup": TRAINING,
        "get_cosine_schedule_with_warmup": TRAINING,
        "get_cosine_with_hard_restarts_schedule_with_warmup": TRAINING,
        "get_polynomial_decay_schedule_with_warmup": TRAINING,
        "get_inverse_sqrt_schedule": WARMUP,
        "get_cosine_with_min_lr_schedule_with_warmup": TRAINING | {"min_lr": 0.01},
        "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": TRAINING | {"min_lr": 0.01},
        "get_wsd_schedule": TRAINING | {"num_decay_steps": 5},
        "get_scheduler": TRAINING | {"name": "cosine"},
        "TrainingArguments": {"total_steps": 20},
        "AxolotlInputConfig": {"learning_rate": 0.1, "total_steps": 20},
        "get_reduce_on_plateau_schedule": LR,
        "get_greedy_schedule": LR,
        "GreedyLR": LR,
    },
    "optax": {
        "constant_schedule": {"value": 1.0},
        "polynomial_schedule": {
            "init_value": 1.0,
            "end_value": 0.1,
            "power": 2,
            "transition_steps": 5,
        },
        "linear_schedule": {"init_value": 1.0, "end_value": 0.1, "transition_steps": 5},
        "piecewise_constant_schedule": {"init_value": 1.0, "boundaries_and_scales": {3: 0.5}},
        "piecewise_interpolate_schedule": {
            "interpolate_type": "linear",
            "init_value": 1.0,
            "boundaries_and_scales": {3: 0.5},
        },
        "exponential_decay": {"init_value": 1.0, "transition_steps": 5, "decay_rate": 0.5},
        "cosine_decay_schedule": {"init_value": 1.0, "decay_steps": 5},
        "linear_onecycle_schedule": {"transition_steps": 50, "peak_value": 1.0},
        "cosine_onecycle_schedule": {"transition_steps": 50, "peak_value": 1.0},
        "warmup_constant_schedule": OPTAX,
        "warmup_cosine_decay_schedule": OPTAX | {"decay_steps": 50},
        "warmup_exponential_decay_schedule": OPTAX | {"transition_steps": 50, "decay_rate": 0.5},
        "sgdr_schedule": {"cosine_kwargs": [OPTAX | {"decay_steps": 50}]},
        "join_schedules": {"schedules": [LINE, LINE], "boundaries": [5]},
        "reduce_on_plateau": {},
    },
    "keras": {
        "CosineDecay": KERAS,
        "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 5},
        "ExponentialDecay": KERAS | {"decay_rate": 0.5},
        "PiecewiseConstantDecay": {"boundaries": [3], "values": [1.0, 0.5]},
        "PolynomialDecay": KERAS,
        "InverseTimeDecay": KERAS | {"decay_rate": 0.5},
        "ReduceLROnPlateau": LR,
    },
    "timm": {
        "CosineLRScheduler": CYCLES,
        "TanhLRScheduler": CYCLES,
        "PolyLRScheduler": CYCLES,
        "StepLRScheduler": LR | {"decay_t": 2.5},
        "MultiStepLRScheduler": LR | {"decay_t": [3, 5]},
        "WSDLRScheduler": LR | {"t_initial": 20, "decay_t": 5},
        "create_scheduler": {"lr": 0.1, "steps_per_epoch": 10},
    },
    "megatron": {
        "OptimizerParamScheduler": {
            "init_lr": 0.0,
            "max_lr": 0.1,
            "min_lr": 0.01,
            "lr_warmup_steps": 5,
            "lr_decay_steps": 20,
            "lr_decay_style": "WSD",
            "wsd_decay_steps": 5,
            "lr_wsd_decay_style": "exponential",
        },
        "OptimizerParamScheduler_weight_decay": {
            "start_wd": 0.0,
            "end_wd": 0.1,
            "wd_incr_steps": 5,
            "wd_incr_style": "linear",
        },
        "get_optimizer_param_scheduler": {"lr": 0.1, "train_iters": 20},
    },
    "detectron2": {
        "WarmupMultiStepLR": LR | {"milestones": [3, 5]},
        "WarmupCosineLR": LR | {"max_iters": 5000},
        "LRMultiplier": LR | {"multiplier": LINE, "max_iter": 20},
        "ConstantParamScheduler": {"value": 0.1},
        "LinearParamScheduler": {"start_value": 0.1, "end_value": 1.0},
        "CosineParamScheduler": {"start_value": 0.1, "end_value": 1.0},
        "ExponentialParamScheduler": {"start_value": 0.1, "decay": 0.5},
        "PolynomialDecayParamScheduler": {"base_value": 0.1, "power": 0.5},
        "MultiStepParamScheduler": {"values": [1.0, 0.5], "num_updates": 10, "milestones": [5]},
        "StepParamScheduler": {"num_updates": 10, "values": [1.0, 0.5]},
        "StepWithFixedGammaParamScheduler": {
            "base_value": 0.1,
            "num_decays": 3,
            "gamma": 0.1,
            "num_updates": 20,
        },
        "CompositeParamScheduler": {
            "schedulers": [LINE, LINE],
            "lengths": [0.5, 0.5],
            "interval_scaling": ["fixed", "rescaled"],
        },
        "WarmupParamScheduler": {"scheduler": LINE, "warmup_factor": 0.1, "warmup_length": 0.1},
        "SOLVER": {},
    },
    "deepspeed": {
        "WarmupLR": LR | {"warmup_num_steps": 5},
        "WarmupDecayLR": {"total_num_steps": 2000},
        "WarmupCosineLR": LR | {"total_num_steps": 2000},
        "OneCycle": {"cycle_min_lr": 0.1, "cycle_max_lr": 0.2},
        "LRRangeTest": {},
        "scheduler": LR | {"type": "WarmupLR"},
    },
    "diffusers": {
        "get_piecewise_constant_schedule": LR | {"step_rules": "1:10,0.1:20,0.01"},
        "get_linear_schedule_with_warmup": TRAINING,
        "get_scheduler": TRAINING | {"name": "cosine"},
        "parse_args": {"learning_rate": 0.1, "total_steps": 2000},
        "get_scheduler_fix": {"total_steps": 20},
    },
    "levanter": {
        "ConstantLrSchedule": LEVANTER,
        "CosineLrSchedule": DECAY,
        "LinearLrSchedule": DECAY,
        "InvSqrtLrSchedule": LEVANTER | {"min_lr_ratio": 0.1, "warmup_steps": 5},
        "InvLrSchedule": DECAY,
        "PolynomialLrSchedule": DECAY,
        "InvSqrtDecayLrSchedule": DECAY,
        "PowerLrSchedule": LEVANTER | {"batch_size": 8, "seq_length": 128},
        "OptimizerConfig": {"total_steps": 20},
    },
    "olmo": {
        "ConstantScheduler": LR,
        "ConstantWithWarmup": OLMO,
        "WSD": OLMO | {"decay": 5, "decay_fraction": None},
        "PowerLR": OLMO,
        "LinearWithWarmup": OLMO,
        "InvSqrtWithWarmup": OLMO,
        "CosWithWarmup": OLMO,
        "HalfCosWithWarmup": OLMO,
        "CosWithWarmupAndLinearDecay": OLMO,
        "WSDS": LR | {"period_lengths": [10, 20], "warmup": 2, "decay": 2},
        "ExponentialScheduler": LR | {"total_steps": 20},
    },
    "torchtitan": {"lr_scheduler": LR | {"warmup_steps": 5, "total_steps": 20}},
    "ultralytics": {"train": {"optimizer": "SGD", "steps_per_epoch": 10}},
}
FUNCTIONS = [
    *(
        pytest.param(getattr(importlib.import_module(f"lrsched.compat.{m}"), name), given, id=name)
        for m, table in SENSIBLE.items()
        for name, given in table.items()
    ),
    *(pytest.param(getattr(lrs, name), given, id=name) for name, given in PRESETS.items()),
]

BAD = [0, -1, 0.5, 2.5, 1e308, -1e308, 5e-324, 10**18, 10**400, math.nan, math.inf, "x", None]
BAD += [[], [1], [1e308, 1e308], {}, {1: 1e308}, object(), True]
EXTREME = [0, 1e308, 5e-324]


def complaint(function, arguments):
    """What is said, if anything: nothing but a TypeError or ValueError may come of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**arguments)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


@pytest.mark.parametrize(("function", "sensible"), FUNCTIONS)
def test_in_the_names_that_were_typed(function, sensible):
    parameters = [
        name
        for name, p in inspect.signature(function).parameters.items()
        if p.kind != p.VAR_KEYWORD
    ]
    own = "|".join(parameters)
    form = re.compile(
        rf"{function.__name__}: ((?:{own})(?:\[[^]]+\])* must be .*, got [^,].*"
        rf"|missing a required (?:keyword-only )?argument: '(?:{own})')",
        re.DOTALL,
    )
    assert complaint(function, sensible) is None
    tried = [{}]
    for name in parameters:
        tried.append({key: value for key, value in sensible.items() if key != name})
        tried += [sensible | {name: value} for value in BAD]
    for pair in itertools.combinations(parameters, 2):
        for values in itertools.product(EXTREME, repeat=2):
            tried.append(sensible | dict(zip(pair, values, strict=True)))
    said = [(complaint(function, arguments), arguments) for arguments in tried]
    for words, arguments in said:
        assert words is None or (form.fullmatch(words) and ",," not in words), (words, arguments)


# What has no good arguments, and what reads the sections of a config.
OTHERS = {"get_adafactor_schedule", "from_config", "optimizer", "training"}
OTHERS |= {"ComposableSchedulerStage", "OverrideDecay", "ComposableScheduler"}
OTHERS |= {"SequentialScheduler", "Duration", "optim", "data_loader", "trainer"}


def test_every_function_is_here():
    for module in MODULES:
        found = importlib.import_module(f"lrsched.compat.{module}")
        names = {
            name
            for name, value in vars(found).items()
            if getattr(value, "__module__", "") == found.__name__
            and not name.startswith("_")
            and callable(value)
        }
        assert names - OTHERS == SENSIBLE[module].keys()


torch, transformers, optax = (
    importlib.import_module(f"lrsched.compat.{name}") for name in ("torch", "transformers", "optax")
)
LATE = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 5, "decay_steps": 5}

SAID = [
    (
        lambda: torch.OneCycleLR(0.1),
        "OneCycleLR: total_steps must be given, or epochs and steps_per_epoch, got None",
    ),
    (
        lambda: transformers.get_wsd_schedule(0.1, 1, 1),
        "get_wsd_schedule: num_training_steps must be given, or num_stable_steps instead, got None",
    ),
    (
        lambda: transformers.get_cosine_schedule_with_warmup(0.1, 5, 20, num_cycles=1e308),
        "get_cosine_schedule_with_warmup: num_cycles must be a value that works out (LinearWarmup: "
        "end must be a finite number, got inf), got 1e+308",
    ),
    (
        lambda: optax.linear_onecycle_schedule(100, 1.0, div_factor=5e-324),
        "linear_onecycle_schedule: div_factor must be a value that works out (PiecewiseLinear: "
        "values must be a sequence of finite numbers, got (inf, 1.0, inf, inf)), got 5e-324",
    ),
    (
        lambda: optax.sgdr_schedule([LATE]),
        "sgdr_schedule: cosine_kwargs[0]['decay_steps'] must be more than warmup_steps=5, which it "
        "includes, got 5",
    ),
    (
        lambda: transformers.get_scheduler("polynomial", 0.1, 5, 20, {"power": -2}),
        "get_scheduler: scheduler_specific_kwargs['power'] must be a positive finite number, "
        "got -2",
    ),
    (
        lambda: transformers.get_scheduler("polynomial", 1e-8, 5, 20),
        "get_scheduler: base_lr must be a value that works out "
        "(get_polynomial_decay_schedule_with_warmup: lr_end must be below base_lr=1e-08, "
        "got 1e-07), got 1e-08",
    ),
    (
        lambda: transformers.get_scheduler("cosine", 0.1, 30, 20),
        "get_scheduler: num_warmup_steps must be at most num_training_steps=20, got 30",
    ),
    (
        lambda: transformers.get_scheduler("greedy", 0.1, scheduler_specific_kwargs={"factor": 2}),
        "get_scheduler: scheduler_specific_kwargs['factor'] must be a number above 0 and below 1, "
        "got 2",
    ),
    (
        lambda: transformers.get_greedy_schedule(0.1, min_lr=1.0),
        "get_greedy_schedule: min_lr must be at most base_lr=0.1, got 1.0",
    ),
    (
        lambda: lrs.cooldown(lrs.ExponentialDecay(1e300), 2, lrs.LinearDecay(5)),
        "cooldown: at must be a value that works out (Product: factors[0] must be a schedule or a "
        "finite number, got inf), got 2",
    ),
]


@pytest.mark.parametrize(("build", "words"), SAID)
def test_said(build, words):
    with pytest.raises(ValueError, match="must be") as caught:
        build()
    assert str(caught.value) == words


def test_the_inner_reason_is_kept():
    with pytest.raises(ValueError, match="num_cycles") as caught:
        transformers.get_cosine_schedule_with_warmup(0.1, 5, 20, num_cycles=1e308)
    assert str(caught.value.__cause__) == "LinearWarmup: end must be a finite number, got inf"


def test_a_wrong_step_is_left_alone():
    with pytest.raises(ValueError, match=r"^CosineDecay: step must be .*, got -1 at index 0$"):
        lrs.match(lrs.CosineDecay(5), [-1], [0.0])


def test_keywords_that_no_one_knows():
    with pytest.raises(TypeError) as caught:
        transformers.get_scheduler("linear", 0.1, 0, 5, {"power": 2})
    assert str(caught.value) == "get_scheduler: got an unexpected keyword argument 'power'"
    with pytest.raises(TypeError) as caught:
        optax.sgdr_schedule([{"init_value": 0.0}])
    assert str(caught.value) == "sgdr_schedule: missing a required argument: 'peak_value'"
