"""A trained model: sample, reconstruct, interpolate, and the decoder that is exported."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from musicvae.audio import Samples, Sound, Sounds, crossfade, read, resample
from musicvae.vae.clip.fourier import FourierSynthesis, as_matrices
from musicvae.vae.run.basis import Array
from musicvae.vae.run.trained import Trained

#: What can be interpolated between.
Point = Sound | int | ArrayLike

#: Clips decoded at once.
BATCH = 16


class TrainedModel(Trained):
    """A trained model of whole clips.

    Latents given to or returned by its methods are *standardised*: mean 0, standard deviation 1
    over the training set, in order of the variance they explain.
    """

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
            self._first_track()  # says that there is none
        return np.concatenate(found)[:n]

    def playable_decoder(self) -> Any:
        """The decoder as exported: standardised latents (batch, D) to (batch, samples, channels).

        Returns:
            A ``tf.function`` with the signature float32 (None, D).
        """
        signature = [tf.TensorSpec((None, self.recipe.latent_dim), tf.float32, name="latent")]

        layers = self.vae.decoder.layers
        transforms = [layer for layer in layers if isinstance(layer, FourierSynthesis)]

        @tf.function(input_signature=signature)
        def decoder(latent: tf.Tensor) -> tf.Tensor:
            z = self.basis.to_model(latent)
            with as_matrices(*transforms):
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
        source = self._source(sound)
        starts = range(0, max(1, len(source)), step)
        clips = np.zeros((len(starts), self.recipe.samples, self.recipe.channels), np.float32)
        for clip, start in zip(clips, starts, strict=True):
            piece = source[start : start + self.recipe.samples]
            clip[: len(piece)] = piece
        return clips
