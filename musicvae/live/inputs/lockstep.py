"""Reads the ring of a device stream that also plays: with one clock, so nothing is resampled."""

from __future__ import annotations

from math import ceil

import numpy as np

from musicvae.audio import Samples
from musicvae.live.channels import spread
from musicvae.live.limits import BLOCK_RANGE
from musicvae.live.outputs.input_ring import InputRing, drop

#: Beyond so many blocks, and so many seconds, what waits is skipped at once: something stood still.
_MOST_BLOCKS, _MOST = 2, 0.015
#: Seconds in which a block waited all the time, so that it need not wait: at first, and at most.
_SPELL, _LONGEST_SPELL = 0.25, 8.0
#: Seconds without a missing block after which spells become shorter again.
_CALM = 30.0


class Lockstep:
    """Gives the engine as many sample frames as it asks for, as the device brought them.

    With each block the device brings as many sample frames as it takes. How many blocks wait is
    only a matter of when within a block the engine asks: where that is too early, what is there is
    given, and then NaN, as many as were asked for, so that from then on one more block waits. What
    has waited for a spell without need is skipped, with a fade: so after a pause of the engine the
    delay soon is as short as before. Where a skipped block turns out to be needed after all, the
    next spell is twice as long. Nobody knows whether the device lost sound meanwhile, so nothing
    from before a gap is heard behind it.

    Args:
        ring: of the device.
        rate: of device and engine, in Hz.
        block: sample frames that the device brings at once.

    Attributes:
        late: how often too little was there, or, a while after the beginning, too much.
        drift: 0.
        waiting: sample frames that wait at present, once the engine has read.
    """

    drift = 0.0

    def __init__(self, ring: InputRing, rate: int, block: int) -> None:
        self.late = 0
        self.waiting = 0
        self._ring, self._rate, self._block = ring, rate, block
        self._most = _MOST_BLOCKS * block + _MOST * rate
        self._taken = np.zeros((BLOCK_RANGE[1], ring.channels), np.float32)
        self._shortest, self._longest = ceil(_SPELL * rate), ceil(_LONGEST_SPELL * rate)
        self._spell = self._shortest
        self._calm = ceil(_CALM * rate)
        self._begun = self._starved = self._settled = self._skipped = False
        self._least = self._read = self._quiet = 0
        self._owed = 0  # NaN that are still to be given
        self._forget()

    @property
    def seconds(self) -> float:
        """From the device's callback to the one that plays what the engine makes of it."""
        return (self._block + self.waiting) / self._rate

    def read(self, out: Samples) -> None:
        """Write the next sample frames into ``out``, float32 (sample frames, any channels)."""
        owed = min(self._owed, len(out))
        self._owed -= owed
        out[:owed] = np.nan
        if owed < len(out):
            self._give(out[owed:])

    def _give(self, out: Samples) -> None:
        """Write what the device brought, or what there is of it, behind what is still owed."""
        there = self._ring.available
        left = there - len(out)
        if left < 0:
            if not self._starved:
                self._starve()
            self._starved = True
            self._forget()
            if self._begun:
                self._take(out[:there])
                self._owed = there
                out = out[there:]
            out[:] = np.nan
            return
        if not self._begun:
            drop(self._ring, left, self._taken)
            self._begun, left = True, 0
        self._starved = False
        needless = self._needless(left, len(out))
        if needless:
            drop(self._ring, needless, self._taken)
            left -= needless
        self._take(out)
        self.waiting = left
        if needless:
            out[:] = np.nan  # a fade to where the sound goes on

    def _take(self, out: Samples) -> None:
        taken = self._taken[: len(out)]
        self._ring.take(taken)
        spread(taken, out)

    def _starve(self) -> None:
        """Note that too little is there."""
        self.late += self._begun
        if self._skipped:  # too soon
            self._spell = min(2 * self._spell, self._longest)
        self._skipped, self._quiet = False, 0

    def _needless(self, left: int, asked: int) -> int:
        """How many sample frames wait without need; notes how many wait."""
        if left > self._most:
            self.late += self._settled
            self._forget()
            return left
        self._least, self._read = min(self._least, left), self._read + asked
        self._quiet += asked
        if self._quiet > self._calm:
            self._spell, self._quiet = max(self._spell // 2, self._shortest), 0
        if self._read < self._spell:
            return 0
        least, self._settled = self._least, True
        self._forget()
        needless = least - least % self._block
        self._skipped = self._skipped or needless > 0
        return needless

    def _forget(self) -> None:
        self._least, self._read = self._longest, 0
