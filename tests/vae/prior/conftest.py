"""Latents to train priors on."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def prior_material(helper: Callable[[str], ModuleType]) -> ModuleType:
    """The module tests/prior_material.py; skips where TensorFlow is not installed."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    return helper("prior_material")
