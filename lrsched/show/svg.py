"""A schedule's curve as a small picture for notebooks, without matplotlib."""

from __future__ import annotations

import html

import numpy as np

from lrsched._core.schedule import Schedule
from lrsched.ask.describe import horizon, shortened
from lrsched.show.curve import MOST_LINES, begins, curve, ends

_WIDTH, _HEIGHT, _LEFT, _TOP = 320, 120, 56, 8


def card(schedule: Schedule) -> str:
    """HTML: the schedule's text, and its curve with the phases marked."""
    text = html.escape(shortened(repr(schedule), 2000))
    return (
        '<div style="display:flex;align-items:center;gap:1em">'
        f'<div>{picture(schedule)}</div><code style="overflow-wrap:anywhere">{text}</code></div>'
    )


def picture(schedule: Schedule) -> str:
    """The curve as SVG, in the colours of the text around it; jumps are upright."""
    steps = horizon(schedule)
    at, values = curve(schedule, steps, _WIDTH)
    with np.errstate(all="ignore"):
        values = np.nan_to_num(values, posinf=1e300, neginf=-1e300)
        low, high = values.min(), values.max()
        # Divided first: the distance of two floats may be none.
        down = (high / 2 - values / 2) / ((high / 2 - low / 2) or 1.0)
    least, most = ends(values)
    corners = zip(_LEFT + at / steps * _WIDTH, _TOP + down * _HEIGHT, strict=True)
    points = " ".join(dict.fromkeys(f"{x:.1f},{y:.1f}" for x, y in corners))
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    width, height = right + 16, bottom + 18
    joints = begins(schedule, steps)
    few = len(joints) <= MOST_LINES
    tall = _HEIGHT if few else _HEIGHT // 20
    pixels = dict.fromkeys(round(_LEFT + begin / steps * _WIDTH, int(few)) for begin in joints)
    marks = "".join(f"M{x:g} {bottom}v-{tall}" for x in pixels)
    label = f'font-size="10" fill="currentColor" text-anchor="end" x="{_LEFT - 4}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="max-width:100%;height:auto" '
        f'role="img" aria-label="{html.escape(shortened(repr(schedule), 200), quote=True)}">'
        f'<path d="M{_LEFT} {_TOP}v{_HEIGHT}h{_WIDTH}" fill="none" stroke="currentColor"/>'
        f'<path d="{marks}" stroke="currentColor" stroke-dasharray="2 3" opacity="0.5">'
        "<title>a phase begins</title></path>"
        f'<polyline points="{points}" fill="none" stroke="#2f7ed8" stroke-width="1.5"/>'
        f'<text {label} y="{_TOP + 8}">{most:.3g}</text>'
        f'<text {label} y="{bottom}">{least:.3g}</text>'
        f'<text font-size="10" fill="currentColor" x="{_LEFT}" y="{bottom + 13}">0</text>'
        f'<text font-size="10" fill="currentColor" text-anchor="end" x="{right}" '
        f'y="{bottom + 13}">{steps:,}</text></svg>'
    )
