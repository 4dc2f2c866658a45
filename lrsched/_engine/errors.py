"""The one form of every complaint, and those about steps."""

from __future__ import annotations

from typing import Any


def refusal(kind: type[Exception], owner: str, name: str, must_be: str, value: Any) -> Exception:
    """The one form of every complaint: class, parameter, rule, value."""
    return kind(f"{owner}: {name} must be {must_be}, got {shown(value)}")


def shown(value: Any) -> str:
    """`repr`, cut to a length that fits a sentence."""
    try:
        text = repr(value)
    except ValueError:  # an int of more digits than Python agrees to print
        text = f"an integer of {value.bit_length()} bits"
    return text if len(text) <= 120 else text[:117] + "..."


def wrong_step(schedule: object, step: Any, index: int | None = None) -> ValueError:
    """A number that is no step."""
    where = "" if index is None else f" at index {index}"
    return ValueError(
        f"{type(schedule).__name__}: step must be a finite number >= 0, got {shown(step)}{where}"
    )


def not_a_step(schedule: object, step: Any) -> Exception:
    """Something that is no number."""
    owner, rule = type(schedule).__name__, "a number or an array of numbers"
    return refusal(TypeError, owner, "step", rule, step)
