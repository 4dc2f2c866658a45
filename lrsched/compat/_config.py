"""How a section of a framework's config is read: a call of the function that has its keys.

What a section holds is declared once, as a signature: a parameter for each key, with the
framework's own default, checked by its annotation; keyword-only ones are what the config leaves
open (`total_steps`). `read` turns the section into the call.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from lrsched._core.check import Rule, cut, nearest, one_of, refusal, rules_of, shown

T = TypeVar("T")

# Keys that tell which framework a config is for: no other has them.
SIGNS: dict[str, tuple[str, ...]] = {
    "transformers": (
        "lr_scheduler_type",
        "lr_scheduler_kwargs",
        "warmup_ratio",
        "per_device_train_batch_size",
        # axolotl's
        "lr_quadratic_warmup",
        "cosine_min_lr_ratio",
        "cosine_constant_lr_ratio",
        "sequence_len",
    ),
    "ultralytics": ("lr0", "lrf", "cos_lr", "warmup_bias_lr", "warmup_momentum"),
    "deepspeed": (
        "warmup_max_lr",
        "warmup_num_steps",
        "warmup_min_ratio",
        "cos_min_ratio",
        "cycle_min_lr",
        "cycle_max_lr",
        "lr_range_test_min_lr",
        "train_micro_batch_size_per_gpu",
        "zero_optimization",
    ),
    "mmengine": (
        "param_scheduler",
        "optim_wrapper",
        "convert_to_iter_based",
        "by_epoch",
        "start_factor",
        "eta_min_ratio",
    ),
    "megatron": (
        "lr_decay_style",
        "lr_decay_iters",
        "lr_decay_samples",
        "lr_warmup_iters",
        "lr_warmup_samples",
        "lr_warmup_fraction",
        "lr_warmup_init",
        "lr_wsd_decay_style",
        "lr_wsd_decay_iters",
        "lr_wsd_decay_samples",
        "weight_decay_incr_style",
        "start_weight_decay",
        "end_weight_decay",
        "rampup_batch_size",
        "decrease_batch_size_if_needed",
        "train_iters",
        "train_samples",
    ),
    "diffusers": (
        "lr_num_cycles",
        "lr_power",
        "lr_scheduler_num_cycles",
        "lr_scheduler_power",
        "lr_scheduler_timescale",
        "lr_scheduler_min_lr_ratio",
        "lr_scheduler_args",
        "max_train_steps",
        "max_train_epochs",
        "scale_lr",
    ),
    "torchtitan": (
        "min_lr_factor",
        "decay_ratio",
        "data_parallel_shard_degree",
        "data_parallel_replicate_degree",
        "hf_assets_path",
    ),
    "detectron2": (
        "SOLVER",
        "LR_SCHEDULER_NAME",
        "BASE_LR",
        "BASE_LR_END",
        "MAX_ITER",
        "WARMUP_FACTOR",
        "WARMUP_ITERS",
        "WARMUP_METHOD",
        "RESCALE_INTERVAL",
    ),
    "timm": (
        "sched",
        "sched_on_updates",
        "decay_epochs",
        "decay_milestones",
        "cooldown_epochs",
        "lr_cycle_mul",
        "lr_cycle_decay",
        "lr_cycle_limit",
        "lr_k_decay",
        "warmup_prefix",
    ),
    "composer": (
        "t_warmup",
        "t_scale",
        "t_cooldown",
        "scale_warmup",
        "global_train_batch_size",
        "device_train_microbatch_size",
    ),
    "levanter": ("lr_schedule", "rewarmup", "cycle_length", "haps", "num_train_steps"),
    "olmo": (
        "warmup_fraction",
        "decay_fraction",
        "decay_min_lr",
        "period_lengths",
        "schedulers_max",
        "override_decay",
        "_CLASS_",
    ),
}


def _plain(config: Any) -> Mapping[str, Any]:
    if isinstance(config, Mapping):
        if not all(isinstance(key, str) for key in config):
            raise TypeError
        return config
    if isinstance(config, type):
        raise TypeError
    if dataclasses.is_dataclass(config):  # which may have slots
        keys = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    elif hasattr(config, "__dict__"):
        keys = vars(config)
    else:
        raise TypeError
    return {key: value for key, value in keys.items() if not key.startswith("_")}


_A_CONFIG = Rule("a mapping of keys to values, or an object that has them as attributes", _plain)


def mapping(owner: str, config: Any, name: str = "config") -> Mapping[str, Any]:
    """A config as a mapping: what it is, or the attributes of a namespace or dataclass."""
    return _A_CONFIG(owner, name, config)  # type: ignore[no-any-return]


# What `of` may be where a config drives the rate alone.
Only = Annotated[str, one_of("lr")]


def section(owner: str, config: Any, *path: str) -> Mapping[str, Any]:
    """The section at a path into a file; the config itself where it isn't a whole file."""
    found: Any = mapping(owner, config)
    for key in path:
        if key not in found:
            return mapping(owner, config)
        found = mapping(owner, found[key], key)
    return found  # type: ignore[no-any-return]


def needed(owner: str, name: str, value: T | None, why: str) -> T:
    """What the config leaves open and somebody has to give: refused where nobody does."""
    if value is None:
        raise refusal(ValueError, owner, name, f"given: {why}", None)
    return value


def read(
    make: Callable[..., T],
    config: Any,
    arguments: Mapping[str, Any],
    *,
    others: bool = False,
    known: tuple[str, ...] = (),
) -> T:
    """`make` called with the keys of a section, and with what the config leaves open.

    Args:
        make: a `checked` function with a parameter for each key.
        config: the section; a key whose value is None (`null`) is left out.
        arguments: the keyword-only parameters of `make`.
        others: whether it holds other things too. They are passed over, but for one that is
            nearly one of the keys; where it is all schedule, whatever is unknown is refused.
        known: further keys that may be there, and are read by others or say nothing here.

    Raises:
        TypeError: the section is no mapping.
        ValueError: an unknown key, with the nearest one there is or the framework that has it.
    """
    names, rules = _declared(make)
    owner = make.__name__
    keys = mapping(owner, config)
    for key in keys:
        if key not in names and key not in known:
            _unknown(owner, key, (*names, *known), keys, others)
    given = {
        key: number(value, rules.get(key))
        for key, value in keys.items()
        if key in names and value is not None
    }
    return make(**given, **arguments)


@functools.cache
def _declared(make: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, Rule]]:
    """The keys that a function declares, and their rules."""
    parameters = inspect.signature(make).parameters.values()
    names = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    return names, rules_of(inspect.unwrap(make))


def _unknown(
    owner: str, key: str, names: tuple[str, ...], keys: Mapping[str, Any], others: bool
) -> None:
    # A letter or two away, of a name that is not short and not there already.
    free = [name for name in names if name not in keys and len(name) > 4]
    near = nearest(key, free, cutoff=0.85)
    if near is not None:
        raise ValueError(f"{owner}: no key {shown(key)}: did you mean {near!r}?")
    if others:
        return
    framework = next((name for name, signs in SIGNS.items() if key in signs), None)
    if framework is not None:
        raise ValueError(f"{owner}: no key {shown(key)}, which is one of {framework}'s")
    raise ValueError(f"{owner}: no key {shown(key)}; there are {', '.join(names)}")


def literal(text: str) -> Any:
    """What a text says in Python's own words; a ValueError where it isn't one."""
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError from None


_NUMBER = re.compile(r"\s*[-+]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def number(value: Any, rule: Rule | None = None) -> Any:
    """The number that a text means: YAML 1.1 reads 3e-4, which has no point, as a string."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value) or len(value) > 99:
        return value
    if rule is not None:
        try:
            return rule.accept(value)  # a text that may be one
        except (TypeError, ValueError):
            pass
    try:
        return int(value)
    except ValueError:
        real = float(value)
        return int(real) if "e" in value.lower() and real.is_integer() else real


def signs(config: Any) -> dict[str, str]:
    """The frameworks that have a key of a config for themselves, and such a key of each."""
    keys = {*_all_keys(config, 6)}
    return {name: key for name, own in SIGNS.items() for key in own if key in keys}


def recognised(config: Any) -> str:
    """The framework whose keys a config has, wherever in it they are.

    Raises:
        ValueError: there are keys of none, with the nearest of one's, or keys of several.
    """
    found = signs(config)
    if len(found) == 1:
        return next(iter(found))
    if not found:
        for key in _all_keys(config, 6):
            near = nearest(key, (sign for own in SIGNS.values() for sign in own), cutoff=0.85)
            if near is not None:
                raise ValueError(f"no key {shown(key)}: did you mean {near!r}?")
        known = ", ".join(SIGNS)
        raise ValueError(f"no key that only one framework has: say which it is (--from), {known}")
    several = " and ".join(f"{key} of {name}" for name, key in found.items())
    raise ValueError(f"keys of several frameworks, {cut(several)}: say which it is (--from)")


def as_named(flag: str) -> str:
    """The name that a flag of a command line is kept under: lr_decay_iters of --lr-decay-iters."""
    return flag.lstrip("-").replace("-", "_")


def _all_keys(config: Any, depth: int) -> Iterator[str]:
    if isinstance(config, Mapping):
        yield from (as_named(key) for key in config if isinstance(key, str))
        config = list(config.values())
    if isinstance(config, list) and depth:
        for value in config:
            yield from _all_keys(value, depth - 1)
