"""Creates the files of a take: all of them, or none; nothing that is there is touched."""

from __future__ import annotations

import os
import unicodedata
from contextlib import suppress
from datetime import datetime
from typing import IO

from musicvae.errors import DeviceError, SettingError
from musicvae.live.storage import names
from musicvae.live.storage.folders import Folder, OpenFolder

WAV_SUFFIX = ".wav"
#: Suffix of the score beside a recording.
SCORE_SUFFIX = ".score.jsonl"
#: Suffix of the sound that came in, beside it.
INPUT_SUFFIX = ".input.wav"
_SUFFIXES = (WAV_SUFFIX, SCORE_SUFFIX, INPUT_SUFFIX)
#: A name is counted up to here.
_MOST = 10_000


class Take:
    """The files of one take, created by this process and open.

    Attributes:
        path: path of the WAV file, as people know the folder.
        wav: the WAV file, empty; its writer closes it.
        score: the score, empty; ``None`` where the take has none.
        input: what comes in, empty; ``None`` where nothing does.
    """

    def __init__(self, folder: Folder, stem: str, files: dict[str, IO[bytes]]) -> None:
        self._folder = folder
        self._files = {f"{stem}{suffix}": file for suffix, file in files.items()}
        self._made = {name: os.fstat(file.fileno()) for name, file in self._files.items()}
        self.path = folder.path / f"{stem}{WAV_SUFFIX}"
        self.wav = files[WAV_SUFFIX]
        self.score = files.get(SCORE_SUFFIX)
        self.input = files.get(INPUT_SUFFIX)

    def discard(self, *files: IO[bytes] | None) -> None:
        """Close and remove some of its files, or all; another file of that name is left alone.

        Raises nothing.
        """
        for name, file in self._files.items():
            if files and file not in files:
                continue
            with suppress(OSError):
                file.close()
            with suppress(OSError, SettingError), self._folder.opened() as inside:
                inside.remove(name, self._made[name])


def claim(folder: Folder, name: str = "", *, scored: bool = True, heard: bool = False) -> Take:
    """Create the files of a new take.

    Where a file of the take is there already, be it a score without its sound or a link, the name
    is counted up: ``NAME-2`` and so on. Names that differ in capitals alone count as the same,
    since some file systems cannot hold both.

    Args:
        folder: made where it does not exist.
        name: see :func:`musicvae.live.storage.names.checked`; if it is empty, the time is the name.
        scored: whether the take has a score.
        heard: whether it has what comes in, too.

    Raises:
        SettingError: it is not a bare name, or the folder is a link.
        DeviceError: the files cannot be created.
    """
    bare = names.checked(name or names.take_name(datetime.now()), WAV_SUFFIX)
    suffixes = (WAV_SUFFIX, *[SCORE_SUFFIX] * scored, *[INPUT_SUFFIX] * heard)
    try:
        with folder.opened(create=True) as inside:
            taken = _taken(inside)
            for number in range(1, _MOST + 1):
                stem = bare if number == 1 else f"{bare}-{number}"
                if any(_folded(stem + suffix) in taken for suffix in _SUFFIXES):
                    continue
                if files := _created(inside, stem, suffixes):
                    return Take(folder, stem, files)
    except OSError as error:
        raise DeviceError(
            f"cannot create a file in {folder.path}", received=error.strerror or str(error)
        ) from error
    raise SettingError(f"there are {_MOST} takes of this name already", received=bare)


def _taken(inside: OpenFolder) -> set[str]:
    try:
        return {_folded(name) for name in inside.names()}
    except PermissionError:  # files can be created there all the same
        return set()


def _created(
    inside: OpenFolder, stem: str, suffixes: tuple[str, ...]
) -> dict[str, IO[bytes]] | None:
    """The open files by suffix; ``None`` where another process has just created one of them."""
    files: dict[str, IO[bytes]] = {}
    try:
        for suffix in suffixes:
            files[suffix] = inside.create(f"{stem}{suffix}")
    except OSError as error:
        for suffix, file in files.items():
            with suppress(OSError, SettingError), file:
                inside.remove(f"{stem}{suffix}", os.fstat(file.fileno()))
        if isinstance(error, FileExistsError):
            return None
        raise
    return files


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
