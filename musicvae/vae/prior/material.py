"""The latents that a prior learns from: those of many tracks, with genre and attributes.

They are made once (:mod:`musicvae.vae.prior.hearing`) and kept in one file of the prior's folder,
so that a training goes on, or another one begins, without the sounds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.errors import DataError
from musicvae.files import parse_json_object, replacing
from musicvae.latents.arrays import Float32
from musicvae.latents.dynamics import LinearDynamics
from musicvae.similar import did_you_mean
from musicvae.vae.run.reading import guarded, read_arrays
from musicvae.vae.run.writing import writing

#: Percentiles of the training latents between which a prior stays.
_BOUNDS = (0.1, 99.9)
#: Percentiles that are the ends of a knob.
_SPAN = (1, 99)
_LONGEST_TEXT = 1_000_000


@dataclass(frozen=True)
class Space:
    """The latent space that a prior lives in.

    Attributes:
        latent_space: 16 hex digits that identify the encoder and the basis of the latents.
        sample_rate: of the sound, in Hz.
        channels: of the sound.
        hop: samples per latent step.
        stride: decoder frames per latent step.
        latent_dim: D.
    """

    latent_space: str
    sample_rate: int
    channels: int
    hop: int
    stride: int
    latent_dim: int

    @classmethod
    def of(cls, info: ArtifactInfo) -> Space:
        """The latent space of an artifact of a stream: decoder, encoder or prior."""
        return cls(
            info.latent_space, info.sample_rate, info.channels, info.hop, info.stride,
            info.latent_dim,
        )  # fmt: skip

    @property
    def rate(self) -> float:
        """Latent steps per second."""
        return self.sample_rate / self.hop


@dataclass(frozen=True, eq=False)
class Material:
    """Latents of tracks, and what is known of each step.

    Attributes:
        space: the latent space.
        latents: standardised posterior means of all tracks, one after another, float16 (n, D).
        curves: attributes of each step in standard deviations from the training tracks' mean,
            smoothed over a second, float16 (n, A).
        starts: where each track begins, and the end: int64 (tracks + 1,).
        genre: index of each track's genre, int64 (tracks,).
        held_out: whether a track is for testing, bool (tracks,).
        genres: names of the genres.
        attributes: names of the attributes.
        unit: mean and standard deviation of each attribute over the training tracks, float64
            (A, 2), in the units of :data:`musicvae.measures.frames.UNITS`.
        keys: names of the tracks.
    """

    space: Space
    latents: NDArray[np.float16]
    curves: NDArray[np.float16]
    starts: NDArray[np.int64]
    genre: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    genres: tuple[str, ...]
    attributes: tuple[str, ...]
    unit: NDArray[np.float64]
    keys: tuple[str, ...]

    def track(self, index: int) -> Float32:
        """The latents of a track, float32 (steps, D)."""
        return self.latents[self.starts[index] : self.starts[index + 1]].astype(np.float32)

    def curve(self, index: int) -> Float32:
        """The attributes of a track, float32 (steps, A)."""
        return self.curves[self.starts[index] : self.starts[index + 1]].astype(np.float32)

    def indices(self, held_out: bool) -> NDArray[np.int64]:
        """The tracks to train on, or those to test on."""
        return np.flatnonzero(self.held_out == held_out)

    def sequences(self, held_out: bool) -> list[Float32]:
        """The latents of all tracks of one side."""
        return [self.track(int(index)) for index in self.indices(held_out)]

    def only(self, genre: str) -> Material:
        """The tracks of one genre; the list of genres stays, so that a prior may be tuned to one.

        Raises:
            DataError: there is no such genre.
        """
        check_genre(genre, self.genres)
        return self._subset(np.flatnonzero(self.genre == self.genres.index(genre)))

    def _subset(self, chosen: NDArray[np.int64]) -> Material:
        lengths = np.diff(self.starts)[chosen]
        rows = np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in chosen])
        return Material(
            self.space,
            self.latents[rows],
            self.curves[rows],
            np.concatenate([[0], np.cumsum(lengths)]),
            self.genre[chosen],
            self.held_out[chosen],
            self.genres,
            self.attributes,
            self.unit,
            tuple(self.keys[i] for i in chosen),
        )

    @cached_property
    def _learnt(self) -> Float32:
        return np.concatenate(self.sequences(held_out=False))

    @property
    def bounds(self) -> Float32:
        """The lowest and the highest of each latent that is still music, float32 (2, D)."""
        return np.percentile(self._learnt, _BOUNDS, axis=0).astype(np.float32)

    def infos(self) -> tuple[LatentInfo, ...]:
        """A description of each latent over the training tracks."""
        learnt = self._learnt
        low, high = np.percentile(learnt, _SPAN, axis=0)
        shares = np.full(learnt.shape[1], 1 / learnt.shape[1])
        columns = zip(learnt.mean(axis=0), learnt.std(axis=0), low, high, shares, strict=True)
        return tuple(LatentInfo.measured(i, *column) for i, column in enumerate(columns))

    def dynamics(self) -> LinearDynamics:
        """The linear dynamics of the training tracks, which a prior begins as."""
        return LinearDynamics.fit(
            self.sequences(False), self.sequences(True) or self.sequences(False), self.space.rate
        )

    def save(self, path: Path) -> None:
        """Write the file.

        Raises:
            RunError: it cannot be written.
        """
        texts = {
            "space": vars(self.space),
            "genres": self.genres,
            "attributes": self.attributes,
            "keys": self.keys,
        }
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        with writing(path), replacing(path) as temporary, temporary.open("wb") as handle:
            np.savez(handle, allow_pickle=False, texts=np.array(json.dumps(texts)), **arrays)

    @classmethod
    def load(cls, path: Path) -> Material:
        """Read a file that :meth:`save` wrote.

        Raises:
            RunError: it is missing or damaged.
        """
        arrays = read_arrays(path)
        with guarded(path):
            texts = parse_json_object(str(arrays["texts"]), _LONGEST_TEXT)
            fields: dict[str, Any] = {name: _typed(name, arrays[name]) for name in _ARRAYS}
            for name in ("genres", "attributes", "keys"):
                fields[name] = tuple(map(str, texts[name]))
            material = cls(Space(**texts["space"]), **fields)
            material._check()
        return material

    def _check(self) -> None:
        n, tracks = len(self.latents), len(self.keys)
        shapes = {
            "latents": (n, self.space.latent_dim),
            "curves": (n, len(self.attributes)),
            "starts": (tracks + 1,),
            "genre": (tracks,),
            "held_out": (tracks,),
            "unit": (len(self.attributes), 2),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} of shape {getattr(self, name).shape}, not {shape}")
        if self.starts[0] or self.starts[-1] != n or (np.diff(self.starts) < 1).any():
            raise ValueError("starts that are none")
        if not (np.isfinite(self.latents).all() and np.isfinite(self.curves).all()):
            raise ValueError("a number that is not finite")
        if not ((self.genre >= 0) & (self.genre < len(self.genres))).all():
            raise ValueError("a genre without a name")


def check_genre(genre: str, genres: Sequence[str]) -> None:
    """Refuse a genre that is none of those of the tracks.

    Raises:
        DataError: there is no such genre.
    """
    if genre not in genres:
        raise DataError(
            "no track is of this genre",
            expected=", ".join(genres),
            received=genre,
            hint=did_you_mean(genre, genres),
        )


_ARRAYS = {
    "latents": np.float16,
    "curves": np.float16,
    "starts": np.int64,
    "genre": np.int64,
    "held_out": np.bool_,
    "unit": np.float64,
}


def _typed(name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype != _ARRAYS[name]:
        raise ValueError(f"{name} is of type {array.dtype}")
    return array
