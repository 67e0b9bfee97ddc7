"""Writes a sound file block by block."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.errors import AudioError
from musicvae.soundfiles.reader import soundfile_module
from musicvae.soundfiles.samples import Samples

#: Bytes of a WAV or AU file: their sizes are 32 bits wide.
_MOST_BYTES = 2**32 - 2**16
#: Bytes of a sample at least, where it is not known.
_BYTES = {"PCM_S8": 1, "PCM_U8": 1, "PCM_16": 2, "PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8}


class Writer:
    """A sound file that grows: 24 bits a sample unless asked otherwise, or Vorbis.

    Use it in a ``with``, which ends with the errors of the last bytes.

    Args:
        path: the file; an existing one is overwritten. Its name may be any bytes.
        rate: sample rate in Hz.
        channels: number of channels.
        form: its format in libsndfile's words: WAV, FLAC, OGG or AU.
        subtype: its sample format in libsndfile's words; an OGG is always Vorbis.
        name: of the file in errors, where ``path`` is a temporary one.

    Raises:
        AudioError: the format cannot hold such a sound.
        OSError: the file cannot be written; the disk is full.
    """

    def __init__(
        self,
        path: Path,
        rate: int,
        channels: int,
        form: str,
        subtype: str = "PCM_24",
        name: str = "",
    ) -> None:
        self._name, self._form = name or path.name, form
        width = _BYTES.get(subtype.upper(), 1) * channels
        self._bound = _MOST_BYTES // width if form in ("WAV", "AU") else None
        self._what = f"{rate} Hz, {channels} channel(s), subtype {subtype}"
        self._out = _Out(path)
        library = soundfile_module()
        try:
            self._file = library.SoundFile(
                self._out,
                "w",
                samplerate=rate,
                channels=channels,
                format=form,
                subtype="VORBIS" if form == "OGG" else subtype,
            )
        except (library.LibsndfileError, ValueError) as error:
            self._out.close()
            raise self._refused(error) from error
        self.frames = 0

    def write(self, block: Samples) -> None:
        """Append a block, float32 (sample frames, channels); beyond ±1 it is clipped.

        Raises:
            AudioError: the file would be longer than its format can be, or cannot hold this.
            OSError: the disk is full.
        """
        self.frames += len(block)
        if self._bound is not None and self.frames > self._bound:
            raise AudioError(
                "this sound is too long for one file",
                expected="less than 4 GiB",
                hint="write a .flac, which has no such limit",
            )
        try:
            self._file.write(np.clip(block, -1, 1))
        # soundfile asserts that all was written.
        except (soundfile_module().LibsndfileError, AssertionError) as error:
            raise self._refused(error) from error
        self._out.check()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._file.close()  # writes what is left, and the lengths in the header
        except soundfile_module().LibsndfileError as failed:
            if kind is None:
                raise self._refused(failed) from failed
        finally:
            self._out.close()
        if kind is None:
            self._out.check()

    def _refused(self, error: Exception) -> Exception:
        """Why libsndfile did not write: the system's own error, where it was that."""
        return self._out.error or AudioError(
            f"cannot write {self._name!r} as {self._form}",
            received=f"{self._what}: {str(error).rstrip('.')}",
        )


class _Out(io.FileIO):
    """A file that libsndfile writes to, and that keeps the error which libsndfile would hide.

    libsndfile says "System error" whatever it was.

    Attributes:
        error: the first error of the system; ``None`` where there was none.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w+")
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of the bytes; how many were written. Raises nothing: C calls it."""
        done, whole = 0, memoryview(data)
        try:
            while done < len(whole):  # a nearly full disk accepts a part first
                done += super().write(whole[done:]) or 0
        except OSError as error:
            self.error = self.error or error
        return done

    def check(self) -> None:
        """Raise the error that there was, if any."""
        if self.error is not None:
            raise self.error
