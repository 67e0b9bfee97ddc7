from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import ArtifactError, LatentError, SettingError, TapeError
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library

RATE = 16_000


class Told:
    """Notes what is loaded."""

    def __init__(self, notes: list[Any]) -> None:
        self._notes = notes

    def know_model(self, name: str, file: str, graph_sha256: str) -> None:
        self._notes.append((name, file, graph_sha256))

    def know_part(self, kind: str, name: str, file: str, sha256: str) -> None:
        self._notes.append((kind, name, file, sha256))


@pytest.fixture
def told() -> list[Any]:
    return []


@pytest.fixture
def loader(models: Path, told: list[Any]) -> Loader:
    library = Library([models], models)
    return Loader(library, RATE, 2, InlineClips(), Told(told))


def sound(voice: Any, frames: int = 4000) -> Any:
    out = np.zeros((frames, 2), np.float32)
    voice.read(out)
    return out


def test_each_kind_has_its_voice_at_the_engines_rate_and_channels(loader: Loader) -> None:
    for name, kind in (("jazz", StreamVoice), ("wide", StreamVoice), ("loops", ClipVoice)):
        voice = loader.voice(name, "a")
        assert type(voice) is kind
        assert voice.name == name
        voice.controls.manual.jump(1.0)
        assert np.abs(sound(voice)).max() > 0.05


def test_the_journal_is_told_the_file_and_the_graph(
    loader: Loader, told: list[Any], models: Path
) -> None:
    loader.voice("jazz", "b")
    ((name, file, digest),) = told
    assert (name, file) == ("jazz", str(models / "jazz.onnx"))
    assert len(digest) == 64
    assert loader.voice("jazz", "a", digest).name == "jazz"
    with pytest.raises(SettingError, match="not the one that was played"):
        loader.voice("jazz", "a", "0" * 64)
    assert len(told) == 2  # what is refused is not told


def test_two_voices_of_one_model_share_nothing(loader: Loader) -> None:
    one, other = loader.voice("jazz", "a"), loader.voice("jazz", "b")
    one.controls.manual.jump(2.0)
    sound(one)
    assert not sound(other).any()


def test_warming_up_leaves_no_trace(loader: Loader) -> None:
    np.testing.assert_array_equal(
        sound(loader.voice("jazz", "a")), sound(loader.voice("jazz", "a"))
    )
    assert loader.voice("jazz", "a").work.decoded == 0


def test_a_decoder_that_was_handed_over_is_used(
    decoder: Any, make_decoder: Callable[..., Any]
) -> None:
    loader = Loader(Library([]), 8000, 1, InlineClips(), decoders={"test": decoder})
    assert loader.voice("test", "a").controls.info is decoder.info
    with pytest.raises(SettingError, match="no model of that name"):
        loader.voice("other", "a")


def test_tapes_need_a_stream_of_their_latent_space(loader: Loader, models: Path) -> None:
    jazz = loader.voice("jazz", "a")
    assert loader.tape("solo", jazz).steps == 40
    assert loader.tape("solo", loader.voice("metal", "a")).steps == 40
    with pytest.raises(LatentError, match="another encoder"):
        loader.tape("solo", loader.voice("wide", "a"))
    for voice in (None, loader.voice("loops", "a")):
        with pytest.raises(SettingError, match="needs a stream model"):
            loader.tape("solo", voice)
    with pytest.raises(SettingError, match="no tape of that name"):
        loader.tape("duo", jazz)


def test_a_damaged_tape_or_one_of_another_width_is_refused(
    loader: Loader, models: Path, make_stream: Callable[..., Path]
) -> None:
    make_stream("models/broad.onnx", latent_dim=5)  # it claims the same latent space
    with pytest.raises(LatentError, match="4"):
        loader.tape("solo", loader.voice("broad", "a"))
    tape = models / "solo.tape"
    data = bytearray(tape.read_bytes())
    data[-1] ^= 1
    tape.write_bytes(data)
    with pytest.raises(TapeError):
        loader.tape("solo", loader.voice("jazz", "a"))


def test_a_file_that_is_spoilt_after_it_was_listed_is_refused(loader: Loader, models: Path) -> None:
    loader.library.models()
    path = models / "jazz.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    with pytest.raises((ArtifactError, SettingError)):
        loader.voice("jazz", "a")
