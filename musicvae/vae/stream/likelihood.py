"""The stream family's likelihood of sound, which compares spectra at several resolutions."""

from __future__ import annotations

import tensorflow as tf

from musicvae.vae.spectra import mel, stft_magnitudes
from musicvae.vae.stream.settings import transforms

#: Numbers of mel bands, one for each size of transform.
BANDS = (40, 80, 80)
#: Added to a magnitude before its logarithm; magnitudes far below it do not count.
FLOOR = 1e-3


class StreamSpectra:
    """Spectra, Laplace-distributed around those of the decoded sound, per latent step.

    log p(x|z) = -features · distance / b, where ``distance`` is the mean over three resolutions of

        spectral convergence + mean |Δ log magnitude|       (Yamamoto et al. 2020, both terms)
        + mel_weight · mean |Δ log mel magnitude|
        + flux_weight · mean |Δ (log mel magnitude - that of the frame before)|

    where Δ is the difference between original and decoded sound. The last term counts attacks and
    decays as such, however small. Constants are left out.

    Args:
        sample_rate: in Hz.
        features: samples × channels of a latent step.
        delay: samples by which the decoded sound lags behind x.
        scale: b, in nats of magnitude; smaller asks for closer reconstructions and costs KL.
        mel_weight: weight of the log-mel term.
        flux_weight: weight of the last term.
    """

    def __init__(
        self,
        sample_rate: int,
        features: int,
        delay: int,
        scale: float,
        mel_weight: float,
        flux_weight: float,
    ) -> None:
        self.features, self.delay, self.scale = features, delay, scale
        self.mel_weight, self.flux_weight = mel_weight, flux_weight
        self.ffts = transforms(sample_rate)
        self.banks = [
            tf.constant(mel(sr=sample_rate, n_fft=fft, n_mels=bands).T, tf.float32)
            for fft, bands in zip(self.ffts, BANDS, strict=True)
        ]

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        """log p(x|z) per latent step, up to a constant.

        Args:
            x: float32 (batch, samples, channels), full scale ±1.
            decoded: of the same shape, ``delay`` samples late.

        Returns:
            float32 (batch,), in nats.
        """
        return -self.features / self.scale * self.distance(*self.aligned(x, decoded))

    def distances(self, x: tf.Tensor, decoded: tf.Tensor) -> dict[str, tf.Tensor]:
        """Two distances by name, each float32 (batch,), the mean over the channels.

        ``stft``: spectral convergence + mean |Δ log magnitude|, the mean over three resolutions.
        ``log_mel``: mean |Δ log mel magnitude| of 80 bands at the largest transform, in nats.

        Args: as for :meth:`log_prob`.
        """
        pairs = list(zip(*map(views, self.aligned(x, decoded)), strict=True))
        stft = [
            self._stft(spectra(a, fft), spectra(b, fft), fft) for a, b in pairs for fft in self.ffts
        ]
        fft, bank = self.ffts[-1], self.banks[-1]
        log_mel = [
            _log_difference(spectra(a, fft) @ bank, spectra(b, fft) @ bank, FLOOR) for a, b in pairs
        ]
        return {
            "stft": tf.add_n(stft) / len(stft),
            "log_mel": tf.add_n(log_mel) / len(log_mel),
        }

    def aligned(self, x: tf.Tensor, decoded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Both sounds without the delay, each float32 (batch, samples - delay, channels).

        Args: as for :meth:`log_prob`.
        """
        return x[:, : x.shape[1] - self.delay], decoded[:, self.delay :]

    def distance(self, x: tf.Tensor, made: tf.Tensor) -> tf.Tensor:
        """The distance in :meth:`log_prob`, mean over resolutions and channels, float32 (batch,).

        Args:
            x: float32 (batch, samples, channels).
            made: the decoded sound in step with it, of the same shape.
        """
        total = [
            self._at(spectra(a, fft), spectra(b, fft), bank, fft)
            for a, b in zip(views(x), views(made), strict=True)
            for fft, bank in zip(self.ffts, self.banks, strict=True)
        ]
        return tf.add_n(total) / len(total)

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        """The decoder's output, float32 (batch, samples, channels), which is sound already."""
        return decoded

    def _at(self, real: tf.Tensor, made: tf.Tensor, bank: tf.Tensor, fft: int) -> tf.Tensor:
        """The distance of magnitudes (batch, frames, bins) at one resolution, float32 (batch,)."""
        difference = _logarithm(real @ bank, FLOOR) - _logarithm(made @ bank, FLOOR)
        log_mel = tf.reduce_mean(tf.abs(difference), axis=[1, 2])
        flux = tf.reduce_mean(tf.abs(difference[:, 1:] - difference[:, :-1]), axis=[1, 2])
        return self._stft(real, made, fft) + self.mel_weight * log_mel + self.flux_weight * flux

    def _stft(self, real: tf.Tensor, made: tf.Tensor, fft: int) -> tf.Tensor:
        """The STFT distance of magnitudes (batch, frames, bins), float32 (batch,)."""
        norm = tf.sqrt(tf.reduce_sum(real**2, axis=[1, 2]))
        convergence = tf.sqrt(tf.reduce_sum((real - made) ** 2, axis=[1, 2]) + 1e-8) / (norm + 0.1)
        return convergence + _log_difference(real, made, FLOOR * fft / self.ffts[1])


def views(audio: tf.Tensor) -> list[tf.Tensor]:
    """The signals that are compared, each float32 (batch, samples).

    They are the channels of ``audio``, float32 (batch, samples, channels); of stereo also the mean
    and the half difference of both, which keep the stereo image together.
    """
    channels = [audio[:, :, channel] for channel in range(audio.shape[-1])]
    if len(channels) == 2:
        left, right = channels
        channels += [(left + right) / 2, (left - right) / 2]
    return channels


def spectra(audio: tf.Tensor, fft: int) -> tf.Tensor:
    """Magnitudes, float32 (batch, frames, fft // 2 + 1), in Hann windows a quarter apart.

    Args:
        audio: float32 (batch, samples), full scale ±1.
        fft: window and transform size in samples.
    """
    return stft_magnitudes(audio, fft, fft // 4)


def _logarithm(magnitude: tf.Tensor, floor: float) -> tf.Tensor:
    """Natural logarithm, float32, of magnitudes of any shape."""
    return tf.math.log(magnitude + floor)


def _log_difference(a: tf.Tensor, b: tf.Tensor, floor: float) -> tf.Tensor:
    """Mean |Δ log| of magnitudes (batch, frames, bins), in nats, float32 (batch,)."""
    return tf.reduce_mean(tf.abs(_logarithm(a, floor) - _logarithm(b, floor)), axis=[1, 2])
