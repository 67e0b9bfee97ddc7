"""Latents as a performer meets them: standardised, in order of importance, with a settled sign.

A VAE's own latents come in no order, at any scale and with any sign. The basis fitted here turns
the training set's posterior means into components that have mean 0 and standard deviation 1 each,
the first explaining most of their variance, positive meaning louder (or, where loudness does not
follow, brighter). Its inverse lives inside every exported decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import LatentInfo
from musicvae.files import replacing

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LatentBasis:
    """An invertible affine map between standardised latents and the model's own.

    Attributes:
        mean: of the posterior means, float32 (D,).
        axes: float32 (D, D); row i is the model's latent for one standard deviation of component i.
        explained: share of the variance each component explains, float32 (D,), not rising.
        low: first percentile of each standardised latent over the training set, float32 (D,).
        high: 99th percentile, likewise.
        kl: mean KL of each of the *model's own* latents, float32 (D,), in nats.
    """

    mean: Array
    axes: Array
    explained: Array
    low: Array
    high: Array
    kl: Array

    @classmethod
    def fit(cls, means: Array, kl: Array, qualities: Array) -> LatentBasis:
        """Principal components of posterior means.

        Args:
            means: posterior means of training clips, (clips, D).
            kl: KL of each latent, (D,), in nats.
            qualities: what "positive" should follow, (clips, K), the first column counting most:
                loudness, then brightness.
        """
        means = np.asarray(means, np.float64)
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

    def to_model(self, latents: Any) -> Any:
        """Standardised latents (n, D) to the model's own; takes arrays and tensors."""
        return latents @ self.axes + self.mean

    def from_model(self, z: Any) -> Any:
        """The model's own latents (n, D) to standardised ones; takes arrays and tensors."""
        return (z - self.mean) @ self.inverse

    @property
    def inverse(self) -> Array:
        """What undoes ``axes``, whose rows are at right angles, float32 (D, D)."""
        spread = np.linalg.norm(self.axes, axis=1, keepdims=True)
        inverse: Array = (self.axes / spread**2).T.astype(np.float32)
        return inverse

    def infos(self) -> tuple[LatentInfo, ...]:
        """What an artifact says of each latent."""
        return tuple(
            LatentInfo(f"latent {i}", 0.0, 1.0, float(low), float(high), float(share))
            for i, (low, high, share) in enumerate(
                zip(self.low, self.high, self.explained, strict=True)
            )
        )

    def save(self, path: Path) -> None:
        """Write it as ``.npz``, atomically."""
        with replacing(path) as temporary, temporary.open("wb") as handle:
            np.savez(handle, **vars(self))

    @classmethod
    def load(cls, path: Path) -> LatentBasis:
        """Read what :meth:`save` wrote."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in arrays.files})


def _signs(scores: NDArray[np.float64], qualities: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 or -1 per component, so that it rises with the quality it follows most."""
    standard = scores / np.maximum(scores.std(axis=0), 1e-12)
    wanted = (qualities - qualities.mean(axis=0)) / np.maximum(qualities.std(axis=0), 1e-12)
    correlation = standard.T @ wanted / len(scores)
    # Loudness decides unless another quality is followed much more closely.
    weight = np.where(np.arange(qualities.shape[1]) == 0, 1.0, 0.5)
    chosen = np.argmax(np.abs(correlation) * weight, axis=1)
    return np.where(correlation[np.arange(len(chosen)), chosen] < 0, -1.0, 1.0)
