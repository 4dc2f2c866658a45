"""Trainers that own the loop around torch: the Hugging Face Trainer, Lightning, accelerate.

This module has recipes only, each run by a test on the real trainer. Update k is made with `schedule(k)`; `shape` has peak 1, and `schedule` is `3e-4 * shape`.

## Hugging Face Trainer

```python
from lrsched.adapters.torch import ScheduleLR

optimizer = torch.optim.AdamW(model.parameters())
scheduler = ScheduleLR(optimizer, schedule)
trainer = transformers.Trainer(
    model, arguments, train_dataset=dataset, optimizers=(optimizer, scheduler)
)
trainer.train(resume_from_checkpoint=checkpoint)  # a folder, or None
```

Its one place for a scheduler takes several, chained by torch, such as a rate and a momentum:

```python
from lrsched.adapters.torch import ScheduleLR

optimizer = torch.optim.SGD(model.parameters(), momentum=0.9)
scheduler = torch.optim.lr_scheduler.ChainedScheduler(
    [
        ScheduleLR(optimizer, schedule),
        ScheduleLR(optimizer, 0.95 - 0.1 * shape, key="momentum"),
    ]
)
```

A rule is told the metric by a callback, at each evaluation, while the schedule goes on with each
update:

```python
from lrsched.adapters.torch import ScheduleLR


class Tell(transformers.TrainerCallback):
    def on_evaluate(self, args, state, control, metrics, **_):
        scheduler.step(metrics["eval_loss"], epoch=scheduler.last_epoch)


scheduler = ScheduleLR(optimizer, schedule, rule=lrs.ReduceOnPlateau(patience=2))
trainer = transformers.Trainer(
    model,
    arguments,
    train_dataset=dataset,
    eval_dataset=dataset,
    optimizers=(optimizer, scheduler),
    callbacks=[Tell()],
)
```

Without a callback, Trainer tells the metric to a scheduler that is a `ReduceLROnPlateau`, and calls
it at no other time, so steps are evaluations:

```python
from lrsched.adapters.torch import ScheduleLR


class Plateau(ScheduleLR, torch.optim.lr_scheduler.ReduceLROnPlateau):
    pass


scheduler = Plateau(optimizer, schedule, rule=lrs.ReduceOnPlateau(patience=2))
```

## Lightning

```python
from lrsched.adapters.torch import ScheduleLR


class Trained(Model):
    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters())
        scheduler = {"scheduler": ScheduleLR(optimizer, schedule), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": scheduler}
```

With a rule, `"reduce_on_plateau": True` has Lightning tell it the monitored metric, once an epoch
(or once a step, with `"interval": "step"`); these are the steps of the schedule then. Without that
entry, the rule is never told:

```python
from lrsched.adapters.torch import ScheduleLR


class Listening(Model):
    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters())
        scheduler = {
            "scheduler": ScheduleLR(optimizer, schedule, rule=lrs.ReduceOnPlateau(patience=2)),
            "reduce_on_plateau": True,
            "monitor": "val_loss",
        }
        return {"optimizer": optimizer, "lr_scheduler": scheduler}
```

`BackboneFinetuning` adds its group without a name, which `"*"` covers. But the callback multiplies
the backbone's rate by its `lambda_func` at each later epoch, over what the schedule says, for the
one update until the scheduler writes again. Leave it the unfreezing alone:

```python
from lightning.pytorch.callbacks import BackboneFinetuning

from lrsched.adapters.torch import ScheduleLR


class Finetuned(Model):
    def configure_optimizers(self):
        optimizer = torch.optim.AdamW([{"params": self.head.parameters(), "name": "head"}])
        schedules = {"head": schedule, "*": 0.1 * schedule}
        scheduler = {"scheduler": ScheduleLR(optimizer, schedules), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": scheduler}


class Unfreeze(BackboneFinetuning):  # Trainer(callbacks=[Unfreeze(unfreeze_backbone_at_epoch=1)])
    def finetune_function(self, module, epoch, optimizer):
        if epoch <= self.unfreeze_backbone_at_epoch:
            super().finetune_function(module, epoch, optimizer)
```

With two optimizers Lightning leaves the steps to the model, those of the schedulers too; it saves
and loads them all the same:

```python
from lrsched.adapters.torch import ScheduleLR


class Gan(Model):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False

    def training_step(self, batch):
        losses = self.critic_loss, self.generator_loss
        for optimizer, scheduler, loss in zip(self.optimizers(), self.lr_schedulers(), losses):
            self.manual_backward(loss(batch))
            optimizer.step()
            scheduler.step()
            self.zero_grad()

    def configure_optimizers(self):
        critic = torch.optim.Adam(self.critic.parameters())
        generator = torch.optim.Adam(self.generator.parameters())
        return [critic, generator], [
            ScheduleLR(critic, 4 * schedule),
            ScheduleLR(generator, schedule),
        ]
```

## accelerate

A prepared scheduler takes `num_processes` steps for one update (unless the batches are split).
Stretch the schedule by as much: a whole factor is exact at every step.

```python
from lrsched.adapters.torch import ScheduleLR

scheduler = ScheduleLR(optimizer, lrs.Stretch(schedule, accelerator.num_processes))
model, optimizer, batches, scheduler = accelerator.prepare(model, optimizer, batches, scheduler)
for x, y in batches:
    with accelerator.accumulate(model):
        accelerator.backward(loss(model(x), y))
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
```
"""  # noqa: E501 tables and reprs
