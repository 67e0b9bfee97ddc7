"""Where one OSC packet ends and the next begins, on a stream such as TCP. Pure: no sockets.

Two ways are in use, and the first byte of a connection tells them apart:

========  ==================================================================  ==============
framing   on the wire                                                         first byte
========  ==================================================================  ==============
LENGTH    OSC 1.0: four bytes of size, big-endian, then the packet            0x00
SLIP      OSC 1.1: RFC 1055, END before and behind, END and ESC escaped       0xC0, / or #
========  ==================================================================  ==============

What begins otherwise is no OSC. A browser, which a web page could send here, begins with a letter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import Enum
from typing import NoReturn

from musicvae.errors import PacketError

#: Bytes of one packet; a UDP datagram cannot hold more either.
MAX_FRAME = 65536

_SIZE = struct.Struct(">I")
_END, _ESC = b"\xc0", b"\xdb"
_ESC_END, _ESC_ESC = b"\xdb\xdc", b"\xdb\xdd"


class Framing(Enum):
    """How packets are told apart on one connection."""

    LENGTH = "OSC 1.0, length before each packet"
    SLIP = "OSC 1.1, SLIP"


def encode(packet: bytes, framing: Framing) -> bytes:
    """One packet, ready to be written to a stream."""
    if framing is Framing.LENGTH:
        return _SIZE.pack(len(packet)) + packet
    return _END + packet.replace(_ESC, _ESC_ESC).replace(_END, _ESC_END) + _END


class Deframer:
    """Takes a stream in pieces of any size and gives its packets.

    It keeps less than three frames and one piece, whatever comes. After an error there is no way to
    find the next packet: the stream must be closed.

    Attributes:
        framing: ``None`` until the first byte.

    Example:
        >>> list(Deframer().feed(encode(b"/ping\\0\\0\\0", Framing.SLIP)))
        [b'/ping\\x00\\x00\\x00']
    """

    def __init__(self) -> None:
        self.framing: Framing | None = None
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The packets that are complete with this piece, in order; to be iterated to the end.

        Raises:
            PacketError: after the packets before it: the stream is neither framing, a packet is
                empty (``LENGTH``) or larger than ``MAX_FRAME``, or an escape (``SLIP``) is none.
        """
        if not data:
            return
        if self.framing is None:
            self.framing = _framing(data[0])
        if self.framing is Framing.LENGTH:
            yield from self._by_length(data)
        else:
            yield from self._by_end(data)

    def _by_length(self, data: bytes) -> Iterator[bytes]:
        kept = self._kept
        kept += data
        at = 0
        while len(kept) - at >= _SIZE.size:
            (size,) = _SIZE.unpack_from(kept, at)
            if not 0 < size <= MAX_FRAME:
                _refuse(f"a packet of {size} bytes on a stream, where 1 to {MAX_FRAME} are legal")
            begin = at + _SIZE.size
            if begin + size > len(kept):
                break
            yield bytes(kept[begin : begin + size])
            at = begin + size
        del kept[:at]

    def _by_end(self, data: bytes) -> Iterator[bytes]:
        first, *rest = data.split(_END)
        self._kept += first
        for piece in rest:
            # Nothing lies between the END behind a packet and the one before the next.
            if self._kept:
                yield _unescaped(bytes(self._kept))
            self._kept[:] = piece
        if len(self._kept) > 2 * MAX_FRAME:  # as long as if every byte were escaped
            _too_large()


def _framing(first: int) -> Framing:
    if first == 0:  # of a size up to MAX_FRAME
        return Framing.LENGTH
    if first not in b"\xc0/#":
        _refuse(f"a stream that begins with byte 0x{first:02x} is no OSC")
    return Framing.SLIP


def _unescaped(piece: bytes) -> bytes:
    escapes = piece.count(_ESC)
    if escapes != piece.count(_ESC_END) + piece.count(_ESC_ESC):
        _refuse("SLIP escape of something that needs none")
    if len(piece) - escapes > MAX_FRAME:
        _too_large()
    # In this order: an ESC that comes from ESC_ESC must not be read again.
    return piece.replace(_ESC_END, _END).replace(_ESC_ESC, _ESC)


def _too_large() -> NoReturn:
    _refuse(f"a packet of more than {MAX_FRAME} bytes on a stream")


def _refuse(reason: str) -> NoReturn:
    raise PacketError(reason)
