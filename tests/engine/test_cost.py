"""What a value costs, counted and not timed: evaluations, lines, memory, operations.

Every number here repeats on any machine, so a change that makes the library slower by its design
fails a test, and a busy machine does not.
"""

from __future__ import annotations

import copy
import dis
import functools
import inspect
import math
import pickle
import sys
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import pytest
from calls import told
from cases import CASES, Case

import lrsched as lrs
from lrsched._engine import pieces
from lrsched._engine.numbers import NUMBERS
from lrsched._engine.numpy import _Interpreted
from lrsched._engine.python import _shared

N = 1_000_000


@dataclass(frozen=True)
class Counted(lrs.Schedule):
    """A user's schedule that counts how often its formula is evaluated."""

    steps: int
    count = 0

    def formula(self, t: Any, xp: Any) -> Any:
        type(self).count += 1
        return xp.cos(t / self.steps)


@dataclass(frozen=True)
class Squared(lrs.Schedule):
    """A user's schedule that leaves the range of floats."""

    every: int
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return (t / self.every) ** 2


@dataclass(frozen=True)
class Branching(Counted):
    """One that no function can be written from: it asks whether the step is even."""

    def formula(self, t: Any, xp: Any) -> Any:
        type(self).count += 1
        return 1.0 if np.all(t % 2 == 0) else 0.5


def evaluations(of: type[Counted], run: Callable[[], object]) -> int:
    before = of.count
    run()
    return of.count - before


def wrapped(schedule: lrs.Schedule) -> lrs.Schedule:
    return 3e-4 * lrs.Sequence(lrs.LinearWarmup(10), lrs.Stretch(schedule, factor=2))


def restarts(phases: int, length: int = 100) -> lrs.Schedule:
    """Phases of one kind, no two of them alike."""
    return lrs.Sequence(*(lrs.CosineDecay(length + i, end=0.1) for i in range(phases)))


@pytest.mark.parametrize("schedule", [Counted(100), wrapped(Counted(100))], ids=repr)
def test_a_formula_is_evaluated_for_the_first_call_and_never_again(schedule: lrs.Schedule) -> None:
    steps = range(300)
    # Once for the value that is held, and once for the function.
    assert evaluations(Counted, lambda: schedule(0)) <= 2
    assert evaluations(Counted, lambda: [schedule(t) for t in steps]) == 0
    assert evaluations(Counted, lambda: [schedule(t + 0.5) for t in steps]) == 0
    assert evaluations(Counted, lambda: schedule(steps)) <= 2
    in_chunks = np.arange(50_000) % 300
    assert evaluations(Counted, lambda: (schedule(in_chunks), schedule(in_chunks[::-1]))) == 0


def test_a_formula_that_cannot_be_written_is_evaluated_once_a_call() -> None:
    schedule = Branching(100)
    schedule(0)
    assert evaluations(Branching, lambda: [schedule(t) for t in range(90)]) == 90


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_schedule_is_interpreted(case: Case) -> None:
    schedule = case.schedule
    written: dict[str, Any] = {}
    exec(schedule.source("written"), written)
    schedule(0)
    assert schedule._function.__name__ == "_calculate"
    assert "xp" not in schedule._function.__code__.co_names
    for step in (0, 1, 7, 1000):
        assert written["written"](step) == NUMBERS.interpret(schedule, step) == schedule(step)
    schedule(np.arange(3))
    assert not isinstance(schedule.__dict__.get("_fill"), _Interpreted)


def lines_run(schedule: lrs.Schedule, step: int) -> int:
    """How many lines of the schedule's function a call goes through."""
    schedule(2)
    seen = []

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is schedule._function.__code__ and event == "line":
            seen.append(frame.f_lineno)
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        schedule(step)
    finally:
        sys.settrace(before)
    return len(seen)


@pytest.mark.parametrize("phases", [2, 8, 64, 512])
def test_many_phases_are_as_many_lines_of_which_a_call_runs_the_logarithm(phases: int) -> None:
    schedule = restarts(phases)
    assert len(schedule.source().splitlines()) <= 3 * phases + 6
    assert schedule.steps is not None
    longest = max(lines_run(schedule, t) for t in range(0, schedule.steps + 100, 50))
    # One more names the sine, one looks at what comes, two at the first piece's, one is `try`.
    assert longest <= math.ceil(math.log2(phases + 1)) + 5
    # A name for each phase would be made and cleared by every call.
    named = lrs.Sequence(*(lrs.Clip(lrs.CosineDecay(99 + i), lower=0.1) for i in range(phases)))
    assert named(0) == 1.0 > named(2)  # after a 0 alone, calls are still watched
    assert named._function.__code__.co_nlocals == 4  # itself, the step, two names


def test_the_function_of_a_product_of_sequences_has_the_boundaries_of_both() -> None:
    both = restarts(64) * restarts(64, length=117)
    # A name for either sine; three lines more for each: inf * 0 has no value.
    assert len(both.source().splitlines()) <= 7 * (64 + 64) + 6


def peak(schedule: lrs.Schedule, steps: Any) -> float:
    """The most that was allocated at a time, by the size of the result, which is among it."""
    schedule(steps[:10])
    tracemalloc.start()
    try:
        size = schedule(steps).nbytes
        return tracemalloc.get_traced_memory()[1] / size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_array_needs_little_more_memory_than_its_values(case: Case) -> None:
    assert peak(case.schedule, np.arange(N)) <= 1.25


@pytest.mark.parametrize("phases", [2, 512])
def test_many_phases_need_no_more_memory(phases: int) -> None:
    schedule = restarts(phases, length=N // phases)
    steps = np.arange(N)
    assert peak(schedule, steps) <= 1.25
    assert peak(schedule, steps.astype(float)) <= 1.25
    assert peak(schedule, np.random.default_rng(0).permutation(steps)) <= 2.5


def warmup_cosine() -> lrs.Schedule:
    return 3e-4 * lrs.Sequence(lrs.LinearWarmup(2000), lrs.CosineDecay(98_000, end=0.1))


def test_a_short_array_needs_little_more_memory_than_its_values() -> None:
    assert peak(warmup_cosine(), np.arange(100_000)) <= 1.1


def test_steps_that_repeat_are_in_order() -> None:
    # Out of order, chunks are larger, and a part of each is copied.
    assert peak(warmup_cosine(), np.arange(N) // 10) <= 1.1


def test_a_transposed_array_is_read_as_it_lies() -> None:
    steps = np.arange(N).reshape(1000, -1)
    schedule = warmup_cosine()
    assert peak(schedule, steps.T) <= 1.25  # a copy of the steps alone would be as large again
    assert (schedule(steps.T) == schedule(steps).T).all()


def test_whole_steps_become_floats_once() -> None:
    """Each call of NumPy in the decay: a copy to floats, and seven operations on them."""
    schedule = warmup_cosine()
    schedule(np.arange(10))
    _, decay, _ = schedule.__dict__["_fill"]._programs
    names = [i.argval for i in dis.get_instructions(decay.func) if i.opname == "LOAD_GLOBAL"]
    assert Counter(names) == {
        "copyto": 1,
        "subtract": 1,
        "divide": 1,
        "multiply": 3,
        "sin": 1,
        "square": 1,
        "add": 1,
    }


def equations(schedule: Callable[[Any], Any], step: Any) -> int:
    """How many operations JAX traces, those inside of others included."""
    jax = pytest.importorskip("jax")

    def count(jaxpr: Any) -> int:
        params = [v for eqn in jaxpr.eqns for v in eqn.params.values()]
        inner = [v for p in params for v in (p if isinstance(p, (list, tuple)) else [p])]
        return len(jaxpr.eqns) + sum(count(v.jaxpr) for v in inner if hasattr(v, "jaxpr"))

    return count(jax.make_jaxpr(schedule)(step).jaxpr)


@pytest.mark.frameworks
def test_the_phases_of_a_sequence_are_compared_once() -> None:
    torch = pytest.importorskip("torch")
    schedule = lrs.Sequence(*[Counted(100)] * 20, Counted(50))
    assert evaluations(Counted, lambda: schedule(torch.arange(5))) == 21
    assert evaluations(Counted, lambda: schedule(torch.arange(5))) == 0


@pytest.mark.frameworks
@pytest.mark.parametrize("shape", [(), (5,)])
def test_many_phases_are_few_operations_to_trace(shape: tuple[int, ...]) -> None:
    step = np.zeros(shape, np.int32)
    few, many = equations(restarts(4), step), equations(restarts(128), step)
    assert many <= 2 * few + 20, f"{few} equations for 4 phases, {many} for 128"


@pytest.mark.frameworks
def test_many_phases_are_few_operations_to_torch() -> None:
    torch = pytest.importorskip("torch")
    from torch._dynamo.backends.common import aot_autograd

    seen: list[int] = []
    traced: list[int] = []

    def inner(program: Any, _: Any) -> Any:
        traced.append(len(program.graph.nodes))
        return program.forward

    outer = aot_autograd(fw_compiler=inner)

    def backend(program: Any, inputs: Any) -> Any:
        seen.append(len(program.graph.nodes))
        return outer(program, inputs)

    for phases in (4, 32, 128):
        torch.compiler.reset()
        schedule = restarts(phases)
        compiled = torch.compile(lambda t, f=schedule: f(t), fullgraph=True, backend=backend)
        step = torch.arange(5) * 50
        assert torch.allclose(compiled(step), schedule(step), rtol=1e-6)
    assert seen == [3, 3, 3]  # the steps, one function of them, and the result
    few, *many = traced
    assert max(many) <= few, f"{few} operations for 4 phases, {many} for 32 and 128"


def nested(wrap: Callable[[lrs.Schedule], lrs.Schedule], depth: int) -> lrs.Schedule:
    schedule: lrs.Schedule = lrs.CosineDecay(100)
    while schedule._depth < depth:  # type: ignore[attr-defined]
        schedule = wrap(schedule)
    return schedule


WRAPS: list[Callable[[lrs.Schedule], lrs.Schedule]] = [
    lambda s: lrs.Clip(s, lower=0.1, upper=0.9),
    lambda s: lrs.Cycle(s, mirror=True, count=1),
    lambda s: lrs.Sum(s, 0.125) if isinstance(s, lrs.Product) else lrs.Product(s, 0.5),
    lambda s: lrs.Warp(s, lrs.LinearWarmup(100, end=99)),
    lambda s: lrs.Stretch(s, 1.5),
    lambda s: lrs.Sequence(lrs.LinearWarmup(3), s),
    lambda s: lrs.Staircase(s, 2),
]


@pytest.mark.parametrize("wrap", WRAPS)
def test_depth_costs_in_proportion(wrap: Callable[[lrs.Schedule], lrs.Schedule]) -> None:
    """Python's own bounds on stacks and parentheses are never met: nothing is interpreted."""
    operations = []
    for depth in (24, 96):
        schedule = nested(wrap, depth)
        assert type(schedule([0, 1])[0]) is np.float64
        assert isinstance(schedule(7), float)
        assert schedule._function.__name__ == "_calculate"
        if schedule.steps is None or schedule.steps < 2**63:
            assert not isinstance(schedule.__dict__.get("_fill"), _Interpreted)
        operations.append(len(schedule.source().split()))
        assert copy.deepcopy(schedule) is schedule
        assert pickle.loads(pickle.dumps(schedule)) == schedule
        assert lrs.parse(repr(schedule)) == schedule
        clocks = isinstance(schedule, (lrs.Warp, lrs.Stretch))  # each is written on its own
        if depth < 50 or not clocks:
            assert schedule.latex().startswith(r"\eta(t) = ")
    assert operations[1] < 5 * operations[0]
    if isinstance(schedule, lrs.Warp):
        with pytest.raises(ValueError, match="nested too deeply"):
            schedule.latex()


@pytest.mark.parametrize("fold", [lrs.Product, lrs.Sum])
def test_width_costs_in_proportion(fold: type[lrs.Product | lrs.Sum]) -> None:
    """Each member ends on a step of its own: the pieces of all would be as its square."""
    sizes = []
    for width in (125, 500):
        schedule = fold(*(lrs.LinearDecay(1000 + i) for i in range(width)))
        expected = math.prod if fold is lrs.Product else math.fsum
        terms = [lrs.LinearDecay(1000 + i)(7) for i in range(width)]
        assert schedule(7) == pytest.approx(expected(terms), rel=1e-12)
        assert schedule([7])[0] == pytest.approx(schedule(7), rel=1e-12)
        assert schedule._function.__name__ == "_calculate"
        sizes.append(len(schedule.source()))
    assert sizes[1] < 5 * sizes[0]


def test_a_first_call_deep_in_the_stack_is_as_good_as_any() -> None:
    def deep(levels: int, run: Callable[[], object]) -> object:
        return run() if levels == 0 else deep(levels - 1, run)

    used = len(inspect.stack())
    for step in (7, np.arange(9)):
        schedule = lrs.Sequence(lrs.LinearWarmup(5), lrs.Clip(lrs.Cycle(lrs.CosineDecay(10)), 0.1))
        deep(sys.getrecursionlimit() - used - 40, functools.partial(schedule, step))
        assert schedule(7) == lrs.CosineDecay(10)(2)
        assert schedule._function.__name__ == "_calculate"
        schedule([7])
        assert not isinstance(schedule.__dict__.get("_fill"), _Interpreted)


def frames(call: Callable[[], object]) -> list[str]:
    """The Python functions that a call enters."""
    entered: list[str] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            entered.append(frame.f_code.co_name)

    told(call, note)
    return entered


def test_a_call_enters_two_functions_and_the_plain_one_itself() -> None:
    schedule = wrapped(lrs.CosineDecay(90))
    schedule(2)
    function = schedule.function()
    direct = ["__call__", "_calculate"]
    assert frames(lambda: schedule(7))[1:] == direct
    assert frames(lambda: schedule(7.5))[1:] == direct
    assert frames(lambda: function(7))[1:] == direct[1:]
    for scalar in (np.int64(7), np.uint8(7), np.float64(7), np.array(7)):
        assert frames(lambda scalar=scalar: schedule(scalar))[1:] == [
            "__call__",
            "evaluate",
            *direct,
        ]


@pytest.mark.parametrize(
    "sweep",
    [
        lambda i: lrs.warmup_cosine(1e-4 * (i + 1), 1000 + i, warmup_steps=10 + i),
        lambda i: (
            (i + 2) * lrs.Sequence(lrs.LinearWarmup(2 + i), lrs.ExponentialDecay(1 / (2 + i)))
        ),
        lambda i: lrs.MultiStepDecay((30 + i, 60 + i), gamma=1 / (i + 2)),
        lambda i: lrs.PiecewiseConstant((30 + i, 60 + i), (1.0 + i, 0.5, 0.1)),
    ],
)
def test_a_sweep_compiles_once_and_leaves_nothing_behind(
    sweep: Callable[[int], lrs.Schedule],
) -> None:
    # The first may begin at 0 or end there where others do not.
    codes, last = [], sweep(100)
    for i in range(101, 200):
        last = sweep(i)
        last(2)
        codes.append(last._function.__code__)
        assert last(i % 7 + 0.5) == pytest.approx(NUMBERS.interpret(last, i % 7 + 0.5), rel=1e-15)
    assert len(set(map(id, codes))) == 1  # not only equal
    gone = weakref.ref(last)
    del last
    assert gone() is None


def test_a_long_function_is_compiled_by_itself() -> None:
    before = _shared.cache_info()
    restarts(300)(0)
    assert _shared.cache_info() == before
    assert before.maxsize is not None


def test_the_plain_function_is_pickled_as_its_schedule() -> None:
    function = wrapped(lrs.CosineDecay(90)).function()
    again = pickle.loads(pickle.dumps(function))
    assert again.__self__ == function.__self__
    assert [again(t) for t in range(99)] == [function(t) for t in range(99)]


def test_squares_are_products() -> None:
    """Of what is no larger than 1: beyond floats, a power raises and a product does not."""
    assert "**" not in lrs.CosineDecay(9).source()
    assert "** 2" in Squared(9).source()
    assert Squared(9)(10**200) == math.inf


class _Start(float):
    """Where a piece begins, and how often any of them has been looked at."""

    looks = 0

    def __lt__(self, other: Any) -> bool:
        _Start.looks += 1
        return float(self) < other

    def __gt__(self, other: Any) -> bool:
        _Start.looks += 1
        return float(self) > other


class _Piece(tuple[Any, ...]):
    """A piece that is counted too when it is taken apart."""

    def __iter__(self) -> Any:
        _Start.looks += 1
        return super().__iter__()


def test_a_piece_is_found_without_going_through_all() -> None:
    """It is asked for each of them: a list of all starts would make of it their square."""
    part = [_Piece((_Start(10 * k), k)) for k in range(10_000)]
    _Start.looks = 0
    assert pieces._at(part, 54_321.0) == 5_432  # type: ignore[arg-type]
    assert 0 < _Start.looks <= 15
