"""Leads a memory over its map: to a place, or along a way through it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.arrays import Float64
from musicvae.latents.memory.choosing import costs
from musicvae.latents.memory.music_map import Spot
from musicvae.latents.memory.places import Places

#: On a way, that share of the map's points, and so many at least, counts as near: among them the
#: place is chosen that the music goes on to most easily.
_NEAR, _LEAST_NEAR = 1 / 40, 4
#: Seconds from one change of place to the next at least, so that a quick hand plays music too.
APART = 0.4


class Way:
    """A way on a map, along which one goes at an even pace.

    Args:
        spots: its places, one or more.
        seconds: that it takes; of a single place none.

    Attributes:
        seconds: that it takes.
        single: whether it is but one place.
    """

    def __init__(self, spots: Sequence[Spot], seconds: float) -> None:
        self._spots = np.array(spots, np.float64)
        lengths = np.hypot(*np.diff(self._spots, axis=0).T)
        marks = np.concatenate([[0.0], np.cumsum(lengths)])
        self.single = not marks[-1] > 0
        self.seconds = 0.0 if len(spots) == 1 else seconds
        self._marks = marks / (1.0 if self.single else marks[-1])

    def at(self, second: float) -> Spot:
        """Where one is after so many seconds; at the end from then on."""
        share = min(1.0, second / self.seconds) if self.seconds > 0 else 1.0
        x, y = self._along(np.array([share]))[0].tolist()
        return Spot(x, y)

    def stops(self, count: int) -> Float64:
        """So many places along it, evenly apart, the last of which is its end: (count, 2)."""
        return self._along(np.arange(1, count + 1) / count)

    def _along(self, shares: Float64) -> Float64:
        """The places after these shares of the way, float64 (n, 2)."""
        return np.stack([np.interp(shares, self._marks, line) for line in self._spots.T], axis=1)


class Leading:
    """Where a memory is led; nowhere at first. It counts steps and knows no clock."""

    def __init__(self) -> None:
        self._way: Way | None = None
        self._passed = 0.0
        self._since = 2**30

    def lead(self, way: Way) -> None:
        """Lead along this way from now on."""
        self._way, self._passed = way, 0.0

    def end(self) -> None:
        """Lead nowhere any more."""
        self._way = None

    def twin(self) -> Leading:
        """A copy that is where this one is."""
        return copy(self)

    def place(self, places: Places, step: int) -> float | None:
        """One step passes; where to go now.

        Args:
            places: of the memory that is led.
            step: of the memory, which is played next.

        Returns:
            The place, share of the memory, 0 to 1; ``None`` to play on.
        """
        self._since += 1
        way = self._way
        if way is None:
            return None
        rate, music = places.memory.step_rate, places.map
        over = self._passed >= way.seconds
        count = 1 if way.single else max(_LEAST_NEAR, round(_NEAR * len(music.points)))
        near = music.nearest(way.at(self._passed), count)
        self._passed += 1 / rate
        if music.point_of(step) in near:
            if over:
                self.end()
            return None
        if self._since < APART * rate:
            return None
        self._since = 0
        if over:
            self.end()
        return _alike(places, near, step) / places.memory.steps


def _alike(places: Places, points: NDArray[np.intp], step: int) -> int:
    """The step of these points at which the music before is most like that before ``step``."""
    found = []
    for point in points:
        first, behind = places.map.span(int(point))
        found.append(np.arange(*np.searchsorted(places.steps, (first, behind))))
    joints = np.concatenate(found)
    joints = joints[places.open[joints]]
    if not len(joints):
        return places.map.span(int(points[0]))[0]
    cost = costs(places, joints, places.window(step), -1.0, None)
    return int(places.steps[joints[int(np.argmin(cost))]])
