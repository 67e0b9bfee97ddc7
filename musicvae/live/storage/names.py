"""Bare names of models, presets, tapes and recordings, and the files that they stand for.

A name comes from the network, so it must not reach a file outside the folder it is looked up in,
and it must be one that every file system can hold.
"""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime
from pathlib import Path

from musicvae.errors import DeviceError, SettingError

MAX_LETTERS = 64
#: File systems stop at 255; the rest is for endings and for what temporary files add.
_MAX_BYTES = 200
_MARKS = frozenset(" ._-")
#: Letters, the marks that are a part of them in many scripts, and decimal digits.
_CATEGORIES = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"])
#: Windows opens a device where one of these is the name up to the first dot.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)


def checked(name: str, suffix: str = "") -> str:
    """A bare name in Unicode's composed form (NFC), so that é is the same from every keyboard.

    Args:
        name: as it was received.
        suffix: such as ``".wav"``; taken off where somebody typed it.

    Raises:
        SettingError: it is not a bare name; the text is fit for an answer to the sender.
    """
    bare = unicodedata.normalize("NFC", name)
    if suffix and bare.lower().endswith(suffix):
        bare = bare[: -len(suffix)]
    reason = _refusal(bare)
    if reason:
        raise SettingError(
            f"this cannot be a name: {reason}",
            expected="letters, digits, space, dot, underscore and hyphen",
            received=f"{name!a:.80}",  # ASCII: what was refused may hold anything
        )
    return bare


def resolve(folder: str | os.PathLike[str], name: str, suffix: str) -> Path:
    """The file that a name stands for, which need not exist.

    Args:
        folder: the only place it can be.
        name: see :func:`checked`.
        suffix: of the file, such as ``".json"``.

    Returns:
        A path directly inside ``folder``.

    Raises:
        SettingError: it is not a bare name, or a link of that name leads out of the folder.
    """
    bare = checked(name, suffix)
    path = Path(folder) / f"{bare}{suffix}"
    try:
        inside = path.resolve().is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        inside = False
    if not inside:
        raise SettingError(f"{bare!r} is a link that leads out of its folder")
    return path


def take_name(now: datetime) -> str:
    """The name of a recording that was given none, such as ``take-2026-11-26-14-03-22``."""
    return now.strftime("take-%Y-%m-%d-%H-%M-%S")


def claim(folder: str | os.PathLike[str], name: str, suffix: str) -> Path:
    """A new empty file; where there is one of that name already, ``NAME-2`` and so on.

    Args:
        folder: made where it does not exist.
        name: see :func:`checked`.
        suffix: of the file, such as ``".wav"``.

    Raises:
        SettingError: it is not a bare name, or too long to be counted up.
        DeviceError: no file can be made there.
    """
    bare = checked(name, suffix)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        path, number = resolve(folder, bare, suffix), 1
        while not _made(path):
            number += 1
            path = resolve(folder, f"{bare}-{number}", suffix)
    except OSError as error:
        raise DeviceError(
            f"cannot make a file in {folder}", received=error.strerror or str(error)
        ) from error
    return path


def _made(path: Path) -> bool:
    """Whether the file is new: looking first and making then would let two take the same."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _refusal(bare: str) -> str:
    """Why it is no name; empty where it is one."""
    if not bare or len(bare) > MAX_LETTERS:
        return f"it must have 1 to {MAX_LETTERS} letters"
    wrong = [char for char in bare if not (char in _MARKS or _is_letter(char))]
    if wrong:
        return f"it holds {wrong[0]!a}"
    if len(bare.encode()) > _MAX_BYTES:
        return "it is too long for a file system"
    if bare.startswith((".", " ")) or bare.endswith((".", " ")):
        return "it begins or ends with a dot or a space"
    if bare.partition(".")[0].strip().lower() in _DEVICES:
        return "Windows keeps it for a device"
    return ""


def _is_letter(char: str) -> bool:
    return unicodedata.category(char) in _CATEGORIES
