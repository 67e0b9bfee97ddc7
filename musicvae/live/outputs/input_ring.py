"""Rings between the audio thread of a device that records, which writes, and the engine."""

from __future__ import annotations

from types import ModuleType
from typing import Protocol

import numpy as np

from musicvae.audio import Samples
from musicvae.live.outputs.ring import memory


class InputRing(Protocol):
    """A ring as its reader sees it."""

    @property
    def channels(self) -> int:
        """Number of channels of its sample frames."""

    @property
    def available(self) -> int:
        """Sample frames that can be taken now."""

    def take(self, out: Samples) -> None:
        """Take as many sample frames as fit into ``out``, which are available."""


class NativeInputRing:
    """A ring that rtmixer's callback in C writes; the memory is ours.

    Args:
        rtmixer: the module.
        frames: least number of sample frames that fit in.
        channels: number of channels of each.
    """

    def __init__(self, rtmixer: ModuleType, frames: int, channels: int) -> None:
        self.channels = channels
        self._memory = memory(frames, channels)
        self._taken = 0
        self.native = rtmixer.RingBuffer(self._memory.itemsize * channels, buffer=self._memory)

    @property
    def available(self) -> int:
        """See :class:`InputRing`."""
        return int(self.native.read_available)

    def take(self, out: Samples) -> None:
        """See :class:`InputRing`."""
        copy(self._memory, self._taken, out)
        self._taken += len(out)
        self.native.advance_read_index(len(out))


class PythonInputRing:
    """A ring that a callback in Python writes, which calls :meth:`put` and nothing else.

    Args:
        frames: least number of sample frames that fit in.
        channels: number of channels of each.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self.channels = channels
        self._memory = memory(frames, channels)
        self._put = self._taken = 0

    @property
    def available(self) -> int:
        """See :class:`InputRing`."""
        return self._put - self._taken

    def put(self, block: Samples) -> None:
        """Copy a block, float32 (sample frames, channels), as far as there is room."""
        put, size = self._put, len(self._memory)
        count = min(len(block), size - (put - self._taken))
        at = put % size
        first = min(count, size - at)
        self._memory[at : at + first] = block[:first]
        self._memory[: count - first] = block[first:count]
        self._put = put + count  # last: nobody reads there before

    def take(self, out: Samples) -> None:
        """See :class:`InputRing`."""
        copy(self._memory, self._taken, out)
        self._taken += len(out)


def drop(ring: InputRing, frames: int, room: Samples) -> None:
    """Skip so many sample frames of a ring, which are taken into ``room`` part by part."""
    while frames > 0:
        part = room[: min(frames, len(room))]
        ring.take(part)
        frames -= len(part)


def copy(ring: Samples, start: int, out: Samples) -> None:
    """Copy the sample frames of a ring from number ``start`` on."""
    at = start % len(ring)
    first = min(len(out), len(ring) - at)
    np.copyto(out[:first], ring[at : at + first])
    np.copyto(out[first:], ring[: len(out) - first])
