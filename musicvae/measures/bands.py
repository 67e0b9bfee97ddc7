"""Measures how loud each band of the spectrum is, for each latent step of a sound.

The bands are those that sound engineers speak of. Books differ about where one ends; here the
lowest ends where the first overtone of a bass guitar's highest open string lies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.measures.spectra import usable
from musicvae.measures.windows import Float64, hann_of, middles, spectra, window_size

#: The bands by name, from and to in Hz. What lies above half the sample rate is not there.
BANDS = {
    "bass": (20.0, 200.0),
    "low mid": (200.0, 500.0),
    "mid": (500.0, 2_000.0),
    "presence": (2_000.0, 6_000.0),
    "treble": (6_000.0, 16_000.0),
}
#: Middles of the third octaves in Hz, as ISO 266 names them.
_THIRDS = (
    *(50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1_000, 1_250, 1_600, 2_000),
    *(2_500, 3_150, 4_000, 5_000, 6_300, 8_000, 10_000, 12_500),
)
#: The lowest level of a band in dBFS: what lies below it is not heard beside music.
FLOOR_DBFS = -80.0


def bands_within(rate: int) -> dict[str, tuple[float, float]]:
    """The bands that a sound of this rate in Hz has: those that begin below 0.8 of half of it."""
    return {name: ends for name, ends in BANDS.items() if ends[0] < 0.4 * rate}


def thirds_within(rate: int) -> dict[str, tuple[float, float]]:
    """The third octaves that a sound of this rate in Hz has, named by their middle: ``315 Hz``."""
    half = 2 ** (1 / 6)
    return {
        _hertz(middle): (middle / half, middle * half)
        for middle in _THIRDS
        if middle * half < 0.48 * rate
    }


def band_levels(sound: Sound, hop: int, bands: Sequence[tuple[float, float]]) -> Float64:
    """The level of each band around the middle of each step.

    Windows and steps are those of :func:`musicvae.measures.frames.frame_attributes`.

    Args:
        sound: at any rate; the mean of its channels counts.
        hop: samples per step at the sound's rate.
        bands: from and to of each in Hz; each has at least the bin nearest to its middle.

    Returns:
        dBFS, float64 (steps, bands), never below -80; a full-scale sine has -3 in its band.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    mono, rate = usable(sound), sound.sample_rate
    size = window_size(hop, rate)
    scale = 2 / (size * np.sum(hann_of(size) ** 2))  # a full-scale sine comes out at 0.5
    members = _members(np.fft.rfftfreq(size, 1 / rate), bands).astype(np.float32)
    centres = middles(len(mono), hop)
    power = np.concatenate([group @ members for group in spectra(mono, centres, size)])
    decibels: Float64 = 10 * np.log10(power.astype(np.float64) * scale + 1e-12)
    return np.maximum(decibels, FLOOR_DBFS)


def _hertz(frequency: int) -> str:
    """A frequency as it is written on an equaliser."""
    return f"{frequency} Hz" if frequency < 1_000 else f"{frequency / 1_000:g} kHz"


def _members(
    frequencies: NDArray[np.floating], bands: Sequence[tuple[float, float]]
) -> NDArray[np.bool_]:
    """Which bins lie in which band, bool (bins, bands)."""
    low, high = np.array(bands).T
    inside: NDArray[np.bool_] = (frequencies[:, None] >= low) & (frequencies[:, None] < high)
    nearest = np.abs(frequencies[:, None] - np.sqrt(low * high)).argmin(axis=0)
    inside[nearest, np.arange(len(bands))] = True
    return inside
