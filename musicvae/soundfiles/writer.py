"""Writes a sound file block by block."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicvae.errors import AudioError
from musicvae.soundfiles.reader import soundfile_module
from musicvae.soundfiles.samples import Samples

#: Bytes of a WAV or AU file: their sizes are 32 bits wide.
_MOST_BYTES = 2**32 - 2**16
_BYTES = 3  # of a sample


class Writer:
    """A sound file that grows: 24 bits a sample, or Vorbis. Use it in a ``with``.

    Args:
        path: the file; an existing one is overwritten.
        rate: sample rate in Hz.
        channels: number of channels.
        form: its format in libsndfile's words: WAV, FLAC, OGG or AU.

    Raises:
        AudioError: the format cannot hold such a sound.
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, rate: int, channels: int, form: str) -> None:
        library = soundfile_module()
        subtype = "VORBIS" if form == "OGG" else "PCM_24"
        self._bound = _MOST_BYTES // (_BYTES * channels) if form in ("WAV", "AU") else None
        try:
            self._file = library.SoundFile(
                path, "w", samplerate=rate, channels=channels, format=form, subtype=subtype
            )
        except (library.LibsndfileError, ValueError) as error:
            raise AudioError(
                f"cannot write {path.name!r} as {form}",
                received=f"{rate} Hz, {channels} channel(s): {str(error).rstrip('.')}",
            ) from error
        self.frames = 0

    def write(self, block: Samples) -> None:
        """Append a block, float32 (sample frames, channels); beyond ±1 it is clipped.

        Raises:
            AudioError: the file would be longer than its format can be, or cannot be written.
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
        except soundfile_module().LibsndfileError as error:
            raise AudioError("the sound cannot be written", received=str(error)) from error

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
