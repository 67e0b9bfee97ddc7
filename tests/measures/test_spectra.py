"""Spectra of sounds whose spectrum is known."""

import sys

import numpy as np
import pytest
from numpy.typing import ArrayLike

from musicvae import measures
from musicvae.audio import Sound
from musicvae.errors import AudioError, MissingExtraError
from musicvae.measures import spectra

RATE = 22_050


def noise(seconds: float = 2.0, amplitude: float = 0.1, seed: int = 0) -> Sound:
    values = np.random.default_rng(seed).standard_normal(round(RATE * seconds))
    return Sound.of(amplitude * values, RATE)


def test_log_mel_has_the_stated_shape_and_floor() -> None:
    assert measures.log_mel(noise(1.0)).shape == (1 + RATE // 512, 80)
    assert measures.log_mel(noise(1.0)).dtype == np.float32
    floor = measures.log_mel(Sound.of(np.zeros(RATE), RATE))
    np.testing.assert_allclose(floor, np.log(1e-3), rtol=1e-6)


def test_log_mel_of_a_tone_is_highest_in_its_band() -> None:
    tone = Sound.of(np.sin(2 * np.pi * 1_000 * np.arange(RATE) / RATE), RATE)
    # The range is 49.9 mel (Slaney), so bands lie 0.616 mel apart and 1 000 Hz, 15 mel, is 24.3
    # steps up; the first band's centre is one step up.
    assert np.median(measures.log_mel(tone).argmax(axis=1)) == pytest.approx(23.3, abs=0.7)


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_power_lies_at_the_frequency_of_a_tone(rate: int) -> None:
    tone = Sound.of(np.sin(2 * np.pi * 1_000 * np.arange(2 * rate) / rate), rate)
    frequencies, power = spectra.power_spectrogram(tone)
    size = 2 * (len(frequencies) - 1)
    assert size == 2 ** round(np.log2(rate * 2048 / RATE))
    assert power.shape == (1 + size // 2, 1 + 2 * rate // (size // 4))
    assert frequencies.dtype == power.dtype == np.float64
    assert frequencies[power.sum(axis=1).argmax()] == pytest.approx(1_000, abs=rate / size)


@pytest.mark.parametrize("samples", [1, 500, 5_000])
def test_magnitudes_of_sounds_of_any_length(samples: int) -> None:
    found = spectra.magnitude(np.ones(samples, np.float32), 512, 128, 256)
    assert found.shape == (257, 1 + samples // 128)
    assert found.dtype == np.float32


def test_onsets_are_strong_where_a_sound_begins() -> None:
    silent_then_loud = np.concatenate([np.zeros(RATE), noise(1.0).mono()])
    strength = spectra.onset_strength(Sound.of(silent_then_loud, RATE))
    assert strength.argmax() == pytest.approx(RATE / spectra.MEL_HOP, abs=3)


def test_sounds_are_compared_as_mono_at_one_rate() -> None:
    stereo = Sound.of(np.stack([np.ones(44_100), -np.ones(44_100)], axis=1), 44_100)
    found = spectra.comparable(stereo)
    assert found.shape == (RATE,)
    np.testing.assert_array_equal(found, 0)


@pytest.mark.parametrize("samples", [np.zeros((0, 1)), [0.0, np.inf]])
def test_what_cannot_be_measured_is_refused(samples: ArrayLike) -> None:
    with pytest.raises(AudioError, match="measure"):
        spectra.usable(Sound.of(samples, RATE))


def test_without_librosa_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(MissingExtraError, match=r"musicvae\[measure\]"):
        measures.log_mel(noise())
