"""A WAV file that is whole at every moment while it grows."""

from __future__ import annotations

import os
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError

_BYTES = 3
_FULL_SCALE = 2 ** (8 * _BYTES - 1) - 1
#: A RIFF size is 32 bits wide.
_MOST_BYTES = 2**32 - 1024


class GrowingWav:
    """Appends blocks as 24-bit PCM; the header is brought up to date after each.

    A recording is not written to a temporary file and renamed, as everything else is here: a take
    that is killed half-way must be there, and playable, under the name that was asked for. An
    existing file is overwritten.

    Args:
        path: of the file; its folder must exist.
        sample_rate: in Hz.
        channels: of every block.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(self, path: str | os.PathLike[str], sample_rate: int, channels: int) -> None:
        self.path = Path(path)
        try:
            self._file = self.path.open("wb")
        except OSError as error:
            raise DeviceError(
                f"cannot create {self.path}",
                received=error.strerror or str(error),
                mend="name a file in a folder that exists and can be written: --out take.wav",
            ) from error
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 (closed by close)
        self._wave.setnchannels(channels)
        self._wave.setsampwidth(_BYTES)
        self._wave.setframerate(sample_rate)
        self._written = 0
        try:
            self.write(np.zeros((0, channels), np.float32))  # a header at once
        except DeviceError:
            with suppress(DeviceError):
                self.close()
            raise

    def write(self, block: Samples) -> None:
        """Append a block, float32 of shape (frames, channels) within ±1.

        Raises:
            DeviceError: the disk is full or gone, or the file would pass 4 GiB.
        """
        whole = np.rint(block * _FULL_SCALE).astype("<i4")
        data = whole.reshape(-1, 1).view(np.uint8)[:, :_BYTES].tobytes()
        if self._written + len(data) > _MOST_BYTES:
            raise DeviceError("a WAV file cannot be longer than 4 GiB", received=str(self.path))
        try:
            self._wave.writeframes(data)
            self._file.flush()  # a killed process loses nothing that was written
        except OSError as error:
            raise DeviceError(
                f"cannot go on writing {self.path}; what was written so far is playable",
                received=error.strerror or str(error),
            ) from error
        self._written += len(data)

    def close(self) -> None:
        """Bring the file to the disk and close it.

        Raises:
            DeviceError: the disk is full or gone.
        """
        try:
            self._wave.close()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            with suppress(OSError):
                self._file.close()
            raise DeviceError(
                f"the end of {self.path} may be missing", received=error.strerror or str(error)
            ) from error
