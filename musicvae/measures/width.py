"""Measures how wide a stereo sound is."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Sound
from musicvae.measures.spectra import usable

#: Width of a sound without any side, and of one that is all side, in dB.
NARROWEST, WIDEST = -60.0, 60.0


def stereo_width(sound: Sound) -> float:
    """Energy of the side, ``(left - right) / 2``, over that of the mid, ``(left + right) / 2``.

    Returns:
        In dB, from -60, for mono and silence, to 60; 0 for two channels that are independent and
        equally loud.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    usable(sound)
    if sound.samples.shape[1] != 2:
        return NARROWEST
    left, right = sound.samples.astype(np.float64).T
    side, mid = np.mean((left - right) ** 2), np.mean((left + right) ** 2)
    if side <= 1e-20:
        return NARROWEST
    ratio = 10 * np.log10(side / max(mid, 1e-20))
    return float(np.clip(ratio, NARROWEST, WIDEST))
