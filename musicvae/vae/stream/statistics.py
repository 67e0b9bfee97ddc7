"""Statistics of a stream's latents over the training set, and what moves its sound.

They are kept in the run as ``playing.json`` and written into every artifact, so that hosts can walk
as the music does, and move attributes, without the training data.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import LatentInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo
from musicvae.files import write_json
from musicvae.latents.arrays import Latents
from musicvae.latents.attributes import is_offered
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.effects import Effects
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
        attributes: the directions that move loudness, brightness and so on; also those that failed.
        slopes: for each direction by how many of its standard deviations each attribute changed for
            one asked for, on unheard tracks; empty in runs of before.
        effects: what each latent does to the sound; ``None`` in runs of before.
        words: the same in words, one text for each latent; empty in runs of before.
        gain: in dB, by which the decoder is made louder than it was trained, to be about as loud
            as its music.
    """

    latent_space: str
    mean: Latents
    std: Latents
    low: Latents
    high: Latents
    covariance: NDArray[np.float32]
    dynamics: LinearDynamics
    attributes: tuple[AttributeInfo, ...]
    slopes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    effects: Effects | None = None
    words: tuple[str, ...] = ()
    gain: float = 0.0

    @property
    def offered(self) -> tuple[AttributeInfo, ...]:
        """The attributes that an artifact offers: those that were found to follow their knob."""
        return tuple(
            attribute
            for attribute in self.attributes
            if is_offered(attribute, self.slopes.get(attribute.name, {}).get(attribute.name))
        )

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
        words = self.words or ("",) * len(self.mean)
        return tuple(
            LatentInfo.measured(index, *numbers, effect=effect)
            for index, (numbers, effect) in enumerate(zip(columns, words, strict=True))
        )

    def save(self, path: Path) -> None:
        """Write the statistics as JSON; a crash leaves the old file or the new one."""
        values: dict[str, Any] = {
            name: np.asarray(getattr(self, name), np.float64).tolist() for name in _ARRAYS
        }
        values["latent_space"] = self.latent_space
        values["gain"] = self.gain
        values["dynamics"] = dataclasses.asdict(self.dynamics.info())
        values["attributes"] = [dataclasses.asdict(attribute) for attribute in self.attributes]
        values["slopes"] = {name: dict(slopes) for name, slopes in self.slopes.items()}
        if self.effects is not None:
            values["effects"] = self.effects.to_json()
            values["words"] = list(self.words)
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
                slopes=values.get("slopes", {}),
                effects=Effects.from_json(values["effects"]) if "effects" in values else None,
                words=tuple(values.get("words", ())),
                gain=float(values.get("gain", 0.0)),
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
        if self.effects is not None and len(self.effects.changes) != dims:
            raise ValueError(f"its effects are not of {dims} latents")
        if self.words and [type(text) for text in self.words] != [str] * dims:
            raise ValueError(f"its words are not of {dims} latents")
        for slopes in self.slopes.values():
            if not np.isfinite([float(slope) for slope in slopes.values()]).all():
                raise ValueError("its slopes are not finite")
        if not -24.0 <= self.gain <= 24.0:  # NaN is not
            raise ValueError("its gain is no gain")
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
