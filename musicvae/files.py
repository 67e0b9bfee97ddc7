"""Writes files whole or not at all, and reads files of strangers within limits."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: How deep lists and objects may be nested in JSON from a stranger.
MAX_DEPTH = 64
_TOO_DEEP = f"its lists and objects are nested more than {MAX_DEPTH} deep"


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Replace a file as a whole: yields a temporary path that is renamed to ``path`` at the end.

    The data reach the disk before the rename, so that even a power cut leaves either the old file
    or the new one. When the ``with`` block raises, the temporary file is removed and ``path`` stays
    as it was.

    Raises:
        OSError: the folder or the file cannot be written.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # With the same ending, since some writers choose the format by it.
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)  # mkstemp makes it private
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
    with Path(path).open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"it has more than {limit} bytes")
    return data


def parse_json(data: bytes | str, limit: int) -> Any:
    """The value of a JSON text from an unknown source.

    Args:
        data: the text, or its bytes in UTF-8 with or without a byte order mark.
        limit: its length at most: bytes of ``bytes``, characters of ``str``.

    Returns:
        ``None``, a truth value, a number, a text, a list or a dictionary. ``NaN`` and ``Infinity``,
        which Python's reader lets pass, are refused; a number such as 1e999 still reads as
        infinite. Nothing is nested deeper than :data:`MAX_DEPTH`, so that the caller may recurse.

    Raises:
        ValueError: the text is too long, is not JSON, or is nested too deeply; the message is the
            reason, for the caller's own error.
    """
    if len(data) > limit:
        unit = "bytes" if isinstance(data, bytes) else "characters"
        raise ValueError(f"it has more than {limit} {unit}")
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(value)
    return value


def parse_json_object(data: bytes | str, limit: int) -> dict[str, Any]:
    """The same as :func:`parse_json`, for a text that must be one JSON object.

    Raises:
        ValueError: as :func:`parse_json`, or it is another value.
    """
    value = parse_json(data, limit)
    if not isinstance(value, dict):
        raise ValueError(f"it is no JSON object but a {type(value).__name__}")
    return value


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number in JSON")


def _check_depth(value: object) -> None:
    """Refuse a value that is nested too deeply, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        items = (each.values() if isinstance(each, dict) else each for each in level)
        level = [item for several in items for item in several if isinstance(item, dict | list)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)
