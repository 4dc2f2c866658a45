"""The examples of every public name: they are `lrsched`'s, so no file's own doctests have them."""

from __future__ import annotations

import doctest
import inspect
import io

import pytest

import lrsched as lrs

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run(thing: object, name: str) -> tuple[int, str]:
    """How many examples a thing has, its methods' too, and what those say that fail."""
    names = {} if inspect.isclass(thing) else inspect.unwrap(thing).__globals__  # type: ignore[arg-type]
    runner, said = doctest.DocTestRunner(optionflags=FLAGS), io.StringIO()
    for test in doctest.DocTestFinder().find(thing, name, module=False, globs=dict(names)):  # type: ignore[arg-type]
        runner.run(test, out=said.write)
    return runner.summarize(verbose=False).attempted, said.getvalue()


@pytest.mark.parametrize("name", lrs.__all__)
def test_every_example_is_true(name: str) -> None:
    if name.startswith("plot"):
        pytest.importorskip("matplotlib").use("agg")
    if name.endswith("Law"):  # they can be fitted
        pytest.importorskip("scipy")
    attempted, said = run(getattr(lrs, name), name)
    assert not said, said
    assert attempted > 0


def test_examples_of_methods_are_among_them() -> None:
    assert run(lrs.Schedule, "Schedule")[0] > run(lrs.Schedule.latex, "latex")[0] > 0


def test_a_wrong_example_would_be_seen() -> None:
    def wrong() -> None:
        """Adds.

        >>> 1 + 1
        3
        """

    attempted, said = run(wrong, "wrong")
    assert attempted == 1
    assert "Expected:\n    3\nGot:\n    2" in said
