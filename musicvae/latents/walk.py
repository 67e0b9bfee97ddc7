"""Random walks through latents, one row after another, at a speed that may change at any time.

At a constant speed :class:`Walker` passes the very rows of
:meth:`musicvae.latents.dynamics.LinearDynamics.walk`.
"""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np

from musicvae.latents.arrays import Float64
from musicvae.latents.dynamics import LinearDynamics
from musicvae.recipes.ranges import checked_seed

#: After this many independent steps nothing is left of the row before (0.8³² is below 0.001).
_MOST_INDEPENDENT = 32
#: Multiplications that one advance may take: 64 steps of 64 latents, or 4 of 256, about 0.2 ms.
_MOST_WORK = 2**18


class IndependentWalker:
    """A walk without dynamics: each latent by itself, with the standard normal prior's spread.

    For artifacts without dynamics, whose latents may be hundreds: to prepare matrices of that size
    would take a second.

    Args:
        width: D.
        alike: correlation of a step with the next, 0 to 1.
        seed: equal seeds give equal walks.

    Raises:
        SettingError: ``seed`` is not from 0 to 4294967295.
    """

    def __init__(self, width: int, alike: float, seed: int) -> None:
        self._width = width
        self._alike = alike
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, with another seed or the same."""
        self._draws = np.random.default_rng(checked_seed(seed))
        self._row: Float64 = self._draws.standard_normal(self._width)

    def row(self) -> Float64:
        """The present row of the walk: standardised latents, float64 (D,)."""
        return self._row

    def advance(self, steps: int) -> None:
        """Go on by a whole number of steps, at least 0; by 32 at most, which forget the row."""
        for _ in range(min(steps, _MOST_INDEPENDENT)):
            drawn = self._draws.standard_normal(self._width)
            self._row = self._alike * self._row + (1 - self._alike**2) ** 0.5 * drawn

    def twin(self) -> IndependentWalker:
        """A copy that is where this one is, and passes the same rows from there on."""
        return deepcopy(self)


class Walker:
    """A walk with dynamics, which draws no more steps than it is asked for.

    Args:
        dynamics: the linear model of how latents change.
        seed: equal seeds give equal walks.

    Raises:
        SettingError: ``seed`` is not from 0 to 4294967295.
        LatentError: the walk would leave all bounds.
    """

    def __init__(self, dynamics: LinearDynamics, seed: int) -> None:
        self._matrices = dynamics.walk_matrices
        self._width = dynamics.latent_dim
        self._most = max(1, _MOST_WORK // self._width**2)
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew, with another seed or the same."""
        self._draws = np.random.default_rng(checked_seed(seed))
        self._last = self._matrices.first(self._draws.standard_normal(self._width))
        self._following = self._after(self._last)
        self._share = 0.0

    def row(self) -> Float64:
        """The present row of the walk: standardised latents about 0, float64 (D,)."""
        if self._share == 0:
            return self._last
        return self._matrices.between(self._last, self._following, self._share)

    def advance(self, steps: float) -> None:
        """Go on by ``steps``, at least 0; with a fraction, to a place between two steps.

        Many latents are not advanced by many steps at once, which would take too long: 128 by 16 at
        most, 256 by 4.
        """
        self._share += min(steps, self._most)
        while self._share >= 1:
            self._share -= 1
            self._last = self._following
            self._following = self._after(self._last)

    def twin(self) -> Walker:
        """A copy that is where this one is, and passes the same rows from there on."""
        other = copy(self)  # matrices and rows are never written to
        other._draws = deepcopy(self._draws)
        return other

    def _after(self, row: Float64) -> Float64:
        """A row that may follow ``row``, drawn now; float64 (D,)."""
        drawn = self._draws.standard_normal(self._width)
        return self._matrices.after(row, self._matrices.kick(drawn))
