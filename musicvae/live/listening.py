"""Opens the sockets of a daemon, and connects what hears them: a process, or a thread."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from musicvae.live.dispatcher import Dispatcher
from musicvae.live.network.front.gateway import Gateway
from musicvae.live.network.front.starting import possible
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.sockets import open_pairs
from musicvae.live.network.tcp import Connections
from musicvae.live.notices import Announcer
from musicvae.live.options import Options


class Sockets(NamedTuple):
    """The sockets of a daemon, all on the same port.

    Attributes:
        datagrams: for UDP, one for each family of addresses.
        listening: for TCP, likewise.
    """

    datagrams: list[socket.socket]
    listening: list[socket.socket]

    @property
    def port(self) -> int:
        """The port."""
        return int(self.datagrams[0].getsockname()[1])

    @property
    def hosts(self) -> tuple[str, ...]:
        """The numeric addresses on which they listen."""
        return tuple(str(opened.getsockname()[0]) for opened in self.datagrams)


def open_sockets(options: Options, stack: ExitStack) -> Sockets:
    """Open the sockets; ``stack`` closes them.

    Raises:
        MusicVAEError: see :func:`musicvae.live.network.sockets.open_pairs`.
    """
    pairs = open_pairs(options.bind, options.port, guarded=bool(options.allow))
    for pair in pairs:
        for opened in pair:
            stack.callback(opened.close)
    return Sockets([datagrams for datagrams, _ in pairs], [listening for _, listening in pairs])


def listen(
    sockets: Sockets,
    front: bool,
    allowed: AllowList,
    dispatcher: Dispatcher,
    announcer: Announcer,
    gone: Callable[[Peer], None],
    stack: ExitStack,
) -> tuple[Receiver | Gateway, Connections | Gateway]:
    """What hears packets, and the TCP connections; both are yet to be started.

    Args:
        sockets: what is listened on.
        front: whether a process of its own checks the packets.
        allowed: hosts that may send.
        dispatcher: gets the packets.
        announcer: sends the answers.
        gone: called with each peer whose TCP connection has ended.
        stack: ends the process.
    """
    if not (front and possible()):
        connections = Connections(sockets.listening, allowed, gone)
        receiver = Receiver(sockets.datagrams, dispatcher.handle, announcer.outbox, connections)
        return receiver, connections

    def say(text: str) -> None:
        announcer.tell("/error", "musicvae", text)

    gateway = Gateway(
        *(*sockets, allowed, dispatcher.handle, dispatcher.refuse, dispatcher.count),
        *(gone, announcer.outbox, say),
    )
    stack.callback(gateway.stop)
    gateway.prepare()
    return gateway, gateway
