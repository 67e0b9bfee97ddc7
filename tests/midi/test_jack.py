"""The whole way, through RtMidi and JACK's own MIDI: a controller, the process, a daemon."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo
from musicvae.live.daemon import Daemon
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.midi.door import RtMidiDoor, _PythonRtMidi, _RtMidi2
from musicvae.midi.starting import Midi, list_ports
from tests.live.jack import Jack, needs_jack, wait_for
from tests.midi.cable import Cable


class Silence:
    """A decoder without a file."""

    def __init__(self) -> None:
        self.info = ArtifactInfo("clip", "test", "clip", 8000, 1, 3, 4000)

    def decode(self, latents: Any, /) -> Any:
        return np.zeros((len(latents), 4000, 1), np.float32)


@pytest.fixture(scope="module")
def jack() -> Iterator[Jack]:
    needs_jack()
    with Jack(256, "musicvae-midi-test") as running:
        yield running


@pytest.fixture
def room(jack: Jack, monkeypatch: pytest.MonkeyPatch) -> Jack:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack.name)
    return jack


def binding(name: str) -> Callable[[int], Any]:
    pytest.importorskip(name, reason=f"{name}, which hears MIDI, is not installed")
    return _PythonRtMidi if name == "rtmidi" else _RtMidi2


@pytest.mark.parametrize("name", ["rtmidi", "rtmidi2"])
def test_either_binding_lists_and_hears(
    room: Jack, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = binding(name)
    monkeypatch.setattr("musicvae.midi.door._maker", lambda: make)
    heard: list[bytes] = []
    door = RtMidiDoor()
    wait_for(lambda: door.ports() == [])
    with Cable() as cable:
        wait_for(lambda: door.ports() == ["nanoKONTROL2:out"])
        opened = door.open("nanoKONTROL2:out", heard.append)

        def all_heard() -> bool:
            cable.send("b00a01", "903c40", "d07f")  # a loaded server loses some
            return set(heard) == {b"\xb0\x0a\x01", b"\x90\x3c\x40", b"\xd0\x7f"}

        wait_for(all_heard)
        opened.close()
        cable.send("b00a02")
    wait_for(lambda: door.ports() == [])
    assert b"\xb0\x0a\x02" not in heard


def test_a_controller_plays_a_daemon_and_comes_back(room: Jack, tmp_path: Path) -> None:
    if find_spec("rtmidi") is None and find_spec("rtmidi2") is None:
        pytest.skip("python-rtmidi or rtmidi2, which hears MIDI, is not installed")
    said: list[str] = []
    with (
        Daemon(Silence(), output="null", port=0, presets=tmp_path / "presets") as daemon,
        Midi(daemon.parts, "", "", said.append),
    ):
        deck = daemon.parts.engine.decks["a"]

        def turned(value: str, gain: float) -> bool:
            cable.send(f"b007{value}")  # again and again: JACK connects some cycles later
            return float(deck.gain_db) == gain

        wait_for(lambda: any("waiting for it" in line for line in said), 60)
        for _ in range(2):
            with Cable() as cable:
                wait_for(lambda: said[-1] == "MIDI: nanoKONTROL2:out", 60)
                wait_for(lambda: turned("00", -48.0), 60)
                wait_for(lambda: turned("7f", 6.0), 60)
            wait_for(lambda: said[-1].startswith("MIDI: nanoKONTROL2:out is gone"))
        assert daemon.status()["faults"] == 0
        assert daemon.status()["messages_refused"] == 0


def test_a_client_is_answered_by_the_process(room: Jack, tmp_path: Path) -> None:
    if find_spec("rtmidi") is None and find_spec("rtmidi2") is None:
        pytest.skip("python-rtmidi or rtmidi2, which hears MIDI, is not installed")
    with (
        Daemon(Silence(), output="null", port=0, presets=tmp_path / "presets") as daemon,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(60)

        def ask(address: str, *values: str) -> Any:
            client.sendto(message(address, *values), ("127.0.0.1", daemon.port))
            return packets.read(client.recv(2000))[0]

        assert ask("/midi/save", "mine").address == "/fail"  # nothing does it yet
        with Midi(daemon.parts, "", "", lambda line: None):
            wait_for(lambda: ask("/midi/save", "mine").address == "/done", 60)
            assert ask("/midi/learn", "/nonsense").address == "/fail"
        assert (tmp_path / "presets/midi/mine.json").is_file()
        wait_for(lambda: ask("/midi/save", "mine").address == "/fail", 60)
        assert daemon.status()["faults"] == 0


def test_ports_are_listed_by_a_process_of_their_own(room: Jack) -> None:
    pytest.importorskip("rtmidi", reason="python-rtmidi, which hears MIDI, is not installed")
    with Cable():
        wait_for(lambda: list_ports() == ["nanoKONTROL2:out"])
