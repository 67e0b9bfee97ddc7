"""Descriptions, and descriptions with other values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import read_info


@pytest.fixture
def info(artifacts: ModuleType) -> ArtifactInfo:
    model = artifacts.clip_model(4, 256, 1, 16_000)
    made: ArtifactInfo = artifacts.clip_info(
        model, genre="jazz", sample_rate=16_000, channels=1, latent_dim=4, samples=256
    )
    return made


@pytest.fixture
def stream(make_stream: Callable[..., Path]) -> ArtifactInfo:
    return read_info(make_stream())


@pytest.fixture
def encoder(make_encoder: Callable[..., Path]) -> ArtifactInfo:
    return read_info(make_encoder())


@pytest.fixture(scope="session")
def changed() -> Callable[..., str]:
    """The JSON of a description with other values: ``changed(info, genre="rock")``."""

    def with_values(info: ArtifactInfo, **values: Any) -> str:
        # JSON has no word for infinity, but a number may be too large for a float.
        return json.dumps(json.loads(info.to_json()) | values).replace("Infinity", "1e999")

    return with_values


@pytest.fixture(scope="session")
def with_latent(changed: Callable[..., str]) -> Callable[..., str]:
    """The JSON of a description whose third latent has other values."""

    def with_values(info: ArtifactInfo, **values: Any) -> str:
        latents = json.loads(info.to_json())["latents"]
        latents[2] |= values
        return changed(info, latents=latents)

    return with_values
