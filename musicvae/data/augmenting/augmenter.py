"""Reads the crops of a training batch and changes them as ``Recipe.augment`` says.

Every number that is drawn depends on the seed, the training step and the row alone, as the crops do
(:mod:`musicvae.data.crops`), and each has a column of its own: a resumed run, or one worker of
several, makes the very same batches, and an option changes nothing about what another one draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.data.augmenting import dynamics, spectrum
from musicvae.data.augmenting.speed import factor, read_at_speed
from musicvae.data.corpus import Corpus
from musicvae.data.crops import AUGMENTATION, CropPlan, generator, read_crops
from musicvae.recipes import Recipe
from musicvae.recipes.augmentation import parse_augment

#: Share of the crops that an option changes; each option chooses anew. The rest stay as they were
#: recorded, since that is what the model will hear later. Of ``mix`` the share is its strength.
SHARE = 0.5
#: Least level of the second crop of a mixture, in dB below the first.
QUIETEST_OTHER = -12.0
#: The low-pass and the high-pass begin at half the rate and here, in Hz, and move towards each
#: other, but not closer than two octaves.
LOWEST, BETWEEN = 30.0, 4.0
#: Where the shelves lie, in Hz.
LOW_SHELF, HIGH_SHELF = (100.0, 400.0), (2_000.0, 6_000.0)


@dataclass(frozen=True)
class Draws:
    """The random numbers of one row: uniform, at least 0 and below 1, a field for each use."""

    speed_chosen: float
    speed: float
    mix_chosen: float
    mix_level: float
    mix_track: float
    mix_place: float
    mix_speed: float
    band_chosen: float
    band_low: float
    band_high: float
    shelves_chosen: float
    low_gain: float
    low_place: float
    high_gain: float
    high_place: float
    compress_chosen: float
    compress: float
    gain_chosen: float
    gain: float

    @classmethod
    def of_rows(cls, seed: int, step: int, rows: range) -> list[Draws]:
        """The numbers of some rows of one batch."""
        shape = (max(rows, default=-1) + 1, len(cls.__dataclass_fields__))
        drawn = generator(seed, AUGMENTATION, step).random(shape)
        return [cls(*map(float, drawn[row])) for row in rows]


class Augmenter:
    """Makes the crops of training batches.

    Args:
        corpus: the training tracks.
        recipe: gives the augmentation, the length of a crop, the rows of a batch and the seed.
    """

    def __init__(self, corpus: Corpus, recipe: Recipe) -> None:
        self.corpus, self.recipe = corpus, recipe
        self.strengths = parse_augment(recipe.augment)
        self.plan = CropPlan(corpus.lengths, recipe.samples, recipe.batch_size, recipe.seed)
        self._hertz = spectrum.frequencies(recipe.samples, recipe.sample_rate)

    def crops(self, step: int, rows: range) -> Samples:
        """The crops of some rows of one batch, float32 (rows, samples, channels)."""
        planned = self.plan.crops(step, rows)
        if not self.strengths:
            return read_crops(self.corpus, planned, self.recipe.samples)
        drawn = Draws.of_rows(self.recipe.seed, step, rows)
        made = [self._crop(*crop, draws) for crop, draws in zip(planned, drawn, strict=True)]
        return np.stack(made)

    def _crop(self, track: int, start: int, draws: Draws) -> Samples:
        """One crop with all that was drawn for it, float32 (samples, channels)."""
        crop = self._read(track, start, draws.speed if draws.speed_chosen < SHARE else 0.5)
        # A lossy file may exceed full scale; nothing is made louder than what was there.
        ceiling = max(1.0, dynamics.peak(crop))
        if draws.mix_chosen < self.strengths.get("mix", 0):
            level = QUIETEST_OTHER * draws.mix_level
            crop = dynamics.mixed(crop, self._other(draws), level)
        if (response := self._response(draws)) is not None:
            crop = spectrum.filtered(crop, self.recipe.sample_rate, response)
        if "compress" in self.strengths and draws.compress_chosen < SHARE:
            ratio = self.strengths["compress"] ** draws.compress
            crop = dynamics.compressed(crop, self.recipe.sample_rate, ratio)
        if "gain" in self.strengths and draws.gain_chosen < SHARE:
            gain = dynamics.decibels(self.strengths["gain"] * _signed(draws.gain))
            crop = crop * np.float32(gain)
        return dynamics.within(crop, ceiling)

    def _read(self, track: int, start: int, drawn: float) -> Samples:
        """A crop at the speed that was drawn; 0.5 is its own."""
        speed = factor(self.strengths.get("speed", 0.0) * _signed(drawn))
        return read_at_speed(self.corpus.audio(track), start, self.recipe.samples, speed)

    def _other(self, draws: Draws) -> Samples:
        """The second crop of a mixture: any place of any track."""
        track = int(draws.mix_track * len(self.corpus))
        room = max(0, int(self.corpus.lengths[track]) - self.recipe.samples)
        return self._read(track, int(draws.mix_place * (room + 1)), draws.mix_speed)

    def _response(self, draws: Draws) -> spectrum.Response | None:
        """The product of all filters of a crop, or ``None`` where there are none."""
        parts: list[spectrum.Response] = []
        top = self.recipe.sample_rate / 2
        if "band" in self.strengths and draws.band_chosen < SHARE:
            octaves = self.strengths["band"]
            high = top * 2 ** (-octaves * draws.band_high)
            low = min(LOWEST * 2 ** (octaves * draws.band_low), high / BETWEEN)
            parts += [spectrum.low_pass(self._hertz, high), spectrum.high_pass(self._hertz, low)]
        if "shelves" in self.strengths and draws.shelves_chosen < SHARE:
            most = self.strengths["shelves"]
            low = _between(LOW_SHELF, draws.low_place)
            high = _between(HIGH_SHELF, draws.high_place)
            parts += [
                spectrum.low_shelf(self._hertz, min(low, top / 2), most * _signed(draws.low_gain)),
                spectrum.high_shelf(
                    self._hertz, min(high, top / 2), most * _signed(draws.high_gain)
                ),
            ]
        whole: NDArray[np.complex64] | None = None
        for part in parts:
            whole = part if whole is None else whole * part
        return whole


def _signed(drawn: float) -> float:
    """A number from -1 to 1 for one from 0 to 1."""
    return 2 * drawn - 1


def _between(ends: tuple[float, float], drawn: float) -> float:
    """A frequency between two, in Hz, equally likely in each octave."""
    low, high = ends
    return float(low * (high / low) ** drawn)
