from __future__ import annotations

import numpy as np
import pytest

from musicvae.live.hearing.high_pass import HighPass

WINDOW = 64


def filtered(sound: np.ndarray, rate: int) -> np.ndarray:
    channels, most = sound.shape[1], 7
    windows = sound.astype(np.float32).reshape(-1, WINDOW, channels)
    high_pass = HighPass(rate, channels, WINDOW, most)
    for at in range(0, len(windows), most):
        high_pass.apply(windows[at : at + most])
    return windows.reshape(-1, channels)


@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
def test_it_is_the_filter_of_scipy(rate: int) -> None:
    """A party that we did not write, one sample after another."""
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed")
    noise = np.random.default_rng(0).standard_normal((WINDOW * 300, 2)).astype(np.float32)
    sections = signal.butter(2, 30.0, "highpass", fs=rate, output="sos")
    np.testing.assert_allclose(
        filtered(noise, rate), signal.sosfilt(sections, noise.astype(np.float64), axis=0), atol=2e-5
    )


def test_an_offset_goes_and_music_stays() -> None:
    rate = 48_000
    time = np.arange(WINDOW * 1500) / rate
    sound = (0.5 + 0.25 * np.sin(2 * np.pi * 440 * time))[:, None]
    out = filtered(sound, rate)[-WINDOW * 300 :, 0]
    assert abs(float(out.mean())) < 1e-3
    assert np.abs(out).max() == pytest.approx(0.25, abs=0.005)


def test_silence_becomes_exactly_0() -> None:
    sound = np.zeros((WINDOW * 4000, 1))
    sound[0] = 1.0
    assert not filtered(sound, 8000)[-WINDOW:].any()
