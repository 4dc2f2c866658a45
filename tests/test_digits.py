"""A training run that nobody scripted: handwritten digits, softmax regression, plain NumPy."""

from __future__ import annotations

import re

import numpy as np
import pytest

import lrsched as lrs
from lrsched.ask import peaks

pytestmark = pytest.mark.frameworks  # scikit-learn ships the digits

STEPS = 1000
SEEDS = range(10)


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# The docstring of lrsched.ask.peaks shows this loop.
def train(images, labels, schedule, seed):
    """Softmax regression by stochastic gradient descent, 32 images at a time."""
    random = np.random.default_rng(seed)
    weights = np.zeros((images.shape[1], 10))
    for step in range(STEPS):
        batch = random.integers(len(images), size=32)
        error = softmax(images[batch] @ weights) - np.eye(10)[labels[batch]]
        weights -= schedule(step) * images[batch].T @ error / 32
    return weights


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = np.column_stack([images / 16, np.ones(len(images))])  # and a constant, for the bias
    order = np.random.default_rng(0).permutation(len(images))
    held_out, kept = order[:360], order[360:]
    return (images[kept], labels[kept]), (images[held_out], labels[held_out])


def results(digits, schedule):
    """For each seed: the loss on what was trained on, and the errors on what was not."""
    return scores(digits, [train(*digits[0], schedule, seed) for seed in SEEDS])


def scores(digits, runs):
    (images, labels), (unseen, truth) = digits
    losses, errors = [], []
    for weights in runs:
        right = softmax(images @ weights)[np.arange(len(labels)), labels]
        losses.append(-np.log(np.maximum(right, 1e-300)).mean())
        errors.append((np.argmax(unseen @ weights, axis=1) != truth).mean())
    return np.array(losses), np.array(errors)


def warmup_cosine(peak):
    return peak * lrs.Sequence(lrs.LinearWarmup(STEPS // 10), lrs.CosineDecay(STEPS * 9 // 10))


@pytest.mark.parametrize("peak", [60, 100])
def test_a_schedule_trains_where_the_constant_rate_is_too_high(digits, peak):
    losses, errors = results(digits, warmup_cosine(peak))
    constant_losses, constant_errors = results(digits, lrs.Constant(peak))
    assert 2 * losses.mean() < constant_losses.mean()
    assert 2 * losses.max() < constant_losses.max()
    assert (losses < constant_losses).mean() >= 0.8
    assert errors.mean() < constant_errors.mean()
    # It is the rate that is too high, not the problem too hard: a tenth of it trains well.
    gentle_losses, _ = results(digits, lrs.Constant(peak / 10))
    assert 2 * gentle_losses.max() < constant_losses.mean()


def test_a_run_resumes_from_its_step_alone(digits):
    """A schedule in which the first steps are skipped is the run after those steps."""
    schedule = warmup_cosine(30)
    resumed = lrs.Shift(schedule, 400)
    images, labels = digits[0]
    weights = [
        train(images, labels, rates, seed=1)
        for rates in (
            resumed,
            lambda step: schedule(step + 400),
            schedule(np.arange(2000))[400:].item,
        )
    ]
    assert np.array_equal(weights[0], weights[1])
    assert np.allclose(weights[0], weights[2], rtol=1e-6)


def test_the_recipe_finds_a_peak_that_trains(digits):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    page = peaks.__doc__
    (recipe,) = re.findall(r"```python\n(def range_test.*?)```", page, re.DOTALL)
    images, labels = digits[0]
    names = {"lrs": lrs, "np": np, "images": images, "labels": labels}
    names |= {"softmax": softmax, "train": train}
    exec(compile(recipe, "the recipe of lrsched.ask.peaks", "exec"), names)
    pyplot.close("all")
    assert 100 < len(names["losses"]) < 200  # it diverged
    assert np.array_equal(names["weights"], train(images, labels, warmup_cosine(names["peak"]), 0))
    # The table below it: what ten range tests suggest, and what training with that comes to.
    tests = [names["range_test"](images, labels, seed) for seed in SEEDS]
    rows = re.findall(r'^\| "(\w+)".*?\| ([\d.]+) to (.*) \|$', page, re.MULTILINE)
    assert {method for method, *_ in rows} == {"valley", "minimum", "slide", "steep"}
    for method, low, rest in rows:
        found = [lrs.suggest_peak(*test, method) for test in tests]
        runs = [
            train(images, labels, warmup_cosine(peak), seed)
            for seed, peak in zip(SEEDS, found, strict=True)
        ]
        losses, errors = scores(digits, runs)
        measured = [min(found), max(found), losses.mean(), losses.max(), 100 * errors.mean()]
        written = [float(cell) for cell in (low, *rest.rstrip(" %").split(" | "))]
        assert measured == pytest.approx(written, rel=0.06)
