"""A limiter without memory: bends loud samples so that none exceeds a ceiling."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples


class Limiter:
    """Leaves samples below the knee as they are and bends louder ones towards the ceiling.

    The curve is ``knee + room · e / (e + room)``, where ``e`` is the excess over the knee. It has a
    continuous slope and no memory: the same sample gives the same result in any block. It adds
    harmonics to samples above the knee; in exchange it needs no look-ahead and has no latency.

    Args:
        segment: the longest block, in sample frames.
        channels: number of channels of the blocks.
        ceiling_db: in dBFS; never reached.
        knee_db: in dBFS; samples below it are unchanged.

    Attributes:
        ceiling: as an amplitude, 0 to 1.
        peaks: of each channel of the last block, limited, 0 to the ceiling, float32 (channels,).
    """

    def __init__(
        self, segment: int, channels: int, ceiling_db: float = -0.1, knee_db: float = -3.0
    ) -> None:
        self.ceiling, self._knee = (10.0 ** (db / 20) for db in (ceiling_db, knee_db))
        self._room = self.ceiling - self._knee
        self.peaks = np.zeros(channels, np.float32)
        self._magnitude = np.zeros((segment, channels), np.float32)
        self._excess = np.zeros((segment, channels), np.float32)
        self._divisor = np.zeros((segment, channels), np.float32)

    def apply(self, block: Samples) -> float:
        """Limit a block in place.

        Args:
            block: float32, shape (sample frames, channels), full scale ±1.

        Returns:
            Its peak afterwards, 0 to the ceiling.
        """
        magnitude = self._magnitude[: len(block)]
        np.abs(block, out=magnitude)
        peak = self._peak(magnitude)
        if peak <= self._knee:
            return peak
        excess, divisor = self._excess[: len(block)], self._divisor[: len(block)]
        np.subtract(magnitude, self._knee, out=excess)
        np.maximum(excess, 0.0, out=excess)
        np.minimum(magnitude, self._knee, out=magnitude)
        np.add(excess, self._room, out=divisor)
        np.divide(excess, divisor, out=excess)
        np.multiply(excess, self._room, out=excess)
        np.add(magnitude, excess, out=magnitude)
        np.copysign(magnitude, block, out=block)
        return self._peak(magnitude)

    def _peak(self, magnitude: Samples) -> float:
        """The largest of magnitudes, float32 (sample frames, channels), and of each channel."""
        for channel in range(magnitude.shape[1]):  # numpy takes longer for all of them at once
            self.peaks[channel] = np.maximum.reduce(magnitude[:, channel], initial=0.0)
        return max(self.peaks.tolist())
