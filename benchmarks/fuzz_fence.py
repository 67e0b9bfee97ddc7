"""Notices what the use of a file does outside its folder: files changed, programs started."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
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
        """Watch between ``with`` and its end.

        The folder is the current one meanwhile, and that of temporary files. A name that is opened
        below a descriptor counts as one in it: Python does not say which folder that is.
        """
        self.crossed = []
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        self._folder = os.path.realpath(folder)
        try:
            with contextlib.chdir(folder):
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
            for path, below in _CHANGES.get(event, ()):
                self._check(event, arguments[path], arguments[below] if below >= 0 else -1)

    def _check(self, event: str, path: Any, below: int = -1) -> None:
        if isinstance(path, int) or path is None or self._folder is None:
            return
        name = Path(os.fsdecode(path))
        folder = f"/proc/self/fd/{below}" if below >= 0 else "."
        # The entry itself is changed, so only the folder's own links are followed; what is opened
        # is what a link leads to.
        place = os.path.join(os.path.realpath(folder / name.parent), name.name)  # noqa: PTH118
        place = os.path.realpath(place) if event == "open" else place
        inside = place == self._folder or place.startswith(self._folder + os.sep)
        if not inside and place != os.devnull and "__pycache__" not in place:
            self.crossed.append(f"{event} outside its folder: {place}")
