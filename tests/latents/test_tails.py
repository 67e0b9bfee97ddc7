from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.tails import FLOOR, SOUND_FLOOR, Tails


def test_only_what_is_almost_zero_becomes_zero() -> None:
    array = np.array([1.0, -1e-17, 1e-19, -1e-40, 0.0, np.inf, np.nan], np.float32)
    Tails(array.shape).cut(array)
    np.testing.assert_array_equal(array, np.array([1, -1e-17, 0, 0, 0, np.inf, np.nan], np.float32))


def test_squares_of_what_is_left_are_not_denormal() -> None:
    assert np.finfo(np.float32).tiny <= FLOOR * FLOOR


@pytest.mark.parametrize("channels", [1, 2])
def test_a_frame_that_is_not_quiet_stays_to_the_bit(channels: int) -> None:
    frame = np.full((64, channels), 1e-12, np.float32)
    tails = Tails(frame.shape, SOUND_FLOOR)
    loud = frame.copy()
    loud[3] = 1e-4
    before = loud.copy()
    tails.cut_if_quiet(loud)
    np.testing.assert_array_equal(loud, before)
    tails.cut_if_quiet(frame)
    assert not frame.any()


def test_a_quiet_frame_keeps_what_is_heard_of_it() -> None:
    frame = np.array([[1e-7], [1e-11], [-1e-9]], np.float32)
    Tails(frame.shape, SOUND_FLOOR).cut_if_quiet(frame)
    np.testing.assert_array_equal(frame, np.array([[1e-7], [0], [-1e-9]], np.float32))
