"""A schedule's curve as a small picture for notebooks, without matplotlib."""

from __future__ import annotations

import html

import numpy as np

from lrsched._core.schedule import Schedule
from lrsched.ask.describe import horizon, phases, samples, shortened

_WIDTH, _HEIGHT, _LEFT, _TOP = 320, 120, 56, 8


def card(schedule: Schedule) -> str:
    """HTML: the schedule's text, and its curve with the phases marked."""
    text = html.escape(shortened(repr(schedule), 2000))
    return (
        '<div style="display:flex;align-items:center;gap:1em">'
        f'<div>{picture(schedule)}</div><code style="overflow-wrap:anywhere">{text}</code></div>'
    )


def picture(schedule: Schedule) -> str:
    """The curve as SVG, in the colours of the text around it."""
    steps = horizon(schedule)
    at = samples(schedule, steps, _WIDTH)
    with np.errstate(all="ignore"):
        values = np.nan_to_num(schedule(at), posinf=1e300, neginf=-1e300)
        low, high = values.min(), values.max()
        # Divided first: the distance of two floats may be none.
        down = (high / 2 - values / 2) / ((high / 2 - low / 2) or 1.0)
    xs, ys = _LEFT + at / steps * _WIDTH, _TOP + down * _HEIGHT
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    joints = [p.start for p in phases(schedule) if 0 < p.start < steps][:_WIDTH]
    bottom, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    lines = "".join(f"M{_LEFT + t / steps * _WIDTH:.1f} {_TOP}v{_HEIGHT}" for t in joints)
    label = f'font-size="10" fill="currentColor" text-anchor="end" x="{_LEFT - 4}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + 16}" height="{bottom + 18}" '
        f'role="img" aria-label="{html.escape(shortened(repr(schedule), 200), quote=True)}">'
        f'<path d="M{_LEFT} {_TOP}v{_HEIGHT}h{_WIDTH}" fill="none" stroke="currentColor"/>'
        f'<path d="{lines}" stroke="currentColor" stroke-dasharray="2 3" opacity="0.5"/>'
        f'<polyline points="{points}" fill="none" stroke="#2f7ed8" stroke-width="1.5"/>'
        f'<text {label} y="{_TOP + 8}">{high:.3g}</text>'
        f'<text {label} y="{bottom}">{low:.3g}</text>'
        f'<text font-size="10" fill="currentColor" x="{_LEFT}" y="{bottom + 13}">0</text>'
        f'<text font-size="10" fill="currentColor" text-anchor="end" x="{right}" '
        f'y="{bottom + 13}">{steps:,}</text></svg>'
    )
