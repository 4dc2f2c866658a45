"""torch.optim.lr_scheduler, step for step on a real optimizer."""

import importlib
import math
import warnings

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs
from lrsched.compat import torch as compat

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
peers = torch.optim.lr_scheduler
swa = torch.optim.swa_utils


def rates(make, steps, lr=0.1, key="lr"):
    """What a real optimizer is given by `make(optimizer)` over `steps` calls of step()."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for step in range(steps):
        if step:
            optimizer.step()
            scheduler.step()
        values.append(float(optimizer.param_groups[0][key]))
    return values


# name, arguments, how many steps
TABLE = [
    ("StepLR", {"step_size": 30}, 100),
    ("StepLR", {"step_size": 1, "gamma": 0.9}, 50),
    ("StepLR", {"step_size": 7, "gamma": 0.0}, 20),
    ("MultiStepLR", {"milestones": [30, 80]}, 100),
    ("MultiStepLR", {"milestones": [0, 3, 3, 9], "gamma": 0.5}, 20),
    ("MultiStepLR", {"milestones": []}, 5),
    ("MultiStepLR", {"milestones": [9, 3, 30, 3], "gamma": 0.5}, 40),
    ("ConstantLR", {}, 10),
    ("ConstantLR", {"factor": 0.5, "total_iters": 4}, 10),
    ("ConstantLR", {"factor": 1.0, "total_iters": 1}, 4),
    ("LinearLR", {}, 10),
    ("LinearLR", {"start_factor": 0.001, "total_iters": 100}, 150),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 8}, 12),
    ("LinearLR", {"start_factor": 0.5, "end_factor": 0.5, "total_iters": 1}, 4),
    ("ExponentialLR", {"gamma": 0.9}, 100),
    ("ExponentialLR", {"gamma": 1.01}, 100),
    ("PolynomialLR", {}, 8),
    ("PolynomialLR", {"total_iters": 50, "power": 0.9}, 60),
    ("PolynomialLR", {"total_iters": 1, "power": 2.0}, 4),
    ("PolynomialLR", {"total_iters": 4, "power": 0}, 9),
    ("CosineAnnealingLR", {"T_max": 1}, 9),
    ("CosineAnnealingLR", {"T_max": 2, "eta_min": 0.01}, 12),
    ("CosineAnnealingLR", {"T_max": 50, "eta_min": 0.01}, 220),
    ("CosineAnnealingLR", {"T_max": 2000, "eta_min": 1e-4}, 8100),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.1}, 25),
    ("CosineAnnealingLR", {"T_max": 12.5, "eta_min": 0.01}, 100),
    ("CosineAnnealingWarmRestarts", {"T_0": 10}, 45),
    ("CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 3}, 130),
    ("CosineAnnealingWarmRestarts", {"T_0": 7, "T_mult": 2, "eta_min": 0.02}, 200),
    ("CosineAnnealingWarmRestarts", {"T_0": 1}, 4),
]


@pytest.mark.parametrize(("name", "arguments", "steps"), TABLE)
def test_table(name, arguments, steps):
    values = rates(lambda optimizer: getattr(peers, name)(optimizer, **arguments), steps)
    follows(getattr(compat, name)(0.1, **arguments), values)


CYCLIC = [
    {},
    {"step_size_up": 5},
    {"step_size_up": 1},
    {"step_size_up": 5, "step_size_down": 3},
    {"step_size_up": 1, "step_size_down": 8},
    {"step_size_up": 4, "mode": "triangular2"},
    {"step_size_up": 4, "step_size_down": 7, "mode": "triangular2"},
    {"step_size_up": 10, "mode": "exp_range", "gamma": 0.99},
    {"step_size_up": 3, "step_size_down": 4, "mode": "exp_range", "gamma": 0.9},
    {"step_size_up": 2.5},
    {"step_size_up": 7 / 3, "step_size_down": 1.25},
    {"step_size_up": 2.5, "mode": "exp_range", "gamma": 0.9},
    {"step_size_up": 3.7, "step_size_down": 2.9, "mode": "triangular2"},
    {"step_size_up": 3.14159265358979, "step_size_down": 2.718281828459045},
    {"step_size_up": 5, "step_size_down": 0},
    {"step_size_up": 2.5, "step_size_down": 0, "mode": "triangular2"},
    {"step_size_up": 4, "base_momentum": 0.5, "max_momentum": 1.5},
]


@pytest.mark.parametrize("arguments", CYCLIC)
def test_cyclic(arguments):
    def make(optimizer):
        return peers.CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, **arguments)

    follows(compat.CyclicLR(0.01, 0.1, **arguments), rates(make, 80))
    follows(compat.CyclicLR_momentum(**arguments), rates(make, 80, key="momentum"))


def test_sizes_as_they_were_typed():
    whole = compat.CyclicLR(0.01, 0.1, step_size_up=5)
    assert compat.CyclicLR(0.01, 0.1, step_size_up=2.5) == lrs.Stretch(whole, 0.5)
    assert compat.CyclicLR(0.01, 0.1, step_size_up=5 / 3) == lrs.Stretch(whole, 1 / 3)
    assert compat.CyclicLR(0.01, 0.1, step_size_up=5.0, step_size_down=5.0) == whole


ONE_CYCLE = [
    {"total_steps": 100},
    {"total_steps": 33},
    {"total_steps": 33, "anneal_strategy": "linear"},
    {"epochs": 7, "steps_per_epoch": 11},
    {"total_steps": 100, "three_phase": True},
    {"total_steps": 47, "three_phase": True, "anneal_strategy": "linear"},
    {"total_steps": 10, "pct_start": 0.0},
    {"total_steps": 10, "pct_start": 0.0, "three_phase": True},
    {"total_steps": 10, "pct_start": 1.0},
    {"total_steps": 10, "pct_start": 0.05},
    {"total_steps": 10, "pct_start": 0.5, "three_phase": True},
    {"total_steps": 1},
    {"total_steps": 2},
    {"total_steps": 50, "div_factor": 10.0, "final_div_factor": 0.5},
    {"total_steps": 20, "base_momentum": 0.5, "max_momentum": 1.5},
]


@pytest.mark.parametrize("arguments", ONE_CYCLE)
def test_one_cycle(arguments):
    total = arguments.get("total_steps") or arguments["epochs"] * arguments["steps_per_epoch"]

    def make(optimizer):
        return peers.OneCycleLR(optimizer, max_lr=0.3, **arguments)

    follows(compat.OneCycleLR(0.3, **arguments), rates(make, total))
    momentum = {k: v for k, v in arguments.items() if "div" not in k}
    follows(compat.OneCycleLR_momentum(**momentum), rates(make, total, key="momentum"))


@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("epochs", [0, 1, 10, 37])
@pytest.mark.parametrize("swa_lr", [0.05, 0.4])
def test_swa(strategy, epochs, swa_lr):
    values = rates(lambda optimizer: swa.SWALR(optimizer, swa_lr, epochs, strategy), 50)
    follows(compat.SWALR(0.1, swa_lr, epochs, strategy), values)


def test_multiplicative():
    def make(optimizer):
        return peers.MultiplicativeLR(optimizer, lr_lambda=lambda epoch: 0.95)

    follows(compat.MultiplicativeLR(0.1, 0.95), rates(make, 100))


@pytest.mark.parametrize("milestones", [[5], [1], [40], [0]])
def test_sequential(milestones):
    def make(optimizer):
        first = peers.LinearLR(optimizer, 0.1, total_iters=5)
        then = peers.CosineAnnealingLR(optimizer, T_max=20)
        return peers.SequentialLR(optimizer, [first, then], milestones=milestones)

    parts = [compat.LinearLR(0.1, 0.1, total_iters=5), compat.CosineAnnealingLR(0.1, 20)]
    follows(compat.SequentialLR(parts, milestones), rates(make, 60))


def test_sequential_of_three():
    def make(optimizer):
        parts = [
            peers.ConstantLR(optimizer, 0.1, 3),
            peers.ExponentialLR(optimizer, 0.9),
            peers.StepLR(optimizer, 4),
        ]
        return peers.SequentialLR(optimizer, parts, milestones=[3, 10])

    parts = [
        compat.ConstantLR(0.1, 0.1, 3),
        compat.ExponentialLR(0.1, 0.9),
        compat.StepLR(0.1, 4),
    ]
    follows(compat.SequentialLR(parts, [3, 10]), rates(make, 30))
    # the second is never heard
    assert compat.SequentialLR(parts, [3, 3])([2, 3, 4, 7]) == pytest.approx([0.01, 0.1, 0.1, 0.01])


def test_chained():
    def make(optimizer):
        parts = [
            peers.ConstantLR(optimizer, 0.1, 20),
            peers.ExponentialLR(optimizer, 0.9),
            peers.MultiStepLR(optimizer, [5, 30]),
            peers.CosineAnnealingLR(optimizer, 50),
        ]
        return peers.ChainedScheduler(parts, optimizer)

    parts = [
        compat.ConstantLR(0.1, 0.1, 20),
        compat.ExponentialLR(0.1, 0.9),
        compat.MultiStepLR(0.1, [5, 30]),
        compat.CosineAnnealingLR(0.1, 50),
    ]
    follows(compat.ChainedScheduler(parts, 0.1), rates(make, 51))
    follows(compat.ChainedScheduler(parts[:1], 0.1), [0.1 * 0.1] * 20 + [0.1] * 5)


counts = st.integers(1, 60)
unit = st.floats(0, 1)


@drawn
@given(counts, st.floats(0, 1.2), st.lists(st.integers(0, 40), max_size=6).map(sorted))
def test_steps_drawn(every, gamma, milestones):
    for name, arguments in (
        ("StepLR", {"step_size": every, "gamma": gamma}),
        ("MultiStepLR", {"milestones": milestones, "gamma": gamma}),
        ("ExponentialLR", {"gamma": gamma}),
    ):
        values = rates(lambda o, n=name, a=arguments: getattr(peers, n)(o, **a), 60)
        ours = getattr(compat, name)(0.1, **arguments)(range(60))
        assert ours == pytest.approx(values, rel=1e-12, abs=1e-13 * max(values))


@drawn
@given(counts, st.floats(0.001, 1), unit, st.floats(0.1, 4), unit)
def test_ramps_drawn(n, start, end, power, floor):
    for name, arguments in (
        ("ConstantLR", {"factor": start, "total_iters": n}),
        ("LinearLR", {"start_factor": start, "end_factor": end, "total_iters": n}),
        ("PolynomialLR", {"total_iters": n, "power": power}),
        ("CosineAnnealingLR", {"T_max": n, "eta_min": 0.1 * floor}),
        ("CosineAnnealingWarmRestarts", {"T_0": n, "T_mult": 2, "eta_min": 0.1 * floor}),
    ):
        values = rates(lambda o, k=name, a=arguments: getattr(peers, k)(o, **a), 130)
        ours = getattr(compat, name)(0.1, **arguments)(range(130))
        assert ours == pytest.approx(values, rel=0, abs=1e-12 * max(values)), (name, arguments)


@drawn
@given(
    st.integers(2, 80),
    unit,
    st.sampled_from(["cos", "linear"]),
    st.booleans(),
    st.floats(1, 100),
    st.floats(1, 1e5),
)
def test_one_cycle_drawn(total, pct, strategy, three, div, final):
    pct = pct / 2 if three else pct
    if pct * total == 1 or (three and 2 * pct * total == 2):
        return  # the peer divides by zero
    arguments = {
        "total_steps": total,
        "pct_start": pct,
        "anneal_strategy": strategy,
        "three_phase": three,
        "div_factor": div,
        "final_div_factor": final,
    }
    values = rates(lambda o: peers.OneCycleLR(o, 0.3, **arguments), total)
    ours = compat.OneCycleLR(0.3, **arguments)(range(total))
    assert ours == pytest.approx(values, rel=0, abs=1e-12 * max(values))


sizes = counts | st.floats(0.5, 60) | st.decimals("0.5", 60, places=2).map(float)


@drawn
@given(sizes, sizes, st.sampled_from(["triangular", "triangular2", "exp_range"]), unit)
def test_cyclic_drawn(up, down, mode, gamma):
    arguments = {"step_size_up": up, "step_size_down": down, "mode": mode, "gamma": gamma}
    values = rates(lambda o: peers.CyclicLR(o, 0.01, 0.1, **arguments), 150)
    assert compat.CyclicLR(0.01, 0.1, **arguments)(range(150)) == pytest.approx(
        values, rel=0, abs=1e-12 * max(values)
    )


# --- what differs: the peer's own number, so that a change of it is noticed


def test_restart_missed_by_a_logarithm():
    def at(epoch):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        scheduler = peers.CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=3, eta_min=0.01)
        optimizer.step()
        scheduler.step(epoch)
        return optimizer.param_groups[0]["lr"]

    assert at(121) == 0.01
    ours = compat.CosineAnnealingWarmRestarts(0.1, T_0=1, T_mult=3, eta_min=0.01)
    assert ours(121) == 0.1
    assert at(122) == pytest.approx(ours(122), rel=1e-12)


def test_one_cycle_turns_back_after_its_end():
    values = rates(lambda o: peers.OneCycleLR(o, 1.0, total_steps=11, pct_start=0.5), 12)
    assert values[10] == pytest.approx(4e-6)
    assert values[11] == pytest.approx(0.07937691609147507, rel=1e-12)
    assert compat.OneCycleLR(1.0, total_steps=11, pct_start=0.5)([10, 11]).tolist() == [4e-6, 4e-6]


def test_one_cycle_with_its_peak_at_step_0():
    with pytest.raises(ZeroDivisionError):
        rates(lambda o: peers.OneCycleLR(o, 1.0, total_steps=10, pct_start=0.1), 1)
    assert compat.OneCycleLR(1.0, total_steps=10, pct_start=0.1)(0) == 1.0


def test_warmups_of_no_length():
    assert rates(lambda o: peers.LinearLR(o, 0.5, total_iters=0), 9)[-1] == 0.05
    assert compat.LinearLR(0.1, 0.5, total_iters=0)(0) == 0.1
    assert rates(lambda o: peers.ConstantLR(o, 0.5, total_iters=0), 9)[-1] == 0.05
    assert compat.ConstantLR(0.1, 0.5, total_iters=0)(0) == 0.1
    with pytest.raises(ZeroDivisionError):
        rates(lambda o: peers.ConstantLR(o, 0.0, total_iters=4), 9)
    assert compat.ConstantLR(0.1, 0.0, total_iters=4)([3, 4]).tolist() == [0, 0.1]


# --- GradualWarmupScheduler, of the package `warmup-scheduler`


def gradual(make_after, steps, multiplier=1.0, total=5):
    module = importlib.import_module("warmup_scheduler")
    with warnings.catch_warnings():
        # It asks the inner scheduler for get_lr() outside of step().
        warnings.filterwarnings("ignore", "To get the last learning rate", UserWarning)
        warnings.filterwarnings("ignore", "Detected call of", UserWarning)
        warnings.filterwarnings("ignore", "The epoch parameter", UserWarning)
        return rates(
            lambda o: module.GradualWarmupScheduler(o, multiplier, total, make_after(o)), steps
        )


@pytest.mark.parametrize("multiplier", [1.0, 4.0])
def test_gradual_warmup(multiplier):
    def ours(after):
        return compat.GradualWarmupScheduler(0.1, multiplier, 5, after)

    follows(ours(None), gradual(lambda o: None, 20, multiplier))
    follows(
        ours(compat.StepLR(0.1, 4)),
        gradual(lambda o: peers.StepLR(o, 4), 30, multiplier),
    )
    follows(
        ours(compat.CosineAnnealingWarmRestarts(0.1, 7)),
        gradual(lambda o: peers.CosineAnnealingWarmRestarts(o, 7), 30, multiplier),
    )


def test_gradual_warmup_steps_too_often():
    values = gradual(lambda o: peers.ExponentialLR(o, 0.9), 10)
    schedule = compat.GradualWarmupScheduler(0.1, 1, 5, compat.ExponentialLR(0.1, 0.9))
    assert values[5:8] == pytest.approx([0.1, 0.09, 0.081])
    assert schedule([5, 6, 7]) == pytest.approx([0.1, 0.1, 0.09])
    values = gradual(lambda o: peers.CosineAnnealingLR(o, 10), 10)
    assert values[6] / 0.1 == pytest.approx(2 / (1 + math.cos(math.pi / 10)))


# --- refusals

REFUSED = [
    ("StepLR: step_size must be a positive integer, got 0", lambda: compat.StepLR(0.1, 0)),
    ("StepLR: base_lr must be a non-negative", lambda: compat.StepLR(-0.1, 3)),
    (
        "MultiStepLR: milestones must be a sequence of non-negative integers, got .3, -2.",
        lambda: compat.MultiStepLR(0.1, [3, -2]),
    ),
    (
        "CyclicLR: step_size_up must be a number of at least 0.001, got 0",
        lambda: compat.CyclicLR(0.1, 1, step_size_up=0),
    ),
    (
        "CyclicLR: step_size_down must be 0 or a number of at least 0.001 or None, got -1",
        lambda: compat.CyclicLR(0.1, 1, step_size_down=-1),
    ),
    ("ConstantLR: factor must be a number from 0 to 1", lambda: compat.ConstantLR(0.1, 1.5)),
    ("LinearLR: start_factor must be", lambda: compat.LinearLR(0.1, 0)),
    ("PolynomialLR: total_iters must be a positive", lambda: compat.PolynomialLR(0.1, 0)),
    ("CosineAnnealingLR: T_max must be .* got -5", lambda: compat.CosineAnnealingLR(0.1, -5)),
    (
        "CosineAnnealingLR: eta_min must be at most base_lr=0.1, got 0.2",
        lambda: compat.CosineAnnealingLR(0.1, 5, 0.2),
    ),
    (
        "CosineAnnealingWarmRestarts: T_mult must be",
        lambda: compat.CosineAnnealingWarmRestarts(0.1, 5, 0),
    ),
    ("CyclicLR: mode must be one of 'tri", lambda: compat.CyclicLR(0.1, 1, mode="square")),
    ("CyclicLR: base_lr must be at most", lambda: compat.CyclicLR(2, 1)),
    ("CyclicLR: scale_fn must be None", lambda: compat.CyclicLR(0.1, 1, scale_fn=math.sin)),
    ("OneCycleLR: total_steps must be given, or epochs", lambda: compat.OneCycleLR(1.0)),
    (
        "OneCycleLR: pct_start must be at most 0.5",
        lambda: compat.OneCycleLR(1.0, 10, pct_start=0.6, three_phase=True),
    ),
    ("SWALR: anneal_strategy must be", lambda: compat.SWALR(0.1, 0.1, anneal_strategy="exp")),
    (
        "SequentialLR: milestones must be one fewer than the 1 schedulers",
        lambda: compat.SequentialLR([compat.StepLR(0.1, 1)], [2]),
    ),
    ("SequentialLR: schedulers must be", lambda: compat.SequentialLR([], [])),
    (
        "GradualWarmupScheduler: multiplier must be a number of at least 1, got 0.5",
        lambda: compat.GradualWarmupScheduler(0.1, 0.5, 5),
    ),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()


def test_wrong_types():
    for build in (
        lambda: compat.StepLR("0.1", 3),
        lambda: compat.SequentialLR([lambda step: 0.1], []),
        lambda: compat.MultiStepLR(0.1, 30),
        lambda: compat.OneCycleLR(1.0, 10, anneal_strategy=None),
    ):
        with pytest.raises(TypeError):
            build()


def test_sums_are_lrsched():
    schedule = compat.CyclicLR(0.01, 0.1, step_size_up=5, mode="triangular2")
    assert isinstance(schedule, lrs.Sum)
