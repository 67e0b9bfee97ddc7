"""Music is told from what is no music, and one kind from another, once it was learnt."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.errors import DataError, SettingError
from musicvae.vae.embedding.crops import Crops
from musicvae.vae.embedding.spoiling import SPOILS, Spoil, backwards, smeared
from musicvae.vae.embedding.training import right, train


def _tracks(every: int, band: int, count: int = 3) -> list[np.ndarray]:
    """Beats in some bands that fade: one kind of music."""
    tracks = []
    for seed in range(count):
        random = np.random.default_rng([every, band, seed])
        frames = random.normal(-6, 0.1, (400, 80))
        for start in range(int(random.integers(every)), 400, every):
            tail = np.exp(-np.arange(400 - start) / 4)[:, None]
            frames[start:, band : band + 20] += 4 * tail
        tracks.append(frames.astype(np.float32))
    return tracks


MUSIC = {"fast": _tracks(10, 0), "slow": _tracks(25, 40)}


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_what_is_spoiled_keeps_its_shape_and_spectrum_and_loses_its_course(spoil: Spoil) -> None:
    frames = MUSIC["fast"][0][:129]
    spoiled = spoil(frames, np.random.default_rng(0))
    assert spoiled.shape == frames.shape
    assert spoiled.dtype == np.float32
    assert np.abs(spoiled.mean(axis=0) - frames.mean(axis=0)).max() < 1.0
    assert np.abs(spoiled - frames).max() > 1.0


def test_backwards_twice_is_forwards_and_a_smear_is_smooth() -> None:
    frames, random = MUSIC["slow"][0][:129], np.random.default_rng(0)
    np.testing.assert_array_equal(backwards(backwards(frames, random), random), frames)
    assert np.abs(np.diff(smeared(frames, random), axis=0)).max() < 1.0


def test_crops_are_drawn_by_their_seed() -> None:
    one, again, other = (Crops(MUSIC, seed).draw(8) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], again[0])
    assert np.abs(one[0] - other[0]).max() > 0
    assert one[0].shape == (8, 129, 80)
    assert set(one[1]) <= {0, 1, 2}


def test_a_little_training_tells_kinds_apart() -> None:
    network = train(MUSIC, MUSIC, steps=50)
    assert right(network, Crops(MUSIC, 5), 60) > 0.6  # by chance: a third


def test_too_little_is_refused() -> None:
    with pytest.raises(DataError, match="tell genres apart"):
        Crops({"one": MUSIC["fast"]}, 0)
    with pytest.raises(DataError, match="tell genres apart"):
        Crops({**MUSIC, "short": [np.zeros((100, 80), np.float32)]}, 0)
    with pytest.raises(SettingError, match="too few steps"):
        train(MUSIC, MUSIC, steps=0)
