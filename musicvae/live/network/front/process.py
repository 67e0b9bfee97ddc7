"""What runs in the front: the sockets, which the process that sounds has opened."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from musicvae import child
from musicvae.errors import PacketError
from musicvae.live.network.budget import PeerBudgets
from musicvae.live.network.front.records import Counts, Kind
from musicvae.live.network.front.uplink import Uplink
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.tcp import Connections
from musicvae.live.osc import packets

#: What the front runs.
CODE = "from musicvae.live.network.front.process import serve\nserve()"
#: Reasons for refusals that are passed on in a second, of one sender and of all.
_REASONS, _REASONS_TOGETHER = 5, 50
#: Signals that are for the process that sounds, which then ends this one.
_OF_OTHERS = ("SIGINT", "SIGTERM", "SIGHUP")


@dataclass(frozen=True)
class Job:
    """What the front is given, as one line.

    Attributes:
        link: descriptor of the connection to the process that sounds.
        datagrams: descriptors of bound UDP sockets.
        listening: descriptors of TCP sockets that listen.
        allowed: networks that may send, besides this machine.
        parent: number of the process that sounds.
    """

    link: int
    datagrams: tuple[int, ...]
    listening: tuple[int, ...]
    allowed: tuple[str, ...]
    parent: int

    def line(self) -> str:
        """The job as a line of JSON."""
        return json.dumps(asdict(self)) + "\n"


class Front:
    """Checks packets, passes them up, and sends what comes down.

    Args:
        link: connected to the process that sounds.
        datagrams: bound UDP sockets.
        listening: TCP sockets that listen.
        allowed: hosts that may send.
    """

    def __init__(
        self,
        link: socket.socket,
        datagrams: list[socket.socket],
        listening: list[socket.socket],
        allowed: AllowList,
    ) -> None:
        self._refused = 0
        self._allowed = allowed
        self._reasons = PeerBudgets(_REASONS, _REASONS_TOGETHER)
        self._connections = Connections(
            listening,
            allowed,
            self._passing(Kind.GONE),
            came=self._passing(Kind.CAME),
            ended=self._passing(Kind.ENDS),
        )
        self.receiver = Receiver(datagrams, self._handle, Outbox(), self._connections)
        self._uplink = Uplink(
            *(link, self.receiver.send, self._connections.hold, self._connections.finish),
            *(self._counts, self.receiver.end),
        )
        self.receiver.uplink = self._uplink

    def _handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        if sender.host not in self._allowed:
            self._refused += 1
            return []
        try:
            packets.read(data)
        except PacketError as error:
            self._refused += 1
            if self._reasons.spend(sender, now):
                self._uplink.put(Kind.REFUSED, sender, error.what.encode("utf-8", "replace"))
            return []
        self._uplink.put(Kind.PACKET, sender, data)
        return []

    def _passing(self, kind: Kind) -> Callable[[Peer], None]:
        """A function that passes on what has become of a connection."""
        return lambda peer: self._uplink.put(kind, peer)

    def _counts(self) -> Counts:
        tcp = self._connections
        return Counts(self._refused + self._uplink.dropped, tcp.refused, tcp.dropped)


def serve() -> None:
    """Do the job on standard input until the process that sounds ends the connection."""
    for name in _OF_OTHERS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    child.step_forward()
    line = sys.stdin.readline()
    if not line:
        return  # it is to end before it has begun
    job = Job(**json.loads(line))
    if not child.end_with(job.parent):
        return
    link = socket.socket(fileno=job.link)
    front = Front(
        link,
        [socket.socket(fileno=number) for number in job.datagrams],
        [socket.socket(fileno=number) for number in job.listening],
        AllowList(job.allowed),
    )
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201
    front.receiver.serve()
