from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicvae.limiter import Limiter
from musicvae.live.fades import amplitude


@given(arrays(np.float32, (16, 2), elements=st.floats(-1e6, 1e6, width=32)))
def test_nothing_passes_the_ceiling_and_signs_stay(block: np.ndarray) -> None:
    limited = block.copy()
    peak = Limiter(16, 2).apply(limited)
    assert np.abs(limited).max() <= amplitude(-0.1) + 1e-6
    assert peak == np.abs(limited).max()
    np.testing.assert_array_equal(np.signbit(limited), np.signbit(block))


def test_below_the_knee_nothing_changes() -> None:
    block = np.linspace(-0.7, 0.7, 64, dtype=np.float32).reshape(32, 2)
    limited = block.copy()
    Limiter(32, 2).apply(limited)
    np.testing.assert_array_equal(limited, block)


def test_the_curve_has_no_corner() -> None:
    ramp = np.linspace(0, 4, 4000, dtype=np.float32)[:, None]
    limited = ramp.copy()
    Limiter(4000, 1).apply(limited)
    slope = np.diff(limited[:, 0]) / np.diff(ramp[:, 0])
    assert (slope > 0).all()
    assert np.abs(np.diff(slope)).max() < 0.01


@given(arrays(np.float32, (16, 1), elements=st.floats(-4, 4, width=32)), st.integers(1, 15))
def test_the_result_does_not_depend_on_blocks(block: np.ndarray, cut: int) -> None:
    whole, pieces = block.copy(), block.copy()
    limiter = Limiter(16, 1)
    limiter.apply(whole)
    limiter.apply(pieces[:cut])
    limiter.apply(pieces[cut:])
    np.testing.assert_array_equal(whole, pieces)
