"""Finds the sound in files that hold it as one chunk of bytes: wav, rf64, w64, aiff, caf, au.

Their headers say how many bytes of sound there are, and are often wrong: a recorder that died left
the length at 0, a program that wrote to a pipe did not know it, a download broke off. What counts
is where the sound begins and how many bytes follow.

Formats: RIFF/WAVE (IBM and Microsoft 1991), RF64 (EBU Tech 3306), Wave64 (Sonic Foundry), AIFF and
AIFF-C (Apple 1989, 1991), CAF (Apple 2005), AU (Sun).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: From this on, a length of 32 bits means "not known" (ffmpeg and sox, to a pipe).
UNKNOWN_32 = 0x7FFFF000
#: The same for 64 bits; -1 among them.
UNKNOWN_64 = 2**62
#: Chunks before the sound; a file with more is not searched further.
_MOST_CHUNKS = 10_000
#: Bytes behind the sound that no chunk explains, and that tags of other formats do not reach.
_UNEXPLAINED = 2**16

_GUID = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # the end of every Wave64 identifier but one


@dataclass(frozen=True)
class _Form:
    """How a format writes its chunks.

    Attributes:
        first: where the first chunk begins.
        order: ``"<"`` or ``">"``, as in :mod:`struct`.
        name: bytes of a chunk's name.
        size: bytes of a chunk's size.
        whole: whether the size counts name and size too.
        align: chunks begin at multiples of this.
        sound: name of the chunk that holds the sound.
        before: bytes of that chunk before the sound.
    """

    first: int
    order: str
    name: int
    size: int
    whole: bool
    align: int
    sound: bytes
    before: int = 0

    def pack(self, size: int) -> bytes:
        """A size as the bytes of a chunk's head."""
        return struct.pack(self.order + ("I" if self.size == 4 else "Q"), size)

    def unpack(self, data: bytes) -> int:
        """The size that those bytes mean."""
        return int(struct.unpack(self.order + ("I" if self.size == 4 else "Q"), data)[0])


_WAVE = _Form(12, "<", 4, 4, False, 2, b"data")
_WAVE_BIG = _Form(12, ">", 4, 4, False, 2, b"data")
_WAVE64 = _Form(40, "<", 16, 8, True, 8, b"data" + _GUID)
_AIFF = _Form(12, ">", 4, 4, False, 2, b"SSND", 8)
_CAF = _Form(8, ">", 4, 8, False, 1, b"data", 4)


@dataclass(frozen=True)
class Extent:
    """What there is of the sound of a file.

    Attributes:
        held: bytes of sound that are there.
        broken: whether the header says that there are more.
        unsaid: whether the header says 0, although there are some.
        beyond: bytes that follow and that nothing explains.
        patches: offsets in the file, each with bytes that make the header right.
    """

    held: int
    broken: bool = False
    unsaid: bool = False
    beyond: int = 0
    patches: tuple[tuple[int, bytes], ...] = ()


def extent(file: BinaryIO, size: int) -> Extent | None:
    """What there is of the sound of a file.

    Args:
        file: open for reading; its position moves.
        size: of the file, in bytes.

    Returns:
        ``None`` where the file is of another format, or has no sound chunk.
    """
    file.seek(0)
    head = file.read(40)
    if head[:4] in (b".snd", b"dns."):
        return _au(head, size)
    form = _form(head)
    if form is None:
        return None
    for place, name, stated in _chunks(file, form, form.first, size):
        if name == form.sound:
            return _of_chunk(file, form, head, place, stated, size)
    return None


def _form(head: bytes) -> _Form | None:
    if head[8:12] == b"WAVE" and head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _WAVE
    if head[8:12] == b"WAVE" and head[:4] == b"RIFX":
        return _WAVE_BIG
    if head[:4] == b"riff" and head[24:28] == b"wave":
        return _WAVE64
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _AIFF
    return _CAF if head[:4] == b"caff" else None


def _chunks(file: BinaryIO, form: _Form, place: int, size: int) -> Iterator[tuple[int, bytes, int]]:
    """Place, name and size (of the contents) of each chunk whose head is there."""
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(form.name + form.size)
        if len(head) < form.name + form.size:
            return
        stated = form.unpack(head[form.name :])
        contents = stated - len(head) if form.whole else stated
        yield place, head[: form.name], contents
        place += len(head) + max(contents, 0)
        place += -place % form.align
        if place >= size:
            return


def _of_chunk(
    file: BinaryIO, form: _Form, head: bytes, place: int, contents: int, size: int
) -> Extent:
    """The extent of the sound in the chunk at ``place``, whose head states ``contents`` bytes."""
    start = place + form.name + form.size + form.before
    there = max(0, size - start)
    stated, bits = contents - form.before, 8 * form.size
    if head[:4] in (b"RF64", b"BW64") and contents >= UNKNOWN_32:
        file.seek(form.first)
        stated, bits = struct.unpack("<8x8xQ", file.read(24).ljust(24, b"\xff"))[0], 64
    if stated <= 0 and _is_chunks(file, form, start, size):
        return Extent(0)
    limit = UNKNOWN_32 if bits == 32 else UNKNOWN_64
    unknown = stated >= limit and (stated > there or stated >= 2**bits - 1 - form.before)
    wrapped = bits == 32 and 0 < stated <= there - 2**32  # the size lost its 33rd bit
    if unknown or wrapped or stated <= 0:
        held = min(there, 2**bits - 1)
        right = _right(file, form, head, place, held, size)
        return Extent(held, unsaid=stated <= 0, beyond=there - held, patches=right)
    held = min(stated, there)
    end = start + held
    beyond = size - _explained(file, form, end + -end % form.align, size)
    return Extent(
        held,
        broken=stated > there + 1,  # the byte that fills up an odd length may be missing
        beyond=beyond if beyond > max(_UNEXPLAINED, held // 10) else 0,
        patches=_right(file, form, head, place, held, size) if stated > there else (),
    )


def _is_chunks(file: BinaryIO, form: _Form, place: int, size: int) -> bool:
    """Whether nothing but whole chunks, or nothing at all, is there from ``place`` on."""
    return size - place < form.align or _explained(file, form, place, size) >= size


def _explained(file: BinaryIO, form: _Form, place: int, size: int) -> int:
    """The end of the whole chunks that begin at ``place``."""
    end = place
    for at, name, contents in _chunks(file, form, place, size):
        after = at + form.name + form.size + contents
        if contents < 0 or after > size or not all(32 <= byte < 127 for byte in name[:4]):
            break
        end = after
    return end if size - end > 1 else size


def _right(
    file: BinaryIO, form: _Form, head: bytes, place: int, held: int, size: int
) -> tuple[tuple[int, bytes], ...]:
    """Patches that make a header state ``held`` bytes of sound."""
    contents = held + form.before + (form.name + form.size if form.whole else 0)
    patches = [(place + form.name, form.pack(min(contents, 2 ** (8 * form.size) - 1)))]
    if head[:4] in (b"RF64", b"BW64"):
        patches = [
            (0, b"RF64"),
            (form.first + 8, struct.pack("<QQQ", size - 8, held, 0)),
            (place + form.name, b"\xff" * 4),
        ]
    if form is _AIFF:
        patches += _aiff_frames(file, held, size)
    return tuple(patches)


def _aiff_frames(file: BinaryIO, held: int, size: int) -> list[tuple[int, bytes]]:
    """The patch of the number of sample frames, which AIFF states a second time."""
    for place, name, _ in _chunks(file, _AIFF, _AIFF.first, size):
        if name == b"COMM":
            file.seek(place + 8)
            channels, _, bits = struct.unpack(">HIH", file.read(8).ljust(8, b"\0"))
            frames = held // max(1, channels * -(-bits // 8))
            return [(place + 10, struct.pack(">I", min(frames, 0xFFFFFFFF)))]
    return []


def _au(head: bytes, size: int) -> Extent | None:
    """The extent of the sound in an AU file, in either byte order."""
    order = ">" if head[:4] == b".snd" else "<"
    if len(head) < 24:
        return None
    start, stated = struct.unpack(order + "II", head[4:12])
    there = max(0, size - start)
    if stated == 0 or stated >= UNKNOWN_32:
        patch = (8, struct.pack(order + "I", min(there, 0xFFFFFFFF)))
        return Extent(there, unsaid=stated == 0 and there > 0, patches=(patch,))
    return Extent(min(stated, there), broken=stated > there)
