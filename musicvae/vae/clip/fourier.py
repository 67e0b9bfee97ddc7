"""Layers between sound and spectrum: analysis for the encoder, synthesis for the decoder."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.vae.spectra import hann, log_bands, mel_bank, stft_magnitudes


def magnitudes(audio: tf.Tensor, fft: int, hop: int) -> tf.Tensor:
    """Short-time Fourier magnitudes with centred windows, reflected at the ends.

    Args:
        audio: float32 (batch, samples), full scale ±1; more samples than half a window.
        fft: window and transform size in samples.
        hop: in samples.

    Returns:
        float32 (batch, samples // hop, fft // 2 + 1); a full-scale sine peaks near 1.
    """
    # Zeros instead of the reflected sound would put an edge into every clip.
    side = (fft - hop) // 2
    padded = tf.pad(audio, [[0, 0], [side, fft - hop - side]], mode="REFLECT")
    return stft_magnitudes(padded, fft, hop) * (4.0 / fft)


class LogMel(keras.layers.Layer):
    """Natural logarithms of mel-band magnitudes, scaled to about unit variance.

    Args:
        sample_rate: in Hz.
        fft: window size in samples.
        hop: in samples.
        bands: number of mel bands from 0 Hz to half the sample rate (Slaney's scale).

    Input shape: float32 (batch, samples, channels), full scale ±1.
    Output shape: float32 (batch, samples // hop, bands × channels).
    """

    def __init__(self, sample_rate: int, fft: int, hop: int, bands: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.fft, self.hop, self.bands = fft, hop, bands
        self.bank = tf.constant(mel_bank(sample_rate, fft, bands), tf.float32)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Analyse the sound."""
        return log_bands(
            magnitudes(inputs[:, :, channel], self.fft, self.hop) @ self.bank
            for channel in range(inputs.shape[-1])
        )


class FourierSynthesis(keras.layers.Layer):
    """Turns frames of log-magnitudes and phases into sound: inverse transform and overlap-add.

    After Siuzdak 2023, *Vocos*. Training uses the fast transform. The matrix product, which equals
    it up to rounding, converts to ONNX; :func:`musicvae.vae.spectra.as_matrices` selects it.

    Args:
        frames: number of frames.
        fft: window size in samples; a multiple of ``hop``.
        hop: samples per frame.

    Input shape: two float32 (batch, frames, fft // 2 + 1): natural logarithms of magnitudes, where
    a full-scale sine peaks near 0, and phases in radians.
    Output shape: float32 (batch, frames × hop, 1), full scale ±1.
    """

    def __init__(self, frames: int, fft: int, hop: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.frames, self.fft, self.hop = frames, fft, hop
        window = hann(fft)
        bins = fft // 2 + 1
        angles = 2 * np.pi * np.outer(np.arange(bins), np.arange(fft)) / fft
        # Each bin of a real signal stands for two, except for the first and the last one.
        weight = np.full((bins, 1), 2.0)
        weight[[0, -1]] = 1.0
        basis = np.concatenate([weight * np.cos(angles), -weight * np.sin(angles)]) * window / fft
        self.gain = fft / 4.0
        self.basis = tf.constant(basis * self.gain, tf.float32)
        self.window = tf.constant(window * self.gain, tf.float32)
        self.as_matrix = False
        overlap = np.zeros((frames - 1) * hop + fft)
        for frame in range(frames):
            overlap[frame * hop : frame * hop + fft] += window**2
        self.start = (fft - hop) // 2
        kept = overlap[self.start : self.start + frames * hop]
        self.normaliser = tf.constant(1.0 / kept[None, :, None], tf.float32)

    def call(self, log_magnitude: tf.Tensor, phase: tf.Tensor) -> tf.Tensor:
        """Synthesise the sound."""
        magnitude = tf.exp(tf.minimum(log_magnitude, 2.0))
        real, imaginary = magnitude * tf.cos(phase), magnitude * tf.sin(phase)
        if self.as_matrix:
            pieces = tf.concat([real, imaginary], axis=-1) @ self.basis
        else:
            pieces = tf.signal.irfft(tf.complex(real, imaginary), [self.fft]) * self.window
        pieces = tf.reshape(pieces, (-1, self.frames, self.fft // self.hop, self.hop))
        parts = self.fft // self.hop
        total = tf.add_n(
            [tf.pad(pieces[:, :, p], [[0, 0], [p, parts - 1 - p], [0, 0]]) for p in range(parts)]
        )
        audio = tf.reshape(total, (-1, (self.frames + parts - 1) * self.hop, 1))
        return audio[:, self.start : self.start + self.frames * self.hop] * self.normaliser
