"""The end of the connection that is in the process that sounds: packets come in, answers go out."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from musicvae.live.faults import Faults
from musicvae.live.network.front.link import Link
from musicvae.live.network.front.records import Counts, Kind, Record, Splitter, encode
from musicvae.live.network.front.starting import FrontProcess
from musicvae.live.network.front.uplink import BEAT
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.network.receiver import Handle

#: Bytes read at once.
_READ = 4 * 1024
#: Answers that wait for a front which does not read; more are dropped.
_MOST_ANSWERS = 8192
#: Seconds of handling packets after which the threads that sound have a rest of as much.
_SPELL = 0.0005
#: Seconds without a sign of life after which the front is ended, and started again; and those that
#: the first may take, on a machine that is busy.
DEAF, _BEGINNING = 4.0, 30.0
#: Seconds that the packets in hand, and the last answers, may take at the end.
_PATIENCE = 2.0


class Gateway:
    """Passes packets of the front to ``handle``, and answers to the front.

    Where the front ends by itself it is started again; what arrives meanwhile waits in the sockets,
    which stay open here. Its TCP connections end with it.

    Args:
        datagrams: bound UDP sockets; the caller closes them.
        listening: TCP sockets that listen, likewise.
        allowed: hosts that may send.
        handle: gets each packet, as in :class:`musicvae.live.network.receiver.Receiver`.
        refuse: the same for a packet that is none: gets the reason instead.
        count: told how many packets were refused.
        gone: called with each peer whose TCP connection has ended.
        outbox: answers of other threads, to be sent.
        say: shows a line to people.

    Attributes:
        outbox: as given.
        faults: errors in musicvae because of which packets failed.
        unsent: answers that could not be sent.
        refused: TCP connections of hosts that are not allowed, and those that were too many.
        dropped: TCP connections that were closed for nonsense or slow reading, or to make room.
    """

    def __init__(
        self,
        datagrams: Sequence[socket.socket],
        listening: Sequence[socket.socket],
        allowed: AllowList,
        handle: Handle,
        refuse: Callable[[str, Peer, float], list[tuple[bytes, Peer]]],
        count: Callable[[int], None],
        gone: Callable[[Peer], None],
        outbox: Outbox,
        say: Callable[[str], None],
    ) -> None:
        self.outbox = outbox
        self.faults = Faults()
        self.unsent = self.refused = self.dropped = 0
        self._handle, self._refuse = handle, refuse
        self._count, self._gone = count, gone
        self._connected: set[Peer] = set()
        self._waiting: deque[bytes] = deque()
        self._sent = 0  # bytes of the first that waits
        self._silent, self._patience = False, float("inf")
        self._front = FrontProcess(datagrams, listening, allowed, self._take, say)
        self._coming: deque[socket.socket] = deque()
        self._link: Link | None = None
        self._ending = False
        self._thread = threading.Thread(target=self._receive, name="musicvae-receive", daemon=True)

    def __len__(self) -> int:
        return len(self._connected)

    def prepare(self) -> None:
        """Start the front, which takes a moment; what it passes on waits."""
        self._front.__enter__()

    def start(self) -> None:
        """Begin to hear the front."""
        self.outbox.open()
        self._thread.start()

    def stop(self) -> None:
        """Finish the packets in hand, send what waits, end the front; safe to call twice."""
        self._front.let_go()
        self._ending = True
        self.outbox.wake()
        if self.alive:
            self._thread.join(_PATIENCE)
        while self._coming:
            self._coming.pop().close()  # which ends a front that nobody has heard yet
        self._front.__exit__(None, None, None)
        self.outbox.close()

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def _take(self, link: socket.socket) -> None:
        """Hear another front from now on; from any thread."""
        self._coming.append(link)
        self.outbox.wake()

    def _receive(self) -> None:
        with selectors.DefaultSelector() as selector:
            self._selector = selector
            selector.register(self.outbox, selectors.EVENT_READ, self._take_answers)
            while not self._ending:
                for key, mask in selector.select(BEAT):
                    self._try(key.data, mask)
                self._look_for_life()
            self._try(self._finish, 0)

    def _look_for_life(self) -> None:
        """End a front that has been silent for too long, so that another one begins."""
        before = self._silent
        self._silent = self._link is not None and time.monotonic() > self._patience
        # Twice, since we may have been stopped ourselves, and its signs not been read yet.
        if before and self._silent:
            self._patience = time.monotonic() + _BEGINNING
            self._front.kill()

    def _try(self, act: Callable[[int], None], mask: int) -> None:
        try:
            act(mask)
        # Whatever is wrong with one packet, the next one must be heard: this is a stage.
        except Exception as error:  # noqa: BLE001
            self.faults.note("receiver", error)

    def _take_answers(self, _mask: int) -> None:
        answers = self.outbox.drain()  # first: who wakes us after this has not been seen yet
        while self._coming:
            self._connect(self._coming.popleft())
        for data, peer in answers:
            self._send(data, peer)
        self._flush()

    def _connect(self, connected: socket.socket) -> None:
        """Hear another front, of which nothing is known yet."""
        self._disconnect()
        self._link = Link(connected, self._selector, self._ready)
        self._splitter, self._sent = Splitter(), 0
        self._patience = time.monotonic() + _BEGINNING

    def _disconnect(self) -> None:
        if self._link is None:
            return
        self._link.close()
        self._link = None
        for peer in self._connected:
            self._gone(peer)
        self._connected.clear()

    def _ready(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._flush()
        if self._link is None or not mask & selectors.EVENT_READ:
            return
        data = self._link.read(_READ)
        if data is None:
            return
        begun = time.monotonic()
        self._patience = begun + DEAF
        try:
            for record in self._splitter.feed(data):
                self._hear(record)
                if (now := time.monotonic()) - begun > _SPELL:
                    # A flood must not have the interpreter for itself, for which the sound waits.
                    time.sleep(now - begun)
                    begun = time.monotonic()
        except ValueError as error:  # what a front of ours never sends
            self.faults.note("receiver", error)
            data = b""
        self._flush()
        if not data:
            self._disconnect()

    def _hear(self, record: Record) -> None:
        kind, peer, data = record
        answers: list[tuple[bytes, Peer]] = []
        if kind == Kind.COUNTS:
            counts = Counts.of(data)
            self._count(counts.refused)
            self.refused += counts.connections_refused
            self.dropped += counts.connections_dropped
        elif kind == Kind.CAME:
            self._connected.add(peer)
        elif kind == Kind.GONE:
            self._connected.discard(peer)
            self._gone(peer)
        elif kind == Kind.ENDS:
            self._waiting.append(encode(Record(Kind.ANSWERED, peer)))
        else:
            try:
                now = time.monotonic()
                if kind == Kind.PACKET:
                    answers = self._handle(data, peer, now)
                elif kind == Kind.REFUSED:
                    answers = self._refuse(data.decode("utf-8", "replace"), peer, now)
            except Exception as error:  # noqa: BLE001 - as in _try
                self.faults.note("receiver", error)
        for answer, to in answers:
            self._send(answer, Peer(*to))

    def _send(self, data: bytes, peer: Peer) -> None:
        known = peer.transport == "udp" or peer in self._connected
        if not known or len(self._waiting) >= _MOST_ANSWERS:
            self.unsent += 1
            return
        self._waiting.append(encode(Record(Kind.ANSWER, peer, data)))

    def _flush(self) -> None:
        """Send what the system accepts now; without a front, answers wait for the next one."""
        if self._link is None:
            return
        try:
            while self._waiting:
                first = self._waiting[0]
                self._sent += self._link.socket.send(memoryview(first)[self._sent :])
                if self._sent == len(first):
                    self._waiting.popleft()
                    self._sent = 0
        except BlockingIOError:
            pass
        except OSError:
            self._disconnect()
            return
        self._link.wait_to_write(bool(self._waiting))

    def _finish(self, _mask: int) -> None:
        """Send what waits, and let the front go."""
        self._take_answers(0)
        if self._link is not None:
            self._link.socket.settimeout(_PATIENCE / 2)
            while self._waiting and self._link is not None:
                self._flush()
            if self._link is not None:
                self._link.socket.shutdown(socket.SHUT_WR)
        self._disconnect()
