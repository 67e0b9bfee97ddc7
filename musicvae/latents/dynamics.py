"""A linear autoregressive model, learnt from music, of how latents change from step to step.

``z[t + 1] = A z[t] + e``, e drawn from N(0, Q): a vector autoregression of order one (Lütkepohl
2005, chapter 2). A random walk with it has the spread of the latents it was fitted to and about
their pace.

Order one serves walks better than order two. On 24 log-mel components of music at 43 steps a
second, order two predicts the next step a little better (unexplained variance with order one and
two: jazz 0.114 and 0.098, classical 0.058 and 0.054, metal 0.30 and 0.28, hiphop 0.21 and 0.19),
but its walks lose their autocorrelation too soon. On average over the four, it is 0.48 in music
after 0.2 s, 0.50 in walks of order one and 0.33 of order two; after 0.4 s 0.36, 0.30 and 0.17.
Neither has the long memory of a piece: after 2 s music still has 0.19, order one 0.03.
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
from musicvae.recipes.ranges import checked_seed

#: The highest speed of a walk; 1 is the pace of the music that the dynamics were learnt from.
MAX_SPEED = 100.0
#: The largest share of a whitened latent that one step keeps: half is gone within 16 s at 43 Hz.
_MOST_KEPT = 0.999


@dataclass(frozen=True)
class StepErrors:
    """The share of the latents' variance that each way to predict the next step leaves unexplained.

    Attributes:
        linear: by the linear model, all latents together.
        repeat: by repeating the last latents; up to 4 for latents that alternate.
        mean: by the mean of the training set, which is 0; above 1 where these latents have another
            mean.
        per_latent: by the linear model, for each of the D latents.
    """

    linear: float
    repeat: float
    mean: float
    per_latent: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LinearDynamics:
    """A stable linear model of how standardised latents change from step to step.

    Attributes:
        matrix: A, float64 (D, D), spectral radius below 1.
        noise: Q, float64 (D, D), covariance of the noise that each step adds.
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
                "these matrices do not describe dynamics",
                expected="matrix and noise of one shape (D, D)",
                received=f"shapes {shape} and {self.noise.shape}",
            )
        if not (np.isfinite(self.matrix).all() and np.isfinite(self.noise).all()):
            raise LatentError("these dynamics have a number that is not finite")
        if not _vanishes(self.matrix):
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
        """Dynamics fitted to all steps of all sequences by least squares, and made stable.

        In latents whitened by their own covariance C, dynamics that keep the covariance are exactly
        those whose matrix has no singular value above 1. So the least-squares matrix is found
        there, and its singular values are limited to 0.999. Then ``Q = C - A C Aᵀ`` is positive
        semi-definite and walks have the covariance C, whatever the data are.

        Args:
            sequences: standardised latents of each track, any numbers of shape (steps, D), with a
                mean of 0 over all tracks.
            held_out: latents of other tracks, on which the one-step error is measured.
            rate: steps per second.
            ridge: penalty on the squared weights, as a share of the latents' variance.

        Raises:
            LatentError: a sequence has another shape or is not finite, or none has two steps.
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
            LatentError: its matrices do not fit together, or walks would grow without bound.
        """
        return cls(np.array(info.matrix), np.array(info.noise), info.one_step_error, info.rate)

    def info(self) -> DynamicsInfo:
        """The dynamics as an artifact stores them; rounded to six digits they remain stable."""
        matrices = (matrix(self.matrix.tolist()), matrix(self.noise.tolist()))
        return DynamicsInfo(*matrices, one_step_error=self.one_step_error, rate=self.rate)

    @property
    def latent_dim(self) -> int:
        """D, the number of latents."""
        return len(self.matrix)

    @property
    def spectral_radius(self) -> float:
        """The largest absolute eigenvalue of the matrix, below 1, so that walks stay bounded.

        Infinite for numbers so large that it cannot be found.
        """
        try:
            with np.errstate(all="ignore"):
                return float(np.abs(np.linalg.eigvals(self.matrix)).max())
        except np.linalg.LinAlgError:
            return float("inf")

    @property
    def covariance(self) -> Float64:
        """Covariance of the latents of an endless walk, float64 (D, D): ``C = A C Aᵀ + Q``."""
        return stationary_covariance(self.matrix, self.noise)

    @cached_property
    def walk_matrices(self) -> WalkMatrices:
        """The matrices that walks multiply by, computed at the first use."""
        return WalkMatrices(self.matrix, self.noise)

    def step_errors(self, sequences: Sequence[ArrayLike]) -> StepErrors:
        """The errors of predicting the next step, beside those of two trivial predictions.

        Args:
            sequences: standardised latents of each track, any numbers of shape (steps, D).

        Raises:
            LatentError: as :meth:`fit`.
        """
        past, future = _pairs(checked_sequences(sequences, self.latent_dim))
        spread = np.maximum(np.sum((future - future.mean(axis=0)) ** 2, axis=0), 1e-12)
        linear = np.sum((future - past @ self.matrix.T) ** 2, axis=0)
        return StepErrors(
            linear=float(linear.sum() / spread.sum()),
            repeat=float(np.sum((future - past) ** 2) / spread.sum()),
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
            SettingError: ``steps`` is less than 1, ``speed`` not from 0 to 100, or the seed none.
            LatentError: ``start`` has another shape or is not finite.
        """
        if steps < 1:
            raise SettingError("too few steps", expected="at least 1", received=steps)
        if not 0 <= speed <= MAX_SPEED:  # NaN is not
            raise SettingError(
                "speed is out of range", expected=f"0 to {MAX_SPEED:g}", received=speed
            )
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
        generator = np.random.default_rng(checked_seed(seed))
        draws = generator.standard_normal((steps, self.latent_dim))
        walk = self.walk_matrices.kick(draws)
        walk[0] = self.walk_matrices.first(draws[0])
        if start is not None:
            walk[0] = checked_sequences([np.reshape(start, (1, -1))], self.latent_dim)[0]
        for step in range(1, steps):
            walk[step] = self.walk_matrices.after(walk[step - 1], walk[step])
        return walk


def _vanishes(matrix: Float64) -> bool:
    """Whether the powers of a matrix, float64 (D, D), go to zero: its spectral radius is below 1.

    Computing the eigenvalues tells the same, but keeps all other threads waiting meanwhile, for
    0.05 s at D = 256.
    """
    power = matrix
    with np.errstate(all="ignore"):
        for _ in range(64):
            largest = np.abs(power).max()
            if not 1e-9 < largest < 1e150:  # or not a number
                break
            power = power @ power
    return bool(largest <= 1e-9)


def _pairs(tracks: list[Float64]) -> tuple[Float64, Float64]:
    """All steps that have a successor, and their successors: float64, shape (n, D) each."""
    if max(map(len, tracks)) < 2:
        raise LatentError(
            "too few latents", expected="a sequence of at least two steps", received="one step"
        )
    past = np.concatenate([track[:-1] for track in tracks])
    return past, np.concatenate([track[1:] for track in tracks])
