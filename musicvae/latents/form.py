"""How latents move over seconds: the figures by which rollouts are compared with music.

One step ahead, a model that drifts looks as good as one that does not: of two priors, one with the
better one-step score on unheard tracks (1.748 against 1.782) played twice as far from the music. So
what counts is what becomes of a model that goes on by itself. Four things are compared:

- *spread*: the standard deviation of each latent (rollouts that fade have too little, rollouts that
  drift too much);
- *memory*: the autocorrelation after ¼, ½, 1, 2 and 4 s, each latent about its own mean;
- *windows*: mean, spread and movement of each latent in windows of 3 s, as a Fréchet distance;
- *pace*: how far a step is from the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from musicvae.errors import LatentError
from musicvae.latents.arrays import Float64, checked_sequences
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.measures.repeating import LAGS, autocorrelation

#: Length of a window, in seconds.
WINDOW = 3.0
#: Components of the windows' statistics between which covariances are compared: with a few hundred
#: windows, more could not be estimated.
_COMPONENTS = 16


@dataclass(frozen=True, eq=False)
class Form:
    """The figures of some sequences of latents.

    Attributes:
        spread: standard deviation of each latent over all sequences, float64 (D,).
        memory: autocorrelation of each latent after each of
            :data:`musicvae.measures.repeating.LAGS`, float64 (5, D).
        pace: mean absolute difference of successive steps, float64 (D,).
        windows: mean, spread and movement of each latent in each window, float64 (n, 3 D).
        weights: how much each latent counts, float64 (D,), sum 1.
    """

    spread: Float64
    memory: Float64
    pace: Float64
    windows: Float64
    weights: Float64

    @classmethod
    def of(
        cls, sequences: Sequence[ArrayLike], rate: float, weights: ArrayLike | None = None
    ) -> Form:
        """The figures of sequences.

        Args:
            sequences: standardised latents, shape (steps, D) each, at least one of 3 s.
            rate: steps per second.
            weights: how much each latent counts, shape (D,); by default all the same.

        Raises:
            LatentError: a sequence has another shape or is not finite, or all are too short.
        """
        tracks = checked_sequences(sequences)
        length = max(2, round(WINDOW * rate))
        windows = [
            _statistics(track[first : first + length])
            for track in tracks
            for first in range(0, len(track) - length + 1, max(1, length // 2))
        ]
        if not windows:
            raise LatentError(
                "these sequences are too short to tell their form",
                expected=f"at least {length} steps",
                received=f"at most {max(map(len, tracks))}",
            )
        together = np.concatenate(tracks)
        shares = np.ones(together.shape[1]) if weights is None else np.asarray(weights, np.float64)
        return cls(
            together.std(axis=0),
            np.stack([autocorrelation(tracks, round(lag * rate)) for lag in LAGS]),
            np.concatenate([np.abs(np.diff(track, axis=0)) for track in tracks]).mean(axis=0),
            np.stack(windows),
            shares / shares.sum(),
        )

    def distances(self, other: Form) -> Mapping[str, float]:
        """How far other sequences are from these in each of the four; 0 for the same.

        ``self`` is the music: its windows define the scale and the components.
        """
        return {
            "spread": self._mean(np.abs(np.log(_above(other.spread) / _above(self.spread)))),
            "memory": self._mean(np.abs(other.memory - self.memory).mean(axis=0)),
            "pace": self._mean(np.abs(np.log(_above(other.pace) / _above(self.pace)))),
            "windows": self._window_distance(other),
        }

    def distance(self, other: Form) -> float:
        """The four distances together, each counted in units of what is plainly heard."""
        found = self.distances(other)
        return sum(found[name] / scale for name, scale in _SCALES.items())

    def _mean(self, values: Float64) -> float:
        return float(self.weights @ values)

    def _window_distance(self, other: Form) -> float:
        """Square root of the Fréchet distance of the windows, in the music's main components."""
        scale = np.sqrt(np.tile(self.weights, 3)) / _above(self.windows.std(axis=0))
        mean = self.windows.mean(axis=0)
        mine, theirs = (self.windows - mean) * scale, (other.windows - mean) * scale
        _, axes = np.linalg.eigh(mine.T @ mine / len(mine))
        chosen = axes[:, ::-1][:, :_COMPONENTS]
        # What lies outside of the components is one more number: nothing may hide there.
        parts = [np.c_[x @ chosen, np.linalg.norm(x - x @ chosen @ chosen.T, axis=1)]
                 for x in (mine, theirs)]  # fmt: skip
        return float(np.sqrt(frechet_distance(*map(Gaussian.of, parts))))


#: A distance of each kind that is plainly heard.
_SCALES = {"spread": 0.2, "memory": 0.1, "pace": 0.2, "windows": 1.0}


def _statistics(window: Float64) -> Float64:
    """Mean, spread and movement of each latent, float64 (3 D,)."""
    movement = np.abs(np.diff(window, axis=0)).mean(axis=0)
    return np.concatenate([window.mean(axis=0), window.std(axis=0), movement])


def _above(values: Float64) -> Float64:
    return np.maximum(values, 1e-6)
