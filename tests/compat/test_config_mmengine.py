"""mmengine's schedulers, run: built and stepped by its own code, on a real optimizer.

The schedulers, the hook that steps them, what builds them of a config and the runner's method that
gives them their end are the package's own files and functions. The registry, the logger and the
loop over epochs and iterations are stand-ins.
"""

import ast
import contextlib
import copy
import functools
import inspect
import itertools
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package, standing_in

import lrsched as lrs
from lrsched.compat import _mmengine, configs
from lrsched.compat import mmengine as compat

pytestmark = pytest.mark.frameworks


class Registry(dict):
    """Types by their names."""

    scope = name = "mmengine"

    def register_module(self):
        return lambda made: self.setdefault(made.__name__, made)

    @contextlib.contextmanager
    def switch_scope_and_registry(self, scope):
        yield self


class Loop:
    """What a runner has a length from."""


def function(path, name, names):
    """One function of a file, or method of a class in it, among the names that it needs."""
    tree = ast.parse(path.read_text())
    found = [n for n in ast.walk(tree) if getattr(n, "name", None) == name]
    exec(compile(ast.Module(found, []), str(path), "exec"), names)
    return names[name]


@functools.cache
def peers():
    """mmengine's own: the types, `_build_param_scheduler` of its Runner, and the hook."""
    import typing

    folder = package("mmengine", "0.10.7") / "mmengine"
    registry = Registry()
    nothing = {"print_log": lambda *args, **kwargs: None}
    stubs = {
        "mmengine": {},
        "mmengine.logging": nothing,
        "mmengine.optim": {"BaseOptimWrapper": type("BaseOptimWrapper", (), {})},
        "mmengine.registry": {"PARAM_SCHEDULERS": registry, "HOOKS": Registry()},
        "mmengine.registry.registry": {"Registry": Registry},
        "mmengine.config": {"Config": dict, "ConfigDict": dict},
        "mmengine.utils": {
            "ManagerMixin": type("ManagerMixin", (), {}),
            "digit_version": lambda version: (9, 9),
            "is_list_of": lambda values, kind: all(isinstance(v, kind) for v in values),
        },
        "mmengine.hooks": {},
        "mmengine.hooks.hook": {"Hook": object, "DATA_BATCH": None},
        "mmengine.optim.scheduler": {},
    }
    optim = folder / "optim/scheduler"
    types = load(optim / "param_scheduler.py", "mmengine.optim.scheduler.param_scheduler", stubs)
    stubs["mmengine.optim.scheduler.param_scheduler"] = types
    for name in ("lr_scheduler", "momentum_scheduler"):
        load(optim / f"{name}.py", f"mmengine.optim.scheduler.{name}", stubs)
    stubs["mmengine.optim"]["_ParamScheduler"] = types._ParamScheduler
    hook = load(
        folder / "hooks/param_scheduler_hook.py", "mmengine.hooks.param_scheduler_hook", stubs
    )
    build = load(folder / "registry/build_functions.py", "mmengine.registry.build_functions", stubs)
    registry.build = functools.partial(build.build_scheduler_from_cfg, registry=registry)
    names = {
        **vars(typing),
        "Sequence": Sequence,
        "copy": copy,
        "_ParamScheduler": types._ParamScheduler,
        "OptimWrapper": None,
        "BaseLoop": Loop,
        "PARAM_SCHEDULERS": registry,
    }
    runner = function(folder / "runner/runner.py", "_build_param_scheduler", names)
    return SimpleNamespace(
        types=registry, build=runner, hook=hook.ParamSchedulerHook(), stubs=stubs
    )


EXTRA = 3  # epochs past the end of the run, in which the peer is stepped on


def applied(config, epoch, of="lr", extra=EXTRA):
    """What the optimizer has in each iteration of the run of a whole config, and past its end."""
    import torch

    optimizer = config["optim_wrapper"]["optimizer"]
    made = getattr(torch.optim, optimizer["type"])(
        [torch.nn.Parameter(torch.zeros(1))],
        **{key: value for key, value in optimizer.items() if key != "type"},
    )
    loop = config["train_cfg"]
    by_epoch = loop.get("by_epoch", loop.get("type") != "IterBasedTrainLoop")
    epochs = loop["max_epochs"] if by_epoch else 1
    iterations = epochs * epoch if by_epoch else loop["max_iters"]
    runner = SimpleNamespace(
        _train_loop=Loop(),
        max_epochs=epochs,
        max_iters=iterations,
        train_dataloader=range(epoch),
        logger=SimpleNamespace(debug=lambda text: None),
    )
    entries = config["param_scheduler"]
    found = []
    with standing_in(peers().stubs):
        runner.param_schedulers = peers().build(runner, entries, made)
        for step in range(iterations + extra * epoch):
            group = made.param_groups[0]
            momentum = group["betas"][0] if "betas" in group else group["momentum"]
            found.append(group["lr"] if of == "lr" else momentum)
            made.step()
            peers().hook.after_train_iter(runner, step)
            if by_epoch and (step + 1) % epoch == 0:
                peers().hook.after_train_epoch(runner)
    return found


SGD = {"type": "SGD", "lr": 0.02, "momentum": 0.9}


def whole(entries, optimizer=SGD, **loop):
    return {
        "default_scope": "mmdet",
        "optim_wrapper": {"type": "OptimWrapper", "optimizer": optimizer},
        "param_scheduler": entries,
        "train_cfg": loop,
        "auto_scale_lr": {"enable": False, "base_batch_size": 16},
    }


def both(entries, epochs, epoch, of="lr", optimizer=SGD, within=1e-12):
    """Our schedule of a config by epoch, whichever way it is given, after a look at the peer's."""
    config = whole(entries, optimizer, by_epoch=True, max_epochs=epochs, val_interval=1)
    ours = compat.from_config(config, of=of, steps_per_epoch=epoch)
    momentum = optimizer.get("betas", [optimizer.get("momentum")])[0]
    base = {"base_lr": optimizer["lr"], "base_momentum": momentum}
    lengths = {"total_steps": epochs * epoch, "steps_per_epoch": epoch}
    assert ours == compat.from_config(entries, of=of, **base, **lengths)
    follows(ours, applied(config, epoch, of), within)
    return ours


@st.composite
def windows(draw):
    """A window in a run of 12 epochs of up to 5 iterations."""
    keys = {"by_epoch": draw(st.booleans()), "convert_to_iter_based": draw(st.booleans())}
    if not keys["by_epoch"]:
        del keys["convert_to_iter_based"]
    begin = draw(st.integers(0, 11))
    if draw(st.booleans()):
        keys["end"] = begin + draw(st.integers(1, 20))
    if begin or draw(st.booleans()):
        keys["begin"] = begin
    if keys.get("convert_to_iter_based"):
        keys["begin"] = begin + draw(st.sampled_from([0, 0.5]))
        if "end" in keys:
            keys["end"] += 0.5
    return keys


factors = st.sampled_from([0.001, 1 / 3, 0.5, 1.0])
lengths = st.integers(1, 20)
low = st.one_of(
    st.fixed_dictionaries({"eta_min": st.sampled_from([0.0, 0.001, 0.1])}),
    st.fixed_dictionaries({"eta_min_ratio": st.sampled_from([0.0, 0.05, 3.0])}),
)


def keys_of(kind):
    """The keys of a type, but for those of its window."""
    some = st.fixed_dictionaries
    if kind == "Constant":
        return some({}, optional={"factor": factors})
    if kind == "Linear":
        ends = st.sampled_from([0.0, 0.1, 0.5, 1.0])
        return some({}, optional={"start_factor": factors, "end_factor": ends})
    if kind == "Exponential":
        return some({"gamma": st.sampled_from([0.5, 0.95, 1.0])})
    if kind == "MultiStep":
        milestones = st.lists(st.integers(0, 15), max_size=4).map(sorted)
        return some({"milestones": milestones}, optional={"gamma": st.just(0.5)})
    if kind == "Step":
        return some({"step_size": lengths}, optional={"gamma": st.just(0.5)})
    if kind == "Poly":
        powers = st.sampled_from([0.0, 0.9, 1.0, 2.0])
        bottoms = st.sampled_from([0.0, 0.001, 0.1])
        return some({}, optional={"power": powers, "eta_min": bottoms})
    if kind == "CosineAnnealing":
        waves = some({}, optional={"T_max": lengths})
        return st.tuples(waves, st.one_of(st.just({}), low)).map(lambda two: two[0] | two[1])
    if kind == "OneCycle":
        return some(
            {"eta_max": st.sampled_from([0.1, 1.0])},
            optional={
                "pct_start": st.sampled_from([0.25, 0.3, 0.5]),
                "anneal_strategy": st.sampled_from(["cos", "linear"]),
                "div_factor": st.just(10.0),
                "final_div_factor": st.just(100.0),
                "three_phase": st.booleans(),
            },
        )
    periods = st.lists(st.integers(1, 8), min_size=1, max_size=3)
    weighted = periods.flatmap(
        lambda p: st.fixed_dictionaries(
            {
                "periods": st.just(p),
                "restart_weights": st.lists(
                    st.sampled_from([1, 0.5]), min_size=len(p), max_size=len(p)
                ),
            }
        )
    )
    return st.tuples(weighted, low).map(lambda two: two[0] | two[1])


KINDS = [name.removesuffix("LR") for name in compat.TYPES if name.endswith("LR")]


def entries_of(kind):
    return st.tuples(keys_of(kind), windows()).map(
        lambda two: {"type": f"{kind}LR"} | two[0] | two[1]
    )


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@drawn
def test_each_type(kind, data):
    epoch = data.draw(st.integers(1, 5), "epoch")
    entry = data.draw(entries_of(kind))
    ours = both(entry, 12, epoch)
    if kind != "OneCycle":
        twin = entry | {"type": f"{kind}Momentum"}
        adam = {"type": "AdamW", "lr": 0.5, "betas": (0.02, 0.99)}
        assert both([twin], 12, epoch, "momentum", SGD | {"momentum": 0.02}) == ours
        assert both([twin], 12, epoch, "momentum", adam) == ours
        assert both([twin, entry], 12, epoch, "lr", SGD | {"momentum": 0.02}) == ours


@given(data=st.data())
@drawn
def test_several_entries(data):
    epoch = data.draw(st.integers(1, 5), "epoch")
    entries = data.draw(
        st.lists(st.sampled_from(KINDS).flatmap(entries_of), min_size=2, max_size=3)
    )
    try:
        compat.param_scheduler(entries, base_lr=0.02, total_steps=12 * epoch, steps_per_epoch=epoch)
    except ValueError as error:
        refused = str(error)
    else:
        both(entries, 12, epoch)
        return
    if "must be the only one" in refused:
        assert sum(entry["type"] == "OneCycleLR" for entry in entries) > 1
    else:
        assert "must have its steps for itself" in refused
        assert overlap(entries, epoch)


def test_two_that_lead_from_one_step_on():
    """The first is over at once, and the second goes on from what it left."""
    wave = {"type": "CosineAnnealingLR", "by_epoch": False, "begin": 2, "eta_min": 0.001}
    restart = {"type": "CosineRestartLR", "periods": [1], "restart_weights": [0.5], "eta_min": 0.0}
    both([wave, restart | {"by_epoch": False, "begin": 2}], 12, 3)


def overlap(entries, epoch):
    """Whether two windows have a step in common."""
    spans = []
    for entry in entries:
        times = epoch if entry["by_epoch"] else 1
        end = entry.get("end", 12 if entry["by_epoch"] else 12 * epoch)
        spans.append((int(entry.get("begin", 0) * times), int(end * times)))
    spans.sort()
    return any(b[0] < a[1] for a, b in itertools.pairwise(spans))


RTMDET = [
    {"type": "LinearLR", "start_factor": 1e-5, "by_epoch": False, "begin": 0, "end": 20},
    {
        "type": "CosineAnnealingLR",
        "eta_min": 0.0002,
        "begin": 6,
        "end": 12,
        "T_max": 6,
        "by_epoch": True,
        "convert_to_iter_based": True,
    },
]
YOLOX = [
    {"type": "LinearLR", "start_factor": 0.1, "by_epoch": True, "begin": 0, "end": 2.5,
     "convert_to_iter_based": True},
    {"type": "CosineAnnealingLR", "eta_min": 0.0005, "begin": 3, "T_max": 10, "end": 10,
     "by_epoch": True, "convert_to_iter_based": True},
    {"type": "ConstantLR", "by_epoch": True, "factor": 1, "begin": 10, "end": 12},
]  # fmt: skip
FASTER_RCNN = [
    {"type": "LinearLR", "start_factor": 0.001, "by_epoch": False, "begin": 0, "end": 20},
    {"type": "MultiStepLR", "begin": 0, "end": 12, "by_epoch": True, "milestones": [8, 11],
     "gamma": 0.1},
]  # fmt: skip
CYCLIC = [
    {"type": "CosineAnnealingLR", "T_max": 4, "eta_min": 0.2, "begin": 0, "end": 4,
     "by_epoch": True, "convert_to_iter_based": True},
    {"type": "CosineAnnealingLR", "T_max": 8, "eta_min": 2e-6, "begin": 4, "end": 12,
     "by_epoch": True, "convert_to_iter_based": True},
    {"type": "CosineAnnealingMomentum", "T_max": 4, "eta_min": 0.85 / 0.95, "begin": 0, "end": 4,
     "by_epoch": True, "convert_to_iter_based": True},
    {"type": "CosineAnnealingMomentum", "T_max": 8, "eta_min": 1, "begin": 4, "end": 12,
     "by_epoch": True, "convert_to_iter_based": True},
]  # fmt: skip


@pytest.mark.parametrize("entries", [RTMDET, YOLOX, FASTER_RCNN, CYCLIC])
def test_published_configs(entries):
    """In the form of MMDetection's and MMDetection3D's, in fewer epochs."""
    for of in ("lr", "momentum"):
        both(entries, 12, 10, of)
    assert configs.from_config(
        whole(entries, by_epoch=True, max_epochs=12), steps_per_epoch=10
    ) == compat.param_scheduler(entries, {"max_epochs": 12}, base_lr=0.02, steps_per_epoch=10)


def test_what_a_person_would_write():
    given = {"base_lr": 0.02, "steps_per_epoch": 10}
    assert repr(compat.from_config(FASTER_RCNN, **given)) == (
        "0.02 * LinearWarmup(19, start=0.001) * MultiStepDecay((80, 110))"
    )
    assert repr(compat.from_config(YOLOX, **given)) == (
        "Sequence(Take(LinearWarmup(24, start=0.002, end=0.02), steps=30), "
        "Take(CosineDecay(100, start=0.02, end=0.0005), steps=69))"
    )


@pytest.mark.parametrize(
    "loop",
    [
        {"by_epoch": False, "max_iters": 90},
        {"type": "IterBasedTrainLoop", "max_iters": 90, "val_interval": 9},
    ],
)
def test_a_loop_of_iterations(loop):
    """MMSegmentation's, in fewer of them; there is one epoch, and it does not end."""
    entries = [
        {"type": "LinearLR", "start_factor": 1e-6, "by_epoch": False, "begin": 0, "end": 15},
        {"type": "PolyLR", "eta_min": 1e-4, "power": 0.9, "begin": 15, "by_epoch": False},
    ]
    config = whole(entries, **loop)
    follows(compat.from_config(config), applied(config, 7))
    of_epochs = [{"type": "LinearLR", "convert_to_iter_based": True}]
    config = whole(of_epochs, **loop)
    ours = compat.from_config(config, steps_per_epoch=7)
    follows(ours, applied(config, 7))
    assert ours.steps == 6
    shorter = whole(entries, **(loop | {"max_iters": 60}))
    assert compat.from_config(shorter, total_steps=90) == compat.from_config(whole(entries, **loop))
    still = applied(whole([{"type": "LinearLR"}], **loop), 7)
    assert {*still} == {0.02 * (1 / 3)}  # what is refused below


def test_a_group_of_another_rate():
    """What `paramwise_cfg` gives another rate, or the optimizer another momentum."""
    for entries in (RTMDET, FASTER_RCNN):
        both(entries, 12, 10, optimizer=SGD | {"lr": 0.002})
    config = whole([], SGD | {"lr": "2e-2"}, by_epoch=True, max_epochs=2)
    assert compat.from_config(config) == lrs.Constant(0.02)
    assert compat.from_config(config, of="momentum") == lrs.Constant(0.9)
    assert compat.from_config(config, base_lr=1) == lrs.Constant(1)
    assert compat.from_config(config, of="momentum", base_momentum=0.5) == lrs.Constant(0.5)
    follows(lrs.Constant(0.02), applied(whole([], by_epoch=True, max_epochs=2), 3))


def test_every_nth_iteration_is_an_update():
    """The line of the module's page, against the wrapper's own word for when to update."""
    n = 4
    schedule = both(RTMDET, 12, 10)
    path = package("mmengine", "0.10.7") / "mmengine/optim/optimizer/optimizer_wrapper.py"
    should_update = function(path, "should_update", {})
    wrapper = SimpleNamespace(_inner_count=0, _accumulative_counts=n, _max_counts=-1)
    made_with = []
    for step in range(120):
        wrapper._inner_count += 1
        if should_update(wrapper):
            made_with.append(schedule(step))
    of_updates = lrs.Stretch(lrs.Shift(schedule, n - 1), factor=1 / n)
    assert of_updates(range(30)).tolist() == made_with


def bad(kind="LinearLR", **keys):
    return {"type": kind, "by_epoch": False, "end": 9} | keys


def test_what_differs():
    """What is refused, as the peer has it."""

    def theirs(*entries):
        return applied(whole([*entries], by_epoch=True, max_epochs=12), 1)

    with pytest.raises(ZeroDivisionError):
        theirs(bad(start_factor=0))
    with pytest.raises(ZeroDivisionError):
        theirs(bad("ConstantLR", factor=0))
    with pytest.raises(ValueError, match="Tried to step 7 times"):
        theirs(bad("OneCycleLR", eta_max=1.0, total_steps=5))
    # The first cycle has three times its rates where a second has three times its peak.
    cycles = [bad("OneCycleLR", eta_max=1.0, end=4), bad("OneCycleLR", eta_max=3.0, begin=4)]
    assert theirs(*cycles)[1] == pytest.approx(3 * theirs(cycles[0])[1]) == 2.435236961849289
    # A line from 0.02 to 0.01 and one from 1 to 0.5: at the end it is less than 0.01, and no 0.005.
    mixed = theirs(bad("PolyLR", eta_min=0.01), bad(start_factor=1.0, end_factor=0.5))
    assert mixed[8] == pytest.approx(0.0088888888888)


def test_defaults_are_the_peers():
    passed_on = {"self", "optimizer", "param_name", "args", "kwargs"}
    runs = {"end": 10**9}  # what the runner replaces by the run's own
    with standing_in(peers().stubs):
        for name, ours in compat.TYPES.items():
            types = peers().types
            stem = name.removesuffix("LR").removesuffix("Momentum")
            theirs = inspect.signature(types[f"{stem}ParamScheduler"].__init__).parameters
            expected = {
                key: None if runs.get(key) == p.default else p.default
                for key, p in theirs.items()
                if key not in passed_on
            }
            keys = [*inspect.signature(ours).parameters.values()]
            keys += inspect.signature(_mmengine.Window).parameters.values()
            found = {p.name: p.default for p in keys}
            assert found.pop("convert_to_iter_based") is False
            assert found.pop("_scope_") is None
            low = {"eta_min": 0, "restart_weights": (1,)}
            for key in low.keys() & found.keys():
                expected[key] = expected[key] or found[key]
            assert found == expected
        known = {n for n in peers().types if n.endswith(("LR", "Momentum"))}
        assert known - compat.TYPES.keys() == {"ReduceOnPlateauLR", "ReduceOnPlateauMomentum"}


def test_types_as_a_python_config_has_them():
    class LinearLR:
        pass

    expected = compat.from_config({"type": "LinearLR", "end": 5, "by_epoch": False}, base_lr=1)
    for kind in (LinearLR, "mmengine.LinearLR"):
        entry = {"type": kind, "end": 5, "by_epoch": False, "_scope_": "mmdet", "verbose": True}
        assert compat.from_config(entry, base_lr=1) == expected == lrs.LinearWarmup(4, 1 / 3, 1)


HELD = [bad("PolyLR", eta_min=0.1), bad()]


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"train_cfg": {}}, {}, "param_scheduler: there is no such key in the config, nor a type"),
        ([{"begin": 1}], {}, "param_scheduler: entries[0] has no type"),
        ([3], {}, "param_scheduler: entries[0] must be a mapping of keys to values"),
        ("LinearLR", {}, "param_scheduler: entries must be a list of mappings, or one of them"),
        ([bad()], {"base_lr": None}, "base_lr must be given: the entries multiply the optimizer's"),
        ([bad()], {"of": "momentum"}, "base_momentum must be given: the entries multiply the op"),
        ([bad()], {"of": "weight_decay"}, "of must be one of 'lr', 'momentum', got 'weight_decay'"),
        ([bad("LinaerLR")], {}, "must be one of 'ConstantLR', 'LinearLR', 'ExponentialLR', 'Mult"),
        ([bad("OneCycleMomentum")], {}, "must be one of 'ConstantLR', "),
        ([bad("ReduceOnPlateauLR")], {}, "whose values follow from the step (compat.torch has Re"),
        ([bad(start_facto=1)], {}, "LinearLR: no key 'start_facto': did you mean 'start_factor'?"),
        ([bad("LinearMomentum", gamma=1)], {}, "LinearMomentum: no key 'gamma'; there are start"),
        ([bad(last_stpe=1)], {}, "LinearLR: no key 'last_stpe': did you mean 'last_step'?"),
        ([bad(lr0=1)], {}, "LinearLR: no key 'lr0', which is one of ultralytics's"),
        ([bad(), bad(start_factor=0)], {}, "entries[1]['start_factor'] must be a number above 0"),
        ([bad(), bad("ConstantLR", factor=0)], {}, "entries[1]['factor'] must be a number above 0"),
        ([bad(begin=9)], {}, "LinearLR: its end, at 9, must come after its begin, at 9"),
        ([bad(begin=-1)], {}, "entries[0]['begin'] must be a non-negative finite number, got -1"),
        ([bad(begin=1.5)], {}, "entries[0]['begin'] must be a non-negative integer, got 1.5"),
        ([bad(last_step=4)], {}, "['last_step'] must be -1: a schedule begins with it, got 4"),
        ([bad(convert_to_iter_based=True)], {}, "convert_to_iter_based'] must be False where by_e"),
        ([{"type": "LinearLR", "end": 9}], {}, "steps_per_epoch must be given: its by_epoch is T"),
        ([{"type": "LinearLR", "by_epoch": False}], {}, "total_steps must be given: it has no end"),
        ([bad("StepLR")], {}, "param_scheduler: entries[0], StepLR, has no step_size"),
        ([bad("MultiStepLR", milestones=[2.5])], {}, "a sequence of non-negative integers, got"),
        ([bad("CosineRestartLR", periods=[3])], {}, "eta_min must be given, or an eta_min_ratio"),
        ([bad("CosineRestartLR", periods=[3, 3], eta_min=0)], {}, "as many as the 2 periods"),
        ([bad("CosineRestartLR", periods=[], eta_min=0)], {}, "must be one or more positive integ"),
        ([bad("CosineAnnealingLR", eta_min=0, eta_min_ratio=0)], {}, "left out where there is an"),
        ([bad("OneCycleLR", total_steps=5)], {}, "at least the 9 of its window (the peer stops"),
        ([bad("OneCycleLR"), bad("OneCycleLR", begin=9, end=12)], {}, "entries[1], OneCycleLR, mu"),
        (HELD, {}, "entries[0], PolyLR, must have its steps for itself, but entries[1] changes "),
        (whole([{"type": "LinearLR"}], by_epoch=False, max_iters=9), {"steps_per_epoch": 3},
         "LinearLR: it goes by epoch (by_epoch, True by default) in a loop of iterations, "),
        (whole([], max_epochs=0), {}, "train_cfg['max_epochs'] must be a positive integer or N"),
        (whole([], max_epoch=3), {}, "train_cfg: no key 'max_epoch': did you mean 'max_epochs'?"),
        (whole([]) | {"auto_scale_lr": {"enable": True}}, {"base_lr": None},
         "base_lr must be given: auto_scale_lr changes the optimizer's"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        compat.from_config(config, **({"base_lr": 0.1} | given))
    assert said in str(refused.value)


def test_an_epoch_that_the_run_breaks_off_counts():
    given = {"base_lr": 1, "total_steps": 25, "steps_per_epoch": 10}
    assert compat.from_config({"type": "LinearLR"}, **given).steps == 20
