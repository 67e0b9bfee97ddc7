"""A device that records, through PortAudio: its callback copies into a ring, the engine reads."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.inputs.following import Following
from musicvae.live.limits import BLOCK_RANGE
from musicvae.live.outputs import devices, portaudio
from musicvae.live.outputs.card import Card
from musicvae.live.outputs.input_ring import InputRing, NativeInputRing, PythonInputRing

#: Seconds of sound that fit into the ring.
_RING = 1.0


class NativeRecording:
    """A device stream of rtmixer: no Python runs on the audio thread.

    When the ring is full, the recorder drops the *action* that filled it; :meth:`keep` issues
    another.
    """

    def __init__(self, rtmixer: ModuleType, frames: int, **options: Any) -> None:
        self.native = rtmixer.Recorder(**options)
        self._ring = NativeInputRing(rtmixer, frames, options["channels"])
        self.ring: InputRing = self._ring
        self._action: Any = None

    def keep(self) -> None:
        """Record into the ring, unless it does."""
        if self._action not in self.native.actions:
            self._action = self.native.record_ringbuffer(self._ring.native)


class PythonRecording:
    """A device stream with a callback in Python, which only copies."""

    def __init__(self, sounddevice: ModuleType, frames: int, **options: Any) -> None:
        self._ring = PythonInputRing(frames, options["channels"])
        self.ring: InputRing = self._ring
        self.native = sounddevice.InputStream(callback=self.fill, dtype="float32", **options)

    def fill(self, heard: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's callback: takes ``heard``, float32 (sample frames, channels)."""
        self._ring.put(heard)

    def keep(self) -> None:
        """Nothing: the callback never ends by itself."""


class InputCard(Card):
    """Records from a device, at its own clock, for an engine at another one.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: of the engine, in Hz; the device is opened at it where it can be.
        block: sample frames that the device brings at once.
        output: name of the device that plays; empty for a file. It has one clock with this one, if
            that is its name, too.

    Raises:
        DeviceError: PortAudio is missing, or there is no such device, or it does not open.

    Attributes:
        name: of the device.
        sample_rate: of the device, in Hz.
    """

    _device: NativeRecording | PythonRecording

    def __init__(
        self, device: str | int | None, sample_rate: int, block: int, output: str = ""
    ) -> None:
        sounddevice = devices.portaudio()
        found = devices.find_input(device)
        super().__init__(f"microphone {found.name!r}", "another --input", found.jack)
        self.name = found.name
        trouble: Exception | None = None
        for rate in dict.fromkeys((sample_rate, int(found.sample_rate))):
            options = {
                "device": found.number,
                "samplerate": rate,
                "blocksize": block,
                "channels": min(CHANNELS, found.channels),
                "latency": "low",
                "finished_callback": self._ended,
            }
            try:
                self._device = _opened(sounddevice, round(_RING * rate), options)
                break
            except (sounddevice.PortAudioError, ValueError) as error:
                trouble = error
        else:
            raise DeviceError(
                f"the microphone {self.name!r} does not open at {sample_rate} Hz",
                expected=f"one of: {devices.list_inputs('; ')}",
                received=str(trouble),
                hint="another --input, --rate or --block; a file is heard with --input FILE",
            ) from trouble
        self.sample_rate = rate
        most = max(block, BLOCK_RANGE[1])
        together = (found.name, rate) == (output, sample_rate)
        self.following = Following(
            self._device.ring, rate, sample_rate, block, most, together=together
        )
        self._device_ms = float(self._device.native.latency) * 1000

    @property
    def latency_ms(self) -> float:
        """Milliseconds from the microphone to the engine."""
        return self._device_ms + 1000 * self.following.seconds

    def start(self) -> None:
        """Begin to record.

        Raises:
            DeviceError: the device does not start.
        """
        self._begin()
        self._device.keep()

    def read(self, out: Samples) -> None:
        """See :class:`musicvae.live.inputs.input.Input`."""
        self.following.read(out)

    def look(self) -> None:
        """Notice whether the device is still there; go on recording where the ring was full."""
        if not self.gone and not self._device.native.active:
            self.gone = True
        if not self.gone:
            self._device.keep()

    def stop(self) -> None:
        """Close the device; safe to call twice."""
        if self._stopping:
            return
        self._end(dead=self._unanswered())


def _opened(
    sounddevice: ModuleType, frames: int, options: dict[str, Any]
) -> NativeRecording | PythonRecording:
    """Open a device, with the C callback where rtmixer is installed."""
    rtmixer = portaudio.mixer()
    if rtmixer is not None:
        return NativeRecording(rtmixer, frames, **options)
    return PythonRecording(sounddevice, frames, **options)
