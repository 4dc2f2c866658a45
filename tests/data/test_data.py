"""Text, dictionaries and JSON: everything reads back equal, and nothing else is read at all."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import SCHEDULES

import lrsched as lrs
from lrsched.data.names import DEEPEST


@dataclass(frozen=True)
class Bumps(lrs.Schedule):
    """A user's own: a schedule inside, strings, tuples, no annotation that the library knows."""

    inner: lrs.Schedule
    heights: tuple[Any, ...]
    mode: str = "sum"
    hidden: Any = None
    worked_out: float = dataclasses.field(init=False, default=0.0)
    steps = None

    def formula(self, t: Any, xp: Any) -> Any:
        return self.inner.held(t, xp)


READERS: list[Callable[[lrs.Schedule], lrs.Schedule]] = [
    lambda s: lrs.parse(repr(s)),
    lambda s: lrs.from_json(lrs.to_json(s)),
    lambda s: lrs.from_json(lrs.to_json(s, indent=2)),
    lambda s: lrs.from_dict(lrs.to_dict(s)),
    lambda s: lrs.from_dict(json.loads(json.dumps(lrs.to_dict(s)))),
]

BUMPS = Bumps(
    lrs.CosineDecay(7), (1, 0.1, (True, None), lrs.LinearWarmup(3)), "a'\"\\\n\x00é\ud800", "x" * 99
)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=150, deadline=None)
@example(BUMPS)
@example(3e-4 * lrs.Sequence(lrs.LinearWarmup(5), 0.5 + lrs.CosineDecay(9)) * lrs.Constant(2))
@example(lrs.Product(2.0, 3.0, lrs.Sum(lrs.Constant(1), 2.0)))
@example(lrs.Product(lrs.LinearWarmup(3)) * (lrs.Constant(1, steps=3) + -0.5))
@given(schedule=SCHEDULES)
def test_everything_reads_back_equal(
    read: Callable[[lrs.Schedule], lrs.Schedule], schedule: lrs.Schedule
) -> None:
    again = read(schedule)
    assert again == schedule
    assert repr(again) == repr(schedule)  # == calls -0.0 and 0.0 the same


PRESETS = [
    lrs.warmup_constant(0.1, 100, warmup_steps=10),
    lrs.warmup_linear(0.1, 100, warmup_fraction=0.1),
    lrs.warmup_cosine(0.1, 100, warmup_steps=10, end=0.01),
    lrs.warmup_polynomial(0.1, 100, power=2, warmup_steps=10),
    lrs.warmup_inverse_sqrt(0.1, 100, warmup_steps=10),
    lrs.warmup_stable_decay(0.1, 100, warmup_steps=10, decay_steps=20, decay="1-sqrt"),
    lrs.warmup_multistep(0.1, 100, milestones=[30, 60], warmup_steps=10),
    lrs.one_cycle(0.1, 100, warmup_fraction=0.3),
    lrs.cosine_restarts(0.1, 100, every=10, stretch=2, warmup_steps=5),
    lrs.triangular(0.1, 100, every=10, start=0.01, gain=0.5),
    lrs.infinite_lr(
        0.1, 100, value=0.05, cooldown_steps=20, decay_steps=10, end=0.01, warmup_steps=5
    ),
    lrs.range_test(1.0, 100, start=1e-6),
    lrs.slanted_triangular(0.1, 100, warmup_fraction=0.1),
    lrs.trapezoid(0.1, 100, warmup_fraction=0.1, decay_fraction=0.2),
    lrs.tri_stage(0.1, 100, warmup_fraction=0.1, decay_fraction=0.5),
    lrs.wsd_s(0.1, 100, milestones=[40, 70], decay_fraction=0.1, warmup_steps=5, end=0.01),
    lrs.power_scheduler(
        0.02, 100, batch=8, tokens=8192, warmup_steps=5, decay_fraction=0.1, end=1e-4
    ),
    lrs.cooldown(lrs.Noam(512, 4000), at=50, decay=lrs.LinearDecay(10)),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("schedule", PRESETS, ids=repr)
def test_presets_read_back_equal(
    read: Callable[[lrs.Schedule], lrs.Schedule], schedule: lrs.Schedule
) -> None:
    assert read(schedule) == schedule


def test_every_preset_is_among_them() -> None:
    made = set(lrs.presets.__all__)
    assert len(made) == len(PRESETS)
    assert made <= set(lrs.__all__)


def test_floats_survive_to_the_last_bit() -> None:
    for value in (0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 1 / 3):
        for read in READERS:
            again = read(lrs.Constant(value))
            assert isinstance(again, lrs.Constant)
            assert again.value.hex() == value.hex()


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: lrs.Sequence(s),
        lambda s: lrs.Take(s, 9),
        lambda s: lrs.Product(lrs.Sum(s, 0.5), 0.5),
    ],
)
def test_nesting_up_to_the_limit(
    read: Callable[[lrs.Schedule], lrs.Schedule], wrap: Callable[[lrs.Schedule], lrs.Schedule]
) -> None:
    schedule: lrs.Schedule = lrs.MultiStepDecay([3, 5])
    levels = 2 if isinstance(wrap(schedule), lrs.Product) else 1
    for _ in range((DEEPEST - 1) // levels):
        schedule = wrap(schedule)
    assert read(schedule) == schedule
    with pytest.raises(
        ValueError, match=r"^\w+: schedule must be nested at most 100 deep, got 101"
    ):
        wrap(wrap(schedule))


def test_the_data_is_plain_and_complete() -> None:
    assert lrs.to_dict(0.5 * lrs.Sequence(lrs.MultiStepDecay((3,)))) == {
        "version": 1,
        "schedule": {
            "class": "Product",
            "factors": [
                {"class": "Constant", "value": 0.5, "steps": None},
                {
                    "class": "Sequence",
                    "phases": [
                        {"class": "MultiStepDecay", "milestones": [3], "gamma": 0.1, "start": 1.0}
                    ],
                },
            ],
        },
    }


# Input that is refused, what the message says, and the place it names.

BAD_TEXTS = [
    ("", "expected a schedule or a value, got the end of the text", "column 1"),
    ("3", "text must be a schedule, got 3", None),
    ("CosineDecay", "CosineDecay must be called, as in CosineDecay(...)", "column 1"),
    ("  Cosine(10)", "unknown name 'Cosine': did you mean CosineDecay?", "column 3"),
    ("CosineDeacy(10)", "unknown name 'CosineDeacy': did you mean CosineDecay?", "column 1"),
    ("lrs.CosineDeacy(10)", "unknown name 'CosineDeacy': did you mean CosineDecay?", "column 1"),
    (
        "CosineAnnealingLR(10)",
        "unknown name 'CosineAnnealingLR': lrsched.compat.torch has it",
        "column 1",
    ),
    ("np.CosineDecay(10)", "unknown name 'np'", "column 1"),
    ("lrs.True", "unknown name 'True'", "column 1"),
    ("lr = lr = CosineDecay(10)", "expected a schedule or a value, got 'lr'", "column 6"),
    ("lr =", "expected a schedule or a value, got the end of the text", "column 5"),
    ("Schedule()", "unknown name 'Schedule'", "column 1"),
    ("__import__('os')", "unknown name '__import__'", "column 1"),
    ("CosineDecay(10).steps", "'.' has no place here", "column 16"),
    ("CosineDecay.mro()", "'.' has no place here", "column 12"),
    ("CosineDecay(10)(3)", "expected the end of the text, got '('", "column 16"),
    ("lambda: 1", "unknown name 'lambda'", "column 1"),
    ("Sequence(*[x for x in y])", "expected a schedule or a value, got '*'", "column 10"),
    ("MultiStepDecay([x for x in y])", "unknown name 'x'", "column 17"),
    ("9**9**9", "a number must be within the range of floats", "column 4"),
    ("Constant(9**9**9)", "a number must be within the range of floats", "column 13"),
    ("9" * 10_000, "a number must have at most 400 digits", "column 1"),
    ("*".join(["9" * 399] * 2000), "a number must be within the range of floats", "column 401"),
    ("1e308 * 10 * 0 * CosineDecay(1)", "within the range of floats", "column 9"),
    ("1e999 * CosineDecay(1)", "must be a schedule or a finite number, got inf", "column 9"),
    ("(" * 10_000, "nested at most 101 deep", "column 103"),
    ("Take(" * 10_000, "nested at most 101 deep", "column 511"),
    ("-" * 10_000 + "1", "text must be a schedule, got 1", None),
    ("-'3'", "operators join schedules and numbers, got '3'", "column 1"),
    ("3 // CosineDecay(3)", "expected a schedule or a value, got '/'", "column 4"),
    ("3 % CosineDecay(3)", "'%' has no place here", "column 3"),
    ("CosineDecay(1", "expected ',' or ')', got the end of the text", "column 14"),
    ("CosineDecay(1,,)", "expected a schedule or a value, got ','", "column 15"),
    ("CosineDecay(steps=1, steps=2)", "steps is given twice", "column 22"),
    ("CosineDecay(end=1, 2)", "an argument without a name must stand before", "column 20"),
    ("CosineDecay(1, **x)", "expected a schedule or a value, got '**'", "column 16"),
    ("CosineDecay(1, stop=2)", "CosineDecay: got an unexpected keyword argument", "column 1"),
    ("CosineDecay()", "CosineDecay: missing a required argument: 'steps'", "column 1"),
    ("CosineDecay(1, 2, 3, 4)", "CosineDecay: too many positional arguments", "column 1"),
    ("CosineDecay(True)", "steps must be a non-negative integer, got True", "column 1"),
    ("CosineDecay('10')", "steps must be a non-negative integer, got '10'", "column 1"),
    ("Sequence(LinearWarmup(3),\n CosineDecay(-3))", "steps must be a", "line 2, column 2"),
    (
        "Sequence(1)",
        "Sequence: phases[0] must be a schedule, such as Constant(1), got 1",
        "column 1",
    ),
    ("'a' * CosineDecay(1)", "operators join schedules and numbers, got 'a'", "column 1"),
    ("True * CosineDecay(1)", "operators join schedules and numbers, got True", "column 1"),
    ("007 * CosineDecay(1)", "'007' is no number", "column 1"),
    ("1_ * CosineDecay(1)", "'1_' is no number", "column 1"),
    ("0x10 * CosineDecay(1)", "'0x10' is no number", "column 1"),
    ("1j * CosineDecay(1)", "'1j' is no number", "column 1"),
    ("٣ * CosineDecay(1)", "'٣' has no place here", "column 1"),
    ("'\\N{BULLET}'", "no escapes but those of repr", "column 1"),
    ("'\\d'", "no escapes but those of repr", "column 1"),
    ("'\0'", "a string may have no such characters", "column 1"),
    ("'\ud800'", "a string may have no such characters", "column 1"),
    ("'open", '"\'" has no place here', "column 1"),
    ("CosineDecay(1) if 1 else 2", "expected the end of the text, got 'if'", "column 16"),
    ("x := 3", "unknown name 'x'", "column 1"),
    ("x" * 1_000_001, "at most 1000000 characters long, got 1000001", None),
]


def _document(schedule: str) -> str:
    return f'{{"version": 1, "schedule": {schedule}}}'


BAD_JSON = [
    ("", "expected a value, got the end of the text", "column 1"),
    ("3", 'data must have the keys "version" and "schedule", got 3', "column 1"),
    ("{}", 'data must have the keys "version" and "schedule"', "column 1"),
    ('{"version": 1}', 'data must have the keys "version" and "schedule"', "column 1"),
    ('{"version": 2, "schedule": {}}', "version: must be 1, got 2", "column 13"),
    ('{"version": true, "schedule": {}}', "version: must be 1, got True", "column 13"),
    ('{"version": 1.0, "schedule": {}}', "version: must be 1, got 1.0", "column 13"),
    (_document("3"), 'schedule: must be a mapping with the key "class", got 3', "column 28"),
    (_document("[]"), 'schedule: must be a mapping with the key "class"', "column 28"),
    (_document('{"steps": 3}'), 'must have the key "class"', "column 28"),
    (_document('{"class": "Cosine"}'), "schedule.class: unknown schedule 'Cosine'", "column 38"),
    (_document('{"class": "warmup_cosine"}'), "unknown schedule 'warmup_cosine'", "column 38"),
    (_document('{"class": "Schedule"}'), "unknown schedule 'Schedule'", "column 38"),
    (_document('{"class": {}}'), 'schedule.class: must have the key "class"', "column 38"),
    (_document('{"class": ["CosineDecay"]}'), "unknown schedule", "column 38"),
    (
        _document(
            '{"class": "Sequence", "phases": [{"class": "LinearWarmup", "steps": 3},\n'
            '{"class": "CosineDecay", "steps": 3, "stop": 3}]}'
        ),
        "schedule.phases[1].stop: unknown key, CosineDecay has steps, start, end",
        "line 2, column 46",
    ),
    (_document('{"class": "Sequence", "phases": 3}'), "must be a list of schedules", "column 60"),
    (_document('{"class": "Sequence"}'), "must be at least one schedule", "column 28"),
    (_document('{"class": "Sequence", "phases": [3]}'), "phases[0] must be a schedule", None),
    (_document('{"class": "CosineDecay"}'), "missing a required argument: 'steps'", "column 28"),
    (_document('{"class": "CosineDecay", "steps": "3"}'), "integer, got '3'", "column 28"),
    (_document('{"class": "CosineDecay", "steps": 3.5}'), "integer, got 3.5", "column 28"),
    (_document('{"class": "CosineDecay", "steps": true}'), "integer, got True", "column 28"),
    (_document('{"class": "CosineDecay", "steps": NaN}'), "a value, got 'NaN'", "column 62"),
    (_document('{"class": "Constant", "value": 1e999}'), "finite number, got inf", "column 28"),
    (_document('{"class": "Constant", "value": -Infinity}'), "'-' has no place", "column 59"),
    (_document('{"class": "Constant", "value": 01}'), "'01' is no number", "column 59"),
    (_document('{"class": "Constant", "value": ' + "9" * 10_000 + "}"), "400 digits", "column 59"),
    (
        _document('{"class": "LinearWarmup", "steps": 1, "steps": 2}'),
        "'steps' is given twice",
        "column 66",
    ),
    ('{"version": 1, "version": 1, "schedule": {}}', "'version' is given twice", "column 16"),
    ("[" * 10_000, "nested at most 201 deep", "column 203"),
    ('{"a":' * 10_000, "nested at most 201 deep", "column 1007"),
    ("[1,]", "expected a value after ',', got ']'", "column 4"),
    ("{'a': 1}", '"\'" has no place here', "column 2"),
    ('{"a" 1}', "expected ':', got '1'", "column 6"),
    ("[1] 2", "expected the end of the text, got '2'", "column 5"),
    ('"\\x41"', "'\"' has no place here", "column 1"),
    (" " * 1_000_001, "at most 1000000 characters long", None),
]


@pytest.mark.parametrize(
    ("read", "text", "says", "place"),
    [(lrs.parse, *row) for row in BAD_TEXTS] + [(lrs.from_json, *row) for row in BAD_JSON],
    ids=lambda value: value[:40] if isinstance(value, str) else getattr(value, "__name__", None),
)
def test_what_is_refused_and_where(
    read: Callable[[str], lrs.Schedule], text: str, says: str, place: str | None
) -> None:
    with pytest.raises(ValueError, match=r"^(parse|from_json): ") as caught:
        read(text)
    message = str(caught.value)
    assert says in message
    assert message.endswith(f"({place})") or place is None
    assert len(message) < 400
    assert "\n" not in message


@pytest.mark.parametrize("read", [lrs.parse, lrs.from_json])
@pytest.mark.parametrize("text", [None, 3, b"CosineDecay(3)", ["CosineDecay(3)"]])
def test_text_is_a_string(read: Callable[[Any], lrs.Schedule], text: Any) -> None:
    with pytest.raises(TypeError, match="text must be a string, got"):
        read(text)


HOSTILE = [
    "+".join(["CosineDecay(1)"] * 15_000),
    "*".join(["1"] * 120_000),
    "(" * 100 + "1+CosineDecay(1)" + ")*2+1" * 100,
    "MultiStepDecay([" + ",".join(map(str, range(40_000))) + "])",
    "#" * 250_000,
    "'" + "a" * 250_000,
    "1" + "_1" * 100_000 + "x",
    "." * 250_000,
    "a " * 120_000,
    "Cycle(" * 90 + "LinearWarmup(9)" + ", stretch=99, count=9)" * 90,
    "Cycle(" * 3 + "LinearWarmup(1)" + ", stretch=1.001, count=1000000000000)" * 3,
    "Stretch(" * 90 + "LinearWarmup(9)" + ", 1e300)" * 90,
    "Sum(" * 99 + "CosineDecay(1)," * 2000 + ")" * 99,
    '{"version": 1, "schedule": [' + "[1]," * 60_000 + "1]}",
    '{"version": 1, "schedule": {' + ",".join(f'"k{i}": 1' for i in range(20_000)) + "}}",
    '"' + "\\" * 250_000,
]


def _read_or_refused(read: Callable[[str], lrs.Schedule], text: str) -> lrs.Schedule | None:
    """The schedule, or None after an error of the one form; any other error is the test's."""
    try:
        return read(text)
    except ValueError as error:
        message = str(error)
    assert message.startswith(f"{read.__name__}: ")
    assert len(message) < 400
    return None


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_long_texts_cost_little(text: str) -> None:
    """Bounded by a small multiple of what reading takes at best; a quarter of the longest each."""
    read = lrs.from_json if text[0] in '{["' else lrs.parse
    tracemalloc.start()
    begin = time.process_time()
    repr(_read_or_refused(read, text))
    seconds, (_, peak) = time.process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 30  # it takes 4, being traced; a quadratic reader would take many minutes
    assert peak < 100e6


@pytest.mark.parametrize("read", [lrs.parse, lrs.from_json])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_text_is_read_or_refused(read: Callable[[str], lrs.Schedule], data: Any) -> None:
    words = ["Sequence(", "Sum(", "CosineDecay(", "Cycle(", "{", "}", "[", "]", ")", ",", "*", "+",
             "-", "1", "1e5", "steps=", "'a'", '"class"', ":", '"Sequence"', '"version": 1', "#",
             '"schedule"', "null", "None", "\n", "warmup_cosine(", "stretch=2"]  # fmt: skip
    text = data.draw(st.text() | st.lists(st.sampled_from(words)).map("".join))
    schedule = _read_or_refused(read, text)
    assert schedule is None or lrs.parse(repr(schedule)) == schedule


@settings(max_examples=200, deadline=None)
@given(schedule=SCHEDULES, data=st.data())
def test_a_damaged_text_is_read_or_refused(schedule: lrs.Schedule, data: Any) -> None:
    read, text = data.draw(
        st.sampled_from([(lrs.parse, repr(schedule)), (lrs.from_json, lrs.to_json(schedule))])
    )
    i, j = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    again = _read_or_refused(read, text[:i] + text[j:])
    assert again is None or lrs.parse(repr(again)) == again


def test_nothing_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("open('x', 'w')", "Constant(open('x', 'w'))", "Constant([open('x', 'w')][0])"):
        with pytest.raises(ValueError, match="unknown name 'open'"):
            lrs.parse(text)
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        ([], TypeError, "data must be a mapping, got []"),
        ({"version": 1, "schedule": {1: 2}}, ValueError, "schedule: keys must be strings"),
        (
            {"version": 1, "schedule": {"class": "Constant", "value": b"1"}},
            ValueError,
            "schedule: Constant: value must be a finite number, got b'1'",
        ),
        (
            {"version": 1, "schedule": {"class": "Take", "schedule": {"class": "X"}, "steps": 1}},
            ValueError,
            "schedule.schedule.class: unknown schedule 'X'",
        ),
    ],
)
def test_dictionaries_that_are_refused(data: Any, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind) as caught:
        lrs.from_dict(data)
    assert str(caught.value).startswith(f"from_dict: {says}")


def test_a_dictionary_within_itself_is_refused() -> None:
    node: dict[str, Any] = {"class": "Take", "steps": 1}
    node["schedule"] = node
    with pytest.raises(ValueError, match="nested less deeply"):
        lrs.from_dict({"version": 1, "schedule": node})


def test_the_data_handed_in_is_left_alone() -> None:
    data = lrs.to_dict(3e-4 * lrs.MultiStepDecay([3, 5]))
    copy = json.loads(json.dumps(data))
    lrs.from_dict(data)
    assert data == copy


# A user's own classes.


def test_what_a_user_class_may_hold() -> None:
    for wrong in (float("nan"), frozenset({1}), object(), b"x"):
        with pytest.raises(TypeError, match="to_dict: Bumps: hidden must be"):
            lrs.to_dict(Bumps(lrs.Constant(1), (), hidden=wrong))


def _defined(module: str, steps: int = 5) -> type[lrs.Schedule]:
    scope: dict[str, Any] = {"__name__": module}
    source = f"""
import dataclasses, lrsched
@dataclasses.dataclass(frozen=True)
class Twice(lrsched.Schedule):
    value: float
    steps = {steps}
    def formula(self, t, xp):
        return 2 * self.value
"""
    exec(compile(source, "cell", "exec", dont_inherit=True), scope)
    return scope["Twice"]  # type: ignore[no-any-return]


def test_a_class_defined_again_means_the_newest() -> None:
    old, new = _defined("notebook", 5), _defined("notebook", 6)
    assert lrs.parse("Twice(3.0)") == new(3.0)
    assert lrs.from_json(lrs.to_json(new(3.0))) == new(3.0)
    with pytest.raises(ValueError, match="Twice is the name of another schedule"):
        lrs.to_dict(old(3.0))
    other = _defined("elsewhere")
    says = "the name Twice has several meanings: elsewhere.Twice, notebook.Twice"
    with pytest.raises(ValueError, match=says):
        lrs.parse("Twice(3.0)")
    with pytest.raises(ValueError, match=says):
        lrs.to_dict(other(3.0))
    with pytest.raises(ValueError, match=says):
        lrs.from_dict({"version": 1, "schedule": {"class": "Twice", "value": 3.0}})


def test_a_user_class_cannot_take_a_name_of_the_library() -> None:
    @dataclass(frozen=True)
    class Constant(lrs.Schedule):
        value: float
        steps = None

        def formula(self, t: Any, xp: Any) -> Any:
            return -self.value

    assert type(lrs.parse("Constant(1.0)")) is lrs.Constant
    with pytest.raises(ValueError, match="Constant is the name of another schedule"):
        lrs.to_dict(Constant(1.0))


# Configuration files, with the real libraries.

YAML = """
text: 3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))
tree:
  _convert_: all  # or else Hydra takes the schedules in a list for configurations, and unpacks them
  _target_: lrsched.Product
  _args_:
    - 3e-4
    - _target_: lrsched.Sequence
      _args_:
        - _target_: lrsched.LinearWarmup
          steps: 2000
        - _target_: lrsched.CosineDecay
          steps: 98000
          end: 0.1
target:
  _target_: lrsched.parse
  text: ${text}
preset:
  _target_: lrsched.warmup_multistep
  peak: 0.1
  total_steps: 90
  milestones: [30, 60]
  warmup_steps: 5
data:
  version: 1
  schedule:
    class: Product
    factors:
      - {class: Constant, value: 3e-4}
      - class: Sequence
        phases:
          - {class: LinearWarmup, steps: 2000}
          - {class: CosineDecay, steps: 98000, end: 0.1}
"""
CONFIGURED = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000, end=0.1))


@pytest.mark.frameworks
def test_omegaconf_and_hydra() -> None:
    import omegaconf
    from hydra import utils as hydra

    config = omegaconf.OmegaConf.create(YAML)
    assert lrs.parse(config.text) == CONFIGURED
    assert lrs.from_dict(config.data) == CONFIGURED
    assert hydra.instantiate(config.tree) == CONFIGURED
    assert hydra.instantiate(config.target) == CONFIGURED
    assert hydra.instantiate(config.preset) == lrs.warmup_multistep(
        0.1, 90, milestones=[30, 60], warmup_steps=5
    )
    broken = omegaconf.OmegaConf.create({"_target_": "lrsched.parse", "text": "CosineDecay(-3)"})
    with pytest.raises(Exception, match="steps must be a non-negative integer, got -3"):
        hydra.instantiate(broken)


HYDRA_MAIN = """
import hydra
import lrsched as lrs

@hydra.main(version_base=None, config_path=".", config_name="config")
def main(config):
    print(repr(lrs.parse(config.schedule)))

main()
"""


@pytest.mark.frameworks
def test_a_hydra_command_line_overrides_a_schedule(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("schedule: CosineDecay(10)\nhydra: {run: {dir: .}}\n")
    (tmp_path / "main.py").write_text(HYDRA_MAIN)
    for override, expected in (
        ([], "CosineDecay(10)"),
        (["schedule='0.1 * LinearDecay(5, end=0.5)'"], "0.1 * LinearDecay(5, end=0.5)"),
    ):
        printed = subprocess.run(
            [sys.executable, "main.py", *override],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(lrs.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert printed.strip() == expected


def shared(levels: int) -> dict[str, Any]:
    """One dictionary met twice at each level: small to write down, and 2**levels schedules."""
    data: dict[str, Any] = {"class": "Constant", "value": 0.5}
    for _ in range(levels):
        data = {"class": "Sum", "terms": [data, data]}
    return {"version": 1, "schedule": data}


def test_a_dictionary_that_is_met_again_and_again_is_bounded() -> None:
    assert lrs.from_dict(shared(5)) == lrs.Sum(*[0.5] * 32)
    with pytest.raises(ValueError, match="from_dict: schedule: must be at most 50000 schedules"):
        lrs.from_dict(shared(30))


def test_texts_ask_for_a_moment() -> None:
    """What a few thousand characters can ask for, to read and to call, in a few seconds each."""
    hardly = ", ".join(f"Cycle(LinearDecay({i + 5}), stretch=1.001)" for i in range(80))
    nested = "Clip(" * 90 + "CosineDecay(9)" + ", lower=0.1, upper=0.9)" * 90
    texts = {
        f"Product({hardly})": None,  # of tens of thousands of cycles each: not to be made yet
        nested: 0.9,
        f"Sum({', '.join(f'LinearDecay({i + 9})' for i in range(400))})": 400.0,
        "Cycle(" * 60 + "LinearWarmup(2)" + ", mirror=True, count=1)" * 60: 0.0,
        "cosine_restarts(1.0, 10**38, every=1, warmup_steps=0)".replace(
            "10**38", "1" + "0" * 38
        ): 1.0,
        f"PiecewiseLinear({list(range(9_000))}, {[0.5] * 9_000})": 0.5,
    }
    for text, first in texts.items():
        begin = time.process_time()
        schedule = lrs.parse(text)
        if first is not None:
            assert schedule(0) == first
            assert schedule([0, 1])[0] == first
        assert time.process_time() - begin < 20, text[:80]


@pytest.mark.parametrize(
    ("indent", "kind"), [(2.5, ValueError), (-1, ValueError), ("x", TypeError)]
)
def test_an_indent_is_a_count(indent: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"^to_json: indent must be a number of spaces from 0 to 100"):
        lrs.to_json(lrs.LinearDecay(3), indent=indent)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"3e-4" * LinearWarmup(3)', "got '3e-4': write it without quotes (column 1)"),
        ("LinearWarmup(3) * '3e-4'", "got '3e-4': write it without quotes (column 19)"),
        ("'0.1' + LinearWarmup(3)", "got '0.1': write it without quotes (column 1)"),
        ("2 * 'LinearWarmup(3)'", "got 'LinearWarmup(3)': write it without quotes (column 5)"),
        ("2 * None", "operators join schedules and numbers, got None (column 5)"),
        ("'LinearWarmup(3)'", "must be a schedule, got 'LinearWarmup(3)': write it without quotes"),
        ("None", "parse: text must be a schedule, got None"),
    ],
)
def test_a_string_where_a_number_belongs_is_told_how_to_be_one(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=rf"{re.escape(says)}$"):
        lrs.parse(text)


LONG = "k" * 5_000


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lrs.parse, f"LinearDecay({LONG}=1)"),
        (lrs.parse, f"LinearDecay({LONG}=1, {LONG}=2)"),
        (lrs.parse, f"warmup_linear(1, 9, {LONG}=1)"),
        (lrs.from_json, f'{{"version": 1, "schedule": {{"class": "Noam", "{LONG}": 1}}}}'),
        (
            lrs.from_json,
            '{"version": 1, "schedule": ' + '{"class": "Sum", "terms": [' * 90 + "3" + "]}" * 91,
        ),
    ],
)
def test_no_name_is_echoed_whole(read: Callable[[str], lrs.Schedule], text: str) -> None:
    with pytest.raises(ValueError, match=rf"^{read.__name__}: ") as caught:
        read(text.replace("[3]", f'[{{"{LONG}": 3}}]'))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("levels", [5, 30])
def test_lists_that_are_met_again_and_again_are_bounded(levels: int) -> None:
    numbers: Any = [0.5]
    for _ in range(levels):
        numbers = [numbers, numbers]
    data = {"version": 1, "schedule": {"class": "Constant", "value": numbers}}
    says = "must be a finite number" if levels == 5 else "must be at most 1000000 values"
    with pytest.raises(ValueError, match=rf"^from_dict: schedule: .*{says}"):
        lrs.from_dict(data)


def test_a_range_without_an_end_is_bounded() -> None:
    data = {"version": 1, "schedule": {"class": "MultiStepDecay", "milestones": range(10**15)}}
    with pytest.raises(ValueError, match=r"^from_dict: schedule: must be at most 1000000 val"):
        lrs.from_dict(data)
    data["schedule"]["milestones"] = range(3, 9, 2)  # type: ignore[index]
    assert lrs.from_dict(data) == lrs.MultiStepDecay([3, 5, 7])
