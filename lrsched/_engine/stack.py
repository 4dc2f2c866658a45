"""What is done once and remembered is not to depend on how deep in the stack it was asked for."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def on_a_stack_of_its_own(run: Callable[[], T]) -> T:
    """run(); once more in a thread, whose stack is empty, where this one has too little left.

    Raises ValueError where an empty stack is too little, too. (`threading` needs more of this one.)
    """
    try:
        return run()
    except RecursionError:
        pass
    outcome: list[Any] = []
    done = _thread.allocate_lock()
    done.acquire()

    def once_more() -> None:
        try:
            outcome.append(run())
        except BaseException as error:
            outcome.extend((None, error))
        finally:
            done.release()

    _thread.start_new_thread(once_more, ())
    done.acquire()
    result, *errors = outcome
    if errors and isinstance(errors[0], RecursionError):
        raise ValueError("nested too deeply") from errors[0]
    if errors:
        raise errors[0]
    return result  # type: ignore[no-any-return]
