"""A ceiling that no sample passes, whatever the gains."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.live.fades import amplitude


class Limiter:
    """Leaves samples below the knee as they are and bends louder ones towards the ceiling.

    The curve ``knee + room · e / (e + room)``, with ``e`` the excess over the knee, has no corner
    and no memory: the same sample gives the same result in any block. It adds harmonics to what is
    louder than the knee, which is the price of having no look-ahead and so no latency.

    Args:
        segment: the longest block, in frames.
        channels: of the blocks.
        ceiling_db: never reached, in dBFS.
        knee_db: untouched below, in dBFS.
    """

    def __init__(
        self, segment: int, channels: int, ceiling_db: float = -0.1, knee_db: float = -3.0
    ) -> None:
        self.ceiling = amplitude(ceiling_db)
        self._knee = amplitude(knee_db)
        self._room = self.ceiling - self._knee
        self._magnitude = np.zeros((segment, channels), np.float32)
        self._excess = np.zeros((segment, channels), np.float32)
        self._divisor = np.zeros((segment, channels), np.float32)

    def apply(self, block: Samples) -> float:
        """Limit a block of shape (frames, channels) in place.

        Returns:
            Its peak afterwards, 0 to the ceiling.
        """
        magnitude = self._magnitude[: len(block)]
        np.abs(block, out=magnitude)
        peak = float(magnitude.max())
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
        return float(magnitude.max())
