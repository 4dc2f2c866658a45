"""Families of the rows in `cases.py`: the same trees, with other numbers in them."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from cases import CASES, COMPOSED, Case, Tower

import lrsched as lrs

MEMBERS = 6


def other(value: Any, pick: random.Random) -> Any:
    """The same with other numbers in it, some of them such that a formula has less to do."""
    if isinstance(value, lrs.Warp):  # a clock that rounds is as exact as its readings
        return lrs.Warp(other(value.schedule, pick), value.clock)
    if isinstance(value, lrs.Schedule):
        return _other_schedule(value, pick)
    if isinstance(value, tuple) and all(type(number) is int for number in value):
        factor, more = pick.choice([1, 2, 3]), pick.choice([0, 1])
        return tuple(number * factor + more for number in value)
    if isinstance(value, tuple):
        return tuple(other(member, pick) for member in value)
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return max(0, value + pick.choice([0, 0, 1, 2, value, -value]))
    return pick.choice([value, value * 0.5, value * 1.25, 1.0, value + 0.125])


def _other_schedule(schedule: lrs.Schedule, pick: random.Random) -> lrs.Schedule:
    names = [f.name for f in dataclasses.fields(schedule) if f.init]
    for _ in range(30):
        new = {name: other(getattr(schedule, name), pick) for name in names}
        try:
            if isinstance(schedule, (lrs.Sequence, lrs.Product, lrs.Sum)):
                made: lrs.Schedule = type(schedule)(*new[names[0]])
            else:
                made = type(schedule)(**new)
            return lrs.Family([schedule, made])[1]
        except ValueError:  # a zero where none may be, or of a sum in it another sum
            continue
    return schedule


def family_of(schedule: lrs.Schedule) -> lrs.Family:
    pick = random.Random(1)
    return lrs.Family([schedule, *(other(schedule, pick) for _ in range(MEMBERS - 1))])


def member_of(case: Case, member: lrs.Schedule) -> Case:
    """What a member's rounding may cost."""
    start = case.exponential_from
    if start is None and "Exponential" in repr(member):
        start = 1.0  # whose powers are whole no more
    elif start is not None and not isinstance(member, Tower):
        start = abs(getattr(member, "start", start))
    return dataclasses.replace(
        case, schedule=member, golden={}, power=case.power + 1, exponential_from=start
    )


FAMILIES = {case: family_of(case.schedule) for case in CASES}
COMPOSITIONS = [family_of(schedule) for schedule in COMPOSED]
