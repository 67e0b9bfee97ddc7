"""The baseline without a neural decoder must be as good as it can be, or it proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from musicvae.audio import Sound

if TYPE_CHECKING:
    from griffin_lim import Method  # of benchmarks/, which only the fixture puts on sys.path

pytest.importorskip("librosa", reason="librosa is not installed")

RATE = 22_050


@pytest.fixture
def baseline(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("griffin_lim")


def quick(baseline: ModuleType) -> Method:
    made: Method = baseline.Method(iterations=10)
    return made


def tone(pitch: float, seconds: float = 1.5) -> Sound:
    return Sound.of(0.3 * np.sin(2 * np.pi * pitch * np.arange(round(RATE * seconds)) / RATE), RATE)


def mel_filters() -> np.ndarray:
    from librosa.filters import mel

    filters: np.ndarray = mel(sr=RATE, n_fft=2048, n_mels=80, fmin=0.0, fmax=RATE / 2)
    return filters.astype(np.float64)


def test_frames_of_rank_32_survive_32_numbers_and_not_31(baseline: ModuleType) -> None:
    random = np.random.default_rng(0)
    frames = random.standard_normal((400, 32)) @ random.standard_normal((32, 80)) + 3.0
    kept = baseline.Principal.of(frames, 32)
    assert kept.encode(frames).shape == (400, 32)
    np.testing.assert_allclose(kept.decode(kept.encode(frames)), frames, atol=1e-9)
    fewer = baseline.Principal.of(frames, 31)
    assert np.abs(fewer.decode(fewer.encode(frames)) - frames).max() > 1e-3


def test_components_are_orthonormal_and_the_first_carries_most(baseline: ModuleType) -> None:
    random = np.random.default_rng(1)
    frames = random.standard_normal((1000, 80)) * np.linspace(1, 9, 80)
    kept = baseline.Principal.of(frames, 5)
    np.testing.assert_allclose(kept.components @ kept.components.T, np.eye(5), atol=1e-12)
    variances = kept.encode(frames).var(axis=0)
    assert np.all(np.diff(variances) < 0)


def test_a_spectrum_has_the_bands_it_was_made_of_and_no_holes(baseline: ModuleType) -> None:
    random = np.random.default_rng(2)
    spectrum = np.exp(random.standard_normal((1025, 7)))
    filters = mel_filters()
    bands = filters @ spectrum
    found = baseline.spectrum_of(bands, baseline.Method().spectrum_updates)
    assert found.shape == spectrum.shape
    np.testing.assert_allclose(filters @ found, bands, rtol=0.02)
    inside = filters.sum(axis=0) > 0
    assert found[inside].min() > 0


def test_silent_bands_make_silence(baseline: ModuleType) -> None:
    sound = baseline.invert(np.full((20, 80), np.log(1e-3)), 19 * 512, quick(baseline))
    assert np.abs(sound.samples).max() < 1e-6


def test_a_tone_keeps_its_pitch_and_length(baseline: ModuleType) -> None:
    pitches = [220.0, 440.0, 880.0, 1760.0]
    model = baseline.MelBaseline.fit([tone(pitch) for pitch in pitches], 32, quick(baseline))
    for pitch in pitches:
        made = model.reconstruct(tone(pitch))
        assert made.samples.shape == tone(pitch).samples.shape
        spectrum = np.abs(np.fft.rfft(made.mono()))
        found = np.argmax(spectrum) * RATE / len(made.mono())
        band = 50 if pitch < 1000 else 0.05 * pitch  # half the distance of two mel bands and more
        assert found == pytest.approx(pitch, abs=band)


def test_the_same_sound_twice_and_stereo_at_another_rate(baseline: ModuleType) -> None:
    model = baseline.MelBaseline.fit([tone(300), tone(900)], 8, quick(baseline))
    np.testing.assert_array_equal(
        model.reconstruct(tone(300)).samples, model.reconstruct(tone(300)).samples
    )
    made = model.reconstruct(Sound.of(np.zeros((44_100, 2)) + 0.1, 44_100))
    assert (made.sample_rate, made.samples.shape) == (RATE, (RATE, 1))
