"""Looking at schedules: their phases, and what may be wrong with them for a run."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrsched._core.check import Count, PositiveCount, Rule, checked
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched._engine.numpy import EXACT
from lrsched.ask.bounds import bounds
from lrsched.ask.joins import joins
from lrsched.ask.questions import ASchedule, first_below, values_at
from lrsched.shapes.compose import Product, Sequence
from lrsched.shapes.piecewise import Constant
from lrsched.shapes.views import Shift, Stretch, Take


@public
class Phase(NamedTuple):
    """A part of a whole: `scale` times `schedule`, from step `start` of the whole to `stop`."""

    schedule: Schedule
    start: int
    stop: int | None
    scale: float = 1.0

    def __call__(self, step: int) -> float:
        """The phase's own value at a step of the whole, its end included."""
        return self.scale * self.schedule(step - self.start)


def phases(schedule: Schedule) -> list[Phase]:
    """The phases of a schedule; one without a sequence in it is a single phase.

    >>> import lrsched as lrs
    >>> for phase in phases(0.1 * lrs.Sequence(lrs.LinearWarmup(5), lrs.CosineDecay(15))):
    ...     print(phase.start, phase.stop, phase.schedule, phase(phase.stop))
    0 5 LinearWarmup(5) 0.1
    5 20 CosineDecay(15) 0.0
    """
    match schedule:
        case Sequence():
            return [
                part._replace(start=offset + part.start, stop=_plus(offset, part.stop))
                for offset, phase in zip(schedule.offsets, schedule.phases, strict=True)
                for part in phases(phase)
            ]
        case Take():
            parts = [part for part in phases(schedule.schedule) if part.start <= schedule.steps]
            last = parts[-1]
            stop = schedule.steps if last.stop is None else min(last.stop, schedule.steps)
            return [*parts[:-1], last._replace(stop=stop)]
        case Stretch(schedule=inner, factor=factor) if factor.is_integer():
            return [
                part._replace(
                    schedule=Stretch(part.schedule, factor),
                    start=part.start * int(factor),
                    stop=None if part.stop is None else part.stop * int(factor),
                )
                for part in phases(inner)
            ]
        case Product():
            constants = [f.value for f in schedule.factors if isinstance(f, Constant)]
            others = [f for f in schedule.factors if not isinstance(f, Constant)]
            if len(others) == 1:
                scale = math.prod(constants)
                return [part._replace(scale=scale * part.scale) for part in phases(others[0])]
    return [Phase(schedule, 0, schedule.steps)]


def _plus(offset: int, stop: int | None) -> int | None:
    return None if stop is None else offset + stop


@public
class Finding(NamedTuple):
    """Something about a schedule that its author may not have meant; `fault` if it looks wrong."""

    kind: str
    step: int
    message: str
    fault: bool = True

    def __str__(self) -> str:
        return f"{'fault' if self.fault else 'note'}: {self.message}"


def _accept_kinds(kinds: Any) -> tuple[str, ...]:
    if isinstance(kinds, str) or not isinstance(kinds, Iterable):
        raise TypeError
    accepted = tuple(kinds)
    if not set(accepted) <= set(KINDS):
        raise ValueError
    return accepted


KINDS = ("jump", "short", "long", "zero", "negative", "warmup")
Kinds = Annotated[
    Iterable[str], Rule("a sequence of " + ", ".join(map(repr, KINDS)), _accept_kinds)
]


@public
@checked
def check(schedule: ASchedule, total_steps: Count, accept: Kinds = ()) -> tuple[Finding, ...]:
    """What may be wrong with a schedule for a run of that many steps.

    Faults are a jump where one phase or cycle ends and the next begins ("jump"), a run that ends
    before the schedule does ("short"), updates at rate 0 at the end of a run ("zero"), and values
    below 0 ("negative"). A run that goes on for more than a hundredth of its updates after the
    schedule's end, at another value, is a note ("long"), and so is a warmup longer than a tenth of
    it ("warmup").

    A jump is found in the curve, however that is composed: a cycle's restart is the same as that of
    a sequence. Between two constants it is a stair, and no fault. Of more jumps than ten the first
    ten are told, and a thousand joins are looked at.

    Args:
        schedule: any schedule.
        total_steps: length of the run: it uses the values at `range(total_steps)`.
        accept: kinds of findings that are meant, and left out: `("jump",)` for restarts.

    Raises:
        TypeError, ValueError: schedule is none, total_steps no count, or accept no such kinds.

    >>> import lrsched as lrs
    >>> schedule = lrs.Sequence(lrs.LinearWarmup(100, end=0.1), lrs.CosineDecay(900))
    >>> for finding in lrs.check(schedule, total_steps=950):
    ...     print(finding)
    fault: jump from 0.1 to 1 at step 100
    fault: the run ends at step 950, the schedule at step 1000
    note: the warmup takes 100 of 950 steps
    >>> run = lrs.warmup_linear(1e-3, 100, warmup_steps=10)
    >>> print(*lrs.check(run, total_steps=103))
    fault: the last 3 updates have rate 0, from step 100 on
    """
    found = _findings(schedule, total_steps)
    return tuple(finding for finding in found if finding.kind not in accept)


def _findings(schedule: Schedule, total_steps: int | None) -> list[Finding]:
    parts = [part for part in phases(schedule) if part.start != part.stop]
    found = list(itertools.islice(_jumps(schedule, total_steps), _TOLD))
    if total_steps is not None and schedule.steps is not None and total_steps < schedule.steps:
        ends = f"the run ends at step {total_steps}, the schedule at step {schedule.steps}"
        found.append(Finding("short", total_steps, ends))
    found += _after_the_end(schedule, total_steps)
    negative = _first_negative(schedule, total_steps)
    if negative is not None:
        message = f"negative, {short(schedule(negative))} at step {negative}"
        found.append(Finding("negative", negative, message))
    if total_steps is not None and parts and parts[0].stop is not None and len(parts) > 1:
        length, begin, end = parts[0].stop, parts[0](0), parts[0](parts[0].stop)
        if abs(begin) < abs(end) and length > total_steps / 10:
            message = f"the warmup takes {length} of {total_steps} steps"
            found.append(Finding("warmup", length, message, fault=False))
    return found


# Ends that are calculated on two ways differ in their last digits: no jump.
_ALIKE = 1e-6

# Jumps that are told, and joins that are looked at.
_TOLD, _LOOKED_AT = 10, 1000


def _jumps(schedule: Schedule, total_steps: int | None) -> Iterator[Finding]:
    for join in itertools.islice(joins(schedule), _LOOKED_AT):
        step = math.ceil(join)
        if (total_steps is not None and step >= total_steps) or step >= EXACT:
            return
        at = float(join)
        # The curve's own limit; closer, and the step's last digits are lost in a sum of two.
        before, after = schedule(at - max(1.0, at) * 2.0**-45), schedule(at)
        around = schedule(max(0, step - 1)), schedule(at + 1)
        if abs(before - after) <= _ALIKE * max(map(abs, (before, after, *around))):
            continue
        if around != (before, after):  # else a stair
            message = f"jump from {short(before)} to {short(after)} at step {step}"
            yield Finding("jump", step, message)


def _after_the_end(schedule: Schedule, total_steps: int | None) -> Iterator[Finding]:
    """What a run does when its schedule is over."""
    if not total_steps:
        return
    over = 0 if schedule.steps is None else max(0, total_steps - schedule.steps)
    if schedule(total_steps - 1) != 0 or schedule(total_steps) != 0:
        if over > total_steps / 100:
            message = f"the run ends at step {total_steps}, the schedule at step {schedule.steps}"
            yield Finding("long", total_steps - over, message, fault=False)
        return
    last = _last_nonzero(schedule, total_steps - over)
    if last is not None:
        updates = total_steps - 1 - last
        many = f"last {updates} updates have" if updates > 1 else "last update has"
        message = f"the {many} rate 0, from step {last + 1} on"
        yield Finding("zero", last + 1, message)


def _last_nonzero(schedule: Schedule, stop: int) -> int | None:
    """The last step before `stop` with another value than 0; None for none that is found."""
    pending, visited = [(0, stop)], 0
    while pending and visited < _PATIENCE:
        begin, end = pending.pop()
        if begin == end or bounds(schedule, begin, end - 1) == (0, 0):
            continue
        if end - begin > _CHUNK:
            middle = (begin + end) // 2
            pending += [(begin, middle), (middle, end)]  # the later half first
            continue
        found = np.flatnonzero(values_at(schedule, begin, end))
        if found.size:
            return begin + int(found[-1])
        visited += end - begin
    return None


_CHUNK, _PATIENCE = 4096, 1_000_000


def _first_negative(schedule: Schedule, total_steps: int | None) -> int | None:
    if total_steps == 0:
        return None
    try:
        step = first_below(schedule, 0.0)
    except ValueError:  # a user's endless schedule, and nothing to be seen in ten million steps
        return None
    return None if step is None or (total_steps is not None and step >= total_steps) else step


@public
@dataclass(frozen=True)
class Description:
    """What there is to say of a schedule; `str` makes a table of it."""

    schedule: Schedule
    total_steps: int | None
    phases: tuple[Phase, ...]
    warnings: tuple[Finding, ...]

    def __str__(self) -> str:
        return "\n".join([*self.table(), *map(str, self.warnings)])

    def table(self) -> list[str]:
        """A line for each phase."""
        rows = [("from step", "to step", "value", "to value", "phase")]
        for part in self.phases:
            stop = "" if part.stop is None else f"{part.stop:,}"
            last = "" if part.stop is None else short(part(part.stop))
            rows.append(
                (f"{part.start:,}", stop, short(part(part.start)), last, repr(part.schedule))
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return ["  ".join([*map(str.rjust, row[:-1], widths), row[-1]]).rstrip() for row in rows]


@public
@checked
def describe(schedule: ASchedule, total_steps: Count | None = None) -> Description:
    """The phases of a schedule, with their steps and values, and what may be wrong.

    Args:
        schedule: any schedule.
        total_steps: length of the run, for phases to end with it and for the warnings of `check`;
            without it, only jumps and negative values are looked for.

    Raises:
        TypeError, ValueError: schedule is none, or total_steps no count.

    >>> import lrsched as lrs
    >>> print(lrs.describe(3e-4 * lrs.Sequence(lrs.LinearWarmup(100), lrs.CosineDecay(900))))
    from step  to step   value  to value  phase
            0      100       0    0.0003  LinearWarmup(100)
          100    1,000  0.0003         0  CosineDecay(900)
    """
    parts = [p for p in phases(schedule) if p.start != p.stop] or phases(schedule)[-1:]
    if total_steps is not None:
        within = [p for p in parts if p.start < total_steps] or parts[:1]
        parts = [
            p._replace(stop=total_steps if p.stop is None else min(p.stop, total_steps))
            for p in within
        ]
    return Description(schedule, total_steps, tuple(parts), tuple(_findings(schedule, total_steps)))


def short(value: float) -> str:
    """Six digits: enough to look at."""
    return f"{value:.6g}"


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


@checked
def samples(schedule: ASchedule, steps: Count, points: PositiveCount) -> NDArray[np.int64]:
    """About so many steps from 0 to `steps`, with both sides of every joint among them."""
    joints = [part.start for part in phases(schedule) if part.start <= steps][:points]
    even = np.rint(np.linspace(0, steps, points)).astype(np.int64)
    both = [step for joint in joints for step in (joint - 1, joint) if step >= 0]
    return np.unique(np.concatenate([even, np.array(both, dtype=np.int64)]))


def horizon(schedule: Schedule) -> int:
    """How far to look where nobody says: a schedule's length, or a few times its slowest part's."""
    return min(schedule.steps or max(1, 4 * _timescale(schedule)), 2**52)


_CLOCKS = {"steps", "timescale", "every", "warmup_steps", "milestones", "boundaries", "knots"}


def _timescale(schedule: Schedule) -> int:
    scales = [float(schedule.steps or 0)]
    for field in dataclasses.fields(schedule):  # type: ignore[arg-type]
        value = getattr(schedule, field.name)
        members = value if isinstance(value, tuple) else (value,)
        scales += [_timescale(member) for member in members if isinstance(member, Schedule)]
        if field.name in _CLOCKS:
            scales += [float(member) for member in members if isinstance(member, (int, float))]
    factor = schedule.factor if isinstance(schedule, Stretch) else 1.0
    waits = max(0, -schedule.offset) if isinstance(schedule, Shift) else 0
    scale = factor * max(scales) + waits
    return math.ceil(min(scale, 2.0**52))
