"""A sound file that is heard as if it came in at this moment."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from musicvae.audio import Samples, to_channels
from musicvae.errors import MusicVAEError
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.soundfiles.conversion import resampled
from musicvae.soundfiles.opening import check_audible, no_samples
from musicvae.soundfiles.reader import Reader

#: Seconds of sound that are decoded ahead.
_AHEAD = 4.0
#: Seconds between two looks of a thread that waits for the other.
_LOOK = 0.002
#: Seconds that a thread may need to end.
_PATIENCE = 2.0


class FileInput:
    """Decodes a file on a thread of its own, ahead of the engine, at the engine's rate.

    Behind its end there is silence.

    Args:
        path: the file.
        sample_rate: of the engine, in Hz.
        loop: begin again at the end, without a gap.
        patient: wait for sound that is not decoded yet: for an output that does not hurry, so that
            what is heard is the same each time.

    Raises:
        AudioError: the file is missing, or no sound, or has no samples.

    Attributes:
        name: the file's name.
        feeds_back: ``False``.
        howls: ``False``.
        failure: why nothing more is heard, before the end; empty otherwise.
    """

    feeds_back = howls = False
    latency_ms = 0.0
    drift_ppm = 0.0

    def __init__(
        self, path: Path, sample_rate: int, *, loop: bool = False, patient: bool = False
    ) -> None:
        check_audible(path)
        self.name = path.name
        self.failure = ""
        self.late = 0
        self._reader, self._rate, self._loop = Reader(path), sample_rate, loop
        self._patient = patient
        self._ring = np.zeros((round(_AHEAD * sample_rate), CHANNELS), np.float32)
        self._written = self._taken = 0  # sample frames; each thread moves one of them
        self._ended = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-input", daemon=True)

    @property
    def state(self) -> str:
        """Its name; behind its end, and where it broke off, that."""
        over = self._ended and self._taken >= self._written
        if not over:
            return self.name
        return f"{self.name}: {self.failure or 'at its end'}"

    def start(self) -> None:
        """Begin to decode; returns when the first sound is there."""
        self._thread.start()
        while not (self._ended or self._written - self._taken >= len(self._ring) // 4):
            self._stopping.wait(_LOOK)

    def stop(self) -> None:
        """End the thread; safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def read(self, out: Samples) -> None:
        """See :class:`musicvae.live.inputs.input.Input`."""
        while self._patient and not self._ended and self._written - self._taken < len(out):
            if self._stopping.wait(_LOOK):
                break
        ended = self._ended  # read first: what was written before it is there
        count = min(self._written - self._taken, len(out))
        at = self._taken % len(self._ring)
        first = min(count, len(self._ring) - at)
        out[:first] = self._ring[at : at + first]
        out[first:count] = self._ring[: count - first]
        out[count:] = 0.0 if ended and not self.failure else np.nan
        self.late += count < len(out) and not ended
        self._taken += count

    def _work(self) -> None:
        try:
            for block in resampled(self._blocks(), self._reader.rate, self._rate):
                self._put(to_channels(block, CHANNELS))
                if self._stopping.is_set():
                    return
        except (MusicVAEError, OSError) as error:
            self.failure = str(getattr(error, "what", "") or error)
        finally:
            self._ended = True

    def _blocks(self) -> Iterator[Samples]:
        for _ in itertools.count() if self._loop else range(1):
            given = 0
            for block in self._reader.blocks():
                given += len(block)
                yield block
            if not given:  # it became empty; a loop over nothing would have no end
                raise no_samples()
            if self._stopping.is_set():
                return

    def _put(self, block: Samples) -> None:
        """Write a block into the ring, as soon as there is room."""
        size, done = len(self._ring), 0
        while done < len(block) and not self._stopping.is_set():
            room = size - (self._written - self._taken)
            at = self._written % size
            count = min(len(block) - done, room, size - at)
            if not count:
                self._stopping.wait(_LOOK)
                continue
            self._ring[at : at + count] = block[done : done + count]
            done += count
            self._written += count  # last: the engine reads nothing behind it
