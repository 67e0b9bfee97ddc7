"""Causal layers with an explicit memory, which process a sequence in parts of any length.

A layer here has ``memory``, the shape (frames, width) of the past that it needs, and a method

    advance(x, past) -> y, next_past          x (batch, frames, in) -> y (batch, frames, out)

where ``past`` is float32 (batch, *memory), zeros at the start of a stream. Two calls with the
halves of a sequence give the same as one call with all of it. So training, which computes a crop at
once, and playing, which computes a frame at a time, run the same code.

    frame     t-2 t-1  t
    past       ●───┐
                   ├──> dense ──> y[t]       dilation 2: one matrix product for each frame
    x              ●
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import keras
import tensorflow as tf

from musicvae.vae.layers import SLOPE

#: Shape of a layer's memory: frames, width.
Memory = tuple[int, int]


class Delayed(keras.layers.Layer):
    """Puts each frame beside the one ``dilation`` frames earlier.

    A dense layer after it is a causal convolution with a kernel of 2 (van den Oord et al. 2016,
    WaveNet). In this form one frame is one vector times one matrix, which a CPU does fastest; a
    convolution operator would reorder its input first.

    Args:
        width: numbers in a frame.
        dilation: in frames, at least 1.

    Input shape: float32 (batch, frames, width). Output shape: float32 (batch, frames, 2 × width).
    """

    def __init__(self, width: int, dilation: int, **options: Any) -> None:
        super().__init__(**options)
        self.memory: Memory = (dilation, width)

    def advance(self, x: tf.Tensor, past: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Pair each frame with an earlier one; see the top of this file."""
        dilation = self.memory[0]
        known = tf.concat([past, x], axis=1)
        return tf.concat([known[:, :-dilation], x], axis=2), known[:, -dilation:]


class CausalBlock(keras.layers.Layer):
    """A residual block over the present frame and an earlier one.

    x + dense(LeakyReLU(dense([x[t - dilation], x[t]]))). The weights of the outer dense layer begin
    small, so that a deep stack begins near the identity and needs no normalisation (after De &
    Smith 2020).

    Args:
        width: numbers in a frame.
        hidden: units between the two dense layers.
        dilation: in frames.

    Input shape: float32 (batch, frames, width). Output shape: the same.
    """

    def __init__(self, width: int, hidden: int, dilation: int, **options: Any) -> None:
        super().__init__(**options)
        self.width = width
        self.delayed = Delayed(width, dilation)
        self.memory = self.delayed.memory
        self.widen = keras.layers.Dense(hidden, name="widen")
        small = keras.initializers.VarianceScaling(0.1)
        self.narrow = keras.layers.Dense(width, kernel_initializer=small, name="narrow")
        self.widen.build((None, None, 2 * width))
        self.narrow.build((None, None, hidden))
        self.built = True

    def advance(self, x: tf.Tensor, past: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Apply the block; see the top of this file."""
        pair, next_past = self.delayed.advance(x, past)
        return x + self.narrow(tf.nn.leaky_relu(self.widen(pair), SLOPE)), next_past


def run_stack(
    layers: Sequence[Any], x: tf.Tensor, pasts: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Advance through layers, one after another.

    Args:
        layers: layers as described above.
        x: input of the first one, float32 (batch, frames, width).
        pasts: the past of each layer.

    Returns:
        Output of the last layer, float32 (batch, frames, width), and the next past of each layer.
    """
    remembered = []
    for layer, past in zip(layers, pasts, strict=True):
        x, next_past = layer.advance(x, past)
        remembered.append(next_past)
    return x, remembered


def zero_pasts(memories: Sequence[Memory], batch: Any) -> list[tf.Tensor]:
    """The past of each layer at the start of a stream: zeros, float32 (batch, *memory) each."""
    return [tf.zeros((batch, *memory)) for memory in memories]


def state_size(memories: Sequence[Memory]) -> int:
    """Length S of a flat state, which holds the pasts of all layers."""
    return sum(frames * width for frames, width in memories)


def unpack(state: tf.Tensor, memories: Sequence[Memory]) -> list[tf.Tensor]:
    """The past of each layer, float32 (1, *memory), from a flat state, float32 (1, S).

    Neighbours of one width are cut apart as rows of one matrix, which in a graph that plays is one
    operator for all of them.
    """
    groups = _groups(memories)
    sizes = [state_size(group) for group in groups]
    pasts: list[tf.Tensor] = []
    for part, group in zip(tf.split(state, sizes, axis=1), groups, strict=True):
        frames = [frames for frames, _ in group]
        rows = tf.reshape(part, (1, sum(frames), group[0][1]))
        pasts += tf.split(rows, frames, axis=1) if len(group) > 1 else [rows]
    return pasts


def pack(pasts: Sequence[tf.Tensor], memories: Sequence[Memory]) -> tf.Tensor:
    """A flat state, float32 (1, S), from the past of each layer, float32 (1, *memory)."""
    left, parts = list(pasts), []
    for group in _groups(memories):
        rows, left = left[: len(group)], left[len(group) :]
        parts.append(tf.reshape(tf.concat(rows, axis=1) if len(rows) > 1 else rows[0], (1, -1)))
    return tf.concat(parts, axis=1)


def _groups(memories: Sequence[Memory]) -> list[list[Memory]]:
    """Neighbouring memories of one width together."""
    return [list(group) for _, group in groupby(memories, key=lambda memory: memory[1])]


def receptive_frames(memories: Sequence[Memory]) -> int:
    """Number of input frames, the present one included, that a stack's output frame depends on."""
    return 1 + sum(frames for frames, _ in memories)
