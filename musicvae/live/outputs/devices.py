"""The sound cards that PortAudio knows, and how to make it look again."""

from __future__ import annotations

import atexit
import ctypes
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.errors import DeviceError

MEND = "without a sound card, record to a file: --out take.wav"

#: ``JackNoStartServer`` of JACK's interface.
_NO_START_SERVER = 1
#: What must outlive its use: streams that cannot be closed, and the libraries that run them.
_abandoned: list[Any] = []
_guarded: list[Any] = []
#: Whether the running PortAudio holds a stream whose server has died.
_dead = False


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card that can play.

    Attributes:
        number: PortAudio's.
        name: for people, and to choose it by.
        channels: that it has at most.
        sample_rate: its own, in Hz.
        jack: whether it belongs to a JACK server.
    """

    number: int
    name: str
    channels: int
    sample_rate: float
    jack: bool

    def __str__(self) -> str:
        return f"{self.number} {self.name} ({self.channels} channels, {self.sample_rate:.0f} Hz)"


def portaudio() -> Any:
    """The module ``sounddevice``.

    Raises:
        DeviceError: it is not installed, or PortAudio is not.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceError(
            "the sound card needs sounddevice, which is not installed",
            hint=f'pip install "musicvae[live]"  (from a checkout: pip install ".[live]"); {MEND}',
        ) from error
    except OSError as error:
        raise DeviceError(
            "the sound card needs the PortAudio library, which is not installed",
            received=str(error),
            hint=f"sudo apt-get install libportaudio2 (Debian, Ubuntu); {MEND}",
        ) from error
    if sounddevice not in _guarded:
        _guarded.append(sounddevice)
        atexit.register(_spare_the_end, sounddevice)  # runs before sounddevice's own
    return sounddevice


def outputs() -> list[Device]:
    """The devices that can play, as PortAudio found them when it was last asked to look.

    Raises:
        DeviceError: PortAudio is missing.
    """
    sounddevice = portaudio()
    hosts = [str(host["name"]) for host in sounddevice.query_hostapis()]
    return [
        Device(
            number,
            str(device["name"]),
            int(device["max_output_channels"]),
            float(device["default_samplerate"]),
            "JACK" in hosts[device["hostapi"]],
        )
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] > 0
    ]


def list_devices(separator: str = "\n") -> str:
    """A table of the output devices, for people; says so where there is none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return separator.join(map(str, outputs())) or "no output device is there"


def find(device: str | int | None) -> Device:
    """The device of a number, or with a part of its name; ``None`` is the system's default.

    Raises:
        DeviceError: there is no such device, or PortAudio is missing.
    """
    found = outputs()
    if not found:
        raise DeviceError("there is no sound card", received=list_devices(), hint=MEND)
    wanted: str | int | None = device
    if isinstance(wanted, str) and wanted.isdigit():
        wanted = int(wanted)
    if wanted is None:
        wanted = int(portaudio().default.device[1])
        if wanted < 0:  # the system names no default
            return found[0]
    for candidate in found:
        if wanted in (candidate.number, candidate.name):
            return candidate
    for candidate in found:
        if isinstance(wanted, str) and wanted.lower() in candidate.name.lower():
            return candidate
    raise DeviceError(
        "there is no such sound card",
        expected=f"one of: {list_devices('; ')}",
        received=str(device),
        hint=f"--device with a number or a part of a name from the list; {MEND}",
    )


def abandon(stream: Any) -> None:
    """Give up a stream whose JACK server has died, without closing it.

    PortAudio's JACK part then waits ten minutes for an answer of the server in stop, abort, close
    and terminate alike, or ends the process on an assertion. So the stream is left as it is, and
    :func:`refresh` leaves that PortAudio behind as well.
    """
    global _dead
    _dead = True
    _abandoned.append(stream)


def refresh() -> None:
    """Let PortAudio look for devices anew; no stream may be open, but for abandoned ones.

    Raises:
        DeviceError: PortAudio is missing, or does not start again.
    """
    global _dead
    sounddevice = portaudio()
    try:
        if _dead or (_knows_jack(sounddevice) and not jack_lives()):
            _replace(sounddevice)
            _dead = False
        else:
            while sounddevice._initialized:
                sounddevice._terminate()
            sounddevice._initialize()
    except (sounddevice.PortAudioError, OSError) as error:
        raise DeviceError(
            "PortAudio does not start again", received=str(error), hint="start musicvae anew"
        ) from error


def _spare_the_end(sounddevice: Any) -> None:
    """Keep sounddevice from terminating PortAudio at exit, where that would be fatal."""
    if sounddevice._initialized and (_dead or (_knows_jack(sounddevice) and not jack_lives())):
        sounddevice._initialized = 0


def _knows_jack(sounddevice: Any) -> bool:
    return any("JACK" in api["name"] for api in sounddevice.query_hostapis())


def jack_lives() -> bool:
    """Whether a JACK server answers. Without one, terminating PortAudio's JACK part is fatal."""
    with suppress(OSError):
        jack = ctypes.CDLL("libjack.so.0")
        jack.jack_client_open.restype = ctypes.c_void_p
        client = jack.jack_client_open(b"musicvae-probe", _NO_START_SERVER, None)
        return client is not None and jack.jack_client_close(ctypes.c_void_p(client)) == 0
    return False


def _replace(sounddevice: Any) -> None:
    """Load a second copy of PortAudio, with a state of its own, and let the first one be.

    The first one stays loaded: its threads may still run.
    """
    library = _loaded_library(sounddevice)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"again{len(_abandoned)}{library.suffix}"
        shutil.copyfile(library, copy)
        fresh = sounddevice._ffi.dlopen(str(copy))
    _abandoned.append(sounddevice._lib)
    sounddevice._lib = fresh
    sounddevice._initialized = 0
    sounddevice._initialize()


def _loaded_library(sounddevice: Any) -> Path:
    """The file of the PortAudio that was loaded first."""
    if sys.platform == "linux":
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
            path = line.split(maxsplit=5)[-1]
            if "libportaudio" in path and not path.endswith("(deleted)"):
                return Path(path)
    return Path(sounddevice._libname)
