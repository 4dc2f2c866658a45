"""The rate that the losses of a range test speak for, as fastai suggests it.

## A run on real digits

Softmax regression on the handwritten digits that ship inside scikit-learn, in plain NumPy; the
schedule is called in the loop (a test runs it):

```python
import numpy as np
import lrsched as lrs

schedule = 60 * lrs.Sequence(lrs.LinearWarmup(100), lrs.CosineDecay(900))


def train(images, labels, schedule, seed):
    random = np.random.default_rng(seed)
    weights = np.zeros((images.shape[1], 10))
    for step in range(1000):
        batch = random.integers(len(images), size=32)
        error = softmax(images[batch] @ weights) - np.eye(10)[labels[batch]]
        weights -= schedule(step) * images[batch].T @ error / 32
    return weights
```

Measured over ten seeds: the loss on the 1,437 images trained on (mean and worst run) and the errors
on the 360 held out, for a constant rate and for a warmup of 100 steps followed by a cosine of 900
with that rate as its peak.

| rate | constant: loss | worst | errors | warmup + cosine: loss | worst | errors |
|---|---|---|---|---|---|---|
| 3 | 0.053 | 0.063 | 3.3 % | 0.068 | 0.069 | 3.3 % |
| 10 | 0.034 | 0.116 | 3.8 % | 0.026 | 0.030 | 3.4 % |
| 30 | 0.106 | 0.293 | 4.6 % | 0.034 | 0.040 | 3.6 % |
| 60 | 0.211 | 0.516 | 4.4 % | 0.065 | 0.080 | 3.6 % |
| 100 | 0.622 | 3.094 | 4.5 % | 0.109 | 0.132 | 3.7 % |

At 60 and above a constant rate no longer settles, while warmup and cosine still train from the same
peak: 3 to 6 times less loss, and fewer errors. At 3, where a constant rate is not too high, the
schedule wins nothing.

## Finding the peak

A range test raises the rate from update to update until the loss explodes. `StopOnDivergence` says
when, and `suggest_peak` reads the rate off the losses as fastai's `lr_find` does; here on the same
digits, with the `train` and `softmax` of above:

```python
def range_test(images, labels, seed):
    schedule, rule = lrs.range_test(1000.0, 200, start=1e-3), lrs.StopOnDivergence()
    random = np.random.default_rng(seed)
    weights, losses, state = np.zeros((images.shape[1], 10)), [], rule.init()
    for step in range(200):
        batch = random.integers(len(images), size=32)
        guess, right = softmax(images[batch] @ weights), np.eye(10)[labels[batch]]
        losses.append(-np.log((guess * right).sum(axis=1)).mean())
        state = rule.update(state, losses[-1])
        if state.scale == 0:  # 4 times the lowest smoothed loss
            break
        weights -= schedule(step) * images[batch].T @ (guess - right) / 32
    return schedule, losses


tested, losses = range_test(images, labels, seed=0)
peak = lrs.suggest_peak(tested, losses, method="slide")
schedule = peak * lrs.Sequence(lrs.LinearWarmup(100), lrs.CosineDecay(900))
weights = train(images, labels, schedule, seed=0)
lrs.plot_range_test(tested, losses)  # loss over rate, the four suggestions marked
```

Measured over ten seeds, with the peak that each seed's range test suggests:

| method | peaks | loss | worst | errors |
|---|---|---|---|---|
| "valley" (fastai's own choice) | 0.10 to 0.19 | 0.363 | 0.408 | 4.8 % |
| "minimum" | 0.28 to 0.60 | 0.204 | 0.231 | 3.5 % |
| "slide" | 0.81 to 4.6 | 0.099 | 0.136 | 3.3 % |
| "steep" | 1.5 to 16 | 0.080 | 0.100 | 3.4 % |

A suggestion is where to begin, and no promise: the best of the peaks in the table above, 10, is
higher than nearly all of these. Losses recorded elsewhere do as well; those that have been
smoothed, with `beta=0`.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import ProperFraction, Rule, checked, refusal
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.ask.questions import ASchedule
from lrsched.feedback import METRIC, averaged, unbiased

# The last losses of a run, which fastai leaves out.
_LAST = 5

# `slide` compares slopes so many updates apart, and takes them for the same up to this.
_APART = 15
_ALIKE = np.float32(0.005)


def _accept_losses(values: Any) -> tuple[float, ...]:
    if isinstance(values, (str, bytes, dict, set, frozenset)) or not isinstance(values, Iterable):
        raise TypeError
    if len(getattr(values, "shape", (0,))) != 1:
        raise ValueError
    return tuple(float(METRIC.accept(value)) for value in values)


Losses = Annotated[Iterable[Any], Rule("a sequence of numbers", _accept_losses)]
Method = Literal["valley", "steep", "minimum", "slide"]


@public
@checked
def smooth_losses(losses: Losses, beta: ProperFraction = 0.98) -> NDArray[np.float64]:
    """Losses as a moving average that is right from the first one on.

    Formula: m_k = m_(k-1) + (1 - beta) (loss_k - m_(k-1)) from m_0 = 0, and m_k / (1 - beta^k) is
    returned for k = 1, 2, ... All is NaN from a loss on that is NaN.

    Args:
        losses: numbers, in order.
        beta: the share of the average that each step keeps; 0 for the losses as they are.

    Raises:
        TypeError, ValueError: an argument is not what is said above.

    Source: `AvgSmoothLoss`, which fastai's recorder keeps; the correction is that of Adam, Kingma
    & Ba 2014 (arXiv:1412.6980), section 3.

    >>> import lrsched as lrs
    >>> lrs.smooth_losses([4, 1, 1, 1], beta=0.5)
    array([4.        , 2.        , 1.42857143, 1.2       ])
    """
    average, smoothed = 0.0, []
    for seen, loss in enumerate(losses, 1):
        average = averaged(average, loss, beta)
        smoothed.append(unbiased(average, beta, seen))
    return np.array(smoothed, dtype=float)


@public
@checked
def suggest_peak(
    schedule: ASchedule, losses: Losses, method: Method = "valley", beta: ProperFraction = 0.98
) -> float:
    """The rate that the losses of a range test speak for: fastai's four suggestions.

    Loss k is that of the batch which update k, made at the rate schedule(k), was worked out from.
    A run that was stopped has fewer losses than its schedule has steps. They are smoothed first,
    and looked at from step N // 10 on, where N is the schedule's length (without one, the number
    of losses), up to a NaN and without the last five.

    Formula: with s the smoothed losses and e the rates that are looked at,

    - "valley": e[i] two thirds into the longest valley: the longest strictly falling subsequence
      of s, of n losses and ending at j, gives i = j - n + floor(n / 3) + floor(n / 6); without
      one, where no loss is lower than one before it, e[0];
    - "steep": e[i] where (s[i+1] - s[i]) / (ln e[i+1] - ln e[i]) is lowest;
    - "minimum": e[i] / 10 where s[i] is lowest;
    - "slide": from the end, the slope of s (in losses per update) is compared with the slope 15
      updates before, and e[i] is that of the earlier one at the last place in a row where they
      differ by more than 0.005; it does not see the rates, so losses of another scale have another
      suggestion.

    As in fastai, losses are compared in float32, and "valley" returns the last rate where its
    longest is two losses at the very start. Each is a starting point, and none a promise.

    Args:
        schedule: what the updates were made at, rising, such as `range_test`.
        losses: one for each update from 0 on, as measured; NaN and infinities are numbers here.
        method: "valley", "steep", "minimum" or "slide".
        beta: of `smooth_losses`; 0 for losses that have been smoothed already.

    Returns:
        A rate, as a Python float.

    Raises:
        TypeError, ValueError: an argument is not what is said above; there are more losses than
            updates; fewer than the method needs (one, "steep" two, "slide" 16) are looked at; or
            the schedule does not rise, above 0, over them.

    Source: `lr_find` in fastai's `callback/schedule.py`, 2.8; range tests are those of Smith 2015
    (arXiv:1506.01186), section 3.3.

    >>> import lrsched as lrs
    >>> schedule = lrs.range_test(10.0, 100, start=1e-4)
    >>> losses = [1 / (1 + 10 * schedule(k)) + schedule(k) ** 2 for k in range(80)]
    >>> round(lrs.suggest_peak(schedule, losses), 4)
    0.01
    >>> round(lrs.suggest_peak(schedule, losses, "minimum"), 4)
    0.0501
    """
    seen = readings("suggest_peak", schedule, losses, beta, (method,))
    return suggestion(seen, method)


class Readings(NamedTuple):
    """What a suggestion looks at."""

    rates: NDArray[np.float64]
    losses: NDArray[np.float32]


def readings(
    owner: str, schedule: Schedule, losses: Any, beta: float, methods: Iterable[Method]
) -> Readings:
    """The rates and smoothed losses that are neither first nor last, as many as methods need."""
    most = None if schedule.steps is None else schedule.steps + 1
    if most is not None and len(losses) > most:
        rule = f"one for each update from 0 to {schedule.steps} at most, not {len(losses)}"
        raise refusal(ValueError, owner, "losses", rule, losses)
    first = (len(losses) if schedule.steps is None else schedule.steps) // 10
    with np.errstate(over="ignore"):
        kept = smooth_losses(losses, beta)[first:-_LAST].astype(np.float32)
    nan = np.isnan(kept)
    kept = kept[: int(nan.argmax()) if nan.any() else None]
    for method in methods:
        if len(kept) < _LEAST[method]:
            rule = (
                f'at least {_LEAST[method]} for "{method}" without the first {first}, the last '
                f"{_LAST} and all from a NaN on, not {len(kept)}"
            )
            raise refusal(ValueError, owner, "losses", rule, losses)
    rates = schedule(np.arange(len(losses)))
    if not (np.diff(rates) > 0).all() or rates[first] <= 0:
        rule = f"rising, above 0, over the updates 0 to {len(losses) - 1}"
        raise refusal(ValueError, owner, "schedule", rule, schedule)
    return Readings(rates[first : first + len(kept)], kept)


def suggestion(seen: Readings, method: Method) -> float:
    with np.errstate(invalid="ignore"):  # infinite losses
        return float(_METHODS[method](*seen))


def _valley(rates: NDArray[np.float64], losses: NDArray[np.float32]) -> float:
    # lowest[n]: minus the least that a falling subsequence of n + 1 losses could end in so far.
    lowest: list[float] = []
    lengths = []
    for loss in losses.tolist():
        length = bisect.bisect_left(lowest, -loss)
        lowest[length : length + 1] = [-loss]
        lengths.append(length + 1)
    longest = max(lengths)
    if longest == 1:
        return float(rates[0])
    start = lengths.index(longest) - longest
    return float(rates[start + longest // 3 + longest // 6])


def _steep(rates: NDArray[np.float64], losses: NDArray[np.float32]) -> float:
    slopes = np.diff(losses.astype(float)) / np.diff(np.log(rates))
    return float(rates[slopes.argmin()])


def _minimum(rates: NDArray[np.float64], losses: NDArray[np.float32]) -> float:
    return float(rates[losses.argmin()] / 10)


def _slide(rates: NDArray[np.float64], losses: NDArray[np.float32]) -> float:
    slopes = np.gradient(losses)
    differ = abs(slopes[_APART:] - slopes[:-_APART]) > _ALIKE
    i = len(differ) - 1
    while i > 0 and differ[i] and differ[i - 1]:
        i -= 1
    return float(rates[i])


_METHODS: dict[str, Callable[[NDArray[np.float64], NDArray[np.float32]], float]] = {
    "valley": _valley,
    "steep": _steep,
    "minimum": _minimum,
    "slide": _slide,
}
_LEAST = {"valley": 1, "steep": 2, "minimum": 1, "slide": _APART + 1}
