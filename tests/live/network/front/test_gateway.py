"""The front as a process of its own: over real sockets, killed, stopped and flooded."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.live.network.front.gateway import Gateway
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Answer, Peer, peer_of
from musicvae.live.network.sockets import open_pairs
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no sockets are passed on there")

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


@pytest.fixture
def sound() -> Iterator[Sound]:
    here = Sound()
    yield here
    here.end()


@pytest.fixture
def client(sound: Sound) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(10)
        sender.connect(("127.0.0.1", sound.port))
        yield sender


def long_message(number: int) -> bytes:
    builder = OscMessageBuilder(address="/n")
    builder.add_arg(number)
    builder.add_arg(bytes(2000))
    return bytes(builder.build().dgram)


def ask(client: socket.socket, data: bytes = PING) -> bytes:
    client.send(data)
    return client.recv(65536)


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


def test_a_front_that_is_killed_is_started_again_and_its_connections_end(
    sound: Sound, client: socket.socket
) -> None:
    with socket.create_connection(("127.0.0.1", sound.port), 10) as stream:
        stream.sendall(encode(PING, Framing.LENGTH))
        assert stream.recv(4096)
        for _ in range(3):
            assert ask(client) == PING
            before = sound.front
            os.kill(before, signal.SIGKILL)
            until(lambda before=before: sound.front != before)  # type: ignore[misc]
            assert ask(client) == PING
        assert stream.recv(4096) == b""
    assert sound.said == ["the network process ended by itself, and begins again"] * 3
    assert len(sound.gone) == 1
    assert sound.gateway.faults.count == 0


def test_answers_that_a_front_did_not_take_are_sent_by_the_next(
    sound: Sound, client: socket.socket
) -> None:
    assert ask(client) == PING
    me = Peer(*client.getsockname())
    first = sound.front
    os.kill(first, signal.SIGSTOP)
    for number in range(3000):
        sound.gateway.outbox.put(b"%04d" % number * 256, me)
    time.sleep(0.5)
    oldest = int(sound.gateway._waiting[0][-4:])  # no more fits on the way to the one that stands
    assert oldest > 0
    os.kill(first, signal.SIGKILL)
    assert int(client.recv(4096)[:4]) >= oldest


def test_a_front_that_hangs_is_started_again(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.live.network.front import gateway

    monkeypatch.setattr(gateway, "DEAF", 1.5)
    assert ask(client) == PING
    over = threading.Event()

    def tell() -> None:  # as to one who wants the status ten times a second
        while not over.wait(0.02):
            sound.gateway.outbox.put(b"status", Peer("127.0.0.1", 9))

    telling = threading.Thread(target=tell)
    telling.start()
    hanging = sound.front
    os.kill(hanging, signal.SIGSTOP)
    assert ask(client) == PING  # by the next one
    assert sound.front != hanging
    over.set()
    telling.join()


def test_a_quiet_front_is_not_taken_for_one_that_hangs(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.live.network.front import gateway

    assert ask(client) == PING
    monkeypatch.setattr(gateway, "DEAF", 1.5)
    first = sound.front
    time.sleep(4)
    assert sound.front == first
    assert sound.said == []


def test_what_is_no_record_ends_the_connection_and_the_front_comes_again(
    sound: Sound, client: socket.socket
) -> None:
    assert ask(client) == PING
    first = sound.front
    sound.gateway._splitter._rest += b"\xff\xff\xff\xff"  # as if a front had lost its mind
    client.send(PING)
    until(lambda: sound.front != first)
    assert ask(client) == PING
    assert "a record of 4294967295 bytes" in sound.gateway.faults.problem


def test_it_ends_with_its_last_answers_and_leaves_no_process() -> None:
    here = Sound()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(10)
        sender.connect(("127.0.0.1", here.port))
        assert ask(sender) == PING
        process: Any = here.gateway._front._process
        here.gateway.outbox.put(b"the last words", Peer(*sender.getsockname()))
        here.end()
        assert sender.recv(64) == b"the last words"
    assert process.poll() == 0
    assert not here.gateway.alive
    here.gateway.stop()  # twice is no harm


def test_a_system_that_starts_no_process_for_a_while_is_asked_again(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae import child

    assert ask(client) == PING
    begin = child.start
    refused: list[Exception] = []

    def start(*arguments: Any, **options: Any) -> Any:
        if len(refused) < 3:
            refused.append(OSError("too many files") if len(refused) < 2 else ValueError("?"))
            raise refused[-1]
        return begin(*arguments, **options)

    monkeypatch.setattr(child, "start", start)
    os.kill(sound.front, signal.SIGKILL)
    assert ask(client) == PING
    assert len(refused) == 3
    assert "no network process: too many files" in sound.said
    assert any("ValueError('?')" in line for line in sound.said)
