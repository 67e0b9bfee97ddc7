"""Sounds in memory and on disk."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.audio import AudioSpec, Sound, Sounds, crossfade, read, resample, to_channels, write
from musicvae.errors import AudioError, SettingError
from musicvae.live.channels import spread

RATE = 16_000


def tone(seconds: float = 0.25, channels: int = 1, level: float = 0.5, hz: float = 440) -> Sound:
    time = np.arange(int(seconds * RATE)) / RATE
    sides = [level * np.sin(2 * np.pi * hz * time + side) for side in range(channels)]
    return Sound.of(np.stack(sides, axis=1), RATE)


@pytest.mark.parametrize("rate", [0, 999, 192_001, -22_050])
def test_a_rate_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(SettingError, match="a whole number from 1000 to 192000"):
        AudioSpec(rate)


def test_only_mono_and_stereo() -> None:
    assert AudioSpec(RATE, 2).channels == 2
    with pytest.raises(SettingError, match="a whole number from 1 to 2"):
        AudioSpec(RATE, 6)


def test_a_sound_is_float32_samples_by_channels() -> None:
    sound = Sound.of([0.0, 0.5, -0.5], 3)
    assert (sound.samples.shape, sound.samples.dtype) == ((3, 1), np.dtype(np.float32))
    assert (sound.channels, sound.seconds) == (1, 1.0)
    with pytest.raises(AudioError, match=r"shape \(1, 2, 3\)"):
        Sound.of(np.zeros((1, 2, 3)), RATE)


def test_mono_is_the_mean_of_the_channels() -> None:
    sound = Sound.of([[1.0, 0.0], [0.5, -0.5]], RATE)
    np.testing.assert_array_equal(sound.mono(), np.array([0.5, 0.0], np.float32))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("ending", "error"), [("wav", 2e-7), ("flac", 2e-7), ("au", 2e-7), ("WAV", 2e-7), ("ogg", 0.05)]
)
def test_written_sounds_read_back(tmp_path: Path, ending: str, error: float, channels: int) -> None:
    sound = tone(channels=channels)
    path = write(tmp_path / f"take.{ending}", sound)
    back = read(path)
    assert (back.sample_rate, back.samples.shape) == (RATE, sound.samples.shape)
    assert np.abs(back.samples - sound.samples).max() <= error
    assert list(tmp_path.iterdir()) == [path]


def test_float_wav_is_exact(tmp_path: Path) -> None:
    path = tone().write(tmp_path / "take.wav")
    write(path, tone(), subtype="FLOAT")
    np.testing.assert_array_equal(read(path).samples, tone().samples)


def test_what_is_beyond_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    back = read(write(tmp_path / "loud.wav", Sound.of([2.0, -2.0, 0.5], RATE))).samples[:, 0]
    np.testing.assert_allclose(back, [1, -1, 0.5], atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_numbers_are_refused(tmp_path: Path, value: float) -> None:
    with pytest.raises(AudioError, match="NaN or infinite"):
        write(tmp_path / "bad.wav", Sound.of([0.0, value], RATE))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["take", "take.mid", "take.raw", "take.mp3x"])
def test_an_unknown_ending_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match=r"\.wav or \.flac or \.ogg or \.au"):
        write(tmp_path / name, tone())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "subtype"), [("a.flac", "FLOAT"), ("a.wav", "PCM_99")])
def test_a_format_that_cannot_hold_it_leaves_no_file(
    tmp_path: Path, name: str, subtype: str
) -> None:
    with pytest.raises(AudioError, match="cannot write 'a"):
        write(tmp_path / name, tone(), subtype=subtype)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"RIFF", b"this is text, not sound" * 40])
def test_what_is_no_sound_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"cannot read 'odd\.wav' as sound"):
        read(path)


def test_reading_a_folder_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="is a folder"):
        read(tmp_path)


def test_the_content_decides_not_the_ending(tmp_path: Path) -> None:
    path = tmp_path / "really_flac.wav"
    soundfile.write(path, tone().samples, RATE, format="FLAC")
    assert read(path).samples.shape == (4_000, 1)


def test_resampling_keeps_the_tone_and_the_length() -> None:
    pytest.importorskip("soxr", reason="soxr is not installed")
    sound = tone(seconds=1, channels=2)
    half = resample(sound, RATE // 2)
    assert half.samples.shape == (RATE // 2, 2)
    spectrum = np.abs(np.fft.rfft(half.mono()))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert np.sqrt((half.samples**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert resample(sound, RATE) is sound


def test_resampling_lets_nothing_fold_back() -> None:
    pytest.importorskip("soxr", reason="soxr is not installed")
    above = resample(tone(seconds=1, hz=6_000), RATE // 2)
    assert np.abs(above.samples[500:-500]).max() < 1e-3


@pytest.mark.parametrize(
    ("have", "want", "taken"), [(1, 2, [0, 0]), (6, 2, [0, 1]), (2, 4, [0, 1, 0, 1])]
)
def test_channels_are_taken_in_turn(have: int, want: int, taken: list[int]) -> None:
    samples = tone(channels=have).samples
    np.testing.assert_array_equal(to_channels(samples, want), samples[:, taken])


@pytest.mark.parametrize("have", [2, 6])
def test_one_channel_is_the_mean_of_several(have: int) -> None:
    sound = tone(channels=have)
    mono = to_channels(sound.samples, 1)
    assert (mono.shape, mono.dtype) == ((len(sound.samples), 1), np.dtype(np.float32))
    np.testing.assert_array_equal(mono[:, 0], sound.mono())


@pytest.mark.parametrize(("have", "want"), [(1, 2), (6, 2), (2, 1), (6, 1), (2, 4), (2, 2)])
def test_channels_become_what_the_engine_makes_of_them(have: int, want: int) -> None:
    samples = tone(channels=have).samples
    out = np.empty((len(samples), want), np.float32)
    spread(samples, out)
    np.testing.assert_allclose(to_channels(samples, want), out, atol=1e-7)


def test_as_many_channels_are_the_very_array() -> None:
    samples = tone(channels=2).samples
    assert to_channels(samples, 2) is samples


@pytest.mark.parametrize("overlap", [0, 1, 100, 200])
def test_crossfading_a_constant_keeps_its_level(overlap: int) -> None:
    ones = np.ones((200, 2), np.float32)
    joined = crossfade([ones, ones, ones], overlap)
    assert (joined.shape, joined.dtype) == ((600 - 2 * overlap, 2), np.dtype(np.float32))
    np.testing.assert_allclose(joined, 1, atol=1e-6)
    np.testing.assert_array_equal(ones, 1)


def test_crossfading_goes_from_one_to_the_other() -> None:
    low, high = np.zeros((50, 1), np.float32), np.ones((40, 1), np.float32)
    joined = crossfade(iter([low, high]), 10)[:, 0]
    assert len(joined) == 80
    assert (joined[:40] == 0).all()
    assert (joined[50:] == 1).all()
    np.testing.assert_allclose(np.diff(joined[40:50]), 0.1, atol=1e-6)


@pytest.mark.parametrize(("lengths", "overlap"), [([], 0), ([5], -1), ([9, 4], 5)])
def test_what_cannot_be_joined_is_refused(lengths: list[int], overlap: int) -> None:
    with pytest.raises(AudioError, match="cannot be joined"):
        crossfade([np.zeros((length, 1), np.float32) for length in lengths], overlap)


def test_a_notebook_shows_a_player_for_each_sound() -> None:
    html = Sounds([tone(), tone(channels=2)])._repr_html_()
    assert html.count("<audio controls") == 2
    data = html.split("base64,")[1].split('"')[0]
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(data)))
    assert (len(samples), rate) == (4_000, RATE)


def test_sounds_are_written_under_numbers(tmp_path: Path) -> None:
    paths = Sounds([tone(), tone()]).write(tmp_path / "new", stem="jazz")
    assert [path.name for path in paths] == ["jazz-01.wav", "jazz-02.wav"]
    assert all(read(path).seconds == 0.25 for path in paths)


def test_the_corpus_reads(shared_data: Path) -> None:
    sound = read(shared_data / "genres" / "jazz" / "jazz.00000.ogg")
    assert (sound.sample_rate, sound.channels) == (22_050, 1)
    assert 29 < sound.seconds < 31


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_so_much_of_a_sound_cannot_be_read(tmp_path: Path, seconds: float) -> None:
    path = write(tmp_path / "a.wav", tone(seconds=1))
    with pytest.raises(AudioError, match="seconds from 0 on"):
        read(path, seconds)
