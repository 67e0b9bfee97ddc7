"""The filters of a decoder's noise, and the Fourier transforms, as matrices.

A step of noise is ``size`` samples, and so is its filter's response; of their convolution the first
``size`` samples are heard. The strengths of a filter's bands are turned into its response by an
inverse Fourier transform, a Hann window around time 0, and zeros up to ``size`` (or a cut, where
the response is longer than that).
"""

from __future__ import annotations

import numpy as np
from peers_layers import Noise


def filters(noise: Noise) -> np.ndarray:
    """The response of each band by itself, float32 (bands, size)."""
    response = np.fft.irfft(np.eye(noise.bands))
    length = response.shape[1]
    half = length // 2
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    response = np.roll(response, half, axis=1) * window
    response = np.pad(response, ((0, 0), (0, max(0, noise.size - length))))[:, : noise.size]
    return np.roll(response, -half, axis=1).astype(np.float32)


def matrices(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Products that convolve rows of ``size`` numbers, float32.

    Returns:
        The real and the imaginary part of the transform of a row, (size, size + 1) each, and what
        makes the first ``size`` numbers again of either part, (size + 1, size) each.
    """
    length = 2 * size
    angles = 2 * np.pi * np.outer(np.arange(size), np.arange(size + 1)) / length
    both = np.full(size + 1, 2.0)
    both[[0, -1]] = 1.0
    back = both[:, None] / length
    parts = (np.cos(angles), -np.sin(angles), np.cos(angles).T * back, -np.sin(angles).T * back)
    cos, sin, back_cos, back_sin = (part.astype(np.float32) for part in parts)
    return cos, sin, back_cos, back_sin
