"""OSC over TCP: connections that one thread serves beside its UDP socket.

Nothing here waits. A connection that sends nonsense, or does not read what it asked for, is closed;
the others, and UDP, never notice.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable

from musicvae.errors import PacketError
from musicvae.live.network.peers import AllowList, Peer, peer_of
from musicvae.live.osc.framing import Deframer, encode
from musicvae.live.osc.replies import message

#: Connections at once.
MAX_CONNECTIONS = 16
#: Bytes that wait for one slow reader, beside what the system keeps for it.
MAX_UNSENT = 256 * 1024
#: Seconds of silence after which a connection gives way, if there are too many.
PATIENCE = 60.0
#: Bytes read from one connection before the others have their turn.
_READ = 16 * 1024
#: Seconds until the system asks whether a silent connection's machine is still there, and between.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPALIVE", 30), ("TCP_KEEPINTVL", 10))

Hear = Callable[[bytes, Peer], None]


class _Connection:
    """One connection.

    Attributes:
        ending: nothing more comes in, something may still go out.
        watched: for what its socket is registered with the selector.
        heard: when something came, or it began.
    """

    def __init__(self, connected: socket.socket, peer: Peer) -> None:
        self.socket = connected
        self.peer = peer
        self.frames = Deframer()
        self.unsent = bytearray()
        self.ending = False
        self.watched = 0
        self.heard = time.monotonic()

    def wanted(self) -> int:
        """What it can do next, as selectors say it."""
        reads = 0 if self.ending else selectors.EVENT_READ
        return reads | (selectors.EVENT_WRITE if self.unsent else 0)


class Connections:
    """The connections of one listening socket.

    Args:
        listening: a TCP socket that listens; closing it is the caller's.
        allowed: hosts; others are closed at once.
        gone: told about each peer whose connection has ended.
        most: connections at once.
        most_unsent: bytes that wait for one of them.
        patience: seconds of silence after which one gives way, if there are too many.

    Attributes:
        refused: connections of strangers, and those that were too many.
        dropped: connections that we closed: for nonsense, for reading too slowly, to make room.
    """

    def __init__(
        self,
        listening: socket.socket,
        allowed: AllowList,
        gone: Callable[[Peer], None] | None = None,
        *,
        most: int = MAX_CONNECTIONS,
        most_unsent: int = MAX_UNSENT,
        patience: float = PATIENCE,
    ) -> None:
        self.refused = 0
        self.dropped = 0
        self._listening = listening
        self._allowed = allowed
        self._gone = gone
        self._most = most
        self._most_unsent = most_unsent
        self._patience = patience
        self._connections: dict[Peer, _Connection] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def attach(self, selector: selectors.BaseSelector, hear: Hear) -> None:
        """Register with a selector, whose keys hold what to call: ``key.data(mask)``.

        Args:
            selector: of the thread that also calls everything else here.
            hear: given each packet and its sender.
        """
        self._selector = selector
        self._hear = hear
        self._listening.setblocking(False)
        selector.register(self._listening, selectors.EVENT_READ, self._accept)

    def send(self, data: bytes, peer: Peer) -> bool:
        """Send a packet down the connection of ``peer``; whether there is one that takes it."""
        connection = self._connections.get(peer)
        if connection is None or connection.frames.framing is None:
            return False
        connection.unsent += encode(data, connection.frames.framing)
        return self._flush(connection)

    def close(self) -> None:
        """End every connection, and accept no more."""
        self._selector.unregister(self._listening)
        for connection in list(self._connections.values()):
            self._end(connection)

    def _accept(self, _mask: int) -> None:
        try:
            connected, address = self._listening.accept()
        except BlockingIOError:
            return  # it has gone again
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
            connected.close()  # it is gone already
            return
        connection = self._connections[peer] = _Connection(connected, peer)
        connection.watched = connection.wanted()
        self._selector.register(connected, connection.watched, self._ready_for(connection))

    def _has_room(self) -> bool:
        if len(self._connections) < self._most:
            return True
        oldest = min(self._connections.values(), key=lambda connection: connection.heard)
        if time.monotonic() - oldest.heard < self._patience:
            return False
        self._drop(oldest)
        return True

    def _ready_for(self, connection: _Connection) -> Callable[[int], None]:
        def ready(mask: int) -> None:
            # An event before this one in the same round may have ended it.
            if mask & selectors.EVENT_WRITE and self._lives(connection):
                self._flush(connection)
            if mask & selectors.EVENT_READ and self._lives(connection):
                self._receive(connection)

        return ready

    def _lives(self, connection: _Connection) -> bool:
        return self._connections.get(connection.peer) is connection

    def _receive(self, connection: _Connection) -> None:
        try:
            data = connection.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            self._end(connection)
            return
        connection.heard = time.monotonic()
        try:
            for packet in connection.frames.feed(data):
                self._hear(packet, connection.peer)
                if not self._lives(connection):
                    return
        except PacketError as error:
            self.send(message("/error", "stream", error.what), connection.peer)
            if self._lives(connection):
                self._drop(connection)
            return
        if not data:
            connection.ending = True
            self._flush(connection)

    def _flush(self, connection: _Connection) -> bool:
        """Send what the system takes now; whether the connection lives."""
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
        if connection.ending and not connection.unsent:
            self._end(connection)
            return False
        if connection.watched != connection.wanted():
            connection.watched = connection.wanted()
            self._selector.modify(
                connection.socket, connection.watched, self._ready_for(connection)
            )
        return True

    def _drop(self, connection: _Connection) -> None:
        self.dropped += 1
        self._end(connection)

    def _end(self, connection: _Connection) -> None:
        del self._connections[connection.peer]
        self._selector.unregister(connection.socket)
        connection.socket.close()
        if self._gone is not None:
            self._gone(connection.peer)


def _prepare(connected: socket.socket) -> None:
    """Answers leave at once, and a machine that has lost its power is noticed."""
    connected.setblocking(False)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in _KEEP_ALIVE:
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
