from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import SCHEMA, ArtifactInfo
from musicvae.errors import ArtifactSchemaError


@pytest.fixture
def info(artifacts: ModuleType) -> ArtifactInfo:
    model = artifacts.clip_model(4, 256, 1, 16_000)
    made: ArtifactInfo = artifacts.clip_info(
        model, genre="jazz", sample_rate=16_000, channels=1, latent_dim=4, samples=256
    )
    return made


def changed(info: ArtifactInfo, **values: Any) -> str:
    return json.dumps(json.loads(info.to_json()) | values)


def test_json_round_trip(info: ArtifactInfo) -> None:
    assert ArtifactInfo.from_json(info.to_json()) == info


def test_seconds(info: ArtifactInfo) -> None:
    assert info.seconds == 256 / 16_000


def test_test_artifact_plays_what_it_says(
    make_artifact: Callable[..., Path], artifacts: ModuleType
) -> None:
    import onnxruntime

    path = make_artifact(channels=2, samples=300)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    text = session.get_modelmeta().custom_metadata_map["musicvae"]
    latents = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    (audio,) = session.run(None, {"latent": latents})
    assert audio.shape == (3, 300, 2)
    assert np.abs(audio).max() < 1
    expected = artifacts.expected_audio(latents, ArtifactInfo.from_json(text))
    np.testing.assert_allclose(audio, expected, atol=1e-6)


def test_newer_schema(info: ArtifactInfo) -> None:
    with pytest.raises(ArtifactSchemaError, match="newer musicvae"):
        ArtifactInfo.from_json(changed(info, schema=SCHEMA + 1))
