"""The clip family's likelihood of sound, which compares spectra and ignores phase."""

from __future__ import annotations

import tensorflow as tf

from musicvae.vae.clip.fourier import magnitudes
from musicvae.vae.spectra import mel_bank


class SpectralLaplace:
    """Magnitudes at several resolutions, Laplace-distributed around those of the decoded sound.

    log p(x|z) = -Σ |f(x) - f(decoded)| / b over three kinds of features f at three resolutions
    (after Yamamoto et al. 2020): log-magnitudes of mel bands, log-magnitudes of STFT bins, and
    magnitudes of STFT bins relative to the mean magnitude of the clip. The last keep the level up,
    where the logarithms alone would settle for the quiet median. Each resolution counts as much as
    ``BANDS`` bands every 512 samples would; constants are left out.

    Args:
        sample_rate: in Hz.
        scale: b, in nats of magnitude; smaller asks for closer reconstructions.
    """

    FFTS = (512, 1024, 2048)
    BANDS = 80
    FLOOR = 1e-4

    def __init__(self, sample_rate: int, scale: float) -> None:
        self.scale = scale
        self.banks = [
            tf.constant(mel_bank(sample_rate, fft, min(self.BANDS, fft // 16)), tf.float32)
            for fft in self.FFTS
        ]

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """log p(x|z) up to a constant.

        Args:
            x: float32 (batch, samples, channels), full scale ±1.
            decoded: the decoder's output, of the same shape.

        Returns:
            float32 (batch,), in nats.
        """
        terms = self.BANDS * x.shape[1] / 512
        return -self.distance(x, decoded) * terms / self.scale

    def distance(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """Mean absolute difference over all features and resolutions, float32 (batch,).

        Args: as for :meth:`log_prob`.
        """
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
        """The decoder's output, float32 (batch, samples, channels), which is sound already."""
        return decoded

    def _difference(self, real: tf.Tensor, made: tf.Tensor) -> tf.Tensor:
        """Difference of magnitudes (batch, frames, bins), relative to the real ones, (batch,)."""
        mean = tf.reduce_mean(real, axis=[1, 2]) + self.FLOOR
        return tf.reduce_mean(tf.abs(real - made), axis=[1, 2]) / mean

    def _log_difference(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        """Difference of log-magnitudes (batch, frames, bins), in nats, (batch,)."""
        difference = tf.math.log(a + self.FLOOR) - tf.math.log(b + self.FLOOR)
        return tf.reduce_mean(tf.abs(difference), axis=[1, 2])
