"""The thread that receives datagrams and sends the answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from musicvae.live.desk import Answer, Peer

Handle = Callable[[bytes, Peer, float], list[Answer]]

#: The largest UDP datagram there is.
_MAX_DATAGRAM = 65536
#: How soon the thread notices that it should end, in seconds.
_PATIENCE = 0.1


class Receiver:
    """Hands each datagram on and sends what comes back.

    Args:
        listening: a bound UDP socket; closing it is the caller's.
        handle: given the bytes, the sender, and the time by ``time.monotonic``.

    Attributes:
        faults: how often ``handle`` failed, which is always a mistake of ours.
        problem: why, the last time.
        unsent: answers that the system did not take.
    """

    def __init__(self, listening: socket.socket, handle: Handle) -> None:
        self.faults = 0
        self.problem = ""
        self.unsent = 0
        self._socket = listening
        self._handle = handle
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="musicvae-receive", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._socket.settimeout(_PATIENCE)
        self._thread.start()

    def stop(self) -> None:
        """End after the datagram in hand."""
        self._stopping = True
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping:
            try:
                data, sender = self._socket.recvfrom(_MAX_DATAGRAM)
            except TimeoutError:
                continue
            except OSError:
                # Windows reports here that an earlier answer found nobody; the next receive works.
                time.sleep(0.001)
                continue
            self._answer(data, (sender[0], sender[1]))

    def _answer(self, data: bytes, sender: Peer) -> None:
        try:
            answers = self._handle(data, sender, time.monotonic())
        # Whatever is wrong with one datagram, the next one must be heard: this is a stage.
        except Exception as error:
            self.faults += 1
            self.problem = f"{type(error).__name__}: {error}"
            return
        for reply, peer in answers:
            try:
                self._socket.sendto(reply, peer)
            except OSError:
                self.unsent += 1
