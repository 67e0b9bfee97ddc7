"""Layers of a prior: causal blocks that a guide modulates.

Time is the last axis but one, and what comes before it is free: a batch of crops is (batch, steps,
width), one step of an exported graph is (1, width). A layer has ``memory``, the shape (steps,
width) of the past that it needs, as those of :mod:`musicvae.vae.stream.layers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.vae.layers import SLOPE
from musicvae.vae.stream.layers import Memory


def dense(inputs: int, width: int, scale: float = 1.0, bias: bool = True) -> Any:
    """A dense layer that is built; ``scale`` is the variance of its first weights, 0 for none."""
    start = keras.initializers.VarianceScaling(scale) if scale else "zeros"
    layer = keras.layers.Dense(width, use_bias=bias, kernel_initializer=start)
    layer.build((None, inputs))
    return layer


def leaky(x: tf.Tensor) -> tf.Tensor:
    """The nonlinearity of all layers here."""
    return tf.nn.leaky_relu(x, SLOPE)


class GuidedBlock(keras.layers.Layer):
    """A residual block over a step and an earlier one, modulated by a guide (FiLM).

    x + dense(LeakyReLU((1 + s) · dense([x[t - dilation], x[t]]) + b)), with s and b from the guide
    (Perez et al. 2018). At first s and b are 0, and the block adds little.

    Args:
        width: numbers in a step.
        guide: numbers in a guide.
        dilation: in steps.
    """

    def __init__(self, width: int, guide: int, dilation: int, **options: Any) -> None:
        super().__init__(**options)
        self.memory: Memory = (dilation, width)
        self.enter = dense(2 * width, width)
        self.film = dense(guide, 2 * width, 0.0)
        self.leave = dense(width, width, 0.1)
        self.built = True

    def advance(
        self, x: tf.Tensor, past: tf.Tensor, guide: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Continue from the past.

        Args:
            x: float32 (..., steps, width).
            past: float32 (..., dilation, width), zeros at the start.
            guide: float32 (..., steps, guide).

        Returns:
            float32 (..., steps, width), and the next past.
        """
        dilation = self.memory[0]
        known = tf.concat([past, x], axis=-2)
        hidden = self.enter(tf.concat([known[..., :-dilation, :], x], axis=-1))
        scale, shift = tf.split(self.film(guide), 2, axis=-1)
        hidden = leaky(hidden * (1.0 + scale) + shift)
        return x + self.leave(hidden), known[..., -dilation:, :]


def run_blocks(
    blocks: Sequence[GuidedBlock], x: tf.Tensor, pasts: Sequence[tf.Tensor], guide: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Advance through blocks, one after another; shapes as :meth:`GuidedBlock.advance`."""
    following = []
    for block, past in zip(blocks, pasts, strict=True):
        x, past = block.advance(x, past, guide)
        following.append(past)
    return x, following
