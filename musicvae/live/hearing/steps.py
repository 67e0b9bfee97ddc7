"""Keeps the latents that an ear makes of the input, step by step."""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Latents


class StepRecorder:
    """Keeps steps until it is full; :meth:`take` runs on the rendering thread.

    Args:
        most: steps that fit in.
        width: D.

    Attributes:
        count: how many it has.
    """

    def __init__(self, most: int, width: int) -> None:
        self.count = 0
        self._rows = np.zeros((most, width), np.float32)
        self._rows[:] = 0  # touches the memory

    @property
    def rows(self) -> Latents:
        """What was taken, float32 (steps, D); a view."""
        rows: Latents = self._rows[: self.count]
        return rows

    @property
    def full(self) -> bool:
        """Whether no step fits in any more."""
        return self.count == len(self._rows)

    def take(self, row: Latents) -> None:
        """Keep a step, float32 (D,), as long as there is room."""
        if not self.full:
            self._rows[self.count] = row
            self.count += 1
