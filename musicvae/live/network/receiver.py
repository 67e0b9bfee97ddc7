"""Receives packets over UDP and TCP and sends all answers: the one thread with the sockets."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from musicvae.live.faults import Faults
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Answer, Peer, peer_of
from musicvae.live.network.tcp import Connections

#: Given a packet, its sender and the time in seconds (``time.monotonic``); returns the answers.
Handle = Callable[[bytes, Peer, float], list[Answer]]

#: The largest UDP datagram there is, in bytes.
_MAX_DATAGRAM = 65536
#: Seconds that the packets in hand may take at the end.
_PATIENCE = 2.0
#: Datagrams read at once before TCP and the outbox have their turn.
_BURST = 256


class Uplink(Protocol):
    """Where packets go when they are not handled here.

    Attributes:
        beat: seconds after which it wants its turn, if nothing happens.
    """

    beat: float

    def attach(self, selector: selectors.BaseSelector) -> None:
        """Register with a selector with functions as data."""

    def settle(self) -> None:
        """Called when the events in hand have been dealt with."""


class Receiver:
    """Passes each packet to ``handle`` and sends the answers.

    Args:
        listening: a bound UDP socket, or one for each family of addresses; the caller closes them.
        handle: see :data:`Handle`.
        outbox: answers of other threads, to be sent.
        connections: TCP connections to serve as well.

    Attributes:
        faults: errors in musicvae because of which packets failed.
        unsent: answers that the system did not accept, or whose connection was gone.
        uplink: where packets go that are not handled here; ``None`` for nowhere.
    """

    def __init__(
        self,
        listening: socket.socket | Sequence[socket.socket],
        handle: Handle,
        outbox: Outbox,
        connections: Connections | None = None,
    ) -> None:
        self.outbox = outbox
        self.faults = Faults()
        self.unsent = 0
        self.uplink: Uplink | None = None
        sockets = [listening] if isinstance(listening, socket.socket) else [*listening]
        self._sockets = {each.family: each for each in sockets}
        self._handle = handle
        self._connections = connections
        self._stopping = False
        self._thread = threading.Thread(target=self.serve, name="musicvae-receive", daemon=True)

    def start(self) -> None:
        """Begin to listen, on a thread."""
        self.outbox.open()
        self._thread.start()

    def stop(self) -> None:
        """Finish the packets in hand, send what waits in the outbox, end the connections."""
        self.end()
        self._thread.join(_PATIENCE)
        self.outbox.close()

    def end(self) -> None:
        """Let :meth:`serve` return; from any thread."""
        self._stopping = True
        self.outbox.wake()

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def serve(self) -> None:
        """Listen, until :meth:`end`."""
        self.outbox.open()
        with selectors.DefaultSelector() as selector:
            for each in self._sockets.values():
                each.setblocking(False)
                selector.register(each, selectors.EVENT_READ, partial(self._read_datagrams, each))
            selector.register(self.outbox, selectors.EVENT_READ, self._send_outbox)
            if self._connections is not None:
                self._connections.attach(selector, self._receive)
            if self.uplink is not None:
                self.uplink.attach(selector)
            beat = None if self.uplink is None else self.uplink.beat
            while not self._stopping:
                for key, mask in selector.select(beat):
                    self._try(key.data, mask)
                if self.uplink is not None:
                    self.uplink.settle()
            self._try(self._close, 0)

    def _try(self, act: Callable[[int], None], mask: int) -> None:
        try:
            act(mask)
        # Whatever is wrong with one packet, the next one must be heard: this is a stage.
        except Exception as error:  # noqa: BLE001
            self.faults.note("receiver", error)

    def _read_datagrams(self, listening: socket.socket, _mask: int) -> None:
        receive = listening.recvfrom
        for _ in range(_BURST):
            try:
                data, sender = receive(_MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                # Windows reports here that an earlier answer had no receiver; the next call works.
                time.sleep(0.001)
                return
            self._receive(data, peer_of(sender))

    def _receive(self, data: bytes, sender: Peer) -> None:
        try:
            answers = self._handle(data, sender, time.monotonic())
        except Exception as error:  # noqa: BLE001 - as in _try
            self.faults.note("receiver", error)
            return
        for reply, peer in answers:
            self.send(reply, Peer(*peer))

    def _send_outbox(self, _mask: int) -> None:
        for data, peer in self.outbox.drain():
            self.send(data, peer)

    def _close(self, _mask: int) -> None:
        self._send_outbox(0)
        if self._connections is not None:
            self._connections.close()

    def send(self, data: bytes, peer: Peer) -> None:
        """Send a packet; on the thread that serves alone."""
        if peer.transport == "tcp":
            if self._connections is None or not self._connections.send(data, peer):
                self.unsent += 1
            return
        family = socket.AF_INET6 if ":" in peer.host else socket.AF_INET
        try:
            self._sockets[family].sendto(data, peer[:2])
        except (OSError, KeyError):
            self.unsent += 1
