"""Delays a sound by a fixed number of sample frames."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples


class Delay:
    """Delays one continuous sound, block by block.

    Args:
        frames: by how many sample frames.
        channels: number of channels.
        most: the longest block, in sample frames.
    """

    def __init__(self, frames: int, channels: int, most: int) -> None:
        self._frames = frames
        self._kept = np.zeros((frames + most, channels), np.float32)

    def apply(self, block: Samples) -> None:
        """Replace a block, float32 (sample frames, channels), by the one that lies before it."""
        if not self._frames:
            return
        count, kept = len(block), self._kept
        kept[self._frames : self._frames + count] = block
        block[:] = kept[:count]
        kept[: self._frames] = kept[count : self._frames + count]
