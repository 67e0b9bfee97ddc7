"""Moves latents that were heard elsewhere to where the music of a model lies.

Models of one latent space share the meaning of latents, not their music: metal lies elsewhere than
jazz, and spreads along other axes. The latents of a track are moved so that their mean becomes that
of the model's music, and their spread along its principal axes becomes that of the music. It is the
whitening and colouring of features in style transfer (Li et al. 2017) along the axes of one side,
so that it needs no root of a matrix while it plays, and changes as little of what moves as it can.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Float32, Float64, Latents

#: Largest and smallest factor along an axis.
MOST_GAIN = 4.0
#: Variance below which an axis counts as still.
_STILL = 1e-4
#: Latents farther from the mean than this are heard as if they were there.
_FAR = 100.0
#: Of a tape or a description: files may say anything.
_MOST = 1000.0


class Ground:
    """Where the music of a model lies. Nothing in it changes, so several may share it.

    Args:
        info: of a stream model. Without a covariance the axes are the latents themselves.

    Attributes:
        mean: of the latents of its training music, float32 (D,).
        axes: the principal axes of their covariance as columns, float32 (D, D).
        variances: along the axes, float32 (D,).
    """

    def __init__(self, info: ArtifactInfo) -> None:
        width = info.latent_dim
        means = [latent.mean for latent in info.latents] or [0.0] * width
        self.mean: Float32 = _finite(means)
        if not info.covariance:
            spreads = [latent.std for latent in info.latents] or [1.0] * width
            self.axes: Float32 = np.eye(width, dtype=np.float32)
            self.variances: Float32 = np.maximum(np.square(_finite(spreads)), _STILL)
        else:
            known = np.nan_to_num(np.asarray(info.covariance, np.float64))
            values, vectors = np.linalg.eigh(np.clip(known, -(_MOST**2), _MOST**2))
            self.axes = np.ascontiguousarray(vectors, np.float32)
            self.variances = np.maximum(values, _STILL).astype(np.float32)


class Heard:
    """Mean and covariance of latents that were heard. Without any, it is not known.

    Args:
        latent_dim: D.
        most: of more rows than this, the older ones count less and less.
        soon: after so many rows it is half known: the first few say little.

    Attributes:
        mean: float32 (D,).
        covariance: float32 (D, D).
        known: how sure it is, 0 to 1.
    """

    def __init__(self, latent_dim: int, most: float, soon: float) -> None:
        self._most, self._soon = max(1.0, most), soon
        self._count = 0.0
        self.mean: Float32 = np.zeros(latent_dim, np.float32)
        self.covariance: Float32 = np.zeros((latent_dim, latent_dim), np.float32)
        self.known = 0.0
        self._off: Float32 = np.zeros(latent_dim, np.float32)
        self._square: Float32 = np.zeros((latent_dim, latent_dim), np.float32)

    @classmethod
    def all_of(cls, rows: Latents) -> Heard:
        """That of rows which are all there is, float32 (n, D); wholly known."""
        whole = cls(rows.shape[1], 1.0, 0.0)
        points: Float64 = np.clip(np.nan_to_num(rows.astype(np.float64)), -_MOST, _MOST)
        whole.mean[:] = points.mean(axis=0)
        whole.covariance[:] = np.cov(points, rowvar=False, bias=True).reshape(rows.shape[1], -1)
        whole.known = 1.0
        return whole

    def note(self, row: Latents) -> None:
        """One more row was heard, float32 (D,). Allocates nothing."""
        self._count = min(self._count + 1.0, self._most)
        share = np.float32(1.0 / self._count)
        off, square = self._off, self._square
        np.subtract(row, self.mean, out=off)
        np.maximum(off, -_FAR, out=off)
        np.minimum(off, _FAR, out=off)
        np.multiply(off[:, None], off, out=square)
        np.multiply(square, share, out=square)
        np.add(self.covariance, square, out=self.covariance)
        np.multiply(self.covariance, np.float32(1.0) - share, out=self.covariance)
        np.multiply(off, share, out=off)
        np.add(self.mean, off, out=self.mean)
        self.known = self._count / (self._count + self._soon)

    def go_on(self, other: Heard, pace: float) -> None:
        """Know what another one heard; ``pace`` is how many rows here are one of its."""
        self._count = min(other._count * pace, self._most)
        self.mean[:], self.covariance[:] = other.mean, other.covariance
        self.known = self._count / (self._count + self._soon) if self._count else 0.0


class Mover:
    """Moves latents from where they were heard to a ground; all memory is taken beforehand.

    Args:
        ground: where they are moved to.
    """

    def __init__(self, ground: Ground) -> None:
        width = len(ground.mean)
        self.ground = ground
        self._from: Float32 = np.zeros(width, np.float32)
        self._way: Float32 = np.zeros(width, np.float32)
        self._logs: Float32 = np.zeros(width, np.float32)  # natural logarithm of each axis' gain
        self._gains: Float32 = np.zeros(width, np.float32)
        self._off: Float32 = np.zeros(width, np.float32)
        self._along: Float32 = np.zeros(width, np.float32)
        self._turned: Float32 = np.zeros((width, width), np.float32)

    def aim(self, heard: Heard) -> None:
        """From now on move as suits what was heard, as far as that is known."""
        ground, logs, turned = self.ground, self._logs, self._turned
        self._from[:] = heard.mean
        np.subtract(ground.mean, heard.mean, out=self._way)
        np.multiply(self._way, np.float32(heard.known), out=self._way)
        np.matmul(heard.covariance, ground.axes, out=turned)
        np.multiply(turned, ground.axes, out=turned)
        np.add.reduce(turned, axis=0, out=logs)
        np.maximum(logs, _STILL, out=logs)
        np.divide(ground.variances, logs, out=logs)
        np.log(logs, out=logs)
        np.multiply(logs, np.float32(0.5), out=logs)
        np.maximum(logs, -np.log(MOST_GAIN), out=logs)
        np.minimum(logs, np.log(MOST_GAIN), out=logs)
        np.multiply(logs, np.float32(heard.known), out=logs)

    def move(self, latents: Latents, place: float, spread: float) -> None:
        """Move latents, float32 (D,), in place.

        Args:
            latents: which were heard.
            place: how far their mean comes to that of the ground, 0 to 1.
            spread: how far their spread comes to that of the ground, 0 to 1.
        """
        off, along, gains, axes = self._off, self._along, self._gains, self.ground.axes
        if spread:
            np.multiply(self._logs, np.float32(spread), out=gains)
            np.expm1(gains, out=gains)
            np.subtract(latents, self._from, out=off)
            np.matmul(off, axes, out=along)
            np.multiply(along, gains, out=along)
            np.matmul(axes, along, out=off)
            np.add(latents, off, out=latents)
        if place:
            np.multiply(self._way, np.float32(place), out=off)
            np.add(latents, off, out=latents)


def _finite(numbers: ArrayLike) -> Float32:
    known = np.nan_to_num(np.asarray(numbers, np.float64))
    return np.clip(known, -_FAR, _FAR).astype(np.float32)
