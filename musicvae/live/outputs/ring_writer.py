"""What is rendered ahead of the device, and behind it a way to fall silent without a click.

Behind the sound that is committed there always lies a *tail*, published as well: the last 10 ms
backwards under a falling raised cosine, then zeros. The next block is written over the tail, with
a new tail behind it. A block that comes too late finds the reader in the tail, where it must not
write: the tail plays, and the block waits for its turn; see ``RenderThread``.

**Why nobody hears a half-written block.** The reader takes at most ``longest`` frames at a time
from ``taken`` on, and moves ``taken`` when it has copied them. A block is written at
``committed``. With ``pending = committed - taken`` there are three cases, looked at immediately
before the memory is written:

- ``pending >= longest``: whatever take is under way began at ``taken``, so it ends before the
  block. Only a whole further take could reach it, a period away. Safe by counting alone.
- ``0 <= pending < longest``: the next take reaches the tail. It is safe only while no take is
  under way and none begins before the memory is written. The caller knows until when the device
  keeps quiet (``quiet_until``, from the steps of its takes so far), and ``GUARD`` seconds must be
  left; the writing itself takes a few microseconds.
- ``pending < 0``: the reader is in the tail. Nothing is written.

**Why the order of writing and publishing does not matter.** The tail and its zeros are never
shorter than a take. So a take that begins after the memory is written, but before ``published``
moves, has enough to read all the same, and what it reads is the new block.

When everything is taken, the ring is dry; no take can meet the writer, and the next block begins
under a rising raised cosine.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from musicvae.audio import Samples
from musicvae.live.fades import raised_cosine
from musicvae.live.outputs.ring import Ring

#: Seconds of each fade.
FADE = 0.010
#: Seconds of sound that a system may take in one burst.
BURST = 0.2
#: Seconds that must be left before the next take, to write in front of it: more than the error of
#: the estimated moment, and far more than the writing takes.
GUARD = 0.0005


def needed(block: int, sample_rate: int, ahead: float) -> int:
    """Frames that a ring must hold for blocks of this length, ``ahead`` seconds in advance."""
    return 4 * block + round((BURST + FADE + ahead) * sample_rate)


class RingWriter:
    """The writer of a ring; see above.

    Args:
        ring: empty; its reader may be running.
        sample_rate: in Hz.
        longest: the most frames that the reader takes at once.
        clock: in seconds, of the same origin as ``quiet_until``.
    """

    def __init__(
        self,
        ring: Ring,
        sample_rate: int,
        longest: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.longest = longest
        self.committed = 0
        self._ring = ring
        self._clock = clock
        self._size = len(ring.memory)
        self._fade = max(1, round(FADE * sample_rate))
        self._behind = max(self._fade, longest)
        self._up = raised_cosine(self._fade)[:, None]
        self._down = np.ascontiguousarray(self._up[::-1])
        self._risen = 0
        # The last frames that were committed, the block, the tail: one line, so that a tail can
        # mirror over the borders of blocks, and block and tail are written in one piece.
        self._line = np.zeros((self._fade + self._size, ring.memory.shape[1]), np.float32)

    @property
    def pending(self) -> int:
        """Frames of sound that wait for the reader; below 0 it is in the tail."""
        return self.committed - self._ring.taken

    @property
    def drained(self) -> bool:
        """Whether everything is taken, the tail and all."""
        return self._ring.taken >= self._ring.published

    @property
    def room(self) -> int:
        """Frames that fit in, besides the tail."""
        return self._size - self._behind - max(0, self.pending)

    def restart(self) -> None:
        """Begin anew from silence; the ring must be drained."""
        self.committed = self._ring.published
        self._risen = 0
        self._line[: self._fade] = 0.0

    def commit(self, block: Samples, quiet_until: float = -np.inf) -> bool:
        """Write a block over the tail, and a new tail behind it.

        Args:
            block: float32, shape (frames, channels), no longer than ``room``.
            quiet_until: no take begins, and none is under way, before this moment.

        Returns:
            Whether it was in time; if not, nothing has changed.
        """
        frames, fade = len(block), self._fade
        rising = min(frames, fade - self._risen)
        self._assemble(block, rising)
        pending = self.committed - self._ring.taken
        dry = self.drained and self._ring.published == self.committed
        in_time = pending >= self.longest or (pending >= 0 and self._clock() + GUARD < quiet_until)
        if not (dry or in_time):
            return False
        self._write(self._line[fade : fade + frames + self._behind])
        self.committed += frames
        self._ring.publish(self.committed + self._behind - self._ring.published)
        self._risen += rising
        self._line[:fade] = self._line[frames : frames + fade]
        return True

    def _assemble(self, block: Samples, rising: int) -> None:
        """Put the block, with its share of the rise, and its tail behind the last frames."""
        frames, fade, line = len(block), self._fade, self._line
        line[fade : fade + frames] = block
        if rising:
            line[fade : fade + rising] *= self._up[self._risen : self._risen + rising]
        end = fade + frames
        np.multiply(line[frames:end][::-1], self._down, out=line[end : end + fade])
        line[end + fade : end + self._behind] = 0.0

    def _write(self, piece: Samples) -> None:
        memory, at = self._ring.memory, self.committed & (self._size - 1)
        first = min(len(piece), self._size - at)
        memory[at : at + first] = piece[:first]
        memory[: len(piece) - first] = piece[first:]
