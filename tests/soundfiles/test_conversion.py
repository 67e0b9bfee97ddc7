"""Blocks of any size give the samples that the whole sound gives, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae import audio
from musicvae.audio import AudioSpec, Samples, Sound, read, read_as, resample, to_channels
from musicvae.data import decode as decoding
from musicvae.data.decode import TrackDecoder, decode
from musicvae.errors import AudioError
from musicvae.soundfiles import conversion, reader
from musicvae.soundfiles.conversion import beginning, gathered, resampled
from musicvae.soundfiles.reader import Reader


def noise(samples: int, channels: int = 2, offset: float = 0.0) -> Samples:
    random = np.random.default_rng(samples)
    return random.uniform(offset - 0.3, offset + 0.3, (samples, channels)).astype(np.float32)


def cut(samples: Samples, size: int) -> Iterator[Samples]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


@pytest.mark.parametrize("size", [100, 4_096, 1_000_000])
@pytest.mark.parametrize(
    ("have", "want"), [(44_100, 22_050), (48_000, 22_050), (8_000, 44_100), (22_050, 22_050)]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_rate_is_changed_in_blocks_as_at_once(
    have: int, want: int, size: int, channels: int
) -> None:
    soxr = pytest.importorskip("soxr", reason="soxr is not installed")
    sound = noise(20_001, channels)
    blocks = gathered(resampled(cut(sound, size), have, want), channels)
    np.testing.assert_array_equal(blocks, soxr.resample(sound, have, want))
    np.testing.assert_array_equal(resample(Sound(sound, have), want).samples, blocks)


def test_nothing_stays_nothing() -> None:
    assert resample(Sound.of(np.zeros((0, 2)), 8_000), 16_000).samples.shape == (0, 2)
    assert gathered([], 3, 1_000).shape == (0, 3)


@pytest.mark.parametrize("expected", [None, 0, 3, 1_000, 10_000])
def test_blocks_become_a_whole_whatever_was_expected(expected: int | None) -> None:
    sound = noise(1_000)
    np.testing.assert_array_equal(gathered(cut(sound, 64), 2, expected), sound)
    np.testing.assert_array_equal(gathered(beginning(cut(sound, 64), 100), 2), sound[:100])


def test_a_sound_that_does_not_fit_the_memory_is_refused_while_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversion, "MOST_BYTES", 8_000)
    assert len(gathered(cut(noise(1_000), 64), 2, 2**62)) == 1_000
    asked: list[int] = []

    def endless() -> Iterator[Samples]:
        while True:
            asked.append(1)
            yield noise(100)

    with pytest.raises(AudioError, match="too long"):
        gathered(endless(), 2)
    assert len(asked) == 11


@pytest.mark.parametrize("rate", [1, 999, 768_001])
def test_a_rate_that_no_recording_has_is_not_resampled(rate: int) -> None:
    with pytest.raises(AudioError, match=f"claims a sample rate of {rate} Hz"):
        resample(Sound.of(noise(10), rate), 22_050)


@pytest.mark.parametrize(
    ("offset", "gain", "spec"),
    [
        (0.0, 1.0, AudioSpec(16_000)),
        (0.0, 1.0, AudioSpec(22_050, 2)),
        (0.4, 1.0, AudioSpec(16_000)),
        (0.0, 300.0, AudioSpec(16_000, 2)),
    ],
)
def test_a_track_that_is_decoded_twice_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offset: float, gain: float, spec: AudioSpec
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(50_000, offset=offset) * gain, 22_050, "FLOAT")
    once = decode(path, spec)
    monkeypatch.setattr(decoding, "KEPT", 0)
    monkeypatch.setattr(reader, "BLOCK", 999)
    twice = decode(path, spec)
    np.testing.assert_array_equal(once.samples, twice.samples)
    assert once.notes == twice.notes


def test_a_long_track_is_never_in_memory_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(80_000), 8_000)
    monkeypatch.setattr(decoding, "KEPT", 40_000)
    monkeypatch.setattr(reader, "BLOCK", 4_000)
    given: list[int] = []
    blocks = Reader.blocks

    def counted(self: Reader) -> Iterator[Samples]:
        for block in blocks(self):
            given.append(block.size)
            yield block

    monkeypatch.setattr(Reader, "blocks", counted)
    track = TrackDecoder(path, AudioSpec(4_000))
    assert max(given) <= 4_000
    sizes = [len(block) for block in track.blocks()]
    assert sum(sizes) == track.samples == 40_000
    assert max(sizes) < 4_000
    assert sum(given) == 2 * 160_000  # decoded twice, and nothing kept


@pytest.mark.parametrize(("channels", "wanted"), [(1, 1), (2, 1), (6, 1), (2, None), (1, 2)])
def test_a_file_is_read_as_a_model_needs_it(
    tmp_path: Path, channels: int, wanted: int | None
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(50_000, channels), 22_050, "FLOAT")
    sound, notes = read_as(path, 16_000, wanted)
    expected = to_channels(resample(read(path), 16_000).samples, wanted or channels)
    np.testing.assert_array_equal(sound.samples, expected)
    assert (sound.sample_rate, notes) == (16_000, ())


def test_a_file_of_too_many_channels_is_read_in_small_blocks(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", noise(9_000, 200), 8_000)
    assert audio.read(tmp_path / "a.wav").samples.shape == (9_000, 200)
    assert max(len(block) for block in Reader(tmp_path / "a.wav").blocks()) == 2**20 // 200
