"""Learning-rate schedules as values: pure functions of the step, for any framework or none."""

import importlib
import typing

from lrsched._schedule import Schedule
from lrsched.compose import (
    Clip,
    Cycle,
    Product,
    Sequence,
    Shift,
    Staircase,
    Stretch,
    Sum,
    Take,
    Warp,
)
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
from lrsched.piecewise import Constant, PiecewiseConstant, PiecewiseLinear
from lrsched.warmup import (
    ConstantWarmup,
    CosineWarmup,
    ExponentialWarmup,
    LinearWarmup,
    PolynomialWarmup,
    SaturatingWarmup,
)

if typing.TYPE_CHECKING:
    from lrsched.data import from_dict, from_json, to_dict, to_json
    from lrsched.feedback import Greedy, HoldUntil, MetricRule, ReduceOnPlateau
    from lrsched.layers import layer_rates, trust_ratio
    from lrsched.look import check, describe
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
    "Greedy",
    "HoldUntil",
    "InversePowerDecay",
    "InverseSqrtDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "LinearWarmup",
    "MetricRule",
    "MultiStepDecay",
    "Noam",
    "PiecewiseConstant",
    "PiecewiseLinear",
    "PolynomialDecay",
    "PolynomialWarmup",
    "PowerDecay",
    "Product",
    "ReduceOnPlateau",
    "RexDecay",
    "SaturatingWarmup",
    "Schedule",
    "Sequence",
    "Shift",
    "Staircase",
    "StepDecay",
    "Stretch",
    "Sum",
    "Take",
    "TanhDecay",
    "Warp",
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
    "layer_rates",
    "match",
    "one_cycle",
    "parse",
    "plot",
    "range_test",
    "to_dict",
    "to_json",
    "triangular",
    "trust_ratio",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
]

# Looked up when asked for: a training run that only wants values pays for no more.
_ELSEWHERE = {
    "Greedy": "feedback",
    "HoldUntil": "feedback",
    "MetricRule": "feedback",
    "ReduceOnPlateau": "feedback",
    "area": "sums",
    "check": "look",
    "cooldown": "presets",
    "cosine_restarts": "presets",
    "describe": "look",
    "diff": "questions",
    "first_above": "questions",
    "first_below": "questions",
    "from_dict": "data",
    "from_json": "data",
    "infinite_lr": "presets",
    "layer_rates": "layers",
    "match": "questions",
    "one_cycle": "presets",
    "parse": "text",
    "plot": "plotting",
    "range_test": "presets",
    "to_dict": "data",
    "to_json": "data",
    "triangular": "presets",
    "trust_ratio": "layers",
    "warmup_constant": "presets",
    "warmup_cosine": "presets",
    "warmup_inverse_sqrt": "presets",
    "warmup_linear": "presets",
    "warmup_multistep": "presets",
    "warmup_polynomial": "presets",
    "warmup_stable_decay": "presets",
}


if not typing.TYPE_CHECKING:  # a type checker is to complain of a name that is not there

    def __getattr__(name: str) -> typing.Any:
        if name not in _ELSEWHERE:
            raise AttributeError(f"module 'lrsched' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"lrsched.{_ELSEWHERE[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
