"""Draws latents to the steps of a memory that are like them.

Each step draws with a weight that falls with its squared distance, as in the regression of Nadaraya
(1964) and Watson (1964): so the latents move smoothly to where the music of the memory would be.
"""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.memory.bank import Memory

#: Steps of a memory that draw, at most, so that the work of a moment is bounded.
MOST = 4096
#: Steps from which is learnt how far apart neighbours are, and the neighbour that is meant.
_SAMPLED, _NEIGHBOUR = 64, 8


class Masses:
    """Steps of a memory, evenly chosen among all. Several may share them: nothing in it changes.

    Args:
        memory: whose steps.

    Attributes:
        rows: standardised latents, float32 (N, D); N is at most 4096.
        halves: half of the squared length of each, float32 (N,).
        softness: at this much more of half a squared distance, a step draws e times less.
    """

    def __init__(self, memory: Memory) -> None:
        apart = -(-memory.steps // MOST)
        self.rows: Float32 = np.ascontiguousarray(memory.rows()[::apart])
        self.halves: Float32 = np.einsum("nd,nd->n", self.rows, self.rows) / np.float32(2)
        self.softness = self._softness()

    def _softness(self) -> float:
        """How much farther the eighth neighbour is than the first, usually, by the log of 8.

        As :attr:`Places.unit` is for windows: the music of a step's neighbourhood draws alike.
        """
        rows, last = self.rows, min(_NEIGHBOUR, len(self.rows) - 1)
        gaps = []
        for row in rows[:: -(-len(rows) // _SAMPLED)]:
            # Half of the squared distances, but for what is the same in all.
            apart = self.halves - np.einsum("nd,d->n", rows, row)
            near = np.partition(apart, (min(1, last), last))  # the first is the step itself
            gaps.append(near[last] - near[min(1, last)])
        return max(1e-3, float(np.median(gaps) / np.log(_NEIGHBOUR)))


class Gravity:
    """Draws latents; all memory is taken beforehand.

    Args:
        latent_dim: D.
    """

    def __init__(self, latent_dim: int) -> None:
        self._weights: Float32 = np.zeros(MOST, np.float32)
        self._centre: Latents = np.zeros(latent_dim, np.float32)

    def centre(self, masses: Masses, latents: Latents) -> Latents:
        """Where a memory draws latents to, float32 (D,); overwritten by the next call.

        Args:
            masses: of the memory.
            latents: float32 (D,).
        """
        # No library of linear algebra: its threads would take their time, and change the bits.
        weights, centre = self._weights[: len(masses.rows)], self._centre
        np.einsum("nd,d->n", masses.rows, latents, out=weights)
        np.subtract(weights, masses.halves, out=weights)
        np.subtract(weights, weights.max(), out=weights)
        np.multiply(weights, np.float32(1 / masses.softness), out=weights)
        np.exp(weights, out=weights)
        np.einsum("n,nd->d", weights, masses.rows, out=centre)
        np.divide(centre, weights.sum(), out=centre)
        return centre
