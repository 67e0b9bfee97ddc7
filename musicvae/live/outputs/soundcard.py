"""Plays on a sound card, through PortAudio."""

from __future__ import annotations

import threading
from collections.abc import Callable

from musicvae.audio import Samples
from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import devices, portaudio_internals
from musicvae.live.outputs.devices import list_devices as list_devices
from musicvae.live.outputs.portaudio import open_device_stream
from musicvae.live.outputs.render_thread import RenderThread
from musicvae.live.outputs.ring_writer import needed

#: Milliseconds before its pull at which a block is ready: reserve for a machine that is late.
#: ``benchmarks/latency.py`` measures its cost, ``benchmarks/stage.py`` its benefit.
DEFAULT_AHEAD_MS = 2.5
MOST_CHANNELS = 64
#: Seconds that PortAudio may take to close a device.
_PATIENCE = 3.0


class SoundCard:
    """Plays blocks that are rendered shortly before the device pulls them; see ``RenderThread``.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: in Hz; ``None`` is the device's default.
        block: sample frames that the device pulls at once, and that are rendered at once.
        channels: at most, 1 to 64; a device with fewer gets as many as it has.
        ahead_ms: milliseconds before its pull at which a block is ready, 1 to 100; more, by itself,
            on a machine that is late.

    Raises:
        DeviceError: PortAudio is missing, or there is no such device, or it does not open.
        SettingError: an option is out of range.

    Attributes:
        callback: language of the audio thread's callback, ``"C"`` or ``"Python"``.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        sample_rate: int | None = None,
        block: int = 512,
        channels: int = 2,
        ahead_ms: float = DEFAULT_AHEAD_MS,
    ) -> None:
        _check("number of channels", channels, 1, MOST_CHANNELS)
        _check("time ahead in ms", ahead_ms, 1, 100)
        sounddevice = devices.portaudio()
        found = devices.find(device)
        self.name = found.name
        self.sample_rate = int(sample_rate or found.sample_rate)
        self.channels = min(channels, found.channels)
        self.block = block
        self._jack = found.jack
        self._gone = self._started = self._stopping = self._abandoned = False
        try:
            self._device = open_device_stream(
                sounddevice,
                needed(block, self.sample_rate, ahead_ms / 1000),
                self._ended,
                device=found.number,
                samplerate=self.sample_rate,
                blocksize=block,
                channels=self.channels,
                latency="low",
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise DeviceError(
                f"the sound card {self.name!r} does not open at {self.sample_rate} Hz",
                expected=f"one of: {list_devices('; ')}",
                received=str(error),
                hint=f"try another --device, --rate or --block; {devices.HINT}",
            ) from error
        self.callback = self._device.callback
        self._rendering = RenderThread(self._device, self.sample_rate, block, ahead_ms / 1000)
        self._device_ms = float(self._device.native.latency) * 1000

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
        if self._gone or self._rendering.gone:
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
        try:
            self._device.native.start()
        except devices.portaudio().PortAudioError as error:
            self._gone = True
            raise DeviceError(
                f"the sound card {self.name!r} does not start",
                received=str(error),
                hint=f"try another --device; {devices.HINT}",
            ) from error
        self._started = True
        self._rendering.start(render)

    def stop(self) -> None:
        """Play what is pending, fade out, and close the device; safe to call twice."""
        if self._stopping:
            return
        self._rendering.stop()
        self._stopping = True
        if self._jack and (
            self._rendering.gone if self._started else not portaudio_internals.jack_answers()
        ):
            portaudio_internals.abandon(self._device)
            return
        # A device that is gone can block PortAudio; the daemon goes on without it.
        closing = threading.Thread(target=self._close, name="musicvae-closing", daemon=True)
        closing.start()
        closing.join(_PATIENCE)
        if closing.is_alive():
            self._abandoned = True
            portaudio_internals.abandon(self._device)

    def _close(self) -> None:
        self._device.native.stop()
        if not self._abandoned:  # perhaps given up while ``stop`` waited
            self._device.native.close()

    def _ended(self) -> None:
        if not self._stopping:
            self._gone = self._rendering.gone = True


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingError(
            f"the {what} is out of range", expected=f"{low} to {high}", received=value
        )
