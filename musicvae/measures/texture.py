"""Measures texture: how the sound fluctuates, which distances of spectrograms do not see.

A distance of spectrograms is least for their mean: where a model cannot know each small fluctuation
of a cymbal, a bow or a breath, it does best by leaving them all out, and the result is a smear. A
texture is described by statistics that do not say when something happens, only how much of it does
(McDermott & Simoncelli 2011). Another draw of the same noise has the same texture; a smooth noise
has not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.spectra import COMPARISON_RATE, comparable, librosa, magnitude

#: Bands of the spectrum, from :data:`LOWEST` Hz to 11 025 Hz on the mel scale.
BANDS, LOWEST = 24, 50.0
#: Hann window, hop and FFT size of the envelopes, in samples at 22 050 Hz: 12 ms, 345 a second.
_WINDOW, _HOP, _FFT = 256, 64, 1024
#: Bounds in Hz of the octaves of modulation.
OCTAVES = (2, 4, 8, 16, 32, 64, 128)
#: Values of an envelope that are analysed at once, 1.5 s; half of them is the step to the next.
_SEGMENT = 512
#: Envelopes are power to this exponent, amplitude to .3: about as the ear compresses them.
_COMPRESSION = 0.15
#: Power of a band below this share of the mean over bands and time counts as that much.
_QUIET = 1e-6
#: Modulation power below this is none: -60 dB.
_STILL = 1e-6


def texture(sound: Sound) -> NDArray[np.float64]:
    """How strongly each band of the spectrum fluctuates, in each octave of modulation.

    The mean of the channels at 22 050 Hz is divided into 24 bands; the envelope of each, to the
    power of .3 and relative to its own mean within 1.5 s, is Fourier transformed. Modulation power
    is averaged over the sound. So neither the level, nor the spectrum, nor the moment of an event
    counts.

    Returns:
        float64 (24, 6), in dB: 0 is as strong as the envelope itself, -60 is none. The octaves
        begin at 2, 4, 8, 16, 32 and 64 Hz.

    Raises:
        AudioError: the sound is shorter than 1.5 s, empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    envelopes = _envelopes(sound)
    if envelopes.shape[1] < _SEGMENT:
        raise AudioError(
            "too little sound to measure its texture", expected="1.5 s or more", received=sound
        )
    starts = range(0, envelopes.shape[1] - _SEGMENT + 1, _SEGMENT // 2)
    power = np.mean([_modulation(envelopes[:, at : at + _SEGMENT]) for at in starts], axis=0)
    decibels: NDArray[np.float64] = 10 * np.log10(power + _STILL)
    return decibels


def texture_distance(a: Sound, b: Sound) -> float:
    """Mean absolute difference of two textures (:func:`texture`), in dB over bands and octaves.

    About .1 for a transparent codec, 1 to 2 for phases that were made up, several dB for a smear.
    Two draws of one noise are 1 dB apart over 4 s, and .4 dB over 10 s: compare long sounds.

    Raises:
        AudioError: a sound is shorter than 1.5 s, empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    return float(np.mean(np.abs(texture(a) - texture(b))))


def roughness_difference(a: Sound, b: Sound) -> float:
    """Mean of the texture of ``b`` less that of ``a``, in dB: below 0 where ``b`` is smoother.

    Raises:
        AudioError: a sound is shorter than 1.5 s, empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    return float(np.mean(texture(b) - texture(a)))


def _envelopes(sound: Sound) -> NDArray[np.float64]:
    """Compressed envelopes of the bands, float64 (24, frames), above 0."""
    power = magnitude(comparable(sound), _FFT, _HOP, _WINDOW).astype(np.float64) ** 2
    filters = librosa().filters.mel(
        sr=COMPARISON_RATE,
        n_fft=_FFT,
        n_mels=BANDS,
        fmin=LOWEST,
        fmax=COMPARISON_RATE / 2,
        norm=None,
    )
    bands = filters.astype(np.float64) @ power
    compressed: NDArray[np.float64] = (bands + _QUIET * bands.mean() + 1e-20) ** _COMPRESSION
    return compressed


def _modulation(segment: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power of each octave of modulation, float64 (24, 6), of envelopes (24, 512); 1 is full."""
    deviation = segment / segment.mean(axis=1, keepdims=True) - 1
    window = np.hanning(_SEGMENT + 1)[:-1]
    spectrum = np.abs(np.fft.rfft(deviation * window, axis=1)) ** 2
    density = 2 * spectrum / (_SEGMENT * np.sum(window**2))
    rates = np.fft.rfftfreq(_SEGMENT, _HOP / COMPARISON_RATE)
    edges = np.searchsorted(rates, OCTAVES)
    return np.add.reduceat(density, edges, axis=1)[:, :-1]
