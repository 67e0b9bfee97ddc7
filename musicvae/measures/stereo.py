"""Measures how wide a stereo sound is and to which side it leans, for each latent step."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples, Sound
from musicvae.measures.spectra import usable
from musicvae.measures.windows import Float64, mean_of, middles, window_size

#: Lowest width in dB, that of two equal channels, and the farthest balance.
LEAST, MOST = -40.0, 20.0
_POWER = 1e-12  # mean square: silence is neither wide nor to one side


def stereo_curves(sound: Sound, hop: int) -> dict[str, Float64]:
    """Width and balance around the middle of each step; windows as those of all attributes.

    ``width``, dB: the energy of the difference of the channels over that of their sum: -40 or less
    for two equal channels, 0 for two that have nothing in common, above 0 for opposite phases.

    ``balance``, dB: the energy of the right channel over that of the left, -20 to 20.

    Args:
        sound: of two channels, at any rate.
        hop: samples per step at the sound's rate.

    Returns:
        float64 (steps,) each.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    usable(sound)
    left, right = sound.samples.T
    centres, size = middles(len(left), hop), window_size(hop, sound.sample_rate)

    def decibels(above: Samples, below: Samples) -> Float64:
        upper, lower = (mean_of(np.square(one), centres, size) for one in (above, below))
        ratio: Float64 = 10 * np.log10((upper + _POWER) / (lower + _POWER))
        return ratio

    return {
        "width": np.clip(decibels(left - right, left + right), LEAST, MOST),
        "balance": np.clip(decibels(right, left), -MOST, MOST),
    }
