"""Smooths curves with a Hann window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.measures.windows import Float64


def hann(width: float) -> Float64:
    """A Hann window for :func:`smooth`, ``width`` steps wide at half its height.

    Returns:
        float64, shape (steps,), of odd length, 1 in the middle.
    """
    reach = max(int(np.ceil(width)) - 1, 0)
    window: Float64 = np.cos(np.pi * np.arange(-reach, reach + 1) / max(width, 1e-9))
    return 0.5 + 0.5 * window


def smooth(values: NDArray[np.floating], window: Float64) -> Float64:
    """A moving weighted mean over the first axis; at the ends, of the part of the window inside.

    Args:
        values: shape (steps,) or (steps, D), in any unit.
        window: weights, float64, of odd length.

    Returns:
        float64, of the same shape and unit.
    """
    columns = np.asarray(values, np.float64).reshape(len(values), -1)
    middle = slice(len(window) // 2, len(window) // 2 + len(values))
    mass = np.convolve(np.ones(len(values)), window)[middle]
    sums = [np.convolve(column, window)[middle] for column in columns.T]
    smoothed: Float64 = (np.stack(sums, axis=1) / mass[:, None]).reshape(values.shape)
    return smoothed
