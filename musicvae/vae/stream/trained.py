"""A trained stream: walk, reconstruct, mix, make tapes, and the graphs that are exported."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from musicvae.artifact import LatentInfo
from musicvae.audio import Samples, Sound, Sounds, read
from musicvae.errors import SettingError
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.tape import Tape
from musicvae.recipes import Recipe
from musicvae.vae.clip.fourier import as_matrices
from musicvae.vae.run.basis import Array, LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.trained import Trained
from musicvae.vae.stream.coding import StreamCoder
from musicvae.vae.stream.layers import pack, state_size, unpack
from musicvae.vae.stream.settings import StreamSettings
from musicvae.vae.stream.statistics import Playing

#: Seconds of sound that a seed makes, unless asked otherwise.
SECONDS = 10.0

#: What can be mixed: a sound, or a seed whose walk is meant.
Point = Sound | int


class TrainedStream(Trained):
    """A trained model that turns a sequence of latents into sound.

    Latents given to or returned by its methods are *standardised*: mean 0, standard deviation 1
    over the training set, in order of the variance they explain. Sequences have one latent vector
    for each *step*, ``model.settings.step`` samples.

    Attributes:
        playing: what the training set's latents do: dynamics, attributes.
        settings: of the network: hop, stride, latency.
    """

    def __init__(
        self, vae: Any, recipe: Recipe, run: RunFolder, basis: LatentBasis, playing: Playing
    ) -> None:
        super().__init__(vae, recipe, run, basis)
        self.playing = playing
        self.settings: StreamSettings = vae.settings
        self._coder = StreamCoder(vae)

    @classmethod
    def open(cls, vae: Any, recipe: Recipe, run: RunFolder) -> TrainedStream:
        """The model of a run whose weights are in ``vae``."""
        return cls(vae, recipe, run, LatentBasis.load(run.latents), Playing.load(run.playing))

    @property
    def dynamics(self) -> LinearDynamics:
        """How the training set's latents move."""
        return self.playing.dynamics

    def encode(self, sound: Sound) -> Array:
        """Standardised latents of a sound, float32 (steps, D), as a live encoder would give them.

        Step j describes the sound ``settings.latency`` samples before [j·step, (j + 1)·step), at
        the model's rate; a few steps more than the sound is long let its end ring out.
        """
        return self.basis.from_model(self._coder.encode(self._source(sound))[0])

    def decode(self, latents: ArrayLike) -> Sounds:
        """Sounds of latent sequences, each vector held for a step, from silence.

        Args:
            latents: standardised, (steps, D), or (n, steps, D) for n sounds.

        Returns:
            n sounds of steps × step samples, which lag ``settings.latency`` samples behind.

        Raises:
            LatentError: another width, or not finite.
        """
        array = np.asarray(latents, np.float32)
        sequences = array if array.ndim == 3 else [array]
        return Sounds(
            self._sound(self._coder.hold(self._check(sequence))) for sequence in sequences
        )

    def decode_frames(self, latents: ArrayLike) -> Sound:
        """The sound of one latent vector for each *frame*, (frames, D), as a live host sends them.

        Raises:
            LatentError: another width, or not finite.
        """
        return self._sound(self._check(latents))

    def walk(self, steps: int, seed: int | None = None) -> Array:
        """Latents that move like the training set's, float32 (steps, D).

        Args:
            steps: how many; there are ``dynamics.rate`` a second.
            seed: equal seeds walk alike; ``None`` walks anew.
        """
        return self.playing.walk(steps, seed)

    def sample(self, n: int = 4, seed: int | None = None, seconds: float = SECONDS) -> Sounds:
        """New sounds, from walks that move like the training set's latents.

        Args:
            n: how many.
            seed: equal seeds make equal sounds; ``None`` draws anew.
            seconds: length of each.
        """
        seeds = np.random.SeedSequence(seed).generate_state(n)
        steps = self._steps(seconds)
        return self.decode(np.stack([self.walk(steps, int(number)) for number in seeds]))

    def tape(self, sound: Sound, source: str = "") -> Tape:
        """A sound as a small sequence of latents that can be looped, stretched and bent.

        Args:
            sound: at any rate.
            source: what it was, for people.
        """
        return Tape(
            latents=self.encode(sound),
            sample_rate=self.recipe.sample_rate,
            hop=self.settings.hop,
            stride=self.settings.stride,
            samples=len(self._source(sound)),
            latent_space=self.playing.latent_space,
            source=source,
        )

    def reconstruct(self, sound: Sound) -> Sound:
        """The sound encoded and decoded, aligned with it and as long; what its tape plays."""
        return self.play(self.tape(sound))

    def play(self, tape: Tape) -> Sound:
        """The sound of a tape, aligned with what it was made from and as long.

        Raises:
            LatentError: the tape was made with another encoder.
        """
        tape.check_space(self.playing.latent_space)
        decoded = self.decode(tape.latents)[0].samples
        delay = self.settings.delay
        return Sound.of(decoded[delay : delay + tape.samples], self.recipe.sample_rate)

    def interpolate(self, a: Point, b: Point, steps: int = 8) -> Sounds:
        """Sounds on the way from ``a`` to ``b``, ends included: their latents mixed, step by step.

        Args:
            a: a sound, or a seed whose walk is meant.
            b: likewise. The longer one is cut to the shorter.
            steps: number of sounds.
        """
        length = [
            len(self._source(point)) / self.recipe.sample_rate if isinstance(point, Sound) else None
            for point in (a, b)
        ]
        seconds = min((s for s in length if s is not None), default=SECONDS)
        count = self._steps(seconds)
        start, end = (self._point(point, count) for point in (a, b))
        along = np.linspace(0, 1, steps, dtype=np.float32)[:, None, None]
        return self.decode(start * (1 - along) + end * along)

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        """What an artifact says of each latent."""
        return self.playing.infos(self.basis.explained.tolist())

    def real_latents(self, n: int) -> Array:
        """Standardised latents of ``n`` consecutive steps of a track of the run, float32 (n, D)."""
        latents = self.encode(read(self._first_track()))
        return np.resize(latents, (n, latents.shape[1]))

    def real_sound(self, samples: int) -> Samples:
        """So many samples of a track of the run, float32 (samples, channels), at the model's rate.

        A shorter track begins anew.
        """
        source = self._source(read(self._first_track()))
        return np.resize(source, (samples, source.shape[1]))

    def playable_decoder(self) -> Any:
        """The decoder as exported.

        Returns:
            A ``tf.function``: standardised latents float32 (1, frames, D) and state (1, S) to audio
            (1, frames × hop, channels) and the next state.
        """
        decoder, memories = self.vae.decoder, self.vae.decoder.memories
        signature = [
            tf.TensorSpec((1, None, self.recipe.latent_dim), tf.float32, name="latent"),
            tf.TensorSpec((1, state_size(memories)), tf.float32, name="state"),
        ]

        @tf.function(input_signature=signature, autograph=False)
        def decode(latent: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            z = self.basis.to_model(latent)
            with as_matrices(decoder.synthesis):
                audio, pasts = decoder.advance(z, unpack(state, memories))
            return audio, pack(pasts)

        return decode

    def playable_encoder(self) -> Any:
        """The encoder as exported.

        Returns:
            A ``tf.function``: audio float32 (1, steps × step, channels) and state (1, S) to
            standardised latents (1, steps, D), the posterior means, and the next state.
        """
        encoder, memories = self.vae.encoder, self.vae.encoder.memories
        signature = [
            tf.TensorSpec((1, None, self.recipe.channels), tf.float32, name="audio"),
            tf.TensorSpec((1, state_size(memories)), tf.float32, name="state"),
        ]

        @tf.function(input_signature=signature, autograph=False)
        def encode(audio: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with as_matrices(encoder.analysis):
                out, pasts = encoder.advance(audio, unpack(state, memories))
            mean, _ = tf.split(out, 2, axis=2)
            return self.basis.from_model(mean), pack(pasts)

        return encode

    def _steps(self, seconds: float) -> int:
        if not 0 < seconds < 24 * 3600:
            raise SettingError("length of a sound", expected="0 to 86400 s", received=seconds)
        return max(1, round(seconds * self.recipe.sample_rate / self.settings.step))

    def _point(self, point: Point, steps: int) -> Array:
        if isinstance(point, Sound):
            return self.encode(point)[:steps]
        return self.walk(steps, point)

    def _sound(self, frames: Array) -> Sound:
        z = self.basis.to_model(frames)
        return Sound.of(self._coder.decode(z), self.recipe.sample_rate)
