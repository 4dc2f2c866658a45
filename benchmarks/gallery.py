"""Draws every shape, combinator and preset: `python benchmarks/gallery.py`.

Into .github/gallery.svg. Needs matplotlib. The same library makes the same file, so that a change
shows in a review.
"""

from __future__ import annotations

import inspect
import io
import re
import textwrap
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

import lrsched as lrs
from lrsched import presets
from lrsched.show.axes import COLOURS
from lrsched.show.curve import curve

PICTURE = Path(__file__).parents[1] / ".github" / "gallery.svg"
STEPS, COLUMNS = 100, 5

GALLERY = {
    "Shapes": [
        "Constant(0.5)",
        "LinearWarmup(60)",
        "PolynomialWarmup(60, power=2)",
        "CosineWarmup(60)",
        "ExponentialWarmup(60, start=0.01)",
        "ConstantWarmup(60, start=0.2)",
        "LogarithmicWarmup(60)",
        "SaturatingWarmup(timescale=20)",
        "LinearGrowth(0.01)",
        "LinearDecay(80)",
        "PolynomialDecay(80, power=2)",
        "CosineDecay(80)",
        "PowerDecay(80, power=0.5)",
        "RexDecay(80, beta=0.9)",
        "GeometricDecay(80, end=0.01)",
        "TanhDecay(80)",
        "ExponentialDecay(0.5, every=20)",
        "StepDecay(25, gamma=0.4)",
        "MultiStepDecay([30, 50, 80], gamma=0.4)",
        "InverseTimeDecay(1, every=10)",
        "InversePowerDecay(20, power=2)",
        "InverseSqrtDecay(10)",
        "17.8 * Noam(16, 20)",
        "PiecewiseConstant([20, 50, 70], [0.2, 1, 0.6, 0.1])",
        "PiecewiseLinear([0, 20, 50, 70], [0.2, 1, 0.6, 0.1])",
    ],
    "Combinators": [
        "Sequence(LinearWarmup(20), CosineDecay(80))",
        "LinearWarmup(20) * StepDecay(30, gamma=0.4)",
        "0.2 + 0.8 * CosineDecay(80)",
        "CosineDecay(80) ** 0.5",
        "Take(InverseSqrtDecay(10), 50)",
        "Shift(CosineDecay(60), -20)",
        "Stretch(CosineDecay(4), 20)",
        "Staircase(CosineDecay(80), 10)",
        "Clip(CosineDecay(80), lower=0.2, upper=0.8)",
        "Quantize(CosineDecay(80), unit=0.2)",
        "Warp(CosineDecay(80), PolynomialWarmup(80, power=2, end=80))",
        "Cycle(CosineDecay(20))",
        "Cycle(CosineDecay(14), stretch=2)",
        "Cycle(LinearWarmup(10), mirror=True, gain=0.8)",
        "Cycle(LinearWarmup(3), mirror=True) * CosineDecay(100)",
    ],
    "Presets": [
        "warmup_constant(1, 100, warmup_steps=20)",
        "warmup_linear(1, 100, warmup_steps=20)",
        "warmup_cosine(1, 100, warmup_steps=20)",
        "warmup_polynomial(1, 100, warmup_steps=20, power=3)",
        "warmup_inverse_sqrt(1, 100, warmup_steps=20)",
        "warmup_multistep(1, 100, milestones=[50, 80], warmup_steps=20)",
        "warmup_stable_decay(1, 100, warmup_steps=10, decay_fraction=0.3)",
        'warmup_stable_decay(1, 100, warmup_steps=10, decay_fraction=0.3, decay="1-sqrt")',
        "trapezoid(1, 100, warmup_steps=20, decay_steps=40)",
        "tri_stage(1, 100, warmup_steps=10, decay_steps=50)",
        "wsd_s(1, 100, milestones=[40, 70], decay_fraction=0.2, warmup_steps=10, end=0.1)",
        "power_scheduler(1, 100, batch=1, tokens=1, warmup_steps=10, decay_steps=20, end=0.05)",
        "infinite_lr(1, 100, value=0.4, warmup_steps=9, cooldown_steps=30, decay_steps=9, end=0.1)",
        "cooldown(InverseSqrtDecay(20), 70, LinearDecay(30))",
        "one_cycle(1, 100, warmup_fraction=0.3)",
        "cosine_restarts(1, 100, every=30, warmup_steps=10)",
        "triangular(1, 100, every=20, start=0.2)",
        "triangular(1, 100, every=20, start=0.2, gain=0.6)",
        "slanted_triangular(1, 100, warmup_fraction=0.1)",
        "range_test(1, 100, start=0.001)",
    ],
}


def nodes(schedule: lrs.Schedule) -> set[str]:
    """The names of the classes that a schedule is made of."""
    return set(re.findall(r"\w+(?=\()", repr(schedule))) | {type(schedule).__name__}


def complete(schedules: dict[str, lrs.Schedule]) -> None:
    public = [getattr(lrs, name) for name in lrs.__all__]
    classes = {c.__name__ for c in public if inspect.isclass(c) and issubclass(c, lrs.Schedule)}
    drawn = {text.split("(")[0] for text in schedules}.union(*map(nodes, schedules.values()))
    missing = classes - {"Schedule"} | set(presets.__all__)
    missing -= drawn
    if missing:
        raise SystemExit(f"not in the gallery: {sorted(missing)}")
    for section, texts in GALLERY.items():
        if len(texts) % COLUMNS:
            raise SystemExit(f"{section}: the last row has room for {-len(texts) % COLUMNS} more")


def panel(ax: Any, text: str, schedule: lrs.Schedule) -> None:
    at, values = curve(schedule, STEPS, STEPS)
    ax.plot(at, values, color=COLOURS[0], linewidth=1.4)
    ax.set_title("\n".join(textwrap.wrap(text, 40)), fontsize=6.5, family="monospace")
    ax.set(xlim=(0, STEPS), ylim=(0, 1.06), xticks=[0, 50, 100], yticks=[0, 0.5, 1])
    ax.tick_params(labelsize=6, length=2)
    ax.spines[["top", "right"]].set_visible(False)


def shortened(line: str) -> str:
    """A hundredth of a point is as much as anybody sees; words stay as they are."""
    line = line.rstrip()
    if "<text" in line or "<!--" in line:
        return line
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", line)


def main() -> None:
    schedules = {text: lrs.parse(text) for texts in GALLERY.values() for text in texts}
    complete(schedules)
    matplotlib.rcParams["svg.hashsalt"] = "lrsched"  # the same names inside the file every time
    matplotlib.rcParams["svg.fonttype"] = "none"
    rows = {section: len(texts) // COLUMNS for section, texts in GALLERY.items()}
    size = (2.4 * COLUMNS, sum(1.3 * many + 0.4 for many in rows.values()))
    figure = Figure(figsize=size, layout="constrained")
    parts = figure.subfigures(len(rows), 1, height_ratios=[1.3 * n + 0.4 for n in rows.values()])
    for part, (section, texts) in zip(parts, GALLERY.items(), strict=True):
        part.suptitle(section, fontsize=12, weight="bold")
        grid = part.subplots(rows[section], COLUMNS, sharex=True, sharey=True)
        for ax, text in zip(grid.ravel(), texts, strict=True):
            panel(ax, text, schedules[text])
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    PICTURE.write_text("\n".join([*map(shortened, drawn.getvalue().splitlines()), ""]))
    print(PICTURE)


if __name__ == "__main__":
    main()
