"""The stream family's likelihood of sound, which compares spectra at several resolutions."""

from __future__ import annotations

import tensorflow as tf

from musicvae.vae.spectra import stft_magnitudes
from musicvae.vae.stream.spectral_distance import Spectra, SpectralDistance


class StreamSpectra:
    """Spectra, Laplace-distributed around those of the decoded sound, per latent step.

    log p(x|z) = -features · distance / b, with the distance of
    :class:`musicvae.vae.stream.spectral_distance.SpectralDistance`, the mean over the signals of
    :func:`views`. Constants are left out.

    With ``energy`` above 0 the score of a sound takes the place of the distance, from two decodings
    y and y' of the same latents that start at different times of the decoder's clock:

        ½ distance(x, y) + ½ distance(x, y') - energy · ½ distance(y, y')

    which with ``energy`` 1 is the spectral energy distance (Gritsenko et al. 2020). A mean absolute
    difference alone is least for the median: too quiet, and without fluctuation.

    Args:
        sample_rate: in Hz.
        features: samples × channels of a latent step.
        delay: samples by which the decoded sound lags behind x.
        scale: b, in nats of magnitude; smaller asks for closer reconstructions and costs KL.
        mel_weight: weight of the log-mel term.
        flux_weight: weight of the term of changes of mel magnitudes.
        level_weight: weight of the term of the levels of mel bands.
        fluctuation_weight: weight of the term of how much mel bands fluctuate.
        shortest: the shortest window, as in the settings.
        energy: weight of the difference between two decodings, 0 to 1.
    """

    def __init__(
        self,
        sample_rate: int,
        features: int,
        delay: int,
        scale: float,
        mel_weight: float = 2.0,
        flux_weight: float = 0.0,
        level_weight: float = 0.0,
        fluctuation_weight: float = 0.0,
        shortest: int = 512,
        energy: float = 0.0,
    ) -> None:
        self.features, self.delay, self.scale = features, delay, scale
        self.energy = energy
        weights = (mel_weight, flux_weight, level_weight, fluctuation_weight)
        self.spectral = SpectralDistance(sample_rate, shortest, *weights)

    @property
    def ffts(self) -> tuple[int, ...]:
        """Sizes of the transforms in samples, ascending."""
        return self.spectral.ffts

    def log_prob(
        self,
        x: tf.Tensor,
        decoded: tf.Tensor,
        other: tf.Tensor | None = None,
        sides: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """log p(x|z) per latent step, up to a constant.

        Args:
            x: float32 (batch, samples, channels), full scale ±1.
            decoded: of the same shape, ``delay`` samples late.
            other: a second decoding of the same latents, for ``energy``.
            sides: see :func:`views`.

        Returns:
            float32 (batch,), in nats.
        """
        real, made = (
            self.spectral.spectra(views(part, sides)) for part in self.aligned(x, decoded)
        )
        second = None
        if other is not None:
            second = self.spectral.spectra(views(other[:, self.delay :], sides))
        return -self.features / self.scale * self.distance(real, made, second)

    def distance(self, real: Spectra, made: Spectra, second: Spectra | None = None) -> tf.Tensor:
        """The distance of one decoding, or the score of two, float32 (batch,); see the class."""
        first = self.spectral.between(real, made)
        if second is None:
            return first
        both = (first + self.spectral.between(real, second)) / 2.0
        return both - self.energy / 2.0 * self.spectral.apart(made, second, real)

    def distances(
        self, x: tf.Tensor, decoded: tf.Tensor, sides: tf.Tensor | None = None
    ) -> dict[str, tf.Tensor]:
        """Distances by name, each float32 (batch,); see :meth:`SpectralDistance.figures`.

        Args: as for :meth:`log_prob`.
        """
        pair = [self.spectral.spectra(views(part, sides)) for part in self.aligned(x, decoded)]
        return self.spectral.figures(*pair)

    def aligned(self, x: tf.Tensor, decoded: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Both sounds without the delay, each float32 (batch, samples - delay, channels).

        Args: as for :meth:`log_prob`.
        """
        return x[:, : x.shape[1] - self.delay], decoded[:, self.delay :]

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        """The decoder's output, float32 (batch, samples, channels), which is sound already."""
        return decoded


def views(audio: tf.Tensor, sides: tf.Tensor | None = None) -> list[tf.Tensor]:
    """The signals that are compared, each float32 (batch, samples).

    They are the channels of ``audio``, float32 (batch, samples, channels); of stereo also the mean
    and the half difference of both, which keep the stereo image together.

    Args:
        audio: the sound.
        sides: bool (batch,). Where it is given, stereo has two signals instead of four: these rows
            are compared by mean and half difference, the others by their channels. That is as good
            on average and takes half the time.
    """
    channels = [audio[:, :, channel] for channel in range(audio.shape[-1])]
    if len(channels) != 2:
        return channels
    left, right = channels
    middle, side = (left + right) / 2, (left - right) / 2
    if sides is None:
        return [left, right, middle, side]
    return [tf.where(sides[:, None], middle, left), tf.where(sides[:, None], side, right)]


def spectra(audio: tf.Tensor, fft: int) -> tf.Tensor:
    """Magnitudes, float32 (batch, frames, fft // 2 + 1), in Hann windows a quarter apart.

    Args:
        audio: float32 (batch, samples), full scale ±1.
        fft: window and transform size in samples.
    """
    return stft_magnitudes(audio, fft, fft // 4)
