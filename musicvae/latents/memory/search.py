"""Looks for the places of a whole memory that suit a moment best, some at each step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float32
from musicvae.latents.memory.choosing import Recent, Wishes, costs
from musicvae.latents.memory.places import Places

#: Joints that are looked at in one step, which takes about 0.05 ms, and that are kept.
TOGETHER, KEPT = 128, 16
#: Places of the same part, nearer than so many steps to the moment, are no jump.
_AWAY = 129


class Search:
    """A search that is under way.

    Args:
        places: of the memory.

    Attributes:
        joints: the best so far, at most 16.
        costs: of these, float32.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self.joints: NDArray[np.intp] = np.zeros(0, np.intp)
        self.costs: Float32 = np.zeros(0, np.float32)
        self._window: Float32 = np.zeros(0, np.float32)
        self._phase = -1.0
        self._step = self._at = self._left = 0

    def begin(self, window: Float32, phase: float, step: int, at: int, among: int) -> None:
        """Look for another moment; nothing is found yet.

        Args:
            window: the 8 rows before it, in the file's units, float32 (8 · D,).
            phase: its place between two beats, 0 to 1; -1 where there is no pulse.
            step: the step at which it is, around which is not looked; -1 if it is in no track.
            at: where to begin among the joints.
            among: how many joints there are to look at.
        """
        self.joints, self.costs = np.zeros(0, np.intp), np.zeros(0, np.float32)
        self._window, self._phase = window, phase
        self._step, self._at, self._left = step, at, among

    def go_on(self, among: NDArray[np.intp], recent: Recent, wishes: Wishes | None) -> None:
        """Look at some more joints; does nothing once all were looked at.

        Args:
            among: numbers of the joints that may be entered.
            recent: what was played lately, which is left out.
            wishes: what is asked for, or ``None``.
        """
        if self._left <= 0:
            return
        at = self._at % len(among)
        some = among[at : at + TOGETHER]
        self._at = at + len(some)
        self._left -= len(some)
        steps = self._places.steps[some]
        near = np.abs(steps - self._step) < _AWAY if self._step >= 0 else False
        some = some[recent.new(steps) & ~np.asarray(near)]
        if not len(some):
            return
        found = costs(self._places, some, self._window, self._phase, wishes)
        joints = np.concatenate([self.joints, some])
        both = np.concatenate([self.costs, found])
        if len(both) > KEPT:
            best = np.sort(np.argpartition(both, KEPT)[:KEPT])
            joints, both = joints[best], both[best]
        self.joints, self.costs = joints, both
