"""Lists the sound cards that PortAudio knows, finds one by name, and looks for new ones."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from musicvae.errors import DeviceError
from musicvae.live.outputs import portaudio_internals

#: What helps where there is no sound card; the end of a hint.
HINT = "without a sound card, record to a file: --out take.wav"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card that can play.

    Attributes:
        number: number in PortAudio's list.
        name: for people, and to choose it by.
        channels: the most that it can play.
        sample_rate: its default, in Hz.
        jack: whether it belongs to a JACK server.
    """

    number: int
    name: str
    channels: int
    sample_rate: float
    jack: bool

    def __str__(self) -> str:
        return f"{self.number} {self.name} ({self.channels} channels, {self.sample_rate:.0f} Hz)"


def portaudio() -> ModuleType:
    """The module ``sounddevice``, imported when it is first needed.

    Raises:
        DeviceError: sounddevice or PortAudio is not installed.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceError(
            "the sound card needs sounddevice, which is not installed",
            hint=f'pip install "musicvae[live]"  (from a checkout: pip install ".[live]"); {HINT}',
        ) from error
    except OSError as error:
        raise DeviceError(
            "the sound card needs the PortAudio library, which is not installed",
            received=str(error),
            hint=f"sudo apt-get install libportaudio2 (Debian, Ubuntu); {HINT}",
        ) from error
    module: ModuleType = sounddevice
    portaudio_internals.guard_exit(module)
    return module


def outputs() -> list[Device]:
    """The devices that can play, as PortAudio found them when it last looked.

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
    """The output devices for people, one a line; says so where there is none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return separator.join(map(str, outputs())) or "no output device is there"


def find(device: str | int | None) -> Device:
    """The device with a number, or with a part of its name; ``None`` is the system's default.

    Raises:
        DeviceError: there is no such device, or PortAudio is missing.
    """
    found = outputs()
    if not found:
        raise DeviceError("there is no sound card", received=list_devices(), hint=HINT)
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
        hint=f"--device with a number or a part of a name from the list; {HINT}",
    )


def refresh() -> None:
    """Let PortAudio look for devices again; no device stream may be open but abandoned ones.

    Raises:
        DeviceError: PortAudio is missing, or does not start again.
    """
    sounddevice = portaudio()
    try:
        portaudio_internals.refresh(sounddevice)
    except (sounddevice.PortAudioError, OSError) as error:
        raise DeviceError(
            "PortAudio does not start again", received=str(error), hint="restart musicvae"
        ) from error
