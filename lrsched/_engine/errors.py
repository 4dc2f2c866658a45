"""The one form of every complaint, and those about steps."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from lrsched._engine.protocol import ScheduleLike


def refusal(kind: type[Exception], owner: str, name: str, must_be: str, value: Any) -> Exception:
    """The one form of every complaint: class, parameter, rule, value, and what was meant."""
    words = re.findall(r"'([^']*)'", must_be) if must_be.startswith("one of '") else []
    meant = nearest(value, words) if isinstance(value, str) else None
    hint = f": did you mean {meant!r}?" if meant else ""
    return kind(f"{owner}: {name} must be {must_be}, got {shown(value)}{hint}")


def nearest(word: str, words: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The word that was most likely meant, if any is near, in capitals or not."""
    import difflib  # start-up: errors alone ask for it

    known = list(words)
    found = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    if found:
        return found[0]
    folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def shown(value: Any) -> str:
    """`repr`, cut to a length that fits a sentence."""
    try:
        text = repr(value)
    except Exception:  # of an int, or of one within: more digits than Python agrees to print
        if type(value) is int:
            return f"an integer of {value.bit_length()} bits"
        return f"a {type(value).__name__} that can't be printed"
    return text if len(text) <= 120 else text[:117] + "..."


def cut(text: str, most: int = 120) -> str:
    """Words of somebody else's, such as a name, without their middle where they are too long."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"


def wrong_step(schedule: object, step: Any, index: int | None = None) -> ValueError:
    """A number that is no step; a little below 0, it may be what is left of a run."""
    where = "" if index is None else f" at index {index}"
    rule = "a finite number >= 0"
    if isinstance(step, float) and -1 < step < 0:
        rule += " (lrsched.adapters.progress takes a progress through the run)"
    return ValueError(f"{type(schedule).__name__}: step must be {rule}, got {shown(step)}{where}")


class Nothing:
    """What a schedule is called with by who gives it no step, and what to give it to instead."""

    def __init__(self, instead: str) -> None:
        self.instead = instead

    def __repr__(self) -> str:
        return "nothing"


def not_a_step(schedule: object, step: Any, instead: str = "") -> Exception:
    """What is no number, with the way out: what to write instead, if there is something.

    If a loop may have handed it over, that is the way to a recipe.
    """
    owner, rule = type(schedule).__name__, "a number or an array of numbers"
    way = step.instead if isinstance(step, Nothing) else instead and f"write {instead}"
    if way:
        return TypeError(f"{refusal(TypeError, owner, 'step', rule, step)}: {way}")
    framework = framework_of(step)
    reads = (getattr(type(step), name, None) for name in ("__array__", "__array_ufunc__"))
    array = hasattr(step, "dtype") or any(map(callable, reads))
    if not array and (framework or type(step) not in _TYPED):
        rule += f" (help(lrsched.adapters.loops) says what to give {framework or 'each loop'})"
    return refusal(TypeError, owner, "step", rule, step)


# What somebody writes down as a step has one of these types.
_TYPED = {bool, bytes, complex, frozenset, list, range, set, str, tuple}


def framework_of(value: Any) -> str | None:
    """The installed package that has the class of an object, or one that it is derived from."""
    for cls in type(value).__mro__:
        package = cls.__module__.partition(".")[0]
        file = getattr(sys.modules.get(package), "__file__", None) or ""
        if "-packages" in file and package != "lrsched":  # site-packages, or dist-packages
            return package
    return None


def not_an_index(family: object, i: Any, members: int | None = None) -> Exception:
    """Something that is no member's number; of an integer, one beyond the members there are."""
    owner = type(family).__name__
    if members is None:
        return refusal(TypeError, owner, "i", "an integer or an array of integers", i)
    return refusal(ValueError, owner, "i", f"from 0 to {members - 1}", i)


def no_number(schedule: ScheduleLike, value: Any) -> Exception:
    """A formula's value that is none."""
    owner = type(schedule).__name__
    return refusal(TypeError, owner, "formula(t, xp)", "a number, or an array of t's shape", value)


def failed(schedule: ScheduleLike, t: Any, xp: Any, error: Exception) -> Exception:
    """What a formula raised, by the innermost schedule that can't be evaluated at these steps."""
    for value in vars(schedule).values():
        for member in value if isinstance(value, tuple) else (value,):
            if hasattr(type(member), "formula"):
                try:
                    inner = member.held(t, xp)
                except Exception as cause:
                    return failed(member, t, xp, cause)
                if not hasattr(inner, "dtype") and not isinstance(inner, (int, float, complex)):
                    return no_number(member, inner)
    kind = TypeError if isinstance(error, TypeError) else ValueError
    hint = "; xp.where(condition, a, b) takes both branches" if "truth value" in str(error) else ""
    return kind(f"{type(schedule).__name__}: formula(t, xp) failed: {error}{hint}")
