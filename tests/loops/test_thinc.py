"""thinc's optimizer: the same run with thinc 8, of this Python, and with thinc 9, of another."""

import contextlib
import json

import numpy as np
import pytest
from elsewhere import elsewhere
from recipes import SCHEDULE, cook
from thinc.api import Linear
from thinc.optimizers import Optimizer
from wheels import package

pytestmark = pytest.mark.loops


@contextlib.contextmanager
def noting_rates():
    """What the updates are made with meanwhile: the rate when the first weights are updated."""
    made, first = [], []
    plain = Optimizer.__call__

    def call(self, key, weights, gradient, **kwargs):
        first.append(key)
        if key == first[0]:
            rate = self.learn_rate
            made.append(rate if isinstance(rate, float) else rate(self.step))  # in thinc 9
        return plain(self, key, weights, gradient, **kwargs)

    Optimizer.__call__ = call
    try:
        yield made
    finally:
        Optimizer.__call__ = plain


def run(number):
    """A recipe's optimizer in thinc's own loop."""
    x, y = np.ones((2, 3), "f"), np.ones((2, 1), "f")
    model = Linear(1, 3)
    model.initialize(x, y)
    optimizer = cook("thinc", number).optimizer
    with noting_rates() as made:
        for _ in range(9):
            guess, backprop = model.begin_update(x)
            backprop(guess - y)
            model.finish_update(optimizer)
            optimizer.step_schedules()
    return made


def test_thinc_8():
    assert run(0) == [SCHEDULE(k) for k in range(9)]


def test_thinc_9():
    right = [SCHEDULE(k) for k in range(9)]
    assert elsewhere(__file__, first=package("thinc", "9.1.1")) == ["9.1.1", right, right]


if __name__ == "__main__":
    from thinc import __version__

    print(json.dumps([__version__, run(0), run(1)]))
