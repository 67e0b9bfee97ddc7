"""A WAV file that is whole at every moment while it grows."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError

_BYTES = 3
_FULL_SCALE = 2 ** (8 * _BYTES - 1) - 1
#: A RIFF size is 32 bits wide.
_MOST_BYTES = 2**32 - 1024
#: RIFF, its size, WAVE; "fmt ", 16, PCM, channels, rate, bytes a second, bytes a frame, bits;
#: "data", its size.
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class GrowingWav:
    """Appends blocks as 24-bit PCM; the header is brought up to date after each.

    A recording is not written to a temporary file and renamed, as everything else is here: a take
    that is killed half-way must be there, and playable, under the name that was asked for. An
    existing file is overwritten.

    Nothing is buffered in between: what a full disk did not take is not tried again at the end.

    Args:
        path: of the file; its folder must exist.
        sample_rate: in Hz.
        channels: of every block.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(self, path: str | os.PathLike[str], sample_rate: int, channels: int) -> None:
        self.path = Path(path)
        self._rate = sample_rate
        self._channels = channels
        self._size = 0  # of the sound, in bytes: whole frames only
        try:
            self._file = self.path.open("wb", buffering=0)
        except OSError as error:
            raise DeviceError(
                f"cannot create {self.path}",
                received=error.strerror or str(error),
                hint="name a file in a folder that exists and can be written: --out take.wav",
            ) from error
        try:
            self._update_header()
        except OSError as error:
            self._file.close()
            raise self._stuck(error) from error

    @property
    def frames(self) -> int:
        """How many frames the file holds."""
        return self._size // (_BYTES * self._channels)

    def write(self, block: Samples) -> None:
        """Append a block, float32 of shape (frames, channels) within ±1.

        When it fails, the frames that could still be written are in the file, which is playable.

        Raises:
            DeviceError: the disk is full or gone, somebody removed the file, or it would pass
                4 GiB.
        """
        whole = np.rint(block * _FULL_SCALE).astype("<i4")
        data = whole.reshape(-1, 1).view(np.uint8)[:, :_BYTES].tobytes()
        if self._is_gone():
            raise DeviceError(f"{self.path} was removed while it was written")
        room = _MOST_BYTES - self._size
        fitting = data[: room - room % (_BYTES * self._channels)]
        try:
            self._append(fitting)
        except OSError as error:
            raise self._stuck(error) from error
        if len(fitting) < len(data):
            raise DeviceError("a WAV file cannot be longer than 4 GiB", received=str(self.path))

    def close(self) -> None:
        """Bring the file to the disk and close it; safe to call twice.

        Raises:
            DeviceError: the disk is full or gone.
        """
        if self._file.closed:
            return
        try:
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise DeviceError(
                f"the end of {self.path} may be missing", received=error.strerror or str(error)
            ) from error

    def _is_gone(self) -> bool:
        """Whether the file has no name any more: an hour could go where nobody finds it."""
        here = os.fstat(self._file.fileno())
        if here.st_nlink:
            return False
        try:  # some network file systems count no names at all
            return not os.path.samestat(here, self.path.stat())
        except OSError:
            return True

    def _append(self, data: bytes) -> None:
        """Write bytes behind the sound, and whatever happens, a header that counts whole frames."""
        done = 0
        self._file.seek(_HEADER.size + self._size)
        try:
            while done < len(data):  # a disk that is nearly full takes a part, then nothing
                done += self._file.write(memoryview(data)[done:]) or 0
        finally:
            self._size += done - done % (_BYTES * self._channels)
            self._update_header()
            if done < len(data):
                self._file.truncate(_HEADER.size + self._size)

    def _update_header(self) -> None:
        width = _BYTES * self._channels
        header = _HEADER.pack(
            *(b"RIFF", _HEADER.size - 8 + self._size, b"WAVE"),
            *(b"fmt ", 16, 1, self._channels, self._rate, width * self._rate, width, 8 * _BYTES),
            *(b"data", self._size),
        )
        self._file.seek(0)
        self._file.write(header)

    def _stuck(self, error: OSError) -> DeviceError:
        return DeviceError(
            f"cannot go on writing {self.path}; what was written so far is playable",
            received=error.strerror or str(error),
        )
