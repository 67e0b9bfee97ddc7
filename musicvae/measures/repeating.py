"""Tells how much a sound resembles itself some time later: whether it has a pulse, and form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.onsets import frame_seconds, onset_weights
from musicvae.measures.smoothing import hann, smooth
from musicvae.measures.windows import Float64

#: Lags in seconds.
LAGS = (0.25, 0.5, 1.0, 2.0, 4.0)
#: Seconds over which onsets are smoothed: players are not exact.
_BLUR = 0.05


def onset_autocorrelation(sound: Sound, lags: Sequence[float] = LAGS) -> tuple[float, ...]:
    """Correlation of the onsets' strength with itself, each lag later.

    Returns:
        -1 to 1 for each lag; 0 for all where there is no onset.

    Raises:
        AudioError: the sound is not longer than the longest lag, or not finite.
    """
    step = frame_seconds(sound.sample_rate)
    strength = smooth(onset_weights(sound)[1], hann(max(1.0, _BLUR / step)))
    steps = [max(1, round(lag / step)) for lag in lags]
    if len(strength) <= max(steps):
        raise AudioError(
            "too short to compare it with itself later",
            expected=f"more than {max(lags):g} s",
            received=f"{sound.seconds:.1f} s",
        )
    return tuple(float(autocorrelation([strength[:, None]], lag)[0]) for lag in steps)


def autocorrelation(tracks: Sequence[NDArray[np.floating]], lag: int) -> Float64:
    """Correlation of each column with itself ``lag`` rows later, about its mean in each track.

    Args:
        tracks: shape (rows, D) each; those that are not longer than the lag do not count.
        lag: in rows, at least 1.

    Returns:
        -1 to 1, float64 (D,); 0 for a column that does not move.
    """
    products = squares = np.zeros(tracks[0].shape[1])
    for track in tracks:
        if len(track) > lag:
            centred = np.asarray(track, np.float64) - np.mean(track, axis=0, dtype=np.float64)
            products = products + (centred[lag:] * centred[:-lag]).mean(axis=0)
            squares = squares + np.square(centred).mean(axis=0)
    correlation: Float64 = products / np.maximum(squares, 1e-12)
    return correlation
