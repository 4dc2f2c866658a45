"""What a page is made of; tests/browser looks at one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import lrsched as lrs
from lrsched import cli

SCHEDULE = 3e-4 * lrs.Sequence(lrs.LinearWarmup(20), lrs.CosineDecay(80, end=0.1))


class Read(HTMLParser):
    """The tags of a page, and what is in each script and style."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.within = dict(attrs).get("type") or tag

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        self.raw[self.within] = self.raw.get(self.within, "") + data

    @property
    def data(self) -> Any:
        return json.loads(self.raw["application/json"])


@dataclass(frozen=True)
class Stubborn(lrs.Schedule):
    """A formula that can't be written out: it branches on the step."""

    steps: int

    def formula(self, t: Any, xp: Any) -> Any:
        return 1.0 if t < 5 else 0.5


def test_what_is_known_of_schedules() -> None:
    found = Read(lrs.page(SCHEDULE, lrs.StepDecay(30), labels=["a", "b"])).data
    assert found["last"] == 100
    first, second = found["schedules"]
    assert (first["label"], first["text"]) == ("a", repr(SCHEDULE))
    assert first["phases"] == [
        {"start": 0, "stop": 20, "name": "LinearWarmup"},
        {"start": 20, "stop": 100, "name": "CosineDecay"},
    ]
    assert first["rows"] == [list(row) for row in lrs.describe(SCHEDULE, 100).rows()]
    messages = [finding["message"] for finding in first["findings"]]
    assert messages == ["the warmup takes 20 of 100 steps"]
    assert (first["marks"], first["more"]) == ([20.0, 100.0], False)
    assert (second["marks"], second["more"]) == ([30.0, 60.0, 90.0], False)
    assert second["phases"] == [{"start": 0, "stop": 100, "name": "StepDecay"}]


def test_a_run_of_another_length() -> None:
    found = Read(lrs.page(SCHEDULE, steps=90)).data
    assert found["last"] == 90
    (schedule,) = found["schedules"]
    assert schedule["label"] == repr(SCHEDULE)
    assert "the run ends at step 90, the schedule at step 100" in str(schedule["findings"])
    assert schedule["phases"][-1]["stop"] == 90
    # Of several, each is judged by its own length.
    shorter = Read(lrs.page(SCHEDULE, lrs.LinearDecay(300))).data["schedules"][0]
    assert "run" not in str(shorter["findings"])


def test_marks_that_are_too_many() -> None:
    many = Read(lrs.page(lrs.Cycle(lrs.LinearDecay(10)), steps=10**9)).data["schedules"][0]
    assert (len(many["marks"]), many["marks"][-1], many["more"]) == (4000, 40_000.0, True)
    names = [phase["name"] for phase in many["phases"]]
    assert names == ["cycle 1", "cycle 2", "cycle 3", "cycle 100,000,000"]


def test_the_page_loads_nothing_and_runs_what_is_its_own() -> None:
    page = lrs.page(SCHEDULE)
    read = Read(page)
    for tag, attributes in read.tags:
        assert "src" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        assert "style" not in attributes, tag  # the policy forbids it
        assert attributes.get("href", "data:,") == "data:,", tag
    assert not re.search(r"url\((?!#)|@import|\bimport\(|fetch\(|innerHTML|eval\(", page)
    (policy,) = (a["content"] for tag, a in read.tags if "http-equiv" in a)
    assert policy
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    for name in ("script", "style"):
        digest = hashlib.sha256(read.raw[name].encode()).digest()
        assert directives[f"{name}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert [tag for tag, _ in read.tags].count("script") == 2


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "</script><b>", "<!--", "]]>", "$data", "\u2028'\"\\", "\ud800"],
)
def test_names_stay_names(name: str) -> None:
    page = lrs.page(SCHEDULE, SCHEDULE, labels=[name, "b"])
    assert page.encode()  # also what is no text
    read = Read(page)
    assert [s["label"] for s in read.data["schedules"]] == [name, "b"]
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in Read(lrs.page(SCHEDULE)).tags]


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        ([], {}, "page: schedules must be at least one schedule"),
        ([SCHEDULE, 3], {}, r"page: schedules\[1\] must be a schedule, got 3"),
        ([lrs.Noam(8, 4)], {}, "page: steps must be given where no schedule has an end"),
        ([SCHEDULE], {"steps": 0}, "page: steps must be a positive integer, got 0"),
        ([SCHEDULE], {"labels": ["a", "b"]}, "page: labels must be as many as the 1 schedules"),
        ([Stubborn(9)], {}, "Stubborn: no function can be written: it branches on the step"),
    ],
)
def test_what_is_refused(arguments: list[Any], options: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        lrs.page(*arguments, **options)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.html"
    assert cli.main(["page", repr(SCHEDULE), "LinearDecay(50)", "-o", str(path)]) == 0
    assert path.read_text("utf-8") == lrs.page(SCHEDULE, lrs.LinearDecay(50))
    assert cli.main(["page", "Noam(512, 4000)", "--steps", "9_000"]) == 0
    assert capsys.readouterr().out == lrs.page(lrs.Noam(512, 4000), steps=9000)
    assert cli.main(["page", "Noam(512, 4000)"]) == 2
    assert "page: steps must be given" in capsys.readouterr().err
