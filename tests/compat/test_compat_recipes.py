"""Schedules that come as a few lines of a training script, and what compat may not import."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st

import lrsched as lrs

pytestmark = pytest.mark.frameworks


@drawn
@given(st.integers(0, 40), st.integers(1, 80), st.floats(0, 1))
def test_get_lr_of_nanogpt(warmup, rest, low):
    """The cosine of GPT training scripts, whose first step is 1 / (warmup + 1) of the rate."""
    peak, total = 6e-4, warmup + rest
    floor = peak * low

    def get_lr(it):
        if it < warmup:
            return peak * (it + 1) / (warmup + 1)
        passed = min(1.0, (it - warmup) / rest)
        return floor + (peak - floor) * (0.5 + 0.5 * math.cos(math.pi * passed))

    schedule = lrs.Sequence(
        lrs.LinearWarmup(warmup, start=peak / (warmup + 1), end=peak),
        lrs.CosineDecay(rest, start=peak, end=floor),
    )
    follows(schedule, [get_lr(it) for it in range(total + 20)])


@drawn
@given(st.integers(0, 20), st.integers(0, 40), st.integers(1, 30), st.floats(0.001, 0.5))
def test_warmup_stable_decay_of_language_models(warmup, stable, decay, low):
    """Both decays in use: 1 - sqrt, and MiniCPM's exponential with a half life."""
    peak = 1e-2
    total = warmup + stable + decay

    def at(step, fall):
        if step < warmup:
            return peak * step / warmup
        passed = max(0, step - warmup - stable)
        return peak if passed == 0 else fall(passed / decay)

    for name, end, fall in (
        ("linear", 0.0, lambda x: peak * (1 - x)),
        ("1-sqrt", 0.0, lambda x: peak * (1 - math.sqrt(x))),
        ("cosine", peak * low, lambda x: peak * (low + (1 - low) * math.cos(math.pi * x / 2) ** 2)),
        ("exponential", peak * low, lambda x: peak * low**x),
    ):
        schedule = lrs.warmup_stable_decay(
            peak, total, warmup_steps=warmup, decay_steps=decay, decay=name, end=end
        )
        follows(schedule, [at(step, fall) for step in range(total + 1)])
    half_life = lrs.ExponentialDecay(0.5, every=7, start=peak)
    follows(half_life, [peak * 0.5 ** (step / 7) for step in range(50)])


PEERS = ("torch", "transformers", "optax", "keras", "timm", "megatron", "detectron2")
READ = ("deepspeed", "diffusers", "mmengine", "composer", "levanter", "olmo", "torchtitan")
FRAMEWORKS = (*PEERS, *READ, "ultralytics", "jax", "tensorflow", "fvcore", "yaml")


@pytest.mark.parametrize("name", [*PEERS, *READ, "ultralytics", "configs"])
def test_imports_nothing_of_the_peer(name):
    code = (
        f"import sys, lrsched.compat.{name} as m; "
        f"print(*[n for n in {FRAMEWORKS} if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_nothing_imports_compat():
    code = "import sys, lrsched; print(*[n for n in sys.modules if n.startswith('lrsched.compat')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
    # But for what reads configs off the command line, and what says where a peer's name is.
    home = Path(lrs.__file__).parent
    names = {
        file.relative_to(home).as_posix()
        for file in home.rglob("*.py")
        if file.parent.name != "compat" and "lrsched.compat" in file.read_text()
    }
    assert names == {"__init__.py", "cli/reading.py"}


@pytest.mark.parametrize("name", PEERS)
def test_every_function_has_its_example(name):
    module = __import__(f"lrsched.compat.{name}", fromlist=["_"])
    refusals = {"get_reduce_on_plateau_schedule", "get_greedy_schedule", "get_adafactor_schedule"}
    functions = {
        key: value
        for key, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
        and not key.startswith("_")
        and callable(value)
    }
    assert functions
    for key, function in functions.items():
        assert ">>> " in function.__doc__ or key in refusals, key
