"""What has a pulse resembles itself a beat later; noise does not."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.repeating import autocorrelation, onset_autocorrelation

RATE = 22_050


def _clicks(every: float, seconds: float = 8.0) -> Sound:
    samples = 1e-3 * np.random.default_rng(0).standard_normal(round(seconds * RATE))
    for start in np.arange(0.1, seconds - 0.1, every):
        at = round(start * RATE)
        samples[at : at + 400] += 0.5 * np.exp(-np.arange(400) / 60)
    return Sound.of(samples[:, None], RATE)


def test_a_beat_correlates_with_the_next_and_not_with_the_middle_between() -> None:
    half, beat, bar = onset_autocorrelation(_clicks(0.5), (0.25, 0.5, 2.0))
    assert half < 0.1
    assert beat > 0.7
    assert bar > 0.7


def test_noise_has_no_pulse_and_silence_no_onsets() -> None:
    noise = Sound.of(0.1 * np.random.default_rng(1).standard_normal((8 * RATE, 1)), RATE)
    assert max(map(abs, onset_autocorrelation(noise))) < 0.25
    assert onset_autocorrelation(Sound.of(np.zeros((8 * RATE, 1)), RATE)) == (0, 0, 0, 0, 0)


def test_rows_that_return_and_rows_that_turn() -> None:
    turns = np.arange(400)[:, None] * 2 * np.pi / 40
    rows = np.concatenate([np.cos(turns), np.sin(turns)], axis=1)
    np.testing.assert_allclose(autocorrelation([rows], 40), 1.0, atol=0.01)
    np.testing.assert_allclose(autocorrelation([rows, rows[:10]], 20), -1.0, atol=0.01)
    np.testing.assert_array_equal(autocorrelation([np.ones((50, 2))], 3), 0.0)


def test_a_sound_that_is_too_short_is_refused() -> None:
    with pytest.raises(AudioError, match="too short"):
        onset_autocorrelation(_clicks(0.5, 3.0))
