"""The losses of a range test over its rates, with matplotlib."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from lrsched._core.check import ProperFraction, one_of, refusal, rule_in
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._core.value import public
from lrsched.ask.peaks import Losses, Method, readings, smooth_losses, suggestion
from lrsched.show.arguments import the_axes
from lrsched.show.axes import COLOURS, dress, legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OWNER = "plot_range_test"
_METHODS: tuple[Method, ...] = get_args(Method)
_METHOD = one_of(*_METHODS)


@public
def plot_range_test(
    schedule: Schedule,
    losses: Iterable[Any],
    *,
    methods: Sequence[Method] = _METHODS,
    beta: float = 0.98,
    ax: Axes | None = None,
    title: str | None = None,
    size: tuple[float, float] | None = None,
) -> Axes:
    """The smoothed losses of a range test over its rates, what `suggest_peak` suggests marked.

    Args:
        schedule: what the updates were made at, rising, such as `range_test`.
        losses: one for each update from 0 on, as measured.
        methods: the suggestions to mark, of "valley", "steep", "minimum" and "slide"; none is fine.
        beta: of `smooth_losses`; 0 for losses that have been smoothed already.
        ax: where to draw; by default a new figure, which needs no screen.
        title: above the curve; by default none.
        size: width and height of a new figure, in inches.

    Returns:
        The matplotlib `Axes` with the curve and a dot for each suggestion.

    Raises:
        TypeError, ValueError: as `suggest_peak`, for each of the methods.
        ImportError: matplotlib is not installed.

    >>> import lrsched as lrs
    >>> schedule = lrs.range_test(10.0, 100, start=1e-4)
    >>> losses = [1 / (1 + 10 * schedule(k)) + schedule(k) ** 2 for k in range(80)]
    >>> ax = lrs.plot_range_test(schedule, losses, methods=["valley"])
    >>> ax.get_legend_handles_labels()[1]
    ['valley: 0.01']
    """
    A_SCHEDULE(_OWNER, "schedule", schedule)
    values = rule_in(Losses)(_OWNER, "losses", losses)
    beta = rule_in(ProperFraction)(_OWNER, "beta", beta)
    methods = _each_method(methods)
    seen = readings(_OWNER, schedule, values, beta, methods)
    ax = the_axes(_OWNER, ax, title, size)
    rates, smoothed = schedule(np.arange(len(values))), smooth_losses(values, beta)
    ax.plot(rates, smoothed, color=COLOURS[0])
    for method, colour, dot in zip(methods, COLOURS[1:], "osD^", strict=False):
        rate = suggestion(seen, method)
        loss = np.interp(np.log(rate), np.log(seen.rates), seen.losses)
        ax.plot(rate, loss, dot, color=colour, label=f"{method}: {rate:.3g}", zorder=3)
    ax.set_xscale("log")
    ax.set_xlabel("rate")
    ax.set_ylabel("smoothed loss")
    dress(ax)
    if methods:
        legend(ax)
    return ax


def _each_method(methods: Any) -> tuple[Method, ...]:
    if isinstance(methods, str) or not isinstance(methods, Sequence):
        rule = "a sequence of methods"
        raise refusal(TypeError, _OWNER, "methods", rule, methods)
    return tuple(_METHOD(_OWNER, f"methods[{i}]", method) for i, method in enumerate(methods))
