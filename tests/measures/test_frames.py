"""Attributes at each step, on signals whose attributes are known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae import measures
from musicvae.audio import Sound, read
from musicvae.errors import AudioError, SettingError
from musicvae.measures.frames import FLOOR_DBFS, UNITS, frame_attributes
from musicvae.measures.onsets import onset_density
from musicvae.measures.smoothing import hann, smooth

RATE = 22_050
HOP = 512


def sine(frequency: float, rate: int = RATE, seconds: float = 2.0, amplitude: float = 1.0) -> Sound:
    time = np.arange(round(rate * seconds)) / rate
    return Sound.of(amplitude * np.sin(2 * np.pi * frequency * time), rate)


def noise(seconds: float = 3.0, rate: int = RATE, amplitude: float = 0.1) -> Sound:
    values = np.random.default_rng(0).standard_normal(round(rate * seconds))
    return Sound.of(amplitude * values, rate)


def notes(times: list[float], seconds: float, pitch: float = 330.0, rate: int = RATE) -> Sound:
    """Plucked notes, on a floor of noise at -80 dBFS."""
    samples = 1e-4 * np.random.default_rng(1).standard_normal(round(seconds * rate))
    since = np.arange(rate) / rate
    pluck = sum(np.sin(2 * np.pi * pitch * n * since) / n**1.5 for n in range(1, 8))
    pluck *= 0.2 * np.exp(-since / 0.15)
    for time in times:
        place = round(time * rate)
        samples[place : place + rate] += pluck[: len(samples) - place]
    return Sound.of(samples, rate)


def test_every_attribute_has_one_value_for_each_step() -> None:
    for length in (1, HOP - 1, HOP, HOP + 1, 10 * HOP, 3 * RATE + 7):
        curves = frame_attributes(Sound.of(np.full(length, 0.1), RATE), HOP)
        assert list(curves) == [name for name in UNITS if name != "width"]
        for curve in curves.values():
            assert curve.shape == (-(-length // HOP),)
            assert curve.dtype == np.float32
            assert np.isfinite(curve).all()


def test_loudness_of_a_full_sine_is_the_same_everywhere() -> None:
    for rate, hop in ((8_000, 186), (RATE, HOP), (44_100, 1_024), (48_000, 5_000)):
        loudness = frame_attributes(sine(440, rate), hop)["loudness"]
        np.testing.assert_allclose(loudness, -3.01, atol=0.1)


def test_loudness_counts_every_channel() -> None:
    one = sine(440).samples
    both = Sound.of(np.hstack([one, -one]), RATE)
    np.testing.assert_allclose(frame_attributes(both, HOP)["loudness"], -3.01, atol=0.1)
    half = Sound.of(np.hstack([one, 0 * one]), RATE)
    np.testing.assert_allclose(frame_attributes(half, HOP)["loudness"], -6.02, atol=0.1)


def test_steps_lie_where_their_samples_do() -> None:
    samples = np.zeros(40 * HOP)
    samples[20 * HOP : 21 * HOP] = 0.5  # step 20 and nothing else
    loudness = frame_attributes(Sound.of(samples, RATE), HOP)["loudness"]
    assert loudness.argmax() == 20
    np.testing.assert_allclose(loudness[15:20], loudness[21:26][::-1], atol=0.3)
    assert loudness[[16, 24]].max() < -40
    bright = sine(500).samples
    bright[RATE:] = sine(5_000).samples[RATE:]
    curve = frame_attributes(Sound.of(bright, RATE), HOP)["brightness"]
    assert np.flatnonzero(curve > 2_750)[0] + 0.5 == pytest.approx(RATE / HOP, abs=1)


def test_silence_has_a_loudness_and_nothing_else() -> None:
    for quiet in (np.zeros(RATE), noise(1.0, amplitude=1e-5).samples):
        curves = frame_attributes(Sound.of(quiet, RATE), HOP)
        np.testing.assert_array_equal(curves["loudness"], FLOOR_DBFS)
        assert np.isnan(curves["brightness"]).all()
        assert np.isnan(curves["noisiness"]).all()
        assert np.isnan(curves["bass"]).all()
        assert not curves["onsets"].any()
    broken = noise(2.0).samples
    broken[: RATE - 2_048] = 0
    brightness = frame_attributes(Sound.of(broken, RATE), HOP)["brightness"]
    assert np.isnan(brightness[:30]).all()
    assert np.isfinite(brightness[45:]).all()


@pytest.mark.parametrize("rate", [8_000, RATE, 48_000])
def test_brightness_of_a_tone_is_its_frequency(rate: int) -> None:
    curve = frame_attributes(sine(1_000, rate), rate // 43)["brightness"]
    np.testing.assert_allclose(curve[5:-5], 1_000, rtol=0.03)


def test_brightness_and_noisiness_of_noise_are_known() -> None:
    for amplitude in (1e-3, 0.5):  # whatever its level
        curves = frame_attributes(noise(amplitude=amplitude), HOP)
        assert curves["brightness"].mean() == pytest.approx(RATE / 4, rel=0.02)
        # 10 lg exp(-Euler's gamma) = -2.51: the flatness of exponentially distributed power.
        assert curves["noisiness"].mean() == pytest.approx(-2.51, abs=0.1)


def test_more_noise_is_noisier_in_equal_steps() -> None:
    tone, hiss = sine(440, amplitude=0.3).samples, noise(2.0, amplitude=1).samples
    values = [
        float(np.mean(frame_attributes(Sound.of(tone + level * hiss, RATE), HOP)["noisiness"]))
        for level in (1e-3, 1e-2, 1e-1)
    ]
    assert values == sorted(values)
    assert -62 < np.mean(frame_attributes(Sound.of(tone, RATE), HOP)["noisiness"]) < -50
    steps = np.diff(values)
    assert steps.min() > 10
    assert steps.max() < 1.6 * steps.min()


@pytest.mark.parametrize("rate", [16_000, RATE, 44_100])
def test_bass_is_what_lies_below_200_hz_against_the_rest(rate: int) -> None:
    for deep, high, ratio in ((0.1, 0.1, 0), (0.3, 0.03, 20), (0.003, 0.3, -40)):
        both = sine(100, rate, amplitude=deep).samples + sine(1_000, rate, amplitude=high).samples
        bass = frame_attributes(Sound.of(both, rate), rate // 43)["bass"]
        np.testing.assert_allclose(bass[5:-5], ratio, atol=0.5)
    for frequency, end in ((100, 60), (1_000, -60)):
        bass = frame_attributes(sine(frequency, rate), rate // 43)["bass"]
        np.testing.assert_allclose(bass[5:-5], end, atol=3)


def test_only_a_stereo_sound_has_a_width() -> None:
    both = np.hstack([noise().samples, np.roll(noise().samples, 100)])
    assert list(frame_attributes(Sound.of(both, RATE), HOP)) == list(UNITS)


@pytest.mark.parametrize(("rate", "per_second"), [(RATE, 2), (RATE, 5), (44_100, 4), (16_000, 4)])
def test_onsets_are_counted(rate: int, per_second: int) -> None:
    times = [n / per_second for n in range(1, 6 * per_second)]
    onsets = frame_attributes(notes(times, 6.0, rate=rate), rate // 43)["onsets"]
    middle = onsets[43 * 2 : 43 * 4]
    assert middle.mean() == pytest.approx(per_second, rel=0.15)


def test_onset_density_follows_the_music() -> None:
    slow, fast = [1.0, 2.0, 3.0], [4 + n / 6 for n in range(18)]
    times, density = onset_density(notes(slow + fast, 8.0))
    assert density[np.searchsorted(times, 2.0)] == pytest.approx(1, abs=0.5)
    assert density[np.searchsorted(times, 5.5)] == pytest.approx(6, abs=1)
    # Loud things elsewhere change nothing here.
    louder = notes(slow + fast, 8.0).samples
    louder[round(4.5 * RATE) :] *= 20
    _, again = onset_density(Sound.of(louder, RATE))
    np.testing.assert_allclose(again[: 3 * RATE // 256], density[: 3 * RATE // 256], atol=1e-3)


@pytest.mark.parametrize("steady", [sine(100), sine(3_000), noise()])
def test_steady_sounds_have_hardly_any_onsets(steady: Sound) -> None:
    assert frame_attributes(steady, HOP)["onsets"].mean() < 1.2


def test_attributes_agree_with_the_measures_of_whole_sounds(shared_data: Path) -> None:
    for genre in ("jazz", "metal"):
        music = read(shared_data / "genres" / genre / f"{genre}.00002.ogg")
        curves = frame_attributes(music, HOP)
        power = np.mean(10 ** (curves["loudness"] / 10))
        assert 10 * np.log10(power) == pytest.approx(measures.level(music), abs=0.2)
        assert np.nanmean(curves["brightness"]) == pytest.approx(measures.centroid(music), rel=0.05)
        assert curves["onsets"].mean() == pytest.approx(measures.onset_rate(music), rel=0.5)


def test_the_hop_does_not_change_the_figures() -> None:
    sound = notes([0.5 + n / 3 for n in range(15)], 6.0)
    coarse, fine = frame_attributes(sound, 1_024), frame_attributes(sound, 256)
    for name in coarse:
        assert np.nanmean(coarse[name]) == pytest.approx(np.nanmean(fine[name]), rel=0.05)


def test_a_long_sound_is_measured_in_blocks_without_seams() -> None:
    long = noise(40.0)
    whole = frame_attributes(long, HOP)
    part = frame_attributes(Sound.of(long.samples[500 * HOP :], RATE), HOP)
    for name in whole:
        np.testing.assert_allclose(part[name][60:-60], whole[name][560:-60], rtol=1e-4, atol=1e-4)


def test_smoothing_keeps_constants_and_centres() -> None:
    window = hann(9.0)
    assert len(window) == 17
    assert window[8] == 1
    assert window[8 - 4] > 0.5 > window[8 - 5]
    np.testing.assert_allclose(smooth(np.full((40, 3), 7.0), window), 7)
    impulse = np.zeros(40)
    impulse[20] = 1
    assert smooth(impulse, window).argmax() == 20
    assert smooth(impulse, window).sum() == pytest.approx(1)
    np.testing.assert_array_equal(smooth(impulse, hann(1.0)), impulse)
    assert smooth(np.ones((2, 1)), hann(43.0)).shape == (2, 1)  # shorter than the window


@pytest.mark.parametrize("hop", [0, -5, 2.5, True, None])
def test_a_bad_hop_is_refused(hop: object) -> None:
    with pytest.raises(SettingError, match="hop"):
        frame_attributes(noise(0.1), hop)  # type: ignore[arg-type]


def test_empty_and_broken_sounds_are_refused() -> None:
    for bad in (np.zeros((0, 1)), [np.nan, 0.0]):
        with pytest.raises(AudioError, match="measure"):
            frame_attributes(Sound.of(bad, RATE), HOP)
        with pytest.raises(AudioError, match="measure"):
            onset_density(Sound.of(bad, RATE))
