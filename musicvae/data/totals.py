"""Measures a sound that comes in blocks: what the rules for tracks need to know of the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples

#: A sample counts as at full scale from this magnitude on.
FULL_SCALE = 0.999
#: Not even samples on the scale of 32-bit integers reach this magnitude; far above it squares are
#: not finite in single precision.
LARGEST = 1e12


class Totals:
    """Sums over a sound, in float64, so that length costs no precision.

    Args:
        channels: number of channels of the sound.

    Attributes:
        samples: length so far, in samples.
        bad: how many samples are NaN, infinite or above :data:`LARGEST`; the other figures leave
            their block out.
        peak: largest magnitude, of full scale 1.
    """

    def __init__(self, channels: int) -> None:
        self.samples = self.bad = self._full = 0
        self.peak = 0.0
        self._sums, self._squares = np.zeros(channels), np.zeros(channels)
        self._mean_squares = 0.0

    def add(self, block: Samples) -> None:
        """Take the next block, float32 (samples, channels), full scale ±1."""
        self.samples += len(block)
        if not len(block):
            return
        peak = float(max(block.max(), -block.min()))
        if not peak <= LARGEST:  # NaN is not
            self.peak = max(self.peak, peak if np.isfinite(peak) else 0.0)
            self.bad += block.size - int(np.count_nonzero(np.abs(block) <= LARGEST))
            return
        self.peak = max(self.peak, peak)
        if peak >= FULL_SCALE:
            self._full += int(np.count_nonzero(np.abs(block) >= FULL_SCALE))
        # Within a block float32 is precise enough; across blocks it would not be.
        self._sums += block.sum(axis=0, dtype=np.float64)
        self._squares += [float(np.dot(channel, channel)) for channel in block.T]
        if block.shape[1] > 1:
            mean = block.mean(axis=1, dtype=np.float32)
            self._mean_squares += float(np.dot(mean, mean))

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean of each channel, of full scale 1, float64 (channels,)."""
        means: NDArray[np.float64] = self._sums / max(1, self.samples)
        return means

    @property
    def full_scale(self) -> float:
        """Share of the samples of all channels that are at full scale, 0 to 1."""
        return self._full / max(1, self.samples * len(self._sums))

    def rms(self, samples: int | None = None) -> NDArray[np.float64]:
        """RMS of each channel without its mean, of full scale 1, float64 (channels,).

        Args:
            samples: length of the sound, where zeros follow that were not added.
        """
        count = max(1, samples or self.samples)
        power = self._squares / count - (self._sums / count) ** 2
        rms: NDArray[np.float64] = np.sqrt(np.maximum(0, power))
        return rms

    def rms_of_mean(self) -> float:
        """RMS of the mean of several channels, without its own mean, of full scale 1."""
        power = self._mean_squares / max(1, self.samples) - self.means.mean() ** 2
        return float(np.sqrt(max(0.0, power)))
