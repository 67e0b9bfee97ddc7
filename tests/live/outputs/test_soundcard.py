"""With a stand-in for the sounddevice module, since a test machine has no sound card."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import devices, soundcard
from musicvae.live.outputs.output import SoundCard, choose, list_devices
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.outputs.ring_writer import FADE

SPEAKERS = {
    "name": "Speakers",
    "max_output_channels": 2,
    "default_samplerate": 48_000.0,
    "hostapi": 0,
}
MICROPHONE = {
    "name": "Microphone",
    "max_output_channels": 0,
    "default_samplerate": 44_100.0,
    "hostapi": 0,
}
HORN = {"name": "Horn", "max_output_channels": 1, "default_samplerate": 22_050.0, "hostapi": 0}


class PortAudioError(Exception):
    pass


class Stream:
    """Its device takes a block whenever a test says so."""

    def __init__(self, **options: Any) -> None:
        if options["samplerate"] == 1234:
            raise PortAudioError("Invalid sample rate")
        self.options = options
        self.latency = 0.02
        self.active = False
        self.log: list[str] = []

    def start(self) -> None:
        self.active = True
        self.log.append("start")

    def stop(self) -> None:
        self.active = False
        self.log.append("stop")
        self.options["finished_callback"]()

    def close(self) -> None:
        self.log.append("close")

    def take(self, late: bool = False) -> Any:
        out = np.full((self.options["blocksize"], self.options["channels"]), np.nan, np.float32)
        self.options["callback"](out, len(out), None, SimpleNamespace(output_underflow=late))
        return out


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def with_devices(*found: dict[str, Any], default: int = -1) -> Any:
        module: Any = ModuleType("sounddevice")
        module.query_devices = lambda: list(found)
        module.query_hostapis = lambda: [{"name": "ALSA"}]
        module.default = SimpleNamespace(device=(-1, default))
        module.PortAudioError = PortAudioError
        module.OutputStream = Stream
        module.log = []
        module._initialized = 1

        def initialize() -> None:
            module.log.append("initialize")
            module._initialized += 1

        def terminate() -> None:
            module.log.append("terminate")
            module._initialized -= 1

        module._initialize, module._terminate = initialize, terminate
        monkeypatch.setitem(sys.modules, "sounddevice", module)
        monkeypatch.setitem(sys.modules, "rtmixer", None)
        monkeypatch.setattr(devices, "_guarded", [module])
        return module

    return with_devices


def test_no_device_names_the_way_out(machine: Callable[..., Any]) -> None:
    machine(MICROPHONE)
    with pytest.raises(DeviceError, match=r"no output device is there.*--out take\.wav"):
        choose(None, 16_000)
    assert list_devices() == "no output device is there"


def test_no_sounddevice_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(DeviceError, match=r"musicvae\[live\].*--out take\.wav"):
        SoundCard()


def test_no_portaudio_names_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        @staticmethod
        def find_spec(name: str, *_: Any) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    with pytest.raises(DeviceError, match=r"PortAudio library not found.*--out take\.wav"):
        SoundCard()


def test_an_unknown_device_lists_those_there_are(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS, MICROPHONE, HORN)
    with pytest.raises(DeviceError, match=r"0 Speakers .*; 2 Horn .*Received: tuba"):
        SoundCard("tuba")
    with pytest.raises(DeviceError, match="no such"):
        SoundCard(1)


def test_devices_are_found_by_number_part_of_name_and_default(
    machine: Callable[..., Any],
) -> None:
    machine(MICROPHONE, SPEAKERS, HORN, default=2)
    assert [SoundCard(device).name for device in (1, "1", "speak", None)] == [
        *["Speakers"] * 3,
        "Horn",
    ]
    machine(MICROPHONE, SPEAKERS)
    assert SoundCard().name == "Speakers"


def test_a_whole_name_goes_before_a_part(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS | {"name": "Horn of plenty"}, HORN)
    assert SoundCard("Horn").channels == 1
    assert SoundCard("horn").channels == 2


def test_the_card_that_is_chosen_is_found_again_by_its_name(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS, HORN, default=1)
    output = choose(None, 16_000, block=64)
    assert isinstance(output, Reconnecting)
    assert (output.name, output.block, output.channels) == ("Horn", 64, 1)
    machine(HORN, SPEAKERS, default=1)  # the default is another one now
    again = output._open()
    assert again.name == "Horn"
    again.stop()
    output.stop()


def test_a_card_that_does_not_open_says_why(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS)
    with pytest.raises(DeviceError, match=r"1234 Hz.*Invalid sample rate.*--rate"):
        SoundCard(sample_rate=1234)


def test_an_option_out_of_range_is_an_error(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS)
    with pytest.raises(SettingError, match=r"number of channels.*1 to 64.*65"):
        SoundCard(channels=65)
    with pytest.raises(SettingError, match=r"time ahead in ms.*1 to 100.*0.5"):
        SoundCard(ahead_ms=0.5)


def test_a_card_gets_as_many_channels_as_it_has(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS | {"max_output_channels": 8})
    assert [SoundCard(channels=wanted).channels for wanted in (1, 2, 64)] == [1, 2, 8]


def test_it_plays_what_is_rendered_ahead(machine: Callable[..., Any], jacks: Any) -> None:
    machine(HORN)
    card = SoundCard(block=64)
    stream = card._stream.native
    assert (card.sample_rate, card.channels, card.callback) == (22_050, 1, "Python")
    assert (card.latency_ms, card.queue_ms) == (20.0, 0.0)
    assert not stream.take().any()  # nothing to play yet
    card.start(lambda block: block.fill(0.25))
    jacks.wait_for(lambda: card.queue_ms > 40)
    assert card.latency_ms == card.queue_ms + 20
    assert card.underruns == 0
    heard = np.concatenate([stream.take() for _ in range(8)])[:, 0]
    fade = round(22_050 * FADE)
    assert 0 < heard[0] < 0.001
    assert (np.diff(heard[:fade]) > 0).all()
    assert (heard[fade:] == 0.25).all()
    stream.take(late=True)
    jacks.wait_for(lambda: card.underruns >= 1)
    assert card.priority in ("real-time 5", "nice -10", "normal")
    stopping = threading.Thread(target=card.stop)
    stopping.start()
    while stopping.is_alive():
        last = stream.take()
        time.sleep(0.001)
    assert last[-1] == 0
    card.stop()
    assert stream.log == ["start", "stop", "close"]
    assert card.failure is None


def test_a_card_that_goes_away_is_a_failure(machine: Callable[..., Any]) -> None:
    machine(SPEAKERS)
    card = SoundCard()
    card.start(lambda block: None)
    card._stream.native.options["finished_callback"]()
    assert card.finished
    assert "went away" in str(card.failure)
    card.stop()


def test_a_card_that_dies_silently_is_a_failure_too(
    machine: Callable[..., Any], jacks: Any
) -> None:
    machine(SPEAKERS)
    card = SoundCard()
    card.start(lambda block: None)
    card._stream.native.active = False
    jacks.wait_for(lambda: card.finished)
    card.stop()
    assert not card.faulty


def test_a_rendering_that_fails_says_so(machine: Callable[..., Any], jacks: Any) -> None:
    machine(SPEAKERS)
    card = SoundCard()

    def broken(block: Any) -> None:
        raise ZeroDivisionError

    card.start(broken)
    jacks.wait_for(lambda: card.finished)
    assert card.faulty
    assert "ZeroDivisionError" in str(card.failure)
    card.stop()


def test_a_close_that_hangs_does_not_hang_the_daemon(
    machine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(SPEAKERS)
    monkeypatch.setattr(soundcard, "_PATIENCE", 0.05)
    monkeypatch.setattr(devices, "_dead", False)
    card = SoundCard()
    go_on = threading.Event()
    stream = card._stream.native
    monkeypatch.setattr(stream, "stop", lambda: stream.log.append(go_on.wait(30)))
    card.stop()
    assert stream.log == []
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "musicvae-closing":
            thread.join()
    assert stream.log == [True]  # not closed, so long after
    assert devices._dead


def test_portaudio_looks_anew(machine: Callable[..., Any]) -> None:
    module = machine(SPEAKERS)
    devices.refresh()
    assert module.log == ["terminate", "initialize"]


def test_portaudio_that_does_not_start_again_is_an_error(machine: Callable[..., Any]) -> None:
    module = machine(SPEAKERS)

    def broken() -> None:
        raise PortAudioError("no host")

    module._initialize = broken
    with pytest.raises(DeviceError, match=r"does not start again.*no host"):
        devices.refresh()
