"""Recording what is heard while it is heard: the rendering thread copies, another one writes."""

from __future__ import annotations

import os
import threading

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.outputs.wav import GrowingWav


class Recorder:
    """Writes blocks into a WAV file, 24 bit, which can be played at every moment.

    A ring lies between :meth:`take` and :meth:`drain`. Each side moves its own count and only
    looks at the other's, so neither waits. When the ring runs over or the disk refuses, recording
    ends, what came before stays playable, and the sound goes on.

    Args:
        path: of the file; an existing one is overwritten.
        rate: in Hz.
        channels: of the blocks.
        seconds: that the ring holds: for so long may the disk stand still.

    Attributes:
        path: of the file.
        failure: why it ended by itself; ``None`` where it did not.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(
        self, path: str | os.PathLike[str], rate: int, channels: int, seconds: float = 8.0
    ) -> None:
        self._wav = GrowingWav(path, rate, channels)
        self.path = self._wav.path
        self.failure: DeviceError | None = None
        self._ring = np.zeros((max(1, round(seconds * rate)), channels), np.float32)
        self._ring[:] = 0  # touched, so that no page is fetched while sound is rendered
        self._taken = 0
        self._drained = 0
        self._overrun = False
        self._ended = False
        self._lock = threading.Lock()  # among those who drain; take() never asks for it

    @property
    def frames(self) -> int:
        """How many frames are in the file."""
        return self._wav.frames

    @property
    def running(self) -> bool:
        """Whether blocks are still taken."""
        return not (self._ended or self._overrun)

    def take(self, block: Samples) -> None:
        """Copy a block, float32 of shape (frames, channels); from the rendering thread.

        Does nothing once the recording has ended.
        """
        if self._ended or self._overrun:
            return
        size, count = len(self._ring), len(block)
        if count > size - (self._taken - self._drained):
            self._overrun = True
            return
        at = self._taken % size
        first = min(count, size - at)
        self._ring[at : at + first] = block[:first]
        self._ring[: count - first] = block[first:]
        self._taken += count  # last: until now nobody reads there

    def drain(self) -> None:
        """Write what was taken; to be called some ten times a second. Raises nothing."""
        with self._lock:
            self._drain()

    def stop(self) -> None:
        """Write the rest and bring the file to the disk; safe to call twice. Raises nothing.

        The rendering thread must have taken its last block, or that block may be missing.
        """
        with self._lock:
            self._drain()
            self._end(None)

    def _drain(self) -> None:
        if self._ended:
            return
        overrun = self._overrun  # looked at first: all that was taken before it is good
        try:
            taken, size = self._taken, len(self._ring)
            while self._drained < taken:
                at = self._drained % size
                count = min(taken - self._drained, size - at)
                self._wav.write(self._ring[at : at + count])
                self._drained += count
        except DeviceError as error:
            self._end(error)
        if overrun:
            self._end(DeviceError("the disk was too slow for the recording, which ends here"))

    def _end(self, failure: DeviceError | None) -> None:
        self.failure = self.failure or failure
        if self._ended:
            return
        self._ended = True
        try:
            self._wav.close()
        except DeviceError as error:
            self.failure = self.failure or error
