"""Finds the beats of a sound from its onsets, where it has a pulse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.measures.onsets import frame_seconds, onset_weights
from musicvae.measures.smoothing import hann, smooth
from musicvae.measures.windows import Float64

#: Seconds from beat to beat: the least, the most, and what people prefer (Moelants 2002).
_LEAST, _MOST, _PREFERRED = 0.25, 1.0, 0.5
#: Spread of that preference in octaves.
_OCTAVES = 1.0
#: Onsets are blurred over this many seconds: players are not exact.
_BLUR = 0.05
#: The least correlation of the onsets with themselves a beat later, where there is a pulse; and how
#: many standard deviations of what chance makes, which is more in a short sound.
_CLEAR, _SURE = 0.15, 3.5
#: How much a beat that comes early or late costs, in standard deviations of the onsets' weight.
_TIGHTNESS = 100.0
#: A shorter sound, in seconds, shows no pulse.
_SHORTEST = 4.0


def beats(sound: Sound) -> Float64:
    """The moments of the beats in seconds, float64 (beats,); empty where there is no clear pulse.

    The tempo is the lag at which the onsets correlate best with themselves; the beats are the path
    through the onsets that keeps this tempo best (dynamic programming, after Ellis 2007).

    Raises:
        AudioError: the sound is empty or not finite.
    """
    rate = frame_seconds(sound.sample_rate)
    times, weight = onset_weights(sound)
    if len(times) * rate < _SHORTEST or not weight.any():
        return np.zeros(0)
    strength = smooth(weight, hann(max(1.0, _BLUR / rate)))
    strength = (strength - strength.mean()) / max(float(strength.std()), 1e-9)
    period = _period(strength, rate)
    return times[_path(strength, period)] if period else np.zeros(0)


def _period(strength: Float64, rate: float) -> int:
    """Frames from beat to beat; 0 where the onsets do not repeat clearly enough.

    Args:
        strength: of the onsets, mean 0 and variance 1, float64 (frames,).
        rate: seconds of a frame.
    """
    low, high = int(_LEAST / rate), int(np.ceil(_MOST / rate))
    size = 2 ** int(np.ceil(np.log2(2 * len(strength))))
    spectrum = np.fft.rfft(strength, size)
    same = np.fft.irfft(spectrum * spectrum.conj(), size)[low : high + 1]
    lags = np.arange(low, low + len(same))
    same = same / (len(strength) - lags)
    liked = np.exp(-0.5 * (np.log2(lags * rate / _PREFERRED) / _OCTAVES) ** 2)
    best = int(np.argmax(same * liked))
    least = max(_CLEAR, _SURE * np.sqrt(_BLUR / (len(strength) * rate)))
    return int(lags[best]) if same[best] >= least else 0


def _path(strength: Float64, period: int) -> NDArray[np.intp]:
    """The frames of the beats, about ``period`` apart: those whose onsets are strongest in all."""
    gaps = np.arange(period // 2, 2 * period + 1)
    costs = _TIGHTNESS * np.log(gaps / period) ** 2
    total, before = strength.copy(), np.full(len(strength), -1)
    for frame in range(int(gaps[0]), len(strength)):
        reach = gaps[: frame - int(gaps[0]) + 1]
        ways = total[frame - reach] - costs[: len(reach)]
        best = int(np.argmax(ways))
        if ways[best] > 0:  # else the beats may as well begin here
            total[frame] += ways[best]
            before[frame] = frame - reach[best]
    found = [int(np.argmax(total[-period:])) + len(total) - period]
    while before[found[-1]] >= 0:
        found.append(int(before[found[-1]]))
    return np.array(found[::-1])
