"""Between sound and spectrum, frame by frame: causal analysis and synthesis with a memory.

    analysis   frame t sees samples [(t + 1)·hop - fft, (t + 1)·hop)     all have been heard
    synthesis  frame t sounds in samples [t·hop, t·hop + fft)            from when it is known

Each lags by (fft - hop) / 2 samples behind a frame centred on its own hop; both together, encoding
and decoding a sound, delay it by fft - hop.

Training uses the fast transform; the matrix products of ``dft.py``, which are the same to
rounding, convert to ONNX (set ``as_matrix``).
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from librosa.filters import mel

from musicvae.vae.clip.fourier import hann
from musicvae.vae.stream import dft
from musicvae.vae.stream.layers import Memory


class StreamAnalysis(keras.layers.Layer):
    """Natural log of mel-band magnitudes of the sound heard so far, at about unit variance.

    Args:
        sample_rate: in Hz.
        channels: of the sound.
        fft: window in samples; 256, 1024 or 4096.
        hop: samples per frame; divides ``fft``.
        bands: mel bands from 0 Hz to half the sample rate (Slaney's scale).

    Input shape: (batch, frames × hop, channels).
    Output shape: (batch, frames, bands × channels).
    """

    def __init__(
        self, sample_rate: int, channels: int, fft: int, hop: int, bands: int, **options: Any
    ) -> None:
        super().__init__(trainable=False, **options)
        self.channels, self.fft, self.hop = channels, fft, hop
        self.memory: Memory = (fft - hop, channels)
        bank = mel(sr=sample_rate, n_fft=fft, n_mels=bands, norm=None)[:, :-1]
        bank = bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-9)
        self.bank = tf.constant(bank.T, tf.float32)
        # A full-scale sine peaks near 1.
        window = hann(fft) * (4.0 / fft)
        self.window = tf.constant(window, tf.float32)
        self.transform = dft.Transform(*map(tf.constant, dft.forward(window)))
        self.as_matrix = False

    def advance(self, x: tf.Tensor, past: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Analyse."""
        known = tf.concat([past, x], axis=1)
        parts = self.fft // self.hop
        bands = []
        for channel in range(self.channels):
            hops = tf.reshape(known[:, :, channel], (tf.shape(x)[0], -1, self.hop))
            frames = [hops[:, part : -(parts - 1 - part) or None] for part in range(parts)]
            power = self._power(tf.concat(frames, axis=2))
            # The root's slope is infinite at 0; digital silence must not make the gradient NaN.
            bands.append(tf.math.log(tf.sqrt(power + 1e-10) @ self.bank + 1e-4))
        # Music at -20 dBFS lies around -6 here and spreads by about 2.
        return (tf.concat(bands, axis=2) + 6.0) / 2.0, known[:, -self.memory[0] :]

    def _power(self, frames: tf.Tensor) -> tf.Tensor:
        """Squared magnitudes of (batch, frames, fft), float32 (batch, frames, fft // 2)."""
        if not self.as_matrix:
            spectrum = tf.signal.rfft(frames * self.window)[:, :, :-1]
            return tf.math.real(spectrum) ** 2 + tf.math.imag(spectrum) ** 2
        root = dft.root(self.fft)
        x = tf.reshape(frames, (-1, root, root)) * self.transform.scale
        x = (self.transform.first @ x) * self.transform.twiddle
        x = tf.reshape(x, (-1, root, 4 * root)) @ self.transform.second  # (frames, b, [re a, im a])
        x = x**2
        power = tf.transpose(x[:, :, : root // 2] + x[:, :, root // 2 :], (0, 2, 1))
        return tf.reshape(power, (1, -1, self.fft // 2))


class StreamSynthesis(keras.layers.Layer):
    """Log-magnitudes and phases to sound: inverse Fourier transform and overlap-add.

    After Siuzdak 2023, *Vocos*, here with a memory: what the frames so far have begun and not yet
    ended. Hann windows overlap to a constant from the fourth frame on; the first ones fade in.

    Args:
        channels: of the sound.
        fft: window in samples; 256, 1024 or 4096.
        hop: samples per frame; a quarter of ``fft`` or less.

    Input shape: two tensors (batch, frames, channels × fft // 2).
    Output shape: (batch, frames × hop, channels).
    """

    def __init__(self, channels: int, fft: int, hop: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.channels, self.fft, self.hop = channels, fft, hop
        self.parts = fft // hop
        self.memory: Memory = (self.parts - 1, fft * channels)
        # Hann windows a quarter apart or closer sum up to half their number.
        window = hann(fft) * (fft / 4.0) / (self.parts / 2.0)
        self.window = tf.constant(window, tf.float32)
        self.transform = dft.Transform(*map(tf.constant, dft.inverse(window)))
        # The constant bin stands for itself, the others for two, which dft.py leaves to us.
        self.halved = tf.constant([math.log(0.5)] + [0.0] * (fft // 2 - 1), tf.float32)
        self.as_matrix = False

    def advance(
        self, log_magnitude: tf.Tensor, phase: tf.Tensor, past: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Synthesise."""
        batch = tf.shape(past)[0]
        limit = 2.0
        if self.as_matrix:
            halved = tf.tile(self.halved, [self.channels])
            log_magnitude, limit = log_magnitude + halved, limit + halved
        magnitude = tf.exp(tf.minimum(log_magnitude, limit))
        pieces = self._pieces(magnitude * tf.cos(phase), magnitude * tf.sin(phase))
        pieces = tf.reshape(pieces, (batch, -1, self.channels, self.parts, self.hop))
        pieces = tf.transpose(pieces, (0, 1, 3, 4, 2)) if self.channels > 1 else pieces
        pieces = tf.reshape(pieces, (batch, -1, self.parts, self.hop * self.channels))
        last, width = self.parts - 1, self.fft * self.channels
        known = tf.concat([tf.reshape(past, (batch, last, self.parts, -1)), pieces], axis=1)
        # Part p of a frame sounds p hops later than its first.
        total = known[:, last:, :1]
        for part in range(1, self.parts):
            total += known[:, last - part : -part, part : part + 1]
        audio = tf.reshape(total, (batch, -1, self.channels))
        return audio, tf.reshape(known[:, -last:], (batch, last, width))

    def _pieces(self, real: tf.Tensor, imaginary: tf.Tensor) -> tf.Tensor:
        """Windowed samples of each spectrum, float32 (spectra, fft)."""
        bins = self.fft // 2
        real, imaginary = tf.reshape(real, (-1, bins)), tf.reshape(imaginary, (-1, bins))
        if not self.as_matrix:
            spectrum = tf.pad(tf.complex(real, imaginary), [[0, 0], [0, 1]])
            return tf.signal.irfft(spectrum, [self.fft]) * self.window
        root = dft.root(self.fft)
        x = tf.reshape(tf.concat([real, imaginary], axis=1), (-1, root, root))
        x = (self.transform.first @ x) * self.transform.twiddle
        x = tf.reshape(x, (-1, root, 4 * root)) @ self.transform.second  # (spectra, r, m)
        return tf.reshape(tf.transpose(x * self.transform.scale, (0, 2, 1)), (-1, self.fft))
