"""The networks of the stream family: causal encoder and decoder, synthesis by Fourier transform.

    audio ─StreamAnalysis─> frames ─CausalBlock×3─> frames joined, stride each ─CausalBlock×3─>
      mean, logvar
    z ─repeated for stride frames, beside the Clock─> frames ─CausalBlock×5─> magnitude, phase
      ─StreamSynthesis─> audio

Both are causal with explicit memories (:mod:`musicvae.vae.stream.layers`), so that training runs
through a crop from silence, as playing does. There are 43 latent steps a second, of 23 ms each; but
the decoder takes a latent vector for every frame, so that at 44.1 kHz a performer's gesture is
heard within 6 ms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE, Likelihood
from musicvae.vae.losses import kl_analytic
from musicvae.vae.stream.causal import CausalNetwork, Timing
from musicvae.vae.stream.clock import PERIOD
from musicvae.vae.stream.decoder import StreamDecoderNetwork, chance
from musicvae.vae.stream.encoder import StreamEncoderNetwork
from musicvae.vae.stream.likelihood import StreamSpectra
from musicvae.vae.stream.settings import StreamSettings, settings_of

#: Correlation of latents from one step to the next.
_LINGER = 0.83


class StreamVAE(CVAE):
    """A VAE over sequences: z has a step axis, and all terms of the loss are per latent step.

    Args:
        encoder: a :class:`CausalNetwork` from sound to latents.
        decoder: a :class:`CausalNetwork` from latents to sound. Called with steps (batch, steps,
            D), it repeats each of them for ``stride`` frames.
        likelihood: likelihood of sound x under the decoded sound, in nats per latent step.
        recipe: gives D and the length of a training crop.
        settings: hop, stride and latency; the other fields are used by the networks only.
        name: name of the Keras model.

    Attributes:
        settings: as given.
        steps: latent steps of a training crop.
    """

    #: XLA compiles the training step where one replica trains.
    compiled = True

    def __init__(
        self,
        encoder: CausalNetwork,
        decoder: CausalNetwork,
        likelihood: Likelihood,
        recipe: Recipe,
        settings: Timing | StreamSettings,
        name: str = "stream",
    ) -> None:
        super().__init__(encoder, decoder, likelihood, recipe.latent_dim, name=name)
        self.settings, self.steps = settings, recipe.samples // settings.step

    def loss_samples(self, x: tf.Tensor) -> float:
        """Samples × channels of a latent step, for sound x, float32 (batch, samples, channels)."""
        return float(self.settings.step * x.shape[2])

    def explain(
        self, x: tf.Tensor, z: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, Mapping[str, tf.Tensor]]:
        """Decode latents, twice if the likelihood asks for it; see the base class.

        In training, each row of a stereo batch is compared either by its channels or by their mean
        and difference, as chance decides.
        """
        if not isinstance(self.likelihood, StreamSpectra):
            return super().explain(x, z, training)
        sides = chance(z, -1, 2) == 1 if training else None
        if not self.likelihood.energy:
            decoded, other = self.decoder(z, training=training), None
        else:
            # Independent of each other, as the energy distance needs: of two times that belong
            # together, the decoder would learn to be too loud at one and too quiet at the other.
            times = tf.concat([chance(z, 0, PERIOD), chance(z, 1, PERIOD)], axis=0)
            decoded, other = tf.split(self.decoder.decode_at(tf.tile(z, (2, 1, 1)), times), 2)
        reconstruction = self.likelihood.log_prob(x, decoded, other, sides)
        return decoded, reconstruction, self.likelihood.distances(x, decoded, sides)

    @property
    def noise_dims(self) -> int:
        """How many numbers of noise ε one crop needs."""
        return self.steps * self.latent_dim

    def decode(self, z: tf.Tensor) -> tf.Tensor:
        """Decode latents from the start of a stream.

        Args:
            z: the model's own latents, float32 (batch, steps, D).

        Returns:
            Sound, float32 (batch, steps × step, channels), full scale ±1.
        """
        return self.decoder(z, training=False)

    def sample(self, eps: tf.Tensor) -> tf.Tensor:
        """Sound of latents that change about as fast as those of music.

        Args:
            eps: noise, float32 (batch, steps × D), which is correlated from step to step by 0.83,
                as measured on jazz.
        """
        ago = np.subtract.outer(np.arange(self.steps), np.arange(self.steps))
        weights = np.where(ago < 0, 0.0, _LINGER ** np.maximum(ago, 0)) * (1 - _LINGER**2) ** 0.5
        noise = tf.reshape(eps, (-1, self.steps, self.latent_dim))
        moving = tf.einsum("ts,bsd->btd", tf.constant(weights, tf.float32), noise)
        return self.likelihood.listen(self.decode(moving))

    def reparameterize(
        self, mean: tf.Tensor, logvar: tf.Tensor, eps: tf.Tensor | None = None
    ) -> tf.Tensor:
        """z = μ + σ·ε, float32 (batch, steps, D); ε may come as (batch, steps × D)."""
        noise = tf.random.normal(tf.shape(mean)) if eps is None else tf.reshape(eps, tf.shape(mean))
        return noise * tf.exp(logvar * 0.5) + mean

    def kl(self, z: tf.Tensor, mean: tf.Tensor, logvar: tf.Tensor) -> tf.Tensor:
        """KL of each latent, mean over steps, float32 (batch, D), in nats per step."""
        return tf.reduce_mean(kl_analytic(mean, logvar), axis=1)


def build(recipe: Recipe) -> StreamVAE:
    """The untrained network for ``recipe``; x has the layout (batch, samples, channels).

    Raises:
        SettingError: see :func:`musicvae.vae.stream.settings.settings_of`.
    """
    settings = settings_of(recipe)
    likelihood = StreamSpectra(
        recipe.sample_rate,
        settings.step * recipe.channels,
        settings.delay,
        settings.scale,
        settings.mel_weight,
        settings.flux_weight,
        settings.level_weight,
        settings.fluctuation_weight,
        settings.shortest,
        settings.energy,
    )
    encoder = StreamEncoderNetwork(recipe, settings, name="encoder")
    decoder = StreamDecoderNetwork(recipe, settings, name="decoder")
    return StreamVAE(encoder, decoder, likelihood, recipe, settings)
