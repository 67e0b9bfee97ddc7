"""Descriptions: what is written is read again, and what cannot be true is refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.artifact import SCHEMA, ArtifactInfo, LatentInfo, parse_info, parsing
from musicvae.artifact.reading import read_info
from musicvae.errors import ArtifactError, ArtifactSchemaError, CorruptArtifactError
from musicvae.latents.dynamics import LinearDynamics
from musicvae.runtime.decoder import Decoder


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


def changed(info: ArtifactInfo, **values: Any) -> str:
    # JSON has no word for infinity, but a number may be too large for a float.
    return json.dumps(json.loads(info.to_json()) | values).replace("Infinity", "1e999")


def with_latent(info: ArtifactInfo, **values: Any) -> str:
    latents = json.loads(info.to_json())["latents"]
    latents[2] |= values
    return changed(info, latents=latents)


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


def test_newer_schema(info: ArtifactInfo) -> None:
    for schema in (SCHEMA + 1, 10**400):
        with pytest.raises(ArtifactSchemaError, match="newer musicvae"):
            parse_info(changed(info, schema=schema, invented="field"))


@pytest.mark.parametrize("schema", [0, -1, True, "1", 1.0, None, [1]])
def test_a_schema_that_is_no_number(info: ArtifactInfo, schema: object) -> None:
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
def test_a_description_that_cannot_be_true(info: ArtifactInfo, values: dict[str, Any]) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(changed(info, **values))


@pytest.mark.parametrize("value", [float("inf"), "1", None, True, 10**400], ids=str)
def test_latents_need_finite_numbers(info: ArtifactInfo, value: object) -> None:
    with pytest.raises(CorruptArtifactError, match="latent 2"):
        parse_info(with_latent(info, std=value))


def test_nan_is_no_json(info: ArtifactInfo) -> None:
    with pytest.raises(CorruptArtifactError, match="NaN is not a number in JSON"):
        parse_info(with_latent(info, std=float("nan")))


def test_a_description_beyond_all_bounds(
    info: ArtifactInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MAX_DESCRIPTION", len(info.to_json()))
    assert parse_info(info.to_json()) == info
    with pytest.raises(CorruptArtifactError, match="more than"):
        parse_info(info.to_json() + " ")


def test_every_problem_is_named(info: ArtifactInfo) -> None:
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


def test_the_first_version_knew_no_streams(stream: ArtifactInfo) -> None:
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


def test_a_stream_may_know_nothing_of_its_latent_space(stream: ArtifactInfo) -> None:
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
def test_a_stream_that_cannot_be(stream: ArtifactInfo, values: dict[str, Any]) -> None:
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
    stream: ArtifactInfo, values: dict[str, Any], problem: str
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
    stream: ArtifactInfo, values: dict[str, Any], problem: str
) -> None:
    first, second = json.loads(stream.to_json())["attributes"]
    with pytest.raises(CorruptArtifactError, match=problem):
        parse_info(changed(stream, attributes=[first | values, second]))


def test_an_attribute_may_be_worse_than_nothing(stream: ArtifactInfo) -> None:
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
def test_an_encoder_that_cannot_be(encoder: ArtifactInfo, values: dict[str, Any]) -> None:
    with pytest.raises(CorruptArtifactError):
        parse_info(changed(encoder, **values))


def test_an_encoder_need_not_know_the_decoder(encoder: ArtifactInfo) -> None:
    assert parse_info(changed(encoder, stride=0)).latent_rate == 125.0


def test_a_description_of_too_many_parts_is_not_decoded(info: ArtifactInfo) -> None:
    inventions: tuple[list[object], ...] = ([[]] * 10_001, [0] * 250_001)
    for invented in inventions:
        with pytest.raises(CorruptArtifactError, match=r"more than \d+ (lists and objects|values)"):
            parse_info(changed(info, invented=invented))


def test_the_largest_description_that_is_allowed_is_read(stream: ArtifactInfo) -> None:
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
    info: ArtifactInfo, values: dict[str, Any], problem: str
) -> None:
    with pytest.raises(CorruptArtifactError, match=problem) as caught:
        parse_info(changed(info, **values))
    assert len(str(caught.value)) < 2_000


def test_an_attribute_is_a_short_printable_word(stream: ArtifactInfo) -> None:
    first, second = json.loads(stream.to_json())["attributes"]
    for values in ({"name": "x" * 65}, {"unit": "x" * 65}, {"method": "x" * 65}, {"name": "a\nb"}):
        with pytest.raises(CorruptArtifactError, match="attribute 0"):
            parse_info(changed(stream, attributes=[first | values, second]))


def test_halves_of_surrogate_pairs_become_characters(info: ArtifactInfo) -> None:
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
def test_the_numbers_of_latents_are_bounded(info: ArtifactInfo, name: str) -> None:
    little, least, most, much = LATENT_RANGES[name]
    for value in (least, most):
        assert getattr(parse_info(with_latent(info, **{name: value})).latents[2], name) == value
    for value in (little, much, *NO_NUMBERS, *((5e-324,) if name == "std" else ())):
        with pytest.raises(CorruptArtifactError, match=f"latent 2 has a.* {name}"):
            parse_info(with_latent(info, **{name: value}))


def test_a_latent_that_never_moved_can_be_described(info: ArtifactInfo) -> None:
    for still in (0.0, -9_000.0, 5e-324):
        latent = LatentInfo.measured(2, still, 0.0, still, still, 0.0)
        text = with_latent(info, **dataclasses.asdict(latent))
        assert parse_info(text).latents[2] == latent


@pytest.mark.parametrize("name", ["mean", "std", "r2", "spearman"])
def test_the_numbers_of_attributes_are_bounded(stream: ArtifactInfo, name: str) -> None:
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


def test_dynamics_whose_powers_are_huge_are_refused(stream: ArtifactInfo) -> None:
    """Their eigenvalues are all zero, and yet the third power has numbers of 1e12."""
    dynamics = json.loads(stream.to_json())["dynamics"] | {
        "matrix": (1e4 * np.eye(4, k=1)).tolist()
    }
    with pytest.raises(CorruptArtifactError, match="without bound"):
        parse_info(changed(stream, dynamics=dynamics))


def test_dynamics_that_are_read_can_be_walked_however_wide(stream: ArtifactInfo) -> None:
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
