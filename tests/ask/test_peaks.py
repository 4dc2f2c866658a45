"""Rates from the losses of a range test, beside fastai's own `lr_find`, running."""

import math

import fastai_peer
import numpy as np
import pytest
from fastai_peer import METHODS
from hypothesis import given, settings
from hypothesis import strategies as st

import lrsched as lrs

pytestmark = pytest.mark.frameworks

NAN = math.nan
STEPS = 100
TEST = lrs.range_test(10.0, STEPS, start=1e-7)
FIRST, LAST = 10, 5  # what fastai leaves out of a hundred

# fastai keeps rates in float32; the next rate of any schedule here is far from the right one.
FLOAT32 = 2.0**-22


@pytest.fixture(scope="module")
def peer():
    with fastai_peer.elsewhere() as call:
        yield call


def float32(losses):
    return np.asarray(losses, dtype=np.float32).tolist()


def curve(seed, noise=0.1, best=0.01, blow_up=1.0):
    """Losses that fall, pass their lowest near the rate `best`, and grow."""
    rates = TEST(np.arange(STEPS))
    losses = 2.3 / (1 + (rates / best) ** 0.5) + 0.2 + blow_up * (rates / 3) ** 2
    return float32(losses + noise * np.random.default_rng(seed).normal(size=STEPS))


def assert_suggests(losses, suggested, schedule=TEST, **kwargs):
    ours = {method: lrs.suggest_peak(schedule, losses, method, **kwargs) for method in suggested}
    assert ours == pytest.approx(suggested, rel=FLOAT32)


RUNS = {
    "noisy": curve(1),
    "noisier": curve(2, noise=0.4),
    "another": curve(3, best=1e-4),
    "without noise": curve(4, noise=0),
    "divergent": curve(5, blow_up=1e4),
    "divergent at once": float32([2 - k / 50 for k in range(40)] + [1.5**k for k in range(60)]),
    "rising": float32(np.linspace(1, 2, STEPS)),
    "falling": float32(np.linspace(2, 1, STEPS)),
    "NaN at the end": [*curve(6)[:70], *[NAN] * 30],
    "NaN after an infinity": [*curve(7)[:70], math.inf, *[1.0] * 29],
    "one NaN": [*curve(8)[:50], NAN, *curve(8)[51:]],
    "NaN within the last": [*curve(9)[:97], *[NAN] * 3],
    "negative": float32(np.linspace(-1, -2, STEPS)),
}


@pytest.mark.parametrize("name", RUNS)
def test_whole_runs_are_fastais(peer, name):
    """The rates, the stop, the smoothing, what is left out and the suggestions."""
    losses = RUNS[name]
    stop = name != "negative"
    suggested, rates, smoothed = peer(fastai_peer.of_losses, losses, num_it=STEPS, stop_div=stop)
    scales = lrs.StopOnDivergence().replay(losses)
    made = STEPS - int((scales == 0).sum()) + int((scales == 0).any()) if stop else STEPS
    assert len(rates) == made
    assert rates == pytest.approx(TEST(np.arange(made)), rel=1e-12)
    assert lrs.smooth_losses(losses[:made]) == pytest.approx(smoothed, rel=1e-5, nan_ok=True)
    assert_suggests(losses[:made], suggested)


def test_these_runs_are_what_they_are_called(peer):
    """Which of them are stopped; fastai stops one with losses below 0 at once."""
    stopped = {name: bool((lrs.StopOnDivergence().replay(RUNS[name]) == 0).any()) for name in RUNS}
    expected = ["divergent", "divergent at once", "NaN after an infinity", "negative"]
    assert [name for name in RUNS if stopped[name]] == expected
    suggested, rates, _ = peer(fastai_peer.of_losses, RUNS["negative"], num_it=STEPS)
    assert lrs.StopOnDivergence().replay(RUNS["negative"]).tolist() == [0.0] * STEPS
    assert len(rates) == 1
    assert isinstance(suggested, str)  # an error


@pytest.mark.parametrize("count", [16, 21, 150])
def test_other_lengths_and_rates(peer, count):
    schedule = lrs.range_test(1.0, count, start=1e-3)
    k = np.arange(count)
    losses = float32(2 - k / count + 0.3 * np.random.default_rng(count).random(count))
    methods = METHODS if count == 150 else METHODS[:3]
    options = {"num_it": count, "start_lr": 1e-3, "end_lr": 1}
    suggested, rates, _ = peer(fastai_peer.of_losses, losses, methods, **options)
    assert rates == pytest.approx(schedule(k), rel=1e-12)
    assert_suggests(losses, suggested, schedule)


def test_a_run_that_fastai_makes_itself(peer, digits):
    images, labels = digits
    options = {"num_it": 150, "start_lr": 1e-4, "end_lr": 1e4}
    for seed in range(3):
        losses, suggested, rates, smoothed = peer(
            fastai_peer.of_training, images, labels, seed, **options
        )
        schedule = lrs.range_test(1e4, 150, start=1e-4)
        assert 50 < len(losses) < 150  # it was stopped
        assert lrs.StopOnDivergence().replay(losses).tolist() == [1.0] * (len(losses) - 1) + [0.0]
        assert rates == pytest.approx(schedule(np.arange(len(losses))), rel=1e-12)
        assert lrs.smooth_losses(losses) == pytest.approx(smoothed, rel=1e-5)
        assert_suggests(losses, suggested, schedule)
        assert_suggests(smoothed, suggested, schedule, beta=0)


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images / 16, labels


# On a grid, where there are ties; and any at all.
SMOOTHED = st.lists(
    st.integers(-6, 6).map(lambda n: n / 8) | st.floats(0, 8, width=32) | st.just(math.inf),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("end", [10.0, 1e-6])
@given(st.lists(SMOOTHED, min_size=25, max_size=25))
@settings(max_examples=20)
def test_the_four_functions(peer, end, curves):
    """On losses that are not smoothed, with what is left out put around them."""
    schedule = lrs.range_test(end, STEPS, start=1e-7)
    rates = [schedule(np.arange(FIRST, FIRST + len(c))) for c in curves]
    answers = peer(
        fastai_peer.of_curves, [(r.tolist(), c) for r, c in zip(rates, curves, strict=True)]
    )
    for losses, rate, answer in zip(curves, rates, answers, strict=True):
        whole = [NAN] * FIRST + losses + [9.0] * LAST
        for method, theirs in answer.items():
            if theirs is None:
                with pytest.raises(ValueError, match=f'for "{method}"'):
                    lrs.suggest_peak(schedule, whole, method, beta=0)
                continue
            ours = lrs.suggest_peak(schedule, whole, method, beta=0)
            if method == "steep" and ours != pytest.approx(theirs, rel=FLOAT32):
                # Logarithms in float32 have five digits left of their difference.
                slopes = np.diff(losses) / np.diff(np.log(rate))
                i, j = (np.abs(np.log(rate / r)).argmin() for r in (ours, theirs))
                assert slopes[i] == slopes.min() == pytest.approx(slopes[j], rel=1e-4)
            else:
                assert ours == pytest.approx(theirs, rel=FLOAT32), (method, losses)


def test_a_valley_by_hand():
    """Lengths of one to six, and where it ends; each has its place, two thirds in."""
    schedule = lrs.range_test(1.0, 20, start=1e-4)

    def place(losses):
        rate = lrs.suggest_peak(schedule, [9.0, 9.0, *losses, *[9.0] * 5], beta=0)
        return round(math.log(rate / 1e-4) / math.log(1e4) * 20) - 2

    assert place([1, 2, 3, 4]) == 0
    assert place([3, 2, 1]) == 0
    assert place([5, 6, 4, 7, 3, 8]) == 2  # 5, 4, 3 ends at 4: from 1, one third of 3 on
    assert place([6, 5, 4, 3, 2, 1]) == 2
    assert place([7, 6, 9, 5, 4, 9, 3, 2, 1]) == 4
    assert place([2, 1, 3]) == 2  # as in fastai: the last
    assert place([3, 2, 2, 2, 1]) == 2  # strictly falling


def test_all_from_a_nan_on_is_left_out():
    """Also where losses come back, which a moving average never does."""
    losses = RUNS["noisy"]
    broken = [*losses[:50], NAN, *losses[51:]]
    for method in METHODS:
        expected = lrs.suggest_peak(TEST, losses[: 50 + LAST], method, beta=0)
        assert lrs.suggest_peak(TEST, broken, method, beta=0) == expected
    whole, cut = (lrs.suggest_peak(TEST, run, "minimum", beta=0) for run in (losses, broken))
    assert whole > cut


def test_losses_are_compared_in_float32(peer):
    """What falls by less than that holds is flat."""
    losses = [2 + 1e-9 * (STEPS - k) for k in range(STEPS)]
    rates = TEST(np.arange(FIRST, STEPS - LAST))
    (answers,) = peer(fastai_peer.of_curves, [(rates.tolist(), losses[FIRST:-LAST])])
    assert answers["valley"] == pytest.approx(rates[0], rel=FLOAT32)
    assert lrs.suggest_peak(TEST, losses, beta=0) == rates[0]
    assert lrs.suggest_peak(TEST, losses, "minimum", beta=0) == rates[0] / 10


def test_a_long_run_is_no_work():
    """fastai's own function takes minutes for this."""
    steps = 20_000
    schedule = lrs.range_test(10.0, steps, start=1e-7)
    losses = 2 - np.arange(steps) / steps + np.random.default_rng(0).random(steps) / 100
    assert 1e-6 < lrs.suggest_peak(schedule, losses) < 1


def test_any_numbers_are_losses():
    import jax.numpy as jnp
    import torch

    losses = RUNS["noisy"][:80]
    expected = lrs.suggest_peak(TEST, losses)
    for handed in (
        tuple(losses),
        np.array(losses, dtype=np.float32),
        torch.tensor(losses),
        [torch.tensor(loss) for loss in losses],
        jnp.array(losses),
        iter(losses),
    ):
        assert lrs.suggest_peak(TEST, handed) == expected


def test_any_schedule_that_rises():
    """One that grows in a straight line from 0, and one without an end."""
    losses = RUNS["noisy"]
    linear, endless = lrs.LinearWarmup(STEPS), lrs.ExponentialDecay(1.1, start=1e-6)
    assert endless.steps is None
    for schedule in (linear, endless):
        found = [lrs.suggest_peak(schedule, losses, method) for method in METHODS]
        assert set(found) <= {*schedule(np.arange(STEPS)), *schedule(np.arange(STEPS)) / 10}
    # As many as it has steps, and one more: the update that is made at its end.
    assert lrs.suggest_peak(TEST, [*losses, 9.0], beta=0) > 0


SHORT = lrs.range_test(1.0, 40, start=1e-4)
FALLING = list(range(40, 0, -1))


@pytest.mark.parametrize(
    ("schedule", "losses", "method", "kind", "says"),
    [
        (SHORT, [1.0] * 42, "valley", ValueError, "losses must be one for each update from 0 to 40 "
         "at most, not 42, got "),
        (SHORT, FALLING[:9], "valley", ValueError, 'losses must be at least 1 for "valley" without '
         "the first 4, the last 5 and all from a NaN on, not 0, got "),
        (SHORT, FALLING[:9], "minimum", ValueError, 'losses must be at least 1 for "minimum"'),
        (SHORT, FALLING[:10], "steep", ValueError, 'losses must be at least 2 for "steep"'),
        (SHORT, FALLING[:24], "slide", ValueError, 'losses must be at least 16 for "slide" without '
         "the first 4, the last 5 and all from a NaN on, not 15, got "),
        (SHORT, [], "valley", ValueError, "not 0, got ()"),
        (SHORT, [NAN] * 30, "valley", ValueError, 'losses must be at least 1 for "valley" without'),
        (SHORT, [*FALLING[:4], NAN, *FALLING], "valley", ValueError, "losses must be"),
        (lrs.LinearDecay(40), FALLING, "valley", ValueError, "schedule must be rising, above 0, "
         "over the updates 0 to 39, got LinearDecay(40)"),
        (lrs.Constant(1), FALLING, "steep", ValueError, "schedule must be rising, above 0, over"),
        (-SHORT, FALLING, "slide", ValueError, "schedule must be rising, above 0, over"),
        (SHORT - 1, FALLING, "slide", ValueError, "schedule must be rising, above 0, over"),
        (lrs.LinearWarmup(9), FALLING[:10], "valley", ValueError, "schedule must be rising"),
        (3, FALLING, "valley", TypeError, "schedule must be a schedule, got 3"),
        (SHORT, 3.0, "valley", TypeError, "losses must be a sequence of numbers, got 3.0"),
        (SHORT, "123", "valley", TypeError, "losses must be a sequence of numbers, got '123'"),
        (SHORT, {1.0, 2.0}, "valley", TypeError, "losses must be a sequence of numbers, got {1.0"),
        (SHORT, [1.0, "2"], "valley", TypeError, "losses must be a sequence of numbers, got [1.0"),
        (SHORT, [1.0, True], "valley", TypeError, "losses must be a sequence of numbers, got [1.0"),
        (SHORT, [[1.0], [2.0]], "valley", TypeError, "losses must be a sequence of numbers"),
        (SHORT, np.ones((4, 9)), "valley", ValueError, "losses must be a sequence of numbers"),
        (SHORT, FALLING, "lowest", ValueError, "method must be one of 'valley', 'steep', "),
        (SHORT, FALLING, 3, TypeError, "method must be one of 'valley', 'steep', 'minimum', "),
    ],
)  # fmt: skip
def test_bad_input(schedule, losses, method, kind, says):
    with pytest.raises(kind) as caught:
        lrs.suggest_peak(schedule, losses, method)
    assert type(caught.value) is kind
    assert str(caught.value).startswith("suggest_peak: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value) or isinstance(losses, np.ndarray)


@pytest.mark.parametrize("beta", [-0.1, 1, NAN, "0.9"])
def test_a_beta_is_a_share(beta):
    for call in (
        lambda: lrs.smooth_losses([1.0], beta),
        lambda: lrs.suggest_peak(SHORT, FALLING, "valley", beta),
        lambda: lrs.StopOnDivergence(beta=beta),
        lambda: lrs.plot_range_test(SHORT, FALLING, beta=beta),
    ):
        with pytest.raises((TypeError, ValueError), match="beta must be a number from 0 to below"):
            call()


@pytest.mark.parametrize("ratio", [1, 0.5, -4.0, NAN, math.inf, "4"])
def test_a_run_diverges_by_a_ratio_above_1(ratio):
    with pytest.raises((TypeError, ValueError), match="ratio must be a finite number above 1"):
        lrs.StopOnDivergence(ratio)


def test_losses_as_they_are():
    losses = [1e-20, 1.0, 1e-20, math.inf, 2.0, NAN, 3.0]
    assert np.array_equal(lrs.smooth_losses(losses, beta=0), losses, equal_nan=True)
    assert lrs.StopOnDivergence(3, beta=0).replay([2, 1, 3, 3.5, 1]).tolist() == [1, 1, 1, 0, 0]
    assert lrs.smooth_losses([]).tolist() == []
