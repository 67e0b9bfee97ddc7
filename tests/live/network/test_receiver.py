"""The receiving thread over real UDP on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from musicvae.errors import LiveError
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.sockets import open_sockets
from musicvae.live.network.tcp import Connections


class Echo:
    """Answers every packet with itself, except ``raise``, ``lost`` and ``quiet``."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.threads: set[str] = set()

    def handle(self, data: bytes, sender: Peer, now: float) -> list[Answer]:
        self.threads.add(threading.current_thread().name)
        self.heard.append(data)
        if data == b"raise":
            raise ValueError("an error in the handler")
        if data == b"lost":
            return [(data, Peer("192.0.2.1", 0)), (data, Peer(sender.host, 9, "tcp"))]
        return [] if data == b"quiet" else [(data, sender)]


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def receiver(echo: Echo) -> Iterator[Receiver]:
    datagrams, listening = open_sockets("127.0.0.1", 0, guarded=False)
    with datagrams, listening:
        receiving = Receiver(datagrams, echo.handle, Outbox())
        receiving.start()
        yield receiving
        receiving.stop()


@pytest.fixture
def client(receiver: Receiver) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(10)
        sender.connect(receiver._sockets[socket.AF_INET].getsockname())
        yield sender


def ask(client: socket.socket, data: bytes) -> bytes:
    client.send(data)
    return client.recv(65536)


def test_each_datagram_is_handled_by_its_thread_and_answered(
    echo: Echo, client: socket.socket
) -> None:
    assert ask(client, b"a") == b"a"
    assert ask(client, b"") == b""
    largest = b"x" * 65507
    assert ask(client, largest) == largest
    assert echo.heard == [b"a", b"", largest]
    assert echo.threads == {"musicvae-receive"}


def test_a_mistake_of_ours_is_counted_and_the_next_packet_is_heard(
    receiver: Receiver, client: socket.socket
) -> None:
    client.send(b"raise")
    assert ask(client, b"a") == b"a"
    assert receiver.faults.count == 1
    assert receiver.faults.problem == "receiver: ValueError: an error in the handler"


def test_answers_that_go_nowhere_are_counted(receiver: Receiver, client: socket.socket) -> None:
    client.send(b"lost")
    assert ask(client, b"a") == b"a"
    assert receiver.unsent == 2
    assert receiver.faults.count == 0


def test_other_threads_answer_through_the_outbox(receiver: Receiver, client: socket.socket) -> None:
    me = Peer(*client.getsockname())
    for number in range(100):
        receiver.outbox.put(b"%d" % number, me)
    assert [client.recv(16) for _ in range(100)] == [b"%d" % number for number in range(100)]


def test_a_burst_within_the_systems_buffer_is_heard_whole(
    echo: Echo, client: socket.socket
) -> None:
    for number in range(50):
        client.send(b"quiet")
        if number % 10 == 9:
            assert ask(client, b"a") == b"a"
    assert echo.heard.count(b"quiet") == 50


def test_what_waits_when_it_stops_is_still_sent(echo: Echo) -> None:
    datagrams, listening = open_sockets("127.0.0.1", 0, guarded=False)
    with (
        datagrams,
        listening,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.bind(("127.0.0.1", 0))
        client.settimeout(10)
        receiving = Receiver(datagrams, echo.handle, Outbox())
        receiving.outbox.put(b"early", Peer(*client.getsockname()))
        receiving.start()
        receiving.outbox.put(b"late", Peer(*client.getsockname()))
        receiving.stop()
        assert [client.recv(16), client.recv(16)] == [b"early", b"late"]
        receiving.outbox.put(b"nobody sends it", Peer(*client.getsockname()))


def test_ipv6_is_heard_and_answered(echo: Echo) -> None:
    try:
        sockets = open_sockets("::1", 0, guarded=False)
    except LiveError:
        pytest.skip("this machine has no IPv6")
    with sockets[0], sockets[1], socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        receiving = Receiver(
            sockets[0], echo.handle, Outbox(), Connections(sockets[1], AllowList())
        )
        receiving.start()
        client.settimeout(10)
        client.connect(sockets[0].getsockname())
        assert ask(client, b"a") == b"a"
        with socket.create_connection(sockets[1].getsockname()[:2], timeout=10) as stream:
            stream.sendall(b"/a\0\0\xc0")
            assert stream.recv(64) == b"\xc0/a\0\0\xc0"
        receiving.stop()
        assert receiving.faults.count == 0
