"""Frameworks by their names alone, which is all that the signatures of adapters need of them.

So the site needs none of them, and `jax.Array` is written as the adapter has it, wherever it is
defined.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FRAMEWORKS = ("jax", "keras", "torch")


class _Module(ModuleType):
    """A module or, as it may be called, a decorator; what has a capital is a class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name[0].isupper():
            return type(name, (), {"__module__": self.__name__})
        return _Module(f"{self.__name__}.{name}")

    def __call__(self, *decorated: Any, **settings: Any) -> Any:
        return decorated[0] if decorated else self


class _Finder:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        ours = name.partition(".")[0] in FRAMEWORKS
        return ModuleSpec(name, self) if ours else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def stand_in() -> None:
    """From here on, whoever imports a framework is given its names."""
    sys.meta_path.insert(0, _Finder())
