"""Remembers clients: who subscribed with ``/notify 1``, and at which port each wants its replies.

No sockets and no clock: the caller gives the time.
"""

from __future__ import annotations

from musicvae.live.network.peers import Peer, is_loopback

#: Beyond, the one who asked first is forgotten.
MAX_SUBSCRIBERS = 32
#: Seconds. Nobody is told over UDP that a listener is gone, so one who says nothing for so long is
#: taken for gone; any packet will do, such as ``/ping``.
PATIENCE = 60.0


class Subscribers:
    """Peers that are told what happens, until they leave or fall silent.

    Senders on this machine may be silent: Pd and Max subscribe once and then only listen. A TCP
    connection may be silent too, since its end is noticed: call :meth:`remove` then.

    One thread may add, remove and hear while another asks; nothing here takes long or waits.

    Args:
        most: peers at once.
        patience: seconds.
    """

    def __init__(self, most: int = MAX_SUBSCRIBERS, patience: float = PATIENCE) -> None:
        self._most = most
        self._patience = patience
        self._heard: dict[Peer, float] = {}  # in the order in which they asked

    def add(self, peer: Peer, now: float) -> None:
        """Subscribe; a peer that is there already becomes the newest."""
        self._heard.pop(peer, None)
        self._heard[peer] = now
        while len(self._heard) > self._most:
            del self._heard[next(iter(self._heard))]

    def remove(self, peer: Peer) -> None:
        """Unsubscribe; others are ignored."""
        self._heard.pop(peer, None)

    def hear(self, peer: Peer, now: float) -> None:
        """Note that a packet came from this peer; to be called for every packet."""
        if peer in self._heard:
            self._heard[peer] = now

    def current(self, now: float) -> list[Peer]:
        """Those who are still there, in the order in which they asked."""
        peers = []
        for peer, heard in list(self._heard.items()):
            if now - heard <= self._patience or peer.transport == "tcp" or is_loopback(peer.host):
                peers.append(peer)
            else:
                self._heard.pop(peer, None)
        return peers


#: Senders whose choice is remembered; beyond, the oldest is forgotten.
MAX_CHOICES = 64


class Addressees:
    """Remembers the reply ports of senders over UDP; a TCP connection is answered as it is."""

    def __init__(self) -> None:
        self._ports: dict[Peer, int] = {}

    def choose(self, sender: Peer, port: int) -> None:
        """Answer this sender at another port of its host."""
        if sender.transport != "udp":
            return
        self._ports.pop(sender, None)
        self._ports[sender] = port
        if len(self._ports) > MAX_CHOICES:
            del self._ports[next(iter(self._ports))]

    def of(self, sender: Peer) -> Peer:
        """Whom to answer: never another host."""
        port = self._ports.get(sender)
        return sender if port is None else sender._replace(port=port)
