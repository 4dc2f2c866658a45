"""The schedules of transformers, step for step on a real optimizer."""

import importlib
import inspect

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

from lrsched.compat import transformers as compat

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
peers = importlib.import_module("transformers.optimization")


def rates(name, steps, lr=0.1, **arguments):
    """What a real optimizer is given by the peer's schedule."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = getattr(peers, name)(optimizer, **arguments)
    values = []
    for step in range(steps):
        if step:
            optimizer.step()
            scheduler.step()
        values.append(optimizer.param_groups[0]["lr"])
    return values


def both(name, steps, **arguments):
    follows(getattr(compat, name)(0.1, **arguments), rates(name, steps, **arguments))


LENGTHS = [(0, 100), (10, 100), (1, 2), (0, 1), (99, 100), (100, 100), (1, 1)]


@pytest.mark.parametrize(("warmup", "total"), LENGTHS)
def test_to_the_end(warmup, total):
    lengths = {"num_warmup_steps": warmup, "num_training_steps": total}
    both("get_linear_schedule_with_warmup", 150, **lengths)
    # These have ends of their own to be held, and cosines have to the last step.
    for cycles in (1, 2, 3, 7):
        name = "get_cosine_with_hard_restarts_schedule_with_warmup"
        both(name, 150, **lengths, num_cycles=cycles)
    for cycles in (0.5, 1, 0.25, 1.5, 3.3, 0):
        steps = total + 1
        both("get_cosine_schedule_with_warmup", steps, **lengths, num_cycles=cycles)
        name = "get_cosine_with_min_lr_schedule_with_warmup"
        both(name, steps, **lengths, num_cycles=cycles, min_lr=0.02)
        both(name, steps, **lengths, num_cycles=cycles, min_lr_rate=0.3)
        name += "_lr_rate"
        both(name, total, **lengths, num_cycles=cycles, min_lr=0.02)
        both(name, total, **lengths, num_cycles=cycles, min_lr_rate=0.1, warmup_lr_rate=0.2)
    if warmup < total:
        name = "get_polynomial_decay_schedule_with_warmup"
        both(name, 150, **lengths)
        both(name, 150, **lengths, lr_end=0.01, power=2.5)
        both(name, 150, **lengths, lr_end=0.0, power=0.5)


@pytest.mark.parametrize("warmup", [0, 1, 30])
def test_endless(warmup):
    both("get_constant_schedule", 10)
    both("get_constant_schedule_with_warmup", 100, num_warmup_steps=warmup)
    both("get_inverse_sqrt_schedule", 300, num_warmup_steps=warmup)
    both("get_inverse_sqrt_schedule", 300, num_warmup_steps=warmup, timescale=77)


@pytest.mark.parametrize("rise", ["linear", "cosine", "1-sqrt"])
@pytest.mark.parametrize("fall", ["linear", "cosine", "1-sqrt"])
@pytest.mark.parametrize(("warmup", "stable", "decay"), [(10, 40, 50), (0, 0, 7), (5, 3, 0)])
def test_wsd(rise, fall, warmup, stable, decay):
    arguments = {
        "num_warmup_steps": warmup,
        "num_decay_steps": decay,
        "warmup_type": rise,
        "decay_type": fall,
    }
    both("get_wsd_schedule", 120, **arguments, num_stable_steps=stable)
    total = warmup + stable + decay
    both("get_wsd_schedule", 120, **arguments, num_training_steps=total, min_lr_ratio=0.25)
    both("get_wsd_schedule", 120, **arguments, num_stable_steps=stable, num_cycles=1.0)
    both("get_wsd_schedule", 120, **arguments, num_stable_steps=stable, num_cycles=0)


NAMES = {
    "linear": {},
    "cosine": {"num_cycles": 1.5},
    "cosine_with_restarts": {"num_cycles": 3},
    "polynomial": {"power": 2.0, "lr_end": 1e-3},
    "constant": {},
    "constant_with_warmup": {},
    "inverse_sqrt": {"timescale": 50},
    "cosine_with_min_lr": {"min_lr": 0.01},
    "cosine_warmup_with_min_lr": {"min_lr_rate": 0.1},
    "warmup_stable_decay": {"num_decay_steps": 20, "decay_type": "1-sqrt"},
}


@pytest.mark.parametrize("name", NAMES)
def test_get_scheduler(name):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = peers.get_scheduler(name, optimizer, 10, 100, NAMES[name])
    values = []
    for step in range(100):
        if step:
            optimizer.step()
            scheduler.step()
        values.append(optimizer.param_groups[0]["lr"])
    member = peers.SchedulerType(name)
    for spelled in (name, member):
        follows(compat.get_scheduler(spelled, 0.1, 10, 100, NAMES[name]), values)


@pytest.mark.parametrize("total", [1, 7, 1000, 1001, 12_345])
@pytest.mark.parametrize("warmup", [0.0, 1e-9, 0.001, 0.1, 1 / 3, 0.07, 0.29, 0.999, 1])
def test_a_warmup_below_1_is_a_fraction_of_the_training(tmp_path, warmup, total):
    """As the Trainer has it: its arguments make steps of it, before the schedule is built."""
    arguments = importlib.import_module("transformers").TrainingArguments(
        output_dir=str(tmp_path), warmup_steps=warmup, use_cpu=True, report_to="none"
    )
    steps = arguments.get_warmup_steps(total)
    for name in ("cosine", "linear", "constant_with_warmup", "inverse_sqrt"):
        ours = compat.get_scheduler(name, 0.1, warmup, total)
        assert ours == compat.get_scheduler(name, 0.1, steps, total)
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        factor = peers.get_scheduler(name, optimizer, steps, total).lr_lambdas[0]
        some = range(0, total, 1 + total // 20)
        assert ours(some) == pytest.approx([0.1 * factor(t) for t in some], rel=1e-12, abs=1e-13)


def test_a_tenth_of_a_step():
    """The peer's own `get_scheduler` knows no fractions of the training."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    factor = peers.get_scheduler("cosine", optimizer, 0.1, 10_000).lr_lambdas[0]
    assert factor(0) == 0
    assert factor(1) > 0.99999
    assert compat.get_scheduler("cosine", 0.1, 0.1, 10_000)([1, 1000]).tolist() == [1e-4, 0.1]


def test_every_name_is_here():
    assert {m.value for m in peers.SchedulerType} == {*compat._SCHEDULES, *compat._RULES}
    theirs = {n for n in dir(peers) if n.startswith("get_") and "sched" in n}
    for name in theirs:
        ours, given = (
            [p for p in inspect.signature(getattr(m, name)).parameters if p != "last_epoch"]
            for m in (compat, peers)
        )
        if "adafactor" not in name:
            assert ours == [p.replace("optimizer", "base_lr") for p in given]


@drawn
@given(
    st.integers(0, 50),
    st.integers(1, 80),
    st.sampled_from([0.5, 1.0, 0.37, 2.0]),
    st.floats(0.1, 4),
    st.floats(0, 0.99),
)
def test_drawn(warmup, rest, cycles, power, low):
    lengths = {"num_warmup_steps": warmup, "num_training_steps": warmup + rest}
    for name, extra in (
        ("get_linear_schedule_with_warmup", {}),
        ("get_cosine_schedule_with_warmup", {"num_cycles": cycles}),
        ("get_polynomial_decay_schedule_with_warmup", {"power": power, "lr_end": 0.1 * low}),
        ("get_cosine_with_min_lr_schedule_with_warmup", {"min_lr_rate": low}),
        ("get_cosine_with_min_lr_schedule_with_warmup_lr_rate", {"min_lr_rate": low}),
    ):
        both(name, warmup + rest, **lengths, **extra)


@drawn
@given(st.integers(0, 20), st.integers(1, 90), st.integers(1, 12))
def test_hard_restarts_drawn(warmup, rest, cycles):
    # up to 12 cycles, where the peer's rounding misses no restart in so few steps
    lengths = {"num_warmup_steps": warmup, "num_training_steps": warmup + rest}
    name = "get_cosine_with_hard_restarts_schedule_with_warmup"
    both(name, warmup + rest + 3, **lengths, num_cycles=cycles)


# --- what differs: the peer's own number, so that a change of it is noticed


def test_restart_missed_in_a_rounded_fraction():
    arguments = {"num_warmup_steps": 0, "num_training_steps": 44, "num_cycles": 22}
    name = "get_cosine_with_hard_restarts_schedule_with_warmup"
    assert rates(name, 31, **arguments)[30] == 0
    assert getattr(compat, name)(0.1, **arguments)([28, 30, 32]).tolist() == [0.1] * 3


def test_cosine_climbs_again_after_its_end():
    values = rates(
        "get_cosine_schedule_with_warmup", 111, num_warmup_steps=0, num_training_steps=100
    )
    assert values[110] == pytest.approx(0.1 * 0.024471741852423234, rel=1e-12)
    schedule = compat.get_cosine_schedule_with_warmup(0.1, 0, 100)
    assert schedule(100) == schedule(110) == 0


def test_polynomial_with_nothing_but_warmup():
    arguments = {"num_warmup_steps": 5, "num_training_steps": 5, "lr_end": 0.01}
    with pytest.raises(ZeroDivisionError):
        rates("get_polynomial_decay_schedule_with_warmup", 6, **arguments)
    assert compat.get_polynomial_decay_schedule_with_warmup(0.1, **arguments)(5) == 0.01


REFUSED = [
    (
        "get_cosine_schedule_with_warmup: num_warmup_steps must be at most "
        "num_training_steps=5, got 10",
        lambda: compat.get_cosine_schedule_with_warmup(0.1, 10, 5),
    ),
    ("num_training_steps must be a non", lambda: compat.get_linear_schedule_with_warmup(1, 0, -1)),
    (
        "lr_end must be below base_lr=0.1, got 0.2",
        lambda: compat.get_polynomial_decay_schedule_with_warmup(0.1, 0, 5, lr_end=0.2),
    ),
    (
        "min_lr must be given, or min_lr_rate instead, got neither",
        lambda: compat.get_cosine_with_min_lr_schedule_with_warmup(0.1, 0, 5),
    ),
    (
        "min_lr must be given, or min_lr_rate instead, got both",
        lambda: compat.get_cosine_with_min_lr_schedule_with_warmup(
            0.1, 0, 5, min_lr=0.01, min_lr_rate=0.1
        ),
    ),
    (
        "min_lr must be at most base_lr=0.1",
        lambda: compat.get_cosine_with_min_lr_schedule_with_warmup(0.1, 0, 5, min_lr=0.2),
    ),
    (
        "num_training_steps must be at least the 12 steps",
        lambda: compat.get_wsd_schedule(0.1, 5, 7, num_training_steps=10),
    ),
    ("num_training_steps must be given", lambda: compat.get_wsd_schedule(0.1, 5, 7)),
    (
        "get_wsd_schedule: decay_type must be one of",
        lambda: compat.get_wsd_schedule(0.1, 5, 7, 20, decay_type="sqrt"),
    ),
    ("get_scheduler: name must be one of 'linear'", lambda: compat.get_scheduler("nope", 0.1)),
    (
        "get_scheduler: num_warmup_steps must be given for name='linear'",
        lambda: compat.get_scheduler("linear", 0.1),
    ),
    (
        "get_scheduler: num_training_steps must be given for name='cosine'",
        lambda: compat.get_scheduler("cosine", 0.1, 5),
    ),
    (
        "get_scheduler: num_training_steps must be given for num_warmup_steps=0.1",
        lambda: compat.get_scheduler("inverse_sqrt", 0.1, 0.1),
    ),
    (
        "get_scheduler: num_warmup_steps must be a non-negative integer, a fraction below 1 or None"
        ", got 2.5",
        lambda: compat.get_scheduler("cosine", 0.1, 2.5, 100),
    ),
    ("inside of Adafactor", lambda: compat.get_adafactor_schedule()),
    ("timescale must be a positive", lambda: compat.get_inverse_sqrt_schedule(0.1, 5, 0)),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()


def test_keywords_of_another_schedule():
    with pytest.raises(TypeError, match="power"):
        compat.get_scheduler("linear", 0.1, 0, 5, {"power": 2})
    with pytest.raises(TypeError, match="scheduler_specific_kwargs must be a dict"):
        compat.get_scheduler("linear", 0.1, 0, 5, [1])
