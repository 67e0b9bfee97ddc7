"""Measures how much quieter than its music a decoder is, so that it can be made as loud."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.arrays import Latents
from musicvae.vae.stream.coding import StreamCoder

#: Number of tracks that are measured, at most, and seconds of each.
TRACKS, SECONDS = 16, 8.0
#: Mean power below which a track is silence: -60 dBFS.
_SILENCE = 1e-6
#: What a decoder can be too quiet or too loud by, in dB; one that is further off has learnt little.
_MOST = 6.0
#: What a gain leaves, in dB: nobody hears it, and distances of spectra grow with the gain.
_LEFT = 0.4


def missing_level(
    coder: StreamCoder, tracks: Sequence[tuple[Samples, Latents]], sample_rate: int
) -> float:
    """By how many dB tracks are louder than their decodings: the median.

    A magnitude that fluctuates as noise does is foretold, by the mean absolute difference of
    logarithms, as its median, which has less power than its mean square.

    Args:
        coder: of the model that was trained.
        tracks: sounds, float32 (samples, channels), each with the model's own latents, float32
            (steps, D), as ``coder`` encodes them.
        sample_rate: of the sounds, in Hz.

    Returns:
        -6 to 6; 0 where all tracks are silent.
    """
    step, delay = coder.settings.step, coder.settings.delay
    most = max(1, round(SECONDS * sample_rate / step))
    places = np.unique(np.linspace(0, len(tracks) - 1, TRACKS).astype(int))
    found = []
    for audio, latents in (tracks[place] for place in places):
        begin = max(0, (len(latents) - most) // 2)
        decoded = coder.decode(coder.hold(latents[begin : begin + most]))[delay:]
        first = begin * step
        original = audio[first : first + len(decoded)]
        power = float(np.mean(original**2)) if len(original) else 0.0
        if power > _SILENCE:
            again = float(np.mean(decoded[: len(original)] ** 2))
            found.append(10 * np.log10(power / max(again, _SILENCE / 100)))
    return float(np.clip(np.median(found), -_MOST, _MOST)) if found else 0.0


def mending_gain(missing: float) -> float:
    """The gain in dB that mends a missing level but for what nobody hears, 0.4 dB.

    Args:
        missing: in dB; see :func:`missing_level`.
    """
    return math.copysign(max(abs(missing) - _LEFT, 0.0), missing)
