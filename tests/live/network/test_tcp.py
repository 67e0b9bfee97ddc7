"""TCP connections beside the UDP socket, over real sockets on loopback."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest
from pythonosc.tcp_client import SimpleTCPClient

from musicvae.live.osc import packets
from musicvae.live.osc.framing import Framing, encode
from tests.live.network.tcp_server import BOTH, PING, Server


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
