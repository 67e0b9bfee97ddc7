"""Describes a track by a few numbers in each of three aspects, in which tracks are compared.

    timbre    which latents it uses, and how widely: their means and standard deviations
    movement  how they move: the size of their steps, and how much of their movement is how fast
    together  which latents move together: the correlations of the first ones

They were chosen by measurement: ``benchmarks/survey.py`` prints how often each finds tracks that do
not belong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32
from musicvae.surveying.hearing import Heard

#: Octaves of movement that are told apart: the fastest is between a quarter and half of a cycle a
#: step, the slowest (of a stream at 43 steps a second) about one a second.
OCTAVES = 5
#: Latents whose movement is looked at in octaves, and with each other: those that explain most.
MOVING = 8
#: Keeps the logarithm of a latent that does not move finite; it is small beside a spread of 1.
_FLOOR = 0.05

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Summary:
    """The numbers of one track, float64 vectors whose lengths depend on the model alone."""

    timbre: Values
    movement: Values
    together: Values

    @classmethod
    def of(cls, heard: Heard) -> Summary:
        """Summarise what was heard of a track."""
        z = heard.latents.astype(np.float64)
        steps = np.diff(z, axis=0) if len(z) > 1 else np.zeros_like(z)
        spread = np.log(z.std(axis=0) + _FLOOR)
        return cls(
            timbre=np.concatenate([z.mean(axis=0), spread]),
            movement=np.concatenate([np.log(steps.std(axis=0) + _FLOOR), octaves(heard.latents)]),
            together=correlations(heard.latents),
        )


def octaves(latents: Float32) -> Values:
    """Share of each octave in the movement of the first latents, as logarithms.

    Args:
        latents: standardised, float32 (steps, D).

    Returns:
        float64 (OCTAVES × min(D, MOVING),): the slowest octave of all latents first.
    """
    z = latents[:, :MOVING].astype(np.float64)
    moved = (z - z.mean(axis=0)) * np.hanning(len(z))[:, None]
    power = np.abs(np.fft.rfft(moved, axis=0)) ** 2
    cycles = np.fft.rfftfreq(len(z))
    edges = 0.5 ** np.arange(OCTAVES + 1, 0, -1)
    bands = [
        power[(cycles >= low) & (cycles < high)].sum(axis=0)
        for low, high in pairwise(edges.tolist())
    ]
    energy = np.stack(bands)
    shares: Values = np.log(energy / np.maximum(power.sum(axis=0), 1e-12) + 1e-3)
    return shares.ravel()


def correlations(latents: Float32) -> Values:
    """Correlations of each two of the first latents, spread out near ±1 as Fisher did (1915).

    Args:
        latents: standardised, float32 (steps, D).

    Returns:
        float64, one for each pair; a single 0 where there are no pairs.
    """
    z = latents[:, :MOVING].astype(np.float64)
    moved = z - z.mean(axis=0)
    spread = np.maximum(moved.std(axis=0), 1e-6)
    matrix = moved.T @ moved / len(z) / np.outer(spread, spread)
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    found: Values = np.arctanh(np.clip(pairs, -0.98, 0.98)) if pairs.size else np.zeros(1)
    return found


def stacked(summaries: list[Summary]) -> Mapping[str, Values]:
    """The numbers of all tracks by aspect, float64 (tracks, …) each."""
    return {
        aspect: np.stack([getattr(summary, aspect) for summary in summaries])
        for aspect in ("timbre", "movement", "together")
    }
