"""Clips: what the graph says is heard, and what is refused says why."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.artifact.reading import read_info
from musicvae.errors import (
    ArtifactError,
    ArtifactKindError,
    CorruptArtifactError,
    ForeignArtifactError,
    LatentError,
    SettingError,
)
from musicvae.runtime.decoder import Decoder

Make = Callable[..., Path]


def with_operator(path: Path, operator: str) -> Path:
    """The artifact with another function in place of tanh."""
    import onnx

    model = onnx.load(path)
    model.graph.node[1].op_type = operator
    path.write_bytes(model.SerializeToString())
    return path


def with_sizes(path: Path, **changes: object) -> Path:
    """The artifact with a changed description around the same graph."""
    import onnx

    model = onnx.load(path)
    values = json.loads(model.metadata_props[0].value) | changes
    model.metadata_props[0].value = json.dumps(values)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def decoder(make_artifact: Make) -> Decoder:
    return Decoder(make_artifact())


def test_decodes_what_the_graph_says(decoder: Decoder, artifacts: ModuleType) -> None:
    latents = decoder.random_latents(3, seed=1)
    audio = decoder.decode(latents)
    assert audio.dtype == np.float32
    assert audio.shape == (3, 2048, 1)
    np.testing.assert_allclose(audio, artifacts.expected_audio(latents, decoder.info), atol=1e-6)


def test_stereo(make_artifact: Make, artifacts: ModuleType) -> None:
    decoder = Decoder(str(make_artifact(channels=2, samples=500)), threads=2)
    audio = decoder.decode([0.5, -1, 0, 2])
    expected = artifacts.expected_audio([[0.5, -1, 0, 2]], decoder.info)
    np.testing.assert_allclose(audio, expected, atol=1e-6)
    assert not np.array_equal(audio[..., 0], audio[..., 1])


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, np.bool_])
def test_any_kind_of_number(decoder: Decoder, dtype: type) -> None:
    latents: np.ndarray = np.array([[1, 0, 1, 1]], dtype=dtype)
    expected = decoder.decode([1.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(decoder.decode(latents), expected)


def test_not_contiguous(decoder: Decoder) -> None:
    latents = decoder.random_latents(6, seed=2)
    np.testing.assert_array_equal(decoder.decode(latents[::2]), decoder.decode(latents[::2].copy()))


def test_same_latents_same_samples(decoder: Decoder, make_artifact: Make) -> None:
    latents = decoder.random_latents(2, seed=3)
    first = decoder.decode(latents)
    kept = first.copy()
    decoder.decode(-latents)
    np.testing.assert_array_equal(first, kept)  # a result is not overwritten by the next call
    np.testing.assert_array_equal(decoder.decode(latents), kept)
    np.testing.assert_array_equal(Decoder(make_artifact("again.onnx")).decode(latents), kept)


def test_several_threads_at_once(decoder: Decoder) -> None:
    latents = decoder.random_latents(8, seed=4)
    alone = [decoder.decode(row)[0] for row in latents]
    together: dict[int, np.ndarray] = {}

    def work(index: int) -> None:
        together[index] = decoder.decode(latents[index])[0]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index in range(8):
        np.testing.assert_array_equal(together[index], alone[index])


@pytest.mark.parametrize(
    "latents",
    [
        [1.0, 2.0, 3.0],
        [[1.0] * 5],
        1.0,
        np.zeros((0, 4)),
        np.zeros((1, 1, 4)),
        [[1.0] * 4, [1.0] * 3],
        [np.nan] * 4,
        [0, 0, 0, np.inf],
        [0, 0, 0, 1e300],
        "abcd",
        ["1", "2", "3", "4"],
        [None] * 4,
        [1j] * 4,
        None,
    ],
    ids=repr,
)
def test_latents_that_cannot_be_decoded(decoder: Decoder, latents: object) -> None:
    with pytest.raises(LatentError):
        decoder.decode(latents)  # type: ignore[arg-type]


def test_sound_that_would_not_be_finite(make_artifact: Make) -> None:
    decoder = Decoder(with_operator(make_artifact(graph_sha256=""), "Exp"))
    assert np.isfinite(decoder.decode([1, 1, 1, 1])).all()
    with pytest.raises(LatentError, match="beyond"):
        decoder.decode([1e4, 0, 0, 0])


def test_decode_sound(decoder: Decoder) -> None:
    latents = decoder.random_latents(1, seed=5)
    sound = decoder.decode_sound(latents)
    assert sound.sample_rate == 16_000
    np.testing.assert_array_equal(sound.samples, decoder.decode(latents)[0])
    with pytest.raises(LatentError, match="2 vectors"):
        decoder.decode_sound(decoder.random_latents(2))


def test_random_latents(decoder: Decoder) -> None:
    latents = decoder.random_latents(5_000, seed=7)
    assert latents.dtype == np.float32
    np.testing.assert_array_equal(latents, decoder.random_latents(5_000, seed=7))
    assert not np.array_equal(latents, decoder.random_latents(5_000, seed=8))
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(latents.std(axis=0), 1, atol=0.1)
    with pytest.raises(LatentError, match="at least 1"):
        decoder.random_latents(0)
    with pytest.raises(SettingError, match="4294967295"):
        decoder.random_latents(1, seed=-1)


def test_warm_up_changes_nothing(decoder: Decoder, make_artifact: Make) -> None:
    decoder.warm_up()
    cold = Decoder(make_artifact("cold.onnx"))
    np.testing.assert_array_equal(decoder.decode([1, 2, 3, 4]), cold.decode([1, 2, 3, 4]))


def test_info_and_repr(make_artifact: Make) -> None:
    path = make_artifact("night.onnx", genre="blues")
    decoder = Decoder(path)
    assert decoder.info == read_info(path)
    assert repr(decoder) == (
        "Decoder('night.onnx': blues, 4 latents -> 0.13 s, 16000 Hz, 1 channel(s))"
    )


def test_the_file_may_go_once_it_is_loaded(make_artifact: Make) -> None:
    path = make_artifact()
    decoder = Decoder(path)
    expected = decoder.decode([1, 2, 3, 4])
    path.unlink()
    np.testing.assert_array_equal(decoder.decode([1, 2, 3, 4]), expected)


def test_files_that_cannot_be_played(tmp_path: Path, make_artifact: Make) -> None:
    with pytest.raises(ArtifactError, match="no file"):
        Decoder(tmp_path / "absent.onnx")
    (tmp_path / "text.onnx").write_text("hello")
    with pytest.raises(ForeignArtifactError):
        Decoder(tmp_path / "text.onnx")
    whole = make_artifact().read_bytes()
    (tmp_path / "half.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CorruptArtifactError, match="truncated"):
        Decoder(tmp_path / "half.onnx")


def test_graph_that_onnxruntime_refuses(make_artifact: Make) -> None:
    with pytest.raises(CorruptArtifactError, match="onnxruntime cannot load"):
        Decoder(with_operator(make_artifact(graph_sha256=""), "Tangh"))


def test_graph_that_does_not_fit_its_description(make_artifact: Make) -> None:
    with pytest.raises(CorruptArtifactError, match=r"does not fit.* 1000, 1\).* 2048, 1\)"):
        Decoder(with_sizes(make_artifact(), samples=1000))
    with pytest.raises(CorruptArtifactError, match=r"does not fit.* 2048, 2\).* 2048, 1\)"):
        Decoder(with_sizes(make_artifact(), channels=2))


def test_other_kinds_are_named_as_such(make_stream: Make, make_encoder: Make) -> None:
    with pytest.raises(ArtifactKindError, match=r"kind 'stream'.*musicvae\.StreamDecoder"):
        Decoder(make_stream())
    with pytest.raises(ArtifactKindError, match=r"kind 'encoder'.*musicvae\.Encoder"):
        Decoder(make_encoder())


def test_at_least_one_thread(make_artifact: Make) -> None:
    with pytest.raises(SettingError):
        Decoder(make_artifact(), threads=0)
