"""Trust ratios and rates per layer, beside the optimizers that have them built in."""

import importlib
import importlib.util
import math
import sys
import types

import dask.array
import jax
import jax.numpy as jnp
import mlx.core
import numpy as np
import optax
import pytest
import tensorflow as tf
import torch
from sklearn.datasets import load_digits

import lrsched as lrs
from lrsched.adapters.torch import ScheduleLR

pytestmark = pytest.mark.frameworks

# Ordinary layers, a huge and a tiny one, and those without weights, gradient or both.
WEIGHTS = np.array([3.0, 0.5, 100.0, 1e-3, 0.0, 2.0, 0.0, 1e200])
GRADS = np.array([0.1, 7.0, 1e-6, 1e-3, 1.0, 0.0, 0.0, 1e-200])


@pytest.fixture(scope="module")
def timm_optim():
    """timm's optimizers without timm, which asks for torchvision."""
    package = types.ModuleType("timm_optim")
    (root,) = importlib.util.find_spec("timm").submodule_search_locations
    package.__path__ = [f"{root}/optim"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "timm_optim", package)
        for name in ("_helpers", "_types", "lars", "lamb"):
            patch.delitem(sys.modules, f"timm_optim.{name}", raising=False)
        yield lambda name: importlib.import_module(f"timm_optim.{name}")
        for name in ("_helpers", "_types", "lars", "lamb"):
            sys.modules.pop(f"timm_optim.{name}", None)


# The ratio.


@pytest.mark.parametrize("weight_decay", [0.0, 1e-4, 0.1])
@pytest.mark.parametrize("rate", [None, 0.5, 3.0], ids=["lars", "larc", "larc-fast"])
def test_timms_lars(timm_optim, weight_decay, rate):
    w, g = torch.tensor(WEIGHTS), torch.tensor(GRADS)
    peer = timm_optim("lars")._lars_trust_ratio(
        w, g, 0.001, weight_decay, 1e-8, rate is not None, rate
    )
    ratio = lrs.trust_ratio(w, g, weight_decay=weight_decay, clip=rate)
    if rate is None:
        assert torch.equal(ratio, peer)
    else:  # timm divides by the rate before it clips, and multiplies by it later
        torch.testing.assert_close(ratio, rate * peer, rtol=1e-15, atol=0)


@pytest.mark.parametrize("clip", [None, 1.0])
def test_timms_lamb(timm_optim, clip):
    w, g = torch.tensor(WEIGHTS), torch.tensor(GRADS)
    peer = timm_optim("lamb")._lamb_trust_ratio(w, g, clip is not None)
    ratio = lrs.trust_ratio(w, g, coefficient=1, eps=0, clip=clip, combine="sum")
    assert torch.equal(ratio, peer)


@pytest.mark.parametrize(("coefficient", "eps"), [(0.001, 0.0), (1.0, 1e-6)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_optax(coefficient, eps, weight_decay):
    random = np.random.default_rng(0)
    params = [random.normal(size=(4, 3)), random.normal(size=5) * 100, np.zeros(3)]
    grads = [random.normal(size=(4, 3)), random.normal(size=5) / 100, random.normal(size=3)]
    sums = [g + weight_decay * p for p, g in zip(params, grads, strict=True)]
    with jax.enable_x64(True):
        scale = optax.scale_by_trust_ratio(trust_coefficient=coefficient, eps=eps)
        scaled, _ = scale.update(jax.tree.map(jnp.asarray, sums), scale.init(params), params)
        lars = optax.lars(0.5, weight_decay, trust_coefficient=coefficient, eps=eps, momentum=0.0)
        stepped, _ = lars.update(jax.tree.map(jnp.asarray, grads), lars.init(params), params)
    ratios = lrs.trust_ratio(
        [np.linalg.norm(p) for p in params],
        [np.linalg.norm(s) for s in sums],
        coefficient=coefficient,
        eps=eps,
        combine="sum",
    )
    for ratio, s, by_ratio, step in zip(ratios, sums, scaled, stepped, strict=True):
        np.testing.assert_allclose(ratio * s, by_ratio, rtol=1e-14)
        np.testing.assert_allclose(-0.5 * ratio * s, step, rtol=1e-14)


def _dask(values):
    return dask.array.from_array(values, chunks=3)


@pytest.mark.parametrize(
    "array",
    [torch.tensor, tf.constant, jnp.asarray, _dask, np.asarray],
    ids=["torch", "tensorflow", "jax", "dask", "numpy"],
)
@pytest.mark.parametrize("kwargs", [{"eps": 0}, {"clip": 0.01}, {"combine": "sum"}], ids=repr)
def test_one_formula_for_every_library(array, kwargs):
    layers = list(zip(WEIGHTS.tolist(), GRADS.tolist(), strict=True))
    expected = [lrs.trust_ratio(w, g, **kwargs) for w, g in layers]
    assert all(type(ratio) is float for ratio in expected)
    with jax.enable_x64(True):
        ratios = lrs.trust_ratio(array(WEIGHTS), array(GRADS), **kwargs)
        assert isinstance(ratios, type(array(WEIGHTS)))
        with np.errstate(over="ignore"):  # Dask calculates now
            np.testing.assert_allclose(ratios, expected, rtol=1e-15)
    several = lrs.trust_ratio(WEIGHTS.reshape(2, 4), GRADS.reshape(2, 4).tolist(), **kwargs)
    np.testing.assert_allclose(several.reshape(-1), expected, rtol=1e-15)


class Named(torch.Tensor):
    """A user's own kind of tensor."""


@pytest.mark.parametrize("cls", [torch.nn.Parameter, Named])
def test_kinds_of_tensors(cls):
    ratios = lrs.trust_ratio(torch.tensor(WEIGHTS).as_subclass(cls), torch.tensor(GRADS))
    assert ratios.tolist() == lrs.trust_ratio(WEIGHTS, GRADS).tolist()


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (lambda x: torch.tensor(x, dtype=torch.bfloat16), torch.bfloat16),
        (lambda x: jnp.asarray(x, dtype=jnp.bfloat16), jnp.bfloat16),
        (lambda x: np.asarray(x, dtype=np.float32), np.float32),
        (lambda x: mlx.core.array(x), mlx.core.float32),
    ],
    ids=["torch", "jax", "numpy", "mlx"],
)
def test_precision_of_the_norms_is_kept(array, dtype):
    ratios = lrs.trust_ratio(array([2.0, 1.0]), array([4.0, 0.0]), coefficient=0.5, weight_decay=1)
    assert ratios.dtype == dtype
    np.testing.assert_allclose(np.array(ratios.tolist()), [1 / 6, 1], rtol=1e-2)


def test_under_jit_and_grad():
    ratio = jax.jit(lambda w, g: lrs.trust_ratio(w, g, weight_decay=0.1, clip=0.01))
    expected = lrs.trust_ratio(WEIGHTS[:4], GRADS[:4], weight_decay=0.1, clip=0.01)
    np.testing.assert_allclose(ratio(WEIGHTS[:4], GRADS[:4]), expected, rtol=1e-6)
    of_gradients = jax.jit(lambda g: lrs.trust_ratio(WEIGHTS[:4], g, weight_decay=0.1, clip=0.01))
    np.testing.assert_allclose(of_gradients(GRADS[:4]), expected, rtol=1e-6)
    slopes = jax.grad(lambda w: lrs.trust_ratio(w, jnp.zeros(3)).sum())(jnp.zeros(3))
    assert slopes.tolist() == [0, 0, 0]  # no NaN from the branch not taken


def test_each_layer_its_own_decay_and_bound():
    ratios = lrs.trust_ratio(
        [2.0, 2.0], [1.0, 1.0], weight_decay=[0.0, 0.5], coefficient=1, eps=0, clip=[1.5, 9.0]
    )
    assert ratios.tolist() == [1.5, 1.0]


def test_zero_norms_give_one():
    for w, g in [(0, 1), (1, 0), (0, 0), (math.nan, 1), (1, math.nan)]:
        assert lrs.trust_ratio(w, g, eps=0) == 1


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"coefficient": 0}, ValueError, "coefficient must be a positive finite number, got 0"),
        ({"eps": -1}, ValueError, "eps must be a non-negative finite number, got -1"),
        ({"combine": "max"}, ValueError, "combine must be one of 'norms', 'sum', got 'max'"),
        ({"clip": "1"}, TypeError, "clip must be a number or an array of numbers or None, got '1'"),
        ({"grad_norm": None}, TypeError, "grad_norm must be a number or an array of numbers"),
        ({"weight_norm": True}, TypeError, "weight_norm must be a number or an array of numbers"),
        (
            {"combine": "sum", "weight_decay": 0.1},
            ValueError,
            'weight_decay must be 0 with combine="sum", whose grad_norm has it in, got 0.1',
        ),
    ],
)
def test_bad_input(kwargs, error, message):
    with pytest.raises(error) as caught:
        lrs.trust_ratio(**{"weight_norm": 1.0, "grad_norm": 1.0, **kwargs})
    assert str(caught.value).startswith(f"trust_ratio: {message}")


# LARS as a recipe: a schedule that warms up, times the ratio of each layer.

SCHEDULE = 4.0 * lrs.Sequence(lrs.LinearWarmup(20, start=0.05), lrs.PolynomialDecay(100, power=2))
WEIGHT_DECAY, COEFFICIENT = 1e-3, 0.05


@pytest.fixture(scope="module")
def digits():
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    return images[order] / 16, labels[order]


@pytest.fixture
def one_thread():
    """Layers this small are not worth a second one, and wait for it on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def torch_model():
    torch.manual_seed(0)
    layers = torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)
    return torch.nn.Sequential(*layers).double()


def torch_groups(model):
    """One group per layer; biases have no decay, and no ratio."""
    return [
        {"params": [p], "name": name, "weight_decay": WEIGHT_DECAY if p.ndim > 1 else 0.0}
        for name, p in model.named_parameters()
    ]


def torch_run(model, optimizer, scheduler, digits, before_update=lambda optimizer: None):
    images, labels = (torch.tensor(part) for part in digits)
    for step in range(SCHEDULE.steps):
        batch = slice(step % 6 * 256, step % 6 * 256 + 256)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
        before_update(optimizer)
        optimizer.step()
        scheduler.step()
    with torch.no_grad():
        accuracy = (model(images[1536:]).argmax(1) == labels[1536:]).double().mean()
    return [p.detach().numpy() for p in model.parameters()], accuracy.item()


def layers_and_ratios(optimizer):
    layers = [group for group in optimizer.param_groups if group["name"].endswith("weight")]
    weights = [group["params"][0] for group in layers]
    ratios = lrs.trust_ratio(
        torch.stack([p.norm() for p in weights]).detach(),
        torch.stack([p.grad.norm() for p in weights]),
        weight_decay=WEIGHT_DECAY,
        coefficient=COEFFICIENT,
    )
    return zip(layers, ratios.tolist(), strict=True)


def by_gradient(optimizer):
    """What a user writes between `backward` and `step`."""
    for group, ratio in layers_and_ratios(optimizer):
        (weight,) = group["params"]
        weight.grad.add_(weight.detach(), alpha=WEIGHT_DECAY).mul_(ratio)
        group["weight_decay"] = 0.0


def numpy_run(digits):
    """The same run in NumPy."""
    images, labels = digits
    w1, b1, w2, b2 = (p.detach().numpy().copy() for p in torch_model().parameters())
    for step in range(SCHEDULE.steps):
        batch = slice(step % 6 * 256, step % 6 * 256 + 256)
        x, y = images[batch], np.eye(10)[labels[batch]]
        hidden = np.tanh(x @ w1.T + b1)
        scores = np.exp(hidden @ w2.T + b2)
        error = (scores / scores.sum(1, keepdims=True) - y) / len(x)
        back = error @ w2 * (1 - hidden**2)
        grads = [back.T @ x, error.T @ hidden]
        ratios = lrs.trust_ratio(
            [np.linalg.norm(w) for w in (w1, w2)],
            [np.linalg.norm(g) for g in grads],
            weight_decay=WEIGHT_DECAY,
            coefficient=COEFFICIENT,
        )
        for w, g, rate in zip((w1, w2), grads, SCHEDULE(step) * ratios, strict=True):
            w -= rate * (g + WEIGHT_DECAY * w)
        b1 -= SCHEDULE(step) * back.sum(0)
        b2 -= SCHEDULE(step) * error.sum(0)
    return [w1, b1, w2, b2]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_lars_recipe(timm_optim, digits, momentum):
    schedule = (1 - momentum) * SCHEDULE
    model = torch_model()
    optimizer = torch.optim.SGD(torch_groups(model), lr=1.0, momentum=momentum)
    scheduler = ScheduleLR(optimizer, schedule)
    ours, accuracy = torch_run(model, optimizer, scheduler, digits, by_gradient)

    model = torch_model()
    optimizer = timm_optim("lars").Lars(
        torch_groups(model), lr=1.0, momentum=momentum, trust_coeff=COEFFICIENT
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    runs = [torch_run(model, optimizer, scheduler, digits)[0]]
    if momentum == 0:
        runs.append(numpy_run(digits))

    for run in runs:
        for weights, others in zip(ours, run, strict=True):
            np.testing.assert_allclose(weights, others, rtol=1e-9, atol=1e-9)
    for weights, first in zip(ours, torch_model().parameters(), strict=True):
        assert np.abs(weights - first.detach().numpy()).max() > 0.1
    assert accuracy > 0.9


# Rates that decay with depth.


def test_layer_rates():
    schedule = 1e-3 * lrs.CosineDecay(100)
    rates = lrs.layer_rates(schedule, depth=4, decay=0.5)
    assert rates[-1] == schedule
    assert all(rate.steps == 100 for rate in rates)
    steps = np.arange(101)
    for i, rate in enumerate(rates):
        assert np.array_equal(rate(steps), schedule(steps) * 0.5 ** (3 - i))
    assert lrs.layer_rates(schedule, depth=1, decay=0.5) == (schedule,)
    assert lrs.layer_rates(schedule, depth=2, decay=1) == (schedule, schedule)
    assert lrs.layer_rates(schedule, depth=2, decay=0)[0](0) == 0


def test_layer_rates_in_an_optimizer():
    model = torch_model()
    names = [name for name, _ in model.named_parameters()]
    optimizer = torch.optim.SGD(torch_groups(model), lr=1.0)
    rates = lrs.layer_rates(0.1 * lrs.LinearDecay(10), depth=len(names), decay=0.5)
    scheduler = ScheduleLR(optimizer, dict(zip(names, rates, strict=True)))
    optimizer.step()
    scheduler.step()
    expected = [0.09 * 0.5**k for k in (3, 2, 1, 0)]
    assert scheduler.get_last_lr() == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        (
            {"depth": 0},
            ValueError,
            "layer_rates: depth must be a positive integer of at most 1000000, got 0",
        ),
        ({"decay": 1.5}, ValueError, "layer_rates: decay must be a number from 0 to 1, got 1.5"),
        ({"schedule": 0.1}, TypeError, "layer_rates: schedule must be a schedule, got 0.1"),
    ],
)
def test_layer_rates_of_bad_input(kwargs, error, message):
    with pytest.raises(error) as caught:
        lrs.layer_rates(**{"schedule": lrs.LinearDecay(5), "depth": 2, "decay": 0.5, **kwargs})
    assert str(caught.value) == message
