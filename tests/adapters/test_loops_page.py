"""The page of other loops: a row, a section and a test for each of them, in one order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lrsched.adapters import loops

TESTS = Path(__file__).parents[1] / "loops"
PAGE = loops.__doc__ or ""
BEFORE, *PARTS = re.split(r"^### (.*)\n", PAGE, flags=re.M)
SECTIONS = dict(zip(PARTS[::2], PARTS[1::2], strict=True))


def test_the_table_lists_the_sections_in_order() -> None:
    rows = re.findall(r"^\| (.*?) \| .* \| .* \|$", BEFORE, re.M)
    assert rows[1:] == list(SECTIONS) == sorted(SECTIONS, key=str.casefold)
    assert len(SECTIONS) >= 8


@pytest.mark.parametrize("name", SECTIONS)
def test_every_recipe_can_be_pasted(name: str) -> None:
    recipes = re.findall(r"^```python\n(.*?)^```$", SECTIONS[name], re.M | re.S)
    assert recipes
    for recipe in recipes:
        compile(recipe, name, "exec")


@pytest.mark.parametrize("name", SECTIONS)
def test_every_recipe_is_run(name: str) -> None:
    """By a file that is opened where its framework is."""
    texts = [path.read_text("utf-8") for path in TESTS.glob("test_*.py")]
    (text,) = [text for text in texts if f'cook("{name}"' in text]
    assert "\npytestmark = pytest.mark.loops\n" in text
    for number in range(1, SECTIONS[name].count("```python")):
        assert re.search(rf'cook\("{re.escape(name)}", (?:{number}|number)\b', text)
