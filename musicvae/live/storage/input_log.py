"""Keeps what came in since a session began, so that a recording of it can be rendered again.

What a deck plays depends on all that it has heard before. So the log begins with the session, and
each recording gets a copy of it that goes on: a WAV file of 32-bit floats, sample for sample what
the engine heard.
"""

from __future__ import annotations

import tempfile
import threading
from typing import IO

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError, ScoreError
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.storage.block_ring import BlockRing

#: Bytes of the log: 50 minutes at 44.1 kHz. A recording that has begun goes on beyond them.
MOST_BYTES = 2**30
#: Seconds that the disk may stand still.
_RING = 8.0
_CHUNK = 2**16  # sample frames


class InputLog:
    """The log of an input.

    The rendering thread calls only :meth:`append`, which never waits.

    Args:
        rate: in Hz.
        channels: number of channels.
        most_bytes: size limit of the log.

    Attributes:
        unreplayable: why later recordings can have no input; empty while they can.
        failure: why that of the present recording ended early; empty where it did not.
    """

    def __init__(self, rate: int, channels: int, most_bytes: int = MOST_BYTES) -> None:
        self.unreplayable = self.failure = ""
        self._rate, self._channels, self._most = rate, channels, most_bytes
        self._ring = BlockRing(rate, channels, _RING)
        self._lock = threading.Lock()  # never locked by the rendering thread
        self._log: IO[bytes] | None = None
        self._size = 0
        self._sidecar: GrowingWav | None = None

    def append(self, block: Samples) -> None:
        """Copy what was heard, float32 (sample frames, channels)."""
        self._ring.record(block)

    def drain(self) -> None:
        """Write what was appended; call it some ten times a second. Raises nothing."""
        with self._lock:
            self._drain()

    def start_sidecar(self, path: str, file: IO[bytes]) -> None:
        """Begin a WAV file with everything that was heard so far, and go on with it.

        Args:
            path: of the file, for messages.
            file: open and unbuffered; it is closed here.

        Raises:
            ScoreError: the log is not complete any more.
            DeviceError: the file cannot be written.
        """
        with self._lock:
            self._drain()
            if self.unreplayable:
                raise ScoreError(f"this session cannot be replayed: {self.unreplayable}")
            self.failure = ""
            wav = GrowingWav(path, self._rate, self._channels, file, floats=True)
            wav.kept = False  # a file that lacks what came before is of no use
            try:
                self._copy_log(wav)
            except (OSError, DeviceError):
                wav.close()
                raise
            wav.kept = True
            self._sidecar = wav

    def stop_sidecar(self) -> None:
        """End that file, if there is one. Raises nothing."""
        with self._lock:
            self._drain()
            self._close_sidecar()

    def close(self) -> None:
        """Delete the log."""
        with self._lock:
            self._drain()
            self._close_sidecar()
            self._give_up("it is over")

    def _drain(self) -> None:
        overrun = self._ring.overrun  # read first: what was heard before it is good
        for block in self._ring.drain():
            self._to_log(block)
            self._to_sidecar(block)
        if overrun:
            self._give_up("the disk was too slow for its input")
            if self._sidecar is not None:
                self.failure = f"the input ends early: {self.unreplayable}"
                self._close_sidecar()

    def _to_log(self, block: Samples) -> None:
        if self.unreplayable:
            return
        data = block.astype("<f4").tobytes()
        if self._size + len(data) > self._most:
            self._give_up(f"its input would have more than {self._most} bytes")
            return
        try:
            if self._log is None:
                self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            rest = memoryview(data)
            while rest:  # a nearly full disk accepts a part first
                rest = rest[self._log.write(rest) :]
        except OSError as error:
            self._give_up(f"its input cannot be written: {error.strerror or error}")
        self._size += len(data)

    def _to_sidecar(self, block: Samples) -> None:
        if self._sidecar is None:
            return
        try:
            self._sidecar.write(block)
        except DeviceError as error:
            self.failure = f"the input ends early: {error.what}"
            self._close_sidecar()

    def _copy_log(self, wav: GrowingWav) -> None:
        if self._log is None:
            return
        self._log.seek(0)
        while data := self._log.read(_CHUNK * 4 * self._channels):
            wav.write(np.frombuffer(data, "<f4").reshape(-1, self._channels))

    def _give_up(self, reason: str) -> None:
        """No later recording can be complete; the present one has all so far, and goes on."""
        self.unreplayable = self.unreplayable or reason
        if self._log is not None:
            self._log.close()
            self._log = None

    def _close_sidecar(self) -> None:
        wav, self._sidecar = self._sidecar, None
        if wav is not None:
            try:
                wav.close()
            except DeviceError as error:
                self.failure = self.failure or error.what
