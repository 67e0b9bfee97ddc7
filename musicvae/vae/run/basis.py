"""Standardises latents: maps a model's own latents to the ones that performers use, and back.

A VAE's own latents have no order, and any scale and sign. The basis turns the posterior means of
the training set into principal components with mean 0 and standard deviation 1, in order of the
variance that they explain. Positive means louder, or brighter where loudness does not follow. The
inverse map is part of every exported decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import LatentInfo
from musicvae.files import replacing
from musicvae.latents.arrays import Float32
from musicvae.vae.run.reading import guarded, read_arrays
from musicvae.vae.run.writing import writing


@dataclass(frozen=True, eq=False)
class LatentBasis:
    """An invertible affine map between standardised latents and the model's own.

    Attributes:
        mean: mean of the posterior means, float32 (D,).
        axes: float32 (D, D); row i is the model's latent for one standard deviation of component i.
        explained: share of the variance that each component explains, float32 (D,), falling.
        low: first percentile of each standardised latent over the training set, float32 (D,).
        high: 99th percentile of each, float32 (D,).
        kl: mean KL of each of the *model's own* latents, float32 (D,), in nats.
    """

    mean: Float32
    axes: Float32
    explained: Float32
    low: Float32
    high: Float32
    kl: Float32

    @classmethod
    def fit(cls, means: Float32, kl: Float32, qualities: Float32) -> LatentBasis:
        """The principal components of posterior means.

        Args:
            means: posterior means of training clips, or of steps, float32 (clips, D).
            kl: mean KL of each latent, float32 (D,), in nats.
            qualities: float (clips, K), of any unit; the sign of a component is such that it rises
                with one of them. The first column counts most: loudness, then brightness.
        """
        means = np.asarray(means, np.float64)
        if len(means) < 2:
            return cls._of_one(means[0].astype(np.float32), np.asarray(kl, np.float32))
        centre = means.mean(axis=0)
        variance, vectors = np.linalg.eigh(np.cov(means, rowvar=False).reshape(means.shape[1], -1))
        order = np.argsort(variance)[::-1]
        # A latent that the encoder never moves has no spread of its own; the floor keeps the map
        # invertible, and moving such a latent by one unit then changes next to nothing.
        spread = np.sqrt(np.maximum(variance[order], 1e-8))
        axes = vectors[:, order].T * spread[:, None]
        scores = (means - centre) @ (axes / spread[:, None] ** 2).T
        signs = _signs(scores, np.asarray(qualities, np.float64))
        scores *= signs
        share = np.maximum(variance[order], 0.0)
        low, high = np.percentile(scores, [1, 99], axis=0)
        return cls(
            mean=centre.astype(np.float32),
            axes=(axes * signs[:, None]).astype(np.float32),
            explained=(share / max(share.sum(), 1e-12)).astype(np.float32),
            low=low.astype(np.float32),
            high=high.astype(np.float32),
            kl=np.asarray(kl, np.float32),
        )

    @classmethod
    def _of_one(cls, mean: Float32, kl: Float32) -> LatentBasis:
        """The basis of a single clip, which has no spread: that of the prior, around the clip."""
        ones: Float32 = np.ones(len(mean), np.float32)
        far: Float32 = np.full(len(mean), 2.326, np.float32)  # its percentile 99
        explained: Float32 = (ones / len(ones)).astype(np.float32)
        return cls(mean, np.diag(ones), explained, -far, far, kl)

    def to_model(self, latents: Any) -> Any:
        """The model's own latents for standardised ones; float32 arrays or tensors (…, D)."""
        return latents @ self.axes + self.mean

    def from_model(self, z: Any) -> Any:
        """Standardised latents for the model's own; float32 arrays or tensors (…, D)."""
        return (z - self.mean) @ self.inverse

    @property
    def inverse(self) -> Float32:
        """The inverse of ``axes``, whose rows are orthogonal, float32 (D, D)."""
        spread = np.linalg.norm(self.axes, axis=1, keepdims=True)
        inverse: Float32 = (self.axes / spread**2).T.astype(np.float32)
        return inverse

    def infos(self) -> tuple[LatentInfo, ...]:
        """The description of each latent for an artifact."""
        return tuple(
            LatentInfo.measured(i, 0.0, 1.0, low, high, share)
            for i, (low, high, share) in enumerate(
                zip(self.low, self.high, self.explained, strict=True)
            )
        )

    def save(self, path: Path) -> None:
        """Write the basis as ``.npz``; a crash leaves the old file or the new one."""
        with writing(path), replacing(path) as temporary, temporary.open("wb") as handle:
            np.savez(handle, **vars(self))

    @classmethod
    def load(cls, path: Path, dims: int | None = None) -> LatentBasis:
        """Read a file that :meth:`save` wrote.

        Args:
            path: the ``.npz`` file.
            dims: D of the model that it is for, if known.

        Raises:
            RunError: the file is missing or damaged, or of another model.
        """
        arrays = read_arrays(path)
        with guarded(path):
            basis = cls(**{name: _real(name, array) for name, array in arrays.items()})
            D = len(basis.mean) if dims is None else dims
            shapes = {name: np.shape(array) for name, array in arrays.items()}
            wrong = [n for n, s in shapes.items() if s != ((D, D) if n == "axes" else (D,))]
            if wrong:
                raise ValueError(f"its {wrong[0]} is not of {D} latents")
            if not np.linalg.norm(basis.axes, axis=1).all():
                raise ValueError("one of its axes is zero")
        return basis


def _real(name: str, array: NDArray[Any]) -> Float32:
    """An array as float32; raises ``ValueError`` where it holds anything but finite numbers."""
    if array.dtype.kind != "f" or not np.isfinite(real := array.astype(np.float32)).all():
        raise ValueError(f"its {name} is not made of finite numbers")
    return real


def _signs(scores: NDArray[np.float64], qualities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sign of each component, so that it rises with the quality that it follows most.

    Args:
        scores: components, float64 (clips, D).
        qualities: float64 (clips, K).

    Returns:
        +1 or -1, float64 (D,).
    """
    standard = scores / np.maximum(scores.std(axis=0), 1e-12)
    wanted = (qualities - qualities.mean(axis=0)) / np.maximum(qualities.std(axis=0), 1e-12)
    correlation = standard.T @ wanted / len(scores)
    # Loudness decides, unless a component follows another quality more than twice as closely.
    weight = np.where(np.arange(qualities.shape[1]) == 0, 1.0, 0.5)
    chosen = np.argmax(np.abs(correlation) * weight, axis=1)
    return np.where(correlation[np.arange(len(chosen)), chosen] < 0, -1.0, 1.0)
