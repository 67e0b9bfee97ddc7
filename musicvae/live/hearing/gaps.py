"""Repairs sound with gaps: an input writes NaN where it has no sound, and a fade is heard."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.latents.arrays import surely_within
from musicvae.live.channels import SANE
from musicvae.live.fades import raised_cosine

#: Fade out from the last sample frame before a gap, and in behind it; in seconds.
_SECONDS = 0.01


class _State(Enum):
    WELL = "sound, which may still fade in"
    FALLING = "the fade out, which is played to its end"
    SILENT = "silence, until there is sound again"


class Gaps:
    """Fades out where sample frames are NaN, infinite or absurd, and in again behind them.

    So a device that is late, that is lost, or whose driver is broken makes no click. Beyond ±16
    nothing is sound: a fade from there would be bent by every bound behind it, and end in a step.
    What is repaired depends on the sound alone, and not on how it is cut into blocks.

    Args:
        sample_rate: in Hz.
        channels: number of channels.
        most: the longest block, in sample frames.

    Attributes:
        count: how many gaps there were.
    """

    def __init__(self, sample_rate: int, channels: int, most: int) -> None:
        self.count = 0
        self._rise = raised_cosine(max(1, round(_SECONDS * sample_rate)))
        self._fall = 1 - self._rise
        self._last = np.zeros(channels, np.float32)
        self._magnitude = np.zeros((most, channels), np.float32)
        self._sane = np.zeros((most, channels), np.bool_)
        self._good = np.zeros(most, np.bool_)
        self._state = _State.WELL
        self._at = len(self._rise)  # in the fade

    def mend(self, block: Samples) -> None:
        """Repair the next sample frames in place, float32 (sample frames, channels)."""
        well = self._state is _State.WELL and self._at == len(self._rise)
        if well and surely_within(block, SANE):  # as nearly always
            self._last[:] = block[-1]
            return
        magnitude = np.abs(block, out=self._magnitude[: len(block)])
        sane = np.less_equal(magnitude, SANE, out=self._sane[: len(block)])  # not so NaN
        good = self._good[: len(block)]
        np.logical_and.reduce(sane, axis=1, out=good)
        done = 0
        while done < len(block):
            done += self._run(block[done:], good[done:])

    def _run(self, part: Samples, good: NDArray[np.bool_]) -> int:
        """Repair sample frames up to the next change of state; how many they are."""
        if self._state is _State.FALLING:
            curve = self._fall[self._at : self._at + len(part)]
            np.multiply(curve[:, None], self._last, out=part[: len(curve)])
            self._at += len(curve)
            if self._at == len(self._fall):
                self._state = _State.SILENT
            return len(curve)
        if self._state is _State.SILENT:
            count = len(good) if not good.any() else int(good.argmax())
            part[:count] = 0.0
            if count < len(good):
                self._state, self._at = _State.WELL, 0
            return count
        count = len(good) if good.all() else int(good.argmin())
        curve = self._rise[self._at : self._at + count]
        np.multiply(part[: len(curve)], curve[:, None], out=part[: len(curve)])
        self._at += len(curve)
        if count:
            self._last[:] = part[count - 1]
        if count < len(good):
            self.count += 1
            self._state, self._at = _State.FALLING, 0
        return count
