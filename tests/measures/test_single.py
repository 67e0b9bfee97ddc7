"""Measures of single sounds, on signals whose figures are known beforehand."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from musicvae import measures
from musicvae.audio import Sound, read, resample
from musicvae.errors import AudioError

RATE = 22_050


def sine(frequency: float, rate: int = RATE, seconds: float = 2.0, amplitude: float = 0.5) -> Sound:
    time = np.arange(round(rate * seconds)) / rate
    return Sound.of(amplitude * np.sin(2 * np.pi * frequency * time), rate)


def noise(seconds: float = 2.0, rate: int = RATE, amplitude: float = 0.1, seed: int = 0) -> Sound:
    values = np.random.default_rng(seed).standard_normal(round(rate * seconds))
    return Sound.of(amplitude * values, rate)


def silence(seconds: float = 1.0) -> Sound:
    return Sound.of(np.zeros(round(RATE * seconds)), RATE)


def test_level_and_peak_of_a_full_sine() -> None:
    full = sine(441, amplitude=1.0)
    assert measures.level(full) == pytest.approx(-3.01, abs=0.01)
    assert measures.peak(full) == pytest.approx(0.0, abs=0.02)


def test_half_the_amplitude_is_six_decibels_less() -> None:
    louder, softer = noise(amplitude=0.2), noise(amplitude=0.1)
    assert measures.level(louder) - measures.level(softer) == pytest.approx(6.02, abs=0.01)


def test_level_counts_every_channel_even_of_opposite_phase() -> None:
    one = sine(441, amplitude=1.0).samples
    assert measures.level(Sound.of(np.hstack([one, -one]), RATE)) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_bandwidth_and_centroid_of_a_tone_are_its_frequency(rate: int) -> None:
    tone = sine(1_000, rate)
    assert measures.bandwidth(tone) == pytest.approx(1_000, abs=15)
    assert measures.centroid(tone) == pytest.approx(1_000, abs=25)


def test_white_noise_fills_the_band_and_is_flat() -> None:
    assert measures.bandwidth(noise()) == pytest.approx(0.99 * RATE / 2, rel=0.01)
    assert measures.centroid(noise()) == pytest.approx(RATE / 4, rel=0.02)
    # exp(-Euler's gamma) = 0.561: the flatness of exponentially distributed power.
    assert measures.spectral_flatness(noise()) == pytest.approx(0.561, abs=0.02)
    assert measures.spectral_flatness(sine(1_000)) < 0.01


def test_a_recording_at_3_khz_keeps_its_bandwidth_after_resampling() -> None:
    dull = resample(noise(rate=3_000), RATE)
    assert 1_200 < measures.bandwidth(dull) <= 1_500


def test_music_at_3_khz_is_told_from_music(shared_data: Path) -> None:
    music = read(shared_data / "genres" / "jazz" / "jazz.00003.ogg")
    dull = resample(resample(music, 3_000), RATE)
    assert measures.bandwidth(dull) <= 1_500 < 2_500 < measures.bandwidth(music)
    assert measures.centroid(dull) < measures.centroid(music)


def test_onset_rate_counts_notes() -> None:
    notes = np.zeros(4 * RATE)
    decay = np.exp(-np.arange(RATE // 4) / 800) * sine(440, seconds=0.25).samples[: RATE // 4, 0]
    for start in range(RATE // 4, 4 * RATE - RATE // 4, RATE // 2):  # two a second
        notes[start : start + RATE // 4] += decay
    assert measures.onset_rate(Sound.of(notes, RATE)) == pytest.approx(2.0, abs=0.3)


@pytest.mark.parametrize("clean", [sine(220), sine(3_000), noise(), silence()])
def test_clean_signals_have_no_clicks(clean: Sound) -> None:
    assert measures.clicks(clean) == 0


@pytest.mark.parametrize("channel", [0, 1])
def test_every_jump_is_one_click(channel: int) -> None:
    broken = np.hstack([sine(220).samples, sine(330).samples])
    for place in (5_000, 12_000, 30_000):
        broken[place:, channel] *= -1  # the wave turns over mid-swing
        broken[place:, channel] += 0.1
    assert measures.clicks(Sound.of(broken, RATE)) == 3


def test_one_wrong_sample_is_a_click() -> None:
    tick = sine(220)
    tick.samples[10_000] += 0.1
    assert measures.clicks(tick) == 1


def test_music_has_hardly_any_clicks(shared_data: Path) -> None:
    for number in range(3):
        music = read(shared_data / "genres" / "jazz" / f"jazz.0000{number}.ogg")
        assert measures.clicks(music) <= 1


def test_silence_has_finite_figures() -> None:
    figures = measures.describe(silence())
    assert figures.level == figures.peak == -144.5
    assert figures.bandwidth == figures.centroid == figures.spectral_flatness == 0
    assert figures.onset_rate == figures.clicks == 0


def test_describe_holds_what_the_functions_say() -> None:
    sound = noise(seconds=1)
    figures = measures.describe(sound)
    assert figures.seconds == 1
    for name in ("level", "peak", "bandwidth", "centroid", "spectral_flatness", "onset_rate"):
        assert getattr(figures, name) == getattr(measures, name)(sound)


@pytest.mark.parametrize("length", [1, 7, 300])
def test_very_short_sounds_can_be_measured(length: int) -> None:
    assert np.isfinite(
        list(vars(measures.describe(Sound.of(np.ones(length) / 2, RATE))).values())
    ).all()


@pytest.mark.parametrize("samples", [np.zeros((0, 1)), [0.0, np.nan], [np.inf, 0.0]])
def test_what_cannot_be_measured_is_refused(samples: ArrayLike) -> None:
    with pytest.raises(AudioError, match="measure"):
        measures.describe(Sound.of(samples, RATE))
