"""Figures that say how a sound is, and how far two sounds are apart.

    one sound   level, peak, bandwidth, centroid, spectral_flatness, onset_rate, clicks
                describe: all of them as one Measures
    two sounds  log_mel_distance, multi_resolution_stft_distance, onset_correlation
    two sets    frechet_log_mel_distance

Every function takes :class:`musicvae.audio.Sound` at any rate and number of channels. Whatever
looks at a spectrum looks at the mean of the channels. None needs TensorFlow; most need librosa,
which the extra ``train`` brings.
"""

from musicvae.measures.pairs import (
    frechet_log_mel_distance,
    log_mel_distance,
    multi_resolution_stft_distance,
    onset_correlation,
)
from musicvae.measures.single import (
    Measures,
    bandwidth,
    centroid,
    clicks,
    describe,
    level,
    onset_rate,
    peak,
    spectral_flatness,
)
from musicvae.measures.spectra import log_mel

__all__ = [
    "Measures",
    "bandwidth",
    "centroid",
    "clicks",
    "describe",
    "frechet_log_mel_distance",
    "level",
    "log_mel",
    "log_mel_distance",
    "multi_resolution_stft_distance",
    "onset_correlation",
    "onset_rate",
    "peak",
    "spectral_flatness",
]
