"""One device stream that plays and records: with a stand-in, and over JACK."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from musicvae.errors import DeviceError
from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.inputs.shared import SharedCard
from musicvae.live.outputs.output import opener
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.outputs.soundcard import SoundCard

RATE, BLOCK = 48_000, 256
INTERFACE = {
    "name": "Interface",
    "max_input_channels": 1,
    "max_output_channels": 2,
    "default_samplerate": 48_000.0,
    "hostapi": 0,
}
OTHER = INTERFACE | {"name": "Other"}
Wait = Callable[[Callable[[], bool]], None]


class Stream:
    """A device stream, whose callback a test calls."""

    opened: ClassVar[list[Stream]] = []
    refused: ClassVar[set[int]] = set()
    kind = "duplex"

    def __init__(self, **options: Any) -> None:
        if self.kind == "duplex" and options["device"] in self.refused:
            raise self.error("Invalid device combination")
        self.options, self.active, self.closed = options, False, False
        self.latency: Any = (0.01, 0.02) if self.kind == "duplex" else 0.02
        self.opened.append(self)

    error: type[Exception] = Exception

    def start(self) -> None:
        self.active = True

    def stop(self) -> None:
        self.active = False
        self.options["finished_callback"]()

    def close(self) -> None:
        self.closed = True

    def exchange(self, value: float) -> np.ndarray:
        heard = np.full((BLOCK, self.options["channels"][0]), value, np.float32)
        out = np.zeros((BLOCK, self.options["channels"][1]), np.float32)
        self.options["callback"](heard, out, BLOCK, None, SimpleNamespace(output_underflow=False))
        return out


class Playing(Stream):
    kind = "output"


class Hearing(Stream):
    kind = "input"


@pytest.fixture
def machine(helper: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    fakes = helper("live/outputs/sounddevices")
    sounddevice = fakes.install(monkeypatch, INTERFACE, OTHER, default=0)
    sounddevice.default = SimpleNamespace(device=(0, 0))
    monkeypatch.setattr(Stream, "error", sounddevice.PortAudioError)
    monkeypatch.setattr(Stream, "opened", [])
    monkeypatch.setattr(Stream, "refused", set())
    monkeypatch.setattr("musicvae.live.outputs.supervised._RETRY", 0.02)
    monkeypatch.setattr("musicvae.live.outputs.supervised._LOOK", 0.005)
    sounddevice.Stream, sounddevice.OutputStream = Stream, Playing
    sounddevice.InputStream = Hearing
    return sounddevice


def kinds() -> list[str]:
    return [stream.kind for stream in Stream.opened if not stream.closed]


def both(microphone: str, device: str = "Interface") -> tuple[Reconnecting, ReconnectingInput]:
    options = {"sample_rate": RATE, "block": BLOCK, "microphone": microphone}
    output = Reconnecting(opener(device, **options))
    return output, ReconnectingInput(microphone or None, RATE, BLOCK, output)


def test_one_device_is_opened_once(machine: Any, wait_for: Wait) -> None:
    output, heard = both("")
    (stream,) = Stream.opened
    assert (stream.kind, stream.options["channels"]) == ("duplex", (1, 2))
    assert (heard.name, heard.shared, heard.drift_ppm) == ("Interface", True, 0.0)
    heard.start()
    output.start(lambda out: out.fill(0.5))
    stream.exchange(0.25)
    out = np.zeros((BLOCK, 2), np.float32)
    heard.read(out)
    assert (out == 0.25).all()
    # The first block may be played while the next is rendered: then it waits no longer.
    assert heard.latency_ms + output.latency_ms >= 30
    heard.stop()
    output.stop()
    assert stream.closed


def test_a_device_that_cannot_do_both_at_once_is_opened_twice(machine: Any) -> None:
    Stream.refused = {0}
    output, heard = both("Interface")
    assert (kinds(), heard.shared, output.shares) == (["output", "input"], False, False)
    heard.stop()
    output.stop()


def test_another_microphone_is_a_device_stream_of_its_own(machine: Any) -> None:
    output, heard = both("Other")
    assert kinds() == ["output", "input"]
    assert (heard.name, heard.shared) == ("Other", False)
    with pytest.raises(ValueError, match="nothing to share"):
        SharedCard(output)
    heard.stop()
    output.stop()


def test_the_input_follows_the_output_to_another_card_and_back(
    machine: Any, wait_for: Wait
) -> None:
    output, heard = both("Interface")
    said: list[str] = []
    heard.on_change = said.append
    heard.start()
    output.start(lambda out: out.fill(0.0))
    options = {"sample_rate": RATE, "block": BLOCK, "microphone": "Interface"}
    output.switch(opener("Other", **options))
    wait_for(lambda: heard.there and not heard.shared)
    assert kinds() == ["output", "input"]
    output.switch(opener("Interface", **options))
    wait_for(lambda: heard.there and heard.shared)
    wait_for(lambda: kinds() == ["duplex"])
    assert (heard.reconnects, said) == (0, [])
    heard.stop()
    output.stop()


def test_between_two_cards_there_is_a_gap(machine: Any, wait_for: Wait) -> None:
    output, heard = both("Interface")
    heard.start()
    output.start(lambda out: out.fill(0.0))
    options = {"sample_rate": RATE, "block": BLOCK, "microphone": "Interface"}
    out = np.zeros((BLOCK, 2), np.float32)
    heard.read(out)
    output.switch(opener("Other", **options))
    wait_for(lambda: heard.there and not heard.shared)
    heard.read(out)
    output.switch(opener("Interface", **options))
    wait_for(lambda: heard.there and heard.shared)
    Stream.opened[-1].exchange(0.25)
    heard.read(out)
    assert np.isnan(out).all()  # though sound of the other card is there
    Stream.opened[-1].exchange(0.5)
    heard.read(out)
    assert (out == 0.5).all()
    heard.stop()
    output.stop()


def test_both_are_lost_and_come_back_together(machine: Any, wait_for: Wait) -> None:
    output, heard = both("")  # the default, which will be another one when it is back
    said: list[str] = []
    heard.on_change = said.append
    heard.start()
    output.start(lambda out: out.fill(0.0))
    machine.query_devices = lambda: [OTHER]
    Stream.opened[0].stop()
    wait_for(lambda: output.state.startswith("lost") and not heard.there)
    out = np.zeros((BLOCK, 2), np.float32)
    heard.read(out)
    assert np.isnan(out).all()
    with pytest.raises(DeviceError, match="the sound card is lost"):
        heard._opened()  # though the other microphone could be opened
    machine.query_devices = lambda: [OTHER, INTERFACE]
    wait_for(lambda: output.reconnects == 1 and heard.reconnects == 1)
    assert (heard.shared, kinds()) == (True, ["duplex"])
    assert said[0].startswith("lost: the microphone 'Interface' went away")
    assert said[-1] == "Interface"
    heard.stop()
    output.stop()
    assert (heard.faults.count, output.faults.count) == (0, 0)


def test_what_was_played_is_heard_sample_for_sample_and_after_a_loss(
    jack: Any, jacks: Any, callback: str, wait_for: Wait
) -> None:
    """The ports are connected to each other; the server dies, and is started again."""
    options = {"sample_rate": RATE, "block": 512, "microphone": "system"}
    output = Reconnecting(opener("system", **options))
    assert isinstance(output.card, SoundCard)
    heard = ReconnectingInput("system", RATE, 512, output)
    assert heard.shared
    played, came = [0], []

    def render(out: Any) -> None:
        """Play a count, and keep what comes back."""
        block = np.zeros((len(out), 2), np.float32)
        heard.read(block)
        came.append(block[:, 0].copy())
        counts = (played[0] + np.arange(len(out))) % 4096
        out[:] = (0.5 + counts / 16384).astype(np.float32)[:, None]
        played[0] += len(out)

    def connect() -> None:
        wait_for(lambda: all(map(jacks.ports, ("PortAudio:in_0", "PortAudio:out_0"))))
        subprocess.run(["jack_connect", "PortAudio:out_0", "PortAudio:in_0"], check=True)

    try:
        heard.start()
        output.start(render)
        connect()
        wait_for(lambda: rising(came) > 20)
        jack.kill()
        wait_for(lambda: output.state.startswith("lost") and not heard.there)
        came.clear()
        wait_for(lambda: len(came) > 5)
        assert np.isnan(came[-1]).all()  # the engine goes on, with a fade
        jack.start()
        wait_for(lambda: heard.reconnects == 1)
        connect()
        came.clear()
        wait_for(lambda: rising(came) > 20)
    finally:
        heard.stop()
        output.stop()
    assert (heard.faults.count, output.faults.count) == (0, 0)


def rising(came: list[np.ndarray]) -> int:
    """How many blocks hold a count without a gap, as it was played."""
    whole = 0
    for block in [*came]:
        counts = np.round((block.astype(np.float64) - 0.5) * 16384)
        whole += bool((np.diff(counts) % 4096 == 1).all() and (block >= 0.5).all())
    return whole
