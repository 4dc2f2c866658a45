"""Pictures of runs with the real matplotlib: what is drawn is what the questions answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lrsched as lrs

pytestmark = pytest.mark.frameworks

RUN = 1e-3 * lrs.warmup_stable_decay(1, 4_000, warmup_steps=500, decay_fraction=0.2)
COSINE = 1e-3 * lrs.CosineDecay(5_000, end=0.1)
LAW = lrs.AnnealingLaw(2.6, A=0.4, alpha=0.5, C=0.4)


@pytest.fixture(autouse=True)
def pyplot() -> Iterator[Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def drawn(ax: Any) -> list[tuple[Any, Any]]:
    return [tuple(np.asarray(data) for data in line.get_data()) for line in ax.get_lines()]


def test_weights_are_drawn_under_their_schedules() -> None:
    ax = lrs.plot_weights(
        RUN, COSINE, steps=4_000, weight_decay=0.1, labels=["wsd", "cosine"], title="Two"
    )
    above = ax.figure.axes[-1]
    for schedule, (at, weights), (steps, values) in zip(
        (RUN, COSINE), drawn(ax), drawn(above), strict=True
    ):
        assert (at[0], at[-1]) == (0, 3_999)
        expected = lrs.averaging_weights(schedule, 4_000, 0.1)[1:]
        np.testing.assert_allclose(weights, expected[at], rtol=1e-14)
        assert (values == schedule(steps)).all()
        assert (steps[0], steps[-1]) == (0, 3_999)
    assert [line.get_label() for line in ax.get_lines()] == ["wsd", "cosine"]
    assert [line.get_color() for line in ax.get_lines()] == [
        line.get_color() for line in above.get_lines()
    ]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["wsd", "cosine", "a phase begins"]
    assert above.get_legend() is None
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "weight of an update")
    assert (above.get_title(), ax.get_title()) == ("Two", "")
    assert above.get_xlim() == ax.get_xlim()
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().y1 < ax.xaxis.get_tightbbox().y0
    assert ax.figure.get_tightbbox().y0 >= 0
    assert above.get_position().y0 > ax.get_position().y1


def test_losses_are_drawn_under_their_schedules() -> None:
    ax = lrs.plot_losses(RUN, steps=4_000, law=LAW)
    ((at, losses),) = drawn(ax)
    expected = LAW(RUN, 4_000)
    np.testing.assert_allclose(losses, expected[at], rtol=1e-14)
    assert ax.get_ylabel() == "predicted loss"
    low, high = ax.get_ylim()
    late = expected[400:]
    assert low < late.min() < late.max() < high < expected[100]
    assert high - low < 1.2 * (late.max() - late.min())


@pytest.mark.parametrize("free", [False, True])
def test_axes_handed_in_are_shared_with_the_schedules(pyplot: Any, free: bool) -> None:
    if free:  # of no grid
        figure = pyplot.figure()
        left, right = figure.add_axes((0.1, 0.1, 0.3, 0.8)), figure.add_axes((0.6, 0.1, 0.3, 0.8))
    else:
        figure, (left, right) = pyplot.subplots(1, 2, layout="constrained")
    assert lrs.plot_weights(RUN, steps=4_000, weight_decay=0.1, ax=right, log=True) is right
    assert right.get_yscale() == "log"
    assert not left.get_lines()
    assert len(figure.axes) == 3
    assert len(pyplot.get_fignums()) == 1
    figure.canvas.draw()
    above, below = figure.axes[-1].get_position(), right.get_position()
    assert above.y0 > below.y1
    assert (above.x0, above.x1) == pytest.approx((below.x0, below.x1))
    assert above.y1 <= 1.0
    assert below.x0 > left.get_position().x1


def test_a_run_of_one_update() -> None:
    ((at, weights),) = drawn(lrs.plot_weights(RUN, steps=1, weight_decay=0.1))
    assert (at.tolist(), weights.tolist()) == ([0], [0.0])


@pytest.mark.parametrize(
    ("draw", "kind", "says"),
    [
        (lambda: lrs.plot_weights(steps=9, weight_decay=1), ValueError, "at least one schedule"),
        (lambda: lrs.plot_weights(3, steps=9, weight_decay=1), TypeError,
         r"plot_weights: schedules\[0\] must be a schedule, got 3"),
        (lambda: lrs.plot_weights(RUN, steps=9_000, weight_decay=1), ValueError,
         r"plot_weights: steps must be at most 4001: schedules\[0\] ends at step 4000, got 9000"),
        (lambda: lrs.plot_weights(RUN, steps=9, weight_decay=-1), ValueError,
         "plot_weights: weight_decay must be a non-negative finite number, got -1"),
        (lambda: lrs.plot_weights(RUN, steps=900, weight_decay=2e3), ValueError,
         "plot_weights: weight_decay must be at most 1000.0, 1 over the largest rate"),
        (lambda: lrs.plot_losses(RUN, steps=9, law=3), TypeError,
         "plot_losses: law must be a MultiPowerLaw or an AnnealingLaw, got 3"),
        (lambda: lrs.plot_losses(RUN, 0 - RUN, steps=9, law=LAW), ValueError,
         r"plot_losses: schedules\[1\] must be finite and not below 0"),
        (lambda: lrs.plot_losses(RUN, steps=9, law=LAW, size=0), TypeError,
         "plot_losses: size must be a width and a height in inches"),
        (lambda: lrs.plot_losses(RUN, steps=9, law=LAW, labels=[]), ValueError,
         "plot_losses: labels must be as many as the 1 schedules"),
    ],
)  # fmt: skip
def test_arguments(pyplot: Any, draw: Any, kind: Any, says: str) -> None:
    with pytest.raises(kind, match=says):
        draw()
    assert pyplot.get_fignums() == []
