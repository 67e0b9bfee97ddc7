from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.audio import AudioSpec
from musicvae.data.decode import decode
from musicvae.errors import AudioError


def tone(seconds: float = 2.0, rate: int = 22_050) -> np.ndarray:
    return (0.1 * np.sin(np.arange(round(seconds * rate)) / 20)).astype(np.float32)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of audioread, which librosa asks
@pytest.mark.parametrize("target", [3_000, 16_000, 22_050, 44_100])
@pytest.mark.parametrize(("rate", "channels"), [(22_050, 1), (44_100, 2)])
def test_the_samples_are_those_of_librosa(
    make_sound: Callable[..., Path], tmp_path: Path, target: int, rate: int, channels: int
) -> None:
    import librosa

    path = make_sound(tmp_path / "a.wav", seconds=3.01, rate=rate, channels=channels)
    expected, _ = librosa.load(path, sr=target)
    found = decode(path, AudioSpec(target)).samples
    np.testing.assert_array_equal(found[:, 0], expected)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous


def test_mono_becomes_stereo_by_copying(make_sound: Callable[..., Path], tmp_path: Path) -> None:
    found = decode(make_sound(tmp_path / "a.wav"), AudioSpec(16_000, 2)).samples
    assert found.shape == (32_000, 2)
    np.testing.assert_array_equal(found[:, 0], found[:, 1])


def test_stereo_stays_stereo(make_sound: Callable[..., Path], tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.wav", channels=2)
    found = decode(path, AudioSpec(22_050, 2)).samples
    np.testing.assert_array_equal(found, soundfile.read(path, dtype="float32")[0])


def test_the_louder_of_two_that_cancel(tmp_path: Path) -> None:
    left = tone()
    soundfile.write(tmp_path / "a.wav", np.stack([left, -1.1 * left], 1), 22_050, "FLOAT")
    found = decode(tmp_path / "a.wav", AudioSpec(22_050))
    assert found.notes == ("channels cancel: right used",)
    np.testing.assert_array_equal(found.samples[:, 0], np.float32(-1.1) * left)


def test_six_channels(tmp_path: Path) -> None:
    six = np.stack([tone() * (n + 1) / 6 for n in range(6)], 1)
    soundfile.write(tmp_path / "a.wav", six, 22_050, "FLOAT")
    stereo = decode(tmp_path / "a.wav", AudioSpec(22_050, 2))
    assert stereo.notes == ("channels 1 and 2 of 6 used",)
    np.testing.assert_array_equal(stereo.samples, six[:, :2])
    mono = decode(tmp_path / "a.wav", AudioSpec(22_050))
    np.testing.assert_allclose(mono.samples[:, 0], six.mean(1), atol=1e-7)


def test_another_scale(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone() * 327_680, 22_050, "FLOAT")
    found = decode(tmp_path / "a.wav", AudioSpec(22_050))
    assert np.abs(found.samples).max() == 1
    assert found.notes[0].startswith("scaled down from a peak of 327")


def test_overshoot_is_left_alone(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone() * 15, 22_050, "FLOAT")
    assert np.abs(decode(tmp_path / "a.wav", AudioSpec(22_050)).samples).max() > 1.4


@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_a_file_that_breaks_off(
    make_sound: Callable[..., Path], tmp_path: Path, suffix: str
) -> None:
    path = make_sound(tmp_path / f"a.{suffix}", seconds=8)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    found = decode(path, AudioSpec(22_050))
    assert 2 <= len(found.samples) / 22_050 < 6
    assert found.notes[0].startswith("shorter than its header says: broken off after ")


def test_a_lying_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 22_050)
    data = bytearray(path.read_bytes())
    data[24:28] = struct.pack("<I", 1)
    path.write_bytes(data)
    with pytest.raises(AudioError, match="claims a sample rate of 1 Hz"):
        decode(path, AudioSpec(22_050))


def test_an_offset_and_nothing_else_is_silent(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(44_100, 0.5), 22_050)
    with pytest.raises(AudioError, match="silent"):
        decode(tmp_path / "a.wav", AudioSpec(22_050))


@pytest.mark.parametrize("channels", [1, 2])
def test_samples_whose_squares_are_not_finite_are_refused(tmp_path: Path, channels: int) -> None:
    loud = np.stack([tone()] * channels, 1)
    loud[7, 0] = 1e30
    soundfile.write(tmp_path / "a.wav", loud, 22_050, "FLOAT")
    with pytest.raises(AudioError, match=r"1 samples are above 1e\+12"):
        decode(tmp_path / "a.wav", AudioSpec(22_050))


def test_samples_on_the_scale_of_integers_are_scaled(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone() * 2.0**31, 22_050, "FLOAT")
    assert np.abs(decode(tmp_path / "a.wav", AudioSpec(22_050)).samples).max() <= 1
