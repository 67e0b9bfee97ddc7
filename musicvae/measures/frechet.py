"""The Fréchet distance of two Gaussians, each of which stands for a set of points."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]


class Gaussian(NamedTuple):
    """Mean, float64 (n,), and covariance, float64 (n, n)."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, points: Points) -> Self:
        """That of points, (points, n), of which there are at least two."""
        together = np.asarray(points, np.float64)
        return cls(together.mean(axis=0), np.atleast_2d(np.cov(together, rowvar=False)))


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """``|mean_a - mean_b|² + tr(C_a + C_b - 2 (C_a C_b)^½)``, in squared units of the points.

    The formula is that of Dowson & Landau 1982; Heusel et al. 2017 and Kilgour et al. 2019 used it
    on embeddings. The root is taken of symmetric matrices, by their eigenvalues:
    ``scipy.linalg.sqrtm`` takes five times as long, and gives complex numbers where a covariance is
    nearly singular.

    Returns:
        0 for equal Gaussians.
    """
    root = _square_root(a.covariance)
    cross = np.linalg.eigvalsh(root @ b.covariance @ root)
    shared = 2 * np.sqrt(np.maximum(cross, 0)).sum()
    spread = np.trace(a.covariance) + np.trace(b.covariance) - shared
    return float(np.sum((a.mean - b.mean) ** 2) + max(spread, 0.0))


def _square_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric root of a symmetric, positive semi-definite matrix; float64 (n, n) both."""
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root
