"""How far apart two sounds are, or two sets of sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound
from musicvae.errors import AudioError
from musicvae.measures.spectra import comparable, librosa, log_mel, magnitude, onset_strength

#: FFT size, hop and window in samples (Yamamoto et al. 2020, table 1).
STFT_RESOLUTIONS = ((512, 50, 240), (1024, 120, 600), (2048, 240, 1200))


def log_mel_distance(a: Sound, b: Sound) -> float:
    """Mean absolute difference of the two log-mel spectrograms, in natural-log units.

    1 is a factor of e, 8.7 dB, in every band of every frame. See :func:`log_mel`; the longer sound
    is cut to the length of the shorter.

    Raises:
        AudioError: a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    first, second = _same_length(log_mel(a), log_mel(b))
    return float(np.mean(np.abs(first - second)))


def multi_resolution_stft_distance(a: Sound, b: Sound) -> float:
    """Spectral convergence plus mean absolute log-magnitude difference, at three resolutions.

    The loss of Parallel WaveGAN (Yamamoto, Song & Kim 2020), ``a`` being the reference: FFT 512,
    1024 and 2048, hop 50, 120 and 240, Hann window 240, 600 and 1200 samples, at 22 050 Hz; power
    is not taken below 1e-7, so that silence has a logarithm. The mean over the resolutions; without
    unit, 0 for equal sounds. The longer sound is cut to the length of the shorter.

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
    """Whether things happen at the same time: Pearson correlation of the two onset strengths.

    -1 to 1; 0 where one of them has no onsets at all. The longer is cut to the shorter.

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

    A Gaussian is fitted to all frames of a set, each frame being its 80 log-mel bands and their 80
    slopes over nine frames (librosa's delta, in log units per frame); the distance is
    ``|mean_a - mean_b|² + tr(C_a + C_b - 2 (C_a C_b)^½)`` (Dowson & Landau 1982; used on embeddings
    by Heusel et al. 2017 and Kilgour et al. 2019). Frames rather than whole clips, since a few
    clips already hold thousands of them: a covariance of 160 dimensions estimated from a handful
    of clips would be singular. It sees timbre, level and their changes within 0.2 s, and is blind
    to longer form.

    Returns:
        0 for equal sets; squared natural-log units.

    Raises:
        AudioError: a set is empty or too short, or a sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    mean_a, covariance_a = _gaussian(sounds_a)
    mean_b, covariance_b = _gaussian(sounds_b)
    root = _square_root(covariance_a)
    cross = np.linalg.eigvalsh(root @ covariance_b @ root)
    shared = 2 * np.sqrt(np.maximum(cross, 0)).sum()
    spread = np.trace(covariance_a) + np.trace(covariance_b) - shared
    return float(np.sum((mean_a - mean_b) ** 2) + max(spread, 0.0))


def _floored(samples: Samples, size: int, hop: int, window: int) -> NDArray[np.float32]:
    floored: NDArray[np.float32] = np.sqrt(
        np.maximum(magnitude(samples, size, hop, window) ** 2, 1e-7)
    )
    return floored


def _gaussian(sounds: Sequence[Sound]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    frames = [_frames(sound) for sound in sounds]
    if sum(map(len, frames)) < 2:
        raise AudioError(
            "too little sound to fit a distribution to",
            expected="at least one sound of 50 ms in each set; some minutes for a steady figure",
            received=f"{len(sounds)} sounds",
        )
    together = np.concatenate(frames)
    return together.mean(axis=0), np.cov(together, rowvar=False)


def _frames(sound: Sound) -> NDArray[np.float64]:
    bands = log_mel(sound).astype(np.float64)
    slopes = librosa().feature.delta(bands, axis=0, mode="nearest")
    return np.concatenate([bands, slopes], axis=1)


def _square_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric square root of a symmetric, positive semi-definite matrix."""
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def _same_length(
    a: NDArray[np.float32], b: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    length = min(len(a), len(b))
    return a[:length], b[:length]
