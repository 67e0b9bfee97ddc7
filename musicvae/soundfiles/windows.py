"""Parts of a file, with some bytes replaced, as files of their own.

libsndfile believes what a header says of the sound's length. Where the header is wrong, it is
given a window in which the header is right; the file itself is never changed.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

#: The length that libsndfile takes for unknown: it then looks for the end itself.
ENDLESS = 2**63 - 1


@dataclass(frozen=True)
class Part:
    """A part of a file that is a sound file of its own.

    Attributes:
        start: its first byte.
        end: the byte after its last.
        patches: offsets in the file, each with the bytes that replace those which are there.
        endless: whether its length is kept from libsndfile.
    """

    start: int
    end: int
    patches: tuple[tuple[int, bytes], ...] = ()
    endless: bool = False


class Window(io.RawIOBase):
    """Shows a part of an open file as a file that begins at 0; read-only.

    Args:
        file: open for reading in binary; the window moves its position.
        part: the part to show.
    """

    def __init__(self, file: BinaryIO, part: Part) -> None:
        super().__init__()
        self._file, self._part = file, part
        self._place = 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it has positions: always."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, and return it."""
        length = ENDLESS if self._part.endless else self._part.end - self._part.start
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: length}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        """The position."""
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes; returns their number.

        Of a file without an end, the last bytes are zeros: libmpg123 looks for a tag there.
        """
        if self._place > ENDLESS // 2:
            view = memoryview(buffer).cast("B")
            view[:] = bytes(len(view))
            self._place += len(view)
            return len(view)
        place = min(self._part.start + self._place, self._part.end)
        view = memoryview(buffer).cast("B")[: self._part.end - place]
        self._file.seek(place)
        count = self._file.readinto(view) if len(view) else 0  # type: ignore[attr-defined]
        for offset, new in self._part.patches:
            first, last = max(offset, place), min(offset + len(new), place + count)
            if first < last:
                view[first - place : last - place] = new[first - offset : last - offset]
        self._place += count
        return int(count)
