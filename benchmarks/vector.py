"""What does a whole run cost, as one array?"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks import measure, peers
from benchmarks.measure import Report, loop, same, skip

CURVE = peers.Curve()
SIZES = {1000: 1.5, 10**5: 1.1, 10**6: 1.1, 10**7: 1.1}
REFERENCE = "hand-fused, in chunks"


def spread(n: int) -> Any:
    """n steps of the whole run, in order; of a longer run than the schedule, if n is large."""
    return np.arange(n) * CURVE.total // n


def sizes(report: Report) -> None:
    ours, hand, line = CURVE.ours(), peers.fused(CURVE), peers.naive(CURVE)
    jitted = optax()
    for n, target in SIZES.items():
        t = spread(n)
        functions: dict[str, Callable[[Any], Any]] = {
            REFERENCE: hand,
            "lrsched": ours,
            "naive np.where": line,
        }
        runners: dict[str, measure.Runner] = {
            name: (partial(function, t), n) for name, function in functions.items()
        }
        for name, (run, _) in runners.items():
            same(name, run(), hand(t), rtol=1e-12)
        for name, (function, steps, rtol) in jitted(t).items():
            same(name, function(steps), hand(t), rtol)
            runners[name] = (partial(finished, function, steps), n)
        report.race("sorted int64 steps", runners, {"lrsched": target}, steps=n)


def finished(function: Callable[[Any], Any], steps: Any) -> Any:
    """JAX answers before it is done."""
    return function(steps).block_until_ready()


def optax() -> Callable[[Any], dict[str, tuple[Callable[[Any], Any], Any, float]]]:
    try:
        import jax
    except ImportError as error:
        skip("optax", error)
        return lambda t: {}
    jax.config.update("jax_enable_x64", True)
    jitted = peers.optax_jit(CURVE).call

    def runners(t: Any) -> dict[str, tuple[Callable[[Any], Any], Any, float]]:
        whole, single = jax.numpy.asarray(t), jax.numpy.asarray(t, "int32")
        return {
            "optax, jit, float64": (jitted, whole, 1e-12),
            "optax, jit, float32": (jitted, single.astype("float32"), 1e-4),
        }

    return runners


def small(report: Report) -> None:
    """A fixed cost must not make a few steps dearer than a loop over them."""
    ours = CURVE.ours()
    for n in (1, 10, 50):  # one step of an array: the fixed cost in nanoseconds, at most 20,000
        t = spread(n)
        runners = {"lrsched, a loop over the steps": loop(ours, t.tolist())}
        runners["lrsched"] = (partial(ours, t), n)
        targets = {"lrsched": 1.0} if n > 1 else {}
        report.race("a few steps, by a loop", runners, targets, steps=n)


def orders(report: Report) -> None:
    """The same million steps, however they come."""
    ours, line, n = CURVE.ours(), peers.naive(CURVE), 10**6
    t = spread(n)
    shuffled = np.random.default_rng(0).permutation(t)
    ways = {
        "sorted": t,
        "shuffled": shuffled,
        "reversed": t[::-1],
        "strided": np.repeat(t, 2)[::2],
        "2-d, transposed": t.reshape(1000, 1000).T,
        "float64": t.astype(float),
        "range": range(n),
    }
    for name, steps in ways.items():
        array = np.asarray(steps)
        runners = {
            f"naive np.where, {name}": (partial(line, array), n),
            f"lrsched, {name}": (partial(ours, steps), n),
        }
        same(name, ours(steps), line(array), rtol=1e-12)
        targets = {f"lrsched, {name}": 1.0}
        report.race("in any order, by naive np.where", runners, targets)


def one_by_one(peer: peers.Peer, t: Any) -> Any:
    return np.array([peer.scale * peer.call(step) for step in t.tolist()])


def looped(report: Report) -> None:
    """Peers that know one step at a time."""
    n = 10**4
    t = spread(n)
    ours = CURVE.ours()
    runners = {"lrsched, the array": (partial(ours, t), n)}
    for name, peer in peers.available(peers.ON_NUMBERS, CURVE).items():
        runners[name] = (partial(one_by_one, peer, t), n)
        same(name, one_by_one(peer, t), ours(t))
    report.race("10,000 steps, with peers that take one at a time", runners)


def memory(report: Report) -> None:
    """The peak of what is allocated, the output included, by the output."""
    functions: dict[str, Callable[[Any], Any]] = {
        "lrsched": CURVE.ours(),
        REFERENCE: peers.fused(CURVE),
    }
    functions["naive np.where"] = peers.naive(CURVE)
    for n in (10**5, 10**6, 10**7):
        t = spread(n)
        for name, function in functions.items():
            function(t[:10])
            tracemalloc.start()
            function(t)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            target = {"target": 1.1} if name == "lrsched" else {}
            report.add("peak memory by the output's", name, steps=n, ratio=peak / (8 * n), **target)


def fill(report: Report) -> None:
    sizes(report)
    small(report)
    orders(report)
    looped(report)
    memory(report)


def draw(report: Report, axes: Any) -> None:
    measure.lines(axes, report.tables["sorted int64 steps"], "steps", "ratio")
    title = "A whole run of warmup and cosine, as one array"
    axes.set(title=title, ylabel="times hand-fused NumPy")


if __name__ == "__main__":
    measure.main(__doc__ or "", fill, draw)
