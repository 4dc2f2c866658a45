"""Schedules in torch: what an update is made with is read from the parameters it moved."""

import copy
import doctest
import gc
import io
import itertools
import pickle
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch
from torch._dynamo.testing import CompileCounter
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, SequentialLR

import lrsched as lrs
from lrsched.adapters import torch as adapter
from lrsched.adapters.torch import ScheduleLR, lr_lambda

pytestmark = pytest.mark.frameworks

SHAPE = lrs.Sequence(lrs.LinearWarmup(3), lrs.Constant(1, steps=4), lrs.CosineDecay(6, end=0.1))
SCHEDULE = 0.25 * SHAPE
OTHER = 0.5 * lrs.Sequence(lrs.LinearWarmup(5), lrs.StepDecay(every=2))
THIRD = 1e-2 * lrs.InverseSqrtDecay(timescale=4)
AROUND_BOUNDARIES = (0, 1, 2, 3, 4, 6, 7, 8, 12, 13, 14)
LAST = 20

# With these, a gradient of 1 moves a parameter by the learning rate and by nothing else.
PLAIN_ADAM = {"betas": (0.0, 0.0), "eps": 0.0}
OPTIMIZERS = {
    "SGD": lambda groups, lr: torch.optim.SGD(groups, lr),
    "SGD-fused": lambda groups, lr: torch.optim.SGD(groups, lr, fused=True),
    "Adam": lambda groups, lr: torch.optim.Adam(groups, lr, **PLAIN_ADAM),
    "Adam-foreach": lambda groups, lr: torch.optim.Adam(groups, lr, foreach=True, **PLAIN_ADAM),
    "AdamW": lambda groups, lr: torch.optim.AdamW(groups, lr, weight_decay=0, **PLAIN_ADAM),
    "AdamW-fused": lambda groups, lr: torch.optim.AdamW(
        groups, lr, weight_decay=0, fused=True, **PLAIN_ADAM
    ),
    "SGD-tensor": lambda groups, lr: torch.optim.SGD(groups, torch.tensor(lr)),
    "Adam-tensor": lambda groups, lr: torch.optim.Adam(groups, torch.tensor(lr), **PLAIN_ADAM),
    "Adam-tensor-fused": lambda groups, lr: torch.optim.Adam(
        groups, torch.tensor(lr), fused=True, **PLAIN_ADAM
    ),
}


@pytest.fixture(autouse=True)
def _double():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def parameter():
    return torch.nn.Parameter(torch.zeros(1))


def build(optimizer="SGD", groups=1, lr=1.0, names=()):
    made = [{"params": [parameter()]} for _ in range(groups)]
    for group, name in zip(made, names, strict=False):
        group["name"] = name
    return OPTIMIZERS[optimizer](made, lr)


def applied(optimizer):
    """Make one update, and read each group's learning rate from the way its parameter went."""
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.data.zero_()
            p.grad = torch.ones_like(p)
    optimizer.step()
    return [-group["params"][0].item() for group in optimizer.param_groups]


def run(optimizer, scheduler, updates):
    rows = []
    for _ in range(updates):
        rows.append(applied(optimizer))
        scheduler.step()
    return rows


def saved(state):
    """Through a file and back, with the default, safe loader."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file)


# --- update k is made with schedule(k) ---


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("groups", [1, 2, 50])
def test_update_k_of_schedule_lr(name, groups):
    optimizer = build(name, groups)
    rows = run(optimizer, ScheduleLR(optimizer, SCHEDULE), LAST + 1)
    assert rows == [[SCHEDULE(k)] * groups for k in range(LAST + 1)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_k_of_lambda_lr(name):
    optimizer = build(name, groups=2, lr=0.25)  # a power of two: the product rounds nowhere
    rows = run(optimizer, LambdaLR(optimizer, lr_lambda(SHAPE)), LAST + 1)
    assert rows == [[0.25 * SHAPE(k)] * 2 for k in range(LAST + 1)]


def test_absolute_values_in_lambda_lr():
    optimizer = build(lr=0.25)
    factor = lr_lambda(SCHEDULE, base_lr=0.25)
    rows = run(optimizer, LambdaLR(optimizer, factor), LAST + 1)
    assert rows == [[SCHEDULE(k)] for k in range(LAST + 1)]
    assert type(factor(3)) is type(lr_lambda(SHAPE)(3)) is float


@pytest.mark.parametrize("name", ["SGD", "AdamW-fused", "SGD-tensor", "Adam-tensor-fused"])
def test_a_list_has_one_for_each_group(name):
    # All groups begin with the one tensor that the optimizer was given.
    optimizer = build(name, groups=3)
    rows = run(optimizer, ScheduleLR(optimizer, [SCHEDULE, OTHER, SCHEDULE]), LAST + 1)
    assert rows == [[SCHEDULE(k), OTHER(k), SCHEDULE(k)] for k in range(LAST + 1)]


def test_a_list_of_fifty():
    schedules = [(i + 1) * SCHEDULE for i in range(50)]
    optimizer = build(groups=50)
    rows = run(optimizer, ScheduleLR(optimizer, schedules), 5)
    assert rows == [[schedule(k) for schedule in schedules] for k in range(5)]


def test_a_mapping_goes_by_the_groups_names():
    optimizer = build(groups=3, names=["body", "head", "body"])
    rows = run(optimizer, ScheduleLR(optimizer, {"head": OTHER, "body": SCHEDULE}), LAST + 1)
    assert rows == [[SCHEDULE(k), OTHER(k), SCHEDULE(k)] for k in range(LAST + 1)]


def test_the_list_is_not_aliased():
    optimizer = build(groups=2)
    schedules = [SCHEDULE, OTHER]
    scheduler = ScheduleLR(optimizer, schedules)
    schedules[:] = [THIRD]
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [SCHEDULE(1), OTHER(1)]


def test_several_share_an_optimizer():
    weights = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.AdamW([weights], betas=(0.5, 0.75))
    schedulers = [
        ScheduleLR(optimizer, SCHEDULE),
        ScheduleLR(optimizer, OTHER, key="weight_decay"),
        ScheduleLR(optimizer, 0.9 * SHAPE, key=("betas", 0)),
    ]
    for k in range(LAST + 1):
        (group,) = optimizer.param_groups
        assert (group["lr"], group["weight_decay"]) == (SCHEDULE(k), OTHER(k))
        assert group["betas"] == ((0.9 * SHAPE)(k), 0.75)
        assert [s.get_last_lr() for s in schedulers] == [
            [SCHEDULE(k)],
            [OTHER(k)],
            [(0.9 * SHAPE)(k)],
        ]
        weights.grad = torch.zeros(1)
        weights.data.fill_(1.0)
        optimizer.step()  # nothing but the decay is left of the update
        assert weights.item() == 1 - SCHEDULE(k) * OTHER(k)
        for scheduler in schedulers:
            scheduler.step()


def test_momentum():
    weights = parameter()
    optimizer = torch.optim.SGD([weights], lr=1.0, momentum=0.5)
    momentum = 0.5 + 0.4 * SHAPE
    scheduler = ScheduleLR(optimizer, momentum, key="momentum")
    buffer = 0.0
    for k in range(LAST + 1):
        buffer = momentum(k) * buffer + 1
        assert applied(optimizer) == [buffer]
        scheduler.step()


def test_a_tensor_of_betas_is_filled_in_place():
    beta = torch.tensor(0.5)
    optimizer = torch.optim.Adam([parameter()], betas=(beta, torch.tensor(0.9)))
    ScheduleLR(optimizer, lrs.Constant(0.75), key=("betas", 0))
    assert optimizer.param_groups[0]["betas"][0] is beta
    assert beta == 0.75


def test_a_schedule_of_many_groups_is_called_once_a_step():
    calls = []

    class Counted(lrs.LinearDecay):
        def __call__(self, step):
            calls.append(step)
            return super().__call__(step)

    optimizer = build(groups=50)
    scheduler = ScheduleLR(optimizer, [Counted(4) for _ in range(50)])
    calls.clear()
    optimizer.step()
    scheduler.step()
    assert calls == [1]


def test_values_are_python_floats():
    optimizer = build(groups=2)
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    values = [*scheduler.get_last_lr(), *scheduler.get_lr(), optimizer.param_groups[0]["lr"]]
    assert {type(value) for value in values} == {float}
    tensors = build("SGD-tensor")
    assert type(ScheduleLR(tensors, SCHEDULE).get_last_lr()[0]) is float


# --- tensors and compilation ---


@pytest.mark.parametrize("name", ["SGD-tensor", "Adam-tensor", "Adam-tensor-fused"])
def test_a_tensor_stays_the_same_object(name):
    optimizer = build(name)
    tensor = optimizer.param_groups[0]["lr"]
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    run(optimizer, scheduler, 5)
    assert optimizer.param_groups[0]["lr"] is tensor
    assert tensor.item() == SCHEDULE(5)


# torch's compiler imports a module of torch that uses what torch has deprecated.
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (torch.optim.SGD, {}),
        (torch.optim.Adam, {"capturable": True, "foreach": True, **PLAIN_ADAM}),
    ],
)
def test_a_compiled_update_is_compiled_once(cls, settings):
    torch._dynamo.reset()
    optimizer = cls([parameter()], torch.tensor(1.0), **settings)
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    counter = CompileCounter()
    step = torch.compile(optimizer.step, backend=counter)
    frames = []
    for k in range(8):
        (p,) = optimizer.param_groups[0]["params"]
        p.data.zero_()
        p.grad = torch.ones_like(p)
        step()
        assert -p.item() == SCHEDULE(k)
        scheduler.step()
        frames.append(counter.frame_count)
    assert frames == [1] * 8


# --- saving and resuming ---


def checkpoint(name, k, schedules):
    """The files of a run that made k updates."""
    optimizer = build(name, groups=2)
    scheduler = ScheduleLR(optimizer, schedules)
    run(optimizer, scheduler, k)
    return saved(optimizer.state_dict()), saved(scheduler.state_dict())


RESUME = {
    "optimizer, build, scheduler": ["optimizer", "build", "scheduler"],
    "build, optimizer, scheduler": ["build", "optimizer", "scheduler"],
    "build, scheduler, optimizer": ["build", "scheduler", "optimizer"],
    "optimizer, build at the step": ["optimizer", "build at"],
    "build at the step, optimizer": ["build at", "optimizer"],
    "build, optimizer, step given": ["build", "optimizer", "give"],
    "build, step given, optimizer": ["build", "give", "optimizer"],
    "build at the step": ["build at"],
}


@pytest.mark.parametrize("name", ["SGD", "AdamW-fused", "SGD-tensor", "Adam-tensor"])
@pytest.mark.parametrize("order", RESUME)
@pytest.mark.parametrize("made_with", [[SCHEDULE, OTHER], THIRD], ids=["same", "other"])
@pytest.mark.parametrize("stripped", [False, True], ids=["whole", "stripped"])
def test_a_resumed_run_equals_an_uninterrupted_one(name, order, made_with, stripped):
    for k in AROUND_BOUNDARIES:
        of_optimizer, of_scheduler = checkpoint(name, k, made_with)
        if stripped:
            for group in of_optimizer["param_groups"]:
                del group["initial_lr"]
        optimizer = build(name, groups=2)
        for event in RESUME[order]:
            match event:
                case "optimizer":
                    optimizer.load_state_dict(of_optimizer)
                case "build":
                    scheduler = ScheduleLR(optimizer, [SCHEDULE, OTHER])
                case "build at":
                    scheduler = ScheduleLR(optimizer, [SCHEDULE, OTHER], last_epoch=k - 1)
                case "scheduler":
                    scheduler.load_state_dict(of_scheduler)
                case "give":
                    scheduler.load_state_dict({"last_epoch": k})
        rows = run(optimizer, scheduler, LAST + 1 - k)
        assert rows == [[SCHEDULE(i), OTHER(i)] for i in range(k, LAST + 1)]


@pytest.mark.parametrize("order", [*itertools.permutations(["optimizer", "lr", "weight_decay"])])
def test_two_schedulers_resume_in_any_order(order):
    def new():
        optimizer = torch.optim.AdamW([parameter()])
        lr = ScheduleLR(optimizer, SCHEDULE)
        return {
            "optimizer": optimizer,
            "lr": lr,
            "weight_decay": ScheduleLR(optimizer, OTHER, key="weight_decay"),
        }

    old, resumed = new(), new()
    for _ in range(7):
        for name in ("optimizer", "lr", "weight_decay"):
            old[name].step()
    for name in order:
        resumed[name].load_state_dict(saved(old[name].state_dict()))
    (group,) = resumed["optimizer"].param_groups
    assert (group["lr"], group["weight_decay"]) == (SCHEDULE(7), OTHER(7))


def test_the_state_is_the_step():
    optimizer = build()
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    run(optimizer, scheduler, 3)
    assert saved(scheduler.state_dict()) == {"last_epoch": 3}


def test_a_checkpoint_of_another_scheduler_gives_its_step():
    optimizer = build()
    old = LambdaLR(optimizer, lambda k: 0.5**k)
    run(optimizer, old, 4)
    scheduler = ScheduleLR(build(), SCHEDULE)
    scheduler.load_state_dict(saved(old.state_dict()))
    assert scheduler.get_last_lr() == [SCHEDULE(4)]


def test_names_that_a_checkpoint_lacks_are_not_missed():
    of_optimizer, _ = checkpoint("SGD", 4, [SCHEDULE, OTHER])
    optimizer = build(groups=2, names=["body", "head"])
    scheduler = ScheduleLR(optimizer, {"body": SCHEDULE, "head": OTHER}, last_epoch=3)
    optimizer.load_state_dict(of_optimizer)
    assert run(optimizer, scheduler, 2) == [[SCHEDULE(k), OTHER(k)] for k in (4, 5)]


@pytest.mark.parametrize("order", ["optimizer first", "scheduler first"])
def test_lambda_lr_resumes(order):
    for k in AROUND_BOUNDARIES:
        optimizer = build(lr=0.25)
        scheduler = LambdaLR(optimizer, lr_lambda(SHAPE))
        run(optimizer, scheduler, k)
        states = [(0, saved(optimizer.state_dict())), (1, saved(scheduler.state_dict()))]
        optimizer = build(lr=0.25)
        scheduler = LambdaLR(optimizer, lr_lambda(SHAPE))
        for which, state in states if order == "optimizer first" else reversed(states):
            (optimizer, scheduler)[which].load_state_dict(state)
        rows = run(optimizer, scheduler, LAST + 1 - k)
        assert rows == [[0.25 * SHAPE(i)] for i in range(k, LAST + 1)]


def test_a_checkpoint_never_changes_what_lambda_lr_calls():
    class Decay:  # what people write by hand
        def __init__(self, schedule):
            self.schedule = self.func = schedule
            self.args = (1, 2)

        def __call__(self, step):
            return self.schedule(step)

    for before in (Decay(OTHER), lr_lambda(OTHER), lr_lambda(OTHER, 0.5), lambda step: 1.0):
        state = LambdaLR(build(), before).state_dict()
        for factor in (lr_lambda(SCHEDULE), lr_lambda(SCHEDULE, 0.125)):
            values = [factor(k) for k in range(LAST)]
            scheduler = LambdaLR(build(), factor)
            unsaved = hash(factor), hash(SCHEDULE), repr(SCHEDULE)
            scheduler.load_state_dict(copy.copy(state))
            assert (hash(factor), hash(SCHEDULE), repr(SCHEDULE)) == unsaved
            assert [factor(k) for k in range(LAST)] == values
            # What somebody else's callable had left in the checkpoint is nobody's any more.
            left = getattr(before, "__dict__", {})
            assert scheduler.state_dict()["lr_lambdas"] == [left]


CHILD = """
    import os, sys, time, torch
    import lrsched as lrs
    from lrsched.adapters.torch import ScheduleLR

    shape = lrs.Sequence(lrs.LinearWarmup(3), lrs.Constant(1, steps=4), lrs.CosineDecay(6, end=0.1))
    p = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.SGD([p], lr=1.0)
    scheduler = ScheduleLR(optimizer, 0.25 * shape)
    path, wait_at = sys.argv[1], int(sys.argv[2])
    if os.path.exists(path):
        checkpoint = torch.load(path)
        scheduler.load_state_dict(checkpoint["scheduler"])
        optimizer.load_state_dict(checkpoint["optimizer"])
    for k in range(scheduler.last_epoch, 21):
        if k % 3 == 0:
            states = {"scheduler": scheduler.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(states, path + ".new")
            os.replace(path + ".new", path)
        p.data.zero_()
        p.grad = torch.ones_like(p)
        optimizer.step()
        print(k, abs(p.item()).hex(), flush=True)
        if k == wait_at:
            time.sleep(60)
        scheduler.step()
"""


def child(*arguments, code=CHILD):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_a_killed_process_goes_on_from_its_checkpoint(tmp_path):
    path = tmp_path / "checkpoint.pt"
    with child(path, 8) as process:  # killed after update 8, long after the checkpoint at 6
        first = list(itertools.islice(process.stdout, 9))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    with child(path, -1) as process:
        second = list(process.stdout)
    assert process.returncode == 0
    expected = [f"{k} {SCHEDULE(k).hex()}\n" for k in range(LAST + 1)]
    assert first == expected[:9]
    assert second == expected[6:]


# --- copies ---


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("at", [0, 5])
def test_copies_go_their_own_way(duplicate, at):
    optimizer = build(groups=2, names=["body", "head"])
    scheduler = ScheduleLR(optimizer, {"body": SCHEDULE, "head": OTHER})
    run(optimizer, scheduler, at)
    other_optimizer, other = duplicate((optimizer, scheduler))
    assert other.optimizer is other_optimizer is not optimizer
    after = [[SCHEDULE(k), OTHER(k)] for k in range(at, at + 4)]
    assert run(other_optimizer, other, 4) == after
    assert scheduler.get_last_lr() == [SCHEDULE(at), OTHER(at)]
    assert run(optimizer, scheduler, 4) == after
    # A copy heeds its own optimizer.
    of_optimizer, _ = checkpoint("SGD", 2, THIRD)
    other_optimizer.load_state_dict(of_optimizer)
    assert applied(other_optimizer) == [SCHEDULE(at + 4), OTHER(at + 4)]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_lambda_lr(duplicate):
    optimizer = build(lr=0.25)
    scheduler = LambdaLR(optimizer, lr_lambda(SHAPE))
    run(optimizer, scheduler, 5)
    rows = [[0.25 * SHAPE(k)] for k in range(5, 9)]
    other = duplicate(scheduler)
    assert run(other.optimizer, other, 4) == run(optimizer, scheduler, 4) == rows


@pytest.mark.parametrize("factor", [lr_lambda(SHAPE), lr_lambda(SCHEDULE, 0.25)])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_factors_are_pickled(factor, protocol):
    again = pickle.loads(pickle.dumps(factor, protocol))
    assert [again(k) for k in range(LAST)] == [factor(k) for k in range(LAST)]
    assert again.__dict__ == {}


def test_a_discarded_scheduler_is_not_heeded():
    optimizer = build()
    ScheduleLR(optimizer, OTHER)
    gc.collect()
    scheduler = ScheduleLR(optimizer, SCHEDULE, last_epoch=4)
    optimizer.load_state_dict(optimizer.state_dict())
    assert applied(optimizer) == scheduler.get_last_lr() == [SCHEDULE(5)]
    del scheduler
    gc.collect()
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_load_state_dict_post_hooks


# --- groups that come later ---


def test_one_schedule_covers_a_group_added_later():
    optimizer = build(groups=1)
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    run(optimizer, scheduler, 4)
    optimizer.add_param_group({"params": [parameter()], "lr": 77.0})
    assert run(optimizer, scheduler, 3) == [[SCHEDULE(k)] * 2 for k in (4, 5, 6)]


def test_a_group_added_later_has_a_tensor_of_its_own():
    optimizer = build("SGD-tensor", groups=2, names=["body", "head"])
    scheduler = ScheduleLR(optimizer, {"body": SCHEDULE, "head": OTHER})
    optimizer.add_param_group({"params": [parameter()], "name": "head"})
    assert run(optimizer, scheduler, 3) == [[SCHEDULE(k), OTHER(k), OTHER(k)] for k in range(3)]


@pytest.mark.parametrize("which", ["optimizer", "scheduler"])
def test_a_group_that_a_list_does_not_cover(which):
    optimizer = build(groups=2)
    scheduler = ScheduleLR(optimizer, [SCHEDULE, OTHER])
    optimizer.step()
    optimizer.add_param_group({"params": [parameter()]})
    with pytest.raises(ValueError, match=r"group, \[0, 1, 2\], got \[0, 1\]"):
        {"optimizer": optimizer, "scheduler": scheduler}[which].step()


# --- among torch's own ---


def test_it_is_a_scheduler():
    assert issubclass(ScheduleLR, LRScheduler)


def test_it_can_be_a_phase_of_torchs():
    optimizer = build()
    phases = [ScheduleLR(optimizer, SCHEDULE), ScheduleLR(optimizer, OTHER)]
    scheduler = SequentialLR(optimizer, phases, milestones=[5])
    expected = [[SCHEDULE(k)] for k in range(5)] + [[OTHER(k)] for k in range(6)]
    assert run(optimizer, scheduler, 11) == expected
    for k in (0, 3, 5, 8):
        optimizer = build()
        phases = [ScheduleLR(optimizer, SCHEDULE), ScheduleLR(optimizer, OTHER)]
        scheduler = SequentialLR(optimizer, phases, milestones=[5])
        run(optimizer, scheduler, k)
        states = saved(scheduler.state_dict()), saved(optimizer.state_dict())
        optimizer = build()
        phases = [ScheduleLR(optimizer, SCHEDULE), ScheduleLR(optimizer, OTHER)]
        scheduler = SequentialLR(optimizer, phases, milestones=[5])
        scheduler.load_state_dict(states[0])
        optimizer.load_state_dict(states[1])
        assert run(optimizer, scheduler, 11 - k) == expected[k:]


def test_a_step_may_be_named():
    optimizer = build()
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    scheduler.step(9)
    assert scheduler.get_last_lr() == [SCHEDULE(9)]


def test_steps_in_the_wrong_order_are_told():
    scheduler = ScheduleLR(build(), SCHEDULE)
    with pytest.warns(UserWarning, match=r"step\(\) before optimizer\.step\(\)"):
        scheduler.step()


GLOO = """
    import sys, torch, torch.distributed as dist
    import lrsched as lrs
    from lrsched.adapters.torch import ScheduleLR

    rank, port = int(sys.argv[1]), sys.argv[2]
    dist.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2
    )
    schedule = 0.25 * lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(10, end=0.1))
    torch.manual_seed(rank)
    model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1).double())
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = ScheduleLR(optimizer, schedule)
    for k in range(12):
        p = model.module.weight
        optimizer.zero_grad()
        model(torch.full((2, 4), 1.0 + rank, dtype=torch.float64)).sum().backward()
        p.data.zero_()
        optimizer.step()
        mine = -p.detach()[0, 0] / p.grad[0, 0]
        both = [torch.empty_like(mine) for _ in range(2)]
        dist.all_gather(both, mine)
        assert both[0] == both[1], both
        # While one process steps, the other waits in a barrier: a hidden message would hang.
        for turn in range(2):
            if turn == rank:
                scheduler.step()
            dist.barrier()
        if rank == 0:
            print(mine.item(), flush=True)
    dist.destroy_process_group()
"""


def test_two_processes_apply_the_same_values_without_a_message():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with child(0, port, code=GLOO) as first, child(1, port, code=GLOO) as second:
        lines = first.communicate(timeout=60)[0].split()
        second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    schedule = 0.25 * lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(10, end=0.1))
    assert [float(line) for line in lines] == pytest.approx(
        [schedule(k) for k in range(12)], rel=1e-15, abs=0
    )


def test_the_examples():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testmod(adapter, optionflags=flags)
    assert (failed, tried > 0) == (0, True)


# --- bad input: one clear sentence, before training starts ---

REFUSED = [
    (lambda o: lr_lambda(0.1), TypeError, "lr_lambda: schedule must be a schedule, got 0.1"),
    (
        lambda o: lr_lambda(SHAPE, base_lr=0),
        ValueError,
        "lr_lambda: base_lr must be a nonzero finite number, got 0",
    ),
    (
        lambda o: lr_lambda(SHAPE, base_lr=None),
        TypeError,
        "lr_lambda: base_lr must be a nonzero finite number, got None",
    ),
    (
        lambda o: ScheduleLR(o, 0.1),
        TypeError,
        "ScheduleLR: schedules must be a schedule, or a list or dict of them, got 0.1",
    ),
    (
        lambda o: ScheduleLR(o, lambda step: 0.1),
        TypeError,
        "ScheduleLR: schedules must be a schedule, or a list or dict of them, got <function",
    ),
    (
        lambda o: ScheduleLR(o, [SCHEDULE, "0.1"]),
        TypeError,
        "ScheduleLR: schedules[1] must be a schedule, got '0.1'",
    ),
    (
        lambda o: ScheduleLR(o, {"body": SCHEDULE, "head": 0.1}),
        TypeError,
        "ScheduleLR: schedules['head'] must be a schedule, got 0.1",
    ),
    (
        lambda o: ScheduleLR(o, [SCHEDULE]),
        ValueError,
        "ScheduleLR: schedules must be one for each parameter group, [0, 1], got [0]",
    ),
    (
        lambda o: ScheduleLR(o, []),
        ValueError,
        "ScheduleLR: schedules must be one for each parameter group, [0, 1], got []",
    ),
    (
        lambda o: ScheduleLR(o, {"body": SCHEDULE, "haed": OTHER}),
        ValueError,
        "ScheduleLR: schedules must be one for each parameter group, ['body', 'head'], "
        "got ['body', 'haed']",
    ),
    (
        lambda o: ScheduleLR(build(groups=2), {"body": SCHEDULE}),
        ValueError,
        "ScheduleLR: schedules must be one for each parameter group, ['no name', 'no name'], "
        "got ['body']",
    ),
    (
        lambda o: ScheduleLR(o, SCHEDULE, key="betas"),
        ValueError,
        "ScheduleLR: key must be one of those of param_groups[0], ['lr', 'momentum', 'dampening', "
        "'weight_decay'], got 'betas'",
    ),
    (lambda o: ScheduleLR(o, SCHEDULE, key="nesterov"), ValueError, "got 'nesterov'"),
    (lambda o: ScheduleLR(o, SCHEDULE, key=("lr", 0)), ValueError, "got ('lr', 0)"),
    (
        lambda o: ScheduleLR(torch.optim.Adam([parameter()]), SCHEDULE, key=("betas", 2)),
        ValueError,
        "('betas', 0), ('betas', 1), 'eps', 'weight_decay'], got ('betas', 2)",
    ),
    (lambda o: ScheduleLR(o, SCHEDULE, key=None), ValueError, "got None"),
    (
        lambda o: ScheduleLR(SCHEDULE, o),
        TypeError,
        "ScheduleLR: optimizer must be a torch optimizer, got 0.25 * Sequence(LinearWarmup(3)",
    ),
    (
        lambda o: ScheduleLR(o, SCHEDULE, last_epoch=-2),
        ValueError,
        "ScheduleLR: last_epoch must be a step, or -1 for none, got -2",
    ),
    (
        lambda o: ScheduleLR(o, SCHEDULE).load_state_dict({}),
        ValueError,
        'ScheduleLR: state_dict must be a mapping with "last_epoch", got {}',
    ),
    (
        lambda o: ScheduleLR(o, SCHEDULE).load_state_dict({"last_epoch": "5"}),
        TypeError,
        "ScheduleLR: last_epoch must be a step, or -1 for none, got '5'",
    ),
]


@pytest.mark.parametrize(("attempt", "kind", "message"), REFUSED)
def test_what_makes_no_sense_is_refused(attempt, kind, message):
    optimizer = build(groups=2, lr=0.5, names=["body", "head"])
    with pytest.raises(kind) as refused:
        attempt(optimizer)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
