"""Composer's Trainer, by another Python.

Stubs are packages that it imports and this run has no use for: torchvision, of which there may be
no build for a CPU's torch, and three for optimizers, names of runs and MosaicML's own platform.
"""

import importlib.abc
import importlib.machinery
import json
import sys
from types import ModuleType

import pytest
from elsewhere import elsewhere
from recipes import SCHEDULE, cook
from wheels import package

pytestmark = pytest.mark.loops

IDLE = {"coolname", "mcli", "torch_optimizer", "torchvision"}


def test_trainer(tmp_path):
    folder = package("mosaicml", "0.32.1")
    whole, resumed, late, refused = elsewhere(__file__, str(tmp_path), first=folder)
    assert whole == [[SCHEDULE(k)] for k in range(10)]
    # torch makes room for a checkpoint of an optimizer by an update that changes nothing.
    assert resumed == [[0], *([SCHEDULE(k)] for k in range(6, 10))]
    assert late == [[SCHEDULE(k)] for k in (0, 0, 1, 2, 3, 4, 5, 6, 7, 8)]
    assert refused


class Idle(ModuleType):
    """A module where any name is a class that does nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds these modules, and any within them."""

    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] not in IDLE:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Idle(spec.name)

    def exec_module(self, module):
        pass


def run(folder):
    import composer
    import torch
    from torch_loops import net, updates

    class Model(composer.ComposerModel):
        def __init__(self):
            super().__init__()
            self.net = net()

        def forward(self, batch):
            return self.net(batch[0])

        def loss(self, outputs, batch):
            return torch.nn.functional.mse_loss(outputs, batch[1])

    rows = [(torch.ones(3), torch.ones(1))] * 16
    common = {"device": "cpu", "run_name": "run", "progress_bar": False, "save_folder": folder}
    common |= {"save_interval": "3ba", "save_overwrite": True, "device_train_microbatch_size": 1}

    def parts():
        model = Model()
        batches = torch.utils.data.DataLoader(rows, batch_size=2)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1)
        return {"model": model, "batches": batches, "optimizer": optimizer}

    def train(**options):
        with updates() as made:
            cook("Composer", **parts(), options=common | options)
        return made

    def its_own():
        given = parts()
        with updates() as made:
            composer.Trainer(
                model=given["model"],
                train_dataloader=given["batches"],
                max_duration="10ba",
                optimizers=given["optimizer"],
                schedulers=lambda state, ratio=1.0: SCHEDULE(int(state.timestamp.batch)),
                **common,
            ).fit()
        return made

    def refused():
        try:
            train(scale_schedule_ratio=0.5)
        except ValueError as error:
            return "unrecognized Scheduler" in str(error)
        return False

    return train(), train(load_path=f"{folder}/ep0-ba6-rank0.pt"), its_own(), refused()


if __name__ == "__main__":
    sys.meta_path.insert(0, Stubs())
    print("\n" + json.dumps(run(sys.argv[1])))
