"""The front as a process of its own, over real sockets."""

from __future__ import annotations

import socket
import sys
import threading
import time

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.live.network.peers import Answer, Peer, peer_of
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message
from tests.live.network.front.behind import PING, Sound, ask, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no sockets are passed on there")


def long_message(number: int) -> bytes:
    builder = OscMessageBuilder(address="/n")
    builder.add_arg(number)
    builder.add_arg(bytes(2000))
    return bytes(builder.build().dgram)


def test_whole_packets_pass_and_others_are_refused_in_the_front(
    sound: Sound, client: socket.socket
) -> None:
    assert ask(client) == PING
    largest = message("/text", "x" * 65_000)
    assert ask(client, largest) == largest
    assert ask(client, b"rubbish!") == b"address without end"
    until(lambda: sound.refused == 1)
    assert sound.heard == [PING, largest]
    client.send(message("/raise"))
    assert ask(client) == PING
    assert sound.gateway.faults.count == 1
    assert sound.gateway.alive


def test_reasons_are_limited_and_all_refusals_counted(sound: Sound, client: socket.socket) -> None:
    for _ in range(200):
        client.send(b"rubbish!")
    until(lambda: sound.refused == 200)
    assert ask(client) != PING  # the reasons come first
    client.setblocking(False)
    time.sleep(0.2)
    waiting = 0
    while True:
        try:
            client.recv(65536)
        except BlockingIOError:
            break
        waiting += 1
    assert waiting <= 6
    assert sound.heard == [PING]


def test_connections_come_and_go(sound: Sound) -> None:
    deframer = Deframer()
    with socket.create_connection(("127.0.0.1", sound.port), 10) as stream:
        for _ in range(3):
            stream.sendall(encode(PING, Framing.LENGTH))
        answers: list[bytes] = []
        while len(answers) < 3:
            answers += deframer.feed(stream.recv(4096))
        assert answers == [PING] * 3
        assert len(sound.gateway) == 1
        peer = peer_of(stream.getsockname(), "tcp")
    until(lambda: sound.gone == [peer])
    assert len(sound.gateway) == 0
    sound.gateway.outbox.put(PING, peer)
    until(lambda: sound.gateway.unsent == 1)


@pytest.mark.parametrize("round", range(5))
def test_one_that_sends_no_more_gets_its_answers_still(sound: Sound, round: int) -> None:
    """As `printf … | nc` does."""
    with socket.create_connection(("127.0.0.1", sound.port), 10) as stream:
        for _ in range(20):
            stream.sendall(encode(PING, Framing.LENGTH))
        stream.shutdown(socket.SHUT_WR)
        heard = b""
        while data := stream.recv(4096):
            heard += data
    assert list(Deframer().feed(heard)) == [PING] * 20
    until(lambda: len(sound.gateway) == 0)


def test_a_slow_sound_makes_a_connection_wait_and_loses_nothing(
    sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    heard: list[bytes] = []

    def slow(data: bytes, sender: Peer, now: float) -> list[Answer]:
        go.wait(30)
        heard.append(data)
        return []

    monkeypatch.setattr(sound.gateway, "_handle", slow)
    packets = [long_message(number) for number in range(4000)]
    with socket.create_connection(("127.0.0.1", sound.port), 30) as stream:
        stream.setblocking(False)
        sent, rest = 0, b"".join(encode(packet, Framing.LENGTH) for packet in packets)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            try:
                sent += stream.send(rest[sent : sent + 4096])
            except BlockingIOError:
                time.sleep(0.01)
        assert sent < len(rest)  # it waits, here and not in the front
        go.set()
        stream.setblocking(True)
        stream.sendall(rest[sent:])
        until(lambda: len(heard) == len(packets))
    assert heard == packets
