"""Sound to latents: any blocks give the whole, and tapes come out aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import musicvae
from musicvae.audio import Sound
from musicvae.errors import (
    ArtifactError,
    AudioError,
    CorruptArtifactError,
    SettingError,
    StateError,
)
from musicvae.runtime import encoder as module
from musicvae.runtime.binding import BoundSession
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]
HOP = 128


@pytest.fixture
def encoder(make_encoder: Make) -> Encoder:
    return Encoder(make_encoder())


@pytest.fixture(scope="module")
def stereo(stream_artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    path = tmp_path_factory.mktemp("stereo") / "stereo.onnx"
    return Encoder(stream_artifacts.write_encoder_artifact(path, channels=2, latent_dim=3))


def noise(samples: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (samples, channels)).astype(np.float32)


def test_encodes_what_the_graph_says(encoder: Encoder, stream_artifacts: ModuleType) -> None:
    audio = noise(9 * HOP)
    latents = encoder.push(audio)
    assert latents.dtype == np.float32
    assert latents.shape == (9, 4)
    expected = stream_artifacts.expected_latents(audio, encoder.info)
    np.testing.assert_allclose(latents, expected, atol=1e-5)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_any_partition_equals_one_shot(stereo: Encoder, blocks: list[int], seed: int) -> None:
    audio = noise(sum(blocks) * HOP, 2, seed)
    stereo.reset()
    pieces = np.split(audio, np.cumsum(blocks)[:-1] * HOP)
    streamed = np.concatenate([stereo.push(piece) for piece in pieces])
    stereo.reset()
    np.testing.assert_allclose(streamed, stereo.push(audio), rtol=0, atol=1e-5)


def test_results_are_not_overwritten(encoder: Encoder) -> None:
    first = encoder.push(noise(HOP))
    kept = first.copy()
    encoder.push(noise(HOP, seed=1))
    np.testing.assert_array_equal(first, kept)


def test_mono_needs_no_channel_axis(encoder: Encoder) -> None:
    audio = noise(HOP)
    first = encoder.push(audio)
    encoder.reset()
    np.testing.assert_array_equal(encoder.push(audio[:, 0]), first)


def test_a_state_can_be_kept(encoder: Encoder, make_stream: Make) -> None:
    audio = noise(4 * HOP)
    encoder.push(audio[: 2 * HOP])
    state = encoder.state
    rest = encoder.push(audio[2 * HOP :])
    encoder.state = state
    np.testing.assert_array_equal(encoder.push(audio[2 * HOP :]), rest)
    with pytest.raises(StateError):
        encoder.state = StreamDecoder(make_stream()).state


@pytest.fixture
def undisturbed(encoder: Encoder) -> Iterator[Encoder]:
    """A stream that has begun, and goes on afterwards as if nothing had happened."""
    audio = noise(6 * HOP)
    whole = encoder.push(audio)
    encoder.reset()
    first = encoder.push(audio[: 2 * HOP])
    yield encoder
    rest = encoder.push(audio[2 * HOP :])
    np.testing.assert_allclose(np.concatenate([first, rest]), whole, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros((0, 1), np.float32),
        np.zeros((100, 1), np.float32),
        np.zeros((HOP, 2), np.float32),
        np.zeros((1, HOP, 1), np.float32),
        np.full((HOP, 1), np.nan),
        np.full((HOP, 1), np.inf, np.float32),
        np.full((HOP, 1), 1e300),
        np.full((HOP, 1), 3e38, np.float32),  # no latent of it is finite
        [[0.0], [0.0, 1.0]],
        "sound",
        None,
    ],
    ids=lambda audio: f"{getattr(audio, 'shape', audio)}",
)
def test_sound_that_cannot_be_encoded(undisturbed: Encoder, audio: Any) -> None:
    with pytest.raises(AudioError):
        undisturbed.push(audio)


def test_whole_sounds_are_padded_for_what_they_lag(
    encoder: Encoder, stream_artifacts: ModuleType
) -> None:
    sound = Sound.of(noise(1000), 16_000)
    encoder.push(noise(HOP))  # the stream plays no part
    before = encoder.state.values
    latents = encoder.encode(sound)
    steps = -(-(1000 + 2 * 32) // HOP)  # a latency of 32 there and 32 back
    padded = np.zeros((steps * HOP, 1), np.float32)
    padded[:1000] = sound.samples
    expected = stream_artifacts.expected_latents(padded, encoder.info)
    np.testing.assert_allclose(latents, expected, atol=1e-5)
    np.testing.assert_array_equal(encoder.state.values, before)


def test_sounds_of_another_rate_and_other_channels(encoder: Encoder, stereo: Encoder) -> None:
    pytest.importorskip("soxr", reason="soxr is not installed")
    assert len(encoder.encode(Sound.of(noise(3000), 48_000))) == -(-(1000 + 64) // HOP)
    left_right = noise(1000, 2)
    mixed = left_right.mean(axis=1, dtype=np.float32)
    np.testing.assert_array_equal(
        encoder.encode(Sound.of(left_right, 16_000)), encoder.encode(Sound.of(mixed, 16_000))
    )
    doubled = np.stack([mixed, mixed], axis=1)
    np.testing.assert_array_equal(
        stereo.encode(Sound.of(mixed, 16_000)), stereo.encode(Sound.of(doubled, 16_000))
    )


@pytest.mark.parametrize("samples", [np.zeros((0, 1)), [np.nan], [3e38] * 200], ids=str)
def test_whole_sounds_that_cannot_be_encoded(encoder: Encoder, samples: Any) -> None:
    with pytest.raises(AudioError):
        encoder.encode(Sound.of(samples, 16_000))


def test_a_file_of_another_full_scale_is_refused(encoder: Encoder) -> None:
    """What is read of a file is taken as it is, so that its scale is judged here."""
    sound = Sound(noise(1000) * np.float32(32_768), 16_000)
    for use in (encoder.encode, encoder.tape):
        with pytest.raises(AudioError, match="another full scale"):
            use(sound)


def test_a_tape(encoder: Encoder, make_stream: Make) -> None:
    sound = Sound.of(noise(1000), 16_000)
    tape = encoder.tape(sound, source="noise")
    latents = encoder.encode(sound)
    np.testing.assert_array_equal(tape.latents, latents.astype(np.float16))
    assert tape.latents.dtype == np.float32
    assert (tape.sample_rate, tape.hop, tape.stride, tape.samples) == (16_000, 64, 2, 1000)
    assert (tape.latent_space, tape.source) == (encoder.info.latent_space, "noise")
    decoder = StreamDecoder(make_stream())
    assert tape.latent_space == decoder.info.latent_space
    np.testing.assert_array_equal(tape.frames(), decoder.hold(tape.latents))


def test_a_tape_needs_the_stride(make_encoder: Make, stream_artifacts: ModuleType) -> None:
    path = stream_artifacts.described(make_encoder(), stride=0)
    with pytest.raises(ArtifactError, match="how many frames"):
        Encoder(path).tape(Sound.of(noise(1000), 16_000))


def test_a_graph_that_answers_with_another_length(
    make_encoder: Make, stream_artifacts: ModuleType
) -> None:
    path = stream_artifacts.described(make_encoder(), hop=64)
    with pytest.raises(CorruptArtifactError, match=r"gives other shapes.*\(1, 2, 4\).*\(1, 1, 4\)"):
        Encoder(path)


def test_info_repr_and_front_door(make_encoder: Make) -> None:
    path = make_encoder("ear.onnx")
    encoder = musicvae.Encoder(path)
    assert encoder.info == musicvae.inspect(path)
    assert repr(encoder) == (
        "Encoder('ear.onnx': jazz, 128 samples, 16000 Hz, 1 channel(s) -> 4 latents)"
    )


def test_a_long_sound_is_encoded_in_parts_as_at_once(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = encoder
    rate = model.info.sample_rate
    sound = Sound.of(np.random.default_rng(0).uniform(-0.5, 0.5, (rate, 1)), rate)
    at_once = model.encode(sound)
    monkeypatch.setattr(module, "STEPS_AT_ONCE", 7)
    asked: list[int] = []
    run = BoundSession.run

    def counted(self: BoundSession, block: Any, shape: Any) -> Any:
        asked.append(len(block))
        return run(self, block, shape)

    monkeypatch.setattr(BoundSession, "run", counted)
    np.testing.assert_allclose(model.encode(sound), at_once, atol=1e-6)
    assert max(asked) == 7 * model.info.hop
    assert sum(asked) == len(at_once) * model.info.hop
    with pytest.raises(AudioError, match="NaN"):
        model.encode(Sound.of(np.full((rate, 1), np.nan), rate))
    with pytest.raises(AudioError, match=r"musicvae\.Sound\.of"):
        model.encode(np.zeros(rate))  # type: ignore[arg-type]


def test_it_encodes_into_an_array_of_the_caller(make_encoder: Callable[..., Path]) -> None:
    encoder = Encoder(make_encoder())
    sound = np.random.default_rng(0).standard_normal((3 * 128, 1)).astype(np.float32)
    expected = encoder.push(sound)
    encoder.reset()
    out = np.zeros((3, 4), np.float32)
    assert encoder.push(sound, out=out) is out
    np.testing.assert_array_equal(out, expected)
    with pytest.raises(SettingError, match="does not fit into `out`"):
        encoder.push(sound, out=np.zeros((2, 4), np.float32))
