"""Where answers of other threads wait for the thread that owns the sockets."""

from __future__ import annotations

import contextlib
import itertools
import queue
import socket

from musicvae.live.network.peers import Answer, Peer

#: Answers that wait at most, all peers together.
MAX_WAITING = 4096


class Outbox:
    """A queue with a bell: :meth:`fileno` becomes readable when something lies in it.

    Any thread may put, and none ever waits. One thread takes.

    Args:
        most: answers that wait at most; what comes then is dropped.

    Attributes:
        dropped: how many were.
    """

    def __init__(self, most: int = MAX_WAITING) -> None:
        self.dropped = 0
        self._most = most
        self._waiting: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._drops = itertools.count(1)  # counts whole, whichever threads drop at once
        self._bell: tuple[socket.socket, socket.socket] | None = None
        self._rung = False

    def open(self) -> None:
        """Hang up the bell; until then what is put only waits."""
        # A pair of sockets, since Windows cannot select on pipes.
        self._bell = socket.socketpair()
        for end in self._bell:
            end.setblocking(False)
        self._rung = False
        self.ring()

    def close(self) -> None:
        """Take the bell down; safe to call twice."""
        bell, self._bell = self._bell, None
        for end in bell or ():
            end.close()

    def fileno(self) -> int:
        """What to select on; -1 while it is not open."""
        return -1 if self._bell is None else self._bell[0].fileno()

    def put(self, data: bytes, peer: Peer) -> None:
        """Let ``data`` be sent to ``peer`` soon."""
        if self._waiting.qsize() >= self._most:
            self.dropped = next(self._drops)
            return
        self._waiting.put((data, peer))
        self.ring()

    def ring(self) -> None:
        """Wake the thread that takes, whether or not something waits."""
        bell = self._bell
        if self._rung or bell is None:
            return
        self._rung = True
        try:
            bell[1].send(b"\0")
        except OSError:
            # Full, so it is ringing; or closed a moment ago, so nobody listens for it.
            return

    def take(self) -> list[Answer]:
        """All that waits, oldest first; silences the bell."""
        if self._bell is not None:
            with contextlib.suppress(BlockingIOError):  # taken without a ring
                self._bell[0].recv(64)
        # Before the queue is read: who puts after that rings again.
        self._rung = False
        taken: list[Answer] = []
        for _ in range(self._waiting.qsize()):
            taken.append(self._waiting.get_nowait())
        return taken
