"""Descriptions: what is written is read again, and what cannot be true is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import SCHEMA, ArtifactInfo, parse_info, parsing
from musicvae.errors import ArtifactSchemaError, CorruptArtifactError
from musicvae.runtime.decoder import Decoder

#: Makes JSON of a description and other values.
Changed = Callable[..., str]


def test_json_round_trip(info: ArtifactInfo) -> None:
    assert parse_info(info.to_json()) == info


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
    expected = artifacts.expected_audio(latents, parse_info(text))
    np.testing.assert_allclose(audio, expected, atol=1e-6)


def test_newer_schema(info: ArtifactInfo, changed: Changed) -> None:
    for schema in (SCHEMA + 1, 10**400):
        with pytest.raises(ArtifactSchemaError, match="newer musicvae"):
            parse_info(changed(info, schema=schema, invented="field"))


@pytest.mark.parametrize("schema", [0, -1, True, "1", 1.0, None, [1]])
def test_a_schema_that_is_no_number(info: ArtifactInfo, schema: object, changed: Changed) -> None:
    with pytest.raises(CorruptArtifactError, match="no schema"):
        parse_info(changed(info, schema=schema))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", "[" * 100_000, '{"schema": 1}', '{"schema": 1e999}']
)
def test_text_that_is_no_description(text: str) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(text)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "loop"},
        {"kind": ["clip"]},
        {"kind": "stream"},  # with a clip's sizes
        {"hop": 512},
        {"stride": 2},
        {"latent_space": "0123456789abcdef"},
        {"precision": "int4"},
        {"precision": "int8"},
        {"precision": ["float32"]},
        {"covariance": [[1.0] * 4] * 4},
        {"dynamics": {"matrix": [], "noise": [], "one_step_error": 0.1, "rate": 1.0}},
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
def test_a_description_that_cannot_be_true(
    info: ArtifactInfo, values: dict[str, Any], changed: Changed
) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(changed(info, **values))


@pytest.mark.parametrize("value", [float("inf"), "1", None, True, 10**400], ids=str)
def test_latents_need_finite_numbers(
    info: ArtifactInfo, value: object, with_latent: Changed
) -> None:
    with pytest.raises(CorruptArtifactError, match="latent 2"):
        parse_info(with_latent(info, std=value))


def test_nan_is_no_json(info: ArtifactInfo, with_latent: Changed) -> None:
    with pytest.raises(CorruptArtifactError, match="NaN is not a number in JSON"):
        parse_info(with_latent(info, std=float("nan")))


def test_a_description_beyond_all_bounds(
    info: ArtifactInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MAX_DESCRIPTION", len(info.to_json()))
    assert parse_info(info.to_json()) == info
    with pytest.raises(CorruptArtifactError, match="more than"):
        parse_info(info.to_json() + " ")


def test_every_problem_is_named(info: ArtifactInfo, changed: Changed) -> None:
    with pytest.raises(CorruptArtifactError, match=r"channels 9.*samples 0"):
        parse_info(changed(info, channels=9, samples=0))


#: As musicvae 0.1 wrote it.
FIRST = """
{"channels": 1, "genre": "jazz", "graph_sha256": "", "hop": 0, "kind": "clip", "latency": 0,
 "latent_dim": 1, "latents": [{"explained_variance": 1.0, "high": 2.33, "low": -2.33, "mean": 0.0,
 "name": "latent 0", "std": 1.0}], "licence": "CC0-1.0", "parity": {"random": 1e-07, "real": 1e-07},
 "provenance": {"seed": 0}, "receptive_field": 256, "recipe": "clip", "sample_rate": 16000,
 "samples": 256, "schema": 1, "state_size": 0}
"""


def test_what_the_first_version_wrote_still_reads() -> None:
    old = parse_info(FIRST)
    assert (old.schema, old.kind, old.samples, old.seconds) == (1, "clip", 256, 0.016)
    assert (old.stride, old.precision, old.latent_space) == (0, "float32", "")
    assert (old.covariance, old.dynamics, old.attributes) == ((), None, ())


def test_a_clip_of_the_first_version_still_plays(make_artifact: Callable[..., Path]) -> None:
    import onnx

    path = make_artifact()
    model = onnx.load(path)
    values = json.loads(model.metadata_props[0].value)
    old = {key: values[key] for key in json.loads(FIRST)} | {"schema": 1}
    model.metadata_props[0].value = json.dumps(old)
    path.write_bytes(model.SerializeToString())
    decoder = Decoder(path)
    assert decoder.info.schema == 1
    assert decoder.decode([0, 0, 0, 0]).shape == (1, 2048, 1)
