"""The decoder of the stream family: latents to sound, causally."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.layers import SLOPE
from musicvae.vae.stream.causal import CausalNetwork
from musicvae.vae.stream.clock import PERIOD, Clock
from musicvae.vae.stream.fourier import StreamSynthesis
from musicvae.vae.stream.layers import (
    CausalBlock,
    Delayed,
    Memory,
    receptive_frames,
    run_stack,
    zero_pasts,
)
from musicvae.vae.stream.settings import StreamSettings


class StreamDecoderNetwork(CausalNetwork):
    """Turns latents into sound, causally.

    Input: float32 (batch, steps, D). Output: float32 (batch, steps × step, channels).
    """

    def __init__(self, recipe: Recipe, settings: StreamSettings, **options: Any) -> None:
        super().__init__(**options)
        dense, bins = keras.layers.Dense, settings.fft // 2
        self.stride, self.channels = settings.stride, recipe.channels
        self._gain = 0.0
        self.clock = Clock(settings.fft, settings.hop, recipe.channels)
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

    def raise_level(self, gain: float) -> None:
        """Make the sound louder than it was trained by this gain in dB, which may be negative."""
        bias = self.magnitude.bias
        bias.assign_add(tf.fill(bias.shape, (gain - self._gain) * math.log(10) / 20))
        self._gain = gain

    def advance(
        self, latents: tf.Tensor, pasts: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Decode latents of the next frames, float32 (batch, frames, D); see the base class."""
        arranged = self.synthesis.arranged
        face, turn, time = self.clock.advance(tf.shape(latents)[1], pasts[0], arranged)
        pair, latest = self.delayed.advance(latents, pasts[1])
        x = self.enter(tf.concat([pair, face], axis=2))
        x, remembered = run_stack(self.blocks, x, pasts[2:-1])
        x = tf.nn.leaky_relu(x, SLOPE)
        magnitude, phase = self._columns(self.magnitude, x), self._columns(self.phase, x)
        audio, tail = self.synthesis.advance(magnitude, phase + turn, pasts[-1])
        return audio, [time, latest, *remembered, tail]

    def _columns(self, head: Any, x: tf.Tensor) -> tf.Tensor:
        """The output of a dense layer, in the order in which the synthesis takes its bins."""
        if not self.synthesis.as_matrix:
            return head(x)
        return x @ self.synthesis.arranged(head.kernel) + self.synthesis.arranged(head.bias)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Decode steps from the start of a stream; in training, from an arbitrary clock time."""
        return self.decode_at(inputs, chance(inputs, 0, PERIOD) if training else None)

    def decode_at(self, inputs: tf.Tensor, time: tf.Tensor | None = None) -> tf.Tensor:
        """Decode steps from the start of a stream, where the clock shows some time.

        Args:
            inputs: float32 (batch, steps, D).
            time: int32 (batch,), in frames, below ``PERIOD``; 0 by default.
        """
        pasts = zero_pasts(self.memories, tf.shape(inputs)[0])
        if time is not None:
            pasts[0] = tf.cast(time, tf.float32)[:, None, None]
        return self.advance(tf.repeat(inputs, self.stride, axis=1), pasts)[0]


def chance(z: tf.Tensor, step: int, below: int) -> tf.Tensor:
    """A whole number for each row, from 0 to ``below`` - 1, int32 (batch,).

    It is as random as the noise in the latents z, float32 (batch, steps, D), at that step and, like
    it, decided by the training step.
    """
    return tf.stop_gradient(tf.cast(tf.abs(z[:, step, 0]) * 1e4, tf.int32) % below)
