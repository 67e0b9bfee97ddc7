"""Finds the parts of Ogg and MP3 files, which may hold several streams one after another.

libsndfile decodes the first stream of a file alone. An Ogg file has several where recordings were
joined or a radio was recorded (RFC 3533 calls it chained), an MP3 file where files were joined.
An MP3 file without a table of contents (Xing, Info or VBRI) does not say how long it is, and
libsndfile's guess from the first frame can be too short or too long.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import BinaryIO

from musicvae.soundfiles.windows import Part

#: Streams of one file that are read at most.
MOST_PARTS = 1_000
_OGG_HEAD = 27  # bytes of a page's head before its table of segments
_BEGINS, _ENDS = 2, 4  # flags of an Ogg page
_SEARCHED = 2**21  # bytes in which the next Ogg page or MP3 frame is looked for
_SMALLEST = 2**12  # bytes; less than this behind an MP3 stream is tags, not another stream


def ogg_parts(file: BinaryIO, size: int) -> tuple[list[Part], bool]:
    """The streams of an Ogg file, and whether the last one has its end.

    Args:
        file: open for reading; its position moves.
        size: of the file, in bytes.
    """
    starts, place, begun, ends = [0], 0, False, False
    while page := _ogg_page(file, place, size):
        place, flags, length = page
        begins = bool(flags & _BEGINS)
        if begins and begun and len(starts) < MOST_PARTS:
            starts.append(place)
        begun = not begins  # several streams of one part begin together
        ends = bool(flags & _ENDS) and place + length <= size
        place += length
    bounds = [*starts, size]
    return [Part(*pair) for pair in pairwise(bounds)], ends


def _ogg_page(file: BinaryIO, place: int, size: int) -> tuple[int, int, int] | None:
    """Place, flags and length of the next page; damaged bytes before it are passed over."""
    file.seek(place)
    head = file.read(_OGG_HEAD + 255)
    if not head.startswith(b"OggS"):
        found = (head + file.read(_SEARCHED)).find(b"OggS")
        if found < 0 or place >= size:
            return None
        place += found
        file.seek(place)
        head = file.read(_OGG_HEAD + 255)
    if len(head) < _OGG_HEAD:
        return None
    segments = head[26]
    return place, head[5], _OGG_HEAD + segments + sum(head[_OGG_HEAD : _OGG_HEAD + segments])


def mp3_parts(file: BinaryIO, size: int) -> list[Part]:
    """The streams of an MP3 file; one that does not state its length is marked endless.

    Args:
        file: open for reading; its position moves.
        size: of the file, in bytes.
    """
    parts: list[Part] = []
    start = 0
    while len(parts) < MOST_PARTS:
        known, length = _mp3_length(file, start)
        end = start + length if length else size
        last = size - end < _SMALLEST or not _is_mp3(file, end)
        parts.append(Part(start, size if last else end, endless=not known))
        if last:
            return parts
        start = end
    return parts


def _mp3_length(file: BinaryIO, start: int) -> tuple[bool, int]:
    """Whether a stream has a table of contents, and its bytes with tags before it; 0 if unsaid."""
    place = start
    file.seek(place)
    while (tag := file.read(10))[:3] == b"ID3" and len(tag) == 10:
        a, b, c, d = (byte & 127 for byte in tag[6:])
        place += 10 + (a << 21 | b << 14 | c << 7 | d)
        file.seek(place)
    file.seek(place)
    head = file.read(2048)
    if b"VBRI" in head:
        return True, 0
    found = max(head.find(b"Xing"), head.find(b"Info"))
    if found < 0 or len(head) < found + 16:
        return False, 0
    flags, *counts = struct.unpack(">III", head[found + 4 : found + 16])
    if flags & 3 != 3:
        return bool(flags & 1), 0
    return True, place - start + counts[1]


def _is_mp3(file: BinaryIO, place: int) -> bool:
    """Whether another stream begins at a place."""
    file.seek(place)
    head = file.read(3)
    return head == b"ID3" or (len(head) == 3 and head[0] == 255 and head[1] & 0xE0 == 0xE0)
