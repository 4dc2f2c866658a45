"""What a schedule is taken for, with a sentence for each that says what to give instead.

Nothing of this is on the way to a value: Python asks for it where it would find nothing else.
"""

from __future__ import annotations

from typing import Any, Never

import numpy as np

from lrsched._engine.errors import Nothing, shown

_SCHEDULER = "lrsched.adapters.torch.ScheduleLR(optimizer, schedule)"

# The step of a call without one: Keras takes a function for one that knows the time itself.
NOTHING = Nothing("a Keras optimizer takes lrsched.adapters.keras.to_keras(schedule)")


class Absent:
    """An attribute that is missing, and says what has it; `hasattr` is false."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, schedule: object, owner: type) -> Never:
        raise AttributeError(
            f"{owner.__name__}: a schedule has no {self.name!r}, as it is a value and no "
            f"scheduler: torch's trainers take {_SCHEDULER}"
        )


def compared(schedule: object, other: Any) -> Any:
    """The method for `<` and its kind, in which torch's optimizers compare an `lr` with 0."""
    if not isinstance(other, (int, float, np.integer, np.floating)):
        return NotImplemented
    raise TypeError(
        f"{type(schedule).__name__}: a schedule can't be compared with a number, got "
        f"{shown(other)}: compare schedule(step); for the lr of a torch optimizer, write "
        f"{_SCHEDULER}"
    )


class Whole:
    """Among the attributes of a schedule, what keeps them from being saved without it.

    torch's LambdaLR takes the `__dict__` of what it calls for a state. What was saved with one
    schedule would be loaded over another.
    """

    def __reduce__(self) -> Never:
        raise TypeError(
            "a schedule is saved whole, not by its __dict__, which torch's LambdaLR takes for a "
            "state: give it lrsched.adapters.torch.lr_lambda(schedule), not the schedule itself"
        )


WHOLE = Whole()
