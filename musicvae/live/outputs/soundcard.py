"""The sound card, through PortAudio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musicvae.audio import Samples
from musicvae.errors import DeviceError

_MEND = "without a sound card, record to a file: --out take.wav"


class SoundCard:
    """Plays through PortAudio, which calls back for each block on a thread of its own.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: in Hz; ``None`` is the device's default.
        block: frames of each call.
        channels: at most; a device with fewer gets what it has.

    Raises:
        DeviceError: PortAudio is missing, or there is no such device, or it does not open.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        sample_rate: int | None = None,
        block: int = 512,
        channels: int = 2,
    ) -> None:
        sounddevice = _sounddevice()
        found = _find(sounddevice, device)
        self.name = str(found["name"])
        self.sample_rate = int(sample_rate or found["default_samplerate"])
        self.channels = min(channels, int(found["max_output_channels"]))
        self.block = block
        self.underruns = 0
        self.failure: DeviceError | None = None
        self._render: Callable[[Samples], None] | None = None
        self._stopping = False
        try:
            self._stream = sounddevice.OutputStream(
                device=found["index"],
                samplerate=self.sample_rate,
                blocksize=block,
                channels=self.channels,
                dtype="float32",
                callback=self._fill,
                finished_callback=self._ended,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise DeviceError(
                f"the sound card {self.name!r} does not open at {self.sample_rate} Hz",
                legal=f"one of: {_listing(sounddevice)}",
                received=str(error),
                mend=f"try another --device, --rate or --block; {_MEND}",
            ) from error
        self.latency_ms = float(self._stream.latency) * 1000

    def start(self, render: Callable[[Samples], None], frames: int | None = None) -> None:
        """Begin to play; ``frames`` is not looked at, since a card plays until it is stopped."""
        self._render = render
        self._stream.start()

    def stop(self) -> None:
        """Let what is buffered be heard, and close the device."""
        if not self._stopping:
            self._stopping = True
            self._stream.stop()
            self._stream.close()

    @property
    def finished(self) -> bool:
        """Whether the device went away."""
        return self.failure is not None

    def _fill(self, out: Any, frames: int, time: Any, status: Any) -> None:
        if status.output_underflow:
            self.underruns += 1
        if self._render is None:
            out[:] = 0
        else:
            self._render(out)

    def _ended(self) -> None:
        if not self._stopping:
            self.failure = DeviceError(
                f"the sound card {self.name!r} went away", mend=f"plug it in again; {_MEND}"
            )


def list_devices() -> str:
    """A table of the output devices, for people; says so where there is none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    return _listing(_sounddevice(), "\n")


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        raise DeviceError(
            "the sound card needs sounddevice, which is not installed",
            mend=f'pip install "musicvae[live]"  (from a checkout: pip install ".[live]"); {_MEND}',
        ) from error
    except OSError as error:
        raise DeviceError(
            "the sound card needs the PortAudio library, which is not installed",
            received=str(error),
            mend=f"sudo apt-get install libportaudio2 (Debian, Ubuntu); {_MEND}",
        ) from error
    return sounddevice


def _outputs(sounddevice: Any) -> list[dict[str, Any]]:
    return [
        device | {"index": number}
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] > 0
    ]


def _listing(sounddevice: Any, separator: str = "; ") -> str:
    outputs = _outputs(sounddevice)
    if not outputs:
        return "no output device is there"
    return separator.join(
        f"{device['index']} {device['name']} ({device['max_output_channels']} channels, "
        f"{device['default_samplerate']:.0f} Hz)"
        for device in outputs
    )


def _find(sounddevice: Any, device: str | int | None) -> dict[str, Any]:
    outputs = _outputs(sounddevice)
    if not outputs:
        raise DeviceError("there is no sound card", received=_listing(sounddevice), mend=_MEND)
    wanted: str | int | None = device
    if isinstance(wanted, str) and wanted.isdigit():
        wanted = int(wanted)
    if wanted is None:
        wanted = int(sounddevice.default.device[1])
        if wanted < 0:  # the system names no default
            return outputs[0]
    for candidate in outputs:
        if wanted == candidate["index"]:
            return candidate
        if isinstance(wanted, str) and wanted.lower() in candidate["name"].lower():
            return candidate
    raise DeviceError(
        "there is no such sound card",
        legal=f"one of: {_listing(sounddevice)}",
        received=str(device),
        mend=f"--device with a number or a part of a name from the list; {_MEND}",
    )
