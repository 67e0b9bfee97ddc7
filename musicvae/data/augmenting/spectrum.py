"""Filters a crop: low-pass and high-pass as of old recordings, shelves as of a tone control.

The responses are those of analogue filters, with their phase, so that nothing sounds before its
cause. They are multiplied in the frequency domain, which needs no recursion over samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples

#: Qualities of the two halves of a Butterworth filter of fourth order.
_BUTTERWORTH = (0.5412, 1.3066)
#: Seconds after which the lowest filter has decayed by more than 100 dB.
_DECAY = 0.15

Response = NDArray[np.complex64]


def frequencies(samples: int, sample_rate: int) -> NDArray[np.float32]:
    """Frequencies in Hz at which a response for :func:`filtered` is given, float32 (bins,)."""
    bins = np.fft.rfftfreq(_size(samples, sample_rate), 1 / sample_rate)
    found: NDArray[np.float32] = bins.astype(np.float32)
    return found


def low_pass(hertz: NDArray[np.float32], cutoff: float) -> Response:
    """Response of a Butterworth filter of fourth order, 24 dB an octave, complex64 (bins,)."""
    s = (1j * hertz / cutoff).astype(np.complex64)
    first, second = (s * s + s / q + 1 for q in _BUTTERWORTH)
    response: Response = 1 / (first * second)
    return response


def high_pass(hertz: NDArray[np.float32], cutoff: float) -> Response:
    """The same above a cut-off in Hz."""
    s = (1j * hertz / cutoff).astype(np.complex64)
    first, second = (s * s + s / q + 1 for q in _BUTTERWORTH)
    response: Response = s**4 / (first * second)
    return response


def low_shelf(hertz: NDArray[np.float32], middle: float, decibels: float) -> Response:
    """Response of a shelf of first order, complex64 (bins,): so many dB far below ``middle`` Hz."""
    s = (1j * hertz / middle).astype(np.complex64)
    root = np.float32(10 ** (decibels / 40))
    return (s + root) / (s + 1 / root)


def high_shelf(hertz: NDArray[np.float32], middle: float, decibels: float) -> Response:
    """The same far above ``middle``."""
    s = (1j * hertz / middle).astype(np.complex64)
    root = np.float32(10 ** (decibels / 40))
    return (root * s + 1) / (s / root + 1)


def filtered(crop: Samples, sample_rate: int, response: Response) -> Samples:
    """A crop after a filter that was at rest before it; all channels alike.

    Args:
        crop: float32 (samples, channels).
        sample_rate: in Hz.
        response: complex64, at the :func:`frequencies` of this length and rate.
    """
    size = _size(len(crop), sample_rate)
    # Channels first: transforms along contiguous memory take half as long.
    spectrum = np.fft.rfft(np.ascontiguousarray(crop.T), size) * response
    made: Samples = np.fft.irfft(spectrum, size)[:, : len(crop)].T.astype(np.float32)
    return made


def _size(samples: int, sample_rate: int) -> int:
    """A fast length of a transform in which the end of a filtered crop does not reach its start."""
    least = samples + round(_DECAY * sample_rate)
    powers = (odd << max(0, (-(-least // odd) - 1).bit_length()) for odd in (1, 3, 5, 9, 15))
    return min(powers)
