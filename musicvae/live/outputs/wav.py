"""Writes a WAV file that is valid at every moment while it grows."""

from __future__ import annotations

import errno
import os
import stat
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
#: RIFF, its size, WAVE; "fmt ", 16, PCM, channels, rate, bytes a second, bytes a sample frame,
#: bits; "data", its size.
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class GrowingWav:
    """Appends blocks as 24-bit PCM, and updates the header after each.

    Unlike other files a recording is not written under a temporary name and renamed: after a kill
    it must be there, and playable, under the name that was asked for. An existing file is
    overwritten.

    Nothing is buffered: sound that a full disk did not accept is not tried again at the end.

    Args:
        path: path of the file; its folder must exist.
        sample_rate: in Hz.
        channels: number of channels of every block.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(self, path: str | os.PathLike[str], sample_rate: int, channels: int) -> None:
        self.path = Path(path)
        self._rate = sample_rate
        self._channels = channels
        self._size = 0  # bytes of sound; whole sample frames only
        try:
            self._file = os.fdopen(_opened(self.path), "wb", buffering=0)
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
        """Sample frames in the file."""
        return self._size // (_BYTES * self._channels)

    def write(self, block: Samples) -> None:
        """Append a block, float32 (sample frames, channels) within ±1.

        When it fails, the file is playable and contains what could still be written.

        Raises:
            DeviceError: the disk is full or gone, the file was removed, or it would grow beyond
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
        """Flush the file to the disk and close it; safe to call twice.

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
        """Whether the file was removed, so that the rest of the sound would be lost."""
        here = os.fstat(self._file.fileno())
        if here.st_nlink:
            return False
        try:  # some network file systems do not count names
            return not os.path.samestat(here, self.path.stat())
        except OSError:
            return True

    def _append(self, data: bytes) -> None:
        """Write bytes behind the sound; in any case end with a header for whole sample frames."""
        done = 0
        self._file.seek(_HEADER.size + self._size)
        try:
            while done < len(data):  # a nearly full disk accepts a part, then nothing
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


def _opened(path: Path) -> int:
    """A descriptor of an empty file; a pipe is refused, since a header cannot be corrected there.

    Raises:
        OSError: it is a pipe, or the file cannot be created.
    """
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            raise OSError(errno.ESPIPE, "it is a pipe, not a file", os.fspath(path))
        if stat.S_ISREG(mode):
            os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
