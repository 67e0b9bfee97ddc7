"""Writes files whole or not at all, and reads files of strangers within limits."""

from __future__ import annotations

import errno
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

from musicvae.errors import MusicVAEError

#: How deep lists and objects may be nested in JSON from a stranger.
MAX_DEPTH = 64
#: Shorter texts, in characters, are read in some milliseconds.
_SHORT = 2**17
#: What the system says where there is no more room, or no more for this user.
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_TOO_DEEP = f"its lists and objects are nested more than {MAX_DEPTH} deep"


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Replace a file as a whole: yields a temporary path that is renamed to ``path`` at the end.

    The data reach the disk before the rename, so that even a power cut leaves either the old file
    or the new one. When the ``with`` block raises, the temporary file is removed and ``path`` stays
    as it was.

    Raises:
        OSError: the folder or the file cannot be written, or a pipe or a device is there. It names
            ``path``.
    """
    target = Path(path)
    refuse_others(target)  # a rename would put a file in the place of a device
    with naming(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # With the same ending, since some writers choose the format by it; but no longer than the
        # target's name, which may be as long as the file system allows.
        temporary = unused_name(target.parent, f".{target.stem[:40]}.", target.suffix)
        with _removed_unless_whole(temporary, target):
            yield temporary


def unused_name(folder: Path, prefix: str, suffix: str = ".tmp") -> Path:
    """A path in a folder that nothing will have (it has 48 random bits).

    It is for what the caller makes, and removes, within one ``try``.
    ``tempfile`` makes the file before it gives its name: an interrupt in between leaves the file,
    since nobody knows yet what to remove.
    """
    return folder / f"{prefix}{secrets.token_urlsafe(6)}{suffix}"


@contextmanager
def _removed_unless_whole(temporary: Path, target: Path) -> Iterator[None]:
    """Make a temporary file, and rename it to its target, or remove it where the block raises."""
    try:
        temporary.touch(0o600, exist_ok=False)
        yield
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)  # until now it was private
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def naming(target: Path) -> Iterator[None]:
    """Let what the system says within the ``with`` block name the file that was to be written.

    A full disk is met while a temporary file is written, which nobody has heard of, or an open
    file, which has no name. Errors that name another file stay as they are.

    Raises:
        OSError: of the same number and class, with the name of ``target``.
    """
    try:
        yield
    except MusicVAEError:  # it says already what is wrong
        raise
    except OSError as error:
        if error.errno is None or not _means(error.filename, target):
            raise
        raise OSError(error.errno, os.strerror(error.errno), os.fspath(target)) from error


def _means(name: object, target: Path) -> bool:
    """Whether an error with a file's name, or without one, is about a target.

    So it is where it names a folder above it, or what has a hidden name beside it for a while.
    """
    if not isinstance(name, str | bytes):
        return name is None
    path, here = Path(os.fsdecode(name)).absolute(), target.absolute()
    beside = (each for each in (path, *path.parents) if each.parent == here.parent)
    hidden = (f".{here.stem[:40]}.", f".{here.name}.", ".fetching.")
    whole = path == here or path in here.parents
    return whole or any(each.name.startswith(hidden) for each in beside)


def explained(error: OSError) -> str:
    """What the system refused, in a sentence or two for people, with the name of the file."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"{reason}."
    name = repr(os.fsdecode(error.filename))
    if error.errno not in _FULL:
        return str(MusicVAEError(f"{name} cannot be read or written", received=reason))
    full = MusicVAEError(
        f"the disk is full, so {name} cannot be written",
        received=reason,
        hint="make room there, or write to another disk",
    )
    return str(full)


def refuse_others(path: str | os.PathLike[str]) -> None:
    """Refuse what is there but is no regular file: a pipe, which may never end, or a device.

    Raises:
        OSError: it is such a thing, or a folder, or cannot be looked at.
    """
    with suppress(FileNotFoundError):
        _refuse_mode(Path(path).stat().st_mode, path)


def open_regular(path: str | os.PathLike[str]) -> BufferedReader:
    """Open a regular file to read its bytes; never waits for the other end of a pipe.

    Raises:
        OSError: as :func:`refuse_others`, or it cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        _refuse_mode(os.fstat(descriptor).st_mode, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_mode(mode: int, path: str | os.PathLike[str]) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", os.fspath(path))


def write_json(path: str | os.PathLike[str], value: object) -> None:
    """Write ``value`` as indented UTF-8 JSON, whole or not at all.

    Names of files that are not valid Unicode, which UTF-8 cannot hold, make all letters escapes.

    Raises:
        TypeError: JSON has no form for it.
        OSError: as :func:`replacing`.
    """
    try:
        data = json.dumps(value, indent=2, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        data = json.dumps(value, indent=2).encode()
    with replacing(path) as temporary:
        temporary.write_bytes(data + b"\n")


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file that musicvae wrote; for files of others use :func:`parse_json`.

    Raises:
        ValueError: it is not JSON.
        OSError: it cannot be read.
    """
    return json.loads(Path(path).read_text("utf-8"))


def read_bytes(path: str | os.PathLike[str], limit: int) -> bytes:
    """Read a whole file of at most ``limit`` bytes; never more than that is in memory.

    Raises:
        ValueError: the file is larger.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"it has more than {limit} bytes")
    return data


def parse_json(
    data: bytes | str, limit: int, *, lists: int | None = None, values: int | None = None
) -> Any:
    """The value of a JSON text from an unknown source.

    All sizes are checked before anything is decoded, and while numbers and objects are decoded
    other threads get their turn: Python's reader alone would keep them all waiting to its end.

    Args:
        data: the text, or its bytes in UTF-8 with or without a byte order mark.
        limit: its length at most: bytes of ``bytes``, characters of ``str``.
        lists: how many lists and objects it may hold at most; brackets in texts count too.
        values: how many values it may hold at most; commas in texts count too.

    Returns:
        ``None``, a truth value, a number, a text, a list or a dictionary. ``NaN`` and ``Infinity``,
        which Python's reader lets pass, are refused; a number such as 1e999 still reads as
        infinite. Nothing is nested deeper than :data:`MAX_DEPTH`, so that the caller may recurse.

    Raises:
        ValueError: the text is too long, is not JSON, names a value twice, or is nested too deeply;
            the message is the reason, for the caller's own error.
    """
    if len(data) > limit:
        unit = "bytes" if isinstance(data, bytes) else "characters"
        raise ValueError(f"it has more than {limit} {unit}")
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    if lists is not None and text.count("[") + text.count("{") > lists:
        raise ValueError(f"it has more than {lists} lists and objects")
    if values is not None and text.count(",") >= values:
        raise ValueError(f"it has more than {values} values")
    try:
        reader = _READER if len(text) < _SHORT else _POLITE_READER
        value = reader.decode(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(value)
    return value


def parse_json_object(
    data: bytes | str, limit: int, *, lists: int | None = None, values: int | None = None
) -> dict[str, Any]:
    """The same as :func:`parse_json`, for a text that must be one JSON object.

    Raises:
        ValueError: as :func:`parse_json`, or it is another value.
    """
    value = parse_json(data, limit, lists=lists, values=values)
    if not isinstance(value, dict):
        raise ValueError(f"it is no JSON object but a {type(value).__name__}")
    return value


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number in JSON")


def _whole(digits: str) -> int:
    return int(digits)


def _fraction(digits: str) -> float:
    return float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names must differ: readers disagree about which of two values counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"it names {twice!r:.40} twice")
    return found


_READER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_object)
#: The same with a function in Python for each number: in it other threads get their turn.
_POLITE_READER = json.JSONDecoder(
    parse_int=_whole,
    parse_float=_fraction,
    parse_constant=_refuse_constant,
    object_pairs_hook=_object,
)


def _check_depth(value: object) -> None:
    """Refuse a value that is nested too deeply, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        items = (each.values() if isinstance(each, dict) else each for each in level)
        level = [item for several in items for item in several if isinstance(item, dict | list)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)
