"""Resamples by a ratio that changes a little from block to block, as two clocks do.

A windowed sinc like that of ``live/resampling.py``, whose filter lies between two of 256 phases and
is interpolated linearly between them (J. O. Smith, "Digital Audio Resampling", CCRMA 2002).
"""

from __future__ import annotations

from math import ceil

import numpy as np

from musicvae.audio import Samples
from musicvae.live.resampling import filters

_HALF, _PHASES = 16, 256
#: How much the ratio may differ from that of the nominal rates.
MOST_DRIFT = 0.005


class DriftingResampler:
    """Resamples one continuous sound.

    Args:
        source_rate: of what is pushed, in Hz, nominally.
        target_rate: of what is pulled, in Hz.
        channels: number of channels.
        most: the longest output, in sample frames.
    """

    def __init__(self, source_rate: int, target_rate: int, channels: int, most: int) -> None:
        self.ratio = source_rate / target_rate
        narrow = min(1.0, 1 / self.ratio)
        self._half = ceil(_HALF / narrow)
        self._taps = 2 * self._half
        self._table = filters(_PHASES, self._half, narrow, _PHASES + 1)
        room = ceil(most * self.ratio * (1 + MOST_DRIFT)) + 2 * self._taps + 2
        self._past = np.zeros((channels, room), np.float32)
        view = np.lib.stride_tricks.sliding_window_view
        self._windows = [view(row, self._taps) for row in self._past]
        self._steps = np.arange(most, dtype=np.float64)
        self._parts = np.zeros((most, self._taps), np.float32)
        self._filters = np.zeros((most, self._taps), np.float32)
        self._others = np.zeros((most, self._taps), np.float32)
        self.reset()

    @property
    def delay(self) -> float:
        """Delay in input samples."""
        return float(self._half)

    def reset(self) -> None:
        """Begin with silence."""
        self._past[:] = 0
        self._have = self._taps  # samples in ``_past``
        self._at = float(self._half)  # where the next output lies in it

    def wants(self, frames: int, drift: float) -> int:
        """How many input sample frames so many output sample frames need, beyond those pushed."""
        last = self._at + (frames - 1) * self.ratio * (1 + drift)
        return max(0, int(last) + self._half + 1 - self._have)

    def push(self, block: Samples) -> None:
        """Append input, float32 (sample frames, channels): as many as :meth:`wants` says."""
        self._past[:, self._have : self._have + len(block)] = block.T
        self._have += len(block)

    def pull(self, out: Samples, drift: float) -> None:
        """Write the next output, float32 (sample frames, channels), at a ratio that drifts."""
        count, step = len(out), self.ratio * (1 + drift)
        places = self._at + step * self._steps[:count]
        before = places.astype(np.intp)
        phases = (places - before) * _PHASES
        low = phases.astype(np.intp)
        filters, others, parts = self._filters[:count], self._others[:count], self._parts[:count]
        np.take(self._table, low, axis=0, out=filters, mode="clip")
        np.take(self._table, low + 1, axis=0, out=others, mode="clip")
        np.subtract(others, filters, out=others)
        np.multiply(others, (phases - low)[:, None].astype(np.float32), out=others)
        np.add(filters, others, out=filters)
        first = before - (self._half - 1)
        for channel, windows in enumerate(self._windows):
            np.take(windows, first, axis=0, out=parts, mode="clip")
            np.einsum("nt,nt->n", parts, filters, out=out[:, channel])
        self._at += count * step
        spent = int(self._at) - self._half
        if spent > 0:
            self._past[:, : self._have - spent] = self._past[:, spent : self._have].copy()
            self._have -= spent
            self._at -= spent
