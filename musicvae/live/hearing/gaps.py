"""Repairs sound with gaps: an input writes NaN where it has no sound, and a fade is heard."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.live.fades import raised_cosine

#: Fade out from the last sample frame before a gap, and in behind it; in seconds.
_SECONDS = 0.01


class Gaps:
    """Fades out where sample frames are NaN or infinite, and in again behind them.

    So a device that is late, that is lost, or whose driver is broken makes no click. What is
    repaired depends on the sound alone, and not on how it is cut into blocks.

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
        self._finite = np.zeros((most, channels), np.bool_)
        self._good = np.zeros(most, np.bool_)
        self._missing = False
        self._at = len(self._rise)  # in the fade that goes on now; its length where none does

    def mend(self, block: Samples) -> None:
        """Repair the next sample frames in place, float32 (sample frames, channels)."""
        good = self._good[: len(block)]
        finite = np.isfinite(block, out=self._finite[: len(block)])
        np.logical_and.reduce(finite, axis=1, out=good)
        if not self._missing and self._at == len(self._rise) and good.all():
            self._last[:] = block[-1]
            return
        done = 0
        while done < len(block):
            missing = not good[done]
            if missing != self._missing:
                self.count += missing
                self._missing, self._at = missing, 0
            rest = good[done:]
            end = done + int(np.argmax(rest if missing else ~rest)) if not _alike(rest) else None
            self._run(block[done:end])
            done = len(block) if end is None else end

    def _run(self, part: Samples) -> None:
        """Sample frames that are all there, or all missing."""
        at, fade = self._at, self._fall if self._missing else self._rise
        curve = fade[at : at + len(part)]
        self._at += len(curve)
        if self._missing:
            part[: len(curve)] = curve[:, None] * self._last
            part[len(curve) :] = 0.0
            return
        part[: len(curve)] *= curve[:, None]
        self._last[:] = part[-1]


def _alike(good: np.ndarray) -> bool:
    return bool(good.all() or not good.any())
