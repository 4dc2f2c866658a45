"""Which group follows which schedule: by name, by pattern, as the rest, or when it comes."""

import copy
import pickle
import re
import warnings

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, SequentialLR

import lrsched as lrs
from lrsched.adapters.torch import ScheduleLR

pytestmark = pytest.mark.frameworks

A, B, C, D = (factor * lrs.LinearDecay(32) for factor in (0.25, 0.5, 1.0, 2.0))


def group(name=None):
    made = {"params": [torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))]}
    return made if name is None else made | {"name": name}


def build(*names, lr=1.0):
    return torch.optim.SGD([group(name) for name in names], lr=lr)


def applied(optimizer):
    """Make one update, and read each group's rate from the way its parameter went."""
    for each in optimizer.param_groups:
        (p,) = each["params"]
        p.data.zero_()
        p.grad = torch.ones_like(p)
    optimizer.step()
    return [-each["params"][0].item() for each in optimizer.param_groups]


def run(optimizer, scheduler, updates):
    rows = []
    for _ in range(updates):
        rows.append(applied(optimizer))
        scheduler.step()
    return rows


# --- by name, by pattern, the rest ---


@pytest.mark.parametrize(
    ("schedules", "names", "followed"),
    [
        ({"layer*.bias": A, "*": B}, ["layer1.bias", "layer2.weight", "layer2.bias"], [A, B, A]),
        # A name itself comes before a pattern, wherever it is written.
        ({"layer*": A, "*": C, "layer1": B}, ["layer1", "layer2", "head"], [B, A, C]),
        ({"*": C, "layer1": B, "layer*": A}, ["layer1", "layer2", "head"], [B, A, C]),
        # Patterns in their order.
        ({"layer*": A, "*.bias": B, "*": C}, ["layer1.bias", "head.bias", "x"], [A, B, C]),
        ({"*.bias": B, "layer*": A, "*": C}, ["layer1.bias", "layer1.w", "x"], [B, A, C]),
        ({"layer?": A, "layer[0-9][0-9]": B}, ["layer1", "layer12"], [A, B]),
        # A name with the signs of a pattern in it is a name first.
        ({"w[0]": A, "w[1]": B, "*": C}, ["w[0]", "w[1]", "x"], [A, B, C]),
        ({"Layer*": A, "*": B}, ["Layer1", "layer1"], [A, B]),
        ({"*": A}, ["body", None], [A, A]),
        ({"?*": A, "*": B}, ["body", None], [A, B]),
    ],
)
def test_names_then_patterns_in_order_then_the_rest(schedules, names, followed):
    optimizer = build(*names)
    rows = run(optimizer, ScheduleLR(optimizer, schedules), 3)
    assert rows == [[schedule(k) for schedule in followed] for k in range(3)]


@pytest.mark.parametrize("schedules", [{"layer*": A}, {"layer1": A, "head?": B}, {"body": A}])
def test_a_group_that_nothing_fits_is_refused(schedules):
    with pytest.raises(ValueError, match=r"group, \['layer1', 'head'\], got \["):
        ScheduleLR(build("layer1", "head"), schedules)


# --- entries for groups to come ---

TO_COME = [
    ({"head": A, "layer1": B}, ["head"], "layer1", "['layer1'] yet, there are ['head']"),
    ({"head": A, "layer*": B}, ["head"], "layer7", "['layer*'] yet, there are ['head']"),
    ({"head": A, "layer1": B, "x": C}, ["head"], "layer1", "['layer1', 'x'] yet, there are"),
    ([A, B], [None], None, "[1] yet, there are [0]"),
]


@pytest.mark.parametrize(("schedules", "names", "comes", "said"), TO_COME)
@pytest.mark.parametrize("when", ["before the update", "after the update"])
def test_an_entry_waits_for_its_group(schedules, names, comes, said, when):
    optimizer = build(*names)
    text = re.escape(f"ScheduleLR: no parameter group answers to {said}")
    with pytest.warns(UserWarning, match=text) as told:
        scheduler = ScheduleLR(optimizer, schedules)
    (warning,) = told
    assert warning.filename == __file__
    assert run(optimizer, scheduler, 3) == [[A(k)] for k in range(3)]
    if when == "before the update":
        optimizer.add_param_group(group(comes))
        assert run(optimizer, scheduler, 3) == [[A(k), B(k)] for k in (3, 4, 5)]
    else:
        assert applied(optimizer) == [A(3)]
        optimizer.add_param_group(group(comes))
        scheduler.step()
        assert run(optimizer, scheduler, 2) == [[A(k), B(k)] for k in (4, 5)]


def test_the_rest_waits_for_nobody():
    ScheduleLR(build("head"), {"head": A, "*": B})  # and says nothing: warnings are errors here


def test_unfreezing_layer_by_layer():
    optimizer = build("head")
    with pytest.warns(UserWarning, match=r"answers to \['layer\*'\] yet"):
        scheduler = ScheduleLR(optimizer, {"head": A, "layer*": B})
    rows = []
    for k in range(6):
        if k in (2, 4):
            optimizer.add_param_group(group(f"layer{k}"))
        rows += run(optimizer, scheduler, 1)
    assert rows == [[A(k)] + [B(k)] * (k // 2) for k in range(6)]


def test_a_resumed_run_has_its_late_groups():
    optimizer = build("head")
    with pytest.warns(UserWarning, match="layer"):
        scheduler = ScheduleLR(optimizer, {"head": A, "layer*": B})
    run(optimizer, scheduler, 2)
    optimizer.add_param_group(group("layer1"))
    run(optimizer, scheduler, 2)
    again = build("head", "layer1")
    resumed = ScheduleLR(again, {"head": A, "layer*": B})
    resumed.load_state_dict(scheduler.state_dict())
    again.load_state_dict(optimizer.state_dict())
    assert run(again, resumed, 2) == [[A(k), B(k)] for k in (4, 5)]


@pytest.mark.parametrize("tensor", [False, True])
@pytest.mark.parametrize("how", ["added", "put back"])
def test_a_group_that_came_after_the_scheduler_is_loaded_into(how, tensor):
    """As Lightning resumes a run that unfroze: first the groups, then the optimizer's state."""
    schedules = {"head": A, "*": B}

    def started(*names):
        optimizer = build(*names, lr=torch.tensor(1.0) if tensor else 1.0)
        return optimizer, ScheduleLR(optimizer, schedules)

    optimizer, scheduler = started("head", None)
    run(optimizer, scheduler, 4)
    again, resumed = started("head")
    if how == "added":
        again.add_param_group(group())
    else:
        again.param_groups = build("head", None).param_groups
    again.load_state_dict(optimizer.state_dict())
    assert [each["lr"] for each in again.param_groups] == [A(0), B(0)]
    resumed.load_state_dict(scheduler.state_dict())
    assert run(again, resumed, 2) == [[A(k), B(k)] for k in (4, 5)]


def test_loading_into_a_group_that_nothing_covers_is_refused():
    optimizer = build("head")
    scheduler = ScheduleLR(optimizer, {"head": A})
    optimizer.add_param_group(group("body"))
    with pytest.raises(ValueError, match=r"one for each parameter group, \['head', 'body'\]"):
        optimizer.load_state_dict(build("head", "body").state_dict())
    assert scheduler.last_epoch == 0


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_waits_as_well(duplicate):
    optimizer = build("head")
    with pytest.warns(UserWarning, match="layer"):
        scheduler = ScheduleLR(optimizer, {"head": A, "layer*": B})
    run(optimizer, scheduler, 2)
    optimizer, scheduler = duplicate((optimizer, scheduler))
    optimizer.add_param_group(group("layer1"))
    assert run(optimizer, scheduler, 2) == [[A(k), B(k)] for k in (2, 3)]


# --- a value that somebody else wrote ---


@pytest.mark.parametrize("tensor", [False, True])
@pytest.mark.parametrize("how", ["set", "in place", "another scheduler"])
def test_a_value_written_over_ours_is_said_once(tensor, how):
    optimizer = build("a", "b", lr=torch.tensor(1.0) if tensor else 1.0)
    scheduler = ScheduleLR(optimizer, A)
    other = LambdaLR(optimizer, lambda k: 0.5) if how == "another scheduler" else None
    told = []
    for k in range(4):
        if how == "set":
            optimizer.param_groups[1]["lr"] = torch.tensor(77.0) if tensor else 77.0
        elif how == "in place":
            optimizer.param_groups[1]["lr"] *= 3
        optimizer.step()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scheduler.step()
        told += caught
        assert optimizer.param_groups[1]["lr"] == A(k + 1)
        if other:
            other.step()
    (warning,) = told
    which = 0 if other or (tensor and how == "in place") else 1  # they begin with one tensor
    said = f"ScheduleLR: 'lr' of param_groups[{which}] was 0.25 when written and is "
    assert str(warning.message).startswith(said)
    assert warning.filename == __file__


def test_two_of_ours_on_one_key_are_told_apart():
    optimizer = build("a")
    first, second = ScheduleLR(optimizer, A), ScheduleLR(optimizer, B)
    optimizer.step()
    with pytest.warns(UserWarning, match=r"was 0\.25 when written and is 0\.5 now"):
        first.step()
    with pytest.warns(UserWarning, match=r"was 0\.5 when written"):
        second.step()


def test_what_is_no_meddling_is_not_said():
    # Warnings are errors here.
    optimizer = build("a", lr=torch.tensor(1.0))
    schedulers = [ScheduleLR(optimizer, A), ScheduleLR(optimizer, B, key="weight_decay")]
    for k in range(6):
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
        if k == 1:
            optimizer.load_state_dict(optimizer.state_dict())
        if k == 2:
            schedulers[0].load_state_dict({"last_epoch": 9})
        if k == 3:
            optimizer.add_param_group(group("b"))
        if k == 4:
            optimizer, schedulers = copy.deepcopy((optimizer, schedulers))


@pytest.mark.parametrize("theirs", [False, True])
def test_phases_of_torchs_do_not_complain_of_each_other(theirs):
    optimizer = build("a")
    other = (lambda: LambdaLR(optimizer, lambda k: 0.5)) if theirs else None
    phases = [ScheduleLR(optimizer, A), other() if other else ScheduleLR(optimizer, B)]
    phases.append(ScheduleLR(optimizer, C))
    scheduler = SequentialLR(optimizer, phases, milestones=[3, 6])
    rates = [row[0] for row in run(optimizer, scheduler, 9)]
    middle = [0.5] * 3 if theirs else [B(k) for k in range(3)]
    assert rates == [*(A(k) for k in range(3)), *middle, *(C(k) for k in range(3))]
