"""Schedules on a page of their own: one file of HTML that asks for nothing else."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import string
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from lrsched._core.schedule import Schedule
from lrsched._core.value import public
from lrsched.ask.boundaries import START, Own, marks
from lrsched.ask.bounds import UNKNOWN, bounds
from lrsched.ask.describe import Phase, describe, shortened
from lrsched.show.arguments import the_labels, the_last_step

# Marks that a curve is drawn by; where there are more, it is looked at more closely.
_MARKS = 4000
_LONGEST = 2000


@public
def page(
    *schedules: Schedule, steps: int | None = None, labels: Sequence[str] | None = None
) -> str:
    """A page to look at schedules: an HTML file that stands on its own and loads nothing.

    Curves to zoom into and to read values from, with the phases of each schedule, what `check`
    finds, its text, and the code for torch, Keras and JAX. All values on it are worked out where
    it is looked at, by `Schedule.source(language="javascript")`: no samples are stored.

    Args:
        *schedules: one or more schedules.
        steps: the last step, and the length of the run that findings are about; by default the end
            of the longest, and each schedule's own length.
        labels: a name for each curve; by default its text.

    Raises:
        TypeError, ValueError: no schedules, one that is none, steps not given where all of them
            are endless or no positive integer, not as many labels as schedules, or a user's
            formula that can't be written out (see `Schedule.source`).

    >>> import lrsched as lrs
    >>> html = lrs.page(lrs.LinearDecay(100), lrs.CosineDecay(100), labels=["linear", "cosine"])
    >>> html.splitlines()[0], "return (100 - t) / 100;" in html
    ('<!doctype html>', True)
    """
    last = the_last_step("page", schedules, steps)
    texts = [shortened(repr(schedule), _LONGEST) for schedule in schedules]
    names = the_labels("page", schedules, texts if labels is None else labels)
    known = {
        "last": last,
        "schedules": [
            {"label": str(name), **_known(schedule, steps, last)}
            for schedule, name in zip(schedules, names, strict=True)
        ],
    }
    formulas = (schedule.source(language="javascript") for schedule in schedules)
    script = f"const FORMULAS = [{', '.join(formulas)}];\n{_file('page.js')}"
    style = _file("page.css")
    return string.Template(_file("page.html")).substitute(
        data=_inert(known),
        script=script,
        script_hash=_hash(script),
        style=style,
        style_hash=_hash(style),
    )


def _file(name: str) -> str:
    return (files("lrsched.show") / name).read_text("utf-8")


def _known(schedule: Schedule, steps: int | None, last: int) -> dict[str, Any]:
    """What is known of a schedule beside its formula."""
    run = steps or min(last, schedule.steps or last)
    description = describe(schedule, run)
    found = marks(schedule, START, Own.BREAKS)
    at = [float(mark.at) for mark in itertools.islice(found, _MARKS) if mark.at <= last]
    return {
        "text": repr(schedule),
        "phases": [_phase(phase, last) for phase in description.phases],
        "rows": description.rows(),
        "findings": [{"fault": f.fault, "message": f.message} for f in description.warnings],
        "marks": at,
        "more": len(at) == _MARKS or bounds(schedule, 0, last) == UNKNOWN,
    }


def _phase(phase: Phase, last: int) -> dict[str, Any]:
    name = type(phase.schedule).__name__
    if phase.number is not None:
        name = f"cycle {phase.number:,}"
    stop = last if phase.stop is None else min(phase.stop, last)
    return {"start": min(phase.start, last), "stop": stop, "name": name}


def _inert(known: Any) -> str:
    """JSON that is nothing but text to HTML, whatever is in it."""
    return json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    """By which a page's policy knows what is its own."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
