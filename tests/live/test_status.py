from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import musicvae
from musicvae.errors import DeviceError
from musicvae.live.daemon import Daemon
from musicvae.live.network.peers import Peer
from musicvae.live.network.tcp import MAX_CONNECTIONS
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.outputs.clocked import Null
from musicvae.live.status import FIELDS, flat

RATE = 16_000
KINDS = {"s": str, "i": int, "f": float}


class Card(Null):
    """Nowhere, with the figures of a sound card."""

    def __init__(self) -> None:
        super().__init__(RATE, block=160)
        self.latency_ms, self.queue_ms = 25.0, 15.0
        self.underruns, self.reconnects, self.state = 3, 2, "lost: no card, trying again"


def test_every_documented_field_is_there_with_its_type_and_nothing_else(models: Path) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        status = daemon.status()
    assert list(status) == [name for name, _, _ in FIELDS]
    kinds = {name: KINDS[kind] for name, kind, _ in FIELDS}
    assert {name: type(value) for name, value in status.items()} == kinds


def test_what_the_output_says_is_passed_on_and_the_latencies_add_up(models: Path) -> None:
    with Daemon([models / "wide.onnx", models / "loops.onnx"], output=Card(), port=0) as daemon:
        while not daemon.parts.engine.decks["b"].shape.latent_dim:
            time.sleep(0.01)
        status: Any = daemon.status()
    assert (status["queue_ms"], status["device_ms"]) == (15.0, 10.0)
    assert (status["underruns"], status["reconnects"]) == (3, 2)
    assert status["output"] == "lost: no card, trying again"
    # The model is 30 samples of 12 kHz late by itself, and resampling to 16 kHz adds to that.
    assert 2.5 < status["stream_ms"] < 10
    assert status["decode_ms"] > 0
    parts = ("queue_ms", "device_ms", "stream_ms", "decode_ms")
    assert status["latency_ms"] == pytest.approx(sum(status[name] for name in parts))


def test_decks_and_mix_are_told_as_they_were_set(models: Path, make_client: Any) -> None:
    first = [models / "jazz.onnx", models]
    with Daemon(first, output=Null(RATE), port=0, gain_db=-3) as daemon:
        client = make_client(daemon.port)
        client.sync()
        status = client.status()
        assert (status["model"], status["genre"], status["latents"]) == ("jazz", "jazz", 4)
        assert (status["playing"], status["gain"]) == (1, -3)
        assert (status["model_b"], status["latents_b"], status["crossfade"]) == ("", 0, 0)
        client.done("/deck/b/model/load", "wide")
        client.say("/deck/b/gain", -7.5)
        client.say("/deck/b/play", 0)
        client.say("/play", 0)
        client.say("/crossfade", 0.25)
        client.sync()
        status = client.status()
    assert (status["model_b"], status["latents_b"]) == ("wide", 6)
    assert (status["gain_b"], status["playing_b"]) == (-7.5, 0)
    assert (status["playing"], status["crossfade"]) == (0, 0.25)
    assert (status["version"], status["rate"]) == (musicvae.__version__, RATE)
    assert status["output"] == "nowhere"


def test_everything_that_is_counted_is_counted(
    models: Path, make_client: Any, osc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        assert daemon.status()["since_packet"] == -1
        client = make_client(daemon.port)
        client.send(b"garbage!!")
        client.say("/quux")
        client.say("/gain", 999.0)
        client.ask(osc("/ping"), "/pong")
        status = client.status()
        assert (status["packets_received"], status["packets_refused"]) == (5, 1)
        assert (status["messages_refused"], status["faults"]) == (2, 0)
        assert status["since_packet"] >= 0
        before = status["seconds"]
        while client.status()["seconds"] == before:
            pass
        monkeypatch.setattr(daemon.parts.repertoire.library, "tapes", lambda: 1 / 0)
        reason = client.failed("/tape/list")
        assert "an error in musicvae" in reason
        assert client.status()["faults"] == 1


def test_what_is_lost_on_the_network_is_counted(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon, ExitStack() as stack:
        client = make_client(daemon.port)
        address = ("127.0.0.1", daemon.port)
        lines = [
            stack.enter_context(socket.create_connection(address, timeout=10))
            for _ in range(MAX_CONNECTIONS + 1)
        ]
        assert lines[-1].recv(16) == b""  # one too many
        lines[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert lines[0].recv(16) == b""
        daemon.parts.receiver.outbox.put(b"for nobody", Peer("127.0.0.1", 9, "tcp"))
        lost = ("connections_refused", "connections_dropped", "answers_lost")
        while [client.status()[name] for name in lost] != [1, 1, 1]:
            time.sleep(0.01)


def test_latents_that_newer_ones_replace_are_counted(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE, block=4000), port=0) as daemon:
        client = make_client(daemon.port)
        while client.status()["coalesced"] < 3:
            for _ in range(10):  # blocks are 0.25 s long, so most of these meet
                client.say("/latent", 1.0)


def test_the_level_and_the_load_are_those_of_the_sound(models: Path, make_client: Any) -> None:
    with Daemon(models, output=Null(RATE), port=0, source="held") as daemon:
        client = make_client(daemon.port)
        assert client.status()["level"] == -120
        client.say("/latent", 2.0, 2.0, 2.0, 2.0)
        while client.status()["level"] < -12:
            pass
        status = client.status()
        while status["load"] == 0:
            status = client.status()
        assert 0 < status["load"] < 1
        client.say("/panic")
        while client.status()["level"] > -30:  # falls by 20 dB a second
            client.say("/mute", 1)
            time.sleep(0.05)


def test_a_recording_is_named_while_it_runs(models: Path, make_client: Any, tmp_path: Path) -> None:
    with Daemon(models, output=Null(RATE), port=0, takes=tmp_path) as daemon:
        client = make_client(daemon.port)
        assert client.status()["recording"] == ""
        client.done("/record/start", "one")
        assert client.status()["recording"] == "one.wav"
        client.done("/record/stop")
        assert client.status()["recording"] == ""


def test_a_decode_that_fails_is_counted_and_told(decoder: Any, make_client: Any) -> None:
    def fail(latents: Any, /) -> Any:
        if latents.any():
            raise DeviceError("it broke")
        return healthy(latents)

    healthy, decoder.decode = decoder.decode, fail
    with Daemon(decoder, output=Null(8000), port=0) as daemon:
        client = make_client(daemon.port)
        client.say("/latent", 1.0)
        while not client.status()["decode_failed"]:
            pass
        assert "it broke" in daemon.parts.first_voice.work.problem


def test_the_longest_reply_fits_a_datagram_whole(models: Path) -> None:
    with Daemon(models, output=Null(RATE), port=0) as daemon:
        status = daemon.status()
    longest = {
        name: "Ж" * 500 if isinstance(value, str) and name != "version" else value
        for name, value in status.items()
    }
    data = message("/status.reply", *flat(longest))
    assert len(data) <= 1400
    (read,) = packets.read(data)
    assert list(read.arguments[::2]) == list(status)
    assert read.arguments[-1] == longest["decks"]
    assert set(str(read.arguments[1])) == {"Ж"}
