"""Plays on a sound card, through PortAudio."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from musicvae.audio import Samples
from musicvae.errors import DeviceError, SettingError
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.outputs import devices
from musicvae.live.outputs.card import Card
from musicvae.live.outputs.devices import list_devices as list_devices
from musicvae.live.outputs.input_ring import InputRing
from musicvae.live.outputs.portaudio import (
    NativeDeviceStream,
    PythonDeviceStream,
    open_device_stream,
)
from musicvae.live.outputs.render_thread import RenderThread
from musicvae.live.outputs.ring_writer import needed

#: Milliseconds before its pull at which a block is ready: reserve for a machine that is late.
#: ``benchmarks/latency.py`` measures its cost, ``benchmarks/stage.py`` its benefit.
DEFAULT_AHEAD_MS = 2.5
MOST_CHANNELS = 64


class SoundCard(Card):
    """Plays blocks that are rendered shortly before the device pulls them; see ``RenderThread``.

    Where the same device is to be heard, it records on the same device stream.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: in Hz; ``None`` is the device's default.
        block: sample frames that the device pulls at once, and that are rendered at once.
        channels: at most, 1 to 64; a device with fewer gets as many as it has.
        ahead_ms: milliseconds before its pull at which a block is ready, 1 to 100; more, by itself,
            on a machine that is late.
        microphone: name or number of the input device that is heard, empty for the system's
            default one, ``None`` for none. Another device than this one is not opened here.

    Raises:
        DeviceError: PortAudio is missing, or there is no such device, or it does not open.
        SettingError: an option is out of range.

    Attributes:
        callback: language of the audio thread's callback, ``"C"`` or ``"Python"``.
        recorded: what the device hears; ``None`` where it does not record.
        input_ms: milliseconds from the microphone to there, as the device reports it.
    """

    _device: NativeDeviceStream | PythonDeviceStream

    def __init__(
        self,
        device: str | int | None = None,
        *,
        sample_rate: int | None = None,
        block: int = 512,
        channels: int = 2,
        ahead_ms: float = DEFAULT_AHEAD_MS,
        microphone: str | None = None,
    ) -> None:
        _check("number of channels", channels, 1, MOST_CHANNELS)
        _check("time ahead in ms", ahead_ms, 1, 100)
        sounddevice = devices.portaudio()
        found = devices.find(device)
        super().__init__(
            f"sound card {found.name!r}", f"try another --device; {devices.HINT}", found.jack
        )
        self.name = found.name
        self.sample_rate = int(sample_rate or found.sample_rate)
        self.channels = min(channels, found.channels)
        self.block = block
        self._started = False
        heard = None if microphone is None else devices.same(found, microphone)
        self._device = self._opened(
            sounddevice,
            0 if heard is None else min(CHANNELS, heard.channels),
            frames=needed(block, self.sample_rate, ahead_ms / 1000),
            ended=self._ended,
            own=found.jack,
            device=found.number,
            samplerate=self.sample_rate,
            blocksize=block,
            channels=self.channels,
            latency="low",
        )
        self.callback = self._device.callback
        self.recorded: InputRing | None = self._device.recorded
        self._rendering = RenderThread(self._device, self.sample_rate, block, ahead_ms / 1000)
        latency = self._device.native.latency
        both = latency if isinstance(latency, tuple) else (0.0, latency)
        self.input_ms, self._device_ms = (1000 * float(seconds) for seconds in both)

    def _opened(
        self, sounddevice: ModuleType, inputs: int, **options: Any
    ) -> NativeDeviceStream | PythonDeviceStream:
        """Open the device, to record as well if it can."""
        for attempt in dict.fromkeys((inputs, 0)):
            try:
                return open_device_stream(sounddevice, inputs=attempt, **options)
            except (sounddevice.PortAudioError, ValueError) as error:
                trouble = error
        raise DeviceError(
            f"the sound card {self.name!r} does not open at {self.sample_rate} Hz",
            expected=f"one of: {list_devices('; ')}",
            received=str(trouble),
            hint=f"try another --device, --rate or --block; {devices.HINT}",
        ) from trouble

    def work_between(self, work: Callable[[], None]) -> None:
        """Let this be done between two blocks, on the thread that renders; before the start."""
        self._rendering.between = work

    @property
    def queue_ms(self) -> float:
        """Milliseconds of sound that are rendered and wait for the device."""
        return max(0, self._rendering.writer.pending) / self.sample_rate * 1000

    @property
    def latency_ms(self) -> float:
        """Milliseconds from rendering to the ear: what waits, and the device's own latency."""
        return self.queue_ms + self._device_ms

    @property
    def underruns(self) -> int:
        """Number of gaps in the sound; see ``RenderThread.underruns``."""
        return self._rendering.underruns

    @property
    def failure(self) -> DeviceError | None:
        """The reason why it stopped by itself; ``None`` while it has not."""
        if self._rendering.fault is not None:
            return DeviceError("rendering failed", received=repr(self._rendering.fault))
        if self.gone or self._rendering.gone:
            return DeviceError(
                f"the sound card {self.name!r} went away",
                received=self._rendering.trouble or None,
                hint=f"plug it in again; {devices.HINT}",
            )
        return None

    @property
    def faulty(self) -> bool:
        """Whether rendering itself failed, which another device would not change."""
        return self._rendering.fault is not None

    @property
    def finished(self) -> bool:
        """Whether the device went away, or rendering failed."""
        return self.failure is not None

    def start(self, render: Callable[[Samples], None], frames: int | None = None) -> None:
        """Begin to play blocks that ``render`` fills, float32 (sample frames, channels).

        ``frames`` is ignored, since a card plays until it is stopped.

        Raises:
            DeviceError: the device does not start.
        """
        self._begin()
        self._started = True
        self._rendering.start(render)

    def stop(self) -> None:
        """Play what is pending, fade out, and close the device; safe to call twice."""
        if self._stopping:
            return
        self._rendering.stop()
        dead = self._jack and self._rendering.gone if self._started else self._unanswered()
        self._end(dead=dead)

    def _ended(self) -> None:
        super()._ended()
        self._rendering.gone |= self.gone


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingError(
            f"the {what} is out of range", expected=f"{low} to {high}", received=value
        )
