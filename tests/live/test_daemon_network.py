"""The daemon in this process, as other hosts see it: UDP and TCP, subscribers, time tags."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage

import musicvae
from musicvae.live.daemon import Daemon
from musicvae.live.osc.timetags import ntp
from musicvae.live.outputs.output import Null

RATE = 16_000


def test_hostile_packets_then_ping(
    decoder: Any, make_client: Any, osc: Callable[..., bytes], hostile_packets: list[bytes]
) -> None:
    with Daemon(decoder, output="null", port=0) as daemon:
        client = make_client(daemon.port)
        for data in hostile_packets:
            client.send(data)
        assert client.ask(osc("/ping"), "/pong") == []
        client.sync()
        status: Any = daemon.status()
        # One of them is well-formed and dated in the future, one asks for a model by a path.
        refused = status["packets_refused"] + status["messages_refused"]
        assert (refused, status["faults"]) == (17, 0)
        assert status["model"] == "test"


def test_the_network_cannot_look_into_folders(models: Path, make_client: Any) -> None:
    outside = models.parent / "secret.onnx"
    outside.write_bytes((models / "jazz.onnx").read_bytes())
    with Daemon(models, output=Null(RATE), port=0, takes=models.parent / "takes") as daemon:
        client = make_client(daemon.port)
        for name in ("../secret", "../secret.onnx", str(outside), str(outside.with_suffix(""))):
            assert "no model of that name" in client.failed("/model/load", name)
            assert "cannot be a name" in client.failed("/record/start", name)
            assert "cannot be a name" in client.failed("/preset/save", name)
        assert client.status()["model"] == "jazz"
    assert not list(models.parent.glob("*.wav"))


def test_a_bundle_is_heard_when_it_is_due(
    models: Path, make_client: Any, osc: Any, bundle: Any, tmp_path: Path
) -> None:
    options: Any = {"takes": tmp_path, "honour_timetags": True}
    with Daemon(models, output=Null(RATE, block=64), port=0, **options) as daemon:
        client = make_client(daemon.port)
        client.done("/record/start", "one")
        earliest, said = daemon.parts.engine.frame, time.time()
        client.send(bundle(osc("/mute", 1), osc("/deck/b/mute", 1), when=ntp(said + 0.3)))
        client.send(bundle(osc("/gain", -1.0), when=ntp(said - 5)))
        client.send(bundle(osc("/gain", -2.0), when=ntp(12.5)))  # TouchDesigner's, since its start
        client.ask(osc("/ping"), "/pong")
        latest, heard = daemon.parts.engine.frame, time.time()
        while not daemon.parts.engine.decks["a"].muted:
            time.sleep(0.01)
        client.done("/record/stop")
    score = (tmp_path / "one.score.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in score.splitlines()[1:-1]]
    frames = {json.dumps(line["do"]): line["frame"] for line in lines}
    muted = frames[json.dumps([["/deck/a/mute", 1], ["/deck/b/mute", 1]])]
    # Between sending and hearing, so much of the 0.3 s had passed by the wall clock.
    assert earliest + (0.3 - (heard - said)) * RATE - 1 <= muted <= latest + 0.3 * RATE + 1
    for gain in (-1.0, -2.0):
        assert earliest <= frames[json.dumps([["/deck/a/gain", gain]])] <= latest + 64


def test_who_subscribes_is_told_until_it_leaves(
    models: Path, make_client: Any, osc: Callable[..., bytes]
) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        client.say("/notify", 1)
        assert client.receive() == ("/done", ["/notify", 1])
        client.say("/latent", 1.0, 1.0, 1.0)
        level = -120.0
        while level < -40:
            address, values = client.receive()
            assert address in ("/status.reply", "/peak")
            if address == "/peak":
                assert len(values) == 2
                level = max(values)
            else:
                assert values[:2] == ["model", "jazz"]
        client.ask(osc("/notify", 0), "/done")
        time.sleep(0.3)  # three rounds of the housekeeper: one may have been under way
        client.socket.setblocking(False)
        rest = []
        while True:
            try:
                rest.append(client.receive()[0])
            except BlockingIOError:
                break
        assert len(rest) <= 2


class Line:
    """A TCP connection that speaks OSC 1.0: a size before each packet."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(len(data).to_bytes(4, "big") + data)

    def receive(self) -> tuple[str, list[Any]]:
        size = int.from_bytes(self.file.read(4), "big")
        message = OscMessage(self.file.read(size))
        return message.address, list(message.params)

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def test_all_of_it_works_over_tcp(models: Path, osc: Callable[..., bytes]) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        line = Line(daemon.port)
        line.send(osc("/notify", 1))
        assert line.receive() == ("/done", ["/notify", 1])
        heard = {line.receive()[0] for _ in range(6)}
        assert heard == {"/status.reply", "/peak"}
        line.send(osc("/deck/b/model/load", "metal"))
        while line.receive() != ("/done", ["/deck/b/model/load", "metal"]):
            pass
        line.close()  # and nobody is told any more
        while daemon.parts.dispatcher._clients.subscribers.current(time.monotonic()):
            time.sleep(0.01)
        assert daemon.status()["faults"] == 0


def test_the_start_is_told_to_the_reply_port(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        port = listening.getsockname()[1]
        monkeypatch.setattr("musicvae.live.daemon.DEFAULT_REPLY_PORT", port)
        with Daemon(models, output=Null(RATE), port=0) as any_port:
            free = any_port.port  # and nobody is told of it: no patch would wait for that one
        with Daemon(models, output=Null(RATE), port=free):
            heard = OscMessage(listening.recv(65536))
        assert heard.address == "/startup"
        assert list(heard.params) == [musicvae.__version__, free]


def test_localhost_is_heard_over_ipv6_too(models: Path, osc: Callable[..., bytes]) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        if "::1" not in daemon.parts.hosts:
            pytest.skip("this machine has no IPv6")
        assert f"127.0.0.1 port {daemon.port}, also ::1" in "\n".join(daemon.greeting())
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            client.connect(("::1", daemon.port))
            client.send(osc("/ping", 7))
            assert OscMessage(client.recv(2000)).params == [7]
            client.send(osc("/model/list"))  # answered by another thread
            assert OscMessage(client.recv(2000)).address == "/model/list.reply"
        with socket.create_connection(("::1", daemon.port), timeout=10) as stream:
            stream.sendall(b"\xc0" + osc("/ping", 8) + b"\xc0")
            assert b"/pong" in stream.recv(2000)
        assert daemon.status()["answers_lost"] == 0


def test_a_preset_whose_name_is_a_number(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        client = make_client(daemon.port)
        assert client.done("/preset/save", 1) == ["1"]
        assert client.done("/preset/load", 1.0) == ["1"]
        assert client.done("/preset/load", "1") == ["1"]
        assert [path.name for path in models.glob("presets/*/*")] == ["1.json"]
