"""Notices what the use of a file does outside its folder: files changed, programs started."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events of Python, and how many of their first arguments are paths that are changed.
_CHANGES = {
    "os.rename": 2,
    "os.remove": 1,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.utime": 1,
}
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn")
_TALKS = ("socket.connect", "socket.bind", "socket.sendto")


class Fence:
    """Watches this process; once made, it lasts as long as the process.

    Attributes:
        crossed: what was done outside the folder during the last :meth:`around`.
    """

    def __init__(self) -> None:
        self.crossed: list[str] = []
        self._folder: str | None = None
        sys.addaudithook(self._see)

    @contextmanager
    def around(self, folder: Path) -> Iterator[None]:
        """Watch between ``with`` and its end; temporary files are to be in the folder too."""
        self.crossed = []
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        self._folder = os.path.realpath(folder)
        try:
            yield
        finally:
            self._folder, tempfile.tempdir = None, before

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._folder is None:
            return
        if event in _STARTS or event in _TALKS:
            self.crossed.append(f"{event} {arguments[0]!r:.80}")
        elif event == "open":
            path, mode, flags = arguments
            if flags & _WRITES or (mode and set(mode) & set("wax+")):
                self._check(event, path)
        else:
            for path in arguments[: _CHANGES.get(event, 0)]:
                self._check(event, path)

    def _check(self, event: str, path: Any) -> None:
        if isinstance(path, int) or path is None or self._folder is None:
            return
        place = os.path.realpath(os.fsdecode(path))
        inside = place == self._folder or place.startswith(self._folder + os.sep)
        if not inside and place != os.devnull and "__pycache__" not in place:
            self.crossed.append(f"{event} outside its folder: {place}")
