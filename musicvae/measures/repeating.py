"""Tells how much a sound resembles itself some time later: whether it has a pulse, and form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.onsets import frame_seconds, onset_weights
from musicvae.measures.smoothing import hann, smooth

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
    return autocorrelation(strength[:, None], [lag / step for lag in lags])


def autocorrelation(rows: NDArray[np.floating], lags: Sequence[float]) -> tuple[float, ...]:
    """Correlation of rows, (steps, D), with the rows some steps later, over all columns together.

    Each column counts less its mean, so that columns of high variance count more.

    Raises:
        AudioError: there are not more rows than the longest lag.
    """
    steps = [max(1, round(lag)) for lag in lags]
    if len(rows) <= max(steps):
        raise AudioError(
            "too short to compare it with itself later",
            expected=f"more than {max(steps)} steps",
            received=f"{len(rows)} steps",
        )
    centred = np.asarray(rows, np.float64) - np.mean(rows, axis=0, dtype=np.float64)
    power = float(np.sum(centred**2)) / len(centred)
    if power <= 0:
        return (0.0,) * len(steps)
    products = [float(np.sum(centred[:-lag] * centred[lag:])) / (len(rows) - lag) for lag in steps]
    return tuple(product / power for product in products)
