"""The schedules themselves, each a class of declared fields and one formula.

`warmup` and `decay` give fields, defaults and names to the curves of `curves`; `piecewise` has
those that are given by their values. Of schedules made of schedules, `compose` has those of many,
`views` those that show one schedule otherwise, and `cycles` the one that repeats it.

## First steps

A first step that is not zero, and where the peak then is:

| warmup | values at steps 0, 1, 2, 3, 4 | formula |
|---|---|---|
| `LinearWarmup(4)` | 0, 1/4, 2/4, 3/4, 1 | t / 4 |
| `LinearWarmup(4, start=1/5)` | 1/5, 2/5, 3/5, 4/5, 1 | (t + 1) / 5 |
| `LinearWarmup(3, start=1/4)` | 1/4, 2/4, 3/4, 1, next phase | (t + 1) / 4 |

A phase with no steps vanishes: between two others it is never asked, and in the last place it is
over at once and holds its end. A product or a sum is as long as its longest member; endless
constants are not counted, so `3e-4 * LinearWarmup(100)` is 100 steps long. Where float arithmetic
has no answer, a factor of 0 wins over one that has grown to infinity.

```python
>>> import lrsched as lrs
>>> lrs.LinearWarmup(3, start=1 / 4)([0, 1, 2, 3])
array([0.25, 0.5 , 0.75, 1.  ])

```

## Numbers that are none

Where a result would be no number there is one all the same, and never NaN: a quotient by 0 is inf
or -inf by the sign of what is divided, 0 / 0 and inf - inf are 0, and so is a power that is not
whole of a value below 0. Division by the number 0 is refused.

## Cycles and whole numbers

A warmup of fixed length before each of ever longer cosines, as in `CosineAnnealingWarmupRestarts`,
and a batch size in whole multiples of 32:

```python
>>> one = lrs.Sequence(lrs.LinearWarmup(50), lrs.CosineDecay(150))
>>> lrs.boundaries(lrs.Cycle(one, stretch=2, gain=0.5, lead=50), 1000)  # cycles of 200, 350, 650 steps
(50, 200, 250, 550, 600)
>>> batch = lrs.Quantize(lrs.LinearWarmup(100, start=32, end=256), unit=32)
>>> int(batch(50))
160

```

`Quantize` takes what rounding errors alone keep from a whole number, or a half, as being there:
2^-48 of the value or the unit, 2^-20 in float32 libraries.

## Not only learning rates

A schedule is a number at a step, whatever the number is for. `shape` has peak 1, and `T` is the
length of a run:

```python
>>> import math
>>> import numpy as np
>>> T = 100_000
>>> shape = lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(T - 2_000))
>>> # momentum that falls while the rate rises (Smith 2018, arXiv:1803.09820)
>>> momentum = lrs.Sequence(lrs.CosineDecay(30_000, start=0.95, end=0.85), lrs.CosineWarmup(70_000, start=0.85, end=0.95))
>>> momentum([0, 30_000, 100_000])
array([0.95, 0.85, 0.95])
>>> # weight decay in step with the rate: AdamC (Defazio 2025, arXiv:2506.02285)
>>> (0.1 * shape)([0, 2_000, 51_000])
array([0.  , 0.1 , 0.05])
>>> # momentum of the teacher: BYOL, 1 - (1 - tau) (cos(pi k/K) + 1)/2 (Grill et al. 2020,
>>> # arXiv:2006.07733), and DINO, with its weight decay (Caron et al. 2021, arXiv:2104.14294)
>>> lrs.CosineWarmup(T, start=0.996, end=1.0)([0, 50_000, 100_000])
array([0.996, 0.998, 1.   ])
>>> lrs.CosineWarmup(T, start=0.04, end=0.4)([0, 50_000, 100_000])
array([0.04, 0.22, 0.4 ])
>>> # weight of the KL term of a VAE: the sigmoid 1 / (1 + exp(-0.0025 (t - 2500))) (Bowman et al.
>>> # 2016, arXiv:1511.06349), and in cycles, rising for half of each (Fu et al. 2019, arXiv:1903.10145)
>>> lrs.TanhDecay(5_000, lower=-3.125, upper=3.125, start=0.0, end=1.0)([0, 2_500, 5_000])
array([0.00192673, 0.5       , 0.99807327])
>>> lrs.Cycle(lrs.Sequence(lrs.LinearWarmup(5_000), lrs.Constant(1, steps=5_000)), count=4)([2_500, 7_500, 12_500])
array([0.5, 1. , 0.5])
>>> # epsilon of DQN: 1 to 0.1 over a million frames (Mnih et al. 2015, doi:10.1038/nature14236)
>>> lrs.LinearDecay(1_000_000, start=1.0, end=0.1)([0, 500_000, 1_000_000, 2_000_000])
array([1.  , 0.55, 0.1 , 0.1 ])
>>> # temperature of the Gumbel-softmax: max(0.5, exp(-r t)), r = 1e-4 (Jang et al. 2017, arXiv:1611.01144)
>>> lrs.Clip(lrs.SaturatingWarmup(1 / 1e-4, start=1.0, end=0.0), lower=0.5)([0, 1_000, 10_000])
array([1.        , 0.90483742, 0.5       ])
>>> # diffusion: the 1000 betas of DDPM (Ho et al. 2020, arXiv:2006.11239)
>>> np.allclose(lrs.LinearWarmup(999, start=1e-4, end=0.02)(range(1000)), np.linspace(1e-4, 0.02, 1000), rtol=1e-15)
True
>>> # and alpha-bar, f(t) / f(0) with f(t) = cos((t/1000 + s) / (1 + s) pi/2)**2, s = 0.008 (Nichol &
>>> # Dhariwal 2021, arXiv:2102.09672): (t + 8) / 1008 of the cosine's wave, so its own formula
>>> f = lrs.Shift(lrs.CosineDecay(1_008), 8)
>>> alpha_bar = 1 / f(0) * f
>>> t = np.arange(1_001)
>>> f.steps, bool(np.abs(f(t) - np.cos((t / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2).max() < 1e-15)
(1000, True)

```

For other numbers of steps than 1000, `f` is `Stretch(Shift(CosineDecay(1_008), 8), steps / 1000)`.
The betas of a cosine are ratios of neighbours, `1 - alpha_bar(t + 1) / alpha_bar(t)`, bounded by
0.999: an array made from this one.

## Your own schedule

A frozen dataclass with `steps` and one method, `formula(t, xp)`; `Schedule` has an example. What a
formula does not tell may be declared beside it. `turns` has the steps at which the curve turns,
`()` where it only rises or only falls; questions then skip what cannot hold the answer, and need
not visit every step:

```python
>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class LogDecay(lrs.Schedule):
...     timescale: float
...     steps = None
...     turns = ()                       # it only falls; (10, 20): it may turn at 10 and at 20
...     def formula(self, t, xp):
...         return 1 / (1 + xp.log1p(t / self.timescale))
>>> lrs.first_below(LogDecay(100.0), 0.05)  # among eighteen thousand million steps
17848229997

```
"""  # noqa: E501 tables and reprs

from lrsched.shapes.compose import Product, Sequence, Sum
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.decay import (
    CosineDecay,
    ExponentialDecay,
    GeometricDecay,
    InversePowerDecay,
    InverseSqrtDecay,
    InverseTimeDecay,
    LinearDecay,
    MultiStepDecay,
    Noam,
    PolynomialDecay,
    PowerDecay,
    RexDecay,
    StepDecay,
    TanhDecay,
)
from lrsched.shapes.piecewise import Constant, PiecewiseConstant, PiecewiseLinear
from lrsched.shapes.views import (
    Clip,
    Power,
    Quantize,
    Shift,
    Staircase,
    Stretch,
    Take,
    Warp,
)
from lrsched.shapes.warmup import (
    ConstantWarmup,
    CosineWarmup,
    ExponentialWarmup,
    LinearGrowth,
    LinearWarmup,
    LogarithmicWarmup,
    PolynomialWarmup,
    SaturatingWarmup,
)

__all__ = [
    "Clip",
    "Constant",
    "ConstantWarmup",
    "CosineDecay",
    "CosineWarmup",
    "Cycle",
    "ExponentialDecay",
    "ExponentialWarmup",
    "GeometricDecay",
    "InversePowerDecay",
    "InverseSqrtDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "LinearGrowth",
    "LinearWarmup",
    "LogarithmicWarmup",
    "MultiStepDecay",
    "Noam",
    "PiecewiseConstant",
    "PiecewiseLinear",
    "PolynomialDecay",
    "PolynomialWarmup",
    "Power",
    "PowerDecay",
    "Product",
    "Quantize",
    "RexDecay",
    "SaturatingWarmup",
    "Sequence",
    "Shift",
    "Staircase",
    "StepDecay",
    "Stretch",
    "Sum",
    "Take",
    "TanhDecay",
    "Warp",
]
