"""Learning-rate schedules as values: pure functions of the step, for any framework or none."""

import importlib
import typing

from lrsched._core import schedule as _schedule
from lrsched._core.schedule import Schedule
from lrsched.shapes import *

if typing.TYPE_CHECKING:
    from lrsched import adapters as adapters
    from lrsched import ask as ask
    from lrsched import compat as compat
    from lrsched import data as data
    from lrsched import family as family
    from lrsched import feedback as feedback
    from lrsched import layers as layers
    from lrsched import presets as presets
    from lrsched import show as show
    from lrsched.ask.area import area
    from lrsched.ask.averages import averaging_weights, timescale
    from lrsched.ask.boundaries import boundaries
    from lrsched.ask.clocks import samples_clock
    from lrsched.ask.compare import compare
    from lrsched.ask.convex import best_cooldown, best_peak, convex_bound
    from lrsched.ask.describe import describe
    from lrsched.ask.findings import check
    from lrsched.ask.laws import AnnealingLaw, MultiPowerLaw
    from lrsched.ask.peaks import smooth_losses, suggest_peak
    from lrsched.ask.questions import diff, first_above, first_below, match
    from lrsched.data.json import from_dict, from_json, to_dict, to_json
    from lrsched.data.text import parse
    from lrsched.family import Family
    from lrsched.feedback import (
        Greedy,
        HoldUntil,
        MetricRule,
        ReduceOnPlateau,
        StopOnDivergence,
    )
    from lrsched.layers import layer_rates, trust_ratio
    from lrsched.presets import *
    from lrsched.show.page import page
    from lrsched.show.plot import plot
    from lrsched.show.range_test import plot_range_test
    from lrsched.show.runs import plot_losses, plot_weights

__version__ = "0.1.0"

__all__ = [
    "AnnealingLaw",
    "Clip",
    "Constant",
    "ConstantWarmup",
    "CosineDecay",
    "CosineWarmup",
    "Cycle",
    "ExponentialDecay",
    "ExponentialWarmup",
    "Family",
    "GeometricDecay",
    "Greedy",
    "HoldUntil",
    "InversePowerDecay",
    "InverseSqrtDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "LinearGrowth",
    "LinearWarmup",
    "LogarithmicWarmup",
    "MetricRule",
    "MultiPowerLaw",
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
    "ReduceOnPlateau",
    "RexDecay",
    "SaturatingWarmup",
    "Schedule",
    "Sequence",
    "Shift",
    "Staircase",
    "StepDecay",
    "StopOnDivergence",
    "Stretch",
    "Sum",
    "Take",
    "TanhDecay",
    "Warp",
    "area",
    "averaging_weights",
    "best_cooldown",
    "best_peak",
    "boundaries",
    "check",
    "compare",
    "convex_bound",
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
    "page",
    "parse",
    "plot",
    "plot_losses",
    "plot_range_test",
    "plot_weights",
    "power_scheduler",
    "range_test",
    "samples_clock",
    "slanted_triangular",
    "smooth_losses",
    "suggest_peak",
    "timescale",
    "to_dict",
    "to_json",
    "trapezoid",
    "tri_stage",
    "triangular",
    "trust_ratio",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
    "wsd_s",
]

# Start-up: looked up when asked for. A training run that only wants values pays for no more. Any
# public name that is not here is a preset.
_ROOMS = {
    "AnnealingLaw": "ask.laws",
    "MultiPowerLaw": "ask.laws",
    "area": "ask.area",
    "averaging_weights": "ask.averages",
    "best_cooldown": "ask.convex",
    "best_peak": "ask.convex",
    "boundaries": "ask.boundaries",
    "check": "ask.findings",
    "compare": "ask.compare",
    "convex_bound": "ask.convex",
    "describe": "ask.describe",
    "diff": "ask.questions",
    "first_above": "ask.questions",
    "first_below": "ask.questions",
    "match": "ask.questions",
    "samples_clock": "ask.clocks",
    "smooth_losses": "ask.peaks",
    "suggest_peak": "ask.peaks",
    "timescale": "ask.averages",
    "from_dict": "data.json",
    "from_json": "data.json",
    "to_dict": "data.json",
    "to_json": "data.json",
    "parse": "data.text",
    "Family": "family",
    "Greedy": "feedback",
    "HoldUntil": "feedback",
    "MetricRule": "feedback",
    "ReduceOnPlateau": "feedback",
    "StopOnDivergence": "feedback",
    "layer_rates": "layers",
    "trust_ratio": "layers",
    "page": "show.page",
    "plot": "show.plot",
    "plot_range_test": "show.range_test",
    "plot_losses": "show.runs",
    "plot_weights": "show.runs",
}

# The rooms themselves, whose docstrings are pages: `help(lrs.feedback)`.
_PAGES = ("adapters", "ask", "compat", "data", "family", "feedback", "layers", "presets", "show")

# What public functions return, found under `lrsched` as well: that is what their pickles name.
_RESULTS = {
    "Comparison": "ask.compare",
    "ConvexBound": "ask.convex",
    "Cooldown": "ask.convex",
    "Description": "ask.describe",
    "Finding": "ask.findings",
    "Phase": "ask.describe",
    "Difference": "ask.questions",
    "Match": "ask.questions",
    "DivergenceState": "feedback",
    "GreedyState": "feedback",
    "HoldState": "feedback",
    "PlateauState": "feedback",
}


if not typing.TYPE_CHECKING:  # a type checker is to complain of a name that is not there

    def __getattr__(name: str) -> typing.Any:
        if name in _PAGES:
            return importlib.import_module(f"lrsched.{name}")
        if name in _RESULTS:
            return _found(_RESULTS[name], name)
        if name not in __all__:
            raise AttributeError(
                f"module 'lrsched' has no attribute {name!r}{_hint(name, __all__)}"
            )
        found = _found(_ROOMS.get(name, "presets"), name)
        globals()[name] = found
        return found


def _found(room: str, name: str) -> typing.Any:
    return getattr(importlib.import_module(f"lrsched.{room}"), name)


def _hint(name: str, names: typing.Iterable[str]) -> str:
    """What may have been meant by a name that is not there: one of these, or a peer's."""
    if name.startswith("_"):  # asked for by machines
        return ""
    from lrsched._core.check import nearest  # start-up: errors alone ask for this and the peers
    from lrsched.compat import CONSTRUCTORS

    for peer in CONSTRUCTORS:
        found = getattr(importlib.import_module(f"lrsched.compat.{peer}"), name, None)
        if getattr(found, "__module__", None) == f"lrsched.compat.{peer}":
            return f": lrsched.compat.{peer} has it"
    meant = nearest(name, names)
    return f": did you mean {meant}?" if meant else ""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_PAGES})


def _above(name: str) -> typing.Any:
    """What `Schedule` asks of the rooms above it: a public class, or the notebook's picture."""
    return globals()[name] if name in globals() else _found("show.svg", name)


_schedule.above = _above
