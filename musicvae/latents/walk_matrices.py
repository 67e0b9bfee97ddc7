"""Computes the matrices of a random walk once, and the rows of the walk with them.

The walk is ``z[t + 1] = A z[t] + e``, where e is drawn from N(0, Q).
:meth:`musicvae.latents.dynamics.LinearDynamics.walk` makes all rows of one at once,
:class:`musicvae.latents.walk.Walker` one after another.
"""

from __future__ import annotations

import numpy as np

from musicvae.artifact.number_checks import WIDEST
from musicvae.errors import LatentError
from musicvae.latents.arrays import Float64

#: Directions with less than this share of the largest variance do not take part.
_FLAT = 1e-6
#: Places between two steps whose gains are kept.
_MOST_KNOWN = 64


class WalkMatrices:
    """Computes the first row of a walk, the row after another, and rows between two steps.

    All rows are float64, in the unit of standardised latents; where shapes say (..., D), one row
    or many are computed at once.

    Args:
        matrix: A, float64 (D, D), spectral radius below 1.
        noise: Q, float64 (D, D), the covariance of e.

    Raises:
        LatentError: the walk would leave all bounds, for all that its spectral radius says.
    """

    def __init__(self, matrix: Float64, noise: Float64) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # found below
            covariance = stationary_covariance(matrix, noise)
        if not max(np.abs(covariance).max(), np.abs(noise).max()) <= WIDEST:  # NaN is not
            raise LatentError(
                "these dynamics make walks that leave all bounds",
                expected=f"a variance of at most {WIDEST:g}",
                received=f"{np.abs(covariance).max():.3g}",
            )
        self._matrix = matrix
        self._noise_root = roots(noise)[0]
        self._root, inverse = roots(covariance)
        whitened = inverse @ matrix @ self._root
        # How little alike neighbouring steps are, along the axes on which they are independent.
        alike, axes = np.linalg.eigh((whitened + whitened.T) / 2)
        self._apart = 1 - alike
        self._known: dict[float, Float64] = {}  # at the speed of music a few shares return
        self._into, self._back = inverse @ axes, axes.T @ self._root

    def first(self, draw: Float64) -> Float64:
        """A row of an endless walk, from standard normal numbers; float64, shapes (..., D)."""
        return draw @ self._root

    def kick(self, draw: Float64) -> Float64:
        """The random part e of a step, from standard normal numbers; float64, shapes (..., D)."""
        return draw @ self._noise_root

    def after(self, row: Float64, kick: Float64) -> Float64:
        """The row that follows ``row`` with that random part; float64, shapes (D,)."""
        following: Float64 = kick + self._matrix @ row
        return following

    def between(self, last: Float64, following: Float64, share: float | Float64) -> Float64:
        """Rows between neighbouring steps, cross-faded with equal power.

        A plain mean of two rows that know little of each other lies nearer to 0 than either.
        Neighbours have the stationary covariance C each, and ``A C`` between them: in whitened
        latents, turned so that the symmetric part of A is diagonal, the mean's covariance is
        diagonal, so that each direction is scaled to the variance that it has at the steps.

        Args:
            last: shape (..., D).
            following: the rows one step later, of the same shape.
            share: 0 (at ``last``) to 1 (at ``following``), one number or shape (..., 1).

        Returns:
            float64, shape (..., D).
        """
        mixed = (1 - share) * last + share * following
        whole: Float64 = mixed + (mixed @ self._into) * self._more(share) @ self._back
        return whole

    def _more(self, share: float | Float64) -> Float64:
        """By how much each direction is scaled up there; shapes (D,) or (..., D)."""
        if not isinstance(share, float):
            return self._computed(share)
        known = self._known.get(share)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[share] = self._computed(share)
        return known

    def _computed(self, share: float | Float64) -> Float64:
        variance = 1 - 2 * share * (1 - share) * self._apart
        more: Float64 = 1 / np.sqrt(np.maximum(variance, 1e-6)) - 1
        return more


def stationary_covariance(matrix: Float64, noise: Float64) -> Float64:
    """The covariance of the rows of an endless walk: C in ``C = A C Aᵀ + Q``.

    Found by doubling (Smith 1968): each round sums twice as many steps as the one before.
    ``scipy.linalg.solve_discrete_lyapunov`` finds the same to 2e-14; the daemon does without scipy.

    Args:
        matrix: A, float64 (D, D), spectral radius below 1.
        noise: Q, float64 (D, D).

    Returns:
        float64, shape (D, D), symmetric.
    """
    covariance, power = noise, matrix
    for _ in range(64):
        more = power @ covariance @ power.T
        covariance, power = covariance + more, power @ power
        if np.abs(more).max() <= 1e-12 * np.abs(covariance).max():
            break
    return (covariance + covariance.T) / 2


def roots(covariance: Float64) -> tuple[Float64, Float64]:
    """The symmetric square root of a covariance, and the inverse of that root.

    Directions without variance are left out of both, so that a latent that never moves does no
    harm; ``scipy.linalg.sqrtm`` and ``inv`` give the same where there are none, else they fail.

    Args:
        covariance: float64 (D, D), symmetric, positive semi-definite.

    Returns:
        Two symmetric float64 matrices (D, D).
    """
    values, vectors = np.linalg.eigh(covariance)
    flat = values <= _FLAT * max(values.max(), 0.0)
    root = np.sqrt(np.where(flat, 0, values))
    inverse = np.where(flat, 0, 1 / np.where(flat, 1, root))
    return (vectors * root) @ vectors.T, (vectors * inverse) @ vectors.T
