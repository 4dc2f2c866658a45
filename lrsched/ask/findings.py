"""What may be wrong with a schedule for a run."""

from __future__ import annotations

import collections
import itertools
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np

from lrsched._core.check import Count, Rule, checked, refusal
from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched._engine.numpy import EXACT
from lrsched.ask.boundaries import START, Mark, Own, last_marks, marks
from lrsched.ask.bounds import bounds
from lrsched.ask.questions import ASchedule, first_above, first_below, values_at


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


KINDS = ("jump", "short", "long", "zero", "negative", "infinite", "warmup")
Kinds = Annotated[
    Iterable[str], Rule("a sequence of " + ", ".join(map(repr, KINDS)), _accept_kinds)
]


@public
@checked
def check(
    schedule: ASchedule, total_steps: Count | None = None, accept: Kinds = ()
) -> tuple[Finding, ...]:
    """What may be wrong with a schedule for a run of that many steps.

    Faults are a jump where one piece of a schedule gives way to the next ("jump"), updates at rate
    0 at the end of a run, or two and more of them amid it ("zero"), values below 0 ("negative") or
    beyond floats ("infinite"), and a run that ends before the schedule does ("short"). A run that
    goes on for more than a hundredth of its updates after the schedule's end, at another value, is
    a note ("long"), and so is a warmup longer than a tenth of it ("warmup").

    The first four are of the curve, however it is composed: a cycle's restart is the same as a
    sequence's. A jump is any break in it that is not level on both sides. Between two constants it
    is a stair, and no fault, whether of a `StepDecay` or of a sequence; on a slope it is a jump,
    for both. Zeros from the first update on are no fault. How long a schedule and its warmup are
    is not to be seen in the curve: a last phase that is constant is no end, and the peak of a
    `Noam`, one formula, ends no phase.

    Breaks and zeros are looked for at the schedule's `boundaries`, the stairs of a `Quantize` left
    out: at the first thousand, and the last thousand of the run. Of more than ten findings of a
    kind, the first ten and the last are told.

    Args:
        schedule: any schedule.
        total_steps: length of the run: it uses the values at `range(total_steps)`; by default,
            the schedule's.
        accept: kinds of findings that are meant, and left out: `("jump",)` for restarts.

    Raises:
        TypeError, ValueError: schedule is none, total_steps no count (or not given for an endless
            schedule), or accept no such kinds.

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
    if total_steps is None:
        total_steps = schedule.steps
    if total_steps is None:
        rule = "given for an endless schedule"
        raise refusal(ValueError, "check", "total_steps", rule, None)
    found = findings(schedule, total_steps)
    return tuple(finding for finding in found if finding.kind not in accept)


def findings(schedule: Schedule, total_steps: int | None) -> list[Finding]:
    """All there are; without a run's length, jumps and negative values."""
    pieces = _pieces(schedule, total_steps)
    jumps = _jumps(schedule, pieces, total_steps)
    if total_steps is None and schedule.steps is None:  # of those without an end, none is the last
        jumps = itertools.islice(jumps, _TOLD)
    found = _told(jumps)
    if total_steps:
        found += _length(schedule, total_steps)
        found += _told(_zeros(schedule, pieces, total_steps))
    negative = _first(schedule, total_steps, lambda: first_below(schedule, 0.0))
    if negative is not None:
        message = f"negative, {short(schedule(negative))} at step {negative}"
        found.append(Finding("negative", negative, message))
    infinite = _first(schedule, total_steps, lambda: first_above(schedule, sys.float_info.max))
    if infinite is not None:
        found.append(Finding("infinite", infinite, f"infinite at step {infinite}"))
    if total_steps:
        found += _warmup(schedule, total_steps)
    return found


# Findings of one kind that are told, and boundaries that are looked at, from either end of a run.
_TOLD, _LOOKED_AT = 10, 1000


def _told(found: Iterator[Finding]) -> list[Finding]:
    first = list(itertools.islice(found, _TOLD))
    return [*first, *collections.deque(found, maxlen=1)]


class _Piece(NamedTuple):
    """Where it begins, how long the one before it is, and how long it is itself."""

    mark: Mark
    before: float
    length: float


def _pieces(schedule: Schedule, total_steps: int | None) -> list[_Piece]:
    """The first thousand of a run that begin at a mark, and the last thousand."""
    ends = [total_steps, None if schedule.steps is None else schedule.steps + 1]
    known = [end for end in ends if end is not None]
    stop = Mark(min([*known, EXACT]))

    def breaks(after: Mark) -> Iterator[Mark]:
        return marks(schedule, after, Own.BREAKS)

    ascending = itertools.takewhile(lambda mark: mark < stop, breaks(START))
    first = list(itertools.islice(ascending, _LOOKED_AT))
    groups = [[START, *first]]
    if len(first) == _LOOKED_AT and known:
        last = last_marks(schedule, stop, _LOOKED_AT + 1, Own.BREAKS)
        groups.append([mark for mark in last if first[-1] <= mark])
    found: list[_Piece] = []
    for group in groups:
        after = next(breaks(group[-1]), None) if group else None
        ats = [*(mark.at for mark in group), math.inf if after is None else after.at]
        lengths = [float(end - begin) for begin, end in itertools.pairwise(ats)]
        found += map(_Piece, group[1:], lengths, lengths[1:])
    return found


# Ends that are calculated on two ways differ in their last digits: no jump.
_ALIKE = 1e-6


def _jumps(
    schedule: Schedule, pieces: Iterable[_Piece], total_steps: int | None
) -> Iterator[Finding]:
    told = None
    for piece in pieces:
        step = piece.mark.step
        if step == told or (total_steps is not None and step >= total_steps):
            continue
        sides = _break(schedule, piece)
        if sides is not None:
            told = step
            message = f"jump from {short(sides[0])} to {short(sides[1])} at step {step}"
            yield Finding("jump", step, message)


def _break(schedule: Schedule, piece: _Piece) -> tuple[float, float] | None:
    """The limits of the curve on both sides of a mark; None where they are one, or a stair."""
    mark, at = piece.mark, float(piece.mark.at)
    whole = mark.at == math.floor(mark.at)
    around = max(abs(schedule(max(0, mark.step - 1))), abs(schedule(mark.step + 1)))

    def sides(before: float, after: float) -> tuple[float, float]:
        """So far off; on a whole step, the value there."""
        return (
            schedule(at if whole and mark.late else max(0.0, at - before)),
            schedule(at if whole and not mark.late else at + after),
        )

    for apart in _distances(at):
        off = [min(apart, length / 8) for length in (piece.before, piece.length)]
        near, far = sides(*off), sides(4 * off[0], 4 * off[1])
        scale, gap = max(around, *map(abs, near)), abs(near[0] - near[1])
        # A curve that is steep, not broken, leaves a gap that widens with the distance.
        if near[0] == near[1] or gap <= _ALIKE * scale or abs(far[0] - far[1]) > 1.5 * gap:
            continue
        left, right = _near(piece.before, at), _near(piece.length, at)
        if (schedule(at - left), schedule(at + right)) == near:
            return None
        return _limit(near[0], far[0], scale), _limit(near[1], far[1], scale)
    return None


def _distances(at: float) -> Iterator[float]:
    """How close to a mark it is looked: as close as may be, and further where digits are lost, in
    the sum of a step and an offset."""
    apart = max(1.0, at) * 2.0**-45
    yield apart
    while (apart := apart * 2**13) < 1 / 16:
        yield apart
    yield 1 / 16


def _limit(near: float, far: float, scale: float) -> float:
    """On a straight line through two values, one four times as far off."""
    if not (math.isfinite(near) and math.isfinite(far)):
        return near
    limit = near + (near - far) / 3
    # A curve that comes to 0 along no straight line does not come out on the other side.
    passed = limit * near < 0 or abs(limit) <= 1e-12 * scale
    return 0.0 if passed and math.isfinite(scale) else limit


def _near(length: float, at: float) -> float:
    """How far a piece is to be level: a slow one for longer, or it seems so."""
    return min(length / 2, max(1.0, (length if length < math.inf else at) / 64))


def _length(schedule: Schedule, total_steps: int) -> Iterator[Finding]:
    """A run that is shorter than its schedule, or goes on without it."""
    message = f"the run ends at step {total_steps}, the schedule at step {schedule.steps}"
    if schedule.steps is None:
        return
    if total_steps < schedule.steps:
        yield Finding("short", total_steps, message)
    over = total_steps - schedule.steps
    if over > total_steps / 100 and schedule(total_steps) != 0:
        yield Finding("long", schedule.steps, message, fault=False)


def _zeros(schedule: Schedule, pieces: Iterable[_Piece], total_steps: int) -> Iterator[Finding]:
    """Updates at rate 0, two in a row: a curve may well touch it. At the end, one is enough if the
    schedule goes on so."""
    stop = 0
    for near in [*(piece.mark.step for piece in pieces), total_steps]:
        around = range(max(near - 2, 0), min(near + 2, total_steps + 1))
        zeros = [step for step in around if schedule(step) == 0]
        first = next((a for a, b in itertools.pairwise(zeros) if b == a + 1), total_steps)
        if not stop <= first < total_steps:
            continue
        last = _nonzero(schedule, 0, first, last=True)
        following = _nonzero(schedule, first, total_steps, last=False)
        stop = total_steps if following is None else following
        if last is None:
            continue
        begin, many = last + 1, stop - last - 1
        updates = f"{'last ' * (stop == total_steps)}{many} updates have rate 0"
        if stop < total_steps:
            message = f"{updates}, from step {begin} to step {stop - 1}"
        else:
            message = (
                f"the {updates if many > 1 else 'last update has rate 0'}, from step {begin} on"
            )
        yield Finding("zero", begin, message)


def _nonzero(schedule: Schedule, start: int, stop: int, last: bool) -> int | None:
    """The first or last step in range(start, stop) with another value than 0, if one is found."""
    chunk = (
        slice(max(start, stop - _CHUNK), stop) if last else slice(start, min(stop, start + _CHUNK))
    )
    pending, visited = [(start, stop), (chunk.start, chunk.stop)], 0
    while pending and visited < _PATIENCE:
        begin, end = pending.pop()
        if begin == end or bounds(schedule, begin, end - 1) == (0, 0):
            continue
        if end - begin > _CHUNK:
            middle = (begin + end) // 2
            halves = [(begin, middle), (middle, end)]
            pending += halves if last else reversed(halves)
            continue
        found = np.flatnonzero(values_at(schedule, begin, end))
        if found.size:
            return begin + int(found[-1 if last else 0])
        visited += end - begin
    return None


_CHUNK, _PATIENCE = 4096, 1_000_000


def _first(
    schedule: Schedule, total_steps: int | None, found: Callable[[], int | None]
) -> int | None:
    """The step that is found, if a run gets there; without its length, if the schedule does."""
    if total_steps == 0:
        return None
    try:
        step = found()
    except ValueError:  # a user's endless schedule, and nothing to be seen in ten million steps
        return None
    return None if step is None or (total_steps is not None and step >= total_steps) else step


def _warmup(schedule: Schedule, total_steps: int) -> Iterator[Finding]:
    """A first phase that rises, and takes long."""
    mark = next(marks(schedule, own=Own.NONE), None)
    if mark is None or mark.step == schedule.steps or mark.step <= total_steps / 10:
        return
    end = schedule(float(mark.at) * (1 - 2.0**-45))  # the next may begin lower
    if abs(schedule(0)) < abs(end):
        message = f"the warmup takes {mark.step} of {total_steps} steps"
        yield Finding("warmup", mark.step, message, fault=False)


def short(value: float) -> str:
    """Six digits: enough to look at."""
    return f"{value:.6g}"
