"""Configs of any framework, by its name or by the keys that it alone has."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

from lrsched._core.check import refusal, shown
from lrsched._core.schedule import Schedule
from lrsched.compat import (
    composer,
    deepspeed,
    detectron2,
    diffusers,
    levanter,
    megatron,
    mmengine,
    olmo,
    timm,
    torchtitan,
    transformers,
    ultralytics,
)
from lrsched.compat._config import recognised
from lrsched.data.files import decoded, settings

# The reader of each framework's config.
FRAMEWORKS: dict[str, Callable[..., Schedule]] = {
    module.__name__.rpartition(".")[2]: module.from_config
    for module in (
        composer,
        deepspeed,
        detectron2,
        diffusers,
        levanter,
        megatron,
        mmengine,
        olmo,
        timm,
        torchtitan,
        transformers,
        ultralytics,
    )
}


def from_config(config: Any, framework: str | None = None, **arguments: Any) -> Schedule:
    """The schedule of a config: `from_config` of the framework's module, with these arguments.

    Args:
        config: what the framework's file holds; see the module.
        framework: the module's name; by default, the one whose keys the config has.
        arguments: what the config leaves open, such as `total_steps`, by the names of the module's
            `from_config`.

    Raises:
        TypeError: an argument that the framework's config does not leave open.
        ValueError: a framework that is not known, or can't be told; and what its module raises.

    >>> from_config({"lr_scheduler_type": "cosine", "max_steps": 5_000}, of="lr")
    Sequence(LinearWarmup(0, end=5e-05), CosineDecay(5000, start=5e-05))
    >>> from_config({"lr_scheduler_type": "constant"}, "transformers")
    Constant(5e-05)
    """
    if framework is None:
        framework = recognised(config)
    if framework not in FRAMEWORKS:
        rule = f"one of {', '.join(map(repr, FRAMEWORKS))}"
        raise refusal(ValueError, "from_config", "framework", rule, framework)
    reader = FRAMEWORKS[framework]
    known = [*inspect.signature(reader).parameters][1:]
    for name in arguments:
        if name not in known:
            raise TypeError(
                f"from_config: {framework} does not ask for {name}, but for {', '.join(known)}"
            )
    return reader(config, **arguments)


def from_file(
    path: str | os.PathLike[str], framework: str | None = None, **arguments: Any
) -> Schedule:
    """The schedule of a config file: YAML (by PyYAML, the extra `yaml`), TOML or JSON.

    Args:
        path: the file; its suffix says what it is written in.
        framework: the framework's name; by default, the one whose keys the file has.
        arguments: what the config leaves open, as in `from_config`.

    Raises:
        OSError: no such file.
        ImportError: it is YAML, and PyYAML isn't installed.
        ValueError: what `from_config` refuses, with the file's name.
    """
    name = os.fspath(path)
    with open(name, "rb") as file:
        return of_text(name, decoded(file, name), framework, **arguments)


def of_text(name: str, text: str, framework: str | None = None, **arguments: Any) -> Schedule:
    """The schedule of what a config file holds; complaints begin with its name."""
    config = settings(name, text)
    if config is None or isinstance(config, (str, int, float)):
        raise ValueError(f"{name}: no keys of a config in it, but {shown(config)}")
    try:
        return from_config(config, framework, **arguments)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None
