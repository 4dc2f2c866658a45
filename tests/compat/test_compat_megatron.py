"""Megatron's OptimizerParamScheduler, step for step."""

import importlib
import inspect
import warnings
from types import SimpleNamespace

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

from lrsched.compat import megatron as compat

pytestmark = pytest.mark.frameworks

with warnings.catch_warnings():
    # Its import runs through all of Megatron, which tells what is deprecated in itself and in torch
    # and that Transformer Engine and Apex are not there. The scheduler needs none of it.
    warnings.filterwarnings("ignore", "Transformer Engine and Apex", UserWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    peers = importlib.import_module("megatron.core.optimizer_param_scheduler")


def weight_decay(*args):
    names = ("start_wd", "end_wd", "wd_incr_steps", "wd_incr_style")
    return dict(zip(names, args, strict=True))


NO_DECAY = weight_decay(0.0, 0.0, 0, "constant")


def values(steps, key="lr", **arguments):
    # All that the peer asks of an optimizer are its groups.
    optimizer = SimpleNamespace(param_groups=[{}])
    scheduler = peers.OptimizerParamScheduler(optimizer, **arguments)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0][key])
        scheduler.step(1)
    return found


def both(steps, **arguments):
    ours = compat.OptimizerParamScheduler(**arguments)
    follows(ours, values(steps, **arguments, **NO_DECAY))


STYLES = [("constant", {}), ("linear", {}), ("cosine", {}), ("inverse-square-root", {})]
STYLES += [
    ("WSD", {"wsd_decay_steps": steps, "lr_wsd_decay_style": style})
    for steps in (0, 1, 10)
    for style in ("linear", "cosine", "exponential", "minus_sqrt")
]


@pytest.mark.parametrize(("style", "more"), STYLES)
@pytest.mark.parametrize(("warmup", "decay"), [(0, 40), (10, 40), (1, 11), (0, 10), (25, 35)])
@pytest.mark.parametrize(("init", "low"), [(0.0, 0.0), (0.01, 0.03), (0.1, 0.1)])
def test_styles(style, more, warmup, decay, init, low):
    both(
        60,
        init_lr=init,
        max_lr=0.1,
        min_lr=low,
        lr_warmup_steps=warmup,
        lr_decay_steps=decay,
        lr_decay_style=style,
        **more,
    )


@pytest.mark.parametrize("style", ["constant", "linear", "cosine", "inverse-square-root"])
def test_one_step(style):
    both(
        5,
        init_lr=0.0,
        max_lr=0.1,
        min_lr=0.01,
        lr_warmup_steps=0,
        lr_decay_steps=1,
        lr_decay_style=style,
    )


@drawn
@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 30),
    st.integers(1, 50),
    st.integers(0, 50),
    st.sampled_from(STYLES),
)
def test_drawn(init, low, warmup, rest, anneal, style):
    name, more = style
    if name == "WSD":
        more = more | {"wsd_decay_steps": min(anneal, rest)}
    both(
        90,
        init_lr=0.1 * init,
        max_lr=0.1,
        min_lr=0.1 * low,
        lr_warmup_steps=warmup,
        lr_decay_steps=warmup + rest,
        lr_decay_style=name,
        **more,
    )


RATE = {
    "init_lr": 0.0,
    "max_lr": 0.1,
    "min_lr": 0.0,
    "lr_warmup_steps": 1,
    "lr_decay_steps": 10,
    "lr_decay_style": "linear",
}


@drawn
@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60), st.sampled_from(["linear", "cosine"]))
def test_weight_decay(a, b, steps, style):
    low, high = sorted((a, b))
    arguments = weight_decay(low, high, steps, style)
    ours = compat.OptimizerParamScheduler_weight_decay(**arguments)
    follows(ours, values(70, "weight_decay", **RATE, **arguments))


def test_constant_weight_decay():
    arguments = weight_decay(0.1, 0.1, 0, "constant")
    ours = compat.OptimizerParamScheduler_weight_decay(**arguments)
    follows(ours, values(5, "weight_decay", **RATE, **arguments))


def test_names_and_order():
    given = list(inspect.signature(peers.OptimizerParamScheduler).parameters)
    ours = inspect.signature(compat.OptimizerParamScheduler).parameters
    assert list(ours) == given[1:]
    full = [0.0, 3e-4, 3e-5, 2, 10, "linear", 0.0, 0.1, 5, "linear", False, True, 3, "linear"]
    assert compat.OptimizerParamScheduler(*full)(10) == 3e-5


# --- what differs: the peer's own number, so that a change of it is noticed


def test_weight_decay_of_no_length():
    arguments = weight_decay(0.0, 0.1, 0, "linear")
    with pytest.raises(ZeroDivisionError):
        values(1, "weight_decay", **RATE, **arguments)
    assert compat.OptimizerParamScheduler_weight_decay(**arguments)(0) == 0.1


def test_a_decay_that_begins_within_the_warmup():
    more = {"lr_decay_style": "WSD", "wsd_decay_steps": 10, "lr_wsd_decay_style": "linear"}
    arguments = RATE | {"lr_warmup_steps": 5} | more
    # from the end of the warmup it falls at once by half
    assert values(7, **arguments, **NO_DECAY)[5:7] == pytest.approx([0.1, 0.04])
    with pytest.raises(ValueError, match="wsd_decay_steps must be at most the steps after"):
        compat.OptimizerParamScheduler(**arguments)


REFUSED = [
    ("min_lr must be at most max_lr=0.1", {"min_lr": 0.2}),
    ("init_lr must be at most max_lr=0.1", {"init_lr": 0.2}),
    ("lr_warmup_steps must be below lr_decay_steps=10", {"lr_warmup_steps": 10}),
    ("lr_decay_steps must be a positive integer", {"lr_decay_steps": 0}),
    ("lr_decay_style must be one of 'constant'", {"lr_decay_style": "exponential"}),
    ("wsd_decay_steps must be given for WSD", {"lr_decay_style": "WSD"}),
    (
        "lr_wsd_decay_style must be given for WSD",
        {"lr_decay_style": "WSD", "wsd_decay_steps": 1},
    ),
    (
        "use_checkpoint_opt_param_scheduler must be False",
        {"override_opt_param_scheduler": True},
    ),
]


@pytest.mark.parametrize(("message", "wrong"), REFUSED)
def test_refused(message, wrong):
    with pytest.raises(ValueError, match=f"OptimizerParamScheduler: {message}"):
        compat.OptimizerParamScheduler(**(RATE | wrong))


def test_weight_decay_refused():
    for message, args in (
        ("start_wd must be at most end_wd=0.1", (0.2, 0.1, 5, "linear")),
        ("start_wd must be equal to end_wd", (0.0, 0.1, 5, "constant")),
        ("wd_incr_style must be one of", (0.0, 0.1, 5, "square")),
    ):
        with pytest.raises(ValueError, match=message):
            compat.OptimizerParamScheduler_weight_decay(*args)
