"""A trained model: sample, reconstruct, interpolate, and the decoder that is exported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from musicvae.artifact import LatentInfo
from musicvae.audio import Samples, Sound, Sounds, crossfade, read, resample
from musicvae.errors import LatentError, RunError
from musicvae.families import FAMILIES
from musicvae.files import read_json
from musicvae.recipes import Recipe
from musicvae.vae import checkpoint
from musicvae.vae.fourier import FourierSynthesis
from musicvae.vae.latents import Array, LatentBasis
from musicvae.vae.run import Row, RunFolder

#: What can be interpolated between.
Point = Sound | int | ArrayLike

#: Clips decoded at once.
BATCH = 16


class TrainedModel:
    """A model with its recipe and the basis of its latents.

    Latents given to or returned by its methods are *standardised*: mean 0, standard deviation 1
    over the training set, in order of the variance they explain.

    Attributes:
        vae: the :class:`musicvae.vae.cvae.CVAE`.
        recipe: what it was trained with.
        run: its run folder.
        basis: of the standardised latents.
    """

    def __init__(self, vae: Any, recipe: Recipe, run: RunFolder, basis: LatentBasis) -> None:
        self.vae = vae
        self.recipe = recipe
        self.run = run
        self.basis = basis

    @property
    def genre(self) -> str:
        """Name of the genre, or ``"any"``."""
        return self.run.describe()["genre"] or "any"

    @property
    def licence(self) -> str:
        """As stated when it was trained."""
        return str(self.run.describe()["licence"])

    @property
    def provenance(self) -> dict[str, Any]:
        """What made it: recipe, hash of the data, steps, versions."""
        description = self.run.describe()
        return {
            "recipe": description["recipe"],
            "data_sha256": description["train_digest"],
            "steps": checkpoint.counters_of(self.run.best)["step"],
            "seed": self.recipe.seed,
            "started": description["started"],
            "versions": description["versions"],
        }

    def decode(self, latents: ArrayLike) -> Sounds:
        """Sounds of standardised latents (n, D) or (D,).

        Raises:
            LatentError: another width, or not finite.
        """
        checked = self._check(latents)
        parts = [self._decode(checked[i : i + BATCH]) for i in range(0, len(checked), BATCH)]
        return Sounds(Sound.of(clip, self.recipe.sample_rate) for clip in np.concatenate(parts))

    def encode(self, sound: Sound) -> Array:
        """Standardised latents of a sound's consecutive clips, float32 (clips, D).

        The last clip is padded with zeros.
        """
        return self._encode(self._clips(sound, self.recipe.samples))

    def sample(self, n: int = 4, seed: int | None = None) -> Sounds:
        """New sounds, from latents drawn like those of the training set (a Gaussian of its spread).

        Args:
            n: how many.
            seed: the same seed draws the same latents; ``None`` draws anew.
        """
        generator = np.random.default_rng(seed)
        return self.decode(generator.standard_normal((n, self.recipe.latent_dim), np.float32))

    def reconstruct(self, sound: Sound) -> Sound:
        """The sound encoded and decoded, clip by clip, joined with cross-fades of 20 ms.

        Returns:
            A sound as long as the given one, at the model's rate.
        """
        samples, overlap = self.recipe.samples, self.recipe.sample_rate // 50
        resampled = resample(sound, self.recipe.sample_rate)
        clips = self._clips(resampled, samples - overlap)
        decoded = [clip.samples for clip in self.decode(self._encode(clips))]
        joined = crossfade(decoded, overlap)[: len(resampled.samples)]
        return Sound.of(joined, self.recipe.sample_rate)

    def interpolate(self, a: Point, b: Point, steps: int = 8) -> Sounds:
        """Sounds on the way from ``a`` to ``b``, ends included.

        The path is spherical, so that what lies between is as likely as the ends (White 2016).

        Args:
            a: standardised latents (D,), a sound whose first clip is meant, or a seed that draws
                the latents as :meth:`sample` does.
            b: likewise.
            steps: number of sounds.
        """
        start, end = self._point(a), self._point(b)
        length = float(np.linalg.norm(start)) * float(np.linalg.norm(end))
        cosine = float(start @ end) / max(length, 1e-12)
        angle = np.arccos(np.clip(cosine, -1, 1))
        along = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        if np.sin(angle) < 1e-4:
            return self.decode(start * (1 - along) + end * along)
        weights = np.sin((1 - along) * angle), np.sin(along * angle)
        return self.decode((weights[0] * start + weights[1] * end) / np.sin(angle))

    def history(self) -> list[Row]:
        """One row per epoch of training."""
        return self.run.history()

    def kl_per_latent(self) -> Array:
        """Mean KL of each of the model's own latents over the training set, (D,), in nats."""
        return self.basis.kl

    def data_report(self) -> dict[str, Any]:
        """What became of every file: used, skipped with a reason, notes."""
        report: dict[str, Any] = read_json(self.run.data)
        return report

    def test_tracks(self) -> list[Path]:
        """Files of the tracks that were not trained on."""
        return self._tracks("test")

    def train_tracks(self) -> list[Path]:
        """Files of the tracks that were trained on."""
        return self._tracks("train")

    def _tracks(self, side: str) -> list[Path]:
        report = self.data_report()
        folder = Path(report["folder"])
        return [folder / track["key"] for track in report["tracks"] if track["set"] == side]

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        """What an artifact says of each latent."""
        return self.basis.infos()

    def real_latents(self, n: int) -> Array:
        """Standardised latents of ``n`` real clips from the tracks of the run, float32 (n, D)."""
        found: list[Array] = []
        for path in [*self.test_tracks(), *self.train_tracks()]:
            if sum(map(len, found)) >= n:
                break
            if path.is_file():
                latents = self.encode(read(path))
                found.append(latents[:-1] if len(latents) > 1 else latents)  # the last is padded
        if not found:
            raise RunError(
                "none of this run's tracks is where it was, so no real latents can be had",
                legal=f"the files of {self.run.split}",
                received="missing files",
            )
        return np.concatenate(found)[:n]

    def playable_decoder(self) -> Any:
        """The decoder as exported: standardised latents (batch, D) to (batch, samples, channels).

        Returns:
            A ``tf.function`` with the signature float32 (None, D).
        """
        signature = [tf.TensorSpec((None, self.recipe.latent_dim), tf.float32, name="latent")]

        @tf.function(input_signature=signature)
        def decoder(latent: tf.Tensor) -> tf.Tensor:
            z = self.basis.to_model(latent)
            with _as_matrices(self.vae.decoder):
                decoded = self.vae.decoder(z, training=False)
            return self.vae.to_audio(self.vae.likelihood.listen(decoded))

        return decoder

    def _point(self, place: Point) -> Array:
        if isinstance(place, Sound):
            return self.encode(place)[0]
        if isinstance(place, int):
            generator = np.random.default_rng(place)
            return generator.standard_normal(self.recipe.latent_dim, np.float32)
        return self._check(place)[0]

    def _decode(self, latents: Array) -> Samples:
        sounds = self.vae.to_audio(self.vae.sample(tf.constant(self.basis.to_model(latents))))
        decoded: Samples = sounds.numpy()
        return decoded

    def _encode(self, clips: Samples) -> Array:
        parts = [
            self.vae.encode(self.vae.from_audio(tf.constant(clips[i : i + BATCH])))[0].numpy()
            for i in range(0, len(clips), BATCH)
        ]
        return self.basis.from_model(np.concatenate(parts))

    def _clips(self, sound: Sound, step: int) -> Samples:
        """Clips (n, samples, channels) every ``step`` samples; the last is padded with zeros."""
        source = resample(sound, self.recipe.sample_rate).samples
        if source.shape[1] != self.recipe.channels:
            mean = source.mean(axis=1, keepdims=True)
            source = np.repeat(mean, self.recipe.channels, axis=1)
        starts = range(0, max(1, len(source)), step)
        clips = np.zeros((len(starts), self.recipe.samples, self.recipe.channels), np.float32)
        for clip, start in zip(clips, starts, strict=True):
            piece = source[start : start + self.recipe.samples]
            clip[: len(piece)] = piece
        return clips

    def _check(self, latents: ArrayLike) -> Array:
        checked = np.atleast_2d(np.asarray(latents, np.float32))
        width = self.recipe.latent_dim
        if checked.ndim != 2 or checked.shape[1] != width or not len(checked):
            raise LatentError(
                "latents have the wrong shape",
                legal=f"(n, {width}) or ({width},)",
                received=f"{np.shape(latents)}",
            )
        if not np.isfinite(checked).all():
            raise LatentError("latents are not finite", legal="finite numbers")
        return checked


@contextmanager
def _as_matrices(decoder: Any) -> Iterator[None]:
    """While the block runs, the decoder's Fourier synthesis is a matrix product, as ONNX needs."""
    layers = [layer for layer in decoder.layers if isinstance(layer, FourierSynthesis)]
    for layer in layers:
        layer.as_matrix = True
    try:
        yield
    finally:
        for layer in layers:
            layer.as_matrix = False


def load(run_folder: str | os.PathLike[str]) -> TrainedModel:
    """The model of a run, with its best weights.

    Raises:
        RunError: the folder is not a run, or it was killed before there was anything to load.
    """
    run = RunFolder.open(Path(run_folder))
    recipe = run.recipe()
    missing = [path.name for path in (run.best, run.latents) if not path.is_file()]
    if missing:
        raise RunError(
            "this run was cut off before it left a model",
            legal="a run that ended, or was stopped with Ctrl-C",
            received=f"no {' and no '.join(missing)} in {run_folder}",
            mend=f"musicvae train --resume --out {run_folder}",
        )
    vae = FAMILIES.get(recipe.family).build(recipe)
    checkpoint.restore(run.best, vae.variables)
    return TrainedModel(vae, recipe, run, LatentBasis.load(run.latents))
