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

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE, Likelihood
from musicvae.vae.layers import SLOPE
from musicvae.vae.losses import kl_analytic
from musicvae.vae.stream.causal import CausalNetwork, Timing
from musicvae.vae.stream.clock import PERIOD, Clock
from musicvae.vae.stream.fourier import StreamAnalysis, StreamSynthesis
from musicvae.vae.stream.layers import (
    CausalBlock,
    Delayed,
    Memory,
    receptive_frames,
    run_stack,
    zero_pasts,
)
from musicvae.vae.stream.likelihood import StreamSpectra
from musicvae.vae.stream.settings import StreamSettings, settings_of

#: Correlation of latents from one step to the next.
_LINGER = 0.83


class StreamEncoderNetwork(CausalNetwork):
    """Turns sound into latents, causally.

    Input shape: (batch, steps × step, channels). Output shape: (batch, steps, 2 × D): means and
    log-variances, which describe the sound ``latency`` samples earlier.
    """

    def __init__(self, recipe: Recipe, settings: StreamSettings, **options: Any) -> None:
        super().__init__(**options)
        dense, width = keras.layers.Dense, settings.encoder_width
        self.stride, self.width = settings.stride, width
        self.analysis = StreamAnalysis(
            recipe.sample_rate, recipe.channels, settings.fft, settings.hop, settings.bands
        )
        dilations = [2**block for block in range(settings.encoder_blocks)]
        self.fast = [CausalBlock(width, 2 * width, dilation) for dilation in dilations]
        self.slow = [CausalBlock(width, 2 * width, dilation) for dilation in dilations]
        self.enter, self.join, self.leave = dense(width), dense(width), dense(2 * recipe.latent_dim)
        self.enter.build((None, None, settings.bands * recipe.channels))
        self.join.build((None, None, settings.stride * width))
        self.leave.build((None, None, width))
        self.built = True

    @property
    def memories(self) -> list[Memory]:
        """The memory of each layer, in order."""
        layers: list[Any] = [self.analysis, *self.fast, *self.slow]
        return [layer.memory for layer in layers]

    @property
    def receptive_field(self) -> int:
        """Samples of sound that influence one latent vector.

        It depends on as many steps as the slow blocks look back, its own included, of ``stride``
        frames each, and on the frames that the fast blocks look back before the first of these.
        Frames end a hop apart, and each sees ``fft`` samples.
        """
        steps = receptive_frames([block.memory for block in self.slow])
        before = receptive_frames([block.memory for block in self.fast]) - 1
        frames = steps * self.stride + before
        return (frames - 1) * self.analysis.hop + self.analysis.fft

    @property
    def transforms(self) -> Sequence[Any]:
        """The analysis."""
        return (self.analysis,)

    def advance(
        self, audio: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Encode the next sound, float32 (batch, steps × step, channels); see the base class."""
        x, heard = self.analysis.advance(audio, pasts[0])
        between = 1 + len(self.fast)
        x = tf.nn.leaky_relu(self.enter(x), SLOPE)
        x, fast = run_stack(self.fast, x, pasts[1:between])
        x = self.join(tf.reshape(x, (tf.shape(x)[0], -1, self.stride * self.width)))
        x, slow = run_stack(self.slow, x, pasts[between:])
        return self.leave(x), [heard, *fast, *slow]


class StreamDecoderNetwork(CausalNetwork):
    """Turns latents into sound, causally.

    Input: float32 (batch, steps, D). Output: float32 (batch, steps × step, channels).
    """

    def __init__(self, recipe: Recipe, settings: StreamSettings, **options: Any) -> None:
        super().__init__(**options)
        dense, bins = keras.layers.Dense, settings.fft // 2
        self.stride, self.channels = settings.stride, recipe.channels
        self.clock = Clock(settings.fft, settings.hop)
        self.delayed = Delayed(recipe.latent_dim, 1)
        self.blocks = [
            CausalBlock(settings.width, settings.hidden, dilation)
            for dilation in settings.dilations()
        ]
        self.synthesis = StreamSynthesis(recipe.channels, settings.fft, settings.hop)
        self.enter = dense(settings.width)
        # Music at -20 dBFS has magnitudes of about e^-6 per bin.
        quiet = keras.initializers.Constant(-6.0)
        self.magnitude = dense(recipe.channels * bins, bias_initializer=quiet)
        near = keras.initializers.RandomNormal(stddev=0.05)
        self.phase = dense(recipe.channels * bins, kernel_initializer=near)
        self.enter.build((None, None, 2 * recipe.latent_dim + self.clock.width))
        for head in (self.magnitude, self.phase):
            head.build((None, None, settings.width))
        self.built = True

    @property
    def memories(self) -> list[Memory]:
        """The memory of each layer, in order; the first is the clock's."""
        layers: list[Any] = [self.clock, self.delayed, *self.blocks, self.synthesis]
        return [layer.memory for layer in layers]

    @property
    def receptive_field(self) -> int:
        """Samples of sound that the latents of one frame influence, from its first sample on.

        They influence the spectra of as many frames as the layers between latents and synthesis
        look back, their own included; these begin a hop apart, and each sounds for one window.
        Latents do not reach the clock, and ``fft`` accounts for the memory of the synthesis.
        """
        stack: list[Any] = [self.delayed, *self.blocks]
        frames = receptive_frames([layer.memory for layer in stack])
        return (frames - 1) * self.synthesis.hop + self.synthesis.fft

    @property
    def transforms(self) -> Sequence[Any]:
        """The synthesis."""
        return (self.synthesis,)

    def advance(
        self, latents: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Decode latents of the next frames, float32 (batch, frames, D); see the base class."""
        face, turn, time = self.clock.advance(tf.shape(latents)[1], pasts[0])
        pair, latest = self.delayed.advance(latents, pasts[1])
        x = self.enter(tf.concat([pair, face], axis=2))
        x, remembered = run_stack(self.blocks, x, pasts[2:-1])
        x = tf.nn.leaky_relu(x, SLOPE)
        turn = tf.tile(turn, (1, 1, self.channels)) if self.channels > 1 else turn
        audio, tail = self.synthesis.advance(self.magnitude(x), self.phase(x) + turn, pasts[-1])
        return audio, [time, latest, *remembered, tail]

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Decode steps from the start of a stream; in training, from an arbitrary clock time."""
        pasts = zero_pasts(self.memories, tf.shape(inputs)[0])
        if training:
            # As random as the noise in the latents and, like it, decided by the training step.
            some = tf.cast(tf.abs(inputs[:, :1, :1]) * 1e4, tf.int32)
            pasts[0] = tf.cast(tf.stop_gradient(some % PERIOD), tf.float32)
        return self.advance(tf.repeat(inputs, self.stride, axis=1), pasts)[0]


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
    )
    encoder = StreamEncoderNetwork(recipe, settings, name="encoder")
    decoder = StreamDecoderNetwork(recipe, settings, name="decoder")
    return StreamVAE(encoder, decoder, likelihood, recipe, settings)
