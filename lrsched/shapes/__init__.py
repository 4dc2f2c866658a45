"""The schedules themselves, each a class of declared fields and one formula.

`warmup` and `decay` give fields, defaults and names to the curves of `curves`; `piecewise` has
those that are given by their values. Of schedules made of schedules, `compose` has those of many,
`views` those that show one schedule otherwise, and `cycles` the one that repeats it.
"""

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
