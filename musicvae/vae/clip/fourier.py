"""Between sound and spectrum, as layers: analysis for the encoder, synthesis for the decoder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from librosa.filters import mel


@contextmanager
def as_matrices(*layers: Any) -> Iterator[None]:
    """While the block runs, these layers' Fourier transforms are matrix products, as ONNX needs."""
    for layer in layers:
        layer.as_matrix = True
    try:
        yield
    finally:
        for layer in layers:
            layer.as_matrix = False


def hann(size: int) -> np.ndarray:
    """The periodic Hann window, float64, shape (size,)."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def magnitudes(audio: tf.Tensor, fft: int, hop: int) -> tf.Tensor:
    """Short-time Fourier magnitudes with centred frames.

    Args:
        audio: float32 (batch, samples).
        fft: window and transform size in samples.
        hop: in samples.

    Returns:
        float32 (batch, samples // hop, fft // 2 + 1); a full-scale sine peaks near 1.
    """
    # Reflection needs fewer samples than there are; zeros would put an edge into every clip.
    side = (fft - hop) // 2
    padded = tf.pad(audio, [[0, 0], [side, fft - hop - side]], mode="REFLECT")
    spectrum = tf.signal.stft(padded, fft, hop, fft, pad_end=False)
    power = tf.math.real(spectrum) ** 2 + tf.math.imag(spectrum) ** 2
    # The root's slope is infinite at 0; digital silence must not make the gradient NaN.
    return tf.sqrt(power + 1e-10) * (4.0 / fft)


class LogMel(keras.layers.Layer):
    """Natural log of mel-band magnitudes, scaled to about unit variance.

    Args:
        sample_rate: in Hz.
        fft: window size in samples.
        hop: in samples.
        bands: number of mel bands from 0 Hz to half the sample rate (Slaney's scale).

    Input shape: (batch, samples, channels).
    Output shape: (batch, samples // hop, bands × channels).
    """

    def __init__(self, sample_rate: int, fft: int, hop: int, bands: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.fft, self.hop, self.bands = fft, hop, bands
        bank = mel(sr=sample_rate, n_fft=fft, n_mels=bands, norm=None)
        # Each band is a mean over its bins, so that white noise is level over the bands.
        bank = bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-9)
        self.bank = tf.constant(bank.T, tf.float32)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Analyse."""
        channels = [
            tf.math.log(magnitudes(inputs[:, :, c], self.fft, self.hop) @ self.bank + 1e-4)
            for c in range(inputs.shape[-1])
        ]
        # Music at -20 dBFS lies around -6 here and spreads by about 2.
        return (tf.concat(channels, axis=-1) + 6.0) / 2.0


class FourierSynthesis(keras.layers.Layer):
    """Frames of log-magnitude and phase to sound: inverse Fourier transform and overlap-add.

    After Siuzdak 2023, *Vocos*. Training uses the fast transform; the matrix product, which is
    the same to rounding, converts to ONNX (set ``as_matrix``).

    Args:
        frames: number of frames.
        fft: window size in samples; a multiple of ``hop``.
        hop: samples per frame.

    Input shape: two tensors (batch, frames, fft // 2 + 1): log-magnitudes and phases in radians.
    Output shape: (batch, frames × hop, 1).
    """

    def __init__(self, frames: int, fft: int, hop: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.frames, self.fft, self.hop = frames, fft, hop
        window = hann(fft)
        bins = fft // 2 + 1
        angles = 2 * np.pi * np.outer(np.arange(bins), np.arange(fft)) / fft
        # A real signal's bins stand for two, but for the first and the last one.
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
        """Synthesise."""
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
