"""Draws the noise of a prior from a seed and the number of a step, and from nothing else.

So a walk can be taken up at any step, and a rendering draws what the stage drew.
"""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32
from musicvae.recipes.ranges import SEED

#: Steps that are drawn at once: 1.5 s of music, in some 20 µs.
_CHUNK = 64


class StepNoise:
    """Standard-normal numbers for each step.

    Args:
        width: N, numbers for a step.
        seed: 0 to 4294967295.

    Raises:
        SettingError: the seed is out of range.
    """

    def __init__(self, width: int, seed: int = 0) -> None:
        self._rows = np.empty((_CHUNK, width), np.float32)
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Use another seed, or the same again.

        Raises:
            SettingError: it is out of range.
        """
        self._seed = int(SEED.check("the seed", seed))
        self._chunk = -1

    def row(self, step: int) -> Float32:
        """The numbers of a step from 0 on, float32 (N,): a view that another step may overwrite.

        It is quickest where steps follow each other.
        """
        chunk, place = divmod(step, _CHUNK)
        if chunk != self._chunk:
            bits = np.random.Philox(key=[self._seed, chunk])
            np.random.Generator(bits).standard_normal(out=self._rows, dtype=np.float32)
            self._chunk = chunk
        row: Float32 = self._rows[place]
        return row
