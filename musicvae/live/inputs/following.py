"""Reads the ring of a device that records at the pace of the engine, whose clock is another one."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.live.channels import spread
from musicvae.live.inputs.drifting import MOST_DRIFT, DriftingResampler
from musicvae.live.outputs.input_ring import InputRing, drop

#: Seconds of sound that wait at least, beside half a block of the device.
_MARGIN = 0.003
#: Seconds over which the waiting sound is averaged.
_AVERAGE = 0.5
#: The ratio of the rates follows what waits too much or too little, in seconds: so much of it, and
#: so much of its sum over a second. It settles within half a minute.
_PROPORTION, _INTEGRAL = 0.15, 0.004
#: Where so many seconds more or less wait, something stood still: it tells nothing of the clocks.
_TELLING = 0.004
#: Beyond this many seconds more than a block, sound is skipped.
_MOST = 0.015


class Following:
    """Gives the engine as many sample frames as it asks for, and holds the waiting sound steady.

    Where too little is there, NaN is given until enough waits again: the engine fades. Nobody knows
    whether the device lost sound meanwhile, so nothing from before a gap is heard behind it: where
    the two meet may be a step, which would be heard as soon as the fade has risen.

    Args:
        ring: of the device.
        source_rate: of the device, in Hz.
        target_rate: of the engine, in Hz.
        block: sample frames that the device brings at once.
        most: sample frames that the engine asks for at once, at most.
        together: whether device and engine have one clock, as where one device records and plays:
            then no more than a margin need wait.

    Attributes:
        late: how often too little was there.
        drift: share by which the device's clock is faster than that of the engine, measured.
        waiting: sample frames of the device that wait on average, once the engine has read.
    """

    def __init__(
        self,
        ring: InputRing,
        source_rate: int,
        target_rate: int,
        block: int,
        most: int,
        *,
        together: bool = False,
    ) -> None:
        self.late = 0
        self.drift = 0.0
        self._ring, self._rate, self._target_rate = ring, source_rate, target_rate
        self._resampler = DriftingResampler(source_rate, target_rate, ring.channels, most)
        # Of two clocks, one brings its block anywhere between two questions of the other.
        self._swing = 0.0 if together else block / 2
        self._wanted = self._swing + _MARGIN * source_rate
        self.waiting = self._wanted
        self._block = block
        self._taken = np.zeros((len(self._resampler._past[0]), ring.channels), np.float32)
        self._made = np.zeros((most, ring.channels), np.float32)
        self._starved = self._first = True

    @property
    def seconds(self) -> float:
        """From the device's callback to the engine, on average."""
        return (self.waiting + self._resampler.delay) / self._rate

    def read(self, out: Samples) -> None:
        """Write the next sample frames into ``out``, float32 (sample frames, any channels)."""
        drift = min(max(self._correction(), -MOST_DRIFT), MOST_DRIFT)
        count = self._resampler.wants(len(out), drift)
        there = self._ring.available
        if self._starved:
            if there < count + self._wanted + self._swing:
                out[:] = np.nan
                return
            self._begin(there - count - round(self._wanted))
            there = self._ring.available
        elif there < count:
            self.late += 1
            self._starved = True
            self._drop(there)
            out[:] = np.nan
            return
        elif there - count > self._wanted + self._block + _MOST * self._rate:
            self.late += 1
            self._begin(there - count - round(self._wanted))
            there = self._ring.available
            out[:] = np.nan  # a fade to where the sound goes on
            return
        taken = self._taken[:count]
        self._ring.take(taken)
        self._resampler.push(taken)
        made = self._made[: len(out)]
        self._resampler.pull(made, drift)
        spread(made, out)
        self._steer(there - count, len(out) / self._target_rate)

    def _begin(self, skipped: int) -> None:
        """Skip sound that waits in excess, and begin again."""
        self._drop(skipped)
        self._starved = False
        self.waiting = self._wanted

    def _drop(self, frames: int) -> None:
        """Skip so many sample frames, and forget those before them."""
        drop(self._ring, frames, self._taken)
        self._resampler.reset()

    def _correction(self) -> float:
        return self.drift + _PROPORTION * (self.waiting - self._wanted) / self._rate

    def _steer(self, waits: int, seconds: float) -> None:
        """Note how many sample frames wait, after so many seconds."""
        self.waiting += (waits - self.waiting) * min(1.0, seconds / _AVERAGE)
        excess = (self.waiting - self._wanted) / self._rate
        if abs(excess) < _TELLING:
            self.drift += _INTEGRAL * excess * seconds
        self.drift = min(max(self.drift, -MOST_DRIFT), MOST_DRIFT)
