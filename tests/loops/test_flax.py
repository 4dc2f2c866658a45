"""Flax's nnx optimizer, compiled."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from recipes import SCHEDULE, cook

pytestmark = pytest.mark.loops


class Model(nnx.Module):
    def __init__(self):
        self.x = nnx.Param(jnp.zeros(1))


@nnx.jit
def update(model, optimizer):
    return optimizer.update(model, nnx.grad(lambda model: model.x.sum())(model))


def run(model, saved, steps):
    """The rates, which are the weights' own changes: the gradient is 1 always."""
    optimizer = cook("Flax nnx", optax=optax, model=model).optimizer
    if saved is not None:
        nnx.update(optimizer, saved)
    made = [-float(update(model, optimizer)["x"][...][0]) for _ in range(steps)]
    return made, nnx.state(optimizer)


def test_updates():
    """The optimizer's state is taken up by another optimizer."""
    model = Model()
    first, saved = run(model, None, 5)
    second, _ = run(model, saved, 5)
    np.testing.assert_allclose([*first, *second], SCHEDULE(range(10)), rtol=2**-22)
