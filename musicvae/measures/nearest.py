"""How far points are from the nearest of many others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

#: Points whose distances to others are computed at once, to limit the memory.
_TOGETHER = 2048


def nearest(
    points: NDArray[np.float32], others: Iterable[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """The Euclidean distance of each point to the nearest of others.

    Args:
        points: shape (n, d).
        others: in parts, shape (any, d) each, of which there is at least one.

    Returns:
        float64 (n,), in the unit of the points; infinite where there are no others.
    """
    best = np.full(len(points), np.inf)
    for part in others:
        for first in range(0, len(part), _TOGETHER):
            some = part[first : first + _TOGETHER]
            squares = np.square(some).sum(axis=1) - 2 * (points @ some.T)
            best = np.minimum(best, squares.min(axis=1))
    distances: NDArray[np.float64] = np.sqrt(np.maximum(best + np.square(points).sum(axis=1), 0))
    return distances
