"""Compares spectra at several resolutions, from windows for attacks to windows for tones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from musicvae.vae.spectra import mel, stft_magnitudes
from musicvae.vae.stream.settings import transforms

#: Number of mel bands for each size of transform, counted from the largest.
_BANDS = (80, 80, 40, 24, 12, 8)
#: Added to a magnitude before its logarithm; magnitudes far below it do not count.
FLOOR = 1e-3
#: Seconds of the moving mean around which mel bands fluctuate.
MOVING = 0.2
#: Fluctuation below this, as a standard deviation in nats, counts as that.
STILL = 0.02


class Spectrum(NamedTuple):
    """A signal at one resolution; each field is float32 (batch, frames, bins or bands).

    Attributes:
        magnitude: of each bin.
        log_magnitude: natural logarithm of it.
        log_mel: natural logarithm of the magnitude of each mel band.
        level: half the natural logarithm of the mean power of each mel band over all frames,
            (batch, bands).
        whole: the same of all bins together, (batch,).
        fluctuation: natural logarithm of the standard deviation of the log mel magnitude around its
            moving mean over 0.2 s, (batch, bands).
    """

    magnitude: tf.Tensor
    log_magnitude: tf.Tensor
    log_mel: tf.Tensor
    level: tf.Tensor
    whole: tf.Tensor
    fluctuation: tf.Tensor


#: Signals at all resolutions: all of the first signal, then all of the second, and so on.
Spectra = list[Spectrum]


class SpectralDistance:
    """The distance between signals, the mean over resolutions of

        spectral convergence + mean |Δ log magnitude|       (Yamamoto et al. 2020, both terms)
        + mel_weight · mean |Δ log mel magnitude|
        + flux_weight · mean |Δ (log mel magnitude - that of the frame before)|
        + level_weight · ½ (mean |Δ level| + |Δ level of all|)
        + fluctuation_weight · mean |Δ fluctuation|

    where Δ is the difference of two signals. The flux term counts attacks and decays as such,
    however small. The level is that of a mel band over the whole signal, or of all frequencies
    together: where a fluctuating magnitude cannot be foretold, the terms before it are least for
    its median, which is 1.6 dB below its mean power for noise. Of mean and half difference of a
    stereo sound it also keeps the width. Likewise that median hardly moves where the magnitude
    does, and the sound is smooth: the fluctuation term asks that each band moves as much as in the
    original, whenever it does (as the global variance of Toda & Tokuda 2007 does for speech).

    Args:
        sample_rate: in Hz.
        shortest: as in :class:`musicvae.vae.stream.settings.StreamSettings`.
        mel_weight: weight of the log-mel term.
        flux_weight: weight of the flux term.
        level_weight: weight of the level term.
        fluctuation_weight: weight of the fluctuation term.

    Attributes:
        ffts: sizes of the transforms in samples, ascending; windows are a quarter of it apart.
    """

    def __init__(
        self,
        sample_rate: int,
        shortest: int,
        mel_weight: float,
        flux_weight: float,
        level_weight: float,
        fluctuation_weight: float = 0.0,
    ) -> None:
        self.mel_weight, self.flux_weight = mel_weight, flux_weight
        self.level_weight, self.fluctuation_weight = level_weight, fluctuation_weight
        self._rate = sample_rate
        self.ffts = transforms(sample_rate, shortest)
        bands = _BANDS[: len(self.ffts)][::-1]
        self.banks = [
            tf.constant(mel(sr=sample_rate, n_fft=fft, n_mels=count).T, tf.float32)
            for fft, count in zip(self.ffts, bands, strict=True)
        ]

    def spectra(self, signals: Sequence[tf.Tensor]) -> Spectra:
        """Signals, float32 (batch, samples) each, at all resolutions."""
        return [
            self._spectrum(signal, fft, bank)
            for signal in signals
            for fft, bank in zip(self.ffts, self.banks, strict=True)
        ]

    def between(self, real: Spectra, made: Spectra) -> tf.Tensor:
        """The distance above, float32 (batch,), of decoded signals from the original ones."""
        return self.apart(real, made, real)

    def apart(self, one: Spectra, other: Spectra, real: Spectra) -> tf.Tensor:
        """The distance of two decodings of the original ``real``, float32 (batch,).

        Its terms are norms of a difference, whose weights depend on the original alone, so that
        they can be parts of an energy distance (Székely & Rizzo 2013).
        """
        total = [
            convergence(a, b, x) + log_difference(a, b) + self._mel(a, b)
            for a, b, x in zip(one, other, real, strict=True)
        ]
        return tf.add_n(total) / len(total)

    def figures(self, real: Spectra, made: Spectra) -> dict[str, tf.Tensor]:
        """Two distances by name, each float32 (batch,), the mean over the signals.

        ``stft``: convergence + mean |Δ log magnitude|, the mean over the three largest transforms.
        ``log_mel``: mean |Δ log mel magnitude| of 80 bands at the largest transform, in nats.
        """
        count = len(self.ffts)
        pairs = list(zip(real, made, strict=True))
        long = [pair for at, pair in enumerate(pairs) if at % count >= count - 3]
        stft = [convergence(a, b, a) + log_difference(a, b) for a, b in long]
        log_mel = [_mean(tf.abs(a.log_mel - b.log_mel)) for a, b in pairs[count - 1 :: count]]
        return {
            "stft": tf.add_n(stft) / len(stft),
            "log_mel": tf.add_n(log_mel) / len(log_mel),
        }

    def _spectrum(self, signal: tf.Tensor, fft: int, bank: tf.Tensor) -> Spectrum:
        magnitude = stft_magnitudes(signal, fft, fft // 4)
        # White noise has the same level over the floor at each resolution.
        floor = FLOOR * fft / self.ffts[-2]
        power = tf.reduce_mean(magnitude**2, axis=1)
        log_mel = tf.math.log(magnitude @ bank + FLOOR)
        return Spectrum(
            magnitude,
            tf.math.log(magnitude + floor),
            log_mel,
            tf.math.log(power @ bank + FLOOR**2) / 2.0,
            tf.math.log(tf.reduce_mean(power, axis=1) + FLOOR**2) / 2.0,
            self._fluctuation(log_mel, fft // 4),
        )

    def _fluctuation(self, log_mel: tf.Tensor, hop: int) -> tf.Tensor:
        """See :class:`Spectrum`; of float32 (batch, frames, bands), ``hop`` samples apart."""
        frames = max(3, round(MOVING * self._rate / hop))
        slow = tf.nn.avg_pool1d(log_mel, frames, 1, "SAME")
        variance = tf.reduce_mean((log_mel - slow) ** 2, axis=1)
        return tf.math.log(variance + STILL**2) / 2.0

    def _mel(self, a: Spectrum, b: Spectrum) -> tf.Tensor:
        """The terms of mel bands, float32 (batch,)."""
        difference = a.log_mel - b.log_mel
        each = _mean(tf.abs(difference))
        flux = _mean(tf.abs(difference[:, 1:] - difference[:, :-1]))
        bands = tf.reduce_mean(tf.abs(a.level - b.level), axis=1)
        level = (bands + tf.abs(a.whole - b.whole)) / 2.0
        total = self.mel_weight * each + self.flux_weight * flux + self.level_weight * level
        if self.fluctuation_weight:
            moves = tf.reduce_mean(tf.abs(a.fluctuation - b.fluctuation), axis=1)
            total += self.fluctuation_weight * moves
        return total


def convergence(a: Spectrum, b: Spectrum, real: Spectrum) -> tf.Tensor:
    """The norm of the difference of magnitudes, relative to that of the original, float32 (batch,).

    Between original and decoded sound it is the spectral convergence.
    """
    norm = tf.sqrt(tf.reduce_sum(real.magnitude**2, axis=[1, 2]))
    error = tf.reduce_sum((a.magnitude - b.magnitude) ** 2, axis=[1, 2])
    return tf.sqrt(error + 1e-8) / (norm + 0.1)


def log_difference(a: Spectrum, b: Spectrum) -> tf.Tensor:
    """Mean |Δ log magnitude|, in nats, float32 (batch,)."""
    return _mean(tf.abs(a.log_magnitude - b.log_magnitude))


def _mean(values: tf.Tensor) -> tf.Tensor:
    """The mean over frames and bands of float32 (batch, frames, bands)."""
    return tf.reduce_mean(values, axis=[1, 2])
