"""Attributes of a sound, one value for each latent step: how loud, how bright, how noisy, how busy.

They are what directions in latent space are fitted to (:mod:`musicvae.latents.attributes`), so each
has the scale in which a linear model of latents predicts it best; docstrings say what was tried.
numpy alone computes them, a hundred times faster than the sound lasts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound
from musicvae.errors import SettingError
from musicvae.measures.spectra import COMPARISON_RATE, usable

Curve = NDArray[np.float32]

#: The attributes, in this order, and their units.
UNITS = {"loudness": "dBFS", "brightness": "Hz", "noisiness": "dB", "onsets": "onsets/s"}

#: Lowest loudness in dBFS: that of silence.
FLOOR_DBFS = -80.0
#: Below this loudness in dBFS a step has neither brightness nor noisiness.
SILENT_DBFS = -70.0
#: Seconds over which onsets are counted: the width of the Hann window at half its height.
ONSET_SECONDS = 1.0

_WINDOW = 2048  # samples at 22 050 Hz, as in musicvae.measures.spectra
_FLATNESS_FLOOR = 1e-6  # of a frame's mean power
_ONSET_WINDOW, _ONSET_HOP, _ONSET_LAG = 1024, 256, 2  # samples at 22 050 Hz; frames
_ONSET_BANDS, _LOWEST_BAND, _NARROWEST = 3, 40.0, 2  # per octave; Hz; bins
_ONSET_POWER = 1e-9  # mean square, -90 dBFS: what is far below it in a band is nothing new
_ONSET_NEAR, _ONSET_AROUND = 3, 20  # frames to either side: of one peak; of its surroundings
_ONSET_FACTOR, _ONSET_ABOVE = 1.5, 0.5  # what an onset exceeds: so many times the median, plus dB
_BLOCK = 512  # frames that are looked at together, to bound the memory


def frame_attributes(sound: Sound, hop: int) -> dict[str, Curve]:
    """All attributes of a sound, one value for each latent step.

    Step j stands for the samples from j·hop to (j + 1)·hop, and is measured in a Hann window
    around their middle: of the power of two nearest to 93 ms (2048 samples at 22 050 Hz), or of the
    next one that holds a whole step. The last step may reach beyond the end.

    ``loudness``, dBFS: RMS over all channels, never below -80; a full-scale sine is -3. Weighting
    by frequency (A, K) made it no more linear in the latents of music.

    ``brightness``, Hz: spectral centroid, weighted by magnitude as
    :func:`musicvae.measures.centroid` does. Its logarithm is no more linear (R² within 0.08 either
    way), and Hz are easier to read.

    ``noisiness``, dB: spectral flatness, 0 being flat; about -2.5 for white noise, -20 to -35 for
    music, -60 for a tone. In dB held-out R² was 0.8 to 0.9, from 0 to 1 it was 0.3 to 0.5.

    ``onsets`` per second: :func:`onset_density` at the middle of the step.

    Silence, below -70 dBFS, has neither brightness nor noisiness: those values are NaN.

    Args:
        sound: at any rate, with any number of channels.
        hop: samples per latent step at the sound's rate.

    Returns:
        For each name in :data:`UNITS` float32 (steps,), steps = samples / hop, rounded up.

    Raises:
        AudioError: the sound is empty or not finite.
        SettingError: ``hop`` is not a whole number of at least 1.
    """
    if isinstance(hop, bool) or not isinstance(hop, int | np.integer) or hop < 1:
        raise SettingError(
            "the step cannot be measured", expected="hop of at least 1 sample", received=hop
        )
    mono = usable(sound)
    centres = _middles(len(mono), hop)
    size = max(_power_of_two(_WINDOW, sound.sample_rate), 2 ** int(np.ceil(np.log2(hop))))
    loudness = _loudness(sound.samples, centres, size)
    brightness, noisiness = _spectral(mono, centres, size, sound.sample_rate)
    silent = loudness < SILENT_DBFS
    brightness[silent] = noisiness[silent] = np.nan
    times, density = onset_density(sound)
    onsets = np.interp(centres / sound.sample_rate, times, density)
    curves = (loudness, brightness, noisiness, onsets)
    return {name: curve.astype(np.float32) for name, curve in zip(UNITS, curves, strict=True)}


def onset_density(sound: Sound) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many onsets a second there are around each moment, on a grid of about 12 ms.

    Spectral flux in dB over third-octave bands, against the frame 23 ms before (Dixon 2006; Böck &
    Widmer 2013, without the vibrato suppression). A frame that is the highest within 35 ms counts
    as 0 to 1 onsets: the dB by which it exceeds 0.5 dB + 1.5 times the median of the 230 ms to
    either side; so the curve also grows while onsets become clearer. Their sum under a Hann window
    of 1 s (at half its height) is the density. All thresholds are local, so that what happens
    elsewhere in the sound does not matter. A sound that begins or ends abruptly has no onset there.

    On made notes of known times, 1 to 10 a second (drums, plucked and bowed), the mean error was
    0.5 a second; librosa's detector, whose threshold follows the loudest onset, had 1.0. White
    noise comes out at 0.6 a second.

    Returns:
        Times in seconds and onsets per second, float64 (frames,) each.

    Raises:
        AudioError: the sound is empty or not finite.
    """
    rate = sound.sample_rate
    hop = _power_of_two(_ONSET_HOP, rate)
    weight = _onsets(usable(sound), hop, _power_of_two(_ONSET_WINDOW, rate), rate)
    density = smooth(weight, hann(ONSET_SECONDS * rate / hop)) * rate / hop
    return (np.arange(len(weight)) + 0.5) * hop / rate, density


def hann(width: float) -> NDArray[np.float64]:
    """A Hann window for :func:`smooth`, ``width`` steps wide at half its height, of odd length."""
    reach = max(int(np.ceil(width)) - 1, 0)
    window: NDArray[np.float64] = np.cos(np.pi * np.arange(-reach, reach + 1) / max(width, 1e-9))
    return 0.5 + 0.5 * window


def smooth(values: NDArray[np.floating], window: NDArray[np.float64]) -> NDArray[np.float64]:
    """A moving weighted mean over the first axis, of what there is of the window at the ends.

    Args:
        values: shape (steps,) or (steps, D).
        window: weights, of odd length.

    Returns:
        float64, of the same shape.
    """
    columns = np.asarray(values, np.float64).reshape(len(values), -1)
    middle = slice(len(window) // 2, len(window) // 2 + len(values))
    mass = np.convolve(np.ones(len(values)), window)[middle]
    sums = [np.convolve(column, window)[middle] for column in columns.T]
    smoothed: NDArray[np.float64] = (np.stack(sums, axis=1) / mass[:, None]).reshape(values.shape)
    return smoothed


def _power_of_two(samples: int, rate: int) -> int:
    """The power of two nearest to so many samples at 22 050 Hz, at another rate; at least 16."""
    return int(max(16, 2 ** round(np.log2(samples * rate / COMPARISON_RATE))))


def _loudness(samples: Samples, centres: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    power = np.square(samples).mean(axis=1)
    window = _hann_of(size)
    weights = window.astype(np.float32)
    sums = np.concatenate([frames @ weights for frames in _frames(power, centres, size)])
    # At the ends only the part of the window that lies inside the sound counts.
    inside = np.concatenate([[0.0], np.cumsum(window)])
    starts = _starts(centres, size)
    mass = inside[np.minimum(size, len(samples) - starts)] - inside[np.maximum(0, -starts)]
    decibels = 10 * np.log10(np.maximum(sums / np.maximum(mass, 1e-9), 1e-12))
    loudness: NDArray[np.float64] = np.maximum(decibels, FLOOR_DBFS)
    return loudness


def _spectral(
    mono: Samples, centres: NDArray[np.float64], size: int, rate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    frequencies = np.fft.rfftfreq(size, 1 / rate).astype(np.float32)
    brightness, noisiness = [], []
    for power in _power(mono, centres, size):
        magnitude = np.sqrt(power)
        total = np.maximum(magnitude.sum(axis=1), 1e-30)
        brightness.append((magnitude @ frequencies / total).astype(np.float64))
        floored = power + (_FLATNESS_FLOOR * power.mean(axis=1, keepdims=True) + 1e-30)
        flatness = np.log10(floored).mean(axis=1) - np.log10(floored.mean(axis=1))
        noisiness.append(10 * flatness.astype(np.float64))
    return np.concatenate(brightness), np.concatenate(noisiness)


def _onsets(mono: Samples, hop: int, size: int, rate: int) -> NDArray[np.float64]:
    """How much of an onset each frame is, 0 to 1, shape (frames,)."""
    centres = _middles(len(mono), hop)
    firsts = _bands(size, rate)
    scale = 2 / (size * np.sum(_hann_of(size) ** 2))  # a full-scale sine comes out at 0.5
    bands = np.concatenate(
        [np.add.reduceat(power, firsts, axis=1) for power in _power(mono, centres, size)]
    )
    decibels = 10 * np.log10(bands * scale + _ONSET_POWER)
    rise = decibels[_ONSET_LAG:] - decibels[:-_ONSET_LAG]
    # A window that reaches beyond an end sees a step there, which has all frequencies.
    edge = -(-size // (2 * hop))
    flux = np.maximum(rise, 0).mean(axis=1)[edge:-edge]
    weight = np.zeros(len(centres))
    if len(flux):
        around = np.median(_neighbours(flux, _ONSET_AROUND), axis=1)
        highest = flux >= _neighbours(flux, _ONSET_NEAR).max(axis=1)
        above = flux - _ONSET_FACTOR * around - _ONSET_ABOVE
        weight[_ONSET_LAG + edge : -edge] = np.where(highest, np.clip(above, 0, 1), 0)
    return weight


def _bands(size: int, rate: int) -> list[int]:
    """The first bin of each band: a third of an octave wide, and at least two bins."""
    highest = max(0.95 * rate / 2, _LOWEST_BAND)
    count = int(np.log2(highest / _LOWEST_BAND) * _ONSET_BANDS) + 1
    edges = _LOWEST_BAND * 2 ** (np.arange(count) / _ONSET_BANDS)
    firsts: list[int] = []
    for first in np.searchsorted(np.fft.rfftfreq(size, 1 / rate), edges):
        if not firsts or first - firsts[-1] >= _NARROWEST:
            firsts.append(int(first))
    return firsts


def _neighbours(flux: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Each frame with so many to either side, shape (frames, 2 · reach + 1)."""
    return sliding_window_view(np.pad(flux, reach, mode="reflect"), 2 * reach + 1)


def _power(mono: Samples, centres: NDArray[np.float64], size: int) -> Iterator[Samples]:
    """Power spectra, float32 (frames, bins), in blocks."""
    window = _hann_of(size).astype(np.float32)
    for frames in _frames(mono, centres, size):
        spectrum = np.fft.rfft(frames * window, axis=1)
        yield (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


def _frames(values: Samples, centres: NDArray[np.float64], size: int) -> Iterator[Samples]:
    """What lies ``size`` samples wide around each centre, zeros beyond the ends, in blocks."""
    views = sliding_window_view(np.pad(values, size), size)
    starts = _starts(centres, size) + size
    for first in range(0, len(starts), _BLOCK):
        block: Samples = views[starts[first : first + _BLOCK]]
        yield block


def _middles(samples: int, hop: int) -> NDArray[np.float64]:
    """The middle of each step, in samples."""
    return np.arange(-(-samples // hop), dtype=np.float64) * hop + 0.5 * hop


def _starts(centres: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    return np.floor(centres).astype(np.int64) - size // 2


def _hann_of(size: int) -> NDArray[np.float64]:
    """The periodic Hann window of so many samples."""
    return np.square(np.sin(np.linspace(0, np.pi, size, endpoint=False, dtype=np.float64)))
