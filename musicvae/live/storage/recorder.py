"""Records the sound while it plays: the rendering thread copies, another thread writes."""

from __future__ import annotations

import os
import threading
from typing import IO

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.storage.block_ring import BlockRing


class Recorder:
    """Writes blocks into a WAV file of 24 bit, which is playable at every moment.

    :meth:`record` and :meth:`drain` share a ring. When it is full or the disk fails, the recording
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
        self._ring = BlockRing(rate, channels, seconds)
        self._ended = False
        self._lock = threading.Lock()  # between threads that drain; record() never locks it

    @property
    def frames(self) -> int:
        """Sample frames in the file."""
        return self._wav.frames

    @property
    def running(self) -> bool:
        """Whether blocks are still recorded."""
        return not (self._ended or self._ring.overrun)

    def record(self, block: Samples) -> None:
        """Copy a block, float32 (sample frames, channels) within ±1; on the rendering thread.

        Does nothing once the recording has ended.
        """
        if not self._ended:
            self._ring.record(block)

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
        overrun = self._ring.overrun  # read first: everything recorded before it is good
        try:
            for block in self._ring.drain():
                self._wav.write(block)
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
