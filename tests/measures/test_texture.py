"""Texture, on sounds of which it is known how they fluctuate."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures import (
    log_mel_distance,
    roughness_difference,
    texture,
    texture_distance,
)
from musicvae.measures.spectra import COMPARISON_RATE as RATE
from musicvae.measures.spectra import librosa
from musicvae.measures.texture import BANDS, OCTAVES

pytest.importorskip("librosa", reason="librosa is not installed")

SECONDS = 4.0


def noise(seed: int = 0, shape: NDArray[np.float64] | float = 1.0) -> Sound:
    values = np.random.default_rng(seed).standard_normal(round(RATE * SECONDS))
    return Sound.of(0.1 * values * shape, RATE)


def modulated(rate: float) -> Sound:
    """A tone whose loudness goes up and down so many times a second."""
    time = np.arange(round(RATE * SECONDS)) / RATE
    swell = 1 + 0.8 * np.sin(2 * np.pi * rate * time)
    return Sound.of(0.2 * swell * np.sin(2 * np.pi * 1000 * time), RATE)


def smeared(sound: Sound, frames: int) -> Sound:
    """Its magnitudes averaged over so many frames, its phases kept."""
    spectrum = librosa().stft(sound.mono(), n_fft=1024, hop_length=256)
    kernel = np.ones(frames) / frames
    smooth = np.array([np.convolve(row, kernel, "same") for row in np.abs(spectrum)])
    phases = spectrum / np.maximum(np.abs(spectrum), 1e-9)
    samples = librosa().istft(smooth * phases, hop_length=256, length=len(sound.samples))
    return Sound.of(samples, RATE)


def test_level_and_delay_leave_a_texture_alone() -> None:
    sound = noise()
    assert texture(sound).shape == (BANDS, len(OCTAVES) - 1)
    assert texture_distance(sound, sound) == 0
    assert texture_distance(sound, Sound.of(0.7 * sound.samples, RATE)) < 0.01
    later = Sound.of(np.roll(sound.samples, 2000), RATE)
    assert texture_distance(sound, later) < 0.3
    assert log_mel_distance(sound, later) > 0.2


@pytest.mark.parametrize(("rate", "octave"), [(3, 0), (6, 1), (12, 2), (24, 3), (45, 4)])
def test_a_tremolo_is_in_its_octave(rate: float, octave: int) -> None:
    power = texture(modulated(rate))
    band = power.max(axis=1).argmax()
    assert power[band].argmax() == octave
    # A swing of ±.8 · .3, as much as the compression leaves, has a power of .03.
    assert power[band, octave] == pytest.approx(-14.5, abs=1.5)


def test_a_smear_is_far_although_a_distance_of_spectrograms_likes_it() -> None:
    sound, another, smear = noise(), noise(seed=1), smeared(noise(), frames=8)
    assert log_mel_distance(sound, smear) < log_mel_distance(sound, another)
    assert texture_distance(sound, another) < 0.5 * texture_distance(sound, smear)


def test_more_smear_is_further_and_smoother() -> None:
    sound = noise()
    smears = [smeared(sound, frames) for frames in (2, 4, 8, 16)]
    distances = [texture_distance(sound, smear) for smear in smears]
    assert distances == sorted(distances)
    differences = [roughness_difference(sound, smear) for smear in smears]
    assert differences == sorted(differences, reverse=True)
    assert differences[0] < 0
    assert roughness_difference(smears[-1], sound) == -differences[-1]


def test_a_tone_turned_to_noise_is_rougher() -> None:
    time = np.arange(round(RATE * SECONDS)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 330, 550, 880))
    assert roughness_difference(Sound.of(0.1 * chord, RATE), noise()) > 3


def test_a_silence_has_no_texture() -> None:
    silence = Sound.of(np.zeros(2 * RATE), RATE)
    assert np.allclose(texture(silence), -60, atol=0.01)
    assert np.isfinite(texture_distance(silence, noise()))


def test_a_sound_that_is_too_short_is_refused() -> None:
    with pytest.raises(AudioError, match=r"1\.5 s or more"):
        texture(Sound.of(np.zeros(RATE), RATE))
