"""Many TCP connections: who is refused, who makes room, and who is dropped for not reading."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from musicvae.live.network import tcp
from musicvae.live.network.peers import AllowList
from musicvae.live.osc.framing import Framing, encode
from tests.live.network.tcp_server import BOTH, FLOOD, LARGE, PING, Server


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
