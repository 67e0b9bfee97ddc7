"""Sessions: each class opens its kind, and a graph that does not fit is refused."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact.reading import graph_digest, read_info
from musicvae.errors import ArtifactKindError, CorruptArtifactError, SettingError
from musicvae.runtime import session
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.prior import Prior
from musicvae.runtime.session import PLAYERS, first_line, open_artifact, open_session
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]

CLASSES: dict[str, Any] = {
    "clip": Decoder,
    "stream": StreamDecoder,
    "encoder": Encoder,
    "prior": Prior,
}


@pytest.fixture
def paths(
    make_artifact: Make,
    make_stream: Make,
    make_encoder: Make,
    prior_artifacts: ModuleType,
    tmp_path: Path,
) -> dict[str, Path]:
    prior = tmp_path / "new.onnx"
    prior_artifacts.write_prior_artifact(prior)
    return {
        "clip": make_artifact(),
        "stream": make_stream(),
        "encoder": make_encoder(),
        "prior": prior,
    }


def test_each_kind_has_its_class() -> None:
    assert {kind: cls.__name__ for kind, cls in CLASSES.items()} == PLAYERS


@pytest.mark.parametrize("kind", PLAYERS)
def test_each_class_opens_its_kind_and_names_the_others(paths: dict[str, Path], kind: str) -> None:
    assert CLASSES[kind](paths[kind]).info.kind == kind
    for other in PLAYERS.keys() - {kind}:
        with pytest.raises(ArtifactKindError) as caught:
            CLASSES[kind](paths[other])
        for words in (f"kind {kind!r}", f"kind {other!r}", f"musicvae.{PLAYERS[other]}"):
            assert words in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "other", "advice"),
    [
        ("encoder", "stream", "musicvae export RUN --encoder --out {stem}.encoder.onnx"),
        ("encoder", "prior", "the name of a ready model"),
        ("stream", "encoder", "musicvae export RUN --out"),
        ("prior", "stream", "musicvae prior RUN"),
    ],
)
def test_who_gives_another_kind_is_told_how_to_get_this_one(
    paths: dict[str, Path], kind: str, other: str, advice: str
) -> None:
    with pytest.raises(ArtifactKindError) as caught:
        CLASSES[kind](paths[other])
    assert advice.format(stem=paths[other].stem) in str(caught.value.hint)


@pytest.mark.parametrize("kind", PLAYERS)
def test_at_least_one_thread(paths: dict[str, Path], kind: str) -> None:
    with pytest.raises(SettingError):
        CLASSES[kind](paths[kind], threads=0)


def test_the_digest_is_known_even_where_it_is_not_said(make_stream: Make) -> None:
    path = make_stream(graph_sha256="")
    assert open_artifact(path, "stream", 1).digest == graph_digest(path)
    path = make_stream("other.onnx")
    assert open_artifact(path, "stream", 1).digest == read_info(path).graph_sha256


@pytest.mark.parametrize(
    ("wrong", "port"),
    [({"state_size": 67}, "state"), ({"latent_dim": 3}, "latent"), ({"channels": 2}, "audio")],
    ids=str,
)
def test_a_stream_whose_graph_does_not_fit(
    make_stream: Make, stream_artifacts: Any, wrong: dict[str, Any], port: str
) -> None:
    if "latent_dim" in wrong:
        latents = [dataclasses.asdict(latent) for latent in read_info(make_stream()).latents]
        wrong = {**wrong, "latents": latents[:3], "covariance": [], "attributes": []}
    path = stream_artifacts.described(make_stream(), dynamics=None, **wrong)
    with pytest.raises(CorruptArtifactError, match=f"does not fit its description.*{port}"):
        StreamDecoder(path)


def test_a_stream_of_a_fixed_number_of_frames(make_stream: Make) -> None:
    import onnx

    path = make_stream(graph_sha256="")
    model = onnx.load(path)
    frames = model.graph.input[0].type.tensor_type.shape.dim[1]
    frames.Clear()
    frames.dim_value = 4
    path.write_bytes(model.SerializeToString())
    with pytest.raises(CorruptArtifactError, match=r"latent \(1, frames, 4\).*latent \(1, 4, 4\)"):
        StreamDecoder(path)


def test_a_missing_port(make_stream: Make) -> None:
    import onnx

    path = make_stream(graph_sha256="")
    model = onnx.load(path)
    del model.graph.output[1]
    path.write_bytes(model.SerializeToString())
    with pytest.raises(CorruptArtifactError, match="next_state"):
        StreamDecoder(path)


def test_the_first_line_of_an_error() -> None:
    assert first_line(ValueError(" too few\nat line 3")) == "too few"
    assert first_line(ValueError()) == "ValueError"
    assert first_line(ValueError("output \x1b[2J is missing")) == "output ?[2J is missing"


def test_onnxruntime_reads_onnx_and_not_its_own_format(tmp_path: Path, make_stream: Make) -> None:
    """Its own format comes first where it may choose; the checks read the file as ONNX."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "own.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(make_stream().read_bytes(), options)
    own = (tmp_path / "own.ort").read_bytes()
    assert onnxruntime.InferenceSession(own).get_inputs()
    with pytest.raises(CorruptArtifactError, match="onnxruntime cannot load"):
        open_session(own, 1, "own.onnx")


def spoilt(path: Path, weights: str) -> Path:
    """The artifact with one weight that is not a number."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    (tensor,) = (one for one in model.graph.initializer if one.name == weights)
    array = numpy_helper.to_array(tensor).copy()
    array.flat[0] = np.nan
    tensor.CopyFrom(numpy_helper.from_array(array, weights))
    path.write_bytes(model.SerializeToString())
    return path


def test_nan_in_the_weights_is_said_of_the_model(
    make_artifact: Make, make_stream: Make, make_encoder: Make
) -> None:
    with pytest.raises(CorruptArtifactError, match=r"stream\.onnx' itself computes NaN"):
        StreamDecoder(spoilt(make_stream(graph_sha256=""), "grains"))
    with pytest.raises(CorruptArtifactError, match=r"encoder\.onnx' itself computes NaN"):
        Encoder(spoilt(make_encoder(graph_sha256=""), "ears"))
    decoder = Decoder(spoilt(make_artifact(graph_sha256=""), "waves"))
    with pytest.raises(CorruptArtifactError, match=r"jazz\.onnx' itself computes NaN"):
        decoder.decode([1, 0, 0, 0])


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[bytes | str]:
    """What onnxruntime was given as a model; of a path the bytes that it led to."""
    import onnxruntime

    given: list[bytes | str] = []
    opening = onnxruntime.InferenceSession

    def noting(model: bytes | str, *arguments: Any, **named: Any) -> Any:
        given.extend([model, Path(model).read_bytes() if isinstance(model, str) else model])
        return opening(model, *arguments, **named)

    monkeypatch.setattr(onnxruntime, "InferenceSession", noting)
    return given


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no files in memory on this system")
def test_a_large_model_is_taken_over_from_a_file_in_memory(
    make_stream: Make, models: list[bytes | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_stream()
    assert open_artifact(path, "stream", 1).session.get_inputs()
    assert models.pop(0) == models.pop(0) == path.read_bytes()
    monkeypatch.setattr(session, "_LARGE", len(path.read_bytes()))
    assert open_artifact(path, "stream", 1).session.get_inputs()
    assert models[1] == path.read_bytes()
    assert isinstance(models[0], str)
    assert Path(models[0]) != path
    assert not Path(models[0]).exists() or Path(models[0]).read_bytes() != models[1]  # it is gone


def test_a_system_without_files_in_memory_takes_bytes(
    make_stream: Make, models: list[bytes | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_LARGE", 0)
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert open_artifact(make_stream(), "stream", 1).session.get_inputs()
    assert isinstance(models[0], bytes)
