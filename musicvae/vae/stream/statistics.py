"""What a stream's latents do over the training set, and what moves its sound.

Kept in the run as ``playing.json`` and written into every artifact, so that hosts can walk like the
music and move attributes without knowing anything of the training.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.artifact import LatentInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo
from musicvae.errors import RunError
from musicvae.files import read_json, write_json
from musicvae.latents.dynamics import LinearDynamics
from musicvae.vae.run.basis import Array


@dataclass(frozen=True, eq=False)
class Playing:
    """Statistics of standardised latents over the training set.

    Attributes:
        latent_space: 16 hex digits: equal ones mean equal latents. Runs that share a frozen encoder
            share it.
        mean: of each latent, float32 (D,). 0, unless the space is another run's.
        std: likewise; 1, unless the space is another run's.
        low: first percentile, float32 (D,).
        high: 99th percentile, float32 (D,).
        covariance: of the aggregated posterior, float32 (D, D): of the posterior means, plus the
            mean posterior variance.
        dynamics: how the latents go on, about their mean.
        attributes: what moves loudness, brightness and so on.
    """

    latent_space: str
    mean: Array
    std: Array
    low: Array
    high: Array
    covariance: Array
    dynamics: LinearDynamics
    attributes: tuple[AttributeInfo, ...]

    def walk(self, steps: int, seed: int | None = None) -> Array:
        """Latents that move like the training set's, float32 (steps, D)."""
        return (self.dynamics.walk(steps, seed) + self.mean).astype(np.float32)

    def infos(self, explained: Sequence[float]) -> tuple[LatentInfo, ...]:
        """What an artifact says of each latent, given the variance that each explains."""
        columns = zip(self.mean, self.std, self.low, self.high, explained, strict=True)
        return tuple(
            LatentInfo(f"latent {index}", *map(float, numbers))
            for index, numbers in enumerate(columns)
        )

    def save(self, path: Path) -> None:
        """Write it as JSON, atomically."""
        values: dict[str, Any] = {
            name: np.asarray(getattr(self, name), np.float64).tolist() for name in _ARRAYS
        }
        values["latent_space"] = self.latent_space
        values["dynamics"] = dataclasses.asdict(self.dynamics.info())
        values["attributes"] = [dataclasses.asdict(attribute) for attribute in self.attributes]
        write_json(path, values)

    @classmethod
    def load(cls, path: Path) -> Playing:
        """What :meth:`save` wrote.

        Raises:
            RunError: the file is missing or damaged.
        """
        try:
            values = read_json(path)
            arrays = {name: np.asarray(values[name], np.float32) for name in _ARRAYS}
            dynamics = DynamicsInfo.from_json(values["dynamics"])
            moves = tuple(map(AttributeInfo.from_json, values["attributes"]))
            return cls(
                latent_space=values["latent_space"],
                dynamics=LinearDynamics.from_info(dynamics),
                attributes=moves,
                **arrays,
            )
        except (OSError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{path.name} cannot be read", received=f"{error}") from error


_ARRAYS = ("mean", "std", "low", "high", "covariance")
