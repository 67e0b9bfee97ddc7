"""Decodes a sound file block by block, all that is sound in it and no more.

Every reader of sound files uses this one: the data set, :func:`musicvae.audio.read`, and with it
all commands. So they agree on what a file holds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from musicvae.errors import AudioError
from musicvae.files import open_regular
from musicvae.soundfiles.headers import Extent, extent
from musicvae.soundfiles.samples import Samples
from musicvae.soundfiles.streams import mp3_parts, ogg_parts
from musicvae.soundfiles.windows import Part, Window

#: Raise it where a file that could not be read, or not completely, now can.
READER = 2
#: Numbers in a block at most: 4 MiB.
BLOCK = 2**20
#: Sample frames in a block where a file is damaged: so many are lost at most.
_PIECE = 1024
#: A compressed file may fall this much short of its stated length: encoders pad.
_PADDING_SECONDS = 0.1
#: From this length on libsndfile means that it does not know.
_UNKNOWN = 2**62


class Reader:
    """A sound file that can be decoded.

    Args:
        path: the file, in any format that libsndfile knows; its content decides.

    Attributes:
        rate: sample rate in Hz.
        channels: number of channels.
        frames: length in sample frames as far as headers tell, or ``None``; it may be wrong.
        notes: what is unusual about the file, a phrase each; complete after :meth:`blocks`.

    Raises:
        AudioError: there is no sound that can be decoded; ``error.what`` is the reason, a phrase.
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._others = 0  # parts of another form
        self.notes: list[str] = []
        with open_regular(path) as file:
            self._size = file.seek(0, os.SEEK_END)
            if not self._size:
                raise AudioError("empty: zero bytes")
            self._extent = extent(file, self._size)
            self._parts, self._ends = _parts(file, self._size, self._extent)
            with _decoder(path, file, self._parts[0]) as first:
                if first.format == "MP3":
                    self._parts = _openable(path, file, mp3_parts(file, self._size), self._parts)
                self.rate, self.channels = int(first.samplerate), int(first.channels)
            self.frames = self._stated(file)

    def blocks(self) -> Iterator[Samples]:
        """The sound in blocks, float32 (up to a second, channels), full scale ±1.

        It may be called again, and gives the same blocks again.

        Raises:
            AudioError: nothing can be decoded.
            OSError: the file cannot be opened.
        """
        count, failed = 0, False
        size = max(1, min(self.rate, BLOCK // self.channels))
        with open_regular(self._path) as file:
            for part in self._parts:
                given = 0
                try:
                    for block in self._decoded(file, part, size):
                        given += len(block)
                        yield block
                except AudioError as error:
                    failed = True
                    for piece in self._until_broken(file, part, given):
                        given += len(piece)
                        yield piece
                    if not count + given:
                        raise error from error.__cause__
                count += given
        self.notes = self._judged(count, failed)

    def _decoded(self, file: BinaryIO, part: Part, size: int) -> Iterator[Samples]:
        """A part in blocks of ``size`` sample frames; of a block that is damaged nothing is given.

        Raises:
            AudioError: a block cannot be decoded.
        """
        with _decoder(self._path, file, part) as decoder:
            while True:
                try:
                    block = decoder.read(size, dtype="float32", always_2d=True)
                except soundfile_module().LibsndfileError as error:
                    raise _undecodable(error) from error
                if not len(block):
                    return
                yield block

    def _until_broken(self, file: BinaryIO, part: Part, given: int) -> Iterator[Samples]:
        """What comes after the first ``given`` sample frames of a part, as far as it is whole."""
        with suppress(AudioError):
            for piece in self._decoded(file, part, _PIECE):
                if given < len(piece):
                    yield piece[given:]
                given = max(0, given - len(piece))

    def _stated(self, file: BinaryIO) -> int | None:
        """Sample frames of all parts as headers state them; parts of another form are dropped."""
        total, alike = 0, []
        for part in self._parts:
            try:
                with _decoder(self._path, file, part) as decoder:
                    if (decoder.samplerate, decoder.channels) != (self.rate, self.channels):
                        break
                    total += int(decoder.frames)
            except AudioError:
                break
            alike.append(part)
        self._others = len(self._parts) - len(alike)
        self._parts = alike
        return total if total < _UNKNOWN else None

    def _judged(self, count: int, failed: bool) -> list[str]:
        """The notes on a file of which ``count`` sample frames were decoded."""
        found, notes = self._extent, []
        after = f"broken off after {count / self.rate:.2f} s"
        short = self.frames is not None and self.frames - count > _PADDING_SECONDS * self.rate
        if failed or short or (found is not None and found.broken):
            notes.append(f"shorter than its header says: {after}")
        elif not self._ends:
            notes.append(f"its end is missing: {after}")
        if found is not None and found.unsaid:
            notes.append("its header states no length: read to its end")
        if found is not None and found.beyond:
            notes.append(f"{found.beyond} bytes after the end that its header states: not read")
        if self._others:
            notes.append(f"streams of another rate or damaged: {self._others} not read")
        return notes


def soundfile_module() -> ModuleType:
    """The soundfile package, imported at the first call: not before a file is read or written."""
    import soundfile

    module: ModuleType = soundfile
    return module


@cache
def _straight(library: ModuleType) -> Any:
    """The class ``soundfile.SoundFile`` without a seek after each block.

    That seek fails at the end of a FLAC of unknown length, and the last block would be lost.
    """

    class Straight(library.SoundFile):  # type: ignore[misc,name-defined]
        def seekable(self) -> bool:
            return False

    return Straight


def _parts(file: BinaryIO, size: int, found: Extent | None) -> tuple[list[Part], bool]:
    """The parts of a file, and whether it has its end as far as can be told."""
    file.seek(0)
    if file.read(4) == b"OggS":
        return ogg_parts(file, size)
    return [Part(0, size, () if found is None else found.patches)], True


def _openable(path: Path, file: BinaryIO, parts: list[Part], whole: list[Part]) -> list[Part]:
    """The parts, or the whole file where the first part cannot be opened on its own."""
    try:
        with _decoder(path, file, parts[0]):
            return parts
    except AudioError:
        return whole


@contextmanager
def _decoder(path: Path, file: BinaryIO, part: Part) -> Iterator[Any]:
    """An open ``soundfile.SoundFile`` of a part."""
    library = soundfile_module()
    whole = part.start == 0 and not part.patches and not part.endless
    name = str(path) if sys.platform == "win32" else os.fsencode(path)
    # Some formats are known by their names alone, which a window has not.
    source = name if whole and part.end == os.fstat(file.fileno()).st_size else Window(file, part)
    try:
        decoder = _straight(library)(source)
    except (library.LibsndfileError, TypeError) as error:
        raise _undecodable(error) from error
    with decoder:
        yield decoder


def _undecodable(error: Exception) -> AudioError:
    """The error for a file without sound that can be decoded."""
    # Without the path, so that the same file has the same reason in every folder.
    reason = getattr(error, "error_string", "") or str(error)
    return AudioError(f"cannot be decoded: {reason.rstrip('.')}")
