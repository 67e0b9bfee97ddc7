"""Width and balance of sounds of which both are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.stereo import LEAST, MOST, stereo_curves

RATE, HOP = 22_050, 512


def curves(left: NDArray[np.floating], right: NDArray[np.floating]) -> dict[str, float]:
    values = stereo_curves(Sound.of(np.stack([left, right], axis=1), RATE), HOP)
    assert {curve.shape for curve in values.values()} == {(-(-len(left) // HOP),)}
    return {name: float(curve.mean()) for name, curve in values.items()}


def test_width_is_the_energy_of_the_difference_over_that_of_the_sum() -> None:
    one, other = 0.1 * np.random.default_rng(0).standard_normal((2, RATE))
    assert curves(one, one)["width"] == LEAST
    assert curves(one, other)["width"] == pytest.approx(0, abs=0.3)
    assert curves(one, -one)["width"] == MOST
    mixed = curves(one + 0.1 * other, one - 0.1 * other)["width"]
    assert mixed == pytest.approx(-20, abs=0.3)


def test_balance_is_right_over_left() -> None:
    one = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    assert curves(one, one)["balance"] == pytest.approx(0, abs=1e-6)
    assert curves(0.5 * one, one)["balance"] == pytest.approx(6.02, abs=0.01)
    assert curves(one, 0 * one)["balance"] == -MOST


def test_a_broken_sound_is_refused() -> None:
    with pytest.raises(AudioError, match="measure"):
        stereo_curves(Sound.of(np.full((9, 2), np.nan), RATE), HOP)
