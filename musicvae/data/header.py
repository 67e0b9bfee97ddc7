"""What a sound file's header promises, where the format says it in bytes.

libsndfile silently shortens a truncated WAV or AU file to what is there. These few bytes tell the
difference, so that the user learns that a download broke off.
"""

from __future__ import annotations

import struct
from pathlib import Path

#: Lengths that programs write when they do not know the length yet (ffmpeg, sox, to a pipe).
_UNKNOWN = (0, 0x7FFFF000)


def promised_bytes(path: Path) -> int | None:
    """Size in bytes that the header of a WAV (RIFF) or AU (.snd) file promises for the whole file.

    Returns:
        ``None`` where the header does not say, or the file is of another format.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12:
        return None
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        (size,) = struct.unpack("<I", head[4:8])
        return None if _is_unknown(size) else size + 8
    if head[:4] == b".snd":
        offset, size = struct.unpack(">II", head[4:12])
        return None if _is_unknown(size) else offset + size
    return None


def _is_unknown(size: int) -> bool:
    return size == _UNKNOWN[0] or size >= _UNKNOWN[1]
