"""The thread that owns the sockets: it receives packets over UDP and TCP, and sends the answers."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable

from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Answer, Peer, peer_of
from musicvae.live.network.tcp import Connections

Handle = Callable[[bytes, Peer, float], list[Answer]]

#: The largest UDP datagram there is.
_MAX_DATAGRAM = 65536
#: Datagrams taken at once before TCP and the outbox have their turn.
_BURST = 256


class Receiver:
    """Hands each packet on and sends what comes back.

    Args:
        listening: a bound UDP socket; closing it is the caller's.
        handle: given the bytes, the sender, and the time by ``time.monotonic``.
        streams: TCP connections to serve as well.

    Attributes:
        outbox: where other threads put what is to be sent.
        faults: how often we failed at a packet, which is always a mistake of ours.
        problem: why, the last time.
        unsent: answers that the system did not take, or whose connection is gone.
    """

    def __init__(
        self, listening: socket.socket, handle: Handle, streams: Connections | None = None
    ) -> None:
        self.outbox = Outbox()
        self.faults = 0
        self.problem = ""
        self.unsent = 0
        self._socket = listening
        self._handle = handle
        self._streams = streams
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="musicvae-receive", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._socket.setblocking(False)
        self.outbox.open()
        self._thread.start()

    def stop(self) -> None:
        """End after the packets in hand; send what waits in the outbox, end the connections."""
        self._stopping = True
        self.outbox.ring()
        self._thread.join()
        self.outbox.close()

    def _work(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ, self._datagrams)
            selector.register(self.outbox, selectors.EVENT_READ, self._mail)
            if self._streams is not None:
                self._streams.attach(selector, self._hear)
            while not self._stopping:
                for key, mask in selector.select():
                    self._try(key.data, mask)
            self._try(self._close, 0)

    def _try(self, act: Callable[[int], None], mask: int) -> None:
        try:
            act(mask)
        # Whatever is wrong with one packet, the next one must be heard: this is a stage.
        except Exception as error:  # noqa: BLE001
            self._note(error)

    def _note(self, error: Exception) -> None:
        self.faults += 1
        self.problem = f"{type(error).__name__}: {error}"

    def _datagrams(self, _mask: int) -> None:
        receive = self._socket.recvfrom
        for _ in range(_BURST):
            try:
                data, sender = receive(_MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                # Windows reports here that an earlier answer found nobody; the next receive works.
                time.sleep(0.001)
                return
            self._hear(data, peer_of(sender))

    def _hear(self, data: bytes, sender: Peer) -> None:
        try:
            answers = self._handle(data, sender, time.monotonic())
        except Exception as error:  # noqa: BLE001 - as in _try
            self._note(error)
            return
        for reply, peer in answers:
            self._send(reply, Peer(*peer))

    def _mail(self, _mask: int) -> None:
        for data, peer in self.outbox.take():
            self._send(data, peer)

    def _close(self, _mask: int) -> None:
        self._mail(0)
        if self._streams is not None:
            self._streams.close()

    def _send(self, data: bytes, peer: Peer) -> None:
        if peer.transport == "tcp":
            if self._streams is None or not self._streams.send(data, peer):
                self.unsent += 1
            return
        try:
            self._socket.sendto(data, peer[:2])
        except OSError:
            self.unsent += 1
