"""Where one phase or cycle of a composition gives way to the next: where a curve may jump."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction

from lrsched._core.schedule import Schedule
from lrsched._engine.ratio import simple_fraction
from lrsched.ask.bounds import cycle_at
from lrsched.shapes.compose import Product, Sequence, Sum
from lrsched.shapes.cycles import Cycle
from lrsched.shapes.views import Clip, Shift, Staircase, Stretch, Take, Warp

Step = int | Fraction

# Of a cycle's own joins so many are looked at, each time it comes around.
_MANY = 1000


def joins(schedule: Schedule) -> Iterator[Step]:
    """The steps of joins, ascending and above 0, without an end for endless cycles."""
    match schedule:
        case Sequence():
            ends = [*schedule.offsets[1:], None]
            for phase, offset, end in zip(schedule.phases, schedule.offsets, ends, strict=True):
                if offset == end:
                    continue
                if offset:
                    yield offset
                for step in joins(phase):
                    if end is not None and offset + step >= end:
                        break
                    yield offset + step
        case Product(factors=members) | Sum(terms=members):
            merged = heapq.merge(*map(joins, members))
            yield from (step for step, _ in itertools.groupby(merged))
        case Take(schedule=inner, steps=steps):
            yield from itertools.takewhile(lambda step: step < steps, joins(inner))
        case Shift(schedule=inner, offset=offset):
            yield from (step - offset for step in joins(inner) if step > offset)
        case Stretch(schedule=inner, factor=factor):
            simple = simple_fraction(factor)
            by = Fraction(*simple) if simple else Fraction(factor)
            yield from (step * by for step in joins(inner))
        case Staircase(schedule=inner, every=every):
            stairs = (-(-step // every) * every for step in joins(inner))
            yield from (step for step, _ in itertools.groupby(stairs))
        case Clip(schedule=inner):
            yield from joins(inner)
        case Warp(clock=clock):
            yield from joins(clock)
        case Cycle():
            yield from _of_cycles(schedule)


def _of_cycles(cycle: Cycle) -> Iterator[Step]:
    length = cycle.schedule.steps or 0
    inner = list(itertools.islice(joins(cycle.schedule), _MANY))
    inner = [step for step in inner if step < length]
    if cycle.mirror:
        inner += [2 * length - step for step in reversed(inner)]
    begin = 0
    for i in itertools.count():
        if i == cycle.count:
            return
        if begin:
            yield begin
        _, start, factor = cycle_at(cycle, begin)
        yield from (start + step * factor for step in inner)
        begin = math.ceil(start + cycle.first * factor)
