"""A random walk through latents, one frame after another, at a speed that may change at any time.

At a constant speed it passes the very rows of
:meth:`musicvae.latents.dynamics.LinearDynamics.walk`.
"""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np
from numpy.typing import NDArray

from musicvae.latents.dynamics import LinearDynamics, roots

Array = NDArray[np.float64]


class IndependentWalker:
    """A walk without dynamics: each latent by itself, with the standard normal prior's spread.

    For artifacts that do not say how their latents go on, which may have hundreds: matrices of that
    size would take a second to prepare.

    Args:
        width: D.
        alike: correlation of a step with the next, 0 to 1.
        seed: equal seeds walk alike.
    """

    def __init__(self, width: int, alike: float, seed: int) -> None:
        self._width = width
        self._alike = alike
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, with another seed or the same."""
        self._draws = np.random.default_rng(seed)
        self._row: Array = self._draws.standard_normal(self._width)

    def row(self) -> Array:
        """Where the walk is now, float64 (D,)."""
        return self._row

    def advance(self, steps: int) -> None:
        """Go on by so many whole steps, at least 0."""
        for _ in range(steps):
            drawn = self._draws.standard_normal(self._width)
            self._row = self._alike * self._row + (1 - self._alike**2) ** 0.5 * drawn

    def twin(self) -> IndependentWalker:
        """Another one that stands here and will walk the same way."""
        return deepcopy(self)


class Walker:
    """Draws as much of a walk as is asked for.

    Args:
        dynamics: how latents go on.
        seed: equal seeds walk alike.
    """

    def __init__(self, dynamics: LinearDynamics, seed: int) -> None:
        self._matrix = dynamics.matrix
        self._noise = roots(dynamics.noise)[0]
        self._root, inverse = roots(dynamics.covariance)
        alike, axes = np.linalg.eigh(dynamics.symmetric_part)
        self._alike = alike
        self._into, self._back = inverse @ axes, axes.T @ self._root
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, with another seed or the same."""
        self._draws = np.random.default_rng(seed)
        width = len(self._matrix)
        self._last: Array = self._draws.standard_normal(width) @ self._root
        self._following = self._after(self._last)
        self._share = 0.0

    def twin(self) -> Walker:
        """Another one that stands here and will walk the same way."""
        other = copy(self)  # matrices and rows are never written to
        other._draws = deepcopy(self._draws)
        return other

    def row(self) -> Array:
        """Where the walk is now, float64 (D,)."""
        share = self._share
        if share == 0:
            return self._last
        mixed = (1 - share) * self._last + share * self._following
        # Two steps that know little of each other have a mean nearer to 0 than either.
        variance = 1 - 2 * share * (1 - share) * (1 - self._alike)
        gain = 1 / np.sqrt(np.maximum(variance, 1e-6))
        whole: Array = mixed + (mixed @ self._into) * (gain - 1) @ self._back
        return whole

    def advance(self, steps: float) -> None:
        """Go on by ``steps``, at least 0; a fraction ends between two steps."""
        self._share += steps
        while self._share >= 1:
            self._share -= 1
            self._last = self._following
            self._following = self._after(self._last)

    def _after(self, row: Array) -> Array:
        drawn = self._draws.standard_normal(len(self._matrix)) @ self._noise
        following: Array = drawn + self._matrix @ row
        return following
