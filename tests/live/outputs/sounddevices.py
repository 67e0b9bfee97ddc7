"""A stand-in for the sounddevice module, since a test machine has no sound card."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.live.outputs import portaudio_internals

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
#: JACK, and ALSA's plug-in for it.
JACK = SPEAKERS | {"name": "system", "hostapi": 1}
PLUG_IN = SPEAKERS | {"name": "jack"}


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

    def pull(self, late: bool = False) -> Any:
        out = np.full((self.options["blocksize"], self.options["channels"]), np.nan, np.float32)
        self.options["callback"](out, len(out), None, SimpleNamespace(output_underflow=late))
        return out


def install(monkeypatch: pytest.MonkeyPatch, *found: dict[str, Any], default: int = -1) -> Any:
    """Put a module ``sounddevice`` in place that knows these devices, and take rtmixer away."""
    module: Any = ModuleType("sounddevice")
    module.query_devices = lambda: list(found)
    names = ["ALSA", "JACK Audio Connection Kit"][
        : 1 + max((each["hostapi"] for each in found), default=0)
    ]
    module.query_hostapis = lambda: [{"name": name} for name in names]
    module.default = SimpleNamespace(device=(-1, default))
    module.PortAudioError = PortAudioError
    module.OutputStream = Stream
    module.log = []
    module._initialized = 1
    module._lib = module._ffi = module._libname = None
    module.__version__ = "0.5.6"

    def initialize() -> None:
        module.log.append("initialize")
        module._initialized += 1

    def terminate() -> None:
        module.log.append("terminate")
        module._initialized -= 1

    module._initialize, module._terminate = initialize, terminate
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setitem(sys.modules, "rtmixer", None)
    monkeypatch.setattr(portaudio_internals, "_guarded", [module])
    return module
