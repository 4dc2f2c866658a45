"""The losses of a range test, drawn with the real matplotlib, without a screen."""

import math
from itertools import pairwise

import matplotlib
import numpy as np
import pytest

import lrsched as lrs

pytestmark = pytest.mark.frameworks

matplotlib.use("Agg")

SCHEDULE = lrs.range_test(10.0, 100, start=1e-4)
RATES = SCHEDULE(np.arange(80))
LOSSES = (2 / (1 + 10 * RATES) + RATES**2 + 0.1 * np.random.default_rng(0).random(80)).tolist()
METHODS = ["valley", "steep", "minimum", "slide"]


@pytest.fixture(autouse=True)
def pyplot():
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_the_smoothed_losses_over_the_rates_and_each_suggestion_on_the_curve():
    ax = lrs.plot_range_test(SCHEDULE, LOSSES)
    curve, *dots = ax.get_lines()
    assert curve.get_xdata().tolist() == RATES.tolist()
    assert curve.get_ydata().tolist() == lrs.smooth_losses(LOSSES).tolist()
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("rate", "smoothed loss")
    suggested = {method: lrs.suggest_peak(SCHEDULE, LOSSES, method) for method in METHODS}
    assert len(set(suggested.values())) == 4
    assert [dot.get_xdata()[0] for dot in dots] == list(suggested.values())
    labels = [f"{method}: {rate:.3g}" for method, rate in suggested.items()]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == labels
    for dot in dots:
        rate, loss = dot.get_xdata()[0], dot.get_ydata()[0]
        expected = np.interp(rate, RATES, lrs.smooth_losses(LOSSES))
        assert loss == pytest.approx(expected, rel=1e-3)


def test_some_methods_other_axes_and_losses_as_they_are(pyplot):
    figure, (left, right) = pyplot.subplots(1, 2)
    ax = lrs.plot_range_test(SCHEDULE, LOSSES, methods=("steep",), beta=0, ax=right)
    assert ax is right
    assert not left.get_lines()
    assert len(pyplot.get_fignums()) == 1
    curve, dot = ax.get_lines()
    assert curve.get_ydata().tolist() == LOSSES
    assert dot.get_xdata()[0] == lrs.suggest_peak(SCHEDULE, LOSSES, "steep", beta=0)
    figure.canvas.draw()


def test_a_run_that_ends_in_nan_a_rate_of_0_and_no_suggestion():
    schedule = lrs.LinearWarmup(100)
    losses = [*LOSSES[:60], *[math.nan] * 20]
    ax = lrs.plot_range_test(schedule, iter(losses), methods=[], title="None", size=(5, 4))
    assert ax.get_title() == "None"
    assert ax.figure.get_size_inches().tolist() == [5, 4]
    ax.figure.canvas.draw()
    (curve,) = ax.get_lines()
    assert len(curve.get_xdata()) == 80
    assert ax.get_legend() is None
    assert all(a < b for a, b in pairwise(curve.get_xdata()))


@pytest.mark.parametrize(
    ("schedule", "losses", "options", "kind", "says"),
    [
        (3, LOSSES, {}, TypeError, "schedule must be a schedule, got 3"),
        (SCHEDULE, 3, {}, TypeError, "losses must be a sequence of numbers, got 3"),
        (SCHEDULE, LOSSES[:20], {}, ValueError, 'losses must be at least 16 for "slide" without'),
        (lrs.Constant(1), LOSSES, {}, ValueError, "schedule must be rising, above 0, over the"),
        (SCHEDULE, LOSSES, {"methods": "valley"}, TypeError, "methods must be a sequence of met"),
        (SCHEDULE, LOSSES, {"methods": 3}, TypeError, "methods must be a sequence of methods, got"),
        (
            SCHEDULE,
            LOSSES,
            {"methods": ["steep", "low"]},
            ValueError,
            r"methods\[1\] must be one of 'valley', 'steep', 'minimum', 'slide', got 'low'",
        ),
        (SCHEDULE, LOSSES, {"beta": 1}, ValueError, "beta must be a number from 0 to below 1, got"),
    ],
)
def test_bad_input(pyplot, schedule, losses, options, kind, says):
    with pytest.raises(kind, match=f"^plot_range_test: {says}"):
        lrs.plot_range_test(schedule, losses, **options)
    assert pyplot.get_fignums() == []
