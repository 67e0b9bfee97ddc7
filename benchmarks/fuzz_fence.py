"""Notices what the use of a file does outside its folder: files changed, programs started."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events of Python: which arguments are paths that are changed, and which ones the descriptors of
#: their folders; -1 for none.
_CHANGES: dict[str, tuple[tuple[int, int], ...]] = {
    "os.rename": ((0, 2), (1, 3)),
    "os.remove": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rmdir": ((0, 1),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, -1),),
    "os.chmod": ((0, 2),),
    "os.utime": ((0, 3),),
}
_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn")
#: With which no link is opened at the end of a path.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | os.O_EXCL
_TALKS = ("socket.connect", "socket.bind", "socket.sendto")


class Fence:
    """Watches this process; once made, it lasts as long as the process.

    Attributes:
        crossed: what was done outside the folder during the last :meth:`around`.
    """

    def __init__(self) -> None:
        self.crossed: list[str] = []
        self._folder: str | None = None
        self._opening = threading.local()
        sys.addaudithook(self._see)

    @contextmanager
    def around(self, folder: Path) -> Iterator[None]:
        """Watch between ``with`` and its end.

        The folder is the current one meanwhile, and that of temporary files.
        """
        self.crossed = []
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        self._folder = os.path.realpath(folder)
        try:
            with contextlib.chdir(folder), self._descriptors_noted():
                yield
        finally:
            self._folder, tempfile.tempdir = None, before

    @contextmanager
    def _descriptors_noted(self) -> Iterator[None]:
        """Note below which descriptor a file is opened, since Python's event does not say so."""
        plain = os.open

        def noting(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            self._opening.below = -1 if dir_fd is None else dir_fd
            try:
                return plain(path, flags, mode, dir_fd=dir_fd)
            finally:
                self._opening.below = -1

        changed: Any = os  # mypy knows that nobody does this
        changed.open = noting
        if plain in os.supports_dir_fd:
            os.supports_dir_fd.add(noting)  # modules that are imported now ask whether it can
        try:
            yield
        finally:
            changed.open = plain
            os.supports_dir_fd.discard(noting)

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._folder is None:
            return
        if event in _STARTS or event in _TALKS:
            self.crossed.append(f"{event} {arguments[0]!r:.80}")
        elif event == "open":
            path, mode, flags = arguments
            if flags & _WRITES or (mode and set(mode) & set("wax+")):
                below = getattr(self._opening, "below", -1)
                self._check(event, path, below, followed=not flags & _NO_LINK)
        else:
            for path, below in _CHANGES.get(event, ()):
                self._check(event, arguments[path], arguments[below] if below >= 0 else -1)

    def _check(self, event: str, path: Any, below: int, *, followed: bool = False) -> None:
        if isinstance(path, int) or path is None or self._folder is None:
            return
        name = Path(os.fsdecode(path))
        folder = Path(_folder_of(below))
        # Most change the entry itself, so only links of its folder are followed; what is opened is
        # what a link leads to.
        place = os.path.join(os.path.realpath(folder / name.parent), name.name)  # noqa: PTH118
        place = os.path.realpath(place) if followed else place
        inside = place == self._folder or place.startswith(self._folder + os.sep)
        if not inside and place != os.devnull and "__pycache__" not in place:
            self.crossed.append(f"{event} outside its folder: {place}")


def _folder_of(descriptor: int) -> str:
    """The path of an open folder; of none, and where the system does not say, the current one."""
    listed = f"/proc/self/fd/{descriptor}"
    return listed if descriptor >= 0 and os.path.lexists(listed) else "."
