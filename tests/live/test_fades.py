from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.fades import Glide, amplitude, decibels, equal_power, raised_cosine


def test_raised_cosine_rises_to_exactly_one() -> None:
    curve = raised_cosine(100)
    assert curve[-1] == 1
    assert 0 < curve[0] < 0.001
    assert (np.diff(curve) > 0).all()


def test_equal_power_keeps_the_power() -> None:
    rising, falling = equal_power(64)
    np.testing.assert_allclose(rising**2 + falling**2, 1, atol=1e-6)
    np.testing.assert_array_equal(rising, falling[::-1])


def test_decibels_and_back() -> None:
    assert decibels(amplitude(-6.0)) == pytest.approx(-6.0)
    assert decibels(0.0) == -120


@given(st.lists(st.tuples(st.floats(-2, 2, width=32), st.integers(1, 40)), max_size=6))
def test_a_glide_never_steps_and_does_not_depend_on_blocks(moves: list[tuple[float, int]]) -> None:
    whole, pieces = Glide(0.0, 20), Glide(0.0, 20)
    values, again = [np.zeros(1, np.float32)], [np.zeros(1, np.float32)]
    for target, frames in moves:
        whole.to(target)
        pieces.to(target)
        values.append(np.empty(frames, np.float32))
        whole.fill(values[-1])
        for _ in range(frames):
            again.append(np.empty(1, np.float32))
            pieces.fill(again[-1])
    np.testing.assert_array_equal(np.concatenate(values), np.concatenate(again))
    # The steepest place of a raised cosine over 20 frames; a move spans at most 4.
    assert np.abs(np.diff(np.concatenate(values))).max(initial=0) <= 4 * np.pi / 2 / 20 + 1e-5


def test_a_glide_arrives() -> None:
    glide = Glide(0.0, 10)
    glide.to(0.7)
    out = np.empty(15, np.float32)
    glide.fill(out)
    assert glide.remaining == 0
    np.testing.assert_allclose(out[9:], 0.7, rtol=1e-6)


def test_a_jump_is_at_once() -> None:
    glide, out = Glide(0.0, 10), np.empty(4, np.float32)
    glide.to(1.0)
    glide.fill(out)
    glide.jump(0.25)
    glide.fill(out)
    assert out.tolist() == [0.25] * 4
    assert (glide.target, glide.remaining) == (0.25, 0)
    glide.to(1.0)
    glide.fill(out)
    assert 0.25 < out[0] < out[3] < 1
