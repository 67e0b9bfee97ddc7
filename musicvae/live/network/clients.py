"""Remembers clients: which ones sent ``/notify 1``, and to which port the replies of each go.

No sockets and no clock: the caller passes the time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from musicvae.live.network.peers import Peer, is_loopback

#: Subscribers at the same time; one more is refused, unless one of them has gone.
MAX_SUBSCRIBERS = 32
#: Seconds. UDP does not tell that a listener has gone, so one that sends nothing for so long counts
#: as gone. Any packet keeps it, such as ``/ping``.
PATIENCE = 60.0


class Subscribers:
    """The peers that get notifications, until they unsubscribe or send nothing for too long.

    Senders on this machine may be silent: Pd and Max subscribe once and then only listen. A TCP
    connection may be silent too, since its end is noticed: call :meth:`remove` then.

    One thread may call :meth:`add`, :meth:`remove` and :meth:`hear` while another calls
    :meth:`current`; nothing here waits.

    Args:
        most: peers at the same time.
        patience: seconds of silence after which a peer counts as gone.

    Attributes:
        most: peers at the same time.
    """

    def __init__(self, most: int = MAX_SUBSCRIBERS, patience: float = PATIENCE) -> None:
        self.most = most
        self._patience = patience
        self._heard: dict[Peer, float] = {}  # in the order of subscription

    def add(
        self, peer: Peer, now: float, gone: Callable[[Peer], bool] = lambda peer: False
    ) -> bool:
        """Subscribe; a peer that has subscribed already becomes the newest.

        Args:
            peer: the peer.
            now: time in seconds.
            gone: whether surely nobody hears a peer; asked where there are too many, which is the
                only way to know of listeners on this machine that have ended.

        Returns:
            Whether there was room for it.
        """
        if peer not in self._heard and len(self.current(now)) >= self.most:
            for other in [*self._heard]:
                if gone(other):
                    self.remove(other)
        if peer not in self._heard and len(self._heard) >= self.most:
            return False
        self._heard.pop(peer, None)
        self._heard[peer] = now
        return True

    def remove(self, peer: Peer) -> None:
        """Unsubscribe; peers that have not subscribed are ignored."""
        self._heard.pop(peer, None)

    def hear(self, peer: Peer, now: float) -> None:
        """Note that a packet came from this peer; call it for every packet."""
        if peer in self._heard:
            self._heard[peer] = now

    def over_udp(self) -> list[Peer]:
        """Those whose subscription outlives a connection; they may have gone."""
        return [peer for peer in list(self._heard) if peer.transport == "udp"]

    def current(self, now: float) -> list[Peer]:
        """The subscribers that are still there, in the order of subscription."""
        peers = []
        for peer, heard in list(self._heard.items()):
            if now - heard <= self._patience or peer.transport == "tcp" or is_loopback(peer.host):
                peers.append(peer)
            else:
                self._heard.pop(peer, None)
        return peers


#: Senders whose choice of a port is remembered; for one more, that one is forgotten which was
#: answered longest ago.
MAX_CHOICES = 64


class Addressees:
    """The reply ports that senders over UDP chose; TCP clients are answered on their connection."""

    def __init__(self) -> None:
        self._ports: dict[Peer, int] = {}  # changed by one thread, read by all
        self._answered: dict[Peer, int] = {}
        self._answers = itertools.count()

    def choose(self, sender: Peer, port: int) -> None:
        """Answer this sender at this port of its host from now on."""
        if sender.transport != "udp":
            return
        self._answered[sender] = next(self._answers)
        self._ports[sender] = port
        if len(self._ports) > MAX_CHOICES:
            longest_ago = min(self._ports, key=lambda peer: self._answered.get(peer, -1))
            del self._ports[longest_ago]
            self._answered.pop(longest_ago, None)

    def chosen(self) -> list[tuple[Peer, int]]:
        """The senders that chose a port, and which."""
        return list(self._ports.items())

    def of(self, sender: Peer) -> Peer:
        """The peer that gets the answers to this sender; always on the same host."""
        port = self._ports.get(sender)
        if port is None:
            return sender
        self._answered[sender] = next(self._answers)
        return sender._replace(port=port)
