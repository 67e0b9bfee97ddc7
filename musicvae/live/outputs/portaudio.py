"""Opens device streams of PortAudio that play a ring, with a callback in C or in Python.

One that also records, on the same stream, fills another ring.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from musicvae.live.outputs.input_ring import InputRing, NativeInputRing, PythonInputRing
from musicvae.live.outputs.ring import NativeRing, PythonRing

#: Seconds of sound that fit into a ring that is recorded.
_RECORDED = 1.0
#: Blocks of a device after which their length is known, and seconds in which they must come.
_LOOKS, _PATIENCE = 3, 1.0


def mixer() -> ModuleType | None:
    """The module ``rtmixer``, or ``None`` where it is not installed or does not load."""
    try:
        return importlib.import_module("rtmixer")
    except (ImportError, OSError):
        return None


class NativeDeviceStream:
    """Plays a ring with rtmixer: no Python runs on the audio thread.

    When the ring runs empty, the mixer plays zeros and drops the *action* that played the ring;
    :meth:`keep_playing` issues another. There is never more than one, since two would alternate.

    Args:
        rtmixer: the module.
        frames: sample frames that must fit in the ring.
        inputs: channels that it records; 0 for none.
        longest: the most sample frames that the device may exchange at once.
        options: options of ``sounddevice.OutputStream``.

    Raises:
        sounddevice.PortAudioError: the device does not open.

    Attributes:
        recorded: the ring that it fills; ``None`` for none.
    """

    callback = "C"

    def __init__(
        self,
        rtmixer: ModuleType,
        frames: int,
        inputs: int,
        channels: int,
        longest: int,
        **options: Any,
    ) -> None:
        self.recorded: InputRing | None = None
        self._longest = longest
        self._recorded: NativeInputRing | None = None
        if inputs:
            self.native = rtmixer.MixerAndRecorder(channels=(inputs, channels), **options)
            room = round(_RECORDED * options["samplerate"])
            self.recorded = self._recorded = NativeInputRing(rtmixer, room, inputs)
        else:
            self.native = rtmixer.Mixer(channels=channels, **options)
        self.ring = NativeRing(rtmixer, frames, channels)
        self._action: Any = None
        self._recording: Any = None
        self._earlier = 0

    @property
    def xruns(self) -> int:
        """Output underflows that PortAudio reported while the ring was playing."""
        return self._earlier + (self._action.stats.output_underflows if self._action else 0)

    def keep_playing(self) -> None:
        """Play the ring, unless it is playing; and record, unless it does."""
        actions = self.native.actions
        if self._recorded is not None and self._recording not in actions:
            self._recording = self.native.record_ringbuffer(self._recorded.native)
        if self._action in actions:
            return
        if self._action is not None:
            self._earlier += self._action.stats.output_underflows
        self._action = self.native.play_ringbuffer(self.ring.native)

    def exchanges(self, block: int) -> bool:
        """Whether blocks of this length come by themselves, once it was started."""
        self.keep_playing()
        stats, end = self._recording.stats, time.monotonic() + _PATIENCE
        while stats.blocks < _LOOKS and time.monotonic() < end:
            time.sleep(0.001)
        return bool(stats.blocks) and stats.min_blocksize == stats.max_blocksize == block

    def alive(self) -> bool:
        """Whether the device is still there, and exchanges blocks as long as it did."""
        action = self._action
        return bool(self.native.active) and (
            action is None or action.stats.max_blocksize <= self._longest
        )


class PythonDeviceStream:
    """Plays a ring with a callback in Python, which only copies.

    Every other Python thread can delay it; the device then reports underflows.

    Args:
        sounddevice: the module.
        frames: sample frames that must fit in the ring.
        inputs: channels that it records; 0 for none.
        options: options of ``sounddevice.OutputStream``.

    Raises:
        sounddevice.PortAudioError: the device does not open.

    Attributes:
        recorded: the ring that it fills; ``None`` for none.
    """

    callback = "Python"

    def __init__(
        self, sounddevice: ModuleType, frames: int, inputs: int, channels: int, **options: Any
    ) -> None:
        self.ring = PythonRing(frames, channels)
        self.recorded: InputRing | None = None
        self._recorded: PythonInputRing | None = None
        self.xruns = 0
        if inputs:
            room = round(_RECORDED * options["samplerate"])
            self.recorded = self._recorded = PythonInputRing(room, inputs)
            self.native = sounddevice.Stream(
                callback=self.exchange, channels=(inputs, channels), **options
            )
        else:
            self.native = sounddevice.OutputStream(callback=self.fill, channels=channels, **options)

    def exchange(self, heard: Any, out: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's callback: takes ``heard`` and fills ``out``, float32 likewise."""
        if self._recorded is not None:
            self._recorded.put(heard)
        self.fill(out, frames, time, status)

    def fill(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's callback: fills ``out``, float32 (sample frames, channels)."""
        if status and status.output_underflow:
            self.xruns += 1
        self.ring.pull(out)

    def keep_playing(self) -> None:
        """Nothing: the callback never ends by itself."""

    def alive(self) -> bool:
        """Whether the device is still there."""
        return bool(self.native.active)


def open_device_stream(
    sounddevice: ModuleType,
    frames: int,
    ended: Callable[[], None],
    inputs: int = 0,
    own: bool = False,
    **options: Any,
) -> NativeDeviceStream | PythonDeviceStream:
    """Open a device that plays a ring, with the C callback where rtmixer is installed.

    Args:
        sounddevice: the module.
        frames: sample frames that must fit in the ring.
        ended: called, on any thread, when the device stream has ended, by itself or not.
        inputs: channels that it also records; 0 for none.
        own: let it exchange its own blocks, if they are as long as asked. It runs already then.
        options: for ``sounddevice.OutputStream``: device, samplerate, blocksize, channels, latency.

    Raises:
        sounddevice.PortAudioError: the device does not open.
    """
    rtmixer = mixer()
    if rtmixer is not None:
        block = options.pop("blocksize")
        if own and inputs:
            stream = _unadapted(rtmixer, frames, inputs, block, ended, options)
            if stream is not None:
                return stream
        return NativeDeviceStream(
            *(rtmixer, frames, inputs),
            longest=block,
            blocksize=block,
            finished_callback=ended,
            **options,
        )
    return PythonDeviceStream(
        sounddevice, frames, inputs, dtype="float32", finished_callback=ended, **options
    )


def _unadapted(
    rtmixer: ModuleType,
    frames: int,
    inputs: int,
    block: int,
    ended: Callable[[], None],
    options: dict[str, Any],
) -> NativeDeviceStream | None:
    """A device that runs in its own blocks; ``None`` where they are not as long as wanted.

    Where PortAudio is told how long blocks shall be, it cuts the sound itself, and what is heard
    waits for a block more: with JACK even where its blocks are of that length.
    """
    kept: list[NativeDeviceStream] = []
    stream = NativeDeviceStream(
        *(rtmixer, frames, inputs),
        longest=block,
        blocksize=0,
        finished_callback=lambda: ended() if kept else None,
        **options,
    )
    try:
        stream.native.start()
        if stream.exchanges(block):
            kept.append(stream)
            return stream
        return None
    finally:
        if not kept:
            stream.native.close()
