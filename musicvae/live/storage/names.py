"""Checks the names of presets and takes.

A name comes from the network, so it must not reach a file outside its folder, and every file system
must be able to store it.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from musicvae.errors import SettingError

MAX_LETTERS = 64
#: File systems allow 255; the rest is for suffixes and for temporary names.
_MAX_BYTES = 200
_MARKS = frozenset(" ._-")
#: Unicode categories: letters, marks that belong to letters in many scripts, decimal digits.
_CATEGORIES = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"])
#: Windows opens a device where the name up to the first dot is one of these.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)


def checked(name: str, suffix: str = "") -> str:
    """A bare name in Unicode's composed form (NFC), so that é is the same from every keyboard.

    Args:
        name: as it was received.
        suffix: such as ``".wav"``; removed where the name ends with it.

    Raises:
        SettingError: it is not a bare name; the text may be sent to the client.
    """
    bare = unicodedata.normalize("NFC", name)
    if suffix and bare.lower().endswith(suffix):
        bare = bare[: -len(suffix)]
    reason = _refusal(bare)
    if reason:
        raise SettingError(
            f"this cannot be a name: {reason}",
            expected="letters, digits, space, dot, underscore and hyphen",
            received=f"{name!a:.80}",  # as ASCII: a refused name may contain anything
        )
    return bare


def take_name(now: datetime) -> str:
    """A name for a recording without one, such as ``take-2026-11-26-14-03-22``."""
    return now.strftime("take-%Y-%m-%d-%H-%M-%S")


def _refusal(bare: str) -> str:
    """The reason why a text cannot be a name; empty if it can."""
    if not bare or len(bare) > MAX_LETTERS:
        return f"it must have 1 to {MAX_LETTERS} letters"
    wrong = [char for char in bare if not (char in _MARKS or _is_letter(char))]
    if wrong:
        return f"it contains {wrong[0]!a}"
    if len(bare.encode()) > _MAX_BYTES:
        return "it is too long for a file system"
    if bare.startswith((".", " ")) or bare.endswith((".", " ")):
        return "it begins or ends with a dot or a space"
    if bare.partition(".")[0].strip().lower() in _DEVICES:
        return "Windows reserves it for a device"
    return ""


def _is_letter(char: str) -> bool:
    return unicodedata.category(char) in _CATEGORIES
