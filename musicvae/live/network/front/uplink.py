"""The end of the connection that is in the front: packets go up, answers come down."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable

from musicvae.live.network.front.link import Link
from musicvae.live.network.front.records import Counts, Kind, Record, Splitter, encode
from musicvae.live.network.front.turns import Turns
from musicvae.live.network.peers import Peer

#: Bytes that wait of a TCP connection before no more of it is read.
HELD_FROM = 64 * 1024
#: Seconds after which the counts are told at the latest: the sign that the front is alive.
BEAT = 1.0
#: Bytes handed to the system at once: behind a flood all others would wait for it.
_PIECE = 8 * 1024
_READ = 64 * 1024


class Uplink:
    """Passes records up, of which a flood delays no others, and answers down.

    Args:
        link: a connected socket.
        answer: sends a packet to a peer.
        hold: no more is to be read of a TCP peer, or is again.
        finish: a TCP peer that sends no more has all its answers.
        counts: what has been counted so far.
        ended: called when the process that sounds has gone.

    Attributes:
        dropped: packets beyond what may wait.
        beat: see :data:`BEAT`.
    """

    beat = BEAT

    def __init__(
        self,
        link: socket.socket,
        answer: Callable[[bytes, Peer], None],
        hold: Callable[[Peer, bool], None],
        finish: Callable[[Peer], None],
        counts: Callable[[], Counts],
        ended: Callable[[], None],
    ) -> None:
        self.dropped = 0
        self._connected = link
        self._answer = answer
        self._hold = hold
        self._finish = finish
        self._counts = counts
        self._ended = ended
        self._told = Counts()
        self._last = float("-inf")
        self._turns = Turns()
        self._held: set[Peer] = set()
        self._piece = bytearray()
        self._splitter = Splitter()

    def attach(self, selector: selectors.BaseSelector) -> None:
        """Register with a selector with functions as data; the caller calls ``key.data(mask)``."""
        self._link = Link(self._connected, selector, self._ready)

    def put(self, kind: Kind, peer: Peer, data: bytes = b"") -> None:
        """Pass a record on."""
        connected = peer.transport == "tcp" and kind != Kind.REFUSED  # which is held, not dropped
        if not self._turns.put(peer, encode(Record(kind, peer, data)), needed=connected):
            self.dropped += kind == Kind.PACKET
        elif kind == Kind.PACKET and connected and self._turns.of(peer) > HELD_FROM:
            self._held.add(peer)
            self._hold(peer, True)

    def settle(self) -> None:
        """Send what can be sent now; called when the events in hand have been dealt with."""
        self._tell()
        try:
            while self._piece or self._turns:
                while self._turns and len(self._piece) < _PIECE:
                    self._piece += self._take()
                del self._piece[: self._connected.send(self._piece)]
        except BlockingIOError:
            pass
        except OSError:
            self._ended()
            return
        self._link.wait_to_write(bool(self._piece))

    def _tell(self) -> None:
        """Tell what was counted, at once, but in a flood only so often."""
        now, counts = time.monotonic(), self._counts()
        overdue = now - self._last >= BEAT
        if overdue or (counts != self._told and not self._turns):
            counted = counts.since(self._told).record()
            self._turns.put(counted.peer, encode(counted), needed=True)
            self._told, self._last = counts, now

    def _take(self) -> bytes:
        peer, data = self._turns.take()
        if peer in self._held and self._turns.of(peer) < HELD_FROM // 2:
            self._held.discard(peer)
            self._hold(peer, False)
        return data

    def _ready(self, mask: int) -> None:
        if not mask & selectors.EVENT_READ:
            return  # ``settle`` follows
        data = self._link.read(_READ)
        if data is None:
            return
        for record in self._splitter.feed(data):
            if record.kind == Kind.ANSWERED:
                self._finish(record.peer)
            else:
                self._answer(record.data, record.peer)
        if not data:
            self._ended()
