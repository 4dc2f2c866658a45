"""One curve, written by hand and with every peer: a linear warmup, then a cosine decay."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import lrsched as lrs
from benchmarks.measure import skip


@dataclass(frozen=True)
class Curve:
    """Up to `peak` in `warmup` steps, down to `floor` of it at step `total`."""

    warmup: int = 2_000
    total: int = 100_000
    peak: float = 3e-4
    floor: float = 0.1

    def ours(self) -> lrs.Schedule:
        decay = lrs.CosineDecay(self.total - self.warmup, end=self.floor)
        return self.peak * lrs.Sequence(lrs.LinearWarmup(self.warmup), decay)


@dataclass(frozen=True)
class Peer:
    """A function of the step, and what its value is multiplied with to be the curve's."""

    call: Callable[[Any], Any]
    scale: float = 1.0
    rtol: float = 1e-9


def by_hand(curve: Curve) -> Callable[[Any], float]:
    """The closure that people write, for steps up to its end."""
    warmup, steps, peak, floor = curve.warmup, curve.total - curve.warmup, curve.peak, curve.floor
    cos, pi = math.cos, math.pi

    def schedule(step: Any) -> float:
        if step < warmup:
            return peak * step / warmup
        return peak * (floor + (1 - floor) * 0.5 * (1 + cos(pi * (step - warmup) / steps)))

    return schedule


def folded(curve: Curve) -> Callable[[Any], float]:
    """The fastest closure that a person would write: whatever is constant is worked out before."""
    warmup, total, low = curve.warmup, curve.total, curve.peak * curve.floor
    slope, span = curve.peak / warmup, curve.peak - low
    sin, quarter = math.sin, math.pi / 2 / (total - warmup)

    def schedule(step: Any) -> float:
        if step < warmup:
            return step * slope
        share = sin((total - step) * quarter)
        return low + span * share * share

    return schedule


def transformers(curve: Curve) -> Peer:
    import torch
    from transformers import get_cosine_with_min_lr_schedule_with_warmup

    optimizer = torch.optim.SGD([torch.zeros(1)], lr=curve.peak)
    scheduler = get_cosine_with_min_lr_schedule_with_warmup(
        optimizer, curve.warmup, curve.total, min_lr_rate=curve.floor
    )
    return Peer(scheduler.lr_lambdas[0], curve.peak)


def optax(curve: Curve) -> Peer:
    import optax

    ends = {"init_value": 0.0, "peak_value": curve.peak, "end_value": curve.peak * curve.floor}
    return Peer(
        optax.warmup_cosine_decay_schedule(
            **ends, warmup_steps=curve.warmup, decay_steps=curve.total
        ),
        rtol=1e-5,
    )


def optax_jit(curve: Curve) -> Peer:
    import jax

    return Peer(jax.jit(optax(curve).call), rtol=1e-5)


def keras(curve: Curve) -> Peer:
    if not importlib.util.find_spec("tensorflow"):  # its default
        os.environ.setdefault("KERAS_BACKEND", "jax")
    from keras.optimizers.schedules import CosineDecay

    decay = {"decay_steps": curve.total - curve.warmup, "alpha": curve.floor}
    warmup = {"warmup_target": curve.peak, "warmup_steps": curve.warmup}
    return Peer(CosineDecay(0.0, **decay, **warmup), rtol=1e-5)


def fvcore(curve: Curve) -> Peer:
    from fvcore.common.param_scheduler import (
        CompositeParamScheduler,
        CosineParamScheduler,
        LinearParamScheduler,
    )

    total = curve.total
    phases = [
        LinearParamScheduler(0.0, curve.peak),
        CosineParamScheduler(curve.peak, curve.peak * curve.floor),
    ]
    share = curve.warmup / total
    schedule = CompositeParamScheduler(phases, [share, 1 - share], ["rescaled", "rescaled"])
    return Peer(lambda step: schedule(step / total))


def index(curve: Curve) -> Peer:
    """The package index's other project of this name."""
    other = _other_lrsched()
    steps, end = curve.total - curve.warmup, curve.peak * curve.floor
    decay = other.cosine(base_lr=curve.peak, min_lr=end, total_steps=steps)
    return Peer(other.with_warmup(decay, warmup_steps=curve.warmup, start_lr=0.0))


ON_NUMBERS: dict[str, Callable[[Curve], Peer]] = {
    "the index's lrsched 0.5.0": index,
    "fvcore": fvcore,
    "transformers": transformers,
}
ON_ARRAYS: dict[str, Callable[[Curve], Peer]] = {
    "optax, jit": optax_jit,
    "Keras": keras,
    "optax": optax,
}


def available(peers: dict[str, Callable[[Curve], Peer]], curve: Curve) -> dict[str, Peer]:
    """The peers that are installed; the others are named."""
    found = {}
    for name, build in peers.items():
        try:
            found[name] = build(curve)
        except ImportError as error:
            skip(name, error)
    return found


def _other_lrsched() -> Any:
    """Loaded from its wheel under another name, and never installed over this one.

    The wheel, or the folder it is in, is named by LRSCHED_OTHER_WHEEL, or fetched with pip.
    """
    if "other_lrsched" not in sys.modules:
        folder = Path(os.environ.get("LRSCHED_OTHER_WHEEL", "build/benchmarks/wheels"))
        if not list(folder.glob("*.whl")) and folder.suffix != ".whl":
            fetch = "pip download --quiet --no-deps --only-binary :all: lrsched==0.5.0 --dest"
            done = subprocess.run([sys.executable, "-m", *fetch.split(), folder])
            if done.returncode:
                raise ImportError("its wheel could not be fetched: set LRSCHED_OTHER_WHEEL")
        wheel = folder if folder.suffix == ".whl" else next(folder.glob("*.whl"))
        unpacked = wheel.parent / "unpacked"
        zipfile.ZipFile(wheel).extractall(unpacked)
        start = unpacked / "lrsched" / "__init__.py"
        spec = importlib.util.spec_from_file_location("other_lrsched", start)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["other_lrsched"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["other_lrsched"])
    return sys.modules["other_lrsched"]


# Vectors of steps.


def fused(curve: Curve, chunk: int = 8192) -> Callable[[Any], Any]:
    """NumPy by hand for sorted steps: in place, phase by phase, in chunks that fit a cache.

    It computes the cosine as a squared sine of what remains, which costs nothing and keeps the
    digits near the end.
    """
    steps, peak, floor = curve.total - curve.warmup, curve.peak, curve.floor

    def schedule(t: Any) -> Any:
        out = np.empty(t.shape)
        warm, stop = t.searchsorted(curve.warmup), t.searchsorted(curve.total, "right")
        for i in range(0, warm, chunk):
            j = min(i + chunk, warm)
            np.multiply(t[i:j], peak / curve.warmup, out=out[i:j])
        for i in range(warm, stop, chunk):
            j = min(i + chunk, stop)
            o = out[i:j]
            np.subtract(curve.total, t[i:j], out=o, casting="unsafe")
            np.multiply(o, math.pi / 2 / steps, out=o)
            np.sin(o, out=o)
            np.multiply(o, o, out=o)
            np.multiply(o, peak * (1 - floor), out=o)
            np.add(o, peak * floor, out=o)
        out[stop:] = peak * floor
        return out

    return schedule


def naive(curve: Curve) -> Callable[[Any], Any]:
    """The line that people write: every phase at every step, and a choice."""
    warmup, steps, peak, floor = curve.warmup, curve.total - curve.warmup, curve.peak, curve.floor

    def schedule(t: Any) -> Any:
        x = np.clip((t - warmup) / steps, 0, 1)
        decay = floor + (1 - floor) * 0.5 * (1 + np.cos(np.pi * x))
        return peak * np.where(t < warmup, t / warmup, decay)

    return schedule
