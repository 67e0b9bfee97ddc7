"""Statistics of a stream's latents over the training set, and the directions that move its sound.

They are kept in the run as ``playing.json`` and written into every artifact, so that hosts can walk
as the music does, and move attributes, without the training data.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import LatentInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo
from musicvae.errors import RunError
from musicvae.files import read_json, write_json
from musicvae.latents.arrays import Latents
from musicvae.latents.dynamics import LinearDynamics

#: The fields that are arrays.
_ARRAYS = ("mean", "std", "low", "high", "covariance")


@dataclass(frozen=True, eq=False)
class Playing:
    """Statistics of standardised latents over the training set.

    Attributes:
        latent_space: name of the latent space, 16 hex digits. Latents of equal names mean the
            same; runs that share a frozen encoder share it.
        mean: mean of each latent, float32 (D,); 0, unless the latent space is another run's.
        std: standard deviation of each latent, float32 (D,); 1, unless the space is another run's.
        low: first percentile of each latent, float32 (D,).
        high: 99th percentile of each latent, float32 (D,).
        covariance: covariance of the aggregated posterior, float32 (D, D): that of the posterior
            means, plus the mean posterior variance.
        dynamics: how the latents move from step to step, around their mean.
        attributes: the directions that move loudness, brightness and so on.
    """

    latent_space: str
    mean: Latents
    std: Latents
    low: Latents
    high: Latents
    covariance: NDArray[np.float32]
    dynamics: LinearDynamics
    attributes: tuple[AttributeInfo, ...]

    def walk(self, steps: int, seed: int | None = None) -> Latents:
        """Latents that move as those of the training set, standardised, float32 (steps, D).

        Args:
            steps: number of steps; there are ``dynamics.rate`` a second.
            seed: equal seeds give equal walks; ``None`` draws a new one.
        """
        return (self.dynamics.walk(steps, seed) + self.mean).astype(np.float32)

    def infos(self, explained: Sequence[float]) -> tuple[LatentInfo, ...]:
        """The description of each latent for an artifact, given the share of variance of each."""
        columns = zip(self.mean, self.std, self.low, self.high, explained, strict=True)
        return tuple(LatentInfo.measured(index, *numbers) for index, numbers in enumerate(columns))

    def save(self, path: Path) -> None:
        """Write the statistics as JSON; a crash leaves the old file or the new one."""
        values: dict[str, Any] = {
            name: np.asarray(getattr(self, name), np.float64).tolist() for name in _ARRAYS
        }
        values["latent_space"] = self.latent_space
        values["dynamics"] = dataclasses.asdict(self.dynamics.info())
        values["attributes"] = [dataclasses.asdict(attribute) for attribute in self.attributes]
        write_json(path, values)

    @classmethod
    def load(cls, path: Path) -> Playing:
        """Read a file that :meth:`save` wrote.

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
