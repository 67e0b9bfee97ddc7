"""Counts the frames of a stream, and gives the decoder the time as numbers.

Without a clock, equal latents give equal frames, and a steady sound would repeat every hop: a buzz.
With it, the phases of bins can advance from frame to frame as those of a steady tone do, and noise
can differ from one frame to the next, while sound stays a function of latents and state alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.vae.stream.layers import Memory

#: Frames after which the clock starts again from 0; ``turns``, a power of two, divides it.
PERIOD = 512
#: Columns of noise on the clock's face, as its numbers are called.
NOISE = 16


class Clock(keras.layers.Layer):
    """Counts frames, and shows the time as numbers that a network can use.

    The numbers, the *face*, are sines and cosines with periods of 4 to 512 frames, as in Vaswani et
    al. 2017, and columns of fixed noise from which drums and breath can be shaped.

    Args:
        fft: window of the synthesis in samples.
        hop: samples per frame.
        channels: of the sound.

    Attributes:
        width: numbers of the face for one frame.
    """

    memory: Memory = (1, 1)

    def __init__(self, fft: int, hop: int, channels: int = 1, **options: Any) -> None:
        super().__init__(trainable=False, **options)
        times = np.arange(PERIOD)[:, None]
        periods = 2.0 ** np.arange(2, 10)[None]
        angles = 2 * np.pi * times / periods
        noise = np.random.default_rng(0).standard_normal((PERIOD, NOISE))
        face = np.concatenate([np.cos(angles), np.sin(angles), noise], axis=1)
        self.face = tf.constant(face, tf.float32)
        self.width = face.shape[1]
        # In one hop, the phase of a tone in the middle of bin k advances by 2π·k·hop / fft.
        self.turns = fft // hop
        turn = np.outer(np.arange(self.turns), np.arange(fft // 2)) % self.turns
        turn = np.tile(turn * (2 * np.pi / self.turns), channels)
        self.turn = tf.constant(turn, tf.float32)

    def advance(
        self,
        frames: tf.Tensor,
        past: tf.Tensor,
        arranged: Callable[[tf.Tensor], tf.Tensor] = tf.identity,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Advance the clock.

        Args:
            frames: number of frames, int32 scalar.
            past: time of the first frame, float32 (batch, 1, 1), a whole number below ``PERIOD``.
            arranged: puts the columns of the phases into another order.

        Returns:
            The face, float32 (batch, frames, width); the phase that each bin has advanced by, in
            radians, float32 (batch, frames, channels × fft // 2); and the time after the last
            frame, of the shape of ``past``.
        """
        start = tf.cast(past[:, :, 0], tf.int32)
        now = tf.math.floormod(start + tf.range(frames)[None], PERIOD)
        after = tf.cast(tf.math.floormod(start + frames, PERIOD), tf.float32)
        turned = tf.gather(arranged(self.turn), tf.math.floormod(now, self.turns))
        return tf.gather(self.face, now), turned, after[:, :, None]
