"""Serves OSC connections over TCP, on the thread that also serves the UDP socket.

Nothing here waits. A connection that sends nonsense, or does not read its answers, is closed; the
others, and UDP, are not affected.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial

from musicvae.errors import PacketError
from musicvae.live.network.peers import AllowList, Peer, peer_of
from musicvae.live.osc.framing import Deframer, encode
from musicvae.live.osc.replies import message

#: Connections at the same time.
MAX_CONNECTIONS = 16
#: Bytes that wait for one slow reader, besides what the system buffers for it.
MAX_UNSENT = 256 * 1024
#: Seconds without a whole packet after which a connection may be closed for a new one, if there are
#: too many; a trickle of bytes is no sign of life.
PATIENCE = 10.0
#: The same for a connection whose first packet, or the rest of one, has still not come.
GRACE = 2.0
#: Bytes read from one connection before the others have their turn.
_READ = 16 * 1024
#: Seconds of silence until the system checks that the other machine is there; between two checks.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPALIVE", 30), ("TCP_KEEPINTVL", 10))

#: Given a packet and its sender.
Receive = Callable[[bytes, Peer], None]


class _Connection:
    """One connection.

    Attributes:
        deframer: splits the received bytes into packets.
        unsent: answers that the system has not accepted yet.
        ending: nothing more comes in; answers may still go out.
        answered: no more answers come, so that it may end when they are sent.
        watched: the events for which its socket is registered with the selector.
        heard: when its last whole packet came, or it began; seconds of ``time.monotonic``.
        spoke: whether a whole packet has come.
        held: nothing more is read for now.
    """

    def __init__(self, connected: socket.socket, peer: Peer) -> None:
        self.socket = connected
        self.peer = peer
        self.deframer = Deframer()
        self.unsent = bytearray()
        self.ending = False
        self.answered = True
        self.watched = 0
        self.heard = time.monotonic()
        self.spoke = False
        self.held = False

    def wanted(self) -> int:
        """The events that it waits for, as a mask of the selector."""
        reads = 0 if self.ending or self.held else selectors.EVENT_READ
        return reads | (selectors.EVENT_WRITE if self.unsent else 0)


class Connections:
    """The connections of one listening socket.

    Args:
        listening: a TCP socket that listens, or several; the caller closes them.
        allowed: hosts; connections of others are closed at once.
        gone: called with each peer whose connection has ended.
        came: called with each peer whose connection has begun.
        ended: called with each peer that sends no more; it gets answers until :meth:`finish`.
            ``None``: there are none then.
        most: connections at the same time.
        most_unsent: bytes that may wait for one connection.
        patience: see :data:`PATIENCE`.
        grace: see :data:`GRACE`.

    Attributes:
        refused: connections of hosts that are not allowed, and those that were too many.
        dropped: connections that we closed: for nonsense, for reading too slowly, to make room.
    """

    def __init__(
        self,
        listening: socket.socket | Sequence[socket.socket],
        allowed: AllowList,
        gone: Callable[[Peer], None] | None = None,
        *,
        came: Callable[[Peer], None] | None = None,
        ended: Callable[[Peer], None] | None = None,
        most: int = MAX_CONNECTIONS,
        most_unsent: int = MAX_UNSENT,
        patience: float = PATIENCE,
        grace: float = GRACE,
    ) -> None:
        self.refused = 0
        self.dropped = 0
        self._listening = [listening] if isinstance(listening, socket.socket) else [*listening]
        self._allowed = allowed
        self._gone, self._came, self._ended = gone, came, ended
        self._most = most
        self._most_unsent = most_unsent
        self._patience = patience
        self._grace = grace
        self._connections: dict[Peer, _Connection] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def attach(self, selector: selectors.BaseSelector, receive: Receive) -> None:
        """Register with a selector with functions as data; the caller calls ``key.data(mask)``.

        Args:
            selector: selector of the thread that also calls everything else here.
            receive: called with each packet and its sender.
        """
        self._selector = selector
        self._receive = receive
        for listening in self._listening:
            listening.setblocking(False)
            accept = partial(self._accept, listening)
            selector.register(listening, selectors.EVENT_READ, accept)

    def send(self, data: bytes, peer: Peer) -> bool:
        """Send a packet to ``peer``; returns whether it has a connection that can take it."""
        connection = self._connections.get(peer)
        if connection is None or connection.deframer.framing is None:
            return False
        connection.unsent += encode(data, connection.deframer.framing)
        return self._flush(connection)

    def hold(self, peer: Peer, held: bool) -> None:
        """Read nothing of a connection for now, or read on; one that has ended is ignored."""
        connection = self._connections.get(peer)
        if connection is not None:
            connection.held = held
            self._watch(connection)

    def finish(self, peer: Peer) -> None:
        """Note that all answers have been given to a peer that sends no more."""
        connection = self._connections.get(peer)
        if connection is not None:
            connection.answered = True
            self._flush(connection)

    def close(self) -> None:
        """End every connection, and accept no more."""
        for listening in self._listening:
            self._selector.unregister(listening)
        for connection in list(self._connections.values()):
            self._end(connection)

    def _accept(self, listening: socket.socket, _mask: int) -> None:
        try:
            connected, address = listening.accept()
        except BlockingIOError:
            return  # the client has left again
        except OSError:
            time.sleep(0.001)  # out of descriptors: the socket stays ready, so do not spin
            return
        peer = peer_of(address, "tcp")
        if peer.host not in self._allowed or not self._has_room():
            self.refused += 1
            connected.close()
            return
        try:
            _prepare(connected)
        except OSError:
            connected.close()  # the client has left already
            return
        connection = self._connections[peer] = _Connection(connected, peer)
        connection.watched = connection.wanted()
        self._selector.register(connected, connection.watched, self._ready_for(connection))
        if self._came is not None:
            self._came(peer)

    def _has_room(self) -> bool:
        """Whether one more may come; closes the one that has sent no packet for longest."""
        if len(self._connections) < self._most:
            return True
        now = time.monotonic()
        silent = [
            each
            for each in self._connections.values()
            if now - each.heard >= self._patience_with(each)
        ]
        if silent:
            self._drop(min(silent, key=lambda each: each.heard))
        return bool(silent)

    def _patience_with(self, connection: _Connection) -> float:
        """Seconds for which a connection may go without a whole packet."""
        alive = connection.spoke and not connection.deframer.waiting
        return self._patience if alive else self._grace

    def _ready_for(self, connection: _Connection) -> Callable[[int], None]:
        def ready(mask: int) -> None:
            # An earlier event of the same round may have ended the connection.
            if mask & selectors.EVENT_WRITE and self._lives(connection):
                self._flush(connection)
            if mask & selectors.EVENT_READ and self._lives(connection):
                self._read(connection)

        return ready

    def _lives(self, connection: _Connection) -> bool:
        return self._connections.get(connection.peer) is connection

    def _read(self, connection: _Connection) -> None:
        try:
            data = connection.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            self._end(connection)
            return
        try:
            for packet in connection.deframer.feed(data):
                connection.heard, connection.spoke = time.monotonic(), True
                self._receive(packet, connection.peer)
                if not self._lives(connection):
                    return
        except PacketError as error:
            self.send(message("/error", "connection", error.what), connection.peer)
            if self._lives(connection):
                self._drop(connection)
            return
        if not data:
            connection.ending = True
            if self._ended is not None:
                connection.answered = False
                self._ended(connection.peer)
            self._flush(connection)

    def _flush(self, connection: _Connection) -> bool:
        """Send what the system accepts now; returns whether the connection lives."""
        try:
            while connection.unsent:
                del connection.unsent[: connection.socket.send(connection.unsent)]
        except BlockingIOError:
            if len(connection.unsent) > self._most_unsent:
                self._drop(connection)
                return False
        except OSError:
            self._end(connection)
            return False
        if connection.ending and connection.answered and not connection.unsent:
            self._end(connection)
            return False
        self._watch(connection)
        return True

    def _watch(self, connection: _Connection) -> None:
        """Let the selector wait for what a connection waits for now; perhaps for nothing."""
        before, connection.watched = connection.watched, connection.wanted()
        if before == connection.watched:
            return
        if before:
            self._selector.unregister(connection.socket)
        if connection.watched:
            ready = self._ready_for(connection)
            self._selector.register(connection.socket, connection.watched, ready)

    def _drop(self, connection: _Connection) -> None:
        self.dropped += 1
        self._end(connection)

    def _end(self, connection: _Connection) -> None:
        del self._connections[connection.peer]
        if connection.watched:
            self._selector.unregister(connection.socket)
        connection.socket.close()
        if self._gone is not None:
            self._gone(connection.peer)


def _prepare(connected: socket.socket) -> None:
    """Send answers at once, and notice a machine that has lost its power."""
    connected.setblocking(False)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in _KEEP_ALIVE:
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
