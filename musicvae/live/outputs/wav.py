"""Writes a WAV file that is valid at every moment while it grows."""

from __future__ import annotations

import errno
import os
import stat
import struct
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError

#: Bytes of a sample, and its format: whole numbers, or floats that are exactly what was written.
_BYTES, _FLOAT_BYTES = 3, 4
_WHOLE, _FLOATING = 1, 3
_FULL_SCALE = 2 ** (8 * _BYTES - 1) - 1
#: A RIFF size is 32 bits wide.
_MOST_BYTES = 2**32 - 1024
#: RIFF, its size, WAVE; "fmt ", 16, PCM, channels, rate, bytes a second, bytes a sample frame,
#: bits; "data", its size.
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class GrowingWav:
    """Appends blocks as 24-bit PCM or as floats, and updates the header after each.

    Unlike other files a recording is not written under a temporary name and renamed: after a kill
    it must be there, and playable, under the name that was asked for. An existing WAV file is
    overwritten; a link, a pipe, a device or a file of another kind is refused.

    Nothing is buffered: sound that a full disk did not accept is not tried again at the end.

    Args:
        path: path of the file; its folder must exist.
        sample_rate: in Hz.
        channels: number of channels of every block.
        file: the file, open and unbuffered, where it was created already; it is closed here.
        floats: whether samples are floats of 32 bits, which may exceed ±1.
        name: of the file in errors, where ``path`` is a temporary one.

    Raises:
        DeviceError: the file cannot be created.

    Attributes:
        kept: whether a file that cannot be finished stays, so that errors say that it is playable;
            whoever removes it in that case says ``False``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        sample_rate: int,
        channels: int,
        file: IO[bytes] | None = None,
        *,
        floats: bool = False,
        name: str | os.PathLike[str] | None = None,
    ) -> None:
        self.path = Path(path)
        self.kept = False  # so far there is nothing to play
        self._name = str(self.path if name is None else name)
        self._floats = floats
        self._width = channels * (_FLOAT_BYTES if floats else _BYTES)  # bytes of a sample frame
        self._rate = sample_rate
        self._channels = channels
        self._size = 0  # bytes of sound; whole sample frames only
        try:
            self._file = _opened(self.path) if file is None else file
        except OSError as error:
            raise DeviceError(
                f"cannot create {self.path}",
                received=error.strerror or str(error),
                hint="name a WAV file in a folder that exists and can be written: --out take.wav",
            ) from error
        try:
            self._update_header()
        except OSError as error:
            self._file.close()
            raise self._stuck(error) from error
        self.kept = True

    @property
    def frames(self) -> int:
        """Sample frames in the file."""
        return self._size // self._width

    def write(self, block: Samples) -> None:
        """Append a block, float32 (sample frames, channels) within ±1 unless it writes floats.

        When it fails, the file is playable and contains what could still be written.

        Raises:
            DeviceError: the disk is full or gone, the file was removed, or it would grow beyond
                4 GiB.
        """
        data = block.astype("<f4").tobytes() if self._floats else _as_whole(block)
        if self._is_gone():
            raise DeviceError(f"{self._name} was removed while it was written")
        room = _MOST_BYTES - self._size
        fitting = data[: room - room % self._width]
        try:
            self._append(fitting)
        except OSError as error:
            raise self._stuck(error) from error
        if len(fitting) < len(data):
            raise DeviceError("a WAV file cannot be longer than 4 GiB", received=self._name)

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
                f"the end of {self._name} may be missing", received=error.strerror or str(error)
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
            self._size += done - done % self._width
            self._update_header()
            if done < len(data):
                self._file.truncate(_HEADER.size + self._size)

    def _update_header(self) -> None:
        width, form = self._width, _FLOATING if self._floats else _WHOLE
        bits = 8 * width // self._channels
        header = _HEADER.pack(
            *(b"RIFF", _HEADER.size - 8 + self._size, b"WAVE"),
            *(b"fmt ", 16, form, self._channels, self._rate, width * self._rate, width, bits),
            *(b"data", self._size),
        )
        self._file.seek(0)
        self._file.write(header)

    def _stuck(self, error: OSError) -> DeviceError:
        kept = "; what was written so far is playable" if self.kept else ""
        return DeviceError(
            f"cannot go on writing {self._name}{kept}", received=error.strerror or str(error)
        )


def _as_whole(block: Samples) -> bytes:
    whole = np.rint(block * _FULL_SCALE).astype("<i4")
    data: bytes = whole.reshape(-1, 1).view(np.uint8)[:, :_BYTES].tobytes()
    return data


def _opened(path: Path) -> IO[bytes]:
    """Create a file, or empty a regular one; raises ``OSError``."""
    no_link = getattr(os, "O_NOFOLLOW", 0)
    # Without waiting, since a pipe would for ever; and emptied only when it is known to be a file.
    flags = os.O_RDWR | os.O_CREAT | no_link | getattr(os, "O_NONBLOCK", 0)
    try:
        opened = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, and links are not followed") from error
        raise
    file = os.fdopen(opened, "r+b", buffering=0)
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")
        head = file.read(12)
        if head and (head[:4], head[8:]) != (b"RIFF", b"WAVE"):
            raise OSError(errno.EEXIST, "it is there already, and is no WAV file")
        file.truncate(0)
        file.seek(0)
    except OSError:
        file.close()
        raise
    return file
