from __future__ import annotations

import numpy as np

from musicvae.latents.tails import FLOOR, Tails


def test_only_what_is_almost_zero_becomes_zero() -> None:
    array = np.array([1.0, -1e-17, 1e-19, -1e-40, 0.0, np.inf, np.nan], np.float32)
    Tails(array.shape).cut(array)
    np.testing.assert_array_equal(array, np.array([1, -1e-17, 0, 0, 0, np.inf, np.nan], np.float32))


def test_squares_of_what_is_left_are_not_denormal() -> None:
    assert np.finfo(np.float32).tiny <= FLOOR * FLOOR
