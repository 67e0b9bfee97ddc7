"""A ring of frames between one writer and one reader, with the reader in C or in Python.

Both count frames from the beginning and never back: ``published`` belongs to the writer, ``taken``
to the reader. Neither side waits for the other.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from musicvae.audio import Samples


class Ring(Protocol):
    """What the writer sees of a ring.

    Attributes:
        memory: float32, shape (size, channels), size a power of two; frame n lies at n mod size.
        published: frames that the reader may take, since the beginning.
    """

    memory: Samples
    published: int

    @property
    def taken(self) -> int:
        """Frames that the reader has finished to take, since the beginning."""

    def publish(self, frames: int) -> None:
        """Let the reader take so many more; what they hold has been written before."""


def memory(frames: int, channels: int) -> Samples:
    """Zeros of shape (size, channels), where size is the first power of two from ``frames`` on."""
    return np.zeros((1 << (frames - 1).bit_length(), channels), np.float32)


class PlainRing:
    """A ring whose reader is Python: :meth:`take` is all that a callback calls.

    Args:
        frames: that it must hold at least.
        channels: of each.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self.memory = memory(frames, channels)
        self.published = 0
        self.taken = 0
        self._size = len(self.memory)

    def publish(self, frames: int) -> None:
        """See :class:`Ring`."""
        self.published += frames

    def take(self, out: Samples) -> None:
        """Copy what is there to ``out``, (frames, channels), and zeros behind it.

        Reads the ring's two counters once each, copies, and moves its own: no lock, no array made.
        """
        taken = self.taken
        ready = min(self.published - taken, len(out))
        at = taken & (self._size - 1)
        first = min(ready, self._size - at)
        out[:first] = self.memory[at : at + first]
        out[first:ready] = self.memory[: ready - first]
        out[ready:] = 0.0
        self.taken = taken + ready


class NativeRing:
    """A ring whose reader is rtmixer's callback, in C; the memory is ours.

    Args:
        rtmixer: the module.
        frames: that it must hold at least.
        channels: of each.
    """

    def __init__(self, rtmixer: Any, frames: int, channels: int) -> None:
        self.memory = memory(frames, channels)
        self.published = 0
        self.native = rtmixer.RingBuffer(self.memory.itemsize * channels, buffer=self.memory)

    @property
    def taken(self) -> int:
        """See :class:`Ring`; what is published and no longer there to read has been taken."""
        return self.published - int(self.native.read_available)

    def publish(self, frames: int) -> None:
        """See :class:`Ring`; the library puts a memory barrier before the index moves."""
        self.native.advance_write_index(frames)
        self.published += frames
