"""How long each phase of a run is, from what was given: steps, or a fraction of the whole."""

from __future__ import annotations

from lrsched._core.check import refusal
from lrsched.shapes import LinearWarmup


def one_length(
    preset: str, name: str, whole: int, steps: int | None, fraction: float | None
) -> int:
    """The length of a phase; a fraction is rounded to the nearest step."""
    if steps is not None and fraction is None:
        return steps
    if steps is None and fraction is not None:
        return round(whole * fraction)
    given = "neither" if steps is None else "both"
    rule = f"given, or {name}_fraction instead,"
    raise ValueError(f"{preset}: {name}_steps must be {rule} got {given}")


def unfit(
    preset: str, name: str, rule: str, steps: int | None, fraction: float | None
) -> Exception:
    """The complaint about a phase's length, by the one of its two names that was typed."""
    if steps is not None:
        return refusal(ValueError, preset, f"{name}_steps", rule, steps)
    return refusal(ValueError, preset, f"{name}_fraction", rule, fraction)


def lengths(
    preset: str, total_steps: int, **phases: tuple[int | None, float | None]
) -> tuple[int, ...]:
    """The length of each phase, in their order, and of what they leave of the whole."""
    found: list[int] = []
    left, asked, before = total_steps, 0.0, ""
    for name, (steps, fraction) in phases.items():
        length = one_length(preset, name, total_steps, steps, fraction)
        asked += length if fraction is None else total_steps * fraction
        # Two halves of an odd number would both be rounded up: together they are the whole.
        if length > left and round(asked) <= total_steps:
            length = left
        if length > left:
            rule = f"at most the {left} steps after the {before}"
            if not before:
                rule = f"at most total_steps={total_steps}"
            elif steps is None:
                rule += f", of {total_steps}"
            raise unfit(preset, name, rule, steps, fraction)
        found.append(length)
        left, before = left - length, name
    return *found, left


def warmup_and_rest(
    preset: str, peak: float, total_steps: int, steps: int | None, fraction: float | None
) -> tuple[LinearWarmup, int]:
    """The line up to the peak that most begin with, and how many steps it leaves."""
    length, rest = lengths(preset, total_steps, warmup=(steps, fraction))
    return LinearWarmup(length, end=peak), rest
