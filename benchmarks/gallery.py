"""Draws every schedule of the library into .github/gallery.svg: `python benchmarks/gallery.py`.

Needs matplotlib. The same library makes the same file, so that a change shows in a review.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

import lrsched as lrs
from lrsched.ask.describe import samples

PICTURE = Path(__file__).parents[1] / ".github" / "gallery.svg"
STEPS = 100

WARMUP = lrs.LinearWarmup(20)
GALLERY: list[lrs.Schedule] = [
    lrs.Constant(0.5),
    lrs.LinearWarmup(60),
    lrs.PolynomialWarmup(60, power=2),
    lrs.CosineWarmup(60),
    lrs.ExponentialWarmup(60, start=0.01),
    lrs.ConstantWarmup(60, start=0.2),
    lrs.LogarithmicWarmup(60),
    lrs.SaturatingWarmup(timescale=20),
    lrs.LinearGrowth(0.01),
    lrs.LinearDecay(80),
    lrs.PolynomialDecay(80, power=2),
    lrs.CosineDecay(80),
    lrs.PowerDecay(80, power=0.5),
    lrs.RexDecay(80, beta=0.9),
    lrs.GeometricDecay(80, end=0.01),
    lrs.TanhDecay(80),
    lrs.ExponentialDecay(0.5, every=20),
    lrs.StepDecay(25, gamma=0.4),
    lrs.MultiStepDecay([30, 50, 80], gamma=0.4),
    lrs.InverseTimeDecay(1, every=10),
    lrs.InversePowerDecay(20, power=2),
    lrs.InverseSqrtDecay(10),
    lrs.Noam(16, 20),
    lrs.PiecewiseConstant([20, 50, 70], [0.2, 1.0, 0.6, 0.1]),
    lrs.PiecewiseLinear([0, 20, 50, 70], [0.2, 1.0, 0.6, 0.1]),
    lrs.Sequence(WARMUP, lrs.CosineDecay(80)),
    WARMUP * lrs.StepDecay(30, gamma=0.4),
    0.3 + lrs.Cycle(lrs.LinearWarmup(10), mirror=True) * lrs.ExponentialDecay(0.5, every=30),
    lrs.Take(lrs.InverseSqrtDecay(10), 50),
    lrs.Shift(lrs.CosineDecay(60), -20),
    lrs.Stretch(lrs.Sequence(lrs.LinearWarmup(1), lrs.CosineDecay(4)), 20),
    lrs.Staircase(lrs.CosineDecay(80), 10),
    lrs.Warp(lrs.CosineDecay(80), lrs.PolynomialWarmup(80, power=2, end=80.0)),
    lrs.Cycle(lrs.CosineDecay(14), stretch=2),
    lrs.Clip(lrs.CosineDecay(80), lower=0.2, upper=0.8),
    lrs.CosineDecay(80) ** 0.5,
    lrs.Quantize(lrs.CosineDecay(80), unit=0.2),
]


def main() -> None:
    drawn = {type(schedule) for schedule in GALLERY}
    public = [getattr(lrs, name) for name in lrs.__all__]
    schedules = {c for c in public if inspect.isclass(c) and issubclass(c, lrs.Schedule)}
    missing = schedules - drawn - {lrs.Schedule}
    if missing:
        raise SystemExit(f"not in the gallery: {sorted(c.__name__ for c in missing)}")
    matplotlib.rcParams["svg.hashsalt"] = "lrsched"  # the same names inside the file every time
    matplotlib.rcParams["svg.fonttype"] = "none"
    columns = 4
    rows = -(-len(GALLERY) // columns)
    figure = Figure(figsize=(2.4 * columns, 1.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns).ravel().tolist()
    for ax, schedule in zip(axes, GALLERY, strict=False):
        at = samples(schedule, STEPS, STEPS + 1)
        ax.plot(at, schedule(at))
        ax.set_title(type(schedule).__name__, fontsize=10)
        ax.set_ylim(bottom=0)
        ax.set(xticks=[], yticks=[])
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[len(GALLERY) :]:
        ax.set_axis_off()
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})
    print(PICTURE)


if __name__ == "__main__":
    main()
