"""TCP connections beside the UDP socket, over real sockets on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest
from pythonosc.tcp_client import SimpleTCPClient

from musicvae.live.network import tcp
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer, peer_of
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.sockets import open_sockets
from musicvae.live.network.tcp import Connections
from musicvae.live.osc import packets
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


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(allowed: AllowList | None = None, **limits: float) -> Server:
        servers.append(Server(allowed, **limits))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
        assert server.receiver.faults.problem == ""


@BOTH
def test_answers_go_down_the_connection_in_its_framing(
    serve: Callable[..., Server], framing: Framing
) -> None:
    server = serve()
    one, two = server.connect(framing), server.connect(framing)
    special = b"/\xc0\xdb\xdc\xdd\0\0\0"
    assert one.ask(PING) == PING
    assert two.ask(special) == special
    assert one._deframer.framing is framing
    assert server.heard == [(PING, one.peer), (special, two.peer)]
    assert server.ping_over_udp() == PING


@BOTH
def test_packets_may_come_in_pieces_and_many_at_once(
    serve: Callable[..., Server], framing: Framing
) -> None:
    client = serve().connect(framing)
    sent = encode(PING, framing) * 3
    for at in range(len(sent)):
        client.socket.sendall(sent[at : at + 1])
    assert [client.receive() for _ in range(3)] == [PING] * 3
    client.socket.sendall(encode(PING, framing) * 2000)
    assert [client.receive() for _ in range(2000)] == [PING] * 2000


@pytest.mark.parametrize("mode", ["1.0", "1.1"])
def test_python_osc_is_served(serve: Callable[..., Server], mode: str) -> None:
    server = serve()
    with SimpleTCPClient(*server.address, mode=mode) as client:
        client.send_message("/latent", [0.5, 1])
        answer = next(packet for packet in client.receive(10) if packet)
    assert packets.read(answer) == [packets.Message("/latent", (0.5, 1))]


def test_liblo_is_served(serve: Callable[..., Server]) -> None:
    oscsend = shutil.which("oscsend")
    if oscsend is None:
        pytest.skip("oscsend is not installed (Debian: liblo-tools)")
    server = serve()
    url = f"osc.tcp://127.0.0.1:{server.address[1]}"
    subprocess.run([oscsend, url, "/latent", "fi", "0.5", "1"], check=True, timeout=60)
    heard: list[packets.Message] = []
    while not heard:  # it has left, but its connection may still have to be accepted
        server.ping_over_udp()
        said = [data for data, sender in server.heard if sender.transport == "tcp"]
        heard = [message for data in said for message in packets.read(data)]
    assert heard == [packets.Message("/latent", (0.5, 1))]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (encode(PING, Framing.LENGTH) + b"\xff\xff\xff\xff", b"4294967295"),
        (encode(PING, Framing.SLIP) + b"\xdb\xc0", b"escape"),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n/latent\0", None),
        (b"\x16\x03\x01\x02\0\1", None),
    ],
    ids=["length", "slip", "http", "tls"],
)
def test_nonsense_ends_its_own_connection_only(
    serve: Callable[..., Server], sent: bytes, reason: bytes | None
) -> None:
    server = serve()
    other, client = server.connect(), server.connect()
    assert other.ask(PING) == PING
    client.socket.sendall(sent)
    if reason is not None:
        assert client.receive() == PING
        told = client.receive()
        assert told is not None
        assert told.startswith(b"/error\0\0,ss\0connection\0\0")
        assert reason in told
    assert client.receive() is None
    assert other.ask(PING) == PING
    assert server.connections.dropped == 1
    assert server.gone == [client.peer]
    assert {data for data, _ in server.heard} == {PING}


def test_strangers_are_closed_unheard(serve: Callable[..., Server]) -> None:
    class Nobody(AllowList):
        def __contains__(self, host: str) -> bool:
            return False

    server = serve(Nobody())
    client = server.connect()
    assert client.receive() is None
    assert server.connections.refused == 1
    assert server.heard == []


def test_too_many_connections_are_refused(serve: Callable[..., Server]) -> None:
    server = serve()
    clients = [server.connect() for _ in range(tcp.MAX_CONNECTIONS)]
    assert [client.ask(PING) for client in clients] == [PING] * tcp.MAX_CONNECTIONS
    assert server.connect().receive() is None
    assert server.connections.refused == 1
    clients[3].socket.close()
    while len(server.connections) == tcp.MAX_CONNECTIONS:
        server.ping_over_udp()  # until it has noticed
    assert server.connect().ask(PING) == PING
    assert server.gone == [clients[3].peer]


def test_who_was_silent_for_longest_makes_room(serve: Callable[..., Server]) -> None:
    server = serve(most=2, patience=0.0)
    one, two = server.connect(), server.connect()
    assert [one.ask(PING), two.ask(PING), one.ask(PING)] == [PING] * 3
    assert server.connect().ask(PING) == PING
    assert two.receive() is None
    assert one.ask(PING) == PING


@BOTH
@pytest.mark.parametrize("spoke", [False, True])
def test_a_trickle_of_bytes_is_no_sign_of_life(
    serve: Callable[..., Server], framing: Framing, spoke: bool
) -> None:
    """Slow connections, fresh or after a whole packet, do not lock out the next one."""
    server = serve(most=3, patience=3600.0, grace=0.0)
    slow = [server.connect(framing) for _ in range(3)]
    for client in slow:
        if spoke:
            assert client.ask(PING) == PING
        client.socket.sendall(encode(PING, framing)[:-2])
    while len(server.connections) < 3:
        server.ping_over_udp()
    slow[0].socket.sendall(encode(PING, framing)[-2:-1])  # a byte more, and no packet
    server.ping_over_udp()
    new = server.connect(framing)
    assert new.ask(PING) == PING
    assert slow[0].receive() is None  # without a packet for longest, whatever trickled in
    assert (server.connections.dropped, server.connections.refused) == (1, 0)
    assert new.ask(PING) == PING


def test_who_says_nothing_at_all_makes_room(serve: Callable[..., Server]) -> None:
    server = serve(most=2, patience=3600.0, grace=0.0)
    first, second = server.connect(), server.connect()
    assert second.ask(PING) == PING  # complete, so it may rest
    assert server.connect().ask(PING) == PING
    assert first.receive() is None
    assert second.ask(PING) == PING


def test_a_slow_reader_is_dropped_and_nobody_waits_for_it(serve: Callable[..., Server]) -> None:
    server = serve()
    slow, other = server.connect(), server.connect()
    while not server.gone:
        try:
            slow.send(FLOOD)
        except ConnectionError:
            break
        assert other.ask(PING) == PING
        assert server.ping_over_udp() == PING
    assert server.connections.dropped == 1
    assert server.gone == [slow.peer]
    assert other.ask(PING) == PING


def test_a_reader_that_catches_up_gets_everything(serve: Callable[..., Server]) -> None:
    server = serve(most_unsent=10**8)
    client = server.connect()
    for _ in range(10):
        client.send(FLOOD)
    assert server.ping_over_udp() == PING
    client.send(PING)
    client.socket.shutdown(socket.SHUT_WR)  # what it asked for before is still answered
    assert [client.receive() == LARGE for _ in range(200)] == [True] * 200
    assert client.receive() == PING
    assert client.receive() is None
    while len(server.connections):
        server.ping_over_udp()
    assert server.connections.dropped == 0


def test_other_threads_answer_down_a_connection(serve: Callable[..., Server]) -> None:
    server = serve()
    client = server.connect(Framing.SLIP)
    assert client.ask(PING) == PING
    server.receiver.outbox.put(b"/done\0\0\0", client.peer)
    assert client.receive() == b"/done\0\0\0"
    server.receiver.outbox.put(b"/done\0\0\0", client.peer._replace(port=1))
    assert client.ask(PING) == PING
    assert server.receiver.unsent == 1


def test_all_connections_end_with_the_receiver(serve: Callable[..., Server]) -> None:
    server = serve()
    client = server.connect()
    assert client.ask(PING) == PING
    server.receiver.outbox.put(b"/quit\0\0\0", client.peer)
    server.receiver.stop()
    assert client.receive() == b"/quit\0\0\0"
    assert client.receive() is None
    assert len(server.connections) == 0
