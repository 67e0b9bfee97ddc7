"""Descriptions: every text, count and number is bounded, and what is read stays finite."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.artifact import ArtifactInfo, LatentInfo, parse_info
from musicvae.artifact.reading import read_info
from musicvae.errors import ArtifactError, CorruptArtifactError
from musicvae.latents.dynamics import LinearDynamics

#: Makes JSON of a description and other values.
Changed = Callable[..., str]


def test_a_description_of_too_many_parts_is_not_decoded(
    info: ArtifactInfo, changed: Changed
) -> None:
    inventions: tuple[list[object], ...] = ([[]] * 10_001, [0] * 250_001)
    for invented in inventions:
        with pytest.raises(CorruptArtifactError, match=r"more than \d+ (lists and objects|values)"):
            parse_info(changed(info, invented=invented))


def test_the_largest_description_that_is_allowed_is_read(
    stream: ArtifactInfo, changed: Changed
) -> None:
    width = 256
    numbers = np.full((width, width), -1.23456e-05)
    covariance = (numbers + np.eye(width)).tolist()
    latents = [dict(json.loads(stream.to_json())["latents"][0], name="x" * 128)] * width
    loud = dataclasses.asdict(stream.attributes[0]) | {"direction": numbers[0].tolist()}
    dynamics = {"matrix": numbers.tolist(), "noise": covariance, "one_step_error": 1, "rate": 125}
    text = changed(
        stream,
        latent_dim=width,
        latents=latents,
        covariance=covariance,
        dynamics=dynamics,
        attributes=[loud | {"name": str(index) * 32} for index in range(10, 74)],
        licence="x" * 4_096,
    )
    assert len(parse_info(text).attributes) == 64


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"genre": "x" * 257}, "genre of 257 characters, not text of at most 256"),
        ({"recipe": "x" * 257}, "recipe of 257 characters"),
        ({"licence": "x" * 4_097}, "licence of 4097 characters"),
        ({"graph_sha256": "x" * 64}, "64 hex digits"),
        ({"graph_sha256": "0" * 63}, "64 hex digits"),
        ({"latents": {}}, "where a list must be"),
        ({"latents": "abcd"}, "where a list must be"),
        ({"covariance": {}}, "where a list must be"),
        ({"attributes": ""}, "where a list must be"),
        ({"provenance": {"a": "x" * 4_097}}, "text of more than 4096"),
        ({"provenance": {"x" * 4_097: 1}}, "text of more than 4096"),
        ({"provenance": {"a": [0] * 2_001}}, "more than 2000 entries"),
        ({"provenance": {"a": [{"b": float("inf")}]}}, "not finite"),
        ({"parity": {str(index): 0.0 for index in range(65)}}, "up to 64 numbers"),
        ({"parity": {"x" * 65: 0.0}}, "up to 64 numbers"),
        ({"parity": {"random": -1e-9}}, "parity"),
        ({"parity": {"random": True}}, "parity"),
        ({"parity": {"random": 1e7}}, "parity"),
        ({"kind": "x" * 10_000}, r"kind 'x+\.\.\.x+'"),
        ({"x" * 10_000: 1}, "unexpected keyword argument"),
        ({"latent_dim": "4"}, "latent_dim '4'"),
        ({"samples": 2**26, "channels": 2}, "numbers in a clip"),
        ({"latency": 10**400}, "latency"),
    ],
    ids=lambda value: f"{value!r:.40}",
)
def test_texts_and_counts_are_bounded(
    info: ArtifactInfo, values: dict[str, Any], problem: str, changed: Changed
) -> None:
    with pytest.raises(CorruptArtifactError, match=problem) as caught:
        parse_info(changed(info, **values))
    assert len(str(caught.value)) < 2_000


def test_an_attribute_is_a_short_printable_word(stream: ArtifactInfo, changed: Changed) -> None:
    first, second = json.loads(stream.to_json())["attributes"]
    for values in ({"name": "x" * 65}, {"unit": "x" * 65}, {"method": "x" * 65}, {"name": "a\nb"}):
        with pytest.raises(CorruptArtifactError, match="attribute 0"):
            parse_info(changed(stream, attributes=[first | values, second]))


def test_halves_of_surrogate_pairs_become_characters(info: ArtifactInfo, changed: Changed) -> None:
    text = changed(info, genre="a\ud800", provenance={"\udfff": ["\ud800"]})
    assert "\\ud800" in text
    read = parse_info(text)
    assert (read.genre, read.provenance) == ("a\ufffd", {"\ufffd": ["\ufffd"]})
    assert read.to_json().encode("utf-8")


def test_two_values_of_one_name_are_refused(info: ArtifactInfo) -> None:
    text = info.to_json().replace('"hop": 0', '"hop": 0, "hop": 0')
    with pytest.raises(CorruptArtifactError, match="'hop' twice"):
        parse_info(text)


#: For each number of a latent: what is too little, the least and the most, and what is too much.
LATENT_RANGES = {
    "mean": (-1.1e4, -1e4, 1e4, 1.1e4),
    "std": (1e-10, 1e-9, 1e4, 1.1e4),
    "low": (-1.1e4, -1e4, 2.3, 2.33),
    "high": (-2.33, -2.3, 1e4, 1.1e4),
    "explained_variance": (-0.01, 0, 1, 1.01),
}
NO_NUMBERS = ("1", None, True, [1.0], float("inf"), 1e39, -1e299, 10**400)


@pytest.mark.parametrize("name", LATENT_RANGES)
def test_the_numbers_of_latents_are_bounded(
    info: ArtifactInfo, name: str, with_latent: Changed
) -> None:
    little, least, most, much = LATENT_RANGES[name]
    for value in (least, most):
        assert getattr(parse_info(with_latent(info, **{name: value})).latents[2], name) == value
    for value in (little, much, *NO_NUMBERS, *((5e-324,) if name == "std" else ())):
        with pytest.raises(CorruptArtifactError, match=f"latent 2 has a.* {name}"):
            parse_info(with_latent(info, **{name: value}))


def test_a_latent_that_never_moved_can_be_described(
    info: ArtifactInfo, with_latent: Changed
) -> None:
    for still in (0.0, -9_000.0, 5e-324):
        latent = LatentInfo.measured(2, still, 0.0, still, still, 0.0)
        text = with_latent(info, **dataclasses.asdict(latent))
        assert parse_info(text).latents[2] == latent


@pytest.mark.parametrize("name", ["mean", "std", "r2", "spearman"])
def test_the_numbers_of_attributes_are_bounded(
    stream: ArtifactInfo, name: str, changed: Changed
) -> None:
    first, second = json.loads(stream.to_json())["attributes"]
    wrong = ("1", True, [1.0], float("inf"), 1e39, -1e299, 10**400)
    for value in (*wrong, *((5e-324, -1) if name == "std" else ())):
        with pytest.raises(CorruptArtifactError, match=f"attribute 0 has .*{name}"):
            parse_info(changed(stream, attributes=[first | {name: value}, second]))
    assert parse_info(changed(stream, attributes=[first | {"std": 0}, second]))


@pytest.mark.parametrize("number", ["1", True, None, 1.1e6, -1e299, 10**400])
def test_matrices_and_directions_hold_moderate_numbers(stream: ArtifactInfo, number: Any) -> None:
    values = json.loads(stream.to_json())
    matrices = [values["covariance"], values["dynamics"]["matrix"], values["dynamics"]["noise"]]
    for row in (*(matrix[1] for matrix in matrices), values["attributes"][0]["direction"]):
        kept, row[2] = row[2], number
        with pytest.raises(CorruptArtifactError, match=r"not finite|finite numbers"):
            parse_info(json.dumps(values))
        row[2] = kept
    assert parse_info(json.dumps(values)) == stream


def test_dynamics_whose_powers_are_huge_are_refused(stream: ArtifactInfo, changed: Changed) -> None:
    """Their eigenvalues are all zero, and yet the third power has numbers of 1e12."""
    dynamics = json.loads(stream.to_json())["dynamics"] | {
        "matrix": (1e4 * np.eye(4, k=1)).tolist()
    }
    with pytest.raises(CorruptArtifactError, match="without bound"):
        parse_info(changed(stream, dynamics=dynamics))


def test_dynamics_that_are_read_can_be_walked_however_wide(
    stream: ArtifactInfo, changed: Changed
) -> None:
    noise = (1e6 * np.eye(4)).tolist()
    dynamics = json.loads(stream.to_json())["dynamics"] | {
        "matrix": (0.99 * np.eye(4)).tolist(),  # a variance of 5e7
        "noise": noise,
    }
    info = parse_info(changed(stream, dynamics=dynamics)).dynamics
    assert info is not None
    assert np.isfinite(LinearDynamics.from_info(info).walk(50, seed=1)).all()


@given(st.data())
def test_what_is_read_stays_finite_whatever_hosts_compute_of_it(
    stream_text: str, data: st.DataObject
) -> None:
    """Put any number anywhere: the description is refused, or safe in single precision."""
    values = json.loads(stream_text)
    places = list(numbers_in(values))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(st.one_of(st.floats(), st.integers(), st.booleans(), st.none()))
    try:
        info = parse_info(json.dumps(values).replace("Infinity", "1e999"))
    except ArtifactError:  # a newer schema too
        return
    with np.errstate(over="raise", invalid="raise"):
        low, high, mean = (
            np.array([getattr(latent, name) for latent in info.latents], np.float32)
            for name in ("low", "high", "mean")
        )
        directions = np.array([attribute.direction for attribute in info.attributes], np.float32)
        moved = low + (high - low) * np.float32(2) + 100 * mean + 10 * directions.sum(axis=0)
        assert np.isfinite(moved * np.float32(100)).all()
        if info.dynamics is not None:
            walk = LinearDynamics.from_info(info.dynamics).walk(50, seed=1)
            assert np.isfinite(walk * np.float32(1e4)).all()


@pytest.fixture(scope="module")
def stream_text(stream_artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("stream") / "stream.onnx"
    return read_info(stream_artifacts.write_stream_artifact(path, latent_dim=2)).to_json()


def numbers_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value that holds a number: its list or object, and its key there."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, dict | list):
            yield from numbers_in(inner)
        elif isinstance(inner, int | float):
            yield value, key
