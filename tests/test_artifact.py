from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import SCHEMA, ArtifactInfo
from musicvae.errors import ArtifactSchemaError, CorruptArtifactError


@pytest.fixture
def info(artifacts: ModuleType) -> ArtifactInfo:
    model = artifacts.clip_model(4, 256, 1, 16_000)
    made: ArtifactInfo = artifacts.clip_info(
        model, genre="jazz", sample_rate=16_000, channels=1, latent_dim=4, samples=256
    )
    return made


def changed(info: ArtifactInfo, **values: Any) -> str:
    return json.dumps(json.loads(info.to_json()) | values)


def with_latent(info: ArtifactInfo, **values: Any) -> str:
    latents = json.loads(info.to_json())["latents"]
    latents[2] |= values
    return changed(info, latents=latents)


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
        ArtifactInfo.from_json(changed(info, schema=SCHEMA + 1, invented="field"))


@pytest.mark.parametrize("schema", [0, -1, True, "1", 1.0, None, [1]])
def test_a_schema_that_is_no_number(info: ArtifactInfo, schema: object) -> None:
    with pytest.raises(CorruptArtifactError, match="no schema"):
        ArtifactInfo.from_json(changed(info, schema=schema))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", "[" * 100_000, '{"schema": 1}', '{"schema": 1e999}']
)
def test_text_that_is_no_description(text: str) -> None:
    with pytest.raises(CorruptArtifactError):
        ArtifactInfo.from_json(text)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "loop"},
        {"kind": ["clip"]},
        {"kind": "stream"},  # with a clip's sizes
        {"hop": 512},
        {"sample_rate": 0},
        {"sample_rate": 16_000.0},
        {"sample_rate": True},
        {"channels": 3},
        {"samples": 0},
        {"samples": 2**40},
        {"samples": "256"},
        {"latent_dim": 5},
        {"latents": []},
        {"latents": [1, 2, 3, 4]},
        {"latents": None},
        {"genre": 5},
        {"licence": None},
        {"provenance": []},
        {"provenance": {"a": [[[[[[[[]]]]]]]]}},
        {"parity": {"random": "small"}},
        {"invented": 1},
    ],
    ids=str,
)
def test_a_description_that_cannot_be_true(info: ArtifactInfo, values: dict[str, Any]) -> None:
    with pytest.raises(CorruptArtifactError):
        ArtifactInfo.from_json(changed(info, **values))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, True, 10**400], ids=str)
def test_latents_need_finite_numbers(info: ArtifactInfo, value: object) -> None:
    with pytest.raises(CorruptArtifactError, match="latent 2"):
        ArtifactInfo.from_json(with_latent(info, std=value))


def test_every_problem_is_named(info: ArtifactInfo) -> None:
    with pytest.raises(CorruptArtifactError, match=r"channels 9.*samples 0"):
        ArtifactInfo.from_json(changed(info, channels=9, samples=0))


def test_a_stream_describes_itself_too(info: ArtifactInfo) -> None:
    text = changed(info, kind="stream", samples=0, hop=512, state_size=100, latency=64)
    stream = ArtifactInfo.from_json(text)
    assert (stream.hop, stream.state_size, stream.latency) == (512, 100, 64)
