"""What passes between the front and the process that sounds, and how it looks on the way."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from musicvae.live.network.peers import Peer

#: Bytes of the longest record, without its head: a UDP datagram has at most 65 507.
LONGEST = 72 * 1024
#: Length of what follows; kind, transport, port, letters of the host.
_HEAD, _INNER = struct.Struct("!I"), struct.Struct("!BBHB")
_COUNTS = struct.Struct("!3I")
_TRANSPORTS = ("udp", "tcp")


class Kind(IntEnum):
    """What a record is: from the front all but the last two, to it these alone."""

    PACKET = 1  # a whole, valid packet
    REFUSED = 2  # why a packet was refused
    CAME = 3  # a TCP connection began
    GONE = 4  # it ended
    COUNTS = 5  # of nobody in particular
    ENDS = 6  # a TCP connection sends no more
    ANSWER = 7  # a packet to send
    ANSWERED = 8  # a connection that sends no more has all its answers


class Record(NamedTuple):
    """One record.

    Attributes:
        kind: what it is.
        peer: who sent it, or is to get it.
        data: a packet, a reason in UTF-8, or counts.
    """

    kind: Kind
    peer: Peer
    data: bytes = b""


class Counts(NamedTuple):
    """What the front counted since it last told.

    Attributes:
        refused: packets that were not passed on.
        connections_refused: see :class:`musicvae.live.network.tcp.Connections`.
        connections_dropped: see there.
    """

    refused: int = 0
    connections_refused: int = 0
    connections_dropped: int = 0

    def since(self, before: Counts) -> Counts:
        """The difference to earlier counts."""
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))

    def record(self) -> Record:
        """These counts on their way."""
        return Record(Kind.COUNTS, Peer("", 0), _COUNTS.pack(*(min(n, 2**32 - 1) for n in self)))

    @classmethod
    def of(cls, data: bytes) -> Counts:
        """The counts of a record.

        Raises:
            ValueError: it holds none.
        """
        try:
            return cls(*_COUNTS.unpack(data))
        except struct.error as error:
            raise ValueError(str(error)) from error


def encode(record: Record) -> bytes:
    """A record as bytes."""
    kind, peer, data = record
    host = peer.host.encode()
    inner = _INNER.pack(kind, _TRANSPORTS.index(peer.transport), peer.port, len(host))
    return b"".join((_HEAD.pack(len(inner) + len(host) + len(data)), inner, host, data))


class Splitter:
    """Splits a flow of bytes into records."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Record]:
        """The records that are whole now.

        Raises:
            ValueError: this is no flow of records.
        """
        self._rest += data
        begin = 0
        try:
            while len(self._rest) - begin >= _HEAD.size:
                (length,) = _HEAD.unpack_from(self._rest, begin)
                if not _INNER.size <= length <= LONGEST:
                    raise ValueError(f"a record of {length} bytes")
                end = begin + _HEAD.size + length
                if end > len(self._rest):
                    break
                record = _decoded(bytes(self._rest[begin + _HEAD.size : end]))
                begin = end
                yield record
        finally:
            del self._rest[:begin]


def _decoded(body: bytes) -> Record:
    kind, transport, port, letters = _INNER.unpack_from(body)
    data = body[_INNER.size + letters :]
    host = body[_INNER.size : _INNER.size + letters].decode()
    if transport >= len(_TRANSPORTS):
        raise ValueError(f"transport {transport}")
    return Record(Kind(kind), Peer(host, port, _TRANSPORTS[transport]), data)
