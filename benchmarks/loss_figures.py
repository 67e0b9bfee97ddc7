"""Figures of reconstructions and of new sounds: distances, and what is lost of the music."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.cards.measuring import Likeness

#: Bounds of bands in Hz, whose energies are compared.
BANDS = (20, 150, 600, 2_500, 6_000, 11_000, 22_050)

HEAD = (
    "| loss | steps | log-mel L1 | STFT | level, dB | onsets | texture, dB | roughness, dB | "
    "worst band, dB | width, dB | new |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


class Figures(NamedTuple):
    """Figures of a model; the first seven as :class:`musicvae.cards.measuring.Likeness` has them.

    Attributes:
        log_mel: distance in natural-log units.
        stft: multi-resolution STFT distance.
        level: of the reconstruction, less that of the track, in dB.
        onsets: correlation of onset strengths.
        texture: distance of textures, in dB.
        roughness: of the reconstruction's texture, less that of the track, in dB.
        band: the largest difference of a band's energy, in dB.
        width: absolute difference of stereo widths, in dB.
        new: Fréchet distance of log-mel frames of new sounds to those of training tracks.
    """

    log_mel: float
    stft: float
    level: float
    onsets: float
    texture: float
    roughness: float
    band: float
    width: float
    new: float

    def row(self) -> str:
        """Cells of a Markdown table, in the order of :data:`HEAD`."""
        near = f"{self.log_mel:.3f} | {self.stft:.3f} | {self.level:+.2f} | {self.onsets:.3f}"
        lost = f"{self.texture:.2f} | {self.roughness:+.2f} | {self.band:.2f} | {self.width:.2f}"
        return f"{near} | {lost} | {self.new:.1f}"


def figures_of(pairs: Iterable[tuple[Sound, Sound]], new: float) -> Figures:
    """The mean figures of tracks and their reconstructions, of the same lengths and rates."""
    rows = [_of_one(track, made) for track, made in pairs]
    means: list[float] = np.mean(rows, axis=0).tolist()
    return Figures._make([*means, new])


def _of_one(track: Sound, made: Sound) -> tuple[float, ...]:
    like = Likeness.of(track, made)
    band = float(np.max(np.abs(band_levels(made) - band_levels(track))))
    near = (like.log_mel, like.stft, like.level, like.onsets)
    return (*near, like.texture, like.roughness, band, abs(like.width or 0.0))


def band_levels(sound: Sound) -> NDArray[np.float64]:
    """The mean power of each of :data:`BANDS`, in dB, float64 (bands,); at least -80."""
    power = np.mean(np.abs(np.fft.rfft(sound.samples, axis=0)) ** 2, axis=1)
    power /= len(sound.samples) ** 2 / 2
    edges = np.searchsorted(np.fft.rfftfreq(len(sound.samples), 1 / sound.sample_rate), BANDS)
    sums = [power[low:high].sum() for low, high in itertools.pairwise(edges)]
    return 10 * np.log10(np.array(sums) + 1e-8)
