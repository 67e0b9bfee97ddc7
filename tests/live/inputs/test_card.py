"""A device that records, with a stand-in for sounddevice and over JACK."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from musicvae.errors import DeviceError
from musicvae.live.inputs.card import InputCard
from musicvae.live.inputs.choosing import choose
from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.outputs import devices

RATE = 48_000
MICROPHONE = {
    "name": "Built-in Microphone",
    "max_input_channels": 1,
    "max_output_channels": 0,
    "default_samplerate": 44_100.0,
    "hostapi": 0,
}
SPEAKERS = {
    "name": "MacBook Pro Speakers",
    "max_input_channels": 0,
    "max_output_channels": 2,
    "default_samplerate": 48_000.0,
    "hostapi": 0,
}


class Stream:
    """Its device brings a block whenever a test says so."""

    opened: ClassVar[list[Stream]] = []
    only_rate = 0

    def __init__(self, **options: Any) -> None:
        if self.only_rate and options["samplerate"] != self.only_rate:
            raise self.error("Invalid sample rate")
        self.options, self.latency, self.active = options, 0.01, False
        self.closed = False
        self.opened.append(self)

    error: type[Exception] = Exception

    def start(self) -> None:
        self.active = True

    def stop(self) -> None:
        self.active = False
        self.options["finished_callback"]()

    def close(self) -> None:
        self.closed = True

    def bring(self, value: float) -> None:
        block = np.full((self.options["blocksize"], self.options["channels"]), value, np.float32)
        self.options["callback"](block, len(block), None, SimpleNamespace())


@pytest.fixture
def machine(helper: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    fakes = helper("live/outputs/sounddevices")
    sounddevice = fakes.install(monkeypatch, SPEAKERS, MICROPHONE, default=0)
    sounddevice.default = SimpleNamespace(device=(1, 0))
    monkeypatch.setattr(Stream, "error", sounddevice.PortAudioError)
    monkeypatch.setattr(Stream, "only_rate", 0)
    monkeypatch.setattr(Stream, "opened", [])
    sounddevice.InputStream = Stream
    return sounddevice


def test_the_default_microphone_is_heard(machine: Any) -> None:
    card = InputCard(None, RATE, 256)
    (stream,) = Stream.opened
    assert (card.name, card.sample_rate) == ("Built-in Microphone", RATE)
    assert stream.options["channels"] == 1
    card.start()
    out = np.zeros((256, 2), np.float32)
    card.read(out)
    assert np.isnan(out).all()  # nothing yet
    for _ in range(6):
        stream.bring(0.25)
    for _ in range(2):
        card.read(out)
    np.testing.assert_allclose(out, 0.25, atol=1e-3)
    assert 10 < card.latency_ms < 30
    stream.active = False
    card.look()
    assert card.gone
    card.stop()
    card.stop()
    assert stream.closed


def test_another_rate_is_opened_where_that_of_the_engine_is_not(machine: Any) -> None:
    Stream.only_rate = 44_100
    assert InputCard("built-in", RATE, 256).sample_rate == 44_100
    Stream.only_rate = 8000
    with pytest.raises(DeviceError, match=r"does not open at 48000 Hz.*Built-in Microphone"):
        InputCard(None, RATE, 256)
    with pytest.raises(DeviceError, match=r"no such microphone.*1 Built-in"):
        InputCard("Scarlett", RATE, 256)
    machine.query_devices = lambda: [SPEAKERS]
    with pytest.raises(DeviceError, match="there is no microphone"):
        InputCard(None, RATE, 256)


def test_a_lost_device_is_tried_again(
    machine: Any, wait_for: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.outputs.supervised._RETRY", 0.05)
    heard = ReconnectingInput(None, RATE, 256)
    states: list[str] = []
    heard.on_change = states.append
    heard.start()
    out = np.zeros((256, 2), np.float32)
    Stream.opened[0].active = False
    wait_for(lambda: heard.reconnects == 1)
    assert states[0].startswith("lost: the microphone")
    assert states[-1] == heard.state == "Built-in Microphone"
    for _ in range(6):
        Stream.opened[-1].bring(0.5)
    for _ in range(2):
        heard.read(out)
    np.testing.assert_allclose(out, 0.5, atol=1e-3)
    devices.refresh()  # PortAudio closes all
    wait_for(lambda: heard.reconnects == 2)
    assert Stream.opened[1].closed
    heard.stop()
    heard.read(out)
    assert np.isnan(out).all()
    assert devices.holders == []
    assert heard.faults.count == 0


def test_a_laptop_would_howl(machine: Any) -> None:
    def howls(name: str) -> bool:
        output: Any = SimpleNamespace(name=name, shares=False)
        return ReconnectingInput(None, RATE, 256, output).howls

    assert howls("MacBook Pro Speakers")
    assert not howls("External Headphones")
    assert not howls("Scarlett 2i2")
    to_file = choose("", RATE, 256)
    assert (to_file.howls, to_file.feeds_back) == (False, False)
    assert "Built-in Microphone" in devices.list_inputs()
    assert "Microphone" not in devices.list_devices()


def test_what_another_program_plays_into_jack_is_heard(
    jack: Any, jacks: Any, wait_for: Callable[..., None], callback: str
) -> None:
    """``jack_metro`` clicks four times a second."""
    try:
        clicks = ["jack_metro", "-b", "240", "-A", "0.8", "-D", "20", "-n", "metro"]
        metro = subprocess.Popen(clicks)
    except FileNotFoundError:
        pytest.skip("jack_metro is not installed (Debian: jack-example-tools)")
    heard, ports = ReconnectingInput("system", RATE, 512), jacks.ports
    try:
        heard.start()
        wait_for(lambda: all(map(ports, ("metro:", "in_0", "in_1"))))
        for port in (ports("in_0")[0], ports("in_1")[0]):
            subprocess.run(["jack_connect", ports("metro:")[0], port], check=True)
        blocks: list[np.ndarray] = []
        started = time.perf_counter()
        while len(blocks) < 300:  # as an output would ask, at its own pace
            out = np.zeros((512, 2), np.float32)
            heard.read(out)
            blocks.append(out)
            time.sleep(max(0.0, started + len(blocks) * 512 / RATE - time.perf_counter()))
    finally:
        heard.stop()
        metro.terminate()
        metro.wait()
    sound = np.nan_to_num(np.concatenate(blocks))
    loud = np.abs(sound).max(axis=1) > 0.2
    places = np.flatnonzero(loud)
    begins = places[np.concatenate([[True], np.diff(places) > 4000])]
    assert 2 <= len(begins) <= 14  # some may be missing where the machine was late
