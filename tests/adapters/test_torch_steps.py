"""What `ScheduleLR.step` is told by position: a metric where there is a rule, else the step."""

import copy
import io

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau, SequentialLR
from torch.optim.optimizer import register_optimizer_step_post_hook

import lrsched as lrs
from lrsched.adapters.torch import ScheduleLR, lr_lambda

pytestmark = pytest.mark.frameworks

SCHEDULE = 0.25 * lrs.Sequence(lrs.LinearWarmup(4), lrs.CosineDecay(60))
RULE = lrs.ReduceOnPlateau(factor=0.5, patience=0)


def sgd(lr=1.0):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr)


def listening(rule=RULE):
    optimizer = sgd()
    scheduler = ScheduleLR(optimizer, SCHEDULE, rule=rule)
    optimizer.step()
    return scheduler


def saved(state):
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file)


@pytest.fixture
def updates():
    """The rate of every update of any torch optimizer."""
    made = []
    handle = register_optimizer_step_post_hook(
        lambda optimizer, *_: made.append(optimizer.param_groups[0]["lr"])
    )
    yield made
    handle.remove()


# --- with a rule, the number is the metric ---

METRICS = {
    "fraction": 0.75,
    "whole": 40,
    "zero": 0,
    "numpy": np.float32(0.75),
    "tensor": torch.tensor(0.75),
    "whole tensor": torch.tensor(40),
}


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_number_by_position_is_the_metric(metric):
    by_position, by_name = listening(), listening()
    for k in range(1, 5):
        by_position.step(metric)
        by_name.step(metric=metric)
        assert by_position.last_epoch == k  # a whole metric has not moved the clock
        assert by_position.state_dict() == by_name.state_dict()
        assert by_position.get_last_lr() == [SCHEDULE(k) * 0.5 ** (k - 1)]


def test_torchs_plateau_hears_the_same():
    ours, theirs = sgd(), sgd()
    scheduler = ScheduleLR(ours, lrs.Constant(1.0), rule=RULE)
    peer = ReduceLROnPlateau(theirs, factor=0.5, patience=0)
    ours.step()
    for metric in (3, 2, torch.tensor(2.0), 2, 1, np.float64(1.5)):
        scheduler.step(metric)
        peer.step(metric)
        assert ours.param_groups[0]["lr"] == theirs.param_groups[0]["lr"]
    assert ours.param_groups[0]["lr"] == 0.125


def test_with_a_rule_a_step_is_given_by_name():
    scheduler = listening()
    scheduler.step(3.0)
    scheduler.step(epoch=20)
    assert (scheduler.last_epoch, scheduler.get_last_lr()) == (20, [SCHEDULE(20)])
    scheduler.step(3.0, epoch=30.5)
    assert (scheduler.last_epoch, scheduler.get_last_lr()) == (30.5, [SCHEDULE(30.5) * 0.5])


def test_a_refused_metric_changes_nothing():
    scheduler = listening()
    scheduler.step(3.0)
    before = copy.deepcopy(scheduler.state_dict())
    for wrong in ("low", True, torch.zeros(2)):
        with pytest.raises(TypeError, match="ReduceOnPlateau: metric must be a number"):
            scheduler.step(wrong)
        assert scheduler.state_dict() == before


# --- without a rule, it is the step: any real one ---


@pytest.mark.parametrize("step", [12.5, 0.001, 12, 12.0, np.float32(3.5), np.int64(7), 2**53 + 1])
def test_a_number_by_position_is_the_step(step):
    scheduler = listening(rule=None)
    scheduler.step(step)
    assert (scheduler.last_epoch, scheduler.get_last_lr()) == (step, [SCHEDULE(step)])
    assert type(scheduler.last_epoch) is (int if step == int(step) else float)
    again = ScheduleLR(sgd(), SCHEDULE)
    again.load_state_dict(saved(scheduler.state_dict()))
    assert (again.last_epoch, again.get_last_lr()) == (step, [SCHEDULE(step)])
    again.optimizer.step()
    again.step()  # one on
    assert (again.last_epoch, again.get_last_lr()) == (step + 1, [SCHEDULE(step + 1)])


def test_a_run_by_the_clock(updates):
    """Seconds since the start are steps, and a resumed run goes on from the fraction it was at."""
    seconds = [0.0, 1.25, 2.5, 7.75, 8.0, 30.125]
    optimizer = sgd()
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    for second in seconds[1:4]:
        optimizer.step()
        scheduler.step(second)
    states = saved([optimizer.state_dict(), scheduler.state_dict()])
    optimizer = sgd()
    optimizer.load_state_dict(states[0])
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    scheduler.load_state_dict(states[1])
    for second in [*seconds[4:], 31]:
        optimizer.step()
        scheduler.step(second)
    assert updates == [SCHEDULE(second) for second in seconds]


def test_resumed_at_a_fraction_without_a_checkpoint():
    scheduler = ScheduleLR(sgd(), SCHEDULE, last_epoch=11.5)
    assert (scheduler.last_epoch, scheduler.get_last_lr()) == (12.5, [SCHEDULE(12.5)])


def test_a_phase_of_torchs_goes_on_from_its_own_step():
    optimizer = sgd()
    phases = [ScheduleLR(optimizer, SCHEDULE), ScheduleLR(optimizer, 2 * SCHEDULE)]
    scheduler = SequentialLR(optimizer, phases, milestones=[2])
    rates = []
    for _ in range(5):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates == [SCHEDULE(0), SCHEDULE(1), *[2 * SCHEDULE(k) for k in range(3)]]


REFUSED = [
    (lambda s: s.step(-3), ValueError, "step must be a finite number >= 0", "got -3"),
    (lambda s: s.step(float("nan")), ValueError, "step must be a finite number >= 0", "got nan"),
    (lambda s: s.step(True), TypeError, "step must be a finite number >= 0", "got True"),
    (lambda s: s.step("3"), TypeError, "step must be a finite number >= 0", "got '3'"),
    # Lightning's monitor with the rule forgotten is no step.
    (
        lambda s: s.step(torch.tensor(0.5)),
        TypeError,
        "step must be a finite number >= 0 (a metric needs a rule)",
        "got tensor(0.5000)",
    ),
    (lambda s: s.step(epoch=-0.5), ValueError, "epoch must be a finite number", "got -0.5"),
    (lambda s: s.step(3, epoch=4), ValueError, "epoch must be given once, and was 3", "got 4"),
    (
        lambda s: listening().step(0.5, metric=0.25),
        ValueError,
        "metric must be given once, and was 0.5",
        "got 0.25",
    ),
    (
        lambda s: s.load_state_dict({"last_epoch": -0.5}),
        ValueError,
        "last_epoch must be a step, or -1 for none",
        "got -0.5",
    ),
]


@pytest.mark.parametrize(("attempt", "kind", "rule", "value"), REFUSED)
def test_what_is_no_step_is_refused(attempt, kind, rule, value):
    scheduler = listening(rule=None)
    with pytest.raises(kind) as refused:
        attempt(scheduler)
    assert str(refused.value).startswith(f"ScheduleLR: {rule}")
    assert str(refused.value).endswith(value)
    assert scheduler.last_epoch == 0


# --- a new peak in the code, and an old checkpoint ---


def resumed(build, lr):
    """The rate after loading what a run with an lr of 0.1 had saved, in a run with another."""
    old, new = build(0.1), build(lr)
    for _ in range(4):
        old.optimizer.step()
        old.step()
    new.optimizer.load_state_dict(saved(old.optimizer.state_dict()))
    new.load_state_dict(saved(old.state_dict()))
    new.optimizer.step()
    new.step()
    return new.optimizer.param_groups[0]["lr"]


def test_lambda_lr_goes_on_at_the_old_peak_and_schedule_lr_at_the_new():
    shape = lrs.LinearDecay(10)
    by_factor = resumed(lambda lr: LambdaLR(sgd(lr), lr_lambda(shape)), lr=0.01)
    assert by_factor == 0.1 * shape(5)  # of the checkpoint's base_lrs, not 0.01 * shape(5)
    assert resumed(lambda lr: ScheduleLR(sgd(lr), lr * shape), lr=0.01) == 0.01 * shape(5)
