"""A copy is told from music of the same kind, however it was cut."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.errors import LatentError
from musicvae.latents.copying import copy_rate, nearest

RATE = 20.0


def track(seed: int, steps: int = 400) -> np.ndarray:
    """Rows that wander, as music does."""
    draws, rows = np.random.default_rng(seed), np.zeros((steps, 3))
    for step in range(1, steps):
        rows[step] = 0.9 * rows[step - 1] + 0.4 * draws.standard_normal(3)
    return rows


KNOWN, UNHEARD = [track(seed) for seed in range(5)], [track(seed) for seed in range(10, 15)]


def test_copies_are_found_and_other_music_is_none() -> None:
    assert copy_rate([KNOWN[2][37:260]], KNOWN, UNHEARD, RATE) == 1
    assert copy_rate(UNHEARD, KNOWN, UNHEARD, RATE) == 0
    assert copy_rate([track(seed) for seed in range(20, 25)], KNOWN, UNHEARD, RATE) < 0.05


def test_half_a_copy_is_half_and_noise_hides_it_in_time() -> None:
    half = np.concatenate([KNOWN[1][:200], track(30)[:200]])
    assert copy_rate([half], KNOWN, UNHEARD, RATE) == pytest.approx(0.5, abs=0.06)
    draws = np.random.default_rng(0)
    rates = [
        copy_rate([KNOWN[1] + noise * draws.standard_normal((400, 3))], KNOWN, UNHEARD, RATE)
        for noise in (0.05, 0.3, 1.5)
    ]
    assert rates[0] == 1
    assert rates[0] >= rates[1] >= rates[2]
    assert rates[2] == 0


def test_distances_are_what_the_definition_says() -> None:
    asked, there = track(40, 31), track(41, 60)
    found = nearest([asked], [there, track(42, 5)], RATE)
    expected = [
        min(
            np.sqrt(np.square(asked[at : at + 20] - there[other : other + 20]).mean())
            for other in range(41)
        )
        for at in (0, 5, 10)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(LatentError, match="lasts a second"):
        nearest([track(0, 19)], KNOWN, RATE)
