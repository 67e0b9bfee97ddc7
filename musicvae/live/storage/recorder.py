"""Records the sound while it plays: the rendering thread copies, another thread writes."""

from __future__ import annotations

import os
import threading
from typing import IO

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.outputs.wav import GrowingWav


class Recorder:
    """Writes blocks into a WAV file of 24 bit, which is playable at every moment.

    :meth:`record` and :meth:`drain` share a ring buffer. Each side moves its own counter and only
    reads the other's, so neither waits. When the ring is full or the disk fails, the recording
    ends, the file stays playable, and the sound goes on.

    Args:
        path: path of the file; an existing one is overwritten.
        rate: in Hz.
        channels: number of channels of the blocks.
        seconds: length of the ring; the disk may stand still for so long.
        file: the file, open, where it was created already; closed here.

    Attributes:
        path: path of the file.
        failure: why the recording ended by itself; ``None`` where it did not.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        rate: int,
        channels: int,
        seconds: float = 8.0,
        file: IO[bytes] | None = None,
    ) -> None:
        self._wav = GrowingWav(path, rate, channels, file)
        self.path = self._wav.path
        self.failure: DeviceError | None = None
        self._ring = np.zeros((max(1, round(seconds * rate)), channels), np.float32)
        self._ring[:] = 0  # touches the memory, so that no page fault occurs while rendering
        self._recorded = 0
        self._drained = 0
        self._overrun = False
        self._ended = False
        self._lock = threading.Lock()  # between threads that drain; record() never locks it

    @property
    def frames(self) -> int:
        """Sample frames in the file."""
        return self._wav.frames

    @property
    def running(self) -> bool:
        """Whether blocks are still recorded."""
        return not (self._ended or self._overrun)

    def record(self, block: Samples) -> None:
        """Copy a block, float32 (sample frames, channels) within ±1; on the rendering thread.

        Does nothing once the recording has ended.
        """
        if self._ended or self._overrun:
            return
        size, count = len(self._ring), len(block)
        if count > size - (self._recorded - self._drained):
            self._overrun = True
            return
        at = self._recorded % size
        first = min(count, size - at)
        self._ring[at : at + first] = block[:first]
        self._ring[: count - first] = block[first:]
        self._recorded += count  # last: no thread reads there before

    def drain(self) -> None:
        """Write what was recorded; call it some ten times a second. Raises nothing."""
        with self._lock:
            self._drain()

    def stop(self) -> None:
        """Write the rest and flush the file to the disk; safe to call twice. Raises nothing.

        A block that the rendering thread records at the same time may be missing.
        """
        with self._lock:
            self._drain()
            self._end(None)

    def _drain(self) -> None:
        if self._ended:
            return
        overrun = self._overrun  # read first: everything recorded before it is good
        try:
            recorded, size = self._recorded, len(self._ring)
            while self._drained < recorded:
                at = self._drained % size
                count = min(recorded - self._drained, size - at)
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
