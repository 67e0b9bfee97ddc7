"""Encodes replies as OSC messages that every host reads."""

from __future__ import annotations

import math

from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.text import printable

#: Fits one Ethernet frame, so no router need split it.
MAX_BYTES = 1400
#: Bytes of one text: a reason with its hint; Pd reads symbols of up to 1000.
_MAX_TEXT = 600
_CUT = "…"
_MAX_INT = 2**31 - 1
_MAX_FLOAT = 3.4e38  # of four bytes

Value = int | float | str


def message(address: str, *values: Value) -> bytes:
    """An OSC message of the types ``i f s`` only, since Pd misreads the rest.

    Numbers are limited to 32 bits (NaN and infinity become 0), texts are cut, and values that
    would pass ``MAX_BYTES`` are left out from the end.
    """
    builder = OscMessageBuilder(_short(address))
    size = _padded(builder.address)
    for number, value in enumerate(values):
        tag, plain = _plain(value)
        size += _padded(plain) if isinstance(plain, str) else 4
        # Tags need their comma and one to four zeros.
        if size + (number + 2) // 4 * 4 + 4 > MAX_BYTES:
            break
        builder.add_arg(plain, tag)
    return bytes(builder.build().dgram)


def _plain(value: Value) -> tuple[str, Value]:
    """The type tag of a value, and what of it is sent."""
    if isinstance(value, str):
        return "s", _short(value)
    if isinstance(value, int):
        return "i", max(-_MAX_INT - 1, min(_MAX_INT, value))
    return "f", _single(value)


def _padded(text: str) -> int:
    """Bytes of a text as OSC writes it, with one to four zeros."""
    return len(text.encode()) // 4 * 4 + 4


def _single(value: float) -> float:
    return max(-_MAX_FLOAT, min(_MAX_FLOAT, value)) if math.isfinite(value) else 0.0


def _short(text: str) -> str:
    whole = printable(text[: _MAX_TEXT + 1].replace("\0", "")).encode()
    if len(whole) <= _MAX_TEXT:
        return whole.decode()
    # The cut may have split a character, of which nothing must be left; half a hint misleads.
    part = whole[: _MAX_TEXT - len(_CUT.encode())].decode("utf-8", "ignore")
    return f"{part.rsplit(' ', 1)[0]}{_CUT}"
