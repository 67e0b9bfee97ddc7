"""The encoder of the stream family: sound to latents, causally."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.recipes import Recipe
from musicvae.vae.layers import SLOPE
from musicvae.vae.stream.causal import CausalNetwork
from musicvae.vae.stream.fourier import StreamAnalysis
from musicvae.vae.stream.layers import CausalBlock, Memory, receptive_frames, run_stack
from musicvae.vae.stream.settings import StreamSettings


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
