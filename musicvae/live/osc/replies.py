"""What the daemon says: OSC messages that every host reads, and not too many of them."""

from __future__ import annotations

import math
import struct

#: Fits one Ethernet frame, so no router need split it.
MAX_BYTES = 1400
#: Bytes of one text.
_MAX_TEXT = 200
_MAX_INT = 2**31 - 1
_MAX_FLOAT = 3.4e38  # of four bytes

Value = int | float | str


def message(address: str, *values: Value) -> bytes:
    """An OSC message of the types ``i f s`` only, since Pd misreads the rest.

    Numbers are held inside 32 bits (NaN and infinity become 0), texts are cut, and values that
    would pass ``MAX_BYTES`` are left out from the end.
    """
    head = _padded(_short(address))
    tags, body = ",", bytearray()
    for value in values:
        tag, data = _argument(value)
        # Tags need their comma, one more for this value, and one to four zeros.
        if len(head) + (len(tags) + 1) // 4 * 4 + 4 + len(body) + len(data) > MAX_BYTES:
            break
        tags += tag
        body += data
    return head + _padded(tags.encode()) + bytes(body)


def _argument(value: Value) -> tuple[str, bytes]:
    if isinstance(value, str):
        return "s", _padded(_short(value))
    if isinstance(value, int):
        return "i", struct.pack(">i", max(-_MAX_INT - 1, min(_MAX_INT, value)))
    return "f", struct.pack(">f", _single(value))


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def _single(value: float) -> float:
    return max(-_MAX_FLOAT, min(_MAX_FLOAT, value)) if math.isfinite(value) else 0.0


def _short(text: str) -> bytes:
    whole = text.replace("\0", "").encode("utf-8", "replace")
    # The cut may have split a character, of which nothing must be left.
    return whole[:_MAX_TEXT].decode("utf-8", "ignore").encode()
