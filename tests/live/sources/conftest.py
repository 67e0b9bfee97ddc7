from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def models(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    """The module benchmarks/soak_models.py."""
    return benchmark("soak_models")
