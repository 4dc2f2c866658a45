"""levanter's `optimizer:` blocks, through draccus and levanter's own file, on jax in float32."""

import dataclasses
import functools
import inspect
import sys
import warnings

import jax
import numpy as np
import optax
import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat import levanter as compat
from lrsched.compat.levanter import from_config
from lrsched.data.files import settings

pytestmark = pytest.mark.frameworks

VERSION, EARLIER = "1.2.dev1644", "1.2.dev1074"
# What turns a YAML block into the dataclass, and what it is made of: pure Python, all of them.
DRACCUS = {"draccus": "0.11.5", "mergedeep": "1.3.4", "toml": "0.10.2"}
DRACCUS |= {"typing-inspect": "0.9.0", "pyyaml-include": "1.4.1"}


@functools.cache
def peer(version):
    """levanter's file of optimizer configs, and draccus.

    Beside draccus, jax and optax it imports what masks weights and clips updates.
    """
    paths = [str(package(name, pinned)) for name, pinned in DRACCUS.items()]
    sys.path[:0] = paths
    try:
        import draccus
    finally:
        del sys.path[: len(paths)]
    stubs = {
        "equinox": {},
        "haliax": {},
        "levanter": {},
        "levanter.tracker": {},
        "levanter.optim": {},
        "levanter.optim.clip_update_norm": {"ClipUpdateNormConfig": type(None)},
        "levanter.optim.skipstep": {"SkipStepConfig": type(None)},
        "levanter.optim.util": {
            "log_norm_passthrough": None,
            "scan_aware_clip_by_block_rms": None,
        },
        "levanter.utils": {},
        "levanter.utils.jax_utils": {"leaf_key_paths": None},
    }
    folder = package("levanter", version)
    return load(folder / "levanter/optim/config.py", "levanter.optim.config", stubs), draccus


def applied(block, total, steps, version=VERSION, **override):
    """The rates of the updates, from the block as draccus reads it."""
    module, draccus = peer(version)
    with warnings.catch_warnings():
        # cooldown and haps are deprecated, and a cycle_length that doesn't divide the run is told
        warnings.simplefilter("ignore")
        config = draccus.decode(module.OptimizerConfig, {"type": "adam", **block})
        schedule = config.lr_scheduler(total, **override)
    return at(schedule, np.arange(steps))


def at(schedule, steps):
    """Its values at steps; always of as many, for which jax has the operations compiled already."""
    padded = np.zeros(max(256, len(steps)), dtype=np.int32)
    padded[: len(steps)] = steps
    values = np.asarray(schedule(jax.numpy.asarray(padded)), dtype=np.float64)
    return np.broadcast_to(values, padded.shape)[: len(steps)]


def both(total, steps=None, version=VERSION, **block):
    ours = from_config(block, total_steps=total)
    theirs = applied(block, total, steps or total + 30, version)
    follows(ours, theirs, within=1e-6)
    return ours


KINDS = [
    "constant",
    "cosine",
    "linear",
    "inv_sqrt",
    "inv",
    {"type": "constant"},
    {"type": "cosine"},
    {"type": "cosine", "exponent": 2.5},
    {"type": "linear"},
    {"type": "inv_sqrt"},
    {"type": "inv_sqrt", "timescale": 33.5},
    {"type": "inv_sqrt", "timescale": 7},
    {"type": "inv"},
    {"type": "power", "batch_size": 4, "seq_length": 128, "a": 0.5},
    {"type": "power", "batch_size": 4, "seq_length": 2, "b": -1.5},
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("warmup", [0, 0.0, 1, 2, 17, 0.29, 0.5])
def test_kinds(kind, warmup):
    if warmup != 1:  # all of it
        both(100, lr_schedule=kind, warmup=warmup)
        both(97, lr_schedule=kind, warmup=warmup, decay=0.3, learning_rate=0.02)
        both(97, lr_schedule=kind, warmup=warmup, decay=20, min_lr_ratio=0.5)
    if kind not in ("cosine", "linear") and "power" not in str(kind):
        ours = from_config({"lr_schedule": kind, "warmup": 1}, total_steps=50)
        assert ours == lrs.LinearWarmup(50, end=6e-4)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(
    "cycles",
    [
        {"cycles": 3},
        {"cycles": 7, "decay": 0.29},
        {"cycles": [30, 71]},
        {"cycles": [30, 100], "decay": 9},
        {"cycles": []},
        {"cycle_length": 33},
        {"cycle_length": 0.29},
        {"cycle_length": 25, "decay": 0.5},
        {"cycle_length": 1},
        {"cycle_length": 1.0},
        {"cycle_length": 400},
        {"cycle_length": [20, 30]},
        {"cycle_length": [20, 80]},
        {"haps": [40, 70]},
        {"cooldown": 0.1},
        {"cooldown": 13, "cycles": 2},
    ],
    ids=str,
)
def test_cycles(kind, cycles):
    both(100, lr_schedule=kind, warmup=0.1, **cycles)
    both(100, lr_schedule=kind, warmup=4, rewarmup=0.2, min_lr_ratio=0.25, **cycles)


def test_published_configs():
    """Those that levanter 1.1 has in its package, whole; 6E-4 is a text to YAML."""
    folder = package("levanter", "1.1") / "levanter/config"
    seen = 0
    for path in sorted(folder.rglob("*.yaml")):
        file = settings(path.name, path.read_text())
        if "optimizer" not in file:
            continue
        total = int(file.get("trainer", {}).get("num_train_steps", 400_000))
        block = {k: v for k, v in file["optimizer"].items() if k in compat_keys()}
        steps = np.unique(np.linspace(0, total + 9, 200).astype(int))
        module, draccus = peer(VERSION)
        config = draccus.decode(module.OptimizerConfig, {"type": "adam", **block})
        theirs = at(config.lr_scheduler(total), steps)
        ours = from_config(file)
        assert abs(ours(steps) - theirs).max() <= 1e-6 * theirs.max()
        assert ours == from_config(file["optimizer"], total_steps=total)
        seen += 1
    assert seen > 15


def compat_keys():
    return [*inspect.signature(compat.OptimizerConfig).parameters]


@given(
    kind=st.sampled_from(KINDS),
    warmup=st.one_of(st.floats(0, 0.5), st.integers(2, 20)),
    rewarmup=st.one_of(st.floats(0, 0.5), st.integers(2, 10)),
    decay=st.one_of(st.none(), st.floats(0.05, 0.5), st.integers(2, 10)),
    low=st.floats(0.01, 1),
    cycles=st.one_of(st.none(), st.integers(1, 4), st.lists(st.integers(2, 3), max_size=3)),
    total=st.integers(120, 200),
)
@drawn
def test_drawn(kind, warmup, rewarmup, decay, low, cycles, total):
    if isinstance(cycles, list):
        cycles = [int(point * 15 + 30 * i) for i, point in enumerate(cycles)]
    block = {"lr_schedule": kind, "warmup": warmup, "rewarmup": rewarmup, "min_lr_ratio": low}
    both(total, **block, decay=decay, cycles=cycles)


def test_the_rounding_is_down():
    made = from_config({"warmup": 0.29}, total_steps=100)
    assert made.phases[0] == lrs.LinearWarmup(28, end=6e-4)  # 0.29 * 100 is a little below 29
    assert from_config({"warmup": 2}, total_steps=100).phases[0].steps == 2
    with pytest.raises(ValueError, match="warmup must be a fraction, or a whole number above 1, g"):
        from_config({"warmup": 2.5}, total_steps=100)


def test_a_whole_file():
    file = {
        "data": {"cache_dir": "x"},
        "trainer": {"num_train_steps": "1e3", "mp": "p=f32,c=bfloat16"},
        "optimizer": {"type": "adam", "learning_rate": "6E-4", "weight_decay": 0.1, "beta2": 0.95},
    }
    ours = from_config(file)
    follows(ours, applied({"learning_rate": 6e-4}, 1000, 1030), within=1e-6)
    assert from_config(file, total_steps=500) == from_config({}, total_steps=500)
    assert from_config({"optimizer": {}}) == from_config({}, total_steps=400_000)
    assert from_config({"trainer": {"num_train_steps": 90}}) == from_config({}, total_steps=90)


def test_the_rate_of_adam_beside_muon():
    block = {"type": "muon", "learning_rate": 0.02, "adam_lr": 3e-4, "lr_schedule": "linear"}
    ours = from_config(block, total_steps=100, of="adam_lr")
    shared = {"learning_rate": 0.02, "lr_schedule": "linear"}
    follows(ours, applied(shared, 100, 120, override_lr=3e-4), within=1e-6)
    assert from_config({"type": "muon"}, total_steps=99, of="adam_lr")(0) == 6e-4


@pytest.mark.parametrize("kind", ["constant", "cosine", "linear", "inv_sqrt"])
@pytest.mark.parametrize(
    "block",
    [
        {"stable": 0.29, "warmup": 0.1},
        {"stable": 20, "warmup": 7, "cooldown": 0.15},
        {"stable": 0.1, "warmup": 0.29, "cooldown": 20},
        {"stable": 1, "warmup": 1, "cooldown": 1},
        {"stable": 0.0, "warmup_ratio": 0.29},
        {"stable": 0.3, "haps": [40, 71]},
        {"warmup_ratio": 0.07, "warmup": 30},
    ],
    ids=str,
)
def test_earlier_versions(kind, block):
    """`stable` and `warmup_ratio`: 1 is a step, and a warmup is a fraction of the run."""
    both(97, version=EARLIER, lr_schedule=kind, **block)


def test_later_versions():
    """What the development has beyond what is published, by the formulas that it gives optax."""
    steps, context = np.arange(100), {"learning_rate": 0.1, "min_lr_ratio": 0.2, "decay_steps": 80}
    block = {"learning_rate": 0.1, "min_lr_ratio": 0.2, "warmup": 0.0}
    made = from_config(block | {"lr_schedule": "polynomial"}, total_steps=80)
    assert made == compat.PolynomialLrSchedule(**context)
    theirs = optax.polynomial_schedule(0.1, 0.02, 2.0, 80)
    follows(made, [float(theirs(step)) for step in steps], within=1e-6)
    kind = {"type": "inv_sqrt_decay", "decay_constant": 40.0}
    made = from_config(block | {"lr_schedule": kind}, total_steps=80)
    follows(made, np.maximum(0.02, 0.1 / np.sqrt(1 + 40 * steps / 80)))


def test_the_fields_are_the_peers():
    """Names and defaults; and none of its other fields is taken for one misspelt."""
    module, _ = peer(VERSION)
    fields = {field.name: field.default for field in dataclasses.fields(module.AdamConfig)}
    keys = inspect.signature(compat.OptimizerConfig).parameters.values()
    ours = {p.name: p.default for p in keys if p.kind is p.POSITIONAL_OR_KEYWORD}
    earlier = {field.name for field in dataclasses.fields(peer(EARLIER)[0].AdamConfig)}
    assert ours.pop("stable") is None
    assert ours.pop("adam_lr") == 6e-4  # of muon
    assert ours == {name: fields[name] for name in ours}
    for name in {*fields, *earlier} - {*ours, "stable", "warmup_ratio"}:
        assert from_config({name: 1}, total_steps=9) == from_config({}, total_steps=9)
    kinds = {name: getattr(module, made.__name__, None) for name, made in compat._KINDS.items()}
    assert {name for name, kind in kinds.items() if kind is None} == {
        "polynomial",
        "inv_sqrt_decay",
    }
    for name, kind in kinds.items():
        if kind is not None:
            assert module.LrSchedule.get_choice_class(name) is kind
            theirs = {
                f.name: None if f.default is dataclasses.MISSING else f.default
                for f in dataclasses.fields(kind)
            }
            keys = inspect.signature(compat._KINDS[name]).parameters.values()
            ours = {p.name: p.default for p in keys if p.kind is p.POSITIONAL_OR_KEYWORD}
            assert {k: None if v is inspect._empty else v for k, v in ours.items()} == theirs


# --- what differs: the peer's own number, so that a change of it is noticed


def test_tokens_beyond_32_bits():
    kind = {"type": "power", "batch_size": 1024, "seq_length": 4096}
    block = {"lr_schedule": kind, "learning_rate": 0.02, "warmup": 0}
    theirs = applied(block, 1000, 600)
    assert np.isnan(theirs).argmax() == 512  # 2**31 tokens
    ours = from_config(block, total_steps=1000)
    assert ours(np.arange(512)) == pytest.approx(theirs[:512], rel=1e-6)
    assert ours(512) == pytest.approx(min(0.02, 1024 * 4.6 * (2.0**31) ** -0.51))


def test_longer_than_the_cycle():
    block = {"warmup": 60, "decay": 60, "lr_schedule": "linear"}
    # two thirds up the warmup it is at the peak at once, and falls from there
    assert applied(block, 100, 101)[[39, 40, 41, 60]] / 6e-4 == pytest.approx(
        [39 / 60, 1.0, 0.985, 0.7]
    )
    with pytest.raises(ValueError, match="decay must be within its cycle of 100 steps, with the "):
        from_config(block, total_steps=100)


def test_no_decay_at_all():
    """A decay of 0 is refused by the peer's cosine, and by the next version's no more."""
    with pytest.raises(ValueError, match="positive decay_steps"):
        applied({"decay": 0.0}, 100, 1)
    assert both(100, decay=0.0, lr_schedule="linear") == lrs.Sequence(
        lrs.LinearWarmup(1, end=6e-4), lrs.Constant(6e-4, steps=99)
    )
    assert from_config({"decay": 0.0}, total_steps=100)(500) == 6e-4


def test_an_inverse_of_nothing():
    with pytest.raises(ZeroDivisionError):
        applied({"lr_schedule": "inv", "min_lr_ratio": 0.0}, 100, 9)
    with pytest.raises(ValueError, match="min_lr_ratio must be a positive finite number, got 0"):
        from_config({"lr_schedule": "inv", "min_lr_ratio": 0.0}, total_steps=100)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"learning_rate": -1}, "learning_rate must be a non-negative finite number, got -1"),
        ({"learning_rat": 1}, "no key 'learning_rat': did you mean 'learning_rate'?"),
        ({"lr_schedule": "cosin"}, "lr_schedule must be one of 'constant', 'cosine', 'linear', 'i"),
        ({"lr_schedule": {"kind": "cosine"}}, "lr_schedule must be a name, or a mapping with a ty"),
        ({"lr_schedule": {"type": "cosine", "exponnt": 2}}, "no key 'exponnt': did you mean 'expo"),
        ({"lr_schedule": {"type": "linear", "power": 2}}, "LinearLrSchedule: no key 'power'; ther"),
        ({"lr_schedule": {"type": "power"}}, "missing a required argument: 'batch_size'"),
        ({"lr_schedule": 3}, "lr_schedule must be a name, or a mapping with a type, got 3"),
        ({"warmup": -0.1}, "warmup must be a fraction, or a whole number above 1, got -0.1"),
        ({"warmup": 101}, "warmup must be within its cycle of 100 steps, with the rest, got 101"),
        ({"warmup": 0.6, "decay": 0.5}, "decay must be within its cycle of 100 steps, with the re"),
        ({"cycles": 2, "rewarmup": 51}, "rewarmup must be within its cycle of 50 steps, with the "),
        ({"cycles": 0}, "cycles must be a positive integer, or increasing ones in a list or None"),
        ({"cycles": [50, 40]}, "cycles must be a positive integer, or increasing ones in a list"),
        ({"cycles": [50, 140]}, "cycles must be within the run of 100 steps, a step or more each"),
        ({"cycles": 101}, "cycles must be within the run of 100 steps, a step or more each, got 1"),
        ({"cycles": 2, "haps": [50]}, "haps must be left out where there is a cycles, got (50,)"),
        ({"cycles": 2, "cycle_length": 5}, "cycles must be left out where there is a cycle_length"),
        ({"cycle_length": 0.001}, "cycle_length must be at least a step, got 0.001"),
        ({"cycle_length": [60, 60]}, "cycle_length must be within the run of 100 steps, a step or"),
        ({"haps": 3}, "haps must be a list of increasing positive integers, got 3"),
        ({"cooldown": 1.0}, "cooldown must be shorter than the run of 100, got 1.0"),
        ({"warmup_ratio": 1.5}, "warmup_ratio must be a number from 0 to below 1, got 1.5"),
        ({"optimizer": 3}, "optimizer must be a mapping of keys to values"),
        ([], "config must be a mapping of keys to values, or an object"),
    ],
)  # fmt: skip
def test_bad_input(config, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, total_steps=100)
    assert said in str(refused.value)


def test_a_length_that_is_missing():
    with pytest.raises(
        ValueError, match=r"^OptimizerConfig: total_steps must be given: warmup and d"
    ):
        from_config({"warmup": 5})
    with pytest.raises(TypeError, match=r"^OptimizerConfig: trainer must be a mapping of keys"):
        from_config({"trainer": 3})
    with pytest.raises(
        TypeError, match=r"^OptimizerConfig: total_steps must be a positive integer, "
    ):
        from_config({"trainer": {"num_train_steps": "long"}})
