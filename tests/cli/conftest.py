"""What several tests of commands play."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.latents.memories import make_memory


@pytest.fixture
def model(make_stream: Callable[..., Path], prior_artifacts: ModuleType) -> Path:
    """A stream with a memory and a prior beside it."""
    path = make_stream("jazz.onnx")
    make_memory().save(path.with_name("jazz.memory"))
    prior_artifacts.write_prior_artifact(path.with_name("jazz.prior.onnx"))
    return path
