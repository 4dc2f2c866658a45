"""The section SOLVER of a config of detectron2, by fvcore's real classes.

detectron2 is on no package index, so its own file is NOT run here. `build_lr_scheduler` is restated
over the classes of fvcore that it is made of, and its config is a real CfgNode of yacs.
"""

import ast
import importlib

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs
from lrsched.compat._config import recognised
from lrsched.compat.detectron2 import SOLVER, from_config

pytestmark = pytest.mark.frameworks

peers = importlib.import_module("fvcore.common.param_scheduler")
CfgNode = importlib.import_module("yacs.config").CfgNode

# What `cfg.SOLVER` holds where nothing is given: what is about the rate, and the rest.
DEFAULTS = {
    "LR_SCHEDULER_NAME": "WarmupMultiStepLR",
    "MAX_ITER": 40000,
    "BASE_LR": 0.001,
    "BASE_LR_END": 0.0,
    "GAMMA": 0.1,
    "STEPS": (30000,),
    "NUM_DECAYS": 3,
    "WARMUP_FACTOR": 1.0 / 1000,
    "WARMUP_ITERS": 1000,
    "WARMUP_METHOD": "linear",
    "RESCALE_INTERVAL": False,
    "REFERENCE_WORLD_SIZE": 0,
}
OTHERS = {
    "MOMENTUM": 0.9,
    "NESTEROV": False,
    "WEIGHT_DECAY": 0.0001,
    "WEIGHT_DECAY_NORM": 0.0,
    "CHECKPOINT_PERIOD": 5000,
    "IMS_PER_BATCH": 16,
    "BIAS_LR_FACTOR": 1.0,
    "WEIGHT_DECAY_BIAS": None,
    "CLIP_GRADIENTS": CfgNode({"ENABLED": False, "CLIP_TYPE": "value", "CLIP_VALUE": 1.0}),
    "AMP": CfgNode({"ENABLED": False}),
}


def applied(fields, at=None):
    """The rates of the iterations, or of those `at`, as `build_lr_scheduler` makes them."""
    solver = CfgNode({**DEFAULTS, **fields})
    total = solver.MAX_ITER
    if solver.LR_SCHEDULER_NAME == "WarmupMultiStepLR":
        steps = [step for step in solver.STEPS if step <= total]
        values = [solver.GAMMA**k for k in range(len(steps) + 1)]
        decay = peers.MultiStepParamScheduler(values, total, steps)
    elif solver.LR_SCHEDULER_NAME == "WarmupCosineLR":
        decay = peers.CosineParamScheduler(1, solver.BASE_LR_END / solver.BASE_LR)
    else:
        decay = peers.StepWithFixedGammaParamScheduler(1.0, solver.NUM_DECAYS, solver.GAMMA, total)
    length = min(solver.WARMUP_ITERS / total, 1.0)
    reached = decay(0.0) if solver.RESCALE_INTERVAL else decay(length)
    start = solver.WARMUP_FACTOR * decay(0.0)
    if solver.WARMUP_METHOD == "constant":
        warmup = peers.ConstantParamScheduler(start)
    else:
        warmup = peers.LinearParamScheduler(start, reached)
    multiplier = peers.CompositeParamScheduler(
        [warmup, decay],
        [length, 1 - length],
        ["rescaled", "rescaled" if solver.RESCALE_INTERVAL else "fixed"],
    )
    return [solver.BASE_LR * multiplier(i / total) for i in at or range(total)]


def both(fields):
    ours = from_config(fields)
    follows(ours, applied(fields))
    assert ours.steps == {**DEFAULTS, **fields}["MAX_ITER"]
    assert ours(ours.steps + 7) == ours(ours.steps)


NAMES = ["WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["linear", "constant"])
@pytest.mark.parametrize("rescale", [False, True])
@pytest.mark.parametrize("warmup", [0, 1, 10, 33, 60, 75])
def test_every_name(name, method, rescale, warmup):
    both(
        {
            "LR_SCHEDULER_NAME": name,
            "BASE_LR": 0.02,
            "BASE_LR_END": 0.002,
            "STEPS": (60, 80, 95),
            "MAX_ITER": 90,
            "WARMUP_ITERS": warmup,
            "WARMUP_METHOD": method,
            "RESCALE_INTERVAL": rescale,
        }
    )


@pytest.mark.parametrize("name", NAMES[:2])  # the third raises, at the end of its own
@pytest.mark.parametrize("method", ["linear", "constant"])
@pytest.mark.parametrize("warmup", [90, 1000])
def test_a_warmup_of_the_whole(name, method, warmup):
    """It is as long as the training at most, and the line is stretched to it."""
    fields = {"LR_SCHEDULER_NAME": name, "MAX_ITER": 90, "STEPS": (50,), "WARMUP_METHOD": method}
    both(fields | {"WARMUP_ITERS": warmup})


@given(
    name=st.sampled_from(NAMES),
    total=st.integers(2, 300),
    steps=st.sets(st.integers(1, 400), max_size=4),
    warmup=st.integers(0, 299),
    factor=st.floats(0, 2),
    gamma=st.floats(0.01, 1),
    decays=st.integers(1, 6),
    rescale=st.booleans(),
)
@drawn
def test_drawn(name, total, steps, warmup, factor, gamma, decays, rescale):
    both(
        {
            "LR_SCHEDULER_NAME": name,
            "MAX_ITER": total,
            "STEPS": tuple(sorted(steps - {total})),
            "WARMUP_ITERS": min(warmup, total - 1),
            "WARMUP_FACTOR": factor,
            "GAMMA": gamma,
            "NUM_DECAYS": decays,
            "RESCALE_INTERVAL": rescale,
        }
    )


def test_as_a_person_would_write_it():
    line = lrs.LinearWarmup(9, start=0.001, end=0.1)
    assert SOLVER(BASE_LR=0.5, MAX_ITER=9, STEPS=(5,)) == 0.5 * line
    decay = lrs.Take(lrs.MultiStepDecay((5,)), 9)
    assert SOLVER(BASE_LR=0.5, MAX_ITER=9, STEPS=(5,), WARMUP_ITERS=0) == 0.5 * decay


def test_the_defaults():
    follows(from_config({}), applied({}))
    section = CfgNode({**DEFAULTS, **OTHERS})
    whole = CfgNode({"MODEL": {"META_ARCHITECTURE": "GeneralizedRCNN"}, "SOLVER": section})
    assert from_config(section) == from_config(whole) == SOLVER()


# Base-RCNN-FPN, RetinaNet with the 3x schedule, and one from scratch with group normalisation, of
# detectron2's own configs with their `_BASE_` files put in, as PyYAML reads them: tuples as texts.
PUBLISHED = [
    {
        "MODEL": {"META_ARCHITECTURE": "GeneralizedRCNN", "BACKBONE": {"FREEZE_AT": 2}},
        "DATASETS": {"TRAIN": "('coco_2017_train',)"},
        "SOLVER": {
            "IMS_PER_BATCH": 16, "BASE_LR": 0.02, "STEPS": "(60000, 80000)", "MAX_ITER": 90000
        },
        "INPUT": {"MIN_SIZE_TRAIN": "(640, 672, 704, 736, 768, 800)"},
        "VERSION": 2,
    },
    {
        "SOLVER": {
            "IMS_PER_BATCH": 16, "BASE_LR": 0.01, "STEPS": "(210000, 250000)", "MAX_ITER": 270000
        },
    },
    {
        "SOLVER": {
            "IMS_PER_BATCH": 64, "STEPS": "(187500, 197500)", "MAX_ITER": 202500, "BASE_LR": 0.08
        },
        "TEST": {"EVAL_PERIOD": 2500},
    },
]  # fmt: skip


@pytest.mark.parametrize("config", PUBLISHED)
def test_published(config):
    fields = config["SOLVER"] | {"STEPS": ast.literal_eval(config["SOLVER"]["STEPS"])}
    near = {step + i for step in (0, 999, *fields["STEPS"]) for i in (-1, 0, 1)} - {-1}
    at = sorted({*range(0, fields["MAX_ITER"], 997), *near})
    ours = from_config(config)
    assert recognised(config) == "detectron2"
    assert ours(at) == pytest.approx(applied(fields, at), rel=0, abs=1e-12 * fields["BASE_LR"])
    for step in fields["STEPS"]:
        assert ours(step) == pytest.approx(ours(step - 1) / 10)


def test_other_workers_than_the_reference():
    """As `DefaultTrainer.auto_scale_workers` has it, whose example this is."""
    config = {"BASE_LR": 0.1, "REFERENCE_WORLD_SIZE": 8, "MAX_ITER": 5000, "STEPS": (4000,)}
    scaled = {"BASE_LR": 0.2, "MAX_ITER": 2500, "STEPS": (2000,), "WARMUP_ITERS": 500}
    assert from_config(config, num_processes=16) == from_config(scaled)
    assert from_config(config, num_processes=8) == from_config(config) == SOLVER(**config)
    assert from_config({"BASE_LR": 0.1}, num_processes=8) == SOLVER(BASE_LR=0.1)
    # Halves go to the even number.
    odd = from_config(
        config | {"MAX_ITER": 4001, "STEPS": (3,), "WARMUP_ITERS": 5}, num_processes=16
    )
    assert odd == from_config({"BASE_LR": 0.2, "MAX_ITER": 2000, "STEPS": (2,), "WARMUP_ITERS": 2})
    few = from_config(config | {"MAX_ITER": 3, "STEPS": (), "WARMUP_ITERS": 0}, num_processes=80)
    assert few == lrs.Product(1.0, few.factors[-1])
    assert few.steps == 1


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"WARMUP_ITER": 9}, {}, "no key 'WARMUP_ITER': did you mean 'WARMUP_ITERS'?"),
        ({"LR_SCHEDULER_NAM": "WarmupCosineLR"}, {}, "did you mean 'LR_SCHEDULER_NAME'?"),
        ({"SOLVER": {"MAX_ITERS": 9}}, {}, "no key 'MAX_ITERS': did you mean 'MAX_ITER'?"),
        (
            {"LR_SCHEDULER_NAME": "WarmupPolyLR"},
            {},
            "LR_SCHEDULER_NAME must be one of 'WarmupMultiStepLR', 'WarmupCosineLR', 'WarmupStepWi",
        ),
        ({"STEPS": "(30, x)"}, {}, "STEPS must be strictly increasing integers, got '(30, x)'"),
        ({"STEPS": "(30"}, {}, "STEPS must be strictly increasing integers, got '(30'"),
        ({"STEPS": (30, 20)}, {}, "STEPS must be strictly increasing integers, got (30, 20)"),
        ({"STEPS": (0, 20)}, {}, "STEPS must be above 0, and not the last iteration=40000 itself"),
        ({"MAX_ITER": 30000}, {}, "STEPS must be above 0, and not the last iteration=30000 itself"),
        ({"MAX_ITER": -1}, {}, "MAX_ITER must be a positive integer, got -1"),
        ({"BASE_LR": "fast"}, {}, "BASE_LR must be a positive finite number, got 'fast'"),
        ({"WARMUP_METHOD": "burnin"}, {}, "WARMUP_METHOD must be one of 'linear', 'constant'"),
        (
            {"LR_SCHEDULER_NAME": "WarmupCosineLR", "BASE_LR_END": 0.1},
            {},
            "BASE_LR_END must be at most BASE_LR=0.001, got 0.1",
        ),
        ({"_BASE_": "../Base.yaml"}, {}, "_BASE_ must be left out, and the whole config given"),
        ({"SOLVER": 3}, {}, "SOLVER must be a mapping of keys to values"),
        ({}, {"of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        ({}, {"num_processes": 0}, "num_processes must be a positive integer or None, got 0"),
        ([], {}, "config must be a mapping of keys to values"),
    ],
)
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)
    assert str(refused.value).startswith("SOLVER: ")
