"""Which name means which schedule: the library's, the presets', and a user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from lrsched import presets, shapes
from lrsched._core.check import cut
from lrsched._core.schedule import DEEPEST as DEEPEST
from lrsched._core.schedule import LARGEST as LARGEST
from lrsched._core.schedule import Schedule


class Names:
    """What may be called in a text, or named in a dictionary, at this moment.

    A user's class takes part by being defined. The library's names always mean the library's
    classes; of a class that was defined again (a notebook cell run twice) the newest counts; a
    name that two modules gave to different classes is refused.
    """

    def __init__(self) -> None:
        self._classes: dict[str, list[type[Schedule]]] = {}
        self.schedules = self.values = 0  # read with these names
        for cls in _concrete(Schedule):  # type: ignore[type-abstract]
            self._classes.setdefault(cls.__name__, []).append(cls)

    def schedule_class(self, name: str) -> type[Schedule] | None:
        """The class of that name, or None; ValueError where there are several."""
        found = self._classes.get(name)
        if found is None:
            return None
        if _is_ours(found[0]):
            return found[0]
        if len({(cls.__module__, cls.__qualname__) for cls in found}) > 1:
            places = ", ".join(sorted({f"{c.__module__}.{c.__qualname__}" for c in found}))
            raise ValueError(f"the name {name} has several meanings: {places}")
        return found[-1]

    def classes(self) -> list[str]:
        """The name of every class there is."""
        return [*self._classes]

    def known(self) -> list[str]:
        """Every name there is."""
        return [*self._classes, *_PRESETS]

    def callable(self, name: str) -> Callable[..., Schedule] | None:
        """The class or preset of that name, or None."""
        return _PRESETS.get(name) or self.schedule_class(name)


_PRESETS: dict[str, Callable[..., Schedule]] = {
    name: getattr(presets, name) for name in presets.__all__
}


def _concrete(cls: type[Schedule]) -> Iterator[type[Schedule]]:
    for sub in cls.__subclasses__():
        if "__dataclass_fields__" in vars(sub) and not inspect.isabstract(sub):
            yield sub
        yield from _concrete(sub)


def _is_ours(cls: type[Schedule]) -> bool:
    return cls.__module__ == "lrsched" and vars(shapes).get(cls.__name__) is cls


def built(
    make: Callable[..., Schedule], args: tuple[object, ...], kwargs: dict[str, object]
) -> Schedule:
    """The schedule that a call makes, or a ValueError that says why there is none."""
    try:
        return make(*args, **kwargs)
    except (TypeError, ValueError, ArithmeticError) as error:
        try:
            inspect.signature(make).bind_partial(*args, **kwargs)  # an unknown name, before
            inspect.signature(make).bind(*args, **kwargs)  # one that is missing
        except TypeError as misfit:  # Python's own message names __init__, not what was typed
            if "unexpected keyword" in str(error):  # said better, with what may have been meant
                raise ValueError(str(error)) from None
            raise ValueError(f"{make.__name__}: {cut(str(misfit))}") from None
        raise ValueError(str(error)) from None
