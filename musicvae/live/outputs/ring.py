"""Ring buffers between the rendering thread, which writes, and the audio thread, which pulls.

Both count sample frames from the beginning and never reset: ``published`` belongs to the writer,
``pulled`` to the reader. Neither side waits for the other.
"""

from __future__ import annotations

from types import ModuleType
from typing import Protocol

import numpy as np

from musicvae.audio import Samples


class Ring(Protocol):
    """A ring as the writer sees it.

    Attributes:
        memory: float32, shape (size, channels), size a power of two; sample frame n lies at
            n mod size.
        published: sample frames that the reader may pull, since the beginning.
    """

    memory: Samples
    published: int

    @property
    def pulled(self) -> int:
        """Sample frames that the reader has finished to pull, since the beginning."""

    def publish(self, frames: int) -> None:
        """Let the reader pull this many more sample frames, which have been written before."""


def memory(frames: int, channels: int) -> Samples:
    """Zeros, float32 (size, channels), where size is the first power of two >= ``frames``."""
    return np.zeros((1 << (frames - 1).bit_length(), channels), np.float32)


class PythonRing:
    """A ring whose reader is a Python callback, which calls :meth:`pull` and nothing else.

    Args:
        frames: least number of sample frames that fit in.
        channels: number of channels of each.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self.memory = memory(frames, channels)
        self.published = 0
        self.pulled = 0
        self._size = len(self.memory)

    def publish(self, frames: int) -> None:
        """See :class:`Ring`."""
        self.published += frames

    def pull(self, out: Samples) -> None:
        """Copy what is published to ``out``, float32 (sample frames, channels); then zeros.

        Reads each counter once, copies, and moves its own counter: no lock, no new array.
        """
        pulled = self.pulled
        ready = min(self.published - pulled, len(out))
        at = pulled & (self._size - 1)
        first = min(ready, self._size - at)
        out[:first] = self.memory[at : at + first]
        out[first:ready] = self.memory[: ready - first]
        out[ready:] = 0.0
        self.pulled = pulled + ready


class NativeRing:
    """A ring whose reader is rtmixer's callback in C; the memory is ours.

    Args:
        rtmixer: the module.
        frames: least number of sample frames that fit in.
        channels: number of channels of each.
    """

    def __init__(self, rtmixer: ModuleType, frames: int, channels: int) -> None:
        self.memory = memory(frames, channels)
        self.published = 0
        self.native = rtmixer.RingBuffer(self.memory.itemsize * channels, buffer=self.memory)

    @property
    def pulled(self) -> int:
        """See :class:`Ring`; what is published and not there to read any more has been pulled."""
        return self.published - int(self.native.read_available)

    def publish(self, frames: int) -> None:
        """See :class:`Ring`; the library puts a memory barrier before the index moves."""
        self.native.advance_write_index(frames)
        self.published += frames
