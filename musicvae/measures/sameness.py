"""Measures what stays the same where the timbre of a sound changes: loudness, pitch classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.measures.spectra import (
    COMPARISON_RATE,
    LOG_OFFSET,
    MEL_FFT,
    MEL_HOP,
    comparable,
    librosa,
    magnitude,
)

#: Frames more than this far below the loudest have no pitch that counts, in dB.
_QUIET = 60.0


def loudness_correlation(a: Sound, b: Sound) -> float:
    """Pearson correlation of two curves of loudness: whether both grow loud at the same times.

    The curve is the logarithm of the RMS of frames of 93 ms, 43 a second. The longer sound is cut
    to the length of the shorter.

    Returns:
        -1 to 1; 0 where a sound is equally loud throughout.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = (_loudness(_spectrum(sound)) for sound in (a, b))
    length = min(len(first), len(second))
    return _correlation(first[:length], second[:length])


def pitch_class_correlation(a: Sound, b: Sound) -> float:
    """Mean correlation of two chromagrams, frame by frame: whether both play the same notes.

    A chromagram is the energy of each of the twelve pitch classes (Fujishima 1999), here of the
    magnitude spectrum between the octaves, tuned to 440 Hz, over 93 ms. Frames count in which
    neither sound is more than 60 dB below its loudest. The longer sound is cut to the length of the
    shorter. Two unrelated pieces come to 0 where their keys do not agree, and to .3 where they do.

    Returns:
        -1 to 1; 0 where no frame counts.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = _spectrum(a), _spectrum(b)
    length = min(first.shape[1], second.shape[1])
    first, second = first[:, :length], second[:, :length]
    loud = _is_loud(first) & _is_loud(second)
    if not loud.any():
        return 0.0
    pairs = zip(_chroma(first[:, loud]).T, _chroma(second[:, loud]).T, strict=True)
    return float(np.mean([_correlation(one, other) for one, other in pairs]))


def _spectrum(sound: Sound) -> NDArray[np.float64]:
    """Magnitudes, float64 (1025, frames), of the mean of the channels at 22 050 Hz."""
    return magnitude(comparable(sound), MEL_FFT, MEL_HOP).astype(np.float64)


def _loudness(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each frame: ln(magnitude), float64 (frames,), with an offset that silences have too."""
    curve: NDArray[np.float64] = np.log(np.sqrt((spectrum**2).mean(axis=0)) + LOG_OFFSET)
    return curve


def _is_loud(spectrum: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The frames that count, (frames,)."""
    energy = (spectrum**2).sum(axis=0)
    loud: NDArray[np.bool_] = energy > max(10 ** (-_QUIET / 10) * energy.max(), 1e-20)
    return loud


def _chroma(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitude of each pitch class, float64 (12, frames)."""
    filters = librosa().filters.chroma(sr=COMPARISON_RATE, n_fft=MEL_FFT, tuning=0.0)
    chroma: NDArray[np.float64] = filters.astype(np.float64) @ spectrum
    return chroma


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    if np.std(first) < 1e-9 or np.std(second) < 1e-9:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
