"""Remembers what was read from files; a file is read again only when it has changed."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from musicvae.errors import MusicVAEError

Info = TypeVar("Info")
#: The description of a file, and why it cannot be used; empty where it can.
Read = tuple[Info | None, str]
#: What tells a file from what it was: its size, dates of its content and of its entry, number.
_Stamp = tuple[int, int, int, int]


class Readings(Generic[Info]):
    """What was read from each file.

    Args:
        read: returns the description of a file, and why it cannot be used or an empty text; raises
            ``MusicVAEError`` for a file without a description.
    """

    def __init__(self, read: Callable[[Path], tuple[Info, str]]) -> None:
        self._read = read
        self._known: dict[Path, tuple[_Stamp, Read[Info]]] = {}

    def of(self, path: Path) -> Read[Info]:
        """What a file says now, or why it cannot be read; raises nothing."""
        try:
            status = path.stat()
        except OSError as error:
            return None, f"cannot be read: {error.strerror or error}"
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            return None, "is not a file"
        # Not the date of the content alone, which anybody can set.
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        before = self._known.get(path)
        if before is not None and before[0] == stamp:
            return before[1]
        try:
            result: Read[Info] = self._read(path)
        except MusicVAEError as error:
            result = None, error.what
        except OSError as error:
            return None, f"cannot be read: {error.strerror or error}"
        self._known[path] = stamp, result
        return result

    def forget_all_but(self, paths: Iterable[Path]) -> None:
        """Forget files that are gone."""
        self._known = {path: self._known[path] for path in paths if path in self._known}
