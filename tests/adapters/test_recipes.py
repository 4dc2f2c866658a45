"""The recipes of `lrsched.adapters`: each block is run as it stands there, on the real framework.

A recipe is a fenced block of a module's docstring. Its test gives it the names that it takes for
granted, and reads what every update was made with.
"""

import ast
import doctest
import json
import math
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

import lrsched as lrs
from lrsched import adapters
from lrsched.adapters import trainers

pytestmark = pytest.mark.frameworks

PAGES = Path(adapters.__file__).parent
SHAPE = lrs.Sequence(lrs.LinearWarmup(3), lrs.CosineDecay(9, end=0.1))
SCHEDULE = 3e-4 * SHAPE


# The page (a module's docstring), its section, and which block of that it is.
RECIPES = {
    "plain": ("__init__", "A plain loop", 0),
    "dask": ("__init__", "More steps than fit in memory", 0),
    "paddle": ("__init__", "PaddlePaddle", 0),
    "lambda_lr": ("torch", "LambdaLR", 0),
    "schedule_lr": ("torch", "ScheduleLR", 0),
    "unfreezing": ("torch", "ScheduleLR", 1),
    "gan": ("torch", "Two optimizers", 0),
    "snapshots": ("torch", "Snapshot ensembles", 0),
    "amp": ("torch", "Gradient accumulation and mixed precision", 0),
    "trainer": ("trainers", "Hugging Face Trainer", 0),
    "trainer_momentum": ("trainers", "Hugging Face Trainer", 1),
    "trainer_rule": ("trainers", "Hugging Face Trainer", 2),
    "trainer_metric": ("trainers", "Hugging Face Trainer", 3),
    "lightning": ("trainers", "Lightning", 0),
    "lightning_metric": ("trainers", "Lightning", 1),
    "lightning_unfreezing": ("trainers", "Lightning", 2),
    "lightning_gan": ("trainers", "Lightning", 3),
    "accelerate": ("trainers", "accelerate", 0),
    "keras": ("keras", "Learning rate", 0),
    "keras_hyperparameter": ("keras", "Learning rate", 1),
    "optax": ("jax", "optax", 0),
    "sweep": ("jax", "A sweep as one program", 0),
}


def blocks(page):
    """The Python blocks of each section of a page that are no doctests."""
    parts = re.split(
        r"^## (.*)\n", ast.get_docstring(ast.parse((PAGES / page).read_text("utf-8"))), flags=re.M
    )
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        for number, block in enumerate(
            re.findall(r"^```python\n(?!>>>)(.*?)^```", text, re.S | re.M)
        ):
            yield title, number, block


def recipe(name):
    page, *place = RECIPES[name]
    (found,) = [block for *where, block in blocks(f"{page}.py") if where == place]
    return found


def test_every_block_is_a_recipe_that_is_cooked():
    pages = {page for page, *_ in RECIPES.values()}
    there = {(page, title, number) for page in pages for title, number, _ in blocks(f"{page}.py")}
    assert there == set(RECIPES.values())
    text = Path(__file__).read_text("utf-8")
    for name in RECIPES:
        assert text.count(f'"{name}"') >= 2, name  # here, and where it is cooked


@pytest.mark.parametrize("page", [adapters, trainers])
def test_the_examples_are_true(page):
    assert doctest.testmod(page, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


def cook(name, into=None, **given):
    """Run a recipe; the names that it had and made."""
    names = {} if into is None else into
    names |= {"lrs": lrs, "shape": SHAPE, "schedule": SCHEDULE, "torch": torch} | given
    exec(compile(recipe(name), f"recipe {name}", "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture
def updates():
    """What every update of any torch optimizer was made with."""
    made = []

    def note(optimizer, *_):
        made.append([dict(group, params=None) for group in optimizer.param_groups])

    handle = register_optimizer_step_post_hook(note)
    yield made
    handle.remove()


def rates(updates, group=0, key="lr"):
    return [groups[group][key] for groups in updates]


@pytest.fixture
def torch_world():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 1))
    batches = [(torch.randn(8, 3), torch.randn(8, 1)) for _ in range(16)]
    optimizer = torch.optim.AdamW(model.parameters())
    return {
        "model": model,
        "batches": batches,
        "loss": torch.nn.functional.mse_loss,
        "optimizer": optimizer,
    }


def test_plain_loop(torch_world, updates):
    cook("plain", **torch_world)
    assert rates(updates) == [SCHEDULE(k) for k in range(16)]


def test_lambda_lr(torch_world, updates):
    cook("lambda_lr", **torch_world)
    assert rates(updates) == [3e-4 * SHAPE(k) for k in range(16)]


def test_schedule_lr(torch_world, updates):
    cook("schedule_lr", **torch_world)
    steps = range(16)
    assert rates(updates, 0) == [SCHEDULE(k) for k in steps]
    assert rates(updates, 1) == [(10 * SCHEDULE)(k) for k in steps]
    for group in (0, 1):
        decays = rates(updates, group, "weight_decay")
        assert decays == [(0.1 * SHAPE)(k) for k in steps]


def test_unfreezing(torch_world, updates):
    with pytest.warns(UserWarning, match=r"answers to \['layer\*'\] yet, there are \['head'\]"):
        cook("unfreezing", unfreeze_at=5, **torch_world)
    assert rates(updates, 0) == [SCHEDULE(k) for k in range(16)]
    assert rates(updates[5:], 1) == [(0.1 * SCHEDULE)(k) for k in range(5, 16)]


def test_snapshots(updates):
    """On handwritten digits: the weights of runs that were stopped where the rate is lowest."""
    from sklearn.datasets import load_digits

    images, labels = map(torch.tensor, load_digits(return_X_y=True))
    images = images.float() / 16
    torch.manual_seed(0)
    batches = [(images[at], labels[at]) for at in torch.randint(len(images), (90, 32))]
    cross_entropy = torch.nn.functional.cross_entropy

    def fresh():
        torch.manual_seed(1)
        layers = torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)
        return torch.nn.Sequential(*layers)

    def stopped(done):
        """The same run by hand, without the library's adapter or its restarts."""
        model = fresh()
        for k, (x, y) in enumerate(batches[:done]):
            rate = 0.5 * (1 + math.cos(math.pi * (k % 30) / 30)) / 2
            gradients = torch.autograd.grad(cross_entropy(model(x), y), list(model.parameters()))
            with torch.no_grad():
                for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                    parameter -= rate * gradient
        return model

    done = cook("snapshots", model=fresh(), batches=batches, loss=cross_entropy)
    assert done.restarts == (30, 60, 90)
    made = rates(updates)
    for snapshot, restart in zip(done.snapshots, done.restarts, strict=True):
        for ours, by_hand in zip(snapshot.parameters(), stopped(restart).parameters(), strict=True):
            assert torch.allclose(ours, by_hand, rtol=1e-3, atol=1e-5)
        assert made[restart - 1] == min(made[restart - 30 : restart])
        assert restart == 90 or made[restart] == max(made)
    with torch.no_grad():
        losses = [cross_entropy(snapshot(images), labels) for snapshot in done.snapshots]
        together = -done.ensemble(images)[range(len(labels)), labels].log().mean()
    assert losses == sorted(losses, reverse=True)
    assert together < sum(losses) / 3


def of(name, updates):
    """The updates of one of several optimizers, which is the one whose group has that name."""
    return [groups for groups in updates if groups[0].get("name") == name]


def test_two_optimizers(updates):
    torch.manual_seed(0)
    parts = ("critic", "generator")

    def world():
        networks = {"critic": torch.nn.Linear(3, 1), "generator": torch.nn.Linear(2, 3)}
        optimizers = {
            f"{part}_optimizer": torch.optim.Adam([{"params": net.parameters(), "name": part}])
            for part, net in networks.items()
        }
        return {"noise": lambda: torch.randn(4, 2), **networks, **optimizers}

    critic = 4 * lrs.Stretch(SCHEDULE, 5)
    done = cook("gan", batches=[torch.randn(4, 3)] * 30, **world())
    assert rates(of("critic", updates)) == [critic(k) for k in range(30)]
    assert rates(of("generator", updates)) == [SCHEDULE(k) for k in range(6)]
    assert critic(5) == 4 * SCHEDULE(1)

    keepers = [f"{part}_{what}" for part in parts for what in ("optimizer", "lr")]
    saved = {keeper: getattr(done, keeper).state_dict() for keeper in keepers}
    updates.clear()
    names = {}

    def rest():  # begins when the recipe has made its schedulers
        for keeper, state in saved.items():
            names[keeper].load_state_dict(state)
        yield from [torch.randn(4, 3)] * 10

    cook("gan", names, batches=rest(), **world())
    assert rates(of("critic", updates)) == [critic(k) for k in range(30, 40)]
    assert rates(of("generator", updates)) == [SCHEDULE(k) for k in range(6, 8)]


@pytest.mark.parametrize("overflow", [False, True])
def test_accumulation_and_mixed_precision(torch_world, updates, overflow):
    if overflow:  # the second of four batches makes the first update's gradients infinite
        torch_world["batches"][1] = (torch.full((8, 3), 1e38), torch.zeros(8, 1))
    done = cook("amp", device="cpu", accumulate=4, **torch_world)
    # The skipped update is no step of the optimizer's, and none of the schedule's.
    assert rates(updates) == [SCHEDULE(k) for k in range(3 if overflow else 4)]
    assert done.scheduler.last_epoch == len(updates)


def bert():
    import transformers

    config = transformers.BertConfig(
        vocab_size=11,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=8,
    )
    return transformers.BertForSequenceClassification(config)


def arguments(folder, **given):
    import transformers

    return transformers.TrainingArguments(
        output_dir=str(folder),
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
        **given,
    )


LABELS = [0, 1] * 12
ROWS = [{"input_ids": torch.arange(6) + y, "labels": torch.tensor(y)} for y in LABELS]


def test_trainer(updates, tmp_path):
    import transformers

    given = arguments(
        tmp_path,
        max_steps=10,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        save_steps=4,
        logging_steps=1,
    )

    def train(checkpoint):
        updates.clear()
        cook(
            "trainer",
            transformers=transformers,
            model=bert(),
            dataset=ROWS,
            arguments=given,
            checkpoint=checkpoint,
        )
        return rates(updates)

    assert train(None) == [SCHEDULE(k) for k in range(10)]
    assert train(str(tmp_path / "checkpoint-4")) == [SCHEDULE(k) for k in range(4, 10)]


# What a rule hears, one each epoch: fractions, and whole numbers that could pass for steps.
HEARD = {"fractions": [0.5, 0.25, 0.75, 0.75, 0.25, 0.25], "whole": [9, 3, 3, 3, 3, 1]}
RULE = lrs.ReduceOnPlateau(patience=2)


def heard_by_epoch(metrics):
    scales = [1.0, *RULE.replay(metrics)][: len(metrics)]
    assert scales[-1] < 1
    return [SCHEDULE(epoch) * scale for epoch, scale in enumerate(scales)]


@pytest.fixture
def by_evaluation(tmp_path):
    """Train by the epoch, each of so many updates; the metrics are told from the first one on."""
    import transformers

    def train(name, epochs, metrics, checkpoint=None, updates_each=1):
        model, told = bert(), iter(metrics)
        given = arguments(
            tmp_path,
            num_train_epochs=epochs,
            per_device_train_batch_size=24 // updates_each,
            eval_strategy="epoch",
            save_strategy="epoch",
            metric_for_best_model="loss",
        )

        class Trainer(transformers.Trainer):
            def evaluation_loop(self, *args, **kwargs):
                output = super().evaluation_loop(*args, **kwargs)
                return output._replace(metrics=output.metrics | {"eval_loss": next(told)})

        made = cook(
            name,
            transformers=SimpleNamespace(
                Trainer=Trainer, TrainerCallback=transformers.TrainerCallback
            ),
            model=model,
            optimizer=torch.optim.AdamW(model.parameters()),
            arguments=given,
            dataset=ROWS,
        )
        trainer = getattr(made, "trainer", None) or Trainer(
            model,
            given,
            train_dataset=ROWS,
            eval_dataset=ROWS,
            optimizers=(made.optimizer, made.scheduler),
        )
        trainer.train(resume_from_checkpoint=checkpoint)
        return made.scheduler

    return train


@pytest.mark.parametrize("metrics", HEARD.values(), ids=HEARD)
def test_trainer_tells_its_metric(updates, tmp_path, by_evaluation, metrics):
    scheduler = by_evaluation("trainer_metric", len(metrics), metrics)
    assert rates(updates) == heard_by_epoch(metrics)
    assert scheduler.last_epoch == len(metrics)
    updates.clear()
    checkpoint = str(tmp_path / "checkpoint-4")
    by_evaluation("trainer_metric", len(metrics), metrics[4:], checkpoint)
    assert rates(updates) == heard_by_epoch(metrics)[4:]


def test_a_callback_tells_the_metric_between_updates(updates, tmp_path, by_evaluation):
    metrics = HEARD["whole"]
    scales = [1.0, *RULE.replay(metrics)]
    expected = [SCHEDULE(k) * scales[k // 3] for k in range(3 * len(metrics))]
    assert expected[-1] < SCHEDULE(len(expected) - 1)
    scheduler = by_evaluation("trainer_rule", len(metrics), metrics, updates_each=3)
    assert rates(updates) == expected
    assert scheduler.last_epoch == len(expected)
    updates.clear()
    checkpoint = str(tmp_path / "checkpoint-12")
    by_evaluation("trainer_rule", len(metrics), metrics[4:], checkpoint, updates_each=3)
    assert rates(updates) == expected[12:]


def test_trainers_one_place_for_a_rate_and_a_momentum(updates, tmp_path):
    import transformers

    given = arguments(tmp_path, max_steps=10, per_device_train_batch_size=2, save_steps=4)

    def train(checkpoint):
        updates.clear()
        made = cook("trainer_momentum", model=bert())
        trainer = transformers.Trainer(
            made.model, given, train_dataset=ROWS, optimizers=(made.optimizer, made.scheduler)
        )
        trainer.train(resume_from_checkpoint=checkpoint)
        return rates(updates), rates(updates, key="momentum"), made.scheduler

    momentum = 0.95 - 0.1 * SHAPE
    for first, checkpoint in ((0, None), (4, str(tmp_path / "checkpoint-4"))):
        lrs_made, momenta, scheduler = train(checkpoint)
        assert lrs_made == [SCHEDULE(k) for k in range(first, 10)]
        assert momenta == [momentum(k) for k in range(first, 10)]
        assert scheduler.state_dict() == {
            "_last_lr": [SCHEDULE(10)],
            "_schedulers": [{"last_epoch": 10}, {"last_epoch": 10}],
        }


@pytest.fixture
def lightning_world(torch_world, tmp_path):
    import lightning

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torch_world["model"]

        def training_step(self, batch):
            x, y = batch
            return torch.nn.functional.mse_loss(self.net(x), y)

    def train(model, checkpoint=None, **given):
        trainer = lightning.Trainer(
            accelerator="cpu",
            default_root_dir=tmp_path,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            **given,
        )
        loader = torch.utils.data.DataLoader(torch_world["batches"], batch_size=None)
        trainer.fit(model, loader, ckpt_path=checkpoint)
        trainer.save_checkpoint(tmp_path / "last.ckpt")
        return tmp_path / "last.ckpt"

    return Model, train


# Lightning's own use of what torch has deprecated.
of_lightning = pytest.mark.filterwarnings(
    "ignore:`isinstance.treespec, LeafSpec.` is deprecated:FutureWarning"
)


@of_lightning
def test_lightning(lightning_world, updates):
    model, train = lightning_world
    trained = cook("lightning", Model=model).Trained
    checkpoint = train(trained(), max_epochs=1, accumulate_grad_batches=2)
    assert rates(updates) == [SCHEDULE(k) for k in range(8)]
    updates.clear()
    train(trained(), checkpoint, max_epochs=2, accumulate_grad_batches=2)
    assert rates(updates) == [SCHEDULE(k) for k in range(8, 16)]


@of_lightning
@pytest.mark.parametrize("metrics", HEARD.values(), ids=HEARD)
def test_lightning_tells_its_monitor(lightning_world, updates, metrics):
    model, train = lightning_world

    class Watched(model):
        def on_train_epoch_end(self):
            self.log("val_loss", torch.tensor(float(metrics[self.current_epoch])))

    listening = cook("lightning_metric", Model=Watched).Listening
    expected = heard_by_epoch(metrics)
    checkpoint = train(listening(), max_epochs=4, limit_train_batches=1)
    assert rates(updates) == expected[:4]
    updates.clear()
    train(listening(), checkpoint, max_epochs=6, limit_train_batches=1)
    assert rates(updates) == expected[4:]


@of_lightning
@pytest.mark.parametrize("metrics", HEARD.values(), ids=HEARD)
def test_lightning_tells_its_monitor_once_a_step(lightning_world, updates, metrics):
    model, train = lightning_world

    class Watched(model):
        def training_step(self, batch, i):
            self.log("val_loss", torch.tensor(float(metrics[i])))
            return super().training_step(batch)

    class Listening(cook("lightning_metric", Model=Watched).Listening):
        def configure_optimizers(self):
            made = super().configure_optimizers()
            made["lr_scheduler"]["interval"] = "step"
            return made

    train(Listening(), max_epochs=1, limit_train_batches=6)
    assert rates(updates) == heard_by_epoch(metrics)


@of_lightning
def test_lightning_tells_nothing_unasked(lightning_world, updates):
    model, train = lightning_world

    class Deaf(cook("lightning_metric", Model=model).Listening):
        def configure_optimizers(self):
            made = super().configure_optimizers()
            del made["lr_scheduler"]["reduce_on_plateau"]
            return made

    train(Deaf(), max_epochs=6, limit_train_batches=1)
    assert rates(updates) == [SCHEDULE(k) for k in range(6)]


@pytest.fixture
def finetuning(lightning_world):
    """The recipe, and how a model of two parts is trained with one of its callbacks."""
    model, train = lightning_world
    made = cook("lightning_unfreezing", Model=model)

    def finetune(callback, epochs, checkpoint=None):
        module = made.Finetuned()
        module.backbone, module.head = module.net
        given = {"callbacks": [callback(1)], "limit_train_batches": 4}
        return train(module, checkpoint, max_epochs=epochs, **given)

    return made, finetune


BACKBONE = 0.1 * SCHEDULE


@of_lightning
@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_lightning_unfreezes_a_backbone(finetuning, updates, stopped):
    """Stopped before, just after and well after the backbone came, and resumed."""
    made, finetune = finetuning
    finetune(made.Unfreeze, 4, finetune(made.Unfreeze, stopped))
    assert rates(updates) == [SCHEDULE(k) for k in range(16)]
    assert rates(updates[4:], 1) == [BACKBONE(k) for k in range(4, 16)]


@of_lightning
def test_lightning_by_itself_writes_over_a_backbones_rate(finetuning, updates):
    """What the recipe is for."""
    made, finetune = finetuning
    with pytest.warns(UserWarning, match="somebody else writes it too"):
        finetune(made.BackboneFinetuning, 4)
    assert rates(updates) == [SCHEDULE(k) for k in range(16)]
    theirs = [k for k in range(4, 16) if updates[k][1]["lr"] != BACKBONE(k)]
    assert theirs == [8, 12]


@of_lightning
def test_lightning_with_two_optimizers(lightning_world, updates):
    model, train = lightning_world

    class Two(model):
        def __init__(self):
            super().__init__()
            self.generator, self.critic = torch.nn.Linear(2, 3), torch.nn.Linear(3, 1)

        def fakes(self):
            return self.generator(torch.randn(8, 2))

        def critic_loss(self, batch):
            return (self.critic(self.fakes().detach()) - self.critic(batch[0])).mean()

        def generator_loss(self, batch):
            return -self.critic(self.fakes()).mean()

    gan = cook("lightning_gan", Model=Two).Gan
    checkpoint = train(gan(), max_epochs=1, limit_train_batches=8)
    train(gan(), checkpoint, max_epochs=2, limit_train_batches=8)
    critic, generator = updates[::2], updates[1::2]
    assert rates(critic) == [(4 * SCHEDULE)(k) for k in range(16)]
    assert rates(generator) == [SCHEDULE(k) for k in range(16)]


@pytest.mark.parametrize("processes", [1, 4])
def test_accelerate(torch_world, updates, monkeypatch, processes):
    import accelerate

    accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
    # A prepared scheduler asks this state how many steps it has to take for an update.
    monkeypatch.setitem(accelerate.PartialState._shared_state, "num_processes", processes)
    assert accelerate.state.AcceleratorState().num_processes == processes
    done = cook("accelerate", accelerator=accelerator, **torch_world)
    assert rates(updates) == [SCHEDULE(k) for k in range(8)]
    assert done.scheduler.scheduler.last_epoch == 8 * processes


def test_a_prepared_optimizer(torch_world, updates):
    import accelerate

    from lrsched.adapters.torch import ScheduleLR

    accelerator = accelerate.Accelerator(cpu=True)
    optimizer = accelerator.prepare(torch_world["optimizer"])
    scheduler = ScheduleLR(optimizer, SCHEDULE)
    for k in range(8):
        optimizer.step()
        scheduler.step()
        if k == 4:  # the wrapped optimizer tells of a checkpoint and of a new group
            optimizer.param_groups[0]["lr"] = 77.0
            optimizer.load_state_dict(optimizer.state_dict())
            optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))]})
    assert rates(updates) == [SCHEDULE(k) for k in range(8)]
    assert [groups[-1]["lr"] for groups in updates] == [SCHEDULE(k) for k in range(8)]


# Keras' own, from TensorFlow's variables under NumPy 2.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_keras(tmp_path):
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    given = {"keras": keras, "model": model, "x": np.ones((64, 3)), "y": np.ones((64, 1))}
    done = cook("keras", path=tmp_path / "model.keras", **given)
    assert int(done.model.optimizer.iterations) == 6
    again = keras.saving.load_model(done.path)
    assert float(again.optimizer.learning_rate) == pytest.approx(SCHEDULE(6), rel=1e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_keras_hyperparameter():
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.ones((1, 1))])
    # Without a gradient nothing but the decay moves the weight.
    given = {"keras": keras, "model": model, "x": np.zeros((128, 1)), "y": np.zeros((128, 1))}
    done = cook("keras_hyperparameter", schedule=0.5 * SHAPE, **given)
    expected = np.prod([1 - 0.5 * SHAPE(k) * 0.1 * SHAPE(k) for k in range(12)])
    assert float(done.model.get_weights()[0][0, 0]) == pytest.approx(expected, rel=1e-6)


def test_optax():
    import jax
    import jax.numpy as jnp
    import optax

    def loss(params, batch):
        return (params * batch).sum()

    done = cook("optax", jax=jax, optax=optax, loss=loss)
    params = jnp.zeros(3, jnp.bfloat16)
    state = done.optimizer.init(params)
    for k in range(12):
        params, state = done.update(jnp.zeros(3, jnp.bfloat16), state, jnp.ones(3, jnp.bfloat16))
        assert params.dtype == jnp.bfloat16
        # From 0 there is nothing to decay, and Adam's first moves are the learning rate.
        assert float(params[0]) == pytest.approx(-SCHEDULE(k), rel=2**-6, abs=0)


def test_sweep():
    """64 runs on handwritten digits in one program, and four of them each by itself."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = jnp.column_stack([images / 16, np.ones(len(images))]).astype(jnp.float32)
    labels, total_steps = jnp.asarray(labels), 300
    batches = jnp.asarray(np.random.default_rng(0).integers(len(images), size=(total_steps, 32)))
    start = jnp.zeros((images.shape[1], 10))

    def loss(weights, images, labels):
        chances = jax.nn.log_softmax(images @ weights)
        return -jnp.take_along_axis(chances, labels[:, None], axis=1).mean()

    done = cook(
        "sweep",
        jax=jax,
        jnp=jnp,
        loss=loss,
        images=images,
        labels=labels,
        batches=batches,
        start=start,
        total_steps=total_steps,
        peaks=[0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0],
        warmups=[0, 5, 10, 20, 30, 50, 70, 100],
    )
    assert len(done.family) == 64
    assert done.weights.shape == (64, *start.shape)
    for schedule, rates in zip(done.family, done.rates, strict=True):
        np.testing.assert_allclose(rates, schedule(range(total_steps)), rtol=1e-6, atol=1e-12)
    losses = [float(loss(weights, images, labels)) for weights in done.weights]
    assert max(losses) < np.log(10) / 2  # all have learned, the more the higher the rate was
    assert losses[7] > losses[7 + 8 * 3] > losses[7 + 8 * 7]

    def alone(schedule):
        def update(weights, given):
            step, batch = given
            gradient = jax.grad(loss)(weights, images[batch], labels[batch])
            return weights - schedule(step) * gradient, None

        return jax.lax.scan(update, start, (jnp.arange(total_steps), batches))[0]

    for i in (0, 13, 42, 63):
        np.testing.assert_allclose(
            done.weights[i], jax.jit(lambda i=i: alone(done.family[i]))(), rtol=1e-3, atol=1e-3
        )


def test_dask():
    import numpy as np

    done = cook("dask", total_steps=3_000_000)
    assert isinstance(done.rates, done.dask.array.Array)
    assert done.rates.numblocks == (3,)
    assert done.area == pytest.approx(SCHEDULE(np.arange(3_000_000)).sum(), rel=1e-12)


# In a process of its own: Paddle and TensorFlow do not live together in one.
PADDLE = """
    import itertools, json, sys, paddle
    import lrsched as lrs

    recipe, shape = sys.argv[1], lrs.parse(sys.argv[2])
    paddle.set_default_dtype("float64")
    model = paddle.nn.Linear(1, 1, bias_attr=False)
    weights = []

    def every(count):
        for _ in range(count):
            weights.append(model.weight.item())
            yield paddle.ones([1, 1])
        weights.append(model.weight.item())

    batches = every(16)
    exec(recipe)
    print(json.dumps([before - after for before, after in itertools.pairwise(weights)]))
"""


def test_paddle():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PADDLE), recipe("paddle"), repr(SHAPE)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    moves = json.loads(done.stdout.splitlines()[-1])
    assert moves == pytest.approx([SCHEDULE(k) for k in range(16)], rel=1e-6, abs=1e-15)
