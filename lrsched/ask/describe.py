"""Looking at schedules: their phases, and what may be wrong with them for a run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lrsched._core.check import Count, checked
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.ask.bounds import LAST, cycle_at, cycle_span, power
from lrsched.ask.findings import Finding, findings, short
from lrsched.ask.questions import ASchedule
from lrsched.shapes.compose import Product, Sequence
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.piecewise import Constant
from lrsched.shapes.views import Shift, Stretch, Take


@public
class Phase(NamedTuple):
    """A part of a whole: `scale` times `schedule`, from step `start` of the whole to `stop`.

    Of a cycle, `number` says which one it is, from 1 on, and `among` how many there are.
    """

    schedule: Schedule
    start: int
    stop: int | None
    scale: float = 1.0
    number: int | None = None
    among: int | None = None

    def __call__(self, step: int) -> float:
        """The phase's own value at a step of the whole, its end included."""
        return self.scale * self.schedule(step - self.start)


def phases(schedule: Schedule, within: int | None = None) -> list[Phase]:
    """The phases of a schedule; one without a sequence in it is a single phase.

    within: with so many steps to go, cycles are phases too: the first few, and the last that
    begins.

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
                for part in phases(phase, _plus(-offset, within))
            ]
        case Take():
            left = None if within is None else min(within, schedule.steps)
            parts = [p for p in phases(schedule.schedule, left) if p.start <= schedule.steps]
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
                for part in phases(inner, None if within is None else -(-within // int(factor)))
            ]
        case Product():
            constants = [f.value for f in schedule.factors if isinstance(f, Constant)]
            others = [f for f in schedule.factors if not isinstance(f, Constant)]
            if len(others) == 1:
                scale = math.prod(constants)
                parts = phases(others[0], within)
                return [part._replace(scale=scale * part.scale) for part in parts]
        case Cycle() if within is not None:
            return list(_cycles(schedule, within))
    return [Phase(schedule, 0, schedule.steps)]


def _plus(offset: int, stop: int | None) -> int | None:
    return None if stop is None else offset + stop


# Cycles that are listed, beside the last.
_FEW = 3


def _cycles(cycle: Cycle, within: int) -> Iterator[Phase]:
    """The first few cycles and the last, if there is one, of those that begin within so many
    steps."""
    endless = cycle.count is None and within >= LAST
    many = 1 + cycle_at(cycle, max(0, within - 1))[0]
    listed = [*range(min(_FEW, many))]
    for i in listed if endless or many <= _FEW else [*listed, many - 1]:
        begin, end = cycle_span(cycle, i)
        if begin is None:
            return
        end = cycle.steps if end is None or i + 1 == cycle.count else end
        _, start, factor = cycle_at(cycle, begin)
        one = Cycle(cycle.schedule, mirror=True, count=1) if cycle.mirror else cycle.schedule
        if start == begin and not (cycle.lead and factor != 1):
            one = Stretch(one, float(factor)) if factor != 1 else one
            scale = power(cycle.gain, i)
        else:  # on for a part of a step already, or stretched in part
            one, scale = Shift(cycle, begin), 1.0
        yield Phase(one, begin, end, scale, i + 1, None if endless else many)


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
        """A line for each phase; where cycles are left out, a line says how many."""
        rows = self.rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return ["  ".join([*map(str.rjust, row[:-1], widths), row[-1]]).rstrip() for row in rows]

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """The words of that table, those of its head first."""
        rows = [("from step", "to step", "value", "to value", "phase")]
        for part in self.phases:
            stop = "" if part.stop is None else f"{part.stop:,}"
            last = "" if part.stop is None else short(part(part.stop))
            text = repr(part.schedule)
            if part.number is not None:
                of = "" if part.among is None else f" of {part.among:,}"
                text = f"cycle {part.number:,}{of}: {text}"
            rows.append((f"{part.start:,}", stop, short(part(part.start)), last, text))
            if part.number == _FEW and (more := _more(part.among)):
                rows.append(("...", "", "", "", more))
        return rows


def _more(among: int | None) -> str:
    """What is left out behind the first few cycles."""
    if among is None:
        return "and so on, without an end"
    more = among - _FEW - 1
    return f"{more:,} more cycle{'s' * (more > 1)}" if more > 0 else ""


@public
@checked
def describe(schedule: ASchedule, total_steps: Count | None = None) -> Description:
    """The phases of a schedule, with their steps and values, and what may be wrong.

    Cycles are phases: the first three and the last, and how many there are.

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
    >>> print(lrs.describe(lrs.Cycle(lrs.Constant(1, steps=10), gain=0.5, count=50)))
    from step  to step        value     to value  phase
            0       10            1            1  cycle 1 of 50: Constant(1.0, steps=10)
           10       20          0.5          0.5  cycle 2 of 50: Constant(1.0, steps=10)
           20       30         0.25         0.25  cycle 3 of 50: Constant(1.0, steps=10)
          ...                                     46 more cycles
          490      500  1.77636e-15  1.77636e-15  cycle 50 of 50: Constant(1.0, steps=10)
    """
    every = phases(schedule, LAST if total_steps is None else total_steps)
    parts = [part for part in every if part.start != part.stop] or every[-1:]
    if total_steps is not None:
        within = [p for p in parts if p.start < total_steps] or parts[:1]
        parts = [
            p._replace(stop=total_steps if p.stop is None else min(p.stop, total_steps))
            for p in within
        ]
    return Description(schedule, total_steps, tuple(parts), tuple(findings(schedule, total_steps)))


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


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
