"""What stays where the timbre changes: loudness, pitch classes, and the width of stereo."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.measures import loudness_correlation, pitch_class_correlation, stereo_width

RATE = 22_050


def notes(pitches: list[float], overtones: list[float]) -> NDArray[np.float64]:
    """A note of half a second each, with overtones of these amplitudes."""
    time = np.arange(RATE // 2) / RATE
    tones = [
        sum(a * np.sin(2 * np.pi * p * 2**k * time) for k, a in enumerate(overtones))
        for p in pitches
    ]
    return np.concatenate([tone * np.exp(-4 * time) for tone in tones])


def sound(samples: NDArray[np.float64]) -> Sound:
    return Sound.of(0.2 * samples, RATE)


MELODY = [440.0, 523.25, 659.26, 392.0]


def test_the_same_melody_with_another_timbre_keeps_its_pitch_classes() -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    plain, bright = sound(notes(MELODY, [1])), sound(notes(MELODY, [0.2, 1, 0.7]))
    other = sound(notes([2 ** (3 / 12) * pitch for pitch in MELODY], [1]))
    assert pitch_class_correlation(plain, bright) > 0.9
    assert pitch_class_correlation(plain, other) < 0.3
    assert pitch_class_correlation(plain, sound(np.zeros(RATE))) == 0


def test_loudness_follows_the_notes_and_not_the_level() -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    melody = notes(MELODY, [1])
    first, later = sound(melody), sound(np.roll(melody, RATE // 4))
    assert loudness_correlation(first, Sound.of(0.5 * first.samples, RATE)) > 0.99
    assert loudness_correlation(first, later) < 0.5
    assert loudness_correlation(first, sound(np.ones(RATE))) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(("side", "width"), [(1.0, 0.0), (0.5, -6.02), (2.0, 6.02)])
def test_width_is_side_over_mid(side: float, width: float) -> None:
    draw = np.random.default_rng(0).standard_normal((2, 50_000)) * 0.05
    mid, difference = draw[0], side * draw[1]
    stereo = Sound.of(np.stack([mid + difference, mid - difference], axis=1), RATE)
    assert stereo_width(stereo) == pytest.approx(width, abs=0.1)


def test_width_has_ends() -> None:
    mono = np.random.default_rng(0).standard_normal(1000) * 0.1
    assert stereo_width(Sound.of(mono, RATE)) == -60
    assert stereo_width(Sound.of(np.stack([mono, mono], axis=1), RATE)) == -60
    assert stereo_width(Sound.of(np.stack([mono, -mono], axis=1), RATE)) == 60
    assert stereo_width(Sound.of(np.zeros((100, 2)), RATE)) == -60
