"""A ring between the rendering thread, which copies blocks into it, and one that writes files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from musicvae.audio import Samples


class BlockRing:
    """Holds blocks until they are written.

    Each side moves its own counter and only reads the other's, so neither waits.

    Args:
        rate: in Hz.
        channels: number of channels of the blocks.
        seconds: length of the ring; the disk may stand still for so long.

    Attributes:
        overrun: whether a block did not fit; nothing is kept from then on.
    """

    def __init__(self, rate: int, channels: int, seconds: float) -> None:
        self.overrun = False
        self._ring = np.zeros((max(1, round(seconds * rate)), channels), np.float32)
        self._ring[:] = 0  # touches the memory, so that no page fault occurs while rendering
        self._recorded = 0
        self._drained = 0

    def record(self, block: Samples) -> None:
        """Copy a block, float32 (sample frames, channels); on the rendering thread."""
        if self.overrun:
            return
        size, count = len(self._ring), len(block)
        if count > size - (self._recorded - self._drained):
            self.overrun = True
            return
        at = self._recorded % size
        first = min(count, size - at)
        self._ring[at : at + first] = block[:first]
        self._ring[: count - first] = block[first:]
        self._recorded += count  # last: no thread reads there before

    def drain(self) -> Iterator[Samples]:
        """What was recorded so far, float32 (sample frames, channels) each; views of the ring.

        A part is given up once the next one is asked for.
        """
        recorded, size = self._recorded, len(self._ring)
        while self._drained < recorded:
            at = self._drained % size
            count = min(recorded - self._drained, size - at)
            yield self._ring[at : at + count]
            self._drained += count
