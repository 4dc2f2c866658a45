"""fvcore's schedulers, run; detectron2's, which are thin layers over them.

detectron2 is on no package index, so its own file is NOT run here. What stands for it is written
with fvcore's real classes as its published source combines them: the multiplier of `LRMultiplier`
at iteration / max_iter, the two parts of `WarmupParamScheduler`, and for the two older schedulers
the product of a warmup factor and a decay.
"""

import bisect
import importlib
import inspect

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

from lrsched.compat import detectron2 as compat

pytestmark = pytest.mark.frameworks

peers = importlib.import_module("fvcore.common.param_scheduler")


def both(build, iterations, skip=()):
    """`build` makes the same schedule of the names of either module."""
    theirs = build(peers)
    values = [0.02 * theirs(i / iterations) for i in range(iterations)]
    follows(compat.LRMultiplier(0.02, build(compat), iterations), values, skip=skip)


ONES = [
    lambda m: m.ConstantParamScheduler(0.3),
    lambda m: m.LinearParamScheduler(0.001, 1.0),
    lambda m: m.LinearParamScheduler(1.0, 0.1),
    lambda m: m.CosineParamScheduler(1.0, 0.01),
    lambda m: m.CosineParamScheduler(0.0, 0.5),
    lambda m: m.ExponentialParamScheduler(2.0, 0.02),
    lambda m: m.PolynomialDecayParamScheduler(0.1, 0.9),
    lambda m: m.PolynomialDecayParamScheduler(0.1, 0),
    lambda m: m.ExponentialParamScheduler(0.0, 0.5),
    lambda m: m.MultiStepParamScheduler([1, 0.1, 0.01], num_updates=90, milestones=[60, 80]),
    lambda m: m.MultiStepParamScheduler([1, 0.1, 0.01], num_updates=90),
    lambda m: m.MultiStepParamScheduler([1, 0.1, 0.01], milestones=[3, 6, 9]),
    lambda m: m.MultiStepParamScheduler([1.0], num_updates=7),
    lambda m: m.StepParamScheduler(120, [0.1, 0.01, 0.001, 0.0001]),
    lambda m: m.StepParamScheduler(1.5, [0.1]),
    lambda m: m.StepWithFixedGammaParamScheduler(0.1, num_decays=3, gamma=0.1, num_updates=120),
]


@pytest.mark.parametrize("build", ONES)
@pytest.mark.parametrize("iterations", [1, 9, 90, 100, 77])
def test_one(build, iterations):
    both(build, iterations)


@pytest.mark.parametrize("iterations", [10, 100, 77, 300])
@pytest.mark.parametrize("lengths", [[0.3, 0.7], [1 / 3, 2 / 3], [0.07, 0.93], [0.0, 1.0]])
@pytest.mark.parametrize("scaling", [["rescaled", "rescaled"], ["rescaled", "fixed"]])
def test_composite(iterations, lengths, scaling):
    for second in ONES[4:]:
        both(
            lambda m, second=second: m.CompositeParamScheduler(
                [m.LinearParamScheduler(0.1, 0.9), second(m)], list(lengths), scaling
            ),
            iterations,
        )


def test_composite_of_four():
    both(
        lambda m: m.CompositeParamScheduler(
            [
                m.ConstantParamScheduler(0.1),
                m.MultiStepParamScheduler([1, 0.5, 0.2], milestones=[1, 2, 3]),
                m.CosineParamScheduler(1, 0.1),
                m.ExponentialParamScheduler(1, 0.01),
            ],
            [0.1, 0.25, 0.4, 0.25],
            ["fixed", "rescaled", "fixed", "rescaled"],
        ),
        240,
    )


def warmup(m, scheduler, factor, length, method):
    """detectron2's WarmupParamScheduler, in fvcore's classes."""
    if m is compat:
        return m.WarmupParamScheduler(scheduler, factor, length, method)
    start, end = factor * scheduler(0.0), scheduler(length)
    first = {
        "constant": lambda: m.ConstantParamScheduler(start),
        "linear": lambda: m.LinearParamScheduler(start, end),
    }[method]()
    parts = [first, scheduler]
    return m.CompositeParamScheduler(parts, [length, 1 - length], ["rescaled", "fixed"])


@pytest.mark.parametrize("method", ["linear", "constant"])
@pytest.mark.parametrize("iters", [1, 10, 333, 700])
def test_warmup_param_scheduler(method, iters):
    for build in ONES[5:]:
        both(lambda m, build=build: warmup(m, build(m), 0.001, iters / 900, method), 900)


@pytest.mark.parametrize(("iters", "total"), [(13, 90), (1, 49), (30, 100)])
def test_warmup_that_ends_at_a_milestone(iters, total):
    # 13 / 90 * 90 is a little less than 13 in floats
    both(
        lambda m: warmup(
            m, m.MultiStepParamScheduler([1, 0.1], total, [iters]), 0.001, iters / total, "linear"
        ),
        total,
    )


@drawn
@given(st.integers(1, 200), st.integers(1, 400), st.floats(0, 1), st.sampled_from(ONES[5:]))
def test_warmup_drawn(iters, rest, factor, build):
    total = iters + rest
    both(lambda m: warmup(m, build(m), factor, iters / total, "linear"), total)


def factor_at(iteration, iters, factor, method):
    """The warmup's factor as detectron2 defines it, by fvcore's line."""
    if iteration >= iters:
        return 1.0
    if method == "constant":
        return factor
    return peers.LinearParamScheduler(factor, 1.0)(iteration / iters)


@drawn
@given(
    st.integers(0, 60),
    st.floats(0, 1),
    st.sampled_from(["linear", "constant"]),
    st.lists(st.integers(0, 100), max_size=4).map(sorted),
    st.floats(0, 1),
)
def test_warmup_lr(iters, factor, method, milestones, gamma):
    arguments = {"warmup_factor": factor, "warmup_iters": iters, "warmup_method": method}
    ramp = [factor_at(i, iters, factor, method) for i in range(120)]
    drops = [gamma ** bisect.bisect_right(milestones, i) for i in range(120)]
    ours = compat.WarmupMultiStepLR(0.02, milestones, gamma, **arguments)
    follows(ours, [0.02 * a * b for a, b in zip(ramp, drops, strict=True)])
    wave = peers.CosineParamScheduler(1.0, 0.0)
    ours = compat.WarmupCosineLR(0.02, 120, **arguments)
    follows(ours, [0.02 * a * wave(i / 120) for i, a in enumerate(ramp)])
    assert ours(120) == ours(200) == 0


def test_names_and_defaults():
    names = [n for n in peers.__all__ if n != "ParamScheduler"]
    assert len(names) == 9
    for name in names:
        ours, theirs = (inspect.signature(getattr(m, name)).parameters for m in (compat, peers))
        assert [(n, p.default) for n, p in ours.items()] == [
            (n, p.default) for n, p in theirs.items()
        ]


# --- what differs: the peer's own number, so that a change of it is noticed


def test_past_the_end():
    assert isinstance(peers.PolynomialDecayParamScheduler(1.0, 0.9)(1.1), complex)
    assert compat.PolynomialDecayParamScheduler(1.0, 0.9)(1.1) == 0
    assert peers.CosineParamScheduler(1.0, 0.0)(1.1) == pytest.approx(0.024471741852423234)
    assert compat.CosineParamScheduler(1.0, 0.0)(1.1) == 0
    with pytest.raises(RuntimeError):
        peers.ConstantParamScheduler(1.0)(1.0)
    with pytest.raises(IndexError):
        peers.StepParamScheduler(10, [1.0, 0.1])(1.0)


def test_ahead_by_a_millionth():
    arguments = {"num_updates": 4_000_000, "milestones": [2_000_000]}
    theirs = peers.MultiStepParamScheduler([1.0, 0.1], **arguments)
    ours = compat.MultiStepParamScheduler([1.0, 0.1], **arguments)
    assert theirs(1_999_996 / 4_000_000) == 0.1
    assert theirs(1_999_995 / 4_000_000) == 1.0
    assert ours([1_999_999, 2_000_000]).tolist() == [1.0, 0.1]


def test_the_caller_keeps_the_list():
    lengths, kinds = [0.1, 0.3, 0.5999], ["rescaled"] * 3
    compat.CompositeParamScheduler([compat.ConstantParamScheduler(1)] * 3, lengths, kinds)
    assert lengths == [0.1, 0.3, 0.5999]
    peers.CompositeParamScheduler([peers.ConstantParamScheduler(1)] * 3, lengths, kinds)
    assert lengths == [0.1, 0.3, 0.6]


ONE = compat.ConstantParamScheduler(1)
REFUSED = [
    (
        "WarmupMultiStepLR: milestones must be non-negative integers in ascending",
        lambda: compat.WarmupMultiStepLR(0.1, [5, 3]),
    ),
    (
        "WarmupCosineLR: warmup_method must be one of 'linear', 'constant', got 'burnin'",
        lambda: compat.WarmupCosineLR(0.1, 5000, warmup_method="burnin"),
    ),
    (
        "WarmupCosineLR: warmup_iters must be at most max_iters=500, got 1000",
        lambda: compat.WarmupCosineLR(0.1, 500),
    ),
    (
        "MultiStepParamScheduler: num_updates must be given",
        lambda: compat.MultiStepParamScheduler([1, 2]),
    ),
    (
        "MultiStepParamScheduler: milestones must be 1 for 2 values",
        lambda: compat.MultiStepParamScheduler([1, 2], 10, [3, 4]),
    ),
    (
        "MultiStepParamScheduler: milestones must be above 0 and below num_updates=10",
        lambda: compat.MultiStepParamScheduler([1, 2], 10, [10]),
    ),
    (
        "milestones must be strictly increasing",
        lambda: compat.MultiStepParamScheduler([1, 2, 3], 10, [5, 5]),
    ),
    ("num_updates must be", lambda: compat.StepParamScheduler(0, [1])),
    ("values must be at least one", lambda: compat.StepParamScheduler(10, [])),
    (
        "lengths must be as many as the 2 schedulers",
        lambda: compat.CompositeParamScheduler([ONE, ONE], [1.0], ["fixed", "fixed"]),
    ),
    (
        "lengths must be numbers whose sum is 1",
        lambda: compat.CompositeParamScheduler([ONE, ONE], [0.5, 0.6], ["fixed", "fixed"]),
    ),
    (
        "interval_scaling must be a sequence of 'rescaled' or 'fixed'",
        lambda: compat.CompositeParamScheduler([ONE], [1.0], ["scaled"]),
    ),
    (
        r"schedulers\[0\] must be a schedule of at least one step, with an end",
        lambda: compat.CompositeParamScheduler(
            [compat.WarmupMultiStepLR(1, [5])], [1.0], ["fixed"]
        ),
    ),
    ("max_iter must be a positive", lambda: compat.LRMultiplier(0.1, ONE, 0)),
]


@pytest.mark.parametrize(("message", "build"), REFUSED)
def test_refused(message, build):
    with pytest.raises(ValueError, match=message):
        build()
