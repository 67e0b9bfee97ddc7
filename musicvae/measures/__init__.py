"""Measures of sounds: of one sound, of the distance of two, and of the distance of two sets.

    one sound   level, peak, bandwidth, centroid, spectral_flatness, onset_rate, clicks
                describe: all of them as one Measures
    two sounds  log_mel_distance, multi_resolution_stft_distance, onset_correlation
    two sets    frechet_log_mel_distance

Every function takes :class:`musicvae.audio.Sound` at any rate and number of channels. Spectra are
those of the mean of the channels. None of them needs TensorFlow; most need librosa, which the extra
``train`` installs.
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
