"""How much Hypothesis searches: `quick` on every run, `ci` with --hypothesis-profile=ci."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Trees are large on purpose, and a slow machine is no bug.
LARGE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("quick", max_examples=300, derandomize=True, **LARGE)
settings.register_profile("ci", max_examples=20_000, print_blob=True, **LARGE)
settings.load_profile("quick")
