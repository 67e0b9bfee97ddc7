"""Measures the distance of two sounds, or of two sets of sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound
from musicvae.errors import AudioError
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.measures.spectra import comparable, librosa, log_mel, magnitude, onset_strength

#: FFT size, hop and window in samples (Yamamoto et al. 2020, table 1).
STFT_RESOLUTIONS = ((512, 50, 240), (1024, 120, 600), (2048, 240, 1200))


def log_mel_distance(a: Sound, b: Sound) -> float:
    """Mean absolute difference of two log-mel spectrograms (:func:`log_mel`), in natural-log units.

    A distance of 1 is a factor of e, or 8.7 dB, in every band of every frame. The longer sound is
    cut to the length of the shorter.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = _same_length(log_mel(a), log_mel(b))
    return float(np.mean(np.abs(first - second)))


def multi_resolution_stft_distance(a: Sound, b: Sound) -> float:
    """Spectral convergence plus mean absolute log-magnitude difference, at three resolutions.

    This is the loss of Parallel WaveGAN (Yamamoto, Song & Kim 2020): FFT 512, 1024 and 2048, hop
    50, 120 and 240, Hann window 240, 600 and 1200 samples, at 22 050 Hz. Power below 1e-7 counts as
    1e-7, so that silence has a logarithm. The longer sound is cut to the length of the shorter.

    Args:
        a: the reference.
        b: the other sound.

    Returns:
        The mean over the resolutions, without unit; 0 for equal sounds.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = _same_length(comparable(a), comparable(b))
    total = 0.0
    for size, hop, window in STFT_RESOLUTIONS:
        reference = _floored(first, size, hop, window)
        other = _floored(second, size, hop, window)
        convergence = np.linalg.norm(reference - other) / np.linalg.norm(reference)
        total += float(convergence + np.mean(np.abs(np.log(reference) - np.log(other))))
    return total / len(STFT_RESOLUTIONS)


def onset_correlation(a: Sound, b: Sound) -> float:
    """Pearson correlation of two onset strengths: whether onsets happen at the same times.

    The longer sound is cut to the length of the shorter.

    Returns:
        -1 to 1; 0 where a sound has no onsets at all.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = _same_length(onset_strength(a), onset_strength(b))
    if np.std(first) < 1e-6 or np.std(second) < 1e-6:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def frechet_log_mel_distance(sounds_a: Sequence[Sound], sounds_b: Sequence[Sound]) -> float:
    """Fréchet distance between two sets of sounds, over the frames of their log-mel spectrograms.

    A Gaussian is fitted to all frames of a set; see :mod:`musicvae.measures.frechet`. A frame
    consists of its 80 log-mel bands and their 80 slopes over nine frames (librosa's delta, in log
    units per frame). Frames are compared rather than whole clips, since a few clips hold thousands
    of frames, while their number would be too small to estimate a covariance in 160 dimensions. The
    distance depends on timbre, level and their changes within 0.2 s, and not on longer form.

    Returns:
        0 for equal sets; squared natural-log units.

    Raises:
        AudioError: a set is empty or too short, or a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    return frechet_distance(*(_gaussian(sounds) for sounds in (sounds_a, sounds_b)))


def _floored(samples: Samples, size: int, hop: int, window: int) -> NDArray[np.float32]:
    """Magnitudes as :func:`magnitude`, float32 (bins, frames), none below the root of 1e-7."""
    floored: NDArray[np.float32] = np.sqrt(
        np.maximum(magnitude(samples, size, hop, window) ** 2, 1e-7)
    )
    return floored


def _gaussian(sounds: Sequence[Sound]) -> Gaussian:
    """A Gaussian in 160 dimensions, fitted to all frames."""
    frames = [_frames(sound) for sound in sounds]
    if sum(map(len, frames)) < 2:
        raise AudioError(
            "too little sound to fit a distribution to",
            expected="at least one sound of 50 ms in each set; some minutes for a steady figure",
            received=f"{len(sounds)} sounds",
        )
    return Gaussian.of(np.concatenate(frames))


def _frames(sound: Sound) -> NDArray[np.float64]:
    """Log-mel bands and their slopes, float64 (frames, 160), in natural-log units."""
    bands = log_mel(sound).astype(np.float64)
    slopes = librosa().feature.delta(bands, axis=0, mode="nearest")
    return np.concatenate([bands, slopes], axis=1)


def _same_length(
    a: NDArray[np.float32], b: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two float32 arrays, (frames,) or (frames, bands), cut to the length of the shorter."""
    length = min(len(a), len(b))
    return a[:length], b[:length]
