"""Resamples between the rates of models and the engine, with a known and short delay.

It is a polyphase interpolator, with one row of a windowed sinc for each phase of the output
(J. O. Smith, "Digital Audio Resampling", CCRMA 2002; Kaiser window, 1974). The rest of the project
uses soxr, which has better filters. But soxr delays a hop by up to 43 ms, and when it lowers the
rate even its fastest filter does; here the delay is about 1 ms (``benchmarks/resampling.py``).
"""

from __future__ import annotations

from functools import lru_cache
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
#: Outputs that are computed together at most: more take longer, and fewer are more rows to copy.
_GROUP = 80
#: Numbers of the table that are computed at once; a table may have nine million.
_AT_ONCE = 2**18


class Resampler:
    """Resamples one continuous signal, and keeps the past input that it needs.

    Outputs are computed in groups of up to 80: a matrix, whose rows are the filters of the outputs
    of a group, times the input that they reach. The same matrices return after some groups, and
    how blocks are cut changes no bit.

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
        self._size = _group(self._up)
        self.most = ceil(block * target_rate / source_rate) + 1
        groups = self.most // self._size + 2
        self._cycle = self._up // gcd(self._up, self._size)
        self._matrices = _matrices(self._up, self._down, self._size, self._half, narrow)
        # How many input samples a group reaches, and how many more that is than one output does.
        self._reach = self._matrices.shape[2]
        self._more = self._reach - 2 * self._half
        # As many are kept of the past; the end stays silent.
        self._input = np.zeros((self._reach + block + self._more, channels), np.float32)
        self._groups = np.zeros((groups, self._size, channels), np.float32)
        self._outputs = self._groups.reshape(-1, channels)
        self.reset()

    @property
    def delay(self) -> float:
        """Delay in input samples: how many are needed beyond the time of an output sample."""
        return float(self._half)

    def reset(self) -> None:
        """Discard all past input."""
        self._input[:] = 0
        # Time of the next output sample after the first sample of the next input block, in units
        # of 1/up input samples; its group in the cycle, and its row in there.
        self._next = self._turn = self._row = 0

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
        size, count = len(block), self.given(len(block))
        end = self._reach + size
        self._input[self._reach : end] = block
        if count:
            # Rows of outputs that are not due yet may reach further: what they give is not read.
            self._input[end : end + self._more] = 0
            groups = (self._row + count - 1) // self._size + 1
            # When the first output of each group is, in units of 1/up input samples.
            time, turn = self._next - self._row * self._down, self._turn
            for group in self._groups[:groups]:
                start = time // self._up + self._reach - self._half + 1  # of its filter
                np.dot(self._matrices[turn], self._input[start : start + self._reach], out=group)
                time += self._size * self._down
                turn = (turn + 1) % self._cycle
            out[:count] = self._outputs[self._row : self._row + count]
        self._pass(size, count)
        return count

    def rest(self, samples: int) -> int:
        """As :meth:`push` of so many samples of silence, but nothing is computed or written.

        Returns:
            Number of sample frames that would have been written.
        """
        count = self.given(samples)
        self._input[self._reach : self._reach + samples] = 0
        self._pass(samples, count)
        return count

    def _pass(self, samples: int, outputs: int) -> None:
        """So many samples have come, and so many outputs were given."""
        self._input[: self._reach] = self._input[samples : samples + self._reach]
        self._next += outputs * self._down - samples * self._up
        turns, self._row = divmod(self._row + outputs, self._size)
        self._turn = (self._turn + turns) % self._cycle


def _group(phases: int) -> int:
    """How many outputs are computed together: few matrices shall do for all of the phases."""
    return max(n for n in range(1, _GROUP + 1) if phases % n == 0 or n % phases == 0)


@lru_cache(maxsize=4)
def _matrices(up: int, down: int, size: int, half: int, narrow: float) -> Float32:
    """The filters of the groups of a cycle, float32 (groups, outputs, input samples), read-only.

    All resamplers of these rates read the same ones: those of four decks would not fit into a
    cache.

    Args:
        up: phases between two input samples.
        down: phases from one output to the next.
        size: outputs of a group.
        half: see :func:`filters`, as ``narrow``.
        narrow: the lower of the two rates, as a share of that of the input.
    """
    table = filters(up, half, narrow)
    cycle = up // gcd(up, size)
    first = np.arange(cycle) * size * down % up
    more = (up - 1 + (size - 1) * down) // up
    matrices = np.zeros((cycle, size, 2 * half + more), np.float32)
    for group, phase in enumerate(first.tolist()):
        for output in range(size):
            later, row = divmod(phase + output * down, up)
            matrices[group, output, later : later + 2 * half] = table[row]
    matrices.flags.writeable = False
    return matrices


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
