"""What a prior is built from: the movement and the range of the latents, and the conditions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from musicvae.artifact.prior import KnobInfo, PriorInfo
from musicvae.latents.arrays import Float32, Float64
from musicvae.measures.frames import UNITS
from musicvae.vae.prior.material import Material


@dataclass(frozen=True, eq=False)
class Outline:
    """What is known before training.

    Attributes:
        latent_dim: D.
        genres: names of the genres.
        attributes: what can be asked for.
        matrix: A of the linear dynamics, float64 (D, D): a step is about A times the step before.
        root: L with ``L Lᵀ = Q``, the covariance of what the linear dynamics do not explain,
            float64 (D, D).
        bounds: lowest and highest of each latent that is still music, float32 (2, D).
    """

    latent_dim: int
    genres: tuple[str, ...]
    attributes: tuple[KnobInfo, ...]
    matrix: Float64
    root: Float64
    bounds: Float32

    @classmethod
    def of(cls, material: Material) -> Outline:
        """The outline of the training tracks."""
        dynamics = material.dynamics()
        knobs = tuple(
            KnobInfo(name, UNITS[name], float(mean), float(std))
            for name, (mean, std) in zip(material.attributes, material.unit, strict=True)
        )
        values, vectors = np.linalg.eigh(dynamics.noise)
        root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        return cls(
            material.space.latent_dim, material.genres, knobs, dynamics.matrix, root,
            material.bounds,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The fields for JSON."""
        arrays = {name: getattr(self, name).tolist() for name in ("matrix", "root", "bounds")}
        knobs = [asdict(knob) for knob in self.attributes]
        return {"genres": list(self.genres), "attributes": knobs, **arrays}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Outline:
        """The outline that :meth:`to_json` described.

        Raises:
            ValueError, TypeError, KeyError: it is not one.
        """
        matrix, root, bounds = (
            np.array(values[name], np.float64) for name in ("matrix", "root", "bounds")
        )
        D = len(matrix)
        if (matrix.shape, root.shape, bounds.shape) != ((D, D), (D, D), (2, D)):
            raise ValueError("matrices that do not fit together")
        if not all(np.isfinite(array).all() for array in (matrix, root, bounds)):
            raise ValueError("a number that is not finite")
        knobs = tuple(KnobInfo(**knob) for knob in values["attributes"])
        genres = tuple(map(str, values["genres"]))
        return cls(D, genres, knobs, matrix, root, bounds.astype(np.float32))

    @property
    def unit(self) -> Float64:
        """Mean and standard deviation of each attribute, float64 (A, 2)."""
        return np.array([(knob.mean, knob.std) for knob in self.attributes], np.float64)

    @property
    def condition_size(self) -> int:
        """C, the numbers in a row of conditions; see :mod:`musicvae.artifact.prior`."""
        return self.info("", 1, 1).condition_size(self.latent_dim)

    def info(self, family: str, noise: int, context: int) -> PriorInfo:
        """The description for an artifact."""
        return PriorInfo(family, noise, context, self.genres, self.attributes, hints=True)
