"""Configs of any framework, by its name or by the keys that it alone has.

## From your config

Most people call no constructor: they have a YAML file, JSON or flags. `from_config` of twelve
frameworks reads the framework's own keys, with its defaults, its units and its rounding, and
returns one ordinary schedule: its `repr` is the line to write from now on. One step of it is one
update of the optimizer, and the value at step k is what update k is made with, late by one where
the framework is.

The file's mapping is taken whole, or the section alone. `of=` names another hyper-parameter that it
drives. What a config leaves open is an argument: `total_steps`, `steps_per_epoch`, `base_lr`, ...;
left out, the refusal says what it is needed for, and given, it counts instead of the config's own.
In a section that is all schedule an unknown key is refused; in a file that holds other things too,
those are passed over, unless one is nearly a schedule's. `3e-4`, which YAML reads as text, is the
number.

Each type is held against the framework's own running code, step for step and past the end, within
1e-12 of the peak (1e-6 where it computes in float32); kohya's sd-scripts and detectron2, which are
on no package index, through the classes that they are built of. What differs is in each module.

```sh
lrsched show train.yaml --from transformers --total-steps 10_000    # or any other command
lrsched show ds_config.json                                # whose it is, its keys tell
```

```python
>>> from lrsched.compat import configs
>>> configs.from_config({"lr0": 0.01, "epochs": 100, "optimizer": "SGD", "lrf": 0.1}, steps_per_epoch=500)
0.01 * LinearWarmup(1500) * Staircase(LinearDecay(50000, end=0.1), every=500)
>>> # lrsched.compat.configs.from_file("train.yaml", "transformers", total_steps=10_000): the same of a file

```

YAML is read with PyYAML (the extra `yaml`), TOML and JSON with the standard library; a tag is left
as data, and nothing that a file says is run.
"""  # noqa: E501 tables and reprs

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
