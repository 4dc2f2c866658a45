"""What all tests share: how much Hypothesis searches, and which tests need more than NumPy.

The profile `quick` is the default; `ci` comes with --hypothesis-profile=ci.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# Trees are large on purpose, and a slow machine is no bug.
LARGE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("quick", max_examples=300, derandomize=True, **LARGE)
settings.register_profile("ci", max_examples=20_000, print_blob=True, **LARGE)
settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "frameworks: needs packages beyond NumPy, Hypothesis and mpmath"
    )
