"""Measures one sound: its level, brightness, number of onsets, and clicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.measures.spectra import (
    COMPARISON_RATE,
    MEL_HOP,
    librosa,
    onset_strength,
    power_spectrogram,
    usable,
)

#: Level of digital silence, that of the last bit of a 24-bit file: tables and JSON stay finite.
SILENCE_DBFS = -144.5
#: Share of the power that lies below the bandwidth.
BANDWIDTH_SHARE = 0.99
#: A click exceeds the RMS curvature of its surroundings by this factor.
CLICK_FACTOR = 12.0
#: Curvature below this (of full scale ±1) is rounding, not a click.
CLICK_FLOOR = 2e-3
#: Length of the surroundings on either side.
CLICK_WINDOW_MS = 5.0
#: Jumps that are no further apart than this are one click.
CLICK_GAP_MS = 2.0


@dataclass(frozen=True)
class Measures:
    """All measures of one sound; the function of the same name explains each.

    Attributes:
        seconds: length in seconds.
        level: RMS in dBFS.
        peak: largest sample in dBFS.
        bandwidth: in Hz.
        centroid: in Hz.
        spectral_flatness: from 0 (a tone) to 1 (a flat spectrum).
        onset_rate: onsets per second.
        clicks: number of clicks.
    """

    seconds: float
    level: float
    peak: float
    bandwidth: float
    centroid: float
    spectral_flatness: float
    onset_rate: float
    clicks: int


def describe(sound: Sound) -> Measures:
    """All measures of one sound.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    return Measures(
        seconds=sound.seconds,
        level=level(sound),
        peak=peak(sound),
        bandwidth=bandwidth(sound),
        centroid=centroid(sound),
        spectral_flatness=spectral_flatness(sound),
        onset_rate=onset_rate(sound),
        clicks=clicks(sound),
    )


def level(sound: Sound) -> float:
    """RMS over all channels in dBFS: 0 for a full-scale square wave, -3.01 for a full-scale sine.

    It is ``20 log10(rms)``, without the 3.01 dB that AES17 adds. Silence is -144.5.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    usable(sound)
    return _dbfs(float(np.sqrt(np.mean(np.square(sound.samples, dtype=np.float64)))))


def peak(sound: Sound) -> float:
    """The largest sample of any channel in dBFS (sample peak, not true peak); silence is -144.5.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    usable(sound)
    return _dbfs(float(np.abs(sound.samples).max()))


def bandwidth(sound: Sound) -> float:
    """The frequency in Hz below which 99 % of the power of the whole sound lies; 0 for silence.

    This is a spectral roll-off (Scheirer & Slaney 1997) of the long-term power spectrum. The other
    usual definition, the highest frequency within 60 dB of the maximum, rates a dull sound with
    faint hiss as high as a bright one: it gave 11 kHz for nearly every track that was tried. A
    recording that was once resampled to a low rate has at most half that rate.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    frequencies, power = power_spectrogram(sound)
    total = np.cumsum(power.sum(axis=1))
    if total[-1] == 0:
        return 0.0
    return float(frequencies[np.searchsorted(total, BANDWIDTH_SHARE * total[-1])])


def centroid(sound: Sound) -> float:
    """The mean frequency in Hz, weighted by magnitude, averaged over frames; 0 for silence.

    This is the spectral centroid (Grey & Gordon 1978), which corresponds to perceived brightness.
    Analysis frames more than 80 dB below the loudest do not count.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    frequencies, power = power_spectrogram(sound)
    magnitude = np.sqrt(_loud(power))
    if not magnitude.size:
        return 0.0
    return float(np.mean(frequencies @ magnitude / magnitude.sum(axis=0)))


def spectral_flatness(sound: Sound) -> float:
    """Geometric mean of the power spectrum divided by its arithmetic mean, averaged over frames.

    It is about 0.56 for white noise, whose single frames are not flat, near 0 for tones (Johnston
    1988), and 0 for silence. Analysis frames more than 80 dB below the loudest do not count.

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    _, power = power_spectrogram(sound)
    frames = _loud(power)
    if not frames.size:
        return 0.0
    frames = frames + 1e-10 * frames.max()  # one empty bin would make the geometric mean 0
    return float(np.mean(np.exp(np.mean(np.log(frames), axis=0)) / frames.mean(axis=0)))


def onset_rate(sound: Sound) -> float:
    """Onsets per second: peaks of the onset strength, picked as librosa does (Böck et al. 2012).

    Raises:
        AudioError: the sound is empty or not finite.
        MissingExtraError: librosa is not installed.
    """
    strength = onset_strength(sound)
    if not np.any(strength > 1e-6):
        return 0.0
    onsets = librosa().onset.onset_detect(
        onset_envelope=strength, sr=COMPARISON_RATE, hop_length=MEL_HOP
    )
    return len(onsets) / sound.seconds


def clicks(sound: Sound) -> int:
    """The number of clicks: sudden jumps between samples, in the channel that has the most.

    A jump is a spike in the second difference, which is small for music. A sample counts where that
    difference exceeds 12 times its RMS over the 5 ms on either side (without the spike itself);
    spikes within 2 ms of each other are one click. This is a simple form of the detector of Vaseghi
    & Rayner (1990), with differences instead of linear prediction. Music has none or nearly none;
    drum samples with hard attacks may count.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    usable(sound)
    return max(
        _clicks(channel.astype(np.float64), sound.sample_rate) for channel in sound.samples.T
    )


def _clicks(channel: NDArray[np.float64], rate: int) -> int:
    """The clicks of one channel, float64 of shape (samples,), full scale ±1, at a rate in Hz."""
    reach = max(8, round(rate * CLICK_WINDOW_MS / 1000))
    if len(channel) < 2 * reach:
        return 0
    curvature = np.diff(channel, n=2)
    count = len(curvature)
    sums = np.concatenate([[0.0], np.cumsum(np.pad(curvature**2, reach, mode="reflect"))])
    # Per sample: the energy of 2 * reach + 1 values around it, less that of the 5 at its middle.
    around = sums[2 * reach + 1 :] - sums[:count]
    middle = sums[reach + 3 :][:count] - sums[reach - 2 :][:count]
    local = np.sqrt(np.maximum(around - middle, 0) / (2 * reach - 4))
    found = np.flatnonzero(np.abs(curvature) > CLICK_FACTOR * local + CLICK_FLOOR)
    if not len(found):
        return 0
    return 1 + int(np.count_nonzero(np.diff(found) > rate * CLICK_GAP_MS / 1000))


def _loud(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """The frames within 80 dB of the loudest, float64 (bins, frames) both; none of silence."""
    energy = power.sum(axis=0)
    return power[:, energy > max(1e-8 * energy.max(), 1e-20)]


def _dbfs(amplitude: float) -> float:
    """An amplitude, of full scale 1, in dBFS."""
    return max(20 * float(np.log10(max(amplitude, 1e-30))), SILENCE_DBFS)
