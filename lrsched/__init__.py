"""Learning-rate schedules as values: pure functions of the step, for any framework or none."""

from lrsched._schedule import Schedule
from lrsched.compose import Clip, Cycle, Product, Sequence, Shift, Stretch, Sum, Take
from lrsched.data import from_dict, from_json, to_dict, to_json
from lrsched.decay import (
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
from lrsched.look import check, describe
from lrsched.piecewise import Constant, PiecewiseConstant, PiecewiseLinear
from lrsched.plotting import plot
from lrsched.presets import (
    cooldown,
    cosine_restarts,
    infinite_lr,
    one_cycle,
    range_test,
    triangular,
    warmup_constant,
    warmup_cosine,
    warmup_inverse_sqrt,
    warmup_linear,
    warmup_multistep,
    warmup_polynomial,
    warmup_stable_decay,
)
from lrsched.questions import diff, first_above, first_below, match
from lrsched.sums import area
from lrsched.text import parse
from lrsched.warmup import (
    ConstantWarmup,
    CosineWarmup,
    ExponentialWarmup,
    LinearWarmup,
    PolynomialWarmup,
    SaturatingWarmup,
)

__version__ = "0.1.0"

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
    "LinearWarmup",
    "MultiStepDecay",
    "Noam",
    "PiecewiseConstant",
    "PiecewiseLinear",
    "PolynomialDecay",
    "PolynomialWarmup",
    "PowerDecay",
    "Product",
    "RexDecay",
    "SaturatingWarmup",
    "Schedule",
    "Sequence",
    "Shift",
    "StepDecay",
    "Stretch",
    "Sum",
    "Take",
    "TanhDecay",
    "area",
    "check",
    "cooldown",
    "cosine_restarts",
    "describe",
    "diff",
    "first_above",
    "first_below",
    "from_dict",
    "from_json",
    "infinite_lr",
    "match",
    "one_cycle",
    "parse",
    "plot",
    "range_test",
    "to_dict",
    "to_json",
    "triangular",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
]
