from __future__ import annotations

import numpy as np
import tensorflow as tf

from musicvae.vae.clip.fourier import FourierSynthesis, LogMel, magnitudes

FFT, HOP, FRAMES = 256, 64, 20


def _synthesis_of(audio: np.ndarray, as_matrix: bool) -> np.ndarray:
    """Analyse with numpy exactly as the layer synthesises, then synthesise."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
    start = (FFT - HOP) // 2
    padded = np.pad(audio, (start, FFT))
    frames = np.stack([padded[i * HOP : i * HOP + FFT] * window for i in range(FRAMES)])
    spectrum = np.fft.rfft(frames)[None] / (FFT / 4.0)
    layer = FourierSynthesis(FRAMES, FFT, HOP)
    layer.as_matrix = as_matrix
    log_magnitude = tf.constant(np.log(np.abs(spectrum) + 1e-12), tf.float32)
    sound: np.ndarray = layer(log_magnitude, tf.constant(np.angle(spectrum), tf.float32)).numpy()
    return sound[0, :, 0]


def test_synthesis_inverts_the_analysis() -> None:
    audio = np.random.default_rng(0).standard_normal(FRAMES * HOP) * 0.1
    made = _synthesis_of(audio, as_matrix=False)
    assert made.shape == (FRAMES * HOP,)
    # The last frames lack their successors here, so only what all frames cover is compared.
    inner = slice(0, -FFT)
    np.testing.assert_allclose(made[inner], audio[inner], atol=1e-5)


def test_matrix_product_and_fast_transform_agree() -> None:
    audio = np.random.default_rng(1).standard_normal(FRAMES * HOP) * 0.1
    np.testing.assert_allclose(_synthesis_of(audio, True), _synthesis_of(audio, False), atol=2e-6)


def test_a_full_scale_sine_peaks_near_one() -> None:
    sine = np.sin(2 * np.pi * 16 * np.arange(4096) / FFT).astype(np.float32)[None]
    spectrum = magnitudes(tf.constant(sine), FFT, HOP).numpy()
    assert spectrum.shape == (1, 4096 // HOP, FFT // 2 + 1)
    assert spectrum[0, 30].argmax() == 16
    assert abs(spectrum[0, 30, 16] - 1.0) < 0.01


def test_silence_has_a_finite_gradient() -> None:
    audio = tf.Variable(tf.zeros((1, 2048)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.math.log(magnitudes(audio, FFT, HOP) + 1e-4))
    assert np.isfinite(tape.gradient(loss, audio).numpy()).all()


def test_log_mel_has_a_frame_each_hop_and_both_channels() -> None:
    layer = LogMel(16_000, FFT, HOP, 24)
    assert layer(tf.random.normal((2, 1024, 2))).shape == (2, 16, 48)
