"""Statistics of a stream's latents over the training set, and the directions that move its sound.

They are kept in the run as ``playing.json`` and written into every artifact, so that hosts can walk
as the music does, and move attributes, without the training data.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import LatentInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo
from musicvae.files import write_json
from musicvae.latents.arrays import Latents
from musicvae.latents.dynamics import LinearDynamics
from musicvae.vae.run.reading import guarded, read_object
from musicvae.vae.run.writing import writing

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
        with writing(path):
            write_json(path, values)

    @classmethod
    def load(cls, path: Path, dims: int | None = None) -> Playing:
        """Read a file that :meth:`save` wrote.

        Args:
            path: the JSON file.
            dims: D of the model that it is for, if known.

        Raises:
            RunError: the file is missing or damaged, or of another model.
        """
        values = read_object(path, {"latent_space": str, "dynamics": dict, "attributes": list})
        with guarded(path):
            playing = cls(
                latent_space=values["latent_space"],
                dynamics=LinearDynamics.from_info(DynamicsInfo.from_json(values["dynamics"])),
                attributes=tuple(map(_attribute, values["attributes"])),
                **{name: np.asarray(values[name], np.float32) for name in _ARRAYS},
            )
            playing.check(len(playing.mean) if dims is None else dims)
        return playing

    def check(self, dims: int) -> None:
        """Check that everything is of ``dims`` latents, and finite.

        Raises:
            ValueError: something is not.
        """
        if not re.fullmatch("[0-9a-f]{16}", self.latent_space):
            raise ValueError("its latent_space is no name of one")
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _ARRAYS}
        arrays["dynamics"] = self.dynamics.matrix
        for attribute in self.attributes:
            arrays[f"direction of {attribute.name}"] = np.asarray(attribute.direction, np.float64)
        for name, array in arrays.items():
            square = name in ("covariance", "dynamics")
            if array.shape != ((dims, dims) if square else (dims,)):
                raise ValueError(f"its {name} is not of {dims} latents")
            if not np.isfinite(array).all():
                raise ValueError(f"its {name} is not finite")
        if not (0 < self.dynamics.rate < np.inf and np.isfinite(self.dynamics.one_step_error)):
            raise ValueError("its dynamics have no rate")


def _attribute(values: dict[str, Any]) -> AttributeInfo:
    """An attribute; raises ``ValueError`` where a field is of the wrong type."""
    attribute = AttributeInfo.from_json(values)
    texts = (attribute.name, attribute.unit, attribute.method)
    figures = [attribute.mean, attribute.std, attribute.r2, attribute.spearman or 0.0]
    if not all(isinstance(text, str) for text in texts) or not np.isfinite(figures).all():
        raise ValueError("an attribute of it is not described")
    return attribute
