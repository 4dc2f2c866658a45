"""Whole training runs by their usual names: plain functions that return a composition.

All values are absolute. `total_steps` includes every phase; the length of a phase is given either
in steps (`warmup_steps`, `decay_steps`) or as a fraction of the total, which is rounded to the
nearest step. `lengths.py` works the lengths out, `decays.py` knows decays by their names;
`warmups.py` has the runs that warm up and fall, `stable.py` those with a plateau, and `cycles.py`
those that go up and down.
"""

from lrsched.presets.cycles import (
    cosine_restarts,
    one_cycle,
    range_test,
    slanted_triangular,
    triangular,
)
from lrsched.presets.stable import (
    cooldown,
    infinite_lr,
    power_scheduler,
    trapezoid,
    tri_stage,
    warmup_stable_decay,
    wsd_s,
)
from lrsched.presets.warmups import (
    warmup_constant,
    warmup_cosine,
    warmup_inverse_sqrt,
    warmup_linear,
    warmup_multistep,
    warmup_polynomial,
)

__all__ = [
    "cooldown",
    "cosine_restarts",
    "infinite_lr",
    "one_cycle",
    "power_scheduler",
    "range_test",
    "slanted_triangular",
    "trapezoid",
    "tri_stage",
    "triangular",
    "warmup_constant",
    "warmup_cosine",
    "warmup_inverse_sqrt",
    "warmup_linear",
    "warmup_multistep",
    "warmup_polynomial",
    "warmup_stable_decay",
    "wsd_s",
]
