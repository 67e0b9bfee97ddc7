from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tensorflow as tf
from musicvae_export import export_model
from musicvae_export.graph.tools import operators

from musicvae.artifact import LatentInfo
from musicvae.artifact.reading import graph_digest, inspect
from musicvae.errors import ExportError, ParityError, UnsupportedOperatorError
from musicvae.runtime.decoder import Decoder

Make = Callable[..., Any]


def test_plays_what_the_model_plays(small_model: Any, exported: Path) -> None:
    decoder = Decoder(exported)
    for size in (1, 2, 17):
        latents = decoder.random_latents(size, seed=size + 100)
        expected = small_model.function(latents).numpy()
        assert np.abs(expected).max() > 0.01  # there is something to compare
        np.testing.assert_allclose(decoder.decode(latents), expected, atol=1e-5)


def test_describes_itself(small_model: Any, exported: Path) -> None:
    info = inspect(exported)
    assert (info.kind, info.genre, info.recipe) == ("clip", "jazz", "clip")
    assert (info.sample_rate, info.channels, info.latent_dim) == (16_000, 1, 6)
    assert info.samples == info.receptive_field == 1024
    assert info.latents == small_model.latent_infos()
    assert info.licence == "CC0-1.0"
    assert set(info.parity) == {"random", "real"}
    assert all(0 < value <= 1e-5 for value in info.parity.values())
    assert info.graph_sha256 == graph_digest(exported)
    assert info.provenance["steps"] == 3
    assert info.provenance["export"]["nodes"] < 60
    assert {"onnx", "tf2onnx", "keras"} <= set(info.provenance["export"]["versions"])


def test_the_file_is_plain_onnx(exported: Path) -> None:
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    assert [entry.key for entry in model.metadata_props] == ["musicvae"]
    assert model.producer_name == "musicvae"
    (latent,), (audio,) = model.graph.input, model.graph.output
    shape = [dim.dim_param or dim.dim_value for dim in latent.type.tensor_type.shape.dim]
    assert (latent.name, shape) == ("latent", ["batch", 6])
    shape = [dim.dim_param or dim.dim_value for dim in audio.type.tensor_type.shape.dim]
    assert (audio.name, shape) == ("audio", ["batch", 1024, 1])


def test_batch_norms_and_shapes_are_folded(exported: Path) -> None:
    counts = operators(onnx.load(exported).graph)
    # One product and one sum standardise the latents; Dense adds a bias, the overlap adds.
    assert counts["Mul"] == 1
    assert counts["Add"] <= 3
    assert counts["Conv"] == 3
    assert counts["ConvTranspose"] == 2
    assert not {"BatchNormalization", "Shape", "Gather", "Cast", "Div", "Max"} & set(counts)


def test_quiet_repeatable_and_under_the_licence_asked_for(
    small_model: Any, exported: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / "folder" / "jazz.onnx"
    info = export_model(small_model, path, licence="CC-BY-4.0")
    assert capfd.readouterr() == ("", "")
    assert info == inspect(path)
    assert info.licence == "CC-BY-4.0"
    assert info.graph_sha256 == inspect(exported).graph_sha256


def test_tanh_gelu_converts(make_model: Make, tmp_path: Path) -> None:
    def play(latents: Any) -> Any:
        return tf.tile(tf.nn.gelu(latents[:, :1, None], approximate=True), (1, 1024, 1))

    info = export_model(make_model(play), tmp_path / "gelu.onnx")
    assert max(info.parity.values()) <= 1e-5


def refused(model: Any, folder: Path, error: type[ExportError], match: str) -> None:
    """Export over an existing file, which must fail and leave the file alone."""
    folder.mkdir(exist_ok=True)
    path = folder / "jazz.onnx"
    path.write_bytes(b"what was there before")
    with pytest.raises(error, match=match):
        export_model(model, path)
    assert [entry.name for entry in folder.iterdir()] == ["jazz.onnx"]
    assert path.read_bytes() == b"what was there before"


def test_exact_gelu_is_named(make_model: Make, tmp_path: Path) -> None:
    # tf2onnx 1.17 logs that it cannot convert Erfc and returns an invalid model.
    model = make_model(lambda z: tf.reshape(tf.nn.gelu(z, approximate=False), (-1, 6, 1)))
    refused(model, tmp_path / "out", UnsupportedOperatorError, "Erfc.*tanh GELU")


def test_noise_in_the_graph_is_refused(make_model: Make, tmp_path: Path) -> None:
    def play(latents: Any) -> Any:
        noise = tf.random.normal((tf.shape(latents)[0], 1024, 1))
        return noise + tf.reduce_mean(latents, axis=1)[:, None, None]

    refused(make_model(play), tmp_path / "out", ExportError, "random operators.*RandomNormalLike")


def test_wrong_length_is_refused(make_model: Make, tmp_path: Path) -> None:
    model = make_model(lambda z: tf.tile(z[:, :, None], (1, 7, 1)))
    refused(model, tmp_path / "out", ExportError, r"1024, 1.*42, 1")


def test_sound_that_is_not_finite_is_refused(make_model: Make, tmp_path: Path) -> None:
    def play(latents: Any) -> Any:
        return tf.math.log(tf.tile(latents[:, :1, None], (1, 1024, 1)) - 1e6)

    refused(make_model(play), tmp_path / "out", ParityError, "not finite")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"provenance": {"steps": object()}}, "not JSON serializable"),
        ({"provenance": {1: 1, "b": 2}}, "not supported"),
        ({"genre": None}, "genre None, not text"),
    ],
)
def test_a_description_that_cannot_be_written(
    make_model: Make, tmp_path: Path, fields: dict[str, Any], reason: str
) -> None:
    refused(make_model(tf.identity, **fields), tmp_path / "out", ExportError, reason)


def test_too_few_latents_described(
    make_model: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(tf.identity)
    one = LatentInfo("latent 0", 0.0, 1.0, -2.0, 2.0, 1.0)
    monkeypatch.setattr(model, "latent_infos", lambda: (one,))
    refused(model, tmp_path / "out", ExportError, "6 latents announced, 1 described")


def test_a_folder_that_cannot_be_written(small_model: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExportError, match="cannot write"):
        export_model(small_model, tmp_path / "file" / "jazz.onnx")
