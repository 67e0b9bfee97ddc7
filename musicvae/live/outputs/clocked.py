"""Outputs without a sound card, in real time by the system's clock: a WAV file, or nowhere."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.fades import raised_cosine
from musicvae.live.outputs.wav import GrowingWav

#: Fade out behind the last block, if rendering fails; in seconds.
_FADE_SECONDS = 0.01
#: Seconds that the present block may take when the output is stopped.
_PATIENCE = 2.0


class Null:
    """Renders in real time and drops the sound; also the base class of :class:`WavFile`.

    The attributes are those of ``outputs.output.Output``, and one more.

    Attributes:
        faulty: whether rendering itself failed, which another output would not change.

    Args:
        sample_rate: in Hz.
        channels: number of channels of the blocks.
        block: their length in sample frames.
        fast: render as fast as possible, not in real time.
    """

    def __init__(
        self, sample_rate: int, channels: int = 2, *, block: int = 512, fast: bool = False
    ) -> None:
        self.name = "nowhere"
        self.sample_rate = sample_rate
        self.channels = channels
        self.block = block
        self.latency_ms = self.queue_ms = 0.0
        self.underruns = 0
        self.failure: DeviceError | None = None
        self.faulty = False
        self._last = np.zeros(channels, np.float32)
        self._fast = fast
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, render: Callable[[Samples], None], frames: int | None = None) -> None:
        """Begin to render.

        Args:
            render: fills each block, float32 (sample frames, channels).
            frames: sample frames after which the output ends; ``None`` for no end.
        """
        self._thread = threading.Thread(
            target=self._work, args=(render, frames), name="musicvae-output", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End after the present block, and close; a block that never ends is left behind."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None
        try:
            self._close()
        except DeviceError as error:
            self.failure = self.failure or error

    @property
    def finished(self) -> bool:
        """Whether it has ended by itself."""
        return self._thread is not None and not self._thread.is_alive()

    def _work(self, render: Callable[[Samples], None], frames: int | None) -> None:
        try:
            self._render(render, frames)
        except DeviceError as error:
            self.failure = error
        except BaseException as error:  # noqa: BLE001 - the owner of this object reports it
            self.faulty = True
            self.failure = DeviceError("rendering failed", received=repr(error))
            with suppress(DeviceError, MemoryError):
                self._put(self._fade_out())

    def _fade_out(self) -> Samples:
        """A fade from the last sample frame to silence, float32 (sample frames, channels)."""
        falling = 1 - raised_cosine(round(_FADE_SECONDS * self.sample_rate))
        return falling[:, None] * self._last

    def _render(self, render: Callable[[Samples], None], frames: int | None) -> None:
        block = np.zeros((self.block, self.channels), np.float32)
        started, done = time.perf_counter(), 0
        while not self._stopping.is_set() and (frames is None or done < frames):
            part = block if frames is None else block[: frames - done]
            render(part)
            self._put(part)
            self._last[:] = part[-1]
            done += len(part)
            if not self._fast:
                started += self._wait_until(started + done / self.sample_rate)

    def _wait_until(self, moment: float) -> float:
        """Wait until ``moment``; when it is more than a block ago, count an underrun.

        Returns:
            Seconds by which all later moments are shifted: lost time is not caught up.
        """
        ahead = moment - time.perf_counter()
        if ahead > 0:
            self._stopping.wait(ahead)
        elif -ahead > self.block / self.sample_rate:
            self.underruns += 1
            return -ahead
        return 0.0

    def _put(self, block: Samples) -> None:
        """Store a block, float32 (sample frames, channels); here it is dropped."""

    def _close(self) -> None:
        """Close what :meth:`_put` writes to."""


class WavFile(Null):
    """Renders into a WAV file, which is playable even after a kill; see ``GrowingWav``.

    A late block is written late; the file has no gap.

    Args:
        path: path of the file; an existing one is overwritten.
        sample_rate: in Hz.
        channels: number of channels of the file.
        block: sample frames that are rendered and written at once.
        fast: render as fast as possible, not in real time.

    Raises:
        DeviceError: the file cannot be created.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        sample_rate: int,
        channels: int = 2,
        *,
        block: int = 512,
        fast: bool = False,
    ) -> None:
        super().__init__(sample_rate, channels, block=block, fast=fast)
        self._wav: GrowingWav | None = GrowingWav(path, sample_rate, channels)
        self.name = os.fspath(path)

    def _put(self, block: Samples) -> None:
        if self._wav is not None:
            self._wav.write(block)

    def _close(self) -> None:
        if self._wav is not None:
            wav, self._wav = self._wav, None
            wav.close()
