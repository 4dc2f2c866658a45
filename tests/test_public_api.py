"""A new public name costs a row, a docstring and an entry in `__all__`; this fails without them."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cases import CASES

import lrsched as lrs

ROOT = Path(lrs.__file__).parent
NAMES = sorted(lrs.__all__)
CLASSES = [name for name in NAMES if inspect.isclass(getattr(lrs, name))]
FUNCTIONS = [name for name in NAMES if name not in CLASSES]
SHAPES_AND_COMBINATORS = [
    name
    for name in CLASSES
    if issubclass(getattr(lrs, name), lrs.Schedule) and getattr(lrs, name) is not lrs.Schedule
]

# One word per idea. A new parameter uses one of these, or adds a word here for a new idea.
IDEAS = """
    steps start end value gamma every power milestones boundaries knots values timescale
    total_steps warmup_steps warmup_fraction decay_steps decay_fraction peak
    cooldown_steps cooldown_fraction batch tokens ratio
    rate beta lower upper d_model scale slope
    schedule phases factors terms offset factor mirror stretch gain count lead clock unit rounding
    at decay text data indent
"""
# The words of metric-driven rules and of layers: those of the optimizers and papers they serve.
RULES = """
    patience mode threshold threshold_mode cooldown min_scale max_scale eps below above at_most
    warmup reset_after depth weight_norm grad_norm weight_decay coefficient clip combine
"""
# The words of questions and pictures: `stop` as `range` has it, `ax` as matplotlib.
QUESTIONS = """
    stop after a b logged_values tolerance schedules ax log labels title ylabel size
    accept batch per losses method
    methods
"""
# The words of bounds and laws: their papers' own constants, `lambda` as Python lets it be said.
THEORY = """
    distance gradient from_schedule to_schedule law L0 A alpha B C lambda_
"""
VOCABULARY = {*IDEAS.split(), *RULES.split(), *QUESTIONS.split(), *THEORY.split()}

# Shown by the operator that makes one.
OPERATORS = {"Power": r" \*\* ", "Product": r" \* ", "Sum": r" \+ "}

FRAMEWORKS = {
    "cupy", "dask", "flax", "jax", "jaxlib", "keras", "lightning", "mlx", "optax", "paddle",
    "tensorflow", "torch", "transformers",
}  # fmt: skip
# The file that may spell a framework's name, those of its frameworks' own, and the one that says
# what to give a framework instead of a schedule.
SPELLS = {"_engine/arrays.py", "_engine/torch.py", "_core/mistaken.py"}
# What a framework's own file may import. It is imported itself when an array of theirs has come.
OWN = {"_engine/torch.py": "torch"}


def test_every_room_is_an_attribute_and_opened_when_asked_for() -> None:
    rooms = {path.name for path in ROOT.glob("[a-z]*/")} | {
        path.stem for path in ROOT.glob("[a-z]*.py")
    }
    rooms -= {"cli", "shapes"}  # nothing is to import the first, and `lrsched` is the second
    assert rooms <= {*dir(lrs)}
    ask = f"""
import sys
import lrsched as lrs
rooms = {sorted(rooms)}
assert not [room for room in rooms if f"lrsched.{{room}}" in sys.modules]
for room in rooms:
    assert getattr(lrs, room) is sys.modules[f"lrsched.{{room}}"], room
"""
    subprocess.run([sys.executable, "-c", ask], check=True)


def test_all_is_sorted_and_complete() -> None:
    assert list(lrs.__all__) == sorted(set(lrs.__all__))
    bound = {
        name
        for name in dir(lrs)
        if not name.startswith("_") and not isinstance(getattr(lrs, name), ModuleType)
    }
    assert bound == set(lrs.__all__)


def test_every_schedule_of_ours_is_public() -> None:
    def concrete(cls: type) -> Iterator[type]:
        for sub in cls.__subclasses__():
            yield sub
            yield from concrete(sub)

    ours = {
        cls.__name__
        for cls in concrete(lrs.Schedule)
        if cls.__module__ == "lrsched"
        and "__dataclass_fields__" in vars(cls)
        and not inspect.isabstract(cls)
    }
    assert ours == set(SHAPES_AND_COMBINATORS)


def defined_in(module: ModuleType) -> set[str]:
    """The public functions that a module defines itself, under whatever decorators."""
    return {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and inspect.unwrap(value).__globals__ is vars(module)
        and not name.startswith("_")
    }


def test_every_preset_is_public() -> None:
    presets = importlib.import_module("lrsched.presets")
    files = [
        importlib.import_module(f"lrsched.presets.{path.stem}")
        for path in (ROOT / "presets").glob("[!_]*.py")
        if path.stem not in ("decays", "lengths")  # what presets are made with
    ]
    assert sorted(set().union(*map(defined_in, files))) == presets.__all__
    assert set(presets.__all__) <= set(lrs.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_at_home_in_lrsched(name: str) -> None:
    assert getattr(lrs, name).__module__ == "lrsched"


@pytest.mark.parametrize("name", SHAPES_AND_COMBINATORS)
def test_every_schedule_has_a_row(name: str) -> None:
    assert any(type(case.schedule) is getattr(lrs, name) for case in CASES)


@pytest.mark.parametrize("name", SHAPES_AND_COMBINATORS)
def test_every_schedule_is_one_formula(name: str) -> None:
    """A frozen dataclass that leaves calling to its base, and is no base itself."""
    cls = getattr(lrs, name)
    assert cls.__dataclass_params__.frozen
    assert "__call__" not in vars(cls)
    for base in cls.__mro__[1:]:  # nothing subclasses a concrete schedule
        assert base is object or not base.__dict__.get("__dataclass_params__"), base


def test_a_schedule_may_be_subclassed() -> None:
    @dataclass(frozen=True)
    class Halved(lrs.CosineDecay):
        by: float = 2.0

        def formula(self, t: Any, xp: Any) -> Any:
            return super().formula(t, xp) / self.by

    schedule = Halved(10)
    assert repr(schedule) == "Halved(10)"
    assert schedule([0, 10, 20]).tolist() == [0.5, 0.0, 0.0]
    with pytest.raises(FrozenInstanceError):
        schedule.by = 3.0  # type: ignore[misc]


def sections(doc: str) -> dict[str, str]:
    """The parts of a docstring by their headings, `Formula`, `Args`, `Raises` and `Source`."""
    parts = re.split(r"^(Formula|Args|Raises|Source):", inspect.cleandoc(doc), flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_explains_itself(name: str) -> None:
    thing = getattr(lrs, name)
    doc = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    assert doc
    first, blank, *_ = [*inspect.cleandoc(doc).splitlines(), ""]
    assert first.endswith(".")
    assert blank == ""
    examples = "".join(example.source for example in doctest.DocTestParser().get_examples(doc))
    assert re.search(OPERATORS.get(name, rf"\b{name}\b"), examples), "no example"
    if inspect.isabstract(thing):
        return
    found = sections(doc)
    wanted = {"Args", "Raises"} | (
        {"Formula", "Source"} if name in SHAPES_AND_COMBINATORS else set()
    )
    for heading in wanted:
        assert found.get(heading, "").strip(), f"no {heading}"
    for parameter in inspect.signature(thing).parameters.values():
        star = r"\*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        described = rf"^    {star}{parameter.name}: \S"
        assert re.search(described, found["Args"], re.MULTILINE), f"Args lacks {parameter.name}"


@pytest.mark.parametrize("name", [n for n in NAMES if not inspect.isabstract(getattr(lrs, n))])
def test_one_vocabulary(name: str) -> None:
    signature = inspect.signature(getattr(lrs, name))
    assert set(signature.parameters) <= VOCABULARY


@pytest.mark.parametrize("name", NAMES)
def test_no_length_and_no_peak_has_a_default(name: str) -> None:
    for parameter in inspect.signature(getattr(lrs, name)).parameters.values():
        if parameter.name in ("steps", "total_steps", "peak", "decay_steps", "cooldown_steps"):
            assert parameter.default in (parameter.empty, None)


def test_types_are_there_for_users() -> None:
    assert (ROOT / "py.typed").exists()


# What the files import


def every() -> list[str]:
    """All files, from the package on."""
    return sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


def core() -> list[str]:
    """All but the command line's and those made for one framework."""
    return [name for name in every() if not re.match("__main__|cli|adapters/|compat/", name)]


def tree_of(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text("utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a file imports anywhere in it, by their full names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", core())
def test_the_core_imports_no_framework(name: str) -> None:
    assert len(core()) > 30
    for module in imports(tree_of(name)):
        assert module.partition(".")[0] not in FRAMEWORKS - {OWN.get(name)}


def test_a_frameworks_own_file_is_imported_late() -> None:
    for name in OWN:
        module = "lrsched." + name.removesuffix(".py").replace("/", ".")
        for path in ROOT.rglob("*.py"):
            tree = ast.parse(path.read_text())
            assert module not in at_the_top(tree.body)
            assert (module in imports(tree)) is (path.name == "arrays.py")


def at_the_top(body: list[ast.stmt]) -> Iterator[str]:
    """What importing a module imports: not what is in a function, or for type checkers alone."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imports(node)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from at_the_top(node.orelse)


def within_functions(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from (n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom)))


@pytest.mark.parametrize("name", every())
def test_an_import_in_a_function_is_for_start_up_alone(name: str) -> None:
    """Each says so, on its line or above; what an extra brings is imported where it is used."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    for node in within_functions(tree_of(name)):
        above = itertools.takewhile(
            lambda line: line.strip().startswith(("#", "from ", "import ")),
            reversed(lines[: node.lineno - 1]),
        )
        said = " ".join([*above, lines[node.lineno - 1]])
        extra = re.search(r"\b(matplotlib|scipy|shtab|yaml)\b", ast.unparse(node))
        assert "tart-up" in said or extra, ast.unparse(node)


def spelled(tree: ast.AST) -> set[str]:
    """The words in a file's code: names and texts, but neither docstrings nor comments."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        ):
            words |= set(re.findall(r"\w+", node.value))
    return words


@pytest.mark.parametrize("name", core())
def test_one_file_spells_the_names_of_frameworks(name: str) -> None:
    if name not in SPELLS:
        assert not spelled(tree_of(name)) & FRAMEWORKS


def test_a_framework_in_the_code_would_be_seen() -> None:
    code = '"""Like torch."""\ndef f(x):\n    """As jax."""\n    return {"keras.ops": x.dask}, mlx'
    assert spelled(ast.parse(code)) & FRAMEWORKS == {"keras", "dask", "mlx"}
