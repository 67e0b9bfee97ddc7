"""Measures of sounds: of one sound, of the distance of two, and of the distance of two sets.

    one sound   level, peak, bandwidth, centroid, spectral_flatness, onset_rate, clicks
                describe: all of them as one Measures
                stereo_width, texture, onset_autocorrelation
    two sounds  log_mel_distance, multi_resolution_stft_distance, onset_correlation,
                texture_distance, roughness_difference,
                loudness_correlation, pitch_class_correlation
    two sets    frechet_log_mel_distance; and of a set against two others, copy_rate

Every function takes :class:`musicvae.audio.Sound` at any rate and number of channels. Spectra are
those of the mean of the channels. None of them needs TensorFlow; most need librosa, which the extra
``train`` installs.
"""

from musicvae.measures.copying import copy_rate
from musicvae.measures.pairs import (
    frechet_log_mel_distance,
    log_mel_distance,
    multi_resolution_stft_distance,
    onset_correlation,
)
from musicvae.measures.repeating import onset_autocorrelation
from musicvae.measures.sameness import loudness_correlation, pitch_class_correlation
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
from musicvae.measures.texture import roughness_difference, texture, texture_distance
from musicvae.measures.width import stereo_width

__all__ = [
    "Measures",
    "bandwidth",
    "centroid",
    "clicks",
    "copy_rate",
    "describe",
    "frechet_log_mel_distance",
    "level",
    "log_mel",
    "log_mel_distance",
    "loudness_correlation",
    "multi_resolution_stft_distance",
    "onset_autocorrelation",
    "onset_correlation",
    "onset_rate",
    "peak",
    "pitch_class_correlation",
    "roughness_difference",
    "spectral_flatness",
    "stereo_width",
    "texture",
    "texture_distance",
]
