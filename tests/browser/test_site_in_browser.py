"""The site as somebody reads it: at a desk and on a phone, by day and by night."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tabs import Tabs

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    *("lrsched", "lrsched/shapes", "lrsched/presets", "lrsched/ask/laws", "lrsched/cli"),
    *("lrsched/adapters/torch", "lrsched/adapters/trainers", "lrsched/compat/transformers"),
    *("lrsched/compat/torchtitan", "explorer"),
]

# Of each text: the ratio of its luminance to that of what is behind it, by WCAG 2.1.
CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = channels(getComputedStyle(element).backgroundColor);
      if (colour[3] === undefined || colour[3] === 1) return colour;
    }
    return channels(getComputedStyle(document.documentElement).backgroundColor);
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const text = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [luminance(channels(text)), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const key = `${element.tagName}.${element.className.baseVal ?? element.className}`;
    found[key] = Math.min(found[key] ?? 21, ratio);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-W", "ignore", ".github/site", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(autouse=True)
def asks_for_nothing(tabs: Tabs, site: Path) -> Iterator[None]:
    yield
    assert [url for url in tabs.asked if not url.startswith(site.as_uri())] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_fits(tabs: Tabs, site: Path, width: int) -> None:
    tab = tabs.open(site / "lrsched.html", width, "light")
    rights = "(pictures) => pictures.map((picture) => picture.getBoundingClientRect().right)"
    wide = []
    for path in sorted({*site.rglob("*.html")} - {site / "index.html"}):  # which sends on
        tab.goto(path.as_uri())
        whole = tab.evaluate("document.documentElement.scrollWidth")
        pictures = tab.locator("svg").evaluate_all(rights)
        if max(whole, *pictures) > width:
            wide.append((path.name, whole, max(pictures)))
    assert wide == []


def test_words_in_a_table_stay_whole(tabs: Tabs, site: Path) -> None:
    tab = tabs.open(site / "lrsched/adapters/loops.html", 390, "light")
    torn = """(table) => {
      const found = [];
      const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        for (const word of walker.currentNode.data.matchAll(/\\w+/g)) {
          const range = document.createRange();
          range.setStart(walker.currentNode, word.index);
          range.setEnd(walker.currentNode, word.index + word[0].length);
          if (range.getClientRects().length !== 1) found.push(word[0]);
        }
      }
      return found;
    }"""
    assert tab.locator("table").first.evaluate(torn) == []


def test_the_menu_of_a_phone(tabs: Tabs, site: Path) -> None:
    tab = tabs.open(site / "lrsched/adapters/torch.html", 390, "light")
    letters = """(heading) => {
      const range = document.createRange();
      range.selectNodeContents(heading);
      return [...range.getClientRects()].map((box) => [box.right, box.top]);
    }"""
    button = tab.locator("#navtoggle").bounding_box()
    bottom = button["y"] + button["height"]
    for right, top in tab.locator("h1").first.evaluate(letters):
        assert right <= button["x"] or top >= bottom
    entry = tab.locator("nav a", has_text="lr_lambda").first
    assert not entry.is_visible()
    tab.click("#navtoggle")
    assert entry.is_visible()


def test_the_search(tabs: Tabs, site: Path) -> None:
    tab = tabs.open(site / "lrsched.html", 1280, "light")
    tab.fill("input[type=search]", "warmup stable decay")
    found = tab.locator("main a", has_text="warmup_stable_decay").first
    found.click()
    tab.wait_for_url("**/lrsched/presets.html#warmup_stable_decay")
    assert tab.locator("#warmup_stable_decay").is_visible()
    assert all("search index" in message for message in tabs.said)  # how long it took
    tabs.said.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_can_be_read(tabs: Tabs, site: Path, name: str, scheme: str) -> None:
    tab = tabs.open(site / f"{name}.html", 1280, scheme)
    ratios = tab.evaluate(CONTRASTS)
    assert len(ratios) > 5
    assert {what: ratio for what, ratio in ratios.items() if ratio < 4.5} == {}
