"""With a stand-in for the sounddevice module, since a test machine has no sound card."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.errors import DeviceError
from musicvae.live.outputs.choice import SoundCard, choose, list_devices

SPEAKERS = {"name": "Speakers", "max_output_channels": 2, "default_samplerate": 48_000.0}
MICROPHONE = {"name": "Microphone", "max_output_channels": 0, "default_samplerate": 44_100.0}
HORN = {"name": "Horn", "max_output_channels": 1, "default_samplerate": 22_050.0}


class PortAudioError(Exception):
    pass


class Stream:
    def __init__(self, **options: Any) -> None:
        if options["samplerate"] == 1234:
            raise PortAudioError("Invalid sample rate")
        self.options = options
        self.latency = 0.02
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("start")

    def stop(self) -> None:
        self.log.append("stop")
        self.options["finished_callback"]()

    def close(self) -> None:
        self.log.append("close")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    def with_devices(*devices: dict[str, Any], default: int = -1) -> ModuleType:
        module = ModuleType("sounddevice")
        module.query_devices = lambda: list(devices)  # type: ignore[attr-defined]
        module.default = SimpleNamespace(device=(-1, default))  # type: ignore[attr-defined]
        module.PortAudioError = PortAudioError  # type: ignore[attr-defined]
        module.OutputStream = Stream  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "sounddevice", module)
        return module

    return with_devices


def test_no_device_names_the_way_out(machine: Callable[..., ModuleType]) -> None:
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


def test_an_unknown_device_lists_those_there_are(machine: Callable[..., ModuleType]) -> None:
    machine(SPEAKERS, MICROPHONE, HORN)
    with pytest.raises(DeviceError, match=r"0 Speakers .*; 2 Horn .*Received: tuba"):
        SoundCard("tuba")
    with pytest.raises(DeviceError, match="no such"):
        SoundCard(1)


def test_devices_are_found_by_number_part_of_name_and_default(
    machine: Callable[..., ModuleType],
) -> None:
    machine(MICROPHONE, SPEAKERS, HORN, default=2)
    assert [SoundCard(device).name for device in (1, "1", "speak", None)] == [
        *["Speakers"] * 3,
        "Horn",
    ]
    machine(MICROPHONE, SPEAKERS)
    assert SoundCard().name == "Speakers"


def test_a_card_that_does_not_open_says_why(machine: Callable[..., ModuleType]) -> None:
    machine(SPEAKERS)
    with pytest.raises(DeviceError, match=r"1234 Hz.*Invalid sample rate.*--rate"):
        SoundCard(sample_rate=1234)


def test_it_renders_in_the_callback_and_counts_underruns(
    machine: Callable[..., ModuleType],
) -> None:
    machine(HORN)
    card = SoundCard(block=64)
    assert (card.sample_rate, card.channels, card.latency_ms) == (22_050, 1, 20.0)
    fill = card._stream.options["callback"]
    out = np.ones((64, 1), np.float32)
    fill(out, 64, None, SimpleNamespace(output_underflow=False))
    assert not out.any()  # nothing to play yet
    card.start(lambda block: block.fill(0.25))
    fill(out, 64, None, SimpleNamespace(output_underflow=True))
    assert (out == 0.25).all()
    assert card.underruns == 1
    card.stop()
    card.stop()
    assert card._stream.log == ["start", "stop", "close"]
    assert card.failure is None


def test_a_card_that_goes_away_is_a_failure(machine: Callable[..., ModuleType]) -> None:
    machine(SPEAKERS)
    card = SoundCard()
    card.start(lambda block: None)
    card._stream.options["finished_callback"]()
    assert card.finished
    assert "went away" in str(card.failure)
