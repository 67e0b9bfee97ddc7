"""Layers between sound and spectrum, frame by frame: causal analysis and synthesis.

    analysis   frame t depends on samples [(t + 1)·hop - fft, (t + 1)·hop), the past alone
    synthesis  frame t sounds in samples [t·hop, t·hop + fft), beginning when it is known

Each lags (fft - hop) / 2 samples behind a window centred on the frame's own hop. Encoding and
decoding a sound therefore delays it by fft - hop samples.

Training uses the fast transform. The matrix products of ``dft.py``, which equal it up to rounding,
convert to ONNX; :func:`musicvae.vae.spectra.as_matrices` selects them.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.vae.spectra import hann, log_bands, magnitude, mel_bank, power
from musicvae.vae.stream import dft
from musicvae.vae.stream.layers import Memory


class StreamAnalysis(keras.layers.Layer):
    """Natural logarithms of the mel-band magnitudes of past sound, at about unit variance.

    Args:
        sample_rate: in Hz.
        channels: number of channels of the sound.
        fft: window in samples; 256, 1024 or 4096.
        hop: samples per frame; divides ``fft``.
        bands: mel bands from 0 Hz to half the sample rate (Slaney's scale).

    Input shape: float32 (batch, frames × hop, channels), full scale ±1.
    Output shape: float32 (batch, frames, bands × channels).
    """

    def __init__(
        self, sample_rate: int, channels: int, fft: int, hop: int, bands: int, **options: Any
    ) -> None:
        super().__init__(trainable=False, **options)
        self.channels, self.fft, self.hop = channels, fft, hop
        self.memory: Memory = (fft - hop, channels)
        self.bank = tf.constant(mel_bank(sample_rate, fft, bands, bins=fft // 2), tf.float32)
        # A full-scale sine peaks near 1.
        window = hann(fft) * (4.0 / fft)
        self.window = tf.constant(window, tf.float32)
        self.transform = dft.Transform(*map(tf.constant, dft.forward(window)))
        self.as_matrix = False

    def advance(self, x: tf.Tensor, past: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Analyse the next hops of sound.

        Args:
            x: float32 (batch, frames × hop, channels).
            past: the samples before, float32 (batch, fft - hop, channels).

        Returns:
            The frames, float32 (batch, frames, bands × channels), and the next past.
        """
        known = tf.concat([past, x], axis=1)
        remembered = known[:, -self.memory[0] :]
        if self.as_matrix and self.channels > 1:
            return self._bands_at_once(known), remembered
        bands = log_bands(
            magnitude(self._power(self._windows(known[:, :, channel], tf.shape(x)[0]))) @ self.bank
            for channel in range(self.channels)
        )
        return bands, remembered

    def _bands_at_once(self, known: tf.Tensor) -> tf.Tensor:
        """The bands of one sound, float32 (1, samples, channels), all channels in each operator.

        A graph that plays step by step pays for each.
        """
        power = self._power(self._windows(tf.transpose(known[0]), self.channels))
        bands = log_bands([magnitude(power) @ self.bank])  # those of one channel after another
        count = self.bank.shape[1]
        rows = tf.transpose(tf.reshape(bands, (self.channels, -1, count)), (1, 0, 2))
        return tf.reshape(rows, (1, -1, self.channels * count))

    def _windows(self, samples: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        """Samples (batch, fft - hop + frames × hop) as one window a frame, (batch, frames, fft)."""
        parts = self.fft // self.hop
        hops = tf.reshape(samples, (batch, -1, self.hop))
        return tf.concat([hops[:, part : -(parts - 1 - part) or None] for part in range(parts)], 2)

    def _power(self, frames: tf.Tensor) -> tf.Tensor:
        """Squared magnitudes, float32 (batch, frames, fft // 2), of (batch, frames, fft)."""
        if not self.as_matrix:
            return power(tf.signal.rfft(frames * self.window)[:, :, :-1])
        root = dft.root(self.fft)
        x = tf.reshape(frames, (-1, root, root)) * self.transform.scale
        x = (self.transform.first @ x) * self.transform.twiddle
        x = tf.reshape(x, (-1, root, 4 * root)) @ self.transform.second  # (frames, b, [re a, im a])
        x = x**2
        squared = tf.transpose(x[:, :, : root // 2] + x[:, :, root // 2 :], (0, 2, 1))
        return tf.reshape(squared, (1, -1, self.fft // 2))


class StreamSynthesis(keras.layers.Layer):
    """Turns log-magnitudes and phases into sound: inverse Fourier transform and overlap-add.

    After Siuzdak 2023, *Vocos*, here with a memory of the windows that have begun and not ended.
    Hann windows overlap to a constant once as many have begun as overlap; the first ones fade in.

    Args:
        channels: number of channels of the sound.
        fft: window in samples; 256, 1024 or 4096.
        hop: samples per frame; half of ``fft`` or less.

    Input shape: two float32 (batch, frames, channels × fft // 2): natural logarithms of magnitudes,
    where a full-scale sine peaks near 0, and phases in radians; the bins of each channel in the
    order of :meth:`arranged`.
    Output shape: float32 (batch, frames × hop, channels), full scale ±1.
    """

    def __init__(self, channels: int, fft: int, hop: int, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.channels, self.fft, self.hop = channels, fft, hop
        self.parts = fft // hop
        self.memory: Memory = (self.parts - 1, fft * channels)
        # Hann windows half their length apart or closer add up to half their number.
        window = hann(fft) * (fft / 4.0) / (self.parts / 2.0)
        self.window = tf.constant(window, tf.float32)
        self.transform = dft.Transform(*map(tf.constant, dft.inverse(window)))
        # Of a real signal, the bin at 0 Hz counts once and all others twice; dft.py counts all
        # twice.
        self.halved = tf.constant([math.log(0.5)] + [0.0] * (fft // 2 - 1), tf.float32)
        self.order = dft.order(fft)
        self.as_matrix = False

    def arranged(self, columns: tf.Tensor) -> tf.Tensor:
        """Columns that belong to the bins of each channel in the order that ``advance`` takes.

        Matrix products take the bins in another order than they have. Weights of the layers before
        are put into that order once, when a model is exported, and spectra in no block.

        Args:
            columns: float32 (…, channels × fft // 2), by rising frequency.
        """
        if not self.as_matrix:
            return columns
        bins = len(self.order)
        order = np.concatenate([self.order + bins * channel for channel in range(self.channels)])
        return tf.gather(columns, order, axis=-1)

    def advance(
        self, log_magnitude: tf.Tensor, phase: tf.Tensor, past: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Synthesise the next frames.

        Args:
            log_magnitude: float32 (batch, frames, channels × fft // 2).
            phase: in radians, of the same shape.
            past: the windows of the frames before, float32 (batch, fft / hop - 1, channels × fft).

        Returns:
            Sound, float32 (batch, frames × hop, channels), and the next past.
        """
        batch = tf.shape(past)[0]
        limit = 2.0
        if self.as_matrix:
            halved = tf.tile(self.halved, [self.channels])
            log_magnitude, limit = log_magnitude + halved, limit + halved
        magnitude = tf.exp(tf.minimum(log_magnitude, limit))
        pieces = self._pieces(magnitude * tf.cos(phase), magnitude * tf.sin(phase))
        window = (self.channels, self.parts, self.hop)
        pieces = tf.reshape(pieces, (batch, -1, *window))
        last, width = self.parts - 1, self.fft * self.channels
        known = tf.concat([tf.reshape(past, (batch, last, *window)), pieces], axis=1)
        # Part p of a window sounds p hops later than its first part.
        total = known[:, last:, :, :1]
        for part in range(1, self.parts):
            total += known[:, last - part : -part, :, part : part + 1]
        if self.channels > 1:
            total = tf.reshape(total, (batch, -1, self.channels, self.hop))
            total = tf.transpose(total, (0, 1, 3, 2))
        audio = tf.reshape(total, (batch, -1, self.channels))
        return audio, tf.reshape(known[:, -last:], (batch, last, width))

    def _pieces(self, real: tf.Tensor, imaginary: tf.Tensor) -> tf.Tensor:
        """Windowed samples, float32 (spectra, fft), of spectra given as real and imaginary parts.

        Args:
            real: float32, fft // 2 numbers for each spectrum.
            imaginary: of the same shape.
        """
        if not self.as_matrix:
            real, imaginary = (tf.reshape(part, (-1, self.fft // 2)) for part in (real, imaginary))
            spectrum = tf.pad(tf.complex(real, imaginary), [[0, 0], [0, 1]])
            return tf.signal.irfft(spectrum, [self.fft]) * self.window
        root = dft.root(self.fft)
        parts = [tf.reshape(part, (-1, root, root // 2)) for part in (real, imaginary)]
        x = (tf.concat(parts, axis=2) @ self.transform.first) * self.transform.twiddle
        x = self.transform.second @ tf.reshape(x, (-1, 4 * root, root))  # (spectra, m, r)
        return tf.reshape(x * self.transform.scale, (-1, self.fft))
