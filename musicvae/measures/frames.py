"""Measures the attributes of a sound for each latent step: loudness, brightness, bass and so on.

Directions in latent space are fitted to them (:mod:`musicvae.latents.attributes`). Each has the
scale in which a linear model of the latents predicts it best; docstrings say what was tried.

They are computed a hundred times faster than the sound lasts, and with numpy alone, since the base
install has neither scipy nor librosa. (scipy's Hann windows differ by 2e-16; importing
``scipy.signal`` takes a second.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound
from musicvae.errors import SettingError
from musicvae.measures.bands import BANDS
from musicvae.measures.onsets import onset_density
from musicvae.measures.spectra import usable
from musicvae.measures.stereo import stereo_curves
from musicvae.measures.windows import Float64, mean_of, middles, spectra, window_size

#: One value for each latent step: float32, shape (steps,), in a unit of :data:`UNITS`.
Curve = NDArray[np.float32]

#: The attributes, in this order, and their units. Only stereo sounds have a width.
UNITS = {
    "loudness": "dBFS",
    "brightness": "Hz",
    "noisiness": "dB",
    "onsets": "onsets/s",
    "bass": "dB",
    "width": "dB",
}

#: The lowest loudness in dBFS, also that of silence.
FLOOR_DBFS = -80.0
#: Below this loudness in dBFS a step has nothing but loudness and onsets.
SILENT_DBFS = -70.0
_POWER_FLOOR = 1e-6  # of a frame's mean power, in the flatness
_BASS_FLOOR = 1e-6  # of a frame's power


def frame_attributes(sound: Sound, hop: int) -> dict[str, Curve]:
    """All attributes of a sound, one value for each latent step.

    Step j consists of the samples from j·hop to (j + 1)·hop. It is measured in a Hann window around
    their middle, whose length is the power of two nearest to 93 ms (2048 samples at 22 050 Hz), or
    the next one that holds a whole step. The last step may reach beyond the end.

    ``loudness``, dBFS: RMS over all channels, never below -80; a full-scale sine has -3. Weighting
    by frequency (A, K) made it no more linear in the latents of music.

    ``brightness``, Hz: spectral centroid, weighted by magnitude as in
    :func:`musicvae.measures.centroid`. Its logarithm is no more linear (R² within 0.08 either way),
    and Hz are easier to read.

    ``noisiness``, dB: spectral flatness; 0 for a flat spectrum, about -2.5 for white noise, -20 to
    -35 for music, -60 for a tone. R² on held-out steps was 0.8 to 0.9 in dB, and 0.3 to 0.5 for the
    flatness itself, from 0 to 1.

    ``onsets`` per second: :func:`onset_density` at the middle of the step.

    ``bass``, dB: the energy from 20 to 200 Hz over that of the rest, -60 to 60. The share of the
    whole, which ends at 0 dB where there is much bass, followed its direction less far (0.81 of
    what was asked for instead of 0.90) and took loudness along (0.26 instead of 0.14).

    ``width``, dB, of stereo sounds: :func:`musicvae.measures.stereo.stereo_curves`.

    Steps below -70 dBFS have loudness and onsets alone: the other values are NaN.

    Args:
        sound: at any rate, with any number of channels.
        hop: samples per latent step at the sound's rate.

    Returns:
        For each name in :data:`UNITS` float32 (steps,), steps = samples / hop, rounded up; without
        ``width`` where the sound has one channel.

    Raises:
        AudioError: the sound is empty or not finite.
        SettingError: ``hop`` is not a whole number of at least 1.
    """
    if isinstance(hop, bool) or not isinstance(hop, int | np.integer) or hop < 1:
        raise SettingError(
            "the step cannot be measured", expected="hop of at least 1 sample", received=hop
        )
    mono = usable(sound)
    centres = middles(len(mono), hop)
    size = window_size(hop, sound.sample_rate)
    curves = {"loudness": _loudness(sound.samples, centres, size)}
    curves |= _spectral(mono, centres, size, sound.sample_rate)
    if sound.samples.shape[1] == 2:
        curves["width"] = stereo_curves(sound, hop)["width"]
    silent = curves["loudness"] < SILENT_DBFS
    for name in curves.keys() - {"loudness"}:
        curves[name][silent] = np.nan
    times, density = onset_density(sound)
    curves["onsets"] = np.interp(centres / sound.sample_rate, times, density)
    return {name: curves[name].astype(np.float32) for name in UNITS if name in curves}


def _loudness(samples: Samples, centres: Float64, size: int) -> Float64:
    """Loudness in dBFS around each centre, float64 (steps,); centres and size in samples."""
    power = mean_of(np.square(samples).mean(axis=1), centres, size)
    loudness: Float64 = np.maximum(10 * np.log10(np.maximum(power, 1e-12)), FLOOR_DBFS)
    return loudness


def _spectral(mono: Samples, centres: Float64, size: int, rate: int) -> dict[str, Float64]:
    """Brightness in Hz, noisiness and bass in dB around each centre, float64 (steps,) each."""
    frequencies = np.fft.rfftfreq(size, 1 / rate).astype(np.float32)
    low, high = BANDS["bass"]
    deep = ((frequencies >= low) & (frequencies < high)).astype(np.float32)
    groups = []
    for power in spectra(mono, centres, size):
        magnitude = np.sqrt(power)
        total = np.maximum(magnitude.sum(axis=1), 1e-30)
        floor = _POWER_FLOOR * power.mean(axis=1, keepdims=True) + 1e-30
        flatness = np.log10(power + floor).mean(axis=1) - np.log10((power + floor).mean(axis=1))
        bass, least = power @ deep, (_BASS_FLOOR * power.sum(axis=1) + 1e-30)
        balance = np.log10(bass + least) - np.log10(np.maximum(power.sum(axis=1) - bass, 0) + least)
        groups.append([magnitude @ frequencies / total, 10 * flatness, 10 * balance])
    curves = np.concatenate([np.array(group, np.float64) for group in groups], axis=1)
    return dict(zip(("brightness", "noisiness", "bass"), curves, strict=True))
