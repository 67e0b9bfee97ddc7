"""What is behind the front in its tests: it answers each packet with itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from musicvae.live.network.front.gateway import Gateway
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer
from musicvae.live.network.sockets import open_pairs
from musicvae.live.osc.replies import message

PING = message("/ping", 1)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


class Sound:
    """What is behind the gateway: it answers each packet with itself."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.gone: list[Peer] = []
        self.said: list[str] = []
        self.refused = 0
        pairs = open_pairs("127.0.0.1", 0, guarded=False)
        self.sockets = [each for pair in pairs for each in pair]
        self.port = int(self.sockets[0].getsockname()[1])
        self.gateway = Gateway(
            [pair[0] for pair in pairs],
            [pair[1] for pair in pairs],
            AllowList(),
            self.handle,
            lambda reason, peer, now: [(reason.encode(), peer)],
            self.count,
            self.gone.append,
            Outbox(),
            self.said.append,
        )
        self.gateway.prepare()
        self.gateway.start()

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        self.heard.append(data)
        if data == message("/raise"):
            raise ValueError("an error in the handler")
        return [(data, sender)]

    def count(self, refused: int) -> None:
        self.refused += refused

    @property
    def front(self) -> int:
        process = self.gateway._front._process
        assert process is not None
        return process.pid

    def end(self) -> None:
        self.gateway.stop()
        for each in self.sockets:
            each.close()


def ask(client: socket.socket, data: bytes = PING) -> bytes:
    client.send(data)
    return client.recv(65536)
