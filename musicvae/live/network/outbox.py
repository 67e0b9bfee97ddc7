"""Queues answers of all threads for the thread that owns the sockets."""

from __future__ import annotations

import contextlib
import itertools
import queue
import socket

from musicvae.live.network.peers import Answer, Peer

#: Answers that wait at most, for all peers together.
MAX_WAITING = 4096


class Outbox:
    """A queue on which a thread can select: :meth:`fileno` is readable while answers wait.

    Any thread may put answers, and never waits. One thread drains the queue.

    Args:
        most: answers that wait at most; more are dropped.

    Attributes:
        dropped: number of answers that were dropped.
    """

    def __init__(self, most: int = MAX_WAITING) -> None:
        self.dropped = 0
        self._most = most
        self._waiting: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._drops = itertools.count(1)  # exact, even where threads drop at the same time
        self._wake_up: tuple[socket.socket, socket.socket] | None = None
        self._woken = False

    def open(self) -> None:
        """Make it possible to select on this; answers that were put before are kept.

        Does nothing where it is open already.
        """
        if self._wake_up is not None:
            return
        # A pair of sockets, since Windows cannot select on pipes.
        self._wake_up = socket.socketpair()
        for end in self._wake_up:
            end.setblocking(False)
        self._woken = False
        self.wake()

    def close(self) -> None:
        """Close the pair of sockets; safe to call twice."""
        pair, self._wake_up = self._wake_up, None
        for end in pair or ():
            end.close()

    def fileno(self) -> int:
        """The descriptor to select on; -1 while it is not open."""
        return -1 if self._wake_up is None else self._wake_up[0].fileno()

    def put(self, data: bytes, peer: Peer) -> None:
        """Queue ``data`` to be sent to ``peer``."""
        if self._waiting.qsize() >= self._most:
            self.dropped = next(self._drops)
            return
        self._waiting.put((data, peer))
        self.wake()

    def wake(self) -> None:
        """Wake the thread that drains the queue, whether or not an answer waits."""
        pair = self._wake_up
        if self._woken or pair is None:
            return
        self._woken = True
        try:
            pair[1].send(b"\0")
        except OSError:
            # The buffer is full, so the thread will wake; or it was closed a moment ago.
            return

    def drain(self) -> list[Answer]:
        """All answers that wait, oldest first; :meth:`fileno` is no longer readable then."""
        if self._wake_up is not None:
            with contextlib.suppress(BlockingIOError):  # no thread has woken this one
                self._wake_up[0].recv(64)
        # Before the queue is read: a thread that puts after this wakes us again.
        self._woken = False
        drained: list[Answer] = []
        for _ in range(self._waiting.qsize()):
            drained.append(self._waiting.get_nowait())
        return drained
