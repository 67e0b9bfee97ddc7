"""Reads a crop faster and higher, or slower and lower, as a tape at another speed plays it."""

from __future__ import annotations

from math import ceil

import numpy as np

from musicvae.audio import Samples
from musicvae.data.augmenting.dynamics import peak, within

#: Samples of the track before and after a piece that are resampled too, and cut off: the filter
#: reaches so far, and takes what is not there for silence.
MARGIN = 256


def factor(semitones: float) -> float:
    """The speed that raises the pitch by so many semitones; 1 is as it was."""
    return float(2 ** (semitones / 12))


def read_at_speed(track: Samples, start: int, samples: int, speed: float) -> Samples:
    """A crop at another speed, band-limited (soxr, HQ: the resampler of the data set).

    Where the track has no room for a longer piece from ``start`` on, the piece begins earlier.

    Args:
        track: float32 (samples of the track, channels), full scale ±1.
        start: first sample of the crop at its own speed.
        samples: length of the crop, in samples.
        speed: above 1 is faster and higher. What rises above half the rate is left out; slower
            crops have nothing up there.

    Returns:
        float32 (samples, channels); zeros follow the end of the track.
    """
    needed = ceil(samples * speed)
    start = max(0, min(start, len(track) - needed))
    if speed == 1:
        return _padded(np.asarray(track[start : start + samples]), samples)
    import soxr

    lead = min(start, MARGIN)
    piece = np.ascontiguousarray(track[start - lead : start + needed + MARGIN])
    made = soxr.resample(piece, speed, 1.0, "HQ")[round(lead / speed) :][:samples]
    # Between the samples of a loud track the sound may exceed them.
    return within(_padded(made, samples), max(1.0, peak(piece)))


def _padded(piece: Samples, samples: int) -> Samples:
    """A piece with zeros after it, float32 (samples, channels), which may be written to."""
    whole = np.zeros((samples, piece.shape[1]), np.float32)
    whole[: len(piece)] = piece
    return whole
