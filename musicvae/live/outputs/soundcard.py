"""The sound card, through PortAudio."""

from __future__ import annotations

import threading
from collections.abc import Callable

from musicvae.audio import Samples
from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import devices
from musicvae.live.outputs.devices import list_devices as list_devices
from musicvae.live.outputs.portaudio import open_stream
from musicvae.live.outputs.render_thread import RenderThread
from musicvae.live.outputs.ring_writer import needed

#: How long before its first frame is due a block is ready, in milliseconds: room for a machine that
#: is late. ``benchmarks/latency.py`` measures what it costs, ``benchmarks/stage.py`` what it saves.
DEFAULT_AHEAD_MS = 2.5
MOST_CHANNELS = 64
#: Seconds that PortAudio may take to close a device.
_PATIENCE = 3.0


class SoundCard:
    """Plays what is rendered a little ahead; see ``RenderThread``.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: in Hz; ``None`` is the device's default.
        block: frames of each take of the device, and of each rendering.
        channels: at most, 1 to 64; a device with fewer gets what it has.
        ahead_ms: a block is ready so long before the device wants it, 1 to 100; on a machine
            that is late, earlier by itself.

    Raises:
        DeviceError: PortAudio is missing, or there is no such device, or it does not open.
        SettingError: an option is out of range.

    Attributes:
        callback: ``"C"`` or ``"Python"``, what the audio thread runs.
        priority: of the thread that renders, once it runs.
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
            self._stream = open_stream(
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
                hint=f"try another --device, --rate or --block; {devices.MEND}",
            ) from error
        self.callback = self._stream.callback
        self._feeder = RenderThread(self._stream, self.sample_rate, block, ahead_ms / 1000)
        self._device_ms = float(self._stream.native.latency) * 1000

    @property
    def priority(self) -> str:
        """What the system gave the rendering thread, such as ``"real-time 5"``."""
        return self._feeder.priority

    @property
    def ahead_ms(self) -> float:
        """How long before the device wants a block it is rendered, as of now."""
        return self._feeder.lead * 1000

    @property
    def queue_ms(self) -> float:
        """Sound that is rendered and waits for the device, in milliseconds."""
        return max(0, self._feeder.ahead.pending) / self.sample_rate * 1000

    @property
    def latency_ms(self) -> float:
        """From a block that is rendered now to the ear: what waits, and the device's own."""
        return self.queue_ms + self._device_ms

    @property
    def underruns(self) -> int:
        """Gaps in the sound; see ``RenderThread.underruns``."""
        return self._feeder.underruns

    @property
    def failure(self) -> DeviceError | None:
        """Why it stopped by itself, or ``None``."""
        if self._feeder.fault is not None:
            return DeviceError("rendering failed", received=repr(self._feeder.fault))
        if self._gone or self._feeder.gone:
            return DeviceError(
                f"the sound card {self.name!r} went away", hint=f"plug it in again; {devices.MEND}"
            )
        return None

    @property
    def faulty(self) -> bool:
        """Whether rendering itself failed, which another device would not mend."""
        return self._feeder.fault is not None

    @property
    def finished(self) -> bool:
        """Whether the device went away, or rendering failed."""
        return self.failure is not None

    def start(self, render: Callable[[Samples], None], frames: int | None = None) -> None:
        """Begin to play; ``frames`` is not looked at, since a card plays until it is stopped.

        Raises:
            DeviceError: the device does not start.
        """
        try:
            self._stream.native.start()
        except devices.portaudio().PortAudioError as error:
            self._gone = True
            raise DeviceError(
                f"the sound card {self.name!r} does not start",
                received=str(error),
                hint=f"try another --device; {devices.MEND}",
            ) from error
        self._started = True
        self._feeder.start(render)

    def stop(self) -> None:
        """Let what is pending be heard, fade, and close the device."""
        if self._stopping:
            return
        self._feeder.stop()
        self._stopping = True
        if self._jack and (self._feeder.gone if self._started else not devices.jack_lives()):
            devices.abandon(self._stream)
            return
        # A device that has gone can hold up PortAudio; the daemon goes on without it.
        closing = threading.Thread(target=self._close, name="musicvae-closing", daemon=True)
        closing.start()
        closing.join(_PATIENCE)
        if closing.is_alive():
            self._abandoned = True
            devices.abandon(self._stream)

    def _close(self) -> None:
        self._stream.native.stop()
        if not self._abandoned:  # long since, maybe: see devices.abandon
            self._stream.native.close()

    def _ended(self) -> None:
        if not self._stopping:
            self._gone = self._feeder.gone = True


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingError(
            f"the {what} is out of range", expected=f"{low} to {high}", received=value
        )
