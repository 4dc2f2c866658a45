"""The README: short, its recipes those that are run, and its pages there.

Its examples are run as doctests.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_it_can_be_read_at_once() -> None:
    assert len(README.splitlines()) <= 300


def test_each_recipe_is_one_of_the_adapters() -> None:
    """Theirs are run, each on the real framework (tests/adapters/test_recipes.py)."""
    run = "".join(path.read_text("utf-8") for path in (ROOT / "lrsched/adapters").glob("*.py"))
    recipes = re.findall(r"^```python\n(?!>>>)(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(recipes) == 3
    for recipe in recipes:
        assert f"```python\n{recipe}```" in run, recipe


def test_the_pages_that_it_names_are_there() -> None:
    pages = re.findall(r"^\| `(lrsched\.[\w.]+)`", README, re.MULTILINE)
    assert len(pages) >= 10
    for page in pages:
        assert importlib.util.find_spec(page), page


def test_every_link_within_the_checkout_leads_somewhere() -> None:
    for page in ("README.md", "benchmarks/README.md", ".github/CONTRIBUTING.md"):
        path = ROOT / page
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), (page, link)
