"""A daemon goes on with what another one played."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.daemon import Daemon
from musicvae.live.last_state import LastState, State
from tests.live.going_on import RATE, resumed, started, until


def described(last: LastState) -> dict[str, list[Any]]:
    state = last.read()
    messages = [] if state is None else [m for event in state.events for m in event]
    # A source moves the latents of a deck that holds what is set.
    return {m[0]: m[1:] for m in messages if m[0] != "/deck/b/moment"}


def test_another_daemon_plays_on(models: Path, make_client: Any) -> None:
    last = LastState()
    first = started(models, last)
    client = make_client(first.port)
    client.done("/deck/b/model/load", "metal")
    for message in (
        ("/crossfade", 0.25),
        ("/latent/2", 1.5),
        ("/deck/b/gain", -7.0),
        ("/deck/b/mute", 1),
        ("/input/gate", -33.0),
        ("/play", 0),
        ("/freeze", 1),
        ("/deck/b/hold", 1),
    ):
        client.say(*message)
    client.sync()
    until(lambda: described(last).get("/deck/a/play") == [0])
    before, port = described(last), first.port
    state = last.read()
    first.stop()
    assert last.read() is None  # it was asked to end
    assert state is not None
    last.keep(state)
    second = started(models, last)
    try:
        assert second.port == port
        assert second.status()["model_b"] == "metal"
        assert second.parts.engine.decks["b"].gain_db == -7.0
        assert second.parts.engine.decks["b"].muted
        assert not second.parts.engine.decks["a"].playing
        assert second.parts.engine.position == 0.25
        client = make_client(second.port)
        assert client.ask(*asked("/input/gate"))[1:] == [-33.0]
        until(lambda: described(last) == before)  # to the bit, and noted again
        assert second.status()["faults"] == 0
    finally:
        second.stop()


def sounding(daemon: Daemon) -> tuple[float, ...]:
    """The first two latents of deck a."""
    voice = daemon.parts.engine.decks["a"].voice
    assert voice is not None
    return voice.controls.sounding()[:2]


@pytest.mark.parametrize("stand", ["/freeze", "/hold"])
def test_what_stands_still_sounds_as_it_did(models: Path, make_client: Any, stand: str) -> None:
    last = LastState()
    first = started(models, last)
    client = make_client(first.port)

    client.say("/source", "held")
    client.say("/latent", 1.5, -0.5)
    until(lambda: sounding(first) == (1.5, -0.5))
    client.say(stand, 1)
    client.say("/latent", 0.0, 0.0)
    client.say("/latent/scale", 0.5)
    client.sync()
    told = [f"/deck/a{stand}", 1]
    second = resumed(
        models,
        last,
        first,
        lambda state: (
            told in state.events[-1] + state.events[-2]
            and ["/deck/a/latent", 0.0, 0.0] in [m[:3] for e in state.events for m in e]
        ),
    )
    try:
        until(lambda: second.parts.engine.frame > RATE)  # a second later it still does
        assert sounding(second) == (1.5, -0.5)
        make_client(second.port).say(stand, 0)
        until(lambda: sounding(second) == (0.0, 0.0))
        assert second.status()["faults"] == 0
    finally:
        second.stop()


def test_decks_without_a_model_and_what_clients_asked_for_stay(
    models: Path, make_client: Any
) -> None:
    last = LastState()
    first = started(models, last)
    client = make_client(first.port)

    for message in (
        ("/deck/b/gain", -9.0),
        ("/deck/b/mute", 1),
        ("/alias", "/knob", "/latent/0"),
        ("/spectrum", 1),
        ("/notify", 1),
    ):
        client.say(*message)
    client.sync()
    remembered = first.parts.dispatcher.requests.remembered()
    second = resumed(
        models,
        last,
        first,
        lambda state: state.clients == remembered and described(last)["/deck/b/mute"] == [1],
    )
    try:
        deck = second.parts.engine.decks["b"]
        assert deck.voice is None
        assert (deck.gain_db, deck.muted, deck.playing) == (-9.0, True, True)
        assert remembered["alias"] == [["/knob", "/latent/0"]]
        assert second.parts.dispatcher.requests.remembered() == remembered
    finally:
        second.stop()


def asked(address: str) -> tuple[bytes, str]:
    from musicvae.live.osc.replies import message

    return message("/get", address), "/get.reply"


def test_what_is_gone_is_said_and_the_rest_plays(models: Path) -> None:
    last = LastState()
    events: list[list[list[Any]]] = [
        [["/deck/b/model/load", "a model that was removed"]],
        [["/deck/b/gain", -9.0], ["/deck/b/play", 1]],
        [["/crossfade", 0.75]],
        [["/no/such/address", 1], ["/deck/a/tape/load", "gone"], ["/deck/a/gain", -4.0]],
    ]
    last.keep(State(0, events))
    daemon = started(models, last)
    try:
        assert daemon.parts.engine.position == 0.75
        assert daemon.parts.engine.decks["a"].gain_db == -4.0
        assert not daemon.parts.engine.decks["b"].playing
        assert daemon.parts.engine.decks["b"].gain_db == 0.0
        shown: list[str] = []
        daemon.parts.notices.show_with(shown.append)
        assert [text.split(":")[0] for text in shown] == [
            "/deck/b/model/load",
            "/no/such/address",
            "/deck/a/tape/load",
        ]
        assert daemon.status()["model"] == daemon.parts.first_voice.name
    finally:
        daemon.stop()


def test_it_is_noted_without_any_packet(models: Path) -> None:
    last = LastState()
    daemon = started(models, last)
    try:
        until(last.read)
        assert described(last)["/deck/a/play"] == [1]
    finally:
        daemon.stop()


@pytest.fixture
def live(models: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    command = [sys.executable, "-m", "musicvae", "live", str(models), "--out", "null"]
    process = subprocess.Popen(
        [*command, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )

    def startup() -> dict[str, Any]:
        assert process.stdout is not None
        while True:
            said: dict[str, Any] = json.loads(process.stdout.readline())
            if "pid" in said:
                return said

    try:
        yield startup
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="the sound is kept on Linux alone")
def test_the_daemon_plays_on_at_its_port(
    live: Callable[[], dict[str, Any]], make_client: Any
) -> None:
    said = live()
    client = make_client(said["port"])
    client.say("/crossfade", 0.5)
    client.say("/latent/1", 1.25)
    client.sync()
    time.sleep(1.5)
    os.kill(said["pid"], signal.SIGKILL)
    again = live()
    assert again["pid"] != said["pid"]
    assert again["port"] == said["port"]
    client = make_client(said["port"])
    assert client.status()["crossfade"] == 0.5
    client.say("/get", "/latent/1")
    address, values = client.receive()
    assert (address, values) == ("/get.reply", ["/latent/1", 1.25])
