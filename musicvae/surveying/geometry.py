"""Principal components, clusters and neighbours of a few thousand points, with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

#: Most clusters that are looked for.
MOST_CLUSTERS = 8
#: Points are divided where their silhouette exceeds that of a Gaussian cloud by so much.
CLEAR = 0.1
#: Beginnings of k-means, of which the best end is taken, and its steps at most.
_BEGINNINGS, _STEPS = 8, 100
#: Points for which distances to all others are computed at once: 16 MB for 2 000 points.
_ROWS = 1_000


@dataclass(frozen=True)
class Components:
    """Points along the directions in which they differ most.

    Attributes:
        points: float64 (n, k), the largest variance first.
        explained: share of the whole variance, float64 (k,).
    """

    points: Points
    explained: NDArray[np.float64]

    @classmethod
    def of(cls, points: Points, count: int) -> Components:
        """The first principal components; zeros where there are fewer.

        Args:
            points: float64 (n, d), n at least 1.
            count: how many are wanted, k.
        """
        centred = points - points.mean(axis=0)
        left, values, _ = np.linalg.svd(centred, full_matrices=False)
        made, shares = np.zeros((len(points), count)), np.zeros(count)
        found = min(count, len(values))
        # The sign of a component is arbitrary: its largest value is positive, on every machine.
        scores = left[:, :found] * values[:found]
        largest = scores[np.abs(scores).argmax(axis=0), np.arange(found)]
        made[:, :found] = scores * np.where(largest < 0, -1.0, 1.0)
        total = float((values**2).sum())
        shares[:found] = values[:found] ** 2 / total if total > 0 else 0.0
        return cls(made, shares)


def standardised(points: Points) -> Points:
    """Each column minus its median, by its interquartile range, which outliers do not move.

    A column in which most values are equal has no such range; its standard deviation does then,
    and one without any spread becomes zeros.
    """
    low, middle, high = np.percentile(points, (25, 50, 75), axis=0)
    spread = (high - low) / 1.349  # of a Gaussian, its standard deviation
    spread = np.where(spread > 1e-9, spread, points.std(axis=0))
    made: Points = np.where(spread > 1e-9, (points - middle) / np.maximum(spread, 1e-9), 0.0)
    return made


def neighbours(points: Points, count: int) -> tuple[NDArray[np.int64], Points]:
    """The nearest other points of each point, the nearest first.

    Args:
        points: float64 (n, d).
        count: how many, k; fewer where there are fewer others.

    Returns:
        Their numbers, int64 (n, k), and their distances, float64 (n, k).
    """
    count = min(count, len(points) - 1)
    numbers, distances = np.zeros((len(points), count), np.int64), np.zeros((len(points), count))
    squares = (points**2).sum(axis=1)
    for first in range(0, len(points), _ROWS):
        rows = slice(first, first + _ROWS)
        square = squares[rows, None] + squares - 2 * points[rows] @ points.T
        np.put_along_axis(square, np.arange(len(points))[rows, None], np.inf, axis=1)
        nearest = np.argsort(square, axis=1, kind="stable")[:, :count]
        numbers[rows] = nearest
        found = np.take_along_axis(square, nearest, axis=1)
        distances[rows] = np.sqrt(np.maximum(found, 0))
    return numbers, distances


def clusters(points: Points, seed: int = 0) -> NDArray[np.int64]:
    """The cluster of each point, int64 (n,): 0 is the largest.

    k-means (Lloyd 1982) from spread beginnings (k-means++, Arthur & Vassilvitskii 2007), for each
    number of clusters up to :data:`MOST_CLUSTERS`. k-means divides anything, so each division is
    compared with that of a Gaussian cloud as wide along each axis (the idea of Tibshirani, Walther
    & Hastie 2001); the one whose silhouette (Rousseeuw 1987) exceeds it most is taken, and one
    cluster where none does clearly.

    Args:
        points: float64 (n, d), principal components.
        seed: of the beginnings and of the cloud.
    """
    best, found = CLEAR, np.zeros(len(points), np.int64)
    random = np.random.default_rng(seed)
    cloud = random.standard_normal(points.shape) * points.std(axis=0)
    for count in range(2, min(MOST_CLUSTERS, len(points) // 3) + 1):
        labels = _k_means(points, count, random)
        usual = silhouette(cloud, _k_means(cloud, count, random))
        if (quality := silhouette(points, labels) - usual) > best:
            best, found = quality, labels
    sizes = np.bincount(found)
    order = np.argsort(-sizes, kind="stable")
    rank: NDArray[np.int64] = np.argsort(order, kind="stable")[found]
    return rank


def silhouette(points: Points, labels: NDArray[np.int64]) -> float:
    """How much nearer points are to their own cluster than to the next, -1 to 1.

    The simplified form, with distances to the middles of clusters (Hruschka et al. 2006), which
    needs no distance of each pair.
    """
    middles = np.stack([points[labels == k].mean(axis=0) for k in np.unique(labels)])
    if len(middles) < 2:
        return 0.0
    far = np.sqrt(((points[:, None] - middles) ** 2).sum(axis=2))
    own = far[np.arange(len(points)), np.searchsorted(np.unique(labels), labels)]
    far[np.arange(len(points)), np.searchsorted(np.unique(labels), labels)] = np.inf
    other = far.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-12)))


def _k_means(points: Points, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """The best of several runs of k-means, int64 (n,)."""
    best, found = np.inf, np.zeros(len(points), np.int64)
    for _ in range(_BEGINNINGS):
        middles, labels = _spread(points, count, random), np.full(len(points), -1)
        for _ in range(_STEPS):
            square = ((points[:, None] - middles) ** 2).sum(axis=2)
            before, labels = labels, square.argmin(axis=1)
            if np.array_equal(before, labels):
                break
            for k in range(count):
                if (labels == k).any():
                    middles[k] = points[labels == k].mean(axis=0)
        if (cost := float(square.min(axis=1).sum())) < best:
            best, found = cost, labels
    return found


def _spread(points: Points, count: int, random: np.random.Generator) -> Points:
    """Points to begin with: each is likelier the farther it is from those chosen before."""
    chosen = [points[random.integers(len(points))]]
    while len(chosen) < count:
        square = np.min([((points - one) ** 2).sum(axis=1) for one in chosen], axis=0)
        total = square.sum()
        shares = square / total if total > 0 else np.full(len(points), 1 / len(points))
        chosen.append(points[random.choice(len(points), p=shares)])
    return np.stack(chosen)
