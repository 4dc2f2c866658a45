"""A schedule given as it is, without an adapter: right, or told in one sentence what to give."""

import re

import pytest
import torch
from torch.optim.lr_scheduler import ChainedScheduler, LambdaLR

import lrsched as lrs

pytestmark = pytest.mark.frameworks

SHAPE = lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(9))
SCHEDULE = 0.125 * SHAPE
OURS = "lrsched.adapters.torch.ScheduleLR(optimizer, schedule)"


def parameters():
    return [torch.nn.Parameter(torch.zeros(1, 1))]


def told(kind, beginning, instead):
    return pytest.raises(kind, match=f"^{re.escape(beginning)}.*{re.escape(instead)}$")


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adafactor", "NAdam"])
def test_as_the_lr_of_a_torch_optimizer(name):
    with told(TypeError, "Product: a schedule can't be compared with a number, got 0.0", OURS):
        getattr(torch.optim, name)(parameters(), lr=SCHEDULE)


def test_chained_by_torch():
    with told(AttributeError, "Product: a schedule has no 'optimizer'", OURS):
        ChainedScheduler([SCHEDULE])


def test_in_lambda_lr(tmp_path):
    """Its values are right; saving is refused."""
    optimizer = torch.optim.SGD(parameters(), lr=0.125)
    scheduler = LambdaLR(optimizer, SHAPE)
    rates = []
    for _ in range(15):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates == [0.125 * SHAPE(k) for k in range(15)]
    instead = "give it lrsched.adapters.torch.lr_lambda(schedule), not the schedule itself"
    with told(TypeError, "a schedule is saved whole", instead):
        torch.save(scheduler.state_dict(), tmp_path / "state")


def test_in_trainer(tmp_path):
    import transformers

    model = torch.nn.Linear(1, 1)
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path), report_to=[], disable_tqdm=True, use_cpu=True, max_steps=1
    )
    optimizer = torch.optim.SGD(model.parameters())

    class Trainer(transformers.Trainer):
        def compute_loss(self, model, inputs, **_):
            return model(inputs["x"]).sum()

    arguments.remove_unused_columns = arguments.dataloader_pin_memory = False
    given = {"args": arguments, "train_dataset": [{"x": torch.ones(1)}]}
    with told(AttributeError, "Product: a schedule has no '", OURS):
        Trainer(model, optimizers=(optimizer, SCHEDULE), **given).train()
    arguments.learning_rate = SCHEDULE
    with told(TypeError, "Product: a schedule can't be compared with a number", OURS):
        Trainer(model, **given).train()


@pytest.mark.filterwarnings(
    "ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning"  # Lightning's own use
)
@pytest.mark.parametrize(
    "configured",
    [
        lambda optimizer: ([optimizer], [SCHEDULE]),
        lambda optimizer: {"optimizer": optimizer, "lr_scheduler": SCHEDULE},
        lambda optimizer: {"optimizer": optimizer, "lr_scheduler": {"scheduler": SCHEDULE}},
    ],
    ids=["list", "dict", "dict of dicts"],
)
def test_in_lightning(configured, tmp_path):
    import lightning

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(1, 1)

        def training_step(self, batch):
            return self.net(batch).sum()

        def configure_optimizers(self):
            return configured(torch.optim.SGD(self.parameters()))

    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=1,
        default_root_dir=tmp_path,
        logger=False,
        enable_checkpointing=False,
    )
    loader = torch.utils.data.DataLoader([torch.ones(1)], batch_size=None)
    with told(AttributeError, "Product: a schedule has no 'optimizer'", OURS):
        trainer.fit(Model(), loader)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("injected", [False, True])
def test_in_optax(dtype, injected):
    """Traced and right; parameters keep their type."""
    import jax
    import jax.numpy as jnp
    import optax

    make = optax.inject_hyperparams(optax.adam) if injected else optax.adam
    optimizer = make(SCHEDULE, b1=0.0, b2=0.0, eps=0.0)  # an update is the rate itself
    params = jnp.zeros(2, dtype)
    state = optimizer.init(params)

    @jax.jit
    def update(params, state):
        updates, state = optimizer.update(jnp.ones_like(params), state, params)
        return updates, optax.apply_updates(params, updates), state

    rounding = 1e-6 if dtype == "float32" else 2**-8
    for k in range(15):
        updates, params, state = update(params, state)
        assert params.dtype == dtype
        assert -float(updates[0]) == pytest.approx(SCHEDULE(k), rel=rounding, abs=0)
