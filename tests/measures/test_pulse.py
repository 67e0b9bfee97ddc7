"""Beats of clicks at known times; none where there is no pulse."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.pulse import beats

RATE = 22_050


def clicks(times: np.ndarray, seconds: float, rate: int = RATE, seed: int = 0) -> Sound:
    """Short bursts of noise at these moments, above a quiet hiss."""
    draws = np.random.default_rng(seed)
    samples = 1e-4 * draws.standard_normal(round(seconds * rate))
    burst = np.exp(-np.arange(rate // 20) / (rate / 100)) * draws.standard_normal(rate // 20)
    for time in times:
        at = round(time * rate)
        part = samples[at : at + len(burst)]
        part += 0.3 * burst[: len(part)]
    return Sound.of(samples, rate)


@pytest.mark.parametrize("period", [0.4, 0.5, 0.6, 0.75])
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_beats_are_where_the_clicks_are(period: float, rate: int) -> None:
    times = np.arange(0.2, 11.8, period)
    found = beats(clicks(times, 12.0, rate))
    assert np.median(np.diff(found)) == pytest.approx(period, abs=0.012)
    off = np.abs(found[:, None] - times).min(axis=1)
    assert np.quantile(off, 0.9) < 0.035


def test_a_tempo_that_drifts_is_followed() -> None:
    times = np.cumsum(np.linspace(0.5, 0.55, 24))
    found = beats(clicks(times, 13.5))
    off = np.abs(found[:, None] - times).min(axis=1)
    assert np.quantile(off, 0.8) < 0.04
    assert len(found) == pytest.approx(len(times), abs=2)


def test_a_missing_click_is_still_a_beat() -> None:
    times = np.arange(0.3, 11.7, 0.5)
    found = beats(clicks(np.delete(times, [7, 12]), 12.0))
    for time in times[[7, 12]]:
        assert np.abs(found - time).min() < 0.06


@pytest.mark.parametrize("seconds", [5.0, 12.0])
def test_noise_and_clicks_at_any_time_have_no_pulse(seconds: float) -> None:
    found = 0
    for seed in range(4):
        draws = np.random.default_rng(seed)
        hiss = Sound.of(0.1 * draws.standard_normal(round(seconds * RATE)), RATE)
        any_time = clicks(np.sort(draws.uniform(0, seconds, round(3 * seconds))), seconds)
        found += (beats(hiss).size > 0) + (beats(any_time).size > 0)
    assert found <= 1


def test_silence_and_short_sounds_have_none() -> None:
    assert beats(Sound.of(np.zeros(6 * RATE), RATE)).size == 0
    assert beats(clicks(np.arange(0.2, 2.8, 0.5), 3.0)).size == 0


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(AudioError):
        beats(Sound(np.full((5 * RATE, 1), np.nan, np.float32), RATE))
    with pytest.raises(AudioError):
        beats(Sound(np.zeros((0, 1), np.float32), RATE))
