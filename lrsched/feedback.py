r"""Schedules that listen: rules that turn a metric into a scale, as pure folds.

A schedule knows its step and nothing else; what depends on how training goes is a rule. A rule
keeps nothing itself: `init()` makes a state, `update(state, metric)` the next one, and the learning
rate is `schedule(step) * state.scale`.

## Schedules that listen

```python
>>> import lrsched as lrs
>>> schedule = 0.1 * lrs.CosineDecay(300)
>>> rule = lrs.ReduceOnPlateau(factor=0.5, patience=1)
>>> state = rule.init()
>>> for step, loss in enumerate([0.9, 0.7, 0.7, 0.7, 0.6]):
...     rate = schedule(step) * state.scale        # train with it, then measure the loss
...     state = rule.update(state, loss)
>>> state
PlateauState(scale=0.5, best=0.6, bad=0, cooldown=0)
>>> rule.replay([0.9, 0.7, 0.7, 0.7, 0.6])         # the scale after each metric of a whole run
array([1. , 1. , 1. , 0.5, 0.5])

```

| rule | the scale |
|---|---|
| `ReduceOnPlateau(factor, patience, mode, threshold, threshold_mode, cooldown, min_scale, eps)` | down by a factor when a metric has stopped improving; torch's scheduler, bit for bit |
| `HoldUntil(value, below= \| above=, patience=1, at_most=None)` | a small value until a metric crosses a line, or `at_most` metrics have passed; then 1 |
| `StopOnDivergence(ratio=4, beta=0.98)` | 1 until the smoothed loss is 4 times its lowest, then 0: the end of a range test (`lrsched.ask.peaks`) |
| `Greedy(min_scale, max_scale, factor, patience, ...)` | up while a metric improves, down while it does not; transformers' GreedyLR without its smoothing |

The state is a named tuple of Python numbers: equal by value, picklable, and a pytree to JAX, where
`update` runs under `jit`, `scan` and `vmap`. `rule.save(state)` is a dict for any JSON or
checkpoint format, `rule.restore(saved)` the state again. A state that no run can have left is
refused by name: a scale below 0, infinite or NaN, a count below 0. In a rule of your own, whole
numbers that begin at 0 or above are taken for counts; override `check_state(state)` to say
otherwise:

```python
>>> import json
>>> text = json.dumps(rule.save(state))
>>> rule.restore(json.loads(text)) == state
True

```

In torch, `ScheduleLR` takes a rule beside its schedules (`lrsched.adapters.torch`); JAX compiles
one (`lrsched.adapters.jax`).

`threshold_mode="rel"`, the default, is torch's: its bar is `best * (1 - threshold)`, which for a
best below 0 lies on the wrong side, so that a constant log-likelihood of -2 counts as progress for
ever and nothing is ever reduced. `threshold_mode="magnitude"` is the same above 0 and right below.

Coming from another library, `compat` translates: `compat.torch.ReduceLROnPlateau(base_lr, ...)`,
`compat.keras.ReduceLROnPlateau(base_lr, ...)`, `compat.optax.reduce_on_plateau(...)`,
`compat.transformers.get_scheduler("reduce_lr_on_plateau" | "greedy", base_lr, ...)`. They return
rules, and the rate is `base_lr * state.scale`:

| here | torch | Keras | optax |
|---|---|---|---|
| `patience` | `patience` | `max(patience - 1, 0)` | `patience - 1` |
| `threshold`, `threshold_mode` | the same | `min_delta`, "abs" | `rtol`, "rel", or `atol`, "abs" |
| `cooldown` | `cooldown` | `max(cooldown - 1, 0)` | `cooldown` |
| `min_scale` | `min_lr / lr` | `min_lr / lr` | `min_scale` |
| `eps` | `eps / lr` | 0 | 0 |

Not matched: Keras takes its first metric as the best even if it is NaN or infinite (here, as in
torch and optax, it is no improvement); optax with both tolerances at once, with `patience=0` (it
then reduces at every metric, an improvement too), and with `accumulation_size` (take the mean
before the update).

A rule of your own is a frozen dataclass with a `State` and two methods: `MetricRule` has an example.
"""  # noqa: E501 tables and reprs

import abc
import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import (
    Count,
    Flag,
    Fraction,
    Integer,
    NonNegative,
    OpenFraction,
    Positive,
    PositiveCount,
    ProperFraction,
    Real,
    Rule,
    number_that,
    refusal,
    rule_in,
)
from lrsched._core.value import Value, public, value
from lrsched._engine.functions import functions, speaks


class State(Protocol):
    """What a rule remembers: a named tuple of numbers, `scale` among them."""

    @property
    def scale(self) -> float: ...

    def _asdict(self) -> dict[str, Any]: ...


StateT = TypeVar("StateT", bound=State)


@public
class MetricRule(Value, Generic[StateT]):
    """A fold of metrics into a scale.

    Subclass it as a frozen dataclass with `State`, a `NamedTuple` of numbers with a `scale`, and
    two methods: `init()`, the state before the first metric, and `fold(state, metric, xp)`, the
    next one, where `xp` has the functions for numbers or arrays like the metric: `xp.where`,
    `xp.minimum`, `xp.maximum`, ...

    >>> from dataclasses import dataclass
    >>> from typing import NamedTuple
    >>> import lrsched as lrs
    >>> class Loss(NamedTuple):
    ...     scale: float = 1.0
    ...     last: float = float("inf")
    >>> @dataclass(frozen=True)
    ... class BoldDriver(lrs.MetricRule):
    ...     up: float = 1.05
    ...     down: float = 0.5
    ...     State = Loss
    ...     def init(self):
    ...         return Loss()
    ...     def fold(self, state, metric, xp):
    ...         factor = xp.where(metric < state.last, self.up, self.down)
    ...         return Loss(state.scale * factor, metric)
    >>> BoldDriver().replay([3, 2, 2.5])
    array([1.05   , 1.1025 , 0.55125])
    """

    noun = "rule"
    State: ClassVar[Any]

    @abc.abstractmethod
    def init(self) -> StateT:
        """The state before the first metric, in Python numbers."""

    @abc.abstractmethod
    def fold(self, state: StateT, metric: Any, xp: Any) -> StateT:
        """The state after a metric, written with operators and the functions of xp."""

    def update(self, state: StateT, metric: Any) -> StateT:
        """The state after a metric.

        An array that names its own library, such as a JAX array or tracer, gives a state of such
        arrays, under `jit`, `scan` and `vmap` as well. Any other metric, a torch tensor included,
        is read as a Python number.

        Args:
            state: of `init`, `update` or `restore` of such a rule.
            metric: a number, or an array of no dimensions; NaN and infinities are numbers here.

        Raises:
            TypeError: the state belongs to another kind of rule, or the metric is no number.

        >>> import lrsched as lrs
        >>> rule = lrs.ReduceOnPlateau(patience=0)
        >>> rule.update(rule.update(rule.init(), 0.7), 0.8)
        PlateauState(scale=0.1, best=0.7, bad=0, cooldown=0)
        """
        return self._next(state, metric, "metric")

    def replay(self, metrics: Iterable[Any]) -> NDArray[np.float64]:
        """The scale after each metric of a whole run.

        Args:
            metrics: numbers, in order.

        Raises:
            TypeError: one of them is no number.

        >>> import lrsched as lrs
        >>> lrs.ReduceOnPlateau(factor=0.5, patience=1).replay([3, 2, 2, 2, 2, 2])
        array([1.  , 1.  , 1.  , 0.5 , 0.5 , 0.25])
        """
        state, scales = self.init(), []
        for i, metric in enumerate(metrics):
            state = self._next(state, metric, f"metrics[{i}]")
            scales.append(float(state.scale))
        return np.array(scales, dtype=float)

    def save(self, state: StateT) -> dict[str, Any]:
        """The state as a dict that any JSON or checkpoint format can hold.

        JSON has no number for an infinity: it is written as a string.

        Raises:
            TypeError: the state belongs to another kind of rule.

        >>> import json
        >>> import lrsched as lrs
        >>> rule = lrs.ReduceOnPlateau()
        >>> text = json.dumps(rule.save(rule.init()))
        >>> text
        '{"scale": 1.0, "best": "inf", "bad": 0, "cooldown": 0}'
        >>> rule.restore(json.loads(text)) == rule.init()
        True
        """
        self._own(state)
        entries = self._plain({name: _item(value) for name, value in state._asdict().items()})
        return {
            name: value if math.isfinite(value) else str(value) for name, value in entries.items()
        }

    def restore(self, saved: Mapping[str, Any]) -> StateT:
        """The state that `save` wrote.

        Raises:
            TypeError, ValueError: an entry is missing, unknown, or not what it must be, such as a
                scale that is negative or NaN, or a count below 0.
        """
        names = self.State._fields
        if not isinstance(saved, Mapping) or set(saved) != set(names):
            kind = ValueError if isinstance(saved, Mapping) else TypeError
            rule = f"a mapping with the keys {', '.join(names)}"
            raise refusal(kind, type(self).__name__, "saved", rule, saved)
        entries = {
            name: float(value) if isinstance(value, str) and value in _NOT_IN_JSON else value
            for name, value in saved.items()
        }
        state = self.State(**self._plain(entries))
        self.check_state(state)
        return state  # type: ignore[no-any-return]

    def check_state(self, state: StateT) -> None:
        """Raise what no run of this rule could have left behind.

        By default a scale that is no number, infinite or negative, and a count below 0: a whole
        number that begins at 0 or above is taken for one.
        """
        owner = type(self).__name__
        rule_in(NonNegative)(owner, "scale", state.scale)
        for name, first in self.init()._asdict().items():
            if type(first) is int and first >= 0:
                rule_in(Count)(owner, name, getattr(state, name))

    def _next(self, state: StateT, metric: Any, name: str) -> StateT:
        self._own(state)
        metric = METRIC(type(self).__name__, name, metric)
        return self.fold(state, metric, functions(metric, *state._asdict().values()))

    def _own(self, state: Any) -> None:
        if not isinstance(state, self.State):
            rule = "a state of this rule"
            raise refusal(TypeError, type(self).__name__, "state", rule, state)

    def _plain(self, entries: Mapping[str, Any]) -> dict[str, Any]:
        """The entries as Python numbers, each of the type it has in the first state."""
        return {
            name: _NUMBERS[type(first)](type(self).__name__, name, entries[name])
            for name, first in self.init()._asdict().items()
        }


def _accept_metric(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_, np.complexfloating)) or getattr(value, "shape", ()) != ():
        raise TypeError
    if speaks(value):
        return value
    if not hasattr(value, "__float__"):
        raise TypeError
    return float(value)


def _item(value: Any) -> Any:
    """An array of one number as that number."""
    return value.item() if hasattr(value, "item") else value


METRIC = Rule("a number", _accept_metric)
_NOT_IN_JSON = ("inf", "-inf", "nan")
_NUMBERS: dict[type, Rule] = {
    float: METRIC,
    int: rule_in(Integer),
    bool: rule_in(Flag),
}


class _Improving(MetricRule[StateT]):
    """A rule that compares each metric with the best so far."""

    mode: Literal["min", "max"]
    threshold: NonNegative
    threshold_mode: Literal["rel", "abs", "magnitude"]

    def check(self) -> None:
        if self.threshold_mode == "magnitude" and self.threshold >= 1:
            rule = 'below 1 with threshold_mode="magnitude"'
            raise refusal(ValueError, type(self).__name__, "threshold", rule, self.threshold)

    def check_state(self, state: StateT) -> None:
        super().check_state(state)
        best: float = state.best  # type: ignore[attr-defined]
        if math.isnan(best):  # which nothing is better than
            raise refusal(ValueError, type(self).__name__, "best", "a number, not NaN", best)

    @property
    def worst(self) -> float:
        """What every finite metric is better than."""
        return math.inf if self.mode == "min" else -math.inf

    def better(self, metric: Any, best: Any, xp: Any) -> Any:
        """Whether a metric beats the best by more than the threshold; NaN never does."""
        margin = self.threshold if self.mode == "max" else -self.threshold
        if self.threshold_mode == "abs":
            bar = best + margin
        elif self.threshold_mode == "rel":
            bar = best * (1 + margin)
        else:
            bar = best * xp.where(best > 0, 1 + margin, 1 - margin)
        return metric > bar if self.mode == "max" else metric < bar


@public
class PlateauState(NamedTuple):
    """What `ReduceOnPlateau` remembers.

    `scale` is the factor so far, `best` the best metric, `bad` counts the metrics in a row that
    were no better, and `cooldown` those still to be ignored.
    """

    scale: float
    best: float
    bad: int = 0
    cooldown: int = 0


@value
class ReduceOnPlateau(_Improving[PlateauState]):
    """Down by a factor when a metric has stopped improving.

    Step for step what torch's scheduler does to a learning rate of 1.

    Formula: scale = max(scale * factor, min_scale) after more than `patience` metrics in a row
    that are no better than the best. Better is, in mode "min", metric < bar, and in mode "max",
    metric > bar, with the minus and the plus of

    - "rel": bar = best * (1 -+ threshold). As in torch, and wrong for metrics below 0: there the
      bar is worse than the best, a constant counts as progress, and the scale never falls;
    - "abs": bar = best -+ threshold;
    - "magnitude": bar = best -+ threshold * |best|, which is "rel" for metrics above 0, and right
      below.

    Args:
        factor: of each reduction, above 0 and below 1.
        patience: metrics in a row without improvement that are borne; one more reduces.
        mode: "min" for a loss, "max" for an accuracy.
        threshold: by how much a metric must beat the best; below 1 with "magnitude".
        threshold_mode: "rel", "abs" or "magnitude".
        cooldown: metrics after a reduction that do not count as bad.
        min_scale: the scale is never reduced below it.
        eps: a reduction by no more than this is left out.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: `torch.optim.lr_scheduler.ReduceLROnPlateau`; the schedule by hand of He et al. 2015
    (arXiv:1512.03385), section 3.4.

    >>> import lrsched as lrs
    >>> rule = lrs.ReduceOnPlateau(factor=0.5, patience=1, mode="max")
    >>> rule.replay([0.5, 0.6, 0.6, 0.6, 0.7, 0.5, 0.4])
    array([1.  , 1.  , 1.  , 0.5 , 0.5 , 0.5 , 0.25])
    >>> lrs.ReduceOnPlateau(patience=0).replay([-2, -2, -2])  # torch's "rel", below 0
    array([1., 1., 1.])
    >>> lrs.ReduceOnPlateau(patience=0, threshold_mode="magnitude").replay([-2, -2, -2])
    array([1.  , 0.1 , 0.01])
    """

    factor: OpenFraction = 0.1
    patience: Count = 10
    mode: Literal["min", "max"] = "min"
    threshold: NonNegative = 1e-4
    threshold_mode: Literal["rel", "abs", "magnitude"] = "rel"
    cooldown: Count = 0
    min_scale: Fraction = 0.0
    eps: NonNegative = 1e-8

    State = PlateauState

    def init(self) -> PlateauState:
        return PlateauState(1.0, self.worst)

    def fold(self, state: PlateauState, metric: Any, xp: Any) -> PlateauState:
        better = self.better(metric, state.best, xp)
        bad = xp.where(better | (state.cooldown > 0), 0, state.bad + 1)
        over = bad > self.patience
        lower = xp.maximum(state.scale * self.factor, self.min_scale)
        return PlateauState(
            scale=xp.where(over & (state.scale - lower > self.eps), lower, state.scale),
            best=xp.where(better, metric, state.best),
            bad=xp.where(over, 0, bad),
            cooldown=xp.where(over, self.cooldown, xp.maximum(state.cooldown - 1, 0)),
        )


@public
class HoldState(NamedTuple):
    """What `HoldUntil` remembers.

    `scale` is the held value or 1, `released` which of the two, `crossed` counts the metrics in a
    row beyond the line, and `seen` all metrics.
    """

    scale: float
    released: bool = False
    crossed: int = 0
    seen: int = 0


@value
class HoldUntil(MetricRule[HoldState]):
    """A small scale until a metric crosses a line, then 1 for good.

    Formula: value until `patience` metrics in a row are < below (or > above), or `at_most` metrics
    have been seen; then 1.

    Args:
        value: the scale that is held, non-negative.
        below: release when the metric falls below this; or
        above: release when it rises above this.
        patience: metrics in a row that must lie beyond the line.
        at_most: release after this many metrics in any case; None for no bound.

    Raises:
        TypeError, ValueError: an argument is not what is said above; both or neither of below and
            above.

    Source: the warmup of the ResNet with 110 layers in He et al. 2015 (arXiv:1512.03385), section
    4.2: a learning rate of 0.01 until the training error is below 80 %, then 0.1.

    >>> import lrsched as lrs
    >>> warmup = lrs.HoldUntil(0.1, below=0.8, at_most=500)
    >>> 0.1 * warmup.replay([0.9, 0.85, 0.79, 0.81])
    array([0.01, 0.01, 0.1 , 0.1 ])
    """

    value: NonNegative
    below: Real | None = None
    above: Real | None = None
    patience: PositiveCount = 1
    at_most: PositiveCount | None = None

    State = HoldState

    def check(self) -> None:
        if (self.below is None) == (self.above is None):
            rule = "the one line to cross, or above"
            raise refusal(ValueError, "HoldUntil", "below", rule, (self.below, self.above))

    def init(self) -> HoldState:
        return HoldState(self.value)

    def fold(self, state: HoldState, metric: Any, xp: Any) -> HoldState:
        beyond = metric > self.above if self.below is None else metric < self.below
        crossed = xp.where(beyond, state.crossed + 1, 0)
        seen = state.seen + 1
        released = (crossed >= self.patience) | state.released
        if self.at_most is not None:
            released = released | (seen >= self.at_most)
        return HoldState(xp.where(released, 1.0, self.value), released, crossed, seen)


@public
class GreedyState(NamedTuple):
    """What `Greedy` remembers.

    `scale` is the factor so far, `best` the best metric, `good` and `bad` count metrics in a row,
    `rest` those still to be ignored, and `stuck` the reductions that found the scale at its lowest.
    """

    scale: float
    best: float
    good: int = 0
    bad: int = 0
    rest: int = 0
    stuck: int = 0


@value
class Greedy(_Improving[GreedyState]):
    """Up by a factor while a metric keeps improving, down by it when it does not.

    Step for step what GreedyLR does to a learning rate of 1, without its smoothing: a rule takes
    the metric it is given, so a moving average is taken before.

    Formula: scale = min(scale / factor, max_scale) after more than `patience` better metrics in a
    row, max(scale * factor, min_scale) after as many others. Better is as in `ReduceOnPlateau`.
    All starts again from 1 after `reset_after` reductions at `min_scale`.

    Args:
        min_scale: the scale is never reduced below it; from 0 to 1.
        max_scale: the scale is never increased above it; at least 1.
        factor: of each change, above 0 and below 1.
        patience: metrics in a row, of one kind, that change nothing; one more does.
        mode: "min" for a loss, "max" for an accuracy.
        threshold: by how much a metric must beat the best; below 1 with "magnitude".
        threshold_mode: "rel", "abs" or "magnitude".
        cooldown: metrics that are ignored after a reduction.
        warmup: metrics that are ignored after an increase.
        reset_after: reductions without effect, no increase between them, until the reset.
        eps: a change by no more than this is left out.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: GreedyLR (arXiv:2512.14527), as in transformers' `GreedyLR`.

    >>> import lrsched as lrs
    >>> rule = lrs.Greedy(min_scale=0.1, max_scale=4, factor=0.5, patience=1)
    >>> rule.replay([5, 4, 3, 2, 2, 2, 2, 2])
    array([1., 2., 2., 4., 4., 2., 2., 1.])
    """

    min_scale: Fraction
    max_scale: Positive
    factor: OpenFraction = 0.95
    patience: Count = 10
    mode: Literal["min", "max"] = "min"
    threshold: NonNegative = 1e-6
    threshold_mode: Literal["rel", "abs", "magnitude"] = "abs"
    cooldown: Count = 0
    warmup: Count = 0
    reset_after: PositiveCount = 500
    eps: NonNegative = 1e-8

    State = GreedyState

    def check(self) -> None:
        super().check()
        if self.max_scale < 1:
            raise refusal(ValueError, "Greedy", "max_scale", "at least 1", self.max_scale)

    def init(self) -> GreedyState:
        return GreedyState(1.0, self.worst)

    def fold(self, state: GreedyState, metric: Any, xp: Any) -> GreedyState:
        awake = state.rest == 0
        better = self.better(metric, state.best, xp) & awake
        good = xp.where(better, state.good + 1, 0)
        bad = xp.where((good == 0) & awake, state.bad + 1, 0)
        rise, fall = good > self.patience, bad > self.patience
        higher = xp.minimum(state.scale / self.factor, self.max_scale)
        lower = xp.maximum(state.scale * self.factor, self.min_scale)
        scale = xp.where(rise & (higher - state.scale > self.eps), higher, state.scale)
        scale = xp.where(fall & (state.scale - lower > self.eps), lower, scale)
        stuck = state.stuck + xp.where(fall & (scale <= self.min_scale), 1, 0)
        reset = stuck >= self.reset_after
        change = rise | fall
        rest = xp.where(fall, self.cooldown, xp.maximum(state.rest - 1, 0))
        return GreedyState(
            scale=xp.where(reset, 1.0, scale),
            best=xp.where(reset, self.worst, xp.where(better, metric, state.best)),
            good=xp.where(change, 0, good),
            bad=xp.where(change, 0, bad),
            rest=xp.where(rise, self.warmup, rest),
            stuck=xp.where(rise | reset, 0, stuck),
        )


def averaged(average: Any, metric: Any, beta: float) -> Any:
    """One step of an exponential moving average that begins at 0; without beta, the metric."""
    return average + (1 - beta) * (metric - average) if beta else metric


def unbiased(average: Any, beta: float, seen: Any) -> Any:
    """A moving average of so many metrics, as if it had not begun at 0."""
    return average / (1 - beta**seen)


@public
class DivergenceState(NamedTuple):
    """What `StopOnDivergence` remembers.

    `scale` is 1 until the run diverges and 0 from then on, `average` the moving average of the
    losses before its bias is taken out (minus infinity after a NaN), `best` the lowest smoothed
    loss, and `seen` counts losses.
    """

    scale: float
    average: float
    best: float
    seen: int = 0


@value
class StopOnDivergence(MetricRule[DivergenceState]):
    """A scale of 1 until the smoothed loss is several times its lowest, then 0 for good.

    What ends a range test: the loop that sees a scale of 0 stops. There is no warmup but that of
    the average, and the update whose loss diverged has been made. As in fastai, a loss that is NaN
    stops nothing, and a smoothed loss below 0 stops at once.

    Formula: m_k = m_(k-1) + (1 - beta) (loss_k - m_(k-1)) from m_0 = 0; s_k = m_k / (1 - beta^k)
    is the smoothed loss, and the scale is 0 from the first k at which s_k > ratio * min(s_1..s_k).

    Args:
        ratio: to the lowest smoothed loss, above 1.
        beta: of the moving average; 0 for losses as they are.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: fastai's `LRFinder`, whose ratio of 4 and beta of 0.98 are not to be chosen; the rate
    range test of Smith 2015 (arXiv:1506.01186), section 3.3.

    >>> import lrsched as lrs
    >>> rule = lrs.StopOnDivergence(beta=0.5)
    >>> rule.replay([2.0, 1.0, 1.0, 4.0, 20.0, 1.0])
    array([1., 1., 1., 1., 0., 0.])
    """

    ratio: Annotated[float, number_that("a finite number above 1", lambda x: x > 1)] = 4.0
    beta: ProperFraction = 0.98

    State = DivergenceState

    def init(self) -> DivergenceState:
        return DivergenceState(1.0, 0.0, math.inf)

    def fold(self, state: DivergenceState, metric: Any, xp: Any) -> DivergenceState:
        seen = state.seen + 1
        average = averaged(state.average, metric, self.beta)
        smooth = unbiased(average, self.beta, seen)
        best = xp.where(smooth < state.best, smooth, state.best)
        over = (smooth > self.ratio * best) | (state.scale == 0)
        # A state with a NaN equals none; minus infinity has as little effect, and stays as well.
        average = xp.where(average == average, average, -math.inf)
        return DivergenceState(xp.where(over, 0.0, 1.0), average, best, seen)

    def check_state(self, state: DivergenceState) -> None:
        super().check_state(state)
        if math.isnan(state.best):  # which nothing is lower than
            raise refusal(ValueError, "StopOnDivergence", "best", "a number, not NaN", state.best)
