"""fastai's learner and its learning-rate finder, run from its own files, in a process of their own.

fastcore gives `pathlib.Path` and others methods of its own: only a child process imports it. Its
learner, training loop, callbacks, recorder, optimizers and finder are the published ones; so is all
of fastcore. Stubs are other packages that they import and do not need here (plum, fasttransform,
fastprogress, pandas), and fastai's data blocks, which need torchvision: batches come from a list.
"""

import functools
import importlib
import multiprocessing
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

from wheels import package, standing_in

METHODS = ("valley", "steep", "minimum", "slide")


@contextmanager
def elsewhere():
    """Call a function where fastai is."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        yield lambda function, *args, **kwargs: process.submit(function, *args, **kwargs).result()


def _class(name):
    return type(name, (), {})


def _names(*modules):
    """All that `import *` of these files of fastai would bring."""
    found = {}
    for name in modules:
        found |= vars(importlib.import_module(f"fastai.{name}"))
    return {name: value for name, value in found.items() if not name.startswith("_")}


@functools.cache
def fastai():
    """Its files for schedules and finder, learner, callbacks and optimizers."""
    import torch

    torch.set_num_threads(1)
    folder = package("fastai", "2.8.12")
    sys.path.append(str(package("fastcore", "2.2.41")))
    stubs = {
        "plum": {"dispatch": lambda function: function},
        "fasttransform": {
            "Transform": _class("Transform"),
            "DisplayedTransform": _class("DisplayedTransform"),
            "cast": lambda x, kind: x,
            "retain_type": lambda new, old: new,
        },
        "fastprogress": {},
        "fastprogress.fastprogress": {
            "progress_bar": None,
            "master_bar": None,
            "format_time": str,
        },
        "pandas": {
            "DataFrame": _class("DataFrame"),
            "Series": _class("Series"),
            "options": SimpleNamespace(display=SimpleNamespace()),
        },
        "pandas.api": {},
        "pandas.api.types": {"CategoricalDtype": None, "is_numeric_dtype": None},
        "fastai": {"__path__": [str(folder / "fastai")]},
        "fastai.callback": {"__path__": [str(folder / "fastai" / "callback")]},
        "fastai.callback.tracker": {"SaveModelCallback": None},
        "fastai.data": {},
        "fastai.losses": {"BaseLoss": _class("BaseLoss")},
    }
    with ExitStack() as stack:
        stack.enter_context(standing_in(stubs))
        base = _names("imports", "torch_imports", "torch_core")
        loaders = {name: _class(name) for name in ("DataLoaders", "DataLoader")}
        for name, has in {"torch_basics": base, "data.all": base | loaders}.items():
            stack.enter_context(standing_in({f"fastai.{name}": has}))
        basics = base | _names("optimizer", "callback.core", "learner")
        stack.enter_context(standing_in({"fastai.basics": basics}))
        return SimpleNamespace(
            schedule=importlib.import_module("fastai.callback.schedule"),
            learner=importlib.import_module("fastai.learner"),
            callback=importlib.import_module("fastai.callback.core"),
            optimizer=importlib.import_module("fastai.optimizer"),
        )


class _Loaders:
    """As much of a `DataLoaders` as a range test and a fit ask for."""

    device = "cpu"

    def __init__(self, batches):
        self.train = batches

    def __getitem__(self, index):
        return self.train  # what it validates with, if it does


@contextmanager
def learning(model, batches, loss_func):
    """A `Learner`, with a folder of its own."""
    peer = fastai()
    with tempfile.TemporaryDirectory() as path:
        yield peer.learner.Learner(
            _Loaders(batches), model, loss_func, peer.optimizer.SGD, path=Path(path)
        )


def _found(model, batches, loss_func, methods, **kwargs):
    """What `Learner.lr_find` suggests, and what its recorder kept: rates and smoothed losses."""
    functions = [getattr(fastai().schedule, method) for method in methods]
    with learning(model, batches, loss_func) as learner:
        try:
            suggested = learner.lr_find(show_plot=False, suggest_funcs=functions, **kwargs)
        except (IndexError, ValueError) as error:
            suggested = repr(error)
        else:
            suggested = suggested._asdict()
    losses = [float(loss) for loss in learner.recorder.losses]
    return suggested, learner.recorder.lrs, losses


def of_losses(losses, methods=METHODS, **kwargs):
    """`lr_find` on a run whose batches have these losses, one after another."""
    import torch

    def loss_func(guess, given):
        return given.mean() + 0 * guess.sum()

    ones = torch.ones(1, 1)
    batches = [(ones, torch.tensor([loss], dtype=torch.float32)) for loss in losses]
    return _found(torch.nn.Linear(1, 1), batches, loss_func, methods, **kwargs)


def of_training(images, labels, seed, **kwargs):
    """`lr_find` on softmax regression, and the loss of every batch, as it was."""
    import torch

    torch.manual_seed(seed)
    x, y = torch.tensor(images, dtype=torch.float32), torch.tensor(labels)
    batches = [(x[at], y[at]) for at in torch.randperm(len(x)).split(32)]
    losses = []

    def loss_func(guess, right):
        loss = torch.nn.functional.cross_entropy(guess, right)
        losses.append(float(loss))
        return loss

    model = torch.nn.Linear(x.shape[1], 10)
    return losses, *_found(model, batches, loss_func, METHODS, **kwargs)


def of_curves(curves):
    """The four functions on rates and smoothed losses; None where one has too few of them."""
    import torch

    def one(method, rates, losses):
        given = torch.tensor(rates), torch.tensor(losses)
        try:
            return getattr(fastai().schedule, method)(*given, len(losses))[0]
        except (IndexError, ValueError):
            return None

    return [{method: one(method, *curve) for method in METHODS} for curve in curves]
