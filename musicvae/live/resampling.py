"""Resamples between the rates of models and the engine, with a known and short delay.

It is a polyphase interpolator, with one row of a windowed sinc for each phase of the output
(J. O. Smith, "Digital Audio Resampling", CCRMA 2002; Kaiser window, 1974). The rest of the project
uses soxr, which has better filters. But soxr delays a hop by up to 43 ms, and when it lowers the
rate even its fastest filter does; here the delay is about 1 ms (``benchmarks/resampling.py``).
"""

from __future__ import annotations

from math import ceil, gcd

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.arrays import Float32

#: Input samples on each side of an output sample, when the rate rises.
HALF = 24
#: Parameter of the Kaiser window: images and aliases are 80 dB below the signal.
_BETA = 8.0
#: Middle of the transition band, as a share of the lower Nyquist frequency.
_EDGE = 0.94
#: Numbers of the table that are computed at once; a table may have nine million.
_AT_ONCE = 2**18


class Resampler:
    """Resamples one continuous signal, and keeps the past input that it needs.

    Args:
        source_rate: in Hz.
        target_rate: in Hz.
        channels: number of channels of input and output.
        block: the longest input, in sample frames.

    Attributes:
        most: the longest output of one input, in sample frames.
    """

    def __init__(self, source_rate: int, target_rate: int, channels: int, block: int) -> None:
        common = gcd(source_rate, target_rate)
        self._up, self._down = target_rate // common, source_rate // common
        narrow = min(1.0, target_rate / source_rate)
        self._half = ceil(HALF / narrow)
        self._table = filters(self._up, self._half, narrow)
        taps = 2 * self._half
        self._past = np.zeros((channels, taps + block), np.float32)
        self._windows = [np.lib.stride_tricks.sliding_window_view(row, taps) for row in self._past]
        self.most = ceil(block * target_rate / source_rate) + 1
        self._parts = np.zeros((self.most, taps), np.float32)
        self._filters = np.zeros((self.most, taps), np.float32)
        # Time of the next output sample after the first sample of the next input block, in units
        # of 1/up input samples.
        self._next = 0

    @property
    def delay(self) -> float:
        """Delay in input samples: how many are needed beyond the time of an output sample."""
        return float(self._half)

    def reset(self) -> None:
        """Discard all past input."""
        self._past[:] = 0
        self._next = 0

    def blocks(self, wanted: int, size: int) -> int:
        """The fewest blocks of so many samples that give so many sample frames, at least 1."""
        # Of n input samples, those output samples come whose time lies before n - half.
        first = self._half * self._up + self._next
        return max(1, -(-((wanted - 1) * self._down + 1 + first) // (size * self._up)))

    def given(self, samples: int) -> int:
        """How many sample frames the next so many samples give."""
        behind = (samples - self._half) * self._up - self._next
        return max(0, -(-behind // self._down))

    def push(self, block: Samples, out: Samples) -> int:
        """Resample the next input.

        Args:
            block: float32, shape (sample frames, channels), at most as long as ``block`` above.
            out: float32, shape (at least :attr:`most`, channels).

        Returns:
            Number of sample frames written.
        """
        size, taps = len(block), 2 * self._half
        past = self._past
        past[:, taps : taps + size] = block.T
        moments = np.arange(self._next, (size - self._half) * self._up, self._down)
        count = len(moments)
        before, phase = np.divmod(moments, self._up)
        # Sample i of the block is past[taps + i]; half - 1 samples of a window come before it.
        first = before + (taps - self._half + 1)
        filters, parts = self._filters[:count], self._parts[:count]
        np.take(self._table, phase, axis=0, out=filters, mode="clip")
        for channel, windows in enumerate(self._windows):
            # Only as far as the input goes: `take` first copies all that it may take from.
            np.take(windows[: size + 1], first, axis=0, out=parts, mode="clip")
            np.einsum("nt,nt->n", parts, filters, out=out[:count, channel])
        past[:, :taps] = past[:, size : size + taps]
        self._next += count * self._down - size * self._up
        return count

    def rest(self, samples: int) -> int:
        """As :meth:`push` of so many samples of silence, but nothing is computed or written.

        Returns:
            Number of sample frames that would have been written.
        """
        taps, count = 2 * self._half, self.given(samples)
        self._past[:, taps : taps + samples] = 0
        self._past[:, :taps] = self._past[:, samples : samples + taps]
        self._next += count * self._down - samples * self._up
        return count


def filters(phases: int, half: int, narrow: float, count: int = 0) -> Float32:
    """The filter of each phase, float32, shape (count, 2 · half).

    Each sums to 1, so that a constant input gives the same constant.

    Args:
        phases: between two input samples.
        half: taps on each side.
        narrow: the lower of the two rates, as a share of that of the input.
        count: of filters; 0 is one for each phase.
    """
    count = count or phases
    taps = np.arange(-half + 1, half + 1)[None, :]
    rows = np.zeros((count, 2 * half), np.float32)
    some = max(1, _AT_ONCE // (2 * half))
    for first in range(0, count, some):  # double precision, and several arrays: a part at a time
        places = taps - np.arange(first, min(first + some, count))[:, None] / phases
        inside = np.sqrt(np.clip(1 - (places / half) ** 2, 0, None))
        table = np.sinc(places * narrow * _EDGE) * (np.i0(_BETA * inside) / np.i0(_BETA))
        rows[first : first + some] = table / table.sum(axis=1, keepdims=True)
    return rows
