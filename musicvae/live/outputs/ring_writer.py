"""Writes rendered blocks into a ring so that a late block causes a fade and never a click.

Behind the committed sound there is always a *tail*, published as well: the last 10 ms backwards
under a falling raised cosine, then zeros. The next block is written over the tail, with a new tail
behind it. When a block comes too late, the reader is in the tail already, where nothing must be
written: the tail plays, and the block waits until it is over; see ``RenderThread``.

**Why no half-written block is heard.** The reader pulls at most ``longest`` sample frames at a
time, beginning at ``pulled``, and moves ``pulled`` when it has copied them. A block is written at
``committed``. With ``pending = committed - pulled`` there are three cases, checked immediately
before the memory is written:

- ``pending >= longest``: a pull in progress began at ``pulled``, so it ends before the block. Only
  a whole further pull could reach the block, a period later. Safe by counting alone, unless the
  system stops this thread for a whole period between the check and the writing.
- ``0 <= pending < longest``: the next pull reaches the tail. Writing is safe only while no pull is
  in progress and none begins before the memory is written. The caller knows until when the device
  will not pull (``quiet_until``, estimated by ``PullClock``), and ``GUARD`` seconds must be left;
  the writing itself takes a few microseconds.
- ``pending < 0``: the reader is in the tail. Nothing is written.

**Why the order of writing and publishing does not matter.** The tail and its zeros are never
shorter than a pull. So a pull that begins after the memory is written, but before ``published``
moves, finds enough to read, and what it reads is the new block.

When everything has been pulled the ring is empty; no pull can meet the writer, and the next block
begins under a rising raised cosine.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from musicvae.audio import Samples
from musicvae.live.fades import raised_cosine
from musicvae.live.outputs.ring import Ring

#: Length of each fade in seconds.
FADE = 0.010
#: Seconds of sound that a system may pull in one burst.
BURST = 0.2
#: Seconds that must be left before the next pull for writing just ahead of it: more than the error
#: of the estimate, and far more than the writing takes.
GUARD = 0.0005


def needed(block: int, sample_rate: int, ahead: float) -> int:
    """Sample frames that a ring needs for blocks that are ready ``ahead`` seconds early."""
    return 4 * block + round((BURST + FADE + ahead) * sample_rate)


class RingWriter:
    """The writer of a ring; see the text above.

    Args:
        ring: empty; its reader may be running.
        sample_rate: in Hz.
        longest: the most sample frames that the reader pulls at once.
        clock: in seconds, with the same origin as ``quiet_until``.

    Attributes:
        committed: sample frames of sound written, since the beginning.
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
        # The last committed sample frames, the block, and the tail, in one array: so a tail can
        # mirror across the borders of blocks, and block and tail are written in one piece.
        self._line = np.zeros((self._fade + self._size, ring.memory.shape[1]), np.float32)

    @property
    def pending(self) -> int:
        """Sample frames that wait for the reader; below 0 the reader is in the tail."""
        return self.committed - self._ring.pulled

    @property
    def drained(self) -> bool:
        """Whether everything has been pulled, the tail included."""
        return self._ring.pulled >= self._ring.published

    @property
    def room(self) -> int:
        """Sample frames that fit in, besides the tail."""
        return self._size - self._behind - max(0, self.pending)

    def restart(self) -> None:
        """Start again from silence; the ring must be drained."""
        self.committed = self._ring.published
        self._risen = 0
        self._line[: self._fade] = 0.0

    def commit(self, block: Samples, quiet_until: float = -np.inf) -> bool:
        """Write a block over the tail, and a new tail behind it.

        Args:
            block: float32 (sample frames, channels), no longer than ``room``.
            quiet_until: moment on ``clock`` before which no pull is in progress and none begins.

        Returns:
            Whether the block was in time; if not, nothing has changed.
        """
        frames, fade = len(block), self._fade
        rising = min(frames, fade - self._risen)
        self._assemble(block, rising)
        pending = self.committed - self._ring.pulled
        empty = self.drained and self._ring.published == self.committed
        in_time = pending >= self.longest or (pending >= 0 and self._clock() + GUARD < quiet_until)
        if not (empty or in_time):
            return False
        self._write(self._line[fade : fade + frames + self._behind])
        self.committed += frames
        self._ring.publish(self.committed + self._behind - self._ring.published)
        self._risen += rising
        self._line[:fade] = self._line[frames : frames + fade]
        return True

    def _assemble(self, block: Samples, rising: int) -> None:
        """Put block and tail behind the last sample frames; fade in its first ``rising``."""
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
