from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live.outputs import devices
from musicvae.live.outputs.soundcard import SoundCard


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


def test_an_unknown_device_lists_those_there_are(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS, fakes.MICROPHONE, fakes.HORN)
    with pytest.raises(DeviceError, match=r"0 Speakers .*; 2 Horn .*Received: tuba"):
        SoundCard("tuba")
    with pytest.raises(DeviceError, match="no such"):
        SoundCard(1)


def test_devices_are_found_by_number_part_of_name_and_default(
    machine: Callable[..., Any],
    fakes: Any,
) -> None:
    machine(fakes.MICROPHONE, fakes.SPEAKERS, fakes.HORN, default=2)
    assert [SoundCard(device).name for device in (1, "1", "speak", None)] == [
        *["Speakers"] * 3,
        "Horn",
    ]
    machine(fakes.MICROPHONE, fakes.SPEAKERS)
    assert SoundCard().name == "Speakers"


def test_a_whole_name_goes_before_a_part(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.SPEAKERS | {"name": "Horn of plenty"}, fakes.HORN)
    assert SoundCard("Horn").channels == 1
    assert SoundCard("horn").channels == 2


@pytest.mark.parametrize("default", [0, -1])
def test_jack_goes_before_the_plug_in_for_it(
    machine: Callable[..., Any], fakes: Any, default: int
) -> None:
    machine(fakes.PLUG_IN, fakes.SPEAKERS, fakes.JACK, default=default)
    chosen = [devices.find(device) for device in (None, "jack", "JACK", "jac", "system")]
    assert [(each.number, each.name, each.jack) for each in chosen] == [(2, "system", True)] * 5
    assert devices.find(0).name == devices.find("0").name == "jack"  # who wants it can have it
    assert devices.find("speak").number == 1
    machine(fakes.PLUG_IN, fakes.SPEAKERS, default=default)
    assert devices.find(None).name == devices.find("jack").name == "jack"  # without a server


def test_portaudio_looks_anew(machine: Callable[..., Any], fakes: Any) -> None:
    module = machine(fakes.SPEAKERS)
    devices.refresh()
    assert module.log == ["terminate", "initialize"]


def test_portaudio_that_does_not_start_again_is_an_error(
    machine: Callable[..., Any], fakes: Any
) -> None:
    module = machine(fakes.SPEAKERS)

    def broken() -> None:
        raise fakes.PortAudioError("no host")

    module._initialize = broken
    with pytest.raises(DeviceError, match=r"does not start again.*no host"):
        devices.refresh()
