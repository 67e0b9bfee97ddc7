"""Splits the bytes of a TCP connection into OSC packets, and adds framing to packets. No sockets.

Two kinds of framing are in use. The first byte of a connection tells which:

========  ==================================================================  ==============
framing   bytes sent                                                          first byte
========  ==================================================================  ==============
LENGTH    OSC 1.0: size in four bytes, big-endian, then the packet            0x00
SLIP      OSC 1.1, RFC 1055: END, the packet, END; END and ESC escaped       0xC0, / or #
========  ==================================================================  ==============

Anything else is not OSC. A web page could make a browser connect; HTTP begins with a letter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import Enum
from typing import NoReturn

from musicvae.errors import PacketError

#: Bytes of one packet; a UDP datagram has no more either.
MAX_PACKET = 65536

_SIZE = struct.Struct(">I")
_END, _ESC = b"\xc0", b"\xdb"
_ESC_END, _ESC_ESC = b"\xdb\xdc", b"\xdb\xdd"


class Framing(Enum):
    """The ways to separate packets on a connection."""

    LENGTH = "OSC 1.0, length before each packet"
    SLIP = "OSC 1.1, SLIP"


def encode(packet: bytes, framing: Framing) -> bytes:
    """The bytes of one packet as they are sent over a connection."""
    if framing is Framing.LENGTH:
        return _SIZE.pack(len(packet)) + packet
    return _END + packet.replace(_ESC, _ESC_ESC).replace(_END, _ESC_END) + _END


class Deframer:
    """Receives the bytes of a connection in pieces of any size, and returns its packets.

    It never keeps more than twice ``MAX_PACKET`` and one piece. After an error the next packet
    cannot be found: the connection must be closed.

    Attributes:
        framing: framing of the connection; ``None`` until the first byte.

    Example:
        >>> list(Deframer().feed(encode(b"/ping\\0\\0\\0", Framing.SLIP)))
        [b'/ping\\x00\\x00\\x00']
    """

    def __init__(self) -> None:
        self.framing: Framing | None = None
        self._kept = bytearray()

    @property
    def waiting(self) -> bool:
        """Whether a packet has begun that is not complete."""
        return bool(self._kept)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The packets that this piece completes, in order. Iterate to the end.

        Raises:
            PacketError: after the packets before it: the first byte belongs to neither framing, a
                packet is empty (``LENGTH``) or larger than ``MAX_PACKET``, or an escape (``SLIP``)
                is invalid.
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
            if not 0 < size <= MAX_PACKET:
                _refuse(f"a packet of {size} bytes over TCP, where 1 to {MAX_PACKET} are allowed")
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
            # Between the END of one packet and the END before the next there is nothing.
            if self._kept:
                yield _unescaped(bytes(self._kept))
            self._kept[:] = piece
        if len(self._kept) > 2 * MAX_PACKET:  # as long as if every byte were escaped
            _too_large()


def _framing(first: int) -> Framing:
    if first == 0:  # of a size up to MAX_PACKET
        return Framing.LENGTH
    if first not in b"\xc0/#":
        _refuse(f"a connection that begins with byte 0x{first:02x} is not OSC")
    return Framing.SLIP


def _unescaped(piece: bytes) -> bytes:
    escapes = piece.count(_ESC)
    if escapes != piece.count(_ESC_END) + piece.count(_ESC_ESC):
        _refuse("a SLIP escape of a byte that needs none")
    if len(piece) - escapes > MAX_PACKET:
        _too_large()
    # In this order: an ESC that comes from ESC_ESC must not be read again.
    return piece.replace(_ESC_END, _END).replace(_ESC_ESC, _ESC)


def _too_large() -> NoReturn:
    _refuse(f"a packet of more than {MAX_PACKET} bytes over TCP")


def _refuse(reason: str) -> NoReturn:
    raise PacketError(reason)
