"""The stream's transforms between sound and spectrum: exact, causal, and the same as matrices."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.vae.stream.fourier import StreamAnalysis, StreamSynthesis

RATE, FFT, HOP, BANDS = 16_000, 256, 64, 20
#: Frames after which the windows overlap to a constant.
FADE = FFT // HOP - 1


def _analysed(layer: StreamAnalysis, audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sound (samples, channels) from the start of a stream."""
    bands, _ = layer.advance(tf.constant(audio[None]), tf.zeros((1, *layer.memory)))
    found: NDArray[np.float32] = bands.numpy()[0]
    return found


def _sine(frequency: float, frames: int = 12) -> NDArray[np.float32]:
    time = np.arange(frames * HOP) / RATE
    return np.sin(2 * np.pi * frequency * time).astype(np.float32)[:, None]


def _chord(samples: int, seed: int) -> NDArray[np.float64]:
    """Tones in the middle of bins, so that nothing lies at half the sample rate."""
    random = np.random.default_rng(seed)
    angles = 2 * np.pi * np.outer(np.arange(samples), random.integers(1, FFT // 2, 5)) / FFT
    chord: NDArray[np.float64] = 0.1 * np.cos(angles + random.uniform(0, 6, 5)).sum(axis=1)
    return chord


def _spectra(channels: list[NDArray[np.float64]]) -> tuple[tf.Tensor, tf.Tensor]:
    """Log-magnitudes and phases, each (1, frames, channels × bins), that make these channels."""
    frames = (len(channels[0]) - FFT) // HOP + 1
    found = [
        np.fft.rfft(np.stack([audio[t * HOP : t * HOP + FFT] for t in range(frames)]))[:, :-1]
        for audio in channels
    ]
    spectrum = np.concatenate(found, axis=1)[None] * (4.0 / FFT)
    log_magnitude = np.log(np.abs(spectrum) + 1e-9)
    return tf.constant(log_magnitude, tf.float32), tf.constant(np.angle(spectrum), tf.float32)


@pytest.mark.parametrize("frequency", [500.0, 1_500.0, 4_000.0, 7_000.0])
def test_a_tone_is_loudest_in_its_own_band(frequency: float) -> None:
    layer = StreamAnalysis(RATE, 1, FFT, HOP, BANDS)
    centres = layer.bank.numpy().T @ np.fft.rfftfreq(FFT, 1 / RATE)[:-1]
    loudest = _analysed(layer, _sine(frequency))[-1].argmax()
    assert loudest == np.abs(centres - frequency).argmin()


def test_a_level_is_a_logarithm_at_half_scale() -> None:
    layer = StreamAnalysis(RATE, 1, FFT, HOP, BANDS)
    noise = np.random.default_rng(0).standard_normal((12 * HOP, 1)).astype(np.float32)
    loud, quiet = _analysed(layer, noise), _analysed(layer, 0.1 * noise)
    np.testing.assert_allclose((loud - quiet)[FADE:], np.log(10) / 2, atol=0.02)


def test_white_noise_is_level_and_silence_is_finite() -> None:
    layer = StreamAnalysis(RATE, 1, FFT, HOP, BANDS)
    noise = np.random.default_rng(0).standard_normal((400 * HOP, 1)).astype(np.float32)
    bands = _analysed(layer, noise)[FADE:].mean(axis=0)
    assert np.ptp(bands) < 0.5
    silence = _analysed(layer, np.zeros((4 * HOP, 1), np.float32))
    assert np.isfinite(silence).all()
    assert silence.max() < bands.min() - 2


def test_a_sample_reaches_the_frames_whose_windows_hold_it() -> None:
    layer, sample = StreamAnalysis(RATE, 1, FFT, HOP, BANDS), 5 * HOP + 7
    audio = 0.1 * _sine(900.0, frames=16)
    before = _analysed(layer, audio)
    audio[sample] += 0.5
    changed = np.flatnonzero(np.abs(_analysed(layer, audio) - before).max(axis=1) > 1e-6)
    np.testing.assert_array_equal(changed, [5, 6, 7, 8])


def test_channels_are_analysed_by_themselves() -> None:
    layer = StreamAnalysis(RATE, 2, FFT, HOP, BANDS)
    alone = StreamAnalysis(RATE, 1, FFT, HOP, BANDS)
    left, right = _sine(500.0), 0.3 * _sine(3_000.0)
    both = _analysed(layer, np.concatenate([left, right], axis=1))
    np.testing.assert_allclose(both[:, :BANDS], _analysed(alone, left), atol=1e-5)
    np.testing.assert_allclose(both[:, BANDS:], _analysed(alone, right), atol=1e-5)


def test_silence_has_finite_gradients() -> None:
    layer = StreamAnalysis(RATE, 1, FFT, HOP, BANDS)
    audio = tf.Variable(tf.zeros((1, 4 * HOP, 1)))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer.advance(audio, tf.zeros((1, *layer.memory)))[0])
    assert np.isfinite(tape.gradient(total, audio).numpy()).all()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("as_matrix", [False, True], ids=["fast", "matrix"])
def test_spectra_of_a_sound_make_that_sound(channels: int, as_matrix: bool) -> None:
    sounds = [_chord(20 * HOP + FFT, seed) for seed in range(channels)]
    layer = StreamSynthesis(channels, FFT, HOP)
    layer.as_matrix = as_matrix
    magnitude, phase = map(layer.arranged, _spectra(sounds))
    made = layer.advance(magnitude, phase, tf.zeros((1, *layer.memory)))[0].numpy()[0]
    assert made.shape == (21 * HOP, channels)
    expected = np.stack(sounds, axis=1)[: len(made)]
    np.testing.assert_allclose(made[FADE * HOP :], expected[FADE * HOP :], atol=1e-5)
    # The first frames fade in: they have no predecessors.
    assert np.abs(made[: HOP // 4]).max() < 0.1 * np.abs(expected).max()


def test_what_a_frame_began_is_remembered() -> None:
    """After the last frame, silence: its window rings out for the rest of its length."""
    layer = StreamSynthesis(1, FFT, HOP)
    log_magnitude, phase = _spectra([_chord(FFT, 0)])
    first, past = layer.advance(log_magnitude, phase, tf.zeros((1, *layer.memory)))
    quiet = tf.fill((1, 6, FFT // 2), -30.0)
    tail = layer.advance(quiet, tf.zeros_like(quiet), past)[0].numpy()[0, :, 0]
    assert np.abs(first).max() > 0
    assert np.abs(tail[: FADE * HOP]).max() > 0.01
    assert np.abs(tail[FADE * HOP :]).max() < 1e-6


def test_magnitudes_are_limited() -> None:
    """An untrained decoder must not overflow: e² is far above full scale."""
    layer = StreamSynthesis(1, FFT, HOP)
    phase, past = tf.zeros((1, 5, FFT // 2)), tf.zeros((1, *layer.memory))
    for as_matrix in (False, True):
        layer.as_matrix = as_matrix
        limit = layer.advance(tf.fill(phase.shape, 2.0), phase, past)[0].numpy()
        made = layer.advance(tf.fill(phase.shape, 200.0), phase, past)[0].numpy()
        np.testing.assert_allclose(made, limit, rtol=1e-5)


@pytest.mark.parametrize("hop", [32, 64, 128])
def test_windows_add_up_to_a_constant(hop: int) -> None:
    window = StreamSynthesis(1, FFT, hop).window.numpy()
    total = window.reshape(-1, hop).sum(axis=0)
    np.testing.assert_allclose(total, FFT / 4, rtol=1e-5)
