"""A likelihood of sound by its spectra, where phase does not count."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from librosa.filters import mel

from musicvae.vae.clip.fourier import magnitudes


class SpectralLaplace:
    """Magnitudes at several resolutions, each Laplace-distributed about the decoded ones.

    log p(x|z) = -Σ |f(x) - f(decoded)| / b over three kinds of features f at three resolutions
    (after Yamamoto et al. 2020): log-magnitudes of mel bands, log-magnitudes of STFT bins, and
    magnitudes of STFT bins relative to the clip's mean one, which hold the level up where the
    logarithms alone would settle for the quiet median. Normalised so that every resolution counts
    as much as ``BANDS`` bands every 512 samples would; constants are left out.

    Args:
        sample_rate: in Hz.
        scale: b, in nats of magnitude; smaller asks for closer reconstructions.
    """

    FFTS = (512, 1024, 2048)
    BANDS = 80
    FLOOR = 1e-4

    def __init__(self, sample_rate: int, scale: float) -> None:
        self.scale = scale
        self.banks = []
        for fft in self.FFTS:
            bands = min(self.BANDS, fft // 16)
            bank = mel(sr=sample_rate, n_fft=fft, n_mels=bands, norm=None)
            bank = bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-9)
            self.banks.append(tf.constant(bank.T, tf.float32))

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """log p(x|z) up to a constant, float32 (batch,), in nats."""
        terms = self.BANDS * x.shape[1] / 512
        return -self.distance(x, decoded) * terms / self.scale

    def distance(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """Mean absolute difference over all features and resolutions, float32 (batch,)."""
        parts = []
        for channel in range(x.shape[-1]):
            for fft, bank in zip(self.FFTS, self.banks, strict=True):
                real = magnitudes(x[:, :, channel], fft, fft // 2)
                made = magnitudes(decoded[:, :, channel], fft, fft // 2)
                parts.append(self._log_difference(real @ bank, made @ bank))
                parts.append(0.5 * self._log_difference(real, made))
                parts.append(0.5 * self._difference(real, made))
        return tf.add_n(parts) / (2.0 * len(self.FFTS) * x.shape[-1])

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        """The decoder's output is sound already."""
        return decoded

    def _difference(self, real: tf.Tensor, made: tf.Tensor) -> tf.Tensor:
        mean = tf.reduce_mean(real, axis=[1, 2]) + self.FLOOR
        return tf.reduce_mean(tf.abs(real - made), axis=[1, 2]) / mean

    def _log_difference(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        difference = tf.math.log(a + self.FLOOR) - tf.math.log(b + self.FLOOR)
        return tf.reduce_mean(tf.abs(difference), axis=[1, 2])
