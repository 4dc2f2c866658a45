"""skorch's classifier, over several calls of partial_fit, and in a search over schedules."""

import numpy as np
import pytest
import skorch
import torch
from recipes import SCHEDULE, cook
from sklearn.model_selection import GridSearchCV
from torch_loops import net, updates

import lrsched as lrs

pytestmark = pytest.mark.loops

X = np.random.default_rng(0).normal(size=(20, 3)).astype("f")
Y = (X[:, 0] > 0).astype("int64")


class Module(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = net()

    def forward(self, x):
        return torch.cat([self.layers(x), torch.zeros(len(x), 1)], dim=1).softmax(-1)


def classifier(*args, **kwargs):
    short = {"batch_size": 5, "max_epochs": 2, "train_split": None, "verbose": 0}
    return skorch.NeuralNetClassifier(*args, **kwargs, **short)


@pytest.fixture
def cooked():
    return cook("skorch", torch=torch, Module=Module, NeuralNetClassifier=classifier).net


def test_fits(cooked, tmp_path):
    """Two epochs of four batches each: a fit, more of it, and more in a new net from files."""
    with updates() as made:
        cooked.fit(X, Y)
        cooked.partial_fit(X, Y)
    assert made == [[SCHEDULE(k)] for k in range(16)]
    assert cooked.history[:, "batches", :, "event_lr"] == [
        [SCHEDULE(k) for k in range(i, i + 4)] for i in range(0, 16, 4)
    ]
    files = {name: str(tmp_path / name) for name in ("f_params", "f_optimizer", "f_history")}
    cooked.save_params(**files)
    again = cook("skorch", torch=torch, Module=Module, NeuralNetClassifier=classifier).net
    again.initialize()
    again.load_params(**files)
    with updates() as made:
        again.partial_fit(X, Y)
    assert made == [[SCHEDULE(k)] for k in range(16, 24)]
    with updates() as made:
        again.fit(X, Y)  # begins again
    assert made == [[SCHEDULE(k)] for k in range(8)]


def test_search(cooked):
    """A schedule is a parameter like others."""
    schedules = [0.1 * lrs.LinearDecay(8), 0.1 * lrs.CosineDecay(8)]
    grid = {"callbacks__ByBatches__schedules": schedules}
    with updates() as made:
        found = GridSearchCV(cooked, grid, cv=2, refit=False, error_score="raise").fit(X, Y)
    assert [
        params["callbacks__ByBatches__schedules"] for params in found.cv_results_["params"]
    ] == (schedules)
    halves = 4  # two epochs of two batches
    assert made == [[s(k)] for s in schedules for _ in range(2) for k in range(halves)]
