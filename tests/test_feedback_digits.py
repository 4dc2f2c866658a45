"""Training on handwritten digits with rules that listen, killed and resumed."""

import json
import math
import multiprocessing
import os
import signal

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

import lrsched as lrs

pytestmark = pytest.mark.frameworks

BATCH, EPOCH, EPOCHS = 50, 24, 20
SCHEDULE = 2.0 * lrs.CosineDecay(2 * EPOCH * EPOCHS)
WARMUP = lrs.HoldUntil(0.05, below=0.8, patience=2, at_most=EPOCH)
PLATEAU = lrs.ReduceOnPlateau(factor=0.5, patience=0, threshold=0.02, cooldown=1, min_scale=0.01)


class Run:
    """A softmax classifier, its rate, and a log; everything else is a function of the step."""

    def __init__(self):
        images, labels = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(labels))
        images, labels = images[order] / 16, labels[order]
        self.train = images[: BATCH * EPOCH], labels[: BATCH * EPOCH]
        self.test = images[BATCH * EPOCH :], labels[BATCH * EPOCH :]
        self.step, self.log = 0, []
        self.weights = np.random.default_rng(2).normal(size=(64, 10)) / 8
        self.warmup, self.plateau = WARMUP.init(), PLATEAU.init()

    def forward(self, images, labels):
        scores = np.exp(images @ self.weights)
        chances = scores / scores.sum(1, keepdims=True)
        loss = -np.log(chances[np.arange(len(labels)), labels]).mean()
        return chances, loss, (chances.argmax(1) != labels).mean()

    def update(self):
        start = self.step % EPOCH * BATCH
        images, labels = (part[start : start + BATCH] for part in self.train)
        chances, _, error = self.forward(images, labels)
        rate = SCHEDULE(self.step) * self.warmup.scale * self.plateau.scale
        self.weights -= rate * images.T @ (chances - np.eye(10)[labels]) / BATCH
        self.warmup = WARMUP.update(self.warmup, error)
        self.step += 1
        loss = None
        if self.step % EPOCH == 0:
            _, loss, _ = self.forward(*self.test)
            self.plateau = PLATEAU.update(self.plateau, loss)
        self.log.append([rate, error, loss])

    def save(self, folder):
        numbers = {
            "step": self.step,
            "log": self.log,
            "warmup": WARMUP.save(self.warmup),
            "plateau": PLATEAU.save(self.plateau),
            "weights": self.weights.tolist(),
        }
        (folder / "new").write_text(json.dumps(numbers, allow_nan=False))
        os.replace(folder / "new", folder / "checkpoint")

    def load(self, folder):
        numbers = json.loads((folder / "checkpoint").read_text())
        self.step, self.log = numbers["step"], numbers["log"]
        self.warmup = WARMUP.restore(numbers["warmup"])
        self.plateau = PLATEAU.restore(numbers["plateau"])
        self.weights = np.array(numbers["weights"])


def go_on(folder, until, every, kill_at=math.inf):
    run = Run()
    if (folder / "checkpoint").exists():
        run.load(folder)
    while run.step < until:
        run.update()
        if run.step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if run.step % every == 0:
            run.save(folder)


def test_both_rules_change_the_rate_where_the_metrics_say():
    run = Run()
    while run.step < EPOCH * EPOCHS:
        run.update()
    rates, errors, losses = zip(*run.log, strict=True)
    scales = np.array(rates) / SCHEDULE(np.arange(len(rates)))

    # By hand, from the recorded errors: the second in a row below 80 % releases the next step.
    released = next(i for i in range(1, len(errors)) if max(errors[i - 1 : i + 1]) < 0.8) + 1
    assert 2 < released < EPOCH
    np.testing.assert_allclose(scales[:released], 0.05, rtol=1e-15)

    # By torch, from the recorded losses.
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    peer = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=0, threshold=0.02, cooldown=1, min_lr=0.01
    )
    expected = [1.0] * EPOCH
    for loss in losses[EPOCH - 1 :: EPOCH]:
        peer.step(loss)
        expected += [optimizer.param_groups[0]["lr"]] * EPOCH
    np.testing.assert_allclose(scales[released:], expected[released:-EPOCH], rtol=1e-15)
    assert len(set(expected)) > 2
    assert run.forward(*run.test)[2] < 0.1


def test_killed_and_resumed_is_the_same_run(tmp_path):
    last = EPOCH * EPOCHS
    whole = Run()
    while whole.step < last:
        whole.update()

    spawn = multiprocessing.get_context("spawn")
    for kill_at in (7, 400, None):  # within the warmup, after a reduction, never
        kwargs = {"kill_at": kill_at} if kill_at else {}
        child = spawn.Process(target=go_on, args=(tmp_path, last, 3), kwargs=kwargs)
        child.start()
        child.join()
        assert child.exitcode == (-signal.SIGKILL if kill_at else 0)
        if kill_at:
            part = Run()
            part.load(tmp_path)
            assert part.step == kill_at - kill_at % 3 < kill_at
            assert part.warmup.released == (kill_at > EPOCH)
            assert (part.plateau.scale < 1) == (kill_at > EPOCH)

    resumed = Run()
    resumed.load(tmp_path)
    assert resumed.log == whole.log
    assert np.array_equal(resumed.weights, whole.weights)
    assert (resumed.warmup, resumed.plateau) == (whole.warmup, whole.plateau)
