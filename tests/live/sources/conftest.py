"""Decks with a prior, for the tests of sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.latents.memory.places import Places
from musicvae.live.engine.controls import Controls
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from tests.latents.memories import SPACE, make_memory
from tests.live.sources.prior_decks import LIKE, STRIDE, do


@pytest.fixture(scope="session")
def models(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    """The module benchmarks/soak_models.py."""
    return benchmark("soak_models")


@pytest.fixture
def prior_file(prior_artifacts: ModuleType, tmp_path: Path) -> Path:
    path: Path = prior_artifacts.write_prior_artifact(tmp_path / "tiny.onnx", prior=LIKE)
    return path


@pytest.fixture
def prior(prior_file: Path) -> Prior:
    return Prior(prior_file)


@pytest.fixture(scope="module")
def long_places() -> Places:
    return Places(make_memory(parts=8, steps=500))


@pytest.fixture
def prior_controls(models: Any) -> Callable[[], Controls]:
    return lambda: Controls(models.stream_info(4, 8000, 64, SPACE, stride=STRIDE), 125.0)


@pytest.fixture
def deck(prior_controls: Callable[[], Controls], prior: Prior) -> Controls:
    made = prior_controls()
    do(made, "/glide", 0.0)
    do(made, "/prior/load", "tiny", payload=Rollout(prior))
    return made
