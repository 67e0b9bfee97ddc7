"""Distances between sounds, on pairs whose distance is known or ordered beforehand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae import measures
from musicvae.audio import Sound, read, resample
from musicvae.errors import AudioError

RATE = 22_050
PAIRED = [measures.log_mel_distance, measures.multi_resolution_stft_distance]


def noise(seconds: float = 2.0, amplitude: float = 0.1, seed: int = 0) -> Sound:
    values = np.random.default_rng(seed).standard_normal(round(RATE * seconds))
    return Sound.of(amplitude * values, RATE)


@pytest.fixture
def jazz(shared_data: Path) -> Sound:
    whole = read(shared_data / "genres" / "jazz" / "jazz.00001.ogg")
    return Sound.of(whole.samples[: 6 * RATE], RATE)


@pytest.mark.parametrize("distance", PAIRED)
def test_equal_sounds_are_at_no_distance_and_longer_ones_are_cut(
    distance: Callable[[Sound, Sound], float],
) -> None:
    sound = noise()
    assert distance(sound, sound) == 0
    longer = Sound.of(np.concatenate([sound.samples, noise(seed=1).samples]), RATE)
    assert distance(sound, longer) == pytest.approx(0, abs=0.03)  # the last frame sees the cut


@pytest.mark.parametrize("distance", PAIRED)
def test_more_noise_is_further_away(distance: Callable[[Sound, Sound], float], jazz: Sound) -> None:
    steps = [
        distance(jazz, Sound.of(jazz.samples + noise(6, amplitude).samples, RATE))
        for amplitude in (0.001, 0.01, 0.1)
    ]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1] / 2


def test_log_mel_distance_of_a_gain_is_that_gain() -> None:
    loud = noise(amplitude=0.5)
    louder = Sound.of(loud.samples * np.e, RATE)
    assert measures.log_mel_distance(loud, louder) == pytest.approx(1.0, abs=0.05)


def test_sounds_at_other_rates_are_compared_at_one(jazz: Sound) -> None:
    assert measures.log_mel_distance(jazz, resample(jazz, 44_100)) < 0.05
    assert measures.log_mel_distance(jazz, resample(jazz, 3_000)) > 0.3


def test_spectral_convergence_of_silence_is_one() -> None:
    sound = noise(amplitude=0.2)
    quiet = measures.multi_resolution_stft_distance(sound, Sound.of(sound.samples * 0, RATE))
    assert quiet > 1 + 5  # convergence close to 1, and more than 40 dB of log magnitude


def test_onset_correlation(jazz: Sound) -> None:
    assert measures.onset_correlation(jazz, jazz) == pytest.approx(1)
    softer = Sound.of(jazz.samples * 0.5, RATE)
    assert measures.onset_correlation(jazz, softer) > 0.95
    backwards = Sound.of(jazz.samples[::-1], RATE)
    assert measures.onset_correlation(jazz, backwards) < 0.5
    assert measures.onset_correlation(jazz, Sound.of(jazz.samples * 0, RATE)) == 0


def test_frechet_distance_of_equal_sets_is_none() -> None:
    sounds = [noise(seed=seed) for seed in range(3)]
    assert measures.frechet_log_mel_distance(sounds, sounds) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_of_a_gain_is_the_shift_of_the_means() -> None:
    loud = [noise(4, amplitude=0.3, seed=seed) for seed in range(3)]
    louder = [Sound.of(sound.samples * np.e, RATE) for sound in loud]
    # 80 bands, each one natural-log unit higher; slopes and covariances unchanged.
    assert measures.frechet_log_mel_distance(loud, louder) == pytest.approx(80, rel=0.05)


def test_frechet_distance_knows_a_genre(shared_data: Path) -> None:
    def clips(genre: str, numbers: range) -> list[Sound]:
        files = [shared_data / "genres" / genre / f"{genre}.{n:05d}.ogg" for n in numbers]
        return [Sound.of(read(file).samples[: 8 * RATE], RATE) for file in files]

    jazz, other_jazz, metal = (
        clips("jazz", range(6)),
        clips("jazz", range(6, 12)),
        clips("metal", range(6)),
    )
    near = measures.frechet_log_mel_distance(jazz, other_jazz)
    assert near < measures.frechet_log_mel_distance(jazz, metal) / 2


def test_too_little_sound_for_a_distribution_is_refused() -> None:
    with pytest.raises(AudioError, match="too little sound"):
        measures.frechet_log_mel_distance([], [noise()])


@pytest.mark.parametrize("distance", [*PAIRED, measures.onset_correlation])
def test_empty_and_broken_sounds_are_refused(distance: Callable[[Sound, Sound], float]) -> None:
    for bad in (np.zeros((0, 1)), [np.nan, 0.0]):
        with pytest.raises(AudioError, match="measure"):
            distance(noise(), Sound.of(bad, RATE))
