"""The schedules of mmengine, from a config's `param_scheduler`: those of MMDetection and its kin.

A step is one iteration, as mmengine counts: entries by epoch change once in `steps_per_epoch` of
them. Where its OptimWrapper gathers the gradients of n iterations (`accumulative_counts`), update k
is made with the value of `Stretch(Shift(schedule, n - 1), factor=1 / n)`.

Entries that are heard at the same time multiply what there is, and one after another they take it
over; each stays at its last value. That is one short of its end: a CosineAnnealingLR of
`T_max = end - begin` never gets to `eta_min`, where LinearLR and PolyLR do in the last of their
`end - begin` ticks.

## Configs

```python
# schedule_1x.py, as `Config.fromfile(...).to_dict()` or `.dump("schedule.yaml")` gives it
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.02, momentum=0.9))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type="MultiStepLR", begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1),
]
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=12)
```

```python
>>> from lrsched.compat import mmengine as from_mmengine
>>> config = dict(
...     optim_wrapper=dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.02, momentum=0.9)),
...     param_scheduler=[
...         dict(type="LinearLR", start_factor=0.001, by_epoch=False, begin=0, end=500),
...         dict(type="MultiStepLR", begin=0, end=12, milestones=[8, 11], gamma=0.1),
...     ],
...     train_cfg=dict(type="EpochBasedTrainLoop", max_epochs=12),
... )
>>> from_mmengine.from_config(config, steps_per_epoch=7330)
0.02 * LinearWarmup(499, start=0.001) * MultiStepDecay((58640, 80630))

```

The list alone will do, with `base_lr=`. A step is one iteration.

## What differs

- `eta_min` above 0 (or a cosine past `T_max`, CosineRestartLR, OneCycleLR) while another entry
  changes the rate in the same steps. There: the two are mixed step by step, to something that
  depends on both. Here: refused.
- two OneCycleLR, one after the other. There: the first gets the rates of the second. Here: refused.
- LinearLR with `start_factor=0`, ConstantLR with `factor=0`. There: ZeroDivisionError, at the
  second step and at the last. Here: refused.
- an entry by epoch in an IterBasedTrainLoop. There: stays at its first value for the whole run.
  Here: refused, unless converted.
- ReduceOnPlateauLR. There: follows a metric. Here: refused; `compat.torch.ReduceLROnPlateau` is the
  rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from itertools import zip_longest
from typing import Annotated, Any

from lrsched._core.check import (
    Count,
    PositiveCount,
    Rule,
    checked,
    one_of,
    refusal,
    rule_in,
)
from lrsched._core.schedule import Schedule
from lrsched.compat import _mmengine
from lrsched.compat._config import mapping, needed, read
from lrsched.compat._mmengine import TYPES, Entry, OneCycleLR, Place, Run, Window, named
from lrsched.compat._parts import Rate
from lrsched.shapes import Constant, Product, Sequence, Shift, Take

OWNER = "param_scheduler"
_SUFFIXES = {"lr": "LR", "momentum": "Momentum"}


def _a_type(value: Any) -> str:
    name = named(value)
    if name not in TYPES:
        raise ValueError
    return name


_TYPE = Rule(f"one of {', '.join(map(repr, TYPES))}", _a_type)


@dataclass(frozen=True)
class _Placed:
    """An entry in its place."""

    name: str
    number: int
    entry: Entry
    place: Place
    base: float

    @property
    def moves(self) -> tuple[int, float] | None:
        """The first and the last step that change the value, if any does."""
        moves = self.entry.moves(self.place)
        if moves is None or moves[0] > moves[1]:
            return None
        return self.place.begin + moves[0], self.place.begin + moves[1]

    def meets(self, other: _Placed) -> bool:
        """Whether some of the steps in which they change the value are between each other's."""
        mine, theirs = self.moves, other.moves
        if mine is None or theirs is None:
            return False
        return mine[0] <= theirs[1] and theirs[0] <= mine[1]

    def drawn(self, start: float, origin: int) -> Schedule:
        """Its curve from a value, on the clock of a phase that begins at step `origin`."""
        curve = self.entry.curve(self.place, start, self.base)
        waits = self.place.begin - origin
        if waits > 0 and curve(0) != start:
            return Sequence(Constant(start, steps=waits), curve)
        return Shift(curve, -waits) if waits else curve


def _read(i: int, given: Any) -> tuple[str, Window, Entry]:
    """One entry: its type, the keys that all have, and its own."""
    keys = dict(mapping(OWNER, given, f"entries[{i}]"))
    if "type" not in keys:
        raise ValueError(f"{OWNER}: entries[{i}] has no type")
    given_type = keys.pop("type")
    if "ReduceOnPlateau" in str(given_type):
        rule = "one whose values follow from the step (compat.torch has ReduceLROnPlateau, a rule)"
        raise refusal(ValueError, OWNER, "type", rule, given_type)
    name = _TYPE(OWNER, "type", given_type)
    for field in fields(TYPES[name]):  # type: ignore[arg-type]  # all types are dataclasses
        if field.default is MISSING and field.name not in keys:
            raise ValueError(f"{OWNER}: entries[{i}], {name}, has no {field.name}")
    common = tuple(field.name for field in fields(Window))
    entry = read(TYPES[name], keys, {}, known=common)
    window = read(Window, {key: keys[key] for key in common if key in keys}, {})
    return name, window, entry


def _placed(name: str, window: Window, entry: Entry, run: Run) -> tuple[Entry, Place]:
    """An entry on the clock of iterations, as the peer's runner places it."""
    begin, end = window.begin, window.end
    if window.by_epoch:
        epoch = needed(name, "steps_per_epoch", run.epoch, "its by_epoch is True")
        if end is None:
            end = run.epochs
    else:
        epoch = 1
        if window.convert_to_iter_based:
            rule = "False where by_epoch is"
            raise refusal(ValueError, name, "convert_to_iter_based", rule, True)
        if end is None:
            end = run.iterations
    if window.convert_to_iter_based:
        begin, end = int(begin * epoch), None if end is None else int(end * epoch)
        entry, every = entry.counted(epoch), 1
    else:
        if window.by_epoch and not run.ends:
            raise ValueError(
                f"{name}: it goes by epoch (by_epoch, True by default) in a loop of iterations, "
                "where no epoch ends before the run does"
            )
        begin = rule_in(Count)(name, "begin", begin)
        end = None if end is None else rule_in(Count)(name, "end", end)
        every = epoch
    if end is None and entry.needs_end():
        needed(name, "total_steps", None, "it has no end of its own")
    if end is not None and end <= begin:
        raise ValueError(f"{name}: its end, at {end}, must come after its begin, at {begin}")
    return entry, Place(int(begin) * every, None if end is None else int(end - begin), every)


def _joined(base: float, placed: list[_Placed]) -> Schedule:
    """Phases: each begins with an entry that leads to a value of its own, or with the run."""
    heads: list[_Placed | None] = [None]
    factors: list[_Placed] = []
    for one in sorted((p for p in placed if p.moves), key=lambda p: p.moves or ()):
        met = next((p for p in placed if p is not one and one.meets(p)), None)
        if one.entry.leads and met is None:
            heads.append(one)
        elif one.entry.scales(one.place):
            factors.append(one)
        else:
            raise ValueError(
                f"{OWNER}: entries[{one.number}], {one.name}, must have its steps for itself, but "
                f"entries[{met and met.number}] changes the value too: mmengine mixes the two"
            )
    phases: list[Schedule] = []
    start, origin = base, 0
    for head, after in zip_longest(heads, heads[1:]):
        stop = after.place.begin if after else None
        mine = [
            f
            for f in factors
            if f.moves
            and (not head or f.moves[0] > origin)
            and (stop is None or f.moves[0] <= stop)
        ]
        phase = _phase(head, mine, start, origin)
        if stop is None:
            phases.append(phase)
            break
        if isinstance(phase, Constant):
            phase = Constant(phase.value, steps=stop - origin)
        phases.append(phase if phase.steps == stop - origin else Take(phase, stop - origin))
        start, origin = phase(stop - origin), stop
    phases = [*(phase for phase in phases[:-1] if phase.steps), phases[-1]]
    return Sequence(*phases) if len(phases) > 1 else phases[0]


def _phase(head: _Placed | None, factors: list[_Placed], start: float, origin: int) -> Schedule:
    if head is None and len(factors) == 1:
        return factors[0].drawn(start, origin)
    first = Constant(start) if head is None else head.drawn(start, origin)
    if not factors:
        return first
    return Product(first, *(factor.drawn(1.0, origin) for factor in factors))


@checked
def param_scheduler(
    entries: Any,
    train_cfg: Any = None,
    *,
    of: Annotated[str, one_of(*_SUFFIXES)] = "lr",
    base_lr: Rate | None = None,
    base_momentum: Rate | None = None,
    total_steps: PositiveCount | None = None,
    steps_per_epoch: PositiveCount | None = None,
) -> Schedule:
    """What the entries, one or a list of them, make of the optimizer's rate or momentum.

    >>> warmup = {"type": "LinearLR", "start_factor": 0.001, "by_epoch": False, "end": 500}
    >>> steps = {"type": "MultiStepLR", "end": 12, "milestones": [8, 11]}
    >>> param_scheduler([warmup, steps], base_lr=0.02, steps_per_epoch=7330)
    0.02 * LinearWarmup(499, start=0.001) * MultiStepDecay((58640, 80630))
    """
    lengths = {"total_steps": total_steps, "steps_per_epoch": steps_per_epoch}
    run = read(_mmengine.train_cfg, {} if train_cfg is None else train_cfg, lengths, others=True)
    given = [entries] if isinstance(entries, Mapping) else entries
    if given is None:
        given = []
    if not isinstance(given, (list, tuple)):
        raise refusal(TypeError, OWNER, "entries", "a list of mappings, or one of them", entries)
    name = f"base_{of}"
    base = needed(OWNER, name, {"lr": base_lr, "momentum": base_momentum}[of], _WHY)
    placed: list[_Placed] = []
    initial = base
    for i, (kind, window, entry) in enumerate([_read(i, keys) for i, keys in enumerate(given)]):
        if kind.endswith(_SUFFIXES[of]):
            entry, place = _placed(kind, window, entry, run)
            placed.append(_Placed(kind, i, entry, place, initial))
            if isinstance(entry, OneCycleLR):
                if any(isinstance(other.entry, OneCycleLR) for other in placed[:-1]):
                    raise ValueError(
                        f"{OWNER}: entries[{i}], {kind}, must be the only one: mmengine gives the "
                        "rates of the last to all of them"
                    )
                initial = entry.eta_max / entry.div_factor  # the rate, for those that come after it
    return _joined(base, placed)


_WHY = "the entries multiply the optimizer's"


def from_config(
    config: Any,
    *,
    of: str = "lr",
    base_lr: float | None = None,
    base_momentum: float | None = None,
    total_steps: int | None = None,
    steps_per_epoch: int | None = None,
) -> Schedule:
    """The schedule of a config of mmengine, or of its `param_scheduler` alone.

    Args:
        config: the whole config as a mapping, or the list of entries, or one of them.
        of: "lr", or "momentum" (of Adam, the first of the betas).
        base_lr: the optimizer's rate; by default, the one in `optim_wrapper`.
        base_momentum: its momentum, likewise.
        total_steps: iterations in the whole run; by default, what `train_cfg` says.
        steps_per_epoch: iterations in one pass over the data, for what goes by epoch.

    Raises:
        ValueError: a value that makes no sense, an unknown type or key, a length or a rate that is
            needed and missing, entries that mmengine would mix to something that is no schedule.
        TypeError: a value of another type.

    >>> optimizer = {"type": "AdamW", "lr": 6e-5, "betas": (0.9, 0.999)}
    >>> config = {
    ...     "optim_wrapper": {"type": "OptimWrapper", "optimizer": optimizer},
    ...     "param_scheduler": [
    ...         {"type": "LinearLR", "start_factor": 1e-6, "by_epoch": False, "end": 1500},
    ...         {"type": "PolyLR", "power": 1.0, "by_epoch": False, "begin": 1500, "end": 160_000},
    ...     ],
    ...     "train_cfg": {"type": "IterBasedTrainLoop", "max_iters": 160_000},
    ... }
    >>> from_config(config)
    Sequence(Take(LinearWarmup(1499, start=6e-11, end=6e-05), steps=1500),
             PolynomialDecay(158499, power=1.0, start=6e-05))
    """
    given = {"base_lr": base_lr, "base_momentum": base_momentum}
    entries, loop = config, None
    if isinstance(config, Mapping) and "type" not in config:
        if OWNER not in config:
            raise ValueError(f"{OWNER}: there is no such key in the config, nor a type")
        entries, loop = config[OWNER], config.get("train_cfg")
        scaled = config.get("auto_scale_lr")
        if base_lr is None and isinstance(scaled, Mapping) and scaled.get("enable"):
            needed(OWNER, "base_lr", None, "auto_scale_lr changes the optimizer's")
        for name, value in _of_optimizer(config).items():
            given[name] = value if given[name] is None else given[name]
    return param_scheduler(
        entries, loop, of=of, **given, total_steps=total_steps, steps_per_epoch=steps_per_epoch
    )


def _of_optimizer(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the optimizer's section says of the rate and the momentum."""
    wrapper = config.get("optim_wrapper")
    if not isinstance(wrapper, Mapping) or "optimizer" not in wrapper:
        return {}
    return read(_mmengine.optimizer, wrapper["optimizer"], {}, others=True)
