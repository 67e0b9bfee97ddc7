"""The base of all trained models: the run, its tracks, and the description for an artifact."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import ArtifactInfo, Kind, LatentInfo
from musicvae.audio import Samples, Sound, resample
from musicvae.data.decode import decode
from musicvae.errors import AudioError, LatentError, RunError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.latents.tape import Tape
from musicvae.recipes import Recipe, whole
from musicvae.soundfiles.samples import check_encodable
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import Row, RunFolder

if TYPE_CHECKING:
    from musicvae.vae.cvae import CVAE


#: How many sounds are made at once.
COUNT = whole(1, 100_000)
#: Tracks of a run from which real sound is taken: ten say more of it than one.
_EXCERPTS = 12


class Trained(ABC):
    """A trained model with its recipe, its run folder and the basis of its latents.

    Attributes:
        vae: the :class:`musicvae.vae.cvae.CVAE`, with its trained weights.
        recipe: the recipe it was trained with.
        run: the run folder.
        basis: maps standardised latents to the model's own.
    """

    def __init__(self, vae: CVAE, recipe: Recipe, run: RunFolder, basis: LatentBasis) -> None:
        self.vae = vae
        self.recipe = recipe
        self.run = run
        self.basis = basis

    @property
    def genre(self) -> str:
        """Name of the genre it was trained on, or ``"any"``."""
        return self.run.describe()["genre"] or "any"

    @property
    def licence(self) -> str:
        """The licence that was stated when it was trained."""
        return str(self.run.describe()["licence"])

    @property
    def provenance(self) -> dict[str, Any]:
        """The origin of the model: recipe, hash of the data, steps, seed, date, versions."""
        description = self.run.describe()
        step = checkpoint.counters_of(self.run.best)["step"]
        return {
            "recipe": description["recipe"],
            "data_sha256": description["train_digest"],
            "steps": step,
            **self._test_kl(step),
            "seed": self.recipe.seed,
            "started": description["started"],
            "versions": description["versions"],
        }

    def history(self) -> list[Row]:
        """One row per epoch of training."""
        return self.run.history()

    def kl_per_latent(self) -> Float32:
        """Mean KL of each of the model's own latents over the training set, float32 (D,), nats."""
        return self.basis.kl

    def data_report(self) -> dict[str, Any]:
        """The outcome of every file: used, or skipped with a reason; and notes."""
        return self.run.report()

    def test_tracks(self) -> list[Path]:
        """Files of the tracks that were kept for testing."""
        return self._tracks("test")

    def train_tracks(self) -> list[Path]:
        """Files of the tracks that it was trained on."""
        return self._tracks("train")

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        """The description of each latent in an artifact."""
        return self.basis.infos()

    def tape(self, sound: Sound, source: str = "") -> Tape:
        """Encode a sound as a tape, which only models of streams can do.

        Raises:
            RunError: the model decodes whole clips.
        """
        raise RunError(
            "only streams have tapes",
            expected="a run of the recipe stream or stream44",
            received=f"a run of the recipe {self.recipe.name}",
        )

    @abstractmethod
    def exports(self) -> Mapping[str, Exportable]:
        """The parts of the model that can be exported, by name, such as ``"decoder"``."""

    def describe(self, kind: Kind, **fields: Any) -> ArtifactInfo:
        """The description of an artifact made from this model.

        Args:
            kind: the kind of artifact.
            fields: the fields of :class:`musicvae.artifact.info.ArtifactInfo` that depend on the
                kind.

        Returns:
            A description that is not yet checked, and lacks what only the export can tell.
        """
        return ArtifactInfo(
            kind=kind,
            genre=self.genre,
            recipe=self.recipe.name,
            sample_rate=self.recipe.sample_rate,
            channels=self.recipe.channels,
            latent_dim=self.recipe.latent_dim,
            latents=tuple(self.latent_infos()),
            provenance=dict(self.provenance),
            licence=self.licence or "unstated",
            **fields,
        )

    def _test_kl(self, step: int) -> dict[str, float]:
        """What the latents carry, in nats for each latent vector, where the history still says it.

        It is the KL on the test tracks with the weights of this step: those that are used.
        """
        rows = [row for row in self.history() if row["step"] == step]
        found = [row["test_kl"] for row in rows if math.isfinite(row.get("test_kl", math.nan))]
        return {"test_kl": float(found[-1])} if found else {}

    def _tracks(self, side: str) -> list[Path]:
        report, keys = self.data_report(), set(self.run.sides()[side])
        folder = Path(report["folder"])
        return [folder / track["key"] for track in report["tracks"] if track["key"] in keys]

    def _some_tracks(self, most: int) -> list[Path]:
        """So many tracks or fewer, from all over the run; test tracks, or else those it has learnt.

        Raises:
            RunError: no track's file exists any more.
        """
        for side in (self.test_tracks(), self.train_tracks()):
            paths = [path for path in side if path.is_file()]
            if paths:
                chosen = np.linspace(0, len(paths) - 1, min(most, len(paths))).astype(int)
                return [paths[index] for index in chosen.tolist()]
        raise RunError(
            "none of this run's tracks is where it was, so no real latents can be had",
            expected=f"the files of {self.run.split}",
            received="missing files",
        )

    def _excerpts(self, samples: int) -> Samples:
        """Sound of up to twelve tracks from all over the run, float32 (samples, channels).

        Raises:
            RunError: no track's file exists any more.
            AudioError: none can be read.
        """
        tracks = self._some_tracks(_EXCERPTS)
        length = -(-samples // len(tracks))
        parts: list[Samples] = []
        for path in tracks:
            try:
                whole = self._track(path).samples
            except AudioError:
                if path == tracks[-1] and not parts:
                    raise
                continue
            first = max(0, len(whole) - length) // 2
            parts.append(whole[first : first + length].copy())  # of all tracks, no more than that
        return np.resize(np.concatenate(parts), (samples, self.recipe.channels))

    def _track(self, path: Path) -> Sound:
        """A track of the run as the training heard it: of full scale ±1, whatever the file has.

        Raises:
            AudioError: it cannot be read any more.
        """
        return Sound(decode(path, self.recipe.audio).samples, self.recipe.sample_rate)

    def _source(self, sound: Sound) -> Samples:
        """The sound at the model's rate and with its channels, float32 (samples, channels).

        Raises:
            AudioError: it is empty, not finite, or has another full scale.
        """
        check_encodable(sound.samples)  # those of a file were taken as they are
        source = resample(sound, self.recipe.sample_rate).samples
        if source.shape[1] != self.recipe.channels:
            mean = source.mean(axis=1, keepdims=True)
            source = np.repeat(mean, self.recipe.channels, axis=1)
        return source

    def _check_one(self, latents: ArrayLike) -> Float32:
        """One latent vector as float32 (D,).

        Raises:
            LatentError: another shape, or not finite.
        """
        checked = self._check(latents)
        if len(checked) != 1:
            raise LatentError(
                "one latent vector is needed",
                expected=f"({self.recipe.latent_dim},)",
                received=f"{np.shape(latents)}",
            )
        return checked[0]

    def _check(self, latents: ArrayLike) -> Float32:
        """Latents as float32 (n, D).

        Raises:
            LatentError: another width, or not finite.
        """
        width = self.recipe.latent_dim
        try:
            checked = np.atleast_2d(np.asarray(latents, np.float32))
        except (TypeError, ValueError, OverflowError) as error:
            raise LatentError(
                "these are no latents",
                expected=f"numbers of shape (n, {width}) or ({width},)",
                received=type(latents).__name__,
            ) from error
        if checked.ndim != 2 or checked.shape[1] != width or not len(checked):
            raise LatentError(
                "latents have the wrong shape",
                expected=f"(n, {width}) or ({width},)",
                received=f"{np.shape(latents)}",
            )
        if not np.isfinite(checked).all():
            raise LatentError("latents are not finite", expected="finite numbers")
        return checked
