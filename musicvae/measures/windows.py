"""Cuts a sound into windows around the middles of its latent steps, and takes their spectra."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.measures.spectra import COMPARISON_RATE

Float64 = NDArray[np.float64]

_WINDOW = 2048  # samples at 22 050 Hz, as in musicvae.measures.spectra
_TOGETHER = 512  # windows that are analysed at once, to limit the memory


def window_size(hop: int, rate: int) -> int:
    """Samples of the window for steps of ``hop`` samples at a rate in Hz.

    That is the power of two nearest to 93 ms, or the next one that holds a whole step.
    """
    return max(power_of_two(_WINDOW, rate), int(2 ** np.ceil(np.log2(hop))))


def power_of_two(samples: int, rate: int) -> int:
    """Samples at a rate in Hz that last as long as ``samples`` at 22 050 Hz, as a power of two."""
    return int(max(16, 2 ** round(np.log2(samples * rate / COMPARISON_RATE))))


def middles(samples: int, hop: int) -> Float64:
    """The middle of each step in samples, float64 (steps,)."""
    return np.arange(-(-samples // hop), dtype=np.float64) * hop + 0.5 * hop


def spectra(mono: Samples, centres: Float64, size: int) -> Iterator[Samples]:
    """Power spectra around the centres, float32 (up to 512, bins), one group after another."""
    window = hann_of(size).astype(np.float32)
    for frames in cut(mono, centres, size):
        spectrum = np.fft.rfft(frames * window, axis=1)
        yield (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


def mean_of(values: Samples, centres: Float64, size: int) -> Float64:
    """The mean of values, float32 (samples,), in a Hann window around each centre.

    At the ends, only the part of the window that lies inside the sound counts.

    Returns:
        float64 (steps,), in the unit of the values.
    """
    window = hann_of(size)
    weights = window.astype(np.float32)
    sums = np.concatenate([frames @ weights for frames in cut(values, centres, size)])
    inside = np.concatenate([[0.0], np.cumsum(window)])
    starts = starts_of(centres, size)
    mass = inside[np.minimum(size, len(values) - starts)] - inside[np.maximum(0, -starts)]
    mean: Float64 = sums / np.maximum(mass, 1e-9)
    return mean


def cut(values: Samples, centres: Float64, size: int) -> Iterator[Samples]:
    """The ``size`` samples around each centre, zeros beyond the ends: float32 (up to 512, size)."""
    views = sliding_window_view(np.pad(values, size), size)
    starts = starts_of(centres, size) + size
    for first in range(0, len(starts), _TOGETHER):
        frames: Samples = views[starts[first : first + _TOGETHER]]
        yield frames


def starts_of(centres: Float64, size: int) -> NDArray[np.int64]:
    """The first sample of each window, int64 (steps,); below 0 where it begins before the sound."""
    return np.floor(centres).astype(np.int64) - size // 2


def hann_of(size: int) -> Float64:
    """The periodic Hann window of ``size`` samples, float64 (size,)."""
    return np.square(np.sin(np.linspace(0, np.pi, size, endpoint=False, dtype=np.float64)))
