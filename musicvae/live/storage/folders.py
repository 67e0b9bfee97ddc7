"""A folder in which the daemon keeps files; nothing in it is reached through a link.

Where the system allows, every file is named relative to an open folder that was reached without a
link, so that exchanging a folder for a link in the meantime leads nowhere else.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from musicvae.errors import SettingError

#: Whether the system names files relative to an open folder; Windows does not.
_BY_HANDLE = {os.open, os.stat, os.unlink, os.mkdir, os.rename} <= os.supports_dir_fd
_ALWAYS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Folder:
    """A folder, which need not exist yet.

    Links above it are resolved now and never again. It must not be a link itself.

    Args:
        path: its path.

    Attributes:
        path: as it was given.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        whole = self.path.absolute()
        named = whole.name not in ("", "..")
        self._real = _resolved(whole.parent) / whole.name if named else _resolved(whole)

    @contextmanager
    def opened(self, inner: str = "", *, create: bool = False) -> Iterator[OpenFolder]:
        """Open it, for as long as the ``with`` block lasts.

        Args:
            inner: name of a folder in it, to be opened instead.
            create: whether to make what is missing.

        Raises:
            SettingError: it, or a folder above it, has become a link.
            OSError: it is not there, or cannot be opened.
        """
        path = self._real / inner
        if not _BY_HANDLE:
            _make_plain(path, create)
            yield OpenFolder(path, None)
            return
        handle = _walk(path, create)
        try:
            yield OpenFolder(path, handle)
        finally:
            os.close(handle)


class OpenFolder:
    """Files in an open folder, by their names, which must be bare.

    Every method raises ``OSError`` where the system refuses, and ``SettingError`` for a link.

    Args:
        path: path of the folder.
        handle: its descriptor; ``None`` where the system cannot use one.
    """

    def __init__(self, path: Path, handle: int | None) -> None:
        self._path = path
        self._handle = handle

    def names(self) -> list[str]:
        """The names of everything in it, links and folders too, in no order."""
        if self._handle is None:
            return os.listdir(self._path)  # noqa: PTH208
        listed = os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._handle)
        try:
            return os.listdir(listed)  # noqa: PTH208 (a descriptor)
        finally:
            os.close(listed)

    def is_file(self, name: str) -> bool:
        """Whether there is a regular file of this name; a link is none."""
        try:
            return stat.S_ISREG(self._status(name).st_mode)
        except FileNotFoundError:
            return False

    def create(self, name: str) -> IO[bytes]:
        """Create a file and open it, unbuffered, to be read and written.

        Raises:
            FileExistsError: there is something of that name.
        """
        made = os.open(
            self._at(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | _ALWAYS, 0o666, dir_fd=self._handle
        )
        return os.fdopen(made, "r+b", buffering=0)

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file, but at most ``limit`` and one more.

        Raises:
            SettingError: it is no regular file.
        """
        self._require_file(name)
        opened = os.open(
            self._at(name),
            os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _ALWAYS,
            dir_fd=self._handle,
        )
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):  # exchanged a moment ago
                raise SettingError(f"{name!r} is not a file")
            return file.read(limit + 1)

    def replace(self, name: str, data: bytes) -> None:
        """Write a file as a whole, so that even a power cut leaves the old one or the new one.

        Raises:
            SettingError: there is something of that name that is no regular file.
        """
        with suppress(FileNotFoundError):
            self._require_file(name)
        temporary = f".{secrets.token_hex(8)}.tmp"
        with self.create(temporary) as file:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
                file.close()  # Windows renames no open file
                os.replace(
                    self._at(temporary),
                    self._at(name),
                    src_dir_fd=self._handle,
                    dst_dir_fd=self._handle,
                )
            except BaseException:
                file.close()
                with suppress(OSError):
                    self._unlink(temporary)
                raise

    def remove(self, name: str, made: os.stat_result | None = None) -> None:
        """Remove a file.

        Args:
            name: its name.
            made: the status of a file that it must still be; something else is left alone.

        Raises:
            SettingError: it is no regular file.
        """
        self._require_file(name)
        if made is None or os.path.samestat(made, self._status(name)):
            self._unlink(name)

    def _unlink(self, name: str) -> None:
        os.unlink(self._at(name), dir_fd=self._handle)

    def _require_file(self, name: str) -> None:
        mode = self._status(name).st_mode
        if stat.S_ISLNK(mode):
            raise SettingError(f"{name!r} is a link, and links are not followed")
        if not stat.S_ISREG(mode):
            raise SettingError(f"{name!r} is not a file")

    def _status(self, name: str) -> os.stat_result:
        return os.stat(self._at(name), dir_fd=self._handle, follow_symlinks=False)

    def _at(self, name: str) -> str:
        return name if self._handle is not None else str(self._path / name)


def _walk(path: Path, create: bool) -> int:
    """Open a folder step by step from the root; a descriptor that the caller closes."""
    handle = os.open(path.anchor, _FOLDER)
    for at, part in enumerate(path.parts[1:], 2):
        try:
            inner = _step(handle, part, create)
        except OSError:
            with suppress(FileNotFoundError):
                mode = os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode
                if stat.S_ISLNK(mode):
                    raise _link(Path(*path.parts[:at])) from None
            raise
        finally:
            os.close(handle)
        handle = inner
    return handle


def _step(handle: int, part: str, create: bool) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=handle)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):  # another process was as quick
        os.mkdir(part, dir_fd=handle)
    return os.open(part, _FOLDER, dir_fd=handle)


def _make_plain(path: Path, create: bool) -> None:
    """Check a folder without descriptors, and make what is missing."""
    moved = os.path.normcase(_resolved(path)) != os.path.normcase(path)
    if moved or any(each.is_symlink() for each in (path, *path.parents)):
        raise _link(path)
    if create:
        path.mkdir(parents=True, exist_ok=True)
    path.stat()


def _link(path: Path) -> SettingError:
    return SettingError(
        f"the folder {str(path)!r} is a link, and links are not followed",
        hint=f"name the folder that it leads to: {str(_resolved(path))!r}",
    )


def _resolved(path: Path) -> Path:
    """The path without links; unlike ``Path.resolve`` it takes links that lead to themselves."""
    return Path(os.path.realpath(path))
