"""Where the answers to a sender go: back to it, or to the port that it chose."""

from __future__ import annotations

from musicvae.live.osc.network import Peer

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
