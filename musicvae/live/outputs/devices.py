"""Lists the sound cards that PortAudio knows, finds one by name, and looks for new ones.

A card that plays is an output, one that records an input; most are both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from musicvae.errors import DeviceError
from musicvae.live.outputs import portaudio_internals

#: What helps where there is no sound card; the end of a hint.
HINT = "without a sound card, record to a file: --out take.wav"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card that can play, or record.

    Attributes:
        number: number in PortAudio's list.
        name: for people, and to choose it by.
        channels: the most that it can play, or record.
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


#: Words in the names of built-in devices, and of such that nobody else hears.
_BUILT_IN = (
    *("built-in", "builtin", "internal", "macbook", "imac", "realtek", "microphone array"),
    *("hda intel", "speakers"),
)
_AT_EARS = ("headphone", "headset", "airpods", "earphone", "earbuds")

#: Called before PortAudio looks for devices again: whoever has a device stream open closes it.
holders: list[Callable[[], None]] = []


def outputs() -> list[Device]:
    """The devices that can play, as PortAudio found them when it last looked.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return _devices("output")


def inputs() -> list[Device]:
    """The devices that can record, likewise."""
    return _devices("input")


def _devices(way: str) -> list[Device]:
    sounddevice = portaudio()
    hosts = [str(host["name"]) for host in sounddevice.query_hostapis()]
    return [
        Device(
            number,
            str(device["name"]),
            int(device[f"max_{way}_channels"]),
            float(device["default_samplerate"]),
            "JACK" in hosts[device["hostapi"]],
        )
        for number, device in enumerate(sounddevice.query_devices())
        if device.get(f"max_{way}_channels", 0) > 0
    ]


def list_devices(separator: str = "\n") -> str:
    """The output devices for people, one a line; says so where there is none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return separator.join(map(str, outputs())) or "no output device is there"


def list_inputs(separator: str = "\n") -> str:
    """The input devices for people, one a line; says so where there is none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return separator.join(map(str, inputs())) or "no input device is there"


def find_input(device: str | int | None) -> Device:
    """The input device with a number, or with a part of its name; ``None`` is the default.

    Raises:
        DeviceError: there is no such device, or PortAudio is missing.
    """
    found = inputs()
    hint = "a file is heard as if it were live: --input FILE"
    if not found:
        raise DeviceError("there is no microphone", received=list_inputs(), hint=hint)
    chosen = _chosen(found, device, 0)
    if chosen is None:
        raise DeviceError(
            "there is no such microphone",
            expected=f"one of: {list_inputs('; ')}",
            received=str(device),
            hint=f"--input with a number or a part of a name from the list; {hint}",
        )
    return chosen


def same(card: Device, microphone: str) -> Device | None:
    """That sound card as an input device, where it is the one that is meant; else ``None``.

    Args:
        card: that plays.
        microphone: name or number of an input device; empty for the system's default one.
    """
    try:
        found = find_input(microphone or None)
    except DeviceError:
        return None
    return found if found.number == card.number else None


def howls(microphone: str, loudspeaker: str) -> bool:
    """Whether two names look like those of the microphone and the loudspeakers of one laptop."""
    heard, played = microphone.lower(), loudspeaker.lower()
    if any(word in played for word in _AT_EARS):
        return False
    return any(word in heard for word in _BUILT_IN) and any(word in played for word in _BUILT_IN)


def find(device: str | int | None) -> Device:
    """The device with a number, or with a part of its name; ``None`` is the system's default.

    Raises:
        DeviceError: there is no such device, or PortAudio is missing.
    """
    found = outputs()
    if not found:
        raise DeviceError("there is no sound card", received=list_devices(), hint=HINT)
    chosen = _chosen(found, device, 1)
    if chosen is None:
        raise DeviceError(
            "there is no such sound card",
            expected=f"one of: {list_devices('; ')}",
            received=str(device),
            hint=f"--device with a number or a part of a name from the list; {HINT}",
        )
    return chosen


def _chosen(found: list[Device], device: str | int | None, way: int) -> Device | None:
    """The device that is meant, of which the system has two defaults; ``None`` for none."""
    if isinstance(device, str) and device.isdigit():
        device = int(device)
    wanted = device
    if wanted is None:
        wanted = int(portaudio().default.device[way])
        if wanted < 0:  # the system names no default
            return _jack_itself(found[0], found)
    for candidate in found:
        if wanted in (candidate.number, candidate.name):
            return candidate if isinstance(device, int) else _jack_itself(candidate, found)
    for candidate in found:
        if isinstance(wanted, str) and wanted.lower() in candidate.name.lower():
            return _jack_itself(candidate, found)
    return None


def _jack_itself(chosen: Device, found: list[Device]) -> Device:
    """JACK in place of ALSA's plug-in for it, which has the same sound, but later and altered."""
    if chosen.jack or chosen.name.lower() != "jack":
        return chosen
    return next((device for device in found if device.jack), chosen)


def refresh() -> None:
    """Let PortAudio look for devices again; no device stream may be open but abandoned ones.

    Raises:
        DeviceError: PortAudio is missing, or does not start again.
    """
    sounddevice = portaudio()
    for let_go in [*holders]:
        let_go()
    try:
        portaudio_internals.refresh(sounddevice)
    except (sounddevice.PortAudioError, OSError) as error:
        raise DeviceError(
            "PortAudio does not start again", received=str(error), hint="restart musicvae"
        ) from error
