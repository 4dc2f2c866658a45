"""Steps are real: between two whole ones the translations hold too, wherever the peer goes there.

Rows are taken from the tests of whole steps. Every constructor is here, or in `WHOLE` with the
reason why its peer has no value between two steps.
"""

import importlib
import itertools
import math
import warnings

import numpy as np
import pytest
import test_compat_detectron2 as fvcore
import test_compat_keras as keras
import test_compat_optax as optax
import test_compat_timm as timm
import test_compat_torch as torch
import test_compat_transformers as transformers

import lrsched as lrs

pytestmark = pytest.mark.frameworks

MODULES = {
    name: importlib.import_module(f"lrsched.compat.{name}")
    for name in ("torch", "transformers", "optax", "keras", "timm", "megatron", "detectron2")
}

CALLS = "the peer goes from value to value with each call of step(), and takes no step number"
WHOLE = {
    "torch.MultiplicativeLR": CALLS,
    "torch.SWALR": CALLS,
    "torch.SequentialLR": CALLS,
    "torch.ChainedScheduler": CALLS,
    "torch.GradualWarmupScheduler": CALLS,
    "transformers.get_scheduler": "another name of the others",
    "megatron.OptimizerParamScheduler": "the peer counts samples or steps, as integers",
    "megatron.OptimizerParamScheduler_weight_decay": "the same",
}
RULES = ("Plateau", "plateau", "Greedy", "greedy", "adafactor")


def real_steps(stop):
    """Quarters of steps, the whole ones among them, and just after each whole one."""
    return np.sort(np.concatenate([np.arange(0, stop, 0.25), np.arange(0, stop - 1) + 0.001]))


def agrees(schedule, steps, theirs, skip=()):
    """Equal at these steps, but for those in the intervals to skip: above a, below b."""
    theirs = np.broadcast_to(np.asarray(theirs, dtype=np.float64), steps.shape)
    off = np.abs(schedule(steps) - theirs)
    for a, b in skip:
        off[(a < steps) & (steps < b)] = 0
    worst = int(off.argmax())
    assert off[worst] <= 1e-12 * np.abs(theirs).max(), (
        f"step {steps[worst]}: ours {schedule(steps)[worst]!r}, theirs {theirs[worst]!r}, "
        f"{schedule!r}"
    )
    some = steps[:: 1 + len(steps) // 50]
    assert [schedule(t) for t in some] == pytest.approx(schedule(some), rel=1e-12, abs=1e-300)


def late_cycles(first, stretch, count=30):
    """Where a cycle begins between two whole steps: until the next one, ours is in the old."""
    begins = itertools.accumulate((first * stretch**i for i in range(count)), initial=0.0)
    return [(begin - 1e-6, math.ceil(begin)) for begin in begins if begin % 1]


def torch_values(make, steps, key="lr"):
    """What a real optimizer is given by `step(epoch)`, which asks for a closed form."""
    parameter = torch.torch.nn.Parameter(torch.torch.zeros(1))
    optimizer = torch.torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the order of the calls, and that step(epoch) is old
        for step in steps:
            scheduler.step(float(step))
            values.append(float(optimizer.param_groups[0][key]))
    return values


TORCH = [(name, arguments) for name, arguments, _ in torch.TABLE]


@pytest.mark.parametrize(("name", "arguments"), TORCH)
def test_torch(name, arguments):
    steps = real_steps(60)
    theirs = torch_values(lambda o: getattr(torch.peers, name)(o, **arguments), steps)
    agrees(getattr(torch.compat, name)(0.1, **arguments), steps, theirs)


@pytest.mark.parametrize("arguments", torch.CYCLIC)
def test_torch_cyclic(arguments):
    def make(optimizer):
        return torch.peers.CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, **arguments)

    steps = real_steps(60)
    agrees(torch.compat.CyclicLR(0.01, 0.1, **arguments), steps, torch_values(make, steps))
    ours = torch.compat.CyclicLR_momentum(**arguments)
    agrees(ours, steps, torch_values(make, steps, "momentum"))


@pytest.mark.parametrize("arguments", torch.ONE_CYCLE)
def test_torch_one_cycle(arguments):
    def make(optimizer):
        return torch.peers.OneCycleLR(optimizer, max_lr=0.3, **arguments)

    total = arguments.get("total_steps") or arguments["epochs"] * arguments["steps_per_epoch"]
    steps = np.append(real_steps(total - 1), total - 1)
    agrees(torch.compat.OneCycleLR(0.3, **arguments), steps, torch_values(make, steps))
    momentum = {k: v for k, v in arguments.items() if "div" not in k}
    ours = torch.compat.OneCycleLR_momentum(**momentum)
    agrees(ours, steps, torch_values(make, steps, "momentum"))


LENGTHS = {"num_warmup_steps": 10, "num_training_steps": 60}
WSD = {"num_warmup_steps": 10, "num_decay_steps": 15, "num_stable_steps": 5}
RATE = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
TRANSFORMERS = [
    ("get_constant_schedule", {}),
    ("get_constant_schedule_with_warmup", {"num_warmup_steps": 10}),
    ("get_linear_schedule_with_warmup", LENGTHS),
    ("get_cosine_schedule_with_warmup", LENGTHS),
    ("get_cosine_schedule_with_warmup", LENGTHS | {"num_cycles": 1.3}),
    ("get_cosine_with_hard_restarts_schedule_with_warmup", LENGTHS | {"num_cycles": 5}),
    ("get_cosine_with_hard_restarts_schedule_with_warmup", LENGTHS | {"num_cycles": 7}),
    ("get_polynomial_decay_schedule_with_warmup", LENGTHS | {"power": 2.0}),
    ("get_inverse_sqrt_schedule", {"num_warmup_steps": 10}),
    ("get_cosine_with_min_lr_schedule_with_warmup", LENGTHS | {"min_lr": 0.01}),
    (RATE, LENGTHS | {"min_lr": 0.01}),
    (RATE, LENGTHS | {"min_lr": 0.01, "warmup_lr_rate": 0.3}),
    (RATE, LENGTHS | {"min_lr": 0.01, "warmup_lr_rate": 0.3, "num_warmup_steps": 1}),
    ("get_wsd_schedule", WSD | {"warmup_type": "cosine"}),
    ("get_wsd_schedule", WSD | {"warmup_type": "1-sqrt", "decay_type": "1-sqrt"}),
    ("get_wsd_schedule", WSD | {"decay_type": "linear", "min_lr_ratio": 0.1}),
]


@pytest.mark.parametrize(("name", "arguments"), TRANSFORMERS)
def test_transformers(name, arguments):
    parameter = torch.torch.nn.Parameter(torch.torch.zeros(1))
    optimizer = torch.torch.optim.SGD([parameter], lr=0.1)
    factor = getattr(transformers.peers, name)(optimizer, **arguments).lr_lambdas[0]
    steps = real_steps(59)
    ours = getattr(transformers.compat, name)(0.1, **arguments)
    skip = []
    if name == RATE and arguments["num_warmup_steps"] > 1:
        # In the last step of its warmup the peer climbs above the rate, and comes back at once.
        warmup = arguments["num_warmup_steps"]
        assert 0.1 * factor(warmup - 0.25) > 0.1
        assert ours(warmup - 0.25) <= 0.1
        skip = [(warmup - 1, warmup)]
    agrees(ours, steps, [0.1 * factor(float(t)) for t in steps], skip)


@pytest.mark.parametrize(("name", "arguments"), optax.TABLE)
def test_optax(name, arguments):
    steps = real_steps(110)
    theirs = getattr(optax.peers, name)(**arguments)
    with optax.jax.enable_x64(True):
        values = optax.jax.vmap(theirs)(optax.jax.numpy.asarray(steps))
    agrees(getattr(optax.compat, name)(**arguments), steps, values)


def test_optax_join():
    def parts(module):
        return [module.linear_schedule(0.0, 0.1, 10), module.exponential_decay(0.1, 10, 0.5)]

    steps = real_steps(40)
    theirs = optax.peers.join_schedules(parts(optax.peers), [12])
    with optax.jax.enable_x64(True):
        values = optax.jax.vmap(theirs)(optax.jax.numpy.asarray(steps))
    agrees(optax.compat.join_schedules(parts(optax.compat), [12]), steps, values)


@pytest.mark.parametrize(("name", "arguments"), keras.TABLE)
def test_keras(name, arguments):
    steps = real_steps(70)
    ours = getattr(keras.compat, name)(**arguments)
    theirs = keras.values(name, steps, **arguments)
    skip = []
    if name == "PiecewiseConstantDecay":
        # A boundary belongs to what is before it, and what follows begins here with the next whole
        # step, which is the next there is in training; in the peer just after the boundary.
        skip = [(boundary, boundary + 1) for boundary in arguments["boundaries"]]
        for (boundary, _), before, after in zip(
            skip, arguments["values"], arguments["values"][1:], strict=False
        ):
            assert keras.values(name, np.array([boundary + 0.25]), **arguments) == after
            assert ours([boundary, boundary + 0.25, boundary + 1]).tolist() == [
                before, before, after
            ]  # fmt: skip
    agrees(ours, steps, theirs, skip)


def test_keras_just_after_a_cycle():
    """The peer's own number: 1 - 0.25 / 5 of the way, and no value of step 0 until step 1."""
    ours = keras.compat.PolynomialDecay(1.0, 5, 0.1, 1.0, cycle=True)
    arguments = {"decay_steps": 5, "end_learning_rate": 0.1, "power": 1.0, "cycle": True}
    steps = np.array([0, 0.25, 4.999, 5, 5.001, 5.25, 10, 10.001, 12.5, 15, 10_000, 10_000.5])
    theirs = keras.values("PolynomialDecay", steps, initial_learning_rate=1.0, **arguments)
    assert theirs[1] == pytest.approx(0.955, rel=1e-12)
    assert ours(steps) == pytest.approx(theirs, rel=1e-10)
    assert [ours(t) for t in steps] == pytest.approx(theirs, rel=1e-10)
    assert ours([5, 10, 10_000]).tolist() == [0.1, 0.1, 0.1]


@pytest.mark.parametrize("arguments", keras.RESTARTS)
def test_keras_restarts(arguments):
    steps = real_steps(60)
    steps = steps[steps % 1 != 0]  # at a restart itself the peer is on either side of it
    arguments = keras.LR | arguments
    skip = late_cycles(arguments["first_decay_steps"], arguments.get("t_mul", 2.0))
    theirs = keras.values("CosineDecayRestarts", steps, **arguments)
    agrees(keras.compat.CosineDecayRestarts(**arguments), steps, theirs, skip)


def timm_values(name, steps, **arguments):
    optimizer = torch.torch.optim.SGD([torch.torch.nn.Parameter(torch.torch.zeros(1))], lr=0.1)
    scheduler = timm.peers[name](optimizer, **arguments)
    return [scheduler._get_lr(float(step))[0] for step in steps]


TIMM = [
    *(
        (name, arguments)
        for arguments in timm.CYCLES
        for name in ("CosineLRScheduler", "PolyLRScheduler", "TanhLRScheduler")
    ),
    ("CosineLRScheduler", {"t_initial": 20, "k_decay": 1.5, "warmup_t": 5}),
    *(
        ("StepLRScheduler", arguments | {"decay_t": decay_t})
        for arguments in timm.STEPS
        for decay_t in (1, 10, 2.5, 0.75)
    ),
    *(
        ("MultiStepLRScheduler", arguments | {"decay_t": milestones})
        for arguments in timm.STEPS
        for milestones in ([30], [1, 10, 20, 20])
    ),
    *(
        ("WSDLRScheduler", arguments | {"decay_fn": decay_fn})
        for arguments in timm.WSD
        for decay_fn in ("linear", "1-sqrt", "cosine", "power", "exp")
    ),
]


@pytest.mark.parametrize(("name", "arguments"), TIMM)
def test_timm(name, arguments):
    steps, skip, stretch = real_steps(80), [], arguments.get("cycle_mul", 1.0)
    if stretch != 1:
        steps = steps[steps % 1 != 0]
        first = arguments["warmup_t"] if arguments.get("warmup_prefix") else 0
        late = late_cycles(arguments["t_initial"], stretch, arguments["cycle_limit"])
        skip = [(first + a, first + b) for a, b in late]
    ours = getattr(timm.compat, name)(0.1, **arguments)
    agrees(ours, steps, timm_values(name, steps, **arguments), skip)


@pytest.mark.parametrize("build", fvcore.ONES)
@pytest.mark.parametrize("iterations", [9, 90, 77])
def test_fvcore(build, iterations):
    def composite(m):
        parts = [m.LinearParamScheduler(0.1, 0.9), build(m)]
        return m.CompositeParamScheduler(parts, [0.3, 0.7], ["rescaled", "fixed"])

    steps = real_steps(iterations - 1)
    for make in (build, composite, lambda m: fvcore.warmup(m, build(m), 0.1, 1 / 3, "linear")):
        theirs = make(fvcore.peers)
        ours = fvcore.compat.LRMultiplier(0.02, make(fvcore.compat), iterations)
        agrees(ours, steps, [0.02 * theirs(t / iterations) for t in steps])


@pytest.mark.parametrize("method", ["linear", "constant"])
def test_detectron2(method):
    steps = real_steps(100)
    factors = np.array([fvcore.factor_at(t, 10, 0.1, method) for t in steps])
    arguments = {"warmup_factor": 0.1, "warmup_iters": 10, "warmup_method": method}
    ours = fvcore.compat.WarmupMultiStepLR(0.02, [30, 60], 0.1, **arguments)
    drops = np.array([0.1 ** sum(m <= t for m in (30, 60)) for t in steps])
    agrees(ours, steps, 0.02 * factors * drops)
    wave = fvcore.peers.CosineParamScheduler(1.0, 0.0)
    ours = fvcore.compat.WarmupCosineLR(0.02, 120, **arguments)
    agrees(ours, steps, 0.02 * factors * [wave(t / 120) for t in steps])


# They are made of the constructors.
CONFIGS = ("from_config", "TrainingArguments", "AxolotlInputConfig", "create_scheduler", "SOLVER")
CONFIGS += ("get_optimizer_param_scheduler",)


def test_every_constructor_is_here():
    tried = {
        *(f"torch.{name}" for name, _ in TORCH),
        *(f"torch.{name}" for name in ("CyclicLR", "OneCycleLR")),
        *(f"torch.{name}_momentum" for name in ("CyclicLR", "OneCycleLR")),
        *(f"transformers.{name}" for name, _ in TRANSFORMERS),
        *(f"optax.{name}" for name, _ in optax.TABLE),
        "optax.join_schedules",
        *(f"keras.{name}" for name, _ in keras.TABLE),
        "keras.CosineDecayRestarts",
        *(f"timm.{name}" for name, _ in TIMM),
        *(f"detectron2.{name}" for name in fvcore.peers.__all__ if name != "ParamScheduler"),
        *(f"detectron2.{name}" for name in ("LRMultiplier", "WarmupParamScheduler")),
        *(f"detectron2.{name}" for name in ("WarmupMultiStepLR", "WarmupCosineLR")),
    }
    there = {
        f"{module}.{name}"
        for module, found in MODULES.items()
        for name, value in vars(found).items()
        if getattr(value, "__module__", "") == found.__name__
        and not name.startswith("_")
        and callable(value)
        and not any(word in name for word in RULES)
        and name not in CONFIGS
    }
    assert tried | WHOLE.keys() == there
    assert not tried & WHOLE.keys()


def test_a_cycle_that_begins_between_two_steps():
    """The peers' is on at once; a `Cycle` begins its next with a whole step."""
    arguments = {"t_initial": 5, "cycle_mul": 1.5, "cycle_limit": 3}  # begins: 5, 12.5, 23.75
    theirs = timm_values("CosineLRScheduler", [12.25, 12.75, 13], **arguments)
    ours = timm.compat.CosineLRScheduler(0.1, **arguments)
    assert isinstance(ours, lrs.Cycle)
    assert ours([12.25, 13]) == pytest.approx([theirs[0], theirs[2]], rel=1e-12)
    assert theirs[1] > 0.09
    assert ours(12.75) == 0
