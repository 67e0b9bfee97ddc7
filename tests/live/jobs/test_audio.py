from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.errors import DeviceError, SettingError
from musicvae.live.jobs.audio import AudioJobs
from musicvae.live.options import Options
from musicvae.live.outputs.clocked import Null
from musicvae.live.outputs.devices import Device
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.table import ADDRESSES


class Card:
    """Replaces a sound card; stores how it was opened."""

    recorded = None

    def __init__(self, device: Any, **asked: Any) -> None:
        if device == "absent":
            raise DeviceError("no such sound card")
        self.name = device
        self.asked = {"device": device, **asked}


class Switched(Reconnecting):
    """Stores the cards that it was switched to."""

    def __init__(self) -> None:
        self.name, self.sample_rate, self.channels = "first", 48_000, 2
        self.cards: list[Any] = []

    @property
    def block(self) -> int:
        return int(self.cards[-1]["block"]) if self.cards else 256

    def switch(self, open: Callable[[], Any]) -> None:
        card = open()
        self.cards.append(card.asked)
        self.name = card.name


def said(*message: Any) -> None:
    raise AssertionError(f"nothing was to be said: {message}")


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Switched:
    monkeypatch.setattr("musicvae.live.outputs.output.SoundCard", Card)
    return Switched()


def test_another_device_keeps_the_block_and_another_block_the_device(output: Switched) -> None:
    jobs = AudioJobs(output, Options(device="first", block=256, ahead_ms=3.0, input="mic"))
    assert jobs.block(ADDRESSES.command("/audio/block", values=(128,)), said) == (128,)
    assert jobs.device(ADDRESSES.command("/audio/device", values=("second",)), said) == ("second",)
    assert jobs.block(ADDRESSES.command("/audio/block", values=(512,)), said) == (512,)
    same = {"sample_rate": 48_000, "channels": 2, "ahead_ms": 3.0, "microphone": "mic"}
    assert output.cards == [
        {"device": "first", "block": 128, **same},
        {"device": "second", "block": 128, **same},
        {"device": "second", "block": 512, **same},
    ]


def test_a_device_that_does_not_open_is_not_remembered(output: Switched) -> None:
    jobs = AudioJobs(output, Options(device="first", block=256))
    with pytest.raises(DeviceError, match="no such sound card"):
        jobs.device(ADDRESSES.command("/audio/device", values=("absent",)), said)
    jobs.block(ADDRESSES.command("/audio/block", values=(64,)), said)
    assert [(card["device"], card["block"]) for card in output.cards] == [("first", 64)]
    assert "ahead_ms" not in output.cards[0]  # the sound card's own default


def test_a_file_has_no_device() -> None:
    jobs = AudioJobs(Null(48_000), Options())
    with pytest.raises(SettingError, match="does not go to a device"):
        jobs.device(ADDRESSES.command("/audio/device", values=("horn",)), said)
    with pytest.raises(SettingError, match="does not go to a device"):
        jobs.block(ADDRESSES.command("/audio/block", values=(64,)), said)


def test_devices_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Device(0, "horn", 2, 48_000.0, False), Device(3, "bell", 8, 44_100.0, True)]
    monkeypatch.setattr("musicvae.live.outputs.devices.outputs", lambda: found)
    heard: list[Any] = []
    jobs = AudioJobs(Null(48_000), Options())
    result = jobs.list_devices(
        ADDRESSES.command("/audio/list"), lambda *message: heard.append(message)
    )
    assert result == (2,)
    assert heard == [
        ("/audio/list.reply", 0, "horn", 2, 48_000.0),
        ("/audio/list.reply", 3, "bell", 8, 44_100.0),
    ]
