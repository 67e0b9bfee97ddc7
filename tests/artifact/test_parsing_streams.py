"""Descriptions of streams and encoders, their dynamics and attributes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, parse_info
from musicvae.errors import CorruptArtifactError

#: Makes JSON of a description and other values.
Changed = Callable[..., str]


def test_the_first_version_knew_no_streams(stream: ArtifactInfo, changed: Changed) -> None:
    with pytest.raises(CorruptArtifactError, match="schema 1, which knows no stream"):
        parse_info(changed(stream, schema=1))


def test_a_stream_and_an_encoder_describe_themselves(
    stream: ArtifactInfo, encoder: ArtifactInfo
) -> None:
    for info in (stream, encoder):
        assert parse_info(info.to_json()) == info
        assert info.latent_rate == 16_000 / 128
        assert info.seconds == 0
    assert (stream.hop, stream.stride, stream.state_size, stream.latency) == (64, 2, 68, 32)
    assert (encoder.hop, encoder.stride, encoder.state_size, encoder.latency) == (128, 2, 128, 32)


def test_a_clip_has_no_latent_rate(info: ArtifactInfo) -> None:
    assert info.latent_rate == 0


def test_matrices_are_written_with_six_digits(stream: ArtifactInfo) -> None:
    assert stream.dynamics is not None
    third = 1 / 3
    dynamics = dataclasses.replace(stream.dynamics, matrix=((third,) + (0.0,) * 3,) * 4)
    covariance = tuple(tuple(third if i == j else 0.0 for j in range(4)) for i in range(4))
    loud = dataclasses.replace(stream.attributes[0], direction=(third,) * 4)
    written = json.loads(
        dataclasses.replace(
            stream, dynamics=dynamics, covariance=covariance, attributes=(loud,)
        ).to_json()
    )
    assert written["dynamics"]["matrix"][0][0] == 0.333333
    assert written["covariance"][1][1] == 0.333333
    assert written["attributes"][0]["direction"] == [0.333333] * 4


def test_a_stream_may_know_nothing_of_its_latent_space(
    stream: ArtifactInfo, changed: Changed
) -> None:
    text = changed(stream, covariance=[], dynamics=None, attributes=[], latent_space="")
    bare = parse_info(text)
    assert (bare.covariance, bare.dynamics, bare.attributes) == ((), None, ())


EYE = np.eye(4).tolist()
TOO_BIG = (np.eye(4) * 1e7).tolist()
LOPSIDED = (np.eye(4) + 0.5 * np.eye(4, k=1)).tolist()
LOUD = {"name": "loudness", "unit": "dB", "direction": [1] * 4, "mean": 0, "std": 1, "r2": 0}
NEGATIVE = np.diag([1.0, 1.0, 1.0, -0.5]).tolist()


@pytest.mark.parametrize(
    "values",
    [
        {"stride": 0},
        {"stride": 65},
        {"samples": 100},
        {"state_size": 0},
        {"latent_dim": 257},
        {"latent_space": "0123"},
        {"latent_space": "0123456789ABCDEF"},
        {"latent_space": None},
        {"covariance": EYE[:3]},
        {"covariance": [row[:3] for row in EYE]},
        {"covariance": LOPSIDED},
        {"covariance": NEGATIVE},
        {"covariance": TOO_BIG},
        {"covariance": 3},
        {"covariance": [[float("inf")] * 4] * 4},
        {"covariance": [["1"] * 4] * 4},
        {"dynamics": []},
        {"dynamics": {}},
        {"attributes": [{}]},
        {"attributes": [3]},
        {"attributes": None},
        {"hop": "64"},
    ],
    ids=str,
)
def test_a_stream_that_cannot_be(
    stream: ArtifactInfo, values: dict[str, Any], changed: Changed
) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(changed(stream, **values))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"matrix": EYE}, "without bound"),
        ({"matrix": EYE[:3]}, "4 × 4"),
        ({"matrix": TOO_BIG}, "beyond"),
        ({"matrix": [[True] * 4] * 4}, "not finite"),
        ({"noise": NEGATIVE}, "eigenvalues"),
        ({"noise": []}, "4 × 4"),
        ({"one_step_error": -0.1}, "one_step_error"),
        ({"one_step_error": float("inf")}, "one_step_error"),
        ({"rate": 43.0}, "rate of 43"),
        ({"rate": "125"}, "rate"),
        ({"invented": 1}, "invented"),
    ],
    ids=str,
)
def test_dynamics_that_cannot_be(
    stream: ArtifactInfo, values: dict[str, Any], problem: str, changed: Changed
) -> None:
    dynamics = json.loads(stream.to_json())["dynamics"] | values
    with pytest.raises(CorruptArtifactError, match=problem):
        parse_info(changed(stream, dynamics=dynamics))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": ""}, "no name"),
        ({"name": "brightness"}, "one name"),
        ({"unit": None}, "unit"),
        ({"direction": [1.0] * 3}, "direction"),
        ({"direction": [1.0, 1.0, 1.0, float("inf")]}, "direction"),
        ({"mean": float("inf")}, "not finite"),
        ({"std": -1.0}, "impossible"),
        ({"r2": 1.5}, "impossible"),
        ({"spearman": 1.5}, "spearman"),
        ({"spearman": "high"}, "spearman"),
        ({"invented": 1}, "invented"),
    ],
    ids=str,
)
def test_attributes_that_cannot_be(
    stream: ArtifactInfo, values: dict[str, Any], problem: str, changed: Changed
) -> None:
    first, second = json.loads(stream.to_json())["attributes"]
    with pytest.raises(CorruptArtifactError, match=problem):
        parse_info(changed(stream, attributes=[first | values, second]))


def test_an_attribute_may_be_worse_than_nothing(stream: ArtifactInfo, changed: Changed) -> None:
    first, _ = json.loads(stream.to_json())["attributes"]
    text = changed(stream, attributes=[first | {"r2": -0.2, "spearman": None}])
    assert parse_info(text).attributes[0].r2 == -0.2


@pytest.mark.parametrize(
    "values",
    [
        {"covariance": EYE},
        {"attributes": [LOUD]},
        {"stride": 3},  # does not divide the hop
        {"samples": 3},
    ],
    ids=str,
)
def test_an_encoder_that_cannot_be(
    encoder: ArtifactInfo, values: dict[str, Any], changed: Changed
) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(changed(encoder, **values))


def test_an_encoder_need_not_know_the_decoder(encoder: ArtifactInfo, changed: Changed) -> None:
    assert parse_info(changed(encoder, stride=0)).latent_rate == 125.0


def test_what_a_latent_does_is_text_of_people_and_may_be_missing(
    stream: ArtifactInfo, changed: Changed
) -> None:
    assert "effect" not in stream.to_json()  # readers of before know no such key
    latents = [dataclasses.asdict(latent) for latent in stream.latents]
    latents[1]["effect"] = "bass +8 dB, darker"
    told = parse_info(changed(stream, latents=latents))
    assert [latent.effect for latent in told.latents] == ["", "bass +8 dB, darker", "", ""]
    assert parse_info(told.to_json()) == told
    for bad in (7, None, "x" * 129, "two\nlines", "\x1b[2J", "\u202e"):
        latents[1]["effect"] = bad
        with pytest.raises(CorruptArtifactError, match="latent 1 has an effect"):
            parse_info(changed(stream, latents=latents))
