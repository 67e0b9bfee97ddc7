"""The neighbours of a joint that the file knows, compared in parts: one part fits into a step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32
from musicvae.latents.memory.choosing import Recent, costs
from musicvae.latents.memory.memory_header import NONE
from musicvae.latents.memory.places import Places


class Nearby:
    """Where one may jump to from a joint; what was begun is ended by the next part.

    Args:
        places: of the memory.

    Attributes:
        joints: numbers of the joints that are left, int (n,).
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._near = places.memory.body.neighbours
        self.forget()

    def forget(self) -> None:
        """Begin anew, with the next joint."""
        self._gathered = False
        self._costs: Float32 | None = None
        self.joints: NDArray[np.intp] = np.zeros(0, np.intp)

    def gather(self, joint: int, allowed: NDArray[np.bool_], recent: Recent) -> None:
        """First part: leave out what may not be entered, and what was played lately.

        Args:
            joint: that is left.
            allowed: whether each joint may be entered, bool (J,).
            recent: what was played lately.
        """
        if self._gathered:
            return
        self._gathered = True
        known = self._near[joint]
        joints = known[known != NONE].astype(np.intp)
        self.joints = joints[allowed[joints] & recent.new(self._places.steps[joints])]

    def costs(self, step: int, phase: float) -> Float32:
        """Second part: how little each suits; float32 (n,).

        Args:
            step: at which the joint is left.
            phase: of the joint between two beats; -1 where there is no pulse.
        """
        if self._costs is None:
            window = self._places.window(step)
            self._costs = costs(self._places, self.joints, window, phase, None)
        return self._costs
