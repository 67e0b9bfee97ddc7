"""Checks the paths that people give, before anything is opened: inputs exist, outputs harm none.

Every command and function that is given a path asks here first, so that ``~`` means the same
everywhere, a missing file is called missing, and no result is written over what it was made from.
"""

# os.path answers where pathlib raises: names that are too long, users that are unknown.
# ruff: noqa: PTH111, PTH112, PTH114

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from musicvae.errors import MusicVAEError, SettingError
from musicvae.similar import nearest

#: What callers may give as a path.
AnyPath = str | os.PathLike[str]

#: Names in a folder among which one like a missing file's is looked for.
_NAMES_COMPARED = 1_000
_WRITABLE_BY_ANY = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def expand(path: AnyPath, error: type[MusicVAEError] = SettingError) -> Path:
    """The path with ``~`` and ``~name`` replaced by the home folder, as a shell does.

    A name that only begins with ``~``, and is nobody's, stays as it is.

    Args:
        path: as a person typed it.
        error: the class of the error.

    Raises:
        MusicVAEError: of the class ``error``: it is neither a text nor a path object, is empty, or
            contains a character that no file system has.
    """
    try:
        text = os.fsdecode(path)
    except TypeError:
        raise error(
            "this is not a path",
            expected="the name of a file or folder, as a text or a pathlib.Path",
            received=type(path).__name__,
        ) from None
    try:
        usable = b"\0" not in os.fsencode(text) and text != ""
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise error(
            "this is not a path", expected="the name of a file or folder", received=repr(text)
        )
    return Path(os.path.expanduser(text))


def input_file(
    path: AnyPath,
    what: str,
    error: type[MusicVAEError] = SettingError,
    hint: str | None = None,
) -> Path:
    """The expanded path of a file to read; a link is followed.

    Pipes and devices are refused: reading one may never end.

    Args:
        path: as a person typed it.
        what: what the file must be, such as ``"a sound file"``.
        error: the class of the error.
        hint: what helps when the file is missing and no other in its folder has a similar name.

    Raises:
        MusicVAEError: of the class ``error``: there is no such file, or it cannot be read.
    """
    file = expand(path, error)
    reason = _no_file(file)
    if reason is None and not os.access(file, os.R_OK):
        reason = f"{str(file)!r} may not be read by you"
    if reason is None:
        return file
    similar = _similar(file)
    raise error(
        reason,
        expected=f"the path of {what}",
        hint=f"did you mean {str(similar)!r}?" if similar else hint or _where(file),
    )


def output_file(
    path: AnyPath,
    endings: Iterable[str],
    inputs: Iterable[AnyPath] = (),
    error: type[MusicVAEError] = SettingError,
) -> Path:
    """The expanded path of a file to write, which may be there: then it is replaced as a whole.

    Args:
        path: as a person typed it.
        endings: those that fit, lower case, with their dot; capitals fit too.
        inputs: paths of what the output is made from, also such that do not exist.
        error: the class of the error.

    Raises:
        MusicVAEError: of the class ``error``: the ending does not fit; there is a folder, a pipe or
            a device, or a file that nobody may write; the file is one of ``inputs``, under whatever
            name; or its folder cannot be there.
    """
    file = expand(path, error)
    legal = tuple(endings)
    if file.suffix.lower() not in legal or os.fsdecode(path).endswith(("/", os.sep)):
        raise error(
            f"{str(file)!r} does not fit what is to be written",
            expected=f"a name that ends in {' or '.join(legal)}",
            received=file.suffix or "no ending",
        )
    if reason := _in_the_way(file) or _no_room(file.parent):
        raise error(reason, expected="the path of a file to write")
    for source in inputs:
        if same_file(file, expand(source, error)):
            raise error(
                f"{str(file)!r} would replace what it is made from",
                expected="another file than those that are read",
                received=f"the same file as {str(source)!r}",
                hint="give the result another name",
            )
    return file


def output_folder(path: AnyPath, error: type[MusicVAEError] = SettingError) -> Path:
    """The expanded path of a folder to write files in; it is not made here.

    Raises:
        MusicVAEError: of the class ``error``: it, or a folder above it, is a file or may not be
            written.
    """
    folder = expand(path, error)
    if reason := _no_room(folder):
        raise error(reason, expected="the path of a folder to write in")
    return folder


def same_file(first: Path, second: Path) -> bool:
    """Whether two paths lead to one file that exists, through links, ``..`` or other capitals."""
    try:
        return first.samefile(second)
    except OSError:
        return False


def last_part(place: str) -> str:
    """The name at the end of a path of any system, which need not be there."""
    return place.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _no_file(file: Path) -> str | None:
    """Why there is no file to read, as a sentence, or ``None``."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        if os.path.islink(file):
            return f"{str(file)!r} is a link to nothing"
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        return f"there is no file {str(file)!r}" + ("" if missing else f": {error.strerror}")
    if stat.S_ISREG(mode):
        return None
    return f"{str(file)!r} is {'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'}"


def _in_the_way(file: Path) -> str | None:
    """Why a file cannot be replaced, as a sentence, or ``None``."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        known = isinstance(error, FileNotFoundError | NotADirectoryError) or os.path.islink(file)
        return None if known else f"{str(file)!r} cannot be a file: {error.strerror}"
    if not stat.S_ISREG(mode):
        return _no_file(file)
    if not mode & _WRITABLE_BY_ANY:
        return f"{str(file)!r} is there and is write-protected"
    return None


def _no_room(folder: Path) -> str | None:
    """Why files cannot be written in a folder, which may still have to be made, or ``None``."""
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not os.path.isdir(there):
        return f"{str(there)!r} is no folder, so nothing can be written in it"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"the folder {str(there)!r} may not be written by you"
    return None


def _similar(file: Path) -> Path | None:
    """A file beside a missing one with a name like it."""
    try:
        with os.scandir(file.parent) as entries:
            names = [entry.name for entry in islice(entries, _NAMES_COMPARED) if entry.is_file()]
    except OSError:
        return None
    near = nearest(file.name, names, 0.8)
    return file.with_name(near) if near is not None and near != file.name else None


def _where(file: Path) -> str:
    """The hint for a file that is missing, or a folder in its place."""
    if os.path.isdir(file):
        return f"name a file in {str(file)!r}"
    if not os.path.isdir(file.parent):
        return f"there is no folder {str(file.parent)!r} either"
    return f"look into the folder {str(file.parent.absolute())!r}"
