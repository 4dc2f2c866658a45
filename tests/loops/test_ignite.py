"""ignite's supervised trainer."""

import pytest
import torch
from recipes import SCHEDULE, cook
from torch_loops import net, updates

from lrsched.adapters.torch import ScheduleLR

pytestmark = pytest.mark.loops

# torch's own, on importing torch.distributed.optim: hence ignite is imported in its tests alone.
of_torch = pytest.mark.filterwarnings("ignore:`torch.jit.* is deprecated:DeprecationWarning")

BATCHES = [(torch.ones(2, 3), torch.ones(2, 1))] * 8


def parts(**given):
    from ignite.engine import create_supervised_trainer

    model = net()
    optimizer = torch.optim.AdamW(model.parameters())
    loss = torch.nn.functional.mse_loss
    return model, optimizer, create_supervised_trainer(model, optimizer, loss, **given)


@of_torch
@pytest.mark.parametrize("accumulate", [1, 2])
def test_handler(accumulate, tmp_path):
    """A checkpoint in the midst of an epoch is taken up by a new trainer."""
    from ignite.engine import Events
    from ignite.handlers import Checkpoint, DiskSaver

    def everything():
        model, optimizer, trainer = parts(gradient_accumulation_steps=accumulate)
        given = {"trainer": trainer, "optimizer": optimizer, "accumulate": accumulate}
        scheduler = cook("ignite", **given).scheduler
        return {"model": model, "optimizer": optimizer, "trainer": trainer, "scheduler": scheduler}

    first = everything()
    save = Checkpoint(first, DiskSaver(tmp_path), n_saved=None)
    first["trainer"].add_event_handler(Events.ITERATION_COMPLETED(every=6), save)
    with updates() as made:
        first["trainer"].run(BATCHES, max_epochs=2)
    assert made == [[SCHEDULE(k)] for k in range(16 // accumulate)]
    second = everything()
    Checkpoint.load_objects(second, torch.load(tmp_path / "checkpoint_6.pt"))
    with updates() as made:
        second["trainer"].run(BATCHES, max_epochs=2)
    assert made == [[SCHEDULE(k)] for k in range(6 // accumulate, 16 // accumulate)]


@of_torch
def test_its_own_wrapper():
    """It sets the rate before each batch, from the first one on."""
    from ignite.engine import Events
    from ignite.handlers import LRScheduler

    _, optimizer, trainer = parts()
    wrapped = LRScheduler(ScheduleLR(optimizer, SCHEDULE))
    trainer.add_event_handler(Events.ITERATION_STARTED, wrapped)
    with updates() as made:
        trainer.run(BATCHES, max_epochs=2)
    assert made == [[SCHEDULE(k)] for k in range(16)]
