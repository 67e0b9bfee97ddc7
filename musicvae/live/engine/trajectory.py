"""Leads ramps through the rows of a trajectory, one after another."""

from __future__ import annotations

from musicvae.latents.arrays import Latents
from musicvae.live.engine.ramps import Ramps


class Trajectory:
    """Rows that ramps go through. At first there are none.

    Args:
        rows: targets of the ramps, float32 (rows, width); never written to.
        frames: from one row to the next, at least 1.
    """

    def __init__(self, rows: Latents, frames: int = 1) -> None:
        self._rows = rows
        self._frames = frames
        self._next = 0  # row
        self._left = 0  # frames until then

    def advance(self, ramps: Ramps) -> None:
        """One frame passes: where a row is reached, let the ramps begin with the next."""
        if self._next == len(self._rows):
            return
        if self._left == 0:
            ramps.to(self._rows[self._next], self._frames)
            self._next += 1
            self._left = self._frames
        self._left -= 1

    def end(self) -> None:
        """Go to no further row."""
        self._next = len(self._rows)

    def at_pace(self, pace: float) -> Trajectory:
        """What is left of this trajectory, for ramps of another frame rate.

        Args:
            pace: frames of these for each frame of the ramps that it led until now.
        """
        other = Trajectory(self._rows, max(1, round(self._frames * pace)))
        other._next, other._left = self._next, round(self._left * pace)
        return other
