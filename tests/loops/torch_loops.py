"""What the loops on torch have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook


@contextlib.contextmanager
def updates() -> Iterator[list[list[float]]]:
    """What every update of any optimizer is made with meanwhile: the rate of each of its groups."""
    made: list[list[float]] = []
    handle = register_optimizer_step_post_hook(
        lambda optimizer, *_: made.append([float(group["lr"]) for group in optimizer.param_groups])
    )
    try:
        yield made
    finally:
        handle.remove()


def net() -> torch.nn.Sequential:
    """A model of a few weights, from three numbers to one."""
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 1))
