"""A server that says each packet back over TCP and UDP, and clients of it."""

from __future__ import annotations

import socket

import pytest

from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer, peer_of
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.sockets import open_sockets
from musicvae.live.network.tcp import Connections
from musicvae.live.osc.framing import Deframer, Framing, encode

PING = b"/ping\0\0\0,\0\0\0"
FLOOD = b"/flood\0\0,\0\0\0"
LARGE = b"x" * 60_000
BOTH = pytest.mark.parametrize("framing", list(Framing), ids=lambda framing: framing.name)


class Server:
    """Answers every packet with itself, and ``FLOOD`` with a megabyte."""

    def __init__(self, allowed: AllowList | None = None, **limits: float) -> None:
        self.heard: list[tuple[bytes, Peer]] = []
        self.gone: list[Peer] = []
        self.sockets = open_sockets("127.0.0.1", 0, guarded=False)
        self.address = self.sockets[1].getsockname()
        self.connections = Connections(
            self.sockets[1],
            AllowList() if allowed is None else allowed,
            self.gone.append,
            **limits,  # type: ignore[arg-type]
        )
        self.receiver = Receiver(self.sockets[0], self.handle, Outbox(), self.connections)
        self.receiver.start()
        self.clients: list[Client] = []

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        self.heard.append((data, sender))
        return [(LARGE, sender)] * 20 if data == FLOOD else [(data, sender)]

    def connect(self, framing: Framing = Framing.LENGTH) -> Client:
        self.clients.append(Client(self.address, framing))
        return self.clients[-1]

    def ping_over_udp(self) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            client.connect(self.address)
            client.send(PING)
            return client.recv(65536)

    def stop(self) -> None:
        self.receiver.stop()
        for client in self.clients:
            client.socket.close()
        for listening in self.sockets:
            listening.close()


class Client:
    """One connection; hears packets one by one, and ``None`` when it is closed."""

    def __init__(self, address: tuple[str, int], framing: Framing) -> None:
        self.framing = framing
        self.socket = socket.create_connection(address, timeout=10)
        self.peer = peer_of(self.socket.getsockname(), "tcp")
        self._deframer = Deframer()
        self._packets: list[bytes] = []

    def send(self, packet: bytes) -> None:
        self.socket.sendall(encode(packet, self.framing))

    def receive(self) -> bytes | None:
        while not self._packets:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self._packets += self._deframer.feed(data)
        return self._packets.pop(0)

    def ask(self, packet: bytes) -> bytes | None:
        self.send(packet)
        return self.receive()
