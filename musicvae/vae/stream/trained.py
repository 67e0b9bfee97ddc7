"""A trained stream model: walks, reconstructs, interpolates, makes tapes, and exports its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import LatentInfo
from musicvae.artifact.parts import matrix
from musicvae.audio import Samples, Sound, Sounds
from musicvae.errors import SettingError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.tape import Tape, no_tape
from musicvae.recipes import Recipe, checked_seed
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.trained import COUNT, Trained
from musicvae.vae.stream.statistics import Playing

if TYPE_CHECKING:
    from musicvae.vae.stream.causal import CausalNetwork
    from musicvae.vae.stream.network import StreamVAE

#: Length of a sound made from a seed, in seconds, unless another length is asked for.
SECONDS = 10.0

#: An end of an interpolation: a sound, or the seed of a walk.
Point = Sound | int


class TrainedStream(Trained):
    """A trained model that turns a sequence of latents into sound.

    Latents given to or returned by its methods are *standardised*: mean 0, standard deviation 1
    over the training set, in order of the variance they explain. Sequences have one latent vector
    for each *step* of ``model.settings.step`` samples.

    Attributes:
        playing: statistics of the training set's latents: dynamics, attributes.
        settings: settings of the model: hop, stride, step, latency and delay.
    """

    def __init__(
        self, vae: StreamVAE, recipe: Recipe, run: RunFolder, basis: LatentBasis, playing: Playing
    ) -> None:
        from musicvae.vae.stream.coding import StreamCoder

        super().__init__(vae, recipe, run, basis)
        self.playing = playing
        self.settings = vae.settings
        self._coder = StreamCoder(vae)

    @classmethod
    def open(cls, vae: StreamVAE, recipe: Recipe, run: RunFolder) -> TrainedStream:
        """The trained model of a run whose weights are in ``vae``."""
        D = recipe.latent_dim
        basis, playing = LatentBasis.load(run.latents, D), Playing.load(run.playing, D)
        vae.decoder.raise_level(playing.gain)
        return cls(vae, recipe, run, basis, playing)

    @property
    def dynamics(self) -> LinearDynamics:
        """How the training set's latents change from step to step."""
        return self.playing.dynamics

    def encode(self, sound: Sound) -> Float32:
        """Encode a sound as a live encoder would.

        Returns:
            Standardised latents, float32 (steps, D). Step j describes the sound
            ``settings.latency`` samples before [j·step, (j + 1)·step), at the model's sample rate;
            a few steps after the end of the sound let it fade away.
        """
        return self.basis.from_model(self._coder.encode(self._source(sound))[0])

    def decode(self, latents: ArrayLike) -> Sounds:
        """Decode sequences of latents from silence, each vector repeated for a step.

        Args:
            latents: standardised, numbers of shape (steps, D), or (n, steps, D) for n sounds.

        Returns:
            n sounds, float32 (steps × step, channels), which lag ``settings.latency`` samples
            behind.

        Raises:
            LatentError: the width is not D, or a value is not finite.
        """
        array = np.asarray(latents, np.float32)
        sequences = array if array.ndim == 3 else [array]
        return Sounds(
            self._sound(self._coder.hold(self._check(sequence))) for sequence in sequences
        )

    def decode_frames(self, latents: ArrayLike) -> Sound:
        """Decode one latent vector for each *frame*, as a live host sends them.

        Args:
            latents: standardised, numbers of shape (frames, D).

        Returns:
            A sound, float32 (frames × hop, channels).

        Raises:
            LatentError: the width is not D, or a value is not finite.
        """
        return self._sound(self._check(latents))

    def walk(self, steps: int, seed: int | None = None) -> Float32:
        """Random latents that change as the training set's do, float32 (steps, D).

        Args:
            steps: number of steps; there are ``dynamics.rate`` a second.
            seed: the same seed gives the same walk; ``None`` a new one each time.

        Raises:
            SettingError: the seed is out of range, or ``steps`` below 1.
        """
        return self.playing.walk(steps, checked_seed(seed))

    def sample(self, n: int = 4, seed: int | None = None, seconds: float = SECONDS) -> Sounds:
        """New sounds, from random walks that change as the training set's latents do.

        Args:
            n: number of sounds.
            seed: the same seed makes the same sounds; ``None`` new ones each time.
            seconds: length of each sound.

        Raises:
            SettingError: ``seconds`` is not above 0 and below a day, or the seed or the number of
                sounds is out of range.
        """
        count = int(COUNT.check("the number of sounds", n))
        seeds = np.random.SeedSequence(checked_seed(seed)).generate_state(count)
        steps = self._steps(seconds)
        return self.decode(np.stack([self.walk(steps, int(number)) for number in seeds]))

    def tape(self, sound: Sound, source: str = "") -> Tape:
        """Encode a sound as a tape: a short sequence of latents that can be looped and stretched.

        Args:
            sound: a sound at any sample rate.
            source: a name for the sound, for people.
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
        """Encode and decode a sound; the result is aligned with it and has its length."""
        return self.play(self.tape(sound))

    def play(self, tape: Tape) -> Sound:
        """The sound of a tape, aligned with the sound it was made from and of the same length.

        Raises:
            TapeError: it is no tape.
            LatentError: the tape was made with another encoder.
        """
        if not isinstance(tape, Tape):
            raise no_tape(tape)
        tape.check_space(self.playing.latent_space)
        decoded = self.decode(tape.latents)[0].samples
        delay = self.settings.delay
        return Sound.of(decoded[delay : delay + tape.samples], self.recipe.sample_rate)

    def interpolate(self, a: Point, b: Point, steps: int = 8) -> Sounds:
        """Sounds on the path from ``a`` to ``b``, both included: mixtures of their latents.

        Args:
            a: a sound, or the seed of a walk.
            b: the same for the other end. The longer of two sounds is cut to the shorter.
            steps: number of sounds, at least 1.

        Raises:
            SettingError: an end is neither a sound nor a seed, or a number is out of range.
        """
        sounds = int(COUNT.check("the number of sounds", steps))
        length = [
            len(self._source(point)) / self.recipe.sample_rate if isinstance(point, Sound) else None
            for point in (a, b)
        ]
        seconds = min((s for s in length if s is not None), default=SECONDS)
        count = self._steps(seconds)
        start, end = (self._point(point, count) for point in (a, b))
        count = min(len(start), len(end))  # of a sound shorter than a step, say
        start, end = start[:count], end[:count]
        along = np.linspace(0, 1, sounds, dtype=np.float32)[:, None, None]
        return self.decode(start * (1 - along) + end * along)

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        """The description of each latent in an artifact."""
        return self.playing.infos(self.basis.explained.tolist())

    def real_latents(self, n: int) -> Float32:
        """Standardised latents of ``n`` steps of :meth:`real_sound`, float32 (n, D).

        Raises:
            RunError: no track's file exists any more.
        """
        sound = Sound(self.real_sound(n * self.settings.step), self.recipe.sample_rate)
        latents = self.encode(sound)
        return np.resize(latents, (n, latents.shape[1]))

    def real_sound(self, samples: int) -> Samples:
        """Sound of tracks from all over the run, at its sample rate, float32 (samples, channels).

        Excerpts of up to twelve tracks follow each other, each from the middle of its track; short
        ones are repeated. Tracks that cannot be read any more are left out.

        Raises:
            RunError: no track's file exists any more.
            AudioError: none can be read.
        """
        return self._excerpts(samples)

    def exports(self) -> dict[str, Exportable]:
        """The decoder, of kind ``"stream"``, and the encoder, of kind ``"encoder"``."""
        return {"decoder": self._decoder_export(), "encoder": self._encoder_export()}

    def playable_decoder(self) -> Any:
        """The decoder as it is exported: :func:`musicvae.vae.stream.functions.decoder_function`."""
        from musicvae.vae.stream.functions import decoder_function

        return decoder_function(self.vae.decoder, self.basis, self.recipe)

    def playable_encoder(self) -> Any:
        """The encoder as it is exported: :func:`musicvae.vae.stream.functions.encoder_function`."""
        from musicvae.vae.stream.functions import encoder_function

        return encoder_function(self.vae.encoder, self.basis, self.recipe)

    def _decoder_export(self) -> Exportable:
        playing, stride = self.playing, self.settings.stride
        info = self.describe(
            "stream",
            hop=self.settings.hop,
            covariance=matrix(playing.covariance.tolist()),
            dynamics=playing.dynamics.info(),
            attributes=playing.offered,
            **self._shared_fields(self.vae.decoder),
        )

        def real_latents(frames: int) -> Float32:
            held = np.repeat(self.real_latents(-(-frames // stride)), stride, axis=0)
            return held[:frames]

        return Exportable(info, self.playable_decoder(), real_latents)

    def _encoder_export(self) -> Exportable:
        step = self.settings.step
        info = self.describe("encoder", hop=step, **self._shared_fields(self.vae.encoder))
        return Exportable(
            info,
            self.playable_encoder(),
            lambda steps: self.real_sound(steps * step),
            lambda latents: self.decode(latents)[0].samples,
        )

    def _shared_fields(self, network: CausalNetwork) -> dict[str, Any]:
        """Fields of a description that the decoder and the encoder have in common."""
        from musicvae.vae.stream.layers import state_size

        return {
            "state_size": state_size(network.memories),
            "latency": self.settings.latency,
            "receptive_field": network.receptive_field,
            "stride": self.settings.stride,
            "latent_space": self.playing.latent_space,
        }

    def _steps(self, seconds: float) -> int:
        if not 0 < seconds < 24 * 3600:
            raise SettingError(
                "the length of a sound is out of range", expected="0 to 86400 s", received=seconds
            )
        return max(1, round(seconds * self.recipe.sample_rate / self.settings.step))

    def _point(self, point: Point, steps: int) -> Float32:
        if isinstance(point, Sound):
            return self.encode(point)[:steps]
        return self.walk(steps, point)

    def _sound(self, frames: Float32) -> Sound:
        z = self.basis.to_model(frames)
        return Sound.of(self._coder.decode(z), self.recipe.sample_rate)
