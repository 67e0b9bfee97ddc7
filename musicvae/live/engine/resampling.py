"""Model rate -> device rate, hop by hop, with a known and short delay.

A polyphase interpolator: for each output its own row of a windowed sinc (Smith, "Digital Audio
Resampling", CCRMA 2002; window after Kaiser 1974). soxr, which the rest of the project resamples
with, has the better filters, but they hold a hop back for as long as 43 ms, and its quickest one
does so on the way down; here it is about 1 ms (``benchmarks/resampling.py``).
"""

from __future__ import annotations

from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples

#: Input samples on each side of an output, where the rate rises.
HALF = 24
#: Of the Kaiser window: images and aliases lie 80 dB below.
_BETA = 8.0
#: Middle of the transition, as a share of the lower rate's half: music keeps its top, almost.
_EDGE = 0.94


class Resampler:
    """Converts one stream; keeps what it needs of the past.

    Args:
        source_rate: in Hz.
        target_rate: in Hz.
        channels: of both.
        block: the longest input, in samples.
    """

    def __init__(self, source_rate: int, target_rate: int, channels: int, block: int) -> None:
        common = gcd(source_rate, target_rate)
        self._up, self._down = target_rate // common, source_rate // common
        narrow = min(1.0, target_rate / source_rate)
        self._half = ceil(HALF / narrow)
        self._table = _filters(self._up, self._half, narrow)
        taps = 2 * self._half
        self._heard = np.zeros((channels, taps + block), np.float32)
        self._windows = [np.lib.stride_tricks.sliding_window_view(row, taps) for row in self._heard]
        self.most = ceil(block * target_rate / source_rate) + 1
        self._parts = np.zeros((self.most, taps), np.float32)
        self._filters = np.zeros((self.most, taps), np.float32)
        # Outputs are counted in units of 1/up input sample; this is where the next one lies,
        # against the first sample of the next block.
        self._next = 0

    @property
    def delay(self) -> float:
        """Input samples that must be there beyond the moment of an output."""
        return float(self._half)

    def reset(self) -> None:
        """Forget everything."""
        self._heard[:] = 0
        self._next = 0

    def push(self, block: Samples, out: Samples) -> int:
        """Write what follows from the next input samples.

        Args:
            block: float32, shape (samples, channels), as long as ``block`` at most.
            out: float32, shape (at least :attr:`most`, channels).

        Returns:
            How many frames were written.
        """
        size, taps = len(block), 2 * self._half
        heard = self._heard
        heard[:, taps : taps + size] = block.T
        moments = np.arange(self._next, (size - self._half) * self._up, self._down)
        count = len(moments)
        before, phase = np.divmod(moments, self._up)
        # Sample i of the block lies at heard[taps + i]; a window has half - 1 of them before.
        first = before + (taps - self._half + 1)
        filters, parts = self._filters[:count], self._parts[:count]
        np.take(self._table, phase, axis=0, out=filters, mode="clip")
        for channel, windows in enumerate(self._windows):
            np.take(windows, first, axis=0, out=parts, mode="clip")
            np.einsum("nt,nt->n", parts, filters, out=out[:count, channel])
        heard[:, :taps] = heard[:, size : size + taps]
        self._next += count * self._down - size * self._up
        return count


def _filters(phases: int, half: int, narrow: float) -> NDArray[np.float32]:
    """One row of 2 · half taps for each phase; each sums to 1, so that a constant stays one."""
    places = np.arange(-half + 1, half + 1)[None, :] - np.arange(phases)[:, None] / phases
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (places / half) ** 2, 0, None))) / np.i0(_BETA)
    table = np.sinc(places * narrow * _EDGE) * window
    rows: NDArray[np.float32] = (table / table.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows
