"""The documentation site, built once: its links lead somewhere, and it asks for nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import lrsched as lrs

pytestmark = pytest.mark.frameworks

ROOT = Path(__file__).parent.parent.parent


class Page(HTMLParser):
    """The ids, the links and what is loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.add(values.get("id", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe") and "src" in values:
            self.loaded.append(values["src"])
        if tag == "link" and "href" in values:
            self.loaded.append(values["href"])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-W", "ignore", ".github/site", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    return {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


@pytest.fixture(scope="session")
def pages(site: dict[Path, str]) -> dict[Path, Page]:
    return {path: Page(text) for path, text in site.items()}


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if link.startswith(("http:", "https:")):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            if target not in pages or (anchor and anchor not in pages[target].ids):
                broken.append(f"{path.name}: {link}")
    assert not broken


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    loaded = {source for page in pages.values() for source in page.loaded}
    assert not {source for source in loaded if source.startswith(("http:", "https:", "//"))}


def test_no_page_shows_the_objects_behind_the_types(site: dict[Path, str]) -> None:
    shown = [
        (path.name, what)
        for path, text in site.items()
        for what in ("Annotated[", "object at 0x", "&lt;lrsched")
        if what in re.sub(r"<[^>]+>", "", text)
    ]
    assert not shown


def test_every_shape_has_its_picture(site: dict[Path, str]) -> None:
    [page] = [text for path, text in site.items() if path.name == "shapes.html"]
    parts = page.split('<section id="')[1:]
    names = [name for name in lrs.shapes.__all__ if isinstance(getattr(lrs, name), type)]
    drawn = {part.partition('"')[0] for part in parts if '<div class="picture"><svg' in part}
    assert set(names) == drawn


def test_every_chapter_shows_an_example(site: dict[Path, str]) -> None:
    without = {
        path.stem
        for path, text in site.items()
        if not re.search(r"<pre>|pdoc-code codehilite", text)
    }
    # The first leads on, the second is an example itself.
    assert without == {"index", "explorer"}


def test_signatures_are_those_that_one_types(site: dict[Path, str]) -> None:
    [page] = [text for path, text in site.items() if path.name == "shapes.html"]
    [part] = [part for part in page.split('<section id="')[1:] if part.startswith('CosineDecay"')]
    [shown] = re.findall(r'<div class="attr class">(.*?)</div>', part, re.DOTALL)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)).replace(" ,", ",").replace(" :", ":")
    assert "CosineDecay ( steps: int, start: float = 1.0, end: float = 0.0" in text


def test_every_shape_has_its_formula(site: dict[Path, str]) -> None:
    [page] = [text for path, text in site.items() if path.name == "shapes.html"]
    assert page.count('<div class="formula"><math') == page.count('<div class="picture"><svg')
