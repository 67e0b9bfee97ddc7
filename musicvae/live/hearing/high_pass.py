"""Removes what lies below the music: a high-pass filter that computes a window at once.

A recursive filter needs each sample before the next one. Over a window of fixed length the samples
that come out and the state behind them are linear in the samples that come in and the state before
them: one product with a matrix (S. A. Azizi, "Efficient arbitrary block recursive filters", 1981).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples

#: Where it lets half of the power through, in Hz.
EDGE = 30.0
#: Numbers of the state below this become 0, or silence might take longer than sound.
_FLOOR = 1e-20


class HighPass:
    """A Butterworth filter of second order (R. Bristow-Johnson, Audio EQ Cookbook).

    Args:
        sample_rate: in Hz.
        channels: number of channels.
        window: sample frames of a window.
        most: windows that are filtered at once, at most.
    """

    def __init__(self, sample_rate: int, channels: int, window: int, most: int) -> None:
        self._size = window
        self._matrix = _matrix(min(EDGE, sample_rate / 8), sample_rate, window)
        self._given = np.zeros((most, window + 2, channels))
        self._made = np.zeros((most, window + 2, channels))
        self._state = np.zeros((2, channels))

    def apply(self, windows: Samples) -> None:
        """Filter the next windows in place, float32 (windows, window, channels)."""
        count, size = len(windows), self._size
        self._given[:count, :size] = windows
        state = self._state
        for given, made in zip(self._given[:count], self._made[:count], strict=True):
            given[size:] = state
            np.matmul(self._matrix, given, out=made)
            state = made[size:]
            if min(map(abs, state.ravel().tolist())) < _FLOOR:
                state[np.abs(state) < _FLOOR] = 0.0
        self._state[:] = state
        windows[:] = self._made[:count, :size]


def _matrix(edge: float, sample_rate: int, size: int) -> NDArray[np.float64]:
    """From (samples, state) of a window to (samples, next state), float64 (size + 2, size + 2)."""
    angle = 2 * math.pi * edge / sample_rate
    alpha, cosine = math.sin(angle) * math.sqrt(0.5), math.cos(angle)
    b = np.array([(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2]) / (1 + alpha)
    a = np.array([-2 * cosine, 1 - alpha]) / (1 + alpha)
    # Transposed direct form: y = b0 x + s0; s0' = b1 x - a1 y + s1; s1' = b2 x - a2 y.
    step = np.array([[-a[0], 1.0], [-a[1], 0.0]])
    drive = b[1:] - a * b[0]
    powers = [np.eye(2)]
    for _ in range(size):
        powers.append(step @ powers[-1])
    matrix = np.zeros((size + 2, size + 2))
    answer = np.array([b[0], *(power[0] @ drive for power in powers[: size - 1])])
    for sample in range(size):
        matrix[sample, : sample + 1] = answer[sample::-1]
        matrix[sample, size:] = powers[sample][0]
        matrix[size:, sample] = powers[size - 1 - sample] @ drive
    matrix[size:, size:] = powers[size]
    return matrix
