from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.hearing.gaps import Gaps

RATE = 8000
FADE = 80  # 10 ms


def tone(frames: int = 4000) -> np.ndarray:
    wave = np.sin(np.arange(frames) * 2 * np.pi * 200 / RATE)
    return np.stack([wave, 0.5 * wave], axis=1).astype(np.float32)


def mended(sound: np.ndarray, cuts: list[int]) -> tuple[np.ndarray, Gaps]:
    out, at, gaps = sound.copy(), 0, Gaps(RATE, 2, 2048)
    while at < len(out):
        size = cuts[at % len(cuts)]
        gaps.mend(out[at : at + size])
        at += size
    return out, gaps


def test_a_gap_fades_out_and_in_without_a_click() -> None:
    sound = tone()
    sound[1010:1500] = np.nan
    sound[3010, 1] = np.inf  # one channel of one sample frame is a gap, too
    sound[2000:2010] = 1e30  # nor is this sound
    sound[2010] = np.nan
    sound[3500] = np.nan
    sound[3540:3545] = np.nan  # within the fade of the one before
    out, gaps = mended(sound, [512])
    assert gaps.count == 4
    assert np.isfinite(out).all()
    np.testing.assert_array_equal(out[:1010], sound[:1010])
    np.testing.assert_array_equal(out[1500 + FADE : 2000], sound[1500 + FADE : 2000])
    assert not out[1010 + FADE : 1500].any()
    assert np.abs(out[1010:1020]).max() > 0.5  # it does not stop at once
    steepest = np.abs(np.diff(tone(), axis=0)).max() + np.pi / 2 / FADE
    assert np.abs(np.diff(out, axis=0)).max() <= steepest


def test_sound_without_gaps_is_left_alone() -> None:
    out, gaps = mended(tone(), [700])
    np.testing.assert_array_equal(out, tone())
    assert gaps.count == 0


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3999), st.integers(1, 300)), max_size=8),
    st.lists(st.integers(1, 2048), min_size=1, max_size=5),
)
def test_blocks_change_no_sample(gaps: list[tuple[int, int]], cuts: list[int]) -> None:
    sound = tone()
    for start, length in gaps:
        sound[start : start + length] = np.nan
    whole, _ = mended(sound, [2048])
    out, _ = mended(sound, cuts)
    np.testing.assert_array_equal(out, whole)
    assert np.isfinite(out).all()
