"""Schedules in JAX: what optax takes."""

from __future__ import annotations

import functools
from typing import Annotated, Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike, DTypeLike

from lrsched._check import checked
from lrsched._schedule import A_SCHEDULE, Schedule
