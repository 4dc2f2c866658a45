"""Schedules in torch: a factor for its LambdaLR, and a scheduler of our own.

In both, update k is made with `schedule(k)`, k = 0, 1, 2, ...

## LambdaLR

`lr_lambda` is a factor for torch's own scheduler. It takes the shape; absolute values need
`lr_lambda(schedule, base_lr=3e-4)`. A checkpoint never changes the factor, but it does change what
the factor is multiplied with: LambdaLR saves and loads its `base_lrs`. A run that is resumed with a
new `lr` in the code goes on at the old peak. With `ScheduleLR`, below, what the code says holds.

```python
from lrsched.adapters.torch import lr_lambda

optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda(shape))
for x, y in batches:
    loss(model(x), y).backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
```

## ScheduleLR

Writes absolute values of any hyper-parameter: `key="lr"`, `"weight_decay"`, `"momentum"`,
`("betas", 0)`. One schedule covers all parameter groups, those added later too; a list has one for
each; a dict goes by the groups' `"name"`.

```python
from lrsched.adapters.torch import ScheduleLR

optimizer = torch.optim.AdamW(
    [
        {"params": model[0].parameters(), "name": "body"},
        {"params": model[1].parameters(), "name": "head"},
    ]
)
schedulers = [
    ScheduleLR(optimizer, {"body": schedule, "head": 10 * schedule}),
    ScheduleLR(optimizer, 0.1 * shape, key="weight_decay"),
]
for x, y in batches:
    loss(model(x), y).backward()
    optimizer.step()
    for scheduler in schedulers:
        scheduler.step()
    optimizer.zero_grad()
```

In a dict, a group's own name comes first, then the patterns that fit it (`"layer*.bias"`, the signs
`*`, `?` and `[...]` as in file names), in the order they are written, then `"*"`, the rest, and
also the groups without a name. A group that nothing covers is an error, for one added later at the
next `optimizer.step()`. An entry that no group answers to waits for groups to come; a warning says
so, since it may be a slip, and names the groups there are. A list may be longer, likewise.

```python
from lrsched.adapters.torch import ScheduleLR

optimizer = torch.optim.AdamW([{"params": model[1].parameters(), "name": "head"}])
scheduler = ScheduleLR(
    optimizer, {"head": schedule, "layer*": 0.1 * schedule}
)  # warns: no layer yet
for i, (x, y) in enumerate(batches):
    if i == unfreeze_at:
        optimizer.add_param_group({"params": model[0].parameters(), "name": "layer0"})
    loss(model(x), y).backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
```

Its state is the step alone, so a checkpoint never brings back old parameters: what the code says
holds. Load the optimizer's state before the scheduler is built, after it, or after loading the
scheduler: the next update is right in any order. Without the scheduler's state, give the step:
`ScheduleLR(optimizer, schedule, last_epoch=step - 1)`, as torch counts, makes the next update with
`schedule(step)`; `scheduler.load_state_dict({"last_epoch": step})` does the same. Tensor learning
rates are filled in place, so a compiled update is compiled once. `get_last_lr()` has the values
last written, whatever the key, as Python floats. A value that somebody else has written over
(another scheduler, say) is written again, and warned of once.

`scheduler.step(x)` goes to step x, which is any real number >= 0: `scheduler.step(seconds)` for a
schedule in seconds, `scheduler.step(epoch + i / len(batches))` for one in epochs. With a rule
beside the schedule (below), x is the metric, never the step, as in torch's `ReduceLROnPlateau`:
that is how trainers call a scheduler that listens. The step goes on by one; `scheduler.step(metric,
epoch=scheduler.last_epoch)` stays at the step, for a rule that is told less often than the schedule
moves.

## Resume

The loss jumps after a resume, and the rate starts again from its warmup: the step was lost. Save
and load `ScheduleLR`, or give it the step:

```python
>>> import lrsched as lrs
>>> import torch
>>> from lrsched.adapters.torch import ScheduleLR
>>> schedule = lrs.warmup_cosine(3e-4, 10_000, warmup_steps=100, end=3e-5)
>>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))])
>>> step = 5_050                                   # completed updates, from the checkpoint
>>> scheduler = ScheduleLR(optimizer, schedule, last_epoch=step - 1)
>>> optimizer.param_groups[0]["lr"] == schedule(5_050)
True

```

## A rule beside the schedule

In torch, `ScheduleLR` takes a rule beside its schedules, and saves both with the step:

```python
>>> import torch
>>> from lrsched.adapters.torch import ScheduleLR
>>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))])
>>> scheduler = ScheduleLR(optimizer, lrs.Constant(0.1), rule=lrs.HoldUntil(0.1, below=0.8))
>>> for error in (0.9, 0.7, 0.6):                  # the warmup of the ResNet paper
...     print(round(optimizer.param_groups[0]["lr"], 3))
...     optimizer.step()
...     scheduler.step(error)                      # a step() without a metric keeps the scale
0.01
0.01
0.1
>>> scheduler.state_dict()
{'last_epoch': 3, 'rule': {'scale': 1.0, 'released': True, 'crossed': 2, 'seen': 3}}

```

## Rates per layer

`layer_rates` by the groups' names:

```python
>>> body, head = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
>>> optimizer = torch.optim.AdamW([
...     {"params": body.parameters(), "name": "backbone"},
...     {"params": head.parameters(), "name": "head"},
... ])
>>> backbone, top = lrs.layer_rates(1e-3 * lrs.LinearDecay(100), depth=2, decay=0.1)
>>> scheduler = ScheduleLR(optimizer, {"backbone": backbone, "head": top})
>>> scheduler.get_last_lr()
[0.0001, 0.001]

```

LARS, with one group per layer (`trust_ratio` of `lrsched.layers`), between `backward()` and
`optimizer.step()`: the ratio goes into the gradients, with the weight decay, so that momentum may
gather them as in the paper:

```python
>>> schedule = 4.0 * lrs.Sequence(lrs.LinearWarmup(20), lrs.PolynomialDecay(100, power=2))
>>> model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10))
>>> weights = [p for p in model.parameters() if p.ndim > 1]
>>> optimizer = torch.optim.SGD([{"params": [p]} for p in weights], momentum=0.9)
>>> scheduler = ScheduleLR(optimizer, schedule)
>>> for _ in range(3):
...     optimizer.zero_grad()
...     loss = model(torch.randn(8, 64)).square().mean()
...     loss.backward()
...     ratios = lrs.trust_ratio(
...         torch.stack([p.norm() for p in weights]).detach(),
...         torch.stack([p.grad.norm() for p in weights]),
...         weight_decay=1e-4,
...     )
...     for p, ratio in zip(weights, ratios.tolist()):
...         _ = p.grad.add_(p.detach(), alpha=1e-4).mul_(ratio)
...     optimizer.step()
...     scheduler.step()

```

## Two optimizers

Each has its scheduler, which counts that optimizer's updates. The critic of this GAN makes five for
each of the generator's: stretched by five, its schedule goes down beside the other.

```python
from lrsched.adapters.torch import ScheduleLR

generator_lr = ScheduleLR(generator_optimizer, schedule)
critic_lr = ScheduleLR(critic_optimizer, lrs.Stretch(4 * schedule, 5))
for i, real in enumerate(batches, start=1):
    (critic(generator(noise()).detach()) - critic(real)).mean().backward()
    critic_optimizer.step()
    critic_lr.step()
    critic_optimizer.zero_grad()
    if i % 5 == 0:
        (-critic(generator(noise()))).mean().backward()
        generator_optimizer.step()
        generator_lr.step()
        generator_optimizer.zero_grad()
```

## Snapshot ensembles

Several models of one run: a copy of the weights before each restart, where the rate is lowest
(Huang et al. 2017, arXiv:1704.00109). `boundaries` has the restarts and the end; the end of a
warmup is a boundary too.

```python
import copy

from lrsched.adapters.torch import ScheduleLR

schedule = lrs.cosine_restarts(0.5, 90, every=30, warmup_steps=0)
restarts = lrs.boundaries(schedule)  # (30, 60, 90)
optimizer = torch.optim.SGD(model.parameters())
scheduler = ScheduleLR(optimizer, schedule)
snapshots = []
for done, (x, y) in enumerate(batches, start=1):
    loss(model(x), y).backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
    if done in restarts:  # the next update has the peak again
        snapshots.append(copy.deepcopy(model))


def ensemble(x):
    return sum(snapshot(x).softmax(-1) for snapshot in snapshots) / len(snapshots)
```

## Gradient accumulation and mixed precision

An update that the scaler skips does not count.

```python
from lrsched.adapters.torch import ScheduleLR

scheduler = ScheduleLR(optimizer, schedule)
scaler = torch.amp.GradScaler(device)  # for float16; bfloat16 needs none
for i, (x, y) in enumerate(batches, start=1):
    with torch.autocast(device, dtype=torch.float16):
        scaled = scaler.scale(loss(model(x), y) / accumulate)
    scaled.backward()
    if i % accumulate == 0:
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() >= before:  # it falls when an update was skipped
            scheduler.step()
        optimizer.zero_grad()
```
"""

from __future__ import annotations

import types
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import torch
from torch.optim.lr_scheduler import LRScheduler

from lrsched._core.check import Nonzero, checked, number_that, refusal, shown
from lrsched._core.schedule import A_SCHEDULE, Schedule
from lrsched._engine import numbers
from lrsched.adapters._groups import Schedules
from lrsched.feedback import MetricRule


@checked
def lr_lambda(
    schedule: Annotated[Schedule, A_SCHEDULE], base_lr: Nonzero = 1.0
) -> Callable[[float], float]:
    """What LambdaLR takes: a function from the step to a factor of the optimizer's own `lr`.

    A checkpoint never changes the factor. But LambdaLR multiplies it by `base_lrs`, and loading
    brings those of the checkpoint back: a run goes on at the old peak, whatever `lr` the code
    says now. With `ScheduleLR` the code's schedule holds.

    Formula: schedule(step) / base_lr.

    Args:
        schedule: a shape with peak 1 and the peak as the optimizer's `lr`; or absolute values and
            the optimizer's `lr` as `base_lr`.
        base_lr: the `lr` that the optimizer was built with; nonzero.

    Raises:
        TypeError, ValueError: schedule is none, or base_lr no nonzero finite number.

    Source: `torch.optim.lr_scheduler.LambdaLR`.

    >>> import lrsched as lrs, torch
    >>> from lrsched.adapters.torch import lr_lambda
    >>> schedule = lrs.Sequence(lrs.LinearWarmup(2), lrs.LinearDecay(2))
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda(schedule))
    >>> for _ in range(4):
    ...     print(optimizer.param_groups[0]["lr"])
    ...     optimizer.step()
    ...     scheduler.step()
    0.0
    0.05
    0.1
    0.05
    """
    return _Factor(schedule, base_lr)._calculate


class _Factor:
    """What the factor is made from, and is pickled and copied as.

    The factor itself is a bound method: as fast as a function. LambdaLR saves the `__dict__` of
    what it calls, and overwrites it from a checkpoint; a method's holds nothing of the schedule.
    """

    __slots__ = ("base_lr", "schedule")

    def __init__(self, schedule: Schedule, base_lr: float) -> None:
        self.schedule = schedule
        self.base_lr = base_lr

    @property
    def _calculate(self) -> Callable[[float], float]:
        by_hand = type(self)._otherwise
        method = numbers.method(self.schedule, self.base_lr, otherwise=by_hand)
        return types.MethodType(method, self)

    def _otherwise(self, step: float) -> float:
        return float(self.schedule(step) / self.base_lr)

    _beyond = _otherwise


class ScheduleLR(LRScheduler):
    """Writes the values of schedules, as they are, into an optimizer's parameter groups.

    Group g has `schedules[g](step)` from the moment this is built; `step()` goes to the next step,
    after `optimizer.step()`; `step(12.5)` goes to that one, in seconds or epochs, say. The state
    is the step alone, so the schedules are always the ones in the code, whatever a checkpoint was
    made with. Loading, of this or of the optimizer and in any order, writes the values again.

    With a rule, all values are multiplied by its scale, and `step(x)` tells it the metric x, as
    it tells torch's ReduceLROnPlateau, and goes to the next step; a `step()` without one leaves the
    scale as it is. What the rule remembers is saved and loaded with the step.

    A value that somebody else wrote over ours is written again by `step()`, and warned of, once.

    Args:
        optimizer: a torch optimizer; several instances may share one.
        schedules: one schedule for all groups, those added later included; or a list, one for each
            group; or a mapping from the groups' `"name"`, or from patterns of it: a name itself
            comes before `"layer*.bias"`, patterns are tried in their order, and `"*"` is for the
            rest, and for groups without a name. An entry that no group answers to is for groups
            to come, and warned of. A group added later must have one.
        key: the hyper-parameter to write, such as "lr", "weight_decay", or, inside a tuple,
            ("betas", 0). Tensors are filled in place.
        rule: a rule that listens, such as `ReduceOnPlateau`.
        last_epoch: the last step that was taken, to resume without a checkpoint of this object.

    Raises:
        TypeError, ValueError: an argument is not what is said above; in `step()` of this or of the
            optimizer, or where that loads its state, a group was added that no schedule covers.

    Source: `torch.optim.lr_scheduler.LRScheduler`.

    >>> import lrsched as lrs, torch
    >>> from lrsched.adapters.torch import ScheduleLR
    >>> optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))])
    >>> warmup = ScheduleLR(optimizer, 3e-4 * lrs.LinearWarmup(3))
    >>> cooldown = ScheduleLR(optimizer, 0.1 * lrs.LinearDecay(4), key="weight_decay")
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     warmup.step()
    ...     cooldown.step()
    >>> warmup.get_last_lr(), cooldown.get_last_lr(), warmup.state_dict()
    ([0.0003], [0.025], {'last_epoch': 3})
    >>> careful = ScheduleLR(optimizer, lrs.Constant(0.1), rule=lrs.HoldUntil(0.1, below=0.8))
    >>> for error in (0.9, 0.85, 0.7, 0.9):
    ...     print(f"{optimizer.param_groups[0]['lr']:.2f}")
    ...     optimizer.step()
    ...     careful.step(error)
    0.01
    0.01
    0.01
    0.10
    """

    last_epoch: float  # type: ignore[assignment]  # torch's is whole

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        schedules: Schedule | Sequence[Schedule] | Mapping[str, Schedule],
        *,
        key: str | tuple[str, int] = "lr",
        rule: MetricRule[Any] | None = None,
        last_epoch: float = -1,
    ) -> None:
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise _refusal("optimizer", "a torch optimizer", optimizer, TypeError)
        self.optimizer = optimizer
        self._schedules = Schedules("ScheduleLR", schedules)
        self._key = key
        if rule is not None and not isinstance(rule, MetricRule):
            raise _refusal("rule", "a rule or None", rule, TypeError)
        self._rule = rule
        self._heard = None if rule is None else rule.init()
        self._cover()
        if text := self._schedules.waiting(optimizer.param_groups):
            warnings.warn(text, stacklevel=2)
        first = _LAST("ScheduleLR", "last_epoch", last_epoch) + 1
        self._wrote: list[Any] = []
        self._versions: list[Any] = []
        self._warned = False
        LRScheduler.__init__(self, optimizer)  # also where a subclass is a ReduceLROnPlateau too
        self._watch()
        self._update_lr(first)

    def step(self, x: Any = None, /, *, epoch: float | None = None, metric: Any = None) -> None:
        """Go to the next step, after `optimizer.step()`.

        Without a rule, x is the step to go to. With one, x is a metric, as for torch's
        ReduceLROnPlateau, and the rule hears it first. `epoch=` and `metric=` say which is meant.
        """
        if x is not None or epoch is not None or metric is not None:
            epoch = self._told(x, epoch, metric)
        if self.last_epoch == 0 and epoch is None and _untouched(self.optimizer):
            text = "ScheduleLR: step() before optimizer.step(): no update gets the first value"
            warnings.warn(text, stacklevel=2)
        # A step before the first is one that SequentialLR took back, of a phase to come: another
        # phase has written since.
        watched = self.last_epoch >= 0
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._write(watched)

    def _told(self, x: Any, epoch: Any, metric: Any) -> float | None:
        """Let the rule hear the metric; the step to go to, if one was given."""
        name = "step" if epoch is None else "epoch"
        if self._rule is None:
            epoch = _either("epoch", x, epoch)
        else:
            metric = _either("metric", x, metric)
        step = None if epoch is None else _STEP("ScheduleLR", name, epoch)
        if metric is not None:
            if self._rule is None:
                raise _refusal("metric", "None, as there is no rule", metric)
            self._heard = self._rule.update(self._heard, metric)
        return step

    def _update_lr(self, epoch: float | None = None) -> None:  # torch's name: SequentialLR calls it
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._write()

    def get_lr(self) -> list[float | torch.Tensor]:
        """Each group's value at the present step; a schedule of many groups is called once."""
        scale = 1.0 if self._heard is None else self._heard.scale
        values = [schedule(self.last_epoch) * scale for schedule in self._distinct]
        return [values[i] for i in self._which]

    def state_dict(self) -> dict[str, Any]:
        """The step, what the rule remembers if there is one, and nothing else."""
        state: dict[str, Any] = {"last_epoch": self.last_epoch}
        if self._rule is not None:
            state["rule"] = self._rule.save(self._heard)
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go to the step in a checkpoint of any LRScheduler; nothing else in it is read.

        A rule goes on from what it remembered, or begins where the checkpoint is of none.
        """
        if not isinstance(state_dict, Mapping) or "last_epoch" not in state_dict:
            raise _refusal("state_dict", 'a mapping with "last_epoch"', state_dict)
        step = _LAST("ScheduleLR", "last_epoch", state_dict["last_epoch"])
        if self._rule is not None:
            saved = state_dict.get("rule")
            self._heard = self._rule.init() if saved is None else self._rule.restore(saved)
        self._update_lr(step)

    def _write(self, watched: bool = False) -> None:
        if self.last_epoch < 0:  # SequentialLR takes back the first step of a phase to come
            return
        if self._others():
            self._cover()
        groups = self.optimizer.param_groups
        key = self._key
        found = [group[key] if isinstance(key, str) else _get(group, key) for group in groups]
        if watched and not self._warned:
            self._compare(found)
        self._last_lr = values = self.get_lr()
        tensors = False
        for i, value in enumerate(values):
            old = found[i]
            if isinstance(old, torch.Tensor):
                old.fill_(value)  # what compiled updates and captured graphs read
                tensors = True
            else:
                found[i] = value
                _set(groups[i], key, value)
        self._wrote = found
        self._versions = [_version(value) for value in found] if tensors else []

    def _compare(self, found: list[Any]) -> None:
        """Say it when what the groups have is not what was written into them."""
        if found == self._wrote and not self._versions:
            return
        versions = [_version(value) for value in found]
        # A new group has nothing of ours yet.
        for i, (new, old) in enumerate(zip(found, self._wrote, strict=False)):
            changed = new is not old and new != old
            if changed or (self._versions and versions[i] != self._versions[i]):
                self._warned = True
                text = (
                    f"ScheduleLR: {self._key!r} of param_groups[{i}] was {self._last_lr[i]!r} when "
                    f"written and is {shown(new)} now: somebody else writes it too"
                )
                warnings.warn(text, stacklevel=4)
                return

    def _cover(self) -> None:
        """Find every group's schedule."""
        groups = self.optimizer.param_groups
        for i, group in enumerate(groups):
            known = list(_numeric_keys(group))
            if self._key not in known:
                raise _refusal("key", f"one of those of param_groups[{i}], {known}", self._key)
        found = self._schedules.found(groups)
        self._distinct = tuple(dict.fromkeys(found))
        self._which = [self._distinct.index(schedule) for schedule in found]
        self._part()

    def _others(self) -> bool:
        """Whether groups have come or gone since they were covered."""
        return len(self.optimizer.param_groups) != len(self._which)

    def _part(self) -> None:
        """Groups begin with one tensor in common, the default: another schedule needs another."""
        user: dict[int, int] = {}
        for group, i in zip(self.optimizer.param_groups, self._which, strict=True):
            value = _get(group, self._key)
            if isinstance(value, torch.Tensor) and user.setdefault(id(value), i) != i:
                _set(group, self._key, value.clone())

    def _watch(self) -> None:
        """Write again when the optimizer has loaded a checkpoint or been given another group."""
        target: Any = self.optimizer
        while isinstance(getattr(target, "optimizer", None), torch.optim.Optimizer):
            target = target.optimizer  # the one that a wrapper wraps makes the updates
        # Weakly: the optimizer may outlive this scheduler, and must not heed it then.
        this = weakref.ref(self)

        def loaded(_: torch.optim.Optimizer) -> None:
            if scheduler := this():
                if not scheduler._others():  # else they are covered, and parted, by writing
                    scheduler._part()
                scheduler._write()

        def before_update(*_: Any) -> None:
            scheduler = this()
            if scheduler and scheduler._others():
                scheduler._write()

        for hook in (
            target.register_load_state_dict_post_hook(loaded),
            target.register_step_pre_hook(before_update),
        ):
            weakref.finalize(self, hook.remove)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._versions = [_version(value) for value in self._wrote]  # a copy's begin anew
        self._watch()  # copying an optimizer leaves its hooks behind


def _refusal(name: str, rule: str, value: Any, kind: type[Exception] = ValueError) -> Exception:
    return refusal(kind, "ScheduleLR", name, rule, value)


def _either(name: str, x: Any, named: Any) -> Any:
    if x is not None and named is not None:
        raise _refusal(name, f"given once, and was {shown(x)}", named)
    return named if x is None else x


def _step_that(must_be: str, holds: Callable[[float], bool]) -> Callable[[str, str, Any], float]:
    """The rule for a step, which stays an integer where it is one: a clock may pass 2**53."""
    rule = number_that(must_be, holds)

    def accept(owner: str, name: str, value: Any) -> float:
        number: float = rule(owner, name, value)
        return int(value) if number.is_integer() else number

    return accept


_STEP = _step_that("a finite number >= 0 (a metric needs a rule)", lambda x: x >= 0)
_LAST = _step_that("a step, or -1 for none", lambda x: x >= 0 or x == -1)


def _untouched(optimizer: torch.optim.Optimizer) -> bool:
    """Whether torch, which wraps `optimizer.step` to know it, has seen no update."""
    watched = hasattr(optimizer.step, "_wrapped_by_lr_sched")
    return watched and not hasattr(optimizer, "_opt_called")


def _numeric_keys(group: dict[str, Any]) -> Iterator[str | tuple[str, int]]:
    for name, value in group.items():
        if _is_numeric(value):
            yield name
        elif isinstance(value, (tuple, list)) and name != "params":
            yield from ((name, i) for i, member in enumerate(value) if _is_numeric(member))


def _is_numeric(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.is_floating_point() and value.numel() == 1
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _version(value: Any) -> int | None:
    """What changes when a tensor is written to; nobody has to wait for its device to know."""
    known = isinstance(value, torch.Tensor) and not value.is_inference()
    return value._version if known else None


def _get(group: dict[str, Any], key: str | tuple[str, int]) -> Any:
    return group.get(key) if isinstance(key, str) else group[key[0]][key[1]]


def _set(group: dict[str, Any], key: str | tuple[str, int], value: Any) -> None:
    if isinstance(key, str):
        group[key] = value
    else:
        name, i = key
        group[name] = (*group[name][:i], value, *group[name][i + 1 :])
