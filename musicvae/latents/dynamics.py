"""A linear autoregressive model, learnt from music, of how latents go on from step to step.

``z[t + 1] = A z[t] + e``, e drawn from N(0, Q): a vector autoregression of order one (Lütkepohl
2005, chapter 2). A random walk with it has the spread of the latents it was fitted to and about
their pace.

One step back is enough for a walk. Order two, tried on 24 log-mel components of music at 43 steps a
second, predicts the next step a little better (unexplained variance, order one and two: jazz 0.114
and 0.098, classical 0.058 and 0.054, metal 0.30 and 0.28, hiphop 0.21 and 0.19), yet its walks
forget sooner than music does: after 0.2 s music's autocorrelation is 0.48 on average over the four,
that of order one 0.50, of order two 0.33; after 0.4 s 0.36, 0.30 and 0.17. Neither knows that a
piece stays itself: after 2 s music still has 0.19, order one 0.03.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact.parts import DynamicsInfo, matrix
from musicvae.errors import LatentError, SettingError
from musicvae.latents.arrays import Float64, Latents, checked_sequences
from musicvae.latents.walk_matrices import WalkMatrices, roots, stationary_covariance

#: Walks may go at most so many times as fast as the music they were learnt from.
MAX_SPEED = 100.0
#: How much of a whitened latent one step can at most remember: half is gone within 16 s at 43 Hz.
_MOST_KEPT = 0.999


@dataclass(frozen=True)
class StepErrors:
    """Shares of the variance of latents that predictions of the next step leave unexplained.

    Attributes:
        linear: of the linear model, all latents together.
        hold: of repeating the last latents; up to 4 for latents that only alternate.
        mean: of the mean of the training set, which is 0; it exceeds 1 by as much as these latents
            have a mean of their own.
        per_latent: of the linear model, D numbers.
    """

    linear: float
    hold: float
    mean: float
    per_latent: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LinearDynamics:
    """A stable linear model of how standardised latents go on.

    Attributes:
        matrix: A, float64 (D, D), spectral radius below 1.
        noise: Q, float64 (D, D), covariance of what each step adds.
        one_step_error: share of the variance of held-out latents that a step does not explain: 0 is
            perfect, 1 no better than the mean.
        rate: steps per second.

    Raises:
        LatentError: the matrices do not fit together, are not finite, or make walks that grow
            without bound.
    """

    matrix: Float64
    noise: Float64
    one_step_error: float = 1.0
    rate: float = 1.0

    def __post_init__(self) -> None:
        for name in ("matrix", "noise"):
            array = np.array(getattr(self, name), np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        shape = self.matrix.shape
        if len(shape) != 2 or shape[0] != shape[1] or not shape[0] or self.noise.shape != shape:
            raise LatentError(
                "these matrices are no dynamics",
                expected="matrix and noise of one shape (D, D)",
                received=f"shapes {shape} and {self.noise.shape}",
            )
        if not (np.isfinite(self.matrix).all() and np.isfinite(self.noise).all()):
            raise LatentError("dynamics hold a number that is not finite")
        if not self.spectral_radius < 1:
            raise LatentError(
                "these dynamics grow without bound",
                expected="a matrix of spectral radius below 1",
                received=f"{self.spectral_radius:.6g}",
            )

    @classmethod
    def fit(
        cls,
        sequences: Sequence[ArrayLike],
        held_out: Sequence[ArrayLike],
        rate: float = 1.0,
        ridge: float = 1e-3,
    ) -> LinearDynamics:
        """Least squares over all steps of all sequences, then what makes it stable.

        In latents whitened by their own covariance C, dynamics that keep the covariance are exactly
        those whose matrix has no singular value above 1. So the least-squares matrix is found
        there, its singular values are cut at 0.999, and ``Q = C - A C Aᵀ``: positive semi-definite,
        and walks have covariance C, whatever the data.

        Args:
            sequences: standardised latents of each track, shape (steps, D), mean 0 over all.
            held_out: likewise, of other tracks; the one-step error is measured on them.
            rate: steps per second.
            ridge: penalty on the squared weights, as a share of the latents' variance.

        Raises:
            LatentError: a sequence has another shape or is not finite, or there are no two steps in
                succession.
        """
        tracks = checked_sequences(sequences)
        together = np.concatenate(tracks)
        root, inverse = roots(together.T @ together / len(together))
        past, future = (part @ inverse for part in _pairs(tracks))
        width = len(root)
        gram = past.T @ past / len(past) + ridge * np.eye(width)
        weights = np.linalg.solve(gram, past.T @ future / len(past)).T
        left, kept, right = np.linalg.svd(weights)
        kept = np.minimum(kept, _MOST_KEPT)
        moves = root @ (left * kept) @ right @ inverse
        noise = (root @ left * (1 - kept**2)) @ (root @ left).T
        fitted = cls(moves, (noise + noise.T) / 2, rate=rate)
        return dataclasses.replace(fitted, one_step_error=fitted.step_errors(held_out).linear)

    @classmethod
    def from_info(cls, info: DynamicsInfo) -> LinearDynamics:
        """The dynamics of an artifact.

        Raises:
            LatentError: its matrices are no stable dynamics.
        """
        return cls(np.array(info.matrix), np.array(info.noise), info.one_step_error, info.rate)

    def info(self) -> DynamicsInfo:
        """What an artifact keeps of them; rounding it to six digits leaves them stable."""
        matrices = (matrix(self.matrix.tolist()), matrix(self.noise.tolist()))
        return DynamicsInfo(*matrices, one_step_error=self.one_step_error, rate=self.rate)

    @property
    def latent_dim(self) -> int:
        """D."""
        return len(self.matrix)

    @property
    def spectral_radius(self) -> float:
        """The largest absolute eigenvalue of the matrix: what the slowest movement keeps a step."""
        return float(np.abs(np.linalg.eigvals(self.matrix)).max())

    @property
    def covariance(self) -> Float64:
        """Of the standardised latents of an endless walk, float64 (D, D): ``C = A C Aᵀ + Q``."""
        return stationary_covariance(self.matrix, self.noise)

    @cached_property
    def walk_matrices(self) -> WalkMatrices:
        """What walks compute their rows with."""
        return WalkMatrices(self.matrix, self.noise)

    def step_errors(self, sequences: Sequence[ArrayLike]) -> StepErrors:
        """How well the next step is predicted, beside two predictions that cost nothing.

        Takes what :meth:`fit` takes, and raises the same.
        """
        past, future = _pairs(checked_sequences(sequences, self.latent_dim))
        spread = np.maximum(np.sum((future - future.mean(axis=0)) ** 2, axis=0), 1e-12)
        linear = np.sum((future - past @ self.matrix.T) ** 2, axis=0)
        return StepErrors(
            linear=float(linear.sum() / spread.sum()),
            hold=float(np.sum((future - past) ** 2) / spread.sum()),
            mean=float(np.sum(future**2) / spread.sum()),
            per_latent=tuple(float(share) for share in linear / spread),
        )

    def walk(
        self,
        steps: int,
        seed: int | None = None,
        start: ArrayLike | None = None,
        speed: float = 1.0,
    ) -> Latents:
        """A random walk: latents that move as those of music do.

        At another speed than 1 the same walk is read at other moments. Between two steps it is
        cross-faded from one to the next with equal power
        (:meth:`musicvae.latents.walk_matrices.WalkMatrices.between`), so that the spread is that of
        the music at any speed. (A fractional power of the matrix, the other way to slow down,
        exists for some matrices only, and walks stay as jagged as before.) Walk at
        ``speed = 1 / stride`` to have one row for each frame.

        Args:
            steps: how many rows.
            seed: equal seeds give equal walks; a longer walk begins like a shorter one. ``None``
                gives another walk each time.
            start: the first row, shape (D,); without it, a row that an endless walk passes is
                drawn. To go on with a walk, start from its last row and drop the first of the new
                ones.
            speed: 1 is the pace of the music, 0 stands still; up to 100.

        Returns:
            Standardised latents about 0, float32, shape (steps, D).

        Raises:
            SettingError: ``steps`` is less than 1, or ``speed`` not from 0 to 100.
            LatentError: ``start`` has another shape or is not finite.
        """
        if steps < 1:
            raise SettingError("too few steps", expected="at least 1", received=steps)
        if not 0 <= speed <= MAX_SPEED:  # NaN is not
            raise SettingError("too fast a walk", expected=f"0 to {MAX_SPEED:g}", received=speed)
        moments = np.arange(steps, dtype=np.float64) * float(speed)
        before = moments.astype(np.int64)
        share = (moments - before)[:, None]
        walk = self._whole_steps(int(before[-1]) + 2, seed, start)
        if not share.any():
            return walk[before].astype(np.float32)
        rows = self.walk_matrices.between(walk[before], walk[before + 1], share)
        return rows.astype(np.float32)

    def _whole_steps(self, steps: int, seed: int | None, start: ArrayLike | None) -> Float64:
        """A walk at speed 1, float64 (steps, D)."""
        draws = np.random.default_rng(seed).standard_normal((steps, self.latent_dim))
        walk = self.walk_matrices.kick(draws)
        walk[0] = self.walk_matrices.first(draws[0])
        if start is not None:
            walk[0] = checked_sequences([np.reshape(start, (1, -1))], self.latent_dim)[0]
        for step in range(1, steps):
            walk[step] = self.walk_matrices.after(walk[step - 1], walk[step])
        return walk


def _pairs(tracks: list[Float64]) -> tuple[Float64, Float64]:
    """All steps that have a successor, and their successors, shape (n, D) each."""
    if max(map(len, tracks)) < 2:
        raise LatentError(
            "too few latents", expected="two steps in succession", received="one step"
        )
    past = np.concatenate([track[:-1] for track in tracks])
    return past, np.concatenate([track[1:] for track in tracks])
