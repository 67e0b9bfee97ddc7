"""A trained clip model: samples, reconstructs, interpolates, and exports its decoder."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact.ports import LATENT
from musicvae.audio import Samples, Sound, Sounds, crossfade, resample
from musicvae.errors import SettingError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.recipes import Recipe, checked_seed
from musicvae.vae.clip.path import spherical
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.trained import COUNT, Trained

if TYPE_CHECKING:
    from musicvae.vae.cvae import CVAE

#: An end of an interpolation: a sound, a seed, or latents.
Point = Sound | int | ArrayLike

#: Clips that are encoded or decoded at once.
BATCH = 16


class TrainedModel(Trained):
    """A trained model of whole clips.

    Latents given to or returned by its methods are *standardised*: mean 0, standard deviation 1
    over the training set, in order of the variance they explain.
    """

    @classmethod
    def open(cls, vae: CVAE, recipe: Recipe, run: RunFolder) -> TrainedModel:
        """The trained model of a run whose weights are in ``vae``."""
        return cls(vae, recipe, run, LatentBasis.load(run.latents, recipe.latent_dim))

    def decode(self, latents: ArrayLike) -> Sounds:
        """Decode latents to one clip of sound each.

        Args:
            latents: standardised, numbers of shape (n, D) or (D,).

        Returns:
            n sounds, float32 (samples, channels).

        Raises:
            LatentError: the width is not D, or a value is not finite.
        """
        checked = self._check(latents)
        parts = [self._decode(checked[i : i + BATCH]) for i in range(0, len(checked), BATCH)]
        return Sounds(Sound.of(clip, self.recipe.sample_rate) for clip in np.concatenate(parts))

    def encode(self, sound: Sound) -> Float32:
        """Encode a sound clip by clip; the last clip is padded with zeros.

        Returns:
            Standardised latents, float32 (clips, D).
        """
        return self._encode(self._clips(sound, self.recipe.samples))

    def sample(self, n: int = 4, seed: int | None = None, seconds: float | None = None) -> Sounds:
        """New sounds, from latents drawn from a Gaussian with the spread of the training set.

        Args:
            n: number of sounds.
            seed: the same seed draws the same latents; ``None`` draws new ones each time.
            seconds: must be ``None``: a clip has the length that it was trained with.

        Raises:
            SettingError: ``seconds`` was given, or the seed or number of sounds is out of range.
        """
        if seconds is not None:
            raise SettingError(
                "the length of a clip is fixed by its training",
                expected="--seconds for streams",
                received=f"a run of the recipe {self.recipe.name}",
            )
        size = int(COUNT.check("the number of sounds", n)), self.recipe.latent_dim
        generator = np.random.default_rng(checked_seed(seed))
        return self.decode(generator.standard_normal(size, np.float32))

    def reconstruct(self, sound: Sound) -> Sound:
        """Encode and decode a sound clip by clip, and join the clips with cross-fades of 20 ms.

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
        """Sounds on the path from ``a`` to ``b``, both included.

        The path is spherical, so that the points between are as likely as the ends (White 2016);
        it is straight between ends whose directions are equal or opposite, or where one is zero.

        Args:
            a: standardised latents (D,), a sound, whose first clip is used, or a seed, from which
                latents are drawn as in :meth:`sample`.
            b: the same for the other end.
            steps: number of sounds, at least 1.

        Raises:
            LatentError: latents of another shape than (D,), or not finite.
            SettingError: a seed or the number of sounds is out of range.
        """
        count = COUNT.check("the number of sounds", steps)
        return self.decode(spherical(self._point(a), self._point(b), int(count)))

    def real_latents(self, n: int) -> Float32:
        """Standardised latents of at most ``n`` clips of the run's tracks, float32 (clips, D).

        Raises:
            RunError: no track's file exists any more.
        """
        found: list[Float32] = []
        for path in [*self.test_tracks(), *self.train_tracks()]:
            if sum(map(len, found)) >= n:
                break
            if path.is_file():
                latents = self.encode(self._track(path))
                found.append(latents[:-1] if len(latents) > 1 else latents)  # the last is padded
        if not found:
            self._some_tracks(1)  # raises the error
        return np.concatenate(found)[:n]

    def exports(self) -> dict[str, Exportable]:
        """The decoder, as an artifact of kind ``"clip"``."""
        samples = self.recipe.samples
        # Each latent influences the whole clip.
        info = self.describe("clip", samples=samples, receptive_field=samples)
        return {"decoder": Exportable(info, self.playable_decoder(), self.real_latents)}

    def playable_decoder(self) -> Any:
        """The decoder in the form that is exported.

        Returns:
            A ``tf.function`` from standardised latents, float32 (batch, D), to sound, float32
            (batch, samples, channels).
        """
        import tensorflow as tf

        from musicvae.vae.clip.fourier import FourierSynthesis
        from musicvae.vae.spectra import as_matrices

        signature = [tf.TensorSpec((None, self.recipe.latent_dim), tf.float32, name=LATENT)]

        layers = self.vae.decoder.layers
        transforms = [layer for layer in layers if isinstance(layer, FourierSynthesis)]

        @tf.function(input_signature=signature)
        def decoder(latent: tf.Tensor) -> tf.Tensor:
            z = self.basis.to_model(latent)
            with as_matrices(*transforms):
                decoded = self.vae.decoder(z, training=False)
            return self.vae.to_audio(self.vae.likelihood.listen(decoded))

        return decoder

    def _point(self, place: Point) -> Float32:
        if isinstance(place, Sound):
            return self.encode(place)[0]
        if isinstance(place, numbers.Integral):
            generator = np.random.default_rng(checked_seed(place))
            return generator.standard_normal(self.recipe.latent_dim, np.float32)
        return self._check_one(place)

    def _decode(self, latents: Float32) -> Samples:
        import tensorflow as tf

        sounds = self.vae.to_audio(self.vae.sample(tf.constant(self.basis.to_model(latents))))
        decoded: Samples = sounds.numpy()
        return decoded

    def _encode(self, clips: Samples) -> Float32:
        import tensorflow as tf

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
