"""The page in a real browser.

Whatever a test does on a page, nothing is said in its console, and nothing is asked of a network.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tabs import Tabs

import lrsched as lrs

pytestmark = pytest.mark.browser

RUN = 3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000, end=0.1))
SIX = [
    RUN,
    lrs.warmup_stable_decay(3e-4, 100_000, warmup_steps=2_000, decay_steps=20_000),
    3e-4 * lrs.Cycle(lrs.CosineDecay(14_000), stretch=2, count=3),
    lrs.one_cycle(3e-4, 100_000, warmup_fraction=0.3),
    3e-4 * lrs.StepDecay(30_000),
    0.3 * lrs.Noam(512, 4_000),
]
SCRIPT = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


class Page:
    """A page that is open, and how to read from it."""

    def __init__(self, tab: Any, said: list[str], asked: list[str]) -> None:
        self.tab = tab
        self.said = said
        self.asked = asked

    def values(self) -> list[float]:
        """The values that the legend has."""
        return [float(text) for text in self.tab.locator("#legend output").all_inner_texts()]

    @property
    def step(self) -> int:
        return int(self.tab.input_value("#step"))

    def type_step(self, step: int) -> None:
        self.tab.fill("#step", str(step))
        self.tab.press("#step", "Enter")

    def ticks(self) -> list[str]:
        """The words along the axis of steps, from the left."""
        return self.tab.locator("#plot > text[y]:not(.phase)").evaluate_all(
            """(texts) => {
              const bottom = Math.max(...texts.map((text) => Number(text.getAttribute("y"))));
              return texts
                .filter((text) => Number(text.getAttribute("y")) === bottom)
                .map((text) => text.textContent);
            }"""
        )

    def pixel(self, share: float, height: float = 0.5) -> tuple[float, float]:
        """A place within the axes, from 0 at the left to 1 at the right."""
        left, inner, top, tall = self.axes()
        box = self.tab.locator("#plot").bounding_box()
        return box["x"] + left + share * inner, box["y"] + top + height * tall

    def axes(self) -> tuple[float, float, float, float]:
        """Left, width, top and height of what is within the axes, on the drawing."""
        area = self.tab.locator("#plot clipPath rect")
        x, y, w, h = (float(area.get_attribute(name)) for name in ("x", "y", "width", "height"))
        return x, w, y + 2, h - 4

    def drag(self, start: float, stop: float) -> None:
        mouse = self.tab.mouse
        mouse.move(*self.pixel(start))
        mouse.down()
        mouse.move(*self.pixel((start + stop) / 2))
        mouse.move(*self.pixel(stop))
        mouse.up()

    def curve(self, i: int) -> np.ndarray:
        """Points of a curve: x from 0 to 1, and values by the ticks of the linear axis."""
        path = self.tab.locator(f"[data-curve='{i}'] path").get_attribute("d")
        points = np.array([[float(n) for n in p.split()] for p in path[1:].split("L")])
        lines = self.tab.locator("#plot .grid").evaluate_all(
            """(lines) => lines.map((line) => [
              Number(line.nextSibling.textContent), Number(line.getAttribute("y1")),
            ])"""
        )
        (a, low), (b, high) = lines[0], lines[-1]
        left, inner, _, _ = self.axes()
        values = a + (points[:, 1] - low) / (high - low) * (b - a)
        return np.stack([(points[:, 0] - left) / inner, values], axis=1)


Look = Callable[..., Page]


@pytest.fixture
def look(tabs: Tabs, tmp_path: Path) -> Iterator[Look]:
    """Opens pages; in the end, none of them has asked for anything."""

    def open_page(
        *schedules: lrs.Schedule,
        width: int = 1280,
        scheme: str = "light",
        options: dict[str, Any] | None = None,
        **of_page: Any,
    ) -> Page:
        path = tmp_path / f"{len(tabs.contexts)}.html"
        path.write_text(lrs.page(*schedules, **of_page), "utf-8")
        tab = tabs.open(path, width, scheme, **options or {})
        tabs.asked.remove(path.as_uri())
        return Page(tab, tabs.said, tabs.asked)

    yield open_page
    assert tabs.asked == []


def close(values: Any, expected: Any) -> bool:
    return bool(np.allclose(values, expected, rtol=1e-12, atol=0))


# Reading


def test_the_value_under_the_pointer(look: Look) -> None:
    page = look(*SIX)
    for share in (0.0, 0.013, 0.25, 0.5, 0.77, 1.0):
        page.tab.mouse.move(*page.pixel(share))
        assert page.step == pytest.approx(100_000 * share, abs=60)
        assert close(page.values(), [schedule(page.step) for schedule in SIX])
        (line,) = page.tab.locator("#plot .cursor").all()
        assert float(line.get_attribute("x1")) == pytest.approx(
            page.axes()[0] + page.step / 100_000 * page.axes()[1]
        )
    assert page.tab.locator("#plot .at").count() == 6


def test_any_step_by_keyboard(look: Look) -> None:
    page = look(*SIX)
    for step in (1, 1999, 2000, 14_000, 29_999, 99_999):
        page.type_step(step)
        assert close(page.values(), [schedule(step) for schedule in SIX])
    page.type_step(10**9)
    assert page.step == 100_000
    plot = page.tab.locator("#plot")
    plot.focus()
    pixel = 100_000 / page.axes()[1]
    for key, step in (("Home", 0), ("ArrowRight", pixel), ("Shift+ArrowRight", 11 * pixel)):
        plot.press(key)
        assert page.step == pytest.approx(step, abs=2)
    plot.press("ArrowLeft")
    assert page.step == pytest.approx(10 * pixel, abs=3)
    heard = plot.get_attribute("aria-valuetext")
    assert heard.startswith(f"step {page.step:,}; {RUN!r}: ")
    plot.press("End")
    assert (page.step, plot.get_attribute("aria-valuenow")) == (100_000, "100000")


def test_everything_is_reached_by_tab(look: Look) -> None:
    page = look(*SIX[:2])
    seen: list[tuple[str, str]] = []
    what = "() => [document.activeElement.id, document.activeElement.textContent]"
    while seen[1:] == [] or seen[-1] != seen[0]:
        page.tab.keyboard.press("Tab")
        seen.append(tuple(page.tab.evaluate(what)))
    order = [key for key, _ in seen if key]
    assert order[:8] == ["step", "log", "in", "out", "left", "right", "all", "plot"]
    words = [text for _, text in seen]
    assert repr(SIX[1]) in words
    assert words.count("Copy") == 5


# The curve


@pytest.mark.parametrize("schedule", [RUN, SIX[3], lrs.LinearDecay(90) * lrs.LinearWarmup(30)])
def test_the_curve_is_the_formula(look: Look, schedule: lrs.Schedule) -> None:
    page = look(schedule)
    points = page.curve(0)
    assert len(points) > 900
    _, inner, _, tall = page.axes()
    around = points[:, :1] + np.linspace(-0.6, 0.6, 25) / inner  # half a pixel to either side
    values = schedule(np.clip(around, 0, 1) * schedule.steps)
    close = 0.1 / tall * values.max()
    assert (points[:, 1] >= values.min(axis=1) - close).all()
    assert (points[:, 1] <= values.max(axis=1) + close).all()
    assert points[:, 1].max() == pytest.approx(values.max(), abs=close)


def test_no_restart_is_missed(look: Look) -> None:
    for width in (1280, 360):
        page = look(0.1 * lrs.Cycle(lrs.CosineDecay(333), count=300), width=width)
        points = page.curve(0)
        _, inner, _, _ = page.axes()
        for restart in range(1, 300):
            column = math.floor(restart / 300 * inner)
            near = points[abs(points[:, 0] * inner - column - 0.5) <= 0.51]
            assert near[:, 1].max() == pytest.approx(0.1, abs=2e-4)
            assert near[:, 1].min() == pytest.approx(0.0, abs=2e-3)


def test_jumps_are_upright(look: Look) -> None:
    page = look(lrs.StepDecay(30, gamma=0.5), steps=100)
    for _ in range(2):
        points = page.curve(0)
        falls = np.diff(points[:, 1]) < -1e-3
        assert falls.sum() == 3
        assert (np.diff(points[:, 0])[falls] == 0).all()
        page.tab.check("#log")  # drawn again, and back
        page.tab.uncheck("#log")


def test_a_thousand_million_steps(look: Look) -> None:
    """No list of marks goes so far: restarts of one length are still met, each of them."""
    page = look(lrs.Cycle(lrs.LinearDecay(100)), SIX[0], steps=10**9)
    points = page.curve(0)
    _, inner, _, _ = page.axes()
    columns = points[:, 0] * inner
    for column in range(0, math.floor(inner) - 1, 7):
        near = points[abs(columns - column - 0.5) <= 0.51]
        assert near[:, 1].max() == pytest.approx(1.0, abs=2e-3)
        assert near[:, 1].min() == pytest.approx(0.01, abs=2e-3)
    page.type_step(987_654_321)
    assert page.values()[0] == 0.79


@pytest.mark.parametrize(
    "schedule",
    [
        lrs.Constant(0.1, steps=10),
        lrs.Constant(0.0, steps=10),
        lrs.LinearWarmup(10, start=-3.0, end=-1.0),
        lrs.Take(lrs.ExponentialDecay(1.5), 10_000),
        lrs.LinearWarmup(10, start=-1e308, end=1e308),
        lrs.LinearDecay(1),
        lrs.LinearDecay(2**60),
        lrs.ExponentialDecay(0.5) + 1e-300,
    ],
    ids=repr,
)
def test_curves_of_any_kind(look: Look, schedule: lrs.Schedule) -> None:
    page = look(schedule, steps=schedule.steps or 2000)
    for log in (False, True):
        page.tab.set_checked("#log", log)
        assert "NaN" not in page.tab.locator("#plot").inner_html()
        page.tab.click("#in")
        page.tab.click("#all")
    page.type_step(1)
    assert close(page.values(), schedule(1))


# Choosing


def test_curves_are_put_away_and_back(look: Look) -> None:
    page = look(*SIX)
    boxes = page.tab.locator("#legend input")
    curves = page.tab.locator("[data-curve]")
    assert curves.count() == 6
    boxes.nth(1).uncheck()
    assert [c.get_attribute("data-curve") for c in curves.all()] == ["0", "2", "3", "4", "5"]
    for i in range(6):
        boxes.nth(i).uncheck()
    assert curves.count() == 0
    assert "No schedule is shown" in page.tab.locator("#plot").text_content()
    boxes.nth(4).check()
    assert curves.count() == 1
    page.type_step(30_000)
    assert close(page.values()[4], 3e-5)


def test_a_logarithmic_axis(look: Look) -> None:
    page = look(lrs.GeometricDecay(1000, end=1e-6))
    page.tab.check("#log")
    words = page.tab.locator("#plot .grid + text").all_text_contents()
    assert [float(word) for word in words] == [10.0**k for k in range(-6, 1)]
    path = page.tab.locator("[data-curve='0'] path").get_attribute("d")
    points = np.array([[float(n) for n in p.split()] for p in path[1:].split("L")])
    slopes = np.diff(points[:, 1]) / np.diff(points[:, 0])
    assert np.ptp(slopes) < 0.03  # a straight line, to a hundredth of a pixel
    page.tab.locator("#plot").press("l")
    assert not page.tab.is_checked("#log")


def test_phases_are_those_of_the_schedule_that_is_chosen(look: Look) -> None:
    page = look(*SIX, labels=list("abcdef"))
    about = page.tab.locator("#about")
    assert page.tab.locator("#plot .phase").all_text_contents() == ["CosineDecay"]
    page.tab.click("#legend .pick >> text=b")
    assert about.locator("h2").inner_text() == "b"
    assert page.tab.locator("#plot .phase").all_text_contents() == ["Constant", "LinearDecay"]
    assert page.tab.locator("#plot .band").count() == 2
    cells = [row.locator("th, td").all_inner_texts() for row in about.locator("tr").all()]
    assert cells == [list(row) for row in lrs.describe(SIX[1], 100_000).rows()]
    page.type_step(90_000)
    assert page.tab.inner_text("#phase") == "in LinearDecay"


def test_findings(look: Look) -> None:
    page = look(RUN, steps=90_000)
    assert page.tab.locator(".findings li").all_inner_texts() == [
        "fault: the run ends at step 90000, the schedule at step 100000"
    ]
    assert "Nothing found" in look(RUN).tab.inner_text("#about")


# Zooming


def test_zooming_shows_real_values(look: Look) -> None:
    page = look(RUN)
    page.drag(0.01, 0.03)
    steps = [int(word.replace(",", "")) for word in page.ticks()]
    assert len(steps) > 3
    assert 1000 <= steps[0] < 1500 < steps[-1] <= 3000
    page.type_step(2000)
    plot = page.tab.locator("#plot")
    plot.focus()
    for _ in range(9):
        plot.press("+")
    assert "1,999" in page.ticks()
    assert page.tab.locator("#plot .phase").all_text_contents() == ["LinearWarmup", "CosineDecay"]
    dots = page.tab.locator("#plot .dot").count()
    assert 3 <= dots <= 6
    points = page.curve(0)
    first, last = (int(word.replace(",", "")) for word in (page.ticks()[0], page.ticks()[-1]))
    assert last - first <= dots
    assert points[:, 1].max() == pytest.approx(3e-4, rel=1e-3)
    assert points[:, 1].min() > 2.9e-4
    plot.press("0")
    assert page.ticks()[-1] == "100,000"


def test_ways_to_zoom(look: Look) -> None:
    page = look(RUN)
    whole = page.ticks()

    def is_zoomed() -> bool:
        return page.ticks() != whole

    page.tab.click("#in")
    assert is_zoomed()
    page.tab.click("#out")
    assert not is_zoomed()
    page.drag(0.2, 0.4)
    assert is_zoomed()
    page.tab.mouse.dblclick(*page.pixel(0.5))
    assert not is_zoomed()
    page.tab.mouse.move(*page.pixel(0.5))
    page.tab.keyboard.down("Control")
    page.tab.mouse.wheel(0, -300)
    page.tab.keyboard.up("Control")
    page.tab.wait_for_function(
        "() => !document.querySelector('#plot').textContent.includes('90,000')"
    )
    before = page.ticks()
    page.tab.click("#left")
    assert page.ticks() != before
    page.tab.click("#right")
    assert page.ticks() == before
    page.tab.click("#all")
    assert not is_zoomed()
    page.drag(0.5, 0.502)  # a click, with a hand that is not still
    assert not is_zoomed()
    for _ in range(30):
        page.tab.click("#in")
    assert page.tab.locator("#plot .dot").count() in (2, 3)  # no closer


def test_a_step_out_of_view_is_brought_into_it(look: Look) -> None:
    page = look(RUN)
    page.drag(0.1, 0.2)
    page.type_step(80_000)
    assert page.tab.locator("#plot .cursor").count() == 1
    assert page.ticks()[-1] == "80,000"


def test_a_finger_reads_and_does_not_zoom(look: Look) -> None:
    page = look(RUN, width=360, options={"has_touch": True, "is_mobile": True})
    before = page.ticks()
    page.tab.touchscreen.tap(*page.pixel(0.5))
    assert page.step == pytest.approx(50_000, abs=400)
    assert page.ticks() == before


# Words


@dataclass(frozen=True)
class Named(lrs.Schedule):
    """A user's own; its name is made below."""

    steps: int

    def formula(self, t: Any, xp: Any) -> Any:
        return 1 - t / self.steps


def test_names_stay_text(look: Look) -> None:
    odd = type(SCRIPT, (Named,), {})(10)
    page = look(RUN, lrs.Sequence(odd, lrs.LinearDecay(10)), labels=[SCRIPT, SCRIPT + "</script>"])
    assert page.tab.title().startswith(SCRIPT)
    assert page.tab.locator("#legend .pick").all_inner_texts() == [SCRIPT, SCRIPT + "</script>"]
    page.tab.locator("#legend .pick").nth(1).click()
    assert SCRIPT in page.tab.inner_text("#about table")
    assert page.tab.inner_text("#phase") == f"in {SCRIPT}"
    assert page.tab.locator("img").count() == 0
    assert page.tab.locator("script").count() == 2


def test_the_policy_forbids_what_is_not_the_pages_own(look: Look) -> None:
    page = look(RUN)
    answers = []
    page.tab.on("requestfinished", lambda request: answers.append(request.url))
    blocked = page.tab.evaluate(
        """async () => {
          const seen = [];
          addEventListener("securitypolicyviolation", (e) => seen.push(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "document.title = 'run'";
          document.body.append(script);
          const image = new Image();
          image.src = "https://example.org/x.png";
          await fetch("https://example.org/").catch(() => 0);
          await new Promise((done) => setTimeout(done, 50));
          return [document.title, ...seen.sort()];
        }"""
    )
    assert all("Content Security Policy" in message for message in page.said)
    assert answers == []
    page.said.clear()
    page.asked.clear()
    assert blocked[0] == repr(RUN)
    assert blocked[1:] == ["connect-src", "img-src", "script-src-elem"]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(look: Look, width: int, scheme: str) -> None:
    long = lrs.Sequence(*(lrs.LinearWarmup(1000 + i, end=0.1 * i) for i in range(12)))
    for schedules in ([RUN], SIX, [long] * 10, [lrs.Cycle(lrs.LinearDecay(10**7))]):
        page = look(*schedules, width=width, scheme=scheme, steps=10**9)
        wide = page.tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        out = page.tab.locator("main *:not(#plot *):not(.scroll *)").evaluate_all(
            """(all) => all.filter((one) => {
              const { left, right, width } = one.getBoundingClientRect();
              return width && (left < 0 || right > innerWidth);
            }).map((one) => one.outerHTML)"""
        )
        assert out == []
        texts = page.tab.locator("#plot text").evaluate_all(
            "(all) => all.map((one) => { const box = one.getBBox(); return [box.x, box.width]; })"
        )
        room = page.tab.locator("#plot").bounding_box()["width"]
        assert all(x >= 0 and x + w <= room for x, w in texts)


# Relative luminance, of a colour as the browser says it.
CONTRAST = """(one) => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const style = getComputedStyle(one);
  const inside = one.closest("svg");
  const ink = inside ? (one.tagName === "text" ? style.fill : style.stroke) : style.color;
  let under = one;
  const clear = "rgba(0, 0, 0, 0)";
  while (getComputedStyle(under).backgroundColor === clear) under = under.parentElement;
  const both = [light(ink), light(getComputedStyle(under).backgroundColor)].sort((a, b) => b - a);
  return (both[0] + 0.05) / (both[1] + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_curves_are_seen(look: Look, scheme: str) -> None:
    page = look(*SIX, *SIX, scheme=scheme, steps=90_000)
    paper = page.tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 27)"}[scheme]
    words = page.tab.locator("h1, h2, h3, td, th, .hint, .fault, button, pre, output, #plot text")
    assert min(words.evaluate_all(f"(all) => all.map({CONTRAST})")) >= 4.5
    curves = page.tab.locator("#plot .curve, .swatch line")
    assert min(curves.evaluate_all(f"(all) => all.map({CONTRAST})")) >= 3


def test_code_to_copy(look: Look) -> None:
    quoted = 0.1 * lrs.Quantize(RUN, unit=1e-5, rounding="down")
    page = look(quoted, options={"permissions": ["clipboard-read", "clipboard-write"]})
    copied = {}
    for name in ("text", "torch", "Keras", "JAX", "JavaScript"):
        button = page.tab.get_by_role("button", name=f"Copy {name}")
        button.click()
        page.tab.wait_for_function(
            "(one) => one.textContent === 'Copied'", arg=button.element_handle()
        )
        copied[name] = page.tab.evaluate("navigator.clipboard.readText()")
    assert lrs.parse(copied["text"]) == quoted
    assert copied["JavaScript"] == quoted.source(language="javascript")
    for name, line in (
        ("torch", "ScheduleLR(optimizer, schedule)"),
        ("Keras", "AdamW(to_keras(schedule))"),
        ("JAX", "adamw(to_jax(schedule))"),
    ):
        assert line in copied[name]
        (made,) = re.findall(r"^schedule = .*$", copied[name], re.MULTILINE)
        scope: dict[str, Any] = {"lrs": lrs}
        exec(made, scope)
        assert scope["schedule"] == quoted
        compile(copied[name], name, "exec")


def test_where_there_is_no_clipboard_the_text_is_selected(look: Look) -> None:
    page = look(RUN)
    page.tab.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button = page.tab.get_by_role("button", name="Copy text")
    button.click()
    page.tab.wait_for_function(
        "(one) => one.textContent === 'Selected'", arg=button.element_handle()
    )
    assert page.tab.evaluate("getSelection().toString()") == repr(RUN)


def test_without_javascript_it_says_so(look: Look) -> None:
    page = look(RUN, options={"java_script_enabled": False})
    assert "drawn by JavaScript, which is off" in page.tab.inner_text("noscript")
