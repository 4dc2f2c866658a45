"""The schedulers of timm, step for step on a real optimizer."""

import importlib
import inspect

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from timm_files import scheduler_files

import lrsched as lrs
from lrsched.compat import timm as compat

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")


files = scheduler_files("cosine_lr", "tanh_lr", "poly_lr", "step_lr", "multistep_lr", "wsd_lr")
peers = {k: v for m in files for k, v in vars(m).items() if k.endswith("LRScheduler")}


def rates(name, steps, lr=0.1, **arguments):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = peers[name](optimizer, **arguments)
    values = []
    for step in range(steps):
        scheduler.step(step)
        values.append(optimizer.param_groups[0]["lr"])
    return values


def both(name, steps, skip=(), **arguments):
    follows(getattr(compat, name)(0.1, **arguments), rates(name, steps, **arguments), skip=skip)


CYCLES = [
    {"t_initial": 30},
    {"t_initial": 1},
    {"t_initial": 30, "lr_min": 0.01},
    {"t_initial": 20, "warmup_t": 5},
    {"t_initial": 20, "warmup_t": 5, "warmup_lr_init": 0.001, "warmup_prefix": True},
    {"t_initial": 20, "warmup_t": 20, "lr_min": 0.02},
    {"t_initial": 20, "cycle_limit": 3, "cycle_decay": 0.5},
    {"t_initial": 20, "cycle_limit": 3, "cycle_decay": 0.5, "lr_min": 0.02},
    {"t_initial": 10, "cycle_limit": 3, "cycle_mul": 2.0, "lr_min": 0.02},
    {"t_initial": 10, "cycle_limit": 3, "cycle_mul": 1.5, "cycle_decay": 0.7, "lr_min": 0.03},
    {"t_initial": 7, "cycle_limit": 3, "cycle_mul": 1.37, "warmup_t": 3, "warmup_prefix": True},
    {"t_initial": 7, "cycle_limit": 4, "cycle_mul": 1.37, "cycle_decay": 0.5, "warmup_t": 12},
    {"t_initial": 20, "cycle_limit": 0, "lr_min": 0.02},
    {"t_initial": 20, "cycle_limit": 0, "lr_min": 0.02, "warmup_t": 5, "warmup_lr_init": 0.01},
    {"t_initial": 20, "cycle_limit": 0, "cycle_decay": 0.5, "warmup_t": 5, "warmup_prefix": True},
]


@pytest.mark.parametrize("arguments", CYCLES)
def test_cycles(arguments):
    both("CosineLRScheduler", 80, **arguments)
    both("PolyLRScheduler", 80, **arguments)
    both("TanhLRScheduler", 80, **arguments)
    both("TanhLRScheduler", 80, **arguments, lb=-2.0, ub=2.0)
    both("PolyLRScheduler", 80, **arguments, power=0)
    for k_decay in (0.5, 1.5, 2.0):
        both("CosineLRScheduler", 80, **arguments, k_decay=k_decay)
        both("PolyLRScheduler", 80, **arguments, k_decay=k_decay, power=2.0)


STEPS = [
    {},
    {"decay_rate": 0.5},
    {"decay_rate": 0.5, "warmup_t": 12},
    {"decay_rate": 0.5, "warmup_t": 12, "warmup_prefix": False, "warmup_lr_init": 0.01},
]


@pytest.mark.parametrize("arguments", STEPS)
def test_steps(arguments):
    for decay_t in (1, 10, 2.5, 0.75, 2.4, 3.14159265, 1 / 3):
        both("StepLRScheduler", 60, decay_t=decay_t, **arguments)
    for milestones in ([], [30], [1, 10, 20, 20], [0, 1, 5]):
        both("MultiStepLRScheduler", 60, decay_t=milestones, **arguments)


WSD = [
    {"t_initial": 40, "decay_t": 10},
    {"t_initial": 40, "decay_t": 40, "warmup_t": 5},
    {"t_initial": 1, "decay_t": 1, "lr_min": 0.1},
    {"t_initial": 40, "decay_t": 10, "lr_min": 0.02, "warmup_t": 8, "warmup_lr_init": 0.01},
    {"t_initial": 40, "decay_t": 10, "stable_fn": "rsqrt", "warmup_t": 8},
    {"t_initial": 40, "decay_t": 10, "stable_fn": "rsqrt", "stable_timescale": 3.5, "lr_min": 0.03},
    {
        "t_initial": 40,
        "decay_t": 39,
        "stable_fn": "power",
        "stable_power": 0.8,
        "stable_timescale": 20,
        "warmup_t": 3,
    },
]


@pytest.mark.parametrize("arguments", WSD)
@pytest.mark.parametrize("decay_fn", ["linear", "1-sqrt", "cosine", "power", "exp"])
def test_wsd(arguments, decay_fn):
    both("WSDLRScheduler", 60, **arguments, decay_fn=decay_fn)
    both("WSDLRScheduler", 60, **arguments, decay_fn=decay_fn, decay_power=1.7, decay_ratio=0.01)


def test_wsd_with_a_decay_of_ones_own():
    arguments = {"t_initial": 40, "decay_t": 10, "lr_min": 0.02, "warmup_t": 4}
    for stable_fn in ("constant", "rsqrt"):
        theirs = rates(
            "WSDLRScheduler",
            60,
            **arguments,
            stable_fn=stable_fn,
            decay_fn=lambda x: (1 - x) ** 3,
        )
        cube = lrs.PolynomialDecay(1, power=3)
        ours = compat.WSDLRScheduler(0.1, **arguments, stable_fn=stable_fn, decay_fn=cube)
        follows(ours, theirs)


def test_names_and_defaults():
    assert len(peers) == 6
    for name, theirs in peers.items():
        ours = list(inspect.signature(getattr(compat, name)).parameters.values())
        given = [p for p in inspect.signature(theirs).parameters.values() if p.name != "initialize"]
        assert [(p.name, p.default) for p in ours[1:]] == [(p.name, p.default) for p in given[1:]]


fractions = st.floats(0, 1)


@drawn
@given(
    st.integers(1, 30),
    st.sampled_from([1.0, 1.25, 1.6, 2.0, 3.0]),
    fractions,
    st.integers(1, 4),
    fractions,
    st.integers(0, 10),
    st.booleans(),
    st.floats(0.3, 3),
)
def test_cycles_drawn(t_initial, mul, decay, limit, low, warmup, prefix, power):
    if not prefix and warmup > t_initial:
        return  # refused here
    arguments = {
        "t_initial": t_initial,
        "lr_min": 0.1 * low,
        "cycle_mul": mul,
        "cycle_decay": decay,
        "cycle_limit": limit,
        "warmup_t": warmup,
        "warmup_prefix": prefix,
    }
    # At a restart the peer may be on either side of its logarithm, and so may a warmup that ends
    # in one.
    first = warmup if prefix else 0
    begins = [
        first + t_initial * (i if mul == 1 else (mul**i - 1) / (mul - 1)) for i in range(limit + 1)
    ]
    near = [round(b) for b in begins if mul != 1 and abs(b - round(b)) < 1e-9 and b < 70]
    if mul == 1.6:
        power = 2.0  # of any other exponent the peer makes a complex number at a restart
    both("CosineLRScheduler", 70, near, **arguments, k_decay=power)
    both("PolyLRScheduler", 70, near, **arguments, power=power)
    if warmup not in near or prefix:
        both("TanhLRScheduler", 70, near, **arguments)


@drawn
@given(st.integers(1, 60), fractions, fractions, st.integers(0, 9), fractions, st.floats(0.2, 3))
def test_wsd_drawn(t_initial, share, low, warmup, start, power):
    arguments = {
        "t_initial": t_initial,
        "decay_t": max(1, round(share * t_initial)),
        "lr_min": 0.1 * low,
        "warmup_t": warmup,
        "warmup_lr_init": 0.1 * start,
    }
    both("WSDLRScheduler", 75, **arguments, decay_fn="power", decay_power=power)
    both("WSDLRScheduler", 75, **arguments, stable_fn="power", stable_timescale=7, decay_fn="exp")


@drawn
@given(
    st.integers(1, 40),
    st.lists(st.integers(0, 50), max_size=5).map(sorted),
    fractions,
    st.integers(0, 20),
    st.booleans(),
)
def test_steps_drawn(every, milestones, rate, warmup, prefix):
    arguments = {"decay_rate": rate, "warmup_t": warmup, "warmup_prefix": prefix}
    both("StepLRScheduler", 60, decay_t=every, **arguments)
    both("MultiStepLRScheduler", 60, decay_t=milestones, **arguments)


# --- what differs: the peer's own number, so that a change of it is noticed


def test_restart_missed_by_a_logarithm():
    arguments = {"t_initial": 100, "cycle_mul": 1.2, "cycle_limit": 5, "lr_min": 0.01}
    assert rates("CosineLRScheduler", 365, **arguments)[364] == pytest.approx(0.01)
    assert compat.CosineLRScheduler(0.1, **arguments)(364) == 0.1


def test_complex_number_at_a_restart():
    arguments = {"t_initial": 5, "cycle_mul": 1.6, "cycle_limit": 3, "k_decay": 1.5}
    with pytest.raises(TypeError, match="not complex"):
        rates("CosineLRScheduler", 14, **arguments)
    assert compat.CosineLRScheduler(0.1, **arguments)(13) == 0.1


def test_factor_late_by_a_step():
    arguments = {"decay_t": 1.1, "decay_rate": 0.5}
    theirs = rates("StepLRScheduler", 13, **arguments)
    assert theirs[11] == 0.1 * 0.5**9
    assert compat.StepLRScheduler(0.1, **arguments)(11) == 0.1 * 0.5**10
    assert theirs[12] == compat.StepLRScheduler(0.1, **arguments)(12) == 0.1 * 0.5**10


def test_shrinking_cycles():
    with pytest.raises(ValueError, match="math domain error"):
        rates("CosineLRScheduler", 30, t_initial=10, cycle_mul=0.5, cycle_limit=9)
    with pytest.raises(ValueError, match="cycle_mul must be 1 or a number of at least"):
        compat.CosineLRScheduler(0.1, 10, cycle_mul=0.5)


REFUSED = [
    ("CosineLRScheduler: t_initial must be", lambda: compat.CosineLRScheduler(0.1, 0)),
    (
        "CosineLRScheduler: lr_min must be at most base_lr=0.1, got 0.2",
        lambda: compat.CosineLRScheduler(0.1, 10, lr_min=0.2),
    ),
    (
        "CosineLRScheduler: warmup_t must be at most the length of all cycles=10, got 11",
        lambda: compat.CosineLRScheduler(0.1, 10, warmup_t=11),
    ),
    ("noise_range_t must be None", lambda: compat.PolyLRScheduler(0.1, 5, noise_range_t=3)),
    ("TanhLRScheduler: lb must be below ub=3.0", lambda: compat.TanhLRScheduler(0.1, 5, lb=4)),
    ("decay_t must be a positive", lambda: compat.StepLRScheduler(0.1, 0)),
    ("decay_t must be non-neg", lambda: compat.MultiStepLRScheduler(0.1, [3, 2])),
    (
        "WSDLRScheduler: decay_t must be at most t_initial=10, got 11",
        lambda: compat.WSDLRScheduler(0.1, 10, 11),
    ),
    (
        "WSDLRScheduler: stable_timescale must be given for stable_fn='rsqrt'",
        lambda: compat.WSDLRScheduler(0.1, 10, 5, stable_fn="rsqrt"),
    ),
    (
        "WSDLRScheduler: decay_fn must be one of 'linear'",
        lambda: compat.WSDLRScheduler(0.1, 10, 5, decay_fn="sqrt"),
    ),
    ("decay_ratio must be", lambda: compat.WSDLRScheduler(0.1, 10, 5, decay_ratio=1.0)),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()


def test_a_function_is_no_schedule():
    with pytest.raises(TypeError, match="decay_fn"):
        compat.WSDLRScheduler(0.1, 10, 5, decay_fn=lambda x: 1 - x)
