"""The streaming network: causal encoder and decoder over frames, a Fourier synthesis head.

    audio ─StreamAnalysis─> frames ─CausalBlock×3─> frames joined, stride each ─CausalBlock×3─>
      mean, logvar
    z ─held for stride frames, beside the Clock─> frames ─CausalBlock×5─> magnitude, phase
      ─StreamSynthesis─> audio

Both ends are causal, and their memories are explicit (``stream_layers.py``): training is streaming
a crop from silence. Latents come 43 times a second; the decoder takes a frame for each ``hop``, so
that a performer's gesture is heard within 6 ms at 44.1 kHz though a latent step lasts 23.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.layers import SLOPE
from musicvae.vae.losses import kl_analytic
from musicvae.vae.stream.clock import PERIOD, Clock
from musicvae.vae.stream.fit import fit
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
from musicvae.vae.stream.trained import TrainedStream

#: Correlation of latents from one step to the next.
_LINGER = 0.83


class StreamEncoderNetwork(keras.layers.Layer):
    """Sound to latents, causally.

    Input shape: (batch, steps × step, channels). Output shape: (batch, steps, 2 × D): means and
    log-variances, of a sound ``latency`` samples earlier.
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
        """Of each layer, in order."""
        layers: list[Any] = [self.analysis, *self.fast, *self.slow]
        return [layer.memory for layer in layers]

    def advance(
        self, audio: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Encode what comes next."""
        x, heard = self.analysis.advance(audio, pasts[0])
        between = 1 + len(self.fast)
        x = tf.nn.leaky_relu(self.enter(x), SLOPE)
        x, fast = run_stack(self.fast, x, pasts[1:between])
        x = self.join(tf.reshape(x, (tf.shape(x)[0], -1, self.stride * self.width)))
        x, slow = run_stack(self.slow, x, pasts[between:])
        return self.leave(x), [heard, *fast, *slow]

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encode from silence."""
        return self.advance(inputs, zero_pasts(self.memories, tf.shape(inputs)[0]))[0]


class StreamDecoderNetwork(keras.layers.Layer):
    """Latents to sound, causally.

    Input shape: (batch, steps, D). Output shape: (batch, steps × step, channels).
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
        # Music at -20 dBFS has magnitudes of about e^-6 a bin.
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
        """Of each layer, in order; the first is the clock's."""
        layers: list[Any] = [self.clock, self.delayed, *self.blocks, self.synthesis]
        return [layer.memory for layer in layers]

    @property
    def receptive_field(self) -> int:
        """Samples of sound that one frame's latents touch, from the frame's first sample on.

        The stack remembers so many frames, each of which sounds for one window.
        """
        stack: list[Any] = [self.delayed, *self.blocks]
        frames = receptive_frames([layer.memory for layer in stack])
        return (frames - 1) * self.synthesis.hop + self.synthesis.fft

    def advance(
        self, latents: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Decode what comes next: one latent for each *frame*, (batch, frames, D)."""
        face, turn, time = self.clock.advance(tf.shape(latents)[1], pasts[0])
        pair, latest = self.delayed.advance(latents, pasts[1])
        x = self.enter(tf.concat([pair, face], axis=2))
        x, remembered = run_stack(self.blocks, x, pasts[2:-1])
        x = tf.nn.leaky_relu(x, SLOPE)
        turn = tf.tile(turn, (1, 1, self.channels)) if self.channels > 1 else turn
        audio, tail = self.synthesis.advance(self.magnitude(x), self.phase(x) + turn, pasts[-1])
        return audio, [time, latest, *remembered, tail]

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Decode from the beginning of a stream; in training, from any time of the clock."""
        pasts = zero_pasts(self.memories, tf.shape(inputs)[0])
        if training:
            # As random as the noise in the latents, and like it a function of the step alone.
            some = tf.cast(tf.abs(inputs[:, :1, :1]) * 1e4, tf.int32)
            pasts[0] = tf.cast(tf.stop_gradient(some % PERIOD), tf.float32)
        return self.advance(tf.repeat(inputs, self.stride, axis=1), pasts)[0]


class StreamVAE(CVAE):
    """The VAE over sequences: z has a step axis, and all terms are per latent step.

    Attributes:
        settings: its own settings.
        steps: latent steps of a training crop.
    """

    #: Losses, gradients and updates are compiled by XLA where one replica trains.
    compiled = True

    def __init__(self, recipe: Recipe, settings: StreamSettings) -> None:
        features = settings.step * recipe.channels
        likelihood = StreamSpectra(
            recipe.sample_rate,
            features,
            settings.delay,
            settings.scale,
            settings.mel_weight,
            settings.flux_weight,
        )
        encoder = StreamEncoderNetwork(recipe, settings, name="encoder")
        decoder = StreamDecoderNetwork(recipe, settings, name="decoder")
        super().__init__(encoder, decoder, likelihood, recipe.latent_dim, name="stream")
        self.settings, self.steps = settings, recipe.samples // settings.step

    def loss_samples(self, x: tf.Tensor) -> float:
        """Samples × channels of a latent step."""
        return float(self.settings.step * x.shape[2])

    @property
    def noise_dims(self) -> int:
        """Numbers of ε that one crop needs."""
        return self.steps * self.latent_dim

    def decode(self, z: tf.Tensor) -> tf.Tensor:
        """Sound of latents (batch, steps, D) from the beginning of a stream."""
        return self.decoder(z, training=False)

    def sample(self, eps: tf.Tensor) -> tf.Tensor:
        """Sound of latents that move about as music's do, made from noise (batch, steps × D).

        Music's latents correlate from step to step; 0.83 was measured on jazz.
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
    return StreamVAE(recipe, settings_of(recipe))


FAMILY = ModelFamily(
    "stream",
    "Causal, frame by frame, for ever: what performers play.",
    build,
    fit=fit,
    open=TrainedStream.open,
    loss_settings=("scale", "mel_weight", "flux_weight"),
)
