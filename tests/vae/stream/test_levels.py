"""A decoder is made as loud as its music, by a gain that is measured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.vae.stream import levels
from musicvae.vae.stream.levels import mending_gain, missing_level

STEP, DELAY, RATE = 64, 192, 1_600


class Coder:
    """Decodes, ``delay`` samples late, sound that its latents hold, with a gain."""

    settings = SimpleNamespace(step=STEP, delay=DELAY)

    def __init__(self, gain: float) -> None:
        self.gain, self.decoded = gain, 0

    def hold(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        return latents

    def decode(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        self.decoded += 1
        sound = self.gain * latents.reshape(-1, 1)
        return np.pad(sound, ((DELAY, 0), (0, 0)))[: len(sound)]


def _track(scale: float, steps: int = 50, seed: int = 0) -> Any:
    """A sound, and latents that hold it."""
    sound = scale * np.random.default_rng(seed).standard_normal((steps * STEP, 1))
    return sound.astype(np.float32), sound.astype(np.float32).reshape(steps, STEP)


@pytest.mark.parametrize("gain", [-3.0, 0.0, 1.5])
def test_what_is_missing_is_found(gain: float) -> None:
    coder: Any = Coder(10 ** (-gain / 20))
    tracks = [_track(0.1, seed=seed) for seed in range(5)]
    assert missing_level(coder, tracks, RATE) == pytest.approx(gain, abs=1e-3)


def test_one_odd_track_and_silence_do_not_count() -> None:
    coder: Any = Coder(0.9)
    sound, latents = _track(0.1)
    tracks = [_track(0.1, seed=1), _track(0.1, seed=2), _track(0.0), (sound, 0.01 * latents)]
    assert missing_level(coder, tracks, RATE) == pytest.approx(-20 * np.log10(0.9), abs=1e-3)
    assert missing_level(coder, [_track(0.0)], RATE) == 0.0


def test_a_model_that_says_nothing_is_not_made_loud() -> None:
    coder: Any = Coder(0.0)
    assert missing_level(coder, [_track(0.1)], RATE) == 6.0


def test_of_many_long_tracks_a_part_is_measured() -> None:
    coder: Any = Coder(0.5)
    long = _track(0.1, steps=1_000)
    long[0][: 300 * STEP] = 0.0  # the middle is measured: here its latents fit
    assert missing_level(coder, [long] * 100, RATE) == pytest.approx(6.0, abs=0.1)
    assert coder.decoded == levels.TRACKS


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shortest_track_has_a_level_or_none(steps: int) -> None:
    coder: Any = Coder(0.5)
    assert missing_level(coder, [_track(0.1, steps=steps)], RATE) == 0.0


@pytest.mark.parametrize(
    ("missing", "gain"), [(0.0, 0.0), (0.4, 0.0), (-0.3, 0.0), (1.4, 1.0), (-2.4, -2.0)]
)
def test_what_nobody_hears_is_not_mended(missing: float, gain: float) -> None:
    assert mending_gain(missing) == pytest.approx(gain)
